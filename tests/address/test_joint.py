"""Two people in one letter: both in the address, and one salutation in every language."""

from __future__ import annotations

from dataclasses import replace

import pytest

from briefgen.address.address import address_recipient
from briefgen.address.forms_of_address import FormsOfAddress
from briefgen.errors import BriefgenError, Place, ProblemList
from briefgen.model.recipient import AddressAndSalutation, Recipient, SecondPerson
from briefgen.recipients.csv_file import format_csv
from briefgen.recipients.table import Table, TableRow, build_recipients

FORMS = FormsOfAddress.load(ProblemList())
DANA = Recipient(
    id="dana",
    office="person",
    name="Dana Muster",
    given="Dana",
    family="Muster",
    gender="f",
    address=("1 Main Street",),
    locality="Bern",
    postal_code="3003",
    country="CH",
    second=SecondPerson(name="Ben Probe", given="Ben", family="Probe", gender="m"),
    place=Place("people.csv", 2),
)
WOMEN = SecondPerson(name="Eva Probe", given="Eva", family="Probe", gender="f")
UNKNOWN = SecondPerson(name="Kim Probe")


def _address(recipient: Recipient) -> AddressAndSalutation:
    return address_recipient(recipient, FORMS, sender_country="CH")


@pytest.mark.parametrize(
    ("language", "country", "second", "salutation"),
    [
        ("en", "CH", DANA.second, "Dear Ms Muster and Mr Probe"),
        ("en", "US", DANA.second, "Dear Ms. Muster and Mr. Probe:"),
        ("en", "CH", UNKNOWN, "Dear Ms Muster and Kim Probe"),
        (
            "en",
            "CH",
            SecondPerson(honorific="Dr", name="Ben Probe", family="Probe"),
            "Dear Ms Muster and Dr Probe",
        ),
        ("fr", "CH", DANA.second, "Madame, Monsieur,"),
        ("fr", "CH", WOMEN, "Mesdames,"),
        ("de", "CH", DANA.second, "Sehr geehrte Frau Muster, sehr geehrter Herr Probe,"),
        ("de", "CH", WOMEN, "Sehr geehrte Frau Muster, sehr geehrte Frau Probe,"),
        ("de", "CH", UNKNOWN, "Sehr geehrte Frau Muster, guten Tag Kim Probe,"),
        ("es", "ES", DANA.second, "Estimada señora Muster y estimado señor Probe:"),
        ("ko", "KR", DANA.second, "Dana Muster 님, Ben Probe 님께"),
    ],
)
def test_the_salutation_names_both(
    language: str, country: str, second: SecondPerson, salutation: str
) -> None:
    to = _address(replace(DANA, language=language, country=country, postal_code="", second=second))
    assert to.salutation == salutation
    assert sum("Muster" in line or "Probe" in line for line in to.lines) == 2
    assert to.warnings == ()


def test_the_close_is_for_two() -> None:
    assert "agréer, Mesdames, l’expression" in _address(replace(DANA, language="fr", second=WOMEN)).close
    assert "agréer, Madame, Monsieur, l’expression" in _address(replace(DANA, language="fr")).close


def test_both_are_in_the_address_and_at_the_head_of_the_second_page() -> None:
    firm = replace(DANA, role="Chair", organisation="Harbour Works Ltd")
    assert _address(firm).lines[:4] == ("Dana Muster", "Ben Probe", "Chair", "Harbour Works Ltd")
    assert _address(firm).name == "Dana Muster and Ben Probe"
    assert DANA.second
    officers = replace(firm, second=replace(DANA.second, role="Treasurer"))
    assert _address(officers).lines[:5] == (
        *("Dana Muster", "Chair", "Ben Probe", "Treasurer"),
        "Harbour Works Ltd",
    )
    in_german = _address(replace(DANA, language="de"))
    assert in_german.lines[:2] == ("Frau Dana Muster", "Herrn Ben Probe")
    assert in_german.name == "Frau Dana Muster und Herrn Ben Probe"
    of_firm = _address(replace(officers, office="organisation"))
    assert of_firm.lines[:3] == ("Harbour Works Ltd", "Dana Muster, Chair", "Ben Probe, Treasurer")


def test_whoever_is_written_to_beside_an_official_has_not_their_office() -> None:
    senator = replace(
        DANA, office="us-senator", country="US", represents="US", address=("1 Hill",), locality="Washington",
        region="DC", postal_code="20510", role="",
    )  # fmt: skip
    to = _address(senator)
    assert to.lines[:2] == ("The Honorable Dana Muster", "Ben Probe")
    assert to.salutation == "Dear Senator Muster and Mr. Probe:"


def test_a_salutation_of_their_own_counts() -> None:
    to = _address(replace(DANA, salutation="Dear Mr and Mrs Muster,"))
    assert to.salutation == "Dear Mr and Mrs Muster,"


def test_salutations_without_a_known_plural_are_asked_for() -> None:
    two = replace(DANA, office="head-of-government", represents="FR", second=WOMEN)
    with pytest.raises(BriefgenError) as caught:
        _address(two)
    (problem,) = caught.value.problems
    assert (problem.code, problem.place, bool(problem.hint)) == ("second-person", DANA.place, True)


def _build(*cells: str) -> tuple[list[Recipient], ProblemList]:
    columns = ("office", "name", "locality", "country", "name_2", "Gender 2", "role_2")
    problems = ProblemList()
    rows = [TableRow(1, 1, columns), TableRow(2, 2, ("person", *cells))]
    return build_recipients(Table("people.csv", rows), problems), problems


def test_the_second_person_is_read_and_written_back() -> None:
    (recipient,), problems = _build("Dana Muster", "Bern", "CH", "Ben Probe", "Herr", "")
    assert problems.problems == []
    assert recipient.second == SecondPerson(name="Ben Probe", gender="m")
    header, row, *_ = format_csv([recipient]).split("\n")
    assert header.endswith("honorific_2,name_2,given_2,family_2,suffix_2,postnominals_2,gender_2,role_2")
    assert row.endswith(",,Ben Probe,,,,,m,")
    assert "name_2" not in format_csv([replace(recipient, second=None)])


@pytest.mark.parametrize(
    "cells",
    [
        ("Dana Muster", "Bern", "CH", "", "m", ""),
        ("", "Bern", "CH", "Ben Probe", "", ""),
        ("Dana Muster", "Bern", "CH", "Dana Muster", "m", ""),
    ],
    ids=["second without a name", "no first", "the same twice"],
)
def test_half_a_couple_is_an_error(cells: tuple[str, ...]) -> None:
    recipients, problems = _build(*cells)
    assert (recipients, [problem.code for problem in problems.errors]) == ([], ["second-person"])
