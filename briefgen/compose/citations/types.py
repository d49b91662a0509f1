"""Records of what a document cites, and of how it is formatted."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class OriginalCitation:
    """A source known only through another one that quotes or cites it."""

    relation: str
    """How the next source refers to it: `quoted` or `cited`."""
    source: str
    label: str = ""
    value: str = ""


@dataclass(frozen=True, slots=True)
class Citation:
    """One source cited at one place of the text."""

    source: str
    label: str = ""
    """CSL locator label, or empty."""
    value: str = ""
    """The locator's value: `5`, `138–139`."""
    prefix: str = ""
    """Plain text before it: `see`."""
    suffix: str = ""
    """Plain text after it: `emphasis added`."""
    via: tuple[OriginalCitation, ...] = ()
    """The chain of sources that leads to it, beginning with the original one."""


@dataclass(frozen=True, slots=True)
class Remark:
    """A sentence of our own, as HTML, that goes into a footnote with its own sources."""

    html: str
    citations: tuple[Citation, ...] = ()


NoteForm = Literal["note", "sources", "cell", "numbers"]
"""How a note is printed: as the style has it; as a line with the sources of a figure, who they are if
there are several, and their short forms in a footnote; in a cell of a table, without words before them; or
as the numbers of the notes of some statements."""


@dataclass(frozen=True, slots=True)
class Note:
    """What is cited and remarked at one place of the text; if empty, a footnote that only counts."""

    citations: tuple[Citation, ...] = ()
    remarks: tuple[Remark, ...] = ()
    in_footnote: bool = False
    """Whether it is inside a footnote that the template wrote, and shares that one's number."""
    form: NoteForm = "note"
    statements: tuple[str, ...] = ()
    """The ids of the statements that it belongs to, or whose numbers it prints."""

    @property
    def counts(self) -> bool:
        """Whether it has a number of its own in a notes style."""
        return not self.in_footnote and (self.form == "note" or self.is_line_with_footnote)

    @property
    def is_line_with_footnote(self) -> bool:
        """Whether it is a line below a figure that says whose works are cited, and has the rest below."""
        works = {citation.source for citation in self.citations}
        return self.form == "sources" and (len(works) > 1 or bool(works and self.remarks))

    def __add__(self, other: Note) -> Note:
        """Merge two notes at the same place; what both cite is cited once."""
        citations = tuple(dict.fromkeys((*self.citations, *other.citations)))
        statements = tuple(dict.fromkeys((*self.statements, *other.statements)))
        return Note(citations, (*self.remarks, *other.remarks), self.in_footnote, self.form, statements)


@dataclass(frozen=True, slots=True)
class FormattedNote:
    """A formatted note: it has text, a footnote or both, unless the note was empty."""

    text: str = ""
    """HTML for the running text, in an in-text style."""
    note: str = ""
    """Inner HTML of a footnote."""
    line: str = ""
    """HTML of a note in another form, printed where it is called, before the call of a footnote."""


@dataclass(frozen=True, slots=True)
class FormattedCitations:
    """The formatted citations of one document."""

    notes: tuple[FormattedNote, ...]
    """In the order of the notes given."""
    bibliography: tuple[str, ...]
    """Inner HTML of each entry, sorted by the style; only what is cited."""
    sentence_ends: frozenset[tuple[str, str]] = frozenset()
    """How citations changed the ends of sentences in footnotes, as (written, printed)."""
