"""Check the pages laid out with a campaign's stylesheets: that they say what the document says, and legibly.

`css_policy.py` lets through only what sets how text looks. That can still leave text out, renumber notes, set
text too small or too pale, or push it off the page, over other text or out of its order. All this depends on
several rules and on the text, so it is found here, from WeasyPrint's boxes, before the file is written.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from weasyprint.draw.color import get_color
from weasyprint.formatting_structure import boxes
from weasyprint.layout.absolute import AbsolutePlaceholder

from briefgen.render.pdf.layout_checks import CAP_HEIGHT_EM, quote_excerpt

MIN_PT = 5.0
"""Smallest font size allowed: that of the smallest print on forms."""
MIN_CONTRAST = 3.0
"""Contrast of text with what is behind it; WCAG 2.2 (1.4.3) requires this of large text."""
_POINTS_PER_PIXEL = 0.75
_MAX_FAULTS = 3
"""Faults reported; more are seldom of another kind."""
_IGNORED_CHARACTERS = re.compile("[\\s\u00ad\u200b\u2060\u2010\u2011\u1806\u05be-]+")
"""White space, break hints, and hyphens, which may be added at the end of a line."""
_WORD_CHARACTER = re.compile(r"\w")
_BLOCK_TAGS = frozenset({"p", "li", "h1", "h2", "h3", "h4", "figure", "table"})
"""Elements that follow each other down the page, or across columns."""
_ROWS = (boxes.TableRowGroupBox, boxes.TableRowBox)
_TOLERANCE_PX = 2.0
_TOLERANCE_EM = 0.1
_Colour = tuple[float, ...]
_WHITE: _Colour = (1.0, 1.0, 1.0)


class StylesheetFaults(NamedTuple):
    """What a stylesheet does wrong: predicates that complete "the stylesheet …"; empty if all is well."""

    wording: list[str]
    place: list[str]
    hidden: list[str]


def find_stylesheet_faults(pages: Any, body: Any) -> StylesheetFaults:
    """Find what a stylesheet does to the document below `body` on WeasyPrint's pages.

    Only the first kind of fault is returned: the others may follow from it.
    """
    laid_out, source = _PageContent(), _SourceContent(body)
    for number, page in enumerate(pages):
        laid_out.page = number
        laid_out.read_box(page._page_box, ())
    for kind, find_faults in (
        ("wording", _compare_element_text),
        ("wording", _compare_numbering),
        ("wording", _find_small_text),
        ("place", _find_overlapping_pictures),
        ("hidden", _find_unreadable_text),
        ("place", _compare_block_order),
    ):
        if faults := dict.fromkeys(find_faults(laid_out, source)):
            return StylesheetFaults([], [], [])._replace(**{kind: list(faults)[:_MAX_FAULTS]})
    return StylesheetFaults([], [], [])


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

    def overlaps(self, other: _BoxArea, tolerance: float) -> bool:
        """Return whether the two share more than an edge."""
        width = min(self.right, other.right) - max(self.left, other.left)
        height = min(self.bottom, other.bottom) - max(self.top, other.top)
        return self.page == other.page and width > tolerance and height > tolerance

    def contains(self, other: _BoxArea, tolerance: float) -> bool:
        """Return whether the other is within this one."""
        return (
            self.left <= other.left + tolerance
            and self.top <= other.top + tolerance
            and self.right >= other.right - tolerance
            and self.bottom >= other.bottom - tolerance
        )


@dataclass(frozen=True, slots=True)
class _PaintedBox:
    """Text, a picture, or a box with a background or border."""

    box: Any
    ancestors: tuple[Any, ...]
    area: _BoxArea
    text: str = ""
    em: float = 0
    """Font size of the text."""

    def covers(self, other: _PaintedBox) -> bool:
        """Return whether one of the two is over or under the other, which it does not contain."""
        ems = [each.em for each in (self, other) if each.text]
        tolerance = _TOLERANCE_EM * min(ems) if ems else _TOLERANCE_PX
        related = self.box in other.ancestors or other.box in self.ancestors
        return not related and self.area.overlaps(other.area, tolerance)


@dataclass(slots=True)
class _PageContent:
    """What the laid-out pages contain."""

    text: dict[Any, list[str]] = field(default_factory=lambda: defaultdict(list))
    """Text by element, without that of pseudo-elements and of page margins (but with the letter's foot)."""
    generated: dict[tuple[Any, str], list[str]] = field(default_factory=lambda: defaultdict(list))
    """Text by element and pseudo-element."""
    words: list[_PaintedBox] = field(default_factory=list)
    """All text with letters or digits."""
    pictures: list[_PaintedBox] = field(default_factory=list)
    decorated: list[_PaintedBox] = field(default_factory=list)
    """Boxes with a background or border."""
    blocks: dict[Any, _BoxArea] = field(default_factory=dict)
    """Where each block begins."""
    page: int = 0

    def read_box(self, box: Any, ancestors: tuple[Any, ...]) -> None:
        """Read a box and its descendants, except the leaders in a table of contents."""
        if isinstance(box, AbsolutePlaceholder):
            box = box._box
        if box.is_leader:
            return
        if isinstance(box, boxes.TextBox):
            self._read_text_box(box, ancestors)
            return
        if box.element_tag == "img":
            left, top = box.content_box_x(), box.content_box_y()
            area = _BoxArea(self.page, left, top, left + box.width, top + box.height)
            if box.width * box.height >= 1:
                self.pictures.append(_PaintedBox(box, ancestors, area))
        elif isinstance(box.width, int | float) and not isinstance(box, boxes.LineBox):
            area = _border_area(box, self.page)
            if box.element_tag in _BLOCK_TAGS and not _is_in_margin(ancestors):
                self.blocks.setdefault(box.element, area)
            if not _is_page_level(box) and (_list_backgrounds(box, ancestors) or _list_border_colours(box)):
                self.decorated.append(_PaintedBox(box, ancestors, area))
        for child in box.children:
            self.read_box(child, (*ancestors, box))

    def _read_text_box(self, box: Any, ancestors: tuple[Any, ...]) -> None:
        if not box.text.strip():
            return
        pseudo = str(box.element_tag).partition("::")[2]
        if _is_in_margin(ancestors) and (box.element is None or box.element.get("class") != "letter-foot"):
            pass
        elif pseudo in ("before", "after", "marker", "footnote-call", "footnote-marker"):
            self.generated[box.element, pseudo].append(box.text)
        else:
            self.text[box.element].append(box.text)
        if _WORD_CHARACTER.search(box.text):
            baseline, size = box.position_y + box.baseline, box.style["font_size"]
            left, top = box.position_x, baseline - CAP_HEIGHT_EM * size
            area = _BoxArea(self.page, left, top, left + box.width, baseline)
            self.words.append(_PaintedBox(box, ancestors, area, box.text, size))


def _is_in_margin(ancestors: tuple[Any, ...]) -> bool:
    return any(isinstance(box, boxes.MarginBox) for box in ancestors)


def _border_area(box: Any, page: int) -> _BoxArea:
    left, top = box.border_box_x(), box.border_box_y()
    return _BoxArea(page, left, top, left + box.border_width(), top + box.border_height())


def _padding_area(box: Any, page: int) -> _BoxArea:
    left, top = box.padding_box_x(), box.padding_box_y()
    return _BoxArea(page, left, top, left + box.padding_width(), top + box.padding_height())


def _is_page_level(box: Any) -> bool:
    """Return whether a box's background can be that of the whole page (CSS Backgrounds, 2.11)."""
    return isinstance(box, boxes.PageBox) or box.element_tag in ("html", "body")


def _list_backgrounds(box: Any, ancestors: tuple[Any, ...]) -> list[Any]:
    """Return the background colours painted in a box, lowest first; cells have those of their row too."""
    if isinstance(box, _ROWS):
        return []
    painted = [*ancestors[-2:], box] if isinstance(box, boxes.TableCellBox) else [box]
    colours = [get_color(each.style, "background_color") for each in painted]
    return [colour for colour in colours if colour.alpha > 0]


def _list_border_colours(box: Any) -> list[Any]:
    sides = ("top", "right", "bottom", "left")
    drawn = [side for side in sides if getattr(box, f"border_{side}_width", 0)]
    return [get_color(box.style, f"border_{side}_color") for side in drawn]


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

    def _self_and_ancestors(self, element: Any) -> Iterator[Any]:
        while element is not None:
            yield element
            element = self.parents.get(element)


def _compare_element_text(laid_out: _PageContent, source: _SourceContent) -> Iterator[str]:
    """Find elements whose text or picture is missing or different."""
    pictures = {picture.box.element for picture in laid_out.pictures}
    for element in source.elements:
        if element.tag == "img":
            if element not in pictures:
                yield f"leaves out the picture {quote_excerpt(element.get('alt', ''))}"
            continue
        own_text = (element.text or "") + "".join(child.tail or "" for child in element)
        expected = _strip_ignored_characters(own_text)
        found = _strip_ignored_characters("".join(laid_out.text.get(element, ())))
        if found == expected:
            continue
        if found and source.is_in_table_head(element) and not found.replace(expected, ""):
            continue
        if not found:
            yield f"leaves out {quote_excerpt(own_text)}"
        else:
            replacement = "".join(laid_out.text[element])
            yield f"replaces {quote_excerpt(own_text)} with {quote_excerpt(replacement)}"


def _compare_numbering(laid_out: _PageContent, source: _SourceContent) -> Iterator[str]:
    """Find text added by the stylesheet, and footnote and list numbers that differ from the document's."""
    for (element, pseudo), texts in laid_out.generated.items():
        text = "".join(texts).strip()
        if pseudo in ("footnote-call", "footnote-marker"):
            number = source.note_numbers.get(element)
            if text.strip(".()[] \u00a0\u2002") != str(number):
                yield f"numbers footnote {number} as {quote_excerpt(text)}"
        elif pseudo == "marker":
            expected = source.item_number(element)
            if _WORD_CHARACTER.findall(text) != list(expected):
                instead = f" instead of {expected}." if expected else ""
                yield f"marks a list item with {quote_excerpt(text)}{instead}"
        elif not (text.isdecimal() and source.is_in_contents(element)):
            yield f"adds {quote_excerpt(text)} to the text"
    for element in source.elements:
        expected = source.item_number(element) if element.tag == "li" else ""
        if expected and (element, "marker") not in laid_out.generated:
            yield f"leaves out the number {expected} of a list item"


def _find_small_text(laid_out: _PageContent, source: _SourceContent) -> Iterator[str]:
    for word in laid_out.words:
        if (size := word.box.style["font_size"] * _POINTS_PER_PIXEL) < MIN_PT:
            yield f"sets {quote_excerpt(word.text)} smaller than {MIN_PT:g} pt ({size:.2g} pt)"


def _find_unreadable_text(laid_out: _PageContent, source: _SourceContent) -> Iterator[str]:
    """Find text that is too pale, off the page, or over or under something that it is not part of."""
    for word in laid_out.words:
        colour, words = get_color(word.box.style, "color"), quote_excerpt(word.text)
        contrast = min(_contrast(_blend(colour, behind), behind) for behind in _list_colours_behind(word))
        if contrast < MIN_CONTRAST:
            yield f"hides {words}: its contrast with what is behind it is {contrast:.1f} to 1"
        page = word.ancestors[0]
        paper = _BoxArea(word.area.page, 0, 0, page.margin_width(), page.margin_height())
        if not paper.contains(word.area, _TOLERANCE_EM * word.em):
            yield f"hides {words}: it is off the page"
    painted = [*laid_out.words, *laid_out.pictures, *laid_out.decorated]
    painted.sort(key=lambda each: (each.area.page, each.area.top))
    for number, upper in enumerate(painted, 1):
        for lower in painted[number:]:
            if lower.area.page != upper.area.page or lower.area.top >= upper.area.bottom:
                break
            if (upper.text or lower.text) and upper.covers(lower):
                first, second = (upper, lower) if upper.text else (lower, upper)
                over = quote_excerpt(second.text) if second.text else "a picture or a coloured box"
                yield f"hides {quote_excerpt(first.text)}: it is over or under {over}"


def _list_colours_behind(word: _PaintedBox) -> set[_Colour]:
    """Return the colours that can be behind a text: several where it is partly outside its box."""
    colours, tolerance = {_WHITE}, _TOLERANCE_EM * word.em
    for depth, box in enumerate(word.ancestors):
        borders = {_blend(border, _WHITE) for border in _list_border_colours(box)}
        painted = colours
        for background in _list_backgrounds(box, word.ancestors[:depth]):
            painted = {_blend(background, colour) for colour in painted}
        if _is_page_level(box):
            colours = colours | painted
        elif (painted is not colours or borders) and word.area.overlaps(_border_area(box, word.area.page), 0):
            inside = _padding_area(box, word.area.page).contains(word.area, tolerance)
            colours = painted if inside else colours | painted | borders
    return colours


def _blend(colour: Any, behind: _Colour) -> _Colour:
    """Return the colour that a translucent one has over another."""
    channels = colour.to("srgb").coordinates
    return tuple(
        colour.alpha * min(1.0, max(0.0, channel)) + (1 - colour.alpha) * other
        for channel, other in zip(channels, behind, strict=True)
    )


def _contrast(first: _Colour, second: _Colour) -> float:
    """Return the contrast of two colours (WCAG 2.2)."""
    darker, lighter = sorted((_relative_luminance(first), _relative_luminance(second)))
    return (lighter + 0.05) / (darker + 0.05)


def _relative_luminance(colour: _Colour) -> float:
    linear = [
        channel / 12.92 if channel <= 0.04045 else ((channel + 0.055) / 1.055) ** 2.4 for channel in colour
    ]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def _compare_block_order(laid_out: _PageContent, source: _SourceContent) -> Iterator[str]:
    """Find blocks that do not follow the one before them."""
    previous = None
    for element in source.elements:
        area = laid_out.blocks.get(element)
        if area is None or any(each.tag == "table" for each in source.ancestors(element)):
            continue
        if previous is not None and not area.follows(previous):
            yield f"moves {quote_excerpt(''.join(element.itertext()))} out of order"
        previous = area


def _find_overlapping_pictures(laid_out: _PageContent, source: _SourceContent) -> Iterator[str]:
    """Find pictures that overlap others, or a box with a background or border that they are not in."""
    for number, picture in enumerate(laid_out.pictures, 1):
        if any(map(picture.covers, (*laid_out.pictures[number:], *laid_out.decorated))):
            alt = picture.box.element.get("alt", "")
            yield f"puts the picture {quote_excerpt(alt)} over or under something else"


def _strip_ignored_characters(text: str) -> str:
    return _IGNORED_CHARACTERS.sub("", text)
