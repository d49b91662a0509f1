"""A campaign is opened again: what has not changed is not found out again, and what has is."""

from __future__ import annotations

import csv
from collections.abc import Callable
from pathlib import Path

import pytest
from jinja2 import Environment
from library_memo import Watch

from briefgen.address import forms_of_address
from briefgen.campaign import open as opening
from briefgen.campaign.open import Campaign, open_campaign
from briefgen.compose.templates import Templates
from briefgen.system.cache import DISABLE_VARIABLE

pytestmark = pytest.mark.slow


@pytest.fixture
def done(watch: Watch) -> Callable[[], set[str]]:
    """What was done since the last call."""
    done: set[str] = set()
    watch(opening, "compose_trial_letters", lambda *_: done.add("letters tried"))
    watch(Templates, "_check_template", lambda _, name, __: done.add(name))
    watch(Environment, "_compile", lambda _, __, name: done.add(f"compiled {Path(name).name}"))

    def take() -> set[str]:
        taken = done - {"compiled <template>"}  # conditions, each a line
        done.clear()
        return taken

    return take


def said(campaign: Campaign) -> tuple[object, ...]:
    """What an opened campaign says of itself, and a letter of it."""
    letter = campaign.composer.compose_letter(campaign.recipients[0])
    return campaign.recipients, campaign.problems, campaign.evidence_summary, letter


def test_nothing_is_done_twice(small_campaign: Path, done: Callable[[], set[str]]) -> None:
    first = said(open_campaign(small_campaign))
    done()
    assert said(open_campaign(small_campaign)) == first
    assert done() == set()


def test_switched_off_everything_is_done_again_with_the_same_result(
    small_campaign: Path, done: Callable[[], set[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    first = said(open_campaign(small_campaign))
    done()
    monkeypatch.setenv(DISABLE_VARIABLE, "1")
    assert said(open_campaign(small_campaign)) == first
    assert {"letters tried", "letter/default.html.j2"} <= done()


@pytest.mark.parametrize("file", ["campaign.yaml", "recipients.csv", "letter.md"])
def test_after_a_change_letters_are_tried_again(
    small_campaign: Path, done: Callable[[], set[str]], file: str
) -> None:
    (small_campaign / "letter.md").write_text("I write to you.\n\n{{ ask }}\n", encoding="utf-8")
    open_campaign(small_campaign)
    done()
    path = small_campaign / file
    text = path.read_text(encoding="utf-8")
    changes = {"campaign.yaml": ("title: ", "title: On "), "recipients.csv": ("Sample", "Specimen")}
    path.write_text(text.replace(*changes.get(file, ("to you", "to thee"))), encoding="utf-8")
    again = open_campaign(small_campaign)
    expected = {"letters tried"} | ({"letter.md"} if file == "letter.md" else set())
    assert {name for name in done() if not name.startswith("compiled ")} == expected
    if file == "letter.md":
        assert "to thee" in again.composer.compose_letter(again.recipients[0]).html


def test_what_did_not_come_out_well_is_tried_again(
    small_campaign: Path, done: Callable[[], set[str]]
) -> None:
    path = small_campaign / "recipients.csv"
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    with path.open("w", encoding="utf-8", newline="") as file:
        table = csv.DictWriter(file, [*rows[0], "ask"])
        table.writeheader()
        table.writerows(
            {**row, "ask": "no-such-ask" if not number else ""} for number, row in enumerate(rows)
        )
    first = open_campaign(small_campaign)
    assert first.skipped
    done()
    assert open_campaign(small_campaign).skipped == first.skipped
    assert "letters tried" in done()


def test_the_forms_of_address_are_built_once(small_campaign: Path, watch: Watch) -> None:
    open_campaign(small_campaign)
    built: list[str] = []
    watch(forms_of_address, "_load_built_in_forms", lambda: built.append("built"))
    open_campaign(small_campaign)
    assert not built
