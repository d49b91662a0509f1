"""Learn from pages that were laid out in full what letters of one kind have in common.

That is how their blocks follow each other, where footnotes stand, what is painted around the text, and the
styles in which a new block is set.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from pydyf import Dictionary
from weasyprint.formatting_structure.boxes import (
    BlockBox,
    FootnoteAreaBox,
    LineBox,
    MarginBox,
    ReplacedBox,
    TextBox,
)
from weasyprint.layout.absolute import AbsolutePlaceholder

from briefgen.render.pdf.assembly.errors import NotAssembledError
from briefgen.render.pdf.assembly.page_content import FOOTNOTE_CLASS, BlockKind, ParsedBlock

TOLERANCE_PX = 1e-6
"""Difference of two heights that is put down to rounding."""
_MARGIN_CLASSES = ("running-head", "letter-foot")
_GEOMETRY = (
    "position_x",
    "width",
    "height",
    *(f"margin_{side}" for side in ("left", "right", "bottom")),
    *(f"padding_{side}" for side in ("left", "right", "top", "bottom")),
    *(f"border_{side}_width" for side in ("left", "right", "top", "bottom")),
)

StylePath = tuple[Any, ...]
"""Where an element stands: whether in the body, then `describe_style` of all around it and of itself."""


@dataclass(frozen=True, slots=True)
class LaidOutPage:
    """A page that WeasyPrint has laid out and painted."""

    page: Any
    """WeasyPrint's page."""
    body: Any
    """The `body` element that it was laid out from."""
    context: Any
    """WeasyPrint's LayoutContext."""
    operators: Sequence[Any]
    """Its content stream, without what was changed after painting."""
    mcids: Mapping[Any, int]
    """Marked-content identifiers by box."""


@dataclass(frozen=True, slots=True)
class ParagraphGeometry:
    """The measures of a paragraph that do not depend on its text."""

    measures: Mapping[str, float]
    """Attributes of WeasyPrint's box, by name."""
    left: float
    """Left edge of the lines."""
    min_height: float = 0.0
    """Least height of the block that the paragraph is."""
    margins: tuple[float, float] = (0.0, 0.0)
    """Of that block, above and below."""

    @property
    def width(self) -> float:
        """Width of the lines."""
        return self.measures["width"]

    def apply(self, box: Any) -> None:
        """Give a box these measures, at the top of the page."""
        for name, value in self.measures.items():
            setattr(box, name, value)
        box.position_y = box.margin_top = 0.0


TextPlace = tuple[float, float, float, float]
"""Where a text stands on its line: upper edge and baseline, height and upper edge of what can be clicked."""


@dataclass(slots=True)
class LineMetrics:
    """Where texts stand on the lines of paragraphs of one kind, whose lines are all of one height."""

    height: float
    text: TextPlace | None = None
    """Of text that is in no element within the paragraph."""
    call: TextPlace | None = None
    """Of the calls of notes."""

    def learn(self, line: Any, left: float) -> bool:
        """Learn from a line; return False if it contradicts what is known."""
        if abs(line.height - self.height) > TOLERANCE_PX:
            return False
        for box in find_text_boxes(line):
            _, hit_top, _, hit_height = box.hit_area()
            top = line.position_y
            place = (
                box.position_y - top,
                box.position_y + box.baseline - top,
                hit_height,
                hit_top - top,
            )
            if box.element_tag == "p":
                known = self.text = self.text or place
            elif box.element_tag == "span::footnote-call":
                known = self.call = self.call or place
            else:
                continue
            if max(abs(a - b) for a, b in zip(known, place, strict=True)) > TOLERANCE_PX:
                return False
        return not line.children or line.children[0].position_x == left


@dataclass(frozen=True, slots=True)
class NoteArea:
    """Where the footnotes of a page stand."""

    box: Any
    """WeasyPrint's box, for the rule above the notes."""
    foot: float
    """Lower edge of the last note."""
    border_space: float
    """From the upper edge of the area without its margin to the first note."""
    space: float
    """From the end of the text's room to the first note."""


@dataclass(frozen=True, slots=True)
class PositionedBlock:
    """Step of painting a page: a block out of the flow, such as an address in a window."""

    index: int
    """Among the positioned blocks of the page."""


@dataclass(frozen=True, slots=True)
class PagePicture:
    """Step of painting a page: a picture, and the area that it is clipped to."""

    index: int
    """Among the pictures of the page."""


PUSH, POP, SCALE, FLOW, NOTES, NOTE_RULE = "push", "pop", "scale", "flow", "notes", "note rule"
MARGIN = "margin"
"""The other steps: save and restore the graphics state, scale from points to pixels; paint the blocks of the
flow, the footnotes, the rule above them, and the text in the margin."""
PaintStep = str | PositionedBlock | PagePicture


@dataclass(frozen=True, slots=True)
class PageShape:
    """What decides in which order a page is painted."""

    positioned: tuple[BlockKind, ...]
    """The kinds of its blocks that are positioned on the page."""
    pictures: int
    has_notes: bool


@dataclass(slots=True)
class PageModel:
    """What letters of one kind, on one layout and in one language, have in common."""

    width: float
    height: float
    bleed: Mapping[str, float]
    top: float
    """Upper edge of the room for text and notes."""
    bottom: float
    context: Any
    """WeasyPrint's LayoutContext of the first page."""
    page_box: Any
    """An empty page box."""
    notes: NoteArea | None = None
    gaps: dict[tuple[BlockKind | None, BlockKind], float | None] = field(default_factory=dict)
    """Space between a block and the one before, by their kinds; None if it was found to vary."""
    positions: dict[BlockKind, float | None] = field(default_factory=dict)
    """Upper edge of blocks that are positioned on the page."""
    steps: dict[PageShape, tuple[PaintStep, ...]] = field(default_factory=dict)
    margin_boxes: tuple[Any, ...] = ()
    """WeasyPrint's boxes of the margins that have text, such as the letter foot, which is always the same."""
    styles: dict[StylePath, tuple[Any, Any]] = field(default_factory=dict)
    """WeasyPrint's function that finds styles, and the element to ask it for."""
    paragraphs: dict[BlockKind, ParagraphGeometry] = field(default_factory=dict)
    """By kind of block: those that are one paragraph."""
    lines: dict[BlockKind, LineMetrics | None] = field(default_factory=dict)
    """By kind of block that is one paragraph; None if its lines are of several kinds."""
    note_geometry: ParagraphGeometry | None = None

    @classmethod
    def from_page(cls, laid_out: LaidOutPage) -> PageModel:
        """Begin a model with a page."""
        page, box = laid_out.page, laid_out.page._page_box
        top = box.content_box_y()
        return cls(
            page.width,
            page.height,
            page.bleed,
            top,
            top + box.height,
            laid_out.context,
            box.copy_with_children([]),
            margin_boxes=tuple(
                each
                for each in box.children
                if isinstance(each, MarginBox) and any(_find_painted_boxes(each))
            ),
        )

    def learn_page(self, laid_out: LaidOutPage, blocks: Sequence[ParsedBlock]) -> list[tuple[Any, Any]]:
        """Learn from a page with these blocks; return box and element of each block, then of each note.

        Raise NotAssembledError if its blocks cannot be told apart.
        """
        boxes = _find_block_boxes(laid_out)
        area, notes = _find_notes(laid_out)
        if len(boxes) != len(blocks) or len(notes) != sum(len(block.notes) for block in blocks):
            raise NotAssembledError("blocks that do not show on the page")
        self._learn_steps(laid_out, blocks, boxes, notes)
        self._learn_heights(blocks, boxes)
        if notes:
            self._learn_notes(area, [box for box, _ in notes])
        for block, (box, element, _) in zip(blocks, boxes, strict=True):
            self._learn_paragraph(block.kind, box)
            for path, each in iter_style_paths(element, block.kind[0]):
                self.styles.setdefault(path, (laid_out.context.style_for, each))
        return [(box, element) for box, element, _ in boxes] + notes

    def _learn_heights(self, blocks: Sequence[ParsedBlock], boxes: Sequence[tuple[Any, Any, bool]]) -> None:
        before: BlockKind | None = None
        bottom = 0.0
        for block, (box, _, is_positioned) in zip(blocks, boxes, strict=True):
            top = box.border_box_y()
            if is_positioned:
                _learn_number(self.positions, block.kind, top)
                continue
            _learn_number(self.gaps, (before, block.kind), top - bottom)
            before, bottom = block.kind, top + box.border_height()

    def _learn_notes(self, area: Any, boxes: Sequence[Any]) -> None:
        first, last = boxes[0], boxes[-1]
        foot = last.position_y + last.margin_height()
        found = NoteArea(
            area, foot, first.position_y - area.border_box_y(), first.position_y - area.position_y
        )
        if self.notes is None:
            self.notes = found
        elif max(abs(foot - self.notes.foot), abs(found.space - self.notes.space)) > TOLERANCE_PX:
            raise NotAssembledError("footnotes that stand elsewhere")
        if (
            self.note_geometry is None
            and _is_paragraph(first)
            and not first.margin_top
            and not first.padding_top
        ):
            self.note_geometry = _read_geometry(first)

    def _learn_paragraph(self, kind: BlockKind, box: Any) -> None:
        """Learn how a block that is one paragraph is set, whether or not a `div` is around it."""
        if box.style["height"] != "auto":
            return
        paragraph = box
        if box.element.tag == "div":
            if len(box.children) != 1:
                return
            (paragraph,) = box.children
        if not _is_paragraph(paragraph) or paragraph.border_box_y() != box.border_box_y():
            return
        if kind not in self.paragraphs:
            self.paragraphs[kind] = _read_geometry(
                paragraph, getattr(box.style["min_height"], "value", 0), (box.margin_top, box.margin_bottom)
            )
        metrics = self.lines.setdefault(kind, LineMetrics(paragraph.children[0].height))
        left = self.paragraphs[kind].left
        if metrics is not None and not all(metrics.learn(line, left) for line in paragraph.children):
            self.lines[kind] = None

    def _learn_steps(
        self,
        laid_out: LaidOutPage,
        blocks: Sequence[ParsedBlock],
        boxes: Sequence[tuple[Any, Any, bool]],
        notes: Sequence[tuple[Any, Any]],
    ) -> None:
        positioned = tuple(
            block.kind for block, (*_, is_positioned) in zip(blocks, boxes, strict=True) if is_positioned
        )
        painted = (each for box, *_ in boxes for each in _find_painted_boxes(box))
        pictures = sum(isinstance(each, ReplacedBox) for each in painted)
        shape = PageShape(positioned, pictures, bool(notes))
        steps = _read_steps(laid_out, boxes, notes)
        if self.steps.setdefault(shape, steps) != steps:
            raise NotAssembledError("a page that is painted in another order")


def _learn_number(known: dict[Any, float | None], key: Any, number: float) -> None:
    """Remember a number, or that it varies."""
    before = known.setdefault(key, number)
    if before is not None and abs(before - number) > TOLERANCE_PX:
        known[key] = None


def describe_style(element: Any) -> tuple[str | None, ...]:
    """Return what the style of an element depends on, apart from what is around it."""
    return element.tag, *(element.get(name) for name in ("class", "style", "lang"))


def iter_style_paths(element: Any, is_in_body: bool) -> Iterator[tuple[StylePath, Any]]:
    """Yield the style path of an element and of all in it."""

    def walk(each: Any, path: StylePath) -> Iterator[tuple[StylePath, Any]]:
        path = (*path, describe_style(each))
        yield path, each
        for child in each:
            yield from walk(child, path)

    yield from walk(element, (is_in_body,))


def _find_block_boxes(laid_out: LaidOutPage) -> list[tuple[Any, Any, bool]]:
    """Return the box and the element of each block, and whether it is positioned out of the flow."""
    html = next(each for each in laid_out.page._page_box.children if each.element_tag == "html")
    body = next(each for each in html.children if each.element_tag == "body")
    by_element: dict[Any, tuple[Any, bool]] = {}
    for box in body.children:
        inner = box.children if _get_class(box) == "body" else (box,)
        for each in inner:
            is_positioned = isinstance(each, AbsolutePlaceholder)
            real = each._box if is_positioned else each
            if real.element in by_element or real.element is None:
                raise NotAssembledError("a block in several pieces")
            by_element[real.element] = real, is_positioned
    elements = [
        each
        for block in laid_out.body
        if block.get("class") not in _MARGIN_CLASSES
        for each in (block if block.get("class") == "body" else (block,))
    ]
    if by_element.keys() != set(elements):
        raise NotAssembledError("blocks that do not show on the page")
    return [(by_element[each][0], each, by_element[each][1]) for each in elements]


def _get_class(box: Any) -> str | None:
    return None if box.element is None else box.element.get("class")


def _find_notes(laid_out: LaidOutPage) -> tuple[Any, list[tuple[Any, Any]]]:
    """Return the area of the footnotes, and the box and element of each."""
    area = next(
        (each for each in laid_out.page._page_box.children if isinstance(each, FootnoteAreaBox)), None
    )
    boxes = list(area.children) if area is not None else []
    elements = [each for each in laid_out.body.iter("span") if each.get("class") == FOOTNOTE_CLASS]
    if [box.element for box in boxes] != elements:
        raise NotAssembledError("footnotes in another order")
    return area, [(box, box.element) for box in boxes]


def _is_paragraph(box: Any) -> bool:
    """Return whether a box has lines, and nothing but lines."""
    return (
        type(box) is BlockBox
        and bool(box.children)
        and all(isinstance(each, LineBox) for each in box.children)
    )


def _read_geometry(
    box: Any, min_height: float = 0.0, margins: tuple[float, float] = (0.0, 0.0)
) -> ParagraphGeometry:
    return ParagraphGeometry(
        {name: getattr(box, name) for name in _GEOMETRY}, box.content_box_x(), min_height, margins
    )


# Reading how a page is painted


def _read_steps(
    laid_out: LaidOutPage, boxes: Sequence[tuple[Any, Any, bool]], notes: Sequence[tuple[Any, Any]]
) -> tuple[PaintStep, ...]:
    """Return the steps in which a page was painted; raise NotAssembledError if it has more than text."""
    slots = dict(_assign_slots(laid_out, boxes, notes))
    operators = laid_out.operators
    steps: list[PaintStep] = []
    numbers: dict[PaintStep, list[int]] = defaultdict(list)
    index = 0
    while index < len(operators):
        if was_clipped := _is_clip(operators[index : index + 3]):
            index += 3
        operator = operators[index]
        if operator in ("/Span", "/Figure") and isinstance(operators[index + 1], Dictionary):
            number = operators[index + 1]["MCID"]
            slot = slots.get(number)
            if slot is None:
                raise NotAssembledError("text that belongs to no block")
            if steps[-1] != slot:
                steps.append(slot)
            if isinstance(slot, PagePicture) != was_clipped:
                raise NotAssembledError("a picture that is not clipped to its place")
            numbers[slot].append(number)
            index = _find_end(operators, index)
        elif operator == b"q":
            end = _find_note_rule(operators, index) if notes else None
            steps.append(PUSH if end is None else NOTE_RULE)
            index = index if end is None else end
        elif operator == b"Q":
            steps.append(POP)
        elif operator == b"0.75 0 0 0.75 0 0 cm":
            steps.append(SCALE)
        else:
            raise NotAssembledError("a page that shows more than text")
        index += 1
    expected: dict[PaintStep, list[int]] = defaultdict(list)
    for number, slot in slots.items():
        expected[slot].append(number)
    if numbers != expected or len(set(_painted(steps))) != len(_painted(steps)):
        raise NotAssembledError("blocks that are painted in pieces")
    return tuple(steps)


def _painted(steps: Sequence[PaintStep]) -> list[PaintStep]:
    return [step for step in steps if step not in (PUSH, POP)]


def _assign_slots(
    laid_out: LaidOutPage, boxes: Sequence[tuple[Any, Any, bool]], notes: Sequence[tuple[Any, Any]]
) -> Iterator[tuple[int, PaintStep]]:
    """Yield the number of each marked content, and the step that paints it."""
    positioned = pictures = 0
    for box, _, is_positioned in boxes:
        for painted in _find_painted_boxes(box):
            slot: PaintStep = PositionedBlock(positioned) if is_positioned else FLOW
            if isinstance(painted, ReplacedBox):
                slot, pictures = PagePicture(pictures), pictures + 1
            yield laid_out.mcids[painted], slot
        positioned += is_positioned
    for box, _ in notes:
        for painted in _find_painted_boxes(box):
            yield laid_out.mcids[painted], NOTES
    for margin in laid_out.page._page_box.children:
        if isinstance(margin, MarginBox):
            for painted in _find_painted_boxes(margin):
                yield laid_out.mcids[painted], MARGIN


def find_text_boxes(box: Any) -> Iterator[Any]:
    """Yield the boxes of text in a box, in its order."""
    return (each for each in _find_painted_boxes(box) if isinstance(each, TextBox))


def _find_painted_boxes(box: Any) -> Iterator[Any]:
    """Yield the boxes of texts and pictures in a box, in its order."""
    if isinstance(box, TextBox | ReplacedBox):
        yield box
    for child in box.children:
        yield from _find_painted_boxes(child)


def _is_clip(operators: Sequence[Any]) -> bool:
    """Return whether three operators confine what follows to a rectangle."""
    first, *others = operators
    return others == [b"W", b"n"] and isinstance(first, bytes) and first.endswith(b" re")


def _find_end(operators: Sequence[Any], start: int) -> int:
    """Return the index at which marked content ends."""
    return next(index for index in range(start, len(operators)) if operators[index] == b"EMC")


def _find_note_rule(operators: Sequence[Any], start: int) -> int | None:
    """Return where a saved graphics state ends if it has only an artifact, the rule above the notes."""
    depth, has_artifact = 0, False
    for index in range(start, len(operators)):
        operator = operators[index]
        if operator == b"q":
            depth += 1
        elif operator == b"Q":
            depth -= 1
            if depth == 0:
                return index if has_artifact else None
        elif operator == "/Artifact":
            has_artifact = True
        elif operator == "/Span":
            return None
    return None
