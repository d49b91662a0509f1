"""`briefgen recipients import`: what is written, what is said, and what is never written over."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest
from openpyxl import Workbook, load_workbook

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
        "rows": 1,
        "refused": 0,
        "hidden": 0,
        "extra_columns": [],
        "unused_columns": [],
        "parted_names": ["Ada / Lee"],
        "mapping": {},
        "mapping_file": None,
        "merged": 0,
        "filtered": 0,
        "do_not_write": [],
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


OWN_LIST = (
    "id,office,name,family,locality,postal_code,country,paragraph\n"
    "mayor,city-mayor,Justin Sample,Sample,Lakeview,44114,US,Thank you for the night of buses.\n"
    "clerk,city-clerk,Dana Muster,Muster,Lakeview,44114,US,Thank you for the minutes.\n"
    "ada,us-senator,Ada Sample,Sample,Washington,20510,US,\n"
)


@pytest.mark.parametrize("where", ["current folder", "folder of the list"])
def test_a_merger_knows_the_campaigns_offices_and_keeps_the_rows_of_others(
    briefgen: Call, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, where: str
) -> None:
    campaign, elsewhere = tmp_path / "campaign", tmp_path / "elsewhere"
    campaign.mkdir()
    elsewhere.mkdir()
    form = "offices:\n  city-mayor: {title: Mayor, like: person}\n"
    (campaign / "forms-of-address.yaml").write_text(form, encoding="utf-8")
    (campaign / "recipients.csv").write_text(OWN_LIST, encoding="utf-8")
    (campaign / "new.csv").write_text("id,office,region\nada,us-senator,DC\n", encoding="utf-8")
    monkeypatch.chdir(campaign if where == "current folder" else elsewhere)
    out = (elsewhere if where == "current folder" else campaign) / "merged.csv"
    lists = [campaign / "recipients.csv", campaign / "new.csv"]
    said = briefgen("recipients", "import", "csv", *lists, "-o", out)
    assert said.code == 0, said.err
    assert said.err.count("office-unknown") == 1 and "'city-clerk'; kept: 1 recipient" in said.err
    people = {one.id: one for one in read_csv(out, "merged.csv", ProblemList())}
    assert (list(people), people["ada"].region) == (["mayor", "clerk", "ada"], "DC")
    assert people["mayor"].office == "city-mayor"
    assert people["mayor"].extra["paragraph"] == "Thank you for the night of buses."


def test_an_unknown_office_for_all_rows_is_refused(briefgen: Call, foreign: Path, tmp_path: Path) -> None:
    how = ("--map", "Nachname=family", "--set", "office=eu-mepp", "--encoding", "cp1252")
    said = briefgen("recipients", "import", "csv", foreign, *how, "-o", tmp_path / "list.csv")
    assert said.code == 2
    assert said.err.count("office-unknown") == 1 and "did you mean eu-mep?" in said.err


GOOGLE = (
    "First Name,Middle Name,Last Name,Name Prefix,Organization Name,E-mail 1 - Value,Phone 1 - Value,"
    "Address 1 - Street,Address 1 - City,Address 1 - Region,Address 1 - Postal Code,Address 1 - Country\n"
    "Ada,Q.,Sample,Dr.,Harbour Works,ada@x.example,123,1 Main St,Boston,MA,02108,US\n"
)


def test_a_mapping_that_is_accepted_is_kept_and_used_again(briefgen: Call, tmp_path: Path) -> None:
    table = tmp_path / "contacts.csv"
    table.write_text(GOOGLE, encoding="utf-8")
    first = ("recipients", "import", "csv", table, "--set", "office=person", "-o", tmp_path / "a.csv")
    said = briefgen(*first, "--yes")
    assert said.code == 0
    assert "as in exports of Google Contacts: First Name is given" in said.err
    assert "Dr. Ada Q. Sample / Harbour Works / 1 Main St / Boston, MA 02108" in said.err
    kept = tmp_path / "recipients.mapping.yaml"
    assert f"{kept}: how the columns were read" in said.out
    assert "set:\n  office: person\n" in kept.read_text("utf-8")
    kept.write_text(kept.read_text("utf-8") + "Phone 1 - Value:\n", encoding="utf-8")
    again = briefgen("recipients", "import", "csv", table, "-o", tmp_path / "b.csv")
    assert (again.code, again.err) == (0, "")
    assert f"Columns were read as {kept} says; where nothing else is said, office 'person'." in again.out
    assert "Left out: 'Phone 1 - Value'" in again.out
    merged = briefgen(
        "recipients", "import", "csv", tmp_path / "a.csv", tmp_path / "b.csv", "-o", tmp_path / "c.csv"
    )
    assert (merged.code, merged.err) == (0, "")


@pytest.mark.parametrize("right", [True, False])
def test_somebody_at_a_terminal_is_asked_before_anything_is_written(
    briefgen: Call, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, right: bool
) -> None:
    monkeypatch.setattr("briefgen.cli.console.Console.can_ask", property(lambda _: True))
    monkeypatch.setattr("typer.confirm", lambda *_, **__: right)
    table, out = tmp_path / "contacts.csv", tmp_path / "list.csv"
    table.write_text(GOOGLE, encoding="utf-8")
    said = briefgen("recipients", "import", "csv", table, "--set", "office=person", "-o", out)
    assert (said.code == 0, out.exists(), (tmp_path / "recipients.mapping.yaml").exists()) == (
        right,
        right,
        right,
    )
    if not right:
        assert "headers-recognised: nothing was written" in said.err


def test_a_workbook_is_written_with_codes_as_text_and_read_back(briefgen: Call, tmp_path: Path) -> None:
    table, out = tmp_path / "list.csv", tmp_path / "list.xlsx"
    table.write_text(
        "office,name,address,locality,postal_code,country,note\n"
        "us-senator,Ada Sample,1 Main St | Suite 2,Boston,02108,US,'=SUM(A1)\n",
        encoding="utf-8",
    )
    assert briefgen("recipients", "import", "csv", table, "-o", out).code == 0
    sheet = load_workbook(out).active
    assert sheet is not None
    header = [cell.value for cell in sheet[1]]
    code = sheet.cell(2, header.index("postal_code") + 1)
    assert (code.value, code.data_type, code.number_format, sheet.freeze_panes) == ("02108", "s", "@", "A2")
    # No hour is in the file: the same list gives the same bytes.
    assert b"2000-01-01T00:00:00Z" in ZipFile(out).read("docProps/core.xml")
    assert {part.date_time for part in ZipFile(out).infolist()} == {(1980, 1, 1, 0, 0, 0)}
    briefgen("recipients", "import", "csv", table, "-o", tmp_path / "a.csv")
    assert briefgen("recipients", "import", "xlsx", out, "-o", tmp_path / "b.csv").code == 0
    assert (tmp_path / "a.csv").read_bytes() == (tmp_path / "b.csv").read_bytes()


def test_names_are_parted_where_that_is_wanted_and_shown_otherwise(briefgen: Call, tmp_path: Path) -> None:
    table = tmp_path / "list.csv"
    table.write_text("office,name\nuk-mp,Ada van Lee\n", encoding="utf-8")
    said = briefgen("recipients", "import", "csv", table, "-o", tmp_path / "a.csv")
    assert (
        "Salutations use 1 name in one piece as a whole; --part-names would part: Ada / van Lee" in said.out
    )
    said = briefgen("recipients", "import", "csv", table, "-o", tmp_path / "b.csv", "--part-names")
    assert "Parted 1 name in one piece: Ada / van Lee" in said.out
    (ada,) = read_csv(tmp_path / "b.csv", "b.csv", ProblemList())
    assert (ada.given, ada.family) == ("Ada", "van Lee")


@pytest.mark.parametrize("kind", ["popolo", "data", "vcard"])
def test_every_importer_knows_the_campaigns_own_offices(
    briefgen: Call, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    monkeypatch.chdir(tmp_path)
    form = "offices:\n  city-mayor: {title: Mayor, like: person}\n"
    Path("forms-of-address.yaml").write_text(form, encoding="utf-8")
    content = {
        "popolo": '{"persons": [{"id": "1", "name": "Ada Lee"}]}',
        "data": "id,name,sort_name,group_id,area_id,chamber\n1,Ada Lee,Ada Lee,g,a,c\n",
        "vcard": "BEGIN:VCARD\nFN:Ada Lee\nEND:VCARD\n",
    }
    Path("people").write_text(content[kind], encoding="utf-8")
    said = briefgen("recipients", "import", kind, "people", "--set", "office=city-mayor")
    assert (said.code, "1 row: 1 imported, 0 refused" in said.out) == (0, True), said.err
    assert read_csv(Path("recipients.csv"), "recipients.csv", ProblemList())[0].office == "city-mayor"
    unknown = briefgen("recipients", "import", kind, "people", "--set", "office=city-clerk", "-o", "b.csv")
    assert (unknown.code, "office-unknown" in unknown.err) == (2, True)
