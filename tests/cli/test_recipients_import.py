"""`briefgen recipients import`: what is written, what is said, and what is never written over."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook

from briefgen.errors import ProblemList
from briefgen.recipients.csv_file import read_csv

Call = Callable[..., Any]
FOREIGN = "Nachname;Vorname;Ort;PLZ;Geheim\nMuster;Franka;Berlin;10117;x\nBeispiel;=1+1;Berlin;10117;x\n"
HOW = (
    "--map", "Nachname=family", "--map", "Vorname=given", "--map", "Ort=locality", "--map", "PLZ=postal_code",
    "--map", "Geheim=", "--set", "office=eu-mep", "--set", "country=DE",
)  # fmt: skip


@pytest.fixture
def foreign(tmp_path: Path) -> Path:
    path = tmp_path / "abgeordnete.csv"
    path.write_text(FOREIGN, encoding="cp1252")
    return path


def test_a_foreign_table_becomes_a_list_and_a_bad_row_is_told(
    briefgen: Call, foreign: Path, tmp_path: Path
) -> None:
    out = tmp_path / "recipients.csv"
    said = briefgen("recipients", "import", "csv", foreign, *HOW, "--encoding", "cp1252", "-o", out)
    assert said.code == 1
    assert "recipient-formula" in said.err
    assert f"{out}: 1 recipient" in said.out
    (franka,) = read_csv(out, "recipients.csv", ProblemList())
    assert (franka.name, franka.family, franka.office, franka.extra) == ("", "Muster", "eu-mep", {})


def test_a_list_that_is_there_is_not_written_over(briefgen: Call, foreign: Path, tmp_path: Path) -> None:
    out = tmp_path / "recipients.csv"
    out.write_text("mine")
    said = briefgen("recipients", "import", "csv", foreign, *HOW, "-o", out)
    assert said.code == 1
    assert "file-exists" in said.err
    assert out.read_text() == "mine"


def test_nothing_is_written_where_nobody_is_left(briefgen: Call, foreign: Path, tmp_path: Path) -> None:
    out = tmp_path / "recipients.csv"
    told = briefgen(
        "recipients", "import", "csv", foreign, *HOW, "--where", "locality=Bonn", "-o", out, "--json"
    )
    assert told.code == 1
    assert (told.json["ok"], told.json["file"], told.json["recipients"]) == (False, None, 0)
    assert not out.exists()


def test_a_workbook_is_read_by_its_sheet(briefgen: Call, tmp_path: Path) -> None:
    book = Workbook()
    sheet = book.create_sheet("Members")
    sheet.append(["office", "name", "locality", "country", "term_end"])
    sheet.append(["uk-mp", "Ada Lee", "London", "GB", "2020-01-01"])
    book.save(tmp_path / "people.xlsx")
    out = tmp_path / "recipients.csv"
    told = briefgen(
        "recipients", "import", "xlsx", tmp_path / "people.xlsx", "--sheet", "Members", "-o", out, "--json"
    ).json
    assert told == {
        "ok": True,
        "file": str(out),
        "recipients": 1,
        "merged": 0,
        "filtered": 0,
        "ended": ["ada-lee"],
        "unaddressed": ["ada-lee"],
        "data_of": None,
        "problems": [],
    }
    said = briefgen("recipients", "import", "csv", out, "-o", tmp_path / "again.csv")
    assert "Term ended, kept, but they get no letter: ada-lee" in said.out
    assert (tmp_path / "again.csv").read_bytes() == out.read_bytes()


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("popolo", '{"persons": [{"id": "1", "name": "Ada Lee"}]}'),
        (
            "openstates",
            "id: ocd-person/1\nname: Ada Lee\nroles:\n- {type: upper, "
            "jurisdiction: ocd-jurisdiction/country:us/state:oh/government}\n",
        ),
    ],
)
def test_published_data_is_imported(briefgen: Call, tmp_path: Path, kind: str, text: str) -> None:
    path, out = tmp_path / "data.yml", tmp_path / "recipients.csv"
    path.write_text(text, encoding="utf-8")
    said = briefgen("recipients", "import", kind, path, "--set", "office=uk-mp", "-o", out)
    assert (said.code, f"{out}: 1 recipient" in said.out) == (0, True)
    assert read_csv(out, "recipients.csv", ProblemList())[0].name == "Ada Lee"


@pytest.mark.slow
def test_members_of_congress_are_filtered_by_chamber_and_committee(
    briefgen: Call, congress: Path, tmp_path: Path
) -> None:
    out = tmp_path / "recipients.csv"
    where = ("--where", "chamber=senate", "--where", "committee=SSFR")
    said = briefgen("recipients", "import", "congress", congress, *where, "-o", out)
    assert said.code == 0
    members = read_csv(out, "recipients.csv", ProblemList())
    assert 15 <= len(members) <= 30
    assert all("SSFR" in {one.id for one in member.committees} for member in members)
    assert "The newest entry in the data is from 2026-" in said.out
