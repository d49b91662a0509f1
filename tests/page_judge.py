"""A judge of finished pages: reads a PDF as it would be printed and says what a typographer would mark.

It knows neither documents nor templates, so the PDF that LibreOffice makes of a Word file is judged by the same limits.
"""

from __future__ import annotations

import ctypes
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import combinations, pairwise

import pypdfium2
import pypdfium2.raw as pdfium

MIN_TYPE_PT = 6.0
"""The return line above an address in a window (DIN 5008) is the smallest; nothing else is below 7 points."""
MIN_LAST_PAGE_LINES = 8
"""A last page with fewer lines, such as a closing sentence and a signature, looks like a mistake."""
MAX_OVERLAP_PT = 1.2
"""Ascenders and descenders of neighbouring lines may touch, lines may not."""
MAX_WHITE_MM = 70.0
"""Empty height across a page that another one follows, unless that begins with a chart, which had no room.

A list of contents, which no page break parts, can be as high."""
MAX_LONELY_LETTERS = 9
"""A last line that is a word of no more letters looks like a mistake; a longer one is a line."""
MIN_BODY_PT = 9.5
"""Notes, tables and side columns are smaller, and their lines too short to ask for good last ones."""
MIN_HEADING_PT = 10.5
MAX_BELOW_HEADING_PT = 30.0
_FIGURE_NUMBER = re.compile(r"(Figure|Figura|Abbildung|그림)\s*\d")
_SAME_LINE_PT = 2.0
_WORD_GAP_PT = 9.0
_MM_PER_PT = 25.4 / 72


@dataclass(frozen=True, slots=True)
class PrintedLine:
    """A line of text on a page, or a part of one in one font; lengths in points from the lower left corner."""

    text: str
    left: float
    bottom: float
    right: float
    top: float
    size: float
    bold: bool = False


def read_lines(data: bytes) -> list[list[PrintedLine]]:
    """Return the parts of lines on each page, from top to bottom."""
    with pypdfium2.PdfDocument(data) as pdf:
        return [_read_page(page) for page in pdf]


def _read_page(page: pypdfium2.PdfPage) -> list[PrintedLine]:
    text = page.get_textpage()
    lines = []
    for number in range(text.count_rects()):
        left, bottom, right, top = text.get_rect(number)
        words = text.get_text_bounded(left, bottom, right, top).strip()
        index = text.get_index((left + right) / 2, (bottom + top) / 2, 20, 5)
        if words and index is not None:
            matrix = pdfium.FS_MATRIX()
            pdfium.FPDFText_GetMatrix(text, index, matrix)
            size = float(pdfium.FPDFText_GetFontSize(text, index)) * abs(matrix.d)
            lines.append(PrintedLine(words, left, bottom, right, top, size, _is_bold(text, index)))
    return sorted(lines, key=lambda line: -line.top)


def _is_bold(text: pypdfium2.PdfTextPage, index: int) -> bool:
    name = ctypes.create_string_buffer(200)
    pdfium.FPDFText_GetFontInfo(text, index, name, len(name), ctypes.c_int())
    return b"bold" in name.value.lower()  # Semibold too


def join_lines(parts: Iterable[PrintedLine]) -> list[PrintedLine]:
    """Join the parts of lines that are beside each other, from top to bottom; calls of notes are left out."""
    rows: list[list[PrintedLine]] = []
    for part in parts:
        if part.text.isdigit() and part.size < 8:
            continue
        middle = (part.top + part.bottom) / 2
        row = next(
            (row for row in rows if abs((row[0].top + row[0].bottom) / 2 - middle) < part.size / 2), None
        )
        if row is None:
            rows.append([part])
        else:
            row.append(part)
    lines: list[PrintedLine] = []
    for row in rows:
        for index, part in enumerate(sorted(row, key=lambda one: one.left)):
            before = lines[-1] if index else None
            if before and part.left - before.right < _WORD_GAP_PT:
                text, bold = f"{before.text} {part.text}", before.bold and part.bold
                bottom, top = min(before.bottom, part.bottom), max(before.top, part.top)
                lines[-1] = replace(before, text=text, right=part.right, bold=bold, bottom=bottom, top=top)
            else:
                lines.append(part)
    return lines


def judge_pages(data: bytes, whole: Sequence[str] = (), *, last_lines: bool = True) -> list[str]:
    """Return what is wrong with the pages of a PDF, in words; `whole` are texts that no page break may part.

    `last_lines` says whether lines of a single word are faults: letters do not bind their last words.
    """
    pages = read_lines(data)
    return [
        *_find_small_type(pages),
        *_find_overlaps(pages),
        *_find_short_last_page(pages),
        *_find_white(data, pages),
        *(_find_lonely_words(pages) if last_lines else ()),
        *_find_lonely_headings(pages),
        *_find_parted(data, whole),
    ]


def _find_small_type(pages: list[list[PrintedLine]]) -> Iterator[str]:
    for number, lines in enumerate(pages, 1):
        for line in lines:
            # The call of a note is as small as a superscript is.
            if line.size < MIN_TYPE_PT and not line.text.isdigit():
                yield f"page {number}: {line.text!r} is set in {line.size:.1f} points"


def _find_overlaps(pages: list[list[PrintedLine]]) -> Iterator[str]:
    for number, lines in enumerate(pages, 1):
        for one, other in combinations(lines, 2):
            across = min(one.right, other.right) - max(one.left, other.left)
            down = min(one.top, other.top) - max(one.bottom, other.bottom)
            if across > MAX_OVERLAP_PT and down > MAX_OVERLAP_PT:
                yield f"page {number}: {one.text!r} and {other.text!r} overlap"


def count_lines(lines: list[PrintedLine]) -> int:
    """Return how many lines of text there are below each other."""
    tops = sorted((line.bottom for line in lines), reverse=True)
    return sum(1 for above, below in pairwise([float("inf"), *tops]) if above - below > _SAME_LINE_PT)


def _find_short_last_page(pages: list[list[PrintedLine]]) -> Iterator[str]:
    if len(pages) > 1 and (lines := count_lines(pages[-1]) - 1) < MIN_LAST_PAGE_LINES:
        yield f"the last page has {lines} lines below its running head"


def _find_white(data: bytes, pages: list[list[PrintedLine]]) -> Iterator[str]:
    """Find empty bands across pages that others follow: before the notes, or at the end."""
    with pypdfium2.PdfDocument(data) as pdf:
        drawn = [list(_list_drawings(page)) for page in pdf]
    for number, (lines, drawings) in enumerate(zip(pages[:-1], drawn, strict=False), 1):
        if any(_FIGURE_NUMBER.match(line.text) for line in join_lines(pages[number][:12])):
            continue
        spans = sorted([*((line.top, line.bottom) for line in lines), *drawings], reverse=True)
        lowest = spans[0][1] if spans else 0.0
        for top, bottom in spans:
            if (white := (lowest - top) * _MM_PER_PT) > MAX_WHITE_MM:
                yield f"page {number}: {white:.0f} mm are empty"
            lowest = min(lowest, bottom)


def _list_drawings(page: pypdfium2.PdfPage) -> Iterator[tuple[float, float]]:
    """Yield top and bottom of pictures, and of what charts are drawn with."""
    height = page.get_height()
    for item in page.get_objects(filter=(pdfium.FPDF_PAGEOBJ_IMAGE, pdfium.FPDF_PAGEOBJ_PATH)):
        _, bottom, _, top = item.get_bounds()
        if top - bottom < height * 0.6:
            yield top, bottom


def _find_lonely_words(pages: list[list[PrintedLine]]) -> Iterator[str]:
    """Find paragraphs of the main text that end with a line of one short word."""
    for number, parts in enumerate(pages, 1):
        lines = [line for line in join_lines(parts) if line.size >= MIN_BODY_PT]
        for line in lines:
            letters = re.sub(r"\W", "", line.text)
            if " " in line.text or not letters.isalpha() or len(letters) > MAX_LONELY_LETTERS:
                continue
            above = [
                other
                for other in lines
                if 0 < other.bottom - line.bottom < line.size * 1.6
                and abs(other.left - line.left) < 1.5
                and abs(other.size - line.size) < 0.5
            ]
            column = max((other.right for other in lines if abs(other.left - line.left) < 1.5), default=0.0)
            if any(other.right > column - 45 and other.bold == line.bold for other in above):
                yield f"page {number}: {line.text!r} is alone on the last line of its paragraph"


def _find_lonely_headings(pages: list[list[PrintedLine]]) -> Iterator[str]:
    """Find headings with nothing below them but notes and the foot of the page."""
    for number, parts in enumerate(pages, 1):
        lines = join_lines(parts)
        for line in (one for one in lines if one.bold and one.size >= MIN_HEADING_PT):
            below = [line.bottom - one.top for one in lines if one.bottom < line.bottom]
            if not below or min(below) > MAX_BELOW_HEADING_PT:
                yield f"page {number}: nothing is below {line.text!r}"


def _find_parted(data: bytes, whole: Sequence[str]) -> Iterator[str]:
    with pypdfium2.PdfDocument(data) as pdf:
        pages = [_letters(page.get_textpage().get_text_range()) for page in pdf]
    for text in whole:
        letters = _letters(text)
        places = [
            {n for n, page in enumerate(pages, 1) if end in page} for end in (letters[:24], letters[-24:])
        ]
        if all(places) and not places[0] & places[1]:
            yield f"pages {min(places[0])} and {min(places[1])}: {text[:40]!r} is parted"


def _letters(text: str) -> str:
    """Return the letters of a text alone, which neither hyphens nor calls of notes interrupt."""
    return re.sub(r"[\W\d_]|\ufffe", "", text)
