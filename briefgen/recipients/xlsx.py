"""Read recipients from an Excel workbook (XLSX), in a child process with limited time and memory.

A workbook of a few kilobytes can be a zip bomb, or have one cell a million rows down: only the child process
suffers, and the workbook is reported. Formulas are refused, with their cell: the value that a program last
computed is not what a person wrote.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Collection, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from briefgen.errors import BriefgenError, Place, Problem, ProblemList, suggest_similar
from briefgen.model.recipient import Recipient
from briefgen.recipients.table import NO_MAPPING, ColumnMapping, TableRow, build_recipients
from briefgen.system.files import read_limited_bytes

MAX_BYTES = 50_000_000
WORKER_TIMEOUT_S = 90
"""Generous, for a busy machine; the worker also limits its own CPU time."""
_WORKER = Path(__file__).with_name("xlsx_worker.py")


def read_xlsx(
    path: Path,
    display_name: str,
    problems: ProblemList,
    *,
    sheet: str = "",
    offices: Collection[str] = (),
    seen: dict[str, Place] | None = None,
    columns: ColumnMapping = NO_MAPPING,
) -> list[Recipient]:
    """Read the recipients of a workbook's sheet (by default the first), in order.

    `offices`, `seen` and `columns` are as for `read_csv`. A problem's place has the row as its line. Raise
    StorageError if the file cannot be read, BriefgenError if it is not a workbook, is too large, or lacks the
    sheet or usable headers.
    """
    lines = _run_xlsx_worker(path, display_name, sheet)
    if not lines:
        hint = "its first row names the columns"
        raise BriefgenError(Problem("recipients-header", "the sheet is empty", Place(display_name), hint))
    if "fault" in lines[0]:
        raise BriefgenError(_cell_problem(lines[0], Place(display_name, lines[0]["row"])))
    records = _parse_xlsx_rows(lines, display_name, problems)
    return build_recipients(records, display_name, problems, offices=offices, seen=seen, columns=columns)


def _run_xlsx_worker(path: Path, display_name: str, sheet: str) -> Sequence[Mapping[str, Any]]:
    """Run the worker and return the lines that it printed; raise BriefgenError if it failed."""
    read_limited_bytes(path, display_name, MAX_BYTES)  # report unreadable files before starting a process
    try:
        done = subprocess.run(
            [sys.executable, "-P", str(_WORKER), str(path.resolve()), sheet],
            capture_output=True,
            text=True,
            timeout=WORKER_TIMEOUT_S,
            check=False,
            encoding="utf-8",
        )
    except subprocess.TimeoutExpired:
        raise BriefgenError(_workbook_too_large(display_name)) from None
    lines = [json.loads(line) for line in done.stdout.splitlines()] if done.returncode == 0 else []
    # A last line without a row is about the workbook as a whole.
    fault = lines[-1] if lines and "row" not in lines[-1] else None
    if done.returncode != 0 or (fault and fault["fault"] == "size"):
        raise BriefgenError(_workbook_too_large(display_name))
    if fault:
        raise BriefgenError(_workbook_problem(fault, display_name, sheet))
    return lines


def _workbook_too_large(display_name: str) -> Problem:
    return Problem(
        "xlsx-too-large",
        "reading the workbook takes too much memory or time",
        Place(display_name),
        "copy the rows into a new workbook, or save them as CSV UTF-8",
    )


def _workbook_problem(fault: Mapping[str, Any], display_name: str, sheet: str) -> Problem:
    if fault["fault"] == "sheet":
        known = fault["known"]
        hint = suggest_similar(sheet, known) or f"its sheets are {', '.join(known)}"
        message = f"there is no sheet {sheet!r}" if sheet else "the workbook has no sheet with cells"
        return Problem("xlsx-sheet", message, Place(display_name), hint)
    if fault["fault"] == "kind":
        what = fault.get("kind", "")
        return Problem(
            "xlsx-unreadable",
            f"this is {what}, not an XLSX workbook"
            if what
            else "this is not an XLSX workbook, or it has a password",
            Place(display_name),
            "open it and save it as an Excel workbook (.xlsx) without a password, or as CSV UTF-8",
        )
    return Problem(
        "xlsx-unreadable",
        f"the workbook is damaged: {fault['why']}",
        Place(display_name),
        "open it in a spreadsheet program and save it again",
    )


def _parse_xlsx_rows(
    lines: Sequence[Mapping[str, Any]], display_name: str, problems: ProblemList
) -> Iterator[TableRow]:
    width = len(lines[0]["cells"])
    for line in lines:
        number = line["row"]
        if "fault" in line:
            problems.add(_cell_problem(line, Place(display_name, number)))
        else:
            # A workbook does not store the empty cells at the end of a row.
            missing = ("",) * (width - len(line["cells"]))
            yield TableRow(number, number, (*line["cells"], *missing))


def _cell_problem(line: Mapping[str, Any], place: Place) -> Problem:
    where = f"row {line['row']}, cell {line['cell']}"
    if line["fault"] == "formula":
        return Problem(
            "recipient-formula",
            f"{where}: contains a formula",
            place,
            "copy the column and paste it as values",
        )
    if line["fault"] == "error":
        return Problem(
            "recipient-cell", f"{where}: contains an error instead of a value", place, "write the value"
        )
    return Problem(
        "recipient-row", f"{where}: is far to the right of the table", place, "empty the cell, or move it"
    )
