"""Remember where everything stands on letters of several pages, and set other letters like them.

Widows, orphans, footnotes, and blocks that keep together decide where a page ends. These look at the heights
of lines and notes, and at what kinds of blocks follow each other, never at words. So a letter that agrees in
all that with one laid out in full has the same page breaks, and its blocks stand in the same places.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

from briefgen.render.pdf.assembly.blocks import (
    Block,
    cut_block,
    iter_lines,
    join_blocks,
    read_block,
)
from briefgen.render.pdf.assembly.errors import NotAssembledError
from briefgen.render.pdf.assembly.page_content import ParsedBlock
from briefgen.render.pdf.assembly.page_model import (
    TOLERANCE_PX,
    LaidOutPage,
    NoteArea,
    PageModel,
    describe_style,
    find_block_boxes,
    find_notes,
    is_paragraph,
    require_all_boxes,
)
from briefgen.render.pdf.assembly.paragraph_layout import find_paragraph
from briefgen.render.pdf.assembly.text_painting import FontStore
from briefgen.render.pdf.page_usage import measure_used_heights

CALL_TAG = "span::footnote-call"
_DIGITS = 6
"""Decimal places to which heights in pixels are compared; what is beyond is put down to rounding."""


@dataclass(frozen=True, slots=True)
class BlockPart:
    """The lines of a block that stand on one page."""

    block: int
    """Index of the block in the letter."""
    first: int
    end: int
    """Indices of its first line here, and of the one after its last."""
    top: float
    is_positioned: bool

    def cut(self, block: Block) -> Block:
        """Return these lines of a block."""
        return cut_block(block, self.first, self.end)


@dataclass(frozen=True, slots=True)
class PlannedPage:
    """What stands where on a page of a letter."""

    parts: tuple[BlockPart, ...]
    notes: tuple[tuple[int, float], ...]
    """Index in the letter and upper edge of each footnote."""
    note_area: NoteArea | None
    used_px: float
    """Height of text and notes."""


@dataclass(frozen=True, slots=True)
class LetterBoxes:
    """The boxes of a letter of several pages."""

    blocks: tuple[tuple[Any, ...], ...]
    """The boxes of each block, in as many parts as there are pages with it."""
    elements: tuple[Any, ...]
    """The element of each block."""
    notes: tuple[tuple[Any, Any], ...]
    """Box and element of each note."""


def read_page_plan(
    pages: Sequence[LaidOutPage], parsed: Sequence[ParsedBlock]
) -> tuple[tuple[PlannedPage, ...], LetterBoxes]:
    """Read where everything stands in a letter of these pages and blocks.

    Raise NotAssembledError if it cannot be told apart.
    """
    boxes: dict[Any, list[Any]] = {}
    lines: dict[Any, int] = {}
    notes: list[tuple[Any, Any]] = []
    planned: list[PlannedPage] = []
    heights = measure_used_heights([each.page._page_box for each in pages])
    for page, used_px in zip(pages, heights, strict=True):
        parts = []
        of_page, (area, of_area) = find_block_boxes(page), find_notes(page)
        for box, element, is_positioned in of_page:
            boxes.setdefault(element, []).append(box)
            first = lines.get(element, 0)
            lines[element] = first + sum(1 for _ in iter_lines(box))
            index = list(boxes).index(element)
            parts.append(BlockPart(index, first, lines[element], box.border_box_y(), is_positioned))
        first_note = len(notes)
        notes += of_area
        planned.append(
            PlannedPage(
                tuple(parts),
                tuple((number, box.position_y) for number, (box, _) in enumerate(of_area, first_note)),
                NoteArea.from_box(area, [box for box, _ in of_area]) if of_area else None,
                used_px,
            )
        )
    require_all_boxes(pages[0].body, list(boxes), notes, parsed)
    for element, parts in boxes.items():
        if len(parts) > 1 and (element.tag != "p" or not all(map(_begins_with_line, parts))):
            raise NotAssembledError("a page break in more than text")
    return tuple(planned), LetterBoxes(tuple(map(tuple, boxes.values())), tuple(boxes), tuple(notes))


def _begins_with_line(box: Any) -> bool:
    return is_paragraph(box) and abs(box.children[0].position_y - box.border_box_y()) < TOLERANCE_PX


def read_divided_block(boxes: Sequence[Any], element: Any, fonts: FontStore) -> Block:
    """Read a block that is in one part or in several, as `read_page_plan` found."""
    margins = read_margins(boxes[0])
    if len(boxes) == 1:
        return read_block(boxes[0], element, fonts, margins)
    return join_blocks([read_block(box, element, fonts) for box in boxes], margins)


def read_margins(box: Any) -> tuple[float, float]:
    """Return the margins above and below a box, which it lacks at the edge of a page."""
    sides = [(box.style[f"margin_{side}"], getattr(box, f"margin_{side}")) for side in ("top", "bottom")]
    above, below = (style.value if getattr(style, "unit", "") == "px" else used for style, used in sides)
    return above, below


def describe_heights(
    model: PageModel, parsed: Sequence[ParsedBlock], blocks: Sequence[Block], notes: Sequence[Block]
) -> Hashable:
    """Return all that page breaks depend on, for letters of the kind that a model is of."""
    return (
        tuple(_describe_block(model, *each) for each in zip(parsed, blocks, strict=True)),
        tuple(
            (round_height(note.height), *(round_height(line.height) for line in note.lines)) for note in notes
        ),
    )


def _describe_block(model: PageModel, parsed: ParsedBlock, block: Block) -> Hashable:
    height = parsed.kind, round_height(block.height)
    paragraph = find_plain_paragraph(model, parsed, block)
    if paragraph is None:
        return *height, parsed.source
    heights = tuple(round_height(line.height) for line in block.lines)
    return *height, describe_style(paragraph), heights, tuple(list_line_calls(block))


def find_plain_paragraph(model: PageModel, parsed: ParsedBlock, block: Block) -> Any:
    """Return the paragraph that a block is, or None if it is more than lines of text."""
    if parsed.kind not in model.paragraphs or block.pictures:
        return None
    try:
        return find_paragraph(parsed)[0]
    except NotAssembledError:
        return None


def list_line_calls(block: Block) -> list[int]:
    """Return how many notes are called in each line of a block."""
    is_call = (run.element_tag == CALL_TAG for run in block.runs)
    return [sum(islice(is_call, line.runs)) for line in block.lines]


def round_height(height: float) -> float:
    """Return a height in pixels without what is put down to rounding."""
    return round(height, _DIGITS)
