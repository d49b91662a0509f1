"""Blocks of a page that have been laid out: what they paint, without the place where they stand.

A block is a part of the letter that never depends on its neighbours but for the space between them: the
address, a paragraph, a footnote.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Hashable, Iterator, Sequence
from copy import copy
from dataclasses import dataclass, field, replace
from typing import Any

from weasyprint.anchors import gather_anchors
from weasyprint.formatting_structure.boxes import BlockBox, InlineBox, LineBox, ReplacedBox, TextBox
from weasyprint.images import RasterImage

from briefgen.render.pdf.assembly.errors import NotAssembledError
from briefgen.render.pdf.assembly.text_painting import (
    FontGlyphs,
    FontStore,
    PaintedText,
    ScratchStream,
    paint_text,
    to_pdf,
)
from briefgen.render.pdf.layout_checks import CAP_HEIGHT_EM, DESCENT_EM

MAX_CACHED_BLOCKS = 800
"""Blocks kept, of some 20 kB each; a letter has about fifteen, and shares most of them with others."""
_BOX_TYPES = frozenset({BlockBox, LineBox, InlineBox, TextBox})


@dataclass(slots=True, eq=False)
class TextRun:
    """A run of text in a block. Heights are from the block's upper edge."""

    painted: PaintedText
    element: int
    """Index of its element within the block, in document order."""
    element_tag: str
    """WeasyPrint's, such as `p` or `span::footnote-call`."""
    left: float
    top: float
    baseline: float
    hit_area: tuple[float, float, float, float]
    """Left edge, height, width and height of what can be clicked."""


@dataclass(frozen=True, slots=True)
class BlockLink:
    """A link in a block."""

    run: int
    """Index of the run before which it begins."""
    element: int
    target: str
    rectangle: tuple[float, float, float, float]
    """Left, upper, right and lower edge."""


@dataclass(frozen=True, slots=True)
class BlockPicture:
    """A picture in a block."""

    run: int
    """Index of the run before which it comes; WeasyPrint paints pictures after all text of the flow."""
    element: int
    """Index of its element within the block."""
    box: Any
    """WeasyPrint's, where it stood."""
    top: float
    """Of the block, where it stood."""

    def place(self, top: float, element: Any) -> Any:
        """Return the box of an element in a block whose upper edge is at `top`."""
        placed = copy(self.box)
        placed.position_y += top - self.top
        placed.element = element
        return placed


@dataclass(frozen=True, slots=True)
class BlockBookmark:
    """A heading that readers list as a bookmark."""

    level: int
    label: str
    left: float
    top: float
    state: str


@dataclass(frozen=True, slots=True)
class BlockLine:
    """A line of a block. Heights are from the block's upper edge."""

    top: float
    height: float
    characters: int
    runs: int
    """Number of runs on it."""
    ink: tuple[float, float] | None
    """Upper and lower edge of what must not overlap anything; None if there is nothing on it."""


@dataclass(slots=True, eq=False)
class Block:
    """A laid-out block."""

    height: float
    """Without margins; a footnote's includes them."""
    margins: tuple[float, float] = (0.0, 0.0)
    """Above and below, as its box has them."""
    runs: list[TextRun] = field(default_factory=list)
    links: list[BlockLink] = field(default_factory=list)
    pictures: list[BlockPicture] = field(default_factory=list)
    bookmarks: list[BlockBookmark] = field(default_factory=list)
    lines: list[BlockLine] = field(default_factory=list)
    ink: tuple[float, float] = (0.0, 0.0)
    """Upper and lower edge of what must not overlap anything."""
    _glyphs: list[FontGlyphs] | None = None
    _operators: dict[Any, PaintedRuns] = field(default_factory=dict)

    def list_glyphs(self) -> list[FontGlyphs]:
        """Return the glyphs of all its runs, by font, in the order in which they are painted."""
        if self._glyphs is None:
            fonts: dict[Any, FontGlyphs] = {}
            for used in (used for run in self.runs for used in run.painted.glyphs):
                known = fonts.setdefault(used.font, FontGlyphs(used.font, {}, {}))
                for glyph, text in used.characters.items():
                    known.characters.setdefault(glyph, text)
                for glyph, width in used.widths.items():
                    known.widths.setdefault(glyph, width)
            self._glyphs = list(fonts.values())
        return self._glyphs

    def paint(self, stream: Any) -> PaintedRuns:
        """Return what its runs paint after the colour and transparency that a stream has now."""
        before = stream._current_alpha, stream._current_color
        if before not in self._operators:
            self._operators[before] = _paint_runs(self.runs, *before)
        return self._operators[before]


@dataclass(frozen=True, slots=True)
class PaintedRuns:
    """The operators of a block's runs, with places to fill in."""

    template: bytes
    """With the number of each piece of marked content, followed by its baseline if it has text."""
    alpha: Any
    """The transparency afterwards, as WeasyPrint's streams keep it."""
    colour: Any
    states: dict[str, Any]
    """The graphics states that it uses."""


def _paint_runs(runs: Sequence[TextRun], alpha: Any, colour: Any) -> PaintedRuns:
    scratch = ScratchStream()
    scratch._current_alpha, scratch._current_color = alpha, colour
    operators = scratch.stream
    for run in runs:
        operators += [b"/Span", b"<</MCID %d>>", b"BDC"]
        scratch.set_color(run.painted.colour)
        operators.append(b"BT")
        if run.painted.operators:
            operators += [b"1 0 0 -1 " + to_pdf(run.left) + b" %s Tm", run.painted.operators]
        operators += [b"ET", b"EMC"]
    return PaintedRuns(
        b"\n".join(map(to_pdf, operators)),
        scratch._current_alpha,
        scratch._current_color,
        scratch._resources["ExtGState"],
    )


# Reading boxes


def read_block(box: Any, element: Any, fonts: FontStore, margins: tuple[float, float] | None = None) -> Block:
    """Read a laid-out box of WeasyPrint's; raise NotAssembledError if it is more than text and pictures.

    `margins` are those that it would have if it stood at the edge of no page, where they are lost.
    """
    top = box.border_box_y()
    block = Block(box.border_height(), margins or (box.margin_top, box.margin_bottom))
    read_runs(box, index_elements(element), top, fonts, block)
    read_marks(box, top, block)
    measure_block(block, list(iter_lines(box)), top)
    return block


def read_note(box: Any, element: Any, fonts: FontStore) -> Block:
    """Read a laid-out footnote, with its margins."""
    top = box.position_y
    block = Block(box.margin_height())
    read_runs(box, index_elements(element), top, fonts, block)
    read_marks(box, top, block)
    measure_block(block, list(iter_lines(box)), top)
    return block


def read_margin(box: Any, fonts: FontStore) -> Block:
    """Read the text of a margin of the page, which belongs to no element of the document."""
    top = box.position_y
    block = Block(box.margin_height())
    texts = [each for line in iter_lines(box) for each in line.descendants() if isinstance(each, TextBox)]
    block.runs = [read_run(text, {text.element: 0}, top, fonts) for text in texts]
    return block


def index_elements(element: Any) -> dict[Any, int]:
    """Return the index of each element of a block, itself included."""
    return {each: index for index, each in enumerate(element.iter())}


def read_runs(box: Any, index: dict[Any, int], top: float, fonts: FontStore, block: Block) -> None:
    """Add the runs, links and pictures in a box to a block whose upper edge is at `top`."""
    if isinstance(box, TextBox):
        block.runs.append(read_run(box, index, top, fonts))
        return
    if isinstance(box, ReplacedBox):
        block.pictures.append(_read_picture(box, index, top, len(block.runs)))
        return
    _require_plain_box(box)
    if box.is_floated() and box.position_y + box.margin_height() > top + block.height:
        raise NotAssembledError("a picture that stands beside other blocks")
    if isinstance(box, InlineBox) and box.link:
        kind, (scope, target) = box.link
        if (
            kind != "url"
            or scope != "external"
            or not all(isinstance(each, TextBox) for each in box.children)
        ):
            raise NotAssembledError("a link that is more than text")
        left, y, width, height = box.hit_area()
        rectangle = (left, y - top, left + width, y + height - top)
        block.links.append(BlockLink(len(block.runs), index[box.element], target, rectangle))
    for child in box.children:
        read_runs(child, index, top, fonts, block)


def read_run(box: Any, index: dict[Any, int], top: float, fonts: FontStore) -> TextRun:
    """Read a text box in a block whose upper edge is at `top`."""
    left, y, width, height = box.hit_area()
    return TextRun(
        paint_text(box, fonts),
        index[box.element],
        box.element_tag,
        box.position_x,
        box.position_y - top,
        box.position_y + box.baseline - top,
        (left, y - top, width, height),
    )


def _read_picture(box: Any, index: dict[Any, int], top: float, run: int) -> BlockPicture:
    if not isinstance(box.replacement, RasterImage):
        raise NotAssembledError("a drawing")  # it would keep alive the document that it was laid out in
    return BlockPicture(run, index[box.element], box, top)


def read_marks(box: Any, top: float, block: Block) -> None:
    """Add the bookmarks of a box; raise NotAssembledError if it has anchors or form fields."""
    anchors: dict[str, Any] = {}
    forms: dict[Any, list[Any]] = {None: []}
    bookmarks: list[Any] = []
    gather_anchors(box, anchors, [], bookmarks, forms)
    if anchors or len(forms) > 1 or forms[None]:
        raise NotAssembledError("a place that links lead to")
    block.bookmarks += [
        BlockBookmark(level, label, x, y - top, state) for level, label, (x, y), state in bookmarks
    ]


def measure_block(block: Block, lines: list[Any], top: float) -> None:
    """Set the lines of a block and the height that they take."""
    block.lines = [_measure_line(line, top) for line in lines]
    edges = [line.ink for line in block.lines if line.ink]
    for picture in block.pictures:
        upper = picture.box.content_box_y() - top
        edges.append((upper, upper + picture.box.height))
    if edges:
        block.ink = min(upper for upper, _ in edges), max(lower for _, lower in edges)


def _measure_line(line: Any, top: float) -> BlockLine:
    texts = [each for each in line.descendants() if isinstance(each, TextBox)]
    ink = None
    if line.width and not any(isinstance(each, ReplacedBox) for each in line.children):
        baseline, em = line.position_y + line.baseline - top, line.style["font_size"]
        ink = baseline - CAP_HEIGHT_EM * em, baseline + DESCENT_EM * em
    characters = sum(len(each.text) for each in texts)
    return BlockLine(line.position_y - top, line.height, characters, len(texts), ink)


def iter_lines(box: Any) -> Iterator[Any]:
    """Yield the lines in a box, in order."""
    if isinstance(box, LineBox):
        yield box
    else:
        for child in getattr(box, "children", ()):
            yield from iter_lines(child)


def _require_plain_box(box: Any) -> None:
    """Raise NotAssembledError for a kind of box that may paint more than its text."""
    if type(box) not in _BOX_TYPES:
        raise NotAssembledError(f"a {type(box).__name__}")


# Paragraphs that begin on one page and end on another


def cut_block(block: Block, first: int, end: int) -> Block:
    """Return the part of a paragraph from its line `first` to the one before `end`, as a block of its own."""
    if (first, end) == (0, len(block.lines)):
        return block
    _require_divisible(block)
    lines = block.lines[first:end]
    start = sum(line.runs for line in block.lines[:first])
    stop = start + sum(line.runs for line in lines)
    return _build_part(
        -lines[0].top,
        lines,
        block.runs[start:stop],
        [replace(link, run=link.run - start) for link in block.links if start <= link.run < stop],
    )


def join_blocks(parts: Sequence[Block], margins: tuple[float, float]) -> Block:
    """Return the paragraph that these parts of it, each from its first line, are together."""
    whole = Block(0.0, margins)
    for part in parts:
        _require_divisible(part)
        runs = len(whole.runs)
        moved = _build_part(
            whole.height,
            part.lines,
            part.runs,
            [replace(link, run=link.run + runs) for link in part.links],
        )
        whole.runs += moved.runs
        whole.links += moved.links
        whole.lines += moved.lines
        whole.height = whole.lines[-1].top + whole.lines[-1].height
    _set_ink(whole)
    return whole


def _require_divisible(block: Block) -> None:
    if block.pictures or block.bookmarks or not block.lines:
        raise NotAssembledError("a page break in more than text")


def _build_part(
    down: float, lines: Sequence[BlockLine], runs: Sequence[TextRun], links: Sequence[BlockLink]
) -> Block:
    """Return a block of these lines, moved down by so much."""
    part = Block(sum(line.height for line in lines))
    part.lines = [
        replace(line, top=line.top + down, ink=line.ink and (line.ink[0] + down, line.ink[1] + down))
        for line in lines
    ]
    part.runs = [_move_run(run, down) for run in runs]
    part.links = [
        replace(link, rectangle=(left, top + down, right, bottom + down))
        for link in links
        for left, top, right, bottom in (link.rectangle,)
    ]
    _set_ink(part)
    return part


def _move_run(run: TextRun, down: float) -> TextRun:
    left, top, width, height = run.hit_area
    area = (left, top + down, width, height)
    return replace(run, top=run.top + down, baseline=run.baseline + down, hit_area=area)


def _set_ink(block: Block) -> None:
    if edges := [line.ink for line in block.lines if line.ink]:
        block.ink = min(upper for upper, _ in edges), max(lower for _, lower in edges)


class BlockCache:
    """The blocks used last, up to a number of them."""

    def __init__(self, size: int = MAX_CACHED_BLOCKS) -> None:
        self._blocks: OrderedDict[Hashable, Block] = OrderedDict()
        self._size = size

    def get(self, key: Hashable) -> Block | None:
        """Return a block, which then is the last one used."""
        block = self._blocks.get(key)
        if block is not None:
            self._blocks.move_to_end(key)
        return block

    def add(self, key: Hashable, block: Block) -> None:
        """Keep a block, and drop the one that has not been used for longest if there are too many."""
        self._blocks[key] = block
        if len(self._blocks) > self._size:
            self._blocks.popitem(last=False)

    def __len__(self) -> int:
        return len(self._blocks)
