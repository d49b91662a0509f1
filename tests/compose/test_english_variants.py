"""British and American letters: dates in their order, wordings in their spelling, quotations untouched."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from briefgen.compose.english_variants import (
    CANADIAN,
    adapt_to_variant,
    english_variant,
    find_american_spellings,
    printed_forms,
    put_day_first,
    reader_country,
    replace_percent,
)
from briefgen.compose.passages import render_inline_markdown
from briefgen.errors import ProblemList
from briefgen.evidence.dates import MONTHS
from briefgen.library.libraries import library_folders
from briefgen.library.snippets import load_snippets
from briefgen.model.recipient import Recipient


@pytest.mark.parametrize(
    ("language", "country", "wanted"),
    [
        ("en", "US", "en-US"),
        ("en", "GB", "en-GB"),
        ("en", "CH", "en-GB"),
        ("en-US", "GB", "en-US"),
        ("en-GB", "US", "en-GB"),
        ("en", "CA", "en-CA"),
        ("en-CA", "GB", "en-CA"),
        ("en-GB", "CA", "en-GB"),
        ("en", "AU", "en-GB"),
        ("en", "IE", "en-GB"),
        ("en", "", "en-GB"),
        ("fr", "FR", ""),
    ],
)
def test_a_letter_is_in_the_english_of_its_date(language: str, country: str, wanted: str) -> None:
    assert english_variant(language, country) == wanted


@pytest.mark.parametrize(
    ("office", "country", "represents", "wanted"),
    [
        ("un-secretary-general", "US", "", "en-GB"),
        ("un-permanent-representative", "US", "KR", "en-GB"),
        ("un-permanent-representative-geneva", "CH", "US", "en-US"),
        ("un-permanent-representative", "US", "CA", "en-CA"),
        ("ambassador", "US", "JP", "en-US"),
        ("us-senator", "US", "", "en-US"),
        ("uk-mp", "", "", "en-US"),
    ],
)
def test_the_united_nations_are_written_to_in_their_own_english(
    office: str, country: str, represents: str, wanted: str
) -> None:
    reader = Recipient(id="reader", office=office, country=country, represents=represents)
    assert english_variant("en", reader_country(reader, home="US")) == wanted


@pytest.mark.parametrize(
    ("written", "printed"),
    [
        ("Of all, 41.6 percent.", "Of all, 41.6 per cent."),
        ("about 21 to 30 percent of it", "about 21 to 30 per cent of it"),
        ("It said “44 percent”, or 44 percent.", "It said “44 percent”, or 44 per cent."),
        ("The One Percent of percentages; a ten-percent share.",) * 2,
    ],
)
def test_percent_is_two_words_outside_quotation_marks(written: str, printed: str) -> None:
    assert replace_percent(written).replace("\u00a0", " ") == printed


def test_a_canadian_letter_has_two_words_and_the_month_first() -> None:
    text = "On May 1, 2012, 44 percent."
    assert adapt_to_variant(text, CANADIAN).replace("\u00a0", " ") == "On May 1, 2012, 44 per cent."
    assert len(printed_forms(text)) == 3 and printed_forms("Nothing.") == ["Nothing."]


def test_canada_spells_some_words_as_america_does() -> None:
    assert find_american_spellings("They analyze labor.", CANADIAN) == {"labor": "labour"}
    assert find_american_spellings("They analyze labor.") == {"analyze": "analyse", "labor": "labour"}


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
    assert put_day_first(written).replace("\u00a0", " ") == printed
    assert put_day_first(put_day_first(written)) == put_day_first(written)


@given(st.text(alphabet="MaybJune 0123456789,“”‘’", max_size=40))
def test_no_digit_is_lost_in_turning(text: str) -> None:
    assert sorted(filter(str.isdigit, put_day_first(text))) == sorted(filter(str.isdigit, text))


def test_american_words_are_told_but_not_names_or_quotations() -> None:
    text = "The Center and the Department of Labor speak of “forced labor”; the labor camps are centers."
    assert find_american_spellings(text) == {"labor": "labour", "centers": "centres"}
    assert find_american_spellings("They organize the programme.") == {}


def test_no_snippet_that_ships_comes_out_half_turned() -> None:
    """A date of the American order that stays is one of a quotation, or has no year."""
    findings = ProblemList()
    snippets = load_snippets(library_folders(None, findings), findings)
    left = [
        (name, found)
        for name, snippet in snippets.items()
        if snippet.language == "en"
        for found in re.findall(
            rf"(?:{'|'.join(MONTHS)}) \d{{1,2}}\b",
            re.sub("“[^”]*”", "", put_day_first(render_inline_markdown(snippet.body))),
        )
    ]
    assert left == []
