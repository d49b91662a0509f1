"""The evidence annex of a briefing: how its statements were checked, by the numbers of their notes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from markupsafe import Markup

from briefgen.compose.citations import Note
from briefgen.compose.passages import NoteCollector, SnippetPassage
from briefgen.compose.record import CHECKS, list_checks


@dataclass(frozen=True, slots=True)
class AnnexRow:
    """One way of checking, with the statements that were checked in this way."""

    checked: str
    """How, and when."""
    places: Markup
    """The numbers of their notes, and the figures; in an in-text style, what is cited for them."""


def build_annex(
    passages: Iterable[SnippetPassage],
    verified: Mapping[str, Mapping[str, Any]],
    notes: NoteCollector,
    format_date: Callable[[date], str],
) -> list[AnnexRow]:
    """Build the rows for these passages; `verified` says for each id how and when it was verified.

    The notes have no numbers yet: `notes` gets marks that citations will replace.
    """
    statements: dict[str, dict[str, None]] = {check: {} for check in CHECKS}
    days: dict[str, set[str]] = {check: set() for check in CHECKS}
    for passage in passages:
        for check, day in list_checks(passage.snippet, verified.get(passage.id, {})):
            statements[check][passage.id] = None
            days[check] |= {day} if day else set()
    return [
        AnnexRow(
            f"{check}{_format_days(days[check], format_date)}",
            notes.add(Note(form="numbers", statements=tuple(found))),
        )
        for check, found in statements.items()
        if found
    ]


def _format_days(days: set[str], format_date: Callable[[date], str]) -> str:
    """Return the first and the last day, as they continue the sentence; nothing if none is known."""
    if not days:
        return ""
    first, last = (format_date(date.fromisoformat(day)) for day in (min(days), max(days)))
    return f", on {first}" if first == last else f", from {first} to {last}"
