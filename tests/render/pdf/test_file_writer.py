"""The bytes of a PDF: what pydyf writes, made with less work."""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from io import BytesIO
from pathlib import Path

import deflate
import pikepdf
import pydyf
import pytest
import weasyprint.pdf.fonts
from pdf_samples import LETTER

from briefgen.render.pdf import file_writer, font_subsets
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


def compress_like_pydyf(data: bytes, level: int) -> bytes:
    compressor = zlib.compressobj(9)
    return compressor.compress(data) + compressor.flush()


@pytest.mark.parametrize("info", [True, False])
def test_a_file_is_what_pydyf_writes_but_for_its_compression(
    info: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = BytesIO()
    finished(*values(), info=info).write(file, b"1.7", b"identifier", True)
    with pikepdf.open(BytesIO(write_pdf(finished(*values(), info=info), b"identifier"))) as ours:
        assert len(ours.pages) == 1
    monkeypatch.setattr(deflate, "zlib_compress", compress_like_pydyf)
    file_writer._compress_font_program.cache_clear()
    try:
        assert write_pdf(finished(*values(), info=info), b"identifier") == file.getvalue()
    finally:
        file_writer._compress_font_program.cache_clear()


def test_kerning_by_nought_is_left_out_of_pages_alone() -> None:
    content = pydyf.Stream([b"BT", b"[<0001>0<0002>10<0003>0<>-20<0004>] TJ", b"ET"])
    other = pydyf.Stream([b"[<0001>0<0002>] TJ"])
    pdf = finished(content, other)
    pdf.objects[pdf.pages["Kids"][0]]["Contents"] = content.reference
    data = write_pdf(pdf, b"identifier")
    assert b"BT\n[<00010002>10<0003>-20<0004>] TJ\nET" in data
    assert b"[<0001>0<0002>] TJ" in data


def test_files_are_no_larger_than_with_the_best_of_zlib() -> None:
    data = alone("letter")
    with pikepdf.open(BytesIO(data)) as pdf:
        streams = [one for one in pdf.objects if isinstance(one, pikepdf.Stream) and "/Filter" in one]
        written = sum(len(one.read_raw_bytes()) for one in streams)
        assert written <= sum(len(zlib.compress(one.read_bytes(), 9)) for one in streams)


def test_pages_with_notes_have_no_soft_masks() -> None:
    with pikepdf.open(BytesIO(alone("letter"))) as pdf:
        dictionaries = [one for one in pdf.objects if isinstance(one, pikepdf.Dictionary)]
        assert any("/ca" in one for one in _states(pdf))
        assert not [one for one in (*dictionaries, *_states(pdf)) if "/SMask" in one]


def _states(pdf: pikepdf.Pdf) -> list[pikepdf.Object]:
    """The graphics states that pages use."""
    return [state for page in pdf.pages for state in page.Resources.ExtGState.values()]


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
