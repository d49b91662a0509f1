"""A draft as its readers deliver it: blocks of text with their places, notes, and what was not read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from briefgen.errors import Problem

DraftKind = Literal["docx", "pdf", "odt", "markdown", "text", "email"]
DraftBlockKind = Literal[
    "paragraph",
    "heading",
    "list-item",
    "table-cell",
    "quotation",
    "caption",
    "text-box",
    "header",
    "footer",
    "note",
    "comment",
]
"""`quotation` is a block quotation; `note` is a paragraph of a footnote or endnote; `header` and
`footer` stand at the edge of each page and are read once."""


@dataclass(frozen=True, slots=True)
class PageArea:
    """Where some characters of a block are on a page of a PDF, in points from the lower left corner."""

    start: int
    end: int
    """The span in the block's text."""
    page: int
    """From 1."""
    left: float
    bottom: float
    right: float
    top: float


@dataclass(frozen=True, slots=True)
class BlockPlace:
    """Where a block is in its file; what a kind of file does not have is None or empty."""

    part: str = ""
    """Name of the part of the file that holds it: `word/document.xml`, `word/footnotes.xml`."""
    paragraph: int | None = None
    """Which of the paragraph elements of that part it is, in document order, from 0."""
    line: int | None = None
    """First line in a text file, from 1."""
    line_starts: tuple[int, ...] = ()
    """For text files: the offset in the block's text at which each of its lines begins; the first is 0."""
    column: int = 1
    """For text files: the column at which the block begins in its first line, from 1."""
    page: int | None = None
    """The page on which it begins, from 1."""
    areas: tuple[PageArea, ...] = ()
    """For PDFs: where its characters are, one area for each word or line, in order."""


@dataclass(frozen=True, slots=True)
class NoteMark:
    """The mark of a note in the text of a block."""

    offset: int
    """How many characters of the block's text come before it; the mark itself is not part of the text."""
    note: str
    """Id of the note (DraftNote.id)."""


@dataclass(frozen=True, slots=True)
class DraftBlock:
    """One paragraph, heading, item, cell or the like."""

    kind: DraftBlockKind
    text: str
    """The characters as the file has them, invisible ones included, but without markup and without the
    marks of notes and lists. Offsets count these characters, so that a comment can be put at exact words."""
    place: BlockPlace = BlockPlace()
    marks: tuple[NoteMark, ...] = ()
    """By offset."""
    note: str = ""
    """For the paragraphs of a note: its id."""
    language: str = ""
    """BCP 47, where the file marks it; empty for that of the draft."""
    level: int | None = None
    """Of a heading or list item, from 1."""


@dataclass(frozen=True, slots=True)
class DraftNote:
    """A footnote or endnote; its paragraphs are among the draft's blocks too, after the text."""

    id: str
    """Unique in the draft: `footnote-3`, `endnote-1`."""
    label: str
    """As the reader sees it: `3`, `iv`, `*`."""
    text: str


@dataclass(frozen=True, slots=True)
class Draft:
    """A text that somebody wrote, as far as it could be read."""

    path: str
    """As the user gave it; `the text` for text without a file."""
    kind: DraftKind
    language: str
    """BCP 47; empty if the file does not say."""
    blocks: tuple[DraftBlock, ...]
    """In reading order; those of notes come last."""
    notes: tuple[DraftNote, ...] = ()
    left_out: tuple[Problem, ...] = ()
    """What was not read, and why: deleted text, pictures, pages without text. One warning for each cause."""
    suspicions: tuple[Problem, ...] = ()
    """What can make people and programs read differently: white text, zero-width characters, letters of
    two alphabets in a word. One warning for each cause."""
    record: Mapping[str, Any] | None = None
    """The evidence record, if briefgen made the file; not validated."""
    title: str = ""
    pages: int | None = None
    """For PDFs."""


@dataclass(frozen=True, slots=True)
class DraftSentence:
    """One sentence of a draft."""

    number: int
    """In the draft, from 1; sentences of notes come after those of the text."""
    text: str
    """As the file has it: `draft.blocks[block].text[start:end]`."""
    block: int
    """Position in the draft's blocks."""
    start: int
    end: int
    """The span in the block's text."""
    notes: tuple[str, ...] = ()
    """Ids of the notes whose marks are within it or directly after it."""
