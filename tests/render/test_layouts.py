"""The address stands in the window of every layout, in both designs, PDF and DOCX; measured on the page."""

from __future__ import annotations

import zipfile
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import cache
from io import BytesIO
from pathlib import Path

import page
import pytest
from docx_samples import complaints, validator
from hypothesis import given, settings
from hypothesis import strategies as st
from layout_samples import DESIGNS, LINES, RETURN, WINDOWED, extents, laid_out, look, rules
from material import ROOT
from ooxml_lint import lint
from pdf_structure import faults

from briefgen.errors import BriefgenError
from briefgen.inspect.compare import find_differences
from briefgen.inspect.docx import read_docx
from briefgen.inspect.pdf import read_pdf
from briefgen.inspect.pdf_untagged import read_untagged_pdf
from briefgen.model.branding import DEFAULT_BRANDING, DesignName
from briefgen.model.document import LAYOUTS_WITH_RETURN_LINE, LayoutName
from briefgen.render.address_window import ADDRESS_SIZES, extract_address_lines, place_address
from briefgen.render.docx.renderer import DocxRenderer
from briefgen.render.layouts import (
    FOLD_MARK_MM,
    LAYOUTS,
    MARK_LEFT_MM,
    MM_PER_PT,
    PUNCH_MARK_MM,
    AddressWindow,
    list_edge_marks,
)
from briefgen.render.pdf.renderer import PdfRenderer

STYLES = (ROOT / "templates/css",)


@cache
def renderer(design: DesignName) -> PdfRenderer:
    return PdfRenderer(STYLES, branding=look(design))


@pytest.fixture(scope="module", autouse=True)
def _leave() -> Iterator[None]:
    yield
    renderer.cache_clear()  # its fonts clean up after themselves only before Python ends


def window_of(layout: LayoutName) -> AddressWindow:
    window = LAYOUTS[layout].window
    assert window is not None
    return window


def most_rows(layout: LayoutName) -> int:
    window = window_of(layout)
    room = int(
        (window.bottom_mm - window.address_top_mm + 0.05) / (ADDRESS_SIZES[-1].line_spacing_pt * MM_PER_PT)
    )
    return min(room, LAYOUTS[layout].postal.max_lines or room)


def assert_within(layout: LayoutName, data: bytes, lines: tuple[str, ...], tolerance: float) -> None:
    window = window_of(layout)
    for left, top, right, bottom in extents(data, lines):
        assert left == pytest.approx(window.text_left_mm, abs=tolerance)
        assert right <= window.right_mm + tolerance
        assert top >= window.address_top_mm - tolerance
        assert bottom <= window.bottom_mm + tolerance


@pytest.mark.slow
@pytest.mark.parametrize("design", DESIGNS)
@pytest.mark.parametrize("layout", WINDOWED)
def test_one_to_nine_lines_stand_in_the_window_or_the_line_that_does_not_is_named(
    layout: LayoutName, design: DesignName
) -> None:
    for number in range(1, 10):
        lines = LINES[:number]
        written = laid_out(layout, lines, "<p>Short.</p>")
        if number <= most_rows(layout):
            assert_within(layout, renderer(design).render(written).data, lines, 1)
            continue
        for make in (renderer(design), DocxRenderer(branding=look(design))):
            with pytest.raises(BriefgenError) as caught:
                make.render(written)
            (problem,) = caught.value.problems
            assert problem.code == "address-too-long"
            assert repr(lines[most_rows(layout)]) in problem.message
            assert written.title in problem.message


def test_every_window_holds_an_address_of_six_lines() -> None:
    assert min(map(most_rows, WINDOWED)) >= 6
    assert [name for name in WINDOWED if most_rows(name) < 9] == ["nf-z11", "uk-dl"]


@pytest.mark.parametrize("layout", WINDOWED)
def test_a_long_line_goes_on_in_a_second_row_and_a_long_word_is_an_error(layout: LayoutName) -> None:
    line = "The Permanent Representative of the Republic of Samples to the United Nations"
    data = renderer("serif").render(laid_out(layout, (line, "New York"), "<p>Short.</p>")).data
    for word in ("Permanent", "Nations", "New York"):
        _, top, right, bottom = extents(data, (word,))[0]
        assert right <= window_of(layout).right_mm + 1
        assert window_of(layout).address_top_mm - 1 <= top < bottom <= window_of(layout).bottom_mm + 1
    with pytest.raises(BriefgenError) as caught:
        renderer("serif").render(laid_out(layout, ("Donau" * 20, "New York"), "<p>Short.</p>"))
    (problem,) = caught.value.problems
    assert problem.code == "address-too-wide"
    assert "line 1" in problem.message


def test_a_french_line_has_at_most_38_characters() -> None:
    rows = ["Monsieur le Ministre", " et des\xa0échantillons"]
    assert len(rows) == 2
    stands = place_address(["i" * 30 + " " + "i" * 30], LAYOUTS["nf-z11"], DEFAULT_BRANDING, "somebody", None)
    assert stands.row_count == 2
    assert (
        place_address(
            ["i" * 30 + " " + "i" * 7], LAYOUTS["nf-z11"], DEFAULT_BRANDING, "somebody", None
        ).row_count
        == 1
    )
    with pytest.raises(BriefgenError, match="address-too-wide"):
        place_address(["i" * 39], LAYOUTS["nf-z11"], DEFAULT_BRANDING, "somebody", None)


def test_no_address_is_set_smaller_than_the_post_reads() -> None:
    assert min(step.size_pt for step in ADDRESS_SIZES) >= max(
        each.postal.min_size_pt for each in LAYOUTS.values()
    )


@settings(deadline=None)
@given(
    st.sampled_from(WINDOWED),
    st.lists(st.text("abcWM i", min_size=1, max_size=60).map(str.strip).filter(bool), max_size=10),
)
def test_whatever_is_accepted_ends_in_the_window(layout: LayoutName, lines: list[str]) -> None:
    window = window_of(layout)
    try:
        stands = place_address(lines, LAYOUTS[layout], DEFAULT_BRANDING, "somebody", None)
    except BriefgenError as error:
        assert {each.code for each in error.problems} <= {"address-too-long", "address-too-wide"}
        return
    assert window.address_top_mm - 0.1 <= stands.top_mm <= window.first_line_mm
    assert (
        stands.top_mm + stands.row_count * stands.size.line_spacing_pt * MM_PER_PT <= window.bottom_mm + 0.1
    )


def test_lines_are_read_from_breaks_and_paragraphs() -> None:
    html = '<div class="inside-address"><p>A &amp; <em>B</em><br/>C<br/></p><p>D</p></div><p>E</p>'
    assert extract_address_lines(html) == ["A & B", "C", "D"]
    assert extract_address_lines("<p>A</p>") == []


@pytest.mark.parametrize("layout", WINDOWED)
def test_marks_stand_where_the_standard_has_them_and_are_not_read(layout: LayoutName) -> None:
    data = renderer("serif").render(laid_out(layout)).data
    found = sorted(rules(data), key=lambda rule: rule[1])
    expected = list_edge_marks(LAYOUTS[layout])
    assert [height for _, height, _ in found] == pytest.approx([height for height, _ in expected], abs=0.2)
    assert all(left == pytest.approx(MARK_LEFT_MM, abs=0.1) for left, _, _ in found)
    lengths = {FOLD_MARK_MM, PUNCH_MARK_MM} if LAYOUTS[layout].punch_mark_mm else {FOLD_MARK_MM}
    assert {round(length, 1) for *_, length in found} == (lengths if expected else set())


def test_the_figures_are_those_of_the_standards() -> None:
    assert {name: each.fold_marks_mm for name, each in LAYOUTS.items() if each.fold_marks_mm} == {
        "din-5008-a": (87, 192),
        "din-5008-b": (105, 210),
        "sn-right": (105, 210),
        "nf-z11": (99, 198),
    }
    assert {name for name, each in LAYOUTS.items() if each.punch_mark_mm == 148.5} == LAYOUTS_WITH_RETURN_LINE
    assert {name for name in WINDOWED if window_of(name).return_line_mm} == LAYOUTS_WITH_RETURN_LINE
    assert all(each.authority for each in LAYOUTS.values())
    for each in LAYOUTS.values():
        assert each.window
        assert each.window.bottom_mm < each.text_top_mm


@pytest.mark.parametrize("layout", sorted(LAYOUTS_WITH_RETURN_LINE))
def test_the_sender_stands_in_the_strip_above_the_address(layout: LayoutName) -> None:
    window = window_of(layout)
    ((left, top, right, bottom),) = extents(renderer("sans").render(laid_out(layout)).data, (RETURN,))
    assert left == pytest.approx(window.text_left_mm, abs=1)
    assert right <= window.right_mm
    assert window.top_mm <= top < bottom <= window.address_top_mm


@pytest.mark.slow
@pytest.mark.parametrize("design", DESIGNS)
@pytest.mark.parametrize("layout", [*WINDOWED, "plain"])
def test_every_layout_and_design_is_accessible_and_comes_out_the_same(
    layout: LayoutName, design: DesignName
) -> None:
    written = laid_out(layout)
    data = renderer(design).render(written).data
    report = page.validate_pdf_bytes(data, profile="ua1")
    assert [failure.message for failure in report.failures] == []
    assert faults(data, written.html.count('class="footnote"')) == []
    assert PdfRenderer(STYLES, branding=look(design)).render(written).data == data
    read = read_pdf(data)
    assert "The Honorable Jane Sample · 24 November 2026" in " ".join(read.pages[1].split())
    assert "Page 2 of" in read.pages[1]
    assert "registered charity" in read.pages[0]
    assert "registered charity" not in read.pages[1]


@pytest.mark.parametrize("layout", [*WINDOWED, "plain"])
def test_the_archive_takes_every_layout(layout: LayoutName) -> None:
    data = PdfRenderer(STYLES, "archive", look("sans")).render(laid_out(layout)).data
    assert [failure.message for failure in page.validate_pdf_bytes(data, profile="3a").failures] == []


@pytest.mark.slow
@pytest.mark.parametrize("design", DESIGNS)
def test_word_files_say_the_same_and_are_sound(design: DesignName, tmp_path: Path) -> None:
    word = DocxRenderer(branding=look(design))
    command = validator()
    for layout in (*WINDOWED, "plain"):
        written = laid_out(layout)
        data = word.render(written).data
        assert lint(data) == []
        assert complaints(command, data, tmp_path) == ""
        assert (
            find_differences(read_docx(data), read_untagged_pdf(renderer(design).render(written).data)) == []
        )
        assert DocxRenderer(branding=look(design)).render(written).data == data


@pytest.mark.slow
@pytest.mark.office
def test_libreoffice_shows_the_address_of_word_files_in_the_window(
    convert_to_pdf: Callable[[Path], list[Path]], tmp_path: Path
) -> None:
    """Its fonts are not Word's, and wider; so lines are compared that fit whatever the font."""
    short = ("Zoe Sampleby", "Zsample Committee", *LINES[3:])
    cases: dict[tuple[LayoutName, DesignName], tuple[str, ...]] = {}
    assert WINDOWED
    for layout in WINDOWED:
        cases[layout, "serif"] = short[: min(7, most_rows(layout))]
        cases[layout, "sans"] = short[:3]
    for (layout, design), lines in cases.items():
        written = laid_out(layout, lines, "<p>Short.</p>")
        data = DocxRenderer(branding=look(design)).render(written).data
        (tmp_path / f"{layout}-{design}.docx").write_bytes(data)
    assert len(convert_to_pdf(tmp_path)) == len(cases)
    for (layout, design), lines in cases.items():
        shown = (tmp_path / f"{layout}-{design}.pdf").read_bytes()
        assert_within(layout, shown, lines, 2)
        (date,) = extents(shown, ("24 November 2026",))
        assert date[1] == pytest.approx(LAYOUTS[layout].text_top_mm, abs=3)
        if layout in LAYOUTS_WITH_RETURN_LINE:
            ((left, top, _, bottom),) = extents(shown, (RETURN,))
            assert left == pytest.approx(window_of(layout).text_left_mm, abs=1)
            assert window_of(layout).top_mm - 1 <= top < bottom <= window_of(layout).address_top_mm + 1


def test_a_long_name_is_shortened_in_the_head_and_never_wraps() -> None:
    name = (
        "Her Excellency the Permanent Representative of the Republic of Samples to the United Nations Office"
    )
    written = replace(laid_out("din-5008-b"), running=(name, "24\u00a0November\u00a02026"))
    lines = read_pdf(renderer("serif").render(written).data).pages[1].splitlines()
    (head,) = [line for line in lines if "24\u00a0Nov" in line or "24 Nov" in line]
    assert head.startswith("Her Excellency the Permanent Representative")
    assert "… · 24" in head
    with zipfile.ZipFile(BytesIO(DocxRenderer(branding=look("serif")).render(written).data)) as word:
        heads = [word.read(name).decode() for name in word.namelist() if "header" in name]
    assert any("… · 24" in each for each in heads)
    assert not any(name in each for each in heads)


@pytest.mark.parametrize("layout", [*WINDOWED, "plain"])
def test_the_notes_of_the_first_page_stand_above_its_foot(layout: LayoutName) -> None:
    """A rounding error once sent all notes of US letters to the next page."""
    for on_paper in ("a4", "us-letter") if layout == "plain" else (None,):
        written = laid_out(layout)
        written = replace(written, page=on_paper) if on_paper else written
        first, *_ = read_pdf(renderer("serif").render(written).data).pages
        assert first.count("A Plain Title") >= 2
