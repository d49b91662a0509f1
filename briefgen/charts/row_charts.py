"""Bar charts, range charts and timelines: one row per datum, with its label left of its mark."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from briefgen.charts.plot import DataPoint, Plot, Scale, choose_ticks, format_ticks
from briefgen.charts.scene import (
    ARROWHEAD_SIZE,
    INK_COLOUR,
    QUIET_COLOUR,
    RULE_COLOUR,
    ArrowHead,
    BoxShape,
    DotShape,
    LineShape,
    Scene,
    Shape,
    TextRun,
    text_background,
)
from briefgen.charts.typeface import (
    NARROW_BELOW,
    TypeSizes,
    measure_text,
    type_sizes,
    wrap_text,
)

_MAX_DATE_WIDTH, _MAX_LABEL_WIDTH = 92.0, 186.0
"""Maximum widths of the columns of dates and labels."""
_MIN_SCALE_WIDTH = 120.0
_MIN_RULE_LENGTH = 13.0
"""Width that values leave for the scale."""
_COLUMN_GAP, _SCALE_GAP, _VALUE_GAP = 10.0, 14.0, 7.0
_AXIS_GAP = 4.0
"""From the axis to words that stand beside it."""
_ARROW_LENGTH = 18.0
_ROW_GAP, _TIGHT_ROW_GAP, _TIGHT_FROM_ROWS = 6.0, 2.0, 24
"""Space between rows, and the tight one from a number of rows on, so that forty rows fit on a page."""
_AXIS_HEIGHT = 20.0
"""Space for the numbers of the scale."""
_BASELINE_SHARE = 0.35
"""From the middle of a line of text down to its baseline, as a share of the font size."""
_SCALE_STEP = 6.0
"""Steps in which a shorter scale is tried until every value has space."""


@dataclass(frozen=True, slots=True)
class _Row:
    mark: DataPoint
    dates: list[str]
    labels: list[str]
    values: list[str]
    """The lines of the value, with the status on the last line or on its own."""
    bottom: float
    words_middle: float
    """The height at which the label is centred."""
    date_middle: float
    """The height at which the date is centred: that of the label, or of its first line if it is above."""
    middle: float
    """The height of the mark and its value."""


@dataclass(frozen=True, slots=True)
class _Columns:
    """Where date and label of a row stand, and where the scale starts."""

    date_x: float
    label_x: float
    label_width: float
    start: float
    above: bool
    """Whether date and label stand above the mark, in a narrow chart."""


def draw_row_chart(plot: Plot, width: float) -> Scene:
    """Draw bars from zero, or ranges with marked ends."""
    sizes = type_sizes(width)
    columns = _divide_width(plot, width, sizes)
    rows = _lay_out_rows(plot, width, columns, sizes)
    highest = max(row.mark.high for row in rows)
    ticks = choose_ticks(highest, 3 if columns.above else 5)
    scale = _fit_scale(plot, rows, ticks[-1] or highest or 1, columns.start, width, sizes)
    shapes = [*_draw_axis(ticks, scale, _rule_spans(rows, columns, sizes), width, plot.language, sizes)]
    for row in rows:
        shapes += _stack_lines(columns.date_x, row.date_middle, row.dates, sizes.small, sizes, QUIET_COLOUR)
        shapes += _stack_lines(columns.label_x, row.words_middle, row.labels, sizes.label, sizes, INK_COLOUR)
        shapes += _draw_bar(row, scale) if plot.chart == "bar" else _draw_range(row, scale)
        shapes += _draw_value(row, scale, width, plot.chart == "range", sizes)
    return Scene(width, rows[-1].bottom + 4, tuple(shapes))


def _divide_width(plot: Plot, width: float, sizes: TypeSizes) -> _Columns:
    dates = [line for mark in plot.marks for line in wrap_text(mark.date, sizes.small, _MAX_DATE_WIDTH)]
    date_width = max((measure_text(line, sizes.small) for line in dates), default=0)
    above = width < NARROW_BELOW
    has_labels = any(mark.label for mark in plot.marks)
    label_x = date_width + _COLUMN_GAP if date_width and has_labels else date_width
    if above:
        start = measure_text("0", sizes.small) / 2 + 1
        date_x = start + _AXIS_GAP  # the axis runs down beside the words
        return _Columns(date_x, date_x + label_x, width - date_x - label_x, start, above)
    labels = [line for mark in plot.marks for line in wrap_text(mark.label, sizes.label, _MAX_LABEL_WIDTH)]
    label_width = max((measure_text(line, sizes.label) for line in labels), default=0)
    return _Columns(0, label_x, _MAX_LABEL_WIDTH, label_x + label_width + _SCALE_GAP, above)


def _lay_out_rows(plot: Plot, width: float, columns: _Columns, sizes: TypeSizes) -> list[_Row]:
    """Return the rows from top to bottom."""
    rows, top = [], _AXIS_HEIGHT
    gap = _TIGHT_ROW_GAP if len(plot.marks) > _TIGHT_FROM_ROWS else _ROW_GAP
    for mark in plot.marks:
        dates = wrap_text(mark.date, sizes.small, _MAX_DATE_WIDTH)
        labels = wrap_text(mark.label, sizes.label, columns.label_width)
        arrow = _ARROW_LENGTH if mark.more else 0
        values = _wrap_value(mark, width - columns.start - _MIN_SCALE_WIDTH - _VALUE_GAP - arrow, sizes)
        words = sizes.line * max(len(dates), len(labels))
        value = sizes.line * max(len(values), 1)
        height = (words + value if columns.above else max(words, value)) + gap
        bottom = top + height
        middle = bottom - (value + gap) / 2 if columns.above else top + height / 2
        words_middle = top + gap / 2 + sizes.line * len(labels) / 2 if columns.above else middle
        date_middle = top + gap / 2 + sizes.line * len(dates) / 2 if columns.above else middle
        rows.append(_Row(mark, dates, labels, values, bottom, words_middle, date_middle, middle))
        top = bottom
    return rows


def _wrap_value(mark: DataPoint, width: float, sizes: TypeSizes) -> list[str]:
    values = wrap_text(mark.value, sizes.label, width)
    if not mark.status:
        return values
    last = f"{values[-1]}, {mark.status}"
    fits = measure_text(last, sizes.label) <= width
    return [*values[:-1], last] if fits else [*values, mark.status]


def _value_width(row: _Row, sizes: TypeSizes) -> float:
    return max((measure_text(line, sizes.label) for line in row.values), default=0)


def _fit_scale(
    plot: Plot, rows: list[_Row], maximum: float, start: float, width: float, sizes: TypeSizes
) -> Scale:
    """Return the longest scale at which every value stands beside its mark."""
    length = width - start - 8
    before = plot.chart == "range"
    while length > _MIN_SCALE_WIDTH:
        scale = Scale(maximum, start, start + length)
        if all(_place_value(row, scale, width, before, sizes) is not None for row in rows):
            return scale
        length -= _SCALE_STEP
    space = min(
        (width - start - _space_after(row, sizes)) * maximum / (row.mark.high or maximum) for row in rows
    )
    return Scale(maximum, start, start + min(space, width - start - 8))


def _space_after(row: _Row, sizes: TypeSizes) -> float:
    """Return the space that a value after its mark needs."""
    return _VALUE_GAP + _value_width(row, sizes) + (_ARROW_LENGTH if row.mark.more else 0)


def _place_value(row: _Row, scale: Scale, width: float, before: bool, sizes: TypeSizes) -> float | None:
    """Return the left edge of a row's value: after its mark, or `before` it; None where there is no space."""
    mark, value_width = row.mark, _value_width(row, sizes)
    high = scale.position(mark.high)
    if high + _space_after(row, sizes) <= width:
        return high + _space_after(row, sizes) - value_width
    left = scale.position(mark.low) - _VALUE_GAP - (_ARROW_LENGTH if mark.less else 0) - value_width
    has_arrow_space = not mark.more or high + _ARROW_LENGTH <= width
    return left if before and has_arrow_space and left > scale.start + 2 else None


def _rule_spans(rows: list[_Row], columns: _Columns, sizes: TypeSizes) -> list[tuple[float, float]]:
    """Return from where to where the rules of the scale go down: not through words above the marks.

    The axis is clear of them, and goes down in one.
    """
    if not columns.above:
        return [(_AXIS_HEIGHT - 3, rows[-1].bottom)]
    spans = [(_AXIS_HEIGHT - 3, _AXIS_HEIGHT)]
    for row in rows:
        half = max(sizes.line * max(len(row.values), 1), _MIN_RULE_LENGTH) / 2
        spans.append((row.middle - half, row.middle + half))
    return spans


def _draw_axis(
    ticks: list[float],
    scale: Scale,
    spans: list[tuple[float, float]],
    width: float,
    language: str,
    sizes: TypeSizes,
) -> Iterator[Shape]:
    """Draw the scale, with the number of every mark, or every second and so on, that there is space for."""
    names = format_ticks(ticks, language)
    half = max(measure_text(name, sizes.small) for name in names) / 2
    pitch = (scale.end - scale.start) / max(len(ticks) - 1, 1)
    last = len(ticks) - 1
    # The first number and the last are moved inwards if they would stand out of the picture.
    moved = max(0.0, half - scale.start) + max(0.0, half - (width - scale.end))
    needed = 2 * half + 8 + moved
    steps = [step for step in range(1, last + 1) if last % step == 0 and step * pitch >= needed]
    named = range(0, last + 1, steps[0]) if steps else range(1)
    for index, (tick, name) in enumerate(zip(ticks, names, strict=True)):
        x = scale.position(tick)
        if tick == 0:
            yield LineShape(x, _AXIS_HEIGHT - 3, x, spans[-1][1], INK_COLOUR, 0.7)
        else:
            yield from (LineShape(x, top, x, bottom, RULE_COLOUR, 0.7) for top, bottom in spans)
        if index in named:
            name_half = measure_text(name, sizes.small) / 2
            middle = min(max(x, name_half), width - name_half)
            yield TextRun(middle, _AXIS_HEIGHT - 8, name, sizes.small, QUIET_COLOUR, "middle")


def _stack_lines(
    x: float, middle: float, lines: list[str], size: float, sizes: TypeSizes, colour: str
) -> Iterator[TextRun]:
    """Draw lines of text below each other, vertically centred."""
    first = middle - sizes.line * (len(lines) - 1) / 2 + _BASELINE_SHARE * size
    for index, line in enumerate(lines):
        yield TextRun(x, first + index * sizes.line, line, size, colour)


def _draw_bar(row: _Row, scale: Scale) -> Iterator[Shape]:
    mark, y = row.mark, row.middle
    low, high = scale.position(mark.low), scale.position(mark.high)
    if low > scale.start:
        yield BoxShape(scale.start, y - 4.5, low - scale.start, 9, hollow=bool(mark.status))
    if high > low:
        yield LineShape(low, y, high, y, width=1.6)
        yield LineShape(high, y - 4, high, y + 4, width=1.6)
    yield from _draw_open_ends(row, scale, low, high)


def _draw_range(row: _Row, scale: Scale) -> Iterator[Shape]:
    mark, y = row.mark, row.middle
    low, high = scale.position(mark.low), scale.position(mark.high)
    doubtful = bool(mark.status)
    yield from _draw_open_ends(row, scale, low, high)
    if high > low:
        yield LineShape(low, y, high, y, width=2.2, dashed=doubtful)
        for end in (low, high):
            yield LineShape(end, y - 4.5, end, y + 4.5, width=1.6)
    else:
        yield DotShape(low, y, hollow=doubtful)


def _draw_open_ends(row: _Row, scale: Scale, low: float, high: float) -> Iterator[Shape]:
    """Draw arrows where the true value may be higher or lower than the figure."""
    mark, y = row.mark, row.middle
    if mark.more:
        yield LineShape(high, y, high + _ARROW_LENGTH - ARROWHEAD_SIZE, y, width=1.3)
        yield ArrowHead(high + _ARROW_LENGTH, y, right=True)
    if mark.less and low - scale.start > ARROWHEAD_SIZE:
        tip = max(scale.start, low - _ARROW_LENGTH)
        yield LineShape(tip + ARROWHEAD_SIZE, y, low, y, width=1.3)
        yield ArrowHead(tip, y, right=False)


def _draw_value(row: _Row, scale: Scale, width: float, before: bool, sizes: TypeSizes) -> Iterator[Shape]:
    x = _place_value(row, scale, width, before, sizes)
    if x is None:
        x = scale.position(row.mark.high) + _space_after(row, sizes) - _value_width(row, sizes)
    lines = list(_stack_lines(x, row.middle, row.values, sizes.label, sizes, INK_COLOUR))
    for line in lines:
        yield text_background(line)
    yield from lines


_MAX_TIMELINE_DATE_SHARE = 0.22
"""Greatest share of the width for the dates of a timeline."""
_NO_DATE = "–"
"""Printed if the date is unknown."""
_EVENT_GAP = 8.0
_GAP_PER_YEAR, _MAX_TIME_GAP = 4.0, 14.0
"""Space for each year between events, and its maximum."""


def draw_timeline(plot: Plot, width: float) -> Scene:
    """Draw events in order; periods longer than a year are strokes, all others dots."""
    sizes = type_sizes(width)
    date_width = width * _MAX_TIMELINE_DATE_SHARE
    dates = [wrap_text(mark.date or _NO_DATE, sizes.small, date_width) for mark in plot.marks]
    rail = max(measure_text(line, sizes.small) for lines in dates for line in lines) + 16
    shapes: list[Shape] = []
    top, before = 2.0, 0.0
    places: list[tuple[float, DataPoint]] = []
    for mark, date in zip(plot.marks, dates, strict=True):
        text = f"{mark.label} ({mark.status})" if mark.status else mark.label
        labels = wrap_text(text, sizes.label, width - rail - 16)
        if before and mark.days:
            top += min(_MAX_TIME_GAP, _GAP_PER_YEAR * max(0.0, mark.days[0] - before) / 365.25)
        for index, line in enumerate(date):
            y = top + 11 + index * sizes.line
            shapes.append(TextRun(rail - 16, y, line, sizes.small, QUIET_COLOUR, "end"))
        for index, line in enumerate(labels):
            shapes.append(TextRun(rail + 14, top + 11 + index * sizes.line, line, sizes.label))
        places.append((top + 7, mark))
        top += sizes.line * max(len(date), len(labels), 1) + _EVENT_GAP
        before = mark.days[1] if mark.days else before
    rule = LineShape(rail, places[0][0], rail, places[-1][0], RULE_COLOUR, 1.4)
    marks: list[Shape] = []
    for y, mark in places:
        if mark.days and mark.days[1] - mark.days[0] > 366:
            marks.append(LineShape(rail, y - 5, rail, y + 7, width=5))
        else:
            marks.append(DotShape(rail, y, hollow=bool(mark.status) or not mark.days))
    return Scene(width, top, (rule, *marks, *shapes))
