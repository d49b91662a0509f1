"""A campaign is opened again: what has not changed is not found out again, and what has is."""

from __future__ import annotations

import csv
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from jinja2 import Environment
from library_memo import Watch

from briefgen.address import forms_of_address
from briefgen.campaign import check
from briefgen.campaign import open as opening
from briefgen.campaign.open import Campaign, open_campaign
from briefgen.compose.composer import Composer
from briefgen.compose.templates import Templates
from briefgen.errors import BriefgenError
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


def test_recipients_are_read_once_and_again_when_anything_about_them_changes(
    small_campaign: Path, watch: Watch
) -> None:
    read: list[str] = []
    watch(opening, "read_recipients", lambda path, *_: read.append(path.name))
    first = open_campaign(small_campaign)
    assert open_campaign(small_campaign).recipients == first.recipients
    path = small_campaign / "recipients.csv"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("Ada", "Adela"), encoding="utf-8")
    assert open_campaign(small_campaign).recipients[0].name == "Adela Sample"
    path.write_text(text + "zoe,no-such-office,US\n", encoding="utf-8")
    skipped = [open_campaign(small_campaign).skipped for _ in range(2)]
    assert skipped[0] == skipped[1] != ()
    assert read == ["recipients.csv"] * 3


def test_only_the_letters_looked_at_are_tried(small_campaign: Path, watch: Watch) -> None:
    tried: list[str] = []
    watch(Composer, "compose_letter", lambda _, recipient, *__: tried.append(recipient.id))
    watch(Composer, "compose_briefing", lambda *_: tried.append("briefing"))
    template = small_campaign / "letter.us-senator.md"
    template.write_text("Dear Senator. {{ fields.nothing_at_all }}\n\n{{ ask }}\n", encoding="utf-8")
    others = [one.id for one in open_campaign(small_campaign, trials=()).recipients]
    assert tried == [] and "ada-sample" in others
    open_campaign(small_campaign, trials=["ben-placeholder"])
    assert tried == ["ben-placeholder"]
    with pytest.raises(BriefgenError):
        open_campaign(small_campaign, trials=["ada-sample"])


def test_a_process_reads_the_look_of_letters_once(small_campaign: Path) -> None:
    first = open_campaign(small_campaign)
    path = small_campaign / "campaign.yaml"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("title: ", "title: On "), encoding="utf-8")
    changed = open_campaign(small_campaign)
    assert changed.renderers(("pdf",)) is first.renderers(("pdf",))
    path.write_text(f"{text}\nletterhead:\n  design: sans\n", encoding="utf-8")
    assert open_campaign(small_campaign).renderers(("pdf",)) is not first.renderers(("pdf",))


# check


def test_documents_are_checked_once_but_the_fonts_are_asked_each_time(
    small_campaign: Path, watch: Watch
) -> None:
    checked: list[str] = []
    watch(check, "_check_documents", lambda *_: checked.append("checked"))
    campaign = open_campaign(small_campaign)
    found = check.check_documents(campaign)
    assert check.check_documents(open_campaign(small_campaign)) == found
    assert checked == ["checked"]
    check.check_documents(campaign, count_pages=True)
    other = replace(campaign, recipients=campaign.recipients[:1])
    check.check_documents(other)
    assert len(checked) == 3
    original = check._lacks_glyphs
    check._lacks_glyphs = lambda *_: True  # a font was removed
    try:
        assert check.check_documents(campaign) == found
    finally:
        check._lacks_glyphs = original
    assert len(checked) == 4


def test_documents_that_fail_are_checked_again(small_campaign: Path, watch: Watch) -> None:
    checked: list[str] = []
    watch(check, "_check_documents", lambda *_: checked.append("checked"))
    campaign = open_campaign(small_campaign)
    person = replace(campaign.recipients[0], name="Ada \U0001f9ff Sample")
    broken = replace(campaign, recipients=(person, *campaign.recipients[1:]))
    first = check.check_documents(broken)
    assert first[1] and check.check_documents(broken) == first
    assert checked == ["checked"] * 2
