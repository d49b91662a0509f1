"""Read a draft from an OpenDocument text: text, tables, text boxes, heads and feet of pages, notes."""

from __future__ import annotations

import re
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from io import BytesIO
from typing import Any

from briefgen.audit.draft import BlockPlace, Draft, DraftBlock, DraftBlockKind, DraftNote, NoteMark
from briefgen.audit.problems import (
    encrypted_draft_error,
    excessive_draft_error,
    hidden_text,
    left_out,
    picture_in_text,
    quote_words,
    unread_pictures,
    unreadable_draft_error,
)
from briefgen.audit.readers.docx_styles import MIN_CONTRAST, MIN_SIZE_PT, contrast_ratio, parse_colour
from briefgen.audit.readers.registry import DraftReader
from briefgen.errors import Problem, quantity
from briefgen.inspect.docx import parse_package_part

_OASIS = "urn:oasis:names:tc:opendocument:xmlns:"
_TEXT = f"{{{_OASIS}text:1.0}}"
_STYLE = f"{{{_OASIS}style:1.0}}"
_TABLE = f"{{{_OASIS}table:1.0}}"
_DRAW = f"{{{_OASIS}drawing:1.0}}"
_OFFICE = f"{{{_OASIS}office:1.0}}"
_MANIFEST = f"{{{_OASIS}manifest:1.0}}"
_FO = f"{{{_OASIS}xsl-fo-compatible:1.0}}"
_DC = "{http://purl.org/dc/elements/1.1/}"
_PARAGRAPHS = (f"{_TEXT}p", f"{_TEXT}h")
MAX_PART_BYTES = 60_000_000
_SIGNS = {f"{_TEXT}tab": "\t", f"{_TEXT}line-break": "\n"}
_EDGES: dict[str, DraftBlockKind] = {
    **dict.fromkeys((f"{_STYLE}header", f"{_STYLE}header-left", f"{_STYLE}header-first"), "header"),
    **dict.fromkeys((f"{_STYLE}footer", f"{_STYLE}footer-left", f"{_STYLE}footer-first"), "footer"),
}
_KINDS: dict[str, DraftBlockKind] = {
    f"{_DRAW}text-box": "text-box",
    f"{_TABLE}table-cell": "table-cell",
    f"{_TEXT}list-item": "list-item",
}
_NOT_TEXT = frozenset(
    {f"{_TEXT}{name}" for name in ("ruby-text", "hidden-text", "hidden-paragraph", "change", "change-start")}
    | {f"{_TEXT}change-end", f"{_OFFICE}annotation", f"{_OFFICE}annotation-end"}
)


def read_odt_draft(data: bytes, name: str) -> Draft:
    """Read an OpenDocument text; raise BriefgenError if it is damaged, encrypted or too large."""
    try:
        return _OdtDraftReader(_OdtPackage(data, name), name).read()
    except RecursionError:
        raise unreadable_draft_error(name, "its parts are nested too deeply") from None


class _OdtPackage:
    """The parts of the archive, unpacked one at a time and within limits."""

    def __init__(self, data: bytes, name: str) -> None:
        self._name = name
        try:
            self._zip = zipfile.ZipFile(BytesIO(data))
        except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
            raise unreadable_draft_error(name, "it is not a complete zip archive") from None
        manifest = self.read_xml("META-INF/manifest.xml")
        if manifest is not None and manifest.find(f".//{_MANIFEST}encryption-data") is not None:
            raise encrypted_draft_error(name)

    def read_xml(self, part: str) -> Any:
        """Return the root element of a part; None if there is no such part."""
        if part not in self._zip.namelist():
            return None
        try:
            with self._zip.open(part) as file:
                content = file.read(MAX_PART_BYTES + 1)
        except (zipfile.BadZipFile, zlib.error, EOFError, OSError, RuntimeError, ValueError):
            raise unreadable_draft_error(self._name, f"{part} cannot be unpacked") from None
        if len(content) > MAX_PART_BYTES:
            raise excessive_draft_error(self._name, f"{part} unpacks to more than {MAX_PART_BYTES} bytes")
        try:
            return parse_package_part(content)
        except ValueError as error:
            raise unreadable_draft_error(self._name, f"{part} {error}") from None


@dataclass(slots=True)
class _OdtParagraph:
    parts: list[str] = field(default_factory=list)
    marks: list[tuple[int, Any]] = field(default_factory=list)
    """Offset and element of each note that is called."""
    length: int = 0

    def add(self, text: str | None) -> None:
        if text:
            self.parts.append(text)
            self.length += len(text)


class _OdtDraftReader:
    def __init__(self, package: _OdtPackage, name: str) -> None:
        self._package, self._name = package, name
        self._content = package.read_xml("content.xml")
        self._styles_root = package.read_xml("styles.xml")
        body = self._content.find(f"{_OFFICE}body/{_OFFICE}text") if self._content is not None else None
        if body is None:
            raise unreadable_draft_error(name, "it has no text, so it is not an OpenDocument text")
        self._styles = _OdtStyles((self._content, self._styles_root))
        self._notes: list[DraftNote] = []
        self._note_blocks: list[DraftBlock] = []
        self._hidden: dict[str, list[str]] = {}
        self._pictures_in_text: list[str] = []

    def read(self) -> Draft:
        edges = list(self._read_edges())
        text = list(self._read_part("content.xml", self._content))
        heads = [block for block in edges if block.kind == "header"]
        feet = [block for block in edges if block.kind == "footer"]
        meta = self._package.read_xml("meta.xml")
        return Draft(
            self._name,
            "odt",
            self._styles.language(),
            (*heads, *text, *feet, *self._note_blocks),
            tuple(self._notes),
            left_out=tuple(self._list_left_out()),
            suspicions=tuple(self._list_suspicions()),
            title=(meta.findtext(f".//{_DC}title") or "").strip() if meta is not None else "",
        )

    def _read_edges(self) -> Iterator[DraftBlock]:
        seen = set[str]()
        blocks = self._read_part("styles.xml", self._styles_root) if self._styles_root is not None else ()
        for block in blocks:
            if block.text.strip() not in seen:
                seen.add(block.text.strip())
                yield block

    def _read_part(self, part: str, root: Any) -> Iterator[DraftBlock]:
        for number, paragraph in enumerate(root.iter(*_PARAGRAPHS)):
            kind, level = self._classify(paragraph)
            if kind is None:
                continue
            text = _OdtParagraph()
            self._walk(paragraph, text, self._styles.paragraph_style(paragraph))
            place = BlockPlace(part=part, paragraph=number)
            if text.marks or "".join(text.parts).strip():
                marks = tuple(NoteMark(offset, self._read_note(note, part)) for offset, note in text.marks)
                yield DraftBlock(kind, "".join(text.parts), place, marks, level=level)

    def _classify(self, paragraph: Any) -> tuple[DraftBlockKind | None, int | None]:
        """Return kind and level of a paragraph; no kind for one that is read elsewhere, or not at all."""
        for around in paragraph.iterancestors():
            tag = around.tag
            if tag in (f"{_TEXT}note", f"{_OFFICE}annotation", f"{_TEXT}tracked-changes"):
                return None, None
            if tag in _EDGES:
                return _EDGES[tag], None
            if tag in _KINDS:
                return _KINDS[tag], None
        if paragraph.tag == f"{_TEXT}h":
            level = paragraph.get(f"{_TEXT}outline-level", "1")
            return "heading", int(level) if re.fullmatch("[1-9][0-9]?", level) else 1
        style = paragraph.get(f"{_TEXT}style-name", "")
        return (
            ("quotation", None) if "quot" in self._styles.display_name(style).lower() else ("paragraph", None)
        )

    def _walk(self, parent: Any, text: _OdtParagraph, styles: tuple[str, ...]) -> None:
        why = self._styles.why_hidden(styles, parent)
        self._add(text, parent.text, why)
        for child in parent:
            tag = child.tag
            if tag == f"{_TEXT}s":
                count = child.get(f"{_TEXT}c", "1")
                text.add(" " * (int(count) if re.fullmatch("[0-9]{1,4}", count) else 1))
            elif tag in _SIGNS:
                text.add(_SIGNS[tag])
            elif tag == f"{_TEXT}note":
                text.marks.append((text.length, child))
            elif tag == f"{_DRAW}frame":
                if child.find(f"{_DRAW}image") is not None and "".join(text.parts).strip():
                    self._picture_in_text(child, text)
            elif tag not in _NOT_TEXT and tag not in _PARAGRAPHS:
                own = child.get(f"{_TEXT}style-name")
                self._walk(child, text, (own, *styles) if own and tag == f"{_TEXT}span" else styles)
            self._add(text, child.tail, why)

    def _add(self, text: _OdtParagraph, words: str | None, why: str) -> None:
        """Add text, in which white space counts once (OpenDocument 1.3, 6.1.2)."""
        plain = re.sub("[ \t\r\n]+", " ", words or "")
        if why and plain.strip():
            self._hidden.setdefault(why, []).append(plain.strip())
        elif plain:
            text.add(plain)

    def _picture_in_text(self, frame: Any, text: _OdtParagraph) -> None:
        if frame.get(f"{_TEXT}anchor-type") == "as-char":
            self._pictures_in_text.append("".join(text.parts)[-40:].strip())

    def _read_note(self, note: Any, part: str) -> str:
        kind = "endnote" if note.get(f"{_TEXT}note-class") == "endnote" else "footnote"
        number = sum(one.id.startswith(kind) for one in self._notes) + 1
        note_id = f"{kind}-{number}"
        body = note.find(f"{_TEXT}note-body")
        texts = []
        for paragraph in body.iter(*_PARAGRAPHS) if body is not None else ():
            text = _OdtParagraph()
            self._walk(paragraph, text, self._styles.paragraph_style(paragraph))
            texts.append("".join(text.parts).strip())
        self._note_blocks += (
            DraftBlock("note", one, BlockPlace(part=part), note=note_id) for one in texts if one.strip()
        )
        label = (note.findtext(f"{_TEXT}note-citation") or str(number)).strip()
        self._notes.append(DraftNote(note_id, label, "\n".join(texts).strip()))
        return note_id

    # -- what was not read

    def _list_left_out(self) -> Iterator[Problem]:
        root = self._content
        if comments := sum(1 for _ in root.iter(f"{_OFFICE}annotation")):
            yield left_out(self._name, f"{quantity(comments, 'comment')} in the margin: not part of the text")
        deletions = [
            "".join("".join(paragraph.itertext()) for paragraph in one.iter(*_PARAGRAPHS))
            for one in root.iter(f"{_TEXT}deletion")
        ]
        if deletions:
            what = f"{quantity(len(deletions), 'tracked deletion')}{quote_words(deletions)}"
            yield left_out(self._name, what, "accept or reject them")
        if pictures := sum(1 for _ in root.iter(f"{_DRAW}image")):
            yield unread_pictures(self._name, pictures)
        if objects := sum(1 for _ in root.iter(f"{_DRAW}object", f"{_DRAW}object-ole")):
            yield left_out(
                self._name, f"{quantity(objects, 'chart or embedded object', 'charts or embedded objects')}"
            )
        concealed = [*root.iter(f"{_TEXT}hidden-text"), *root.iter(f"{_TEXT}hidden-paragraph")]
        if concealed:
            self._hidden.setdefault("formatted as hidden", []).extend(
                one.get(f"{_TEXT}string-value") or "".join(one.itertext()) for one in concealed
            )

    def _list_suspicions(self) -> Iterator[Problem]:
        yield from (hidden_text(self._name, why, words) for why, words in self._hidden.items())
        if self._pictures_in_text:
            yield picture_in_text(self._name, self._pictures_in_text)


class _OdtStyles:
    """Says of text in some styles why nobody can read it."""

    def __init__(self, roots: tuple[Any, ...]) -> None:
        self._styles: dict[str, Any] = {}
        self._default: Any = None
        for root in roots:
            for style in root.iter(f"{_STYLE}style") if root is not None else ():
                self._styles.setdefault(style.get(f"{_STYLE}name", ""), style)
            for style in root.iter(f"{_STYLE}default-style") if root is not None else ():
                if style.get(f"{_STYLE}family") == "paragraph":
                    self._default = style

    def display_name(self, name: str) -> str:
        """Return the name of a style as people see it, with those that it is based on."""
        names = (
            style.get(f"{_STYLE}display-name") or style.get(f"{_STYLE}name", "")
            for style in self._chain(name)
        )
        return " ".join(names)

    def language(self) -> str:
        """Return the language of the default style; empty if there is none."""
        found = self._default.find(f"{_STYLE}text-properties") if self._default is not None else None
        language = found.get(f"{_FO}language", "") if found is not None else ""
        country = found.get(f"{_FO}country", "") if found is not None else ""
        return "-".join(one for one in (language, country) if one and one != "none")

    @staticmethod
    def paragraph_style(paragraph: Any) -> tuple[str, ...]:
        """Return the style of a paragraph, if it has one."""
        return tuple(filter(None, (paragraph.get(f"{_TEXT}style-name"),)))

    def why_hidden(self, names: tuple[str, ...], element: Any) -> str:
        """Return why text in these styles, innermost first, cannot be seen; or nothing."""
        chain = [style for name in names for style in self._chain(name)]
        if self._default is not None:
            chain.append(self._default)
        if (
            self._find(chain, f"{_TEXT}display") == "none"
            or self._find(chain, f"{_STYLE}text-display") == "none"
        ):
            return "formatted as hidden"
        size = re.fullmatch(r"([0-9.]{1,8})pt", self._find(chain, f"{_FO}font-size"))
        if size and size[1].count(".") < 2 and float(size[1]) < MIN_SIZE_PT:
            return f"smaller than {MIN_SIZE_PT:g} points"
        colour = parse_colour(self._find(chain, f"{_FO}color"))
        behind = parse_colour(self._background(chain, element))
        if colour and behind and contrast_ratio(colour, behind) < MIN_CONTRAST:
            return "in the colour of its background"
        return ""

    def _background(self, chain: list[Any], element: Any) -> str:
        own = self._find(chain, f"{_FO}background-color")
        if parse_colour(own):
            return own
        for around in element.iterancestors():
            if around.tag in (f"{_TABLE}table-cell", f"{_TABLE}table", f"{_DRAW}text-box", f"{_DRAW}frame"):
                cell = self._chain(around.get(f"{_TABLE}style-name", ""))
                fill = self._find(list(cell), f"{_FO}background-color")
                if parse_colour(fill) or around.tag.startswith(_DRAW):
                    return fill
        return "ffffff"

    def _chain(self, name: str) -> Iterator[Any]:
        seen = set[str]()
        while name in self._styles and name not in seen:
            seen.add(name)
            yield self._styles[name]
            name = self._styles[name].get(f"{_STYLE}parent-style-name", "")

    @staticmethod
    def _find(chain: list[Any], attribute: str) -> str:
        for style in chain:
            for properties in style:
                if (value := properties.get(attribute)) is not None:
                    return str(value)
        return ""


READER = DraftReader(read_odt_draft)
