"""Figures, dates and small words go together in a sentence as they do in its evidence."""

from __future__ import annotations

import pytest

from briefgen.evidence.comparison import find_mismatches
from briefgen.evidence.normalize import prepare_prose

YEARS = "Landings peaked at 2,914 boats in 2009; 1,047 boats were landed in 2019 and 63 in 2021."
SHARES = "In July 2022 the port put the share of idle boats at 41.6 percent for 2019 to 2021, compared with 33.8 percent for 2004 to 2006."
VOTE = "On 20 November 2024 the Harbour Council passed the order by 335 votes to 37."
STUDIES = "Doe and Roe arrive at 500,000 to 600,000 boats, Muster and Sample at 240,000 to 420,000."
COUNCIL = (
    "By resolution 22/13 the Harbour Council set up a commission. By resolution 25/25 it took up the report."
)
WATCH = "Harbour Watch counted at least 1,076 boats that were towed away since 2020."
FEES = "The average fee was about 1 million crowns, or $920, annually."
COURT = "On 28 November 2025 a court in Vale acquitted a skipper."
INQUIRY = "The inquiry was a fact-finder and not a court."


def mismatches(text: str, *evidence: str, known: tuple[str, ...] = ()) -> list[tuple[str, str]]:
    found = find_mismatches(prepare_prose(text), [prepare_prose(one) for one in evidence], known)
    assert all(prepare_prose(text)[one.start : one.end] == one.found for one in found)
    return [(one.kind, one.found) for one in found]


@pytest.mark.parametrize(
    ("text", "evidence", "found"),
    [
        ("63 boats were landed in 2009 and 2,914 in 2021.", YEARS, ["63", "2,914"]),
        ("In 2009 it was 63 boats.", YEARS, ["63 boats"]),
        ("Idle were 33.8 percent in 2019 to 2021, against 41.6 percent in 2004 to 2006.", SHARES, ["33.8 percent", "41.6 percent"]),
        ("The order passed by 37 votes to 335.", VOTE, ["37"]),
        ("Doe and Roe arrive at 240,000 to 420,000 boats, Muster and Sample at 500,000 to 600,000.", STUDIES, ["240,000 to 420,000", "500,000 to 600,000 boats"]),
        ("The Vale Senate passed the order by 335 votes to 37.", VOTE, ["Vale Senate"]),
        ("Heard were 42 men and 38 women.", "It heard 38 men and 42 women, their relatives.", ["42", "38"]),
        ("The House passed it on November 21, 2024, and the Senate received it on November 20, 2024.", "On November 20, 2024, the House passed it; on November 21, 2024, the Senate received it.", ["November 21, 2024", "November 20, 2024"]),
        ("Sea Watch counted at least 1,076 boats.", WATCH, ["Sea Watch"]),
    ],
)  # fmt: skip
def test_a_figure_beside_another_partner_is_found(text: str, evidence: str, found: list[str]) -> None:
    sentences = prepare_prose(evidence).split(". ")
    assert [(kind, words.removesuffix(" boats")) for kind, words in mismatches(text, *sentences)] == [
        ("pair", words.removesuffix(" boats")) for words in found
    ]


def test_two_designations_that_have_changed_places_are_found() -> None:
    text = "The Council set up a commission by resolution 25/25 and took up the report by resolution 22/13."
    assert mismatches(text, *COUNCIL.split(". ")) == [
        ("pair", "resolution 25/25"),
        ("pair", "resolution 22/13"),
    ]


@pytest.mark.parametrize(
    ("text", "evidence"),
    [
        ("In 2021 only 63 boats were landed, after 1,047 in 2019 and 2,914 in 2009.", YEARS),
        ("2,914 boats came in 2009, 63 in 2021.", YEARS),
        ("From 33.8 percent in 2004 to 2006 the share rose to 41.6 percent, the port wrote in 2022.", SHARES),
        ("The order had 335 votes to 37 in the Council.", VOTE),
        ("According to Muster and Sample it was 240,000 to 420,000 boats; Doe and Roe have 500,000 to 600,000.", STUDIES),
        ("By October 2025 Harbour Watch had counted no fewer than 1,076 boats since 2020.", WATCH),
        ("A survey of 414 North Koreans asked in 2020.", "Harbour Watch wrote of 414 North Koreans."),
        ("It heard 42 women and 38 men.", "It heard 38 men and 42 women, their relatives."),
        ("The Senate received on November 21, 2024, what the House had passed on November 20, 2024.", "On November 20, 2024, the House passed it; on November 21, 2024, the Senate received it."),
        ("By the count of the HW, 1,076 boats were towed away.", WATCH),
        ("The council took up the report with resolution 25/25; it had set up the commission with 22/13.", COUNCIL),
        ("A skipper paid $920 a year on average.", FEES),
        ("Each year skippers paid $920, says the port.", FEES),
        ("The survey, held a year later, gives $920.", FEES),
        ("On 28 November 2025 the court acquitted a skipper.", COURT),
        ("The inquiry was not a court but a fact-finder.", INQUIRY),
        ("The inquiry was a fact-finder rather than a court.", INQUIRY),
        ("Two boats have been under arrest since July 2020.", "In July 2020 the port placed two boats under arrest."),
        ("In six months one boat was lost.", "Boats were lost for six months and one year."),
    ],
)  # fmt: skip
def test_other_words_for_the_same_raise_no_alarm(text: str, evidence: str) -> None:
    assert mismatches(text, *prepare_prose(evidence).split(". ")) == []


def test_the_author_of_a_cited_work_may_give_every_figure() -> None:
    assert mismatches("Ann Doe wrote that 1,076 boats were towed away.", WATCH, known=("Doe",)) == []
    assert mismatches("Ann Doe wrote that 1,076 boats were towed away.", WATCH) == [("pair", "Ann Doe")]


@pytest.mark.parametrize(
    ("text", "evidence", "found"),
    [
        ("In 2020 at least 1,076 boats were towed away.", WATCH, ("period", "In 2020")),
        ("Since 2009 the port has landed 2,914 boats.", YEARS, ("period", "Since 2009")),
        ("The office has been vacant since May 2025.", "In May 2025 the office was vacant.", ("period", "since May 2025")),
        ("The pact gives a state the right to fish.", "The pact gives no state a right to fish.", ("negation", "The pact gives a state the right to fish.")),
        ("The average fee was $920 a month.", FEES, ("period", "a month")),
        ("The fee for a boat was $920 in six months.", "Six years of fees: $920.", ("unit", "six months")),
        ("Idle were 41 boats.", SHARES.replace("41.6", "41"), ("unit", "41")),
        ("A court acquitted skippers.", COURT, ("plural", "acquitted skippers")),
        ("The inquiry was a court rather than a fact-finder.", INQUIRY, ("negation", "The inquiry was a court rather than a fact-finder.")),
        ("The inquiry was a court and not a fact-finder.", INQUIRY, ("negation", "The inquiry was a court and not a fact-finder.")),
    ],
)  # fmt: skip
def test_small_words_that_change_the_claim_are_found(
    text: str, evidence: str, found: tuple[str, str]
) -> None:
    assert mismatches(text, *prepare_prose(evidence).split("; ")) == [found]


def test_a_period_from_which_something_holds_may_be_called_since() -> None:
    assert mismatches("Since April 2012 fees have risen.", "From April 2012 fees rose.") == []
    assert mismatches("Since April 2012 fees have risen.", "From April 2012 to May 2013 fees rose.") == []


def test_a_sentence_of_thousands_of_figures_does_not_keep_anybody_waiting() -> None:
    text = "63 boats in 2009 and 2,914 in 2021" + ", and 63 boats in 2009 and 2,914 in 2021" * 1_000
    found = mismatches(text, *YEARS.split("; "))
    assert found[:2] == [("pair", "63"), ("pair", "2,914")] and len(found) < 100
