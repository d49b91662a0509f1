"""A PDF's pages as a reading that can be compared: the text in order, and the notes apart, by number.

It goes by size and position of the glyphs. Running heads, page numbers of a contents list and the calls of
notes are not text; headings, list markers and pictures cannot be told from it.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import chain, pairwise
from pathlib import Path

from briefgen.errors import BriefgenError, Place, Problem
from briefgen.inspect.pdf import read_pdf
from briefgen.inspect.pdf_reading_order import Glyph, page_glyphs, running_text
from briefgen.inspect.pdf_tagged import UnusableTags, read_tags
from briefgen.inspect.tokens import Read, Token

_SMALLER = 0.9
"""Of the size of text that it stands in: a raised number smaller than this calls a note."""
_WRAPPED = 0.75
"""The same for a number that begins a line, cut off from its word: nothing shows that it is raised."""
_SAME_LINE = 1.2
"""Points between base lines that still make one line, in a running head of two columns."""
_SAME_SIZE = 0.05
_MOST_LINES = 4
"""Of a running head, its columns counted apart."""
_MUCH = 0.1
"""Part of all text that makes its size the main one."""
_MARKER = re.compile(r"\s*(?:\d{1,4}\.|[\u2022\u25e6\u25aa\u2023])\s*")
_LEADERS = re.compile(r"(?:[\s\u00a0]*[.\u2026]){5,}[\s\u00a0]*\d+\s*$")


def read_sheets(source: bytes | Path) -> Read:
    """Read a PDF page by page; raises BriefgenError where it is broken, encrypted or too large."""
    whole = read_pdf(source)
    data = source if isinstance(source, bytes) else source.read_bytes()
    tokens = _tokens([_lines(glyphs) for glyphs in _pages(data, source)])
    return Read(
        tuple(tokens),
        title=whole.title,
        author=whole.author,
        language=whole.language,
        record=whole.record,
        structured=False,
        printed=True,
    )


def read_printed(data: bytes) -> Read:
    """Read a PDF by its tags, or page by page where it has none that serve; and its words as printed.

    Raises BriefgenError where it is broken, encrypted or too large.
    """
    import pikepdf
    from pypdfium2 import PdfiumError

    whole = read_pdf(data)
    try:
        running = running_text(data)
        try:
            read = read_tags(data).read(printed=True)
        except (UnusableTags, pikepdf.PdfError, ValueError, KeyError, TypeError, AttributeError):
            read = read_sheets(data)
    except PdfiumError as error:
        raise _unreadable(error, "the PDF") from None
    return replace(
        read,
        running=running,
        title=whole.title,
        author=whole.author,
        language=whole.language,
        record=whole.record,
    )


def _pages(data: bytes, source: bytes | Path) -> list[list[Glyph]]:
    import pypdfium2

    name = str(source) if isinstance(source, Path) else "the PDF"
    try:
        document = pypdfium2.PdfDocument(data)
        try:
            return [page_glyphs(page) for page in document]
        finally:
            document.close()
    except pypdfium2.PdfiumError as error:
        raise _unreadable(error, name) from None


def _unreadable(error: Exception, name: str) -> BriefgenError:
    return BriefgenError(
        Problem("pdf-unreadable", f"cannot be read as a PDF: {error}", Place(name), "make it anew")
    )


@dataclass(slots=True)
class _Line:
    """What stands between two ends of lines, in the order of painting."""

    pieces: list[_Piece] = field(default_factory=list)

    @property
    def text(self) -> str:
        return "".join(piece.text for piece in self.pieces)

    @property
    def y(self) -> float:
        """Of the base line of its first glyph, in points from the foot of the page."""
        return self.pieces[0].y

    @property
    def size(self) -> float:
        return max(piece.size for piece in self.pieces)


@dataclass(slots=True)
class _Piece:
    """Glyphs of one size on one base line."""

    text: str
    y: float
    size: float


def _lines(glyphs: Sequence[Glyph]) -> list[_Line]:
    lines, line = [], _Line()
    for glyph in glyphs:
        if glyph.char in "\r\n":
            if line.pieces:
                lines.append(line)
                line = _Line()
        elif line.pieces and (glyph.inferred or _goes_on(line.pieces[-1], glyph)):
            line.pieces[-1].text += glyph.char
        elif not glyph.inferred:
            line.pieces.append(_Piece(glyph.char, glyph.y, glyph.size))
    return [*lines, line] if line.pieces else lines


def _goes_on(piece: _Piece, glyph: Glyph) -> bool:
    return abs(piece.y - glyph.y) < _SAME_SIZE and abs(piece.size - glyph.size) < _SAME_SIZE


def _tokens(pages: Sequence[list[_Line]]) -> Iterator[Token]:
    """The text of all pages, then the notes."""
    calls = _Calls()
    notes: list[str] = []
    earlier: list[_Line] = []
    main = _main_size(pages)
    for number, lines in enumerate(pages, start=1):
        text = _without_running_head(lines, number, len(pages))
        text = _without_repeated_rows(calls.taken_from(_with_markers_in_place(text)), earlier, main)
        text, of_page = _parted(text, len(notes) + 1, calls.seen)
        notes += of_page
        yield from (Token("text", words) for line in text if (words := _LEADERS.sub("", line.text).strip()))
    yield from (Token("note", note, number=number) for number, note in enumerate(notes, start=1))


def _without_running_head(lines: list[_Line], page: int, pages: int) -> list[_Line]:
    """The lines but for those, above or below all others, that tell this page and the number of all."""
    told = re.compile(rf"(?<!\d){page}\D+{pages}(?!\d)")
    heads = []
    for line in reversed(lines):  # heads are painted last
        if told.search(line.text):
            heads.append([each for each in lines if each.y > line.y - _SAME_LINE])
            heads.append([each for each in lines if each.y < line.y + _SAME_LINE])
    heads = [head for head in heads if len(head) <= _MOST_LINES and _of_one_size(head)]
    head = min(heads, key=len, default=[])
    return [line for line in lines if line not in head]


def _of_one_size(lines: list[_Line]) -> bool:
    return all(abs(line.size - lines[0].size) < _SAME_SIZE for line in lines)


def _main_size(pages: Sequence[list[_Line]]) -> float:
    """The greatest size that much of the text has: notes and annexes can be longer, headings are few."""
    sizes = Counter[float]()
    for line in chain.from_iterable(pages):
        sizes[round(line.size, 1)] += len(line.text)
    return max((size for size, count in sizes.items() if count >= sizes.total() * _MUCH), default=0.0)


def _without_repeated_rows(lines: list[_Line], earlier: list[_Line], main: float) -> list[_Line]:
    """The lines but for a table's head that is set again at the top of a page: small print said before."""
    known = {(line.text.strip(), round(line.size, 1)) for line in earlier}
    earlier += lines
    start = 0
    for line in lines:
        small = line.size < main - _SAME_SIZE
        if not small or (line.text.strip(), round(line.size, 1)) not in known:
            break
        start += 1
    return lines[start:]


def _with_markers_in_place(lines: list[_Line]) -> list[_Line]:
    """Numbers and bullets of lists, which are painted last, before what stands beside them."""
    placed: list[_Line] = []
    for line in lines:
        beside = next(
            (
                index
                for index, other in enumerate(placed)
                if abs(other.y - line.y) < _SAME_LINE and not _MARKER.fullmatch(other.text)
            ),
            None,
        )
        if beside is not None and _MARKER.fullmatch(line.text):
            placed.insert(beside, line)
        else:
            placed.append(line)
    return placed


@dataclass(slots=True)
class _Calls:
    """Takes the calls of notes out of text; they come in order over all pages."""

    seen: int = 0

    def taken_from(self, lines: list[_Line]) -> list[_Line]:
        above: _Piece | None = None
        for line in lines:
            before: _Piece | None = None
            for piece in line.pieces:
                if _is_raised(piece, before) if before else _is_cut_off(piece, above):
                    self._take(piece)
                before = piece
            above = before
        return lines

    def _take(self, piece: _Piece) -> None:
        """Take out the number of the next call, or of several that touch; other numbers are text."""
        digits = piece.text[: len(piece.text) - len(piece.text.lstrip("0123456789"))]
        calls = self.seen
        while digits and digits.startswith(str(calls + 1)):
            calls += 1
            digits = digits.removeprefix(str(calls))
        if not digits:
            self.seen = calls
            piece.text = piece.text.lstrip("0123456789")


def _is_cut_off(piece: _Piece, above: _Piece | None) -> bool:
    return above is not None and piece.size < above.size * _WRAPPED and piece.text.strip().isdecimal()


def _is_raised(piece: _Piece, text: _Piece) -> bool:
    return text.y < piece.y < text.y + text.size and piece.size < text.size * _SMALLER


def _parted(lines: list[_Line], first: int, called: int) -> tuple[list[_Line], list[str]]:
    """The lines of text, and the notes from number `first` on, as far as they are called and stand here."""
    starts = [index for index in range(len(lines)) if first <= called and _begins(lines, index, first)]
    if not starts:
        return lines, []
    starts = [_most_apart(lines, starts)]
    for number in range(first + 1, called + 1):
        found = [index for index in range(starts[-1] + 1, len(lines)) if _numbered(lines[index], number)]
        if not found:
            break
        starts.append(_most_apart(lines, found))
    notes = [
        "\n".join(line.text for line in lines[start:end]) for start, end in pairwise([*starts, len(lines)])
    ]
    return lines[: starts[0]], [re.sub(r"^\s*\d+[\s\u00a0]*", "", note) for note in notes]


def _most_apart(lines: list[_Line], starts: list[int]) -> int:
    """A note's beginning stands off from what is above it; a line that looks like one (`10 May`) does not."""
    return max(starts, key=lambda index: round(_gap(lines, index), 1))


def _begins(lines: list[_Line], index: int, number: int) -> bool:
    """Whether the notes of a page can begin here: small print to the end, below all text."""
    rest = lines[index:]
    lowest = min((line.y for line in lines[:index]), default=float("inf"))
    size = rest[0].size
    small = all(abs(line.size - size) < _SAME_SIZE and line.y < lowest for line in rest)
    return small and _numbered(rest[0], number)


def _numbered(line: _Line, number: int) -> bool:
    return re.match(rf"\s*{number}[\s\u00a0]", line.text) is not None


def _gap(lines: list[_Line], index: int) -> float:
    above = min((line.y for line in lines[:index]), default=float("inf"))
    return above - lines[index].y
