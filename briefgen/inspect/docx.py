"""Reads a finished DOCX back: text, notes, structure, properties and evidence record. It changes nothing.

Files come from anywhere: archives and XML are read with limits, and nothing outside them is touched.
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
from briefgen.inspect.tokens import Link, Read, Writer, span_of
from briefgen.system.files import content

_numbering_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_LEVELS = 9


class Numbering:
    """Counts through one document, from its numbering part (None: no lists)."""

    def __init__(self, root: Any) -> None:
        self._abstract: dict[str, Any] = {}
        self._numbers: dict[str, Any] = {}
        for child in root if root is not None else ():
            if child.tag == f"{_numbering_W}abstractNum":
                self._abstract[child.get(f"{_numbering_W}abstractNumId", "")] = child
            elif child.tag == f"{_numbering_W}num":
                self._numbers[child.get(f"{_numbering_W}numId", "")] = child
        self._counts: dict[str, list[int | None]] = {}
        self._begun: set[tuple[str, int]] = set()

    def next(self, number: str, level: int) -> str:
        """The marker of the next item in this list at this level (from 0); empty where there is none."""
        definition = self._numbers.get(number)
        if definition is None or not 0 <= level < _LEVELS:
            return ""
        abstract = _numbering_value(definition, "abstractNumId")
        levels = self._levels(abstract, definition)
        if level not in levels:
            return ""
        counts = self._counts.setdefault(abstract, [None] * _LEVELS)
        self._count(number, level, definition, levels, counts)
        return _marker(levels, level, counts)

    def _levels(self, abstract: str, definition: Any) -> dict[int, Any]:
        found = {
            _numbering_whole(each.get(f"{_numbering_W}ilvl"), 0): each
            for each in self._abstract.get(abstract, ())
            if each.tag == f"{_numbering_W}lvl"
        }
        for override in definition.iterfind(f"{_numbering_W}lvlOverride"):
            own = override.find(f"{_numbering_W}lvl")
            if own is not None:
                found[_numbering_whole(override.get(f"{_numbering_W}ilvl"), 0)] = own
        return found

    def _count(
        self, number: str, level: int, definition: Any, levels: Mapping[int, Any], counts: list[int | None]
    ) -> None:
        restart = _restart(definition, level)
        count = counts[level]
        if (number, level) not in self._begun and restart is not None:
            counts[level] = restart
        elif count is None:
            counts[level] = _numbering_whole(_numbering_value(levels[level], "start"), 1)
        else:
            counts[level] = count + 1
        self._begun.add((number, level))
        counts[level + 1 :] = [None] * (_LEVELS - level - 1)


def _restart(definition: Any, level: int) -> int | None:
    for override in definition.iterfind(f"{_numbering_W}lvlOverride"):
        if _numbering_whole(override.get(f"{_numbering_W}ilvl"), -1) == level:
            value = _numbering_value(override, "startOverride")
            return _numbering_whole(value, 1) if value else None
    return None


def _marker(levels: Mapping[int, Any], level: int, counts: list[int | None]) -> str:
    form = _numbering_value(levels[level], "numFmt")
    if form == "bullet":
        return "\u2022"

    def shown(match: re.Match[str]) -> str:
        index = int(match.group(1)) - 1
        own = _numbering_value(levels[index], "numFmt") if index in levels else "decimal"
        count = counts[index]
        return _formatted(1 if count is None else count, own)

    return re.sub("%([1-9])", shown, _numbering_value(levels[level], "lvlText")) if form != "none" else ""


def _formatted(count: int, form: str) -> str:
    if form in {"lowerLetter", "upperLetter"}:
        letters = chr(ord("a") + (count - 1) % 26) * ((count - 1) // 26 + 1)
        return letters if form == "lowerLetter" else letters.upper()
    if form in {"lowerRoman", "upperRoman"}:
        return _roman(count) if form == "lowerRoman" else _roman(count).upper()
    return str(count)


def _roman(count: int) -> str:
    signs = [(1000, "m"), (900, "cm"), (500, "d"), (400, "cd"), (100, "c"), (90, "xc"), (50, "l"), (40, "xl")]
    signs += [(10, "x"), (9, "ix"), (5, "v"), (4, "iv"), (1, "i")]
    out = ""
    for value, sign in signs:
        while count >= value and len(out) < 40:
            out, count = out + sign, count - value
    return out


def _numbering_value(parent: Any, name: str) -> str:
    child = parent.find(f"{_numbering_W}{name}")
    return str(child.get(f"{_numbering_W}val", "")) if child is not None else ""


def _numbering_whole(text: str | None, otherwise: int) -> int:
    return int(text) if text and text.isascii() and text.isdecimal() and len(text) < 10 else otherwise


MAX_BYTES = 100_000_000
"""Of the file."""
MAX_PART_BYTES = 60_000_000
"""Of each part that is read, unpacked."""
_CONTENTS = "[Content_Types].xml"
RECORD_NAMESPACE = "urn:briefgen:evidence-record"
_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_R = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"
_MC = "{http://schemas.openxmlformats.org/markup-compatibility/2006}"
_DOC_PROPERTIES = "{http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing}docPr"
_DC = "{http://purl.org/dc/elements/1.1/}"
_SPOKEN = frozenset({"text", "heading", "note"})
_OLD_OFFICE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


def read_docx(source: bytes | Path) -> Read:
    """Read a DOCX; raises BriefgenError where it is broken, hostile, encrypted or too large."""
    name = str(source) if isinstance(source, Path) else "the DOCX"
    try:
        return _read(_Package(_bytes(source, name), name))
    except RecursionError:
        raise _unreadable(name, "its parts are nested too deep") from None


def _read(package: _Package) -> Read:
    main_name = package.target("", "officeDocument")
    if main_name is None:
        raise _unreadable(package.name, "it has no main document, so it is no Word document")
    main = package.xml(main_name)
    if main is None or main.tag != f"{_W}document":
        raise _unreadable(package.name, "its main part is not a Word document")
    package.declares(main_name, "main")
    styles = _Styles(package.related(main_name, "styles"))
    numbering = Numbering(package.related(main_name, "numbering"))
    notes = _notes(package.related(main_name, "footnotes"))
    notes_name = package.target(main_name, "footnotes") or ""
    links = package.links(main_name), package.links(notes_name) if notes_name else {}
    reader = _Body(package.name, styles, numbering, notes, links)
    body = main.find(f"{_W}body")
    if body is not None:
        reader.blocks(body)
    core_name = package.target("", "core-properties")
    core = package.xml(core_name) if core_name else None
    return reader.out.read(
        running="\n".join(token.text for token in reader.out.tokens() if token.kind in _SPOKEN),
        title=_property(core, "title"),
        author=_property(core, "creator"),
        language=_property(core, "language"),
        record=_record(package, main_name),
    )


def _bytes(source: bytes | Path, name: str) -> bytes:
    if isinstance(source, bytes):
        return source
    return content(source, name, MAX_BYTES)


def _unreadable(name: str, why: str) -> BriefgenError:
    return BriefgenError(
        Problem(
            "docx-unreadable",
            f"cannot be read as a DOCX: {why}",
            Place(name),
            "make it anew, or open it in Word and save it as .docx",
        )
    )


class _Package:
    """The parts of the archive, unpacked one at a time and within limits."""

    def __init__(self, data: bytes, name: str) -> None:
        self.name = name
        if data.startswith(_OLD_OFFICE):
            raise _unreadable(name, "it is encrypted, or in the format of Word 97 to 2003")
        try:
            self._zip = zipfile.ZipFile(BytesIO(data))
        except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
            raise _unreadable(name, "it is not a whole zip archive") from None
        self._names = {each.casefold(): each for each in self._zip.namelist()}
        self._types: Any = None

    def xml(self, name: str) -> Any:
        """The root of a part; None where there is no such part."""
        from lxml import etree

        content = self._content(name)
        if content is None:
            return None
        parser = etree.XMLParser(
            resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, remove_comments=True
        )
        try:
            root = etree.fromstring(content, parser)
        except etree.XMLSyntaxError as error:
            raise _unreadable(self.name, f"{name} is not well-formed XML: {error}") from None
        tree: Any = root.getroottree()
        if tree.docinfo.doctype:
            raise _unreadable(self.name, f"{name} declares a document type, which Word never does")
        return root

    def _content(self, name: str) -> bytes | None:
        known = self._names.get(name.casefold())
        if known is None:
            return None
        try:
            with self._zip.open(known) as part:
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
            raise _unreadable(self.name, f"{name} cannot be unpacked") from None
        if len(content) > MAX_PART_BYTES:
            raise _unreadable(self.name, f"{name} unpacks to more than {MAX_PART_BYTES} bytes")
        return content

    def related(self, source: str, kind: str) -> Any:
        """The root of the part that `source` relates to as this kind; None where there is none."""
        target = self.target(source, kind)
        if target is None:
            return None
        root = self.xml(target)
        if root is None:
            raise _unreadable(self.name, f"{target} is named and not there, so Word would not open it")
        self.declares(target, kind)
        return root

    def declares(self, name: str, kind: str) -> None:
        """Raise BriefgenError where the list of contents does not say that a part is of this kind."""
        if self._types is None:
            self._types = self.xml(_CONTENTS)
        if self._types is None:
            raise _unreadable(self.name, f"{_CONTENTS} is not there, so Word would not open it")
        extension, declared = name.rpartition(".")[2], ""
        for each in self._types:
            if each.get("PartName", "").lstrip("/").casefold() == name.casefold():
                declared = each.get("ContentType", "")
                break
            if each.get("Extension", "").casefold() == extension.casefold():
                declared = each.get("ContentType", "")
        if not declared.endswith(f"{kind}+xml"):
            raise _unreadable(
                self.name, f"{_CONTENTS} does not say what {name} is, so Word would not open it"
            )

    def links(self, source: str) -> Mapping[str, str]:
        """Addresses outside the file that `source` relates to, by id."""
        folder, _, base = source.rpartition("/")
        relationships = self.xml(posixpath.join(folder, "_rels", f"{base}.rels"))
        return {
            each.get("Id", ""): each.get("Target", "")
            for each in (relationships if relationships is not None else ())
            if each.get("TargetMode") == "External"
        }

    def target(self, source: str, kind: str) -> str | None:
        """The name of the first part that `source` relates to as this kind."""
        return next(self.targets(source, kind), None)

    def targets(self, source: str, kind: str) -> Iterator[str]:
        """The names of all parts that `source` relates to as this kind; `source` is empty for the package."""
        folder, _, base = source.rpartition("/")
        relationships = self.xml(posixpath.join(folder, "_rels", f"{base}.rels"))
        for each in relationships if relationships is not None else ():
            external = each.get("TargetMode") == "External"
            if not external and each.get("Type", "").rsplit("/", 1)[-1] == kind:
                yield posixpath.normpath(posixpath.join("/", folder, each.get("Target", ""))).lstrip("/")


class _Styles:
    """What paragraph styles say about outline and numbering, their bases included."""

    def __init__(self, root: Any) -> None:
        styles = root.iterfind(f"{_W}style") if root is not None else ()
        self._by_id: dict[str, Any] = {style.get(f"{_W}styleId", ""): style for style in styles}

    def level(self, properties: Any) -> int | None:
        """The level of a heading whose `w:pPr` this is; None for text."""
        for source in self._chain(properties):
            outline = source.find(f"{_W}outlineLvl")
            if outline is not None:
                value = _whole(outline.get(f"{_W}val"))
                return value + 1 if value is not None and value < 9 else None
        return 1 if self.name(properties) == "title" else None

    def name(self, properties: Any) -> str:
        """The name of a paragraph's style, in lower case."""
        return _value(self._by_id.get(_value(properties, "pStyle")), "name").lower()

    def number(self, properties: Any) -> tuple[str, int] | None:
        """The list and the level (from 0) that a paragraph belongs to."""
        identifier, level = "", None
        for source in self._chain(properties):
            number = source.find(f"{_W}numPr")
            if number is not None:
                identifier = identifier or _value(number, "numId")
                if level is None:
                    level = _whole(_value(number, "ilvl") or None)
        return (identifier, level or 0) if identifier not in {"", "0"} else None

    def _chain(self, properties: Any) -> Iterator[Any]:
        if properties is None:
            return
        yield properties
        identifier, seen = _value(properties, "pStyle"), set[str]()
        while identifier in self._by_id and identifier not in seen:
            seen.add(identifier)
            style = self._by_id[identifier]
            own = style.find(f"{_W}pPr")
            if own is not None:
                yield own
            identifier = _value(style, "basedOn")


def _value(parent: Any, name: str) -> str:
    child = parent.find(f"{_W}{name}") if parent is not None else None
    return str(child.get(f"{_W}val", "")) if child is not None else ""


def _whole(text: str | None) -> int | None:
    return int(text) if text and text.isascii() and text.isdecimal() and len(text) < 10 else None


def _notes(root: Any) -> Mapping[str, Any]:
    notes = root.iterfind(f"{_W}footnote") if root is not None else ()
    return {note.get(f"{_W}id", ""): note for note in notes if note.get(f"{_W}type", "normal") == "normal"}


_SKIPPED = frozenset(
    {
        f"{_W}{name}"
        for name in ("pPr", "rPr", "del", "moveFrom", "delText", "instrText", "delInstrText", "sectPr")
    }
    | {f"{_W}{name}" for name in ("tblPr", "tblGrid", "trPr", "tcPr", "sdtPr", "sdtEndPr", "fldData", "pict")}
    | {f"{_MC}Fallback"}
)
_HEAD_CELL = "table heading"
"""Name of the style that briefgen gives to cells that head a row or column."""
_SIGNS = {
    f"{_W}tab": "\t",
    f"{_W}br": "\n",
    f"{_W}cr": "\n",
    f"{_W}noBreakHyphen": "\u2011",
    f"{_W}softHyphen": "\u00ad",
}


class _Body:
    """Walks the body in reading order; what a reader would not see (deletions, field codes) is skipped."""

    def __init__(
        self,
        name: str,
        styles: _Styles,
        numbering: Numbering,
        notes: Mapping[str, Any],
        links: tuple[Mapping[str, str], Mapping[str, str]],
    ) -> None:
        """`links` are the addresses that text and notes lead to, by their ids."""
        self.out = Writer()
        self._name = name
        self._styles = styles
        self._numbering = numbering
        self._notes = notes
        self._links, self._note_links = links
        self._in_head = False

    def blocks(self, parent: Any) -> None:
        """Paragraphs within `parent`, through tables, content controls and revisions."""
        for child in parent:
            if child.tag == f"{_W}p":
                self._paragraph(child)
            elif child.tag == f"{_W}tbl":
                self._table(child)
            elif child.tag == f"{_W}tr":
                self._in_head = child.find(f"{_W}trPr/{_W}tblHeader") is not None
                self.out.row()
                self.blocks(child)
            elif child.tag == f"{_W}tc":
                self._cell(child)
            elif child.tag not in _SKIPPED:
                self.blocks(child)

    def _table(self, table: Any) -> None:
        in_head, self._in_head = self._in_head, False
        self.out.begin_table()
        self.blocks(table)
        self.out.end_table()
        self._in_head = in_head

    def _cell(self, cell: Any) -> None:
        first = cell.find(f"{_W}p/{_W}pPr")
        head = self._in_head or self._styles.name(first) == _HEAD_CELL
        self.out.begin_cell(head=head, columns=span_of(_value(cell.find(f"{_W}tcPr"), "gridSpan")))
        self.blocks(cell)
        self.out.end_cell()

    def _paragraph(self, paragraph: Any) -> None:
        properties = paragraph.find(f"{_W}pPr")
        number = self._styles.number(properties)
        if number is not None:
            marker = self._numbering.next(*number)
            if marker:
                self.out.marker(marker, number[1] + 1)
        self._inline(paragraph)
        self.out.end(self._styles.level(properties))

    def _inline(self, parent: Any) -> None:
        for child in parent:
            tag = child.tag
            if tag == f"{_W}t":
                self.out.text(child.text or "")
            elif tag in _SIGNS:
                self.out.text(_SIGNS[tag])
            elif tag == f"{_W}footnoteReference":
                self._note(child.get(f"{_W}id", ""))
            elif tag == f"{_W}hyperlink":
                begin = self.out.here()
                self._inline(child)
                if target := _target(child, self._links):
                    self.out.link(target, begin)
            elif tag == _DOC_PROPERTIES:
                self.out.image(child.get("descr", ""))
            elif tag not in _SKIPPED:
                self._inline(child)

    def _note(self, identifier: str) -> None:
        note = self._notes.get(identifier)
        if note is None:
            raise _unreadable(self._name, "a note is called that is not there, so Word would not open it")
        links = (
            Link("".join(_words(each)), target)
            for each in note.iter(f"{_W}hyperlink")
            if (target := _target(each, self._note_links))
        )
        self.out.note("".join(_words(note)), links)


def _target(hyperlink: Any, addresses: Mapping[str, str]) -> str:
    """Where a link leads; empty where it leads nowhere."""
    if hyperlink.get(f"{_R}id") is not None:
        return addresses.get(hyperlink.get(f"{_R}id"), "")
    return "#" if hyperlink.get(f"{_W}anchor") else ""


def _words(parent: Any) -> Iterator[str]:
    """Text of a note, its paragraphs in lines."""
    for child in parent:
        if child.tag == f"{_W}t":
            yield child.text or ""
        elif child.tag in _SIGNS:
            yield _SIGNS[child.tag]
        elif child.tag not in _SKIPPED:
            yield from _words(child)
            if child.tag == f"{_W}p":
                yield "\n"


def _property(core: Any, name: str) -> str:
    return (core.findtext(f"{_DC}{name}") or "").strip() if core is not None else ""


def _record(package: _Package, main_name: str) -> Mapping[str, Any] | None:
    for name in package.targets(main_name, "customXml"):
        root = package.xml(name)
        if root is None or root.tag != f"{{{RECORD_NAMESPACE}}}record":
            continue
        try:
            record = json.loads(root.text or "")
        except (ValueError, RecursionError):
            record = None
        if not isinstance(record, dict):
            raise BriefgenError(
                Problem(
                    "record-broken",
                    "the evidence record in it is damaged",
                    Place(package.name),
                    "make the document anew from its campaign",
                )
            )
        return record
    return None
