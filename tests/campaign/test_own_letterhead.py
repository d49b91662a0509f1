"""A campaign with a letterhead of its own: read with it, part of its key, and left to say who writes."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from material import ROOT

from briefgen.campaign.open import Campaign, open_campaign
from briefgen.errors import BriefgenError
from briefgen.inspect.compare import find_differences
from briefgen.inspect.docx import read_docx
from briefgen.inspect.pdf import read_pdf
from briefgen.inspect.trace import read_document

pytestmark = pytest.mark.slow

SHIPPED = ROOT / "templates" / "letterhead" / "a4.docx"


def opened(folder: Path, letterhead: str = "ours.docx") -> Campaign:
    path = folder / "campaign.yaml"
    text = path.read_text(encoding="utf-8")
    assert "  organisation:" in text
    line = f"  letterhead: {letterhead}\n"
    path.write_text(text.replace("  organisation:", f"{line}  organisation:", 1), encoding="utf-8")
    return open_campaign(folder)


def codes(folder: Path, letterhead: str = "ours.docx") -> list[tuple[str, str]]:
    with pytest.raises(BriefgenError) as caught:
        opened(folder, letterhead)
    return [(each.code, str(each.place)) for each in caught.value.problems if each.severity == "error"]


def test_letters_are_on_it_in_word_and_in_pdf(small_campaign: Path) -> None:
    shutil.copy(SHIPPED, small_campaign / "ours.docx")
    campaign = opened(small_campaign)
    renderers = campaign.renderers(("pdf", "docx"))()
    letter = campaign.composer.compose_letter(campaign.recipients[0])
    word, page = renderers["docx"].render(letter).data, renderers["pdf"].render(letter).data
    (small_campaign / "letter.pdf").write_bytes(page)
    sender = campaign.config.sender
    assert sender.address[0] not in read_docx(word).text
    assert sender.address[0] not in read_pdf(page).text
    assert sender.name in read_docx(word).text
    assert find_differences(read_docx(word), read_document(small_campaign / "letter.pdf")) == []
    assert read_docx(word).title == read_document(small_campaign / "letter.pdf").title == letter.title


def test_what_pdfs_do_not_take_over_is_said(small_campaign: Path) -> None:
    shutil.copy(SHIPPED, small_campaign / "ours.docx")
    told = [each for each in opened(small_campaign).warnings if each.code.startswith("letterhead")]
    assert [each.code for each in told] == ["letterhead-not-in-pdf"]
    assert str(told[0].place).startswith(f"{small_campaign}/campaign.yaml:")
    assert "the font Calibri, in whose place is Source Sans Pro" in told[0].message


def test_a_letterhead_on_another_paper_is_told(small_campaign: Path) -> None:
    shutil.copy(SHIPPED.with_name("us-letter.docx"), small_campaign / "ours.docx")
    told = [each for each in opened(small_campaign).warnings if each.code == "letterhead-paper"]
    assert [str(each.place) for each in told] == [f"{small_campaign}/ours.docx"]
    assert "216 × 279 mm" in told[0].message


def test_another_letterhead_makes_all_letters_anew(small_campaign: Path) -> None:
    shutil.copy(SHIPPED, small_campaign / "ours.docx")
    before = opened(small_campaign).composer.fingerprint
    shutil.copy(ROOT / "tests" / "letterheads" / "word-rich.docx", small_campaign / "ours.docx")
    assert open_campaign(small_campaign).composer.fingerprint != before


def test_one_that_is_not_there_or_outside_is_told_with_its_line(small_campaign: Path) -> None:
    assert [code for code, _ in codes(small_campaign)] == ["file-missing"]


def test_one_outside_the_folder_is_never_opened(small_campaign: Path) -> None:
    shutil.copy(SHIPPED, small_campaign.parent / "theirs.docx")
    assert [code for code, _ in codes(small_campaign, "../theirs.docx")] == ["file-outside"]


def test_what_is_wrong_with_it_is_told_before_a_letter_is_made(small_campaign: Path) -> None:
    (small_campaign / "ours.docx").write_bytes(SHIPPED.read_bytes()[:3000])
    assert codes(small_campaign) == [("letterhead-unreadable", f"{small_campaign}/ours.docx")]
