"""Letters in every layout and design, and where their lines stand on the page, measured."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any, get_args

import pypdfium2
from pdf_samples import LETTER, NOTE, SENTENCE, letter, picture

from briefgen.model.branding import DESIGN_FONTS, Branding, DesignName
from briefgen.model.document import Document, LayoutName
from briefgen.render.layouts import LAYOUTS, MM_PER_PT

DESIGNS: tuple[DesignName, ...] = get_args(DesignName)
WINDOWED: tuple[LayoutName, ...] = tuple(LAYOUTS)
LINES = (
    "The Right Honourable Jane Q. Sample MP",
    "Zsample Committee on Examples",
    "Department of Samples",
    "Sample Building",
    "Second Floor",
    "Wing B",
    "7 Sample Street",
    "Sampletown",
    "SAMPLELAND",
)
RETURN = "Example Initiative · 12 Example Street · 10115 Berlin"
FOOT = ("Example Initiative · registered charity no. 123456", "IBAN DE00 0000 0000 0000 0000 00")
PAGES = f"<p>{SENTENCE * 6}{NOTE}</p>" * 6


def look(design: DesignName, **changed: Any) -> Branding:
    text, labels = DESIGN_FONTS[design]
    return Branding(design, text, labels, foot=FOOT, **changed)


def laid_out(layout: LayoutName, lines: tuple[str, ...] = LINES[:4], body: str = PAGES) -> Document:
    """A letter of two pages with logo, return line where there is one, and these lines of address."""
    written = letter(body)
    logo = f'<figure><img src="{picture(400, 160, (31, 58, 95))}" alt="A field"/></figure>'
    back = f'<div class="return-line"><p>{RETURN}</p></div>' if layout.startswith("din") else ""
    address = f'{back}<div class="inside-address"><p>{"<br/>".join(lines)}</p></div>'
    html = written.html.replace('<div class="letterhead">', f'<div class="letterhead">{logo}')
    start, end = html.index('<div class="inside-address">'), html.index('<div class="date-line">')
    return replace(
        LETTER,
        html=html[:start] + address + html[end:],
        layout=layout,
        page="us-letter" if layout == "us-letter" else "a4",
    )


def extents(data: bytes, words: tuple[str, ...]) -> list[tuple[float, float, float, float]]:
    """Left, top, right and bottom edge in mm of each of these words on the first page, as painted."""
    pdf = pypdfium2.PdfDocument(data)
    try:
        page = pdf[0]
        text = page.get_textpage()
        high, found = page.get_height(), []
        for each in words:
            place, length = text.search(each, index=0, match_case=True).get_next() or (-1, 0)
            assert place >= 0, f"{each!r} does not stand on the page"
            boxes = [text.get_charbox(index) for index in range(place, place + length)]
            boxes = [box for box in boxes if box[2] > box[0]]
            found.append(
                (
                    min(box[0] for box in boxes) * MM_PER_PT,
                    (high - max(box[3] for box in boxes)) * MM_PER_PT,
                    max(box[2] for box in boxes) * MM_PER_PT,
                    (high - min(box[1] for box in boxes)) * MM_PER_PT,
                )
            )
        text.close()
        return found
    finally:
        pdf.close()


def rules(data: bytes) -> Iterator[tuple[float, float, float]]:
    """Left edge, height from the top and length in mm of the flat shapes at the edge of the first page."""
    pdf = pypdfium2.PdfDocument(data)
    try:
        page = pdf[0]
        for shape in page.get_objects(filter=[pypdfium2.raw.FPDF_PAGEOBJ_PATH]):
            left, bottom, right, top = shape.get_bounds()
            if right * MM_PER_PT < 15 and top - bottom < 2:
                yield (
                    left * MM_PER_PT,
                    (page.get_height() - (top + bottom) / 2) * MM_PER_PT,
                    (right - left) * MM_PER_PT,
                )
    finally:
        pdf.close()
