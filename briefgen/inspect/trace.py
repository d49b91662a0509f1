"""Traces a finished file back to its evidence: reads its record, and says whether its text still agrees.

It judges words, exactly; it neither looks at how they are set nor proves the evidence anew.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from pathlib import Path
from typing import Any

from briefgen.errors import BriefgenError, Place, Problem
from briefgen.inspect.record import Record, Statement, read_record
from briefgen.inspect.text_match import Difference, Words
from briefgen.inspect.tokens import Read, note_key
from briefgen.model.text import clean
from briefgen.system.files import content

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


MAX_BYTES = 100_000_000
"""Of the file."""


def read_finished(path: Path) -> Read:
    """All that a finished file says; raises BriefgenError where that is no PDF or DOCX, or broken."""
    if kind_of(path) == "pdf":
        from briefgen.inspect.pdf import pdf_bytes
        from briefgen.inspect.pdf_worker import read_apart

        return read_apart(pdf_bytes(path, str(path)), str(path))
    from briefgen.inspect.docx import read_docx

    return read_docx(path)


def kind_of(path: Path) -> str:
    """What a file is, by its first bytes and not by its name."""
    head = content(path, str(path), MAX_BYTES, missing="give the file's path")[:1024]
    if b"%PDF-" in head:
        return "pdf"
    if head.startswith((b"PK", b"\xd0\xcf\x11\xe0")) or path.suffix.lower() == ".docx":
        return "docx"
    if path.suffix.lower() == ".pdf":
        return "pdf"
    raise BriefgenError(
        Problem("file-kind", "is neither PDF nor DOCX", Place(str(path)), "only these two carry a record")
    )


_SHOWN = 4
"""Differences of one statement that are told; the rest is counted."""


@dataclass(frozen=True, slots=True)
class Standing:
    """How a wording of the record stands in the file."""

    kind: str
    """`snippet` or `caveat`."""
    id: str
    printed: int
    """How often the document was composed with it; 0 where the template does not print it word for word."""
    found: int
    differences: tuple[Difference, ...]
    """What stands in its place, where it is missing somewhere and something like it stands there."""

    @property
    def agrees(self) -> bool:
        """Whether it stands everywhere as recorded."""
        return self.found >= self.printed


@dataclass(frozen=True, slots=True)
class Trace:
    """A finished file, its record, and what differs."""

    file: str
    record: Record
    raw: Mapping[str, Any]
    """The record as it stands in the file."""
    standings: tuple[Standing, ...]
    notes: Notes | None
    """How the notes stand; None where the record says nothing of notes."""
    problems: tuple[Problem, ...]
    """Empty where the text agrees with the record, and the record with its hashes."""


def trace(path: Path) -> Trace:
    """Trace a PDF or DOCX; raises BriefgenError where it cannot be read or carries no record of ours."""
    place = Place(str(path))
    read = read_finished(path)
    raw = read.record
    record, problems = read_record(raw, place)
    words = Words(read.running)
    standings = tuple(_standing(kind, statement, words) for kind, statement in record.statements())
    problems += [_problem(standing, place) for standing in standings if not standing.agrees]
    notes = compared_notes(record.notes, read) if record.notes is not None else None
    problems += [_note_problem(change, place) for change in (notes.changes if notes else ())]
    return Trace(str(path), record, raw or {}, standings, notes, tuple(problems))


def _standing(kind: str, statement: Statement, words: Words) -> Standing:
    forms = (statement.text, *statement.printed_as)
    # Two forms can stand in one place, for spaces do not count: “percent” and “per cent”.
    spans = sorted({span for form in forms for span in words.find(form)})
    differences: tuple[Difference, ...] = ()
    if len(spans) < statement.printed:
        wanted = statement.printed_as[0] if statement.printed_as else statement.text
        differences = tuple(words.nearest(wanted, spans) or ())
    return Standing(kind, statement.id, statement.printed, len(spans), differences)


def _problem(standing: Standing, place: Place) -> Problem:
    lacking = standing.printed - standing.found
    where = f" in {lacking} of its {standing.printed} places" if standing.printed > 1 else ""
    what = f"the {standing.kind} {clean(standing.id)[0]}"
    if not standing.differences:
        return Problem("statement-missing", f"{what} is not there{where}", place, _ANEW)
    told = clean("; ".join(_told(standing.differences)))[0]
    return Problem("statement-changed", f"{what} was changed{where}: {told}", place, _ANEW)


def _note_problem(change: NoteChange, place: Place) -> Problem:
    what = f"note {change.number}"
    if not change.differences:
        said = clean(_short(change.recorded))[0]
        return Problem("note-missing", f"{what} is not there: “{said}”", place, _ANEW)
    told = clean("; ".join(_told(change.differences)))[0]
    return Problem("note-changed", f"{what} was changed: {told}", place, _ANEW)


def _short(text: str) -> str:
    return text if len(text) <= 80 else f"{text[:77].rstrip()}…"


_ANEW = "undo the change, or change the snippet and make the document anew"


def _told(differences: tuple[Difference, ...]) -> Iterator[str]:
    for one in differences[:_SHOWN]:
        yield f"“{one.found}” for “{one.recorded}”"
    if len(differences) > _SHOWN:
        yield f"and {len(differences) - _SHOWN} more"
