"""Normalising makes alike what only looks different, and every character knows where it came from."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from briefgen.evidence.normalize import (
    find_sentences,
    hash_normalized,
    normalize_text,
    prepare_prose,
    split_words,
)
from briefgen.evidence.source_text import split_body_paragraphs
from briefgen.model.text import compose_text

prose = st.text(st.sampled_from("abcdéöA Z09.,;:'\"‘’“”-–—…\u00a0\u2009\n\u00ad\u0301"), max_size=80)


@given(prose)
def test_normalising_twice_changes_nothing_more(text: str) -> None:
    once = normalize_text(text).text
    assert normalize_text(once).text == once


@given(prose)
@example("A\u00ad\u0301")  # a soft hyphen between a letter and its accent
def test_every_character_lies_where_it_came_from(text: str) -> None:
    normal = normalize_text(text)
    assert len(normal.starts) == len(normal.text) + 1
    assert list(normal.starts) == sorted(normal.starts)
    for index, character in enumerate(normal.text):
        start, end = normal.original_span(index, index + 1)
        assert 0 <= start < end <= len(text)
        if character.isalnum():
            visible = "".join(char for char in text[start:end] if unicodedata.category(char) != "Cf")
            assert character in unicodedata.normalize("NFC", visible)


@given(prose)
def test_unicode_forms_have_one_fingerprint(text: str) -> None:
    assert hash_normalized(unicodedata.normalize("NFD", text)) == hash_normalized(
        unicodedata.normalize("NFC", text)
    )


@pytest.mark.parametrize(
    "other",
    [
        "the regime's “prison” camps—and more",
        'the regime’s "prison" camps – and more',
        "the\u00a0regime's “prison”\ncamps -- and   more",
        "the regime‘s „prison” camps - and more",
        'the re\u00adgime\'s "prison" camps\u2014and\u200b more',
    ],
)
def test_marks_dashes_and_spaces_do_not_matter(other: str) -> None:
    assert normalize_text(other).text == 'the regime\'s "prison" camps-and more'


@pytest.mark.parametrize("other", ["Not so", "not  so.", "not so,", "nots o"])
def test_letters_case_and_stops_matter(other: str) -> None:
    assert hash_normalized(other) != hash_normalized("not so")


def test_spaced_dots_and_three_dots_are_one_omission() -> None:
    assert normalize_text("activities . . . should").text == normalize_text("activities … should").text
    assert normalize_text("activities ... should").text == normalize_text("activities … should").text


def test_a_hyphen_left_hanging_keeps_its_space() -> None:
    assert normalize_text("two- and three-year terms").text == "two- and three-year terms"


def test_legible_text_keeps_its_dashes_and_joins_grouped_digits() -> None:
    assert prepare_prose("10\u202f000\u00a0tons—“more”") == '10,000 tons—"more"'


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("He came. She went.", ["He came.", "She went."]),
        (
            "Dr. A. B. Smith of the U.S. Senate spoke. It ended.",
            ["Dr. A. B. Smith of the U.S. Senate spoke.", "It ended."],
        ),
        ("They live in the U.S. The bill passed.", ["They live in the U.S.", "The bill passed."]),
        ("See No. 2 and art. 7 of it. Then stop.", ["See No. 2 and art. 7 of it.", "Then stop."]),
        ('It is "over." He left.', ['It is "over."', "He left."]),
        ("Is it so? Yes! Good.", ["Is it so?", "Yes!", "Good."]),
        ("weapons … Should it end.", ["weapons … Should it end."]),
        ("It cost 3.5 million in 2012. Nobody paid.", ["It cost 3.5 million in 2012.", "Nobody paid."]),
        ("(So it is.) They know.", ["(So it is.)", "They know."]),
    ],
)
def test_sentences_end_where_a_reader_ends_them(text: str, parts: list[str]) -> None:
    normal = normalize_text(text).text
    assert [normal[start:end] for start, end in find_sentences(normal)] == [
        normalize_text(part).text for part in parts
    ]


@given(prose)
def test_sentences_cover_every_letter_once_and_in_order(text: str) -> None:
    normal = normalize_text(text).text
    spans = find_sentences(normal)
    assert spans == sorted(spans)
    covered = "".join(normal[start:end] for start, end in spans)
    assert covered.replace(" ", "") == normal.replace(" ", "")


def test_paragraphs_are_the_non_empty_lines_that_are_no_furniture() -> None:
    content = "Title\n\nFirst one.\n  \nTeaser\nSecond one. It has two sentences.\n"
    first, second = split_body_paragraphs(content, frozenset({1, 5}))
    assert (first.number, first.text, second.number) == (1, "First one.", 2)
    assert content[second.offset :].startswith("Second one.")
    assert second.normalized.text[slice(*second.sentence_span(14, 16))] == "It has two sentences."
    assert second.sentence_span(5, 14) == (0, len(second.normalized.text))


def test_words_are_counted_as_a_reader_counts_them() -> None:
    assert split_words("Kim Jong-un’s 20,000 (or so) men") == [
        "Kim",
        "Jong",
        "un's",
        "20,000",
        "or",
        "so",
        "men",
    ]


def test_a_pile_of_marks_is_composed_in_parts_that_have_places(monkeypatch: pytest.MonkeyPatch) -> None:
    pile = "a" + "\u0316\u0301" * 500
    composed: list[int] = []
    compose = unicodedata.normalize

    def count(form: str, text: str) -> str:
        composed.append(len(text))
        return compose(form, text)  # type: ignore[arg-type]

    monkeypatch.setattr(unicodedata, "normalize", count)
    assert prepare_prose(pile).startswith("á")
    normal = normalize_text(pile)
    assert max(composed) <= 40
    assert len(set(normal.starts)) > len(pile) / 40


@pytest.mark.parametrize("text", ["e\u0301" * 40, "…" * 30 + "\u2203\u0338", "a" + "\u0301\u0316" * 15])
def test_what_is_no_pile_is_composed_as_unicode_says(text: str) -> None:
    assert compose_text(text) == unicodedata.normalize("NFC", text)


def test_nothing_has_no_sentences() -> None:
    assert find_sentences("") == []
    assert find_sentences("No stop") == [(0, 7)]


@pytest.mark.parametrize(
    "hidden", ["\u00ad", "\u200b", "\u200c", "\u200d", "\u2060", "\ufeff", "\u200e", "\u200f"]
)
def test_invisible_characters_do_not_matter(hidden: str) -> None:
    assert normalize_text(f"har{hidden}bour").text == prepare_prose(f"har{hidden}bour") == "harbour"
    assert hash_normalized(f"{hidden}harbour{hidden}") == hash_normalized("harbour")


@pytest.mark.parametrize("space", ["\u00a0", "\u202f", "\u2009", "\u2007"])
def test_spaces_that_group_digits_become_commas_in_prose(space: str) -> None:
    assert prepare_prose(f"10{space}000 and 1{space}000{space}000 tons") == "10,000 and 1,000,000 tons"
    assert prepare_prose(f"10{space}0000, 7{space}May and a{space}000") == "10 0000, 7 May and a 000"


@pytest.mark.parametrize("mark", "‘’‚‛`´")
def test_every_single_quotation_mark_is_an_apostrophe(mark: str) -> None:
    assert normalize_text(f"it{mark}s").text == prepare_prose(f"it{mark}s") == "it's"


@pytest.mark.parametrize("mark", "“”„‟«»")
def test_every_double_quotation_mark_is_the_same(mark: str) -> None:
    assert normalize_text(f"{mark}so{mark}").text == prepare_prose(f"{mark}so{mark}") == '"so"'


@pytest.mark.parametrize("dash", "‐‑‒–—―−﹘﹣－")
def test_every_dash_is_a_hyphen_and_kept_in_prose(dash: str) -> None:
    assert normalize_text(f"a{dash}b {dash} c {dash}{dash} d").text == "a-b-c-d"
    assert prepare_prose(f"a {dash} b") == f"a {dash} b"
