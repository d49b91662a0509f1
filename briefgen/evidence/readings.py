"""Check attested readings: who read what in a source of which we have no text, and whether it can say so."""

from __future__ import annotations

import re
from collections.abc import Iterator

from briefgen.errors import Place, Problem
from briefgen.evidence.edtf import is_iso_date, parse_edtf
from briefgen.evidence.normalize import prepare_prose
from briefgen.evidence.passages import EvidenceLibrary, EvidencePassage, SupportingEvidence
from briefgen.evidence.polarity import check_polarity
from briefgen.evidence.quotes import MAX_QUOTE_WORDS, count_quote_words
from briefgen.evidence.statements import Statement
from briefgen.evidence.wording_checks import (
    PrintedWording,
    check_number_hedges,
    check_sentence_hedges,
    find_latest_day,
)
from briefgen.model.snippet import Attestation, Snippet

_DENIAL = re.compile(r"\b(?:not|never|nobody|nothing|cannot|failed)\b|n't\b", re.IGNORECASE)


def check_reading(statement: Statement, index: int, library: EvidenceLibrary) -> Iterator[Problem]:
    """Check the attested reading in a statement's evidence, at a position from 0."""
    attested = statement.evidence[index].attested
    place = statement.locate("evidence", index, "attested")
    if attested is None or not attested.by.strip() or not attested.said.strip():
        yield Problem("attested-incomplete", "by or said is missing", place, "fill in by and said")
        return
    if not is_iso_date(attested.on):
        message = f"on: {attested.on!r} is not a date"
        yield Problem("attested-incomplete", message, place, "write on: 2026-11-23")
        return
    yield from _check_second_reading(attested, place)
    if attested.fragment:
        at = statement.locate("evidence", index, "attested", "fragment")
        yield from _check_fragment(attested, statement.language, at)
    yield from _check_age_of_source(statement, index, library, place)


def _check_second_reading(attested: Attestation, place: Place) -> Iterator[Problem]:
    second = attested.seconded
    if second is None:
        return
    if not second.by.strip() or not is_iso_date(second.on):
        message = "of the second reading, by is missing or on is not a date"
        yield Problem("attested-incomplete", message, place, "write seconded: {by: NAME, on: 2026-11-23}")
    elif second.by.casefold().split() == attested.by.casefold().split():
        message = f"{second.by} is both the first and the second reader"
        hint = "let somebody else read it in the source, or remove seconded"
        yield Problem("seconded-by-same", message, place, hint)


def _check_fragment(attested: Attestation, language: str, place: Place) -> Iterator[Problem]:
    """Check that a fragment is short, and that `said` keeps its hedges and its negations."""
    count = count_quote_words(attested.fragment)
    if not 1 <= count <= MAX_QUOTE_WORDS:
        message = f"the fragment has {count} words; 1 to {MAX_QUOTE_WORDS} are allowed"
        yield Problem("quote-length", message, place, "give the decisive words, as the source has them")
    if language.startswith("en"):
        said = PrintedWording(place, prepare_prose(attested.said))
        support = SupportingEvidence((EvidencePassage(0, attested.fragment),), (), (), (), (), complete=True)
        yield from check_number_hedges(said, support)
        yield from check_sentence_hedges(said, support)
        yield from check_polarity(said, support)


def _claim_date(statement: Statement, index: int) -> str:
    """Return the time that a piece of evidence is about: in a figure, that of its row."""
    if not isinstance(statement, Snippet):
        return ""
    rows = (row for row in range(len(statement.data)) if index in statement.evidence_of(row))
    return statement.as_of if not statement.data else statement.data[next(rows)].date


def _check_age_of_source(
    statement: Statement, index: int, library: EvidenceLibrary, place: Place
) -> Iterator[Problem]:
    """Check that a source that says what did not happen appeared when the time in question was over."""
    evidence = statement.evidence[index]
    work = library.references.get(evidence.source or "")
    span = parse_edtf(_claim_date(statement, index))
    day = find_latest_day(work) if work else None
    if evidence.attested is None or span is None or span.end is None or day is None:
        return
    if _DENIAL.search(evidence.attested.said) and (span.end.year, span.end.month) > (day.year, day.month):
        yield Problem(
            "source-older",
            f"{evidence.source}, of {day.isoformat()}, cannot say what did not happen until "
            f"{span.end.isoformat()}",
            place,
            "cite a later source, or set as_of to the time that this one speaks of",
        )
