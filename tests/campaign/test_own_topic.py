"""Campaigns on a topic of their own: nothing of another library or topic comes into their letters."""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import pytest
from material import ROOT

from briefgen.campaign.check import check_documents
from briefgen.campaign.open import Campaign, open_campaign
from briefgen.errors import BriefgenError

WATER = ROOT / "tests" / "plugins" / "briefgen_water_library" / "water_library"
ASK = "fund yearly tests of drinking water in schools"
CONFIG = {
    "id": "water",
    "title": "Lead in drinking water",
    "date": "2026-12-01",
    "sender": {
        "organisation": "Clear Taps",
        "name": "Dana Writer",
        "address": ["4 Harbour Road", "Leith EH6 7AA"],
        "country": "GB",
        "email": "dana@taps.example",
    },
    "ask": ASK,
}
ADA = {
    "id": "ada",
    "office": "us-senator",
    "name": "Ada Sample",
    "locality": "Washington",
    "region": "DC",
    "postal_code": "20510",
    "country": "US",
}
BEN = {**ADA, "id": "ben", "name": "Ben Placeholder"}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with statements of the campaign's own."""
    for name in ("snippets", "seeds"):
        shutil.copytree(WATER / name, tmp_path / "campaign" / name)
    return tmp_path / "campaign"


def open_own(folder: Path, rows: Iterable[Mapping[str, Any]] = (ADA,), **keys: Any) -> Campaign:
    return open_campaign({**CONFIG, **keys}, recipients=rows, folder=folder)


def letter(campaign: Campaign, name: str = "ada") -> str:
    return " ".join(campaign.render(name, "txt").decode().split())


def test_a_campaign_without_a_library_uses_its_own_statements_alone(folder: Path) -> None:
    text = letter(open_own(folder, interests=[{"when": "true", "topics": ["schools"]}]))
    assert text.count("37 percent") == 1
    assert "Korea" not in text


# The ask in words


def test_an_ask_in_words_completes_the_sentence(folder: Path) -> None:
    assert f"I respectfully ask you to {ASK}." in letter(open_own(folder))


def test_a_rule_and_a_row_can_ask_in_words(folder: Path) -> None:
    rows = [ADA, BEN, {**BEN, "id": "eve", "ask": "visit a school"}]
    rules = [{"when": "id != 'ada'", "ask": "hold a hearing on lead pipes"}]
    campaign = open_own(folder, rows, interests=rules)
    assert f"ask you to {ASK}." in letter(campaign, "ada")
    assert "ask you to hold a hearing on lead pipes." in letter(campaign, "ben")
    assert "ask you to visit a school." in letter(campaign, "eve")


def test_a_kept_ask_stays_possible(folder: Path) -> None:
    assert "ask you to fund the replacement of lead pipes" in letter(open_own(folder, ask="ask-pipes"))


def test_a_briefing_asks_in_words(folder: Path) -> None:
    briefing = open_own(folder, briefing={"asks": [ASK, "ask-pipes"]}).render_briefing("txt").decode()
    assert f"{ASK}." in " ".join(briefing.split()) and "replacement of lead pipes" in briefing


def test_an_id_that_is_nearly_right_is_told_with_its_line(folder: Path) -> None:
    with pytest.raises(BriefgenError) as caught:
        open_own(folder, ask="ask pipes", interests=[{"when": "true", "ask": "ask-pipe"}])
    told = [(one.code, one.hint) for one in caught.value.problems]
    assert told == [("snippet-unknown", "did you mean ask-pipes?")] * 2


def test_an_ask_that_is_no_continuation_is_a_warning(folder: Path) -> None:
    campaign = open_own(folder, [ADA, BEN], ask="Please fund yearly tests")
    (warning,) = check_documents(campaign)[0]
    assert warning.code == "ask-wording" and "in 2 letters: ada, ben" in warning.message


# One text for all


def test_one_text_for_all_gives_no_warning(folder: Path) -> None:
    campaign = open_own(folder, [ADA, BEN])
    assert (campaign.problems, *check_documents(campaign)) == ((), [], [])


def test_letters_that_should_differ_and_do_not_are_a_warning(folder: Path) -> None:
    rules = [{"when": "true"}, {"when": "id == 'ben'"}, {"when": "id == 'ada'"}]
    warnings, _ = check_documents(open_own(folder, [ADA, BEN], interests=rules))
    assert [one.code for one in warnings] == ["letters-alike"]
