"""Drawings in finished files: the PDF has the SVG, the DOCX the PNG with the SVG behind it, and both say the same."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from pathlib import Path

import docx
import pikepdf
import pypdfium2
import pytest
from docx_samples import changed, complaints, data_address, document, part, png, validator
from drawing_samples import CHART
from html_reader import read_html
from material import ROOT
from ooxml_lint import lint
from pdf_structure import faults
from pypdfium2 import raw

from briefgen.compose.pictures import embed_pictures
from briefgen.errors import BriefgenError
from briefgen.inspect.compare import find_differences
from briefgen.inspect.docx import read_docx
from briefgen.inspect.pdf_untagged import read_untagged_pdf
from briefgen.model.document import Document
from briefgen.render.docx.renderer import DocxRenderer
from briefgen.render.pdf.renderer import PdfRenderer

ALT = "Reports rose from 12 to 30"
FIGURE = f'<figure><img src="chart.svg" alt="{ALT}"/><figcaption>Figure 1. Reports.</figcaption></figure>'
BODY = f'<div class="body"><p>Before it.</p>{FIGURE}<p>Behind it.</p>{FIGURE}</div>'
GREEN = (0x2E, 0x8B, 0x57)
R = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"


def raster() -> bytes:
    """A PNG that nobody takes for the drawing."""
    from PIL import Image

    file = io.BytesIO()
    Image.new("RGB", (480, 260), GREEN).save(file, "PNG")
    return file.getvalue()


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Document:
    folder = tmp_path_factory.mktemp("pictures")
    (folder / "chart.svg").write_bytes(CHART)
    (folder / "chart.png").write_bytes(raster())
    return document(embed_pictures(BODY, [folder]))


@pytest.fixture(scope="module")
def word(written: Document) -> bytes:
    return DocxRenderer().render(written).data


@pytest.fixture(scope="module")
def pdf(written: Document) -> bytes:
    return PdfRenderer((ROOT / "templates" / "css",)).render(written).data


# Word


def test_word_gets_the_png_with_the_svg_behind_it_and_each_once(word: bytes) -> None:
    package = docx.Document(io.BytesIO(word))
    shapes = package.inline_shapes
    assert len(shapes) == 2
    for shape in shapes:
        assert shape._inline.docPr.get("descr") == ALT
        blip = shape._inline.graphic.graphicData.pic.blipFill.blip
        (svg,) = blip.iter("{http://schemas.microsoft.com/office/drawing/2016/SVG/main}svgBlip")
        parts = package.part.related_parts
        assert parts[blip.embed].blob == raster()
        assert parts[blip.embed].content_type == "image/png"
        assert parts[svg.get(f"{R}embed")].content_type == "image/svg+xml"
        assert b"hatch" in parts[svg.get(f"{R}embed")].blob
    assert sum(name.endswith((".svg", ".png")) for name in pictures(word)) == 2


def pictures(data: bytes) -> list[str]:
    return re.findall(r'Target="(media/[^"]+)"', part(data, "word/_rels/document.xml.rels"))


def test_the_size_is_that_of_the_png(word: bytes) -> None:
    shape = docx.Document(io.BytesIO(word)).inline_shapes[0]
    assert (shape.width, shape.height) == (480 * 9525, 260 * 9525)


@pytest.mark.slow
def test_both_judges_find_nothing(word: bytes, tmp_path: Path) -> None:
    assert lint(word) == []
    assert complaints(validator(), word, tmp_path) == ""


def test_a_drawing_that_leads_nowhere_is_caught(word: bytes) -> None:
    broken = changed(word, "word/document.xml", lambda text: re.sub(r'(svgBlip [^>]*embed=")', r"\1x", text))
    assert lint(broken) != []


def test_python_docx_saves_it_anew_with_both(word: bytes) -> None:
    stream = io.BytesIO()
    docx.Document(io.BytesIO(word)).save(stream)
    assert "svgBlip" in part(stream.getvalue(), "word/document.xml")
    assert len(pictures(stream.getvalue())) == 2


def test_the_same_document_gives_the_same_bytes(written: Document, word: bytes) -> None:
    assert DocxRenderer().render(written).data == word


def test_without_a_drawing_nothing_of_it_is_written() -> None:
    plain = document(f'<figure><img src="{data_address(png())}" alt="A field"/></figure>')
    assert "svgBlip" not in part(DocxRenderer().render(plain).data, "word/document.xml")


@pytest.mark.parametrize(
    "image",
    [
        f'<img src="{data_address(png())}" data-png="{data_address(png())}" alt="x"/>',
        f'<img src="{data_address(CHART, "svg+xml")}" data-png="{data_address(CHART)}" alt="x"/>',
        f'<img src="{data_address(CHART, "svg+xml")}" alt="x"/>',
    ],
    ids=["no drawing", "no PNG behind it", "no PNG"],
)
def test_half_a_pair_is_refused(image: str) -> None:
    with pytest.raises(BriefgenError) as caught:
        DocxRenderer().render(document(f"<figure>{image}</figure>"))
    assert caught.value.problems[0].code == "picture-format"


@pytest.mark.slow
@pytest.mark.office
def test_libreoffice_shows_it(
    word: bytes, convert_to_pdf: Callable[[Path], list[Path]], tmp_path: Path
) -> None:
    """The PNG or the drawing, by its version; nothing is missing, and the words are on their pages."""
    (tmp_path / "it.docx").write_bytes(word)
    (made,) = convert_to_pdf(tmp_path)
    data = made.read_bytes()
    opened = pypdfium2.PdfDocument(data)
    assert max(area(opened, GREEN), area(opened, (0xEE, 0xEE, 0xEE))) > 20_000
    assert "Behind it." in opened[0].get_textpage().get_text_bounded()


def area(opened: pypdfium2.PdfDocument, colour: tuple[int, ...]) -> int:
    """Pixels of about this colour on the first page, at 72 to the inch."""
    counted = opened[0].render(scale=1).to_pil().convert("RGB").getcolors(1 << 24)
    return sum(n for n, each in counted if all(abs(a - b) < 6 for a, b in zip(each, colour, strict=True)))


# PDF


def test_the_pdf_draws_the_svg_in_lines_and_not_the_png(pdf: bytes) -> None:
    opened = pypdfium2.PdfDocument(pdf)
    kinds = [each.type for page in opened for each in page.get_objects(max_depth=5)]
    assert kinds.count(raw.FPDF_PAGEOBJ_PATH) >= 6
    assert area(opened, GREEN) == 0
    assert area(opened, (0xEE, 0xEE, 0xEE)) > 5_000


def test_the_figure_is_tagged_with_its_words(pdf: bytes) -> None:
    # Our checker takes a group within a drawing for the picture itself, so where it stands is judged here.
    assert [fault for fault in faults(pdf, notes=0) if fault[0] != "bbox"] == []
    with pikepdf.open(io.BytesIO(pdf)) as opened:
        figures = [each for each in opened.objects if is_figure(each)]
        assert [str(each.Alt) for each in figures] == [ALT, ALT]
        for each in figures:
            left, low, right, high = (float(side) for side in each.A.BBox)
            assert (round(right - left), round(high - low)) == (360, 200)
            assert left > 0 and low > 0 and high < 792


def is_figure(item: object) -> bool:
    return isinstance(item, pikepdf.Dictionary) and item.get("/S") == "/Figure"


def test_a_pdf_for_archives_holds_drawings_too(written: Document) -> None:
    assert PdfRenderer((ROOT / "templates" / "css",), purpose="archive").render(written).pages


# Both


def test_pdf_and_docx_say_what_the_document_says(written: Document, word: bytes, pdf: bytes) -> None:
    """Words within a drawing are the picture's: its alternative text stands for them everywhere."""
    said, in_word, on_page = read_html(written.html), read_docx(word), read_untagged_pdf(pdf)
    assert [token.text for token in in_word.tokens if token.kind == "image"] == [ALT, ALT]
    assert find_differences(said, in_word) == []
    assert find_differences(said, on_page) == []
    assert find_differences(in_word, on_page) == []
    assert "drawn" in pypdfium2.PdfDocument(pdf)[0].get_textpage().get_text_bounded()
