"""Numbers in English prose are read by their value, whichever way they are written."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from briefgen.evidence.numbers import Number, date_covers, find_numbers

ONES = [
    "zero",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
    "thirteen",
    "fourteen",
    "fifteen",
    "sixteen",
    "seventeen",
    "eighteen",
    "nineteen",
]
TENS = ["_", "_", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"]


def said(number: int, british: bool = False) -> str:
    """A whole number below a million millions in English words."""
    if number < 20:
        return ONES[number]
    if number < 100:
        tens, ones = divmod(number, 10)
        return TENS[tens] + (f"-{ONES[ones]}" if ones else "")
    if number < 1000:
        hundreds, rest = divmod(number, 100)
        link = " and " if british else " "
        return f"{ONES[hundreds]} hundred" + (link + said(rest, british) if rest else "")
    for scale, word in ((10**9, "billion"), (10**6, "million"), (10**3, "thousand")):
        if number >= scale:
            head, rest = divmod(number, scale)
            link = " and " if british and 0 < rest < 100 else " "
            return f"{said(head, british)} {word}" + (link + said(rest, british) if rest else "")
    raise AssertionError


def one(text: str) -> Number:
    numbers = find_numbers(text)
    assert len(numbers) == 1, numbers
    return numbers[0]


whole = st.integers(min_value=2, max_value=10**12 - 1)


@given(whole, st.booleans())
def test_words_and_digits_have_one_value(number: int, british: bool) -> None:
    in_words = one(f"some {said(number, british)} prisoners")
    in_digits = one(f"some {number:,} prisoners")
    assert in_words.low == in_words.high == number
    assert in_words.is_same(in_digits)


@given(whole)
def test_percentages_in_words_digits_and_sign_have_one_value(number: int) -> None:
    forms = [f"{said(number)} percent", f"{number:,} per cent", f"{number:,}%", f"{number:,} %"]
    assert all(one(form).is_same(one(forms[0])) for form in forms)
    assert not one(forms[0]).is_same(one(f"{number:,} prisoners"))


@given(st.integers(2, 500), st.integers(1, 499), st.sampled_from(["thousand", "million", "billion"]))
def test_a_scale_written_once_counts_for_both_ends_of_a_range(low: int, more: int, scale: str) -> None:
    high = low + more
    size = {"thousand": 10**3, "million": 10**6, "billion": 10**9}[scale]
    forms = [
        f"between {said(low)} and {said(high)} {scale} people",
        f"from {low} to {high} {scale} people",
        f"{low:,}–{high:,} {scale} people",
        f"{low * size:,} to {high * size:,} people",
    ]
    forms.append(f"{low}-{high} {scale} people")
    for form in forms:
        number = one(form)
        assert (number.low, number.high) == (low * size, high * size), form


@given(st.text(max_size=200))
def test_any_text_is_read_without_fault_and_spans_lie_within_it(text: str) -> None:
    for number in find_numbers(text):
        assert 0 <= number.start < number.end <= len(text)
        assert number.words == text[number.start : number.end]
        str(number)


@given(
    st.lists(
        st.sampled_from(
            [
                "a",
                "one",
                "two",
                "and",
                "half",
                "million",
                "-",
                "%",
                "$",
                "3.5",
                "of",
                "the",
                "to",
                "hundred",
                "dozen",
                "2012",
                "May",
            ]
        )
    )
)
def test_any_mixture_of_number_words_is_read_without_fault(words: list[str]) -> None:
    assert isinstance(find_numbers(" ".join(words)), tuple)


@pytest.mark.parametrize(
    ("text", "low", "high", "unit"),
    [
        ("twenty thousand people", 20_000, 20_000, ""),
        ("a quarter of a million", 250_000, 250_000, ""),
        ("an estimated quarter of a million", 250_000, 250_000, ""),
        ("three quarters of a million", 750_000, 750_000, ""),
        ("half a million", 500_000, 500_000, ""),
        ("between two and three and a half million people", 2_000_000, 3_500_000, ""),
        ("between about 240,000 and 3.5 million", 240_000, 3_500_000, ""),
        ("two and a half million", 2_500_000, 2_500_000, ""),
        ("2½ million", 2_500_000, 2_500_000, ""),
        ("one and three-quarters", Fraction(7, 4), Fraction(7, 4), ""),
        ("twenty-one to thirty percent", 21, 30, "percent"),
        ("21–30 %", 21, 30, "percent"),
        ("five percentage points", 5, 5, "percentage point"),
        ("one-third", Fraction(1, 3), Fraction(1, 3), "share"),
        ("two thirds of them", Fraction(2, 3), Fraction(2, 3), "share"),
        ("a third of them", Fraction(1, 3), Fraction(1, 3), "share"),
        ("fewer than one in ten", Fraction(1, 10), Fraction(1, 10), "share"),
        ("nine out of ten", Fraction(9, 10), Fraction(9, 10), "share"),
        ("$920", 920, 920, "USD"),
        ("US$850m", 850_000_000, 850_000_000, "USD"),
        ("850 million US dollars", 850_000_000, 850_000_000, "USD"),
        ("850 million U.S. dollars", 850_000_000, 850_000_000, "USD"),
        ("$1.3bn", 1_300_000_000, 1_300_000_000, "USD"),
        ("2.8–3.2 billion dollars", 2_800_000_000, 3_200_000_000, "USD"),
        ("$500–1,000", 500, 1_000, "USD"),
        ("1 million won", 1_000_000, 1_000_000, "KRW"),
        ("one million North Korean won", 1_000_000, 1_000_000, "KPW"),
        ("€5", 5, 5, "EUR"),
        ("two decades", 20, 20, "year"),
        ("half a century", 50, 50, "year"),
        ("a twenty-five-year term", 25, 25, "year"),
        ("twice as many", 2, 2, "times"),
        ("three times as many", 3, 3, "times"),
        ("two dozen", 24, 24, ""),
        ("10\u202f000 tons", 10_000, 10_000, "ton"),
        ("ten-thousand", 10_000, 10_000, ""),
    ],
)
def test_amounts_of_every_form(text: str, low: Fraction, high: Fraction, unit: str) -> None:
    number = one(text)
    assert (number.kind, number.low, number.high, number.unit) == ("amount", low, high, unit)


@pytest.mark.parametrize(
    ("one_form", "other_form"),
    [
        ("44 percent", "forty-four per cent"),
        ("half of them", "50 percent of them"),
        ("one in ten", "ten percent"),
        ("12 February", "February 12th"),
        ("April 2012", "Apr. 2012"),
        ("2012-04-21", "21 April 2012"),
        ("January 14, 2013", "14th of January 2013"),
        ("article 7", "Art. VII"),
        ("resolution 22/13", "Resolution 22/13"),
        ("the twenty-second session", "the 22nd session"),
        ("thousands", "several thousand"),
        ("tens of thousands of people", "tens of thousands"),
        ("one decade", "ten years"),
        ("5 or 6 million", "five or six million"),
    ],
)
def test_different_words_for_one_thing_are_the_same(one_form: str, other_form: str) -> None:
    first, second = find_numbers(one_form), find_numbers(other_form)
    assert len(first) == len(second) > 0
    assert all(a.is_same(b) for a, b in zip(first, second, strict=True))


@pytest.mark.parametrize(
    ("one_form", "other_form"),
    [
        ("44 percent", "44 people"),
        ("0.5", "50 percent"),
        ("20,000", "20 million"),
        ("$920", "920 won"),
        ("$920", "920"),
        ("five months", "five years"),
        ("80,000 to 120,000", "80,000"),
        ("thousands", "millions"),
        ("thousands", "one thousand"),
        ("third", "three"),
        ("A/HRC/25/63", "A/HRC/25/64"),
        ("article 7", "paragraph 7"),
        ("1990s", "1990"),
        ("April 2012", "May 2012"),
        ("five percent", "five percentage points"),
    ],
)
def test_what_differs_in_value_unit_or_kind_is_not_the_same(one_form: str, other_form: str) -> None:
    assert not one(one_form).is_same(one(other_form))


@pytest.mark.parametrize(
    "text",
    [
        "one of the worst points",
        "no one and one another",
        "second-hand reports from a third country",
        "half-Chinese children",
        "they may march at first",
        "percent",
    ],
)
def test_words_that_count_nothing_are_left_out(text: str) -> None:
    assert find_numbers(text) == ()


@pytest.mark.parametrize(
    ("text", "dates"),
    [
        ("from December 2011 until April 2012", [(2011, 12, None), (2012, 4, None)]),
        ("February 25th–March 22nd", [(None, 2, 25), (None, 3, 22)]),
        ("14–31 December 2010", [(2010, 12, 14), (2010, 12, 31)]),
        ("July/August 2013", [(2013, 7, None), (2013, 8, None)]),
        ("the 2005 summit and the 1986 protocol", [(2005, None, None), (1986, None, None)]),
        ("2005–2010", [(2005, None, None), (2010, None, None)]),
        ("in May 2013", [(2013, 5, None)]),
        ("in March", [(None, 3, None)]),
    ],
)
def test_dates_are_as_precise_as_written(text: str, dates: list[tuple[int | None, ...]]) -> None:
    assert [number.date for number in find_numbers(text)] == dates


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("A/HRC/25/63 and S/RES/1718(2006)", ["a/hrc/25/63", "s/res/1718(2006)"]),
        ("resolution 22/13", ["resolution 22/13"]),
        ("paragraphs 4, 5 and 6", ["paragraph 4", "paragraph 5", "paragraph 6"]),
        ("articles II and III", ["article 2", "article 3"]),
        ("H.R. 5959", ["h.r.5959"]),
        ("Camp 14 and the G7", ["camp 14", "g7"]),
    ],
)
def test_names_with_numbers_are_designations(text: str, names: list[str]) -> None:
    numbers = find_numbers(text)
    assert {number.kind for number in numbers} == {"designation"}
    assert [number.name for number in numbers] == names


def test_a_known_date_proves_a_less_precise_one_and_no_other() -> None:
    day, month, year = (one(text) for text in ("21 April 2012", "April 2012", "2012"))
    assert date_covers(day, month)
    assert date_covers(day, year)
    assert not date_covers(year, month)
    assert not date_covers(month, one("May 2012"))
