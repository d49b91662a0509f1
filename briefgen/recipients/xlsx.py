"""Read recipients from an Excel workbook (XLSX), in a child process with limited time and memory.

A workbook of a few kilobytes can be a zip bomb, or have one cell a million rows down: only the child process
suffers, and the workbook is reported. Formulas are refused, with their cell: the value that a program last
computed is not what a person wrote.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from briefgen.errors import (
    BriefgenError,
    Place,
    Problem,
    ProblemList,
    abbreviate_names,
    quantity,
    suggest_similar,
)
from briefgen.model.recipient import Recipient
from briefgen.recipients.csv_file import list_cells
from briefgen.recipients.file_kinds import identify_file
from briefgen.recipients.mappings import complete_mapping
from briefgen.recipients.number_formats import format_number
from briefgen.recipients.table import NO_MAPPING, ColumnMapping, Table, TableRow, build_recipients
from briefgen.system.files import read_limited_bytes

MAX_BYTES = 50_000_000
WORKER_TIMEOUT_S = 90
"""Generous, for a busy machine; the worker also limits its own CPU time."""
_SHOWN_ROWS = 10
_LOOKED_AT = 2_000
"""Bytes."""
_WIDEST_COLUMN = 40
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
    """Read the recipients of a workbook's sheet (by default the first that is not hidden), in order.

    `offices`, `seen` and `columns` are as for `read_csv`; exceptions are those of `read_xlsx_table`.
    """
    table = read_xlsx_table(path, display_name, problems, sheet=sheet)
    columns = complete_mapping(table, columns) if columns.recognise else columns
    return build_recipients(table, problems, offices=offices, seen=seen, columns=columns)


def read_xlsx_table(
    path: Path, display_name: str, problems: ProblemList, *, sheet: str = "", include_hidden: bool = False
) -> Table:
    """Read the rows of a workbook's sheet (by default the first that is not hidden) as the sheet shows them.

    A problem's place has the row as its line. Raise StorageError if the file cannot be read, BriefgenError if
    it is not a workbook, is too large, or lacks the sheet.
    """
    *lines, about = _run_xlsx_worker(path, display_name, sheet, include_hidden)
    if not lines and not about["hidden"]:
        hint = "its first row names the columns"
        raise BriefgenError(Problem("recipients-header", "the sheet is empty", Place(display_name), hint))
    if lines and "fault" in lines[0]:
        raise BriefgenError(_cell_problem(lines[0], Place(display_name, lines[0]["row"])))
    _warn_about_rest(about, display_name, problems)
    if struck := [str(line["row"]) for line in lines if line.get("struck")]:
        problems.add(
            Problem(
                "row-struck",
                f"struck out, and read all the same: {_list_rows(struck)}",
                Place(display_name, int(struck[0])),
                "delete or hide the rows of people who are not to be written to",
                severity="warning",
            )
        )
    rows = list(_parse_xlsx_rows(lines, display_name, problems))
    faulty = sum("fault" in line for line in lines)
    return Table(display_name, _fill_merged_cells(rows, about["merged"]), faulty, len(about["hidden"]))


def format_xlsx(recipients: Iterable[Recipient]) -> bytes:
    """Return a workbook with the columns of `format_csv`; all cells are text, so no code loses a zero."""
    from openpyxl import Workbook
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.styles import Alignment, Font
    from openpyxl.utils import get_column_letter

    headers, rows = list_cells(recipients)
    book = Workbook(write_only=True)
    sheet = book.create_sheet("Recipients")
    sheet.freeze_panes = "A2"
    for number, header in enumerate(headers, start=1):
        longest = max([len(header), *(len(row.get(header, "")) for row in rows)])
        letter = get_column_letter(number)
        sheet.column_dimensions[letter].width = min(longest, _WIDEST_COLUMN) + 2
        sheet.column_dimensions[letter].number_format = "@"  # for rows that are added by hand
    top = Alignment(vertical="top")

    def build_cell(text: str, *, bold: bool = False) -> WriteOnlyCell | None:
        if not text:
            return None
        cell = WriteOnlyCell(sheet, text)
        cell.data_type, cell.number_format, cell.alignment = "s", "@", top
        if bold:
            cell.font = Font(bold=True)
        return cell

    sheet.append([build_cell(header, bold=True) for header in headers])
    for row in rows:
        sheet.append([build_cell(row.get(header, "")) for header in headers])
    out = BytesIO()
    book.save(out)
    return _fix_times(out.getvalue())


def _fix_times(workbook: bytes) -> bytes:
    """Return a workbook without the hour at which it was written: the same list gives the same bytes."""
    out = BytesIO()
    with ZipFile(BytesIO(workbook)) as archive, ZipFile(out, "w", ZIP_DEFLATED) as fixed:
        for name in archive.namelist():
            data = archive.read(name)
            if name == "docProps/core.xml":
                data = re.sub(rb"(<dcterms:\w+[^>]*>)[^<]*", rb"\g<1>2000-01-01T00:00:00Z", data)
            fixed.writestr(ZipInfo(name), data, ZIP_DEFLATED)
    return out.getvalue()


def _warn_about_rest(about: Mapping[str, Any], display_name: str, problems: ProblemList) -> None:
    """Say which sheets and rows of the workbook were not read."""
    left_out = [f"the sheet {name!r}" for name in about["others"]]
    left_out += [f"the hidden sheet {name!r}" for name in about["hidden_sheets"]]
    if hidden := [str(number) for number in about["hidden"]]:
        left_out.append(f"{quantity(len(hidden), 'hidden or filtered row')} ({_list_rows(hidden)})")
    if left_out:
        problems.add(
            Problem(
                "xlsx-left-out",
                f"only what the sheet {about['sheet']!r} shows was read; left out: {', '.join(left_out)}",
                Place(display_name),
                "import the workbook with --sheet or --include-hidden if you need them",
                severity="warning",
            )
        )


def _list_rows(numbers: Sequence[str]) -> str:
    return f"{'row' if len(numbers) == 1 else 'rows'} {abbreviate_names(numbers, _SHOWN_ROWS)}"


def _fill_merged_cells(rows: list[TableRow], merged: Sequence[Sequence[int]]) -> list[TableRow]:
    """Return the rows with the text of cells that are merged downwards in each of their rows.

    `merged` has the first and last column and row of each range. Of cells merged sideways, the text stays in
    the first alone.
    """
    by_number = {row.number: index for index, row in enumerate(rows)}
    for column, top, _, bottom in merged:
        first = by_number.get(top)
        if first is None or column > len(rows[first].cells):
            continue
        for index in range(first + 1, min(len(rows), first + 1 + bottom - top)):
            row = rows[index]
            if row.number > bottom:
                break
            cells = [*row.cells]
            cells[column - 1] = cells[column - 1] or rows[first].cells[column - 1]
            rows[index] = replace(row, cells=tuple(cells))
    return rows


def _run_xlsx_worker(
    path: Path, display_name: str, sheet: str, include_hidden: bool
) -> Sequence[Mapping[str, Any]]:
    """Run the worker and return the lines that it printed; raise BriefgenError if it failed."""
    raw = read_limited_bytes(path, display_name, MAX_BYTES)
    _refuse_other_kind(raw, Place(display_name))
    try:
        done = subprocess.run(
            [
                sys.executable,
                "-P",
                str(_WORKER),
                str(path.resolve()),
                sheet,
                "hidden" if include_hidden else "",
            ],
            capture_output=True,
            text=True,
            timeout=WORKER_TIMEOUT_S,
            check=False,
            encoding="utf-8",
        )
    except subprocess.TimeoutExpired:
        raise BriefgenError(_workbook_too_large(display_name)) from None
    lines = [json.loads(line) for line in done.stdout.splitlines()] if done.returncode == 0 else []
    # The last line is about the workbook as a whole.
    fault = lines[-1] if lines and "fault" in lines[-1] and "row" not in lines[-1] else None
    if done.returncode != 0 or (fault and fault["fault"] == "size"):
        raise BriefgenError(_workbook_too_large(display_name))
    if fault:
        raise BriefgenError(_workbook_problem(fault, display_name, sheet))
    return lines


def _refuse_other_kind(raw: bytes, place: Place) -> None:
    """Raise BriefgenError if a file is no workbook, and say what it is."""
    if raw.startswith(b"PK"):
        return
    name, hint = "", "import a table in a text file with briefgen recipients import csv"
    if kind := identify_file(raw):
        name, hint = kind.name, kind.hint
    elif b"\0" not in raw[:_LOOKED_AT] and raw.strip():
        name = "a text file"
    if name:
        raise BriefgenError(Problem("xlsx-unreadable", f"this is {name}, not an XLSX workbook", place, hint))


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
    # A workbook does not store the empty cells at the end of a row.
    width = max((len(line.get("cells", ())) for line in lines), default=0)
    for line in lines:
        number = line["row"]
        if "fault" in line:
            problems.add(_cell_problem(line, Place(display_name, number)))
        else:
            cells = [cell if isinstance(cell, str) else format_number(*cell) for cell in line["cells"]]
            yield TableRow(number, number, (*cells, *[""] * (width - len(cells))))


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
