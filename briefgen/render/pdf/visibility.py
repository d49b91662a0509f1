"""Check that all text of a PDF can be seen, by comparing its pages as painted with and without their text.

Where the text makes no visible difference, a character is white on white, under a picture, clipped or off the
page, by whichever of a stylesheet's many ways. Text within drawings is not checked.
"""

from __future__ import annotations

import ctypes
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from math import log
from typing import Any

MIN_CONTRAST = 3.0
"""Contrast of text with what is behind it; WCAG 2.2 (1.4.3) requires this of large text."""
_MAX_CONTRAST = 21.0
"""Contrast of black with white."""
_THIN_STROKE_FACTOR = 0.88
"""Share of the contrast that thin strokes keep when rasterised."""
_PIXELS_PER_POINT = 3.0
"""Resolution; the thinnest strokes of small print are a pixel wide."""
_MAX_OVERLAP = 0.45
"""Share of the smaller character that another may cover; accents and slanted characters overlap a little."""
_IGNORED_NEIGHBOURS = 6
"""Distance, in characters, below which overlap is not checked: some neighbours are painted as one."""
_GRID_CELL_PT = 12.0
"""Size of the squares by which characters are grouped to find overlaps."""
_MIN_CHARACTER_PT = 1.5
"""Longer side of a character; at 5 pt it is more."""
_MAX_FAULTS = 3
"""Faults reported."""


@dataclass(frozen=True, slots=True)
class _Character:
    """A letter or digit with its index in the page's text and its box, in points from the lower left."""

    char: str
    index: int
    left: float
    bottom: float
    right: float
    top: float

    @property
    def area(self) -> float:
        return (self.right - self.left) * (self.top - self.bottom)


def find_unreadable_text(data: bytes) -> list[str]:
    """Find text of a PDF that cannot be seen or read.

    Return predicates that complete "the stylesheet …"; empty if all text can be read.
    """
    import pypdfium2

    document = pypdfium2.PdfDocument(data)
    try:
        faults = [fault for page in document for fault in _check_page_text(page)]
    finally:
        document.close()
    return list(dict.fromkeys(faults))[:_MAX_FAULTS]


def _check_page_text(page: Any) -> Iterator[str]:
    characters, text = _read_characters(page)
    difference = _render_text_difference(page)
    threshold = int(_THIN_STROKE_FACTOR * _scale_contrast(MIN_CONTRAST))
    hidden = {
        character.index for character in characters if _measure_ink(difference, page, character) < threshold
    }
    for words in _find_affected_words(text, hidden):
        yield f"hides {words!r}: too pale, covered, clipped or off the page"
    small = {
        character.index
        for character in characters
        if max(character.right - character.left, character.top - character.bottom) < _MIN_CHARACTER_PT
    }
    for words in _find_affected_words(text, small - hidden):
        yield f"makes {words!r} too small to read"
    for words in _find_affected_words(text, _find_overprinted_characters(characters) - hidden - small):
        yield f"prints {words!r} over other text"


def _read_characters(page: Any) -> tuple[list[_Character], str]:
    """Return the letters and digits of the page's own text, and all the characters on the page."""
    from pypdfium2 import raw

    text = page.get_textpage()
    own = {_object_address(text_object) for text_object in _find_text_objects(page)}
    left, right, bottom, top = (ctypes.c_double() for _ in range(4))
    characters, chars = [], []
    for index in range(raw.FPDFText_CountChars(text)):
        code = raw.FPDFText_GetUnicode(text, index)
        char = chr(code) if 0 < code < 0x110000 and not 0xD800 <= code < 0xE000 else "\ufffd"
        chars.append(char)
        if char.isalnum() and _object_address(raw.FPDFText_GetTextObject(text, index)) in own:
            raw.FPDFText_GetCharBox(text, index, left, right, bottom, top)
            characters.append(_Character(char, index, left.value, bottom.value, right.value, top.value))
    return characters, "".join(chars)


def _find_text_objects(page: Any) -> list[Any]:
    """Return the page's text objects, except those that are part of a drawing."""
    from pypdfium2 import raw

    objects = [raw.FPDFPage_GetObject(page, index) for index in range(raw.FPDFPage_CountObjects(page))]
    text = [each for each in objects if raw.FPDFPageObj_GetType(each) == raw.FPDF_PAGEOBJ_TEXT]
    return [each for each in text if not any(map(_is_figure_mark, _iter_content_marks(each)))]


def _iter_content_marks(page_object: Any) -> Iterator[Any]:
    from pypdfium2 import raw

    for index in range(raw.FPDFPageObj_CountMarks(page_object)):
        yield raw.FPDFPageObj_GetMark(page_object, index)


def _is_figure_mark(mark: Any) -> bool:
    """Return whether a content mark tags part of a picture (ISO 32000-1, 14.8.4.5)."""
    from pypdfium2 import raw

    name = "Figure\0".encode("utf-16-le")
    buffer, length = (ctypes.c_ushort * (len(name) // 2))(), ctypes.c_ulong()
    found = raw.FPDFPageObjMark_GetName(mark, buffer, len(name), length)
    return bool(found) and length.value == len(name) and bytes(buffer) == name


def _object_address(page_object: Any) -> int | None:
    return ctypes.cast(page_object, ctypes.c_void_p).value


def _render_text_difference(page: Any) -> Any:
    """Render an image of how much each pixel's contrast changes when the text is removed from the page."""
    from PIL import ImageChops
    from pypdfium2 import raw

    curve = [round(_scale_contrast((_relative_luminance(step / 255) + 0.05) / 0.05)) for step in range(256)]

    def render() -> Any:
        return page.render(scale=_PIXELS_PER_POINT, grayscale=True).to_pil().point(curve)

    with_text = render()
    for text_object in _find_text_objects(page):
        raw.FPDFPage_RemoveObject(page, text_object)
        raw.FPDFPageObj_Destroy(text_object)
    return ImageChops.difference(with_text, render())


def _scale_contrast(contrast: float) -> float:
    """Map a contrast to a logarithmic scale on which that of black with white is 255."""
    return 255 * log(contrast) / log(_MAX_CONTRAST)


def _relative_luminance(grey: float) -> float:
    """Return the relative luminance of a grey (sRGB, as WCAG 2.2 defines it)."""
    return grey / 12.92 if grey <= 0.04045 else float(((grey + 0.055) / 1.055) ** 2.4)


def _measure_ink(difference: Any, page: Any, character: _Character) -> int:
    """Return the largest difference that a character makes to its box."""
    height = page.get_height()
    left = max(0, int(character.left * _PIXELS_PER_POINT))
    upper = max(0, int((height - character.top) * _PIXELS_PER_POINT))
    right = min(difference.width, int(character.right * _PIXELS_PER_POINT) + 1)
    lower = min(difference.height, int((height - character.bottom) * _PIXELS_PER_POINT) + 1)
    if left >= right or upper >= lower:
        return 0
    return int(difference.crop((left, upper, right, lower)).getextrema()[1])


def _find_overprinted_characters(characters: list[_Character]) -> set[int]:
    """Return the indices of characters painted over earlier ones."""
    cells: dict[tuple[int, int], list[_Character]] = defaultdict(list)
    for character in characters:
        x, y = (character.left + character.right) / 2, (character.bottom + character.top) / 2
        cells[int(x // _GRID_CELL_PT), int(y // _GRID_CELL_PT)].append(character)
    overprinted: set[int] = set()
    for (column, row), cell in cells.items():
        nearby = [
            other for x in (-1, 0, 1) for y in (-1, 0, 1) for other in cells.get((column + x, row + y), ())
        ]
        for character in cell:
            earlier = (other for other in nearby if other.index < character.index - _IGNORED_NEIGHBOURS)
            if any(_characters_overlap(character, other) for other in earlier):
                overprinted.add(character.index)
    return overprinted


def _characters_overlap(first: _Character, second: _Character) -> bool:
    width = min(first.right, second.right) - max(first.left, second.left)
    height = min(first.top, second.top) - max(first.bottom, second.bottom)
    return width > 0 and height > 0 and width * height > _MAX_OVERLAP * min(first.area, second.area)


def _find_affected_words(text: str, indices: set[int]) -> Iterator[str]:
    """Yield the words that the characters at `indices` belong to, adjacent ones together; shortened."""
    spans = [
        (start, end)
        for start, end in _iter_word_spans(text)
        if any(index in indices for index in range(start, end))
    ]
    first = 0
    while first < len(spans):
        last = first
        while last + 1 < len(spans) and spans[last + 1][0] - spans[last][1] <= 2:
            last += 1
        words = " ".join(text[spans[first][0] : spans[last][1]].split())
        yield words if len(words) <= 50 else f"{words[:49]}…"
        first = last + 1


def _iter_word_spans(text: str) -> Iterator[tuple[int, int]]:
    start = 0
    for index, char in enumerate(f"{text} "):
        if char.isspace() or char == "\x02":
            if start < index:
                yield start, index
            start = index + 1
