"""Whether the notes of a finished file are those of its record, each whole and in order.

A sentence may stand among others, a note is all that it says: words added to it change it. Notes that the
record does not know are counted, like sentences that somebody wrote between those of the record.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from briefgen.inspect.text_match import Difference, Words
from briefgen.inspect.tokens import Read, note_key

_MOST_COMPARED = 2_000
"""Notes; beyond them only their places are compared."""


@dataclass(frozen=True, slots=True)
class NoteChange:
    """A note of the record that does not stand in the file."""

    number: int
    """In the document as it was made, from 1."""
    recorded: str
    differences: tuple[Difference, ...]
    """How the note that stands in its place differs; empty where none does."""


@dataclass(frozen=True, slots=True)
class Notes:
    """How the notes of the record stand in the file."""

    recorded: int
    added: int
    """Notes of the file that the record does not know."""
    changes: tuple[NoteChange, ...]


def compared_notes(recorded: Sequence[str], read: Read) -> Notes:
    """Hold the notes of a record against those of a file."""
    found = [note.text for note in read.notes]
    ours, theirs = ([note_key(text) for text in texts] for texts in (recorded, found))
    added, changes = 0, list[NoteChange]()
    for change, a, b, c, d in _operations(ours, theirs):
        if change == "equal":
            continue
        changes += _changes(recorded[a:b], found[c:d], a + 1)
        added += max(0, (d - c) - (b - a))
    return Notes(len(recorded), added, tuple(changes))


def _operations(ours: Sequence[str], theirs: Sequence[str]) -> Sequence[tuple[str, int, int, int, int]]:
    if max(len(ours), len(theirs)) <= _MOST_COMPARED:
        return SequenceMatcher(None, ours, theirs, autojunk=False).get_opcodes()
    alike = min(len(ours), len(theirs))
    places = ((at, ours[at] == theirs[at]) for at in range(alike))
    pairs = [("equal" if same else "replace", at, at + 1, at, at + 1) for at, same in places]
    return [*pairs, ("replace", alike, len(ours), alike, len(theirs))]


def _changes(recorded: Sequence[str], found: Sequence[str], first: int) -> Iterator[NoteChange]:
    """Each recorded note with the one at its place, as far as there is one that resembles it."""
    for offset, text in enumerate(recorded):
        there = found[offset] if offset < len(found) else ""
        yield NoteChange(first + offset, text, _differences(text, there))


def _differences(recorded: str, found: str) -> tuple[Difference, ...]:
    return tuple(Words(found).nearest(recorded) or ()) or ((Difference(recorded, found),) if found else ())
