"""British and American letters: dates in their order, wordings in their spelling, quotations untouched."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from briefgen.compose.passages import inline_html
from briefgen.compose.varieties import american_words, day_first, kept_together, variety
from briefgen.errors import Findings
from briefgen.evidence.calendar import MONTHS
from briefgen.library.library import library_folders
from briefgen.library.snippets import load_snippets


@pytest.mark.parametrize(
    ("language", "country", "wanted"),
    [
        ("en", "US", "en-US"),
        ("en", "GB", "en-GB"),
        ("en", "CH", "en-GB"),
        ("en-US", "GB", "en-US"),
        ("en-GB", "US", "en-GB"),
        ("fr", "FR", ""),
    ],
)
def test_a_letter_is_in_the_english_of_its_date(language: str, country: str, wanted: str) -> None:
    assert variety(language, country) == wanted


@pytest.mark.parametrize(
    ("written", "printed"),
    [
        ("On March 22, 2013, it met.", "On 22 March 2013, it met."),
        ("From March 22–24, 2013.", "From 22–24 March 2013."),
        ("From December 14 to December 31, 2010.", "From 14 December to 31 December 2010."),
        ("From May 30–June 2, 2010, it sat.", "From 30 May–2 June 2010, it sat."),
        ("In March 2013 and on 22 March 2013.", "In March 2013 and on 22 March 2013."),
        ("In March 22 people died.", "In March 22 people died."),
        ("It said “on March 22, 2013” and ‘May 1, 2012’.", "It said “on March 22, 2013” and ‘May 1, 2012’."),
        ("By May 1, 2012 “it” ended.", "By 1 May 2012 “it” ended."),
        ("On May 31, 20130 people.", "On May 31, 20130 people."),
        ("On <em>May 31, 2013</em>.", "On <em>31 May 2013</em>."),
    ],
)
def test_only_a_full_date_outside_quotation_marks_is_turned(written: str, printed: str) -> None:
    assert day_first(written).replace("\u00a0", " ") == printed
    assert day_first(day_first(written)) == day_first(written)


@given(st.text(alphabet="MaybJune 0123456789,“”‘’", max_size=40))
def test_no_digit_is_lost_in_turning(text: str) -> None:
    assert sorted(filter(str.isdigit, day_first(text))) == sorted(filter(str.isdigit, text))


def test_american_words_are_told_but_not_names_or_quotations() -> None:
    text = "The Center and the Department of Labor speak of “forced labor”; the labor camps are centers."
    assert american_words(text) == {"labor": "labour", "centers": "centres"}
    assert american_words("They organize the programme.") == {}


def test_no_snippet_that_ships_comes_out_half_turned() -> None:
    """A date of the American order that stays is one of a quotation, or has no year."""
    findings = Findings()
    snippets = load_snippets(library_folders(), findings)
    left = [
        (name, found)
        for name, snippet in snippets.items()
        if snippet.language == "en"
        for found in re.findall(
            rf"(?:{'|'.join(MONTHS)}) \d{{1,2}}\b",
            re.sub("“[^”]*”", "", day_first(inline_html(snippet.body))),
        )
    ]
    assert left == []


def test_a_bill_and_an_article_keep_their_number_on_their_line() -> None:
    assert kept_together("H.R. 5959 and Article 3 of 2025") == "H.R.\u00a05959 and Article\u00a03 of 2025"
    assert kept_together("an Article on H.R. matters") == "an Article on H.R. matters"
