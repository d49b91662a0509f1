"""Reads a workbook in a process of its own, which may fail; prints its rows as lines of JSON.

Run by briefgen.recipients.xlsx, which decides what the rows mean; it imports nothing of briefgen.
Each line is one of

    {"row": 7, "cells": ["Ada", …]}                 a row that is not empty
    {"row": 7, "fault": "formula", "cell": "C7"}    a row with a cell that cannot be read
    {"fault": "sheet", "known": ["Members", …]}     no row can be read: `sheet`, `kind`, `broken` or `size`
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
"""Bytes of all parts together; a list of a million addresses has fewer."""
MAX_MEMORY = 1_000_000_000
MAX_SECONDS = 30
MAX_ROWS = 100_000
MAX_COLUMNS = 500


def main(file: str, sheet: str) -> None:
    """Print the rows of a sheet (empty: the first one)."""
    _limit()
    # It reads with the standard library's parser then, which fetches nothing and expands no bombs.
    os.environ["OPENPYXL_LXML"] = "False"
    # Where numpy is installed, openpyxl loads it, and each of its threads would take its share of the memory.
    os.environ["OPENBLAS_NUM_THREADS"] = "1"
    warnings.simplefilter("ignore")
    try:
        for line in _lines(file, sheet):
            print(json.dumps(line))
    except MemoryError:
        print(json.dumps({"fault": "size"}))
    except Exception as error:  # whatever a broken workbook makes the library raise
        print(json.dumps({"fault": "broken", "why": f"{type(error).__name__}: {error}"[:200]}))


def _limit() -> None:
    try:
        import resource
    except ImportError:  # not on Windows; there the time limit of the parent must do
        return
    resource.setrlimit(resource.RLIMIT_AS, (MAX_MEMORY, MAX_MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (MAX_SECONDS, MAX_SECONDS))


def _lines(file: str, sheet: str) -> Iterator[dict[str, Any]]:
    if not zipfile.is_zipfile(file):
        yield {"fault": "kind"}
        return
    with zipfile.ZipFile(file) as archive:
        if sum(part.file_size for part in archive.infolist()) > MAX_UNPACKED:
            yield {"fault": "size"}
            return
        kind = _other_kind(set(archive.namelist()))
        if kind:
            yield {"fault": "kind", "kind": kind}
            return
    from openpyxl import load_workbook

    book = load_workbook(file, read_only=True, data_only=False, keep_links=False)
    names = [one.title for one in book.worksheets]
    if not names or (sheet and sheet not in names):
        yield {"fault": "sheet", "known": names}
        return
    page: Any = book[sheet or names[0]]
    # What the file says about its size can be wrong.
    page.reset_dimensions()
    written = 0
    for number, cells in enumerate(page.iter_rows(), start=1):
        line = _row(number, cells)
        if line is None:
            continue
        written += 1
        if written > MAX_ROWS:
            yield {"fault": "size"}
            return
        yield line


def _other_kind(parts: set[str]) -> str:
    """What a packed file is that is no workbook, for people; empty where it may be one."""
    if "word/document.xml" in parts:
        return "a Word document"
    if "ppt/presentation.xml" in parts:
        return "a presentation"
    if "xl/workbook.bin" in parts:
        return "a binary workbook (.xlsb)"
    if "content.xml" in parts and "mimetype" in parts:
        return "an OpenDocument file (.ods, .odt)"
    return "" if any(part.startswith("xl/") for part in parts) else "a packed file"


def _row(number: int, cells: tuple[Any, ...]) -> dict[str, Any] | None:
    """A row as text; None where nothing stands in it."""
    texts: list[str] = []
    last = 0
    for at, cell in enumerate(cells, start=1):
        if cell.value is None:
            texts.append("")
            continue
        if cell.data_type in ("f", "e"):
            fault = "formula" if cell.data_type == "f" else "error"
            return {"row": number, "fault": fault, "cell": cell.coordinate}
        if at > MAX_COLUMNS:
            return {"row": number, "fault": "column", "cell": cell.coordinate}
        texts.append(_text(cell.value))
        last = at if texts[-1].strip() else last
    return {"row": number, "cells": texts[:last]} if last else None


def _text(value: Any) -> str:
    """A value as people type it: whole numbers without a point, dates as 2027-01-03."""
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
    main(sys.argv[1], sys.argv[2] if len(sys.argv) > 2 else "")
