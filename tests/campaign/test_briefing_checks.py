"""Policy briefs and submissions to the Universal Periodic Review: their limits and parts, each seen to be broken."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from material import ROOT

from briefgen.campaign.briefing_checks import MAX_WORDS, check_briefing, count_briefing_words
from briefgen.campaign.open import Campaign, open_campaign
from briefgen.model.campaign import CampaignConfig
from briefgen.model.document import Document

HTML = (
    '<div class="title-block"><h1>A title</h1></div><h2>One two</h2><p>three<span class="footnote">not'
    "</span> four<em>teen</em></p><ol><li>five</li><li>six</li></ol>"
    '<div class="bibliography"><h2>Sources</h2><p>not counted</p></div>'
)


@pytest.fixture(scope="module")
def opened() -> Campaign:
    return open_campaign(ROOT / "examples" / "starter")


def _codes(opened: Campaign, document: Document, **briefing: Any) -> list[str]:
    ignore = briefing.pop("ignore", [])
    formats = briefing.pop("formats", ["docx"])
    campaign: CampaignConfig = opened.config.model_copy(
        update={
            "briefing": opened.config.briefing.model_copy(update=briefing),
            "ignore": ignore,
            "output": opened.config.output.model_copy(update={"formats": formats}),
        }
    )
    return [problem.code for problem in check_briefing(document, campaign)]


def _long(document: Document, words: int) -> Document:
    return replace(document, html=f"<ol><li>{'word ' * words}</li></ol>")


def test_notes_titles_and_sources_are_not_counted() -> None:
    assert count_briefing_words(HTML) == len(["One", "two", "three", "fourteen", "five", "six"])


@pytest.mark.slow
@pytest.mark.parametrize("kind", sorted(MAX_WORDS))
def test_each_kind_has_its_limit(opened: Campaign, kind: str) -> None:
    document, most = opened.composer.compose_briefing(), MAX_WORDS[kind]
    for words, told in ((most, False), (most + 1, True)):
        assert ("briefing-too-long" in _codes(opened, _long(document, words), kind=kind)) is told
    assert "briefing-too-long" not in _codes(opened, _long(document, most + 1), kind=kind, max_words=most + 1)
    ignored = _codes(opened, _long(document, most + 1), kind=kind, ignore=["briefing-too-long"])
    assert "briefing-too-long" not in ignored


def test_a_paper_is_held_to_nothing_but_a_limit_of_its_own(opened: Campaign) -> None:
    document = opened.composer.compose_briefing()
    assert _codes(opened, _long(document, 9_000), summary=[], sections=[]) == []
    assert _codes(opened, _long(document, 101), max_words=100) == ["briefing-too-long"]


def test_a_brief_has_its_parts(opened: Campaign) -> None:
    short = _long(opened.composer.compose_briefing(), 10)
    assert "briefing-incomplete" in _codes(opened, short, kind="brief", summary=[])
    sections = [one.model_copy(update={"intro": "Why."}) for one in opened.config.briefing.sections]
    assert _codes(opened, short, kind="brief", sections=sections) == []


def test_the_template_for_submissions_makes_one_and_other_papers_are_held_to_nothing(
    opened: Campaign,
) -> None:
    long = _long(opened.composer.compose_briefing(), 2_816)
    told = {one.code for one in check_briefing(long, opened.config, "upr-submission")}
    assert "briefing-too-long" in told
    brief = opened.config.briefing.model_copy(update={"kind": "brief"})
    campaign = opened.config.model_copy(update={"briefing": brief})
    assert check_briefing(long, campaign, "leave-behind") == []


def test_a_submission_is_numbered_and_a_word_file(opened: Campaign) -> None:
    document = opened.composer.compose_briefing()
    sections = [one.model_copy(update={"intro": "Why."}) for one in opened.config.briefing.sections]
    numbered = replace(document, html="<ol><li>One.</li></ol>")
    loose = replace(document, html="<p>One.</p>")
    assert _codes(opened, numbered, kind="upr", sections=sections) == []
    assert _codes(opened, loose, kind="upr", sections=sections) == ["upr-unnumbered"]
    assert _codes(opened, numbered, kind="upr", sections=sections, formats=["pdf"]) == ["upr-not-word"]


def test_what_two_sections_name_is_told_once_by_its_place_and_not_of_other_papers(opened: Campaign) -> None:
    once = {"heading": "One", "snippets": ["camp-abuses", "arrivals-figure"]}
    again = {"heading": "Two", "snippets": ["returns-hrw-2025", "arrivals-figure"]}
    briefing = opened.config.briefing.model_validate({"sections": [once, again], "summary": ["camp-abuses"]})
    campaign = opened.config.model_copy(update={"briefing": briefing})
    (told,) = check_briefing(opened.composer.compose_briefing(), campaign)
    assert (told.code, told.severity) == ("briefing-repeats", "warning")
    assert "'arrivals-figure' is in “Two”, but already in “One”" in told.message
    assert check_briefing(opened.composer.compose_briefing(), campaign, "leave-behind") == []
