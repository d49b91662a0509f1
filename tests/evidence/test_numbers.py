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


@pytest.mark.parametrize(
    "text",
    [
        "$2.8–3.2 billion",
        "$2.8 to 3.2 billion",
        "$2.8bn–$3.2bn",
        "$2.8–3.2bn",
        "between $2.8 and 3.2 billion",
    ],
)
def test_the_ends_of_a_range_of_money_share_sign_and_scale(text: str) -> None:
    assert one(text).is_same(one("2.8 to 3.2 billion dollars"))
    assert one("$500 to 1 million").low == 500


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


@pytest.mark.slow
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


@pytest.mark.parametrize(
    ("text", "described"),
    [
        ("3 March 2014", "3 March 2014"),
        ("on March 3, 2014", "3 March 2014"),
        ("March 2014", "March 2014"),
        ("3 March", "3 March"),
        ("2014", "2014"),
        ("the 1990s", "1990s"),
        ("forty-four percent", "44 percent"),
        ("between five and 10 people", "5 to 10"),
        ("80,000 to 120,000 won", "80,000 to 120,000 KRW"),
        ("hundreds of people", "hundreds"),
        ("the third report", "3 (in order)"),
        ("$1.5 million", "1,500,000 USD"),
        ("half", "0.5 share"),
        ("two thirds", "2/3 share"),
        ("2.5 percent", "2.5 percent"),
        ("twelve thousand people", "12,000"),
        ("twice", "2 times"),
        ("article 7", "article 7"),
    ],
)
def test_a_number_is_named_in_digits_with_its_unit_and_no_stray_blanks(text: str, described: str) -> None:
    assert str(one(text)) == described


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("several hundred people", ["several hundred"]),
        ("many thousands of people", ["many thousands"]),
        ("several dozen", ["several dozen"]),
        ("a few hundred", ["few hundred"]),
        ("few dozen families", ["few dozen"]),
        ("few thousand", ["few thousand"]),
        ("few people", []),
        ("several people", []),
        ("many people", []),
        ("hundreds of thousands", ["hundreds of thousands"]),
        ("scores of villages", ["scores"]),
        ("scores", []),
        ("tens of people", []),
        ("dozens of houses", ["dozens"]),
        ("tens of millions", ["tens of millions"]),
        ("a hundred and five prisoners", ["a hundred and five = 105"]),
        ("another hundred", ["another hundred = 100"]),
        ("another million", ["another million = 1,000,000"]),
        ("another two", ["two = 2"]),
        ("a dozen", ["a dozen = 12"]),
        ("a dozen eggs", ["a dozen = 12"]),
        ("half a dozen", ["half a dozen = 6"]),
        ("half a dozen eggs", ["half a dozen = 6"]),
        ("two dozen and three", ["two dozen = 24", "three = 3"]),
        ("two hundred and fifty thousand", ["two hundred and fifty thousand = 250,000"]),
        ("one hundred thousand", ["one hundred thousand = 100,000"]),
        ("three hundred and forty-five", ["three hundred and forty-five = 345"]),
        ("five-hundred", ["five-hundred = 500"]),
        ("1.5 hundred", ["1.5 hundred = 150"]),
        ("two thousand and twelve people", ["two thousand and twelve = 2,012"]),
        ("two thousand and twelve hundred", ["two thousand = 2,000", "twelve hundred = 1,200"]),
        ("one million and five percent", ["one million = 1,000,000", "five percent = 5 percent"]),
        ("ten thousand and two women", ["ten thousand and two = 10,002"]),
        ("three and a half", ["three and a half = 3.5"]),
        ("three-and-a-half years", ["three-and-a-half years = 3.5 year"]),
        ("two and three-quarters", ["two and three-quarters = 2.75"]),
        ("two and two thirds million", ["two and two thirds million = 8000000/3"]),
        ("two and a third", ["two and a third = 7/3"]),
        ("one and one half", ["one and one half = 1.5"]),
        ("half a percent", ["half a percent = 0.5 percent"]),
        ("half an hour", ["half an hour = 0.5 hour"]),
        ("half-year", ["half-year = 0.5 year"]),
        ("half percent", ["half percent = 0.5 percent"]),
        ("a half-hour", ["a half-hour = 0.5 hour"]),
        ("a half", ["a half = 0.5 share"]),
        ("one-half percent", ["one-half percent = 0.5 percent"]),
        ("one half", ["one half = 0.5 share"]),
        ("quarter of a million", ["quarter of a million = 250,000"]),
        ("a quarter", ["a quarter = 0.25 share"]),
        ("a quarter less", ["a quarter = 0.25 share"]),
        ("a quarter as large", ["a quarter = 0.25 share"]),
        ("a third report", ["third = 3 (in order)"]),
        ("one-third", ["one-third = 1/3 share"]),
        ("two-thirds", ["two-thirds = 2/3 share"]),
        ("an eighth of them", ["an eighth = 0.125 share"]),
        ("one hundredth of it", ["one hundredth = 0.01 share"]),
        ("5th", ["5th = 5 (in order)"]),
        ("21st century", ["21st = 21 (in order)"]),
        ("the twenty-first", ["twenty-first = 21 (in order)"]),
        ("thirtieth", ["thirtieth = 30 (in order)"]),
        ("$5", ["$5 = 5 USD"]),
        ("$ 5", ["$ 5 = 5 USD"]),
        ("$5k", ["$5k = 5,000 USD"]),
        ("5k", ["5k = 5,000"]),
        ("5 k", ["5"]),
        ("$5m", ["$5m = 5,000,000 USD"]),
        ("$5b", ["$5b = 5,000,000,000 USD"]),
        ("€2bn", ["€2bn = 2,000,000,000 EUR"]),
        ("¥100", ["¥100 = 100 JPY"]),
        ("₩1,000", ["₩1,000 = 1,000 KRW"]),
        ("£3.5mn", ["£3.5mn = 3,500,000 GBP"]),
        ("KRW 500", ["KRW 500 = 500 KRW"]),
        ("USD 1,234.50", ["USD 1,234.50 = 1234.5 USD"]),
        ("ABC 5", ["5"]),
        ("EUR", []),
        ("5 US dollars", ["5 US dollars = 5 USD"]),
        ("five U.S. dollars", ["five U.S. dollars = 5 USD"]),
        ("five South Korean won", ["five South Korean won = 5 KRW"]),
        ("five North Korean won", ["five North Korean won = 5 KPW"]),
        ("five Swiss francs", ["five Swiss francs = 5 CHF"]),
        ("five Korean won", ["five Korean won = 5 KRW"]),
        ("five Canadian dollars", ["five Canadian dollars = 5 CAD"]),
        ("5 U S dollars", ["5"]),
        ("5 per cent", ["5 per cent = 5 percent"]),
        ("5 per week", ["5"]),
        ("5 percentage points", ["5 percentage points = 5 percentage point"]),
        ("5 percent points", ["5 percent points = 5 percentage point"]),
        ("5 percent", ["5 percent"]),
        ("5-percent", ["5-percent = 5 percent"]),
        ("ten-year-old", ["ten-year = 10 year"]),
        ("ten - year", ["ten = 10"]),
        ("5 tons", ["5 tons = 5 ton"]),
        ("a million years", ["a million years = 1,000,000 year"]),
        ("millions of dollars", ["millions of dollars"]),
        ("millions of won", ["millions of won"]),
        ("thousands of years", ["thousands of years"]),
        ("one in three", ["one in three = 1/3 share"]),
        ("one in every three", ["one in every three = 1/3 share"]),
        ("two out of five", ["two out of five = 0.4 share"]),
        ("one out of every ten", ["one out of every ten = 0.1 share"]),
        ("three of every four", ["three of every four = 0.75 share"]),
        ("three in two", ["three = 3", "two = 2"]),
        ("three in 2,000,000", ["three = 3", "2,000,000"]),
        ("one in 1000000", ["one in 1000000 = 1e-06 share"]),
        ("one in ten percent", ["one = 1", "ten percent = 10 percent"]),
        ("1.5 in 3", ["1.5", "3"]),
        ("half in ten", ["half = 0.5 share", "ten = 10"]),
        ("one in", ["one = 1"]),
        ("between 5 and 10", ["5 and 10 = 5 to 10"]),
        ("between about 5 and about 10", ["5 and about 10 = 5 to 10"]),
        ("from 5 to 10", ["5 to 10"]),
        ("5 to 10 percent", ["5 to 10 percent"]),
        ("5 percent to 10 percent", ["5 percent to 10 percent = 5 to 10 percent"]),
        ("5 percent to 10 dollars", ["5 percent", "10 dollars = 10 USD"]),
        ("5 to 3", ["5", "3"]),
        ("five or six", ["five = 5", "six = 6"]),
        ("five or six million", ["five = 5,000,000", "six million = 6,000,000"]),
        ("5 or more", ["5"]),
        ("5 - 10", ["5 - 10 = 5 to 10"]),
        ("5- 10", ["5- 10 = 5 to 10"]),
        ("5 -10", ["5 -10 = 5 to 10"]),
        ("five-six", ["five-six = 5 to 6"]),
        ("five - six", ["five = 5", "six = 6"]),
        ("5-10%", ["5-10% = 5 to 10 percent"]),
        ("2-3 million", ["2-3 million = 2,000,000 to 3,000,000"]),
        ("2 million-3 million", ["2 million-3 million = 2,000,000 to 3,000,000"]),
        ("900,000 to 1 million", ["900,000 to 1 million = 900,000 to 1,000,000"]),
        ("2 to 3,000", ["2 to 3,000"]),
        ("first to third", ["first = 1 (in order)", "third = 3 (in order)"]),
        ("first and second", ["first = 1 (in order)", "second = 2 (in order)"]),
        ("thousands to millions", ["thousands to millions"]),
        ("up to 5", ["5"]),
        ("one, who", []),
        ("one, and", ["one = 1"]),
        ("one's", []),
        ("one-time", ["one-time = 1 times"]),
        ("one of them", []),
        ("the one", []),
        ("only one", ["one = 1"]),
        ("one person", ["one = 1"]),
        ("any one", []),
        ("one percent", ["one percent = 1 percent"]),
        ("one million", ["one million = 1,000,000"]),
        ("twice", ["twice = 2 times"]),
        ("double", ["double = 2 times"]),
        ("thrice", ["thrice = 3 times"]),
        ("halved", ["halved = 0.5 times"]),
        ("quadruple", ["quadruple = 4 times"]),
        ("½", ["½ = 0.5"]),
        ("2½", ["2½ = 2.5"]),
        ("2 ½", ["2 ½ = 2.5"]),
        ("1 000", ["1 000 = 1,000"]),
        ("10 000 tons", ["10 000 tons = 10,000 ton"]),
        ("1,000,000", ["1,000,000"]),
        ("zero", ["zero = 0"]),
        ("ninety-nine", ["ninety-nine = 99"]),
        ("ninety nine", ["ninety nine = 99"]),
        ("a thousand", ["a thousand = 1,000"]),
        (
            "two trillion and one billion and one million and one thousand and one",
            [
                "two trillion = 2,000,000,000,000",
                "one billion = 1,000,000,000",
                "one million = 1,000,000",
                "one thousand and one = 1,001",
            ],
        ),
        (
            "In March 2014, 44 percent of 1,200 people, or one in two, paid $5 to $10.",
            ["March 2014", "44 percent", "1,200", "one in two = 0.5 share", "$5 to $10 = 5 to 10 USD"],
        ),
        (
            "Between 80,000 and 120,000 people, hundreds of them children, live in 4 to 6 camps.",
            ["80,000 and 120,000 = 80,000 to 120,000", "hundreds", "4 to 6"],
        ),
        (
            "Article 7 of resolution 22/13 names the 372-page report of 7 February 2014.",
            ["Article 7", "resolution 22/13", "372", "7 February 2014"],
        ),
        (
            "From 2005 to 2010 exports fell by 2.5 percentage points, to €3bn.",
            ["2005", "2010", "2.5 percentage points = 2.5 percentage point", "€3bn = 3,000,000,000 EUR"],
        ),
    ],
)
def test_every_number_of_a_phrase_is_read_with_its_words_value_and_unit(text: str, read: list[str]) -> None:
    numbers = find_numbers(text)
    assert [
        number.words if str(number) == number.words else f"{number.words} = {number}" for number in numbers
    ] == read


ORDINALS = [
    "first",
    "second",
    "third",
    "fourth",
    "fifth",
    "sixth",
    "seventh",
    "eighth",
    "ninth",
    "tenth",
    "eleventh",
    "twelfth",
    "thirteenth",
    "fourteenth",
    "fifteenth",
    "sixteenth",
    "seventeenth",
    "eighteenth",
    "nineteenth",
]
TENTHS = [
    "twentieth",
    "thirtieth",
    "fortieth",
    "fiftieth",
    "sixtieth",
    "seventieth",
    "eightieth",
    "ninetieth",
]


@pytest.mark.parametrize(
    ("word", "value"),
    [
        *((word, number) for number, word in enumerate(ORDINALS, start=1)),
        *((word, 10 * number) for number, word in enumerate(TENTHS, start=2)),
        *(
            (f"{tens}-{ORDINALS[ones - 1]}", 10 * n + ones)
            for n, tens in enumerate(TENS)
            for ones in (1, 9)
            if n > 1
        ),
    ],
)
def test_ordinals_are_read_in_words_and_digits(word: str, value: int) -> None:
    suffix = {1: "st", 2: "nd", 3: "rd"}.get(value % 10 if value not in (11, 12, 13) else 0, "th")
    in_words, in_digits = one(f"the {word} report"), one(f"the {value}{suffix} report")
    assert (in_words.kind, in_words.low) == (in_digits.kind, in_digits.low) == ("ordinal", value)


@pytest.mark.parametrize(
    ("word", "value"),
    [
        *dict.fromkeys(["twice", "double", "doubled", "doubling"], 2).items(),
        *dict.fromkeys(["thrice", "triple", "tripled", "tripling"], 3).items(),
        *dict.fromkeys(["quadruple", "quadrupled"], 4).items(),
        *dict.fromkeys(["halved", "halving"], Fraction(1, 2)).items(),
    ],
)
def test_multiples_are_read_in_words(word: str, value: Fraction) -> None:
    number = one(f"{word} it")
    assert (number.kind, number.low, number.unit) == ("amount", value, "times")


@pytest.mark.parametrize(
    ("word", "parts"),
    [
        ("quarter", 4),
        *((word, number) for number, word in enumerate(ORDINALS, start=1) if number > 2),
        *((word, 10 * number) for number, word in enumerate(TENTHS, start=2)),
        ("hundredth", 100),
        ("thousandth", 1000),
        ("millionth", 10**6),
    ],
)
def test_fractions_are_read_in_words(word: str, parts: int) -> None:
    assert one(f"one {word} of them").low == one(f"a {word} of them").low == Fraction(1, parts)
    several = one(f"three {word}s of them")
    assert (several.low, several.unit) == (Fraction(3, parts), "share")


@pytest.mark.parametrize(
    ("text", "dates"),
    [
        ("in Jan. 2013, in Sept. 2013 and in Dec 2013", [(2013, 1, None), (2013, 9, None), (2013, 12, None)]),
        ("on 2013-01-31, in 2013-02 and in 2013-4", [(2013, 1, 31), (2013, 2, None), (2013, None, None)]),
        ("on 1 May, on May 31st and on 3 June", [(None, 5, 1), (None, 5, 31), (None, 6, 3)]),
        ("on March 3–5, 2013", [(2013, 3, 3), (2013, 3, 5)]),
        ("the 3rd of May, 2013", [(2013, 5, 3)]),
        ("in 2013-14", [(2013, None, None), (2014, None, None)]),
        ("in 1999-2000", [(1999, None, None), (2000, None, None)]),
        ("in the 1990s", [(1990, None, None)]),
        ("since June", [(None, 6, None)]),
        ("by December and until January", [(None, 12, None), (None, 1, None)]),
        ("late March, mid-March and early march", [(None, 3, None), (None, 3, None)]),
        ("March on, may it be, Sep or Oct alone", []),
        ("in April of 2013", [(2013, 4, None)]),
    ],
)
def test_dates_are_read_in_every_form(text: str, dates: list[tuple[int | None, ...]]) -> None:
    assert [number.date for number in find_numbers(text) if number.kind in ("date", "decade")] == dates


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        ("2000 people", ["amount"]),
        ("2012 resolutions", ["date"]),
        ("2000 percent", ["amount"]),
        ("$2012", ["amount"]),
        ("2,012", ["amount"]),
        ("2012.5", ["amount"]),
        ("20121", ["amount"]),
        ("the 1990s", ["decade"]),
        ("1990", ["date"]),
        ("3012", ["amount"]),
        ("2012/13", ["designation"]),
        ("at 12:30", ["designation"]),
        ("www.example.org/2012", ["designation"]),
    ],
)
def test_a_number_is_a_year_only_if_it_counts_nothing(text: str, kinds: list[str]) -> None:
    assert [number.kind for number in find_numbers(text)] == kinds


def test_a_decade_spans_ten_years() -> None:
    assert (one("the 1990s").low, one("the 1990s").high) == (1990, 1999)


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("Article 7(2)(a) and art. 7", ["article 7(2)(a)", "article 7"]),
        ("articles 7, 9 or 12 to 14", ["article 7", "article 9", "article 12", "article 14"]),
        ("Articles I, II(b) and XIV", ["article 1", "article 2(b)", "article 14"]),
        ("article 7, 9 people", ["article 7"]),
        ("Part IX and Part XL", ["part 9", "part 40"]),
        ("paras. 3-5", ["paragraph 3-5"]),
        ("COVID-19 and Hwasong-14", ["covid-19", "hwasong-14"]),
        ("S. 3012 and H. R. 5959", ["s.3012", "h.r.5959"]),
        ("P.L. 108-333", ["p.l.108-333"]),
        ("R2P in 1/2 of", ["r2p"]),
        ("https://example.org/a/7?b=8 and", ["https://example.org/a/7?b=8"]),
        ("A/HRC/25/CRP.1", ["a/hrc/25/crp.1"]),
        ("Mid-2013", []),
        ("22/13 and 1/2 of it", ["22/13"]),
    ],
)
def test_names_with_numbers_are_read_in_every_form(text: str, names: list[str]) -> None:
    assert [number.name for number in find_numbers(text) if number.kind == "designation"] == names


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("scores of villages", 20),
        ("dozens of villages", 12),
        ("tens of thousands", 10_000),
        ("scores of thousands", 20_000),
        ("hundreds of thousands", 100_000),
        ("dozens of millions", 12_000_000),
        ("hundreds", 100),
        ("several hundred", 100),
        ("many dozen", 12),
        ("several hundreds", 100),
        ("a few dozen", 12),
        ("few million", 10**6),
    ],
)
def test_an_order_of_magnitude_has_the_value_of_its_words(text: str, value: int) -> None:
    number = one(f"{text} people" if " of " not in text else text)
    assert (number.kind, number.low, number.high, number.unit) == ("vague", value, value, "")


@pytest.mark.parametrize(
    ("text", "unit"),
    [
        ("several hundred dollars", "USD"),
        ("hundreds of dollars", "USD"),
        ("two of years", ""),
        ("dozens of tons", "ton"),
        ("half of years", "share"),
        ("two thirds percent", "share"),
    ],
)
def test_a_unit_follows_a_vague_amount_with_or_without_of(text: str, unit: str) -> None:
    assert one(text).unit == unit


@pytest.mark.parametrize(
    ("text", "ends"),
    [
        ("5 to 5 million", [(5, 5_000_000)]),
        ("4 to 5 million", [(4_000_000, 5_000_000)]),
        ("5 to 5", [(5, 5), (5, 5)]),
        ("10 to 5 million", [(10, 5_000_000)]),
        ("900 to 1,000", [(900, 1000)]),
        ("10\u2009000 to 20\u2009000", [(10_000, 20_000)]),
    ],
)
def test_a_range_rises_from_its_first_end_to_its_second(text: str, ends: list[tuple[int, int]]) -> None:
    assert [(number.low, number.high) for number in find_numbers(text)] == ends
