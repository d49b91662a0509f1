"""Traces a finished file back to its evidence: reads its record, and says whether its text still agrees.

It judges words, exactly; it neither looks at how they are set nor proves the evidence anew.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from briefgen.errors import Place, Problem
from briefgen.inspect.notes import NoteChange, Notes, compared_notes
from briefgen.inspect.open_file import read_finished
from briefgen.inspect.record import Record, Statement, read_record
from briefgen.inspect.text_match import Difference, Words
from briefgen.model.text import clean

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
