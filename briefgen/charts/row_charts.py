"""Bar charts, range charts and timelines: one row per datum, with its label left of its mark."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from briefgen.charts.plot import DataPoint, Plot, Scale, compute_ticks, format_ticks
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
from briefgen.charts.typeface import LABEL_SIZE, LINE_HEIGHT, SMALL_SIZE, measure_text, wrap_text

_MAX_DATE_WIDTH, _MAX_LABEL_WIDTH = 92.0, 186.0
"""Maximum widths of the columns of dates and labels."""
_MIN_SCALE_WIDTH = 120.0
"""Width that values leave for the scale."""
_COLUMN_GAP, _SCALE_GAP, _VALUE_GAP = 10.0, 14.0, 7.0
_ARROW_LENGTH = 18.0
_ROW_GAP, _TIGHT_ROW_GAP, _TIGHT_FROM_ROWS = 6.0, 2.0, 24
"""Space between rows, and the tight one from a number of rows on, so that forty rows fit on a page."""
_AXIS_HEIGHT = 34.0
"""Space for the unit and the numbers of the scale."""
_BASELINE_OFFSET = 4.2
"""From the middle of a line of text down to its baseline."""


@dataclass(frozen=True, slots=True)
class _Row:
    mark: DataPoint
    dates: list[str]
    labels: list[str]
    values: list[str]
    """The lines of the value, with the status on the last line or on its own."""
    top: float
    height: float

    @property
    def middle(self) -> float:
        return self.top + self.height / 2


def draw_row_chart(plot: Plot, width: float) -> Scene:
    """Draw bars from zero, or ranges with marked ends."""
    rows, labels_x, start = _lay_out_rows(plot, width)
    maximum = max((row.mark.high for row in rows), default=0) or 1
    # Leave space for every value after its mark.
    space = min((width - start - _value_space(row)) * maximum / (row.mark.high or maximum) for row in rows)
    scale = Scale(maximum, start, start + min(space, width - start - 8))
    bottom = rows[-1].top + rows[-1].height
    shapes = [*_draw_axis(plot, scale, bottom, width)]
    for row in rows:
        shapes += _stack_lines(0, row, row.dates, SMALL_SIZE, QUIET_COLOUR)
        shapes += _stack_lines(labels_x, row, row.labels, LABEL_SIZE, INK_COLOUR)
        shapes += _draw_bar(row, scale) if plot.chart == "bar" else _draw_range(row, scale)
        shapes += _draw_value(row, scale)
    return Scene(width, bottom + 4, tuple(shapes))


def _lay_out_rows(plot: Plot, width: float) -> tuple[list[_Row], float, float]:
    """Return the rows from top to bottom, and the positions where labels and scale start."""
    marks = plot.marks
    dates = [wrap_text(mark.date, SMALL_SIZE, _MAX_DATE_WIDTH) for mark in marks]
    labels = [wrap_text(mark.label, LABEL_SIZE, _MAX_LABEL_WIDTH) for mark in marks]
    date_width = max((measure_text(line, SMALL_SIZE) for lines in dates for line in lines), default=0)
    label_width = max((measure_text(line, LABEL_SIZE) for lines in labels for line in lines), default=0)
    labels_x = date_width + _COLUMN_GAP if date_width and label_width else date_width
    start = labels_x + label_width + _SCALE_GAP
    rows, top = [], _AXIS_HEIGHT
    gap = _TIGHT_ROW_GAP if len(marks) > _TIGHT_FROM_ROWS else _ROW_GAP
    for mark, date, label in zip(marks, dates, labels, strict=True):
        widest = width - start - _MIN_SCALE_WIDTH - _VALUE_GAP - (_ARROW_LENGTH if mark.more else 0)
        values = wrap_text(mark.value, LABEL_SIZE, widest)
        if mark.status:
            last = f"{values[-1]}, {mark.status}"
            values = (
                [*values[:-1], last] if measure_text(last, LABEL_SIZE) <= widest else [*values, mark.status]
            )
        height = LINE_HEIGHT * max(len(date), len(label), len(values), 1) + gap
        rows.append(_Row(mark, date, label, values, top, height))
        top += height
    return rows, labels_x, start


def _value_space(row: _Row) -> float:
    """Return the space that a row needs after its mark."""
    value = max((measure_text(line, LABEL_SIZE) for line in row.values), default=0)
    return _VALUE_GAP + value + (_ARROW_LENGTH if row.mark.more else 0)


def _draw_axis(plot: Plot, scale: Scale, bottom: float, width: float) -> Iterator[Shape]:
    for number in (5, 4, 3, 2, 1):
        ticks = compute_ticks(scale.maximum, number)
        names = format_ticks(ticks, plot.language)
        widths = [measure_text(name, SMALL_SIZE) for name in names]
        places = [scale.position(tick) for tick in ticks]
        ends = [
            (x - name_width / 2, x + name_width / 2) for x, name_width in zip(places, widths, strict=True)
        ]
        if ends[-1][1] <= width and all(a[1] + 8 <= b[0] for a, b in pairwise(ends)):
            break
    else:
        ticks, names = [0.0], format_ticks([0.0], plot.language)
    for tick, name in zip(ticks, names, strict=True):
        x = scale.position(tick)
        yield LineShape(x, _AXIS_HEIGHT - 3, x, bottom, INK_COLOUR if tick == 0 else RULE_COLOUR, 0.7)
        yield TextRun(x, _AXIS_HEIGHT - 8, name, SMALL_SIZE, QUIET_COLOUR, "middle")
    if plot.unit:
        unit = wrap_text(plot.unit, SMALL_SIZE, width)[0]
        x = min(scale.start, width - measure_text(unit, SMALL_SIZE))
        yield TextRun(x, 11, unit, SMALL_SIZE, QUIET_COLOUR)


def _stack_lines(x: float, row: _Row, lines: list[str], size: float, colour: str) -> Iterator[TextRun]:
    """Draw lines of text below each other, vertically centred in their row."""
    first = row.middle - LINE_HEIGHT * (len(lines) - 1) / 2 + _BASELINE_OFFSET
    for index, line in enumerate(lines):
        yield TextRun(x, first + index * LINE_HEIGHT, line, size, colour)


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


def _draw_value(row: _Row, scale: Scale) -> Iterator[Shape]:
    x = scale.position(row.mark.high) + _VALUE_GAP + (_ARROW_LENGTH if row.mark.more else 0)
    lines = list(_stack_lines(x, row, row.values, LABEL_SIZE, INK_COLOUR))
    for line in lines:
        yield text_background(line)
    yield from lines


_MAX_TIMELINE_DATE_WIDTH = 120.0
_NO_DATE = "–"
"""Printed if the date is unknown."""
_EVENT_GAP = 8.0
_GAP_PER_YEAR, _MAX_TIME_GAP = 4.0, 14.0
"""Space for each year between events, and its maximum."""


def draw_timeline(plot: Plot, width: float) -> Scene:
    """Draw events in order; periods longer than a year are strokes, all others dots."""
    dates = [wrap_text(mark.date or _NO_DATE, SMALL_SIZE, _MAX_TIMELINE_DATE_WIDTH) for mark in plot.marks]
    rail = max(measure_text(line, SMALL_SIZE) for lines in dates for line in lines) + 16
    shapes: list[Shape] = []
    top, before = 2.0, 0.0
    places: list[tuple[float, DataPoint]] = []
    for mark, date in zip(plot.marks, dates, strict=True):
        text = f"{mark.label} ({mark.status})" if mark.status else mark.label
        labels = wrap_text(text, LABEL_SIZE, width - rail - 16)
        if before and mark.days:
            top += min(_MAX_TIME_GAP, _GAP_PER_YEAR * max(0.0, mark.days[0] - before) / 365.25)
        for index, line in enumerate(date):
            y = top + 11 + index * LINE_HEIGHT
            shapes.append(TextRun(rail - 16, y, line, SMALL_SIZE, QUIET_COLOUR, "end"))
        for index, line in enumerate(labels):
            shapes.append(TextRun(rail + 14, top + 11 + index * LINE_HEIGHT, line, LABEL_SIZE))
        places.append((top + 7, mark))
        top += LINE_HEIGHT * max(len(date), len(labels), 1) + _EVENT_GAP
        before = mark.days[1] if mark.days else before
    rule = LineShape(rail, places[0][0], rail, places[-1][0], RULE_COLOUR, 1.4)
    marks: list[Shape] = []
    for y, mark in places:
        if mark.days and mark.days[1] - mark.days[0] > 366:
            marks.append(LineShape(rail, y - 5, rail, y + 7, width=5))
        else:
            marks.append(DotShape(rail, y, hollow=bool(mark.status) or not mark.days))
    return Scene(width, top, (rule, *marks, *shapes))
