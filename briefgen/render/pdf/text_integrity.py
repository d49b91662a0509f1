"""Check that WeasyPrint's pages say what the document says, by comparing text and order element by element.

A stylesheet sets how text looks. It can also leave text out, insert other text, renumber footnotes, move a
block to where another belongs, or lay one picture over another. That is found here from WeasyPrint's boxes,
before the file is written. Whether the text can be seen is checked in `visibility.py`.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from weasyprint.draw.color import get_color
from weasyprint.formatting_structure.boxes import LineBox, MarginBox, TextBox
from weasyprint.layout.absolute import AbsolutePlaceholder

MIN_PT = 5.0
"""Smallest font size allowed: that of the smallest print on forms."""
_POINTS_PER_PIXEL = 0.75
_MAX_FAULTS = 3
"""Faults reported; more are seldom of another kind."""
_IGNORED_CHARACTERS = re.compile("[\\s\u00ad\u200b\u2060\u2010\u2011\u1806\u05be-]+")
"""White space, break hints, and hyphens, which may be added at the end of a line."""
_WORD_CHARACTER = re.compile(r"\w")
_BLOCK_TAGS = frozenset({"p", "li", "h1", "h2", "h3", "h4", "figure", "table"})
"""Elements that follow each other down the page, or across columns."""
_TOLERANCE_PX = 2.0


def find_wording_changes(pages: Any, body: Any) -> list[str]:
    """Find where the text on WeasyPrint's pages differs from that below `body`.

    Return predicates that complete "the stylesheet …".
    """
    laid_out, source = _read_pages(pages), _SourceContent(body)
    faults = dict.fromkeys(
        [*_compare_element_text(laid_out, source), *_compare_numbering(laid_out, source), *laid_out.faults]
    )
    return list(faults)[:_MAX_FAULTS]


def find_misplaced_content(pages: Any, body: Any) -> list[str]:
    """Find blocks out of the document's order, and pictures that overlap something else.

    Return predicates that complete "the stylesheet …".
    """
    laid_out, source = _read_pages(pages), _SourceContent(body)
    faults = dict.fromkeys(
        [*_compare_block_order(laid_out, source), *_find_overlapping_pictures(laid_out, source)]
    )
    return list(faults)[:_MAX_FAULTS]


def _read_pages(pages: Any) -> _PageContent:
    content = _PageContent()
    for number, page in enumerate(pages):
        content.page = number
        content.read_box(page._page_box)
    return content


@dataclass(frozen=True, slots=True)
class _BoxArea:
    """A box's position, in CSS pixels from the page's upper left corner."""

    page: int
    left: float
    top: float
    right: float
    bottom: float

    def follows(self, other: _BoxArea) -> bool:
        """Return whether reading continues there: below, in a column to the right, or on a later page."""
        if self.page != other.page:
            return self.page > other.page
        return self.top >= other.top - _TOLERANCE_PX or self.left >= other.right - _TOLERANCE_PX

    def overlaps(self, other: _BoxArea) -> bool:
        """Return whether the two share more than an edge."""
        width = min(self.right, other.right) - max(self.left, other.left)
        height = min(self.bottom, other.bottom) - max(self.top, other.top)
        return self.page == other.page and width > _TOLERANCE_PX and height > _TOLERANCE_PX


@dataclass(slots=True)
class _PageContent:
    """What the laid-out pages contain, by HTML element."""

    text: dict[Any, list[str]] = field(default_factory=lambda: defaultdict(list))
    generated: dict[tuple[Any, str], list[str]] = field(default_factory=lambda: defaultdict(list))
    """Text by element and pseudo-element."""
    pictures: dict[Any, list[_BoxArea]] = field(default_factory=lambda: defaultdict(list))
    backgrounds: list[tuple[Any, _BoxArea]] = field(default_factory=list)
    """Elements with a background colour."""
    blocks: dict[Any, _BoxArea] = field(default_factory=dict)
    """Where each block begins."""
    page: int = 0
    faults: list[str] = field(default_factory=list)

    def read_box(self, box: Any) -> None:
        """Read a box and its descendants, except page margins and the leaders in a table of contents."""
        if isinstance(box, AbsolutePlaceholder):
            box = box._box
        if isinstance(box, MarginBox) or box.is_leader:
            return
        if isinstance(box, TextBox):
            self._read_text_box(box)
        elif box.element_tag == "img" and box.width * box.height >= 1:
            left, top = box.content_box_x(), box.content_box_y()
            area = _BoxArea(self.page, left, top, left + box.width, top + box.height)
            self.pictures[box.element].append(area)
        elif box.element is not None and "::" not in str(box.element_tag):
            self._read_block(box)
        for child in box.children:
            self.read_box(child)

    def _read_block(self, box: Any) -> None:
        if isinstance(box, LineBox) or not isinstance(box.width, int | float):
            return
        left, top = box.border_box_x(), box.border_box_y()
        area = _BoxArea(self.page, left, top, left + box.border_width(), top + box.border_height())
        if box.element_tag in _BLOCK_TAGS:
            self.blocks.setdefault(box.element, area)
        if box.element_tag not in ("html", "body") and get_color(box.style, "background_color").alpha > 0:
            self.backgrounds.append((box.element, area))

    def _read_text_box(self, box: Any) -> None:
        element, pseudo = box.element, str(box.element_tag).partition("::")[2]
        if not box.text.strip():
            return
        if pseudo in ("before", "after", "marker", "footnote-call", "footnote-marker"):
            self.generated[element, pseudo].append(box.text)
        else:
            self.text[element].append(box.text)
        size = box.style["font_size"] * _POINTS_PER_PIXEL
        if size < MIN_PT and _WORD_CHARACTER.search(box.text):
            self.faults.append(f"sets {_quote_excerpt(box.text)} smaller than {MIN_PT:g} pt ({size:.2g} pt)")


@dataclass(slots=True)
class _SourceContent:
    """What the pages should contain: the document without the running head, which belongs to the pages."""

    body: Any
    elements: list[Any] = field(init=False)
    parents: dict[Any, Any] = field(init=False)
    note_numbers: dict[Any, int] = field(init=False)

    def __post_init__(self) -> None:
        blocks = [child for child in self.body if child.get("class") != "running-head"]
        self.elements = [element for block in blocks for element in block.iter()]
        self.parents = {child: element for element in self.body.iter() for child in element}
        notes = (element for element in self.elements if element.get("class") == "footnote")
        self.note_numbers = {element: number for number, element in enumerate(notes, 1)}

    def is_in_table_head(self, element: Any) -> bool:
        """Return whether it is repeated at the top of each page that its table continues on."""
        return any(each.tag == "thead" for each in self._self_and_ancestors(element))

    def is_in_contents(self, element: Any) -> bool:
        """Return whether it is in a table of contents, which has page numbers but no item numbers."""
        return any(each.get("class") == "toc" for each in self._self_and_ancestors(element))

    def item_number(self, item: Any) -> str:
        """Return a list item's number; empty if it has none."""
        parent = self.parents[item]
        if parent.tag != "ol" or self.is_in_contents(item):
            return ""
        start = parent.get("start", "1")
        first = int(start) if start.isascii() and start.isdecimal() else 1
        return str(first + [child for child in parent if child.tag == "li"].index(item))

    def ancestors(self, element: Any) -> Iterator[Any]:
        """Yield the elements that contain it, innermost first."""
        return self._self_and_ancestors(self.parents.get(element))

    def contains(self, outer: Any, inner: Any) -> bool:
        """Return whether `outer` is, or contains, `inner`."""
        return any(each is outer for each in self._self_and_ancestors(inner))

    def _self_and_ancestors(self, element: Any) -> Iterator[Any]:
        while element is not None:
            yield element
            element = self.parents.get(element)


def _compare_element_text(laid_out: _PageContent, source: _SourceContent) -> Iterator[str]:
    """Find elements whose text or picture is missing or different."""
    for element in source.elements:
        if element.tag == "img":
            if element not in laid_out.pictures:
                yield f"leaves out the picture {_quote_excerpt(element.get('alt', ''))}"
            continue
        own_text = (element.text or "") + "".join(child.tail or "" for child in element)
        expected = _strip_ignored_characters(own_text)
        found = _strip_ignored_characters("".join(laid_out.text.get(element, ())))
        if found == expected:
            continue
        if found and source.is_in_table_head(element) and not found.replace(expected, ""):
            continue
        if not found:
            yield f"leaves out {_quote_excerpt(own_text)}"
        else:
            replacement = "".join(laid_out.text[element])
            yield f"replaces {_quote_excerpt(own_text)} with {_quote_excerpt(replacement)}"


def _compare_numbering(laid_out: _PageContent, source: _SourceContent) -> Iterator[str]:
    """Find text added by the stylesheet, and footnote and list numbers that differ from the document's."""
    for (element, pseudo), texts in laid_out.generated.items():
        text = "".join(texts).strip()
        if pseudo in ("footnote-call", "footnote-marker"):
            number = source.note_numbers.get(element)
            if text.strip(".()[] \u00a0\u2002") != str(number):
                yield f"numbers footnote {number} as {_quote_excerpt(text)}"
        elif pseudo == "marker":
            expected = source.item_number(element)
            if _WORD_CHARACTER.findall(text) != list(expected):
                instead = f" instead of {expected}." if expected else ""
                yield f"marks a list item with {_quote_excerpt(text)}{instead}"
        elif not (text.isdecimal() and source.is_in_contents(element)):
            yield f"adds {_quote_excerpt(text)} to the text"
    for element in source.elements:
        expected = source.item_number(element) if element.tag == "li" else ""
        if expected and (element, "marker") not in laid_out.generated:
            yield f"leaves out the number {expected} of a list item"


def _compare_block_order(laid_out: _PageContent, source: _SourceContent) -> Iterator[str]:
    """Find blocks that do not follow the one before them."""
    previous = None
    for element in source.elements:
        area = laid_out.blocks.get(element)
        if area is None or any(each.tag == "table" for each in source.ancestors(element)):
            continue
        if previous is not None and not area.follows(previous):
            yield f"moves {_quote_excerpt(''.join(element.itertext()))} out of order"
        previous = area


def _find_overlapping_pictures(laid_out: _PageContent, source: _SourceContent) -> Iterator[str]:
    """Find pictures that overlap others, or backgrounds of elements they are not in."""
    pictures = [(element, area) for element, areas in laid_out.pictures.items() for area in areas]
    for number, (element, area) in enumerate(pictures):
        backgrounds = [other for owner, other in laid_out.backgrounds if not source.contains(owner, element)]
        later_pictures = [other for _, other in pictures[number + 1 :]]
        if any(other.overlaps(area) for other in (*later_pictures, *backgrounds)):
            yield f"puts the picture {_quote_excerpt(element.get('alt', ''))} over or under something else"


def _strip_ignored_characters(text: str) -> str:
    return _IGNORED_CHARACTERS.sub("", text)


def _quote_excerpt(text: str) -> str:
    words = " ".join(text.replace("\u2060", "").split())
    return repr(words if len(words) <= 50 else f"{words[:49]}…")
