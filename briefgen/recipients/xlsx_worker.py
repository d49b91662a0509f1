"""Script that reads a workbook in a child process, which may fail, and prints its rows as lines of JSON.

briefgen.recipients.xlsx runs it and interprets the rows. It imports nothing from briefgen, so that it starts
quickly. Each line is one of

    {"row": 7, "cells": ["Ada", …]}                 a row that is not empty
    {"row": 7, "fault": "formula", "cell": "C7"}    a row with an unusable cell
    {"fault": "sheet", "known": ["Members", …]}     an unusable workbook: `sheet`, `kind`, `broken` or `size`
"""

from __future__ import annotations

import json
import os
import sys
import warnings
import zipfile
from collections.abc import Iterator
from datetime import date, datetime, time
from typing import Any

MAX_UNPACKED = 200_000_000
"""Bytes of all parts together; a list of a million addresses needs fewer."""
MAX_MEMORY = 1_000_000_000
MAX_SECONDS = 30
MAX_ROWS = 100_000
MAX_COLUMNS = 500


def print_rows(file: str, sheet: str) -> None:
    """Print the rows of a sheet; an empty name means the first one."""
    _limit_resources()
    # Makes openpyxl use the standard library's XML parser, which fetches nothing and expands no bombs.
    os.environ["OPENPYXL_LXML"] = "False"
    # openpyxl loads numpy if it is installed, and each of its threads would take a share of the memory.
    os.environ["OPENBLAS_NUM_THREADS"] = "1"
    warnings.simplefilter("ignore")
    try:
        for line in _read_sheet(file, sheet):
            print(json.dumps(line))
    except MemoryError:
        print(json.dumps({"fault": "size"}))
    except Exception as error:  # a broken workbook can make the library raise anything
        print(json.dumps({"fault": "broken", "why": f"{type(error).__name__}: {error}"[:200]}))


def _limit_resources() -> None:
    try:
        import resource
    except ImportError:  # Windows; the parent's timeout must suffice there
        return
    resource.setrlimit(resource.RLIMIT_AS, (MAX_MEMORY, MAX_MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (MAX_SECONDS, MAX_SECONDS))


def _read_sheet(file: str, sheet: str) -> Iterator[dict[str, Any]]:
    if not zipfile.is_zipfile(file):
        yield {"fault": "kind"}
        return
    with zipfile.ZipFile(file) as archive:
        if sum(part.file_size for part in archive.infolist()) > MAX_UNPACKED:
            yield {"fault": "size"}
            return
        kind = _identify_other_format(set(archive.namelist()))
        if kind:
            yield {"fault": "kind", "kind": kind}
            return
    from openpyxl import load_workbook

    book = load_workbook(file, read_only=True, data_only=False, keep_links=False)
    names = [worksheet.title for worksheet in book.worksheets]
    if not names or (sheet and sheet not in names):
        yield {"fault": "sheet", "known": names}
        return
    worksheet: Any = book[sheet or names[0]]
    # The dimensions that the file declares can be wrong.
    worksheet.reset_dimensions()
    row_count = 0
    for number, cells in enumerate(worksheet.iter_rows(), start=1):
        line = _read_sheet_row(number, cells)
        if line is None:
            continue
        row_count += 1
        if row_count > MAX_ROWS:
            yield {"fault": "size"}
            return
        yield line


def _identify_other_format(parts: set[str]) -> str:
    """Name the format of a zip archive that is not a workbook; empty if it may be one."""
    if "word/document.xml" in parts:
        return "a Word document"
    if "ppt/presentation.xml" in parts:
        return "a presentation"
    if "xl/workbook.bin" in parts:
        return "a binary workbook (.xlsb)"
    if "content.xml" in parts and "mimetype" in parts:
        return "an OpenDocument file (.ods, .odt)"
    return "" if any(part.startswith("xl/") for part in parts) else "a packed file"


def _read_sheet_row(number: int, cells: tuple[Any, ...]) -> dict[str, Any] | None:
    """Return a row as text; None if it is empty."""
    texts: list[str] = []
    last = 0
    for column, cell in enumerate(cells, start=1):
        if cell.value is None:
            texts.append("")
            continue
        if cell.data_type in ("f", "e"):
            fault = "formula" if cell.data_type == "f" else "error"
            return {"row": number, "fault": fault, "cell": cell.coordinate}
        if column > MAX_COLUMNS:
            return {"row": number, "fault": "column", "cell": cell.coordinate}
        texts.append(_format_cell_value(cell.value))
        last = column if texts[-1].strip() else last
    return {"row": number, "cells": texts[:last]} if last else None


def _format_cell_value(value: Any) -> str:
    """Return a value as people type it: whole numbers without a decimal point, dates as 2027-01-03."""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time() else value.isoformat(" ", "minutes")
    if isinstance(value, date):
        return value.isoformat()
    return str(value)


if __name__ == "__main__":
    print_rows(sys.argv[1], sys.argv[2] if len(sys.argv) > 2 else "")
