"""Merged PDFs keep the letters' pages unchanged and in order, with bookmarks, and store shared resources once."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path

import pikepdf
import pypdfium2
import pytest
from material import ROOT

from briefgen.campaign.open import open_campaign
from briefgen.errors import BriefgenError
from briefgen.mailing.pdf_merge import PdfPart, merge_pdfs

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def letters() -> list[bytes]:
    opened = open_campaign(ROOT / "examples/us-congress")
    renderer = opened.renderers(("pdf",))()["pdf"]
    return [renderer.render(opened.composer.compose_letter(one)).data for one in opened.recipients]


def merge(parts: list[PdfPart], **options: bool) -> bytes:
    target = BytesIO()
    merge_pdfs(parts, "All letters", target, **options)
    return target.getvalue()


def render_pages(data: bytes) -> list[bytes]:
    return [page.render(scale=0.7).to_pil().tobytes() for page in pypdfium2.PdfDocument(data)]


def test_pages_look_the_same_as_in_the_letters(letters: list[bytes]) -> None:
    merged_pdf = merge([PdfPart(data) for data in letters])
    assert render_pages(merged_pdf) == [picture for data in letters for picture in render_pages(data)]


def test_text_is_still_searchable(letters: list[bytes]) -> None:
    merged_pdf = pypdfium2.PdfDocument(merge([PdfPart(data) for data in letters]))
    apart = [page for data in letters for page in pypdfium2.PdfDocument(data)]
    assert len(apart) >= len(letters) > 1
    for page, own in zip(merged_pdf, apart, strict=True):
        assert page.get_textpage().get_text_bounded() == own.get_textpage().get_text_bounded()


def test_fonts_are_stored_once(letters: list[bytes]) -> None:
    with pikepdf.open(BytesIO(merge([PdfPart(data) for data in letters * 3]))) as pdf:
        files = {
            one["/FontFile3"].objgen
            for one in pdf.objects
            if isinstance(one, pikepdf.Dictionary) and "/FontFile3" in one
        }
        names = {
            str(one["/FontName"])[8:]
            for one in pdf.objects
            if isinstance(one, pikepdf.Dictionary) and "/FontFile3" in one
        }
    assert len(files) == len(names)


def test_each_letter_has_a_bookmark(letters: list[bytes]) -> None:
    data = merge([PdfPart(one, f"Letter {number}") for number, one in enumerate(letters)])
    first, found = 0, []
    for number, one in enumerate(letters):
        found.append((f"Letter {number}", first))
        first += len(pypdfium2.PdfDocument(one))
    document = pypdfium2.PdfDocument(data)
    assert [(item.get_title(), item.get_dest().get_index()) for item in document.get_toc()] == found


def test_duplex_starts_each_letter_on_a_new_sheet(letters: list[bytes]) -> None:
    pages = [len(pypdfium2.PdfDocument(one)) for one in letters]
    assert 1 in pages
    data = merge([PdfPart(one, str(number)) for number, one in enumerate(letters)], duplex=True)
    document = pypdfium2.PdfDocument(data)
    assert len(document) == sum(number + number % 2 for number in pages)
    assert all(item.get_dest().get_index() % 2 == 0 for item in document.get_toc())


def test_merging_is_reproducible(letters: list[bytes]) -> None:
    parts = [PdfPart(one, "x") for one in letters]
    assert merge(parts) == merge(parts)


@pytest.mark.parametrize("damage", [b"", b"%PDF-1.7 nothing", b"PK\x03\x04"])
def test_an_unreadable_letter_is_reported_by_name(
    damage: bytes, letters: list[bytes], tmp_path: Path
) -> None:
    broken = tmp_path / "ada.pdf"
    broken.write_bytes(damage)
    with pytest.raises(BriefgenError) as caught:
        merge([PdfPart(letters[0]), PdfPart(broken, "Ada")])
    assert caught.value.problems[0].code == "print-unreadable"
    assert str(caught.value.problems[0].place) == str(broken)
