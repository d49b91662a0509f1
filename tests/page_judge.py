"""A judge of finished pages: reads a PDF as it would be printed and says what a typographer would mark.

It knows neither documents nor templates, so the PDF that LibreOffice makes of a Word file is judged by the same limits.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations, pairwise

import pypdfium2
import pypdfium2.raw as pdfium

MIN_TYPE_PT = 6.0
"""The return line above an address in a window (DIN 5008) is the smallest; nothing else is below 7 points."""
MIN_LAST_PAGE_LINES = 8
"""A last page with fewer lines, such as a closing sentence and a signature, looks like a mistake."""
MAX_OVERLAP_PT = 1.2
"""Ascenders and descenders of neighbouring lines may touch, lines may not."""
_SAME_LINE_PT = 2.0


@dataclass(frozen=True, slots=True)
class PrintedLine:
    """A line of text on a page; lengths in points from the lower left corner."""

    text: str
    left: float
    bottom: float
    right: float
    top: float
    size: float


def read_lines(data: bytes) -> list[list[PrintedLine]]:
    """Return the lines of each page, from top to bottom."""
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
            lines.append(PrintedLine(words, left, bottom, right, top, size))
    return sorted(lines, key=lambda line: -line.top)


def judge_pages(data: bytes) -> list[str]:
    """Return what is wrong with the pages of a PDF, in words."""
    pages = read_lines(data)
    return [
        *_find_small_type(pages),
        *_find_overlaps(pages),
        *_find_short_last_page(pages),
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
