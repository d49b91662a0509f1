"""The words of a PDF's pages with their places, and the spans of a text that they make up."""

from __future__ import annotations

import ctypes
import statistics
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from briefgen.audit.draft import PageArea
from briefgen.inspect.tokens import ANY_HYPHEN, normalize_for_comparison
from briefgen.library.ingest.pdf_lines import PdfLine

_RAISED_SIZE = 0.85
"""Share of the height of text below which a raised sign is the mark of a note."""
_RAISE = 0.1
"""Share of the size of text by which such a mark is higher up at least."""
_ASCENT, _DESCENT = 0.95, 0.25
"""How far letters reach up and down, as shares of the type size."""
_NOTE_SIGNS = frozenset("0123456789*†‡§")
_SEARCH_WINDOW = 20_000
"""Characters within which the rest of a text is looked for once its beginning has been found."""


@dataclass(frozen=True, slots=True)
class PageWord:
    """A word as printed on one line; lengths in points from the page's lower left corner."""

    text: str
    page: int
    """From 1."""
    left: float
    bottom: float
    right: float
    top: float
    size: float
    """Height of its first letter with ascent and descent."""


@dataclass(frozen=True, slots=True)
class NoteCall:
    """The mark of a note in the text."""

    label: str
    after: int
    """Position of the word before it among all words; -1 if there is none."""


@dataclass(slots=True)
class PageWords:
    """The words of all pages in the order of the file."""

    words: list[PageWord] = field(default_factory=list)
    lines: list[list[tuple[int, int]]] = field(default_factory=list)
    """For each page, the first word of each line and the one behind its last."""
    calls: list[NoteCall] = field(default_factory=list)

    def pdf_lines(self, page: int) -> tuple[PdfLine, ...]:
        """Return the lines of a page, from 0, as those who join paragraphs take them."""
        return tuple(_make_line(self.words[begin:end]) for begin, end in self.lines[page])


def _make_line(words: Sequence[PageWord]) -> PdfLine:
    size = statistics.median(word.size for word in words)
    usual = [word for word in words if abs(word.size - size) <= size / 10] or words
    return PdfLine(
        " ".join(word.text for word in words),
        min(word.left for word in words),
        statistics.median(word.bottom for word in usual),
        max(word.right for word in words),
        statistics.median(word.top for word in usual),
        size,
    )


def read_page_words(document: Any) -> PageWords:
    """Read the words of a pypdfium2 document; raised marks of notes are no part of them."""
    found = PageWords()
    for number in range(len(document)):
        page = document[number]
        _PageReader(page, number + 1, found).read()
        page.close()
    return found


class _Measure(NamedTuple):
    """Where a character is drawn: its baseline, type size and box with ascent and descent, in points."""

    base: float
    size: float
    left: float
    bottom: float
    right: float
    top: float


class _PageReader:
    def __init__(self, page: Any, number: int, found: PageWords) -> None:
        from pypdfium2 import raw

        self._raw = raw
        self._textpage = page.get_textpage()
        self._number, self._found = number, found
        self._first = len(found.words)
        """The first word of the line."""
        self._word: list[tuple[str, int]] = []
        self._label = ""
        self._before: _Measure | None = None
        """Of the last character of the word before, on this line."""
        self._line_end: _Measure | None = None
        """Of the last character of the line before, on this page."""
        self._matrix, self._area = raw.FS_MATRIX(), raw.FS_RECTF()
        self._x, self._y = ctypes.c_double(), ctypes.c_double()
        found.lines.append([])

    def read(self) -> None:
        """Read the page."""
        get, textpage = self._raw.FPDFText_GetUnicode, self._textpage.raw
        for index in range(self._raw.FPDFText_CountChars(textpage)):
            char = _decode(get(textpage, index))
            if char == "\n":
                self._end_line()
            elif char.isspace():
                self._end_word()
            elif char in _NOTE_SIGNS and self._is_raised(index):
                self._label += char
            else:
                self._end_label()
                self._word.append((char, index))
                self._before = None
        self._end_line()

    def _is_raised(self, index: int) -> bool:
        """Return whether a sign is smaller than the character before it on its line, and higher up."""
        if self._before is None and self._word:
            self._before = self._measure(self._word[-1][1])
        own = self._measure(index)
        before = self._before or self._find_before(own)
        if before is None:
            return False
        base, size = before.base, before.size
        return own.size < _RAISED_SIZE * size and base + _RAISE * size < own.base < base + size

    def _find_before(self, own: _Measure) -> _Measure | None:
        """Return the end of the line before, if a line begins right of it: a raised sign can begin a line."""
        end = self._line_end
        starts = len(self._found.words) == self._first and not self._word
        return end if starts and end and -1 < own.left - end.right < end.size else None

    def _end_label(self) -> None:
        if self._label:
            self._end_word(keep_before=True)
            self._found.calls.append(NoteCall(self._label, len(self._found.words) - 1))
            self._label = ""

    def _end_word(self, *, keep_before: bool = False) -> None:
        if self._word:
            first = self._measure(self._word[0][1])
            last = self._measure(self._word[-1][1]) if len(self._word) > 1 else first
            self._before = last
            text = "".join(char for char, _ in self._word)
            if not text.isascii():
                text = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
            self._found.words.append(
                PageWord(
                    text,
                    self._number,
                    min(first.left, last.left),
                    min(first.bottom, last.bottom),
                    max(first.right, last.right),
                    max(first.top, last.top),
                    first.size,
                )
            )
            self._word = []
        if not keep_before:
            self._end_label()

    def _end_line(self) -> None:
        self._end_word()
        words = len(self._found.words)
        if words > self._first:
            lines = self._found.lines[-1]
            if lines and (self._is_label_of(lines[-1]) or self._continues(lines[-1])):
                self._first = lines.pop()[0]
            lines.append((self._first, words))
            self._line_end = self._before
        self._first, self._before = words, None

    def _continues(self, line: tuple[int, int]) -> bool:
        """Return whether this line goes on where the one before ends, behind a raised mark."""
        end, start = self._found.words[line[1] - 1], self._found.words[self._first]
        is_behind_mark = bool(self._found.calls) and self._found.calls[-1].after == line[1] - 1
        level = abs(end.bottom - start.bottom) < 1 and abs(end.size - start.size) < 1
        return is_behind_mark and level and -1 < start.left - end.right < 2 * end.size

    def _is_label_of(self, line: tuple[int, int]) -> bool:
        """Return whether the line before is only the number of the note that begins with this line."""
        label, text = self._found.words[line[0]], self._found.words[self._first]
        gap = text.left - label.right
        return (
            line[1] - line[0] == 1
            and len(label.text) <= 3
            and set(label.text) <= _NOTE_SIGNS
            and label.size < text.size
            and text.bottom < label.top < text.top + text.size
            and -1 < gap < 3 * text.size
        )

    def _measure(self, index: int) -> _Measure:
        """Measure a character as it is drawn.

        Not every font says how far letters reach up and down; usual measures serve for all.
        """
        raw, textpage, matrix, area = self._raw, self._textpage.raw, self._matrix, self._area
        raw.FPDFText_GetCharOrigin(textpage, index, self._x, self._y)
        raw.FPDFText_GetMatrix(textpage, index, matrix)
        raw.FPDFText_GetLooseCharBox(textpage, index, area)
        scale = abs(matrix.a * matrix.d - matrix.b * matrix.c) ** 0.5
        size = raw.FPDFText_GetFontSize(textpage, index) * (scale or 1.0)
        low, high = sorted((area.bottom, area.top))
        base = self._y.value
        if low - 1 <= base <= high + 1:  # set horizontally
            low, high = base - _DESCENT * size, base + _ASCENT * size
        return _Measure(base, size, area.left, low, area.right, high)


def _decode(code: int) -> str:
    return chr(code) if 0 < code < 0x110000 else "\ufffd"


def comparable(text: str) -> str:
    """Return the characters by which a text is recognised on its pages: no spaces, no hyphens."""
    return ANY_HYPHEN.sub("", normalize_for_comparison(text.replace("\ufffe", "-")))


class WordIndex:
    """Finds texts among the words of pages."""

    def __init__(self, words: Sequence[PageWord]) -> None:
        self._words = words
        self._starts: list[int] = []
        parts: list[str] = []
        length = 0
        for word in words:
            plain = comparable(word.text)
            self._starts.append(length)
            parts.append(plain)
            length += len(plain)
        self._plain = "".join(parts)
        self._cursor = 0

    def find(self, text: str) -> list[tuple[int, int, int]]:
        """Return start and end of each word of a text that is on the pages, with the word's position there.

        Texts are looked for behind the last one first. A word divided at the end of a line is found twice.
        """
        tokens: list[tuple[int, int, str]] = []
        offset = 0
        for part in text.split():
            begin = text.index(part, offset)
            offset = begin + len(part)
            tokens.append((begin, offset, comparable(part)))
        found = list(self._find_tokens(tokens, anywhere=True))
        if found:
            last = found[-1][2]
            self._cursor = self._starts[last]
        return found

    def _find_tokens(
        self, tokens: Sequence[tuple[int, int, str]], anywhere: bool
    ) -> Iterator[tuple[int, int, int]]:
        plain = "".join(token for _, _, token in tokens)
        if not plain:
            return
        place = self._plain.find(plain, self._cursor, None if anywhere else self._cursor + _SEARCH_WINDOW)
        if place < 0 and anywhere:
            place = self._plain.find(plain)
        if place >= 0:
            self._cursor = place + len(plain)
            yield from self._assign_words(tokens, place)
        elif len(tokens) > 1:
            middle = len(tokens) // 2
            yield from self._find_tokens(tokens[:middle], anywhere)
            yield from self._find_tokens(tokens[middle:], anywhere=False)

    def _assign_words(
        self, tokens: Sequence[tuple[int, int, str]], place: int
    ) -> Iterator[tuple[int, int, int]]:
        for begin, end, token in tokens:
            if token:
                first = bisect_right(self._starts, place) - 1
                last = bisect_right(self._starts, place + len(token) - 1) - 1
                yield from ((begin, end, word) for word in range(first, last + 1))
            place += len(token)


def make_areas(spans: Sequence[tuple[int, int, int]], words: Sequence[PageWord]) -> tuple[PageArea, ...]:
    """Return the areas of the words of a text on their pages."""
    return tuple(
        PageArea(begin, end, word.page, word.left, word.bottom, word.right, word.top)
        for begin, end, position in spans
        for word in (words[position],)
    )
