"""Reading a Word letter that somebody edited: its paragraphs and notes, and what else was done to it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from briefgen.errors import BriefgenError
from briefgen.inspect.docx import DocxPackage, find_record_element, open_docx, read_docx
from briefgen.inspect.tokens import DocumentToken, TableCell, count_comparable
from briefgen.model.document import PARAGRAPH_DIGESTS

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_DIGEST = re.compile("[0-9a-f]{8}")
_HEADS = ("header", "footer")
_MOST_DIGESTS = 10_000
_OFF = ("0", "false", "none")


@dataclass(frozen=True, slots=True)
class NoteCall:
    """The call of a note in a paragraph."""

    offset: int
    """Characters of the paragraph before it."""
    text: str
    """Of the note."""


@dataclass(frozen=True, slots=True)
class WordParagraph:
    """A paragraph of the main text that is not empty."""

    text: str
    calls: tuple[NoteCall, ...] = ()


@dataclass(frozen=True, slots=True)
class WordLetter:
    """A letter in Word, as far as edits of it matter."""

    paragraphs: tuple[WordParagraph, ...]
    tables: tuple[tuple[TableCell, ...], ...]
    pictures: int
    revisions: int
    """Tracked changes, which are read as if they had been accepted."""
    comments: int
    emphasised: tuple[str, ...]
    """Words in bold, italics or underlined by hand, in order."""
    heads: tuple[str, ...]
    """Texts of headers and footers, sorted."""
    record: Mapping[str, Any] | None
    """The evidence record, not validated."""
    made: frozenset[str] | None
    """Hashes of the paragraphs as briefgen made them; None if the file does not say."""


def read_word_letter(source: bytes | Path) -> WordLetter:
    """Read a letter in Word; raise BriefgenError if it is damaged, malicious, encrypted or too large."""
    document = read_docx(source)
    package = open_docx(source, str(source) if isinstance(source, Path) else "the letter")
    main_name = package.find_target("", "officeDocument") or ""
    main = package.read_xml(main_name)
    return WordLetter(
        tuple(_join_notes(document.tokens)),
        document.tables,
        sum(token.kind == "image" for token in document.tokens),
        sum(1 for _ in main.iter(f"{_W}ins", f"{_W}del", f"{_W}moveFrom", f"{_W}moveTo")),
        sum(1 for _ in main.iter(f"{_W}commentReference")),
        tuple(_find_emphasis(main)),
        tuple(sorted(_read_heads(package, main_name))),
        document.record,
        _read_digests(package),
    )


def _join_notes(tokens: Sequence[DocumentToken]) -> Iterator[WordParagraph]:
    """Yield each paragraph with the calls of its notes, which follow it among the tokens."""
    length, text, calls = 0, "", list[NoteCall]()
    for token in tokens:
        if token.kind == "note":
            before = (token.position or 0) - length
            calls.append(NoteCall(_offset_after(text, before), token.text))
        elif token.kind in ("text", "heading"):
            if text:
                yield WordParagraph(text, tuple(calls))
            length += count_comparable(text)
            text, calls = token.text, []
    if text:
        yield WordParagraph(text, tuple(calls))


def _offset_after(text: str, comparable: int) -> int:
    """Return the offset in a text after so many comparable characters."""
    if comparable <= 0:
        return 0
    low, high = 0, len(text)
    while low < high:
        middle = (low + high) // 2
        if count_comparable(text[:middle]) < comparable:
            low = middle + 1
        else:
            high = middle
    return low


def _find_emphasis(main: Any) -> Iterator[str]:
    for run in main.iter(f"{_W}r"):
        properties = run.find(f"{_W}rPr")
        if properties is None:
            continue
        marked = [properties.find(f"{_W}{name}") for name in ("b", "i", "u")]
        text = "".join(part.text or "" for part in run.iterfind(f"{_W}t")).strip()
        if text and any(mark is not None and mark.get(f"{_W}val") not in _OFF for mark in marked):
            yield text


def _read_heads(package: DocxPackage, main_name: str) -> Iterator[str]:
    for kind in _HEADS:
        for name in package.find_targets(main_name, kind):
            part = package.read_xml(name)
            words = part.iter(f"{_W}t") if part is not None else ()
            # The numbers of pages are those of the program that saved the file.
            if text := " ".join(re.sub(r"\d+", "", "".join(one.text or "" for one in words)).split()):
                yield text


def _read_digests(package: DocxPackage) -> frozenset[str] | None:
    try:
        element = find_record_element(package)
    except BriefgenError:
        return None
    digests = (element.get(PARAGRAPH_DIGESTS) or "").split() if element is not None else []
    return frozenset(one for one in digests[:_MOST_DIGESTS] if _DIGEST.fullmatch(one)) or None
