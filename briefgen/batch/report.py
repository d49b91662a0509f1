"""What a batch leaves for people: manifest.csv of all letters, errors.csv of all that needs attention.

This room reads the ledger and writes tables; it makes no letter.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from briefgen.batch.ledger import Entry, Ledger
from briefgen.batch.outputs.base import ERRORS, LETTERS, MANIFEST, Output
from briefgen.batch.plan import Job, stem
from briefgen.errors import Problem
from briefgen.model.recipient import Recipient

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
"""Where the recipient was read is in `row` and `file`; `stage` is recipient, compose, render or worker."""
_FORMULA = ("=", "+", "-", "@", "\t", "\r")

Row = Sequence[object]


def write_manifest(output: Output, job: Job, ledger: Ledger) -> None:
    """A row for each letter and format in the order of the recipients. Raises StorageFault."""
    rows = (_manifest_row(recipient, entry) for recipient, entry in _entries(job, ledger))
    _write(output, MANIFEST, MANIFEST_COLUMNS, rows)


def write_errors(output: Output, job: Job, ledger: Ledger, skipped: Iterable[Problem]) -> None:
    """A row for each problem of each letter that was not made; without any, no file. Raises StorageFault."""
    rows = [_error_row(problem) for problem in skipped]
    for recipient, entry in _entries(job, ledger):
        if entry.state != "rendered":
            rows += [_error_row(problem, recipient, entry) for problem in entry.problems]
    if rows:
        _write(output, ERRORS, ERROR_COLUMNS, rows)


def stale_letters(output: Output, job: Job, ledger: Ledger) -> list[str]:
    """Names among the letters that belong to no recipient of this job, in order. Raises StorageFault.

    A recipient's letters in formats that this job does not make are no strangers.
    """
    standing = {entry.file for _, entry in _entries(job, ledger) if entry.state == "rendered"}
    ours = {stem(recipient) for recipient in job.recipients}
    endings = {f".{format}" for format in job.formats}
    return sorted(
        name
        for name in output.names()
        if name not in standing and (Path(name).stem not in ours or Path(name).suffix in endings)
    )


def _entries(job: Job, ledger: Ledger) -> Iterator[tuple[Recipient, Entry]]:
    for recipient in job.recipients:
        for format in job.formats:
            if entry := ledger.entry(recipient.id, format):
                yield recipient, entry


def _manifest_row(recipient: Recipient, entry: Entry) -> Row:
    made = entry.state == "rendered"
    return (
        recipient.id,
        recipient.full_name,
        recipient.office,
        recipient.organisation,
        entry.format,
        entry.state,
        f"{LETTERS}/{entry.file}" if made else "",
        entry.pages if made else "",
        entry.size if made else "",
        entry.sha256 if made else "",
        " ".join(entry.snippets) if made else "",
        entry.fit if made else "",
    )


def _error_row(problem: Problem, recipient: Recipient | None = None, entry: Entry | None = None) -> Row:
    place = recipient.place if recipient and recipient.place else problem.place
    said = problem.message
    if recipient and problem.place and problem.place != place:
        said = f"{problem.place}: {said}"
    return (
        place.line if place else "",
        recipient.id if recipient else problem.about,
        entry.stage if entry else "recipient",
        problem.code,
        said,
        problem.hint or "",
        entry.format if entry else "",
        place.file if place else "",
    )


def _write(output: Output, name: str, columns: Sequence[str], rows: Iterable[Row]) -> None:
    # With a byte order mark, without which Excel reads accents wrongly.
    with output.table(name) as file:
        text = io.TextIOWrapper(file, encoding="utf-8-sig", errors="backslashreplace", newline="")
        table = csv.writer(text)
        table.writerow(columns)
        table.writerows([_harmless(cell) for cell in row] for row in rows)
        text.detach()


def _harmless(cell: object) -> object:
    """The cell as text that no spreadsheet takes for a formula (OWASP, "CSV injection")."""
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(_FORMULA) else cell
