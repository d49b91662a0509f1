"""A spreadsheet becomes addresses: each column is matched, nobody is lost, and it is undone as one."""

from __future__ import annotations

from collections.abc import Iterator
from html import unescape
from io import BytesIO
from pathlib import Path
from urllib.parse import quote

import openpyxl
import pytest
from material import tiny_campaign
from studio_client import ORIGIN, Opened, open_studio

SHEET = """\
Salutation,First Name,Last Name,Address 1,Address 2,City,ST,Zip,e-mail,Notes
Dr.,Dana,Muster,1200 Example Ave NW,Room 2,Washington,DC,20460,d@b.example,met in March
Ms.,Marcy,Beispiel,4 Example Street,,Columbus,OH,43004,,
"""


@pytest.fixture
def own(tmp_path: Path) -> Iterator[Opened]:
    folder = tmp_path / "spring"
    folder.mkdir()
    yield from open_studio(tiny_campaign(folder))


def drop(opened: Opened, name: str, data: bytes) -> dict[str, str]:
    headers = {"origin": ORIGIN, "x-file-name": quote(name)}
    path = f"/c/{opened.workspace.key}/recipients/file"
    found: dict[str, str] = opened.client.post(path, content=data, headers=headers).json()
    return found


def post(opened: Opened, path: str, **fields: str) -> str:
    answer = opened.client.post(path, data=fields, headers={"origin": ORIGIN})
    assert answer.status_code == 200, answer.text
    return unescape(answer.text)


def ids(opened: Opened) -> list[str]:
    campaign = opened.workspace.refresh().campaign
    assert campaign is not None
    return [one.id for one in campaign.recipients]


def test_everybody_is_shown_as_addressed(own: Opened) -> None:
    html = own.get("recipients")
    assert "3 recipients" in html
    assert "The Honorable Ada Sample<br>United States Senate<br>" in html
    assert "recipients.csv, row 2" in html


def test_columns_are_matched_by_their_names_and_a_row_is_shown_on_paper(own: Opened) -> None:
    page = drop(own, "members of 2027.csv", SHEET.encode())["to"]
    html = unescape(own.client.get(page).text)
    assert "Do these columns mean what we think?" in html
    assert '<option value="honorific" selected>' in html  # “Salutation” with titles in it
    assert '<option value="postal_code" selected>' in html
    post(own, f"{page}/choose", default="country", column="US")
    html = unescape(own.client.get(page).text)
    assert "Dr. Dana Muster<br>1200 Example Ave NW<br>Room 2<br>Washington, DC 20460<br>" in html
    assert "Dear Dr. Muster:" in html or "Dear Dr Muster" in html
    assert "Ms. Marcy Beispiel" in unescape(own.client.get(f"{page}?row=1").text)


def test_a_wrong_match_is_changed_and_what_is_not_printed_is_kept(own: Opened) -> None:
    page = drop(own, "list.csv", SHEET.encode())["to"]
    post(own, f"{page}/choose", header="Address 2", column="organisation")
    post(own, f"{page}/choose", default="country", column="US")
    assert "Room 2<br>1200 Example Ave NW" in own.client.get(page).text
    post(own, f"{page}/choose", header="Address 2", column="")
    html = own.client.get(page).text
    assert "Room 2<br>" not in html
    answer = own.client.post(
        f"{page}/choose", data={"header": "x", "column": "rm -rf"}, headers={"origin": ORIGIN}
    )
    assert answer.status_code == 422


def test_good_rows_go_in_beside_the_others_and_all_of_it_is_undone_at_once(own: Opened) -> None:
    before = {path.name: path.read_bytes() for path in own.workspace.path.iterdir() if path.is_file()}
    page = drop(own, "members.csv", SHEET.encode())["to"]
    post(own, f"{page}/choose", default="country", column="US")
    html = post(own, f"{page}/add")
    assert "5 recipients" in html
    assert ids(own) == ["ada-sample", "ben-placeholder", "clara-example", "dana-muster", "marcy-beispiel"]
    assert "met in March" in (own.workspace.path / "members-imported.csv").read_text(encoding="utf-8")
    newer = SHEET.replace("Marcy,Beispiel", "Nora,Beispiel")
    again = drop(own, "members.csv", newer.encode())["to"]
    post(own, f"{again}/add")
    assert ids(own)[3:] == ["dana-muster", "nora-beispiel"]
    own.post("undo")
    own.post("undo")
    assert {path.name: path.read_bytes() for path in own.workspace.path.iterdir() if path.is_file()} == before


def test_who_is_in_another_list_already_stays_as_there(own: Opened) -> None:
    sheet = "office,name,address,locality,country\nperson,Ada Sample,9 Other Road,Leith,GB\n"
    page = drop(own, "others.csv", sheet.encode())["to"]
    assert "1 of them is in another list already" in own.client.get(page).text
    assert "disabled" in own.client.get(page).text


def test_a_workbook_is_read_as_it_is_seen(own: Opened) -> None:
    book, target = openpyxl.Workbook(), BytesIO()
    for line in SHEET.splitlines():
        book.active.append(line.split(","))
    book.active.row_dimensions[3].hidden = True
    book.save(target)
    page = drop(own, "members.xlsx", target.getvalue())["to"]
    html = unescape(own.client.get(page).text)
    assert "1 of 1" in html
    assert "hidden" in html


@pytest.mark.parametrize(
    ("name", "data", "words"),
    [
        ("a.ods", b"PK", "Save it as an Excel workbook"),
        ("a.xlsx", b"no workbook", "."),
        ("a.csv", b"", "."),
    ],
)
def test_a_file_that_cannot_be_read_says_why(own: Opened, name: str, data: bytes, words: str) -> None:
    assert words in drop(own, name, data)["error"]


def test_names_from_a_spreadsheet_are_never_markup(own: Opened) -> None:
    sheet = "name,address,locality,country\n<script>alert(1)</script>,1 Road,Leith,GB\n"
    answer = drop(own, "a.csv", sheet.encode())
    html = own.client.get(answer["to"]).text if "to" in answer else answer["error"]
    assert "<script>alert" not in html


MESSY = """Name,Office,Street,City,State,Zip,Country
Dr. Ada Sample,,12 Elm Ave,Newark,NJ,7102,USA
Mr & Mrs Walker,,7 Lake Dr,Madison,WI,53703,
Karin Muster,City Councillor,1 Lake Dr,Madison,WI,53703,
"""


def test_a_state_beside_a_town_is_part_of_the_address(own: Opened) -> None:
    page = drop(own, "list.csv", MESSY.encode())["to"]
    html = unescape(own.client.get(page).text)
    assert "Newark NJ 07102" in html or "Newark, NJ 07102" in html
    assert "choose “Job title” for that column" in html.replace("Choose", "choose")
    html = post(own, f"{page}/choose", header="Office", column="role")
    assert "No form of address is known" not in html
