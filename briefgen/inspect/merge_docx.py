"""Reading a mail-merge letter in Word: its paragraphs, with the fields in them as Word wrote them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from briefgen.errors import BriefgenError, Place, Problem
from briefgen.inspect.docx import DocxPackage, ListNumbering, ParagraphStyles, open_docx

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_SKIPPED = frozenset(
    {f"{W}{name}" for name in ("pPr", "rPr", "del", "moveFrom", "sectPr", "sdtPr", "fldData", "pict")}
    | {"{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"}
)
_MOST_PIECES = 50_000
_OFF = ("0", "false", "none")


@dataclass(slots=True)
class MergeField:
    """A field: its instruction, in which other fields can be, and whether it is in bold or italics."""

    instruction: list[str | MergeField] = field(default_factory=list)
    bold: bool = False
    italic: bool = False
    phase: Literal["instruction", "result"] = "instruction"
    """What is being read of it."""
    result: list[str] = field(default_factory=list)
    """What Word showed in its place."""


@dataclass(frozen=True, slots=True)
class MergeText:
    """Words of a paragraph; a line break is a line feed."""

    text: str
    bold: bool = False
    italic: bool = False


@dataclass(slots=True)
class MergeParagraph:
    """A paragraph of a mail-merge letter."""

    pieces: list[MergeText | MergeField] = field(default_factory=list)
    heading: int = 0
    """Level, from 1; 0 for text."""
    list_kind: Literal["", "bullet", "number"] = ""
    cell: tuple[int, int, int] | None = None
    """Table, row and cell, from 0; None outside of tables."""


@dataclass(slots=True)
class MergeLetter:
    """A mail-merge letter, and what else is in its file."""

    paragraphs: list[MergeParagraph] = field(default_factory=list)
    pictures: int = 0
    text_boxes: int = 0
    notes: int = 0
    revisions: int = 0
    underlined: int = 0
    coloured: int = 0
    aligned: int = 0
    """Paragraphs that are centred or at the right."""
    has_heads: bool = False


def read_merge_letter(path: Path) -> MergeLetter:
    """Read a mail-merge letter; raise BriefgenError if it is damaged, malicious, encrypted or too large."""
    package = open_docx(path, str(path))
    main_name = package.find_target("", "officeDocument")
    main = package.read_xml(main_name) if main_name else None
    if main_name is None or main is None or main.tag != f"{W}document":
        message, hint = "has no main text, so it is not a Word document", "save it in Word as .docx"
        raise BriefgenError(Problem("docx-unreadable", message, Place(str(path)), hint))
    try:
        return _MergeReader(package, main_name).read(main)
    except RecursionError:
        message, hint = "its parts are nested too deeply", "save it in Word again"
        raise BriefgenError(Problem("docx-unreadable", message, Place(str(path)), hint)) from None


class _MergeReader:
    def __init__(self, package: DocxPackage, main_name: str) -> None:
        self._styles = ParagraphStyles(package.read_related(main_name, "styles"))
        self._numbering = ListNumbering(package.read_related(main_name, "numbering"))
        self.letter = MergeLetter()
        self.letter.has_heads = any(_has_text(package, main_name, kind) for kind in ("header", "footer"))
        self._open: list[MergeField] = []
        self._pieces = 0
        self._tables = 0

    def read(self, main: Any) -> MergeLetter:
        letter = self.letter
        letter.pictures = sum(1 for _ in main.iter(f"{W}drawing"))
        letter.text_boxes = sum(1 for _ in main.iter(f"{W}txbxContent"))
        letter.notes = sum(1 for _ in main.iter(f"{W}footnoteReference", f"{W}endnoteReference"))
        letter.revisions = sum(1 for _ in main.iter(f"{W}ins", f"{W}del"))
        body = main.find(f"{W}body")
        self._read_blocks(body if body is not None else (), None)
        return letter

    def _read_blocks(self, parent: Any, cell: tuple[int, int, int] | None) -> None:
        for child in parent:
            if child.tag == f"{W}p":
                self._read_paragraph(child, cell)
            elif child.tag == f"{W}tbl":
                table, self._tables = self._tables, self._tables + 1
                for row, one in enumerate(child.iterfind(f"{W}tr")):
                    for column, other in enumerate(one.iterfind(f"{W}tc")):
                        self._read_blocks(other, (table, row, column))
            elif child.tag not in _SKIPPED:
                self._read_blocks(child, cell)

    def _read_paragraph(self, paragraph: Any, cell: tuple[int, int, int] | None) -> None:
        properties = paragraph.find(f"{W}pPr")
        found = MergeParagraph(heading=self._styles.heading_level(properties) or 0, cell=cell)
        if number := self._styles.list_position(properties):
            found.list_kind = "bullet" if self._numbering.next(*number) == "\u2022" else "number"
        alignment = properties.find(f"{W}jc") if properties is not None else None
        if alignment is not None and alignment.get(f"{W}val") in ("center", "right", "end"):
            self.letter.aligned += 1
        self._read_inline(paragraph, found, None)
        self.letter.paragraphs.append(found)

    def _read_inline(self, parent: Any, paragraph: MergeParagraph, run: Any) -> None:
        for child in parent:
            tag = child.tag
            if tag in _SKIPPED or tag == f"{W}txbxContent":
                continue
            if tag == f"{W}r":
                self._note_looks(child)
                self._read_inline(child, paragraph, child)
            elif tag == f"{W}fldSimple":
                self._add(paragraph, MergeField([child.get(f"{W}instr") or ""]))
            elif tag == f"{W}fldChar":
                self._read_field_mark(child.get(f"{W}fldCharType"), paragraph, run)
            elif tag == f"{W}instrText" or tag == f"{W}t":
                self._add_words(child.text or "", paragraph, run)
            elif tag in (f"{W}br", f"{W}cr", f"{W}tab"):
                self._add_words(" " if tag == f"{W}tab" else "\n", paragraph, run)
            elif tag == f"{W}noBreakHyphen":
                self._add_words("\u2011", paragraph, run)
            else:
                self._read_inline(child, paragraph, run)

    def _read_field_mark(self, kind: str | None, paragraph: MergeParagraph, run: Any) -> None:
        if kind == "begin":
            self._open.append(MergeField([], *_marks(run)))
        elif kind == "separate" and self._open:
            self._open[-1].phase = "result"
        elif kind == "end" and self._open:
            self._add(paragraph, self._open.pop())

    def _add_words(self, text: str, paragraph: MergeParagraph, run: Any) -> None:
        if self._open:
            current = self._open[-1]
            if current.phase == "instruction":
                current.instruction.append(text)
            else:
                current.result.append(text)
        elif text:
            self._add(paragraph, MergeText(text, *_marks(run)))

    def _add(self, paragraph: MergeParagraph, piece: MergeText | MergeField) -> None:
        self._pieces += 1
        if self._pieces > _MOST_PIECES:
            hint = "give the letter alone, not the merged letters of all recipients"
            raise BriefgenError(Problem("docx-unreadable", "is too long for a letter", None, hint))
        if not self._open:
            paragraph.pieces.append(piece)
        elif self._open[-1].phase == "instruction" and isinstance(piece, MergeField):
            self._open[-1].instruction.append(piece)

    def _note_looks(self, run: Any) -> None:
        properties = run.find(f"{W}rPr")
        if properties is None:
            return
        for name, key in (("u", "underlined"), ("color", "coloured"), ("highlight", "coloured")):
            mark = properties.find(f"{W}{name}")
            if mark is not None and mark.get(f"{W}val") not in (*_OFF, "auto", "000000"):
                setattr(self.letter, key, getattr(self.letter, key) + 1)


def _marks(run: Any) -> tuple[bool, bool]:
    """Return whether a run is in bold, and in italics."""
    properties = run.find(f"{W}rPr") if run is not None else None
    found = [properties.find(f"{W}{name}") if properties is not None else None for name in ("b", "i")]
    bold, italic = (mark is not None and mark.get(f"{W}val") not in _OFF for mark in found)
    return bold, italic


def _has_text(package: DocxPackage, main_name: str, kind: str) -> bool:
    return any(_part_has_text(package.read_xml(name)) for name in package.find_targets(main_name, kind))


def _part_has_text(part: Any) -> bool:
    return part is not None and any((one.text or "").strip() for one in part.iter(f"{W}t"))


def iter_fields(pieces: list[MergeText | MergeField]) -> Iterator[MergeField]:
    """Yield the fields of a paragraph, without those in other fields."""
    return (piece for piece in pieces if isinstance(piece, MergeField))
