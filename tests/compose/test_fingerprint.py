"""What shapes letters is in their fingerprint; what shapes files of them, and no more, is in `drawing`."""

from __future__ import annotations

from pathlib import Path

import pytest
from material import ROOT

from briefgen.campaign.open import open_campaign

pytestmark = pytest.mark.slow


def hashes(small_campaign: Path) -> tuple[str, str]:
    opened = open_campaign(small_campaign)
    return opened.composer.fingerprint, opened.rendering_fingerprint


def put(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def test_a_template_is_in_the_fingerprint_and_draws_nothing(small_campaign: Path):
    before = hashes(small_campaign)
    text = (ROOT / "templates/letter/us-congress.html.j2").read_text(encoding="utf-8")
    put(small_campaign / "templates/letter/unused.html.j2", text)
    after = hashes(small_campaign)
    assert before[0] != after[0] and before[1] == after[1]


def test_a_stylesheet_is_in_both(small_campaign: Path):
    before = hashes(small_campaign)
    put(small_campaign / "templates/css/letter.css", "p { color: black }")
    after = hashes(small_campaign)
    assert before[0] != after[0] and before[1] != after[1]


def test_a_picture_in_a_folder_of_the_campaign_is_in_the_fingerprint_and_what_was_made_is_not(
    small_campaign: Path,
):
    before = hashes(small_campaign)
    put(small_campaign / "out/letters/chart.png", "made")
    put(small_campaign / ".cache/chart.png", "hidden")
    assert hashes(small_campaign) == before
    put(small_campaign / "pictures/2026/chart.png", "one")
    one = hashes(small_campaign)
    put(small_campaign / "pictures/2026/chart.png", "two")
    assert len({before[0], one[0], hashes(small_campaign)[0]}) == 3


def test_the_kind_of_pdf_is_in_both(small_campaign: Path):
    before = hashes(small_campaign)
    campaign = small_campaign / "campaign.yaml"
    text = campaign.read_text(encoding="utf-8")
    assert "output:" in text
    put(campaign, text.replace("output:", "output:\n  pdf: archive", 1))
    after = hashes(small_campaign)
    assert before[0] != after[0] and before[1] != after[1]


def test_the_campaigns_own_forms_of_address_are_in_the_fingerprint(small_campaign: Path):
    """A changed salutation makes its letters again."""
    before = hashes(small_campaign)
    put(
        small_campaign / "forms-of-address.yaml",
        'offices:\n  us-senator:\n    close: "Respectfully yours,"\n',
    )
    after = hashes(small_campaign)
    assert before[0] != after[0] and before[1] == after[1]


@pytest.mark.parametrize("shown", [False, True])
def test_recipients_are_in_neither(small_campaign: Path, shown: bool):
    """Each letter has its own recipient in its key."""
    before = hashes(small_campaign)
    table = small_campaign / "recipients.csv"
    text = table.read_text(encoding="utf-8")
    put(table, text.replace("Ada Sample", "Ada Samples") if shown else text + "\n")
    assert hashes(small_campaign) == before
