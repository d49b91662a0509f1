"""A page made of blocks, for WeasyPrint's PDF writer and for the structure tree."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from pydyf import Dictionary
from weasyprint.draw import draw_background, draw_replacedbox
from weasyprint.draw.border import rounded_box

from briefgen.render.pdf.artifacts import DECORATION
from briefgen.render.pdf.assembly.blocks import Block, BlockPicture, TextRun
from briefgen.render.pdf.assembly.page_model import (
    FLOW,
    NOTE_RULE,
    NOTES,
    POP,
    PUSH,
    SCALE,
    NoteArea,
    PageFrame,
    PageMargin,
    PagePicture,
    PaintStep,
    PositionedBlock,
)
from briefgen.render.pdf.assembly.running_head import PlacedMargin
from briefgen.render.pdf.assembly.text_painting import FontStore, to_pdf


@dataclass(slots=True, eq=False)
class PlacedBlock:
    """A block and where it stands."""

    block: Block
    elements: Sequence[Any]
    """Its HTML elements, in document order."""
    top: float
    is_positioned: bool = False
    """Whether it stands out of the flow."""
    first_mcid: int = -1
    """Number of the first run's marked content; the others follow."""
    pictures: list[tuple[int, Any, int]] = field(default_factory=list)
    """Pictures that say something: the run before which each is, its box, and the number of its content."""
    links: list[PlacedLink] = field(default_factory=list)


@dataclass(slots=True, eq=False)
class PlacedLink:
    """What the PDF writer and the structure tree ask of a box that is a link."""

    element: Any
    link_annotation: Any = None


@dataclass(frozen=True, slots=True)
class PlacedRun:
    """What the structure tree asks of a text box."""

    element: Any
    element_tag: str
    position_x: float
    position_y: float
    area: tuple[float, float, float, float]

    def hit_area(self) -> tuple[float, float, float, float]:
        """Return left and upper edge, width and height of what can be clicked."""
        return self.area


class AssembledPage:
    """Stands for WeasyPrint's page where a PDF is made of it."""

    def __init__(
        self,
        frame: PageFrame,
        note_area: NoteArea | None,
        steps: Sequence[PaintStep],
        blocks: Sequence[PlacedBlock],
        notes: Sequence[PlacedBlock],
        fonts: FontStore,
        margins: Sequence[PlacedMargin],
    ) -> None:
        """Make a page of blocks; their MCIDs are assigned when it is painted."""
        self.width, self.height, self.bleed = frame.width, frame.height, frame.bleed
        self.anchors: dict[str, Any] = {}
        self.forms: dict[Any, list[Any]] = {None: []}
        self.frame, self.blocks, self.notes = frame, blocks, notes
        self.mcid_count = 0
        self.stream: Any = None
        self._steps, self._fonts, self._margins = steps, fonts, margins
        self._note_area, self._page_box = note_area, frame.page_box
        self.links = list(self._place_links())
        self.bookmarks = [
            (mark.level, mark.label, (mark.left, placed.top + mark.top), mark.state)
            for placed in self.iter_blocks()
            for mark in placed.block.bookmarks
        ]

    def iter_blocks(self) -> Iterator[PlacedBlock]:
        """Yield all blocks in reading order, footnotes last."""
        yield from self.blocks
        yield from self.notes

    def _place_links(self) -> Iterator[tuple[str, str, tuple[float, ...], PlacedLink]]:
        for placed in self.iter_blocks():
            placed.links = [PlacedLink(placed.elements[link.element]) for link in placed.block.links]
            for link, stub in zip(placed.block.links, placed.links, strict=True):
                left, top, right, bottom = link.rectangle
                yield "external", link.target, (left, placed.top + top, right, placed.top + bottom), stub

    def place_run(self, placed: PlacedBlock, run: TextRun) -> PlacedRun:
        """Return a run of a block where it stands."""
        left, top, width, height = run.hit_area
        return PlacedRun(
            placed.elements[run.element],
            run.element_tag,
            run.left,
            placed.top + run.top,
            (left, placed.top + top, width, height),
        )

    def paint(self, stream: Any, scale: float = 1) -> None:
        """Paint the page into the PDF file."""
        self.stream, self.mcid_count = stream, 0
        for placed in self.iter_blocks():
            placed.pictures.clear()
        positioned = [placed for placed in self.blocks if placed.is_positioned]
        flow = [placed for placed in self.blocks if not placed.is_positioned]
        pictures = [(placed, picture) for placed in self.blocks for picture in placed.block.pictures]
        for step in self._steps:
            if step == PUSH:
                stream.push_state()
            elif step == POP:
                stream.pop_state()
            elif step == SCALE:
                stream.transform(a=scale, d=scale)
            elif step == FLOW:
                self._paint_blocks(stream, flow)
            elif step == NOTES:
                self._paint_blocks(stream, self.notes)
            elif step == NOTE_RULE:
                draw_background(stream, self._move_note_rule())
            elif isinstance(step, PageMargin):
                self._paint_margin(stream, *self._margins[step.index])
            elif isinstance(step, PagePicture):
                self._paint_picture(stream, *pictures[step.index])
            else:
                assert isinstance(step, PositionedBlock)
                self._paint_blocks(stream, [positioned[step.index]])

    def _paint_blocks(self, stream: Any, blocks: Sequence[PlacedBlock]) -> None:
        for placed in blocks:
            painted, block = placed.block.paint(stream), placed.block
            values: list[Any] = []
            for number, run in enumerate(block.runs, self.mcid_count):
                values.append(number)
                if run.painted.operators:
                    values.append(to_pdf(placed.top + run.baseline))
            if block.runs:
                stream.stream.append(painted.template % tuple(values))
            placed.first_mcid = self.mcid_count
            self.mcid_count += len(block.runs)
            stream._current_alpha, stream._current_color = painted.alpha, painted.colour
            states = stream._resources["ExtGState"]
            for name, state in painted.states.items():
                states.setdefault(name, state)
            self._use_glyphs(stream._fonts, block)

    def _paint_picture(self, stream: Any, placed: PlacedBlock, picture: BlockPicture) -> None:
        box = picture.place(placed.top, placed.elements[picture.element])
        rounded_box(stream, box.rounded_padding_box())
        stream.clip()
        stream.end()
        if box.element.get("alt", "").strip():
            stream.begin_marked_content("Figure", Dictionary({"MCID": self.mcid_count}))
            placed.pictures.append((picture.run, box, self.mcid_count))
        else:
            stream.begin_marked_content("Artifact", Dictionary(DECORATION))
        draw_replacedbox(stream, box)
        stream.end_marked_content()
        self.mcid_count += 1

    def _paint_margin(self, stream: Any, top: float, block: Block, artifact: Mapping[str, str]) -> None:
        """Paint the text in a margin, which is no part of the document."""
        for run in block.runs:
            stream.begin_marked_content("Artifact", Dictionary(artifact))
            stream.set_color(run.painted.colour)
            stream.stream.append(b"BT")
            if run.painted.operators:
                place = to_pdf(run.left), to_pdf(top + run.baseline)
                stream.stream += [b"1 0 0 -1 %b %b Tm" % place, run.painted.operators]
            stream.stream += [b"ET", b"EMC"]
            self.mcid_count += 1
        self._use_glyphs(stream._fonts, block)

    def _use_glyphs(self, fonts: dict[Any, Any], block: Block) -> None:
        """Add the glyphs of a block to a document's fonts, as painting it would."""
        for used in block.list_glyphs():
            font = fonts.get(used.font)
            if font is None:
                font = fonts[used.font] = self._fonts.copy_font(used.font)
            for known, more in ((font.to_unicode, used.characters), (font.widths, used.widths)):
                if not more.keys() <= known.keys():
                    known.update((glyph, more[glyph]) for glyph in more if glyph not in known)

    def _move_note_rule(self) -> Any:
        """Return the background of the area of notes where it stands on this page."""
        area = self._note_area
        assert area is not None
        old_top = area.box.border_box_y()
        down = self.notes[0].top - area.border_space - old_top

        def move(place: Sequence[Any]) -> tuple[Any, ...]:
            left, top, width, height, *more = place
            return (left, top + down, width, height - down, *more)

        background = area.box.background
        layers = [
            layer._replace(
                painting_area=move(layer.painting_area),
                positioning_area=move(layer.positioning_area),
                clipped_boxes=[move(each) for each in layer.clipped_boxes],
            )
            for layer in background.layers
        ]
        return background._replace(layers=layers)
