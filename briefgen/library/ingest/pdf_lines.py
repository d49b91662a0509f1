"""Reads the lines of a PDF and where they stand on their pages; it makes no paragraphs of them.

pdfium reads the file in a process of its own, with limits of time and memory: a PDF may come from anywhere.
"""

from __future__ import annotations

import statistics
from collections.abc import Iterator
from dataclasses import astuple, dataclass
from typing import Any

from briefgen.errors import BriefgenError, Place, Problem
from briefgen.system.child_process import NoAnswerError, answer, answer_of

TIMEOUT_S = 120
MAX_PAGES = 3_000


@dataclass(frozen=True, slots=True)
class Line:
    """A line of print; lengths in points, from the page's lower left corner."""

    text: str
    left: float
    bottom: float
    right: float
    top: float
    size: float
    """Height of its letters with ascent and descent; grows with the size of type."""


Page = tuple[Line, ...]
"""The lines of a page in the order in which the file has them."""


def read_pages(data: bytes, shown: str) -> list[Page]:
    """The pages of a PDF; raises BriefgenError where it is broken, encrypted or asks too much."""
    try:
        answered = answer_of(__name__, data, TIMEOUT_S)
    except NoAnswerError as why:
        raise _unreadable(shown, str(why)) from None
    if answered["problem"] == "encrypted":
        raise BriefgenError(
            Problem(
                "pdf-encrypted",
                "asks for a password",
                Place(shown),
                "open it in a PDF program, save it without a password, and add that file",
            )
        )
    if answered["problem"]:
        raise _unreadable(shown, answered["problem"])
    return [tuple(Line(*line) for line in page) for page in answered["pages"]]


def _unreadable(shown: str, why: str) -> BriefgenError:
    return BriefgenError(
        Problem(
            "source-unreadable",
            f"cannot be read as a PDF: {why}",
            Place(shown),
            "open it in a PDF program and save it anew, or save its text as .txt",
        )
    )


# -- in the reading process


def _answer(data: bytes) -> dict[str, Any]:
    import pypdfium2
    import pypdfium2.raw as pdfium

    try:
        document = pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError as error:
        if getattr(error, "err_code", None) == pdfium.FPDF_ERR_PASSWORD or "password" in str(error).lower():
            return {"problem": "encrypted"}
        return {"problem": "it is damaged, or no PDF"}
    try:
        if len(document) > MAX_PAGES:
            return {"problem": f"it has {len(document)} pages of at most {MAX_PAGES}"}
        pages = [[astuple(line) for line in _lines(page)] for page in document]
    except pypdfium2.PdfiumError:
        return {"problem": "one of its pages is damaged"}
    finally:
        document.close()
    return {"problem": "", "pages": pages}


def _lines(page: Any) -> Iterator[Line]:
    import pypdfium2.raw as pdfium

    textpage = page.get_textpage()
    characters = [pdfium.FPDFText_GetUnicode(textpage, index) for index in range(textpage.count_chars())]
    begin = 0
    for end in (*(index for index, code in enumerate(characters) if code == 0x0A), len(characters)):
        line = _line(textpage, characters, begin, end)
        if line is not None:
            yield line
        begin = end + 1


def _line(textpage: Any, characters: list[int], begin: int, end: int) -> Line | None:
    seen = [index for index in range(begin, end) if not chr(characters[index]).isspace()]
    if not seen:
        return None
    text = "".join(map(chr, characters[begin:end]))
    text = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    sample = sorted({seen[0], seen[-1], *seen[:: max(1, len(seen) // 5)]})
    boxes = [box for index in sample if (box := _box(textpage, index)) is not None]
    if not boxes:
        return None
    heights = [top - bottom for _, bottom, _, top in boxes]
    size = statistics.median(heights)
    usual = [
        box for box, height in zip(boxes, heights, strict=True) if abs(height - size) <= size / 10
    ] or boxes
    return Line(
        " ".join(text.split()),
        min(box[0] for box in boxes),
        statistics.median(box[1] for box in usual),
        max(box[2] for box in boxes),
        statistics.median(box[3] for box in usual),
        size,
    )


def _box(textpage: Any, index: int) -> tuple[float, float, float, float] | None:
    """Left, bottom, right and top of a character with its ascent and descent."""
    import ctypes

    import pypdfium2.raw as pdfium

    rectangle = pdfium.FS_RECTF()
    if not pdfium.FPDFText_GetLooseCharBox(textpage, index, ctypes.byref(rectangle)):
        return None
    low, high = sorted((rectangle.bottom, rectangle.top))
    return rectangle.left, low, rectangle.right, high


if __name__ == "__main__":
    answer(_answer, TIMEOUT_S)
