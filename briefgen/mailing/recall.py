"""Find every letter in which a statement stood that has been withdrawn since, and draft its correction."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from briefgen.correspondence.log import CorrespondenceLog, SentLetter
from briefgen.errors import BriefgenError
from briefgen.library.loader import Library

STILL_THERE = "in the library"


@dataclass(frozen=True, slots=True)
class RecalledStatement:
    """A statement that stood in letters, and what became of it."""

    id: str
    state: str
    """In words: `no longer in the library`."""
    letters: tuple[SentLetter, ...]


def find_recalled(
    logs: Iterable[CorrespondenceLog], library: Library, only: Collection[str] = ()
) -> list[RecalledStatement]:
    """Return the statements that were sent and have been withdrawn since, with their letters.

    `only` asks for these statements instead, whatever became of them.
    """
    letters: dict[str, list[SentLetter]] = {id: [] for id in only}
    withdrawn: dict[str, bool] = {}
    for letter in (letter for log in logs for letter in log.sent):
        for id in letter.snippets:
            if id not in withdrawn:
                withdrawn[id] = bool(describe_state(id, library))
            if id in only or (not only and withdrawn[id] and not _stood_corrected(id, letter, library)):
                letters.setdefault(id, []).append(letter)
    return [
        RecalledStatement(id, describe_state(id, library) or STILL_THERE, tuple(found))
        for id, found in sorted(letters.items())
    ]


def _stood_corrected(id: str, letter: SentLetter, library: Library) -> bool:
    """Return whether a letter printed a superseded statement together with one that supersedes it."""
    snippet = library.snippets.get(id)
    return snippet is not None and not set(snippet.superseded_by).isdisjoint(letter.snippets)


def describe_state(id: str, library: Library) -> str:
    """Say what became of a statement; empty if it is in the library as before."""
    snippet = library.snippets.get(id)
    if snippet is None:
        return "no longer in the library"
    if snippet.review.status == "rejected":
        return "rejected at review"
    if snippet.superseded_by:
        return f"superseded by {', '.join(snippet.superseded_by)}"
    return ""


def printed_wordings(log: CorrespondenceLog, letter: SentLetter, id: str) -> list[str]:
    """Return the words of a statement as they stood in a letter; raise BriefgenError if nothing was kept."""
    record: Mapping[str, Any] = log.read_record(letter)
    found = []
    for entry in _entries(record, id):
        found += [str(form) for form in entry.get("printed_as") or [entry.get("text", "")]]
    return list(dict.fromkeys(filter(None, found)))


def _entries(record: Mapping[str, Any], id: str) -> Iterator[Mapping[str, Any]]:
    snippets = record.get("snippets")
    for entry in snippets if isinstance(snippets, list) else ():
        if isinstance(entry, dict) and entry.get("id") == id:
            yield entry


def first_wording(log: CorrespondenceLog, letter: SentLetter, id: str) -> str:
    """Return the words of a statement in a letter; empty if they cannot be read."""
    try:
        return next(iter(printed_wordings(log, letter, id)), "")
    except BriefgenError:
        return ""
