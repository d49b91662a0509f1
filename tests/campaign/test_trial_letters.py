"""One bad row costs one letter; a mistake of the campaign stops it before anything is written."""

from __future__ import annotations

import csv
import shutil
from pathlib import Path

import pytest
from material import ROOT

from briefgen.campaign.open import open_campaign
from briefgen.campaign.trial_letters import _TrialRun
from briefgen.errors import BriefgenError, Problem

pytestmark = pytest.mark.slow

TEMPLATE = """\
{% extends "built-in/letter/default.html.j2" %}
{% block paragraph %}<p>TEXT</p>{% endblock %}
"""


@pytest.fixture
def starter(tmp_path: Path) -> Path:
    folder = tmp_path / "starter"
    shutil.copytree(ROOT / "examples" / "starter", folder, ignore=shutil.ignore_patterns("out"))
    return folder


def with_values(folder: Path, column: str, values: dict[str, str], other: str = "") -> None:
    """Give recipients of the campaign a value in a column of their own, and the others another."""
    file = folder / "recipients.csv"
    with file.open(encoding="utf-8-sig", newline="") as read:
        rows = list(csv.DictReader(read))
    for row in rows:
        row[column] = values.get(row["id"], row.get(column) or other)
    with file.open("w", encoding="utf-8", newline="") as written:
        writer = csv.DictWriter(written, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)


def with_template(folder: Path, text: str) -> None:
    (folder / "templates" / "letter").mkdir(parents=True)
    file = folder / "templates" / "letter" / "default.html.j2"
    file.write_text(TEMPLATE.replace("TEXT", text), encoding="utf-8")


def set_apart(folder: Path) -> list[Problem]:
    """The problems of those set apart, when all others can be sent a letter."""
    opened = open_campaign(folder)
    ids = {problem.about for problem in opened.skipped}
    assert len(opened.recipients) == 18 - len(ids)
    assert not ids & {recipient.id for recipient in opened.recipients}
    return list(opened.skipped)


@pytest.mark.parametrize(
    ("ask", "code"), [("no-such-ask", "snippet-unknown"), ("hwanghae-famine-2012", "ask-kind")]
)
def test_an_ask_of_ones_own_that_does_not_exist_costs_one_letter(starter: Path, ask: str, code: str) -> None:
    with_values(starter, "ask", {"ben-placeholder": ask})
    (problem,) = set_apart(starter)
    assert (problem.code, problem.about) == (code, "ben-placeholder")
    assert problem.place is not None
    assert (Path(problem.place.file).name, problem.place.line) == ("recipients.csv", 3)
    assert problem.hint


@pytest.mark.parametrize("column", ["connection", "constituent", "constituency", "role"])
def test_a_placeholder_in_a_row_costs_its_letter_alone(starter: Path, column: str) -> None:
    with_values(starter, column, {"ada-sample": "the member for [NAME]"})
    if column == "constituency":
        with_campaign(starter, "opening:", "constituent: I write from {constituency}.\nopening:")
    if column == "role":
        with_template(starter, "{{ recipient.role }}")
        office = starter / "templates" / "letter" / "office"
        office.mkdir()
        shutil.copy(office.parent / "default.html.j2", office / "us-senator.html.j2")
    (problem,) = set_apart(starter)
    assert (problem.code, problem.about) == ("leftover-text", "ada-sample")
    assert problem.place is not None
    assert problem.place.line == 2


def with_campaign(folder: Path, old: str, new: str) -> None:
    file = folder / "campaign.yaml"
    text = file.read_text("utf-8")
    assert old in text
    file.write_text(text.replace(old, new, 1), encoding="utf-8")


def test_a_value_on_which_a_rule_fails_costs_one_letter(starter: Path) -> None:
    with_values(starter, "voters", {"clara-example": ""}, other="40000")
    with_campaign(starter, "interests:\n", 'interests:\n  - when: "10 / fields.voters|int > 1"\n')
    (problem,) = set_apart(starter)
    assert (problem.code, problem.about) == ("rule-syntax", "clara-example")
    assert "campaign.yaml" in problem.message
    assert problem.hint is not None
    assert "row" in problem.hint


def test_that_a_rule_serves_others_is_found_out_once_for_all_rows(
    starter: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = []
    can_compose = _TrialRun.can_compose
    monkeypatch.setattr(
        _TrialRun, "can_compose", lambda trial, other: asked.append(other) or can_compose(trial, other)
    )
    with_values(starter, "voters", {"clara-example": "40000"})
    with_campaign(starter, "interests:\n", 'interests:\n  - when: "10 / fields.voters|int > 1"\n')
    assert len(set_apart(starter)) == 17
    assert len(asked) <= 2  # with empty values, and with clara's


def test_a_value_on_which_a_template_fails_costs_one_letter(starter: Path) -> None:
    with_values(starter, "staff", {"clara-example": "Lee"}, other="Kim Lee")
    with_template(starter, '{{ fields.staff.split(" ")[1] }}')
    (problem,) = set_apart(starter)
    assert (problem.code, problem.about) == ("template-failed", "clara-example")
    assert "default.html.j2:2" in problem.message


def test_a_snippet_named_in_a_row_for_a_template_costs_one_letter(starter: Path) -> None:
    with_values(starter, "also", {"clara-example": "no-such-snippet"})
    with_template(starter, "{% if fields.also %}{{ snippet(fields.also) }}{% endif %}")
    assert [(one.code, one.about) for one in set_apart(starter)] == [("snippet-unknown", "clara-example")]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("{% if fields.connection %}{{ fields.conection }}{% endif %}", "template-name"),
        ('{% if fields.connection %}{{ snippet("no-such-snippet") }}{% endif %}', "snippet-unknown"),
        ('{{ "Lee".split(" ")[1] }}', "template-failed"),
        ("[NAME]", "leftover-text"),
    ],
)
def test_a_mistake_of_a_template_stops_the_campaign(starter: Path, text: str, code: str) -> None:
    with_values(starter, "connection", {"clara-example": ""})
    with_template(starter, text)
    with pytest.raises(BriefgenError) as caught:
        open_campaign(starter)
    (problem,) = caught.value.problems[:1]
    assert (problem.code, problem.about) == (code, "")


def test_a_rule_that_nobody_can_be_held_against_stops_the_campaign(starter: Path) -> None:
    with_campaign(starter, "interests:\n", 'interests:\n  - when: "tags / 2"\n')
    with pytest.raises(BriefgenError) as caught:
        open_campaign(starter)
    assert "rule-syntax" in {problem.code for problem in caught.value.problems}


def test_letters_of_a_kind_are_tried_until_one_comes_out_well(starter: Path) -> None:
    """The kind of letter of a bad row is none the less tried with the next recipient."""
    file = starter / "recipients.csv"
    header, *rows = file.read_text("utf-8-sig").splitlines()
    (lord,) = (row for row in rows if row.startswith("lord-specimen"))
    lords = [lord.replace("lord-specimen", f"lord-{one}") for one in ("first", "second", "third")]
    file.write_text("\n".join([header, *lords]), encoding="utf-8")
    with_values(starter, "connection", {"lord-first": "[NAME]"})
    opened = open_campaign(starter)
    assert [one.id for one in opened.recipients] == ["lord-second", "lord-third"]
    assert [one.about for one in opened.skipped] == ["lord-first"]
