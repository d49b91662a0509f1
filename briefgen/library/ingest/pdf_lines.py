"""Read the lines of a PDF and their positions on the pages.

pdfium runs in a child process with limits on time and memory, because a PDF may come from anywhere.
"""

from __future__ import annotations

import statistics
from collections.abc import Iterator
from dataclasses import astuple, dataclass
from typing import Any

from briefgen.errors import BriefgenError, Place, Problem
from briefgen.system.child_process import ChildProcessFailedError, run_child_process, serve_child_process

TIMEOUT_S = 120
MAX_PAGES = 3_000


@dataclass(frozen=True, slots=True)
class PdfLine:
    """A printed line; lengths in points from the page's lower left corner."""

    text: str
    left: float
    bottom: float
    right: float
    top: float
    size: float
    """Height of its letters with ascent and descent, proportional to the type size."""


PdfPage = tuple[PdfLine, ...]
"""The lines of a page in the order of the file."""


@dataclass(frozen=True, slots=True)
class PdfText:
    """What a PDF contains."""

    pages: list[PdfPage]
    labels: list[str]
    """The name that the file gives each page (ISO 32000-1, 12.4.2); empty if it gives none."""
    info: dict[str, str]
    """The document information dictionary: `Title`, `Author`, `CreationDate` and others."""


def read_pdf(data: bytes, display_name: str) -> PdfText:
    """Read the pages of a PDF; raise BriefgenError if it is damaged, encrypted or exceeds the limits."""
    try:
        answered = run_child_process(__name__, data, TIMEOUT_S)
    except ChildProcessFailedError as why:
        raise _pdf_unreadable(display_name, str(why)) from None
    if answered["problem"] == "encrypted":
        raise BriefgenError(
            Problem(
                "pdf-encrypted",
                "needs a password",
                Place(display_name),
                "open it in a PDF program, save it without a password, and add that file",
            )
        )
    if answered["problem"]:
        raise _pdf_unreadable(display_name, answered["problem"])
    pages = [tuple(PdfLine(*line) for line in page) for page in answered["pages"]]
    return PdfText(pages, answered["labels"], answered["info"])


def _pdf_unreadable(display_name: str, why: str) -> BriefgenError:
    return BriefgenError(
        Problem(
            "source-unreadable",
            f"cannot be read as a PDF: {why}",
            Place(display_name),
            "open it in a PDF program and save it again, or save its text as .txt",
        )
    )


# -- in the child process


def _read_pages_in_child(data: bytes) -> dict[str, Any]:
    import pypdfium2
    import pypdfium2.raw as pdfium

    try:
        document = pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError as error:
        if getattr(error, "err_code", None) == pdfium.FPDF_ERR_PASSWORD or "password" in str(error).lower():
            return {"problem": "encrypted"}
        return {"problem": "it is damaged, or not a PDF"}
    try:
        if len(document) > MAX_PAGES:
            return {"problem": f"it has {len(document)} pages, more than {MAX_PAGES}"}
        pages = [[astuple(line) for line in _read_page_lines(page)] for page in document]
        labels = [document.get_page_label(number) for number in range(len(document))]
        info = document.get_metadata_dict(skip_empty=True)
    except pypdfium2.PdfiumError:
        return {"problem": "one of its pages is damaged"}
    finally:
        document.close()
    return {"problem": "", "pages": pages, "labels": labels, "info": info}


def _read_page_lines(page: Any) -> Iterator[PdfLine]:
    import pypdfium2.raw as pdfium

    textpage = page.get_textpage()
    characters = [pdfium.FPDFText_GetUnicode(textpage, index) for index in range(textpage.count_chars())]
    begin = 0
    for end in (*(index for index, code in enumerate(characters) if code == 0x0A), len(characters)):
        line = _measure_line(textpage, characters, begin, end)
        if line is not None:
            yield line
        begin = end + 1


def _measure_line(textpage: Any, characters: list[int], begin: int, end: int) -> PdfLine | None:
    seen = [index for index in range(begin, end) if not chr(characters[index]).isspace()]
    if not seen:
        return None
    text = "".join(map(chr, characters[begin:end]))
    text = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    sample = sorted({seen[0], seen[-1], *seen[:: max(1, len(seen) // 5)]})
    boxes = [box for index in sample if (box := _character_box(textpage, index)) is not None]
    if not boxes:
        return None
    heights = [top - bottom for _, bottom, _, top in boxes]
    size = statistics.median(heights)
    usual = [
        box for box, height in zip(boxes, heights, strict=True) if abs(height - size) <= size / 10
    ] or boxes
    return PdfLine(
        " ".join(text.split()),
        min(box[0] for box in boxes),
        statistics.median(box[1] for box in usual),
        max(box[2] for box in boxes),
        statistics.median(box[3] for box in usual),
        size,
    )


def _character_box(textpage: Any, index: int) -> tuple[float, float, float, float] | None:
    """Return left, bottom, right and top of a character, with ascent and descent."""
    import ctypes

    import pypdfium2.raw as pdfium

    rectangle = pdfium.FS_RECTF()
    if not pdfium.FPDFText_GetLooseCharBox(textpage, index, ctypes.byref(rectangle)):
        return None
    low, high = sorted((rectangle.bottom, rectangle.top))
    return rectangle.left, low, rectangle.right, high


if __name__ == "__main__":
    serve_child_process(_read_pages_in_child, TIMEOUT_S)
