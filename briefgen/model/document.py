"""The one thing that both outputs consume: semantic HTML, citations resolved, and what it rests on."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from hashlib import sha256
from typing import Any, Literal

FORMAT = "briefgen-evidence/1"


def text_hash(text: str) -> str:
    """SHA-256 of a statement's text, as the record carries it beside the text."""
    return sha256(text.encode()).hexdigest()


def record_hash(record: Mapping[str, Any]) -> str:
    """SHA-256 over everything in a record but this hash itself, whatever the order and spacing of its JSON.

    It shows edits by hand; who means to forge can compute it too.
    """
    rest = {key: value for key, value in record.items() if key != "sha256"}
    return sha256(json.dumps(rest, sort_keys=True, separators=(",", ":")).encode()).hexdigest()


LayoutName = Literal["plain", "us-letter", "din-5008-a", "din-5008-b", "sn-right", "nf-z11", "uk-dl"]
"""Of a letter's page: the national standard that says where the address stands; `plain` follows none."""
WITH_RETURN_LINE: frozenset[LayoutName] = frozenset({"din-5008-a", "din-5008-b"})
"""Layouts whose window shows the sender's address in small type above the recipient's (DIN 5008)."""

BLOCKS = frozenset({"p", "h1", "h2", "h3", "ul", "ol", "blockquote", "table", "figure", "div"})
INLINE = frozenset({"a", "em", "strong", "span", "br", "sup", "sub"})
WITHIN: Mapping[str, frozenset[str]] = {
    "div": BLOCKS,
    "blockquote": frozenset({"p", "ul", "ol"}),
    "ul": frozenset({"li"}),
    "ol": frozenset({"li"}),
    "li": INLINE | {"p", "ul", "ol"},
    "p": INLINE,
    "h1": INLINE,
    "h2": INLINE,
    "h3": INLINE,
    "em": INLINE,
    "strong": INLINE,
    "sup": frozenset(),
    "sub": frozenset(),
    "a": INLINE - {"a"},
    "span": INLINE,
    "table": frozenset({"caption", "thead", "tbody"}),
    "caption": INLINE,
    "thead": frozenset({"tr"}),
    "tbody": frozenset({"tr"}),
    "tr": frozenset({"th", "td"}),
    "th": INLINE,
    "td": INLINE | {"p", "ul", "ol"},
    "figure": frozenset({"img", "figcaption"}),
    "figcaption": INLINE,
    "img": frozenset(),
    "br": frozenset(),
}
"""What may stand directly within what. `li` and `td` hold either inline content or blocks, not both."""
HOLDS_TEXT = frozenset(
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
"""Elements that may hold text directly."""
ATTRIBUTES: Mapping[str, frozenset[str]] = {
    "a": frozenset({"href"}),
    "img": frozenset({"src", "alt"}),
    "th": frozenset({"scope", "colspan", "rowspan"}),
    "td": frozenset({"colspan", "rowspan"}),
    "ol": frozenset({"start"}),
}
COMPOSED_ATTRIBUTES: Mapping[str, frozenset[str]] = {"img": frozenset({"data-png"})}
"""Written by briefgen.compose alone, and refused in templates. Every `src` of a document is a `data:` address
of a PNG, JPEG or SVG; beside an SVG stands `data-png`, the same picture as a PNG, for what shows no SVG."""
COMMON_ATTRIBUTES = frozenset({"lang", "id"})
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
        "enclosures",
        "copy-line",
        "summary",
        "toc",
        "bibliography",
        "evidence-annex",
        "title-block",
        "byline",
    }
)
"""Classes of `div`; a paragraph within one takes the look of that block. Every `div` has exactly one."""
SPAN_CLASSES = frozenset({"footnote", "small-caps"})
"""Classes of `span`. A footnote stands at its call, holds inline content and no other footnote. A span
without class serves for `lang`."""


@dataclass(frozen=True, slots=True)
class Document:
    """One letter or briefing, neutral of format."""

    kind: Literal["letter", "briefing"]
    html: str
    """Canonical semantic HTML: a sequence of block elements, well-formed as XML without a root
    (`<p>…</p><div class="ask">…</div>`), text cleaned, only the vocabulary above."""
    title: str
    """Document property; a letter's is `Letter to The Honorable …`."""
    author: str
    language: str
    """BCP 47, of the whole; parts in other languages carry `lang`."""
    date: date
    running: tuple[str, ...]
    """Head of the second and later pages: recipient and date of a letter, short title of a briefing."""
    page: Literal["a4", "us-letter"]
    record: Mapping[str, Any]
    """The evidence record (briefgen.evidence.record), JSON-able; both formats carry it."""
    layout: LayoutName = "plain"
    """Of letters: where the address stands, and marks on the edge (briefgen.render.layouts)."""


@dataclass(frozen=True, slots=True)
class Rendering:
    """A finished file, not yet written."""

    data: bytes
    pages: int | None
    """None where only the reader's program decides (DOCX, plain text)."""


PARTICULAR = ("inside-address", "salutation")
"""Blocks of a letter that differ with each recipient while the rest says the same."""


Foretold = Callable[[Document, int], float]
"""How much a document is likely to be over a number of pages, in millimetres; 0 or less where it will fit."""


@dataclass(frozen=True, slots=True)
class Extent:
    """How much room a document takes when it is set as PDF; measures in millimetres."""

    used_mm: tuple[float, ...]
    """For each page, the height of what stands on it, notes included."""
    room_mm: tuple[float, ...]
    """For each page, the height between its margins."""
    line_mm: float
    """One line of the text."""
    line_characters: float
    """On a full line of the text."""
    note_line_mm: float = 0.0
    """One line of the notes; 0 where there are none."""
    note_characters: float = 1.0
    """On a full line of the notes."""
    particular_mm: tuple[float, ...] | None = None
    """Heights of the blocks that differ with each recipient; None where one of them stands aside."""
    likely: Foretold | None = field(default=None, compare=False, repr=False)
    """How much other words for the document would be over so many pages, without laying them out;
    None where it fills one page and nothing need be known."""

    @property
    def pages(self) -> int:
        """How many there are."""
        return len(self.used_mm)

    def over_mm(self, most: int) -> float:
        """How much has to go so that `most` pages are enough: what stands on further pages, less the room
        that is free before them because lines were kept together; at least a line where there are more."""
        if self.pages <= most:
            return 0.0
        free = max(0.0, self.room_mm[most - 1] - self.used_mm[most - 1])
        return max(self.line_mm, sum(self.used_mm[most:]) - free)
