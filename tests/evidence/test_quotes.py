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
    find_quote_in_paragraph,
)
from briefgen.evidence.source_text import BodyParagraph, SourceText, split_body_paragraphs

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
    for match in find_quote(text(), quote):
        assert 0 <= match.start <= match.end <= len(match.paragraph.normalized.text)
    nearest = find_nearest_passage(text().paragraphs, quote)
    assert nearest is None or nearest.paragraph in {one.number for one in text().paragraphs}


# Bracketed words and ellipses at the ends of sentences

NAMES = ["Alder", "Birch", "Cedar", "Dogwood", "Elm", "Fir", "Ginkgo", "Hazel", "Juniper", "Larch", "Maple"]


@st.composite
def sentences_of_names(draw: st.DrawFn) -> list[list[str]]:
    """Sentences that together name every tree once, in order."""
    ends = sorted(draw(st.sets(st.integers(1, len(NAMES) - 1), max_size=5)))
    return [NAMES[start:end] for start, end in zip([0, *ends], [*ends, len(NAMES)], strict=True)]


def paragraph_of(sentences: list[list[str]]) -> BodyParagraph:
    return split_body_paragraphs(" ".join(f"{' '.join(names)}." for names in sentences))[0]


@given(
    sentences_of_names(), st.integers(0, 10), st.integers(0, 10), st.sampled_from(["[of war]", "[]", "[1]"])
)
def test_bracketed_words_join_two_words_of_one_sentence_only(
    sentences: list[list[str]], first: int, second: int, inserted: str
) -> None:
    quote = f"{NAMES[first]} {inserted} {NAMES[second]}"
    together = first < second and any({NAMES[first], NAMES[second]} <= set(names) for names in sentences)
    assert len(find_quote_in_paragraph(paragraph_of(sentences), quote)) == together


@given(sentences_of_names(), st.integers(0, 10), st.integers(0, 10), st.sampled_from(["…", "[…]", ". . ."]))
def test_an_ellipsis_may_leave_out_the_end_of_a_sentence_but_keeps_the_order(
    sentences: list[list[str]], first: int, second: int, omission: str
) -> None:
    quote = f"{NAMES[first]} {omission} {NAMES[second]}"
    assert len(find_quote_in_paragraph(paragraph_of(sentences), quote)) == (first < second)


@given(sentences_of_names(), st.data(), st.sampled_from(["…", "[and]"]))
def test_a_quote_is_found_within_a_passage_only_if_all_of_it_is_there(
    sentences: list[list[str]], data: st.DataObject, between: str
) -> None:
    paragraph = paragraph_of(sentences)
    within = data.draw(st.sampled_from(paragraph.sentence_spans()))
    first, second = sorted(data.draw(st.sets(st.integers(0, 10), min_size=2, max_size=2)))
    start, end = (paragraph.normalized.text.index(NAMES[number]) for number in (first, second))
    found = find_quote_in_paragraph(paragraph, f"{NAMES[first]} {between} {NAMES[second]}", within)
    assert len(found) == (within[0] <= start and end < within[1])


@pytest.mark.parametrize(
    ("quote", "there"),
    [
        ("The council [of war] left again", None),
        ("The council [itself] said nothing [more] about it", "The council said nothing about it"),
        ("had not been paid [and so] They left", None),
        (
            "killed seals … [it] left again",
            "killed seals. The council said nothing about it. They left again",
        ),
        (
            "killed seals [it] … left again",
            "killed seals. The council said nothing about it. They left again",
        ),
        ("[The fishermen] left in 2012 [too]", "left in 2012"),
        ("an old [sea] one", "an old one"),
        ("The harbour[, which is] an old one", None),
        ("The harbour, [which is] an old one", "The harbour, an old one"),
    ],
)
def test_where_bracketed_words_may_be_put(quote: str, there: str | None) -> None:
    assert [stretch for _, stretch in found(quote)] == ([there] if there else [])


@pytest.mark.parametrize(
    ("quote", "there"),
    [
        ("[t]he council said nothing", ["The council said nothing"]),
        ("[s]he council said nothing", []),
        ("[Th]e council said nothing", ["The council said nothing"]),
        ("kill[ed] seals", ["killed seals"]),
        ("[]eals", ["seals"]),
        ("clos[ing]", ["closed"]),
        ("k[il]led seals", []),
    ],
)
def test_a_bracket_in_a_word_replaces_a_letter_or_the_rest_of_it(quote: str, there: list[str]) -> None:
    assert [stretch for _, stretch in found(quote)] == there


@given(
    st.lists(st.lists(st.sampled_from(["old", "older", "a", "again"]), max_size=3), min_size=2, max_size=5)
)
def test_context_that_is_suggested_is_never_empty_and_settles_the_place(endings: list[list[str]]) -> None:
    source = text("\n".join(" ".join(["They left", *words]) for words in endings))
    matches = find_quote(source, "They left")
    for match, (kind, words) in zip(matches, find_distinguishing_context(matches), strict=True):
        if words:
            assert find_quote(source, "They left", **{kind: words}) == [match]
        else:
            assert kind == "prefix"
            ending = match.paragraph.text.removeprefix("They left")
            rivals = [paragraph.text.removeprefix("They left") for paragraph in source.paragraphs]
            assert sum(other.startswith(ending) for other in rivals) > 1


def test_a_place_at_the_end_of_a_paragraph_is_told_by_the_words_before_it() -> None:
    source = text("In May they left\nThey left again\nIn June they left")
    matches = find_quote(source, "[T]hey left")
    assert find_distinguishing_context(matches) == [
        ("prefix", "May"),
        ("suffix", "again"),
        ("prefix", "June"),
    ]


def test_nothing_is_suggested_where_nothing_tells_the_places_apart() -> None:
    matches = find_quote(text("They left\nThey left"), "They left")
    assert find_distinguishing_context(matches) == [("prefix", ""), ("prefix", "")]


@pytest.mark.parametrize(
    ("quote", "cut"),
    [
        ("four percent of the fishermen", "forty-four percent"),
        ("not been paid … four percent", "forty-four percent"),
        ("The council … xylophone", None),
        ("xylophone", None),
        ("", None),
    ],
)
def test_a_cut_number_is_named_if_it_is_why_the_quote_is_not_found(quote: str, cut: str | None) -> None:
    assert find_cut_number(text(), quote) == cut


def test_a_part_that_is_whole_somewhere_is_not_what_was_cut() -> None:
    source = text("Four percent, four percent of them and forty-four percent of all.")
    assert find_cut_number(source, "four percent … xylophone") is None


@pytest.mark.parametrize(
    ("quote", "passage", "differences"),
    [
        ("The council said nothing about us", "said nothing about [-it. They left-] {+us+}", ()),
        ("the council said nothing", "[-The-] {+the+} council said nothing", ()),
        (
            "The Council said Nothing about it. They",
            "The [-council-] {+Council+} said [-nothing-] {+Nothing+}",
            (),
        ),
        ("The nothing said council about it. They", "council", ("the order of words",)),
        ("Some fifty of them were said to", "Some [-forty-] {+fifty+} of them were said to", ("a number",)),
        ("Some forty of them were to have", "Some forty of them were [-said-] to have", ("a hedge",)),
        ("said nothing never about it", "said nothing {+never+} about", ("a negation",)),
        ("They never left again", "They {+never+} left [-in 2012.-] {+again+}", ("a number", "a negation")),
        ("twelve million killed seals", "[-to have-] {+twelve million+} killed", ("a number",)),
        ("is closed", "is [-closed.-] {+closed+}", ()),
    ],
)
def test_the_nearest_passage_shows_what_only_one_of_the_two_has(
    quote: str, passage: str, differences: tuple[str, ...]
) -> None:
    nearest = find_nearest_passage(text().paragraphs, quote)
    assert nearest is not None
    assert nearest.differences == differences
    assert passage in nearest.passage


def test_the_nearest_passage_is_that_of_the_first_part_that_is_missing() -> None:
    nearest = find_nearest_passage(text().paragraphs, "They left in 2012 … Some fifty of them")
    assert nearest is not None and (nearest.paragraph, nearest.differences) == (2, ("a number",))
    nearest = find_nearest_passage(text().paragraphs, "is closed … The harbour")
    assert nearest is not None and (nearest.paragraph, nearest.passage) == (3, "is [-closed.-] {+closed+}")


def test_of_two_passages_that_are_equally_near_the_first_is_shown() -> None:
    nearest = find_nearest_passage(text("One two three.\nOne two four.").paragraphs, "One two five")
    assert nearest is not None and nearest.paragraph == 1
