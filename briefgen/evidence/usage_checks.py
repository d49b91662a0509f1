"""Check which snippets a document uses: verified ones only, superseded ones with their successors."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date

from briefgen.errors import Place, Problem
from briefgen.evidence.edtf import is_older_than, parse_edtf
from briefgen.evidence.inline_markdown import strip_markdown
from briefgen.evidence.lock import lock_command
from briefgen.evidence.passages import EvidenceLibrary
from briefgen.evidence.statements import TITLE_WORDING, printable_wordings
from briefgen.evidence.wording_checks import states_year
from briefgen.model.snippet import Snippet


def check_snippet_use(
    library: EvidenceLibrary, used: Mapping[str, Place], on: date, max_age: int | None = None
) -> list[Problem]:
    """Check the snippets that a document of a given day uses; `used` maps ids to the places that name them.

    Only verified snippets may be used, superseded ones only together with one that supersedes them, and
    claims older than `max_age` years only if the sentence gives a year.
    """
    problems: list[Problem] = []
    for name, place in used.items():
        snippet = library.snippets.get(name)
        if snippet is not None:
            problems += _check_used_snippet(snippet, used, place, on, max_age)
    return problems


def _check_used_snippet(
    snippet: Snippet, used: Mapping[str, Place], place: Place, on: date, max_age: int | None
) -> Iterator[Problem]:
    if snippet.review.status != "verified":
        message = f"the snippet {snippet.id!r} has status {snippet.review.status}, not verified"
        hint = f"review it and run {lock_command(snippet.locate())}, or leave it out"
        yield Problem("snippet-not-verified", message, place, hint)
    if snippet.confidence == "superseded" and not any(name in used for name in snippet.superseded_by):
        message = f"the snippet {snippet.id!r} is superseded and used on its own"
        hint = f"use {' or '.join(snippet.superseded_by) or 'what superseded it'} with it or instead of it"
        yield Problem("superseded-alone", message, place, hint)
    for name in find_undated_wordings(snippet, on, max_age):
        yield Problem(
            "date-missing",
            f"the {name} of {snippet.id!r}, a claim from {snippet.as_of} and so older than {max_age} years, "
            "does not give its year",
            place,
            "give the year in the sentence",
            wording=strip_markdown(printable_wordings(snippet)[name]),
        )


_DATED_KINDS = frozenset({"statistic", "event", "finding", "quotation"})
"""Kinds whose claims refer to a date; law, background and asks hold until they are changed."""


def find_undated_wordings(snippet: Snippet, on: date, max_age: int | None) -> list[str]:
    """Return the names of the wordings that do not give the year of a claim older than `max_age` years."""
    span = parse_edtf(snippet.as_of)
    if (
        max_age is None
        or snippet.kind not in _DATED_KINDS
        or span is None
        or not is_older_than(span, max_age, on)
    ):
        return []
    wordings = printable_wordings(snippet).items()
    return [name for name, markdown in wordings if name != TITLE_WORDING and not states_year(markdown)]
