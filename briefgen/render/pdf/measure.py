"""Measures pages that WeasyPrint has laid out: what stands on each, and how high the lines are.

It reads boxes and changes nothing; what is too much is for others to say.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any
from xml.etree import ElementTree

from briefgen.model.document import PARTICULAR, Document, Extent
from briefgen.render.address_window import width_pt
from briefgen.render.fonts import FAMILIES

_MM = 25.4 / 96
"""A CSS pixel in millimetres."""


def extent(document: Document, pages: Sequence[Any]) -> Extent:
    """The extent of a document that was laid out on these pages."""
    boxes = [page._page_box for page in pages]
    line, characters = _line([_root(page) for page in boxes])
    note_line, note_characters = _line([box for page in boxes for box in page.children if is_notes(box)])
    return Extent(
        used_mm=tuple(used * _MM for used in used_px(boxes)),
        room_mm=tuple(page.height * _MM for page in boxes),
        line_mm=line * _MM,
        line_characters=characters,
        note_line_mm=note_line * _MM,
        note_characters=note_characters,
        particular_mm=_particular(document, boxes),
    )


def _line(areas: Sequence[Any]) -> tuple[float, float]:
    """Height of the lines of some areas in pixels, and the characters on a full one."""
    lines = [(box.height, len(text)) for area in areas for box in lines_of(area) if (text := text_of(box))]
    if not lines:
        return 0.0, 1.0
    # Most lines are full; those that are not end a paragraph or stand by themselves.
    characters = sorted(length for _, length in lines)[len(lines) * 3 // 4]
    return Counter(height for height, _ in lines).most_common(1)[0][0], max(1.0, characters)


def _root(page: Any) -> Any:
    return next(child for child in page.children if child.element_tag == "html")


def used_px(pages: Sequence[Any]) -> list[float]:
    """Height of the text on each page and of its notes, in pixels."""
    used = []
    for page in pages:
        top = page.content_box_y()
        body = next((box for box in _root(page).children if box.element_tag == "body"), None)
        # What goes on overleaf is drawn out to the foot of the page: there the last line counts.
        bottom_of = _foot if page is pages[-1] else _lowest
        bottom = max(map(bottom_of, _flowing(body)), default=top)
        notes = sum(box.margin_height() for box in page.children if is_notes(box))
        used.append(float(bottom - top + notes))
    return used


def _foot(box: Any) -> float:
    return float(box.position_y + box.margin_height())


def _lowest(box: Any) -> float:
    """Lower edge of the last thing that stands in a box."""
    if type(box).__name__ in ("LineBox", "TableRowBox") or not getattr(box, "children", ()):
        return _foot(box)
    return max(map(_lowest, _flowing(box)), default=_foot(box))


def _flowing(body: Any) -> Iterator[Any]:
    for box in body.children if body is not None else ():
        if box.is_in_normal_flow():
            yield box


def is_notes(box: Any) -> bool:
    """Whether a box holds the notes of a page."""
    return type(box).__name__ == "FootnoteAreaBox" and bool(box.children)


def lines_of(box: Any) -> Iterator[Any]:
    """The lines in a box, in order."""
    if type(box).__name__ == "LineBox":
        yield box
    else:
        for child in getattr(box, "children", ()):
            yield from lines_of(child)


def text_of(box: Any) -> str:
    """What is written in a box, the calls of notes among it."""
    if hasattr(box, "text"):
        return str(box.text)
    return "".join(map(text_of, getattr(box, "children", ())))


def _particular(document: Document, pages: Sequence[Any]) -> tuple[float, ...] | None:
    """Heights of the recipient's own blocks, in order; nought for those that have a place of their own on the
    page, as in the window of an envelope, and None where one is neither there nor in the flow."""
    bodies = (one for page in pages for one in _root(page).children if one.element_tag == "body")
    found = [
        round(float(box.margin_height()) * _MM, 2) if box.is_in_normal_flow() else 0.0
        for body in bodies
        for box in body.children
        if box.element is not None
        and box.element.get("class") in PARTICULAR
        and (box.is_in_normal_flow() or box.is_absolutely_positioned())
    ]
    written = sum(document.html.count(f'<div class="{name}">') for name in PARTICULAR)
    return tuple(found) if len(found) == written else None


_estimate_MM = 25.4 / 96
"""A CSS pixel in millimetres."""
_CALL = "\u00b2"
"""Stands for the call of a note: as wide as one of its digits, nearly."""
_NOTE = "span"
_UNITS = frozenset({"p", "h1", "h2", "h3", "li", "caption", "tr", "figure", _NOTE})
_WHOLE = frozenset({"tr", "figure"})
"""Units that no page break divides."""
_LOST = 0.5
"""Lines that stay empty at the end of a page that is not the last."""
_INVISIBLE = re.compile("[\u00ad\u200b\u2060]")
_BREAKS = re.compile(r"(?<=[-\u2013\u2014])(?=\w)|(?=\u2014)")
"""Where a line ends within a word."""


@dataclass(frozen=True, slots=True)
class Type:
    """How the paragraphs of one kind are set; in millimetres."""

    line: float
    margins: float
    ems: float
    """How many times the size of the type a line is long, by widths without kerning."""
    family: str


@dataclass(frozen=True, slots=True)
class Likely:
    """What was laid out, as it is needed to foretell the height of other wordings."""

    html: str
    heights: dict[tuple[str, str], float]
    """Of paragraphs and notes, without their margins; in millimetres."""
    types: dict[str, Type]
    total: float
    """Height of all text and all notes."""
    above_notes: tuple[float, ...]
    """From the text of each page to its notes; 0 where it has none."""
    room: tuple[float, ...]
    lost: tuple[float, ...]
    """What stayed empty at the end of each page."""

    def over_mm(self, document: Document, most: int) -> float:
        """How much a wording will be over `most` pages, in millimetres; 0 or less where it will fit."""
        before, after = Counter(_units(_parsed(self.html))), Counter(_units(_parsed(document.html)))
        line = self.types["p"].line if "p" in self.types else 0.0
        less = sum(self._height(unit) * number for unit, number in (before - after).items())
        more = sum(self._height(unit) * number for unit, number in (after - before).items())
        room = (
            sum(self.room[:most])
            - sum(min(lost, _LOST * line) for lost in self.lost[: most - 1])
            - sum(self.above_notes[:most])
        )
        return self.total - less + more - room

    def _height(self, unit: tuple[str, str]) -> float:
        tag, text = unit
        kind = self.types.get(tag) or self.types.get("p") or Type(0.0, 0.0, 1.0, FAMILIES[0])
        if unit in self.heights:
            return kind.margins + self.heights[unit]
        return kind.margins + kind.line * _lines(f"00\u2002{text}" if tag == _NOTE else text, kind)


def _lines(text: str, kind: Type) -> int:
    """How many lines a paragraph fills."""
    number = 0
    for row in text.split("\n"):
        number, filled = number + 1, 0.0
        for word in row.split(" "):
            gap = width_pt(" ", kind.family, 1) if filled else 0.0
            for part in filter(None, _BREAKS.split(word)):
                wide = width_pt(part, kind.family, 1)
                if filled and filled + gap + wide > kind.ems:
                    number, filled = number + 1, wide
                else:
                    filled += gap + wide
                gap = 0.0
    return number


def _parsed(html: str) -> Any:
    return ElementTree.fromstring(f"<div>{html}</div>")


def _units(element: Any) -> Iterator[tuple[str, str]]:
    for one in element.iter():
        if _is_unit(one):
            yield one.tag, _words(one)


def _is_unit(element: Any) -> bool:
    if element.tag == _NOTE:
        return bool(element.get("class") == "footnote")
    return element.tag in _UNITS and not (element.tag == "li" and element.find("p") is not None)


def _words(element: Any) -> str:
    """The text of a paragraph with the calls of its notes, or of a note."""
    words = element.text or ""
    for child in element:
        if child.get("class") == "footnote":
            words += _CALL
        else:
            words += "\n" if child.tag == "br" else _words(child)
        words += child.tail or ""
    return _INVISIBLE.sub("", words).strip()


def likely(document: Document, pages: Sequence[Any]) -> Likely:
    """What is to be known of a document that was laid out on these pages."""
    heights: dict[Any, float] = defaultdict(float)
    lines: dict[str, list[tuple[Any, Any]]] = defaultdict(list)
    last, heads = None, 0
    for page in pages:
        for position, box in enumerate(_boxes(page)):
            inside = list(lines_of(box))
            # What goes on overleaf is drawn out to the foot of the page.
            high = box.height if box.element.tag in _WHOLE else sum(line.height for line in inside)
            heights[box.element] += high * _estimate_MM
            lines[box.element.tag] += [(box, line) for line in inside]
            heads += position == 0 and box.element is not last
            last = box.element if box.element.tag != _NOTE else last
    types = {tag: _type(of_tag) for tag, of_tag in lines.items() if of_tag}
    above = [_above_notes(page) * _estimate_MM for page in pages]
    used = used_px(pages)
    # At the head of a page a paragraph has no margin; the first page begins with none either.
    missing = (heads - 1) * types["p"].margins if "p" in types else 0.0
    return Likely(
        document.html,
        {(element.tag, _words(element)): height for element, height in heights.items()},
        types,
        sum(used) * _estimate_MM - sum(above) + missing,
        tuple(above),
        tuple(page.height * _estimate_MM for page in pages),
        tuple((page.height - filled) * _estimate_MM for page, filled in zip(pages, used, strict=True)),
    )


def _above_notes(page: Any) -> float:
    """From the text of a page to its notes, in pixels."""
    areas = filter(is_notes, page.children)
    return sum(
        float(area.margin_height() - sum(note.margin_height() for note in area.children)) for area in areas
    )


def _boxes(box: Any) -> Iterator[Any]:
    """The boxes of paragraphs and notes on a page, in the order of the page."""
    for child in getattr(box, "children", ()):
        element = child.element
        if element is not None and type(child).__name__ != "LineBox" and _is_unit(element):
            yield child
        else:
            yield from _boxes(child)


def _type(lines: Sequence[tuple[Any, Any]]) -> Type:
    """How the paragraphs of these lines are set: as most are."""

    def look(box: Any) -> tuple[float, ...]:
        return (box.style["font_size"], box.width)

    usual = Counter(look(box) for box, _ in lines).most_common(1)[0][0]
    alike = [(box, line) for box, line in lines if look(box) == usual]
    size, width = usual
    named = alike[0][0].style["font_family"][0]
    family = named if named in FAMILIES else FAMILIES[0]
    set_px = sum(sum(part.width for part in line.children) for _, line in alike)
    plain_px = sum(width_pt(_INVISIBLE.sub("", text_of(line)), family, size) for _, line in alike)
    margins = max(box.margin_top + box.margin_bottom for box, _ in alike)
    return Type(
        Counter(line.height for _, line in alike).most_common(1)[0][0] * _estimate_MM,
        margins * _estimate_MM,
        # Kerning, italics and faces that are not pinned make lines hold more or less than these widths say.
        width / size * (plain_px / set_px if set_px else 1),
        family,
    )
