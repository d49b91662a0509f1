"""What a rendering says, in one form for all formats, piece by piece.

Readers write it (briefgen.inspect.html, .docx, .tagged, .sheets). How things look is not read.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

_WIDEST = 60
_HIGHEST = 65_534
"""Greatest spans that count: a table in Word has at most 63 columns, HTML ends at so many rows."""


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell that is not empty."""

    row: int
    column: int
    """Both from 1."""
    head: bool
    """Whether it heads a row or column."""
    text: str


class Grid:
    """Counts through one table."""

    def __init__(self) -> None:
        self.row = 0
        self._column = 0
        self._above: dict[int, tuple[int, int]] = {}
        """Cells that hang into this row, by first column: rows that they still cover, and columns."""
        self._below: dict[int, tuple[int, int]] = {}

    def next_row(self) -> None:
        """Begin a row."""
        for column, (rows, columns) in self._above.items():
            if column >= self._column and rows > 1:
                self._below[column] = (rows - 1, columns)
        self._above, self._below = self._below, {}
        self.row += 1
        self._column = 0

    def place(self, columns: int, rows: int) -> int:
        """Place the row's next cell, which spans so many columns and rows; its column, from 1."""
        while self._column in self._above:
            left, span = self._above[self._column]
            if left > 1:
                self._below[self._column] = (left - 1, span)
            self._column += span
        column = self._column
        room = min((start - column for start in self._above if start > column), default=_WIDEST)
        span = min(max(1, columns), room, _WIDEST)
        if rows > 1:
            self._below[column] = (min(rows, _HIGHEST) - 1, span)
        self._column += span
        return column + 1


Kind = Literal["text", "heading", "note", "marker", "image"]


@dataclass(frozen=True, slots=True)
class Token:
    """One piece of a document, in reading order; a note follows the block that its call stands in."""

    kind: Kind
    text: str
    """Of a block, a note, a list item's marker (`2.`, or `•` for any bullet), a picture's description."""
    level: int | None = None
    """Of a heading or of a list's item, from 1; None where a reader cannot tell."""
    number: int | None = None
    """Of a note, by the order of the calls."""
    position: int | None = None
    """Of a note's call and of a picture: comparable characters of text before it, hyphens aside; None where a
    reader cannot tell."""


@dataclass(frozen=True, slots=True)
class Link:
    """Words that lead somewhere."""

    text: str
    target: str
    """An address as it is written there, or `#` for a place in the document."""


@dataclass(frozen=True, slots=True)
class Read:
    """A finished file read back."""

    tokens: tuple[Token, ...]
    tables: tuple[tuple[Cell, ...], ...] = ()
    """Tables that have words, and their cells that have words."""
    links: tuple[Link, ...] = ()
    """Those of the text, then those of the notes."""
    title: str = ""
    author: str = ""
    language: str = ""
    record: Mapping[str, Any] | None = None
    """The evidence record; None where the file carries none."""
    structured: bool = True
    """False where headings, lists, tables, pictures and links cannot be told (a PDF without tags)."""
    printed: bool = False
    """True where words come from a page: with hyphens of line ends, and no sure order from right to left."""
    running: str = ""
    """All words as a reader's eye meets them, sentences running on over the ends of pages, notes behind."""

    @property
    def text(self) -> str:
        """The words of the document without its notes, a line for each block."""
        return "\n".join(token.text for token in self.tokens if token.kind in {"text", "heading"})

    @property
    def headings(self) -> tuple[Token, ...]:
        """Headings in order."""
        return tuple(token for token in self.tokens if token.kind == "heading")

    @property
    def notes(self) -> tuple[Token, ...]:
        """Notes in the order of their calls."""
        return tuple(token for token in self.tokens if token.kind == "note")


LINE_HYPHEN = "\x02"
"""In a PDF's text, a hyphen at a line's end: of the word, or of the break only."""
RIGHT_TO_LEFT = re.compile("[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]")
SIGNS = re.compile(r"[^\w]")
_NO_MATTER = re.compile("[\\s\u00ad\u200b\u200e\u200f\u061c\u202a-\u202e\u2060\u2066-\u2069\ufeff]+")
"""White space, bidi marks, and characters that only say where a line may break."""
ANY_HYPHEN = re.compile("[-\u2010\u2011\x02]")
BULLETS = re.compile("[\u2022\u25e6\u25aa\u2023]")


def comparable(text: str) -> str:
    """Text as renderings are compared: NFKC, without white space, bidi marks and break hints."""
    return _NO_MATTER.sub("", unicodedata.normalize("NFKC", text))


def bullet(marker: str) -> str:
    """A list's marker as readings tell it: any bullet is one."""
    return "\u2022" if BULLETS.fullmatch(marker) else marker


def note_key(text: str) -> str:
    """What a note says, in a form that is the same for its words on a page and in a file."""
    plain = ANY_HYPHEN.sub("", comparable(text))
    return "".join(sorted(SIGNS.sub("", plain))) if RIGHT_TO_LEFT.search(plain) else plain


class Writer:
    """Collects tokens, tables and links for a reader, block by block."""

    def __init__(self) -> None:
        self._tokens: list[Token] = []
        self._parts: list[str] = []
        self._calls: list[tuple[str, int]] = []
        self._length = 0
        self._notes = 0
        self._links: list[Link] = []
        self._note_links: list[Link] = []
        self._tables: list[list[Cell]] = []
        self._open: list[_OpenTable] = []
        """Tables that are being read, each within the one before it."""

    def text(self, text: str) -> None:
        """Add text to the block that is being read."""
        self._parts.append(text)

    def note(self, text: str, links: Iterable[Link] = ()) -> None:
        """Add a note whose call stands here, and the links in it."""
        self._calls.append((text, self._position()))
        self._note_links += (link for link in links if comparable(link.text))

    def marker(self, text: str, depth: int = 1) -> None:
        """Add the number or bullet of an item, in a list so deep within lists."""
        self._tokens.append(Token("marker", text, depth))

    def image(self, description: str) -> None:
        """Add a picture by its alternative text."""
        self._tokens.append(Token("image", _spaced(description), position=self._position()))

    def here(self) -> int:
        """Where the block stands now, for a link that begins."""
        return len(self._parts)

    def link(self, target: str, begin: int) -> None:
        """Add a link over the text since `begin`."""
        text = _spaced("".join(self._parts[begin:]))
        if comparable(text):
            self._links.append(Link(text, target))

    def begin_table(self) -> None:
        """Begin a table; a table within a cell is a table of its own."""
        self.end()
        table = _OpenTable()
        self._tables.append(table.cells)
        self._open.append(table)

    def row(self) -> None:
        """Begin a row of the table."""
        if self._open:
            self._open[-1].grid.next_row()

    def begin_cell(self, *, head: bool, columns: int = 1, rows: int = 1) -> None:
        """Begin a cell of the row."""
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
                table.cells.append(Cell(*table.place, text))
            table.parts = []

    def end_table(self) -> None:
        """End the table."""
        self.end()
        if self._open:
            self._open.pop()

    def end(self, level: int | None = None) -> None:
        """End the block; `level` makes it a heading. An empty block leaves nothing."""
        text = _spaced("".join(self._parts))
        if text:
            self._tokens.append(Token("heading" if level else "text", text, level))
            for table in self._open:
                table.parts.append(text)
        self._length += _weight(text)
        for note, position in self._calls:
            self._notes += 1
            self._tokens.append(Token("note", _spaced(note), number=self._notes, position=position))
        self._parts, self._calls = [], []

    def read(self, **known: Any) -> Read:
        """All that was read, with what else is known of the file (fields of Read)."""
        tables = tuple(tuple(cells) for cells in self._tables if cells)
        return Read(self.tokens(), tables, (*self._links, *self._note_links), **known)

    def tokens(self) -> tuple[Token, ...]:
        """The tokens that were read."""
        self.end()
        return tuple(self._tokens)

    def _position(self) -> int:
        return self._length + _weight("".join(self._parts))


class _OpenTable:
    """A table that is being read."""

    def __init__(self) -> None:
        self.grid = Grid()
        self.cells: list[Cell] = []
        self.parts: list[str] = []
        """Text of the cell that is being read."""
        self.place: tuple[int, int, bool] = (1, 1, False)


def _weight(text: str) -> int:
    """Characters that count where a place is told: a hyphen may be of the line's end only."""
    return len(ANY_HYPHEN.sub("", comparable(text)))


def _spaced(text: str) -> str:
    return re.sub("[ \t\n\r]+", " ", text).strip(" ")


def span_of(text: str | None) -> int:
    """How many columns or rows a cell spans, from what is written."""
    return int(text) if text and text.isascii() and text.isdecimal() and len(text) < 6 else 1
