"""Addresses of countries, line for line, in a table that an editor can read and correct: countries.csv."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from briefgen.address.address import address_recipient
from briefgen.address.forms_of_address import FormsOfAddress
from briefgen.address.postal import (
    format_country_line,
    format_locality_lines,
    is_abroad,
    is_plausible_postal_code,
)
from briefgen.errors import ProblemList
from briefgen.model.recipient import Recipient

TABLE = Path(__file__).parent / "countries.csv"


def _print_address(row: dict[str, str], forms: FormsOfAddress) -> str:
    recipient = Recipient(
        id="dana",
        office="person",
        name="Dana Muster",
        address=(row["street"],),
        locality=row["locality"],
        region=row["region"],
        postal_code=row["postal_code"],
        country=row["country"],
        language=row["language"],
    )
    lines = address_recipient(recipient, forms, sender_country=row["sender"]).lines
    # In Korea the name comes after the street.
    return " / ".join(line for line in lines if "Dana" not in line)


def test_every_address_has_the_lines_of_its_country() -> None:
    forms = FormsOfAddress.load(ProblemList())
    with TABLE.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len({row["country"] for row in rows}) >= 130
    wrong = [
        f"{row['country']}: {printed!r}, not {row['lines']!r}"
        for row in rows
        if (printed := _print_address(row, forms)) != row["lines"]
    ]
    assert wrong == []
    assert [
        r for r in rows if r["postal_code"] and not is_plausible_postal_code(r["postal_code"], r["country"])
    ] == []


def test_a_slash_in_a_cell_begins_no_line() -> None:
    assert format_locality_lines("CH", "Biel / Bienne", "", "2501", abroad=False) == ("2501 Biel / Bienne",)


@pytest.mark.parametrize(
    ("country", "sender", "abroad"),
    [
        ("PR", "US", False),
        ("US", "PR", True),
        ("JE", "GB", False),
        ("RE", "FR", False),
        ("FR", "CH", True),
        ("", "US", False),
    ],
)
def test_territories_are_inland_for_their_state(country: str, sender: str, abroad: bool) -> None:
    assert is_abroad(country, sender) == abroad


@pytest.mark.parametrize(
    ("language", "sender", "line"),
    [
        ("de", "DE", "VEREINIGTE STAATEN"),
        ("de-AT", "AT", "VEREINIGTE STAATEN"),
        ("fr", "CA", "ÉTATS-UNIS"),
        ("es", "MX", "ESTADOS UNIDOS"),
        # The post of the sender does not read the letter's language.
        ("de", "FR", "UNITED STATES"),
        ("es", "US", "UNITED STATES"),
        ("ko", "KR", "UNITED STATES"),
        ("en", "DE", "UNITED STATES"),
    ],
)
def test_the_country_line_is_in_a_language_that_the_senders_post_reads(
    language: str, sender: str, line: str
) -> None:
    assert format_country_line("US", language, sender) == line
