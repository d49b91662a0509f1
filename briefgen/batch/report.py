"""Writes the tables of a batch: manifest.csv of all letters, errors.csv of all that needs attention."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from briefgen.batch.file_names import letter_file_stem
from briefgen.batch.ledger import Ledger, LedgerEntry
from briefgen.batch.outputs.base import BatchOutput
from briefgen.batch.outputs.files import ERRORS_FILE, LETTERS_FOLDER, MANIFEST_FILE
from briefgen.batch.tasks import BatchJob
from briefgen.errors import Problem
from briefgen.model.recipient import Recipient
from briefgen.model.text import escape_formulas

MANIFEST_COLUMNS = (
    "id",
    "name",
    "office",
    "organisation",
    "format",
    "state",
    "file",
    "pages",
    "bytes",
    "sha256",
    "snippets",
    "fit",
)
ERROR_COLUMNS = ("row", "id", "stage", "code", "message", "hint", "format", "file")
"""`row` and `file` say where the recipient was read; `stage` is recipient, compose, render or worker."""

CsvRow = Sequence[object]


def write_manifest(output: BatchOutput, job: BatchJob, ledger: Ledger) -> None:
    """Write a row for each letter and format, in the order of the recipients. Raise StorageError."""
    rows = (_manifest_row(recipient, entry) for recipient, entry in _ledger_entries(job, ledger))
    _write_csv(output, MANIFEST_FILE, MANIFEST_COLUMNS, rows)


def write_errors(output: BatchOutput, job: BatchJob, ledger: Ledger, skipped: Iterable[Problem]) -> None:
    """Write a row for each problem of each letter that was not made; no file if there are none.

    Raise StorageError.
    """
    rows = [_error_row(problem) for problem in skipped]
    for recipient, entry in _ledger_entries(job, ledger):
        if entry.state != "rendered":
            rows += [_error_row(problem, recipient, entry) for problem in entry.problems]
    if rows:
        _write_csv(output, ERRORS_FILE, ERROR_COLUMNS, rows)


def find_stale_letters(output: BatchOutput, job: BatchJob, ledger: Ledger) -> list[str]:
    """Return the names of files among the letters that belong to no recipient of this job.

    A recipient's letters in formats that this job does not make are not stale. Raise StorageError.
    """
    current = {entry.file for _, entry in _ledger_entries(job, ledger) if entry.state == "rendered"}
    stems = {letter_file_stem(recipient) for recipient in job.recipients}
    suffixes = {f".{format}" for format in job.formats}
    return sorted(
        name
        for name in output.letter_names()
        if name not in current and (Path(name).stem not in stems or Path(name).suffix in suffixes)
    )


def _ledger_entries(job: BatchJob, ledger: Ledger) -> Iterator[tuple[Recipient, LedgerEntry]]:
    for recipient in job.recipients:
        for format in job.formats:
            if entry := ledger.find(recipient.id, format):
                yield recipient, entry


def _manifest_row(recipient: Recipient, entry: LedgerEntry) -> CsvRow:
    made = entry.state == "rendered"
    return (
        recipient.id,
        recipient.full_name,
        recipient.office,
        recipient.organisation,
        entry.format,
        entry.state,
        f"{LETTERS_FOLDER}/{entry.file}" if made else "",
        entry.pages if made else "",
        entry.size if made else "",
        entry.sha256 if made else "",
        " ".join(entry.snippets) if made else "",
        entry.fit if made else "",
    )


def _error_row(
    problem: Problem, recipient: Recipient | None = None, entry: LedgerEntry | None = None
) -> CsvRow:
    place = recipient.place if recipient and recipient.place else problem.place
    message = problem.message
    if recipient and problem.place and problem.place != place:
        message = f"{problem.place}: {message}"
    return (
        place.line if place else "",
        recipient.id if recipient else problem.about,
        entry.stage if entry else "recipient",
        problem.code,
        message,
        problem.hint or "",
        entry.format if entry else "",
        place.file if place else "",
    )


def _write_csv(output: BatchOutput, name: str, columns: Sequence[str], rows: Iterable[CsvRow]) -> None:
    # With a byte order mark, without which Excel misreads accented letters.
    with output.open_table(name) as file:
        text = io.TextIOWrapper(file, encoding="utf-8-sig", errors="backslashreplace", newline="")
        table = csv.writer(text)
        table.writerow(columns)
        table.writerows(
            [escape_formulas(cell) if isinstance(cell, str) else cell for cell in row] for row in rows
        )
        text.detach()
