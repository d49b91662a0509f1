"""People who are listed more than once: found however they are written, and merged without a loss."""

from __future__ import annotations

from dataclasses import replace

import pytest

from briefgen.errors import Place
from briefgen.model.recipient import Committee, Recipient
from briefgen.recipients.duplicates import find_duplicates, merge_duplicates, warn_about_duplicates

CLARA = Recipient(
    id="clara",
    office="uk-mp",
    country="GB",
    name="Clara Müster",
    given="Clara",
    family="Müster",
    address=("House of Commons",),
    locality="London",
    postal_code="SW1A 0AA",
    place=Place("people.csv", 3),
)


def other(**changes: object) -> Recipient:
    return replace(CLARA, id="clara-2", place=Place("people.csv", 9), **changes)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"name": "CLARA MÜSTER"},
        {"name": "Clara Muster"},
        {"name": "Ｃｌａｒａ Müster"},
        {"name": "Müster, Clara"},
        {"name": "Ms. Clara Müster MP"},
        {"name": "Rt Hon Clara Müster", "honorific": ""},
        {"name": "", "given": "Clara", "family": "Müster"},
        {"address": ()},
        {"address": ("HOUSE OF COMMONS.",), "postal_code": "SW1A0AA"},
        {"office": "uk-minister"},
    ],
)
def test_one_person_is_recognised_however_the_rows_are_written(changes: dict[str, object]) -> None:
    second = other(**changes)
    assert find_duplicates([CLARA, second]) == [[CLARA, second]]
    (problem,) = warn_about_duplicates([CLARA, second])
    assert (problem.code, problem.severity, problem.place) == (
        "recipients-alike",
        "warning",
        second.place,
    )
    assert "clara (people.csv:3) and clara-2" in problem.message


@pytest.mark.parametrize(
    "changes",
    [
        {"name": "Clara Muster-Lee"},
        {"name": "Clara Müster, Jr."},
        {"address": ("1 Other Street",)},
        {"locality": "Leith", "postal_code": "EH6 7AA"},
        {"address": (), "locality": "", "postal_code": "", "country": ""},
    ],
)
def test_people_with_another_name_or_address_are_not_alike(changes: dict[str, object]) -> None:
    assert find_duplicates([CLARA, other(**changes)]) == []


def test_an_office_without_a_name_is_found_twice_too() -> None:
    office = replace(CLARA, office="uk-home-secretary", name="", given="", family="")
    assert find_duplicates([office, replace(office, id="again")])
    assert not find_duplicates([office, replace(office, id="other", office="uk-foreign-secretary")])


def test_the_fullest_row_is_kept_and_completed_and_what_differs_is_said() -> None:
    sparse = replace(CLARA, email="one@parliament.example", extra={"paragraph": "We met.", "note": "a"})
    full = other(
        email="two@parliament.example",
        party="Red",
        role="Whip",
        contact_form="https://a.example",
        committees=(Committee("FAC", ""),),
        extra={"note": "b"},
    )
    (kept,), (warning,) = merge_duplicates([sparse, full])
    assert (kept.id, kept.email, kept.party) == ("clara-2", "two@parliament.example", "Red")
    assert kept.extra == {"paragraph": "We met.", "note": "b"}
    assert warning.code == "recipients-merged"
    assert "not taken over: email one@parliament.example, note 'a'" in warning.message


def test_of_equal_rows_the_first_is_kept_unless_it_is_in_capitals() -> None:
    loud = replace(CLARA, name="CLARA MÜSTER", given="CLARA", family="MÜSTER")
    assert [one.id for one in merge_duplicates([CLARA, other()])[0]] == ["clara"]
    assert [one.id for one in merge_duplicates([loud, other()])[0]] == ["clara-2"]


@pytest.mark.parametrize(
    "changes",
    [
        {"office": "uk-minister"},
        {"gender": "m"},
        {"suffix": "Jr."},
        {"constituency": "Leith"},
        {"language": "fr"},
    ],
)
def test_rows_for_two_offices_or_two_people_are_not_merged(changes: dict[str, str]) -> None:
    one = replace(CLARA, gender="f", suffix="Sr.", constituency="London", language="en")
    rows = [one, replace(one, id="clara-2", **changes)]  # type: ignore[arg-type]
    assert merge_duplicates(rows) == (rows, [])


def test_merging_twice_changes_nothing_more() -> None:
    rows = [
        CLARA,
        other(),
        replace(CLARA, id="third", email="a@b.example"),
        replace(CLARA, id="zoe", name="Zoe"),
    ]
    once, warnings = merge_duplicates(rows)
    assert [one.id for one in once] == ["third", "zoe"]
    assert len(warnings) == 1
    assert merge_duplicates(once) == (once, [])
