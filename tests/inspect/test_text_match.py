"""Words stand in a text exactly or not at all; only what says nothing is passed over."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from briefgen.inspect.pdf_reading_order import Glyph, drop_note_calls, join_pages
from briefgen.inspect.text_match import SearchableText
from briefgen.inspect.tokens import LINE_HYPHEN, normalize_for_comparison

SENTENCE = "In 2012 “Tokyo Shimbun” said that 20,000 people in well-known Hwanghaé starved – not 2.5 percent."
BEFORE, BEHIND = "Words before it. ", " Words behind it."
WORD = st.text(alphabet="abcdeéß0123456789,.-", min_size=1, max_size=8)


def stands(text: str, wanted: str = SENTENCE) -> bool:
    return len(SearchableText(text).find(wanted)) == 1


@pytest.mark.parametrize(
    "change",
    [
        lambda text: text.replace(" ", "\n"),
        lambda text: text.replace(" ", "\u00a0\u200b"),
        lambda text: text.replace("people", "peo\u00adple"),
        lambda text: text.replace("people", f"peo{LINE_HYPHEN}ple"),
        lambda text: text.replace("well-known", f"well{LINE_HYPHEN}known"),
        lambda text: text.replace("well-known", "well\u2011known"),
        lambda text: unicodedata.normalize("NFD", text),
        lambda text: text.replace("fi", "\ufb01"),
    ],
)
def test_what_says_nothing_is_passed_over(change) -> None:  # type: ignore[no-untyped-def]
    assert stands(change(BEFORE + SENTENCE + BEHIND))


@given(st.integers(0, len(SENTENCE) - 1), st.sampled_from("x7-é "))
def test_every_changed_character_is_seen(position: int, char: str) -> None:
    changed = SENTENCE[:position] + char + SENTENCE[position + 1 :]
    same = changed.replace(" ", "") == SENTENCE.replace(" ", "")
    assert stands(BEFORE + changed + BEHIND) == same


@given(st.integers(1, len(SENTENCE) - 2), st.sampled_from(["not ", " never", "1", "."]))
def test_whatever_is_put_in_is_seen(position: int, added: str) -> None:
    assert not stands(BEFORE + SENTENCE[:position] + added + SENTENCE[position:] + BEHIND)


@given(st.lists(WORD, min_size=1, max_size=12), st.lists(WORD, max_size=12), st.lists(WORD, max_size=12))
def test_words_are_found_where_they_stand(words: list[str], before: list[str], behind: list[str]) -> None:
    text = " ".join([*before, *words, *behind])
    wanted = " ".join(words)
    for start, end in SearchableText(text).find(wanted):
        assert text[start:end].replace(" ", "") == wanted.replace(" ", "")
    assert SearchableText(text).find(wanted)


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("it was in 20145", "it was in 2014"),
        ("it rose by 3.5 percent", "it rose by 3."),
        ("it was 2014.5", "it was 2014"),
        ("1,020 people came", "020 people came"),
        ("120 people came", "20 people came"),
        ("$20 were paid", "20 were paid"),
        ("−20 degrees", "20 degrees"),
        ("20% of them", "20"),
        ("disarmed people", "armed people"),
        ("they are armed", "they are arm"),
        ("2014", "014"),
        ("1.20 people", "20 people"),
        ("€20 were paid", "20 were paid"),
        ("1-20 people", "20 people"),
        ("20° in Vale", "20"),
        ("20‰ of them", "20"),
        ("20-30 people", "20"),
        ("20m people", "20"),
        ("m20 people", "20 people"),
        ("people20 came", "people"),
        ("in 3.55 years", "in 3.5"),
        ("20.5 percent", "20."),
        ("a2014", "2014"),
        ("Ärmed people", "rmed people"),
    ],
)
def test_part_of_a_longer_word_or_number_is_not_the_word(text: str, wanted: str) -> None:
    assert not stands(text, wanted)


@pytest.mark.parametrize(
    "text",
    [
        "20 people came",
        "$ 20 people came",
        ". 20 people came",
        "so, 20 people came",
        "it.20 people came-",
        "(20 people came)",
        "“20 people came”",
        "20 people came.",
        "20 people came, then",
        "20 people came—",
    ],
)
def test_punctuation_beside_the_words_is_no_part_of_them(text: str) -> None:
    assert stands(text, "20 people came")


def test_scripts_without_spaces_follow_each_other() -> None:
    assert stands("조사위원회는책임을물었다", "책임을")


def test_each_place_counts_once() -> None:
    assert len(SearchableText(f"{SENTENCE} {SENTENCE}\n{SENTENCE}").find(SENTENCE)) == 3


def test_the_difference_is_told_with_a_few_words_around_it() -> None:
    (one,) = (
        SearchableText(BEFORE + SENTENCE.replace("20,000", "30,000") + BEHIND).compare_nearest(SENTENCE) or []
    )
    assert (one.recorded, one.found) == (
        "… Shimbun” said that 20,000 people in well-known …",
        "… Shimbun” said that 30,000 people in well-known …",
    )


def test_a_place_that_is_right_is_not_taken_for_the_changed_one() -> None:
    text = f"{SENTENCE}\n{BEFORE * 9}{SENTENCE.replace('starved', 'fled')}"
    words = SearchableText(text)
    (one,) = words.compare_nearest(SENTENCE, words.find(SENTENCE)) or []
    assert "fled" in one.found


def test_where_nothing_resembles_it_there_is_nothing_to_show() -> None:
    assert (
        SearchableText("Quite other things are said here, at some length.").compare_nearest(SENTENCE) is None
    )
    assert SearchableText("").compare_nearest(SENTENCE) is None


def _line(text: str, size: float, y: float) -> list[Glyph]:
    return [Glyph(char, size, y, False) for char in text] + [Glyph("\n", 1, y, True)]


def test_only_raised_small_digits_are_calls_of_notes() -> None:
    glyphs = [*_line("in 2014.", 14, 100), *_line("3", 9, 104), *_line("CO", 14, 80), *_line("2", 9, 77)]
    assert "".join(glyph.char for glyph in drop_note_calls(glyphs)).split() == ["in", "2014.", "CO", "2"]


def test_text_runs_on_over_notes_and_running_head() -> None:
    first = [*_line("One two", 14, 700), *_line("three", 14, 100), *_line("1 A note.", 11, 60)]
    second = [*_line("four.", 14, 700), *_line("2 Another.", 11, 60), *_line("Head, page 2", 14, 780)]
    third = [*_line("Five.", 14, 700), *_line("Head, page 3", 14, 780)]
    assert "One two three four. " in " ".join(join_pages([first, second, third]).split())


def test_a_line_in_the_texts_own_size_is_never_passed_over() -> None:
    first = [
        *_line("One two", 14, 700),
        *_line("three", 14, 100),
        *_line("put in", 14, 80),
        *_line("1 A note.", 11, 60),
    ]
    assert "three put in four." in " ".join(join_pages([first, _line("four.", 14, 700)]).split())


@pytest.mark.parametrize(
    ("text", "recorded", "found"),
    [
        ("a b c d e f g h", "a b c X e f g h", ["a b c X e f g …", "a b c d e f g …"]),
        ("a b c d e f g h", "X b c d e f g h", ["X b c d …", "a b c d …"]),
        ("a b c d e f g h", "a b c d e f g X", ["… e f g X", "… e f g h"]),
        ("0 1 2 a b c d e f g h 3 4", "a b c d X e f g h", ["… b c d X e f g …", "… b c d e f g …"]),
        ("a b c d e f g h", "a b c e f g h", ["a b c e f g …", "a b c d e f g …"]),
    ],
)
def test_up_to_three_words_are_shown_around_a_difference(text: str, recorded: str, found: list[str]) -> None:
    (difference,) = SearchableText(text).compare_nearest(recorded) or []
    assert [difference.recorded, difference.found] == found


@pytest.mark.parametrize(("shared", "similar"), [(8, True), (5, True), (4, False), (0, False)])
def test_a_passage_is_shown_if_half_of_the_words_are_there(shared: int, similar: bool) -> None:
    recorded = " ".join(f"word{number}" for number in range(10))
    text = " ".join(f"word{number}" if number < shared else "other" for number in range(10))
    differences = SearchableText(f"before it {text} after it").compare_nearest(recorded)
    assert (differences is not None) == similar


def test_of_several_passages_the_most_similar_is_shown() -> None:
    between = " ".join(f"other{number}" for number in range(20))
    passages = ("one two X Y Z", "one two three Y five", "X two three Y five")
    text = f" {between} ".join(passages)
    (difference,) = SearchableText(text).compare_nearest("one two three four five") or []
    assert difference.found == "one two three Y five"


@pytest.mark.parametrize("form", ["NFC", "NFD"])
def test_an_accent_belongs_to_its_letter_in_either_form(form: str) -> None:
    text = unicodedata.normalize(form, "Two cafés, one café. 각하")  # type: ignore[arg-type]
    (span,) = SearchableText(text).find("café")
    assert text[slice(*span)] == unicodedata.normalize(form, "café")  # type: ignore[arg-type]
    assert span[0] > 8
    (span,) = SearchableText(text).find("각")
    assert text[slice(*span)] == unicodedata.normalize(form, "각")  # type: ignore[arg-type]


@given(st.text("ab \u0301\u00e9\ufb01-\u2011", max_size=20), st.text("xyz ", max_size=5))
def test_spans_are_those_of_the_text_as_it_was(rest: str, before: str) -> None:
    text = f"q{rest}"
    searched = f"{before}; {text} ;"
    (first, *_) = SearchableText(searched).find(text)
    found = searched[slice(*first)]
    assert normalize_for_comparison(found).replace("\u2010", "-") == normalize_for_comparison(text).replace(
        "\u2010", "-"
    )
