"""Recipients in an Excel workbook (XLSX), read in a limited process of its own.

A workbook can be a bomb of a few kilobytes, or a sheet with one cell a million rows down: whatever it does
to the process that reads it, the rest goes on and says so. Formulas are refused, with their cell: what a
program last computed there is not what a person wrote.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Collection, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from briefgen.errors import BriefgenError, Place, Problem, ProblemList, suggest
from briefgen.model.recipient import Recipient
from briefgen.recipients.table import AS_THEY_ARE, Columns, Record, recipients_of
from briefgen.system.files import content

MAX_BYTES = 50_000_000
PATIENCE = 90
"""Seconds that the reading process may take, however busy the machine is."""
_CHILD = Path(__file__).with_name("xlsx_worker.py")


def read_workbook(
    path: Path,
    shown: str,
    findings: ProblemList,
    *,
    sheet: str = "",
    offices: Collection[str] = (),
    seen: dict[str, Place] | None = None,
    columns: Columns = AS_THEY_ARE,
) -> list[Recipient]:
    """The recipients of a workbook's sheet (its first, where none is named), in its order.

    `offices`, `seen` and `columns` as for read_recipients. The place of a problem has the row as its line.
    Raises StorageFault where the file cannot be read, BriefgenError where it is no workbook, is too large,
    has no such sheet or no usable headers.
    """
    lines = _lines(path, shown, sheet)
    if not lines:
        hint = "its first row names the columns"
        raise BriefgenError(Problem("recipients-header", "the sheet is empty", Place(shown), hint))
    if "fault" in lines[0]:
        raise BriefgenError(_refused(lines[0], Place(shown, lines[0]["row"])))
    records = _records(lines, shown, findings)
    return recipients_of(records, shown, findings, offices=offices, seen=seen, columns=columns)


def _lines(path: Path, shown: str, sheet: str) -> Sequence[Mapping[str, Any]]:
    """What the reading process printed; raises where it could not do its work."""
    content(path, shown, MAX_BYTES)  # whatever cannot be read is told before another process tries
    try:
        done = subprocess.run(
            [sys.executable, "-P", str(_CHILD), str(path.resolve()), sheet],
            capture_output=True,
            text=True,
            timeout=PATIENCE,
            check=False,
            encoding="utf-8",
        )
    except subprocess.TimeoutExpired:
        raise BriefgenError(_too_large(shown)) from None
    lines = [json.loads(line) for line in done.stdout.splitlines()] if done.returncode == 0 else []
    whole = lines[-1] if lines and "row" not in lines[-1] else None
    if done.returncode != 0 or (whole and whole["fault"] == "size"):
        raise BriefgenError(_too_large(shown))
    if whole:
        raise BriefgenError(_unusable(whole, shown, sheet))
    return lines


def _too_large(shown: str) -> Problem:
    return Problem(
        "xlsx-too-large",
        "the workbook needs more memory or time than a list of recipients can need",
        Place(shown),
        "copy the rows into a new workbook, or save them as CSV UTF-8",
    )


def _unusable(fault: Mapping[str, Any], shown: str, sheet: str) -> Problem:
    if fault["fault"] == "sheet":
        known = fault["known"]
        hint = suggest(sheet, known) or f"its sheets are {', '.join(known)}"
        message = f"there is no sheet {sheet!r}" if sheet else "there is no sheet with cells"
        return Problem("xlsx-sheet", message, Place(shown), hint)
    if fault["fault"] == "kind":
        what = fault.get("kind", "")
        return Problem(
            "xlsx-unreadable",
            f"this is {what}, not an XLSX workbook"
            if what
            else "this is no XLSX workbook, or one with a password",
            Place(shown),
            "open it and save it as an Excel workbook (.xlsx) without a password, or as CSV UTF-8",
        )
    return Problem(
        "xlsx-unreadable",
        f"the workbook is damaged: {fault['why']}",
        Place(shown),
        "open it in a spreadsheet program and save it anew",
    )


def _records(lines: Sequence[Mapping[str, Any]], shown: str, findings: ProblemList) -> Iterator[Record]:
    width = len(lines[0]["cells"])
    for line in lines:
        number = line["row"]
        if "fault" in line:
            findings.add(_refused(line, Place(shown, number)))
        else:
            # A workbook does not hold the empty cells at the end of a row.
            missing = ("",) * (width - len(line["cells"]))
            yield Record(number, number, (*line["cells"], *missing))


def _refused(line: Mapping[str, Any], place: Place) -> Problem:
    where = f"row {line['row']}, cell {line['cell']}"
    if line["fault"] == "formula":
        return Problem(
            "recipient-formula",
            f"{where}: holds a formula",
            place,
            "copy the column and paste it as values",
        )
    if line["fault"] == "error":
        return Problem(
            "recipient-cell", f"{where}: holds an error instead of a value", place, "write the value"
        )
    return Problem(
        "recipient-row", f"{where}: stands far from all columns", place, "empty the cell, or move it"
    )
