"""Plan letters of one page as blocks stacked upon each other, and learn from letters laid out in full."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from zlib import crc32

import weasyprint

from briefgen.model.document import RECIPIENT_BLOCKS, Document, PageUsage
from briefgen.render.pdf.artifacts import get_margin_artifact
from briefgen.render.pdf.assembly.assembled_page import AssembledPage, PlacedBlock
from briefgen.render.pdf.assembly.blocks import Block, BlockCache, read_block, read_margin, read_note
from briefgen.render.pdf.assembly.errors import NotAssembledError
from briefgen.render.pdf.assembly.page_content import BlockParser, PageContent, ParsedBlock
from briefgen.render.pdf.assembly.page_model import LaidOutPage, PageModel, PageShape
from briefgen.render.pdf.assembly.pango_lines import LineBreaker
from briefgen.render.pdf.assembly.paragraph_layout import lay_out_block, lay_out_note
from briefgen.render.pdf.assembly.text_painting import FontStore
from briefgen.render.pdf.page_usage import MM_PER_PX, measure_lines

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
_OVERLAP_PX = 1.0
"""As in `layout_checks`."""


@dataclass(frozen=True, slots=True)
class AssembledLetter:
    """A letter whose page has been assembled, not painted."""

    page: AssembledPage
    body: Any
    """The `body` element with its structure."""
    used_px: float
    """Height of text and notes."""


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
    _margins: dict[Hashable, list[tuple[float, Block, Mapping[str, str]]]] = field(default_factory=dict)
    """The texts in the margins of a model's pages: where each stands, and the kind of artifact that it is."""
    _trials: TrialLimit = field(default_factory=lambda: TrialLimit())
    _has_sample: bool = False

    def __post_init__(self) -> None:
        self._breaker = LineBreaker(self.fonts)

    def assemble(self, document: Document, content: PageContent) -> AssembledLetter | None:
        """Assemble a letter; return None if it has to be laid out in full."""
        if self.stopped or not self._trials.admit():
            return None
        letter = None
        with self._note_reasons(""):
            letter = self._assemble(document, content)
        if letter is None:
            self._trials.note(succeeded=False)
            return None
        self._trials.note(succeeded=True)
        self.assembled += 1
        return letter

    def knows_kind(self, document: Document) -> bool:
        """Return whether it has learnt from a letter on the same layout and in the same language."""
        return (document.page, document.layout, document.language) in self._models

    def is_sample(self, document: Document) -> bool:
        """Return whether an assembled letter is to be compared with its full layout.

        The first one is, and then those that a checksum of the text picks out.
        """
        is_first, self._has_sample = not self._has_sample, True
        return is_first or crc32(document.html.encode()) % SAMPLE_SHARE == 0

    def _assemble(self, document: Document, content: PageContent) -> AssembledLetter:
        key = _get_model_key(document, content)
        model = self._models.get(key)
        if model is None:
            raise NotAssembledError("the first letter of its kind")
        parsed, body = self._parser.parse_page(content.html)
        placed, notes, end = self._stack_blocks(key, model, parsed)
        bottom = model.bottom
        if notes:
            bottom = _stack_notes(model, notes)
        if end > bottom - SLACK_PX:
            raise NotAssembledError("a page that is full")
        _require_clear_lines([*placed, *notes])
        shape = PageShape(
            tuple(block.kind for block, each in zip(parsed, placed, strict=True) if each.is_positioned),
            sum(len(each.block.pictures) for each in placed),
            bool(notes),
        )
        steps = model.steps.get(shape)
        if steps is None:
            raise NotAssembledError("a page that was never painted yet")
        page = AssembledPage(model, steps, placed, notes, self.fonts, self._margins[key])
        return AssembledLetter(page, body, end - model.top + (model.bottom - bottom))

    def _stack_blocks(
        self, key: Hashable, model: PageModel, parsed: Sequence[ParsedBlock]
    ) -> tuple[list[PlacedBlock], list[PlacedBlock], float]:
        """Return the placed blocks, the notes without their place, and where the flow ends."""
        placed: list[PlacedBlock] = []
        notes: list[PlacedBlock] = []
        before, bottom, end = None, 0.0, 0.0
        for each in parsed:
            first_note = len(notes)
            block = self._get_block(key, model, each, first_note)
            if each.kind in model.positions:
                top = model.positions[each.kind]
            else:
                gap = model.gaps.get((before, each.kind))
                top = None if gap is None else bottom + gap
                if top is not None:
                    before, bottom = each.kind, top + block.height
                    end = bottom + block.margins[1]
            if top is None:
                raise NotAssembledError("blocks in a new order")
            placed.append(PlacedBlock(block, each.elements, top, each.kind in model.positions))
            for number, note in enumerate(each.notes, first_note):
                laid_out = self._get_note(key, model, each, number - first_note, number)
                notes.append(PlacedBlock(laid_out, tuple(note.element.iter()), 0.0))
        return placed, notes, end

    def _get_block(self, key: Hashable, model: PageModel, parsed: ParsedBlock, first_note: int) -> Block:
        block_key = key, parsed.kind[0], parsed.source, first_note
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

    def learn(self, document: Document, content: PageContent, laid_out: LaidOutPage) -> None:
        """Learn from a letter of one page that was laid out and painted in full."""
        if self.stopped or not self._trials.admitted:
            return
        with self._note_reasons("nothing learnt: "):
            self._learn(document, content, laid_out)

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

    def _learn(self, document: Document, content: PageContent, laid_out: LaidOutPage) -> None:
        key = _get_model_key(document, content)
        model = self._models.get(key)
        if model is None:
            if len(self._models) >= _MAX_MODELS:
                raise NotAssembledError("too many kinds of letters")
            model = PageModel.from_page(laid_out)
            self._margins[key] = [
                (box.position_y, read_margin(box, self.fonts), get_margin_artifact(box))
                for box in model.margin_boxes
            ]
        parsed, _ = self._parser.parse_page(content.html)
        boxes = model.learn_page(laid_out, parsed)
        first_note = 0
        for each, (box, element) in zip(parsed, boxes, strict=False):
            block_key = key, each.kind[0], each.source, first_note
            if self._blocks.get(block_key) is None:
                self._blocks.add(block_key, read_block(box, element, self.fonts))
            first_note += len(each.notes)
        notes = [note for each in parsed for note in each.notes]
        for number, (note, (box, element)) in enumerate(zip(notes, boxes[len(parsed) :], strict=True)):
            note_key = key, note.source, number
            if self._blocks.get(note_key) is None:
                self._blocks.add(note_key, read_note(box, element, self.fonts))
        self._models[key] = model


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
    if content.root_style:
        raise NotAssembledError("words that are longer than a line, or turned pages")
    return document.page, document.layout, document.language


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
    """Measure how much of its page a letter uses, as `measure_page_usage` does."""
    page = letter.page
    line, characters = measure_lines([line for each in page.blocks for line in each.block.lines])
    note_line, note_characters = measure_lines([line for each in page.notes for line in each.block.lines])
    heights = tuple(
        0.0 if each.is_positioned else round((each.block.height + sum(each.block.margins)) * MM_PER_PX, 2)
        for each in page.blocks
        if each.elements[0].get("class") in RECIPIENT_BLOCKS
    )
    return PageUsage(
        used_mm=(letter.used_px * MM_PER_PX,),
        room_mm=((page.model.bottom - page.model.top) * MM_PER_PX,),
        line_mm=line * MM_PER_PX,
        line_characters=characters,
        note_line_mm=note_line * MM_PER_PX,
        note_characters=note_characters,
        recipient_blocks_mm=heights,
    )
