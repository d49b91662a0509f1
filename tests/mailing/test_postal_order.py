"""Letters are sorted by country, postal code and locality."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from briefgen.mailing.print_run import sort_in_postal_order
from briefgen.model.recipient import Recipient


def person(
    id: str, country: str, code: str, locality: str = "", family: str = "", name: str = ""
) -> Recipient:
    return Recipient(
        id=id,
        office="us-senator",
        country=country,
        postal_code=code,
        locality=locality,
        family=family,
        name=name,
    )


def test_the_senders_country_comes_first_and_numbers_compare_by_value() -> None:
    people = [
        person("a", "FR", "75007"),
        person("b", "GB", "SW1A 2AH"),
        person("c", "GB", "E10 7QD"),
        person("d", "GB", "E2 8DY"),
        person("e", "GB", ""),
        person("f", "DE", "10115"),
        person("g", "US", "02139"),
    ]
    assert [one.id for one in sort_in_postal_order(people, "GB")] == ["d", "c", "b", "e", "f", "a", "g"]


def test_one_postal_code_is_sorted_by_locality_and_name() -> None:
    people = [
        person("a", "US", "20510", "Washington", "Young"),
        person("b", "US", "20510", "Washington", "adams"),
        person("c", "US", "20510", "Arlington", "Zeta"),
    ]
    assert [one.id for one in sort_in_postal_order(people, "US")] == ["c", "b", "a"]


def test_who_has_only_a_name_is_sorted_by_it() -> None:
    people = [
        person("a", "US", "20510", "Washington", name="Zoe Young"),
        person("b", "US", "20510", "Washington", family="Moore", name="Adam Moore"),
        person("c", "US", "20510", "Washington", name="beth Adams"),
        person("d", "US", "20510", "Washington"),
    ]
    assert [one.id for one in sort_in_postal_order(people, "US")] == ["d", "c", "b", "a"]


def test_who_agrees_in_everything_else_is_sorted_by_id() -> None:
    people = [person(id, "US", "20510", "Washington", name="Ada Lee") for id in ("c", "a", "b")]
    assert [one.id for one in sort_in_postal_order(people, "US")] == ["a", "b", "c"]


def test_who_has_no_country_is_sorted_among_those_of_the_senders() -> None:
    people = [person("a", "FR", "1"), person("b", "GB", "E2"), person("c", "", "E1"), person("d", "GB", "E3")]
    assert [one.id for one in sort_in_postal_order(people, "GB")] == ["c", "b", "d", "a"]


def test_postal_codes_differ_neither_by_case_nor_by_blanks_and_hyphens() -> None:
    people = [
        person("a", "GB", "sw1a 2ab"),
        person("b", "GB", "SW1A2AA"),
        person("c", "GB", "sw1a-1aa"),
        person("d", "GB", "SW1 9AA"),
    ]
    assert [one.id for one in sort_in_postal_order(people, "GB")] == ["d", "c", "b", "a"]


def test_a_code_that_begins_another_precedes_it() -> None:
    people = [person("a", "US", "20510-1234"), person("b", "US", "20510"), person("c", "US", "20509-9999")]
    assert [one.id for one in sort_in_postal_order(people, "US")] == ["c", "b", "a"]


def test_localities_are_compared_without_case() -> None:
    people = [
        person("a", "IE", "", "cork"),
        person("b", "IE", "", "Belmullet"),
        person("c", "IE", "", "DUBLIN"),
    ]
    assert [one.id for one in sort_in_postal_order(people, "IE")] == ["b", "a", "c"]


@given(st.lists(st.integers(0, 10**6), min_size=2, max_size=6))
def test_numbers_in_postal_codes_are_sorted_by_value(numbers: list[int]) -> None:
    people = [person(str(index), "GB", f"E{number} 1AA") for index, number in enumerate(numbers)]
    in_order = [int(one.postal_code[1:].split()[0]) for one in sort_in_postal_order(people, "GB")]
    assert in_order == sorted(numbers)


@given(st.permutations(range(6)), st.lists(st.text(max_size=12), min_size=6, max_size=6))
def test_the_order_does_not_depend_on_the_input_order(order: list[int], codes: list[str]) -> None:
    people = [person(str(number), "US", code) for number, code in enumerate(codes)]
    assert sort_in_postal_order([people[index] for index in order], "US") == sort_in_postal_order(
        people, "US"
    )
