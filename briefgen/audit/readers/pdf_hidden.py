"""Find text in a PDF that nobody sees, and take it out before the draft is read.

Text is hidden if it is drawn without ink, smaller than eyes can read, outside the page, in the colour of what
is behind it, or covered by something painted later. Backgrounds are judged by the rectangles around what is
painted, so text beside the line of a round shape counts as on it. Text without ink over a picture of the
whole page is the work of a program that recognised it (OCR); it is read.
"""

from __future__ import annotations

import ctypes
from collections.abc import Iterator
from dataclasses import dataclass, field
from io import BytesIO
from typing import Any

from briefgen.audit.readers.docx_styles import MIN_CONTRAST, MIN_SIZE_PT, contrast_ratio
from briefgen.inspect.pdf_reading_order import MAX_FORM_DEPTH

Box = tuple[float, float, float, float]
"""Left, bottom, right and top in points."""
Matrix = tuple[float, float, float, float, float, float]
_WITHOUT_INK = frozenset({3, 7})
"""Text rendering modes (ISO 32000-1, 9.3.6)."""
_PAGE_PICTURE_SHARE = 0.7
"""Share of a page that a picture covers if it is the picture of a page."""
_MAX_BACKGROUNDS = 400
"""Painted areas of a page that are considered; a drawing can have thousands."""
_MIN_AREA_PT = 4.0
"""Height and width below which a painted area is a line, not a background."""
_TOLERANCE_PT = 1.0
_WORD_GAP = 0.3
"""Space between words, as a share of the height of letters; some programs paint letter by letter."""
_MAX_TEXT_BYTES = 4_000


@dataclass(slots=True)
class HiddenText:
    """What was found in a PDF."""

    words: dict[str, list[str]] = field(default_factory=dict)
    """Words that nobody sees, by why."""
    recognised_pages: list[int] = field(default_factory=list)
    """Pages, from 1, that are pictures with recognised text."""
    pictures: int = 0
    """Pictures that do not fill a page."""


@dataclass(frozen=True, slots=True)
class _Painted:
    """An object on a page, in the order of painting."""

    handle: Any
    parent: Any
    """The form that contains it; None for the page."""
    kind: int
    box: Box
    colour: tuple[int, int, int] | None
    """None if it has more than one, or cannot be told."""
    opaque: bool


def remove_hidden_text(data: bytes, document: Any) -> tuple[bytes, HiddenText]:
    """Return the PDF without hidden text, and what that was; `document` is pypdfium2's of `data`."""
    found = HiddenText()
    changed = False
    for number in range(len(document)):
        page = document[number]
        changed |= _PageCleaner(page, number + 1, found).clean()
        page.close()
    if not changed:
        return data, found
    out = BytesIO()
    document.save(out)
    return out.getvalue(), found


class _PageCleaner:
    def __init__(self, page: Any, number: int, found: HiddenText) -> None:
        self._page, self._number, self._found = page, number, found
        self._area: Box = tuple(page.get_cropbox())
        self._textpage: Any = None
        self._before: dict[str, Box] = {}
        """Box of the last hidden object by why it is hidden."""

    def clean(self) -> bool:
        """Remove the hidden text of the page; return whether there was any."""
        from pypdfium2 import raw

        painted = list(self._iter_painted(self._page, None, (1, 0, 0, 1, 0, 0), 0))
        scanned = any(one.kind == raw.FPDF_PAGEOBJ_IMAGE and self._fills_page(one.box) for one in painted)
        self._found.pictures += sum(
            one.kind == raw.FPDF_PAGEOBJ_IMAGE and not self._fills_page(one.box) for one in painted
        )
        backgrounds = [
            (order, one)
            for order, one in enumerate(painted)
            if one.kind != raw.FPDF_PAGEOBJ_TEXT and one.opaque and _is_area(one.box)
        ][:_MAX_BACKGROUNDS]
        hidden = []
        recognised = False
        for order, one in enumerate(painted):
            if one.kind != raw.FPDF_PAGEOBJ_TEXT:
                continue
            why = self._why_hidden(one, order, backgrounds, scanned)
            recognised |= why == "recognised"
            if why and why != "recognised":
                hidden.append((one, why))
        if recognised:
            self._found.recognised_pages.append(self._number)
        for one, why in hidden:
            self._note_words(one, why)
            self._remove(one)
        if hidden:
            raw.FPDFPage_GenerateContent(self._page)
        return bool(hidden)

    def _why_hidden(
        self, one: _Painted, order: int, backgrounds: list[tuple[int, _Painted]], scanned: bool
    ) -> str:
        from pypdfium2 import raw

        mode = raw.FPDFTextObj_GetTextRenderMode(one.handle)
        if mode in _WITHOUT_INK:
            return "recognised" if scanned else "drawn without ink"
        if _effective_size(one.handle) < MIN_SIZE_PT:
            return f"smaller than {MIN_SIZE_PT:g} points" if _is_text(one.box) else ""
        if not _overlaps(one.box, self._area):
            return "outside the page"
        if not one.opaque and raw.FPDFTextObj_GetTextRenderMode(one.handle) == 0 and _alpha(one.handle) == 0:
            return "transparent"
        behind: tuple[int, int, int] | None = (255, 255, 255)
        for place, area in backgrounds:
            if _contains(area.box, one.box):
                if place > order:
                    if area.kind == raw.FPDF_PAGEOBJ_IMAGE and self._fills_page(area.box):
                        return "recognised"
                    return "covered by something painted over it"
                behind = area.colour
        if mode == 0 and one.colour and behind and contrast_ratio(one.colour, behind) < MIN_CONTRAST:
            return "in the colour of its background"
        return ""

    def _note_words(self, one: _Painted, why: str) -> None:
        """Keep the words of a hidden object; those of the objects of one line are joined."""
        words = self._read_text(one.handle)
        if not words:
            return
        listed, before = self._found.words.setdefault(why, []), self._before.get(why)
        gap = one.box[0] - before[2] if before else 0.0
        height = one.box[3] - one.box[1]
        if listed and before and abs(before[1] - one.box[1]) < height and -1 < gap < 3 * height:
            listed[-1] += f"{' ' if gap > _WORD_GAP * height else ''}{words}"
        else:
            listed.append(words)
        self._before[why] = one.box

    def _remove(self, one: _Painted) -> None:
        from pypdfium2 import raw

        if one.parent is None:
            raw.FPDFPage_RemoveObject(self._page, one.handle)
        else:
            raw.FPDFFormObj_RemoveObject(one.parent, one.handle)

    def _read_text(self, handle: Any) -> str:
        from pypdfium2 import raw

        if self._textpage is None:
            self._textpage = self._page.get_textpage()
        buffer = (ctypes.c_ushort * (_MAX_TEXT_BYTES // 2))()
        length = raw.FPDFTextObj_GetText(handle, self._textpage, buffer, _MAX_TEXT_BYTES)
        text = bytes(buffer)[: max(0, min(length, _MAX_TEXT_BYTES))].decode("utf-16-le", "replace")
        return text.rstrip("\0").strip()

    def _fills_page(self, box: Box) -> bool:
        left, bottom, right, top = self._area
        width = min(right, box[2]) - max(left, box[0])
        height = min(top, box[3]) - max(bottom, box[1])
        area = (right - left) * (top - bottom)
        return width > 0 and height > 0 and width * height >= _PAGE_PICTURE_SHARE * area

    def _iter_painted(self, parent: Any, form: Any, matrix: Matrix, depth: int) -> Iterator[_Painted]:
        from pypdfium2 import raw

        count, get = (
            (raw.FPDFPage_CountObjects, raw.FPDFPage_GetObject)
            if form is None
            else (raw.FPDFFormObj_CountObjects, raw.FPDFFormObj_GetObject)
        )
        for index in range(count(parent)):
            handle = get(parent, index)
            kind = raw.FPDFPageObj_GetType(handle)
            if kind == raw.FPDF_PAGEOBJ_FORM and depth < MAX_FORM_DEPTH:
                yield from self._iter_painted(handle, handle, _multiply(_matrix(handle), matrix), depth + 1)
            elif kind in (raw.FPDF_PAGEOBJ_TEXT, raw.FPDF_PAGEOBJ_IMAGE, raw.FPDF_PAGEOBJ_PATH):
                yield _describe(handle, form, kind, matrix)


def _describe(handle: Any, form: Any, kind: int, matrix: Matrix) -> _Painted:
    from pypdfium2 import raw

    sides = [ctypes.c_float() for _ in range(4)]
    raw.FPDFPageObj_GetBounds(handle, *sides)
    box = _transform((sides[0].value, sides[1].value, sides[2].value, sides[3].value), matrix)
    opaque = not raw.FPDFPageObj_HasTransparency(handle)
    colour = None
    if kind == raw.FPDF_PAGEOBJ_IMAGE:
        return _Painted(handle, form, kind, box, None, opaque)
    channels = [ctypes.c_uint() for _ in range(4)]
    if raw.FPDFPageObj_GetFillColor(handle, *channels):
        colour = (channels[0].value, channels[1].value, channels[2].value)
        opaque = opaque and channels[3].value == 255
    if kind == raw.FPDF_PAGEOBJ_PATH:
        fill, stroke = ctypes.c_int(), ctypes.c_int()
        raw.FPDFPath_GetDrawMode(handle, fill, stroke)
        opaque = opaque and fill.value != 0
    return _Painted(handle, form, kind, box, colour, opaque)


def _alpha(handle: Any) -> int:
    from pypdfium2 import raw

    channels = [ctypes.c_uint() for _ in range(4)]
    return channels[3].value if raw.FPDFPageObj_GetFillColor(handle, *channels) else 255


def _matrix(handle: Any) -> Matrix:
    from pypdfium2 import raw

    found = raw.FS_MATRIX()
    if not raw.FPDFPageObj_GetMatrix(handle, found):
        return (1, 0, 0, 1, 0, 0)
    return (found.a, found.b, found.c, found.d, found.e, found.f)


def _multiply(one: Matrix, other: Matrix) -> Matrix:
    a, b, c, d, e, f = one
    p, q, r, s, t, u = other
    return (a * p + b * r, a * q + b * s, c * p + d * r, c * q + d * s, e * p + f * r + t, e * q + f * s + u)


def _transform(box: Box, matrix: Matrix) -> Box:
    a, b, c, d, e, f = matrix
    corners = [(x, y) for x in (box[0], box[2]) for y in (box[1], box[3])]
    xs = [a * x + c * y + e for x, y in corners]
    ys = [b * x + d * y + f for x, y in corners]
    return (min(xs), min(ys), max(xs), max(ys))


def _effective_size(handle: Any) -> float:
    """Return the size of a text object in points, scaled as it is drawn."""
    from pypdfium2 import raw

    size = ctypes.c_float()
    if not raw.FPDFTextObj_GetFontSize(handle, size):
        return MIN_SIZE_PT
    a, b, c, d, *_ = _matrix(handle)
    scale: float = abs(a * d - b * c) ** 0.5
    return abs(size.value) * scale


def _is_text(box: Box) -> bool:
    return box[2] > box[0] or box[3] > box[1]


def _is_area(box: Box) -> bool:
    return box[2] - box[0] >= _MIN_AREA_PT and box[3] - box[1] >= _MIN_AREA_PT


def _overlaps(one: Box, other: Box) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


def _contains(outer: Box, inner: Box) -> bool:
    return (
        outer[0] <= inner[0] + _TOLERANCE_PT
        and outer[1] <= inner[1] + _TOLERANCE_PT
        and outer[2] >= inner[2] - _TOLERANCE_PT
        and outer[3] >= inner[3] - _TOLERANCE_PT
    )
