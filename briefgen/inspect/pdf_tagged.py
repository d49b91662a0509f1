"""Reads a PDF by its tags: headings, lists, tables, pictures, notes and links, in the order of reading aloud.

The structure tree (ISO 32000-1, 14.7) says what there is and in which order, the pages' marked content which
words belong to it. A tree may come from anybody: what is deeper, larger or more tangled than a document needs
is not read. A PDF without tags, or with such, is read by its glyphs (briefgen.inspect.pdf_untagged).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from io import BytesIO
from typing import Any

from briefgen.inspect.pdf_reading_order import address, character, drawn_words, has_mark
from briefgen.inspect.tokens import LINE_HYPHEN, Link, Writer, bullet

MAX_DEPTH = 150
"""Of elements within elements."""
MAX_ELEMENTS = 200_000
"""Elements, marks and annotations together; a page of tables has some hundreds."""
_GREATEST_SPAN = 60_000

Mark = tuple[int, int]
"""Page, from 0, and identifier of marked content there."""


class UnusableTags(Exception):
    """There are no tags, or none that can be followed."""


@dataclass(slots=True, eq=False)
class Element:
    """One structure element."""

    type: str
    alt: str = ""
    columns: int = 1
    rows: int = 1
    kids: list[Any] = field(default_factory=list)
    """Elements, marks, and addresses of links (`#` within the document), in order."""


def read_tags(data: bytes) -> Writer:
    """All that the tags say; raises UnusableTags, or pikepdf's and pypdfium2's errors for a broken file.

    Words that no tag reaches, and that are not set apart as a page's ornament, come last.
    """
    import pikepdf

    with pikepdf.open(BytesIO(data)) as pdf:
        root = _Tree(pdf).read()
    words, stray = _words_by_mark(data)
    reader = _Reader(words, _notes_by_number(root, words))
    reader.block(root)
    reader.rest(stray)
    return reader.out


class _Tree:
    """Follows the structure tree of a PDF of pikepdf's."""

    def __init__(self, pdf: Any) -> None:
        self._pdf = pdf
        self._pages = {page.objgen: number for number, page in enumerate(pdf.pages)}
        self._seen: set[tuple[int, int]] = set()
        self._count = 0

    def read(self) -> Element:
        import pikepdf

        root = self._pdf.Root.get("/StructTreeRoot")
        if not isinstance(root, pikepdf.Dictionary) or "/K" not in root:
            raise UnusableTags("there are no tags")
        roles = root.get("/RoleMap")
        self._roles = dict(roles.items()) if isinstance(roles, pikepdf.Dictionary) else {}
        top = Element("Document")
        self._kids(root, top, None, 0)
        return top

    def _kids(self, entry: Any, element: Element, page: Any, depth: int) -> None:
        import pikepdf

        if depth > MAX_DEPTH:
            raise UnusableTags("they are nested too deep")
        kids = entry.get("/K")
        for kid in kids if isinstance(kids, pikepdf.Array) else () if kids is None else (kids,):
            self._count += 1
            if self._count > MAX_ELEMENTS:
                raise UnusableTags("there are too many")
            if isinstance(kid, int):
                self._mark(kid, page, element)
            elif isinstance(kid, pikepdf.Dictionary):
                self._kid(kid, element, page, depth)

    def _kid(self, kid: Any, element: Element, page: Any, depth: int) -> None:
        kind = str(kid.get("/Type", ""))
        page = kid.get("/Pg", page)
        if kind == "/MCR":
            self._mark(kid.get("/MCID"), page, element)
        elif kind == "/OBJR":
            if target := _target(kid.get("/Obj")):
                element.kids.append(target)
        else:
            if kid.objgen != (0, 0) and kid.objgen in self._seen:
                raise UnusableTags("an element stands in two places")
            self._seen.add(kid.objgen)
            inner = self._element(kid)
            element.kids.append(inner)
            self._kids(kid, inner, page, depth + 1)

    def _mark(self, number: Any, page: Any, element: Element) -> None:
        place = self._pages.get(page.objgen) if page is not None else None
        if place is not None and isinstance(number, int):
            element.kids.append((place, number))

    def _element(self, entry: Any) -> Element:
        name = str(entry.get("/S", ""))
        for _ in range(4):  # roles may be roles of roles
            if name not in self._roles:
                break
            name = str(self._roles[name])
        return Element(
            name.lstrip("/"), str(entry.get("/Alt", "")), _span(entry, "/ColSpan"), _span(entry, "/RowSpan")
        )


def _span(entry: Any, name: str) -> int:
    import pikepdf

    attributes = entry.get("/A")
    for each in attributes if isinstance(attributes, pikepdf.Array) else (attributes,):
        if isinstance(each, pikepdf.Dictionary) and isinstance(span := each.get(name), int):
            return min(max(1, span), _GREATEST_SPAN)
    return 1


def _target(annotation: Any) -> str:
    """Where a link's annotation leads; empty where it is no link."""
    import pikepdf

    if not isinstance(annotation, pikepdf.Dictionary) or annotation.get("/Subtype") != "/Link":
        return ""
    action = annotation.get("/A")
    if isinstance(action, pikepdf.Dictionary) and "/URI" in action:
        return str(action.URI)
    return "#"


def _words_by_mark(data: bytes) -> tuple[dict[Mark, str], str]:
    """The words of each mark, and those that stand in none and are no artifact."""
    import pypdfium2

    marks: dict[Mark, list[str]] = {}
    stray: list[str] = []
    document = pypdfium2.PdfDocument(data)
    try:
        for number, page in enumerate(document):
            for mark, char in _characters(page):
                if mark is None:
                    stray.append(char)
                else:
                    marks.setdefault((number, mark), []).append(char)
    finally:
        document.close()
    return {mark: _lines(chars) for mark, chars in marks.items()}, "".join(stray).strip()


def _lines(chars: Sequence[str]) -> str:
    return "".join(chars).replace("\r\n", "\n").replace(f"{LINE_HYPHEN}\n", LINE_HYPHEN)


_ARTIFACT = -2


def _characters(page: Any) -> Iterator[tuple[int | None, str]]:
    """The characters of a page of pypdfium2's with their marks; what is inferred goes with what is before."""
    from pypdfium2 import raw

    text, drawn = page.get_textpage(), drawn_words(page)
    marks: dict[int | None, int | None] = {}
    mark: int | None = _ARTIFACT
    for index in range(raw.FPDFText_CountChars(text)):
        if raw.FPDFText_IsGenerated(text, index) != 1:
            piece = raw.FPDFText_GetTextObject(text, index)
            place = address(piece)
            if place not in marks:
                marks[place] = _ARTIFACT if place in drawn else _mark_of(piece)
            mark = marks[place]
        if mark != _ARTIFACT:
            hyphen = raw.FPDFText_IsHyphen(text, index) == 1
            yield mark, LINE_HYPHEN if hyphen else character(raw.FPDFText_GetUnicode(text, index))


def _mark_of(piece: Any) -> int | None:
    from pypdfium2 import raw

    if not piece:
        return None
    mark = raw.FPDFPageObj_GetMarkedContentID(piece)
    if mark >= 0:
        return int(mark)
    return _ARTIFACT if has_mark(piece, "Artifact") else None


def _notes_by_number(root: Element, words: Mapping[Mark, str]) -> dict[int, Element]:
    """The notes by the number that they show; one that shows none, or another's, by its place."""
    notes: dict[int, Element] = {}
    for place, note in enumerate(_all(root, "Note"), start=1):
        label = next((kid for kid in note.kids if isinstance(kid, Element) and kid.type == "Lbl"), None)
        shown = "".join(words.get(mark, "") for mark in _marks(label)).strip() if label else ""
        number = int(shown) if re.fullmatch("[0-9]{1,6}", shown) else place
        while number in notes:
            number += 1
        notes[number] = note
    return notes


def _all(element: Element, kind: str) -> Iterator[Element]:
    for kid in element.kids:
        if isinstance(kid, Element):
            if kid.type == kind:
                yield kid
            else:
                yield from _all(kid, kind)


def _marks(element: Element, but: str = "") -> Iterator[Mark]:
    """The marks in an element and below it, but for elements of one type."""
    for kid in element.kids:
        if isinstance(kid, tuple):
            yield kid
        elif isinstance(kid, Element) and kid.type != but:
            yield from _marks(kid, but)


_INLINE = frozenset({"Span", "Link", "Reference", "Quote", "Em", "Strong", "Sub", "Code", "Annot", "Lbl"})
"""Structure that does not end the block that it stands in."""
_LEVELS = {"H": 1, "Title": 1, **{f"H{level}": level for level in range(1, 7)}}


class _Reader:
    """Walks the elements and writes what they say."""

    def __init__(self, words: Mapping[Mark, str], notes: Mapping[int, Element]) -> None:
        self.out = Writer()
        self._words = dict(words)
        self._notes = dict(notes)
        self._depth = 0
        self._in_head = False
        self._listed = False
        """Whether this is an entry of a contents list."""
        self._page: int | None = None

    def block(self, element: Element) -> None:
        """Read a block and what is in it."""
        self._page = None
        self._kids(element)
        self.out.end(_LEVELS.get(element.type))

    def rest(self, stray: str) -> None:
        """Add what nothing leads to: notes that are not called, marks and words outside the tree."""
        for number in sorted(self._notes):
            self._note(number)
        self.out.end()
        for words in (*self._words.values(), stray):
            self.out.text(words)
            self.out.end()

    def _kids(self, element: Element) -> None:
        for kid in element.kids:
            if isinstance(kid, tuple):
                self._mark(kid)
            elif isinstance(kid, Element):
                self._element(kid)

    def _element(self, element: Element) -> None:
        kind = element.type
        if kind in _INLINE:
            self._inline(element)
            return
        if kind == "Note":
            return
        self.out.end()
        self._page = None
        if kind == "Figure":
            self._drop(element)
            self.out.image(element.alt)
        elif kind in _GROUPS:
            _GROUPS[kind](self, element)
        else:
            self.block(element)

    def _list(self, element: Element) -> None:
        self._depth += 1
        self.block(element)
        self._depth -= 1

    def _item(self, element: Element) -> None:
        for kid in element.kids:
            if isinstance(kid, Element) and kid.type == "Lbl":
                self.out.end()
                self.out.marker(bullet(self._taken(kid).strip()), self._depth)
            elif isinstance(kid, Element):
                self._element(kid)
            elif isinstance(kid, tuple):
                self._mark(kid)
        self.out.end()

    def _entry(self, element: Element) -> None:
        """An entry of a contents list; the number of its page is no part of what it says."""
        marks = list(_marks(element, but="TOC"))
        if len(marks) > 1 and self._words.get(marks[-1], "").strip().isdecimal():
            self._words[marks[-1]] = ""
        listed, self._listed = self._listed, True
        self.block(element)
        self._listed = listed

    def _table(self, element: Element) -> None:
        in_head, self._in_head = self._in_head, False
        self.out.begin_table()
        self.block(element)
        self.out.end_table()
        self._in_head = in_head

    def _head(self, element: Element) -> None:
        self._in_head = True
        self.block(element)
        self._in_head = False

    def _row(self, element: Element) -> None:
        self.out.row()
        self.block(element)

    def _cell(self, element: Element) -> None:
        depth, self._depth = self._depth, 0
        head = element.type == "TH" or self._in_head
        self.out.begin_cell(head=head, columns=element.columns, rows=element.rows)
        self.block(element)
        self.out.end_cell()
        self._depth = depth

    def _inline(self, element: Element) -> None:
        if element.type == "Reference" and not self._listed:
            number = "".join(self._words.get(mark, "") for mark in _marks(element)).strip()
            if re.fullmatch("[0-9]{1,6}", number) and int(number) in self._notes:
                self._drop(element)
                self._note(int(number))
                return
        begin = self.out.here()
        self._kids(element)
        target = next((kid for kid in element.kids if isinstance(kid, str)), "")
        if target:
            self.out.link(target, begin)

    def _note(self, number: int) -> None:
        note = self._notes.pop(number)
        links: list[Link] = []
        parts = []
        for kid in note.kids:
            if isinstance(kid, Element) and kid.type == "Lbl":
                self._drop(kid)
            elif isinstance(kid, Element):
                parts.append(self._said(kid, links))
            elif isinstance(kid, tuple):
                parts.append(self._take(kid))
        self.out.note("".join(parts), links)

    def _said(self, element: Element, links: list[Link]) -> str:
        """What an element within a note says; its links are added."""
        parts = []
        for kid in element.kids:
            if isinstance(kid, Element):
                parts.append(self._said(kid, links))
            elif isinstance(kid, tuple):
                parts.append(self._take(kid))
        text = "".join(parts)
        target = next((kid for kid in element.kids if isinstance(kid, str)), "")
        if element.type == "Link" and target:
            links.append(Link(text, target))
        return text

    def _mark(self, mark: Mark) -> None:
        words = self._take(mark)
        if self._page is not None and mark[0] != self._page:
            words = "\n" + words
        self._page = mark[0]
        self.out.text(words)

    def _take(self, mark: Mark) -> str:
        return self._words.pop(mark, "")

    def _taken(self, element: Element) -> str:
        return "".join(self._take(mark) for mark in _marks(element))

    def _drop(self, element: Element) -> None:
        self._taken(element)


_GROUPS = {
    "L": _Reader._list,
    "LI": _Reader._item,
    "TOCI": _Reader._entry,
    "Table": _Reader._table,
    "THead": _Reader._head,
    "TR": _Reader._row,
    "TH": _Reader._cell,
    "TD": _Reader._cell,
}
