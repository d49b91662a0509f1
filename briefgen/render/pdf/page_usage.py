"""Measure how much of its pages a laid-out document uses, and estimate that for other wordings of it.

Measuring reads WeasyPrint's boxes and changes nothing. The estimate spares `briefgen.campaign.page_fit` from
laying out every candidate when it shortens a document to fit its pages.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any
from xml.etree import ElementTree

from briefgen.model.document import RECIPIENT_BLOCKS, BriefUsage, ColumnUsage, Document, PageUsage
from briefgen.render.fonts import FONT_FAMILIES, text_width_pt

MM_PER_PX = 25.4 / 96
_FOOTNOTE_TAG = "span"
_PARAGRAPH_TAGS = frozenset({"p", "h1", "h2", "h3", "li", "caption", "tr", "figure", _FOOTNOTE_TAG})
_UNBREAKABLE_TAGS = frozenset({"tr", "figure"})
"""Paragraphs that no page break divides."""
_CALL_PLACEHOLDER = "\u00b2"
"""Stands for a footnote call: about as wide as one of its digits."""
_LOST_LINES = 0.5
"""Lines that stay empty, on average, at the end of every page but the last."""
_INVISIBLE = re.compile("[\u00ad\u200b\u2060]")
_BREAK_OPPORTUNITIES = re.compile(r"(?<=[-\u2013\u2014])(?=\w)|(?=\u2014)")
"""Where a line can break within a word."""


# Measuring a laid-out document


def measure_page_usage(document: Document, pages: Sequence[Any]) -> PageUsage:
    """Measure a document that WeasyPrint has laid out on these pages."""
    boxes = [page._page_box for page in pages]
    line, characters = measure_lines(_read_lines([_find_html_box(page) for page in boxes]))
    note_line, note_characters = measure_lines(
        _read_lines([box for page in boxes for box in page.children if is_footnote_area(box)])
    )
    return PageUsage(
        used_mm=tuple(used * MM_PER_PX for used in measure_used_heights(boxes)),
        room_mm=tuple(page.height * MM_PER_PX for page in boxes),
        line_mm=line * MM_PER_PX,
        line_characters=characters,
        note_line_mm=note_line * MM_PER_PX,
        note_characters=note_characters,
        recipient_blocks_mm=_measure_recipient_blocks(document, boxes),
    )


def _read_lines(areas: Sequence[Any]) -> list[tuple[float, int]]:
    """Return the height in pixels and the number of characters of each line in some areas."""
    return [
        (box.height, len(text))
        for area in areas
        for box in iter_line_boxes(area)
        if (text := read_box_text(box))
    ]


def measure_lines(lines: Sequence[tuple[float, int]]) -> tuple[float, float]:
    """Return the usual height of lines, and the number of characters on a full one."""
    if not lines:
        return 0.0, 1.0
    # Most lines are full; the others end a paragraph or are one. Hence the upper quartile.
    characters = sorted(length for _, length in lines)[len(lines) * 3 // 4]
    return Counter(height for height, _ in lines).most_common(1)[0][0], max(1.0, characters)


def _measure_recipient_blocks(document: Document, pages: Sequence[Any]) -> tuple[float, ...] | None:
    """Return the heights of the recipient's own blocks, in order, in millimetres.

    The height is 0 for a block positioned on the page, as in an envelope window. None if a block is neither
    positioned nor in the flow.
    """
    bodies = (box for page in pages for box in _find_html_box(page).children if box.element_tag == "body")
    heights = [
        round(float(box.margin_height()) * MM_PER_PX, 2) if box.is_in_normal_flow() else 0.0
        for body in bodies
        for box in body.children
        if box.element is not None
        and box.element.get("class") in RECIPIENT_BLOCKS
        and (box.is_in_normal_flow() or box.is_absolutely_positioned())
    ]
    expected = sum(document.html.count(f'<div class="{name}">') for name in RECIPIENT_BLOCKS)
    return tuple(heights) if len(heights) == expected else None


# Measuring a brief

_MEASURED_BLOCKS = {"key-figure": "div", "pull-quote": "div", "note": "p"}
"""By class, the element of blocks whose heights are measured as a whole."""


def measure_brief_usage(pages: Sequence[Any]) -> BriefUsage:
    """Measure a brief that WeasyPrint has laid out on these pages, high enough for all that is on each.

    Notes at the end are laid out in a single column, and counted as the two that they are printed in.
    """
    lines: dict[str, list[tuple[Any, Any]]] = defaultdict(list)
    blocks: list[tuple[str, float]] = []
    usages = []
    for page in pages:
        top, bottoms, first_note = page._page_box.content_box_y(), {"": 0.0}, float("inf")
        notes: list[tuple[float, float]] = []
        for part, box in _iter_brief_boxes(_find_html_box(page._page_box), ""):
            if part == "note":
                notes.append((float(box.position_y - top), float(box.position_y - top + box.margin_height())))
                continue
            if part in _MEASURED_BLOCKS:
                blocks.append((part, float(box.margin_height()) * MM_PER_PX))
                continue
            bottom = box.position_y + (box.height if type(box).__name__ == "LineBox" else box.margin_height())
            bottoms[part] = max(bottoms.get(part, 0.0), float(bottom - top))
            if part == "notes":
                first_note = min(first_note, float(box.position_y - top))
            else:
                bottoms[""] = max(bottoms[""], float(bottom - top))
            if type(box).__name__ == "LineBox":
                lines[part].append((box, read_box_text(box)))
        if notes:  # one column below the other, but printed side by side
            bottoms[""] = first_note + _balance_columns(first_note, notes)
        usages.append(
            ColumnUsage(
                0.0,
                bottoms[""] * MM_PER_PX,
                bottoms.get("column", 0.0) * MM_PER_PX,
                bottoms.get("aside", 0.0) * MM_PER_PX,
            )
        )
    (line, characters), (note_line, note_characters) = (
        measure_lines([(float(box.height), len(text)) for box, text in lines[part] if text])
        for part in ("column", "notes")
    )
    return BriefUsage(
        tuple(usages), line * MM_PER_PX, characters, note_line * MM_PER_PX, note_characters, tuple(blocks)
    )


def _balance_columns(start: float, notes: Sequence[tuple[float, float]]) -> float:
    """Return the height of two columns of notes, given their tops and bottoms in one, none of them parted.

    `start` is where the column starts, with its heading.
    """
    end = notes[-1][1]
    tops = [*(top for top, _ in notes[1:]), end]
    return min(max(bottom - start, end - top) for (_, bottom), top in zip(notes, tops, strict=True))


def _iter_brief_boxes(box: Any, part: str) -> Iterator[tuple[str, Any]]:
    """Yield lines and pictures, each with the part of the brief that it is in, and the measured blocks."""
    for child in getattr(box, "children", ()):
        name = child.element.get("class", "") if child.element is not None else ""
        is_block = hasattr(child, "margin_height") and type(child).__name__ != "LineBox"
        if name in _MEASURED_BLOCKS and is_block and _MEASURED_BLOCKS[name] == child.element_tag:
            yield name, child
        if type(child).__name__ == "LineBox" or (child.element_tag == "img" and is_block):
            yield part, child
        else:
            own = child.element_tag == "div" and name in ("column", "aside", "notes")
            yield from _iter_brief_boxes(child, name if own else part)


# Estimating other wordings


@dataclass(frozen=True, slots=True)
class ParagraphMetrics:
    """How the paragraphs with one tag are set; in millimetres."""

    line: float
    """Line height."""
    margins: float
    ems: float
    """Line length as a multiple of the type size, by character widths without kerning."""
    family: str


@dataclass(frozen=True, slots=True)
class ReferenceLayout:
    """Measures of a laid-out document, in millimetres, from which to estimate other wordings."""

    html: str
    heights: dict[tuple[str, str], float]
    """Heights of paragraphs and footnotes without margins, by tag and text."""
    metrics: dict[str, ParagraphMetrics]
    """By tag."""
    total: float
    """Height of all text and footnotes."""
    above_notes: tuple[float, ...]
    """Gap between each page's text and its footnotes; 0 if it has none."""
    room: tuple[float, ...]
    lost: tuple[float, ...]
    """Height left empty at the end of each page."""

    def estimate_overflow_mm(self, document: Document, max_pages: int) -> float:
        """Estimate by how much a wording exceeds `max_pages` pages; 0 or less if it fits."""
        before, after = Counter(_iter_paragraphs(self.html)), Counter(_iter_paragraphs(document.html))
        line = self.metrics["p"].line if "p" in self.metrics else 0.0
        removed = sum(self._estimate_height(unit) * number for unit, number in (before - after).items())
        added = sum(self._estimate_height(unit) * number for unit, number in (after - before).items())
        room = (
            sum(self.room[:max_pages])
            - sum(min(lost, _LOST_LINES * line) for lost in self.lost[: max_pages - 1])
            - sum(self.above_notes[:max_pages])
        )
        return self.total - removed + added - room

    def _estimate_height(self, paragraph: tuple[str, str]) -> float:
        tag, text = paragraph
        default = ParagraphMetrics(0.0, 0.0, 1.0, FONT_FAMILIES[0])
        metrics = self.metrics.get(tag) or self.metrics.get("p") or default
        if paragraph in self.heights:
            return metrics.margins + self.heights[paragraph]
        numbered = f"00\u2002{text}" if tag == _FOOTNOTE_TAG else text
        return metrics.margins + metrics.line * _count_paragraph_lines(numbered, metrics)


def _count_paragraph_lines(text: str, metrics: ParagraphMetrics) -> int:
    """Return the number of lines that a paragraph fills."""
    lines = 0
    for row in text.split("\n"):
        lines, filled = lines + 1, 0.0
        for word in row.split(" "):
            gap = text_width_pt(" ", metrics.family, 1) if filled else 0.0
            for part in filter(None, _BREAK_OPPORTUNITIES.split(word)):
                width = text_width_pt(part, metrics.family, 1)
                if filled and filled + gap + width > metrics.ems:
                    lines, filled = lines + 1, width
                else:
                    filled += gap + width
                gap = 0.0
    return lines


def _iter_paragraphs(html: str) -> Iterator[tuple[str, str]]:
    """Yield the tag and text of each paragraph and footnote."""
    for element in ElementTree.fromstring(f"<div>{html}</div>").iter():
        if _is_paragraph(element):
            yield element.tag, _read_paragraph(element)


def _is_paragraph(element: Any) -> bool:
    if element.tag == _FOOTNOTE_TAG:
        return bool(element.get("class") == "footnote")
    return element.tag in _PARAGRAPH_TAGS and not (element.tag == "li" and element.find("p") is not None)


def _read_paragraph(element: Any) -> str:
    """Return the text of a footnote, or of a paragraph with placeholders for its footnote calls."""
    text = element.text or ""
    for child in element:
        if child.get("class") == "footnote":
            text += _CALL_PLACEHOLDER
        else:
            text += "\n" if child.tag == "br" else _read_paragraph(child)
        text += child.tail or ""
    return _INVISIBLE.sub("", text).strip()


def measure_reference_layout(document: Document, pages: Sequence[Any]) -> ReferenceLayout:
    """Measure a document laid out on these pages (WeasyPrint's page boxes), as reference for estimates."""
    heights: dict[Any, float] = defaultdict(float)
    lines: dict[str, list[tuple[Any, Any]]] = defaultdict(list)
    last, page_starts = None, 0
    for page in pages:
        for position, box in enumerate(_iter_paragraph_boxes(page)):
            line_boxes = list(iter_line_boxes(box))
            # A box that continues on the next page extends to the foot of this one, so its lines count.
            unbreakable = box.element.tag in _UNBREAKABLE_TAGS
            height = box.height if unbreakable else sum(line.height for line in line_boxes)
            heights[box.element] += height * MM_PER_PX
            lines[box.element.tag] += [(box, line) for line in line_boxes]
            page_starts += position == 0 and box.element is not last
            last = box.element if box.element.tag != _FOOTNOTE_TAG else last
    metrics = {tag: _measure_paragraph_metrics(of_tag) for tag, of_tag in lines.items() if of_tag}
    above = [_measure_space_above_notes(page) * MM_PER_PX for page in pages]
    used = measure_used_heights(pages)
    # A paragraph that starts a page has no margin; the first page starts with none either way.
    missing = (page_starts - 1) * metrics["p"].margins if "p" in metrics else 0.0
    return ReferenceLayout(
        document.html,
        {(element.tag, _read_paragraph(element)): height for element, height in heights.items()},
        metrics,
        sum(used) * MM_PER_PX - sum(above) + missing,
        tuple(above),
        tuple(page.height * MM_PER_PX for page in pages),
        tuple((page.height - filled) * MM_PER_PX for page, filled in zip(pages, used, strict=True)),
    )


def _measure_space_above_notes(page: Any) -> float:
    """Return the gap between a page's text and its footnotes, in pixels."""
    areas = filter(is_footnote_area, page.children)
    return sum(
        float(area.margin_height() - sum(note.margin_height() for note in area.children)) for area in areas
    )


def _iter_paragraph_boxes(box: Any) -> Iterator[Any]:
    """Yield the boxes of paragraphs and footnotes on a page, in page order."""
    for child in getattr(box, "children", ()):
        element = child.element
        if element is not None and type(child).__name__ != "LineBox" and _is_paragraph(element):
            yield child
        else:
            yield from _iter_paragraph_boxes(child)


def _measure_paragraph_metrics(lines: Sequence[tuple[Any, Any]]) -> ParagraphMetrics:
    """Measure how most of these paragraphs are set; `lines` pairs each line with its paragraph's box."""

    def size_and_width(box: Any) -> tuple[float, ...]:
        return (box.style["font_size"], box.width)

    most_common = Counter(size_and_width(box) for box, _ in lines).most_common(1)[0][0]
    typical = [(box, line) for box, line in lines if size_and_width(box) == most_common]
    size, width = most_common
    named = typical[0][0].style["font_family"][0]
    family = named if named in FONT_FAMILIES else FONT_FAMILIES[0]
    set_px = sum(sum(part.width for part in line.children) for _, line in typical)
    plain_px = sum(
        text_width_pt(_INVISIBLE.sub("", read_box_text(line)), family, size) for _, line in typical
    )
    margins = max(box.margin_top + box.margin_bottom for box, _ in typical)
    return ParagraphMetrics(
        Counter(line.height for _, line in typical).most_common(1)[0][0] * MM_PER_PX,
        margins * MM_PER_PX,
        # With kerning, italics and other fonts, lines hold more or less than these widths suggest.
        width / size * (plain_px / set_px if set_px else 1),
        family,
    )


# Reading boxes


def measure_used_heights(pages: Sequence[Any]) -> list[float]:
    """Return the height of each page's text and footnotes, in pixels."""
    used = []
    for page in pages:
        top = page.content_box_y()
        body = next((box for box in _find_html_box(page).children if box.element_tag == "body"), None)
        # A box that continues on the next page extends to the foot of this one, so its last line counts.
        bottom_of = _bottom_edge if page is pages[-1] else _find_lowest_edge
        bottom = max(map(bottom_of, _iter_flow_children(body)), default=top)
        notes = sum(box.margin_height() for box in page.children if is_footnote_area(box))
        used.append(float(bottom - top + notes))
    return used


def _find_html_box(page: Any) -> Any:
    return next(child for child in page.children if child.element_tag == "html")


def _bottom_edge(box: Any) -> float:
    return float(box.position_y + box.margin_height())


def _find_lowest_edge(box: Any) -> float:
    """Return the bottom edge of the last line or table row in a box."""
    if type(box).__name__ in ("LineBox", "TableRowBox") or not getattr(box, "children", ()):
        return _bottom_edge(box)
    return max(map(_find_lowest_edge, _iter_flow_children(box)), default=_bottom_edge(box))


def _iter_flow_children(box: Any) -> Iterator[Any]:
    for child in box.children if box is not None else ():
        if child.is_in_normal_flow():
            yield child


def is_footnote_area(box: Any) -> bool:
    """Return whether a box holds a page's footnotes."""
    return type(box).__name__ == "FootnoteAreaBox" and bool(box.children)


def iter_line_boxes(box: Any) -> Iterator[Any]:
    """Yield the lines in a box, in order."""
    if type(box).__name__ == "LineBox":
        yield box
    else:
        for child in getattr(box, "children", ()):
            yield from iter_line_boxes(child)


def read_box_text(box: Any) -> str:
    """Return the text in a box, including footnote calls."""
    if hasattr(box, "text"):
        return str(box.text)
    return "".join(map(read_box_text, getattr(box, "children", ())))
