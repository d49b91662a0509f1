"""Popolo JSON: seats, posts, parties and committees of made-up persons; what is broken costs one person."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from briefgen.errors import BriefgenError, ProblemList, StorageError
from briefgen.model.recipient import Committee
from briefgen.recipients.importers.popolo import read_popolo
from briefgen.recipients.importers.registry import ImportResult
from briefgen.recipients.table import ColumnMapping

MPS = ColumnMapping(
    defaults={"office": "uk-mp", "country": "GB", "locality": "London", "postal_code": "SW1A 0AA"}
)
DATA: dict[str, Any] = {
    "persons": [
        {
            "id": "b1a2c3d4-0000-4000-8000-000000000001",
            "name": "Ada van de Sample",
            "family_name": "van de Sample",
            "given_name": "Ada",
            "honorific_prefix": "Dame",
            "honorific_suffix": "KC",
            "gender": "female",
            "email": "ada@example.org",
            "links": [{"note": "Contact form", "url": "https://example.org/write"}],
            "contact_details": [{"type": "twitter", "value": "ada"}],
        },
        {"id": "x/2", "name": "김철수", "gender": "other"},
        {"id": "3", "name": "Late Example", "death_date": "2020-01-01"},
        {"id": "4", "name": "=cmd()"},
    ],
    "organizations": [
        {"id": "house", "name": "House of Commons", "classification": "legislature"},
        {"id": "red", "name": "Red Party", "classification": "party"},
        {"id": "fac", "name": "Foreign Affairs Committee", "classification": "committee"},
        {"id": "old", "name": "Old Committee", "classification": "committee"},
        {"id": "office", "name": "Foreign Office", "classification": "ministry"},
    ],
    "areas": [{"id": "area/1", "name": "Anytown"}],
    "events": [
        {"id": "term/1", "start_date": "2015-05-08", "end_date": "2019-11-06"},
        {"id": "term/2", "start_date": "2024-07-05", "end_date": "2029-07"},
    ],
    "posts": [{"id": "chair", "role": "Chair", "organization_id": "fac"}],
    "memberships": [
        {
            "person_id": "b1a2c3d4-0000-4000-8000-000000000001",
            "organization_id": "house",
            "legislative_period_id": "term/2",
            "on_behalf_of_id": "red",
            "area_id": "area/1",
            "role": "member",
        },
        {
            "person_id": "b1a2c3d4-0000-4000-8000-000000000001",
            "organization_id": "house",
            "legislative_period_id": "term/1",
            "area_id": "area/none",
        },
        {
            "person_id": "b1a2c3d4-0000-4000-8000-000000000001",
            "organization_id": "fac",
            "role": "Chairwoman",
        },
        {
            "person_id": "b1a2c3d4-0000-4000-8000-000000000001",
            "organization_id": "old",
            "end_date": "2020-01-01",
        },
        {"person_id": "x/2", "organization_id": "house", "start_date": "2010", "end_date": "2015-03-30"},
    ],
}


def read(folder: Path, data: Any, columns: ColumnMapping = MPS) -> tuple[ImportResult, list[tuple[str, str]]]:
    path, findings = folder / "members.json", ProblemList()
    path.write_text(json.dumps(data), encoding="utf-8")
    brought = read_popolo(path, "members.json", findings, columns=columns)
    return brought, [(one.code, one.message) for one in findings.problems]


def test_the_seat_held_last_gives_party_constituency_and_term(tmp_path: Path) -> None:
    brought, problems = read(tmp_path, DATA)
    ada, kim = brought.recipients
    assert (ada.id, ada.name, ada.family, ada.honorific, ada.postnominals, ada.gender) == (
        "van-de-sample-b1a2c3d4",
        "Ada van de Sample",
        "van de Sample",
        "Dame",
        "KC",
        "f",
    )
    assert (ada.party, ada.constituency, ada.chamber, ada.role) == (
        "Red Party",
        "Anytown",
        "house-of-commons",
        "",
    )
    assert ada.term_end == date(2029, 7, 31)
    assert ada.committees == (Committee("foreign-affairs-committee", "Foreign Affairs Committee", "chair"),)
    assert (ada.email, ada.contact_form) == ("ada@example.org", "https://example.org/write")
    assert (ada.office, ada.locality) == ("uk-mp", "London")
    assert (kim.name, kim.gender, kim.term_end) == ("김철수", "", date(2015, 3, 30))
    assert brought.newest == date(2024, 7, 5)
    assert [code for code, _ in problems] == ["recipient-deceased", "recipient-formula"]
    assert "person 4 (=cmd()), column name" in problems[1][1]


def test_reading_again_gives_the_same_ids(tmp_path: Path) -> None:
    shuffled = {**DATA, "persons": DATA["persons"][::-1]}
    first, again = (read(tmp_path, data)[0].recipients for data in (DATA, shuffled))
    assert {one.id for one in first} == {one.id for one in again}


def test_a_post_in_the_government_gives_role_and_organisation_while_it_is_held(tmp_path: Path) -> None:
    post = {
        "person_id": "b1a2c3d4-0000-4000-8000-000000000001",
        "organization_id": "office",
        "role": "Foreign Secretary",
    }
    minister = ColumnMapping(defaults={"office": "uk-minister"})
    for end, found in (("", ("Foreign Secretary", "Foreign Office")), ("2025-01-01", ("", ""))):
        data = {**DATA, "memberships": [*DATA["memberships"], {**post, "end_date": end}]}
        ada = read(tmp_path, data, minister)[0].recipients[0]
        assert (ada.role, ada.organisation) == found


def test_memberships_inside_persons_and_an_answer_of_popit_are_read(tmp_path: Path) -> None:
    person = {
        "id": "1",
        "name": "Ben Example",
        "memberships": [
            {
                "organization": {"name": "Parliament", "classification": "legislature"},
                "post": {"label": "MP for Elsewhere", "area": {"name": "Elsewhere"}},
                "on_behalf_of": {"name": "Blue Party"},
            }
        ],
        "contact_details": [{"type": "address", "value": "1 Example Road; London SW1A 0AA"}],
    }
    for data in ({"result": [person]}, [person], {"persons": [person]}):
        (ben,) = read(tmp_path, data)[0].recipients
        assert (ben.constituency, ben.party, ben.role) == ("Elsewhere", "Blue Party", "MP for Elsewhere")
        assert (ben.address, ben.locality, ben.postal_code) == (("1 Example Road",), "London", "SW1A 0AA")


@pytest.mark.parametrize(
    ("text", "country", "parts"),
    [
        ("Platz 1, 10117 Berlin", "DE", (("Platz 1",), "Berlin", "10117")),
        ("1 Road\nLeith\nEH6 7AA\nScotland", "GB", (("1 Road",), "Leith", "EH6 7AA")),
        ("Somewhere without a code", "GB", (("Somewhere without a code",), "London", "SW1A 0AA")),
    ],
)
def test_an_address_in_one_piece_is_parted_at_its_code(
    tmp_path: Path, text: str, country: str, parts: tuple[tuple[str, ...], str, str]
) -> None:
    person = {"id": "1", "name": "Ben", "contact_details": [{"type": "address", "value": text}]}
    columns = ColumnMapping(defaults={**MPS.defaults, "country": country})
    (ben,) = read(tmp_path, [person], columns)[0].recipients
    assert (ben.address, ben.locality, ben.postal_code) == parts


def test_without_an_office_nobody_is_taken(tmp_path: Path) -> None:
    brought, problems = read(tmp_path, [{"id": "1", "name": "Ben"}], ColumnMapping())
    assert brought.recipients == []
    assert problems == [("recipient-missing", "person 1 (Ben): the column office is empty")]


def test_the_same_person_twice_is_kept_once(tmp_path: Path) -> None:
    person = {"id": "1", "name": "Ben"}
    brought, problems = read(tmp_path, [person, person])
    assert len(brought.recipients) == 1
    assert [code for code, _ in problems] == ["recipient-repeated"]


@pytest.mark.parametrize("text", ["{", "[]", '{"persons": 7}', "null", '"x"', "[" * 100_000, "\x00"])
def test_what_is_no_popolo_is_said(tmp_path: Path, text: str) -> None:
    path = tmp_path / "members.json"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(BriefgenError) as caught:
        read_popolo(path, "members.json", ProblemList())
    assert [one.code for one in caught.value.problems] == ["popolo-file"]
    with pytest.raises(StorageError):
        read_popolo(tmp_path / "none.json", "none.json", ProblemList())


@pytest.mark.parametrize(
    "person",
    [
        {},
        {"name": None, "memberships": "x"},
        {"name": ["a"], "gender": 7, "contact_details": {"a": 1}},
        {"name": "A\u202eB"},
        {"name": "A" * 100_000},
        {"id": 7, "name": "Ben", "memberships": [{"end_date": "soon", "post": None, "area": []}]},
    ],
)
def test_hostile_persons_are_reported_or_read_and_never_break_the_reading(
    tmp_path: Path, person: dict[str, Any]
) -> None:
    brought, _ = read(tmp_path, [person, {"id": "9", "name": "Sound Example"}])
    assert brought.recipients[-1].name == "Sound Example"


@pytest.mark.parametrize(
    ("person", "code", "word"),
    [
        ({"id": "p1", "name": ["Ada", "Lee"]}, "person-name", "person 1 (p1): name should be text"),
        ({"id": "p1", "name": {"en": "Ada"}}, "person-name", "name should be text"),
        ({"id": ["p1"], "name": "Ada Lee"}, "person-name", "person 1 (Ada Lee): id should be text"),
        ({"id": "p1"}, "person-name", "person 1 (p1): there is no name"),
        ({"id": "p1", "name": "Ada\x00Lee"}, "recipient-control", "U+0000"),
        ({"id": "p1", "name": "Ada \ud800"}, "recipient-control", "U+D800"),
    ],
)
def test_nobody_comes_without_a_name_or_with_a_changed_one(
    tmp_path: Path, person: dict[str, Any], code: str, word: str
) -> None:
    brought, problems = read(tmp_path, [person, {"id": "9", "name": "Sound Example"}])
    assert [one.name for one in brought.recipients] == ["Sound Example"]
    ((found, message),) = problems
    assert (found, word in message) == (code, True), message
    message.encode()  # can be printed, whatever stood in the data


def test_a_number_of_thousands_of_digits_is_text_like_any_other(tmp_path: Path) -> None:
    path, findings = tmp_path / "members.json", ProblemList()
    person = '{"id": "9", "name": "Sound Example", "start_date": ' + "9" * 5000 + "}"
    path.write_text("[" + person + "]", encoding="utf-8")
    (one,) = read_popolo(path, "members.json", findings, columns=MPS).recipients
    assert (one.name, findings.problems) == ("Sound Example", [])


PARLPARSE: dict[str, Any] = {
    "persons": [
        {"id": "uk.org.publicwhip/person/10001", "other_names": [
            {"note": "Main", "given_name": "Tom", "family_name": "Alt", "end_date": "2019-12-31"},
            {"note": "Main", "given_name": "Tom", "family_name": "Muster", "start_date": "2020-01-01"},
            {"note": "Alternate", "given_name": "Thomas", "family_name": "Muster"}]},
        {"id": "uk.org.publicwhip/person/10002", "other_names": [
            {"note": "Main", "honorific_prefix": "Baroness", "given_name": "Ada", "lordname": "Vorbild",
             "lordofname": "Leith", "lordofname_full": "Leith in the City"}]},
        {"id": "uk.org.publicwhip/person/10003", "other_names": [
            {"note": "Main", "honorific_prefix": "Bishop", "lordname": "", "lordofname": "Elsewhere"}]},
        {"id": "uk.org.publicwhip/person/10004", "other_names": [
            {"note": "Main", "honorific_prefix": "Earl", "given_name": "Ed", "lordname": "Exemple", "lordofname": ""}]},
        {"id": "uk.org.publicwhip/person/10005", "redirect": "uk.org.publicwhip/person/10001"},
        {"id": "uk.org.publicwhip/person/10006", "other_names": [
            {"note": "Main", "given_name": "Isla", "family_name": "Sample"}]},
    ],
    "organizations": [
        {"id": "house-of-commons", "name": "House of Commons", "classification": "chamber"},
        {"id": "house-of-lords", "name": "House of Lords", "classification": "chamber"},
        {"id": "scottish-parliament", "name": "Scottish Parliament", "classification": "chamber"},
        {"id": "example", "name": "Example Party", "classification": "party"},
    ],
    "posts": [
        {"id": "p1", "organization_id": "house-of-commons", "role": "Member of Parliament", "area": {"name": "Anytown"}},
        {"id": "p2", "organization_id": "scottish-parliament", "role": "MSP", "area": {"name": "Elsewhere"}},
    ],
    "memberships": [
        {"person_id": "uk.org.publicwhip/person/10001", "post_id": "p1", "start_date": "2024-07-05",
         "on_behalf_of_id": "example"},
        *({"person_id": f"uk.org.publicwhip/person/{number}", "organization_id": "house-of-lords", "role": "Peer",
           "label": "Peer", "start_date": "2014-01-01"} for number in (10002, 10003, 10004)),
        {"person_id": "uk.org.publicwhip/person/10006", "post_id": "p2", "start_date": "2026-05-08"},
    ],
}  # fmt: skip


def test_the_data_of_theyworkforyou_give_offices_by_house_and_rank(tmp_path: Path) -> None:
    path = tmp_path / "people.json"
    path.write_text(json.dumps(PARLPARSE), encoding="utf-8")
    result = read_popolo(path, "people.json", findings := ProblemList())
    assert findings.problems == []
    assert [(one.office, one.name or one.full_name, one.gender) for one in result.recipients] == [
        ("uk-mp", "Tom Muster", ""),
        ("uk-baroness", "Vorbild of Leith", "f"),
        ("uk-lord-bishop", "Elsewhere", ""),
        ("uk-earl-without-of", "Exemple", "m"),
        ("scotland-msp", "Isla Sample", ""),
    ]
    tom, ada = result.recipients[:2]
    assert (tom.constituency, tom.party, tom.postal_code, tom.role) == (
        "Anytown",
        "Example Party",
        "SW1A 0AA",
        "",
    )
    assert (ada.chamber, ada.postal_code, ada.country) == ("house-of-lords", "SW1A 0PW", "GB")


def test_another_list_in_json_says_what_it_is(tmp_path: Path) -> None:
    path = tmp_path / "meps.json"
    member = {"familyName": "Esempio", "givenName": "Paola", "sortLabel": "ESEMPIO", "identifier": "1"}
    path.write_text(
        json.dumps({"data": [{**member, "api:country-of-representation": "IT"}]}), encoding="utf-8"
    )
    with pytest.raises(BriefgenError, match="this is no Popolo, but members of the European Parliament"):
        read_popolo(path, "meps.json", ProblemList())


@pytest.mark.parametrize(
    ("content", "what"),
    [("<a/>", "is XML, not JSON"), ("BEGIN:VCARD", "vCard"), ("a,b", "not readable as JSON")],
)
def test_a_file_of_another_kind_is_named(tmp_path: Path, content: str, what: str) -> None:
    path = tmp_path / "members.json"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(BriefgenError) as caught:
        read_popolo(path, "members.json", ProblemList())
    assert what in str(caught.value.problems[0])
