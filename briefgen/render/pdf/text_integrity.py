"""Does the page say what the document says? Compares the words, element by element.

A stylesheet shapes how words look. It can also leave them out, put others between them, number notes anew,
move a block to where another belongs, and a picture over another: that is found here, in WeasyPrint's boxes,
before a file is written. Whether the words can be seen is for `briefgen.render.pdf.visibility`.
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
"""Size of the smallest text that is let through: that of the smallest print on forms."""
_POINTS = 0.75
"""To the CSS pixel."""
_TOLD = 3
"""Faults that are told; the rest is seldom of another kind."""
_NO_MATTER = re.compile("[\\s\u00ad\u200b\u2060\u2010\u2011\u1806\u05be-]+")
"""White space, break hints, and hyphens, which a line's end may add."""
_WORD = re.compile(r"\w")
_BLOCKS = frozenset({"p", "li", "h1", "h2", "h3", "h4", "figure", "table"})
"""Elements that stand below each other, or beside each other in columns."""
_NEAR = 2.0
"""CSS pixels that count for nothing."""


def wording_faults(pages: Any, body: Any) -> list[str]:
    """Where the words on WeasyPrint's pages are not those below `body`, each as the end of a sentence."""
    said, asked = _read(pages), _Asked(body)
    faults = dict.fromkeys([*_words(said, asked), *_numbers(said, asked), *said.faults])
    return list(faults)[:_TOLD]


def place_faults(pages: Any, body: Any) -> list[str]:
    """Where blocks do not stand in the order of the document, or pictures not by themselves."""
    said, asked = _read(pages), _Asked(body)
    return list(dict.fromkeys([*_order(said, asked), *_covered(said, asked)]))[:_TOLD]


def _read(pages: Any) -> _Said:
    said = _Said()
    for number, page in enumerate(pages):
        said.page = number
        said.read(page._page_box)
    return said


@dataclass(frozen=True, slots=True)
class _Area:
    """Where a box stands, in CSS pixels from the page's upper left corner."""

    page: int
    left: float
    top: float
    right: float
    bottom: float

    def follows(self, before: _Area) -> bool:
        """Whether it stands where one reads on: below, in a column to the right, or on a later page."""
        if self.page != before.page:
            return self.page > before.page
        return self.top >= before.top - _NEAR or self.left >= before.right - _NEAR

    def covers(self, other: _Area) -> bool:
        """Whether the two share more than an edge."""
        width = min(self.right, other.right) - max(self.left, other.left)
        height = min(self.bottom, other.bottom) - max(self.top, other.top)
        return self.page == other.page and width > _NEAR and height > _NEAR


@dataclass(slots=True)
class _Said:
    """What stands on the pages, by element."""

    words: dict[Any, list[str]] = field(default_factory=lambda: defaultdict(list))
    generated: dict[tuple[Any, str], list[str]] = field(default_factory=lambda: defaultdict(list))
    """By element and pseudo-element."""
    pictures: dict[Any, list[_Area]] = field(default_factory=lambda: defaultdict(list))
    coloured: list[tuple[Any, _Area]] = field(default_factory=list)
    """What has a ground of its own."""
    blocks: dict[Any, _Area] = field(default_factory=dict)
    """Where each begins."""
    page: int = 0
    faults: list[str] = field(default_factory=list)

    def read(self, box: Any) -> None:
        """Take in a box and what is in it, but for the pages' margins and the dots that lead to a number."""
        if isinstance(box, AbsolutePlaceholder):
            box = box._box
        if isinstance(box, MarginBox) or box.is_leader:
            return
        if isinstance(box, TextBox):
            self._text(box)
        elif box.element_tag == "img" and box.width * box.height >= 1:
            left, top = box.content_box_x(), box.content_box_y()
            area = _Area(self.page, left, top, left + box.width, top + box.height)
            self.pictures[box.element].append(area)
        elif box.element is not None and "::" not in str(box.element_tag):
            self._block(box)
        for child in box.children:
            self.read(child)

    def _block(self, box: Any) -> None:
        if isinstance(box, LineBox) or not isinstance(box.width, int | float):
            return
        left, top = box.border_box_x(), box.border_box_y()
        area = _Area(self.page, left, top, left + box.border_width(), top + box.border_height())
        if box.element_tag in _BLOCKS:
            self.blocks.setdefault(box.element, area)
        if box.element_tag not in ("html", "body") and get_color(box.style, "background_color").alpha > 0:
            self.coloured.append((box.element, area))

    def _text(self, box: Any) -> None:
        element, pseudo = box.element, str(box.element_tag).partition("::")[2]
        if not box.text.strip():
            return
        if pseudo in ("before", "after", "marker", "footnote-call", "footnote-marker"):
            self.generated[element, pseudo].append(box.text)
        else:
            self.words[element].append(box.text)
        if box.style["font_size"] * _POINTS < MIN_PT and _WORD.search(box.text):
            size = box.style["font_size"] * _POINTS
            self.faults.append(f"sets {_quoted(box.text)} smaller than {MIN_PT:g} pt ({size:.2g} pt)")


@dataclass(slots=True)
class _Asked:
    """What is to stand on the pages: the document, without the running head, which is the pages' own."""

    body: Any
    elements: list[Any] = field(init=False)
    parents: dict[Any, Any] = field(init=False)
    notes: dict[Any, int] = field(init=False)

    def __post_init__(self) -> None:
        blocks = [child for child in self.body if child.get("class") != "running-head"]
        self.elements = [element for block in blocks for element in block.iter()]
        self.parents = {child: element for element in self.body.iter() for child in element}
        notes = (element for element in self.elements if element.get("class") == "footnote")
        self.notes = {element: number for number, element in enumerate(notes, 1)}

    def repeats(self, element: Any) -> bool:
        """Whether it stands again at the top of each page that its table runs on to."""
        return any(one.tag == "thead" for one in self._outwards(element))

    def in_contents(self, element: Any) -> bool:
        """Whether it is part of a table of contents, which has numbers of pages and none of its items."""
        return any(one.get("class") == "toc" for one in self._outwards(element))

    def item_number(self, item: Any) -> str:
        """The number of a list's item; empty where it has none."""
        above = self.parents[item]
        if above.tag != "ol" or self.in_contents(item):
            return ""
        start = above.get("start", "1")
        first = int(start) if start.isascii() and start.isdecimal() else 1
        return str(first + [child for child in above if child.tag == "li"].index(item))

    def above(self, element: Any) -> Iterator[Any]:
        """The elements that hold it."""
        return self._outwards(self.parents.get(element))

    def encloses(self, element: Any, inner: Any) -> bool:
        """Whether one element is, or holds, the other."""
        return any(one is element for one in self._outwards(inner))

    def _outwards(self, element: Any) -> Iterator[Any]:
        while element is not None:
            yield element
            element = self.parents.get(element)


def _words(said: _Said, asked: _Asked) -> Iterator[str]:
    """Elements whose words are not all there, or are others."""
    for element in asked.elements:
        if element.tag == "img":
            if element not in said.pictures:
                yield f"leaves out the picture {_quoted(element.get('alt', ''))}"
            continue
        own = (element.text or "") + "".join(child.tail or "" for child in element)
        wanted, found = _bare(own), _bare("".join(said.words.get(element, ())))
        if found == wanted or (asked.repeats(element) and found and not found.replace(wanted, "")):
            continue
        if not found:
            yield f"leaves out {_quoted(own)}"
        else:
            yield f"sets {_quoted(''.join(said.words[element]))} in place of {_quoted(own)}"


def _numbers(said: _Said, asked: _Asked) -> Iterator[str]:
    """Words that the stylesheet writes, and numbers of notes and lists that are not those of the document."""
    for (element, pseudo), texts in said.generated.items():
        text = "".join(texts).strip()
        if pseudo in ("footnote-call", "footnote-marker"):
            number = asked.notes.get(element)
            if text.strip(".()[] \u00a0\u2002") != str(number):
                yield f"writes {_quoted(text)} as the number of note {number}"
        elif pseudo == "marker":
            wanted = asked.item_number(element)
            if _WORD.findall(text) != list(wanted):
                yield f"marks an item of a list with {_quoted(text)}" + (f", not {wanted}." if wanted else "")
        elif not (text.isdecimal() and asked.in_contents(element)):
            yield f"writes {_quoted(text)} into the text"
    for element in asked.elements:
        wanted = asked.item_number(element) if element.tag == "li" else ""
        if wanted and (element, "marker") not in said.generated:
            yield f"leaves out the number {wanted} of a list"


def _order(said: _Said, asked: _Asked) -> Iterator[str]:
    """Blocks that do not stand behind the one before them."""
    before = None
    for element in asked.elements:
        here = said.blocks.get(element)
        if here is None or any(one.tag == "table" for one in asked.above(element)):
            continue
        if before is not None and not here.follows(before):
            yield f"moves {_quoted(''.join(element.itertext()))} out of its place"
        before = here


def _covered(said: _Said, asked: _Asked) -> Iterator[str]:
    """Pictures over or under others, or grounds that are not their own."""
    pictures = [(element, area) for element, areas in said.pictures.items() for area in areas]
    for number, (element, area) in enumerate(pictures):
        grounds = [other for ground, other in said.coloured if not asked.encloses(ground, element)]
        others = [other for _, other in pictures[number + 1 :]]
        if any(other.covers(area) for other in (*others, *grounds)):
            yield f"sets the picture {_quoted(element.get('alt', ''))} over or under something else"


def _bare(text: str) -> str:
    return _NO_MATTER.sub("", text)


def _quoted(text: str) -> str:
    words = " ".join(text.replace("\u2060", "").split())
    return repr(words if len(words) <= 50 else f"{words[:49]}…")
