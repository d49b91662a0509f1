"""Dates of records are EDTF; words of relative time are found whatever their form."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from briefgen.evidence.dates import find_relative_time
from briefgen.evidence.edtf import is_older_than, parse_edtf, spell_out_edtf


@pytest.mark.parametrize(
    ("text", "start", "end"),
    [
        ("2012", date(2012, 1, 1), date(2012, 12, 31)),
        ("2012-02", date(2012, 2, 1), date(2012, 2, 29)),
        ("2012-04-21", date(2012, 4, 21), date(2012, 4, 21)),
        ("2012-04~", date(2012, 4, 1), date(2012, 4, 30)),
        ("2012-21", date(2012, 3, 1), date(2012, 5, 31)),
        ("2012-22", date(2012, 6, 1), date(2012, 8, 31)),
        ("2012-23?", date(2012, 9, 1), date(2012, 11, 30)),
        ("2012-24", date(2012, 12, 1), date(2012, 12, 31)),
        ("2012-01/..", date(2012, 1, 1), None),
        ("/2012", None, date(2012, 12, 31)),
        ("19XX", date(1900, 1, 1), date(1999, 12, 31)),
        ("00XX", date(1, 1, 1), date(99, 12, 31)),
        ("2012-12", date(2012, 12, 1), date(2012, 12, 31)),
        ("2012-04-21/2012-04-21", date(2012, 4, 21), date(2012, 4, 21)),
        ("199X/2003", date(1990, 1, 1), date(2003, 12, 31)),
        ("199X", date(1990, 1, 1), date(1999, 12, 31)),
        ("2011-12/2012-04", date(2011, 12, 1), date(2012, 4, 30)),
        ("2012/..", date(2012, 1, 1), None),
        ("../2012", None, date(2012, 12, 31)),
    ],
)
def test_edtf_dates_cover_their_days(text: str, start: date | None, end: date | None) -> None:
    span = parse_edtf(text)
    assert span is not None
    assert (span.start, span.end) == (start, end)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "April 2012",
        "2012-13",
        "2012-02-30",
        "12",
        "2013/2012",
        "../..",
        "2012-4",
        "2012/2013/2014",
        "0000",
        "19XX-04",
        "2012-21-05",
        "2012-20",
        "2012-25",
        "2012-00",
        "2012-04-00",
        "2012-04-32",
        "2012-04-21/2012-04-20",
        "/",
        "2012/April",
        "../soon",
    ],
)
def test_what_is_no_edtf_date_is_none(text: str) -> None:
    assert parse_edtf(text) is None


@given(st.text(alphabet="0123456789-/.X?~ ", max_size=14))
def test_any_text_is_read_without_fault(text: str) -> None:
    span = parse_edtf(text)
    assert span is None or span.start is None or span.end is None or span.start <= span.end


@given(st.dates(date(1900, 1, 1), date(2090, 1, 1)), st.integers(0, 50), st.dates(date(1950, 1, 1)))
def test_age_is_counted_to_the_day(day: date, years: int, on: date) -> None:
    span = parse_edtf(day.isoformat())
    assert span is not None
    expected = (on.year - day.year, on.month, on.day) > (years, day.month, day.day)
    if (on.month, on.day) != (2, 29):
        assert is_older_than(span, years, on) == expected


def test_an_open_end_is_never_old() -> None:
    span = parse_edtf("1990/..")
    assert span is not None
    assert not is_older_than(span, 1, date(2030, 1, 1))


@pytest.mark.parametrize(
    "text",
    [
        "this year",
        "currently",
        "the current rapporteur",
        "last April",
        "to date",
        "the next ambassador",
        "recently",
        "Today",
        "now",
        "in recent years",
        "over the past decade",
        "in the last two years",
        "two years ago",
        "until now",
    ],
)
def test_words_of_relative_time_are_found(text: str) -> None:
    assert list(find_relative_time(f"So it was, {text}, in Vale."))


@pytest.mark.parametrize(
    "text", ["next to the harbour", "the next of kin", "at last", "known", "the last harbour"]
)
def test_words_that_only_look_like_it_are_not(text: str) -> None:
    assert list(find_relative_time(text)) == []


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("2012", "2012"),
        ("2012-21", "2012"),
        ("2012-04~", "April 2012"),
        ("2012/..", "2012"),
        ("../2012-04-01", "1 April 2012"),
        ("199X", "the 1990s"),
        ("199X/2003", "2003"),
        ("19XX", "the 1900s"),
        ("", ""),
    ],
)
def test_a_date_is_spelled_out_in_english(text: str, words: str) -> None:
    assert spell_out_edtf(text) == words


@pytest.mark.parametrize(
    ("text", "years", "on", "old"),
    [
        ("2012", 5, date(2017, 12, 31), False),
        ("2012", 5, date(2018, 1, 1), True),
        ("2012-02", 4, date(2016, 2, 29), False),
        ("2012-02-28", 4, date(2016, 2, 29), True),
        ("2012-02-28", 1, date(2016, 2, 29), True),
        ("2015-02-28", 1, date(2016, 2, 29), False),
        ("2015-02-27", 1, date(2016, 2, 29), True),
    ],
)
def test_a_date_is_old_when_its_last_day_is(text: str, years: int, on: date, old: bool) -> None:
    span = parse_edtf(text)
    assert span is not None
    assert is_older_than(span, years, on) == old


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("They currently live there now.", ["currently", "now"]),
        ("Now they left, and recently others.", ["Now", "recently"]),
        ("It ended in the last two years.", ["last two years"]),
    ],
)
def test_words_of_relative_time_are_found_in_order_and_once(text: str, found: list[str]) -> None:
    words = list(find_relative_time(text))
    assert [word.words for word in words] == found
    assert [text[word.start :].startswith(word.words) for word in words] == [True] * len(found)
    assert all(word.replacement for word in words)
