"""What an import mends: addresses in one piece, and family names in capitals."""

from __future__ import annotations

import pytest

from briefgen.errors import ProblemList
from briefgen.model.recipient import Recipient
from briefgen.recipients.importers.address_parts import part_address
from briefgen.recipients.importers.mending import lower_family_names, part_addresses, part_names


@pytest.mark.parametrize(
    ("lines", "country", "parts"),
    [
        ("713 Hart Senate Office Building Washington DC 20510", "US",
         "713 Hart Senate Office Building/Washington/DC/20510"),
        ("12 Main St, Suite 4, Springfield, IL 62701", "US", "12 Main St|Suite 4/Springfield/IL/62701"),
        ("12 Main St, Springfield, IL, 62701-1234, USA", "", "12 Main St/Springfield/IL/62701-1234"),
        ("Main office|230-11331 Coppersmith Way|Richmond BC  V7A 5J9", "CA",
         "Main office|230-11331 Coppersmith Way/Richmond/BC/V7A 5J9"),
        ("PO Box 2192, Kent Town SA 5071", "AU", "PO Box 2192/Kent Town/SA/5071"),
        ("Platz der Republik 1, 11011 Berlin", "DE", "Platz der Republik 1/Berlin//11011"),
        ("Platz der Republik 1 11011 Berlin", "DE", "Platz der Republik 1/Berlin//11011"),
        ("House of Commons|London|SW1A 0AA|United Kingdom", "", "House of Commons/London//SW1A 0AA"),
        ("126 rue de l’Université, 75355 Paris 07 SP, France", "", "126 rue de l’Université/Paris 07 SP//75355"),
        ("Postbus 20018, 2500 EA Den Haag", "NL", "Postbus 20018/Den Haag//2500 EA"),
        ("Leinster House, Kildare Street, Dublin 2, D02 XR20", "IE", "Leinster House|Kildare Street/Dublin 2//D02 XR20"),
    ],
)  # fmt: skip
def test_an_address_in_one_piece_is_parted_by_its_countrys_rules(
    lines: str, country: str, parts: str
) -> None:
    found = part_address(lines.split("|"), country)
    assert found is not None
    assert f"{'|'.join(found.lines)}/{found.locality}/{found.region}/{found.postal_code}" == parts


@pytest.mark.parametrize(
    ("lines", "country"),
    [
        ("12 Main St Springfield IL 62701", "US"),
        ("House of Commons London SW1A 0AA", "GB"),
        ("1 Main Street", "US"),
        ("12345 Main Street", "US"),
        ("12 Main St, Springfield, IL 62701", ""),
        ("Paris, France", ""),
        ("", "US"),
    ],
)
def test_what_is_not_certain_stays_whole(lines: str, country: str) -> None:
    assert part_address([lines], country) is None


def test_parted_addresses_and_whole_ones_are_told_once() -> None:
    ada = Recipient(
        "ada", "us-senator", "US", name="Ada", organisation="Senate", address=("SENATE", "Boston MA 02108")
    )
    ben = Recipient("ben", "us-senator", "US", name="Ben", address=("1 Main St Boston",))
    cy = Recipient(
        "cy", "us-senator", "US", name="Cy", address=("1 Main St, Boston, MA 02108",), locality="Boston"
    )
    problems = ProblemList()
    parted = part_addresses([ada, ben, cy], problems)
    assert (parted[0].address, parted[0].locality, parted[0].region) == ((), "Boston", "MA")
    assert parted[1:] == [ben, cy]
    assert [problem.code for problem in problems.problems] == ["address-parted", "address-whole"]


@pytest.mark.parametrize(
    ("name", "given", "family"),
    [
        ("MFANO Gloriose", "Gloriose", "Mfano"),
        ("Dr. KIELELEZO Jean-Bosco", "Jean-Bosco", "Kielelezo"),
        ("Paola ESEMPIO", "Paola", "Esempio"),
        ("Ana de SOUSA", "Ana", "de Sousa"),
        ("Jan VAN DER BERG", "Jan", "van der Berg"),
        ("Anne-Marie LE FLOCH-MUSTER", "Anne-Marie", "Le Floch-Muster"),
        ("Kim DO", "Kim", "Do"),
        ("Tom MCDONALD", "Tom", "McDonald"),
    ],
)
def test_capitals_tell_the_family_name(name: str, given: str, family: str) -> None:
    problems = ProblemList()
    (one,) = lower_family_names([Recipient("a", "person", "GB", name=name)], problems)
    assert (one.given, one.family, one.name) == (given, family, f"{given} {family}")
    assert [problem.code for problem in problems.problems] == ["names-capitals"]


@pytest.mark.parametrize(
    "name", ["Ada Lee", "ADA LEE", "J.R. Muster", "Ada LEE Muster", "Tom O'Brien MP", "김철수"]
)
def test_other_names_stay(name: str) -> None:
    recipient, problems = Recipient("a", "person", "GB", name=name), ProblemList()
    assert (lower_family_names([recipient], problems), problems.problems) == ([recipient], [])


def test_names_in_one_piece_are_parted_on_request_alone_and_titles_are_no_names() -> None:
    people = [
        Recipient("a", "person", "GB", name="Dr Ada Q. van Lee"),
        Recipient("b", "person", "GB", name="Ben Moe", family="Moe"),
        Recipient("c", "uk-baron", "GB", name="Muster of Leith"),
        Recipient("d", "uk-mp", "GB", name="Lord Muster"),
        Recipient("e", "kr-assembly-member", "KR", name="김 철수"),
        Recipient("f", "person", "GB", name="Ida Poe, Jr."),
    ]
    parted, told = part_names(people)
    assert told == ["Ada Q. / van Lee", "Ida / Poe"]
    assert [(one.given, one.family) for one in parted] == [
        ("Ada Q.", "van Lee"), ("", "Moe"), ("", ""), ("", ""), ("", ""), ("Ida", "Poe"),
    ]  # fmt: skip
