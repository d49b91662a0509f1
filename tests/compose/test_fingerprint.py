"""What shapes letters is in their fingerprint; what shapes files of them, and no more, is in `drawing`."""

from __future__ import annotations

from pathlib import Path

import pytest
from material import ROOT

from briefgen.campaign.open import open_campaign


def hashes(starter: Path) -> tuple[str, str]:
    opened = open_campaign(starter)
    return opened.composer.fingerprint, opened.rendering_fingerprint


def put(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def test_a_template_is_in_the_fingerprint_and_draws_nothing(starter: Path):
    before = hashes(starter)
    text = (ROOT / "templates/letter/us-congress.html.j2").read_text(encoding="utf-8")
    put(starter / "templates/letter/unused.html.j2", text)
    after = hashes(starter)
    assert before[0] != after[0] and before[1] == after[1]


def test_a_stylesheet_is_in_both(starter: Path):
    before = hashes(starter)
    put(starter / "templates/css/letter.css", "p { color: black }")
    after = hashes(starter)
    assert before[0] != after[0] and before[1] != after[1]


def test_a_picture_in_a_folder_of_the_campaign_is_in_the_fingerprint_and_what_was_made_is_not(starter: Path):
    before = hashes(starter)
    put(starter / "out/letters/chart.png", "made")
    put(starter / ".cache/chart.png", "hidden")
    assert hashes(starter) == before
    put(starter / "pictures/2026/chart.png", "one")
    one = hashes(starter)
    put(starter / "pictures/2026/chart.png", "two")
    assert len({before[0], one[0], hashes(starter)[0]}) == 3


def test_the_kind_of_pdf_is_in_both(starter: Path):
    before = hashes(starter)
    campaign = starter / "campaign.yaml"
    text = campaign.read_text(encoding="utf-8")
    assert "output:" in text
    put(campaign, text.replace("output:", "output:\n  pdf: archive", 1))
    after = hashes(starter)
    assert before[0] != after[0] and before[1] != after[1]


def test_the_campaigns_own_forms_of_address_are_in_the_fingerprint(starter: Path):
    """A changed salutation makes its letters again."""
    before = hashes(starter)
    put(starter / "forms-of-address.yaml", 'offices:\n  us-senator:\n    close: "Respectfully yours,"\n')
    after = hashes(starter)
    assert before[0] != after[0] and before[1] == after[1]


@pytest.mark.parametrize("shown", [False, True])
def test_recipients_are_in_neither(starter: Path, shown: bool):
    """Each letter has its own recipient in its key."""
    before = hashes(starter)
    table = starter / "recipients.csv"
    text = table.read_text(encoding="utf-8")
    put(table, text.replace("Ada Sample", "Ada Samples") if shown else text + "\n")
    assert hashes(starter) == before
