"""Letters are sorted by country, postal code and locality."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from briefgen.mailing.print_run import sort_in_postal_order
from briefgen.model.recipient import Recipient


def person(id: str, country: str, code: str, locality: str = "", family: str = "") -> Recipient:
    return Recipient(
        id=id, office="us-senator", country=country, postal_code=code, locality=locality, family=family
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


@given(st.permutations(range(6)), st.lists(st.text(max_size=12), min_size=6, max_size=6))
def test_the_order_does_not_depend_on_the_input_order(order: list[int], codes: list[str]) -> None:
    people = [person(str(number), "US", code) for number, code in enumerate(codes)]
    assert sort_in_postal_order([people[index] for index in order], "US") == sort_in_postal_order(
        people, "US"
    )
