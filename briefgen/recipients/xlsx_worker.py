"""Script that reads a workbook in a child process, which may fail, and prints its rows as lines of JSON.

briefgen.recipients.xlsx runs it and interprets the rows. It imports nothing from briefgen, so that it starts
quickly. Each line is one of

    {"row": 7, "cells": ["Ada", [2134, "00000"]]}   a row that is not empty; "struck" if it is struck out
    {"row": 7, "fault": "formula", "cell": "C7"}    a row with an unusable cell
    {"fault": "sheet", "known": ["Members", …]}     an unusable workbook: `sheet`, `kind`, `broken` or `size`
    {"sheet": "Members", "hidden": [4], …}          last: the sheet that was read, and what was left out
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
MAX_ROWS = 250_000
MAX_COLUMNS = 500
MAX_MERGED = 20_000


def print_rows(file: str, sheet: str, include_hidden: bool) -> None:
    """Print the rows of a sheet; an empty name means the first one that is not hidden."""
    _limit_resources()
    # Makes openpyxl use the standard library's XML parser, which fetches nothing and expands no bombs.
    os.environ["OPENPYXL_LXML"] = "False"
    # openpyxl loads numpy if it is installed, and each of its threads would take a share of the memory.
    os.environ["OPENBLAS_NUM_THREADS"] = "1"
    warnings.simplefilter("ignore")
    try:
        for line in _read_sheet(file, sheet, include_hidden):
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


def _read_sheet(file: str, sheet: str, include_hidden: bool) -> Iterator[dict[str, Any]]:
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

    book: Any = load_workbook(file, read_only=True, data_only=False, keep_links=False)
    names = [worksheet.title for worksheet in book.worksheets]
    shown = [worksheet.title for worksheet in book.worksheets if worksheet.sheet_state == "visible"]
    if not names or (sheet and sheet not in names):
        yield {"fault": "sheet", "known": names}
        return
    chosen = sheet or (names if include_hidden else shown or names)[0]
    others = [
        worksheet.title
        for worksheet in book.worksheets
        if worksheet.title != chosen and (worksheet.max_row or 1, worksheet.max_column or 1) != (1, 1)
    ]
    hidden: list[int] = []
    row_count = 0
    sheet_parser = _start_sheet_parser(book, book[chosen])
    styles = _Styles(book)
    for number, cells in sheet_parser.parse():
        line = _read_sheet_row(number, cells, styles)
        if line is None:
            continue
        attributes = sheet_parser.row_dimensions.get(str(number), {})
        if not include_hidden and _is_hidden(attributes):
            hidden.append(number)
            continue
        row_count += 1
        if row_count > MAX_ROWS:
            yield {"fault": "size"}
            return
        yield line
    merged = sheet_parser.merged_cells
    yield {
        "sheet": chosen,
        "others": [name for name in others if name in shown],
        "hidden_sheets": [name for name in others if name not in shown],
        "hidden": hidden,
        "merged": [list(cells.bounds) for cells in merged.mergeCell[:MAX_MERGED]] if merged else [],
    }


def _start_sheet_parser(book: Any, worksheet: Any) -> Any:
    """Return openpyxl's parser of a sheet, which also knows what rows are hidden and which cells merged.

    Read-only worksheets, which are what fits into memory, keep neither.
    """
    from openpyxl.worksheet._reader import WorkSheetParser

    return WorkSheetParser(
        worksheet._get_source(),
        worksheet._shared_strings,
        data_only=False,
        epoch=book.epoch,
        date_formats=book._date_formats,
        timedelta_formats=book._timedelta_formats,
    )


class _Styles:
    """The number format of a cell, and whether it is struck out, by the number of its style."""

    def __init__(self, book: Any) -> None:
        from openpyxl.styles.numbers import BUILTIN_FORMATS

        self._styles = book._cell_styles
        self._fonts = book._fonts
        custom = book._number_formats
        self._formats = {
            **BUILTIN_FORMATS,
            **{164 + index: text for index, text in enumerate(custom)},
        }

    def number_format(self, style: int) -> str:
        return str(self._formats.get(self._styles[style].numFmtId, "General"))

    def is_struck(self, style: int) -> bool:
        return bool(self._fonts[self._styles[style].fontId].strike)


def _is_hidden(attributes: dict[str, str]) -> bool:
    """Return whether a row is hidden: by hand, by a filter, or because its height is nothing."""
    return attributes.get("hidden") in ("1", "true") or attributes.get("ht") in ("0", "0.0")


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


def _read_sheet_row(number: int, cells: list[dict[str, Any]], styles: _Styles) -> dict[str, Any] | None:
    """Return a row, its numbers with their formats; None if it is empty."""
    texts: list[Any] = []
    struck = []
    for cell in cells:
        value, column = cell["value"], cell["column"]
        if value is None or (isinstance(value, str) and not value.strip()):
            continue
        place = f"{_column_letters(column)}{number}"
        if cell["data_type"] in ("f", "e"):
            return {"row": number, "fault": "formula" if cell["data_type"] == "f" else "error", "cell": place}
        if column > MAX_COLUMNS:
            return {"row": number, "fault": "column", "cell": place}
        texts += [""] * (column - len(texts))
        texts[column - 1] = _format_cell_value(value, styles.number_format(cell["style_id"]))
        struck.append(styles.is_struck(cell["style_id"]))
    if not texts:
        return None
    return {"row": number, "cells": texts, **({"struck": True} if all(struck) else {})}


def _column_letters(column: int) -> str:
    letters = ""
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def _format_cell_value(value: Any, number_format: str) -> str | list[Any]:
    """Return a value as people type it, dates as 2027-01-03; a number with the format that shows it."""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, int | float):
        return [value, number_format]
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time() else value.isoformat(" ", "minutes")
    if isinstance(value, date):
        return value.isoformat()
    return str(value)


if __name__ == "__main__":
    print_rows(sys.argv[1], sys.argv[2], sys.argv[3] == "hidden")
