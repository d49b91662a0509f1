"""The kinds of letters and papers that ship beside letter and briefing: cases, submissions, leave-behinds."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest
from html_reader import read_html
from material import ROOT

from briefgen.campaign.open import Campaign, open_campaign
from briefgen.errors import BriefgenError
from briefgen.inspect.compare import find_differences
from briefgen.inspect.docx import read_docx

EXAMPLE = ROOT / "examples/special-procedures"


@pytest.fixture(scope="module")
def opened() -> Campaign:
    return open_campaign(EXAMPLE)


def numbers(html: str) -> list[int]:
    """The number of each paragraph of the numbered lists."""
    found = []
    for start, items in re.findall(r'<ol start="(\d+)">(.*?)</ol>', html):
        found += [int(start) + index for index in range(items.count("<li>"))]
    return found


@pytest.mark.slow
def test_a_case_has_all_that_the_special_procedures_ask_for_in_numbered_paragraphs(opened: Campaign) -> None:
    html = opened.composer.compose_letter(opened.recipients[0]).html.replace("\u00a0", " ")
    assert re.findall("<h2>(.*?)</h2>", html) == [
        "Alleged victims",
        "Alleged perpetrators",
        "Date, place and circumstances",
        "Steps taken before the authorities",
        "Context",
        "Consent and confidentiality",
    ]
    assert numbers(html) == list(range(1, 14))
    case = opened.config.case
    assert case is not None
    for words in (case.perpetrators, case.date, case.place, *case.account, case.remedies, case.consent):
        assert words in html
    assert "I respectfully ask you to put this case" in html


def test_a_submission_to_the_periodic_review_numbers_its_paragraphs_through(opened: Campaign) -> None:
    html = opened.composer.compose_briefing().html
    assert numbers(html) == list(range(1, 14))
    assert re.findall("<h2>(.*?)</h2>", html)[:2] == ["Submitted by", "Summary"]
    assert "Recommendations" in html


def test_numbers_of_paragraphs_are_the_same_in_word(opened: Campaign) -> None:
    document = opened.composer.compose_briefing()
    finished = opened.renderers(("docx",))()["docx"].render(document)
    assert find_differences(read_html(document.html), read_docx(finished.data)) == []


@pytest.mark.slow
def test_a_leave_behind_is_one_page_with_the_request_first(opened: Campaign) -> None:
    starter = open_campaign(ROOT / "examples/starter")
    renderers = starter.renderers(("pdf",))
    document = starter.page_fitter(renderers).compose_briefing("leave-behind")
    assert document.html.index("<strong>Support</strong>") < document.html.index("In 2014 the UN commission")
    assert renderers()["pdf"].render(document).pages == 1
    printed = {one["id"] for one in document.record["snippets"]}
    assert {*starter.config.briefing.summary, *starter.config.briefing.asks[:3]} <= printed


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["upr-submission", "leave-behind"])
def test_a_paper_of_another_kind_has_no_contents_however_long_its_campaign_is(kind: str) -> None:
    starter = open_campaign(ROOT / "examples/starter")
    assert 'class="toc"' in starter.composer.compose_briefing().html
    assert 'class="toc"' not in starter.composer.compose_briefing(kind).html


@pytest.mark.slow
def test_a_case_that_is_not_there_is_named(tmp_path: Path) -> None:
    folder = shutil.copytree(ROOT / "examples/un-geneva", tmp_path / "none")
    text = (folder / "campaign.yaml").read_text(encoding="utf-8")
    (folder / "campaign.yaml").write_text(
        text.replace("letter:\n", "letter:\n  template: communication\n"), encoding="utf-8"
    )
    with pytest.raises(BriefgenError) as caught:
        open_campaign(folder)
    assert {problem.code for problem in caught.value.problems} == {"case-missing"}


def test_a_case_leaves_out_what_need_not_be_told(tmp_path: Path) -> None:
    text = (EXAMPLE / "campaign.yaml").read_text(encoding="utf-8")
    case = re.sub(r"  (remedies|confidential): >-\n(    .*\n)+", "", text)
    folder = shutil.copytree(EXAMPLE, tmp_path / "less")
    (folder / "campaign.yaml").write_text(case, encoding="utf-8")
    campaign = open_campaign(folder)
    html = campaign.composer.compose_letter(campaign.recipients[0]).html
    assert "Steps taken" not in html
    assert numbers(html) == list(range(1, 12))
