"""What a rendering says, in one form for all formats, and where two renderings say different things.

The reader for our own HTML is here; those for finished files stand beside it. How things look is not read.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any, Literal
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

from briefgen.errors import BriefgenError, Problem

Kind = Literal["text", "heading", "note", "marker", "image"]


@dataclass(frozen=True, slots=True)
class Token:
    """One piece of a document, in reading order; a note follows the block that its call stands in."""

    kind: Kind
    text: str
    """Of a block, a note, a list item's marker (`2.`, or `•` for any bullet), a picture's description."""
    level: int | None = None
    """Of a heading, from 1; None where a reader cannot tell."""
    number: int | None = None
    """Of a note, by the order of the calls."""
    position: int | None = None
    """Of a note's call: comparable characters of text before it; None where a reader cannot tell."""


@dataclass(frozen=True, slots=True)
class Read:
    """A finished file read back."""

    tokens: tuple[Token, ...]
    title: str = ""
    author: str = ""
    language: str = ""
    record: Mapping[str, Any] | None = None
    """The evidence record; None where the file carries none."""
    structured: bool = True
    """False where headings, list markers and pictures cannot be told from text (a PDF's characters)."""

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


_NO_MATTER = re.compile("[\\s\u00ad\u200b\u200e\u200f\u061c\u202a-\u202e\u2060\u2066-\u2069\ufeff]+")
"""White space, bidi marks, and characters that only say where a line may break."""
_BULLETS = re.compile("[\u2022\u25e6\u25aa\u2023]")


def comparable(text: str) -> str:
    """Text as renderings are compared: NFKC, without white space, bidi marks and break hints."""
    return _NO_MATTER.sub("", unicodedata.normalize("NFKC", text))


class Writer:
    """Collects tokens for a reader, block by block."""

    def __init__(self) -> None:
        self._tokens: list[Token] = []
        self._parts: list[str] = []
        self._calls: list[tuple[str, int]] = []
        self._length = 0
        self._notes = 0

    def text(self, text: str) -> None:
        """Add text to the block that is being read."""
        self._parts.append(text)

    def note(self, text: str) -> None:
        """Add a note whose call stands here."""
        self._calls.append((text, self._length + len(comparable("".join(self._parts)))))

    def marker(self, text: str) -> None:
        """Add the number or bullet of a list's item."""
        self._tokens.append(Token("marker", text))

    def image(self, description: str) -> None:
        """Add a picture by its alternative text."""
        self._tokens.append(Token("image", _spaced(description)))

    def end(self, level: int | None = None) -> None:
        """End the block; `level` makes it a heading. An empty block leaves nothing."""
        text = _spaced("".join(self._parts))
        if text:
            self._tokens.append(Token("heading" if level else "text", text, level))
        self._length += len(comparable(text))
        for note, position in self._calls:
            self._notes += 1
            self._tokens.append(Token("note", _spaced(note), number=self._notes, position=position))
        self._parts, self._calls = [], []

    def tokens(self) -> tuple[Token, ...]:
        """All that was read."""
        self.end()
        return tuple(self._tokens)


def _spaced(text: str) -> str:
    return re.sub("[ \t\n\r]+", " ", text).strip(" ")


def read_html(html: str) -> Read:
    """Read a Document's HTML (canonical, without a root); raises BriefgenError where it is malformed."""
    try:
        root = ElementTree.fromstring(f"<div>{html}</div>")
    except ElementTree.ParseError as error:
        problem = Problem("document-malformed", f"the document's HTML cannot be read: {error}")
        raise BriefgenError(problem) from None
    reader = _HtmlReader()
    reader.block(root, marked=True)
    return Read(reader.out.tokens())


_BLOCKS = frozenset(
    {"div", "blockquote", "ul", "ol", "table", "thead", "tbody", "tr", "figure", "p", "li"}
) | {*("h1", "h2", "h3", "caption", "th", "td", "figcaption")}


class _HtmlReader:
    def __init__(self) -> None:
        self.out = Writer()

    def block(self, element: Element, *, marked: bool) -> None:
        """Read a block; `marked`: list items carry a marker here."""
        tag = element.tag
        if tag == "img":
            self.out.image(element.get("alt", ""))
            return
        self.out.text(element.text or "")
        number = _start(element)
        for child in element:
            if child.tag == "li" and marked:
                self.out.end()
                self.out.marker(f"{number}." if tag == "ol" else "\u2022")
                number += 1
            if child.tag in _BLOCKS or child.tag == "img":
                self.out.end()
                self.block(child, marked=self._marks(element, child, marked))
            else:
                self._inline(child)
            self.out.text(child.tail or "")
        self.out.end(int(tag[1]) if tag in {"h1", "h2", "h3"} else None)

    def _marks(self, element: Element, child: Element, marked: bool) -> bool:
        """Whether the items of lists within `child` carry markers: those of a contents list do not."""
        if element.get("class") == "toc":
            return child.tag not in {"ul", "ol"}
        return marked

    def _inline(self, element: Element) -> None:
        if element.tag == "br":
            self.out.text("\n")
        elif element.get("class") == "footnote":
            self.out.note("".join(_with_breaks(element)))
        else:
            self.out.text(element.text or "")
            for child in element:
                self._inline(child)
                self.out.text(child.tail or "")


def _start(element: Element) -> int:
    start = element.get("start", "1")
    return int(start) if start.isascii() and start.isdecimal() else 1


def _with_breaks(element: Element) -> Iterator[str]:
    yield "\n" if element.tag == "br" else element.text or ""
    for child in element:
        yield from _with_breaks(child)
        yield child.tail or ""


LINE_HYPHEN = "\x02"
"""In a PDF's text, a hyphen at a line's end: of the word, or of the break only."""
_HYPHENS = re.compile("[\u2010\u2011]")
_RIGHT_TO_LEFT = re.compile("[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]")
_SIGNS = re.compile(r"[^\w]")
_SHOWN = 10
"""Differences of one sort that are told; the rest is counted."""
_WORDS_COMPARED = 5000
"""Beyond these, only the first difference of the text is told: finding all would take minutes."""


def differences(first: Read, second: Read) -> list[str]:
    """Where two readings say different things, each in a sentence; empty where they agree.

    Text and notes are always compared, headings, markers, pictures and the place of a call where both
    readings know them.
    """
    told = [*_text_differences(first, second), *_note_differences(first, second)]
    if first.structured and second.structured:
        told += _listed("heading", _headings(first), _headings(second))
        told += _listed("list marker", _texts(first, "marker"), _texts(second, "marker"))
        told += _listed("picture", _texts(first, "image"), _texts(second, "image"))
    return told


def _text_differences(first: Read, second: Read) -> list[str]:
    both_structured = first.structured and second.structured
    ours, theirs = _words(first, markers=not both_structured), _words(second, markers=not both_structured)
    if not both_structured:
        ours, theirs = _joined(ours, theirs), _joined(theirs, ours)
        if _RIGHT_TO_LEFT.search("".join([*ours, *theirs])):
            return _counted(ours, theirs)
    if comparable("".join(ours)) == comparable("".join(theirs)):
        return []
    start = _common_start(ours, theirs)
    if max(len(ours), len(theirs)) - start > _WORDS_COMPARED:
        shown = f"{_shown(ours[start : start + 12])} against {_shown(theirs[start : start + 12])}"
        return [f"the text differs from word {start + 1} on: {shown}"]
    told = []
    for change, a, b, c, d in SequenceMatcher(None, ours, theirs, autojunk=False).get_opcodes():
        if change != "equal" and comparable("".join(ours[a:b])) != comparable("".join(theirs[c:d])):
            where = f" after {_shown(ours[max(0, a - 5) : a])}" if a else ""
            told.append(f"text{where}: {_shown(ours[a:b])} against {_shown(theirs[c:d])}")
    return _limited(told or ["the text differs"])


def _words(read: Read, *, markers: bool) -> list[str]:
    kinds = {"text", "heading", "marker"} if markers else {"text", "heading"}
    text = " ".join(token.text for token in read.tokens if token.kind in kinds)
    return _plain_words(_BULLETS.sub(" ", text) if markers else text)


def _joined(words: list[str], others: list[str]) -> list[str]:
    """Words that a line's end may have parted, as the other reading has them; hyphens are all alike."""
    known = set(others)
    joined: list[str] = []
    for word in words:
        if joined and joined[-1].endswith(LINE_HYPHEN):
            word = joined.pop() + word
        parted, whole = word.replace(LINE_HYPHEN, "-"), word.replace(LINE_HYPHEN, "")
        if word.endswith(LINE_HYPHEN):
            joined.append(word)
        else:
            joined.append(whole if whole in known and parted not in known else parted)
    return [_HYPHENS.sub("-", word.replace(LINE_HYPHEN, "-")) for word in joined]


def _counted(ours: list[str], theirs: list[str]) -> list[str]:
    """Differences where words run from the right: a PDF does not tell their order within a line."""
    bags = [Counter(filter(None, (_SIGNS.sub("", word) for word in words))) for words in (ours, theirs)]
    missing, more = ((a - b).elements() for a, b in (bags, bags[::-1]))
    lost, added = " ".join(missing), " ".join(more)
    return [f"text: {_shown([lost])} against {_shown([added])}"] if lost or added else []


def _common_start(ours: list[str], theirs: list[str]) -> int:
    pairs = enumerate(zip(ours, theirs, strict=False))
    return next((index for index, (a, b) in pairs if a != b), min(len(ours), len(theirs)))


def _note_differences(first: Read, second: Read) -> list[str]:
    ours = [f"{note.number}. {note.text}" for note in first.notes]
    theirs = [f"{note.number}. {note.text}" for note in second.notes]
    if not (first.structured and second.structured):
        ours, theirs = _notes_joined(ours, theirs), _notes_joined(theirs, ours)
    told = _listed("note", ours, theirs)
    if not told:
        told = [
            f"note {a.number} is called after {a.position} characters against {b.position}"
            for a, b in zip(first.notes, second.notes, strict=True)
            if None not in (a.position, b.position) and a.position != b.position
        ]
    return _limited(told)


def _notes_joined(notes: list[str], others: list[str]) -> list[str]:
    known = [word for note in others for word in _plain_words(note)]
    joined = [_joined(_plain_words(note), known) for note in notes]
    # Words that run from the right are compared as a heap, for their order is not told.
    return [" ".join(sorted(each) if _RIGHT_TO_LEFT.search("".join(each)) else each) for each in joined]


def _plain_words(text: str) -> list[str]:
    normal = unicodedata.normalize("NFKC", text)
    return [word for word in (comparable(each) for each in normal.split()) if word]


def _headings(read: Read) -> list[str]:
    return [f"level {token.level}: {token.text}" for token in read.headings]


def _texts(read: Read, kind: Kind) -> list[str]:
    return [token.text for token in read.tokens if token.kind == kind and token.text]


def _listed(name: str, ours: list[str], theirs: list[str]) -> list[str]:
    told = []
    if len(ours) != len(theirs):
        told.append(f"{len(ours)} {name}s against {len(theirs)}")
    for index, (a, b) in enumerate(zip(ours, theirs, strict=False), start=1):
        if comparable(a) != comparable(b):
            told.append(f"{name} {index}: {_shown([a])} against {_shown([b])}")
    return _limited(told)


def _limited(told: list[str]) -> list[str]:
    more = len(told) - _SHOWN
    return [*told[:_SHOWN], f"and {more} more like these"] if more > 0 else told


def _shown(words: list[str]) -> str:
    text = " ".join(words)
    return repr(text if len(text) <= 120 else text[:117] + "…") if text else "nothing"
