"""Nobody on the do-not-write list gets a letter, however the list and the recipients are written."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import openpyxl
import pytest

from briefgen.errors import Place, ProblemList
from briefgen.model.recipient import Recipient
from briefgen.recipients.do_not_write import (
    DoNotWriteList,
    describe_withheld,
    find_list_files,
    read_do_not_write_lists,
)
from briefgen.recipients.table import Table, TableRow, build_recipients

ADA = Recipient(
    id="ada-sample",
    office="person",
    country="GB",
    name="Ada Sample",
    given="Ada",
    family="Sample",
    organisation="Harbour Works Ltd",
    locality="London",
    postal_code="SW1A 0AA",
    email="ada@harbour.example",
    other_emails=("a.sample@home.example",),
    place=Place("people.csv", 2),
)
BEN = replace(
    ADA, id="ben", name="Ben Muster", given="Ben", family="Muster", email="", other_emails=(), organisation=""
)


def _read(folder: Path, text: str, name: str = "do-not-write.csv") -> tuple[DoNotWriteList, ProblemList]:
    (folder / name).write_text(text, encoding="utf-8")
    problems = ProblemList()
    return read_do_not_write_lists([(folder / name, name)], problems), problems


@pytest.mark.parametrize(
    "text",
    [
        "id\nada-sample\n",
        "id,reason\nADA-SAMPLE,asked us\n",
        "email\nADA@Harbour.example\n",
        "E-mail\nmailto:a.sample@home.example\n",
        "name,locality\nAda Sample,London\n",
        'Name,Town\n"SAMPLE, Ada",LONDON\n',
        "name,postal_code\nDr Ada Sample KC,sw1a0aa\n",
        "First Name,Last Name,City,Zip\nAda,Sample,Elsewhere,SW1A 0AA\n",
        "organisation,locality\nHarbour Works Ltd,London\n",
        "Asked not to be written to\nname,locality\nAda Sample,London\n",
    ],
)
def test_a_row_of_the_list_is_obeyed(tmp_path: Path, text: str) -> None:
    unwanted, problems = _read(tmp_path, text)
    assert [problem for problem in problems.problems if problem.severity == "error"] == []
    kept, (withheld,) = unwanted.split([ADA, BEN])
    assert kept == [BEN]
    assert (withheld.code, withheld.about, withheld.place) == ("do-not-write", "ada-sample", ADA.place)
    assert "do-not-write.csv:" in withheld.message


@pytest.mark.parametrize(
    "text",
    [
        "name,locality\nAda Sample,Leeds\n",
        "name,locality\nAda Samples,London\n",
        "id\nada\n",
        "email\nada@other.example\n",
        # With a name, the row means this person, and not all of the organisation.
        "name,organisation,locality\nCleo Sample,Harbour Works Ltd,London\n",
    ],
)
def test_others_are_written_to(tmp_path: Path, text: str) -> None:
    assert _read(tmp_path, text)[0].split([ADA, BEN]) == ([ADA, BEN], [])


@pytest.mark.parametrize(
    ("text", "cells"),
    [
        ("name,postal_code\nAda Sample,2108\n", {}),
        ("name,postal_code\nAda Sample,2108.0\n", {}),
        ("name,postal_code\nAda Sample,02108-1234\n", {}),
        ("name,postal_code\nAda Sample,02108\n", {"postal_code": "02108-1234"}),
        ('name,locality\nAda Sample,"Boston, MA"\n', {}),
        ("name,locality\nAda Sample,St. Louis\n", {"locality": "Saint Louis"}),
        ("name,locality\nAda Sam\u00adple,Boston\n", {}),
        ("name,locality\nAda B. Sample,Boston\n", {}),
        ("name,locality\nAda Mueller,Boston\n", {"name": "Ada Müller"}),
        ("name,locality\nBen Muster,Boston\n", {"name": "Ada and Ben Muster"}),
        ("name,locality\nBen Muster,Boston\n", {"name": "Ada Sample & Ben Muster"}),
        ('name,locality\n"Ben Muster\nAda Sample",Boston\n', {}),
        ("name,name_2,locality\nBen Muster,Ada Sample,Boston\n", {}),
        ("name,locality\nHarbour Works Ltd.,Boston\n", {"name": "", "organisation": "Harbour Works Ltd"}),
        ("organisation,locality\nHarbour Works Ltd,Boston\n", {"name": "Harbour Works Ltd"}),
        ("name,locality\nАda Sаmple,Boston\n", {}),  # Cyrillic А and а
        ("name,locality\nAda Sample,Boston\n", {"name": "Ada Sαmρle"}),  # Greek
        ("name,locality\nAda Sample,Воston\n", {}),
        ("organisation,locality\nHarbour Works Ltd,Boston\n", {"organisation": "Нarbour Wоrks Ltd"}),
        ("email\nada\u200b@x.example\n", {}),
        ("email\nａｄａ＠x.example\n", {}),
        ("email\nada+news@x.example\n", {}),
        ("email\nada@x.example\n", {"email": "ada+2027@x.example"}),
        ("email\nada.b@gmail.com\n", {"email": "adab@googlemail.com"}),
        ("email\nada@xn--mller-kva.example\n", {"email": "ada@müller.example"}),
        ("email\nben@x.example/ada@x.example\n", {}),
        ("email\nben@x.example|Ada (ada@x.example)\n", {}),
        ("email\n[mailto:ada@x.example?subject=No]\n", {}),
        ("email,E-mail 2\nben@x.example,ada@x.example\n", {}),
    ],
)
def test_other_spellings_are_obeyed(tmp_path: Path, text: str, cells: dict[str, str]) -> None:
    boston = {"id": "a", "office": "person", "country": "US", "locality": "Boston", "postal_code": "02108"}
    person = Recipient(**{**boston, "name": "Ada Sample", "email": "ada@x.example", **cells})  # type: ignore[arg-type]
    others = [
        replace(person, id="b", name="Adam Sample", organisation="", email="adam@x.example"),
        replace(person, id="c", locality="Boise", postal_code="83702", email=""),
    ]
    unwanted, problems = _read(tmp_path, text)
    assert problems.errors == []
    assert unwanted.split([person, *others])[0] == others


@pytest.mark.parametrize(
    ("listed", "written_to", "warned"),
    [
        ("Ada Sample", "Ada Sample Jr.", True),
        ("Ada Sample, Jr.", "Ada Sample", True),
        ("Ada Sample III", "Ada Sample", True),
        ("Ada Sample Sr.", "Ada Sample Jr.", False),
        ("Ada Sample", "Ben Sample Jr.", False),
    ],
)
def test_who_differs_in_a_suffix_alone_is_named(
    tmp_path: Path, listed: str, written_to: str, warned: bool
) -> None:
    """They may be father and son, or the person who asked not to be written to."""
    unwanted, _ = _read(tmp_path, f'name,locality\n"{listed}",London\n')
    person = replace(ADA, name=written_to, given="", family="")
    elsewhere = replace(person, id="b", locality="Leeds", postal_code="LS1 1AA")
    assert unwanted.split([person, elsewhere])[0] == [person, elsewhere]
    warnings = list(unwanted.warn_about_similar([person, elsewhere]))
    assert [(one.code, one.about) for one in warnings] == [("do-not-write-similar", ADA.id)] * warned
    assert all("do-not-write.csv:2" in one.message for one in warnings)


def test_rows_that_share_an_id_are_counted_once(tmp_path: Path) -> None:
    rows = [ADA, replace(ADA, place=Place("people.csv", 3))]
    _, withheld = _read(tmp_path, "id\nada-sample\n")[0].split(rows)
    assert describe_withheld(withheld) == (
        "1 recipient is on the do-not-write list and gets no letter: ada-sample."
    )


def test_all_rows_of_a_person_are_left_out(tmp_path: Path) -> None:
    twice = replace(ADA, id="ada-2", name="ADA SAMPLE", email="", organisation="")
    kept, withheld = _read(tmp_path, "email\nada@harbour.example\n")[0].split([twice, BEN, ADA])
    assert kept == [BEN]
    assert [problem.about for problem in withheld] == ["ada-2", "ada-sample"]
    assert describe_withheld(withheld) == (
        "2 recipients are on the do-not-write list and get no letter: ada-2, ada-sample."
    )


@pytest.mark.parametrize(
    ("text", "code", "line"),
    [
        ("name,locality\nAda Sample,\nBen Muster,Leeds\nCleo,\n", "do-not-write-row", 2),
        ("name,locality\n,London\n", "do-not-write-row", 2),
        ("Remarks,Date\nAda,2026\n", "do-not-write-file", None),
        ("", "recipients-header", None),
    ],
)
def test_a_list_that_cannot_be_obeyed_is_an_error(
    tmp_path: Path, text: str, code: str, line: int | None
) -> None:
    (problem,) = _read(tmp_path, text)[1].errors
    assert (problem.code, problem.place and problem.place.line, bool(problem.hint)) == (code, line, True)


def test_a_list_in_another_format_is_an_error(tmp_path: Path) -> None:
    (problem,) = _read(tmp_path, "Ada Sample", "do-not-write.ods")[1].errors
    assert problem.code == "do-not-write-file"


def test_hidden_rows_of_a_workbook_are_obeyed(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    for row in (["email"], ["ada@harbour.example"]):
        book.worksheets[0].append(row)
    book.worksheets[0].row_dimensions[2].hidden = True
    book.save(tmp_path / "Do not write.xlsx")
    assert find_list_files(tmp_path) == ["Do not write.xlsx"]
    problems = ProblemList()
    unwanted = read_do_not_write_lists([(tmp_path / "Do not write.xlsx", "list")], problems)
    assert unwanted.split([ADA, BEN])[0] == [BEN]


def test_a_second_sheet_that_is_not_read_is_an_error(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.worksheets[0].append(["email"])
    book.worksheets[0].append(["ada@harbour.example"])
    for row in (["id"], ["ben"]):
        (book["More"] if "More" in book.sheetnames else book.create_sheet("More")).append(row)
    book.save(tmp_path / "do-not-write.xlsx")
    problems = ProblemList()
    read_do_not_write_lists([(tmp_path / "do-not-write.xlsx", "list")], problems)
    assert [one.code for one in problems.errors] == ["do-not-write-file"]
    assert "'More'" in problems.errors[0].message


def test_copies_of_the_list_are_read_too(tmp_path: Path) -> None:
    copies = ["Do not write (1).csv", "do-not-write-2026.xlsx", "do-not-write.csv.csv", "donotwrite.CSV"]
    for name in (*copies, "do-not-writers.csv", "~$do-not-write.xlsx", ".do-not-write.csv.swp"):
        (tmp_path / name).touch()
    assert find_list_files(tmp_path) == copies


def test_only_files_of_that_name_are_the_list(tmp_path: Path) -> None:
    for name in (
        "do_not_write.csv",
        "DO-NOT-WRITE.CSV",
        "do-not-write.csv.bak",
        "do-not-write",
        "people.csv",
    ):
        (tmp_path / name).touch()
    assert find_list_files(tmp_path) == ["DO-NOT-WRITE.CSV", "do_not_write.csv"]
    assert find_list_files(tmp_path / "nowhere") == []


def test_each_address_of_a_cell_counts(tmp_path: Path) -> None:
    cells = (
        ("office", "name", "email"),
        ("person", "Ada Sample", "ada@harbour.example; a.sample@home.example"),
    )
    rows = [TableRow(line, line, row) for line, row in enumerate(cells, 1)]
    recipients = build_recipients(Table("people.csv", rows), ProblemList())
    assert [one.email for one in recipients] == ["ada@harbour.example"]
    assert _read(tmp_path, "email\na.sample@home.example\n")[0].split(recipients)[0] == []
