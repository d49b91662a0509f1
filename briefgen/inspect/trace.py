"""Tracing a finished file to its evidence: read its record and check that its text still agrees with it.

Wording is compared exactly. Formatting is not compared, and the evidence is not checked again.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from pathlib import Path
from typing import Any

from briefgen.errors import BriefgenError, Place, Problem
from briefgen.inspect.record import EvidenceRecord, RecordedStatement, parse_evidence_record
from briefgen.inspect.text_match import SearchableText, TextDifference
from briefgen.inspect.tokens import ExtractedDocument, note_comparison_key
from briefgen.model.text import clean_text
from briefgen.system.files import read_limited_bytes

_MAX_NOTES_ALIGNED = 2_000
"""Beyond this number of notes, only notes at the same position are compared."""


@dataclass(frozen=True, slots=True)
class NoteChange:
    """A note of the record that is not in the file."""

    number: int
    """In the document as it was generated, from 1."""
    recorded: str
    differences: tuple[TextDifference, ...]
    """How the note in its place differs; empty if there is none."""


@dataclass(frozen=True, slots=True)
class NotesTrace:
    """How the notes in the file compare with those of the record."""

    recorded: int
    added: int
    """Notes in the file that are not in the record."""
    changes: tuple[NoteChange, ...]


def compare_notes(recorded: Sequence[str], document: ExtractedDocument) -> NotesTrace:
    """Compare the notes of a record with those of a file."""
    found = [note.text for note in document.notes]
    ours, theirs = ([note_comparison_key(text) for text in texts] for texts in (recorded, found))
    added, changes = 0, list[NoteChange]()
    for change, a, b, c, d in _diff_note_keys(ours, theirs):
        if change == "equal":
            continue
        changes += _pair_changed_notes(recorded[a:b], found[c:d], a + 1)
        added += max(0, (d - c) - (b - a))
    return NotesTrace(len(recorded), added, tuple(changes))


def _diff_note_keys(ours: Sequence[str], theirs: Sequence[str]) -> Sequence[tuple[str, int, int, int, int]]:
    if max(len(ours), len(theirs)) <= _MAX_NOTES_ALIGNED:
        return SequenceMatcher(None, ours, theirs, autojunk=False).get_opcodes()
    common = min(len(ours), len(theirs))
    pairs = [
        ("equal" if ours[index] == theirs[index] else "replace", index, index + 1, index, index + 1)
        for index in range(common)
    ]
    return [*pairs, ("replace", common, len(ours), common, len(theirs))]


def _pair_changed_notes(recorded: Sequence[str], found: Sequence[str], first: int) -> Iterator[NoteChange]:
    """Pair each recorded note with the note in its place, if there is one."""
    for offset, text in enumerate(recorded):
        there = found[offset] if offset < len(found) else ""
        yield NoteChange(first + offset, text, _find_note_differences(text, there))


def _find_note_differences(recorded: str, found: str) -> tuple[TextDifference, ...]:
    return tuple(SearchableText(found).compare_nearest(recorded) or ()) or (
        (TextDifference(recorded, found),) if found else ()
    )


MAX_DOCUMENT_BYTES = 100_000_000
"""Maximum size of a PDF or DOCX to read."""


def read_document(path: Path) -> ExtractedDocument:
    """Read a PDF or DOCX; raise BriefgenError if it is neither, or damaged."""
    if detect_file_type(path) == "pdf":
        from briefgen.inspect.pdf import load_pdf_bytes
        from briefgen.inspect.pdf_worker import read_pdf_in_child

        return read_pdf_in_child(load_pdf_bytes(path, str(path)), str(path))
    from briefgen.inspect.docx import read_docx

    return read_docx(path)


def detect_file_type(path: Path) -> str:
    """Return `pdf` or `docx`, by the file's first bytes rather than its name."""
    head = read_limited_bytes(path, str(path), MAX_DOCUMENT_BYTES, missing="give the file's path")[:1024]
    if b"%PDF-" in head:
        return "pdf"
    if head.startswith((b"PK", b"\xd0\xcf\x11\xe0")) or path.suffix.lower() == ".docx":
        return "docx"
    if path.suffix.lower() == ".pdf":
        return "pdf"
    raise BriefgenError(
        Problem("file-kind", "is neither PDF nor DOCX", Place(str(path)), "only these contain a record")
    )


_MAX_REPORTED = 4
"""Differences of one statement that are reported; the rest is counted."""


@dataclass(frozen=True, slots=True)
class StatementTrace:
    """How a statement of the record was found in the file."""

    kind: str
    """`snippet` or `caveat`."""
    id: str
    printed: int
    """How often the document was composed with it; 0 if the template does not print it word for word."""
    found: int
    differences: tuple[TextDifference, ...]
    """If it is missing somewhere, how the most similar passage in the file differs."""

    @property
    def agrees(self) -> bool:
        """Whether it is in the file as often as recorded."""
        return self.found >= self.printed


@dataclass(frozen=True, slots=True)
class DocumentTrace:
    """A finished file, its evidence record, and the differences between them."""

    file: str
    record: EvidenceRecord
    raw: Mapping[str, Any]
    """The record as stored in the file."""
    statements: tuple[StatementTrace, ...]
    notes: NotesTrace | None
    """The comparison of the notes; None if the record contains none."""
    problems: tuple[Problem, ...]
    """Empty if the text agrees with the record and the record with its hashes."""


def trace_document(path: Path) -> DocumentTrace:
    """Trace a PDF or DOCX; raise BriefgenError if it cannot be read or contains no evidence record."""
    place = Place(str(path))
    document = read_document(path)
    raw = document.record
    record, problems = parse_evidence_record(raw, place)
    words = SearchableText(document.running)
    statements = tuple(_trace_statement(kind, statement, words) for kind, statement in record.statements())
    problems += [_statement_problem(statement, place) for statement in statements if not statement.agrees]
    notes = compare_notes(record.notes, document) if record.notes is not None else None
    problems += [_note_problem(change, place) for change in (notes.changes if notes else ())]
    return DocumentTrace(str(path), record, raw or {}, statements, notes, tuple(problems))


def _trace_statement(kind: str, statement: RecordedStatement, words: SearchableText) -> StatementTrace:
    forms = (statement.text, *statement.printed_as)
    # Two forms can match at the same position, because spaces are ignored: “percent” and “per cent”.
    spans = sorted({span for form in forms for span in words.find(form)})
    differences: tuple[TextDifference, ...] = ()
    if len(spans) < statement.printed:
        expected = statement.printed_as[0] if statement.printed_as else statement.text
        differences = tuple(words.compare_nearest(expected, spans) or ())
    return StatementTrace(kind, statement.id, statement.printed, len(spans), differences)


def _statement_problem(trace: StatementTrace, place: Place) -> Problem:
    missing = trace.printed - trace.found
    where = f" in {missing} of {trace.printed} places" if trace.printed > 1 else ""
    what = f"the {trace.kind} {clean_text(trace.id)[0]}"
    if not trace.differences:
        return Problem("statement-missing", f"{what} is missing{where}", place, _UNDO_HINT)
    details = clean_text("; ".join(_describe_differences(trace.differences)))[0]
    return Problem("statement-changed", f"{what} was changed{where}: {details}", place, _UNDO_HINT)


def _note_problem(change: NoteChange, place: Place) -> Problem:
    what = f"note {change.number}"
    if not change.differences:
        recorded = clean_text(_shorten_note(change.recorded))[0]
        return Problem("note-missing", f"{what} is missing: “{recorded}”", place, _UNDO_HINT)
    details = clean_text("; ".join(_describe_differences(change.differences)))[0]
    return Problem("note-changed", f"{what} was changed: {details}", place, _UNDO_HINT)


def _shorten_note(text: str) -> str:
    return text if len(text) <= 80 else f"{text[:77].rstrip()}…"


_UNDO_HINT = "undo the change, or change the snippet and generate the document again"


def _describe_differences(differences: tuple[TextDifference, ...]) -> Iterator[str]:
    for difference in differences[:_MAX_REPORTED]:
        yield f"“{difference.found}” instead of “{difference.recorded}”"
    if len(differences) > _MAX_REPORTED:
        yield f"and {len(differences) - _MAX_REPORTED} more"
