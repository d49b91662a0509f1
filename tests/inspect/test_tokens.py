"""Readers of all formats build the same tokens, tables and links."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from briefgen.inspect.tokens import (
    DocumentBuilder,
    DocumentLink,
    DocumentToken,
    ExtractedDocument,
    TableCell,
    TableGrid,
    normalize_for_comparison,
    normalize_list_marker,
    note_comparison_key,
    parse_cell_span,
)


def columns(rows: list[list[tuple[int, int]]]) -> list[list[int]]:
    """The columns of cells given by how many columns and rows each spans."""
    grid, found = TableGrid(), []
    for row in rows:
        grid.next_row()
        found.append([grid.place(*span) for span in row])
    return found


@pytest.mark.parametrize(
    ("rows", "placed"),
    [
        ([[(1, 1), (1, 1)], [(1, 1), (1, 1)]], [[1, 2], [1, 2]]),
        ([[(2, 1), (1, 1)], [(1, 1), (1, 1)]], [[1, 3], [1, 2]]),
        ([[(1, 2), (1, 1)], [(1, 1)], [(1, 1)]], [[1, 2], [2], [1]]),
        ([[(1, 3), (1, 1)], [(1, 1)], [(1, 1)], [(1, 1)]], [[1, 2], [2], [2], [1]]),
        ([[(1, 1), (1, 2)], [(1, 1), (1, 1)], [(1, 1)]], [[1, 2], [1, 3], [1]]),
        ([[(2, 2), (1, 1)], [(1, 1)]], [[1, 3], [3]]),
        ([[(1, 1), (1, 2)], [(5, 1), (1, 1)]], [[1, 2], [1, 3]]),
        ([[(1, 2), (1, 2)], [(1, 1)]], [[1, 2], [3]]),
        ([[(1, 2), (1, 2)], [], [(1, 1)]], [[1, 2], [], [1]]),
        ([[(1, 3), (1, 3)], [], [(1, 1)]], [[1, 2], [], [3]]),
        ([[(0, 0), (-1, -1), (1, 1)]], [[1, 2, 3]]),
        ([[(60, 1), (1, 1)]], [[1, 61]]),
        ([[(61, 1), (1, 1)]], [[1, 61]]),
    ],
)
def test_cells_are_placed_as_a_browser_places_them(
    rows: list[list[tuple[int, int]]], placed: list[list[int]]
) -> None:
    assert columns(rows) == placed


@given(st.lists(st.lists(st.tuples(st.integers(-1, 4), st.integers(-1, 4)), max_size=4), max_size=5))
def test_no_two_cells_of_a_row_are_in_one_column(rows: list[list[tuple[int, int]]]) -> None:
    for row in columns(rows):
        assert row == sorted(set(row))


@pytest.mark.parametrize(
    ("value", "span"),
    [("1", 1), ("3", 3), ("99999", 99999), ("100000", 1), ("0", 0), ("", 1), (None, 1), ("-2", 1), ("²", 1), ("x", 1)],
)  # fmt: skip
def test_a_span_is_a_short_plain_number_or_one(value: str | None, span: int) -> None:
    assert parse_cell_span(value) == span


def test_a_document_is_built_block_by_block() -> None:
    builder = DocumentBuilder()
    builder.text(" A \n heading")
    builder.end(2)
    builder.text("some")
    builder.note("First  note ", [DocumentLink("there", "https://example.org/"), DocumentLink(" ", "x")])
    builder.text(" wo\u00adrds")
    start = builder.mark_link_start()
    builder.text(" a link")
    builder.link("https://example.com/", start)
    builder.link("https://example.com/", builder.mark_link_start())
    builder.note("Second note")
    builder.image(" A \n field ")
    builder.end()
    builder.end(1)
    builder.marker("1.", 2)
    builder.text("Last")
    document = builder.build(title="A title")
    assert document == ExtractedDocument(
        (
            DocumentToken("heading", "A heading", 2),
            DocumentToken("image", "A field", position=22),
            DocumentToken("text", "some wo\u00adrds a link"),
            DocumentToken("note", "First note", number=1, position=12),
            DocumentToken("note", "Second note", number=2, position=22),
            DocumentToken("marker", "1.", 2),
            DocumentToken("text", "Last"),
        ),
        links=(DocumentLink("a link", "https://example.com/"), DocumentLink("there", "https://example.org/")),
        title="A title",
    )
    assert document.text == "A heading\nsome wo\u00adrds a link\nLast"
    assert [token.text for token in document.headings] == ["A heading"]
    assert [token.text for token in document.notes] == ["First note", "Second note"]


def test_hyphens_do_not_count_in_positions() -> None:
    builder = DocumentBuilder()
    builder.text("well-known\u2011and\u00ad\x02so ")
    builder.note("n")
    builder.end()
    builder.text("-")
    builder.note("m")
    assert [token.position for token in builder.build().notes] == [14, 14]


def test_cells_are_collected_with_all_their_blocks_and_empty_tables_dropped() -> None:
    builder = DocumentBuilder()
    builder.begin_table()
    builder.row()
    builder.begin_cell(head=True, rows=2)
    builder.text("one")
    builder.end()
    builder.text("two")
    builder.end_cell()
    builder.begin_cell(head=False, columns=2)
    builder.end_cell()
    builder.row()
    builder.begin_cell(head=False)
    builder.begin_table()
    builder.row()
    builder.begin_cell(head=False)
    builder.text("inner")
    builder.end_cell()
    builder.end_table()
    builder.end_cell()
    builder.end_table()
    builder.begin_table()
    builder.row()
    builder.end_table()
    assert builder.build().tables == (
        (TableCell(1, 1, True, "one two"), TableCell(2, 2, False, "inner")),
        (TableCell(1, 1, False, "inner"),),
    )


def test_rows_and_cells_without_a_table_are_text() -> None:
    builder = DocumentBuilder()
    builder.row()
    builder.begin_cell(head=True)
    builder.text("words")
    builder.end_cell()
    builder.end_table()
    assert builder.build() == ExtractedDocument((DocumentToken("text", "words"),))


@pytest.mark.parametrize("marker", ["\u2022", "\u25e6", "\u25aa", "\u2023"])
def test_every_bullet_is_the_same(marker: str) -> None:
    assert normalize_list_marker(marker) == "\u2022"
    assert normalize_list_marker(f"{marker}1") == f"{marker}1"


def test_a_number_is_a_marker_as_it_is() -> None:
    assert normalize_list_marker("2.") == "2."


@pytest.mark.parametrize(
    ("text", "other", "same"),
    [
        ("a well-known note", "a well\u2011known  note", True),
        ("a well-known note", "a wellknown note", True),
        ("ein\x02zeln", "einzeln", True),
        ("one note", "note one", False),
        ("a note.", "a note", False),
        ("שלום 12 עולם", "עולם 12 שלום", True),
        ("שלום, עולם.", "עולם שלום", True),
        ("שלום", "שלוח", False),
    ],
)
def test_a_note_is_known_on_a_page_and_in_a_file(text: str, other: str, same: bool) -> None:
    assert (note_comparison_key(text) == note_comparison_key(other)) == same


@pytest.mark.parametrize(
    "ignored", " \n\u00a0\u00ad\u200b\u200e\u200f\u061c\u202a\u202e\u2060\u2066\u2069\ufeff"
)
def test_what_cannot_be_seen_does_not_matter(ignored: str) -> None:
    assert normalize_for_comparison(f"a{ignored}b") == "ab"
