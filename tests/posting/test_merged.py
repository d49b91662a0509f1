"""The print file: the letters' pages as they are, in order, with bookmarks, and what they share stored once."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path

import pikepdf
import pypdfium2
import pytest
from material import ROOT

from briefgen.campaign.open import open_campaign
from briefgen.errors import BriefgenError
from briefgen.mailing.print_run import Part, merge


@pytest.fixture(scope="module")
def letters() -> list[bytes]:
    opened = open_campaign(ROOT / "examples/us-congress")
    renderer = opened.renderers(("pdf",))()["pdf"]
    return [renderer.render(opened.composer.letter(one)).data for one in opened.recipients]


def merged(parts: list[Part], **options: bool) -> bytes:
    target = BytesIO()
    merge(parts, "All letters", target, **options)
    return target.getvalue()


def pictures(data: bytes) -> list[bytes]:
    return [page.render(scale=0.7).to_pil().tobytes() for page in pypdfium2.PdfDocument(data)]


def test_each_page_looks_as_in_its_letter(letters: list[bytes]) -> None:
    together = merged([Part(data) for data in letters])
    assert pictures(together) == [picture for data in letters for picture in pictures(data)]


def test_the_words_can_still_be_searched(letters: list[bytes]) -> None:
    together = pypdfium2.PdfDocument(merged([Part(data) for data in letters]))
    apart = [page for data in letters for page in pypdfium2.PdfDocument(data)]
    for page, own in zip(together, apart, strict=True):
        assert page.get_textpage().get_text_bounded() == own.get_textpage().get_text_bounded()


def test_fonts_are_stored_once(letters: list[bytes]) -> None:
    with pikepdf.open(BytesIO(merged([Part(data) for data in letters * 3]))) as pdf:
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


def test_each_letter_has_its_bookmark(letters: list[bytes]) -> None:
    data = merged([Part(one, f"Letter {number}") for number, one in enumerate(letters)])
    first, found = 0, []
    for number, one in enumerate(letters):
        found.append((f"Letter {number}", first))
        first += len(pypdfium2.PdfDocument(one))
    document = pypdfium2.PdfDocument(data)
    assert [(item.get_title(), item.get_dest().get_index()) for item in document.get_toc()] == found


def test_on_both_sides_of_the_paper_each_letter_begins_a_sheet(letters: list[bytes]) -> None:
    pages = [len(pypdfium2.PdfDocument(one)) for one in letters]
    assert 1 in pages
    data = merged([Part(one, str(number)) for number, one in enumerate(letters)], duplex=True)
    document = pypdfium2.PdfDocument(data)
    assert len(document) == sum(number + number % 2 for number in pages)
    assert all(item.get_dest().get_index() % 2 == 0 for item in document.get_toc())


def test_the_same_letters_give_the_same_bytes(letters: list[bytes]) -> None:
    parts = [Part(one, "x") for one in letters]
    assert merged(parts) == merged(parts)


@pytest.mark.parametrize("damage", [b"", b"%PDF-1.7 nothing", b"PK\x03\x04"])
def test_a_letter_that_cannot_be_read_is_named(damage: bytes, letters: list[bytes], tmp_path: Path) -> None:
    broken = tmp_path / "ada.pdf"
    broken.write_bytes(damage)
    with pytest.raises(BriefgenError) as caught:
        merged([Part(letters[0]), Part(broken, "Ada")])
    assert caught.value.problems[0].code == "print-unreadable"
    assert str(caught.value.problems[0].place) == str(broken)
