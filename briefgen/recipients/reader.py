"""The list of recipients that a campaign names: CSV or an Excel workbook, told apart by the name's ending."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

from briefgen.errors import BriefgenError, Place, Problem, ProblemList
from briefgen.model.recipient import Recipient
from briefgen.recipients.csv_file import read_recipients
from briefgen.recipients.table import AS_THEY_ARE, Columns
from briefgen.recipients.xlsx import read_workbook

_WORKBOOKS = (".xlsx", ".xlsm")
_OTHERS = {
    ".xls": "an old Excel workbook",
    ".xlsb": "a binary workbook",
    ".ods": "an OpenDocument table",
    ".numbers": "a Numbers table",
    ".docx": "a Word document",
    ".pdf": "a PDF",
}
"""Kinds of file that people may take for a list, and that are not read."""


def read_list(
    path: Path,
    shown: str,
    findings: ProblemList,
    *,
    offices: Collection[str] = (),
    seen: dict[str, Place] | None = None,
    columns: Columns = AS_THEY_ARE,
) -> list[Recipient]:
    """The recipients of a list, in its order; of a workbook, those of its first sheet.

    Arguments, and what is raised, as for read_recipients and read_workbook.
    """
    ending = path.suffix.lower()
    if ending in _OTHERS:
        raise BriefgenError(
            Problem(
                "recipients-format",
                f"is {_OTHERS[ending]}, not a list in CSV or XLSX",
                Place(shown),
                "save it as an Excel workbook (.xlsx) or as CSV UTF-8, and name that file",
            )
        )
    if ending in _WORKBOOKS:
        return read_workbook(path, shown, findings, offices=offices, seen=seen, columns=columns)
    return read_recipients(path, shown, findings, offices=offices, seen=seen, columns=columns)
