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

    @classmethod
    def from_box(cls, area: Any, notes: Sequence[Any]) -> NoteArea:
        """Read WeasyPrint's box with the boxes of these notes."""
        first, last = notes[0], notes[-1]
        return cls(
            area.copy_with_children([]),
            last.position_y + last.margin_height(),
            first.position_y - area.border_box_y(),
            first.position_y - area.position_y,
        )


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


@dataclass(frozen=True, slots=True)
class PageMargin:
    """Step of painting a page: the text of one of its margins."""

    index: int
    """Among the margins that have text."""


PUSH, POP, SCALE, FLOW, NOTES, NOTE_RULE = "push", "pop", "scale", "flow", "notes", "note rule"
"""The other steps: save and restore the graphics state, scale from points to pixels; paint the blocks of the
flow, the footnotes, and the rule above them."""
PaintStep = str | PositionedBlock | PagePicture | PageMargin


@dataclass(frozen=True, slots=True)
class PageShape:
    """What decides in which order a page is painted."""

    positioned: tuple[BlockKind, ...]
    """The kinds of its blocks that are positioned on the page."""
    pictures: int
    has_notes: bool
    margins: int
    """Number of margins that have text."""
    has_body: bool
    """Whether any of its blocks are in the letter's body."""


@dataclass(frozen=True, slots=True)
class PageFrame:
    """What surrounds the text of a page."""

    width: float
    height: float
    bleed: Mapping[str, float]
    top: float
    """Upper edge of the room for text and notes."""
    bottom: float
    page_box: Any
    """An empty page box."""
    margin_boxes: tuple[Any, ...]
    """WeasyPrint's boxes of the margins that have text, such as the letter foot and the running head."""

    @classmethod
    def from_page(cls, page: Any) -> PageFrame:
        """Read the frame of WeasyPrint's page."""
        box = page._page_box
        top = box.content_box_y()
        return cls(
            page.width,
            page.height,
            page.bleed,
            top,
            top + box.height,
            box.copy_with_children([]),
            tuple(_find_margin_boxes(page)),
        )


@dataclass(slots=True)
class PageModel:
    """What letters of one kind, on one layout and in one language, have in common."""

    context: Any
    """WeasyPrint's LayoutContext of the first letter."""
    frame: PageFrame | None = None
    """Of letters of one page, once one of them was seen."""
    notes: NoteArea | None = None
    """Of letters of one page, as all that follows down to the steps."""
    gaps: dict[tuple[BlockKind | None, BlockKind], float | None] = field(default_factory=dict)
    """Space between a block and the one before, by their kinds; None if it was found to vary."""
    positions: dict[BlockKind, float | None] = field(default_factory=dict)
    """Upper edge of blocks that are positioned on the page."""
    steps: dict[PageShape, tuple[PaintStep, ...]] = field(default_factory=dict)
    styles: dict[StylePath, tuple[Any, Any]] = field(default_factory=dict)
    """WeasyPrint's function that finds styles, and the element to ask it for."""
    paragraphs: dict[BlockKind, ParagraphGeometry] = field(default_factory=dict)
    """By kind of block: those that are one paragraph."""
    lines: dict[BlockKind, LineMetrics | None] = field(default_factory=dict)
    """By kind of block that is one paragraph; None if its lines are of several kinds."""
    note_geometry: ParagraphGeometry | None = None

    def learn_page(self, laid_out: LaidOutPage, blocks: Sequence[ParsedBlock]) -> list[tuple[Any, Any]]:
        """Learn from a letter's only page; return box and element of each block, then of each note.

        Raise NotAssembledError if its blocks cannot be told apart.
        """
        boxes, area, notes = find_block_boxes(laid_out), *find_notes(laid_out)
        require_all_boxes(laid_out.body, [element for _, element, _ in boxes], notes, blocks)
        self.learn_steps(laid_out, blocks, boxes, notes)
        self._learn_heights(blocks, boxes)
        if notes:
            self._learn_notes(area, [box for box, _ in notes])
            self.learn_note_geometry(notes[0][0])
        for block, (box, element, _) in zip(blocks, boxes, strict=True):
            self.learn_paragraph(block.kind, box, (box.margin_top, box.margin_bottom))
            self.learn_styles(block.kind, element, laid_out.context)
        if self.frame is None:
            self.frame = PageFrame.from_page(laid_out.page)
        return [(box, element) for box, element, _ in boxes] + notes

    def learn_styles(self, kind: BlockKind, element: Any, context: Any) -> None:
        """Learn the styles of a block's elements from WeasyPrint's LayoutContext."""
        for path, each in iter_style_paths(element, kind[0]):
            self.styles.setdefault(path, (context.style_for, each))

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
        found = NoteArea.from_box(area, boxes)
        if self.notes is None:
            self.notes = found
        elif max(abs(found.foot - self.notes.foot), abs(found.space - self.notes.space)) > TOLERANCE_PX:
            raise NotAssembledError("footnotes that stand elsewhere")

    def learn_note_geometry(self, note: Any) -> None:
        """Learn how a new footnote is set."""
        if self.note_geometry is None and is_paragraph(note) and not note.margin_top and not note.padding_top:
            self.note_geometry = _read_geometry(note)

    def learn_paragraph(self, kind: BlockKind, box: Any, margins: tuple[float, float]) -> None:
        """Learn how a block that is one paragraph is set, whether or not a `div` is around it."""
        if box.style["height"] != "auto":
            return
        paragraph = box
        if box.element.tag == "div":
            if len(box.children) != 1:
                return
            (paragraph,) = box.children
        if not is_paragraph(paragraph) or paragraph.border_box_y() != box.border_box_y():
            return
        if kind not in self.paragraphs:
            self.paragraphs[kind] = _read_geometry(
                paragraph, getattr(box.style["min_height"], "value", 0), margins
            )
        metrics = self.lines.setdefault(kind, LineMetrics(paragraph.children[0].height))
        left = self.paragraphs[kind].left
        if metrics is not None and not all(metrics.learn(line, left) for line in paragraph.children):
            self.lines[kind] = None

    def get_steps(self, shape: PageShape) -> tuple[PaintStep, ...]:
        """Return in which steps pages are painted; raise NotAssembledError if none like it was seen."""
        steps = self.steps.get(shape)
        if steps is None:
            raise NotAssembledError("a page that was never painted yet")
        return steps

    def learn_steps(
        self,
        laid_out: LaidOutPage,
        blocks: Sequence[ParsedBlock],
        boxes: Sequence[tuple[Any, Any, bool]],
        notes: Sequence[tuple[Any, Any]],
    ) -> None:
        """Learn in which steps a page with these blocks is painted."""
        positioned = tuple(
            block.kind for block, (*_, is_positioned) in zip(blocks, boxes, strict=True) if is_positioned
        )
        painted = (each for box, *_ in boxes for each in find_painted_boxes(box))
        pictures = sum(isinstance(each, ReplacedBox) for each in painted)
        margins = len(_find_margin_boxes(laid_out.page))
        has_body = any(block.kind[0] for block in blocks)
        shape = PageShape(positioned, pictures, bool(notes), margins, has_body)
        steps = read_steps(laid_out, boxes, notes)
        if self.steps.setdefault(shape, steps) != steps:
            raise NotAssembledError("a page that is painted in another order")


def _learn_number(known: dict[Any, float | None], key: Any, number: float) -> None:
    """Remember a number, or that it varies."""
    before = known.setdefault(key, number)
    if before is not None and abs(before - number) > TOLERANCE_PX:
        known[key] = None


_NO_STYLE = frozenset({"class", "style", "lang", "href", "src", "alt", "id", "title"})
"""Attributes that are described apart, or that briefgen's stylesheets do not ask for; `dir` is another."""


def describe_style(element: Any) -> tuple[str | None, ...]:
    """Return what the style of an element depends on, apart from what is around it."""
    others = sorted(f"{name}={text}" for name, text in element.items() if name not in _NO_STYLE)
    return element.tag, element.get("class"), element.get("style"), *others, element.get("lang")


def iter_style_paths(element: Any, is_in_body: bool) -> Iterator[tuple[StylePath, Any]]:
    """Yield the style path of an element and of all in it."""

    def walk(each: Any, path: StylePath) -> Iterator[tuple[StylePath, Any]]:
        path = (*path, describe_style(each))
        yield path, each
        for child in each:
            yield from walk(child, path)

    yield from walk(element, (is_in_body,))


def find_block_boxes(laid_out: LaidOutPage) -> list[tuple[Any, Any, bool]]:
    """Return the box and the element of each block on a page, and whether it is out of the flow."""
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
    elements = [each for each in _list_block_elements(laid_out.body) if each in by_element]
    if len(elements) != len(by_element):
        raise NotAssembledError("blocks that cannot be told apart")
    return [(by_element[each][0], each, by_element[each][1]) for each in elements]


def _list_block_elements(body: Any) -> list[Any]:
    return [
        each
        for block in body
        if block.get("class") not in _MARGIN_CLASSES
        for each in (block if block.get("class") == "body" else (block,))
    ]


def require_all_boxes(
    body: Any, elements: Sequence[Any], notes: Sequence[tuple[Any, Any]], blocks: Sequence[ParsedBlock]
) -> None:
    """Raise NotAssembledError unless these elements and notes are all that a body has, and in its order."""
    expected = [each for each in body.iter("span") if each.get("class") == FOOTNOTE_CLASS]
    if elements != _list_block_elements(body) or len(elements) != len(blocks):
        raise NotAssembledError("blocks that do not show on the page")
    if [element for _, element in notes] != expected or len(notes) != sum(len(each.notes) for each in blocks):
        raise NotAssembledError("footnotes in another order")


def _get_class(box: Any) -> str | None:
    return None if box.element is None else box.element.get("class")


def find_notes(laid_out: LaidOutPage) -> tuple[Any, list[tuple[Any, Any]]]:
    """Return the area of a page's footnotes, and the box and element of each."""
    area = next(
        (each for each in laid_out.page._page_box.children if isinstance(each, FootnoteAreaBox)), None
    )
    boxes = list(area.children) if area is not None else []
    return area, [(box, box.element) for box in boxes]


def is_paragraph(box: Any) -> bool:
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


def read_steps(
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
        for painted in find_painted_boxes(box):
            slot: PaintStep = PositionedBlock(positioned) if is_positioned else FLOW
            if isinstance(painted, ReplacedBox):
                slot, pictures = PagePicture(pictures), pictures + 1
            yield laid_out.mcids[painted], slot
        positioned += is_positioned
    for box, _ in notes:
        for painted in find_painted_boxes(box):
            yield laid_out.mcids[painted], NOTES
    for index, margin in enumerate(_find_margin_boxes(laid_out.page)):
        for painted in find_painted_boxes(margin):
            yield laid_out.mcids[painted], PageMargin(index)


def _find_margin_boxes(page: Any) -> list[Any]:
    """Return WeasyPrint's boxes of a page's margins that have text."""
    boxes = page._page_box.children
    return [each for each in boxes if isinstance(each, MarginBox) and any(find_painted_boxes(each))]


def find_text_boxes(box: Any) -> Iterator[Any]:
    """Yield the boxes of text in a box, in its order."""
    return (each for each in find_painted_boxes(box) if isinstance(each, TextBox))


def find_painted_boxes(box: Any) -> Iterator[Any]:
    """Yield the boxes of texts and pictures in a box, in its order."""
    if isinstance(box, TextBox | ReplacedBox):
        yield box
    for child in box.children:
        yield from find_painted_boxes(child)


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
