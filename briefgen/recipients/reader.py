"""Read a campaign's list of recipients, as CSV or an Excel workbook according to its file extension."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

from briefgen.errors import BriefgenError, Place, Problem, ProblemList
from briefgen.model.recipient import Recipient
from briefgen.recipients.csv_file import read_csv
from briefgen.recipients.table import NO_MAPPING, ColumnMapping
from briefgen.recipients.xlsx import read_xlsx

_WORKBOOK_SUFFIXES = (".xlsx", ".xlsm")
_UNSUPPORTED_FORMATS = {
    ".xls": "an old Excel workbook",
    ".xlsb": "a binary workbook",
    ".ods": "an OpenDocument table",
    ".numbers": "a Numbers table",
    ".docx": "a Word document",
    ".pdf": "a PDF",
}
"""Formats that people may use for a list and that are not supported."""


def read_recipients(
    path: Path,
    display_name: str,
    problems: ProblemList,
    *,
    offices: Collection[str] = (),
    seen: dict[str, Place] | None = None,
    columns: ColumnMapping = NO_MAPPING,
) -> list[Recipient]:
    """Read the recipients of a list, in order; from a workbook, those of its first sheet.

    Arguments and exceptions are those of `read_csv` and `read_xlsx`.
    """
    suffix = path.suffix.lower()
    if suffix in _UNSUPPORTED_FORMATS:
        raise BriefgenError(
            Problem(
                "recipients-format",
                f"is {_UNSUPPORTED_FORMATS[suffix]}, not a list in CSV or XLSX",
                Place(display_name),
                "save it as an Excel workbook (.xlsx) or as CSV UTF-8, and name that file",
            )
        )
    if suffix in _WORKBOOK_SUFFIXES:
        return read_xlsx(path, display_name, problems, offices=offices, seen=seen, columns=columns)
    return read_csv(path, display_name, problems, offices=offices, seen=seen, columns=columns)
