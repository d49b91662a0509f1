"""What a letter says: selection by interest, priority and confidence, in the order of an argument."""

from typing import Any

import pytest
from settings_samples import campaign_config

from briefgen.compose.select import is_same_claim, rank_by_topic, select_snippets, split_by_topic
from briefgen.errors import BriefgenError, Place
from briefgen.model.campaign import CampaignConfig
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


def chosen(letter: CampaignConfig, rules: set[int] | None = None) -> tuple[str, list[str]]:
    result = select_snippets(LIBRARY, letter, range(9) if rules is None else rules)
    return result.ask.id, [one.id for one in result.evidence]


def test_the_argument_runs_from_context_to_finding_to_law() -> None:
    letter = campaign_config(interests=[{"when": "true", "topics": ["camps"]}])
    assert chosen(letter) == ("ask", ["context", "camps-now", "law"])


def test_only_rules_that_hold_give_topics_and_the_last_ask_wins() -> None:
    letter = campaign_config(
        interests=[
            {"when": "a", "topics": ["famine"], "ask": "ask-two"},
            {"when": "b", "topics": ["camps"], "ask": "ask"},
        ]
    )
    assert chosen(letter, {0}) == ("ask-two", ["context", "famine-b", "famine-a"])
    assert chosen(letter, {0, 1})[0] == "ask"


def test_neither_drafts_nor_overtaken_claims_nor_other_languages_are_chosen() -> None:
    assert {one.id for one in rank_by_topic(LIBRARY, campaign_config(), [])} == {
        "law",
        "camps-now",
        "context",
        "famine-a",
        "famine-b",
    }


def test_the_firmer_of_two_equals_comes_first_and_the_number_is_kept() -> None:
    letter = campaign_config(
        interests=[{"when": "true", "topics": ["famine"]}], selection={"max_snippets": 1}
    )
    assert chosen(letter)[1] == ["famine-b"]


def test_required_snippets_are_kept_and_excluded_ones_left_out() -> None:
    letter = campaign_config(
        interests=[{"when": "true", "topics": ["camps"]}],
        selection={"max_snippets": 2, "required": ["famine-a"], "excluded": ["law"]},
    )
    assert chosen(letter)[1] == ["famine-a", "camps-now"]


def test_an_overtaken_claim_brings_what_overtook_it_and_stands_before_it() -> None:
    letter = campaign_config(
        interests=[{"when": "true", "topics": ["camps"]}],
        selection={"max_snippets": 2, "required": ["camps-then"]},
    )
    assert chosen(letter)[1] == ["camps-then", "camps-now"]


def test_the_order_of_files_does_not_matter() -> None:
    letter = campaign_config(interests=[{"when": "true", "topics": ["famine", "camps"]}])
    backwards = dict(reversed(LIBRARY.items()))
    assert select_snippets(backwards, letter, [0]) == select_snippets(LIBRARY, letter, [0])


def test_an_ask_that_is_none_and_a_snippet_that_is_not_there_are_refused() -> None:
    for changes, code in (
        ({"ask": "law"}, "ask-kind"),
        ({"ask": "aks"}, "snippet-unknown"),
        ({"selection": {"required": ["nothing"]}}, "snippet-unknown"),
    ):
        with pytest.raises(BriefgenError) as caught:
            chosen(campaign_config(**changes))
        assert caught.value.problems[0].code == code


def verdicts(
    letter: CampaignConfig, snippets: dict[str, Snippet] = LIBRARY
) -> dict[str, tuple[bool, str, str]]:
    result = select_snippets(snippets, letter, range(9))
    return {one.snippet.id: (one.used, one.why, one.other) for one in result.verdicts}


def test_every_snippet_has_a_verdict_and_asks_have_none() -> None:
    letter = campaign_config(
        interests=[{"when": "true", "topics": ["famine"]}],
        selection={"required": ["camps-then"], "excluded": ["famine-a"]},
    )
    assert verdicts(letter) == {
        "camps-then": (True, "required", ""),
        "camps-now": (True, "successor", "camps-then"),
        "context": (True, "chosen", ""),
        "famine-b": (True, "chosen", ""),
        "famine-a": (False, "excluded", ""),
        "law": (False, "topic", ""),
        "draft": (False, "unverified", ""),
        "korean": (False, "language", ""),
    }


def test_the_rule_that_gave_the_ask_and_the_topics_are_remembered() -> None:
    letter = campaign_config(
        interests=[
            {"when": "a", "topics": ["famine"], "ask": "ask-two"},
            {"when": "b", "topics": ["camps"]},
        ]
    ).with_places(
        "campaign.yaml",
        {("ask",): Place("campaign.yaml", 3), ("interests", 0, "ask"): Place("campaign.yaml", 9)},
    )
    result = select_snippets(LIBRARY, letter, [0, 1])
    assert (result.ask_at, result.topics) == (letter.locate("interests", 0, "ask"), ("camps", "famine"))
    assert select_snippets(LIBRARY, letter, [1]).ask_at == letter.locate("ask")


def _of_length(id: str, words: int, **more: Any) -> Snippet:
    return snippet(id, body=" ".join(f"{id}{number}" for number in range(words)), **more)


def test_a_budget_of_words_passes_over_what_is_too_long_and_counts_what_is_required() -> None:
    library = {
        one.id: one
        for one in (
            snippet("ask", "ask"),
            _of_length("must", 30),
            _of_length("long", 40, priority=90),
            _of_length("short", 20, priority=80),
            _of_length("last", 20, priority=70),
        )
    }
    letter = campaign_config(selection={"required": ["must"], "max_words": 60})
    found = {name: why for name, (_, why, _) in verdicts(letter, library).items()}
    assert found == {"must": "required", "long": "words", "short": "chosen", "last": "words"}
    letter = campaign_config(selection={"required": ["must"], "max_words": 20})
    assert [one.id for one in select_snippets(library, letter, []).evidence] == ["must"]


QUOTED = {"source": "report", "locator": {"page": "4"}, "quote": "first … last"}
OTHER = {"source": "report", "locator": {"page": "5"}, "quote": "next … end"}


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ({"evidence": [QUOTED]}, {"evidence": [QUOTED]}, True),
        ({"evidence": [QUOTED]}, {"evidence": [QUOTED, OTHER]}, True),
        ({"evidence": [QUOTED]}, {"evidence": [OTHER]}, False),
        ({"superseded_by": ["b"]}, {}, True),
        ({}, {"superseded_by": ["a"]}, True),
        (
            {"body": "In March the ministry counted 400 prisoners in northern camps."},
            {"body": "The ministry counted 400 prisoners in northern camps in March 2020."},
            False,
        ),
        (
            {"body": "In March the ministry counted 400 prisoners in northern camps."},
            {"body": "The ministry in March counted 400 prisoners held in northern camps."},
            True,
        ),
        (
            {"body": "In March the ministry counted 400 prisoners in northern camps."},
            {"body": "In March the ministry counted 500 prisoners in northern camps."},
            False,
        ),
    ],
)
def test_what_makes_the_same_claim(one: dict[str, Any], other: dict[str, Any], same: bool) -> None:
    assert is_same_claim(snippet("a", **one), snippet("b", **other)) is same


def test_a_claim_is_never_made_twice() -> None:
    library = {
        one.id: one
        for one in (
            snippet("ask", "ask"),
            snippet("first", evidence=[QUOTED], priority=90),
            snippet("again", evidence=[QUOTED], priority=80),
            snippet("other", evidence=[OTHER], priority=70),
        )
    }
    letter = campaign_config(selection={"max_snippets": 2})
    assert {one.id for one in select_snippets(library, letter, []).evidence} == {"first", "other"}
    assert verdicts(letter, library)["again"] == (False, "repeats", "first")


def test_no_two_snippets_of_the_library_are_taken_for_the_same_claim_but_successors() -> None:
    from itertools import combinations

    from briefgen.errors import ProblemList
    from briefgen.library.libraries import library_folders
    from briefgen.library.loader import load_library

    library = load_library(library_folders(None, ProblemList()), ProblemList())
    standing = [
        one
        for one in library.snippets.values()
        if one.kind not in ("ask", "figure") and not one.superseded_by
    ]
    alike = [(a.id, b.id) for a, b in combinations(standing, 2) if is_same_claim(a, b)]
    assert alike == []


def test_a_long_paragraph_is_divided_where_its_topic_changes() -> None:
    def of(id: str, length: int, topic: str) -> Snippet:
        return snippet(id, body="x" * length, topics=[topic])

    short = [of("a", 300, "camps"), of("b", 300, "famine")]
    assert split_by_topic(short) == [short]
    long = [of("a", 200, "camps"), of("b", 200, "camps"), of("c", 200, "famine"), of("d", 200, "famine")]
    assert split_by_topic(long) == [long[:2], long[2:]]
    unequal = [of("a", 200, "camps"), of("b", 250, "famine"), of("c", 300, "law"), of("d", 100, "law")]
    assert split_by_topic(unequal) == [unequal[:2], unequal[2:]], "no paragraph has fewer than four lines"
    tail = [of("a", 500, "camps"), of("b", 150, "famine")]
    assert split_by_topic(tail) == [tail], "nor has the last one"
