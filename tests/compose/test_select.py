"""What a letter says: selection by interest, priority and confidence, in the order of an argument."""

from datetime import date
from typing import Any

import pytest

from briefgen.compose.select import by_topic, choose
from briefgen.errors import BriefgenError
from briefgen.model.campaign import Campaign
from briefgen.model.snippet import Snippet

REVIEW = {"status": "verified", "by": "an editor", "on": "2026-01-01"}


def snippet(id: str, kind: str = "finding", **more: Any) -> Snippet:
    return Snippet.model_validate({"id": id, "kind": kind, "review": REVIEW, "body": f"Text {id}."} | more)


LIBRARY = {
    one.id: one
    for one in (
        snippet("ask", "ask"),
        snippet("ask-two", "ask"),
        snippet("law", "legal", topics=["camps"], priority=90),
        snippet("camps-now", "statistic", topics=["camps"], priority=80),
        snippet(
            "camps-then",
            "statistic",
            topics=["camps"],
            priority=99,
            confidence="superseded",
            superseded_by=["camps-now"],
        ),
        snippet("context", "background", topics=["camps", "famine"], priority=50),
        snippet("famine-a", topics=["famine"], priority=70, confidence="disputed"),
        snippet("famine-b", topics=["famine"], priority=70),
        snippet("draft", topics=["famine"], priority=100, review={"status": "draft"}),
        snippet("korean", topics=["famine"], priority=100, language="ko"),
    )
}


def campaign(**changes: Any) -> Campaign:
    return Campaign.model_validate(
        {
            "id": "c",
            "title": "T",
            "date": date(2026, 11, 24),
            "ask": "ask",
            "recipients": ["r.csv"],
            "sender": {"organisation": "O", "name": "N", "address": ["A"], "country": "DE"},
        }
        | changes
    )


def chosen(letter: Campaign, rules: set[int] | None = None) -> tuple[str, list[str]]:
    result = choose(LIBRARY, letter, lambda _, index: rules is None or index in rules)
    return result.ask.id, [one.id for one in result.evidence]


def test_the_argument_runs_from_context_to_finding_to_law() -> None:
    letter = campaign(interests=[{"when": "true", "topics": ["camps"]}])
    assert chosen(letter) == ("ask", ["context", "camps-now", "law"])


def test_only_rules_that_hold_give_topics_and_the_last_ask_wins() -> None:
    letter = campaign(
        interests=[
            {"when": "a", "topics": ["famine"], "ask": "ask-two"},
            {"when": "b", "topics": ["camps"], "ask": "ask"},
        ]
    )
    assert chosen(letter, {0}) == ("ask-two", ["context", "famine-b", "famine-a"])
    assert chosen(letter, {0, 1})[0] == "ask"


def test_neither_drafts_nor_overtaken_claims_nor_other_languages_are_chosen() -> None:
    assert {one.id for one in by_topic(LIBRARY, campaign(), [])} == {
        "law",
        "camps-now",
        "context",
        "famine-a",
        "famine-b",
    }


def test_the_firmer_of_two_equals_comes_first_and_the_number_is_kept() -> None:
    letter = campaign(interests=[{"when": "true", "topics": ["famine"]}], selection={"max_snippets": 1})
    assert chosen(letter)[1] == ["famine-b"]


def test_required_snippets_are_kept_and_excluded_ones_left_out() -> None:
    letter = campaign(
        interests=[{"when": "true", "topics": ["camps"]}],
        selection={"max_snippets": 2, "required": ["famine-a"], "excluded": ["law"]},
    )
    assert chosen(letter)[1] == ["famine-a", "camps-now"]


def test_an_overtaken_claim_brings_what_overtook_it_and_stands_before_it() -> None:
    letter = campaign(
        interests=[{"when": "true", "topics": ["camps"]}],
        selection={"max_snippets": 2, "required": ["camps-then"]},
    )
    assert chosen(letter)[1] == ["camps-then", "camps-now"]


def test_the_order_of_files_does_not_matter() -> None:
    letter = campaign(interests=[{"when": "true", "topics": ["famine", "camps"]}])
    backwards = dict(reversed(LIBRARY.items()))
    assert choose(backwards, letter, lambda *_: True) == choose(LIBRARY, letter, lambda *_: True)


def test_an_ask_that_is_none_and_a_snippet_that_is_not_there_are_refused() -> None:
    for changes, code in (
        ({"ask": "law"}, "ask-kind"),
        ({"ask": "aks"}, "snippet-unknown"),
        ({"selection": {"required": ["nothing"]}}, "snippet-unknown"),
    ):
        with pytest.raises(BriefgenError) as caught:
            chosen(campaign(**changes))
        assert caught.value.problems[0].code == code
