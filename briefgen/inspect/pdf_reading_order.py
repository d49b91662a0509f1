"""The words of a PDF in the order in which they are read: sentences run on over the ends of pages.

What interrupts a sentence there (footnotes, running heads) is set behind the text, and the calls of footnotes
are left out. It goes by size and position of the glyphs, and knows no stylesheet and no tags.
"""

from __future__ import annotations

import ctypes
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from briefgen.inspect.tokens import LINE_HYPHEN

_FIGURE = "Figure"
"""Structure type of a picture (ISO 32000-1, 14.8.4.5)."""
_ARTIFACT = "Artifact"
"""Mark of what serves the page and is no part of what the document says (14.8.2.2)."""
_NAME_BYTES = 64
MAX_DEPTH = 20
"""Of groups within groups."""


def drawn_words(page: Any) -> frozenset[int]:
    """Addresses of the text objects within figures, on a page of pypdfium2's that stays open."""
    return _words_marked(page, _FIGURE)


def words_set_apart(page: Any) -> frozenset[int]:
    """Addresses of the text objects that are marked as artifacts: heads and feet of the page."""
    return _words_marked(page, _ARTIFACT)


def _words_marked(page: Any, name: str) -> frozenset[int]:
    from pypdfium2 import raw

    objects = (raw.FPDFPage_GetObject(page, index) for index in range(raw.FPDFPage_CountObjects(page)))
    return frozenset(words for each in objects if has_mark(each, name) for words in _words(each, 0))


def address(text_object: Any) -> int | None:
    """What `drawn_words` tells a text object by; None for no object."""
    return ctypes.cast(text_object, ctypes.c_void_p).value


def has_mark(page_object: Any, name: str) -> bool:
    """Whether an object on a page is marked by this name."""
    from pypdfium2 import raw

    marks = range(raw.FPDFPageObj_CountMarks(page_object))
    return any(_name(raw.FPDFPageObj_GetMark(page_object, index)) == name for index in marks)


def _name(mark: Any) -> str:
    """The name of a mark; empty where it is longer than any that is looked for."""
    from pypdfium2 import raw

    buffer, length = (ctypes.c_ushort * (_NAME_BYTES // 2))(), ctypes.c_ulong()
    if not raw.FPDFPageObjMark_GetName(mark, buffer, _NAME_BYTES, length) or length.value > _NAME_BYTES:
        return ""
    return bytes(buffer)[: length.value].decode("utf-16-le", "replace").rstrip("\0")


def _words(page_object: Any, depth: int) -> Iterator[int]:
    from pypdfium2 import raw

    kind = raw.FPDFPageObj_GetType(page_object)
    if kind == raw.FPDF_PAGEOBJ_TEXT and (found := address(page_object)) is not None:
        yield found
    elif kind == raw.FPDF_PAGEOBJ_FORM and depth < MAX_DEPTH:
        for index in range(raw.FPDFFormObj_CountObjects(page_object)):
            yield from _words(raw.FPDFFormObj_GetObject(page_object, index), depth + 1)


_CALL = 0.85
"""Of the text's size: a raised digit that is smaller calls a note."""
_SAME = 0.05
"""Difference of sizes, in points, that is none."""


@dataclass(frozen=True, slots=True)
class Glyph:
    """One character as it stands on the page."""

    char: str
    size: float
    """In points; of a character that pdfium infers (line ends), without meaning."""
    y: float
    """Of its base line, in points from the foot of the page."""
    inferred: bool


def running_text(data: bytes) -> str:
    """The words of a PDF; raises pypdfium2.PdfiumError where it cannot be read."""
    import pypdfium2

    document = pypdfium2.PdfDocument(data)
    try:
        pages = [without_calls(page_glyphs(page)) for page in document]
    finally:
        document.close()
    return joined(pages)


def page_glyphs(page: Any) -> list[Glyph]:
    """The characters of a page of pypdfium2's as they are painted, but for pictures and the foot."""
    from pypdfium2 import raw

    text = page.get_textpage()
    x, y = ctypes.c_double(), ctypes.c_double()
    glyphs: list[Glyph] = []
    apart: set[int] = set()
    drawn, artifacts = drawn_words(page), words_set_apart(page)
    for index in range(raw.FPDFText_CountChars(text)):
        painted = address(raw.FPDFText_GetTextObject(text, index)) if drawn or artifacts else None
        if painted in drawn:
            continue
        if painted in artifacts:
            apart.add(len(glyphs))
        code = raw.FPDFText_GetUnicode(text, index)
        char = LINE_HYPHEN if raw.FPDFText_IsHyphen(text, index) == 1 else character(code)
        raw.FPDFText_GetCharOrigin(text, index, x, y)
        inferred = raw.FPDFText_IsGenerated(text, index) == 1
        glyphs.append(Glyph(char, raw.FPDFText_GetFontSize(text, index), y.value, inferred))
    return _without_foot(glyphs, apart)


def _without_foot(glyphs: Sequence[Glyph], apart: set[int]) -> list[Glyph]:
    """The glyphs but for artifacts below all text: an address at the foot of a letter's first page."""
    said = [glyph.y for index, glyph in enumerate(glyphs) if not glyph.inferred and index not in apart]
    lowest = min(said, default=0.0)
    return [glyph for index, glyph in enumerate(glyphs) if index not in apart or glyph.y >= lowest]


def character(code: int) -> str:
    """The character that pdfium tells by its number; a replacement where it tells none."""
    return chr(code) if 0 < code < 0x110000 and not 0xD800 <= code < 0xE000 else "\ufffd"


def without_calls(glyphs: Sequence[Glyph]) -> list[Glyph]:
    """The glyphs but for raised small digits behind text."""
    kept: list[Glyph] = []
    text: Glyph | None = None
    for glyph in glyphs:
        if (
            text is not None
            and glyph.char.isdigit()
            and glyph.size < text.size * _CALL
            and text.y < glyph.y < text.y + text.size
        ):
            continue
        kept.append(glyph)
        if not glyph.inferred and not glyph.char.isspace():
            text = glyph
    return kept


def joined(pages: Sequence[Sequence[Glyph]]) -> str:
    """The text of all pages running on, then what stood between the end of one and the next."""
    text, between = [], []
    for page, following in zip(pages, [*pages[1:], []], strict=True):
        end = _runs_on(page, following)
        text.append(_string(page[:end]))
        between.append(_string(page[end:]))
    return "\n".join([*text, *between]).replace(f"{LINE_HYPHEN}\n", LINE_HYPHEN)


def _string(glyphs: Sequence[Glyph]) -> str:
    text = "".join(glyph.char for glyph in glyphs).replace("\r\n", "\n")
    return text.replace(f"{LINE_HYPHEN}\n", LINE_HYPHEN)


def _runs_on(page: Sequence[Glyph], following: Sequence[Glyph]) -> int:
    """Where the text of a page ends that may run on: with the lowest line as large as the next page's first.

    A sentence keeps its size over the page's end, and notes are set smaller. What comes behind that line and
    stands higher is no part of it: the numbers of a list, which are painted last, and the running head.
    """
    opening = next((glyph for glyph in following if not glyph.inferred and not glyph.char.isspace()), None)
    if opening is None:
        return len(page)
    alike = [
        (index, glyph.y)
        for index, glyph in enumerate(page)
        if not glyph.inferred and abs(glyph.size - opening.size) < _SAME
    ]
    lowest = min((y for _, y in alike), default=0.0)
    return max((index + 1 for index, y in alike if y < lowest + _SAME), default=len(page))
