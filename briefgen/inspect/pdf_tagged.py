"""Reading a tagged PDF: headings, lists, tables, pictures, notes and links in logical order.

The structure tree (ISO 32000-1, 14.7) gives the elements and their order, the marked content of the pages the
text of each. Files are untrusted: a tree that is deeper, larger or more tangled than any document needs is
not read. Such PDFs, and those without tags, are read by briefgen.inspect.pdf_untagged.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from io import BytesIO
from typing import Any

from briefgen.inspect.pdf_reading_order import decode_character, find_figure_text, has_mark, object_address
from briefgen.inspect.tokens import LINE_HYPHEN, DocumentBuilder, DocumentLink, normalize_list_marker

MAX_TAG_DEPTH = 150
"""Maximum depth of nested elements."""
MAX_TAG_ELEMENTS = 200_000
"""Maximum of elements, marks and annotations together; a page of tables has a few hundred."""
_MAX_CELL_SPAN = 60_000

MarkedContentId = tuple[int, int]
"""Page, from 0, and identifier (MCID) of marked content on it."""


class UnusableTagsError(Exception):
    """The PDF has no tags, or unusable ones."""


@dataclass(slots=True, eq=False)
class TaggedElement:
    """One structure element."""

    type: str
    alt: str = ""
    columns: int = 1
    rows: int = 1
    kids: list[Any] = field(default_factory=list)
    """Elements, marks and link targets (`#` within the document), in order."""


def read_tagged_pdf(data: bytes) -> DocumentBuilder:
    """Read a PDF by its tags.

    Text without a tag that is not marked as an artifact comes last. Raise UnusableTagsError, or errors of
    pikepdf and pypdfium2 for a damaged file.
    """
    import pikepdf

    with pikepdf.open(BytesIO(data)) as pdf:
        root = _StructureTreeReader(pdf).read()
    words, stray = _read_text_by_mark(data)
    reader = _ElementReader(words, _number_notes(root, words))
    reader.read_block(root)
    reader.read_remaining(stray)
    return reader.out


class _StructureTreeReader:
    """Walks the structure tree of a pikepdf PDF."""

    def __init__(self, pdf: Any) -> None:
        self._pdf = pdf
        self._pages = {page.objgen: number for number, page in enumerate(pdf.pages)}
        self._seen: set[tuple[int, int]] = set()
        self._count = 0

    def read(self) -> TaggedElement:
        import pikepdf

        root = self._pdf.Root.get("/StructTreeRoot")
        if not isinstance(root, pikepdf.Dictionary) or "/K" not in root:
            raise UnusableTagsError("there are no tags")
        roles = root.get("/RoleMap")
        self._roles = dict(roles.items()) if isinstance(roles, pikepdf.Dictionary) else {}
        top = TaggedElement("Document")
        self._kids(root, top, None, 0)
        return top

    def _kids(self, entry: Any, element: TaggedElement, page: Any, depth: int) -> None:
        import pikepdf

        if depth > MAX_TAG_DEPTH:
            raise UnusableTagsError("they are nested too deeply")
        kids = entry.get("/K")
        for kid in kids if isinstance(kids, pikepdf.Array) else () if kids is None else (kids,):
            self._count += 1
            if self._count > MAX_TAG_ELEMENTS:
                raise UnusableTagsError("there are too many")
            if isinstance(kid, int):
                self._mark(kid, page, element)
            elif isinstance(kid, pikepdf.Dictionary):
                self._kid(kid, element, page, depth)

    def _kid(self, kid: Any, element: TaggedElement, page: Any, depth: int) -> None:
        kind = str(kid.get("/Type", ""))
        page = kid.get("/Pg", page)
        if kind == "/MCR":
            self._mark(kid.get("/MCID"), page, element)
        elif kind == "/OBJR":
            if target := _read_link_target(kid.get("/Obj")):
                element.kids.append(target)
        else:
            if kid.objgen != (0, 0) and kid.objgen in self._seen:
                raise UnusableTagsError("an element has two parents")
            self._seen.add(kid.objgen)
            inner = self._element(kid)
            element.kids.append(inner)
            self._kids(kid, inner, page, depth + 1)

    def _mark(self, number: Any, page: Any, element: TaggedElement) -> None:
        place = self._pages.get(page.objgen) if page is not None else None
        if place is not None and isinstance(number, int):
            element.kids.append((place, number))

    def _element(self, entry: Any) -> TaggedElement:
        name = str(entry.get("/S", ""))
        for _ in range(4):  # roles may be roles of roles
            if name not in self._roles:
                break
            name = str(self._roles[name])
        return TaggedElement(
            name.lstrip("/"),
            str(entry.get("/Alt", "")),
            _read_cell_span(entry, "/ColSpan"),
            _read_cell_span(entry, "/RowSpan"),
        )


def _read_cell_span(entry: Any, name: str) -> int:
    import pikepdf

    attributes = entry.get("/A")
    for entry_attributes in attributes if isinstance(attributes, pikepdf.Array) else (attributes,):
        if isinstance(entry_attributes, pikepdf.Dictionary) and isinstance(
            span := entry_attributes.get(name), int
        ):
            return min(max(1, span), _MAX_CELL_SPAN)
    return 1


def _read_link_target(annotation: Any) -> str:
    """Return the target of a link annotation; empty for other annotations."""
    import pikepdf

    if not isinstance(annotation, pikepdf.Dictionary) or annotation.get("/Subtype") != "/Link":
        return ""
    action = annotation.get("/A")
    if isinstance(action, pikepdf.Dictionary) and "/URI" in action:
        return str(action.URI)
    return "#"


def _read_text_by_mark(data: bytes) -> tuple[dict[MarkedContentId, str], str]:
    """Return the text of each mark, and the unmarked text that is no artifact."""
    import pypdfium2

    marks: dict[MarkedContentId, list[str]] = {}
    stray: list[str] = []
    document = pypdfium2.PdfDocument(data)
    try:
        for number, page in enumerate(document):
            for mark, char in _iter_marked_characters(page):
                if mark is None:
                    stray.append(char)
                else:
                    marks.setdefault((number, mark), []).append(char)
    finally:
        document.close()
    return {mark: _join_characters(chars) for mark, chars in marks.items()}, "".join(stray).strip()


def _join_characters(chars: Sequence[str]) -> str:
    return "".join(chars).replace("\r\n", "\n").replace(f"{LINE_HYPHEN}\n", LINE_HYPHEN)


_ARTIFACT_ID = -2


def _iter_marked_characters(page: Any) -> Iterator[tuple[int | None, str]]:
    """Yield the characters of a pypdfium2 page with their marks; inferred ones belong to the one before."""
    from pypdfium2 import raw

    text, drawn = page.get_textpage(), find_figure_text(page)
    marks: dict[int | None, int | None] = {}
    mark: int | None = _ARTIFACT_ID
    for index in range(raw.FPDFText_CountChars(text)):
        if raw.FPDFText_IsGenerated(text, index) != 1:
            piece = raw.FPDFText_GetTextObject(text, index)
            place = object_address(piece)
            if place not in marks:
                marks[place] = _ARTIFACT_ID if place in drawn else _read_mark_id(piece)
            mark = marks[place]
        if mark != _ARTIFACT_ID:
            hyphen = raw.FPDFText_IsHyphen(text, index) == 1
            yield mark, LINE_HYPHEN if hyphen else decode_character(raw.FPDFText_GetUnicode(text, index))


def _read_mark_id(piece: Any) -> int | None:
    from pypdfium2 import raw

    if not piece:
        return None
    mark = raw.FPDFPageObj_GetMarkedContentID(piece)
    if mark >= 0:
        return int(mark)
    return _ARTIFACT_ID if has_mark(piece, "Artifact") else None


def _number_notes(root: TaggedElement, words: Mapping[MarkedContentId, str]) -> dict[int, TaggedElement]:
    """Return the notes by their printed number; those without a unique one by position."""
    notes: dict[int, TaggedElement] = {}
    for place, note in enumerate(_iter_elements(root, "Note"), start=1):
        label = next((kid for kid in note.kids if isinstance(kid, TaggedElement) and kid.type == "Lbl"), None)
        printed = "".join(words.get(mark, "") for mark in _iter_marks(label)).strip() if label else ""
        number = int(printed) if re.fullmatch("[0-9]{1,6}", printed) else place
        while number in notes:
            number += 1
        notes[number] = note
    return notes


def _iter_elements(element: TaggedElement, kind: str) -> Iterator[TaggedElement]:
    for kid in element.kids:
        if isinstance(kid, TaggedElement):
            if kid.type == kind:
                yield kid
            else:
                yield from _iter_elements(kid, kind)


def _iter_marks(element: TaggedElement, but: str = "") -> Iterator[MarkedContentId]:
    """Yield the marks in an element and its descendants, except in elements of type `but`."""
    for kid in element.kids:
        if isinstance(kid, tuple):
            yield kid
        elif isinstance(kid, TaggedElement) and kid.type != but:
            yield from _iter_marks(kid, but)


_INLINE_TYPES = frozenset(
    {"Span", "Link", "Reference", "Quote", "Em", "Strong", "Sub", "Code", "Annot", "Lbl", "NonStruct"}
)
"""Element types that do not end the surrounding block; browsers put every piece of text into a NonStruct."""
_HEADING_LEVELS = {"H": 1, "Title": 1, **{f"H{level}": level for level in range(1, 7)}}


class _ElementReader:
    """Walks the elements and builds the document."""

    def __init__(self, words: Mapping[MarkedContentId, str], notes: Mapping[int, TaggedElement]) -> None:
        self.out = DocumentBuilder()
        self._words = dict(words)
        self._notes = dict(notes)
        self._depth = 0
        self._in_header = False
        self._in_contents = False
        """Whether the current element is in an entry of the table of contents."""
        self._page: int | None = None

    def read_block(self, element: TaggedElement) -> None:
        """Read a block and its content."""
        self._page = None
        self._kids(element)
        self.out.end(_HEADING_LEVELS.get(element.type))

    def read_remaining(self, stray: str) -> None:
        """Add what the tree does not reach: notes without reference, and text outside the tree."""
        for number in sorted(self._notes):
            self._note(number)
        self.out.end()
        for words in (*self._words.values(), stray):
            self.out.text(words)
            self.out.end()

    def _kids(self, element: TaggedElement) -> None:
        for kid in element.kids:
            if isinstance(kid, tuple):
                self._mark(kid)
            elif isinstance(kid, TaggedElement):
                self._element(kid)

    def _element(self, element: TaggedElement) -> None:
        kind = element.type
        if kind in _INLINE_TYPES:
            self._inline(element)
            return
        if kind == "Note":
            return
        self.out.end()
        self._page = None
        if kind == "Figure":
            self._drop(element)
            self.out.image(element.alt)
        elif kind in _GROUP_READERS:
            _GROUP_READERS[kind](self, element)
        else:
            self.read_block(element)

    def _list(self, element: TaggedElement) -> None:
        self._depth += 1
        self.read_block(element)
        self._depth -= 1

    def _item(self, element: TaggedElement) -> None:
        for kid in element.kids:
            if isinstance(kid, TaggedElement) and kid.type == "Lbl":
                self.out.end()
                self.out.marker(normalize_list_marker(self._take_text(kid).strip()), self._depth)
            elif isinstance(kid, TaggedElement):
                self._element(kid)
            elif isinstance(kid, tuple):
                self._mark(kid)
        self.out.end()

    def _entry(self, element: TaggedElement) -> None:
        """Read an entry of the table of contents, without its page number."""
        marks = list(_iter_marks(element, but="TOC"))
        if len(marks) > 1 and self._words.get(marks[-1], "").strip().isdecimal():
            self._words[marks[-1]] = ""
        in_contents, self._in_contents = self._in_contents, True
        self.read_block(element)
        self._in_contents = in_contents

    def _table(self, element: TaggedElement) -> None:
        in_header, self._in_header = self._in_header, False
        self.out.begin_table()
        self.read_block(element)
        self.out.end_table()
        self._in_header = in_header

    def _head(self, element: TaggedElement) -> None:
        self._in_header = True
        self.read_block(element)
        self._in_header = False

    def _row(self, element: TaggedElement) -> None:
        self.out.row()
        self.read_block(element)

    def _cell(self, element: TaggedElement) -> None:
        depth, self._depth = self._depth, 0
        head = element.type == "TH" or self._in_header
        self.out.begin_cell(head=head, columns=element.columns, rows=element.rows)
        self.read_block(element)
        self.out.end_cell()
        self._depth = depth

    def _inline(self, element: TaggedElement) -> None:
        if element.type == "Reference" and not self._in_contents:
            number = "".join(self._words.get(mark, "") for mark in _iter_marks(element)).strip()
            if re.fullmatch("[0-9]{1,6}", number) and int(number) in self._notes:
                self._drop(element)
                self._note(int(number))
                return
        begin = self.out.mark_link_start()
        self._kids(element)
        target = next((kid for kid in element.kids if isinstance(kid, str)), "")
        if target:
            self.out.link(target, begin)

    def _note(self, number: int) -> None:
        note = self._notes.pop(number)
        links: list[DocumentLink] = []
        parts = []
        for kid in note.kids:
            if isinstance(kid, TaggedElement) and kid.type == "Lbl":
                self._drop(kid)
            elif isinstance(kid, TaggedElement):
                parts.append(self._read_note_text(kid, links))
            elif isinstance(kid, tuple):
                parts.append(self._take(kid))
        self.out.note("".join(parts), links)

    def _read_note_text(self, element: TaggedElement, links: list[DocumentLink]) -> str:
        """Return the text of an element in a note, and add its links to `links`."""
        parts = []
        for kid in element.kids:
            if isinstance(kid, TaggedElement):
                parts.append(self._read_note_text(kid, links))
            elif isinstance(kid, tuple):
                parts.append(self._take(kid))
        text = "".join(parts)
        target = next((kid for kid in element.kids if isinstance(kid, str)), "")
        if element.type == "Link" and target:
            links.append(DocumentLink(text, target))
        return text

    def _mark(self, mark: MarkedContentId) -> None:
        words = self._take(mark)
        if self._page is not None and mark[0] != self._page:
            words = "\n" + words
        self._page = mark[0]
        self.out.text(words)

    def _take(self, mark: MarkedContentId) -> str:
        return self._words.pop(mark, "")

    def _take_text(self, element: TaggedElement) -> str:
        return "".join(self._take(mark) for mark in _iter_marks(element))

    def _drop(self, element: TaggedElement) -> None:
        self._take_text(element)


_GROUP_READERS = {
    "L": _ElementReader._list,
    "LI": _ElementReader._item,
    "TOCI": _ElementReader._entry,
    "Table": _ElementReader._table,
    "THead": _ElementReader._head,
    "TR": _ElementReader._row,
    "TH": _ElementReader._cell,
    "TD": _ElementReader._cell,
}
