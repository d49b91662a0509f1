"""A text's own paragraph numbers are told from numbered lists and headings."""

from __future__ import annotations

from briefgen.library.ingest.blocks import TextBlock
from briefgen.library.ingest.printed_numbers import find_printed_numbers

LONG = "The council heard the witnesses of both sides and adjourned."


def found(*texts: str, force: bool | None = None) -> list[str]:
    return find_printed_numbers([TextBlock(text, "heading" * text.isupper()) for text in texts], force)


def test_paragraphs_counted_without_a_gap_are_numbered() -> None:
    assert found(f"1. {LONG}", f"2. {LONG}", f"3. {LONG}") == ["1", "2", "3"]
    assert found(f"[1] {LONG}", f"[2] {LONG}", f"[3] {LONG}") == ["1", "2", "3"]


def test_an_item_has_the_number_of_its_paragraph_and_a_paragraph_after_a_heading_none() -> None:
    texts = (
        f"1. {LONG}",
        "(a) First, it heard.",
        "– Then it left.",
        f"2. {LONG}",
        f"3. {LONG}",
        "ANNEX",
        "(a) Term.",
    )
    assert found(*texts) == ["1", "1", "1", "2", "3", "", ""]


def test_a_preamble_has_no_numbers() -> None:
    assert found("Recalling its resolutions,", "Deeply concerned,", *(f"{n}. {LONG}" for n in (1, 2, 3))) == [
        *("", ""),
        *("1", "2", "3"),
    ]


def test_a_list_within_a_report_does_not_number_its_paragraphs() -> None:
    assert not any(found(*[LONG] * 20, f"1. {LONG}", f"2. {LONG}", f"3. {LONG}", *[LONG] * 20))
    assert found(LONG, *(f"{n}. {LONG}" for n in range(1, 5)), force=False) == [""] * 5


def test_numbered_headings_do_not_number_paragraphs() -> None:
    assert not any(found("1. Scope", LONG, "2. Method", LONG, "3. Findings", LONG, "4. End", LONG))


def test_a_table_of_contents_before_paragraph_1_is_passed_over() -> None:
    contents = [f"{n}. What the council heard about the {n} wells of the north" for n in (1, 2)]
    assert found(*contents, *(f"{n}. {LONG}" for n in range(1, 8))) == ["", "", *map(str, range(1, 8))]


def test_the_file_may_give_numbers_that_its_text_has_not() -> None:
    blocks = [TextBlock(LONG, number=number) for number in (1, 2, 3)]
    assert find_printed_numbers(blocks) == ["1", "2", "3"]
    assert find_printed_numbers([TextBlock(LONG, number=1), TextBlock(LONG)], force=True) == ["1", ""]
