"""Plan letters as blocks that stand on their pages, and learn from letters laid out in full."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from zlib import crc32

import weasyprint

from briefgen.model.document import RECIPIENT_BLOCKS, Document, PageUsage
from briefgen.render.pdf.assembly.assembled_page import AssembledPage, PlacedBlock
from briefgen.render.pdf.assembly.blocks import Block, BlockCache, read_block, read_note
from briefgen.render.pdf.assembly.errors import NotAssembledError, PageFullError
from briefgen.render.pdf.assembly.page_content import BlockParser, PageContent, ParsedBlock
from briefgen.render.pdf.assembly.page_model import (
    LaidOutPage,
    PageFrame,
    PageModel,
    PageShape,
    find_block_boxes,
    find_notes,
)
from briefgen.render.pdf.assembly.page_plan import (
    PlannedPage,
    describe_heights,
    read_divided_block,
    read_margins,
    read_page_plan,
)
from briefgen.render.pdf.assembly.pango_lines import LineBreaker
from briefgen.render.pdf.assembly.paragraph_layout import lay_out_block, lay_out_note
from briefgen.render.pdf.assembly.running_head import MarginText
from briefgen.render.pdf.assembly.skeleton import LayOutContent, plan_pages
from briefgen.render.pdf.assembly.text_painting import FontStore
from briefgen.render.pdf.page_usage import MM_PER_PX, measure_lines
from briefgen.render.tables import TURNED_STYLE

SUPPORTED_VERSIONS = frozenset({"70.0"})
"""WeasyPrint versions whose line breaking and painting are known; with any other, all is laid out in full."""
SLACK_PX = 0.05
"""Room that must be left on a page, lest rounding decide whether a letter fits."""
SAMPLE_SHARE = 128
"""One assembled letter in so many is also laid out in full and compared, chosen by its text."""
MAX_FAILURES = 8
"""Letters that may need the full layout, one after the other, before no more are tried for a while."""
_MAX_PAUSE = 1_024
_MAX_MODELS = 16
_MAX_PLANS = 256
"""Letters of several pages whose page breaks are kept."""
_OVERLAP_PX = 1.0
"""As in `layout_checks`."""


@dataclass(frozen=True, slots=True)
class AssembledLetter:
    """A letter whose pages have been assembled, not painted."""

    pages: tuple[AssembledPage, ...]
    body: Any
    """The `body` element with its structure."""
    used_px: tuple[float, ...]
    """For each page, the height of text and notes."""


@dataclass(frozen=True, slots=True)
class _LetterBlocks:
    """The blocks of a letter, without their place."""

    parsed: Sequence[ParsedBlock]
    blocks: Sequence[Block]
    notes: Sequence[tuple[Block, Any]]
    """Each with its element."""

    def place_note(self, number: int, top: float) -> PlacedBlock:
        block, element = self.notes[number]
        return PlacedBlock(block, tuple(element.iter()), top)


@dataclass(slots=True)
class LetterAssembler:
    """Keeps what was learnt from letters laid out in full, and assembles others from it."""

    fonts: FontStore = field(default_factory=FontStore)
    reasons: Counter[str] = field(default_factory=Counter)
    """Why letters had to be laid out in full."""
    assembled: int = 0
    """Number of letters that were not."""
    stopped: bool = False
    """Whether everything is laid out in full from now on, because a difference was found."""
    _breaker: LineBreaker = field(init=False)
    _parser: BlockParser = field(default_factory=BlockParser)
    _blocks: BlockCache = field(default_factory=BlockCache)
    _models: dict[Hashable, PageModel] = field(default_factory=dict)
    _plans: dict[tuple[Hashable, Hashable], tuple[PlannedPage, ...]] = field(default_factory=dict)
    """What stands where in letters of several pages, by model and by `describe_heights`."""
    _frames: dict[tuple[Hashable, int, int], tuple[PageFrame, list[MarginText]]] = field(default_factory=dict)
    """By model, index of the page, and number of pages."""
    _trials: TrialLimit = field(default_factory=lambda: TrialLimit())
    _sampled: set[int] = field(default_factory=set)
    """Numbers of pages of which a letter has been compared."""

    def __post_init__(self) -> None:
        self._breaker = LineBreaker(self.fonts)

    def assemble(
        self, document: Document, content: PageContent, lay_out: LayOutContent | None
    ) -> AssembledLetter | None:
        """Assemble a letter; return None if it has to be laid out in full.

        `lay_out` lays out a skeleton of it, where page breaks have to be found; None if letters of several
        pages are not wanted.
        """
        if self.stopped or not self._trials.admit():
            return None
        letter, has_room = None, True
        with self._note_reasons(""):
            try:
                letter = self._assemble(document, content, lay_out)
            except PageFullError:
                has_room = lay_out is not None
                raise
        if letter is None:
            if has_room:
                self._trials.note(succeeded=False)
            return None
        self._trials.note(succeeded=True)
        self.assembled += 1
        return letter

    def knows_kind(self, document: Document, content: PageContent, pages: int) -> bool:
        """Return whether it has learnt from a letter of so many pages, on the same layout and language."""
        key = document.page, document.layout, document.language, content.root_style
        return key in self._models and (key, 0, pages) in self._frames

    def is_sample(self, document: Document, pages: int) -> bool:
        """Return whether an assembled letter of so many pages is to be compared with its full layout.

        The first one is, and then those that a checksum of the text picks out.
        """
        is_first = pages not in self._sampled
        self._sampled.add(pages)
        return is_first or crc32(document.html.encode()) % SAMPLE_SHARE == 0

    def _assemble(
        self, document: Document, content: PageContent, lay_out: LayOutContent | None
    ) -> AssembledLetter:
        key = _get_model_key(document, content)
        model = self._models.get(key)
        if model is None:
            raise NotAssembledError("the first letter of its kind")
        parsed, body = self._parser.parse_page(content.html)
        letter = self._lay_out_blocks(key, model, parsed)
        try:
            return self._stack_page(key, model, letter, content, body)
        except NotAssembledError:
            has_seen_two_pages = (key, 1, 2) in self._frames
            if lay_out is None or not has_seen_two_pages:
                raise
        plan = self._find_plan(key, model, letter, lay_out)
        return self._follow_plan(key, model, plan, letter, content, body)

    def _find_plan(
        self, key: Hashable, model: PageModel, letter: _LetterBlocks, lay_out: LayOutContent
    ) -> tuple[PlannedPage, ...]:
        """Return where a letter of several pages breaks, as one before did or its skeleton does."""
        notes = [block for block, _ in letter.notes]
        heights = key, describe_heights(model, letter.parsed, letter.blocks, notes)
        plan = self._plans.get(heights)
        if plan is None:
            plan = plan_pages(model, letter.parsed, letter.blocks, notes, lay_out)
            self._keep_plan(heights, plan)
        return plan

    def _keep_plan(self, heights: tuple[Hashable, Hashable], plan: tuple[PlannedPage, ...]) -> None:
        if len(self._plans) >= _MAX_PLANS:
            del self._plans[next(iter(self._plans))]
        self._plans[heights] = plan

    def _lay_out_blocks(
        self, key: Hashable, model: PageModel, parsed: Sequence[ParsedBlock]
    ) -> _LetterBlocks:
        blocks: list[Block] = []
        notes: list[tuple[Block, Any]] = []
        for each in parsed:
            first_note = len(notes)
            blocks.append(self._get_block(key, model, each, first_note))
            for number, note in enumerate(each.notes, first_note):
                block = self._get_note(key, model, each, number - first_note, number)
                notes.append((block, note.element))
        return _LetterBlocks(parsed, blocks, notes)

    def _stack_page(
        self, key: Hashable, model: PageModel, letter: _LetterBlocks, content: PageContent, body: Any
    ) -> AssembledLetter:
        """Stack the blocks of a letter upon a single page; raise NotAssembledError if it may have no room."""
        if model.frame is None:
            raise NotAssembledError("page breaks that were not seen yet")
        placed, end = _stack_blocks(model, letter)
        notes = [letter.place_note(number, 0.0) for number in range(len(letter.notes))]
        bottom = _stack_notes(model, notes) if notes else model.frame.bottom
        if end > bottom - SLACK_PX:
            raise PageFullError("a page that is full")
        _require_clear_lines([*placed, *notes])
        frame, margins = self._get_frame(key, 0, 1)
        margin = [each.place(content.running, self._breaker) for each in margins]
        page = AssembledPage(
            frame,
            model.notes,
            model.get_steps(_get_shape(letter.parsed, placed, notes, frame)),
            placed,
            notes,
            self.fonts,
            margin,
        )
        used_px = end - frame.top + (frame.bottom - bottom)
        return AssembledLetter((page,), body, (used_px,))

    def _follow_plan(
        self,
        key: Hashable,
        model: PageModel,
        plan: Sequence[PlannedPage],
        letter: _LetterBlocks,
        content: PageContent,
        body: Any,
    ) -> AssembledLetter:
        """Set a letter like one of several pages that agrees with it in all heights."""
        pages = []
        first_notes = [0]
        for parsed in letter.parsed:
            first_notes.append(first_notes[-1] + len(parsed.notes))
        for number, planned in enumerate(plan):
            placed = []
            for part in planned.parts:
                parsed = letter.parsed[part.block]
                part_key = _get_block_key(key, parsed, first_notes[part.block]), part.first, part.end
                block = self._blocks.get(part_key)
                if block is None:
                    block = part.cut(letter.blocks[part.block])
                    self._blocks.add(part_key, block)
                placed.append(PlacedBlock(block, parsed.elements, part.top, part.is_positioned))
            notes = [letter.place_note(*note) for note in planned.notes]
            _require_clear_lines([*placed, *notes])
            frame, margins = self._get_frame(key, number, len(plan))
            if planned.used_px > frame.bottom - frame.top + _OVERLAP_PX:
                raise NotAssembledError("a page that runs over its foot")
            steps = model.get_steps(
                _get_shape([letter.parsed[part.block] for part in planned.parts], placed, notes, frame)
            )
            margin = [each.place(content.running, self._breaker) for each in margins]
            pages.append(AssembledPage(frame, planned.note_area, steps, placed, notes, self.fonts, margin))
        return AssembledLetter(tuple(pages), body, tuple(planned.used_px for planned in plan))

    def _get_frame(self, key: Hashable, number: int, count: int) -> tuple[PageFrame, list[MarginText]]:
        frame = self._frames.get((key, number, count))
        if frame is None:
            raise NotAssembledError("a number of pages that was not seen yet")
        return frame

    def _get_block(self, key: Hashable, model: PageModel, parsed: ParsedBlock, first_note: int) -> Block:
        block_key = _get_block_key(key, parsed, first_note)
        block = self._blocks.get(block_key)
        if block is None:
            block = lay_out_block(model, parsed, first_note, self._breaker)
            self._blocks.add(block_key, block)
        return block

    def _get_note(
        self, key: Hashable, model: PageModel, parsed: ParsedBlock, index: int, number: int
    ) -> Block:
        note = parsed.notes[index]
        note_key = key, note.source, number
        block = self._blocks.get(note_key)
        if block is None:
            block = lay_out_note(model, parsed, note.element, number, self.fonts)
            self._blocks.add(note_key, block)
        return block

    def learn(self, document: Document, content: PageContent, pages: Sequence[LaidOutPage]) -> None:
        """Learn from a letter of these pages that was laid out and painted in full."""
        if self.stopped or not self._trials.admitted:
            return
        with self._note_reasons("nothing learnt: "):
            self._learn(document, content, pages)

    @contextmanager
    def _note_reasons(self, prefix: str) -> Iterator[None]:
        """Take note of why something cannot be assembled; stop at an error that was not expected."""
        try:
            yield
        except NotAssembledError as error:
            self.reasons[f"{prefix}{error}"] += 1
        except MemoryError:
            raise
        except Exception as error:  # from WeasyPrint's internals: the full layout does not need these
            self.reasons[f"{prefix}{type(error).__name__}"] += 1
            self.stopped = True

    def _learn(self, document: Document, content: PageContent, pages: Sequence[LaidOutPage]) -> None:
        key = _get_model_key(document, content)
        model = self._models.get(key)
        if model is None:
            if len(self._models) >= _MAX_MODELS:
                raise NotAssembledError("too many kinds of letters")
            model = PageModel(pages[0].context)
        for number, page in enumerate(pages):
            frame_key = key, number, len(pages)
            if frame_key not in self._frames:
                frame = PageFrame.from_page(page.page)
                margins = [MarginText.from_box(box, self._breaker) for box in frame.margin_boxes]
                self._frames[frame_key] = frame, margins
        parsed, _ = self._parser.parse_page(content.html)
        if len(pages) == 1:
            self._learn_page(key, model, parsed, pages[0])
        else:
            self._learn_plan(key, model, parsed, pages)
        self._models[key] = model

    def _learn_page(
        self, key: Hashable, model: PageModel, parsed: Sequence[ParsedBlock], page: LaidOutPage
    ) -> None:
        boxes = model.learn_page(page, parsed)
        first_note = 0
        for each, (box, element) in zip(parsed, boxes, strict=False):
            block_key = _get_block_key(key, each, first_note)
            if self._blocks.get(block_key) is None:
                self._blocks.add(block_key, read_block(box, element, self.fonts))
            first_note += len(each.notes)
        self._keep_notes(key, parsed, boxes[len(parsed) :])

    def _learn_plan(
        self, key: Hashable, model: PageModel, parsed: Sequence[ParsedBlock], pages: Sequence[LaidOutPage]
    ) -> None:
        plan, boxes = read_page_plan(pages, parsed)
        blocks = [
            read_divided_block(parts, element, self.fonts)
            for parts, element in zip(boxes.blocks, boxes.elements, strict=True)
        ]
        notes = [read_note(box, element, self.fonts) for box, element in boxes.notes]
        for page, planned in zip(pages, plan, strict=True):
            on_page = [parsed[part.block] for part in planned.parts]
            model.learn_steps(page, on_page, find_block_boxes(page), find_notes(page)[1])
        first_note = 0
        for each, parts, element, block in zip(parsed, boxes.blocks, boxes.elements, blocks, strict=True):
            model.learn_styles(each.kind, element, pages[0].context)
            if len(parts) == 1:
                model.learn_paragraph(each.kind, parts[0], read_margins(parts[0]))
            block_key = _get_block_key(key, each, first_note)
            if self._blocks.get(block_key) is None:
                self._blocks.add(block_key, block)
            first_note += len(each.notes)
        if boxes.notes:
            model.learn_note_geometry(boxes.notes[0][0])
        self._keep_notes(key, parsed, boxes.notes)
        self._keep_plan((key, describe_heights(model, parsed, blocks, notes)), plan)

    def _keep_notes(
        self, key: Hashable, parsed: Sequence[ParsedBlock], boxes: Sequence[tuple[Any, Any]]
    ) -> None:
        notes = [note for each in parsed for note in each.notes]
        for number, (note, (box, element)) in enumerate(zip(notes, boxes, strict=True)):
            note_key = key, note.source, number
            if self._blocks.get(note_key) is None:
                self._blocks.add(note_key, read_note(box, element, self.fonts))


@dataclass(slots=True)
class TrialLimit:
    """Decides when it is no use to try any longer, so that letters which cannot be assembled lose no time."""

    admitted: bool = True
    """Whether the last letter was to be tried, and is to be learnt from."""
    _failures: int = 0
    _pause: int = 0
    """Letters that are still to be laid out in full without a trial."""
    _next_pause: int = MAX_FAILURES

    def admit(self) -> bool:
        """Return whether the next letter is to be tried."""
        self.admitted = not self._pause
        self._pause = max(0, self._pause - 1)
        return self.admitted

    def note(self, *, succeeded: bool) -> None:
        """Take note of how a trial ended; a pause that brought no change is followed by a longer one."""
        if succeeded:
            self._failures, self._next_pause = 0, MAX_FAILURES
            return
        self._failures += 1
        if self._failures >= MAX_FAILURES:
            self._pause, self._next_pause = self._next_pause, min(2 * self._next_pause, _MAX_PAUSE)


def create_assembler() -> LetterAssembler | None:
    """Return a new assembler, or None if this version of WeasyPrint is not known."""
    return LetterAssembler() if weasyprint.__version__ in SUPPORTED_VERSIONS else None


def _get_model_key(document: Document, content: PageContent) -> Hashable:
    if document.kind != "letter":
        raise NotAssembledError("a paper that is no letter")
    if TURNED_STYLE in content.html:
        raise NotAssembledError("turned pages")
    # Where a word may be longer than a line, the style of the root says so, and changes those of all blocks.
    return document.page, document.layout, document.language, content.root_style


def _get_block_key(key: Hashable, parsed: ParsedBlock, first_note: int) -> Hashable:
    return key, parsed.kind[0], parsed.source, first_note if parsed.notes else None


def _get_shape(
    parsed: Sequence[ParsedBlock],
    placed: Sequence[PlacedBlock],
    notes: Sequence[PlacedBlock],
    frame: PageFrame,
) -> PageShape:
    return PageShape(
        tuple(block.kind for block, each in zip(parsed, placed, strict=True) if each.is_positioned),
        sum(len(each.block.pictures) for each in placed),
        bool(notes),
        len(frame.margin_boxes),
        any(block.kind[0] for block in parsed),
    )


def _stack_blocks(model: PageModel, letter: _LetterBlocks) -> tuple[list[PlacedBlock], float]:
    """Return the blocks of a letter of one page in their places, and where the flow ends."""
    placed: list[PlacedBlock] = []
    before, bottom, end = None, 0.0, 0.0
    for parsed, block in zip(letter.parsed, letter.blocks, strict=True):
        if parsed.kind in model.positions:
            top = model.positions[parsed.kind]
        else:
            gap = model.gaps.get((before, parsed.kind))
            top = None if gap is None else bottom + gap
            if top is not None:
                before, bottom = parsed.kind, top + block.height
                end = bottom + block.margins[1]
        if top is None:
            raise NotAssembledError("blocks in a new order")
        placed.append(PlacedBlock(block, parsed.elements, top, parsed.kind in model.positions))
    return placed, end


def _stack_notes(model: PageModel, notes: Sequence[PlacedBlock]) -> float:
    """Stack the notes upon the foot of the page; return where the room for the text ends."""
    if model.notes is None:
        raise NotAssembledError("footnotes, where none were seen yet")
    top = model.notes.foot
    for note in reversed(notes):
        top -= note.block.height
        note.top = top
    return top - model.notes.space


def _require_clear_lines(placed: Sequence[PlacedBlock]) -> None:
    """Raise NotAssembledError if the text of a block might touch that of the next."""
    lowest = float("-inf")
    for each in placed:
        upper, lower = each.block.ink
        if each.top + upper < lowest - _OVERLAP_PX:
            raise NotAssembledError("blocks that nearly touch")
        lowest = max(lowest, each.top + lower)


def measure_assembled_letter(letter: AssembledLetter) -> PageUsage:
    """Measure how much of its pages a letter uses, as `measure_page_usage` does."""
    pages = letter.pages
    line, characters = _measure_lines(each for page in pages for each in page.blocks)
    note_line, note_characters = _measure_lines(each for page in pages for each in page.notes)
    heights = tuple(
        0.0 if each.is_positioned else round((each.block.height + sum(each.block.margins)) * MM_PER_PX, 2)
        for page in pages
        for each in page.blocks
        if each.elements[0].get("class") in RECIPIENT_BLOCKS
    )
    return PageUsage(
        used_mm=tuple(used_px * MM_PER_PX for used_px in letter.used_px),
        room_mm=tuple((page.frame.bottom - page.frame.top) * MM_PER_PX for page in pages),
        line_mm=line * MM_PER_PX,
        line_characters=characters,
        note_line_mm=note_line * MM_PER_PX,
        note_characters=note_characters,
        recipient_blocks_mm=heights,
    )


def _measure_lines(placed: Iterable[PlacedBlock]) -> tuple[float, float]:
    lines = [line for each in placed for line in each.block.lines]
    return measure_lines([(line.height, line.characters) for line in lines if line.characters])
