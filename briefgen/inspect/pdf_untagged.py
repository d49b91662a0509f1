"""Reading an untagged PDF: the text in reading order, and the notes by number.

This relies on the size and position of glyphs. Running heads, page numbers in a table of contents and note
references are dropped; headings, list markers and pictures cannot be recognised.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import chain, pairwise, takewhile
from pathlib import Path

from briefgen.errors import BriefgenError, Place, Problem
from briefgen.inspect.pdf import read_pdf
from briefgen.inspect.pdf_reading_order import Glyph, read_page_glyphs, read_running_text
from briefgen.inspect.pdf_tagged import UnusableTagsError, read_tagged_pdf
from briefgen.inspect.tokens import DocumentToken, ExtractedDocument

_RAISED_SIZE = 0.9
"""Share of the text size below which a raised number is a note reference."""
_CUT_OFF_SIZE = 0.75
"""The same for a number that starts a line, cut off from its word, where nothing shows that it is raised."""
_LINE_TOLERANCE = 1.2
"""Baselines closer than this, in points, are one line, as in a running head of two columns."""
_SIZE_TOLERANCE = 0.05
_MAX_HEAD_LINES = 4
"""Maximum lines of a running head, counting its columns separately."""
_MIN_BODY_SHARE = 0.1
"""Share of all text that a size must have to be the body size."""
_LIST_MARKER = re.compile(r"\s*(?:\d{1,4}\.|[\u2022\u25e6\u25aa\u2023])\s*")
_DOT_LEADERS = re.compile(r"(?:[\s\u00a0]*[.\u2026]){5,}[\s\u00a0]*\d+\s*$")


def read_untagged_pdf(source: bytes | Path) -> ExtractedDocument:
    """Read a PDF by its glyphs; raise BriefgenError if it is damaged, encrypted or too large."""
    content = read_pdf(source)
    data = source if isinstance(source, bytes) else source.read_bytes()
    tokens = _build_tokens([_group_into_lines(glyphs) for glyphs in _read_pages_glyphs(data, source)])
    return ExtractedDocument(
        tuple(tokens),
        title=content.title,
        author=content.author,
        language=content.language,
        record=content.record,
        structured=False,
        printed=True,
    )


def read_any_pdf(data: bytes) -> ExtractedDocument:
    """Read a PDF by its tags, or by its glyphs if it has no usable tags, and its text in reading order.

    Raise BriefgenError if it is damaged, encrypted or too large.
    """
    import pikepdf
    from pypdfium2 import PdfiumError

    content = read_pdf(data)
    try:
        running = read_running_text(data)
        try:
            document = read_tagged_pdf(data).build(printed=True)
        except (UnusableTagsError, pikepdf.PdfError, ValueError, KeyError, TypeError, AttributeError):
            document = read_untagged_pdf(data)
    except PdfiumError as error:
        raise _pdfium_error(error, "the PDF") from None
    return replace(
        document,
        running=running,
        title=content.title,
        author=content.author,
        language=content.language,
        record=content.record,
    )


def _read_pages_glyphs(data: bytes, source: bytes | Path) -> list[list[Glyph]]:
    import pypdfium2

    name = str(source) if isinstance(source, Path) else "the PDF"
    try:
        document = pypdfium2.PdfDocument(data)
        try:
            return [read_page_glyphs(page) for page in document]
        finally:
            document.close()
    except pypdfium2.PdfiumError as error:
        raise _pdfium_error(error, name) from None


def _pdfium_error(error: Exception, name: str) -> BriefgenError:
    return BriefgenError(
        Problem("pdf-unreadable", f"cannot be read as a PDF: {error}", Place(name), "generate it again")
    )


@dataclass(slots=True)
class _TextLine:
    """The glyphs between two line ends, in paint order."""

    pieces: list[_TextPiece] = field(default_factory=list)

    @property
    def text(self) -> str:
        return "".join(piece.text for piece in self.pieces)

    @property
    def y(self) -> float:
        """Baseline of its first glyph, in points from the bottom of the page."""
        return self.pieces[0].y

    @property
    def size(self) -> float:
        return max(piece.size for piece in self.pieces)


@dataclass(slots=True)
class _TextPiece:
    """Adjacent glyphs of one size on one baseline."""

    text: str
    y: float
    size: float


def _group_into_lines(glyphs: Sequence[Glyph]) -> list[_TextLine]:
    lines, line = [], _TextLine()
    for glyph in glyphs:
        if glyph.char in "\r\n":
            if line.pieces:
                lines.append(line)
                line = _TextLine()
        elif line.pieces and (glyph.inferred or _continues_piece(line.pieces[-1], glyph)):
            line.pieces[-1].text += glyph.char
        elif not glyph.inferred:
            line.pieces.append(_TextPiece(glyph.char, glyph.y, glyph.size))
    return [*lines, line] if line.pieces else lines


def _continues_piece(piece: _TextPiece, glyph: Glyph) -> bool:
    return abs(piece.y - glyph.y) < _SIZE_TOLERANCE and abs(piece.size - glyph.size) < _SIZE_TOLERANCE


def _build_tokens(pages: Sequence[list[_TextLine]]) -> Iterator[DocumentToken]:
    """Yield the text of all pages, then the notes."""
    note_calls = _NoteCallRemover()
    notes: list[str] = []
    earlier: list[_TextLine] = []
    body_size = _find_body_size(pages)
    for number, lines in enumerate(pages, start=1):
        text = _drop_running_head(lines, number, len(pages))
        text = _drop_repeated_headers(note_calls.remove_from(_reorder_list_markers(text)), earlier, body_size)
        text, page_notes = _split_notes(text, len(notes) + 1, note_calls.seen)
        notes += page_notes
        yield from (
            DocumentToken("text", words)
            for line in text
            if (words := _DOT_LEADERS.sub("", line.text).strip())
        )
    yield from (DocumentToken("note", note, number=number) for number, note in enumerate(notes, start=1))


def _drop_running_head(lines: list[_TextLine], page: int, pages: int) -> list[_TextLine]:
    """Drop the lines above or below all others that contain this page's number and the page count."""
    page_of_pages = re.compile(rf"(?<!\d){page}\D+{pages}(?!\d)")
    heads = []
    for line in reversed(lines):  # running heads are painted last
        if page_of_pages.search(line.text):
            heads.append([other for other in lines if other.y > line.y - _LINE_TOLERANCE])
            heads.append([other for other in lines if other.y < line.y + _LINE_TOLERANCE])
    heads = [head for head in heads if len(head) <= _MAX_HEAD_LINES and _is_one_size(head)]
    head = min(heads, key=len, default=[])
    return [line for line in lines if line not in head]


def _is_one_size(lines: list[_TextLine]) -> bool:
    return all(abs(line.size - lines[0].size) < _SIZE_TOLERANCE for line in lines)


def _find_body_size(pages: Sequence[list[_TextLine]]) -> float:
    """Return the body size: the largest that much of the text has.

    Notes and annexes can be longer than the body but are set smaller; headings are larger but short.
    """
    sizes = Counter[float]()
    for line in chain.from_iterable(pages):
        sizes[round(line.size, 1)] += len(line.text)
    return max(
        (size for size, count in sizes.items() if count >= sizes.total() * _MIN_BODY_SHARE), default=0.0
    )


def _drop_repeated_headers(
    lines: list[_TextLine], earlier: list[_TextLine], body_size: float
) -> list[_TextLine]:
    """Drop table headers repeated at the top of a page: leading small print that occurred before, in one run.

    A row that opens the page may have occurred before too, but not directly below the header; and so may the
    first line of an entry in a bibliography.
    """
    keys = [(line.text.strip(), round(line.size, 1)) for line in lines]
    known = [(line.text.strip(), round(line.size, 1)) for line in earlier]
    earlier += lines
    small = next(
        (number for number, line in enumerate(lines) if line.size >= body_size - _SIZE_TOLERANCE), len(lines)
    )
    repeated = 0
    for start, key in enumerate(known):
        if small and key == keys[0]:
            same = zip(keys[:small], known[start:], strict=False)
            repeated = max(repeated, sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], same)))
    return lines if _is_within_paragraph(lines[:small], repeated) else lines[repeated:]


def _is_within_paragraph(lines: list[_TextLine], index: int) -> bool:
    """Return whether a line follows the one above as closely as only lines of one paragraph do."""
    gaps = [above.y - line.y for above, line in pairwise(lines)]
    closest = min((gap for gap in gaps if gap > _LINE_TOLERANCE), default=0.0)
    return (
        0 < index < len(lines)
        and gaps[index - 1] < closest + _LINE_TOLERANCE
        and max(gaps) > closest + _LINE_TOLERANCE
    )


def _reorder_list_markers(lines: list[_TextLine]) -> list[_TextLine]:
    """Move list markers, which are painted last, in front of the text next to them."""
    placed: list[_TextLine] = []
    for line in lines:
        beside = next(
            (
                index
                for index, other in enumerate(placed)
                if abs(other.y - line.y) < _LINE_TOLERANCE and not _LIST_MARKER.fullmatch(other.text)
            ),
            None,
        )
        if beside is not None and _LIST_MARKER.fullmatch(line.text):
            placed.insert(beside, line)
        else:
            placed.append(line)
    return placed


@dataclass(slots=True)
class _NoteCallRemover:
    """Removes note references from text; they are numbered consecutively across pages."""

    seen: int = 0

    def remove_from(self, lines: list[_TextLine]) -> list[_TextLine]:
        above: _TextPiece | None = None
        for line in lines:
            before: _TextPiece | None = None
            for piece in line.pieces:
                if _is_raised(piece, before) if before else _is_cut_off(piece, above):
                    self._take(piece)
                before = piece
            above = before
        return lines

    def _take(self, piece: _TextPiece) -> None:
        """Remove the next reference's number, or several adjacent ones; other numbers are text."""
        digits = piece.text[: len(piece.text) - len(piece.text.lstrip("0123456789"))]
        calls = self.seen
        while digits and digits.startswith(str(calls + 1)):
            calls += 1
            digits = digits.removeprefix(str(calls))
        if not digits:
            self.seen = calls
            piece.text = piece.text.lstrip("0123456789")


def _is_cut_off(piece: _TextPiece, above: _TextPiece | None) -> bool:
    return above is not None and piece.size < above.size * _CUT_OFF_SIZE and piece.text.strip().isdecimal()


def _is_raised(piece: _TextPiece, text: _TextPiece) -> bool:
    return text.y < piece.y < text.y + text.size and piece.size < text.size * _RAISED_SIZE


def _split_notes(lines: list[_TextLine], first: int, called: int) -> tuple[list[_TextLine], list[str]]:
    """Split a page's lines into text and the notes numbered `first` to `called` that are on it."""
    starts = [
        index for index in range(len(lines)) if first <= called and _can_start_notes(lines, index, first)
    ]
    if not starts:
        return lines, []
    starts = [_choose_note_start(lines, starts)]
    for number in range(first + 1, called + 1):
        found = [
            index for index in range(starts[-1] + 1, len(lines)) if _starts_with_number(lines[index], number)
        ]
        if not found:
            break
        starts.append(_choose_note_start(lines, found))
    notes = [
        "\n".join(line.text for line in lines[start:end]) for start, end in pairwise([*starts, len(lines)])
    ]
    return lines[: starts[0]], [re.sub(r"^\s*\d+[\s\u00a0]*", "", note) for note in notes]


def _choose_note_start(lines: list[_TextLine], starts: list[int]) -> int:
    """Choose the line with most space above, as a note has it and a line such as `10 May` does not."""
    return max(starts, key=lambda index: round(_space_above(lines, index), 1))


def _can_start_notes(lines: list[_TextLine], index: int, number: int) -> bool:
    """Return whether a page's notes can begin here: small print to the end, below all text."""
    rest = lines[index:]
    lowest = min((line.y for line in lines[:index]), default=float("inf"))
    size = rest[0].size
    small = all(abs(line.size - size) < _SIZE_TOLERANCE and line.y < lowest for line in rest)
    return small and _starts_with_number(rest[0], number)


def _starts_with_number(line: _TextLine, number: int) -> bool:
    return re.match(rf"\s*{number}[\s\u00a0]", line.text) is not None


def _space_above(lines: list[_TextLine], index: int) -> float:
    above = min((line.y for line in lines[:index]), default=float("inf"))
    return above - lines[index].y
