"""Where a PDF has no tags, the places and sizes of its lines tell text, notes and running heads apart."""

from __future__ import annotations

from io import BytesIO

import pikepdf
import pytest
from pikepdf import Dictionary, Name

from briefgen.errors import BriefgenError
from briefgen.inspect.pdf_untagged import read_any_pdf, read_untagged_pdf

Line = tuple[str, float, float] | tuple[str, float, float, float]
"""Text, height on the page, size, and distance from the left."""


def pdf(*pages: list[Line]) -> bytes:
    file = pikepdf.new()
    font = file.make_indirect(
        Dictionary(Type=Name.Font, Subtype=Name.Type1, BaseFont=Name.Helvetica, Encoding=Name.WinAnsiEncoding)
    )
    for lines in pages:
        page = file.add_blank_page(page_size=(600, 800))
        page.Resources = Dictionary(Font=Dictionary(F=font))
        drawn = []
        for text, y, size, *left in lines:
            escaped = text.replace("(", r"\(").replace(")", r"\)")
            drawn.append(f"BT /F {size} Tf {left[0] if left else 20} {y} Td ({escaped}) Tj ET")
        page.Contents = file.make_stream("\n".join(drawn).encode("cp1252"))
    stream = BytesIO()
    file.save(stream)
    return stream.getvalue()


def read(*pages: list[Line]) -> tuple[list[str], list[str]]:
    """Lines of text, and notes."""
    document = read_untagged_pdf(pdf(*pages))
    assert [note.number for note in document.notes] == list(range(1, len(document.notes) + 1))
    assert (document.structured, document.printed) == (False, True)
    lines = [" ".join(line.split()) for line in document.text.split("\n")]
    return lines, [note.text for note in document.notes]


def call(number: int | str, y: float, left: float, size: float = 7) -> Line:
    """A raised reference to a note."""
    return (str(number), y + 5, size, left)


TEXT: list[Line] = [("Some words of the text", 700, 12), ("and more of them", 684, 12)]


def test_lines_are_read_from_top_to_bottom() -> None:
    assert read(TEXT, [("Next page", 700, 12)]) == (
        ["Some words of the text", "and more of them", "Next page"],
        [],
    )


def test_a_raised_number_is_the_call_of_a_note_at_the_foot() -> None:
    page = [
        ("One", 700, 12),
        call(1, 700, 45),
        ("two", 700, 12, 60),
        ("1 First note", 60, 9),
        ("goes on", 48, 9),
    ]
    text, notes = read(page)
    assert (" ".join(text), notes) == ("One two", ["First note\ngoes on"])


@pytest.mark.parametrize(
    ("y", "size", "is_call"),
    [
        (705, 7, True),
        (705, 10.5, True),
        (705, 11, False),
        (700, 7, False),
        (696, 7, False),
        (711, 7, True),
    ],
)
def test_a_call_is_raised_and_small(y: float, size: float, is_call: bool) -> None:
    text, notes = read([("One", 700, 12), ("1", y, size, 45), ("two", 700, 12, 60), ("1 Note", 60, 9)])
    assert ("1" not in " ".join(text), notes) == (is_call, ["Note"] if is_call else [])


def test_several_calls_beside_each_other_are_all_removed() -> None:
    page = [
        ("One", 700, 12),
        call("12", 700, 45),
        ("two", 700, 12, 60),
        ("1 First", 60, 9),
        ("2 Second", 48, 9),
    ]
    assert read(page) == (["One two"], ["First", "Second"])


@pytest.mark.parametrize("number", ["2", "7", "13", "0"])
def test_a_raised_number_that_is_not_the_next_is_text(number: str) -> None:
    text, notes = read([("One", 700, 12), call(number, 700, 45), ("two", 700, 12, 60)])
    assert number in " ".join(text)
    assert notes == []


def test_notes_go_on_counting_over_the_pages() -> None:
    first = [("One", 700, 12), call(1, 700, 45), ("1 First", 60, 9)]
    second = [("Two", 700, 12), call("23", 700, 45), ("2 Second", 60, 9), ("3 Third", 48, 9)]
    assert read(first, second) == (["One", "Two"], ["First", "Second", "Third"])


def test_a_line_of_a_note_that_begins_with_a_number_is_no_note() -> None:
    """A note has more space above it than the lines within one."""
    page = [
        ("One", 700, 12),
        call("12", 700, 45),
        ("1 First, of", 90, 9),
        ("2 May 2014", 79, 9),
        ("2 Second", 60, 9),
    ]
    assert read(page) == (["One"], ["First, of\n2 May 2014", "Second"])


def test_small_print_above_the_text_is_no_note() -> None:
    page = [("1 In a table", 740, 9), ("One", 700, 12), call(1, 700, 45), ("1 Note", 60, 9)]
    assert read(page) == (["1 In a table", "One"], ["Note"])


def test_without_notes_at_the_foot_nothing_is_split_off() -> None:
    assert read([("One", 700, 12), call(1, 700, 45), ("1. An item", 600, 12)]) == (["One", "1. An item"], [])


# Running heads


def test_a_line_with_the_number_of_the_page_is_dropped_at_head_and_foot() -> None:
    pages = [[*TEXT, (f"Page {number} of 2", y, 9)] for number, y in ((1, 30), (2, 780))]
    assert read(*pages)[0] == ["Some words of the text", "and more of them"] * 2


@pytest.mark.parametrize(
    ("line", "dropped"),
    [("1/1", True), ("Page 1 of 1", True), ("Page 2 of 1", False), ("Page 11 of 1", False), ("1 of 10", False), ("1", False)],
)  # fmt: skip
def test_a_running_head_has_the_page_and_the_number_of_pages(line: str, dropped: bool) -> None:
    assert (line not in read([*TEXT, (line, 30, 9)])[0]) == dropped


def test_both_columns_of_a_running_head_are_dropped() -> None:
    head: list[Line] = [("Sample Society", 780, 9), ("Page 1 of 1", 780.5, 9, 400)]
    assert read([*TEXT, *head])[0] == ["Some words of the text", "and more of them"]


def test_the_text_around_a_line_about_pages_is_not_dropped() -> None:
    page = [
        *TEXT,
        ("see page 1 of 1", 668, 12),
        ("The last words", 652, 12),
        ("and some", 636, 12),
        ("more", 620, 12),
    ]
    page += [("to the end", 604, 12)]
    assert "see page 1 of 1" in read([("Above all", 716, 12), ("above", 732, 12), *page])[0]


# Tables and lists


def test_a_table_header_repeated_on_the_next_page_is_read_once() -> None:
    first = [*TEXT, ("Year Office", 400, 9), ("2020 North", 388, 9)]
    second = [("Year Office", 760, 9), ("2021 South", 748, 9), ("More text of the size", 700, 12)]
    assert read(first, second)[0][2:] == ["Year Office", "2020 North", "2021 South", "More text of the size"]


def test_an_entry_of_a_bibliography_that_begins_as_an_earlier_one_is_read_whole() -> None:
    first = [*TEXT, ("Assembly. Rights in the North.", 400, 9), ("Resolution 1.", 388, 9)]
    second = [("Assembly. Rights in the North.", 760, 9), ("Resolution 2.", 748, 9), ("Council.", 732, 9)]
    assert read(first, second)[0][2:] == [line for line, *_ in (*first[2:], *second)]


def test_text_that_is_repeated_is_read_twice() -> None:
    assert read([("Same words", 700, 12)], [("Same words", 700, 12)])[0] == ["Same words", "Same words"]


def test_markers_that_are_painted_last_are_put_before_their_item() -> None:
    page = [("First item", 700, 12, 40), ("Second item", 684, 12, 40), ("1.", 700, 12), ("2.", 684, 12)]
    assert read(page)[0] == ["1.", "First item", "2.", "Second item"]


def test_a_contents_list_is_read_without_dots_and_page_numbers() -> None:
    page: list[Line] = [
        ("Heading . . . . . . 12", 700, 12),
        ("Other..........3", 684, 12),
        ("No. 5 . . 3", 668, 12),
    ]
    assert read(page)[0] == ["Heading", "Other", "No. 5 . . 3"]


# Files


def test_a_file_without_tags_is_read_by_its_lines_with_its_properties() -> None:
    with pikepdf.open(BytesIO(pdf(TEXT))) as file:
        file.docinfo["/Title"], file.docinfo["/Author"] = "A title", "Ada"
        file.Root.Lang = pikepdf.String("fr")
        stream = BytesIO()
        file.save(stream)
    for document in (read_any_pdf(stream.getvalue()), read_untagged_pdf(stream.getvalue())):
        assert not document.structured
        assert (document.title, document.author, document.language) == ("A title", "Ada", "fr")
        assert document.text.split("\n") == ["Some words of the text", "and more of them"]
        assert document.record is None
    assert read_any_pdf(stream.getvalue()).running.split() == [
        "Some",
        "words",
        "of",
        "the",
        "text",
        "and",
        "more",
        "of",
        "them",
    ]


@pytest.mark.parametrize("data", [b"", b"%PDF-1.7 broken", b"words"])
def test_a_file_that_is_no_pdf_is_refused(data: bytes) -> None:
    for reader in (read_any_pdf, read_untagged_pdf):
        with pytest.raises(BriefgenError) as caught:
            reader(data)
        assert caught.value.problems[0].code == "pdf-unreadable"
