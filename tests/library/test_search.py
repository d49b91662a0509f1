"""What is searched for comes first where it answers best, and the order can be explained."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from briefgen.errors import Place
from briefgen.library.search import fold_word, search_snippets
from briefgen.model.snippet import Evidence, Review, Snippet
from briefgen.model.source import Source

REFERENCES = {
    "wells-2024": Source(
        "wells-2024",
        {"title": "Wells of the North", "author": [{"family": "Müller", "given": "Zoë"}]},
        Place("x"),
    )
}


def snippet(name: str, body: str = "Nothing of note.", **fields: object) -> Snippet:
    return Snippet.model_validate(
        {"id": name, "kind": "finding", "review": Review(status="verified"), "body": body, **fields}
    )


def ids(words: list[str], *snippets: Snippet) -> list[str]:
    return [hit.snippet.id for hit in search_snippets(snippets, REFERENCES, words)]


def test_all_words_come_before_some_wherever_they_stand() -> None:
    quoted = Evidence(source="other-1", quote="camp by the well", locator={"paragraph": "1"})
    some, every = snippet("camp", "A camp.", topics=["camp"]), snippet("b", evidence=[quoted])
    assert ids(["camp", "well"], some, every) == ["b", "camp"]


def test_a_word_in_a_work_cited_is_no_answer_where_another_snippet_has_all() -> None:
    cited = Evidence(source="wells-2024", quote="words", locator={"paragraph": "1"})
    some, every = snippet("a", evidence=[cited]), snippet("b", "A camp by the wells.")
    assert ids(["camp", "wells"], some, every) == ["b"]
    assert ids(["camp", "wells"], some) == ["a"]


def test_title_id_and_topic_come_before_wording_and_that_before_quote_and_source() -> None:
    quoted = Evidence(source="other-1", quote="the well … was dry", locator={"paragraph": "1"})
    cited = Evidence(source="wells-2024", quote="words", locator={"paragraph": "1"})
    found = ids(
        ["wells"],
        snippet("e", evidence=[cited]),
        snippet("d", evidence=[quoted]),
        snippet("c", "A well was dry."),
        snippet("b", topics=["wells"]),
    )
    assert found == ["b", "c", "d", "e"]


def test_equals_are_ordered_by_priority_then_id() -> None:
    assert ids(
        ["well"],
        snippet("c", "A well."),
        snippet("b", "A well.", priority=90),
        snippet("a", "A well."),
    ) == ["b", "a", "c"]


def test_authors_and_variants_are_searched() -> None:
    cited = Evidence(source="wells-2024", quote="words", locator={"paragraph": "1"})
    assert ids(["muller"], snippet("a", evidence=[cited])) == ["a"]
    assert ids(["drought"], snippet("a", variants={"short": "A drought."})) == ["a"]


@pytest.mark.parametrize(
    ("typed", "written"),
    [
        ("famines", "famine"),
        ("bodies", "body"),
        ("Churches", "church"),
        ("crises", "crises"),
        ("people's", "people"),
        ("people’s", "people"),
        ("Zoë", "zoe"),
        ("CAMPS", "camp"),
    ],
)
def test_case_accents_and_plurals_make_no_difference(typed: str, written: str) -> None:
    assert fold_word(typed) == fold_word(written)


@pytest.mark.parametrize("word", ["status", "congress", "crisis", "gas", "us"])
def test_words_that_end_in_s_are_not_cut(word: str) -> None:
    assert fold_word(word) == word


def test_a_long_word_is_found_at_the_beginning_of_a_longer_one_but_counts_less() -> None:
    assert ids(["starv"], snippet("a", "Starvation.")) == ["a"]
    assert ids(["sta"], snippet("a", "Starvation.")) == []
    assert ids(["camp"], snippet("a", "A campaign."), snippet("b", "A camp.")) == ["b", "a"]


def test_the_wording_is_shown_around_the_first_word_with_every_word_marked() -> None:
    body = "word " * 60 + "the Wells of one town and the wells of another " + "word " * 60
    (hit,) = search_snippets([snippet("a", body.strip())], REFERENCES, ["wells"])
    assert hit.where == "wording" and len(hit.text) < 200
    assert [hit.text[start:end] for start, end in hit.spans] == ["Wells", "wells"]
    assert hit.text.startswith("… ") and hit.text.endswith(" …")


def test_words_that_were_found_are_named_as_typed() -> None:
    (hit,) = search_snippets([snippet("a", "A camp.")], REFERENCES, ["CAMPS wells"])
    assert hit.found == ("CAMPS",)


def test_nothing_is_found_for_nothing() -> None:
    assert ids([], snippet("a")) == ids(["", "!?"], snippet("a")) == []


@given(st.lists(st.text(max_size=12), max_size=4), st.text(min_size=1, max_size=300))
def test_any_words_in_any_wording_are_searched_and_marks_stand_on_words(words: list[str], body: str) -> None:
    for hit in search_snippets([snippet("a", body)], REFERENCES, words):
        assert hit.found and hit.score > 0
        assert all(0 <= start < end <= len(hit.text) for start, end in hit.spans)
