"""The pages of a document as the screen shows them: pictures of its PDF, and where each statement is on
them."""

from __future__ import annotations

import ctypes
import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from io import BytesIO
from typing import Any

from briefgen.inspect.pdf_reading_order import Glyph, decode_character, drop_note_calls
from briefgen.inspect.text_match import SearchableText
from briefgen.inspect.tokens import LINE_HYPHEN

SCALE = 2.0
"""Pixels for each point: twice the density of most screens."""
MAX_PAGES = 60
"""Pages of one document that are shown."""
_PADDING = 0.12
"""How far a box reaches beyond its line, as a share of the line's height."""


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle on a page, in per cent of its width and height from the top left."""

    page: int
    """From 1."""
    left: float
    top: float
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class Marked:
    """A statement, or another part of a letter, and the lines that it takes."""

    id: str
    """Of the statement; `address`, `salutation`, `ask`, `signature` for those parts of the letter."""
    text: str
    boxes: tuple[Box, ...]


@dataclass(frozen=True, slots=True)
class DocumentPages:
    """A document as it is shown."""

    hash: str
    """SHA-256 of the PDF (hex); pictures are known by it."""
    pdf: bytes
    sizes: tuple[tuple[float, float], ...]
    """Width and height of each page in points."""
    marked: tuple[Marked, ...]

    def picture(self, number: int) -> bytes:
        """Return the picture of a page, from 1, as PNG; raise IndexError if there is none."""
        import pypdfium2

        if not 1 <= number <= len(self.sizes):
            raise IndexError(number)
        document = pypdfium2.PdfDocument(self.pdf)
        try:
            image = document[number - 1].render(scale=SCALE).to_pil()
        finally:
            document.close()
        target = BytesIO()
        image.save(target, "PNG", compress_level=1)
        return target.getvalue()


def lay_out_pages(pdf: bytes, parts: Iterable[tuple[str, Sequence[str]]]) -> DocumentPages:
    """Find where parts of a document are on its pages.

    Each part is an id and the texts of which one is printed, as statements are in their record.
    """
    import pypdfium2

    document = pypdfium2.PdfDocument(pdf)
    try:
        pages = [document[index] for index in range(min(len(document), MAX_PAGES))]
        sizes = tuple((page.get_width(), page.get_height()) for page in pages)
        glyphs = [glyph for number, page in enumerate(pages, 1) for glyph in _read_glyphs(page, number)]
    finally:
        document.close()
    text = "".join(glyph.char for glyph in glyphs)
    words = SearchableText(text)
    marked = tuple(
        Marked(
            id,
            " ".join(text[start:end].replace(LINE_HYPHEN, "").split()),
            tuple(_join_lines(glyphs[start:end], sizes)),
        )
        for id, texts in parts
        for start, end in _find_first(words, texts)
    )
    return DocumentPages(hashlib.sha256(pdf).hexdigest(), pdf, sizes, marked)


@dataclass(frozen=True, slots=True)
class _PlacedGlyph(Glyph):
    page: int = 0
    left: float = 0
    bottom: float = 0
    right: float = 0
    top: float = 0


def _read_glyphs(page: Any, number: int) -> list[_PlacedGlyph]:
    """Return the characters of a page with their boxes in points from the bottom left, without note calls."""
    from pypdfium2 import raw

    text = page.get_textpage()
    edges = [ctypes.c_double() for _ in range(4)]
    x, y, matrix = ctypes.c_double(), ctypes.c_double(), raw.FS_MATRIX()
    glyphs: list[Glyph] = []
    for index in range(raw.FPDFText_CountChars(text)):
        char = decode_character(raw.FPDFText_GetUnicode(text, index))
        if raw.FPDFText_IsHyphen(text, index) == 1:
            char = LINE_HYPHEN
        raw.FPDFText_GetCharOrigin(text, index, x, y)
        raw.FPDFText_GetCharBox(text, index, edges[0], edges[2], edges[1], edges[3])
        left, bottom, right, top = (edge.value for edge in edges)
        # A font size is that of the text's own space, which may be scaled.
        raw.FPDFText_GetMatrix(text, index, matrix)
        size = raw.FPDFText_GetFontSize(text, index) * (abs(matrix.d) or 1)
        inferred = raw.FPDFText_IsGenerated(text, index) == 1
        glyphs.append(_PlacedGlyph(char, size, y.value, inferred, number, left, bottom, right, top))
    return [glyph for glyph in drop_note_calls(glyphs) if isinstance(glyph, _PlacedGlyph)]


def _find_first(words: SearchableText, texts: Sequence[str]) -> Iterator[tuple[int, int]]:
    """Yield the first place of a part; nothing if none of its texts is there."""
    spans = [span for text in texts if text for span in words.find(text)[:1]]
    if spans:
        yield min(spans)


def _join_lines(glyphs: Sequence[_PlacedGlyph], sizes: Sequence[tuple[float, float]]) -> Iterator[Box]:
    """Yield a box for each line that some glyphs take."""
    lines: dict[tuple[int, int], list[_PlacedGlyph]] = {}
    for glyph in glyphs:
        if not glyph.inferred and not glyph.char.isspace() and glyph.right > glyph.left:
            lines.setdefault((glyph.page, round(glyph.y)), []).append(glyph)
    for (number, _), line in lines.items():
        width, height = sizes[number - 1]
        size = max(glyph.size for glyph in line)
        baseline = line[0].y
        left, right = min(glyph.left for glyph in line), max(glyph.right for glyph in line)
        top, bottom = baseline + size * (0.86 + _PADDING), baseline - size * (0.24 + _PADDING)
        yield Box(
            number,
            round(100 * left / width, 3),
            round(100 * (height - top) / height, 3),
            round(100 * (right - left) / width, 3),
            round(100 * (top - bottom) / height, 3),
        )


def recorded_parts(record: Mapping[str, Any]) -> Iterator[tuple[str, Sequence[str]]]:
    """Yield the statements of an evidence record with the texts in which they are printed."""
    for entry in record.get("snippets", ()):
        yield entry["id"], (*entry.get("printed_as", ()), entry["text"])
