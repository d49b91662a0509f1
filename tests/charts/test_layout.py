"""Whatever the data are, words of a figure touch no other words and stay in the picture, in any face."""

from __future__ import annotations

from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from briefgen.charts import CHART_WIDTH, MAX_CHART_HEIGHT, MIN_CHART_WIDTH, draw_chart
from briefgen.charts.plot import DataPoint, Plot, choose_ticks
from briefgen.charts.scene import INK_COLOUR, ArrowHead, BoxShape, DotShape, LineShape, Scene, TextRun
from briefgen.charts.typeface import WIDE_SIZES, find_missing_characters, measure_text, wrap_text
from briefgen.render.layouts import PAGES

LETTERS = st.characters(codec="latin-1", categories=("Lu", "Ll", "Nd", "Pd", "Po"))
WORD = st.text(LETTERS, min_size=1, max_size=30)
LABELS = st.lists(WORD, max_size=12).map(" ".join) | st.text("W", max_size=200)
AMOUNTS = st.floats(0, 1e15) | st.floats(0, 1e-4) | st.sampled_from([0.0, 1.0, 99.0, 2914.0])
TEXTS = st.sampled_from(["0", "63", "1,508", "53,000 to 65,000", "more than 1,000,000,000,000", "W" * 60])
HALF_WIDTH = 83 / 25.4 * 96
"""The width of half a page, in pixels."""
WIDTHS = st.sampled_from([CHART_WIDTH, HALF_WIDTH, MIN_CHART_WIDTH])
STATUS = st.sampled_from(["", "", "contested", "superseded"])


@st.composite
def marks(draw: st.DrawFn, dated: bool = False) -> DataPoint:
    """A datum of any shape; `dated`: with a day."""
    ends = sorted([draw(AMOUNTS), draw(AMOUNTS)])
    low = ends[1] if draw(st.booleans()) else ends[0]
    day = float(draw(st.integers(600_000, 740_000)))
    has_date = dated or draw(st.booleans())
    return DataPoint(
        draw(LABELS),
        draw(st.sampled_from(["2012", "17 September 2025", "December 2011 – April 2012"]))
        if has_date
        else "",
        (day, day + draw(st.sampled_from([0, 30, 365, 1500]))) if has_date else None,
        draw(TEXTS),
        low,
        ends[1],
        draw(st.booleans()),
        draw(st.booleans()),
        draw(STATUS),
    )


@st.composite
def plots(draw: st.DrawFn) -> Plot:
    """A plot of any chart, as the checks let it through."""
    chart = draw(st.sampled_from(["bar", "range", "line", "timeline"]))
    ordered = chart in ("line", "timeline")
    found = draw(st.lists(marks(dated=chart == "line"), min_size=1, max_size=40))
    if ordered:
        found = sorted(found, key=lambda mark: mark.day)
    if chart == "line":
        found = list({mark.day: mark for mark in found}.values())
    return Plot(chart, tuple(found), draw(st.sampled_from(["en", "de", "fr", "ko", "xx"])))


def area(words: TextRun) -> tuple[float, float, float, float]:
    """Where words stand at most: left, top, right, bottom."""
    wide = measure_text(words.text, words.size)
    left = {"start": words.x, "middle": words.x - wide / 2, "end": words.x - wide}[words.anchor]
    # Ascenders and descenders of the face, from its own measures.
    return left, words.y - 0.72 * words.size, left + wide, words.y + 0.2 * words.size


def faults(scene: Scene) -> list[str]:
    words = [shape for shape in scene.shapes if isinstance(shape, TextRun)]
    found = []
    for one in words:
        left, top, right, bottom = area(one)
        if left < -0.01 or top < -0.01 or right > scene.width + 0.01 or bottom > scene.height + 0.01:
            found.append(f"{one} runs out of the picture")
    for one, other in combinations(words, 2):
        a, b = area(one), area(other)
        if a[0] < b[2] - 0.01 and b[0] < a[2] - 0.01 and a[1] < b[3] - 0.01 and b[1] < a[3] - 0.01:
            found.append(f"{one} touches {other}")
    return found


@pytest.mark.slow
@settings(max_examples=60, deadline=None)
@given(plots(), WIDTHS)
def test_words_touch_no_others_and_stay_in_the_picture(plot: Plot, width: float) -> None:
    scene = draw_chart(plot, width)
    assert not faults(scene)


ROWS = Plot(
    "range",
    tuple(
        DataPoint(f"The estimate of institute number {n}", date="January 2013", value="80,000", low=8, high=9)
        for n in range(6)
    ),
)


@pytest.mark.parametrize("millimetres", [70, 83, 112])
def test_no_rule_of_the_scale_strikes_words_above_a_mark(millimetres: float) -> None:
    scene = draw_chart(ROWS, millimetres / 25.4 * 96)
    rules = [one for one in scene.shapes if isinstance(one, LineShape) and one.x1 == one.x2]
    labels = [one for one in scene.shapes if isinstance(one, TextRun) and one.text.startswith(("The", "Jan"))]
    assert rules
    assert labels
    for words in labels:
        left, top, right, bottom = area(words)
        assert not [
            rule
            for rule in rules
            if left <= rule.x1 <= right and rule.y1 < bottom - 0.5 and top + 0.5 < rule.y2
        ]


def test_a_chart_of_rows_is_no_higher_for_two_thirds_of_a_page_than_for_half() -> None:
    half, more, most = (draw_chart(ROWS, millimetres / 25.4 * 96).height for millimetres in (83, 112, 130))
    assert half >= more >= most


@settings(max_examples=40, deadline=None)
@given(plots().filter(lambda plot: plot.chart in ("bar", "range")), WIDTHS)
def test_the_axis_runs_through_no_words(plot: Plot, width: float) -> None:
    scene = draw_chart(plot, width)
    axis = next(line for line in scene.shapes if isinstance(line, LineShape) and line.colour == INK_COLOUR)
    below = [one for one in scene.shapes if isinstance(one, TextRun) and one.y > axis.y1 + one.size]
    assert not [one for one in below if area(one)[0] < axis.x1 < area(one)[2]]


def test_the_last_number_of_a_scale_stands_clear_of_the_one_before() -> None:
    row = DataPoint("Long label that goes on", value="0", high=125000012500002.0)
    assert not faults(draw_chart(Plot("bar", (row,)), CHART_WIDTH))


@settings(max_examples=40, deadline=None)
@given(plots(), WIDTHS)
def test_marks_stay_in_the_picture(plot: Plot, width: float) -> None:
    scene = draw_chart(plot, width)
    for shape in scene.shapes:
        match shape:
            case LineShape():
                xs, ys = (shape.x1, shape.x2), (shape.y1, shape.y2)
            case BoxShape():
                xs, ys = (shape.x, shape.x + shape.width), (shape.y, shape.y + shape.height)
                assert shape.width >= 0
            case DotShape() | ArrowHead():
                xs, ys = (shape.x, shape.x), (shape.y, shape.y)
            case _:
                continue
        assert min(xs) >= -4 and max(xs) <= scene.width + 4, shape
        assert min(ys) >= -4 and max(ys) <= scene.height + 4, shape


@settings(max_examples=40, deadline=None)
@given(plots(), WIDTHS)
def test_every_row_of_bars_and_ranges_shows_its_value_and_every_event_its_words(
    plot: Plot, width: float
) -> None:
    shown = "".join(
        shape.text for shape in draw_chart(plot, width).shapes if isinstance(shape, TextRun)
    ).replace(" ", "")
    for mark in plot.marks:
        if plot.chart in ("bar", "range"):
            assert mark.value.replace(" ", "") in shown
        if plot.chart != "line":
            assert mark.label.replace(" ", "") in shown
            assert mark.status in shown


def one_row(**values: object) -> list[object]:
    row = DataPoint("Somebody", value="about 5", **values)  # type: ignore[arg-type]
    other = DataPoint("Another", value="10", low=10, high=10)
    return list(draw_chart(Plot("range", (row, other))).shapes)


def test_a_range_runs_from_its_lowest_to_its_highest_value() -> None:
    lines = [shape for shape in one_row(low=2, high=8) if isinstance(shape, LineShape)]
    (span,) = (line for line in lines if line.width == 2.2)
    (nought,) = (line.x1 for line in lines if line.colour == INK_COLOUR)
    assert (span.x1 - nought) / (span.x2 - nought) == pytest.approx(2 / 8)


def test_an_open_end_has_an_arrow_in_its_direction() -> None:
    assert [shape.right for shape in one_row(low=5, high=5, more=True) if isinstance(shape, ArrowHead)] == [
        True
    ]
    assert [shape.right for shape in one_row(low=5, high=5, less=True) if isinstance(shape, ArrowHead)] == [
        False
    ]
    assert not [shape for shape in one_row(low=5, high=5) if isinstance(shape, ArrowHead)]


def test_a_contested_value_is_hollow_or_dashed_so_that_print_in_grey_tells_it() -> None:
    assert [
        shape.hollow for shape in one_row(low=5, high=5, status="contested") if isinstance(shape, DotShape)
    ] == [
        True,
        False,
    ]
    assert any(
        shape.dashed for shape in one_row(low=2, high=5, status="superseded") if isinstance(shape, LineShape)
    )


def test_a_line_is_dashed_where_years_are_missing() -> None:
    years = [734_000, 734_365, 734_730, 736_500]
    plot = Plot("line", tuple(DataPoint(date="x", days=(d, d), value="5", low=5, high=5) for d in years))
    path = [shape for shape in draw_chart(plot).shapes if isinstance(shape, LineShape) and shape.width == 1.8]
    assert [line.dashed for line in path] == [False, False, True]


def test_a_line_names_its_first_last_lowest_and_highest_value() -> None:
    values = [50, 90, 20, 30]
    plot = Plot(
        "line",
        tuple(
            DataPoint(date=f"20{i:02}", days=(730_000 + 365 * i,) * 2, value=f"{v}!", low=v, high=v)  # type: ignore[arg-type]
            for i, v in enumerate(values)
        ),
    )
    shown = {shape.text for shape in draw_chart(plot).shapes if isinstance(shape, TextRun)}
    assert {"50!", "90!", "20!", "30!"} <= shown


@given(plots(), WIDTHS)
def test_no_words_are_smaller_than_seven_points(plot: Plot, width: float) -> None:
    scene = draw_chart(plot, width)
    assert scene.width == width, "a picture that is scaled down to its place has smaller words"
    assert min(shape.size for shape in scene.shapes if isinstance(shape, TextRun)) * 0.75 >= 7


@given(st.floats(1e-9, 1e15), st.integers(2, 6))
def test_a_scale_reaches_the_data_and_little_further(highest: float, most: int) -> None:
    ticks = choose_ticks(highest, most)
    assert ticks[0] == 0
    assert ticks[-1] >= highest * 0.999999
    assert ticks[-2] < highest, "no step is empty"


def test_a_range_without_space_after_it_has_its_value_before_it() -> None:
    rows = (
        DataPoint("Low", value="220,000", low=220_000, high=220_000),
        DataPoint("High", value="2.8 to 3.5 million, by its own count", low=2_800_000, high=3_500_000),
    )
    shapes = draw_chart(Plot("range", rows)).shapes
    (span,) = (shape for shape in shapes if isinstance(shape, LineShape) and shape.width == 2.2)
    (value,) = (shape for shape in shapes if isinstance(shape, TextRun) and shape.text == rows[1].value)
    assert value.x + measure_text(value.text, value.size) < span.x1
    assert span.x2 > CHART_WIDTH * 0.8, "the scale has the width that the values leave"


def test_a_picture_is_no_wider_than_the_text_of_any_page() -> None:
    narrowest = min(page.width_mm - page.left_mm - page.right_mm for page in PAGES.values())
    assert narrowest >= CHART_WIDTH / 96 * 25.4
    shortest = min(page.height_mm - page.top_mm - page.bottom_mm for page in PAGES.values())
    assert shortest - 10 > MAX_CHART_HEIGHT / 96 * 25.4


def test_forty_rows_of_one_line_fit_on_a_page() -> None:
    rows = tuple(DataPoint("North Korea", "2012", (1, 1), "1,508", i, i) for i in range(40))
    assert draw_chart(Plot("bar", rows)).height < MAX_CHART_HEIGHT


@given(st.text(LETTERS | st.just(" "), max_size=300), st.floats(30, 500))
def test_lines_hold_all_words_in_order_and_are_no_wider_than_asked(text: str, width: float) -> None:
    lines = wrap_text(text, WIDE_SIZES.label, width)
    assert "".join(lines).replace(" ", "") == "".join(text.split())
    assert all(measure_text(line, WIDE_SIZES.label) <= width or len(line) == 1 for line in lines)


def test_the_face_says_what_it_cannot_write() -> None:
    assert find_missing_characters("Spoorenberg – “Łódź”, Αθήνα, Москва") == []
    assert find_missing_characters("북한, Pyongyang") == ["북", "한"]
