"""Words stand in a text exactly or not at all; only what says nothing is passed over."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from briefgen.inspect.pdf_reading_order import Glyph, drop_note_calls, join_pages
from briefgen.inspect.text_match import SearchableText
from briefgen.inspect.tokens import LINE_HYPHEN

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
    ],
)
def test_part_of_a_longer_word_or_number_is_not_the_word(text: str, wanted: str) -> None:
    assert not stands(text, wanted)


@pytest.mark.parametrize(
    "text",
    ["(20 people came)", "“20 people came”", "20 people came.", "20 people came, then", "20 people came—"],
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
