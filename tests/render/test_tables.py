"""A wide table is made to fit in both formats alike: long words broken, in smaller type, on a page on its side."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from io import BytesIO
from pathlib import Path
from xml.etree import ElementTree

import pypdfium2
import pytest
from ooxml_lint import lint
from pdf_samples import BRIEFING, SENTENCE, letter
from pdf_structure import faults

from briefgen.errors import BriefgenError
from briefgen.inspect.compare import find_differences
from briefgen.inspect.docx import read_docx
from briefgen.inspect.pdf_untagged import read_any_pdf
from briefgen.model.branding import DEFAULT_BRANDING
from briefgen.model.document import Document
from briefgen.render.docx.renderer import DocxRenderer
from briefgen.render.layouts import MM_PER_PT, PAGES
from briefgen.render.pdf.renderer import PdfRenderer
from briefgen.render.tables import TableFit, build_table_grid, divide_width, fit_table, fit_tables

STYLES = (Path(__file__).parents[2] / "templates/css",)
PAGE = PAGES["letter", "a4"]
ADDRESS = "https://example.org/" + "abcdefghij" * 20
CHINESE = f"<td>{'中文' * 40}</td>"
TEXT = f"<p>{SENTENCE * 3}</p>"


def table(columns: int, rows: int = 3, word: str = "Indicator", caption: str = "Waiting times") -> str:
    head = "".join(f'<th scope="col">{word} {column}</th>' for column in range(columns))
    row = "".join(f"<td>value-{column}</td>" for column in range(columns))
    return (
        f"<table><caption>{caption}</caption><thead><tr>{head}</tr></thead>"
        f"<tbody>{f'<tr>{row}</tr>' * rows}</tbody></table>"
    )


def fit(html: str) -> TableFit:
    element = ElementTree.fromstring(html)
    return fit_table(element, build_table_grid(element), PAGE, DEFAULT_BRANDING, "A letter")


@pytest.fixture(scope="module", autouse=True)
def _leave() -> Iterator[None]:
    yield
    renderer.cache_clear()  # its fonts clean up after themselves only before Python ends


@cache
def renderer() -> PdfRenderer:
    return PdfRenderer(STYLES)


def in_pdf(document: Document) -> bytes:
    return renderer().render(document).data


def word_parts(document: Document) -> dict[str, str]:
    data = DocxRenderer().render(document).data
    with zipfile.ZipFile(BytesIO(data)) as package:
        return {name: package.read(name).decode() for name in package.namelist() if name.endswith(".xml")}


def page_sizes(data: bytes) -> list[tuple[int, int]]:
    with pypdfium2.PdfDocument(data) as pdf:
        return [tuple(round(side * MM_PER_PT) for side in page.get_size()) for page in pdf]


FITS = {
    "few columns": (table(4), False, 8.8, False),
    "more columns": (table(10), False, 7.0, False),
    "many columns": (table(14), False, 8.8, True),
    "still more": (table(17), False, 7.0, True),
    "an address": (f"<table><tbody><tr><td>{ADDRESS}</td><td>x</td></tr></tbody></table>", True, 8.8, False),
    "an address that has room": (
        f"<table><tbody><tr><td>{ADDRESS[:50]}</td><td>x</td></tr></tbody></table>", False, 8.8, False,
    ),
    "a long note": (
        f'<table><tbody><tr><td>x<span class="footnote">{ADDRESS}</span></td></tr></tbody></table>',
        False, 8.8, False,
    ),
    "Chinese": (f"<table><tbody><tr>{CHINESE * 3}</tr></tbody></table>", False, 8.8, False),
    "a wide cell over narrow columns": (
        "<table><tbody><tr><td>a</td><td>b</td></tr>"
        f"<tr><td colspan='2'>{'W' * 24}</td></tr></tbody></table>", False, 8.8, False,
    ),
}  # fmt: skip


@pytest.mark.parametrize("kind", FITS)
def test_a_table_is_changed_only_as_far_as_it_needs(kind: str) -> None:
    html, breaks_words, size_pt, turned = FITS[kind]
    found = fit(html)
    assert (found.breaks_words, found.size_pt, found.turned) == (breaks_words, size_pt, turned)
    if (breaks_words, size_pt, turned) == (False, 8.8, False):
        assert fit_tables(html, PAGE, DEFAULT_BRANDING, "A letter") == html


def test_a_table_that_fits_no_page_is_named_with_its_document_in_both_formats() -> None:
    document = letter(TEXT + table(30))
    for each in (renderer(), DocxRenderer()):
        with pytest.raises(BriefgenError) as caught:
            each.render(document)
        (problem,) = caught.value.problems
        assert problem.code == "table-too-wide"
        assert "'Waiting times'" in problem.message
        assert "30 columns (Letter to The Honorable Jane Sample)" in problem.message


def test_without_caption_a_table_is_named_by_its_first_words() -> None:
    with pytest.raises(BriefgenError, match="the table 'Indicator 0 Indicator 1 "):
        fit(re.sub("<caption>.*</caption>", "", table(30)))


def test_both_formats_turn_the_same_table_and_the_text_after_it_is_upright() -> None:
    document = letter(TEXT + table(14) + TEXT)
    data = in_pdf(document)
    assert page_sizes(data) == [(210, 297), (297, 210), (210, 297)]
    sections = re.findall(r"<w:pgSz [^>]*>", word_parts(document)["word/document.xml"])
    assert ["landscape" in each for each in sections] == [False, True, False]


def test_only_the_first_page_in_word_has_the_letterhead() -> None:
    xml = word_parts(letter(TEXT + table(14) + TEXT))["word/document.xml"]
    sections = re.findall(r"<w:sectPr.*?</w:sectPr>", xml)
    assert ["titlePg" in each for each in sections] == [True, False, False]


@pytest.mark.parametrize("body", [table(14) + table(15), TEXT + table(14) + table(15) + TEXT])
def test_turned_tables_after_each_other_share_their_pages(body: str) -> None:
    document = replace(BRIEFING, html=body)
    wanted = [(297, 210)] if body.startswith("<table") else [(210, 297), (297, 210), (210, 297)]
    assert page_sizes(in_pdf(document)) == wanted
    sections = re.findall(r"<w:pgSz [^>]*>", word_parts(document)["word/document.xml"])
    assert sum("landscape" in each for each in sections) == 1
    assert ("landscape" in sections[-1]) == body.startswith("<table")


@pytest.mark.parametrize(
    "body",
    [table(10), table(14, 40), f"<table><tbody><tr><th>{ADDRESS}</th><td>x</td></tr></tbody></table>"],
    ids=["small", "turned", "broken words"],
)
def test_every_word_is_on_the_paper_and_the_formats_agree(body: str) -> None:
    document = letter(TEXT + body + TEXT)
    data = in_pdf(document)
    assert faults(data, 0) == []
    made = DocxRenderer().render(document).data
    assert list(lint(made)) == []
    assert find_differences(read_docx(made), read_any_pdf(data)) == []
    with pypdfium2.PdfDocument(data) as pdf:
        for page in pdf:
            width, text = page.get_width(), page.get_textpage()
            boxes = [text.get_charbox(index) for index in range(text.count_chars())]
            assert max(right for _, _, right, _ in boxes) < width - 40
            text.close()


def test_small_tables_are_small_in_word_too_but_not_their_notes() -> None:
    note = '<span class="footnote">A note.</span>'
    parts = word_parts(letter(TEXT + table(10).replace("value-3", f"value-3{note}", 1)))
    assert parts["word/document.xml"].count('<w:sz w:val="15"/>') == 40
    assert "<w:sz " not in parts["word/footnotes.xml"]


def test_columns_in_word_are_as_wide_as_their_longest_words_where_there_is_room() -> None:
    html = f"<table><tbody><tr><td>{ADDRESS}</td><td>shortened</td><td>b</td></tr></tbody></table>"
    element = ElementTree.fromstring(html)
    rows, width = build_table_grid(element), 8000
    found = fit(html)
    widths = divide_width(rows, found, width)
    assert sum(widths) == pytest.approx(width, abs=2)
    assert all(width >= least * 20 - 1 for width, least in zip(widths, found.columns_pt, strict=True))


def test_word_files_with_tables_that_fit_have_one_section() -> None:
    xml = word_parts(letter(TEXT + table(4)))["word/document.xml"]
    assert xml.count("<w:sectPr") == 1
    assert "<w:sz " not in xml
