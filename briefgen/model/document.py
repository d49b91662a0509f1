"""The composed document that all renderers consume: semantic HTML, resolved citations, the evidence record.

The constants list the HTML vocabulary that a Document may use.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from hashlib import sha256
from typing import Any, Literal

from briefgen.errors import Problem

RECORD_FORMAT = "briefgen-evidence/1"
"""Value of `format` in every evidence record; the number changes with the record's structure."""


def hash_text(text: str) -> str:
    """Return the SHA-256 (hex) of a statement's text, which the record stores next to the text."""
    return sha256(text.encode()).hexdigest()


_NOT_COMPARED = re.compile("[\\s\u00ad\u200b\u2060\ufeff\u2010\u2011-]+")
PARAGRAPH_DIGESTS = "paragraphs"
"""Attribute of the evidence record in a Word letter: a hash of each paragraph as it was made."""


def hash_paragraph(text: str) -> str:
    """Return a short hash of a paragraph, whatever its spaces and hyphens.

    A Word letter has those of its paragraphs, so that it can be told what somebody changed in it.
    """
    return sha256(_NOT_COMPARED.sub("", unicodedata.normalize("NFKC", text)).encode()).hexdigest()[:8]


def hash_record(record: Mapping[str, Any]) -> str:
    """Return the SHA-256 (hex) of a record without its own hash, independent of JSON key order and spacing.

    It reveals edits by hand; it is no protection from a forger, who can compute it too.
    """
    rest = {key: value for key, value in record.items() if key != "sha256"}
    return sha256(json.dumps(rest, sort_keys=True, separators=(",", ":")).encode()).hexdigest()


LayoutName = Literal["plain", "us-letter", "din-5008-a", "din-5008-b", "sn-right", "nf-z11", "uk-dl"]
"""National standard for the position of the address on a letter; `plain` follows none."""
LAYOUTS_WITH_RETURN_LINE: frozenset[LayoutName] = frozenset({"din-5008-a", "din-5008-b"})
"""Layouts that print the return address in small type above the recipient's, in the window (DIN 5008)."""

BLOCK_ELEMENTS = frozenset({"p", "h1", "h2", "h3", "ul", "ol", "blockquote", "table", "figure", "div"})
INLINE_ELEMENTS = frozenset({"a", "em", "strong", "span", "br", "sup", "sub"})
ALLOWED_CHILDREN: Mapping[str, frozenset[str]] = {
    "div": BLOCK_ELEMENTS,
    "blockquote": frozenset({"p", "ul", "ol"}),
    "ul": frozenset({"li"}),
    "ol": frozenset({"li"}),
    "li": INLINE_ELEMENTS | {"p", "ul", "ol"},
    "p": INLINE_ELEMENTS,
    "h1": INLINE_ELEMENTS,
    "h2": INLINE_ELEMENTS,
    "h3": INLINE_ELEMENTS,
    "em": INLINE_ELEMENTS,
    "strong": INLINE_ELEMENTS,
    "sup": frozenset(),
    "sub": frozenset(),
    "a": INLINE_ELEMENTS - {"a"},
    "span": INLINE_ELEMENTS,
    "table": frozenset({"caption", "thead", "tbody"}),
    "caption": INLINE_ELEMENTS,
    "thead": frozenset({"tr"}),
    "tbody": frozenset({"tr"}),
    "tr": frozenset({"th", "td"}),
    "th": INLINE_ELEMENTS,
    "td": INLINE_ELEMENTS | {"p", "ul", "ol"},
    "figure": frozenset({"img", "figcaption", "p"}),
    "figcaption": INLINE_ELEMENTS,
    "img": frozenset(),
    "br": frozenset(),
}
"""Allowed children of each element. `li` and `td` hold either inline content or blocks, not both. The last
`p` of a figure says where it is from."""
TEXT_ELEMENTS = frozenset(
    {
        "p",
        "h1",
        "h2",
        "h3",
        "li",
        "em",
        "strong",
        "sup",
        "sub",
        "a",
        "span",
        "caption",
        "th",
        "td",
        "figcaption",
    }
)
"""Elements that may contain text directly."""
ALLOWED_ATTRIBUTES: Mapping[str, frozenset[str]] = {
    "a": frozenset({"href"}),
    "img": frozenset({"src", "alt", "width"}),
    "th": frozenset({"scope", "colspan", "rowspan"}),
    "td": frozenset({"colspan", "rowspan"}),
    "ol": frozenset({"start"}),
}
"""Attributes that templates may write.

The composer adds `data-png` to pictures. Every `src` in a document is a `data:` URL of a PNG, JPEG or SVG; an
SVG also has `data-png`, the same picture as a PNG for readers without SVG support. A `width` is in mm
(`60mm`); a picture without one has its natural size. Neither is larger than the text area.
"""
GLOBAL_ATTRIBUTES = frozenset({"lang", "id"})
BLOCK_CLASSES = frozenset(
    {
        "letterhead",
        "return-line",
        "inside-address",
        "date-line",
        "reference-line",
        "salutation",
        "body",
        "ask",
        "complimentary-close",
        "signature",
        "postscript",
        "web-address",
        "enclosures",
        "copy-line",
        "new-page",
        "summary",
        "toc",
        "bibliography",
        "evidence-annex",
        "title-block",
        "byline",
        "masthead",
        "standfirst",
        "columns",
        "column",
        "aside",
        "key-figure",
        "pull-quote",
        "contact",
        "notes",
    }
)
"""Classes of `div`; they determine the style of the paragraphs inside. Every `div` has exactly one.

`columns` holds exactly two blocks side by side, a `column` and then another or an `aside`. `notes` is where a
document prints its footnotes instead of at the feet of its pages; there is at most one."""
COLUMN_CLASSES = frozenset({"column", "aside"})
"""Classes of the two blocks within `columns`; they are allowed nowhere else."""
ROW_CLASSES = frozenset({"marked"})
"""Classes of `tr`; a `marked` row stands out by its background."""
SPAN_CLASSES = frozenset({"footnote", "small-caps", "figure-number"})
"""Classes of `span`. A footnote is placed at its reference mark and holds inline content without further
footnotes. A span without a class carries `lang`."""


DocumentKind = Literal["letter", "briefing", "brief"]
"""What page and type a document has: a `brief` has narrow margins, and its running line at the foot."""


@dataclass(frozen=True, slots=True)
class Document:
    """One composed letter or briefing, independent of the output format."""

    kind: DocumentKind
    html: str
    """Canonical semantic HTML: a sequence of block elements (`<p>…</p><div class="ask">…</div>`), well-formed
    as XML except for the missing root, with cleaned text and only the vocabulary above."""
    title: str
    """Title in the document properties; for a letter, `Letter to The Honorable …`."""
    author: str
    language: str
    """BCP 47, of the whole document; parts in other languages carry `lang`."""
    date: date
    running: tuple[str, ...]
    """Running head from page 2 on: recipient and date of a letter, short title of a briefing."""
    page: Literal["a4", "us-letter"]
    record: Mapping[str, Any]
    """The evidence record (briefgen.compose.record), JSON-serialisable; PDF and DOCX files embed it."""
    layout: LayoutName = "plain"
    """For letters: position of the address, and fold and punch marks (briefgen.render.layouts)."""


@dataclass(frozen=True, slots=True)
class Rendering:
    """The bytes of a rendered file."""

    data: bytes
    pages: int | None
    """None for formats that the reader's program paginates (DOCX, plain text)."""
    problems: tuple[Problem, ...] = ()
    """Warnings about how the file was made; the file itself is as it should be."""
    characters: int | None = None
    """Length of plain text, for forms that limit it; None for other formats."""


RECIPIENT_BLOCKS = ("inside-address", "salutation")
"""Classes of the blocks that differ for each recipient even if the rest of the letter is the same."""


_ROUNDING_ERROR_MM = 0.01
OverflowEstimator = Callable[[Document, int], float]
"""Estimates by how many millimetres a document exceeds a number of pages; 0 or less if it will fit."""


@dataclass(frozen=True, slots=True)
class PageUsage:
    """How much space a document takes on the pages of a PDF."""

    used_mm: tuple[float, ...]
    """For each page, the height of its content, footnotes included."""
    room_mm: tuple[float, ...]
    """For each page, the height between the margins."""
    line_mm: float
    """Height of a line of body text."""
    line_characters: float
    """Characters in a full line of body text."""
    note_line_mm: float = 0.0
    """Height of a line of the footnotes; 0 if there are none."""
    note_characters: float = 1.0
    """Characters in a full line of the footnotes."""
    recipient_blocks_mm: tuple[float, ...] | None = None
    """Heights of the blocks in RECIPIENT_BLOCKS; None if one of them is positioned outside the text flow."""
    estimate_overflow: OverflowEstimator | None = field(default=None, compare=False, repr=False)
    """Estimates the overflow of this document with other wording, without laying it out; None if the document
    fits on one page, so that no estimate is needed."""

    @property
    def pages(self) -> int:
        """The number of pages."""
        return len(self.used_mm)

    def is_like(self, other: PageUsage) -> bool:
        """Return whether two measures lead to the same decisions: they differ by rounding errors at most."""
        pairs = zip(self.used_mm, other.used_mm, strict=False)
        return (
            self.pages == other.pages
            and self.recipient_blocks_mm == other.recipient_blocks_mm
            and all(abs(one - another) < _ROUNDING_ERROR_MM for one, another in pairs)
        )

    def overflow_mm(self, max_pages: int) -> float:
        """Return how many millimetres must be cut to fit on `max_pages` pages.

        That is the content of the pages after them, less the space left at the foot of the last page because
        lines were kept together; it is at least one line if there are too many pages, and 0 if there are not.
        """
        if self.pages <= max_pages:
            return 0.0
        free = max(0.0, self.room_mm[max_pages - 1] - self.used_mm[max_pages - 1])
        return max(self.line_mm, sum(self.used_mm[max_pages:]) - free)


@dataclass(frozen=True, slots=True)
class ColumnUsage:
    """How far down the content of one page of a brief reaches, in millimetres below the upper margin."""

    room_mm: float
    """Height between the margins."""
    used_mm: float
    """Lower edge of the lowest line or picture."""
    column_mm: float
    """The same in its columns but for asides; 0 without columns."""
    aside_mm: float
    """The same in its asides; 0 without one."""


@dataclass(frozen=True, slots=True)
class BriefUsage:
    """How much space a brief takes on pages of any height, laid out so that nothing is cut off."""

    pages: tuple[ColumnUsage, ...]
    line_mm: float
    """Height of a line of the main column."""
    line_characters: float
    """Characters in a full line of it."""
    note_line_mm: float
    note_characters: float
    """Of the notes at the end, 0 and 1 if there are none."""
    block_mm: tuple[tuple[str, float], ...]
    """Class and height, with its margins, of each key figure and pull quote, in order."""
