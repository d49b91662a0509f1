"""Lay out a new block, if it is one paragraph of text, by WeasyPrint's own line breaking.

Its styles are those of the same elements in a letter that was laid out in full.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

from weasyprint.formatting_structure import build
from weasyprint.formatting_structure.boxes import LineBox
from weasyprint.layout import LayoutContext
from weasyprint.layout.inline import iter_line_boxes
from weasyprint.layout.percent import resolve_percentages

from briefgen.render.pdf.assembly.blocks import (
    Block,
    BlockLine,
    TextRun,
    index_elements,
    measure_block,
    read_runs,
)
from briefgen.render.pdf.assembly.errors import NotAssembledError
from briefgen.render.pdf.assembly.page_content import FOOTNOTE_CLASS, ParsedBlock
from briefgen.render.pdf.assembly.page_model import (
    PageModel,
    ParagraphGeometry,
    StylePath,
    TextPlace,
    describe_style,
)
from briefgen.render.pdf.assembly.pango_lines import LineBreaker, TextLine
from briefgen.render.pdf.assembly.text_painting import FontStore
from briefgen.render.pdf.layout_checks import CAP_HEIGHT_EM, DESCENT_EM

_INLINE_TAGS = frozenset({"em", "strong", "br", "span"})
_CALL_WIDTH_PX = 1_000.0
_NOTE_TAGS = frozenset({"em", "strong", "a"})


class ElementStyles:
    """Finds styles for the elements of a new block, as WeasyPrint's function does."""

    def __init__(self, model: PageModel) -> None:
        self._model = model
        self._found: dict[Any, tuple[Any, Any]] = {}

    def add(self, element: Any, path: StylePath) -> None:
        """Find the style of an element; raise NotAssembledError if none like it was seen."""
        found = self._model.styles.get(path)
        if found is None:
            raise NotAssembledError("an element whose style is not known yet")
        self._found[element] = found

    def __call__(self, element: Any, pseudo_type: str | None = None) -> Any:
        """Return the style of an element or of one of its pseudo-elements."""
        style_for, alike = self._found[element]
        return style_for(alike, pseudo_type)


def lay_out_block(model: PageModel, parsed: ParsedBlock, first_note: int, breaker: LineBreaker) -> Block:
    """Lay out a block whose notes follow `first_note` others.

    Raise NotAssembledError if it is not a paragraph, or its styles are not known.
    """
    geometry = model.paragraphs.get(parsed.kind)
    if geometry is None:
        raise NotAssembledError("a kind of block that is not known yet")
    paragraph, path = find_paragraph(parsed)
    styles = ElementStyles(model)
    _add_paragraph_styles(styles, paragraph, path)
    try:
        return _set_plain_lines(model, parsed, paragraph, styles, first_note, breaker)
    except NotAssembledError:
        pass  # WeasyPrint may know
    with _without_note_text(paragraph):
        box = _build_box(model, paragraph, styles, first_note)
    box.process_whitespace()
    box.process_text_transform()
    box = _enclose_lines(box)
    lines = _break_lines(model, box, geometry, styles)
    index = index_elements(parsed.element)
    block = Block(0.0, geometry.margins)
    for line in lines:
        read_runs(line, index, 0.0, breaker.fonts, block)
    bottom = lines[-1].position_y + lines[-1].height
    block.height = max(geometry.min_height, bottom)
    measure_block(block, lines, 0.0)
    return block


def _set_plain_lines(
    model: PageModel,
    parsed: ParsedBlock,
    paragraph: Any,
    styles: ElementStyles,
    first_note: int,
    breaker: LineBreaker,
) -> Block:
    """Lay out a paragraph of plain text, with calls of notes at its end at most, without WeasyPrint."""
    geometry, metrics = model.paragraphs[parsed.kind], model.lines.get(parsed.kind)
    if metrics is None or metrics.text is None:
        raise NotAssembledError("a paragraph whose lines are not known yet")
    texts, notes = _divide_plain_text(paragraph)
    style = styles(paragraph).anonymous_style
    index = index_elements(parsed.element)
    block = Block(0.0, geometry.margins)
    left, width, element = geometry.left, geometry.width, index[paragraph]
    top, pen = 0.0, left
    em, baseline = style["font_size"], metrics.text[1]
    for line in (line for text in texts for line in breaker.break_text(text, style, width)):
        block.runs.append(_place_text(line, metrics.text, element, "p", left, top))
        ink = top + baseline - CAP_HEIGHT_EM * em, top + baseline + DESCENT_EM * em
        block.lines.append(BlockLine(top, metrics.height, line.characters, 1, ink))
        top, pen = top + metrics.height, left + line.width
    for number, note in enumerate(notes, first_note + 1):
        if metrics.call is None:
            raise NotAssembledError("a call of a note, where none was seen yet")
        call_style = styles(note, "footnote-call").anonymous_style
        (call,) = breaker.break_text(str(number), call_style, _CALL_WIDTH_PX)
        if pen + call.width > left + width:
            raise NotAssembledError("a call of a note on the next line")
        last = top - metrics.height
        block.runs.append(_place_text(call, metrics.call, index[note], "span::footnote-call", pen, last))
        end = block.lines[-1]
        block.lines[-1] = replace(end, characters=end.characters + call.characters, runs=end.runs + 1)
        pen += call.width
    block.height = max(geometry.min_height, top)
    block.ink = baseline - CAP_HEIGHT_EM * em, top - metrics.height + baseline + DESCENT_EM * em
    return block


def _place_text(
    line: TextLine, place: TextPlace, element: int, tag: str, left: float, line_top: float
) -> TextRun:
    top, baseline, height, hit_top = place
    area = (left, line_top + hit_top, line.width, height)
    return TextRun(line.painted, element, tag, left, line_top + top, line_top + baseline, area)


def _divide_plain_text(paragraph: Any) -> tuple[list[str], list[Any]]:
    """Return the texts between a paragraph's line breaks, and the notes called at its end."""
    texts: list[str] = [paragraph.text or ""]
    notes: list[Any] = []
    for child in paragraph:
        if child.tag == "br" and not notes:
            texts.append(child.tail or "")
        elif child.get("class") == FOOTNOTE_CLASS and not child.tail:
            notes.append(child)
        else:
            raise NotAssembledError("a paragraph that is more than plain text")
    if not all(texts):
        raise NotAssembledError("an empty line")
    return texts, notes


def find_paragraph(parsed: ParsedBlock) -> tuple[Any, StylePath]:
    """Return the paragraph that a block is, and the path to what it stands in."""
    element, is_in_body = parsed.element, parsed.kind[0]
    if element.tag != "div":
        return element, (is_in_body,)
    if len(element) != 1 or element[0].tag != "p" or (element.text or "").strip():
        raise NotAssembledError("a block of several paragraphs")
    return element[0], (is_in_body, describe_style(element))


def lay_out_note(model: PageModel, parsed: ParsedBlock, note: Any, number: int, fonts: FontStore) -> Block:
    """Lay out a footnote of a block, which follows `number` others."""
    geometry = model.note_geometry
    if geometry is None:
        raise NotAssembledError("a footnote, where none was seen yet")
    styles = ElementStyles(model)
    _add_note_styles(styles, note, _find_path(parsed, note))
    tail, note.tail = note.tail, None
    try:
        # WeasyPrint (70.0) collapses no white space in footnotes.
        box = _enclose_lines(_build_box(model, note, styles, number))
    finally:
        note.tail = tail
    box.style = box.style.copy()
    box.style["float"] = "none"
    lines = _break_lines(model, box, geometry, styles)
    index = index_elements(note)
    bottom = lines[-1].position_y + lines[-1].height
    block = Block(bottom + geometry.measures["margin_bottom"])
    for line in lines:
        read_runs(line, index, 0.0, fonts, block)
    measure_block(block, lines, 0.0)
    return block


def _find_path(parsed: ParsedBlock, element: Any) -> StylePath:
    """Return the style path to the parent of an element in a block."""
    parents = {child: parent for parent in parsed.element.iter() for child in parent}
    path: list[Any] = []
    each = element
    while each is not parsed.element:
        each = parents[each]
        path.append(describe_style(each))
    return (parsed.kind[0], *reversed(path))


def _add_paragraph_styles(styles: ElementStyles, element: Any, path: StylePath) -> None:
    """Find the styles of a paragraph's elements, without what is in its notes."""
    if not element.attrib.keys() <= {"class", "style"}:
        raise NotAssembledError("an element with attributes")
    path = (*path, describe_style(element))
    styles.add(element, path)
    if element.get("class") != FOOTNOTE_CLASS:
        for child in element:
            if child.tag not in _INLINE_TAGS:
                raise NotAssembledError(f"a new paragraph with <{child.tag}>")
            _add_paragraph_styles(styles, child, path)


def _add_note_styles(styles: ElementStyles, element: Any, path: StylePath) -> None:
    if not element.attrib.keys() <= {"class", "href"}:
        raise NotAssembledError("an element with attributes")
    path = (*path, describe_style(element))
    styles.add(element, path)
    for child in element:
        if child.tag not in _NOTE_TAGS:
            raise NotAssembledError(f"a new note with <{child.tag}>")
        _add_note_styles(styles, child, path)


@contextmanager
def _without_note_text(paragraph: Any) -> Iterator[None]:
    """Shorten the notes in a paragraph, which do not change its lines, to a letter each."""
    notes = [each for each in paragraph.iter("span") if each.get("class") == FOOTNOTE_CLASS]
    kept = [(note, note.text, list(note)) for note in notes]
    try:
        for note, _, children in kept:
            note.text = "x"
            for child in children:
                note.remove(child)
        yield
    finally:
        for note, text, children in kept:
            note.text = text
            note.extend(children)


def _build_box(model: PageModel, element: Any, styles: ElementStyles, notes_before: int) -> Any:
    """Build the box of an element."""
    context = model.context
    state: tuple[Any, ...] = ([0], {"footnote": [notes_before], "note": [0]}, [{"footnote", "note"}], [])
    (box,) = build.element_to_box(
        element, styles, None, None, context.target_collector, context.counter_style, [], state
    )
    return box


def _enclose_lines(box: Any) -> Any:
    """Return a box with its text in a line box; raise NotAssembledError if it has anything else."""
    box = build.create_anonymous_boxes(box)
    if len(box.children) != 1 or not isinstance(box.children[0], LineBox):
        raise NotAssembledError("a paragraph that is more than lines")
    return box


def _break_lines(model: PageModel, box: Any, geometry: ParagraphGeometry, styles: ElementStyles) -> list[Any]:
    """Break the text of a box into lines from the top of the page."""
    geometry.apply(box)
    context = model.context
    own = LayoutContext(
        styles, _refuse_images, context.font_config, context.counter_style, context.target_collector
    )
    own.dictionaries, own.current_page = context.dictionaries, 1
    own.create_block_formatting_context(box)
    (text,) = box.children
    resolve_percentages(text, box)
    lines = iter_line_boxes(
        own, text, 0.0, 0, None, box, [], [], box.first_letter_style, box.first_line_style
    )
    laid_out = [line for line, _ in lines]
    if not laid_out:
        raise NotAssembledError("a paragraph without lines")
    right = geometry.left + geometry.width
    if any(line.position_x + line.width > right for line in laid_out):
        raise NotAssembledError("a line that is too long")
    return laid_out


def _refuse_images(*_: Any, **__: Any) -> None:
    return None
