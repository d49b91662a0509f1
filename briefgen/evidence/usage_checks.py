"""The checks of what a document uses: only what may be printed, with what must stand beside it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date

from briefgen.errors import Place, Problem
from briefgen.evidence.dates import older_than, read_edtf
from briefgen.evidence.lock import TITLE, card_wordings, lock_command
from briefgen.evidence.normalize import plain
from briefgen.evidence.passages import Material
from briefgen.evidence.wording_checks import has_year
from briefgen.model.snippet import Snippet


def check_use(
    material: Material, used: Mapping[str, Place], on: date, max_age: int | None = None
) -> list[Problem]:
    """Problems of using these snippets, by id with the place that names them, in a document of a day.

    Only verified snippets may be used, superseded ones only together with what superseded them, and claims
    older than `max_age` years only where the sentence says a year.
    """
    problems: list[Problem] = []
    for name, place in used.items():
        snippet = material.snippets.get(name)
        if snippet is not None:
            problems += _use_problems(snippet, used, place, on, max_age)
    return problems


def _use_problems(
    snippet: Snippet, used: Mapping[str, Place], place: Place, on: date, max_age: int | None
) -> Iterator[Problem]:
    if snippet.review.status != "verified":
        message = f"the snippet {snippet.id!r} is {snippet.review.status}, not verified"
        hint = f"review it and run {lock_command(snippet.at())}, or leave it out"
        yield Problem("snippet-not-verified", message, place, hint)
    if snippet.confidence == "superseded" and not any(name in used for name in snippet.superseded_by):
        message = f"the snippet {snippet.id!r} is superseded and stands alone"
        hint = f"use {' or '.join(snippet.superseded_by) or 'what superseded it'} with it or in its place"
        yield Problem("superseded-alone", message, place, hint)
    for name in undated(snippet, on, max_age):
        yield Problem(
            "date-missing",
            f"the {name} of {snippet.id!r}, a claim of {snippet.as_of} older than {max_age} years, "
            "does not say its year",
            place,
            "say the year in the sentence",
            wording=plain(card_wordings(snippet)[name]),
        )


_AGEING = frozenset({"statistic", "event", "finding", "quotation"})
"""Kinds whose claims belong to a day; law, background and asks stand until they are changed."""


def undated(snippet: Snippet, on: date, max_age: int | None) -> list[str]:
    """Names of the wordings that do not say the year of a claim older than `max_age` years."""
    span = read_edtf(snippet.as_of)
    if max_age is None or snippet.kind not in _AGEING or span is None or not older_than(span, max_age, on):
        return []
    wordings = card_wordings(snippet).items()
    return [name for name, markdown in wordings if name != TITLE and not has_year(markdown)]
