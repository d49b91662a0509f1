"""Can every word of a page be seen? Looks at a PDF's pages as they are painted: with their text and without.

Where that makes no difference to the eye, a letter is white on white, under a picture, cut off or beside
the page. So it does not matter by which of a stylesheet's many ways it got there. Words in
drawings are left alone.
"""

from __future__ import annotations

import ctypes
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from math import log
from typing import Any

MIN_CONTRAST = 3.0
"""Of text with what is behind it; what WCAG 2.2 asks of large text (1.4.3)."""
_LENIENT = 0.88
"""Part of the contrast that thin strokes keep when they are painted in dots."""
_SCALE = 3.0
"""Dots to the point: the thinnest strokes of small print are a dot wide."""
_MOST = 21.0
"""Contrast of black with white."""
_OVERLAP = 0.45
"""Part of the smaller letter that another one may cover; accents and slanted letters touch."""
_NEAR = 6
"""Letters of one word are not looked at for that: some are painted as one."""
_CELL = 12.0
"""Points; side of the squares by which letters are sorted."""
_MIN_LETTER = 1.5
"""Points; the longer side of a letter of 5 pt is more."""
_TOLD = 3


@dataclass(frozen=True, slots=True)
class _Letter:
    char: str
    index: int
    left: float
    bottom: float
    right: float
    top: float

    @property
    def area(self) -> float:
        return (self.right - self.left) * (self.top - self.bottom)


def unseen(data: bytes) -> list[str]:
    """What of a PDF's words cannot be seen or read, each as the end of a sentence; empty where all can."""
    import pypdfium2

    document = pypdfium2.PdfDocument(data)
    try:
        told = [each for page in document for each in _of_page(page)]
    finally:
        document.close()
    return list(dict.fromkeys(told))[:_TOLD]


def _of_page(page: Any) -> Iterator[str]:
    letters, text = _letters(page)
    difference = _painted_by_text(page)
    least = int(_LENIENT * _scaled(MIN_CONTRAST))
    hidden = {letter.index for letter in letters if _ink(difference, page, letter) < least}
    for words in _runs(text, hidden):
        yield f"keeps {words!r} from being seen: too pale, covered, cut off or beside the page"
    small = {x.index for x in letters if max(x.right - x.left, x.top - x.bottom) < _MIN_LETTER}
    for words in _runs(text, small - hidden):
        yield f"makes {words!r} too small to be read"
    for words in _runs(text, _covered(letters) - hidden - small):
        yield f"sets {words!r} over other words"


def _letters(page: Any) -> tuple[list[_Letter], str]:
    """Letters and figures of the page's own text with their boxes in points, and all its characters."""
    from pypdfium2 import raw

    text = page.get_textpage()
    own = {_address(each) for each in _own_text(page)}
    left, right, bottom, top = (ctypes.c_double() for _ in range(4))
    letters, chars = [], []
    for index in range(raw.FPDFText_CountChars(text)):
        code = raw.FPDFText_GetUnicode(text, index)
        char = chr(code) if 0 < code < 0x110000 and not 0xD800 <= code < 0xE000 else "\ufffd"
        chars.append(char)
        if char.isalnum() and _address(raw.FPDFText_GetTextObject(text, index)) in own:
            raw.FPDFText_GetCharBox(text, index, left, right, bottom, top)
            letters.append(_Letter(char, index, left.value, bottom.value, right.value, top.value))
    return letters, "".join(chars)


def _own_text(page: Any) -> list[Any]:
    """The page's text objects, but for those that are part of a drawing."""
    from pypdfium2 import raw

    objects = [raw.FPDFPage_GetObject(page, index) for index in range(raw.FPDFPage_CountObjects(page))]
    text = [each for each in objects if raw.FPDFPageObj_GetType(each) == raw.FPDF_PAGEOBJ_TEXT]
    return [each for each in text if not any(map(_is_figure, _marks(each)))]


def _marks(page_object: Any) -> Iterator[Any]:
    from pypdfium2 import raw

    for index in range(raw.FPDFPageObj_CountMarks(page_object)):
        yield raw.FPDFPageObj_GetMark(page_object, index)


def _is_figure(mark: Any) -> bool:
    """Whether a mark tags what is part of a picture (ISO 32000-1, 14.8.4.5)."""
    from pypdfium2 import raw

    name = "Figure\0".encode("utf-16-le")
    buffer, length = (ctypes.c_ushort * (len(name) // 2))(), ctypes.c_ulong()
    found = raw.FPDFPageObjMark_GetName(mark, buffer, len(name), length)
    return bool(found) and length.value == len(name) and bytes(buffer) == name


def _address(page_object: Any) -> int | None:
    return ctypes.cast(page_object, ctypes.c_void_p).value


def _painted_by_text(page: Any) -> Any:
    """A picture of the page that shows how far each dot's lightness changes when the text is taken away."""
    from PIL import ImageChops
    from pypdfium2 import raw

    curve = [round(_scaled((_luminance(step / 255) + 0.05) / 0.05)) for step in range(256)]
    with_text = page.render(scale=_SCALE, grayscale=True).to_pil().point(curve)
    for each in _own_text(page):
        raw.FPDFPage_RemoveObject(page, each)
        raw.FPDFPageObj_Destroy(each)
    return ImageChops.difference(with_text, page.render(scale=_SCALE, grayscale=True).to_pil().point(curve))


def _scaled(contrast: float) -> float:
    """A contrast on a scale of equal steps, 255 being that of black with white."""
    return 255 * log(contrast) / log(_MOST)


def _luminance(grey: float) -> float:
    """Relative luminance of a grey (sRGB, as WCAG 2.2 defines it)."""
    return grey / 12.92 if grey <= 0.04045 else float(((grey + 0.055) / 1.055) ** 2.4)


def _ink(difference: Any, page: Any, letter: _Letter) -> int:
    """How much of a letter shows."""
    height = page.get_height()
    left, upper = int(letter.left * _SCALE), int((height - letter.top) * _SCALE)
    right, lower = int(letter.right * _SCALE) + 1, int((height - letter.bottom) * _SCALE) + 1
    left, upper = max(0, left), max(0, upper)
    right, lower = min(difference.width, right), min(difference.height, lower)
    if left >= right or upper >= lower:
        return 0
    return int(difference.crop((left, upper, right, lower)).getextrema()[1])


def _covered(letters: list[_Letter]) -> set[int]:
    """Letters that stand over others."""
    squares: dict[tuple[int, int], list[_Letter]] = defaultdict(list)
    for letter in letters:
        x, y = (letter.left + letter.right) / 2, (letter.bottom + letter.top) / 2
        squares[int(x // _CELL), int(y // _CELL)].append(letter)
    covered: set[int] = set()
    for (column, row), here in squares.items():
        around = [
            other for x in (-1, 0, 1) for y in (-1, 0, 1) for other in squares.get((column + x, row + y), ())
        ]
        for letter in here:
            if any(other.index < letter.index - _NEAR and _overlap(letter, other) for other in around):
                covered.add(letter.index)
    return covered


def _overlap(one: _Letter, other: _Letter) -> bool:
    width = min(one.right, other.right) - max(one.left, other.left)
    height = min(one.top, other.top) - max(one.bottom, other.bottom)
    return width > 0 and height > 0 and width * height > _OVERLAP * min(one.area, other.area)


def _runs(text: str, indices: set[int]) -> Iterator[str]:
    """The words that letters belong to, those that follow each other as one; shortened."""
    words = [(start, end) for start, end in _words(text) if any(i in indices for i in range(start, end))]
    at = 0
    while at < len(words):
        last = at
        while last + 1 < len(words) and words[last + 1][0] - words[last][1] <= 2:
            last += 1
        said = " ".join(text[words[at][0] : words[last][1]].split())
        yield said if len(said) <= 50 else f"{said[:49]}…"
        at = last + 1


def _words(text: str) -> Iterator[tuple[int, int]]:
    start = 0
    for index, char in enumerate(f"{text} "):
        if char.isspace() or char == "\x02":
            if start < index:
                yield start, index
            start = index + 1
