"""A quote is found where its words stand, once, and a failure says what differs."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from briefgen.evidence.quotes import (
    count_quote_words,
    find_cut_number,
    find_distinguishing_context,
    find_nearest_passage,
    find_quote,
)
from briefgen.evidence.source_text import SourceText, split_body_paragraphs

CONTENT = """The council said that forty-four percent of the fishermen had not been paid. They left in 2012.
Some forty of them were said to have killed seals. The council said nothing about it. They left again.
The harbour, an old one, is closed."""


def text(content: str = CONTENT) -> SourceText:
    return SourceText("vale", "0" * 64, split_body_paragraphs(content))


def found(quote: str, prefix: str = "", suffix: str = "") -> list[tuple[int, str]]:
    matches = find_quote(text(), quote, prefix, suffix)
    return [(m.paragraph.number, m.paragraph.normalized.text[m.start : m.end]) for m in matches]


@pytest.mark.parametrize(
    ("quote", "there"),
    [
        ("had not been paid", "had not been paid"),
        (
            "The council … had not been paid",
            "The council said that forty-four percent of the fishermen had not been paid",
        ),
        (
            "The council . . . not been paid",
            "The council said that forty-four percent of the fishermen had not been paid",
        ),
        (
            "The council […] not been paid",
            "The council said that forty-four percent of the fishermen had not been paid",
        ),
        ("[F]orty-four percent of the fishermen", "forty-four percent of the fishermen"),
        ("of the [seal] fishermen", "of the fishermen"),
        ("[kill]ed seals", "killed seals"),
        ("kill[ing] seals", "killed seals"),
    ],
)
def test_omissions_and_alterations_split_a_quote(quote: str, there: str) -> None:
    assert [stretch for _, stretch in found(quote)] == [there]


@pytest.mark.parametrize(
    "quote",
    [
        "had been paid",
        "not had been paid",
        "Had not been paid",
        "fisher",
        "not been paid … The council",
        "harbour … said nothing",
        "",
        "…",
        "[only ours]",
    ],
)
def test_what_does_not_stand_there_is_not_found(quote: str) -> None:
    assert found(quote) == []


def test_a_number_is_not_cut_in_two() -> None:
    assert found("four percent of the fishermen") == []
    assert find_cut_number(text(), "four percent of the fishermen") == "forty-four percent"
    assert len(found("percent of the fishermen")) == 1, (
        "parting a unit from its number leaves the number whole"
    )


def test_a_quote_that_stands_twice_is_settled_by_prefix_or_suffix() -> None:
    matches = find_quote(text(), "They left")
    assert [match.paragraph.number for match in matches] == [1, 2]
    (kind, words), (other_kind, other_words) = find_distinguishing_context(matches)
    assert found("They left", **{kind: words}) == [(1, "They left")]
    assert found("They left", **{other_kind: other_words}) == [(2, "They left")]


def test_the_passage_is_the_sentence_touched() -> None:
    (match,) = find_quote(text(), "They left in")
    assert match.passage == "They left in 2012."
    (match,) = find_quote(text(), "paid. They")
    assert match.passage == CONTENT.split("\n")[0]


def test_offsets_lead_back_into_the_file() -> None:
    (match,) = find_quote(text(), "is closed")
    start, end = match.file_span()
    assert CONTENT[start:end] == "is closed"


@pytest.mark.parametrize(
    ("quote", "changed", "marked"),
    [
        ("that fifty-four percent of the fishermen", "a number", "[-forty-four-] {+fifty-four+}"),
        ("the fishermen had been paid", "a negation", "[-not-]"),
        ("forty of them were killed", "a hedge", "said"),
        ("The said council that", "the order of words", "council"),
    ],
)
def test_a_failure_shows_what_differs_and_whether_it_matters(quote: str, changed: str, marked: str) -> None:
    nearest = find_nearest_passage(text().paragraphs, quote)
    assert nearest is not None
    assert changed in nearest.differences
    assert marked in nearest.passage


def test_a_quote_of_another_world_has_no_nearest_passage() -> None:
    assert find_nearest_passage(text().paragraphs, "xylophone quartz") is None


def test_only_the_source_s_words_count_towards_the_limit() -> None:
    assert count_quote_words("[The old] harbour … is [now] closed") == 3


@given(st.integers(0, 12), st.integers(1, 8))
def test_every_stretch_of_words_is_found_where_it_stands(start: int, length: int) -> None:
    words = text().paragraphs[0].normalized.text.split()
    stretch = " ".join(words[start : start + length])
    matches = find_quote(text(), stretch)
    if matches:
        assert matches[0].paragraph.normalized.text[matches[0].start : matches[0].end] == stretch
    else:
        assert not stretch or find_cut_number(text(), stretch)


@given(st.text(max_size=60))
def test_any_quote_is_looked_for_without_fault(quote: str) -> None:
    find_quote(text(), quote)
    find_nearest_passage(text().paragraphs, quote)
