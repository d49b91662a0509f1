"""The bytes of a PDF: what pydyf writes, made with less work."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from io import BytesIO
from pathlib import Path

import pydyf
import pytest
import weasyprint.pdf.fonts
from pdf_samples import LETTER

from briefgen.render.pdf import font_subsets
from briefgen.render.pdf.file_writer import write_pdf
from briefgen.render.pdf.renderer import PdfRenderer

STYLES = (Path(__file__).parents[3] / "templates/css",)
OTHER = replace(LETTER, html=LETTER.html.replace("</h1>", " in Zürich, Qx</h1>"))
DOCUMENTS = {"letter": LETTER, "other": OTHER}


@cache
def alone(name: str) -> bytes:
    """What a renderer makes of a document that is its first."""
    return PdfRenderer(STYLES).render(DOCUMENTS[name]).data


@pytest.fixture(scope="module", autouse=True)
def _leave() -> Iterator[None]:
    yield
    alone.cache_clear()


class Counted(pydyf.Dictionary):  # type: ignore[misc]
    """An object that counts how often it is written out."""

    asked = 0

    def items(self) -> object:
        self.asked += 1
        return super().items()


def finished(*objects: pydyf.Object, info: bool = True) -> pydyf.PDF:
    """A PDF with a page, ready to be written."""
    pdf = pydyf.PDF()
    page = pydyf.Dictionary(
        {"Type": "/Page", "Parent": pdf.pages.reference, "MediaBox": pydyf.Array([0, 0, 9.5, 9])}
    )
    pdf.add_page(page)
    for one in objects:
        pdf.add_object(one)
    if info:
        pdf.info["Title"] = pydyf.String("Ein Brief (é, 漢)")
    return pdf


def values() -> list[pydyf.Object]:
    """Every kind of value that files have."""
    numbers = pydyf.Array(
        [1, 2.0, 0.1, 1e-7, -3.25, 1234567.5, True, "/Name", b"7 0 R", pydyf.String("a(b)\\")]
    )
    nested = pydyf.Dictionary(
        {"A": numbers, "B": pydyf.Dictionary({"C": pydyf.Array()}), "D": pydyf.Dictionary()}
    )
    content = pydyf.Stream(
        ["/Span", pydyf.Dictionary({"MCID": 0}), b"BDC", 1.5, pydyf.String("x")], compress=True
    )
    font = pydyf.Stream([b"program" * 99], {"Length1": 693}, compress=True)
    return [nested, content, font, pydyf.Stream([b"plain"], {"Type": "/XObject"})]


@pytest.mark.parametrize("info", [True, False])
def test_a_file_is_byte_for_byte_what_pydyf_writes(info: bool) -> None:
    ours = write_pdf(finished(*values(), info=info), b"identifier")
    file = BytesIO()
    finished(*values(), info=info).write(file, b"1.7", b"identifier", True)
    assert ours == file.getvalue()


def test_each_object_is_made_once() -> None:
    counted = Counted({"Key": "/Value"})
    write_pdf(finished(counted), b"identifier")
    assert counted.asked == 1


def test_fonts_are_subset_once_for_the_same_glyphs(monkeypatch: pytest.MonkeyPatch) -> None:
    renderer = PdfRenderer(STYLES)
    renderer.render(LETTER)
    made: list[object] = []
    original = weasyprint.pdf.fonts.Font.subset
    monkeypatch.setattr(
        weasyprint.pdf.fonts.Font, "subset", lambda font, *more: made.append(font) or original(font, *more)
    )
    renderer.render(replace(LETTER, record={"other": 1}))
    assert made == []
    renderer.render(OTHER)
    assert made


@pytest.mark.parametrize("kept", [font_subsets.MAX_SUBSETS, 1])
def test_a_letter_is_the_same_whatever_was_rendered_before(
    kept: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(font_subsets, "MAX_SUBSETS", kept)
    renderer = PdfRenderer(STYLES)
    made = [renderer.render(document).data for document in (OTHER, LETTER, OTHER, LETTER)]
    assert made == [alone("other"), alone("letter")] * 2
