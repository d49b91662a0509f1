"""Reading a finished DOCX: text, notes, structure, properties and evidence record.

Files come from untrusted sources: archives and XML are read with limits, and external references are not
resolved.
"""

from __future__ import annotations

import json
import posixpath
import re
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from io import BytesIO
from pathlib import Path
from typing import Any

from briefgen.errors import BriefgenError, Place, Problem
from briefgen.inspect.tokens import DocumentBuilder, DocumentLink, ExtractedDocument, parse_cell_span
from briefgen.system.files import read_limited_bytes

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_LIST_LEVELS = 9


class ListNumbering:
    """Computes list markers in document order, from the numbering part (None if there is none)."""

    def __init__(self, root: Any) -> None:
        self._abstract: dict[str, Any] = {}
        self._numbers: dict[str, Any] = {}
        for child in root if root is not None else ():
            if child.tag == f"{_W}abstractNum":
                self._abstract[child.get(f"{_W}abstractNumId", "")] = child
            elif child.tag == f"{_W}num":
                self._numbers[child.get(f"{_W}numId", "")] = child
        self._counts: dict[str, list[int | None]] = {}
        self._begun: set[tuple[str, int]] = set()

    def next(self, number: str, level: int) -> str:
        """Return the marker of this list's next item at this level (from 0); empty if it has none."""
        definition = self._numbers.get(number)
        if definition is None or not 0 <= level < _LIST_LEVELS:
            return ""
        abstract = _read_child_value(definition, "abstractNumId")
        levels = self._levels(abstract, definition)
        if level not in levels:
            return ""
        counts = self._counts.setdefault(abstract, [None] * _LIST_LEVELS)
        self._count(number, level, definition, levels, counts)
        return _format_marker(levels, level, counts)

    def _levels(self, abstract: str, definition: Any) -> dict[int, Any]:
        definitions = {
            _parse_number_or(child.get(f"{_W}ilvl"), 0): child
            for child in self._abstract.get(abstract, ())
            if child.tag == f"{_W}lvl"
        }
        for override in definition.iterfind(f"{_W}lvlOverride"):
            own = override.find(f"{_W}lvl")
            if own is not None:
                definitions[_parse_number_or(override.get(f"{_W}ilvl"), 0)] = own
        return definitions

    def _count(
        self, number: str, level: int, definition: Any, levels: Mapping[int, Any], counts: list[int | None]
    ) -> None:
        restart = _find_restart(definition, level)
        count = counts[level]
        if (number, level) not in self._begun and restart is not None:
            counts[level] = restart
        elif count is None:
            counts[level] = _parse_number_or(_read_child_value(levels[level], "start"), 1)
        else:
            counts[level] = count + 1
        self._begun.add((number, level))
        counts[level + 1 :] = [None] * (_LIST_LEVELS - level - 1)


def _find_restart(definition: Any, level: int) -> int | None:
    for override in definition.iterfind(f"{_W}lvlOverride"):
        if _parse_number_or(override.get(f"{_W}ilvl"), -1) == level:
            value = _read_child_value(override, "startOverride")
            return _parse_number_or(value, 1) if value else None
    return None


def _format_marker(levels: Mapping[int, Any], level: int, counts: list[int | None]) -> str:
    form = _read_child_value(levels[level], "numFmt")
    if form == "bullet":
        return "\u2022"

    def format_level(match: re.Match[str]) -> str:
        index = int(match.group(1)) - 1
        own = _read_child_value(levels[index], "numFmt") if index in levels else "decimal"
        count = counts[index]
        return _format_list_number(1 if count is None else count, own)

    return (
        re.sub("%([1-9])", format_level, _read_child_value(levels[level], "lvlText"))
        if form != "none"
        else ""
    )


def _format_list_number(count: int, form: str) -> str:
    if form in {"lowerLetter", "upperLetter"}:
        letters = chr(ord("a") + (count - 1) % 26) * ((count - 1) // 26 + 1)
        return letters if form == "lowerLetter" else letters.upper()
    if form in {"lowerRoman", "upperRoman"}:
        return format_roman(count) if form == "lowerRoman" else format_roman(count).upper()
    return str(count)


def format_roman(count: int) -> str:
    """Return a number in lower-case Roman numerals."""
    signs = [(1000, "m"), (900, "cm"), (500, "d"), (400, "cd"), (100, "c"), (90, "xc"), (50, "l"), (40, "xl")]
    signs += [(10, "x"), (9, "ix"), (5, "v"), (4, "iv"), (1, "i")]
    out = ""
    for value, sign in signs:
        while count >= value and len(out) < 40:
            out, count = out + sign, count - value
    return out


MAX_DOCX_BYTES = 100_000_000
"""Maximum size of the file."""
MAX_PART_BYTES = 60_000_000
"""Maximum unpacked size of each part."""
_CONTENTS = "[Content_Types].xml"
RECORD_NAMESPACE = "urn:briefgen:evidence-record"
_R = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"
_MC = "{http://schemas.openxmlformats.org/markup-compatibility/2006}"
_DOC_PROPERTIES = "{http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing}docPr"
_DC = "{http://purl.org/dc/elements/1.1/}"
_SPOKEN_KINDS = frozenset({"text", "heading", "note"})
_OLE_SIGNATURE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


def read_docx(source: bytes | Path) -> ExtractedDocument:
    """Read a DOCX; raise BriefgenError if it is damaged, malicious, encrypted or too large."""
    name = str(source) if isinstance(source, Path) else "the DOCX"
    try:
        return _read_package(open_docx(source, name))
    except RecursionError:
        raise _unreadable_docx_error(name, "its parts are nested too deeply") from None


def open_docx(source: bytes | Path, name: str) -> DocxPackage:
    """Return the parts of a DOCX; raise BriefgenError if it is no archive, encrypted or too large."""
    return DocxPackage(_load_docx_bytes(source, name), name)


def _read_package(package: DocxPackage) -> ExtractedDocument:
    main_name = package.find_target("", "officeDocument")
    if main_name is None:
        raise _unreadable_docx_error(package.name, "it has no main document, so it is not a Word document")
    main = package.read_xml(main_name)
    if main is None or main.tag != f"{_W}document":
        raise _unreadable_docx_error(package.name, "its main part is not a Word document")
    package.require_content_type(main_name, "main")
    styles = ParagraphStyles(package.read_related(main_name, "styles"))
    numbering = ListNumbering(package.read_related(main_name, "numbering"))
    notes = _index_footnotes(package.read_related(main_name, "footnotes"))
    notes_name = package.find_target(main_name, "footnotes") or ""
    links = package.read_links(main_name), package.read_links(notes_name) if notes_name else {}
    reader = _BodyReader(package.name, styles, numbering, notes, links)
    body = main.find(f"{_W}body")
    if body is not None:
        reader.read_body(body)
    core_name = package.find_target("", "core-properties")
    core = package.read_xml(core_name) if core_name else None
    return reader.out.build(
        running="\n".join(token.text for token in reader.out.tokens() if token.kind in _SPOKEN_KINDS),
        title=_read_core_property(core, "title"),
        author=_read_core_property(core, "creator"),
        language=_read_core_property(core, "language"),
        record=read_docx_record(package),
    )


def _load_docx_bytes(source: bytes | Path, name: str) -> bytes:
    if isinstance(source, bytes):
        return source
    return read_limited_bytes(source, name, MAX_DOCX_BYTES)


def _unreadable_docx_error(name: str, why: str) -> BriefgenError:
    return BriefgenError(
        Problem(
            "docx-unreadable",
            f"cannot be read as a DOCX: {why}",
            Place(name),
            "generate it again, or open it in Word and save it as .docx",
        )
    )


def parse_package_part(content: bytes) -> Any:
    """Return the root element of an XML part from a stranger; raise ValueError for a bad one."""
    from lxml import etree

    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, remove_comments=True
    )
    try:
        root = etree.fromstring(content, parser)
    except etree.XMLSyntaxError as error:
        raise ValueError(f"is not well-formed XML: {error}") from None
    tree: Any = root.getroottree()
    if tree.docinfo.doctype:
        raise ValueError("declares a document type, which office programs never do")
    return root


class DocxPackage:
    """The parts of the archive, unpacked one at a time and within limits."""

    def __init__(self, data: bytes, name: str) -> None:
        """Open the archive; `name` is the file's in messages. Raise BriefgenError if it is none."""
        self.name = name
        if data.startswith(_OLE_SIGNATURE):
            raise _unreadable_docx_error(name, "it is encrypted, or in the format of Word 97 to 2003")
        try:
            self._zip = zipfile.ZipFile(BytesIO(data))
        except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
            raise _unreadable_docx_error(name, "it is not a complete zip archive") from None
        self._names = {member.casefold(): member for member in self._zip.namelist()}
        self._types: Any = None

    def read_xml(self, name: str) -> Any:
        """Return the root element of a part; None if there is no such part."""
        content = self._content(name)
        if content is None:
            return None
        try:
            return parse_package_part(content)
        except ValueError as error:
            raise _unreadable_docx_error(self.name, f"{name} {error}") from None

    def _content(self, name: str) -> bytes | None:
        member = self._names.get(name.casefold())
        if member is None:
            return None
        try:
            with self._zip.open(member) as part:
                content = part.read(MAX_PART_BYTES + 1)
        except (
            zipfile.BadZipFile,
            zlib.error,
            EOFError,
            OSError,
            NotImplementedError,
            RuntimeError,
            ValueError,
        ):
            raise _unreadable_docx_error(self.name, f"{name} cannot be unpacked") from None
        if len(content) > MAX_PART_BYTES:
            raise _unreadable_docx_error(self.name, f"{name} unpacks to more than {MAX_PART_BYTES} bytes")
        return content

    def read_related(self, source: str, kind: str) -> Any:
        """Return the root of the part of this relationship kind of `source`; None if there is none."""
        target = self.find_target(source, kind)
        if target is None:
            return None
        root = self.read_xml(target)
        if root is None:
            raise _unreadable_docx_error(
                self.name, f"{target} is referenced but missing, so Word would not open it"
            )
        self.require_content_type(target, kind)
        return root

    def require_content_type(self, name: str, kind: str) -> None:
        """Raise BriefgenError if [Content_Types].xml does not declare a part to be of this kind."""
        if self._types is None:
            self._types = self.read_xml(_CONTENTS)
        if self._types is None:
            raise _unreadable_docx_error(self.name, f"{_CONTENTS} is missing, so Word would not open it")
        extension, declared = name.rpartition(".")[2], ""
        for declaration in self._types:
            if declaration.get("PartName", "").lstrip("/").casefold() == name.casefold():
                declared = declaration.get("ContentType", "")
                break
            if declaration.get("Extension", "").casefold() == extension.casefold():
                declared = declaration.get("ContentType", "")
        if not declared.endswith(f"{kind}+xml"):
            raise _unreadable_docx_error(
                self.name, f"{_CONTENTS} does not declare the type of {name}, so Word would not open it"
            )

    def read_links(self, source: str) -> Mapping[str, str]:
        """Return the external link targets of `source` by relationship id."""
        folder, _, base = source.rpartition("/")
        relationships = self.read_xml(posixpath.join(folder, "_rels", f"{base}.rels"))
        return {
            relationship.get("Id", ""): relationship.get("Target", "")
            for relationship in (relationships if relationships is not None else ())
            if relationship.get("TargetMode") == "External"
        }

    def find_target(self, source: str, kind: str) -> str | None:
        """Return the name of the first part of this relationship kind; None if there is none."""
        return next(self.find_targets(source, kind), None)

    def find_targets(self, source: str, kind: str) -> Iterator[str]:
        """Yield the names of all parts of this relationship kind; `source` is empty for the package."""
        folder, _, base = source.rpartition("/")
        relationships = self.read_xml(posixpath.join(folder, "_rels", f"{base}.rels"))
        for relationship in relationships if relationships is not None else ():
            external = relationship.get("TargetMode") == "External"
            if not external and relationship.get("Type", "").rsplit("/", 1)[-1] == kind:
                yield posixpath.normpath(posixpath.join("/", folder, relationship.get("Target", ""))).lstrip(
                    "/"
                )


class ParagraphStyles:
    """Outline levels and numbering of paragraphs, as set directly or by styles and their base styles."""

    def __init__(self, root: Any) -> None:
        styles = root.iterfind(f"{_W}style") if root is not None else ()
        self._by_id: dict[str, Any] = {style.get(f"{_W}styleId", ""): style for style in styles}

    def heading_level(self, properties: Any) -> int | None:
        """Return the heading level for a paragraph's `w:pPr`; None for text."""
        for source in self._chain(properties):
            outline = source.find(f"{_W}outlineLvl")
            if outline is not None:
                value = _parse_number(outline.get(f"{_W}val"))
                return value + 1 if value is not None and value < 9 else None
        return 1 if self.style_name(properties) == "title" else None

    def style_name(self, properties: Any) -> str:
        """Return the name of a paragraph's style in lower case."""
        return _read_child_value(self._by_id.get(_read_child_value(properties, "pStyle")), "name").lower()

    def table_style_name(self, table: Any) -> str:
        """Return the name of a table's style in lower case."""
        identifier = _read_child_value(table.find(f"{_W}tblPr"), "tblStyle")
        return _read_child_value(self._by_id.get(identifier), "name").lower()

    def list_position(self, properties: Any) -> tuple[str, int] | None:
        """Return the list id and level (from 0) of a paragraph; None if it is not in a list."""
        identifier, level = "", None
        for source in self._chain(properties):
            number = source.find(f"{_W}numPr")
            if number is not None:
                identifier = identifier or _read_child_value(number, "numId")
                if level is None:
                    level = _parse_number(_read_child_value(number, "ilvl") or None)
        return (identifier, level or 0) if identifier not in {"", "0"} else None

    def _chain(self, properties: Any) -> Iterator[Any]:
        if properties is None:
            return
        yield properties
        identifier, seen = _read_child_value(properties, "pStyle"), set[str]()
        while identifier in self._by_id and identifier not in seen:
            seen.add(identifier)
            style = self._by_id[identifier]
            own = style.find(f"{_W}pPr")
            if own is not None:
                yield own
            identifier = _read_child_value(style, "basedOn")


def _read_child_value(parent: Any, name: str) -> str:
    child = parent.find(f"{_W}{name}") if parent is not None else None
    return str(child.get(f"{_W}val", "")) if child is not None else ""


def _parse_number(text: str | None) -> int | None:
    return int(text) if text and text.isascii() and text.isdecimal() and len(text) < 10 else None


def _parse_number_or(text: str | None, default: int) -> int:
    number = _parse_number(text)
    return default if number is None else number


def _index_footnotes(root: Any) -> Mapping[str, Any]:
    notes = root.iterfind(f"{_W}footnote") if root is not None else ()
    return {note.get(f"{_W}id", ""): note for note in notes if note.get(f"{_W}type", "normal") == "normal"}


_SKIPPED_ELEMENTS = frozenset(
    {
        f"{_W}{name}"
        for name in ("pPr", "rPr", "del", "moveFrom", "delText", "instrText", "delInstrText", "sectPr")
    }
    | {f"{_W}{name}" for name in ("tblPr", "tblGrid", "trPr", "tcPr", "sdtPr", "sdtEndPr", "fldData", "pict")}
    | {f"{_MC}Fallback"}
)
_LAYOUT_TABLE_STYLE = "columns"
"""Name of the style of tables that only set blocks side by side."""
_ENDNOTE_BOOKMARK = re.compile("_Note[0-9]{1,6}")
"""Names of the bookmarks that briefgen sets at endnotes, which are paragraphs of the text."""
_HEADER_CELL_STYLES = ("table heading", "row heading")
"""Names of the styles that briefgen gives to header cells, the second in columns of a page."""
_TEXT_ELEMENTS = {
    f"{_W}tab": "\t",
    f"{_W}ptab": "\t",
    f"{_W}br": "\n",
    f"{_W}cr": "\n",
    f"{_W}noBreakHyphen": "\u2011",
    f"{_W}softHyphen": "\u00ad",
}


class _BodyReader:
    """Walks the body in reading order, skipping what is not visible (deletions, field codes)."""

    def __init__(
        self,
        name: str,
        styles: ParagraphStyles,
        numbering: ListNumbering,
        notes: Mapping[str, Any],
        links: tuple[Mapping[str, str], Mapping[str, str]],
    ) -> None:
        """Take the document's parts; `links` are the link targets of text and notes by relationship id."""
        self.out = DocumentBuilder()
        self._name = name
        self._styles = styles
        self._numbering = numbering
        self._notes = notes
        self._links, self._note_links = links
        self._in_header_row = False
        self._in_contents = False
        """Whether the paragraph is an entry of a table of contents, whose page number is not text."""
        self._endnotes: Mapping[str, Any] = {}

    def read_body(self, body: Any) -> None:
        """Read the whole body, with its endnotes as notes."""
        self._endnotes = _index_endnotes(body)
        self.read_blocks(body)

    def read_blocks(self, parent: Any) -> None:
        """Read the paragraphs in `parent`, including those in tables, content controls and revisions."""
        for child in parent:
            if child.tag == f"{_W}p":
                self._paragraph(child)
            elif child.tag == f"{_W}tbl":
                self._table(child)
            elif child.tag == f"{_W}tr":
                self._in_header_row = child.find(f"{_W}trPr/{_W}tblHeader") is not None
                self.out.row()
                self.read_blocks(child)
            elif child.tag == f"{_W}tc":
                self._cell(child)
            elif child.tag not in _SKIPPED_ELEMENTS:
                self.read_blocks(child)

    def _table(self, table: Any) -> None:
        if self._styles.table_style_name(table) == _LAYOUT_TABLE_STYLE:
            for cell in table.iterfind(f"{_W}tr/{_W}tc"):
                self.read_blocks(cell)
            return
        in_header_row, self._in_header_row = self._in_header_row, False
        self.out.begin_table()
        self.read_blocks(table)
        self.out.end_table()
        self._in_header_row = in_header_row

    def _cell(self, cell: Any) -> None:
        first = cell.find(f"{_W}p/{_W}pPr")
        head = self._in_header_row or self._styles.style_name(first) in _HEADER_CELL_STYLES
        self.out.begin_cell(
            head=head, columns=parse_cell_span(_read_child_value(cell.find(f"{_W}tcPr"), "gridSpan"))
        )
        self.read_blocks(cell)
        self.out.end_cell()

    def _paragraph(self, paragraph: Any) -> None:
        if any(paragraph is note for note in self._endnotes.values()):
            return
        properties = paragraph.find(f"{_W}pPr")
        number = self._styles.list_position(properties)
        if number is not None:
            marker = self._numbering.next(*number)
            if marker:
                self.out.marker(marker, number[1] + 1)
        self._in_contents = self._styles.style_name(properties).startswith("toc ")
        self._inline(paragraph)
        self.out.end(self._styles.heading_level(properties))

    def _inline(self, parent: Any) -> None:
        for child in parent:
            tag = child.tag
            if tag == f"{_W}t":
                self.out.text(child.text or "")
            elif tag in _TEXT_ELEMENTS:
                self.out.text(_TEXT_ELEMENTS[tag])
            elif tag == f"{_W}footnoteReference":
                self._note(child.get(f"{_W}id", ""))
            elif tag == f"{_W}hyperlink" and child.get(f"{_W}anchor") in self._endnotes:
                self._endnote(self._endnotes[child.get(f"{_W}anchor")])
            elif tag == f"{_W}hyperlink":
                begin = self.out.mark_link_start()
                self._inline(child)
                if target := _resolve_hyperlink(child, self._links):
                    self.out.link(target, begin)
            elif tag == _DOC_PROPERTIES:
                self.out.image(child.get("descr", ""))
            elif tag == f"{_W}r" and self._in_contents and child.find(f"{_W}tab") is not None:
                continue
            elif tag not in _SKIPPED_ELEMENTS:
                self._inline(child)

    def _endnote(self, paragraph: Any) -> None:
        """Read an endnote: what follows its number, which links back to the call, and a tab."""
        hyperlinks = paragraph.findall(f"{_W}hyperlink")
        links = [
            DocumentLink("".join(_iter_note_text(hyperlink)), target)
            for hyperlink in hyperlinks[1:]
            if (target := _resolve_hyperlink(hyperlink, self._links))
        ]
        self.out.note("".join(_iter_note_text(paragraph)).partition("\t")[2], links)

    def _note(self, identifier: str) -> None:
        note = self._notes.get(identifier)
        if note is None:
            raise _unreadable_docx_error(
                self._name, "it refers to a missing footnote, so Word would not open it"
            )
        links = (
            DocumentLink("".join(_iter_note_text(hyperlink)), target)
            for hyperlink in note.iter(f"{_W}hyperlink")
            if (target := _resolve_hyperlink(hyperlink, self._note_links))
        )
        self.out.note("".join(_iter_note_text(note)), links)


def _index_endnotes(body: Any) -> Mapping[str, Any]:
    """Return the paragraphs that are endnotes, by the names of their bookmarks."""
    marks = body.iterfind(f".//{_W}p/{_W}bookmarkStart")
    named = ((str(mark.get(f"{_W}name", "")), mark.getparent()) for mark in marks)
    return {name: paragraph for name, paragraph in named if _ENDNOTE_BOOKMARK.fullmatch(name)}


def _resolve_hyperlink(hyperlink: Any, addresses: Mapping[str, str]) -> str:
    """Return the target of a hyperlink; empty if it has none."""
    if hyperlink.get(f"{_R}id") is not None:
        return addresses.get(hyperlink.get(f"{_R}id"), "")
    return "#" if hyperlink.get(f"{_W}anchor") else ""


def _iter_note_text(parent: Any) -> Iterator[str]:
    """Yield the text of a note, with a line break after each paragraph."""
    for child in parent:
        if child.tag == f"{_W}t":
            yield child.text or ""
        elif child.tag in _TEXT_ELEMENTS:
            yield _TEXT_ELEMENTS[child.tag]
        elif child.tag not in _SKIPPED_ELEMENTS:
            yield from _iter_note_text(child)
            if child.tag == f"{_W}p":
                yield "\n"


def _read_core_property(core: Any, name: str) -> str:
    return (core.findtext(f"{_DC}{name}") or "").strip() if core is not None else ""


def find_record_element(package: DocxPackage) -> Any:
    """Return the element that holds the evidence record; None if there is none."""
    main_name = package.find_target("", "officeDocument") or ""
    for name in package.find_targets(main_name, "customXml"):
        root = package.read_xml(name)
        if root is not None and root.tag == f"{{{RECORD_NAMESPACE}}}record":
            return root
    return None


def read_docx_record(package: DocxPackage) -> Mapping[str, Any] | None:
    """Return the evidence record; None if there is none. Raise BriefgenError if it is damaged."""
    root = find_record_element(package)
    if root is None:
        return None
    try:
        record = json.loads(root.text or "")
    except (ValueError, RecursionError):
        record = None
    if not isinstance(record, dict):
        raise BriefgenError(
            Problem(
                "record-broken",
                "the evidence record is damaged",
                Place(package.name),
                "generate the document again from its campaign",
            )
        )
    return record
