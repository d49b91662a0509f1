"""The content of a finished document as format-independent tokens, tables and links.

The readers (`docx`, `pdf_tagged`, `pdf_untagged`) build it with a DocumentBuilder. Formatting is not read.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

_MAX_COLUMN_SPAN = 60
_MAX_ROW_SPAN = 65_534
"""Larger spans are cut off: Word tables have at most 63 columns, and HTML allows this many rows."""


@dataclass(frozen=True, slots=True)
class TableCell:
    """A non-empty table cell."""

    row: int
    column: int
    """Both counted from 1."""
    head: bool
    """Whether it is a header cell."""
    text: str


class TableGrid:
    """Assigns rows and columns to the cells of one table, taking spans into account."""

    def __init__(self) -> None:
        self.row = 0
        self._column = 0
        self._above: dict[int, tuple[int, int]] = {}
        """Cells that extend into this row, by first column: the rows left to cover, and the columns."""
        self._below: dict[int, tuple[int, int]] = {}

    def next_row(self) -> None:
        """Start the next row."""
        for column, (rows, columns) in self._above.items():
            if column >= self._column and rows > 1:
                self._below[column] = (rows - 1, columns)
        self._above, self._below = self._below, {}
        self.row += 1
        self._column = 0

    def place(self, columns: int, rows: int) -> int:
        """Place the row's next cell with these spans and return its column, from 1."""
        while self._column in self._above:
            left, span = self._above[self._column]
            if left > 1:
                self._below[self._column] = (left - 1, span)
            self._column += span
        column = self._column
        room = min((start - column for start in self._above if start > column), default=_MAX_COLUMN_SPAN)
        span = min(max(1, columns), room, _MAX_COLUMN_SPAN)
        if rows > 1:
            self._below[column] = (min(rows, _MAX_ROW_SPAN) - 1, span)
        self._column += span
        return column + 1


TokenKind = Literal["text", "heading", "note", "marker", "image"]


@dataclass(frozen=True, slots=True)
class DocumentToken:
    """One piece of a document, in reading order; a note follows the block that refers to it."""

    kind: TokenKind
    text: str
    """Text of a block or note, a list item's marker (`2.`, or `•` for any bullet), or alternative text."""
    level: int | None = None
    """Of a heading or list item, from 1; None if the reader cannot tell."""
    number: int | None = None
    """Of a note, in order of the references."""
    position: int | None = None
    """Of a picture or a note's reference: comparable characters before it, without hyphens; None if the
    reader cannot tell."""


@dataclass(frozen=True, slots=True)
class DocumentLink:
    """A hyperlink."""

    text: str
    target: str
    """A URL as written in the file, or `#` for a place in the document."""


@dataclass(frozen=True, slots=True)
class ExtractedDocument:
    """The content of a finished file."""

    tokens: tuple[DocumentToken, ...]
    tables: tuple[tuple[TableCell, ...], ...] = ()
    """The non-empty cells of each non-empty table."""
    links: tuple[DocumentLink, ...] = ()
    """Links in the text, then links in the notes."""
    title: str = ""
    author: str = ""
    language: str = ""
    record: Mapping[str, Any] | None = None
    """The evidence record; None if the file has none."""
    structured: bool = True
    """False if headings, lists, tables, pictures and links are unknown, as in a PDF without tags."""
    printed: bool = False
    """True if the text is from pages: hyphens at line ends, right-to-left words in unknown order."""
    running: str = ""
    """The whole text in reading order: sentences continue across page breaks, and notes come last."""

    @property
    def text(self) -> str:
        """The text without notes, one line per block."""
        return "\n".join(token.text for token in self.tokens if token.kind in {"text", "heading"})

    @property
    def headings(self) -> tuple[DocumentToken, ...]:
        """The headings, in order."""
        return tuple(token for token in self.tokens if token.kind == "heading")

    @property
    def notes(self) -> tuple[DocumentToken, ...]:
        """The notes, in order of their references."""
        return tuple(token for token in self.tokens if token.kind == "note")


LINE_HYPHEN = "\x02"
"""In text from a PDF, a hyphen at the end of a line, which may or may not belong to the word."""
RIGHT_TO_LEFT = re.compile("[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]")
NON_WORD_CHARACTER = re.compile(r"[^\w]")
_IGNORED_CHARACTERS = re.compile("[\\s\u00ad\u200b\u200e\u200f\u061c\u202a-\u202e\u2060\u2066-\u2069\ufeff]+")
"""White space, bidi marks, and characters that only control line breaks."""
ANY_HYPHEN = re.compile("[-\u2010\u2011\x02]")
BULLETS = re.compile("[\u2022\u25e6\u25aa\u2023]")


def normalize_for_comparison(text: str) -> str:
    """Return text in NFKC without white space, bidi marks and line-break controls."""
    return _IGNORED_CHARACTERS.sub("", unicodedata.normalize("NFKC", text))


def normalize_list_marker(marker: str) -> str:
    """Return a list marker with all kinds of bullet unified."""
    return "\u2022" if BULLETS.fullmatch(marker) else marker


def note_comparison_key(text: str) -> str:
    """Return a note's text in a form that is the same for a printed page and for a file."""
    plain = ANY_HYPHEN.sub("", normalize_for_comparison(text))
    return "".join(sorted(NON_WORD_CHARACTER.sub("", plain))) if RIGHT_TO_LEFT.search(plain) else plain


class DocumentBuilder:
    """Collects tokens, tables and links block by block into an ExtractedDocument."""

    def __init__(self) -> None:
        self._tokens: list[DocumentToken] = []
        self._parts: list[str] = []
        self._calls: list[tuple[str, int]] = []
        self._length = 0
        self._notes = 0
        self._links: list[DocumentLink] = []
        self._note_links: list[DocumentLink] = []
        self._tables: list[list[TableCell]] = []
        self._open: list[_OpenTable] = []
        """Tables being read, each nested in the one before it."""

    def text(self, text: str) -> None:
        """Add text to the current block."""
        self._parts.append(text)

    def note(self, text: str, links: Iterable[DocumentLink] = ()) -> None:
        """Add a note referenced at the current position, with the links in it."""
        self._calls.append((text, self._position()))
        self._note_links += (link for link in links if normalize_for_comparison(link.text))

    def marker(self, text: str, depth: int = 1) -> None:
        """Add the number or bullet of a list item at this nesting depth."""
        self._tokens.append(DocumentToken("marker", text, depth))

    def image(self, description: str) -> None:
        """Add a picture with its alternative text."""
        self._tokens.append(DocumentToken("image", _collapse_spaces(description), position=self._position()))

    def mark_link_start(self) -> int:
        """Return the current position in the block, for the start of a link."""
        return len(self._parts)

    def link(self, target: str, begin: int) -> None:
        """Add a link on the text since `begin`."""
        text = _collapse_spaces("".join(self._parts[begin:]))
        if normalize_for_comparison(text):
            self._links.append(DocumentLink(text, target))

    def begin_table(self) -> None:
        """Start a table; a table nested in a cell is separate."""
        self.end()
        table = _OpenTable()
        self._tables.append(table.cells)
        self._open.append(table)

    def row(self) -> None:
        """Start a row of the table."""
        if self._open:
            self._open[-1].grid.next_row()

    def begin_cell(self, *, head: bool, columns: int = 1, rows: int = 1) -> None:
        """Start a cell of the row."""
        self.end()
        if self._open:
            table = self._open[-1]
            table.place = (table.grid.row, table.grid.place(columns, rows), head)
            table.parts = []

    def end_cell(self) -> None:
        """End the cell."""
        self.end()
        if self._open:
            table = self._open[-1]
            if text := " ".join(table.parts):
                table.cells.append(TableCell(*table.place, text))
            table.parts = []

    def end_table(self) -> None:
        """End the table."""
        self.end()
        if self._open:
            self._open.pop()

    def end(self, level: int | None = None) -> None:
        """End the block; `level` makes it a heading. Empty blocks are dropped."""
        text = _collapse_spaces("".join(self._parts))
        if text:
            self._tokens.append(DocumentToken("heading" if level else "text", text, level))
            for table in self._open:
                table.parts.append(text)
        self._length += count_comparable(text)
        for note, position in self._calls:
            self._notes += 1
            self._tokens.append(
                DocumentToken("note", _collapse_spaces(note), number=self._notes, position=position)
            )
        self._parts, self._calls = [], []

    def build(self, **fields: Any) -> ExtractedDocument:
        """Return the document, with further fields of ExtractedDocument."""
        tables = tuple(tuple(cells) for cells in self._tables if cells)
        return ExtractedDocument(self.tokens(), tables, (*self._links, *self._note_links), **fields)

    def tokens(self) -> tuple[DocumentToken, ...]:
        """Return the tokens collected so far."""
        self.end()
        return tuple(self._tokens)

    def _position(self) -> int:
        return self._length + count_comparable("".join(self._parts))


class _OpenTable:
    """A table being read."""

    def __init__(self) -> None:
        self.grid = TableGrid()
        self.cells: list[TableCell] = []
        self.parts: list[str] = []
        """Text of the current cell."""
        self.place: tuple[int, int, bool] = (1, 1, False)


def count_comparable(text: str) -> int:
    """Count the characters that matter for positions: no hyphens, which may only be from a line break."""
    return len(ANY_HYPHEN.sub("", normalize_for_comparison(text)))


def _collapse_spaces(text: str) -> str:
    return re.sub("[ \t\n\r]+", " ", text).strip(" ")


def parse_cell_span(text: str | None) -> int:
    """Return the number of columns or rows that a cell spans, from an attribute's value."""
    return int(text) if text and text.isascii() and text.isdecimal() and len(text) < 6 else 1
