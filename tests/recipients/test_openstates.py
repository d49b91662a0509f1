"""People files of Open States: made-up legislators in today's form and in that of 2019."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml

from briefgen.address.address import address_recipient
from briefgen.address.forms_of_address import FormsOfAddress
from briefgen.errors import ProblemList, StorageError
from briefgen.model.recipient import Committee
from briefgen.recipients.importers.openstates import read_openstates
from briefgen.recipients.importers.registry import ImportResult
from briefgen.recipients.table import ColumnMapping

OHIO = "ocd-jurisdiction/country:us/state:oh/government"
ADA: dict[str, Any] = {
    "id": "ocd-person/5d0057a2-0000-4000-8000-000000000001",
    "name": "Ada Sample",
    "given_name": "Ada",
    "family_name": "Sample",
    "gender": "Female",
    "email": "ada@example.org",
    "party": [{"name": "Old", "end_date": "2019-01-01"}, {"name": "New"}],
    "roles": [
        {"type": "lower", "jurisdiction": OHIO, "district": "9", "end_date": "2020-12-31"},
        {
            "type": "upper",
            "jurisdiction": OHIO,
            "district": "21",
            "start_date": "2021-01-04",
            "end_date": "2028-12",
        },
    ],
    "offices": [
        {"classification": "district", "address": "5 Elm Street, Toledo, OH 43604"},
        {"classification": "capitol", "address": "1 Example Square;Room 7;Columbus, OH 43215-4000"},
    ],
    "links": [
        {"url": "https://example.org/ada"},
        {"url": "https://example.org/write", "note": "Contact Form"},
    ],
}
OLD_FORM: dict[str, Any] = {
    "id": "ocd-person/434bcfb4-0000-4000-8000-000000000002",
    "name": "Ben Placeholder",
    "family_name": "Placeholder",
    "roles": [
        {
            "chamber": "lower",
            "district": "4",
            "jurisdiction": "ocd-jurisdiction/country:us/state:ca/government",
        }
    ],
    "contact_details": [{"note": "Capitol Office", "address": "P.O. Box 1;Sacramento, CA 94249-0004"}],
}
COMMITTEE: dict[str, Any] = {
    "id": "ocd-organization/1",
    "name": "Agriculture",
    "chamber": "upper",
    "classification": "committee",
    "members": [{"name": "Ada Sample", "role": "senior chair", "person_id": ADA["id"]}],
}


def read(
    folder: Path, columns: ColumnMapping | None = None, **files: Any
) -> tuple[ImportResult, list[tuple[str, str]]]:
    for name, data in files.items():
        path = folder / "data" / f"{name.replace('__', '/')}.yml"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(data if isinstance(data, str) else yaml.safe_dump(data), encoding="utf-8")
    findings = ProblemList()
    brought = read_openstates([(folder / "data", "data")], findings, columns=columns or ColumnMapping())
    return brought, [(one.code, str(one.place)) for one in findings.problems]


def test_the_role_held_now_gives_the_office_and_the_capitol_the_address(tmp_path: Path) -> None:
    brought, problems = read(tmp_path, legislature__ada=ADA, committees__agriculture=COMMITTEE)
    assert problems == []
    (ada,) = brought.recipients
    assert (ada.id, ada.office, ada.organisation) == ("sample-5d0057a2", "us-state-senator", "Ohio Senate")
    assert (ada.address, ada.locality, ada.region, ada.postal_code) == (
        ("1 Example Square", "Room 7"),
        "Columbus",
        "OH",
        "43215-4000",
    )
    assert (ada.state, ada.district, ada.constituency) == ("OH", "21", "the 21st District of Ohio")
    assert (ada.party, ada.gender, ada.term_end) == ("New", "f", date(2028, 12, 31))
    assert ada.committees == (Committee("senate-agriculture", "Committee on Agriculture", "chair"),)
    assert ada.contact_form == "https://example.org/write"
    assert brought.newest == date(2021, 1, 4)
    to = address_recipient(
        replace(ada, language="en"), FormsOfAddress.load(ProblemList()), sender_country="US"
    )
    assert to.lines[:2] == ("The Honorable Ada Sample", "Ohio Senate")


def test_the_form_of_2019_and_an_assembly_are_read(tmp_path: Path) -> None:
    (ben,) = read(tmp_path, legislature__ben=OLD_FORM)[0].recipients
    assert (ben.organisation, ben.role, ben.locality) == (
        "California State Assembly",
        "Assembly Member",
        "Sacramento",
    )
    to = address_recipient(
        replace(ben, language="en"), FormsOfAddress.load(ProblemList()), sender_country="US"
    )
    assert to.salutation == "Dear Assembly Member Placeholder:"


@pytest.mark.parametrize(
    ("kind", "state", "office", "role", "organisation"),
    [
        ("governor", "oh", "us-governor", "Governor of Ohio", ""),
        ("lt_governor", "oh", "us-lieutenant-governor", "Lieutenant Governor of Ohio", ""),
        ("legislature", "ne", "us-state-senator", "", "Nebraska Legislature"),
        ("lower", "va", "us-state-representative", "Delegate", "Virginia House of Delegates"),
        ("upper", "", "us-senator", "", ""),
        ("lower", "", "us-representative", "", ""),
    ],
)
def test_roles_become_offices(
    tmp_path: Path, kind: str, state: str, office: str, role: str, organisation: str
) -> None:
    where = f"/state:{state}" if state else ""
    roles = [{"type": kind, "jurisdiction": f"ocd-jurisdiction/country:us{where}/government"}]
    (found,) = read(tmp_path, ada={**ADA, "roles": roles})[0].recipients
    assert (found.office, found.role, found.organisation) == (office, role, organisation)


def test_a_role_without_a_form_is_said_unless_the_office_is_given(tmp_path: Path) -> None:
    mayor = {**ADA, "roles": [{"type": "mayor", "jurisdiction": OHIO}]}
    brought, problems = read(tmp_path, ada=mayor)
    assert (brought.recipients, problems) == ([], [("openstates-role", "data/ada.yml")])
    given = ColumnMapping(defaults={"office": "city-mayor"})
    assert read(tmp_path, given)[0].recipients[0].office == "city-mayor"


def test_retired_and_deceased_people_are_left_out(tmp_path: Path) -> None:
    brought, problems = read(
        tmp_path, retired__ben=OLD_FORM, legislature__ada={**ADA, "death_date": "2024-05-01"}
    )
    assert (brought.recipients, [code for code, _ in problems]) == ([], ["recipient-deceased"])


def test_an_address_that_is_not_understood_is_said_and_the_person_stands(tmp_path: Path) -> None:
    brought, problems = read(
        tmp_path, ada={**ADA, "offices": [{"classification": "capitol", "address": "Room 7"}]}
    )
    assert len(brought.recipients) == 1
    assert problems == [("openstates-address", "data/ada.yml")]


def test_a_broken_file_costs_one_person(tmp_path: Path) -> None:
    brought, problems = read(
        tmp_path, a="{", b="- 1", c="x: &a 1\ny: *a", d=ADA, e={**ADA, "roles": "none"}, f=ADA
    )
    assert [one.name for one in brought.recipients] == ["Ada Sample"]
    assert sorted(problems) == [
        ("openstates-file", "data/a.yml:2:1"),
        ("openstates-file", "data/b.yml"),
        ("openstates-file", "data/c.yml"),
        ("openstates-role", "data/e.yml"),
        ("recipient-repeated", "data/f.yml"),
    ]


def test_a_folder_without_files_is_said(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    with pytest.raises(StorageError) as caught:
        read(tmp_path)
    assert caught.value.problems[0].code == "openstates-file"
