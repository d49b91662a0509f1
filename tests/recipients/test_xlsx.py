"""Workbooks: what people type is read, what is dangerous is contained, and every problem names its cell."""

from __future__ import annotations

import zipfile
from collections.abc import Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook, load_workbook
from openpyxl.styles import Font

from briefgen.errors import BriefgenError, ProblemList, StorageError
from briefgen.model.recipient import Recipient
from briefgen.recipients.number_formats import format_number
from briefgen.recipients.table import ColumnMapping
from briefgen.recipients.xlsx import read_xlsx, read_xlsx_table

HEADER = ["office", "name", "gender", "locality", "postal_code", "country", "term_end", "note"]
ADA = ["uk-mp", "Ada Lee", "f", "London", "SW1A 0AA", "GB", date(2029, 5, 1), "met"]


def book(folder: Path, *rows: Sequence[Any], title: str = "Members") -> Path:
    workbook = Workbook()
    sheet = workbook.active
    assert sheet is not None
    sheet.title = title
    for row in rows:
        sheet.append(list(row))
    path = folder / "people.xlsx"
    workbook.save(path)
    return path


def read(path: Path, **more: Any) -> tuple[list[Recipient], list[tuple[str, int | None, str]]]:
    findings = ProblemList()
    people = read_xlsx(path, "people.xlsx", findings, **more)
    return people, [(one.code, one.place and one.place.line, one.message) for one in findings.problems]


def refused(path: Path, **more: Any) -> tuple[str, str]:
    with pytest.raises(BriefgenError) as caught:
        read_xlsx(path, "people.xlsx", ProblemList(), **more)
    (problem,) = caught.value.problems
    assert problem.hint
    return problem.code, problem.message


def test_a_row_is_read_as_it_was_typed(tmp_path: Path) -> None:
    people, problems = read(book(tmp_path, HEADER, ADA))
    assert problems == []
    (ada,) = people
    assert (ada.id, ada.term_end, ada.extra) == ("ada-lee", date(2029, 5, 1), {"note": "met"})
    assert ada.place and (ada.place.file, ada.place.line) == ("people.xlsx", 2)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (7, "7"),
        (7.0, "7"),
        (7.25, "7.25"),
        (True, "TRUE"),
        (datetime(2027, 1, 3), "2027-01-03"),
        (datetime(2027, 1, 3, 9, 30), "2027-01-03 09:30"),
        ("+41 22 917 90 00", "+41 22 917 90 00"),
        ("two\nlines", "two\nlines"),
        ("김철수", "김철수"),
    ],
)
def test_values_become_the_text_that_people_mean(tmp_path: Path, value: Any, text: str) -> None:
    people, problems = read(book(tmp_path, HEADER, [*ADA[:-1], value]))
    assert (problems, people[0].extra["note"]) == ([], text)


def test_a_workbook_is_read_as_it_is_seen(tmp_path: Path) -> None:
    """Hidden sheets and rows are left out, and said; struck-out rows are said."""
    workbook = Workbook()
    old = workbook.active
    assert old is not None
    old.title, old.sheet_state = "Old", "hidden"
    old.append(["office", "name"])
    old.append(["uk-mp", "Old Lee"])
    sheet = workbook.create_sheet("Members")
    for row in (["office", "name"], ["uk-mp", "Ada Lee"], ["uk-mp", "Ben Moe"], ["uk-mp", "Cy Poe"]):
        sheet.append(row)
    sheet.row_dimensions[3].hidden = True
    for cell in sheet[4]:
        cell.font = Font(strike=True)
    workbook.create_sheet("Notes").append(["more", "text"])
    workbook.save(path := tmp_path / "people.xlsx")
    people, problems = read(path)
    assert [person.name for person in people] == ["Ada Lee", "Cy Poe"]
    assert [code for code, _, _ in problems] == ["xlsx-left-out", "row-struck"]
    assert "the sheet 'Notes', the hidden sheet 'Old', 1 hidden or filtered row (row 3)" in problems[0][2]
    table = read_xlsx_table(path, "people.xlsx", ProblemList(), sheet="Members", include_hidden=True)
    assert ([row.number for row in table.rows], table.hidden) == ([1, 2, 3, 4], 0)


def test_cells_merged_downwards_count_for_each_row(tmp_path: Path) -> None:
    workbook = Workbook()
    sheet = workbook.active
    assert sheet is not None
    for row in (["office", "name"], ["uk-mp", "Ada Lee"], [None, "Ben Moe"], [None, "Cy Poe"]):
        sheet.append(row)
    sheet.merge_cells("A2:A3")
    workbook.save(path := tmp_path / "people.xlsx")
    people, problems = read(path)
    assert ([person.name for person in people], len(problems)) == (["Ada Lee", "Ben Moe"], 1)


@pytest.mark.parametrize(
    ("value", "number_format", "shown"),
    [
        (2134, "00000", "02134"),
        (205100001, "00000-0000", "20510-0001"),
        (0.125, "0%", "13%"),
        (0.125, "0.0%", "12.5%"),
        (1234.5, "$#,##0.00", "$1,234.50"),
        (1234.5, '#,##0.00\\ "€"', "1,234.50 €"),
        (1234.5, "[$€-407] #,##0.00", "€ 1,234.50"),
        (1500000, '0.0,,"M"', "1.5M"),
        (5551234567, "(000) 000-0000", "(555) 123-4567"),
        (-5, "0;[Red](0)", "(5)"),
        (-0.5, "0.0", "-0.5"),
        (0, '0;0;"none"', "none"),
        (10117, '"D-"00000', "D-10117"),
        (7.25, "General", "7.25"),
        (1.5, "# ?/?", "1.5"),
        (1.5, "[>1]0;0.0", "1.5"),
        (1.5, "0.00E+00", "1.5"),
    ],
)
def test_numbers_are_shown_by_their_format(value: float, number_format: str, shown: str) -> None:
    assert format_number(value, number_format) == shown


def test_a_workbook_gives_numbers_as_it_shows_them(tmp_path: Path) -> None:
    path = book(tmp_path, HEADER, [*ADA[:4], 2134, *ADA[5:]])
    workbook = load_workbook(path)
    workbook.active["E2"].number_format = "00000"
    workbook.save(path)
    assert read(path)[0][0].postal_code == "02134"


@given(st.floats(), st.text('0#?.,;%"\\_*[]$-E/ @x', max_size=30))
def test_no_number_format_breaks(value: float, number_format: str) -> None:
    assert isinstance(format_number(value, number_format), str)


def test_a_formula_costs_its_row_and_names_its_cell(tmp_path: Path) -> None:
    people, problems = read(
        book(tmp_path, HEADER, ["uk-mp", '="Ada "&"Lee"'], ADA, ["uk-mp", "=1/0", "f", "London"])
    )
    assert [person.name for person in people] == ["Ada Lee"]
    assert [(code, line) for code, line, _ in problems] == [
        ("recipient-formula", 2),
        ("recipient-formula", 4),
    ]
    assert "cell B2: contains a formula" in problems[0][2]


def test_a_formula_among_the_headers_stops_the_file(tmp_path: Path) -> None:
    assert refused(book(tmp_path, ["office", "=A1"], ADA))[0] == "recipient-formula"


def test_text_that_looks_like_a_formula_is_refused_as_in_a_csv_file(tmp_path: Path) -> None:
    workbook = Workbook()
    sheet = workbook.active
    assert sheet is not None
    sheet.append(HEADER)
    sheet.append(ADA)
    cell = sheet.cell(2, 2, "=HYPERLINK(1)")
    cell.data_type = "s"
    workbook.save(tmp_path / "people.xlsx")
    people, problems = read(tmp_path / "people.xlsx")
    assert people == []
    assert "row 2, column name: '=HYPERLINK(1)' begins like a formula" in problems[0][2]


def test_an_error_value_is_told_with_its_cell(tmp_path: Path) -> None:
    path = book(tmp_path, HEADER, [*ADA[:-1], "#N/A"], ADA)
    people, problems = read(path)
    assert len(people) == 1
    assert problems == [("recipient-cell", 2, "row 2, cell H2: contains an error instead of a value")]


def test_empty_rows_and_empty_cells_at_the_end_are_no_problem(tmp_path: Path) -> None:
    people, problems = read(
        book(tmp_path, HEADER, [], ADA[:6], [None] * 20, ["uk-mp", "Ben Moe", None, "York"])
    )
    assert problems == []
    assert [person.name for person in people] == ["Ada Lee", "Ben Moe"]
    assert [person.place and person.place.line for person in people] == [3, 5]


def test_a_sheet_is_chosen_by_its_name(tmp_path: Path) -> None:
    path = book(tmp_path, HEADER, ADA, title="Lords")
    assert len(read(path, sheet="Lords")[0]) == 1
    code, message = refused(path, sheet="Lord")
    assert (code, message) == ("xlsx-sheet", "there is no sheet 'Lord'")


def test_foreign_headers_are_mapped_and_missing_columns_filled(tmp_path: Path) -> None:
    path = book(tmp_path, ["Surname", "First name", "Town", "Secret"], ["Lee", "Ada", "London", "x"])
    columns = ColumnMapping(
        {"surname": "family", "First name": "given", "Town": "locality", "Secret": "", "Nowhere": "region"},
        {"office": "uk-mp", "country": "GB"},
    )
    people, problems = read(path, columns=columns)
    (ada,) = people
    assert (ada.family, ada.given, ada.locality, ada.office, ada.country) == (
        "Lee",
        "Ada",
        "London",
        "uk-mp",
        "GB",
    )
    assert ada.extra == {}
    assert [code for code, _, _ in problems] == ["map-header"]


def test_what_is_no_workbook_is_said(tmp_path: Path) -> None:
    path = tmp_path / "people.xlsx"
    path.write_bytes(b"office,name\n")
    assert refused(path)[0] == "xlsx-unreadable"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("word/document.xml", "<x/>")
    assert refused(path)[0] == "xlsx-unreadable"
    with pytest.raises(StorageError):
        read_xlsx(tmp_path / "none.xlsx", "none.xlsx", ProblemList())
    assert refused(book(tmp_path))[0] == "recipients-header"


def _changed(path: Path, part: str, change: Any) -> Path:
    """The workbook with one part changed."""
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    parts[part] = change(parts[part])
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in parts.items():
            archive.writestr(name, data)
    return path


SHEET = "xl/worksheets/sheet1.xml"


def test_a_damaged_part_is_said(tmp_path: Path) -> None:
    path = _changed(book(tmp_path, HEADER, ADA), SHEET, lambda xml: xml[: len(xml) // 2])
    assert refused(path)[0] == "xlsx-unreadable"


def test_a_stray_cell_far_away_costs_nothing_but_itself(tmp_path: Path) -> None:
    """The dimensions that the file claims are not believed, and nothing is padded to them."""

    def stray(xml: bytes) -> bytes:
        row = b'<row r="1048576"><c r="XFD1048576" t="inlineStr"><is><t>x</t></is></c></row>'
        return xml.replace(b"</sheetData>", row + b"</sheetData>").replace(
            b'ref="A1:H2"', b'ref="A1:XFD1048576"'
        )

    people, problems = read(_changed(book(tmp_path, HEADER, ADA), SHEET, stray))
    assert len(people) == 1
    assert problems == [
        ("recipient-row", 1048576, "row 1048576, cell XFD1048576: is far to the right of the table")
    ]


def test_a_formatted_but_empty_cell_far_away_is_nothing(tmp_path: Path) -> None:
    def stray(xml: bytes) -> bytes:
        return xml.replace(b"</sheetData>", b'<row r="900000"><c r="ZZ900000" s="0"/></row></sheetData>')

    people, problems = read(_changed(book(tmp_path, HEADER, ADA), SHEET, stray))
    assert (len(people), problems) == (1, [])


@pytest.mark.slow
def test_a_bomb_is_refused_before_it_is_unpacked(tmp_path: Path) -> None:
    path = _changed(
        book(tmp_path, HEADER, ADA), "xl/theme/theme1.xml", lambda _: b"<a>" + b" " * 250_000_000 + b"</a>"
    )
    assert path.stat().st_size < 1_000_000
    assert refused(path)[0] == "xlsx-too-large"


@pytest.mark.slow
def test_a_bomb_of_entities_is_contained(tmp_path: Path) -> None:
    def entities(xml: bytes) -> bytes:
        grow = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, 12))
        head = f'<!DOCTYPE worksheet [<!ENTITY e0 "x">{grow}]>'.encode()
        start = xml.index(b"<worksheet")
        return xml[:start] + head + xml[start:].replace(b"Ada Lee", b"&e11;")

    path = _changed(book(tmp_path, HEADER, ADA), SHEET, entities)
    assert refused(path)[0] in ("xlsx-unreadable", "xlsx-too-large")


@pytest.mark.kills
def test_what_the_reading_process_needs_too_much_of_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A process that is killed, or that takes too long, is a problem of the file and none of briefgen."""
    path = book(tmp_path, HEADER, ADA)
    killed = tmp_path / "killed.py"
    killed.write_text("import os, signal; os.kill(os.getpid(), signal.SIGKILL)")
    monkeypatch.setattr("briefgen.recipients.xlsx._WORKER", killed)
    assert refused(path)[0] == "xlsx-too-large"
    killed.write_text("import time; time.sleep(30)")
    monkeypatch.setattr("briefgen.recipients.xlsx.WORKER_TIMEOUT_S", 0.2)
    assert refused(path)[0] == "xlsx-too-large"


def test_rows_of_several_files_meet_by_their_ids(tmp_path: Path) -> None:
    path = book(tmp_path, HEADER, ADA)
    seen: dict[str, Any] = {}
    assert len(read(path, seen=seen)[0]) == 1
    people, problems = read(path, seen=seen)
    assert people == []
    assert problems[0][0] == "recipient-repeated"


@pytest.mark.parametrize(
    ("content", "what", "command"),
    [
        (b"office,name\nuk-mp,Ada\n", "a text file", "import csv"),
        (b"<?xml version='1.0'?><a/>", "XML", "import data"),
        (b"BEGIN:VCARD\n", "a file of address-book cards (vCard)", "import vcard"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1", "an old Excel workbook, or one with a password", ".xlsx"),
    ],
)
def test_a_file_of_another_kind_is_named_with_its_command(
    tmp_path: Path, content: bytes, what: str, command: str
) -> None:
    path = tmp_path / "people.xlsx"
    path.write_bytes(content)
    with pytest.raises(BriefgenError) as caught:
        read_xlsx(path, "people.xlsx", ProblemList())
    (problem,) = caught.value.problems
    assert problem.message == f"this is {what}, not an XLSX workbook"
    assert command in (problem.hint or "")
