"""A letterhead made in Word, in the PDF: page, heads, feet and pictures; and what is not in it, which is said."""

from __future__ import annotations

from base64 import b64encode
from dataclasses import replace
from datetime import date
from io import BytesIO
from typing import Any

import docx
import pypdfium2
import pytest
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls
from docx.shared import Mm, Pt, RGBColor
from PIL import Image

from briefgen.errors import BriefgenError
from briefgen.library.folders import built_in_templates
from briefgen.model.branding import DEFAULT_BRANDING, WordLetterhead
from briefgen.model.document import Document
from briefgen.render.docx.letterhead_look import read_letterhead_look
from briefgen.render.pdf.renderer import PdfRenderer

STYLES = (built_in_templates().path / "templates" / "css",)
PT_PER_MM = 72 / 25.4
TEXT = (
    '<div class="letterhead"></div><div class="inside-address"><p>The Honorable Ada Sample<br/>Sample Town</p></div>'
    '<div class="date-line"><p>1 December 2026</p></div><div class="salutation"><p>Dear Senator:</p></div>'
    '<div class="body">{}</div>'
)


def letter(paragraphs: int = 1, **fields: Any) -> Document:
    html = TEXT.format("<p>We ask you to act, and soon. Night buses are late.</p>" * paragraphs)
    plain = Document(
        "letter",
        html,
        "Letter",
        "Riders",
        "en",
        date(2026, 12, 1),
        ("Ada Sample", "1 December 2026"),
        page="a4",
        record={},
    )
    return replace(plain, **fields)


def word(**margins: float) -> Any:
    document = docx.Document()
    section = document.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    for name, mm in {
        "top_margin": 30,
        "left_margin": 25,
        "right_margin": 25,
        "header_distance": 10,
        **margins,
    }.items():
        setattr(section, name, Mm(mm))
    return document


def letterhead(document: Any) -> WordLetterhead:
    target = BytesIO()
    document.save(target)
    return WordLetterhead(target.getvalue(), "ours.docx")


def pages(document: Any, **fields: Any) -> list[Any]:
    renderer = PdfRenderer(STYLES, letterhead=letterhead(document))
    data = renderer.render(letter(**fields)).data
    return [page.get_textpage() for page in pypdfium2.PdfDocument(data)]


def place(page: Any, words: str) -> tuple[float, float]:
    """Left edge and baseline of words in millimetres from the upper left corner of the A4 page."""
    found = page.search(words).get_next()
    assert found is not None, words
    left, bottom, _, _ = page.get_charbox(found[0])
    return left / PT_PER_MM, 297 - bottom / PT_PER_MM


def test_heads_and_feet_are_where_word_has_them() -> None:
    document = word(left_margin=30, footer_distance=12)
    section = document.sections[0]
    section.different_first_page_header_footer = True
    section.first_page_header.paragraphs[0].text = "Harbour Riders Union"
    section.first_page_footer.paragraphs[0].text = "Charity 123"
    section.header.paragraphs[0].text = "To {recipient}, page {page} of {pages}"
    first, second, *_ = pages(document, paragraphs=60)
    left, baseline = place(first, "Harbour Riders Union")
    assert (left, baseline) == pytest.approx((30, 14), abs=1.2)
    assert place(first, "Charity 123")[1] == pytest.approx(297 - 12, abs=2.5)
    assert place(first, "The Honorable")[1] == pytest.approx(30 + 8 / PT_PER_MM + 3.5, abs=1.5)
    assert "To Ada Sample, page 2 of" in second.get_text_range() and "Charity" not in second.get_text_range()
    assert "Harbour Riders Union" not in second.get_text_range()


def test_a_high_head_moves_the_text_and_an_empty_one_is_the_running_head() -> None:
    document = word()
    section = document.sections[0]
    section.different_first_page_header_footer = True
    head = section.first_page_header.paragraphs[0]
    head.text = "High"
    head.runs[0].font.size = Pt(40)
    head.paragraph_format.space_after = Pt(60)
    first, second, *_ = pages(document, paragraphs=60)
    assert place(first, "The Honorable")[1] > 10 + (40 * 1.17 + 60) / PT_PER_MM
    assert place(second, "Ada Sample")[1] < 28 and "Page 2 of" in second.get_text_range()


def test_pictures_colours_sides_and_a_logo_are_taken_over() -> None:
    picture = BytesIO()
    Image.new("RGB", (60, 20), (200, 10, 10)).save(picture, "PNG")
    picture.seek(0)
    document = word()
    head = document.sections[0].header
    head.paragraphs[0].add_run().add_picture(picture, width=Mm(30))
    line = head.add_paragraph("Left\tMiddle\tRight")
    line.style = document.styles["Header"]
    line.runs[0].font.color.rgb = RGBColor(0x12, 0x34, 0x56)
    other = head.add_paragraph("Centred")
    other.alignment = WD_ALIGN_PARAGRAPH.CENTER
    look, not_taken = read_letterhead_look(letterhead(document), "a4", DEFAULT_BRANDING)
    assert "width:30.00mm;height:10.00mm" in look.first_head and "color:#123456" in look.first_head
    assert [each for each in not_taken if not each.startswith("the font")] == []
    (page,) = pages(document)
    xs = [place(page, each)[0] for each in ("Left", "Middle", "Right", "Centred")]
    assert xs[0] == pytest.approx(25, abs=1) and 90 < xs[1] < 110 and xs[2] > 170 and 90 < xs[3] < 110


def test_what_only_word_can_place_is_named() -> None:
    document = word()
    head = document.sections[0].header
    head.paragraphs[0].text = "Head <&> 'x'"
    head.add_table(1, 1, Mm(50)).cell(0, 0).text = "In a table"
    run = head.paragraphs[0].add_run()
    run._r.append(
        parse_xml(
            f"<w:pict {nsdecls('w')}><w:txbxContent><w:p><w:r><w:t>In a box</w:t></w:r></w:p></w:txbxContent></w:pict>"
        )
    )
    for part in ('<w:fldSimple w:instr=" STYLEREF x "/>',):
        head.paragraphs[0]._p.append(parse_xml(part.replace("w:fldSimple", f"w:fldSimple {nsdecls('w')}", 1)))
    document.settings.odd_and_even_pages_header_footer = True
    look, not_taken = read_letterhead_look(letterhead(document), "a4", DEFAULT_BRANDING)
    assert "Head &lt;&amp;&gt; &#x27;x&#x27;" in look.first_head and "In a" not in look.first_head
    named = "; ".join(not_taken)
    for what in ("tables", "text boxes", "the field STYLEREF", "heads of even pages"):
        assert what in named


def test_a_broken_picture_is_named_and_a_head_without_end_is_refused() -> None:
    picture = BytesIO()
    Image.new("RGB", (6, 2)).save(picture, "PNG")
    picture.seek(0)
    document = word()
    head = document.sections[0].header
    head.paragraphs[0].add_run().add_picture(picture, width=Mm(30))
    part = next(one for one in head.part.related_parts.values() if one.content_type == "image/png")
    part._blob = part.blob[:40]
    look, not_taken = read_letterhead_look(letterhead(document), "a4", DEFAULT_BRANDING)
    assert "<img" not in look.first_head and "pictures that are broken or too large" in not_taken
    endless = word()
    for _ in range(80):
        endless.sections[0].header.add_paragraph("Line").runs[0].font.size = Pt(20)
    with pytest.raises(BriefgenError, match="letterhead-page"):
        pages(endless)


def test_a_logo_is_at_the_left_above_the_address_as_in_word() -> None:
    picture = BytesIO()
    Image.new("RGB", (60, 20), (200, 10, 10)).save(picture, "PNG")
    url = f"data:image/png;base64,{b64encode(picture.getvalue()).decode()}"
    document = word()
    document.sections[0].header.paragraphs[0].text = "Head"
    html = letter().html.replace(
        '<div class="letterhead">', f'<div class="letterhead"><figure><img src="{url}" alt="x"/></figure>'
    )
    renderer = PdfRenderer(STYLES, letterhead=letterhead(document))
    page = pypdfium2.PdfDocument(renderer.render(replace(letter(), html=html)).data)[0]
    (shown,) = [one for one in page.get_objects() if one.type == pypdfium2.raw.FPDF_PAGEOBJ_IMAGE]
    left, bottom, _, _ = shown.get_bounds()
    assert left / PT_PER_MM == pytest.approx(25, abs=0.5)
    assert 297 - bottom / PT_PER_MM < place(page.get_textpage(), "The Honorable")[1]


def test_pages_on_their_side_keep_their_size() -> None:
    document = word()
    section = document.sections[0]
    section.page_width, section.page_height = Mm(297), Mm(210)
    section.header.paragraphs[0].text = "Wide"
    data = PdfRenderer(STYLES, letterhead=letterhead(document)).render(letter()).data
    size = pypdfium2.PdfDocument(data)[0].get_size()
    assert size == pytest.approx((297 * PT_PER_MM, 210 * PT_PER_MM), abs=1)


def test_the_address_stays_in_its_window() -> None:
    document = word(top_margin=20)
    document.sections[0].header.paragraphs[0].text = "Head"
    (page,) = pages(document, layout="din-5008-b")
    left, baseline = place(page, "The Honorable")
    assert 20 < left < 30 and 60 < baseline < 72
