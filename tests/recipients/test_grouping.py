"""Several rows become one letter, and none of them is lost."""

from __future__ import annotations

from dataclasses import replace

import pytest

from briefgen.errors import Place
from briefgen.model.recipient import Recipient
from briefgen.recipients.duplicates import merge_duplicates
from briefgen.recipients.grouping import (
    check_group_columns,
    choose_table_columns,
    describe_groups,
    group_recipients,
)

FIRM = Recipient(
    id="harbour-works",
    office="organisation",
    organisation="Harbour Works Ltd",
    address=("1 Main Street",),
    locality="London",
    postal_code="SW1A 0AA",
    country="GB",
    extra={"Case": "12", "Amount": "£1200"},
    place=Place("people.csv", 2),
)


def row(line: int, case: str, **changes: object) -> Recipient:
    extra = {"Case": case, "Amount": ""}
    return replace(FIRM, extra=extra, place=Place("people.csv", line), **changes)  # type: ignore[arg-type]


def test_rows_with_the_same_text_are_one_letter() -> None:
    other = row(4, "16", id="other", organisation="Other Ltd")
    rows = [FIRM, row(3, "15", organisation="HARBOUR  Works Ltd."), other]
    (first, second), problems = group_recipients(rows, "organisation")
    assert problems == []
    assert [dict(one)["Case"] for one in first.rows] == ["12", "15"]
    assert [dict(one)["Case"] for one in second.rows] == ["16"]
    assert choose_table_columns(first.rows) == ["Case", "Amount"]
    assert choose_table_columns(second.rows) == ["Case"]
    assert (
        describe_groups([first, second], "organisation") == "3 rows grouped into 2 letters by 'organisation'."
    )


def test_rows_can_be_grouped_by_an_extra_column() -> None:
    rows = [FIRM, row(3, "12", id="second"), row(4, "13", id="third")]
    assert [one.id for one in group_recipients(rows, "Case")[0]] == ["harbour-works", "third"]


def test_rows_without_a_text_are_letters_of_their_own() -> None:
    rows = [row(2, "1", id="ada", organisation=""), row(3, "2", id="ben", organisation="")]
    assert [len(one.rows) for one in group_recipients(rows, "organisation")[0]] == [1, 1]


def test_the_letter_goes_to_the_row_with_an_address() -> None:
    bare = row(2, "11", address=(), locality="", postal_code="")
    (letter,), problems = group_recipients([bare, FIRM], "organisation")
    assert (letter.locality, len(letter.rows), problems) == ("London", 2, [])


def test_rows_that_address_others_are_named() -> None:
    elsewhere = row(3, "15", id="harbour-works-2", locality="Leeds", name="Ben Probe")
    (letter,), (problem,) = group_recipients([FIRM, elsewhere], "organisation")
    assert len(letter.rows) == 2
    assert (problem.code, problem.severity, problem.about) == ("group-differs", "warning", "harbour-works")
    assert "harbour-works-2" in problem.message
    assert "locality" in problem.message


def test_two_letters_with_one_id_are_an_error() -> None:
    (letter,), (problem,) = group_recipients([FIRM, row(3, "15", organisation="Other Ltd")], "organisation")
    assert letter.place == FIRM.place
    assert (problem.code, problem.severity, problem.place) == (
        "recipient-repeated",
        "error",
        Place("people.csv", 3),
    )


@pytest.mark.parametrize(
    ("column", "hint"), [("organization", "organisation"), ("case", "Case"), ("Fee", "")]
)
def test_a_column_that_no_list_has_is_an_error(column: str, hint: str) -> None:
    (problem,) = check_group_columns([(column, Place("campaign.yaml", 7))], [FIRM])
    assert (problem.code, problem.place) == ("group-column", Place("campaign.yaml", 7))
    assert hint in str(problem.hint)


def test_merged_letters_keep_the_rows_of_both() -> None:
    letters, _ = group_recipients([FIRM, row(3, "15", id="second")], "Case")
    (merged,), _ = merge_duplicates(letters)
    assert len(merged.rows) == 2
