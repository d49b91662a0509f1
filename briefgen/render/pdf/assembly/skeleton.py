"""Find the page breaks of a letter by laying out its skeleton: as many lines, of one letter each.

The skeleton has the same kinds of blocks in the same order, with as many lines of the same height, and calls
notes as high in the same lines. That is all that page breaks depend on, so WeasyPrint finds the same ones,
and has far fewer words to set.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Sequence
from html import escape
from typing import Any

from weasyprint.formatting_structure.boxes import TextBox

from briefgen.render.pdf.assembly.blocks import Block, iter_lines
from briefgen.render.pdf.assembly.errors import NotAssembledError
from briefgen.render.pdf.assembly.page_content import BODY_START, FOOTNOTE_CLASS, ParsedBlock
from briefgen.render.pdf.assembly.page_model import LaidOutPage, PageModel
from briefgen.render.pdf.assembly.page_plan import (
    CALL_TAG,
    PlannedPage,
    find_plain_paragraph,
    list_line_calls,
    read_page_plan,
    round_height,
)
from briefgen.render.pdf.footnotes import find_overflowing_footnotes

LayOutContent = Callable[[str], tuple[Sequence[Any], Any]]
"""Lays out the HTML of a page's content; returns WeasyPrint's pages and the `body` element."""
_LINE, _BREAK = "x", "<br/>"


def plan_pages(
    model: PageModel,
    parsed: Sequence[ParsedBlock],
    blocks: Sequence[Block],
    notes: Sequence[Block],
    lay_out: LayOutContent,
) -> tuple[PlannedPage, ...]:
    """Return where the blocks and notes of a letter stand on its pages; raise NotAssembledError if unsure."""
    pages, body = lay_out(build_skeleton(model, parsed, blocks, notes))
    if len(pages) == 1:
        raise NotAssembledError("a page that is full")
    if any(find_overflowing_footnotes(page._page_box) for page in pages):
        raise NotAssembledError("footnotes that do not fit")
    plan, boxes = read_page_plan([LaidOutPage(page, body, None, (), {}) for page in pages], parsed)
    found = [_describe_boxes(each) for each in boxes.blocks]
    found += [round_height(box.margin_height()) for box, _ in boxes.notes]
    expected = [_describe_lines(block.height, block.lines, list_line_calls(block)) for block in blocks]
    expected += [round_height(note.height) for note in notes]
    if found != expected:
        raise NotAssembledError("heights that its skeleton does not have")
    return plan


def _describe_boxes(boxes: Sequence[Any]) -> Hashable:
    lines = [line for box in boxes for line in iter_lines(box)]
    calls = [
        sum(isinstance(each, TextBox) and each.element_tag == CALL_TAG for each in line.descendants())
        for line in lines
    ]
    height = boxes[0].border_height() if len(boxes) == 1 else sum(line.height for line in lines)
    return _describe_lines(height, lines, calls)


def _describe_lines(height: float, lines: Sequence[Any], calls: Sequence[int]) -> Hashable:
    return round_height(height), tuple(round_height(line.height) for line in lines), tuple(calls)


def build_skeleton(
    model: PageModel, parsed: Sequence[ParsedBlock], blocks: Sequence[Block], notes: Sequence[Block]
) -> str:
    """Return the HTML of the content of a letter's skeleton."""
    geometry = model.note_geometry
    below = geometry.measures["margin_bottom"] if geometry else 0.0
    note_heights = iter([note.height - below for note in notes])
    parts: list[str] = []
    was_in_body = False
    for each, block in zip(parsed, blocks, strict=True):
        if (is_in_body := each.kind[0]) != was_in_body:
            parts.append(BODY_START if is_in_body else "</div>")
            was_in_body = is_in_body
        paragraph = find_plain_paragraph(model, each, block)
        if paragraph is None:
            parts.append(each.source)
            for _ in each.notes:
                next(note_heights)
        else:
            parts.append(_write_paragraph(each.element, paragraph, list_line_calls(block), note_heights))
    if was_in_body:
        parts.append("</div>")
    return "".join(parts)


def _write_paragraph(
    element: Any, paragraph: Any, calls: Sequence[int], note_heights: Iterator[float]
) -> str:
    """Return a block with as many lines, and notes of these heights called in each."""
    lines = []
    for number in calls:
        heights = [next(note_heights) for _ in range(number)]
        notes = [f'<span class="{FOOTNOTE_CLASS}" style="height:{height}px"></span>' for height in heights]
        lines.append(_LINE + "".join(notes))
    text = _enclose(paragraph, _BREAK.join(lines))
    return text if element is paragraph else _enclose(element, text)


def _enclose(element: Any, content: str) -> str:
    attributes = "".join(f' {name}="{escape(value)}"' for name, value in element.attrib.items())
    return f"<{element.tag}{attributes}>{content}</{element.tag}>"
