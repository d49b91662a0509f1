"""Addresses are printed where postal services and label makers require, as measured on the page."""

from __future__ import annotations

import re
from itertools import pairwise

import pypdfium2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from briefgen.errors import BriefgenError, Place, Problem, UsageError
from briefgen.mailing.envelopes_labels import (
    PADDING_MM,
    SIZES_PT,
    Mailpiece,
    Rectangle,
    find_envelope,
    find_label_sheet,
    fit_address,
    lay_out_envelopes,
    lay_out_labels,
    list_stationery_names,
    render_print_pages,
)
from briefgen.mailing.pdf_merge import PdfPart, merge_pdfs

MM = 25.4 / 72
ADA = ("The Honorable Ada Sample", "United States Senate", "Washington, DC 20510")
SENDER = ("Neighbours for Refuge", "4 Harbour Road", "Leith EH6 7AA", "UNITED KINGDOM")
LONG = ("His Excellency Dr. Maximilian Alexander Featherstonehaugh-Cholmondeley of Marjoribanks", *ADA[1:])


def boxes(data: bytes, page: int = 0) -> list[tuple[str, float, float, float, float]]:
    """Runs of text with left, top, right, bottom in mm from the upper left corner, baseline to cap height."""
    document = pypdfium2.PdfDocument(data)
    pdf_page = document[page]
    height = pdf_page.get_height()
    text = pdf_page.get_textpage()
    found = []
    for index in range(text.count_rects()):
        left, bottom, right, top = text.get_rect(index)
        words = text.get_text_bounded(left, bottom, right, top).strip()
        if words:
            found.append((words, left * MM, (height - top) * MM, right * MM, (height - bottom) * MM))
    return found


def size(data: bytes) -> tuple[float, float]:
    page = pypdfium2.PdfDocument(data)[0]
    return page.get_width() * MM, page.get_height() * MM


def render(pages: list) -> bytes:
    return next(render_print_pages(pages, "Test", "en"))


@pytest.mark.parametrize("name", list_stationery_names("envelopes"))
@pytest.mark.parametrize("lines", [ADA, LONG, ADA + ("UNITED STATES",) * 3])
def test_an_envelope_has_the_address_in_its_area(name: str, lines: tuple[str, ...]) -> None:
    wanted = find_envelope(name)
    data = render(lay_out_envelopes([Mailpiece(lines, "ada", sender=SENDER)], wanted))
    assert size(data) == pytest.approx((wanted.width, wanted.height), abs=0.1)
    field = wanted.address
    address = [box for box in boxes(data) if box[1] > wanted.sender.left + 5]
    assert min(box[1] for box in address) == pytest.approx(field.left, abs=1)
    assert field.top <= min(box[2] for box in address) <= field.top + 4
    assert max(box[3] for box in address) <= field.left + field.width + 0.5
    assert max(box[4] for box in address) <= field.top + field.height
    sender = [box for box in boxes(data) if box not in address]
    assert min(box[1] for box in sender) == pytest.approx(wanted.sender.left, abs=1)
    assert max(box[4] for box in sender) < field.top


def test_address_areas_are_where_sorting_machines_read() -> None:
    for name in list_stationery_names("envelopes"):
        one = find_envelope(name)
        for field in (one.address, one.sender):
            assert field.left + field.width <= one.width - 12
            assert field.top + field.height <= one.height - 15
        assert one.sender.top + one.sender.height <= one.address.top
    american = find_envelope("no10")  # USPS Publication 28, A1
    assert american.height - american.address.top <= 69.9
    assert american.height - american.address.top - american.address.height >= 15.9


@pytest.mark.parametrize(
    ("name", "number", "left", "top"),
    [
        ("avery-5160", 1, 4.76, 12.7),
        ("avery-5160", 3, 4.76 + 2 * 69.85, 12.7),
        ("avery-5160", 30, 4.76 + 2 * 69.85, 12.7 + 9 * 25.4),
        ("avery-l7160", 1, 7.25, 15.15),
        ("avery-l7160", 5, 7.25 + 66, 15.15 + 38.1),
        ("avery-l7160", 21, 7.25 + 2 * 66, 15.15 + 6 * 38.1),
    ],
)
def test_a_label_is_printed_at_its_position_on_the_sheet(
    name: str, number: int, left: float, top: float
) -> None:
    wanted = find_label_sheet(name)
    data = render(lay_out_labels([Mailpiece(ADA, "ada")], wanted, first=number))
    assert size(data) == pytest.approx((wanted.width, wanted.height), abs=0.1)
    found = boxes(data)
    assert min(box[1] for box in found) == pytest.approx(left + PADDING_MM, abs=0.8)
    middle = (min(box[2] for box in found) + max(box[4] for box in found)) / 2
    assert middle == pytest.approx(top + wanted.first.height / 2, abs=1.2)


def test_labels_fill_rows_first_and_are_shifted_for_the_printer() -> None:
    wanted = find_label_sheet("avery-l7160")
    people = [Mailpiece((f"Person {number}", "London"), str(number)) for number in range(1, 45)]
    pages = lay_out_labels(people, wanted, first=20)
    assert len(pages) == 3
    data = render(pages)
    assert [words for words, *_ in boxes(data) if words.startswith("Person")] == ["Person 1", "Person 2"]
    moved = render(lay_out_labels(people, wanted, first=20, right=1.5, down=-2))
    for (_, left, top, *_), (_, moved_left, moved_top, *_) in zip(boxes(data), boxes(moved), strict=True):
        assert (moved_left - left, moved_top - top) == pytest.approx((1.5, -2), abs=0.05)


def test_every_address_that_does_not_fit_is_reported() -> None:
    people = [
        Mailpiece(ADA, "ada"),
        Mailpiece(tuple(f"Line {number}" for number in range(12)), "too-many", Place("people.csv", 3)),
        Mailpiece(("W" * 60,), "too-wide", Place("people.csv", 4)),
        Mailpiece(("Permanent Mission " * 30, "Geneva"), "too-many-rows", Place("people.csv", 5)),
    ]
    with pytest.raises(BriefgenError) as caught:
        lay_out_labels(people, find_label_sheet("avery-5160"))
    assert [(one.code, one.place.line) for one in caught.value.problems if one.place] == [
        ("address-too-large", 3),
        ("address-too-large", 4),
        ("address-too-large", 5),
    ]
    assert "of too-many does not fit on avery-5160" in caught.value.problems[0].message
    assert "its 12 lines take" in caught.value.problems[0].message
    assert "has a word wider than" in caught.value.problems[1].message
    assert re.search(r"its 2 lines wrap to \d\d rows and take", caught.value.problems[2].message)


@given(
    st.lists(
        st.text(st.characters(codec="ascii", categories=["L", "Zs"]), min_size=1, max_size=80), max_size=9
    ),
    st.floats(20, 130),
    st.floats(10, 60),
)
def test_a_fitted_address_fits_and_keeps_every_word(lines: list[str], width: float, height: float) -> None:
    found = fit_address(lines, Rectangle(0, 0, width, height), "somebody", "a label")
    if isinstance(found, Problem):
        return
    assert found.height_mm <= height
    assert found.size_pt in SIZES_PT
    assert " ".join(text for text, _ in found.lines).split() == " ".join(lines).split()


def test_a_glyph_that_no_font_has_is_reported() -> None:
    with pytest.raises(BriefgenError) as caught:
        render(lay_out_envelopes([Mailpiece(("\U000f1234", "London"), "x")], find_envelope("dl")))
    assert caught.value.problems[0].code == "glyph-missing"


def test_markup_in_a_name_is_printed_literally() -> None:
    data = render(lay_out_envelopes([Mailpiece(("<b>Ada</b> & Sons", "London"), "x")], find_envelope("dl")))
    assert "<b>Ada</b> & Sons" in " ".join(words for words, *_ in boxes(data))


def test_an_unknown_label_sheet_is_reported() -> None:
    with pytest.raises(UsageError, match="unknown label sheet 'avery-5161'"):
        find_label_sheet("avery-5161")


@pytest.mark.slow
def test_many_envelopes_are_rendered_in_batches_and_merged(tmp_path) -> None:  # type: ignore[no-untyped-def]
    people = [Mailpiece((f"Person {number}", "London"), str(number)) for number in range(450)]
    pieces = list(render_print_pages(lay_out_envelopes(people, find_envelope("dl")), "Envelopes", "en"))
    assert len(pieces) == 3
    with (tmp_path / "all.pdf").open("wb") as file:
        assert merge_pdfs([PdfPart(piece) for piece in pieces], "Envelopes", file) == 450
    for first, second in pairwise((0, 199, 200, 449)):
        assert (
            f"Person {first}"
            in pypdfium2.PdfDocument(tmp_path / "all.pdf")[first].get_textpage().get_text_bounded()
        )
        assert (
            f"Person {second}"
            in pypdfium2.PdfDocument(tmp_path / "all.pdf")[second].get_textpage().get_text_bounded()
        )
