"""The list that a campaign names: CSV and workbooks alike, and other files by what they are."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest
from openpyxl import Workbook

from briefgen.errors import BriefgenError, ProblemList
from briefgen.recipients.reader import read_recipients
from briefgen.recipients.table import ColumnMapping

HEADER = ["office", "name", "gender", "locality", "postal_code", "country"]
ADA = ["uk-mp", "Ada Lee", "f", "London", "SW1A 0AA", "GB"]
BAD = ["uk-mpp", "Ben Lee", "qq", "London", "SW1A 0AA", "GB"]
LANGUAGE = ColumnMapping(defaults={"language": "en-GB"})


def _csv(folder: Path, *rows: list[str]) -> Path:
    path = folder / "people.csv"
    path.write_text("\n".join(",".join(row) for row in rows), encoding="utf-8")
    return path


def _xlsx(folder: Path, *rows: list[str]) -> Path:
    workbook = Workbook()
    sheet = workbook.active
    assert sheet is not None
    for row in rows:
        sheet.append(row)
    path = folder / "people.xlsx"
    workbook.save(path)
    return path


def test_a_workbook_gives_the_recipients_and_problems_of_the_same_csv(tmp_path: Path) -> None:
    results = []
    for path in (_csv(tmp_path, HEADER, ADA, BAD), _xlsx(tmp_path, HEADER, ADA, BAD)):
        findings = ProblemList()
        (ada,) = read_recipients(path, "people", findings, offices=["uk-mp"], columns=LANGUAGE)
        assert ada.language == "en-GB"
        results.append((ada, findings.problems))
    assert results[0] == results[1]
    assert [(one.code, one.place and one.place.line) for one in results[0][1]] == [
        ("recipient-cell", 3),
        ("office-unknown", 3),
    ]


def test_a_list_without_a_row_is_a_warning(tmp_path: Path) -> None:
    for path in (_csv(tmp_path, HEADER), _xlsx(tmp_path, HEADER)):
        findings = ProblemList()
        assert read_recipients(path, "people", findings) == []
        assert [(one.code, one.severity) for one in findings.problems] == [("recipients-empty", "warning")]


def _refused(path: Path) -> tuple[str, str]:
    with pytest.raises(BriefgenError) as caught:
        read_recipients(path, path.name, ProblemList())
    (problem,) = caught.value.problems
    assert problem.hint
    return problem.code, problem.message


def test_other_files_are_called_what_they_are(tmp_path: Path) -> None:
    for name, what in (("a.ods", "an OpenDocument table"), ("a.XLS", "an old Excel workbook")):
        (tmp_path / name).write_bytes(b"x")
        assert _refused(tmp_path / name) == ("recipients-format", f"is {what}, not a list in CSV or XLSX")
    workbook = _xlsx(tmp_path, HEADER, ADA)
    workbook.rename(tmp_path / "people.csv")
    assert _refused(tmp_path / "people.csv")[0] == "recipients-format"
    with zipfile.ZipFile(tmp_path / "letter.xlsx", "w") as archive:
        archive.writestr("word/document.xml", "<x/>")
    assert _refused(tmp_path / "letter.xlsx") == (
        "xlsx-unreadable",
        "this is a Word document, not an XLSX workbook",
    )
