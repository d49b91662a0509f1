"""Citations give places that a reader can find: printed numbers, pages, headings; never our own count."""

from __future__ import annotations

import pytest

from briefgen.errors import Place, ProblemList
from briefgen.evidence.locators import (
    check_page,
    choose_locator,
    citable_locator,
    cite_findable_places,
    cited_paragraphs,
    find_pages,
    split_pages,
)
from briefgen.evidence.prove import locate_quote
from briefgen.evidence.quotes import QuoteMatch, find_quote
from briefgen.evidence.source_text import SourceText, split_body_paragraphs
from briefgen.library.sources import make_record
from briefgen.model.snippet import Evidence, OriginalSource, Review, Snippet
from briefgen.model.source import SourceParagraph, SourceRecord

CONTENT = "Findings\nThe monitors saw nine dry wells and spoke with the mayor.\nThe fee is ten percent.\n"


def record(*places: dict[str, object], pages: str = "") -> SourceRecord:
    made = make_record("wells", CONTENT.encode())
    paragraphs = [
        paragraph.model_copy(update=place)
        for paragraph, place in zip(made.paragraphs[1:], places or ({}, {}), strict=True)
    ]
    return made.model_copy(update={"paragraphs": paragraphs, "pages": pages})


TEXT = SourceText("wells", "0" * 64, split_body_paragraphs(CONTENT, frozenset({1}), frozenset({1})))
BARE = record()
NUMBERED = record({"number": "7"}, {"number": "8"})
PAGED = record({"pages": {"iv": 0, "1": 5}}, {"pages": {"1": 0}}, pages="iv 1 2")


def match(quote: str) -> QuoteMatch:
    (found,) = find_quote(TEXT, quote)
    return found


@pytest.mark.parametrize(
    ("recorded", "quote", "locator"),
    [
        (NUMBERED, "fee is ten", {"paragraph": "8"}),
        (PAGED, "fee is ten", {"page": "1"}),
        (PAGED, "monitors saw", {"page": "iv"}),
        (PAGED, "spoke with the mayor", {"page": "1"}),
        (PAGED, "saw nine … the mayor", {"page": "iv–1"}),
        (BARE, "fee is ten", {"place": "“Findings”"}),
    ],
)
def test_a_quote_is_cited_by_what_its_source_has(
    recorded: SourceRecord, quote: str, locator: dict[str, str]
) -> None:
    assert choose_locator(match(quote), recorded) == locator


def test_a_source_without_numbers_pages_and_headings_is_cited_as_a_whole() -> None:
    text = SourceText("wells", "0" * 64, split_body_paragraphs(CONTENT, frozenset({1})))
    (found,) = find_quote(text, "fee is ten")
    assert choose_locator(found, BARE) == {}


def test_our_own_count_is_not_printed_and_the_numbers_of_the_source_are() -> None:
    assert citable_locator({"paragraph": "2"}, BARE) == {}
    assert citable_locator({"paragraph": "8"}, NUMBERED) == {"paragraph": "8"}
    assert citable_locator({"page": "8"}, BARE) == {"page": "8"}
    assert citable_locator({"paragraph": "5"}, None) == {"paragraph": "5"}, "of a work that somebody read"


def test_a_printed_statement_keeps_the_places_that_readers_find() -> None:
    statement = Snippet(
        id="fee",
        evidence=[
            Evidence(
                source="wells",
                locator={"paragraph": "2"},
                quote="fee is ten",
                via=[OriginalSource(source="numbered", locator={"paragraph": "8"})],
            )
        ],
        review=Review(status="draft"),
        body="The fee is ten percent.",
    )
    printed = cite_findable_places(statement, {"wells": BARE, "numbered": NUMBERED}).evidence[0]
    assert (printed.locator, printed.via[0].locator) == ({}, {"paragraph": "8"})


def proved(recorded: SourceRecord, quote: str, **locator: str) -> list[tuple[str, str]]:
    problems = ProblemList()
    evidence = Evidence(source="wells", quote=quote, locator=locator)
    locate_quote(TEXT, evidence, recorded, Place("a.md"), problems)
    return [(problem.code, problem.message) for problem in problems.problems]


def test_a_locator_is_compared_with_the_numbers_of_the_source() -> None:
    assert not proved(NUMBERED, "fee is ten", paragraph="8")
    assert not proved(BARE, "fee is ten", paragraph="2")
    assert not proved(BARE, "fee is ten")
    assert proved(NUMBERED, "fee is ten", paragraph="7") == [
        ("quote-elsewhere", "the quote is in paragraph 8 of wells, not 7")
    ]


def test_a_page_is_compared_with_the_pages_of_the_pdf() -> None:
    assert not proved(PAGED, "fee is ten", page="1")
    assert not proved(PAGED, "spoke with the mayor", page="iv–2")
    assert proved(PAGED, "fee is ten", page="2") == [
        ("quote-elsewhere", "the quote is on page 1 of wells, not 2")
    ]
    problem = check_page({"page": "1–90"}, PAGED, Place("a.md"))
    assert problem and problem.message == "wells has no page 90; its pages are iv to 2"
    assert not check_page({"page": "90"}, BARE, Place("a.md")), "nothing is known of its pages"


@pytest.mark.parametrize(
    ("value", "pages"),
    [
        ("2", ["2"]),
        ("ii-2", ["ii", "1", "2"]),
        ("1, 3 and A-1", ["1", "3", "A-1"]),
        ("2–90", ["2", "90"]),
    ],
)
def test_pages_are_listed(value: str, pages: list[str]) -> None:
    assert split_pages(value, ["i", "ii", "1", "2", "3", "A-1"]) == pages


def test_a_word_that_the_page_break_divides_is_on_the_first_page() -> None:
    text = SourceText("wells", "0" * 64, split_body_paragraphs("One two “three four”.\n"))
    recorded = make_record("wells", b"One two three four.\n").model_copy(
        update={"paragraphs": [SourceParagraph(sha256="0" * 64, words=4, pages={"1": 0, "2": 3})]}
    )
    (found,) = find_quote(text, "three")
    assert find_pages(found, recorded) == ["1"]
    (found,) = find_quote(text, "four")
    assert find_pages(found, recorded) == ["2"]


def test_an_item_of_a_numbered_paragraph_can_be_cited() -> None:
    items = record({"number": "2 (a)"}, {"number": "2 (a) (v)"})
    assert choose_locator(match("fee is ten"), items) == {"paragraph": "2 (a) (v)"}
    assert cited_paragraphs({"paragraph": "2 (a)"}, items) == {1}
    assert cited_paragraphs({"paragraph": "2 (a)"}, BARE) == frozenset()
