"""Mappings of headers: those of other programs, and the one that an import keeps."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from briefgen.errors import BriefgenError, ProblemList
from briefgen.recipients.mappings import (
    HeaderMapping,
    find_ready_mapping,
    format_mapping,
    read_kept_mapping,
    read_mapping,
    ready_mappings,
)
from briefgen.recipients.reader import read_recipients
from briefgen.recipients.schema import COLUMNS_BY_NAME
from briefgen.recipients.table import ColumnMapping

EXPORTS = {
    "google": (
        "First Name,Last Name,Name Prefix,Organization Name,E-mail 1 - Value,Address 1 - Street,Address 1 - City,"
        "Address 1 - Region,Address 1 - Postal Code,Address 1 - Country",
        "Ada,Sample,Dr.,Works,a@x.example,1 Main St,Boston,MA,02108,US",
    ),
    "outlook": (
        "Title,First Name,Last Name,Company,Job Title,Business Street,Business Street 2,Business City,Business State,"
        "Business Postal Code,Business Country/Region,Home City,E-mail Address",
        "Dr.,Ada,Sample,Works,Clerk,1 Main St,,Boston,MA,02108,US,Salem,a@x.example",
    ),
    "salesforce": (
        "Salutation,First Name,Last Name,Title,Account Name,Mailing Street,Mailing City,Mailing State/Province,"
        "Mailing Zip/Postal Code,Mailing Country,Email",
        "Dr.,Ada,Sample,Clerk,Works,1 Main St,Boston,MA,02108,United States,a@x.example",
    ),
    "civicrm": (
        "Contact ID,First Name,Last Name,Individual Prefix,Current Employer,Street Address,Supplemental Address 1,City,"
        "State,Postal Code,Country,Email",
        "7,Ada,Sample,Dr.,Works,1 Main St,,Boston,MA,02108,United States,a@x.example",
    ),
    "nationbuilder": (
        "nationbuilder_id,prefix,first_name,last_name,email,employer,primary_address1,primary_address2,primary_city,"
        "primary_state,primary_zip,primary_country_code",
        "7,Dr.,Ada,Sample,a@x.example,Works,1 Main St,,Boston,MA,02108,US",
    ),
    "actionnetwork": (
        "first_name,last_name,email,can2_phone,can2_user_address,can2_user_city,can2_state_abbreviated,zip_code,country",
        "Ada,Sample,a@x.example,123,1 Main St,Boston,MA,02108,US",
    ),
}


@pytest.mark.parametrize("program", EXPORTS)
def test_the_export_of_a_program_is_read_without_a_word_of_the_user(tmp_path: Path, program: str) -> None:
    header, row = EXPORTS[program]
    assert find_ready_mapping(header.split(",")) == program
    path, problems = tmp_path / "export.csv", ProblemList()
    path.write_text(f"{header}\n{row}\n", encoding="utf-8")
    columns = ColumnMapping(defaults={"office": "person"}, recognise=True)
    (ada,) = read_recipients(path, "export.csv", problems, columns=columns)
    assert (ada.given, ada.family, ada.address, ada.locality, ada.region) == (
        "Ada", "Sample", ("1 Main St",), "Boston", "MA",
    )  # fmt: skip
    assert (ada.postal_code, ada.country, ada.email, ada.salutation) == ("02108", "US", "a@x.example", "")
    if program != "actionnetwork":
        assert (ada.honorific, ada.organisation) == ("Dr.", "Works")
    assert [problem.code for problem in problems.problems] == ["headers-recognised"]


def test_ready_mappings_lead_to_our_columns_and_have_an_export_here() -> None:
    assert list(ready_mappings()) == sorted(EXPORTS)
    assert {column for mapping in ready_mappings().values() for column in mapping.headers.values()} <= {
        *COLUMNS_BY_NAME
    }


@pytest.mark.parametrize(
    "header", ["office,name,locality", "First Name,Last Name,Street,City,Zip,Country", ""]
)
def test_other_tables_are_of_no_program(header: str) -> None:
    assert find_ready_mapping(header.split(",")) == ""


def test_a_mapping_is_written_as_it_is_read(tmp_path: Path) -> None:
    mapping = HeaderMapping(
        {
            "Surname": "family",
            "E-mail: work": "email",
            '"quoted"': "",
            "No": "region",
            "이름": "name",
        },
        {"office": "uk-mp", "address": "1 Main St: Suite 2"},
    )
    path = tmp_path / "recipients.mapping.yaml"
    path.write_text(format_mapping(mapping), encoding="utf-8")
    assert read_kept_mapping(tmp_path) == mapping
    assert read_kept_mapping(tmp_path / "none") == HeaderMapping()


def test_what_is_wrong_with_a_mapping_file_is_told(tmp_path: Path) -> None:
    path = tmp_path / "map.yaml"
    path.write_text("A: [x]\nset:\n  ofice: uk-mp\n  office: {a: b}\n", encoding="utf-8")
    with pytest.raises(BriefgenError) as caught:
        read_mapping(path, "map.yaml")
    assert [(one.code, one.place.line if one.place else 0) for one in caught.value.problems] == [
        ("map-file", 1),
        ("map-file", 4),
        ("map-column", 3),
    ]


def test_a_kept_mapping_is_for_headers_as_written_and_leaves_lists_of_ours_alone(tmp_path: Path) -> None:
    columns = ColumnMapping(kept={"Name": "family", "Secret": ""}, kept_defaults={"office": "person"})
    path = tmp_path / "list.csv"
    path.write_text("office,name\nuk-mp,Ada Sample\n", encoding="utf-8")
    (ada,) = read_recipients(path, "list.csv", ProblemList(), columns=columns)
    assert (ada.name, ada.family, ada.office) == ("Ada Sample", "", "uk-mp")
    path.write_text("Name,given,Secret\nSample,Ada,x\n", encoding="utf-8")
    (ada,) = read_recipients(path, "list.csv", ProblemList(), columns=replace(columns, recognise=True))
    assert (ada.family, ada.office, ada.extra) == ("Sample", "person", {})
