"""The text of a PDF in reading order, with sentences that continue across page breaks.

What interrupts a sentence at a page break (footnotes, running heads) is moved after the text, and footnote
references are dropped. This relies on the size and position of glyphs only, not on stylesheets or tags.
"""

from __future__ import annotations

import ctypes
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from briefgen.inspect.tokens import LINE_HYPHEN

_FIGURE_MARK = "Figure"
"""Structure type of pictures (ISO 32000-1, 14.8.4.5)."""
_ARTIFACT_MARK = "Artifact"
"""Tag of page furniture that is not part of the document's content (ISO 32000-1, 14.8.2.2)."""
_NAME_BYTES = 64
MAX_FORM_DEPTH = 20
"""Maximum depth of nested form objects."""


def find_figure_text(page: Any) -> frozenset[int]:
    """Return the addresses of the text objects in figures; the pypdfium2 page must stay open."""
    return _find_marked_text(page, _FIGURE_MARK)


def find_artifact_text(page: Any) -> frozenset[int]:
    """Return the addresses of the text objects marked as artifacts: running heads and page feet."""
    return _find_marked_text(page, _ARTIFACT_MARK)


def _find_marked_text(page: Any, name: str) -> frozenset[int]:
    from pypdfium2 import raw

    objects = (raw.FPDFPage_GetObject(page, index) for index in range(raw.FPDFPage_CountObjects(page)))
    return frozenset(
        text
        for page_object in objects
        if has_mark(page_object, name)
        for text in _iter_text_addresses(page_object, 0)
    )


def object_address(text_object: Any) -> int | None:
    """Return the address that identifies a text object; None for no object."""
    return ctypes.cast(text_object, ctypes.c_void_p).value


def has_mark(page_object: Any, name: str) -> bool:
    """Return whether a page object has a content mark of this name."""
    from pypdfium2 import raw

    marks = range(raw.FPDFPageObj_CountMarks(page_object))
    return any(_read_mark_name(raw.FPDFPageObj_GetMark(page_object, index)) == name for index in marks)


def _read_mark_name(mark: Any) -> str:
    """Return the name of a content mark; empty if it is longer than any name we look for."""
    from pypdfium2 import raw

    buffer, length = (ctypes.c_ushort * (_NAME_BYTES // 2))(), ctypes.c_ulong()
    if not raw.FPDFPageObjMark_GetName(mark, buffer, _NAME_BYTES, length) or length.value > _NAME_BYTES:
        return ""
    return bytes(buffer)[: length.value].decode("utf-16-le", "replace").rstrip("\0")


def _iter_text_addresses(page_object: Any, depth: int) -> Iterator[int]:
    from pypdfium2 import raw

    kind = raw.FPDFPageObj_GetType(page_object)
    if kind == raw.FPDF_PAGEOBJ_TEXT and (found := object_address(page_object)) is not None:
        yield found
    elif kind == raw.FPDF_PAGEOBJ_FORM and depth < MAX_FORM_DEPTH:
        for index in range(raw.FPDFFormObj_CountObjects(page_object)):
            yield from _iter_text_addresses(raw.FPDFFormObj_GetObject(page_object, index), depth + 1)


_NOTE_CALL_SIZE = 0.85
"""Share of the text size below which a raised digit is a note reference."""
_SIZE_TOLERANCE = 0.05
"""Sizes that differ by less, in points, are equal."""


@dataclass(frozen=True, slots=True)
class Glyph:
    """One character on a page."""

    char: str
    size: float
    """In points; meaningless for characters that pdfium infers, such as line ends."""
    y: float
    """Position of its baseline, in points from the bottom of the page."""
    inferred: bool


def read_running_text(data: bytes) -> str:
    """Return the text of a PDF; raise pypdfium2.PdfiumError if it cannot be read."""
    import pypdfium2

    document = pypdfium2.PdfDocument(data)
    try:
        pages = [drop_note_calls(read_page_glyphs(page)) for page in document]
    finally:
        document.close()
    return join_pages(pages)


def read_page_glyphs(page: Any) -> list[Glyph]:
    """Return the characters of a pypdfium2 page in paint order, without figures and the page foot."""
    from pypdfium2 import raw

    text = page.get_textpage()
    x, y = ctypes.c_double(), ctypes.c_double()
    glyphs: list[Glyph] = []
    artifact_indexes: set[int] = set()
    drawn, artifacts = find_figure_text(page), find_artifact_text(page)
    for index in range(raw.FPDFText_CountChars(text)):
        painted = object_address(raw.FPDFText_GetTextObject(text, index)) if drawn or artifacts else None
        if painted in drawn:
            continue
        if painted in artifacts:
            artifact_indexes.add(len(glyphs))
        code = raw.FPDFText_GetUnicode(text, index)
        char = LINE_HYPHEN if raw.FPDFText_IsHyphen(text, index) == 1 else decode_character(code)
        raw.FPDFText_GetCharOrigin(text, index, x, y)
        inferred = raw.FPDFText_IsGenerated(text, index) == 1
        glyphs.append(Glyph(char, raw.FPDFText_GetFontSize(text, index), y.value, inferred))
    return _drop_page_foot(glyphs, artifact_indexes)


def _drop_page_foot(glyphs: Sequence[Glyph], artifact_indexes: set[int]) -> list[Glyph]:
    """Drop artifacts below all text, such as the address at the foot of a letter's first page."""
    baselines = [
        glyph.y for index, glyph in enumerate(glyphs) if not glyph.inferred and index not in artifact_indexes
    ]
    lowest = min(baselines, default=0.0)
    return [glyph for index, glyph in enumerate(glyphs) if index not in artifact_indexes or glyph.y >= lowest]


def decode_character(code: int) -> str:
    """Return the character of a code point from pdfium; U+FFFD if it is not one."""
    return chr(code) if 0 < code < 0x110000 and not 0xD800 <= code < 0xE000 else "\ufffd"


def drop_note_calls(glyphs: Sequence[Glyph]) -> list[Glyph]:
    """Drop note references: small raised digits after text."""
    kept: list[Glyph] = []
    text: Glyph | None = None
    for glyph in glyphs:
        if (
            text is not None
            and glyph.char.isdigit()
            and glyph.size < text.size * _NOTE_CALL_SIZE
            and text.y < glyph.y < text.y + text.size
        ):
            continue
        kept.append(glyph)
        if not glyph.inferred and not glyph.char.isspace():
            text = glyph
    return kept


def join_pages(pages: Sequence[Sequence[Glyph]]) -> str:
    """Return the continuous text of all pages, followed by what was between the pages."""
    text, between = [], []
    for page, following in zip(pages, [*pages[1:], []], strict=True):
        end = _find_text_end(page, following)
        text.append(_glyphs_to_text(page[:end]))
        between.append(_glyphs_to_text(page[end:]))
    return "\n".join([*text, *between]).replace(f"{LINE_HYPHEN}\n", LINE_HYPHEN)


def _glyphs_to_text(glyphs: Sequence[Glyph]) -> str:
    text = "".join(glyph.char for glyph in glyphs).replace("\r\n", "\n")
    return text.replace(f"{LINE_HYPHEN}\n", LINE_HYPHEN)


def _find_text_end(page: Sequence[Glyph], following: Sequence[Glyph]) -> int:
    """Find where a page's text ends: at the lowest line of the same size as the next page's first line.

    A sentence keeps its size across the page break, and notes are set smaller. Glyphs painted after that line
    but positioned above it do not belong to it: list numbers, which are painted last, and the running head.
    """
    opening = next((glyph for glyph in following if not glyph.inferred and not glyph.char.isspace()), None)
    if opening is None:
        return len(page)
    alike = [
        (index, glyph.y)
        for index, glyph in enumerate(page)
        if not glyph.inferred and abs(glyph.size - opening.size) < _SIZE_TOLERANCE
    ]
    lowest = min((y for _, y in alike), default=0.0)
    return max((index + 1 for index, y in alike if y < lowest + _SIZE_TOLERANCE), default=len(page))
