"""What is raised, lowered, slanted, bold or in small capitals on the page is so in Word, wherever it is."""

from __future__ import annotations

import ctypes
import io
import zipfile
from collections.abc import Iterator

import pypdfium2
import pypdfium2.raw as pdfium
import pytest
from docx_samples import document
from lxml import etree
from material import ROOT

from briefgen.render.docx.renderer import DocxRenderer
from briefgen.render.pdf.renderer import PdfRenderer

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
MARKUP = {
    "regular": "{}",
    "slanted": "<em>{}</em>",
    "bold": "<strong>{}</strong>",
    "raised": "<sup>{}</sup>",
    "lowered": "<sub>{}</sub>",
    "small capitals": '<span class="small-caps">{}</span>',
    "raised slanted": "<em><sup>{}</sup></em>",
    "bold small capitals": '<strong><span class="small-caps">{}</span></strong>',
    "bold lowered": "<sub><strong>{}</strong></sub>",
}
"""Looks in words, and how a document has them."""
PLACES = {
    "paragraph": "<p>{}.</p>",
    "item": "<ul><li>{}.</li></ul>",
    "cell": "<table><tbody><tr><td>{}.</td></tr></tbody></table>",
    "link": '<p><a href="https://example.org/">{}</a>.</p>',
    "note": '<p>It is so.<span class="footnote">{}.</span></p>',
}
PLACE_LETTERS = dict(zip(PLACES, "pqrst", strict=True))


def _word(place: str, look: str) -> str:
    """A word that occurs once; a `b` is as high as a capital, but lower in small capitals."""
    return f"{PLACE_LETTERS[place]}{'acegmnouv'[list(MARKUP).index(look)]}b"


def _sample_html() -> str:
    marked = {
        place: " ".join(markup.format(_word(place, look)) for look, markup in MARKUP.items())
        for place in PLACES
    }
    return (
        '<div class="body">'
        + "".join(PLACES[place].format(text) for place, text in marked.items())
        + "</div>"
    )


@pytest.fixture(scope="module")
def looks_in_pdf() -> dict[str, str]:
    """Every sample word's look on the page, by its font and the place and size of its last letter."""
    renderer = PdfRenderer((ROOT / "templates" / "css",))
    with pypdfium2.PdfDocument(renderer.render(document(_sample_html())).data) as pdf:
        page = pdf[0].get_textpage()
        text = "".join(page.get_text_range(index, 1) for index in range(page.count_chars()))
        return {
            _word(place, look): _look_of_letter(
                page, text.index(_word(place, look)) + 2, text.index(_word(place, "regular")) + 2
            )
            for place in PLACES
            for look in MARKUP
        }


def _look_of_letter(page: pypdfium2.PdfTextPage, index: int, regular: int) -> str:
    baseline, size, font = _measure(page, index)
    regular_baseline, regular_size, _ = _measure(page, regular)
    looks = {
        "bold": "Bold" in font,
        "raised": baseline > regular_baseline + 0.1,
        "lowered": baseline < regular_baseline - 0.1,
        "slanted": "Italic" in font,
        "small capitals": size < regular_size * 0.85,
    }
    return " ".join(look for look, present in looks.items() if present) or "regular"


def _measure(page: pypdfium2.PdfTextPage, index: int) -> tuple[float, float, str]:
    """Baseline and height of a letter, the height in units of its font's size, and the font."""
    x, y, flags = ctypes.c_double(), ctypes.c_double(), ctypes.c_int()
    pdfium.FPDFText_GetCharOrigin(page, index, x, y)
    name = ctypes.create_string_buffer(200)
    pdfium.FPDFText_GetFontInfo(page, index, name, 200, flags)
    _, bottom, _, top = page.get_charbox(index)
    return y.value, (top - bottom) / pdfium.FPDFText_GetFontSize(page, index), name.value.decode()


@pytest.fixture(scope="module")
def looks_in_word() -> dict[str, str]:
    """Every sample word's look in the Word file, by the properties of its run."""
    with zipfile.ZipFile(io.BytesIO(DocxRenderer().render(document(_sample_html())).data)) as archive:
        parts = [etree.fromstring(archive.read(f"word/{name}.xml")) for name in ("document", "footnotes")]
    return {word: look for part in parts for run in part.iter(f"{W}r") for word, look in _looks_of_run(run)}


def _looks_of_run(run: etree._Element) -> Iterator[tuple[str, str]]:
    def has(name: str, value: str | None = None) -> bool:
        return any(found.get(f"{W}val") == value for found in run.iterfind(f"{W}rPr/{W}{name}"))

    looks = {
        "bold": has("b"),
        "raised": has("vertAlign", "superscript"),
        "lowered": has("vertAlign", "subscript"),
        "slanted": has("i"),
        "small capitals": has("smallCaps"),
    }
    look = " ".join(look for look, present in looks.items() if present) or "regular"
    for text in run.iterfind(f"{W}t"):
        for word in (text.text or "").strip(" .").split():
            yield word, look


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("look", MARKUP)
def test_a_word_looks_alike_in_both_formats(
    look: str, place: str, looks_in_pdf: dict[str, str], looks_in_word: dict[str, str]
) -> None:
    word = _word(place, look)
    assert (looks_in_pdf[word], looks_in_word[word]) == (look, look)
