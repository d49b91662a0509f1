"""The place of a quote as a reader finds it: a printed paragraph number, a page or a heading.

We also count the paragraphs of every text, to find quotes again. These numbers are printed only where the
source itself prints them.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TypeVar

from briefgen.errors import Place, Problem
from briefgen.evidence.quotes import QuoteMatch
from briefgen.model.snippet import Caveat, Evidence, Locator, OriginalSource, Snippet
from briefgen.model.source import SourceRecord

StatementT = TypeVar("StatementT", Snippet, Caveat)
CitedT = TypeVar("CitedT", Evidence, OriginalSource)

_MAX_HEADING = 80
"""Characters of a heading that can be cited."""


def numbers_paragraphs(record: SourceRecord) -> bool:
    """Return whether a source prints numbers at its paragraphs."""
    return any(paragraph.number for paragraph in record.paragraphs)


def citable_locator(locator: Locator, record: SourceRecord | None) -> Locator:
    """Return the locator as citations print it: without a number that only we counted."""
    if "paragraph" in locator and record is not None and not numbers_paragraphs(record):
        return {}
    return locator


def cite_findable_places(statement: StatementT, records: Mapping[str, SourceRecord]) -> StatementT:
    """Return a statement with the locators that citations print."""

    def cite(evidence: Evidence) -> Evidence:
        via = [_cite_place(original, records) for original in evidence.via]
        return _cite_place(evidence, records).model_copy(update={"via": via})

    update: dict[str, object] = {"evidence": list(map(cite, statement.evidence))}
    if isinstance(statement, Snippet) and statement.figure:
        rows = [
            datum.model_copy(update={"evidence": list(map(cite, datum.evidence))})
            for datum in statement.figure.rows
        ]
        update["figure"] = statement.figure.model_copy(update={"rows": rows})
    return statement.model_copy(update=update)


def _cite_place(cited: CitedT, records: Mapping[str, SourceRecord]) -> CitedT:
    locator = citable_locator(cited.locator, records.get(cited.source or ""))
    return cited if locator == cited.locator else cited.model_copy(update={"locator": locator})


def paragraph_name(number: int, record: SourceRecord) -> str:
    """Return what a paragraph is called, by our count from 1: the number that is printed at it, if any is.

    Where a source numbers its paragraphs, one without a number has no name.
    """
    return record.paragraphs[number - 1].number if numbers_paragraphs(record) else str(number)


def choose_locator(match: QuoteMatch, record: SourceRecord) -> Locator:
    """Choose how to cite a quote: by the source's paragraph number, else its page, else its heading."""
    paragraph = record.paragraphs[match.paragraph.number - 1]
    if paragraph.number:
        return {"paragraph": paragraph.number}
    pages = find_pages(match, record)
    if pages:
        return {"page": "–".join(dict.fromkeys((pages[0], pages[-1])))}
    heading = match.paragraph.heading
    if heading and len(heading) <= _MAX_HEADING and not set(heading) & set("{}|"):
        return {"place": f"“{heading}”"}
    return {}


def cited_paragraphs(locator: Locator, record: SourceRecord) -> frozenset[int] | None:
    """Return the paragraphs, by our count from 1, that a locator names; None if it names none."""
    value = locator.get("paragraph")
    if value is None:
        return None
    if numbers_paragraphs(record):
        numbered = enumerate(record.paragraphs, start=1)
        return frozenset(number for number, paragraph in numbered if paragraph.number == value)
    return frozenset({int(value)} & set(range(1, len(record.paragraphs) + 1)) if value.isdigit() else ())


def find_pages(match: QuoteMatch, record: SourceRecord) -> list[str]:
    """Return the pages that a quote is on, in order; empty if the source has no pages."""
    paragraph = match.paragraph
    begins = list(record.paragraphs[paragraph.number - 1].pages.items())
    if not begins:
        return []
    start, end = (position - paragraph.offset for position in match.file_span())
    first = _count_words(paragraph.text, start)
    last = _count_words(paragraph.text, end - 1)
    ends = [*(begin for _, begin in begins[1:]), last + 1]
    spans = zip(begins, ends, strict=True)
    return [label for (label, begin), next_begin in spans if begin <= last and first < next_begin]


def _count_words(text: str, position: int) -> int:
    """Count the words of a text that end before a position."""
    words = len(text[:position].split())
    return words - (position > 0 and not text[position - 1].isspace())


def check_page(locator: Locator, record: SourceRecord, place: Place) -> Problem | None:
    """Check that a source has the pages that a locator names."""
    known = record.pages.split()
    if not known or "page" not in locator:
        return None
    missing = [page for page in split_pages(locator["page"], known) if page not in known]
    if not missing:
        return None
    named = f"page {missing[0]}" if len(missing) == 1 else f"pages {', '.join(missing)}"
    message = f"{record.source} has no {named}; its pages are {known[0]} to {known[-1]}"
    return Problem("locator-beyond", message, place, "cite the number that is printed on the page")


def check_quote_page(
    locator: Locator, match: QuoteMatch, record: SourceRecord, place: Place
) -> Problem | None:
    """Check that a quote is on the page that its locator names."""
    found = find_pages(match, record)
    named = split_pages(locator.get("page", ""), record.pages.split())
    if "page" not in locator or set(found) <= set(named):
        return None
    actual = "–".join(dict.fromkeys((found[0], found[-1])))
    return Problem(
        "quote-elsewhere",
        f"the quote is on page {actual} of {record.source}, not {locator['page']}",
        place,
        f"write locator: {{page: {actual}}}, if the claim belongs there",
        passage=match.passage,
    )


def split_pages(value: str, known: list[str]) -> list[str]:
    """Return the pages that a locator names: `12`, `iv–vi`, `3, 7`; of a range, all `known` ones."""
    pages = []
    for part in re.split(r"\s*(?:[,;&]|\band\b)\s*", value.strip()):
        first, dash, last = (
            (text.strip() for text in re.split(r"([-–])", part, maxsplit=1))
            if (part not in known and re.search(r".[-–].", part))
            else (part, "", "")
        )
        if dash and first in known and last in known:
            pages += known[known.index(first) : known.index(last) + 1] or [first, last]
        else:
            pages += [first, last] if dash else [first]
    return pages
