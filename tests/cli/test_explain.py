"""`briefgen explain`: why a letter is as it is, told from what the composer does."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from settings_samples import campaign_config

from briefgen.address.forms_of_address import FormsOfAddress
from briefgen.campaign.explain import LetterExplanation, explain_letter
from briefgen.campaign.open import open_campaign
from briefgen.cli.explain import format_explanation
from briefgen.compose.composer import Composer
from briefgen.errors import BriefgenError, ProblemList
from briefgen.evidence.lock import EvidenceLock
from briefgen.library.libraries import library_folders
from briefgen.library.loader import Library
from briefgen.model.recipient import Committee, Recipient
from briefgen.model.snippet import Snippet

Call = Callable[..., Any]
GOLDEN = Path(__file__).parent / "golden"
REVIEW = {"status": "verified", "by": "an editor", "on": "2026-01-01"}
QUOTED = {"source": "report", "locator": {"page": "4"}, "quote": "first … last"}


def snippet(id: str, topics: list[str], **more: Any) -> Snippet:
    card = {"id": id, "kind": "finding", "topics": topics, "review": REVIEW, "body": f"What {id} says."}
    return Snippet.model_validate(card | more)


SNIPPETS = [
    snippet("ask-all", [], kind="ask"),
    snippet("ask-money", [], kind="ask"),
    snippet("overtaken", ["camps"], confidence="superseded", superseded_by=["count-of-2025"]),
    snippet("count-of-2025", ["camps"], kind="statistic", priority=90),
    snippet("money", ["money"], evidence=[QUOTED], priority=70),
    snippet("money-again", ["money"], evidence=[QUOTED], priority=60),
    snippet("treaty", ["money", "law"], kind="legal", priority=55),
    snippet("essay", ["money"], priority=50, body=" ".join(["word"] * 60)),
    snippet("behind", ["law"], priority=10),
    snippet("draft", ["money"], review={"status": "draft"}),
    snippet("corean", ["money"], language="ko"),
    snippet("left-out", ["money"], priority=99),
    snippet("elsewhere", ["refugees"]),
]
RECIPIENTS = [
    Recipient(
        "subcommittee-chair",
        "us-house-committee-chair",
        "US",
        name="Ada Sample",
        family="Sample",
        gender="f",
        locality="Washington",
        region="DC",
        postal_code="20515",
        chamber="house",
        committees=(
            Committee("HSAP", "House Committee on Appropriations"),
            Committee("HSAP04", "Subcommittee on Foreign Operations", "chair"),
        ),
    ),
    Recipient(
        "representative-us",
        "un-permanent-representative-geneva",
        "CH",
        role="Permanent Representative",
        locality="Geneva",
        postal_code="1209",
        represents="US",
        name="Ben Example",
    ),
    Recipient("nobody-in-particular", "uk-mp", "GB", name="P. T. Smith", locality="London"),
]


@pytest.fixture(scope="module")
def composer(tmp_path_factory: pytest.TempPathFactory) -> Composer:
    campaign = campaign_config(
        ask="ask-all",
        interests=[
            {"when": "true", "topics": ["law"]},
            {"when": 'roles.get("HSAP04") == "chair"', "topics": ["money"], "ask": "ask-money"},
            {"when": 'represents == "US"', "topics": ["camps"]},
        ],
        selection={
            "required": ["overtaken"],
            "excluded": ["left-out"],
            "max_snippets": 4,
            "max_words": 50,
        },
    ).with_places("campaign.yaml", {})
    cards = {one.id: one for one in SNIPPETS}
    library = Library(library_folders(None, ProblemList()), cards, {}, {}, {}, {}, {}, EvidenceLock())
    return Composer(
        campaign, tmp_path_factory.mktemp("c"), library, FormsOfAddress.load(ProblemList()), {}, ""
    )


@pytest.mark.parametrize("recipient", RECIPIENTS, ids=lambda one: one.id)
def test_the_explanation_is_the_one_that_was_read_and_approved(
    composer: Composer, recipient: Recipient
) -> None:
    """After a change that is meant, read the new text and replace the file by it."""
    told = "\n".join(format_explanation(explain_letter(composer, recipient))) + "\n"
    assert told == (GOLDEN / f"explain-{recipient.id}.txt").read_text(encoding="utf-8")


def _of(composer: Composer, id: str) -> LetterExplanation:
    return explain_letter(composer, next(one for one in RECIPIENTS if one.id == id))


def test_every_snippet_but_the_asks_is_accounted_for_once(composer: Composer) -> None:
    for recipient in RECIPIENTS:
        told = [one.id for one in explain_letter(composer, recipient).snippets]
        assert sorted(told) == sorted(one.id for one in SNIPPETS if one.kind != "ask")


def test_every_reason_is_given_as_it_is_meant(composer: Composer) -> None:
    why = {one.id: one.why for one in _of(composer, "subcommittee-chair").snippets}
    assert why == {
        "overtaken": "required",
        "count-of-2025": "successor",
        "money": "chosen",
        "treaty": "chosen",
        "money-again": "repeats",
        "essay": "number",
        "behind": "number",
        "draft": "unverified",
        "corean": "language",
        "left-out": "excluded",
        "elsewhere": "topic",
    }


def test_of_the_united_states_another_form_serves_and_is_named(composer: Composer) -> None:
    told = _of(composer, "representative-us")
    assert (told.office, told.form) == (
        "un-permanent-representative-geneva",
        "us-permanent-representative-geneva",
    )


def test_who_cannot_be_addressed_cannot_be_explained(composer: Composer) -> None:
    with pytest.raises(BriefgenError) as caught:
        explain_letter(composer, Recipient("x", "us-senater", "US"))
    assert caught.value.problems[0].code == "office-unknown"


@pytest.mark.slow
def test_the_command_tells_what_the_letter_then_says(briefgen: Call, starter: Path) -> None:
    styles = starter / "templates" / "css"
    styles.mkdir(parents=True, exist_ok=True)
    (styles / "letter.css").write_text("p { color: #222 }", encoding="utf-8")
    told = briefgen("explain", starter, "--to", "foreign-minister-japan", "--json").json
    assert told["own_stylesheets"] == ["letter.css"]
    opened = open_campaign(starter)
    japan = next(one for one in opened.recipients if one.id == "foreign-minister-japan")
    printed = {snippet["id"] for snippet in opened.composer.compose_letter(japan).record["snippets"]}
    assert {one["id"] for one in told["snippets"] if one["used"]} | {told["ask"]} == printed
    assert (told["ok"], told["form"], told["template"]) == (
        True,
        "foreign-minister",
        "letter/default.html.j2",
    )
    holds = [rule["when"] for rule in told["rules"] if rule["holds"]]
    assert holds == ["true", "'neighbour' in tags"]
    assert all(f"{starter}/campaign.yaml:" in rule["place"] for rule in told["rules"])


@pytest.mark.slow
def test_a_recipient_who_is_not_there_is_answered_with_the_nearest(briefgen: Call, starter: Path) -> None:
    said = briefgen("explain", starter, "--to", "ada-smaple")
    assert said.code == 2
    assert "did you mean ada-sample" in said.err
