"""Merge Word files of letters into one, each as a section with its own heads, page numbers and notes.

The letters are briefgen's own, of one campaign and language, so they have the same styles, fonts and lists.
What identifies a part, a note or a picture within a file is renumbered, and evidence records are left out: a
file of many letters has no room for more than one.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from copy import deepcopy
from dataclasses import dataclass, field
from io import BytesIO
from typing import Any

from lxml import etree

from briefgen.errors import BriefgenError, Problem
from briefgen.render.docx.zip_archive import build_zip_archive, make_zip_member

_W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_R = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_RELATIONSHIPS = "http://schemas.openxmlformats.org/package/2006/relationships"
_TYPES = "http://schemas.openxmlformats.org/package/2006/content-types"
_DC = "http://purl.org/dc/elements/1.1/"
_DOCUMENT, _NOTES, _NUMBERING = "word/document.xml", "word/footnotes.xml", "word/numbering.xml"
_SHARED = ("word/styles.xml", "word/theme/theme1.xml", "word/settings.xml")
"""Parts that letters must have in common to be merged."""
_MERGED_KINDS = ("hyperlink", "image", "header", "footer")
"""Relationships of a letter that come into the merged file; the others are those of the first letter."""
_HEADING_PARTS = re.compile(r"word/(?:header|footer)\d+\.xml")
_STORED = (".png", ".jpg", ".jpeg")


def group_alike(files: Iterable[bytes]) -> list[list[bytes]]:
    """Return files in groups that can be merged, in the order of the first of each."""
    groups: dict[tuple[bytes, ...], list[bytes]] = {}
    for data in files:
        with zipfile.ZipFile(BytesIO(data)) as archive:
            key = tuple(archive.read(name) for name in _SHARED if name in archive.namelist())
        groups.setdefault(key, []).append(data)
    return list(groups.values())


def merge_word_files(files: Sequence[bytes], title: str, *, duplex: bool = False) -> bytes:
    """Return the letters as one file, each beginning on a new page; with `duplex`, on a front page."""
    merger = _WordMerger(_read_parts(files[0]), duplex)
    for number, data in enumerate(files):
        merger.add(number, _read_parts(data) if number else merger.parts_of_first)
    return merger.write(title)


def _read_parts(data: bytes) -> dict[str, bytes]:
    """Return the parts of a letter; raise BriefgenError if they have other names than Word gives them."""
    with zipfile.ZipFile(BytesIO(data)) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    missing = [name for name in (_DOCUMENT, _NOTES, _NUMBERING) if name not in parts]
    if missing:
        raise BriefgenError(
            Problem(
                "word-merge",
                f"the letters cannot be one Word file: their letterhead has no part {missing[0]}",
                None,
                "save the letterhead again with Word, run briefgen batch, and try again",
            )
        )
    return parts


def _parse(data: bytes) -> Any:
    return etree.fromstring(data, etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=True))


def _serialize(root: Any) -> bytes:
    return bytes(etree.tostring(root, xml_declaration=True, encoding="UTF-8", standalone=True))


def _w(name: str) -> str:
    return f"{{{_W}}}{name}"


@dataclass(slots=True)
class _WordMerger:
    """The file being merged."""

    parts_of_first: dict[str, bytes]
    duplex: bool
    _body: Any = field(init=False)
    _document: Any = field(init=False)
    _notes: Any = field(init=False)
    _numbering: Any = field(init=False)
    _relationships: dict[str, Any] = field(default_factory=dict)
    """Roots of the relationships of the document and its notes."""
    _added: dict[str, bytes] = field(default_factory=dict)
    _headings: dict[tuple[bytes, bytes], str] = field(default_factory=dict)
    """Names of header and footer parts, by their content and relationships."""
    _count: int = 0
    """Ids given to relationships, notes, pictures and bookmarks."""

    def __post_init__(self) -> None:
        self._document = _parse(self.parts_of_first[_DOCUMENT])
        self._body = self._document.find(_w("body"))
        for child in list(self._body):
            self._body.remove(child)
        self._notes = _parse(self.parts_of_first[_NOTES])
        for note in self._notes.findall(_w("footnote")):
            if note.get(_w("type")) is None:
                self._notes.remove(note)
        self._numbering = _parse(self.parts_of_first[_NUMBERING])
        self._relationships = {_DOCUMENT: self._start_relationships(), _NOTES: self._new_relationships()}

    def _start_relationships(self) -> Any:
        """Return the relationships of the first letter without those that each letter has of its own."""
        root = _parse(self.parts_of_first[_relationships_part(_DOCUMENT)])
        for entry in list(root):
            if entry.get("Type").rpartition("/")[2] in (*_MERGED_KINDS, "customXml"):
                root.remove(entry)
        return root

    def _new_relationships(self) -> Any:
        return _parse(f'<Relationships xmlns="{_RELATIONSHIPS}"/>'.encode())

    def _next(self) -> int:
        self._count += 1
        return self._count

    def add(self, number: int, parts: dict[str, bytes]) -> None:
        """Add a letter, the first of which has the number 0."""
        body = _parse(parts[_DOCUMENT]).find(_w("body"))
        self._rename_relationships(body, _DOCUMENT, parts)
        self._move_notes(body, parts)
        self._rename_lists(body, _parse(parts[_NUMBERING]))
        self._rename_marks(body, number)
        self._begin_section(body, number)
        if len(self._body):
            _end_section(self._body)
        self._body.extend(list(body))

    def _rename_relationships(self, root: Any, part: str, parts: dict[str, bytes]) -> None:
        """Give the links, pictures and heads of a part new ids, and add what they lead to."""
        name = _relationships_part(part)
        if name not in parts:
            return
        renamed: dict[str, str] = {}
        for entry in _parse(parts[name]):
            if entry.get("Type").rpartition("/")[2] not in _MERGED_KINDS:
                continue
            copied = deepcopy(entry)
            if entry.get("TargetMode") != "External":
                copied.set(
                    "Target", self._add_part(f"word/{entry.get('Target')}", parts).removeprefix("word/")
                )
            renamed[entry.get("Id")] = f"merged{self._next()}"
            copied.set("Id", renamed[entry.get("Id")])
            self._relationships[part].append(copied)
        for element in root.iter():
            for key, value in element.attrib.items():
                if key.startswith(f"{{{_R}}}") and value in renamed:
                    element.set(key, renamed[value])

    def _add_part(self, name: str, parts: dict[str, bytes]) -> str:
        """Add a picture, header or footer, unless the file has it; return its name there."""
        if not _HEADING_PARTS.fullmatch(name):
            self._added[name] = parts[name]  # named after its content
            return name
        # Each letter counts its own pages.
        content = parts[name].replace(b"NUMPAGES", b"SECTIONPAGES")
        relationships = parts.get(_relationships_part(name), b"")
        key = (content, relationships)
        if key not in self._headings:
            kind = "header" if "header" in name else "footer"
            self._headings[key] = f"word/{kind}{len(self._headings) + 1}.xml"
            self._added[self._headings[key]] = content
            if relationships:
                self._added[_relationships_part(self._headings[key])] = relationships
                for entry in _parse(relationships):
                    if entry.get("TargetMode") != "External":
                        self._added[f"word/{entry.get('Target')}"] = parts[f"word/{entry.get('Target')}"]
        return self._headings[key]

    def _move_notes(self, body: Any, parts: dict[str, bytes]) -> None:
        notes = _parse(parts[_NOTES])
        self._rename_relationships(notes, _NOTES, parts)
        renamed: dict[str, str] = {}
        for note in notes.findall(_w("footnote")):
            if note.get(_w("type")) is None:
                renamed[note.get(_w("id"))] = str(self._next())
                note.set(_w("id"), renamed[note.get(_w("id"))])
                self._notes.append(note)
        for reference in body.iter(_w("footnoteReference")):
            reference.set(_w("id"), renamed[reference.get(_w("id"))])

    def _rename_lists(self, body: Any, numbering: Any) -> None:
        """Give each numbered list of the letter a count of its own."""
        own = {
            one.get(_w("numId")): one
            for one in numbering.findall(_w("num"))
            if one.find(_w("lvlOverride")) is not None
        }
        renamed: dict[str, str] = {}
        for reference in body.iter(_w("numId")):
            old = reference.get(_w("val"))
            if old in own and old not in renamed:
                entry = own[old]
                renamed[old] = str(1000 + self._next())
                entry.set(_w("numId"), renamed[old])
                self._numbering.append(entry)
            reference.set(_w("val"), renamed.get(old, old))

    def _rename_marks(self, body: Any, number: int) -> None:
        """Make the ids of pictures and the names of bookmarks the only ones in the file."""
        for element in body.iter():
            if not isinstance(element.tag, str):
                continue
            name = etree.QName(element).localname
            if name in ("docPr", "cNvPr"):
                element.set("id", str(self._next()))
            elif name in ("bookmarkStart", "bookmarkEnd"):
                element.set(_w("id"), f"{number:04}{element.get(_w('id'))}".lstrip("0") or "0")
            for key in (_w("anchor"), *([_w("name")] if name == "bookmarkStart" else [])):
                if value := element.get(key):
                    element.set(key, f"L{number}_{value}"[:40])

    def _begin_section(self, body: Any, number: int) -> None:
        """Let the first section of a letter begin on a new page, with its own page numbers and notes."""
        first = next(body.iter(_w("sectPr")))
        for name in ("footnotePr", "type", "pgNumType"):
            for old in first.findall(_w(name)):
                first.remove(old)
        place = sum(1 for child in first if child.tag in (_w("headerReference"), _w("footerReference")))
        notes = etree.Element(_w("footnotePr"))
        etree.SubElement(notes, _w("numRestart")).set(_w("val"), "eachSect")
        kind = etree.Element(_w("type"))
        kind.set(_w("val"), "oddPage" if self.duplex else "nextPage")
        first.insert(place, notes)
        first.insert(place + 1, kind)
        margins = first.find(_w("pgMar"))
        after = list(first).index(margins) + 1 if margins is not None else place + 2
        for tag in ("paperSrc", "pgBorders", "lnNumType"):
            after += len(first.findall(_w(tag)))
        pages = etree.Element(_w("pgNumType"))
        pages.set(_w("start"), "1")
        first.insert(after, pages)

    def write(self, title: str) -> bytes:
        """Return the merged file."""
        left_out = (_relationships_part(_DOCUMENT), _relationships_part(_NOTES), "customXml/")
        parts = {
            name: data
            for name, data in self.parts_of_first.items()
            if not name.startswith(left_out) and not re.match(r"word/(?:_rels/)?(?:header|footer)\d", name)
        }
        parts |= self._added
        parts[_DOCUMENT], parts[_NOTES] = _serialize(self._document), _serialize(self._notes)
        parts[_NUMBERING] = _serialize(self._numbering)
        parts[_relationships_part(_DOCUMENT)] = _serialize(self._relationships[_DOCUMENT])
        if len(self._relationships[_NOTES]):
            parts[_relationships_part(_NOTES)] = _serialize(self._relationships[_NOTES])
        parts["[Content_Types].xml"] = self._list_types(parts)
        core = _parse(parts["docProps/core.xml"])
        for element in core.iter(f"{{{_DC}}}title"):
            element.text = title
        parts["docProps/core.xml"] = _serialize(core)
        return build_zip_archive(
            make_zip_member(name, data, compress=not name.endswith(_STORED)) for name, data in parts.items()
        )

    def _list_types(self, parts: dict[str, bytes]) -> bytes:
        """Return the list of the parts' types, with those of the heads that were added."""
        root = _parse(self.parts_of_first["[Content_Types].xml"])
        for entry in root.findall(f"{{{_TYPES}}}Override"):
            name = entry.get("PartName").removeprefix("/")
            if name not in parts or _HEADING_PARTS.fullmatch(name):
                root.remove(entry)
        for name in sorted(filter(_HEADING_PARTS.fullmatch, parts)):
            kind = "header" if "header" in name else "footer"
            entry = etree.SubElement(root, f"{{{_TYPES}}}Override")
            entry.set("PartName", f"/{name}")
            base = "application/vnd.openxmlformats-officedocument.wordprocessingml"
            entry.set("ContentType", f"{base}.{kind}+xml")
        known = {entry.get("Extension").lower() for entry in root.findall(f"{{{_TYPES}}}Default")}
        for extension, kind in _missing_types(parts, known):
            entry = etree.Element(f"{{{_TYPES}}}Default")
            entry.set("Extension", extension)
            entry.set("ContentType", kind)
            root.insert(0, entry)
        return _serialize(root)


def _missing_types(parts: Iterable[str], known: set[str]) -> Iterator[tuple[str, str]]:
    kinds = {"png": "image/png", "jpg": "image/jpeg", "jpeg": "image/jpeg", "svg": "image/svg+xml"}
    for extension in sorted({name.rpartition(".")[2].lower() for name in parts}):
        if extension in kinds and extension not in known:
            yield extension, kinds[extension]


def _end_section(body: Any) -> None:
    """Move the properties of the last section into its last paragraph, so that another can follow."""
    section = body[-1]
    body.remove(section)
    last = body[-1] if len(body) else None
    if last is None or last.tag != _w("p") or last.find(f"{_w('pPr')}/{_w('sectPr')}") is not None:
        last = etree.SubElement(body, _w("p"))
    properties = last.find(_w("pPr"))
    if properties is None:
        properties = etree.Element(_w("pPr"))
        last.insert(0, properties)
    properties.append(section)


def _relationships_part(part: str) -> str:
    folder, _, name = part.rpartition("/")
    return f"{folder}/_rels/{name}.rels"
