"""What a document cites, and what becomes of it: records only."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Via:
    """Who said it first, where the source that is cited is second-hand."""

    relation: str
    """`quoted` or `cited`."""
    source: str
    label: str = ""
    value: str = ""


@dataclass(frozen=True, slots=True)
class Citation:
    """One source cited at one spot."""

    source: str
    label: str = ""
    """CSL locator label, or empty."""
    value: str = ""
    """The locator: `5`, `138–139`."""
    prefix: str = ""
    """Plain words before it: `see`."""
    suffix: str = ""
    """Plain words behind it: `emphasis added`."""
    via: tuple[Via, ...] = ()
    """The chain that leads to it, from who said it first."""


@dataclass(frozen=True, slots=True)
class Remark:
    """A sentence of ours, as HTML, that goes into a footnote with its own sources."""

    html: str
    citations: tuple[Citation, ...] = ()


@dataclass(frozen=True, slots=True)
class Note:
    """What is cited and remarked at one spot of the text; without either, a footnote that only counts."""

    citations: tuple[Citation, ...] = ()
    remarks: tuple[Remark, ...] = ()
    within: bool = False
    """It stands within a footnote that the template wrote, and has that one's number."""

    def __add__(self, other: Note) -> Note:
        """Both at one spot; what is cited twice is cited once."""
        citations = tuple(dict.fromkeys((*self.citations, *other.citations)))
        return Note(citations, (*self.remarks, *other.remarks), self.within)


@dataclass(frozen=True, slots=True)
class Spot:
    """A note as it is set: one of the two is there wherever the note had content."""

    text: str = ""
    """HTML for the text itself, in an in-text style."""
    note: str = ""
    """Inner HTML of a footnote."""


@dataclass(frozen=True, slots=True)
class Cited:
    """The formatted citations of one document."""

    spots: tuple[Spot, ...]
    """In the order asked for."""
    bibliography: tuple[str, ...]
    """Inner HTML of each entry, sorted by the style; only what is cited."""
    stops: frozenset[tuple[str, str]] = frozenset()
    """How citations changed the ends of sentences in footnotes: written, printed."""
