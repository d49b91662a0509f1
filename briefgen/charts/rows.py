"""Bars and ranges: a row for each datum, words on the left, mark on a scale, value at the mark."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from briefgen.charts.lettering import LABEL, LEADING, SMALL, lines_of, width_of
from briefgen.charts.plot import Mark, Plot, Scale, steps, written
from briefgen.charts.scene import HEAD, INK, QUIET, RULE, Box, Dot, Head, Line, Scene, Shape, Words, behind

_DATES, _LABELS = 92.0, 186.0
"""Widest columns of dates and labels."""
_SCALE = 120.0
"""What values leave of the width for the scale."""
_GAP, _BEFORE_SCALE, _BESIDE = 10.0, 14.0, 7.0
_ARROW = 18.0
_AIR, _LITTLE_AIR, _MANY = 6.0, 2.0, 24
"""Between rows; of more than so many, so that forty fit on a page."""
_TOP = 34.0
"""Room for the unit and the numbers of the scale."""
_RISE = 4.2
"""From the middle of a line of text down to the line that it stands on."""


@dataclass(frozen=True, slots=True)
class _Row:
    mark: Mark
    dates: list[str]
    labels: list[str]
    values: list[str]
    """The value; the word for how it stands is on a line of its own, if it is there."""
    top: float
    height: float

    @property
    def middle(self) -> float:
        return self.top + self.height / 2


def draw_rows(plot: Plot, width: float) -> Scene:
    """Draw bars from nought, or ranges with their ends marked."""
    rows, labels_at, start = _laid_out(plot, width)
    most = max((row.mark.high for row in rows), default=0) or 1
    # Every value has room behind its mark.
    room = min((width - start - _beside(row)) * most / (row.mark.high or most) for row in rows)
    scale = Scale(most, start, start + min(room, width - start - 8))
    bottom = rows[-1].top + rows[-1].height
    shapes = [*_axis(plot, scale, bottom, width)]
    for row in rows:
        shapes += _stacked(0, row, row.dates, SMALL, QUIET)
        shapes += _stacked(labels_at, row, row.labels, LABEL, INK)
        shapes += _bar(row, scale) if plot.chart == "bar" else _range(row, scale)
        shapes += _value(row, scale)
    return Scene(width, bottom + 4, tuple(shapes))


def _laid_out(plot: Plot, width: float) -> tuple[list[_Row], float, float]:
    """The rows from the top down, and where labels and scale begin."""
    marks = plot.marks
    dates = [lines_of(mark.date, SMALL, _DATES) for mark in marks]
    labels = [lines_of(mark.label, LABEL, _LABELS) for mark in marks]
    date_width = max((width_of(line, SMALL) for lines in dates for line in lines), default=0)
    label_width = max((width_of(line, LABEL) for lines in labels for line in lines), default=0)
    labels_at = date_width + _GAP if date_width and label_width else date_width
    start = labels_at + label_width + _BEFORE_SCALE
    rows, top = [], _TOP
    air = _LITTLE_AIR if len(marks) > _MANY else _AIR
    for mark, date, label in zip(marks, dates, labels, strict=True):
        widest = width - start - _SCALE - _BESIDE - (_ARROW if mark.more else 0)
        values = lines_of(mark.value, LABEL, widest)
        if mark.status:
            last = f"{values[-1]}, {mark.status}"
            values = [*values[:-1], last] if width_of(last, LABEL) <= widest else [*values, mark.status]
        height = LEADING * max(len(date), len(label), len(values), 1) + air
        rows.append(_Row(mark, date, label, values, top, height))
        top += height
    return rows, labels_at, start


def _beside(row: _Row) -> float:
    """Room that a row needs behind its mark."""
    value = max((width_of(line, LABEL) for line in row.values), default=0)
    return _BESIDE + value + (_ARROW if row.mark.more else 0)


def _axis(plot: Plot, scale: Scale, bottom: float, width: float) -> Iterator[Shape]:
    for number in (5, 4, 3, 2, 1):
        ticks = steps(scale.most, number)
        names = written(ticks, plot.language)
        wide = [width_of(name, SMALL) for name in names]
        places = [scale.at(tick) for tick in ticks]
        ends = [(at - each / 2, at + each / 2) for at, each in zip(places, wide, strict=True)]
        if ends[-1][1] <= width and all(a[1] + 8 <= b[0] for a, b in pairwise(ends)):
            break
    else:
        ticks, names = [0.0], written([0.0], plot.language)
    for tick, name in zip(ticks, names, strict=True):
        at = scale.at(tick)
        yield Line(at, _TOP - 3, at, bottom, INK if tick == 0 else RULE, 0.7)
        yield Words(at, _TOP - 8, name, SMALL, QUIET, "middle")
    if plot.unit:
        unit = lines_of(plot.unit, SMALL, width)[0]
        at = min(scale.start, width - width_of(unit, SMALL))
        yield Words(at, 11, unit, SMALL, QUIET)


def _stacked(x: float, row: _Row, lines: list[str], size: float, colour: str) -> Iterator[Words]:
    """Lines of words below each other, about the middle of their row."""
    first = row.middle - LEADING * (len(lines) - 1) / 2 + _RISE
    for index, line in enumerate(lines):
        yield Words(x, first + index * LEADING, line, size, colour)


def _bar(row: _Row, scale: Scale) -> Iterator[Shape]:
    mark, y = row.mark, row.middle
    low, high = scale.at(mark.low), scale.at(mark.high)
    if low > scale.start:
        yield Box(scale.start, y - 4.5, low - scale.start, 9, hollow=bool(mark.status))
    if high > low:
        yield Line(low, y, high, y, width=1.6)
        yield Line(high, y - 4, high, y + 4, width=1.6)
    yield from _open_ends(row, scale, low, high)


def _range(row: _Row, scale: Scale) -> Iterator[Shape]:
    mark, y = row.mark, row.middle
    low, high = scale.at(mark.low), scale.at(mark.high)
    doubtful = bool(mark.status)
    yield from _open_ends(row, scale, low, high)
    if high > low:
        yield Line(low, y, high, y, width=2.2, dashed=doubtful)
        for end in (low, high):
            yield Line(end, y - 4.5, end, y + 4.5, width=1.6)
    else:
        yield Dot(low, y, hollow=doubtful)


def _open_ends(row: _Row, scale: Scale, low: float, high: float) -> Iterator[Shape]:
    """Arrows where a value may be more or less than the figure."""
    mark, y = row.mark, row.middle
    if mark.more:
        yield Line(high, y, high + _ARROW - HEAD, y, width=1.3)
        yield Head(high + _ARROW, y, right=True)
    if mark.less and low - scale.start > HEAD:
        tip = max(scale.start, low - _ARROW)
        yield Line(tip + HEAD, y, low, y, width=1.3)
        yield Head(tip, y, right=False)


def _value(row: _Row, scale: Scale) -> Iterator[Shape]:
    at = scale.at(row.mark.high) + _BESIDE + (_ARROW if row.mark.more else 0)
    lines = list(_stacked(at, row, row.values, LABEL, INK))
    for line in lines:
        yield behind(line)
    yield from lines


_timelines_DATES = 120.0
_UNKNOWN = "–"
"""Where no date is known."""
_timelines_AIR = 8.0
_YEAR, _MOST = 4.0, 14.0
"""Air for each year that passed, and at most."""


def draw_timeline(plot: Plot, width: float) -> Scene:
    """Draw the marks in their order; a span of time is a stroke, a day or month or year a dot."""
    dates = [lines_of(mark.date or _UNKNOWN, SMALL, _timelines_DATES) for mark in plot.marks]
    rail = max(width_of(line, SMALL) for lines in dates for line in lines) + 16
    shapes: list[Shape] = []
    top, before = 2.0, 0.0
    places: list[tuple[float, Mark]] = []
    for mark, date in zip(plot.marks, dates, strict=True):
        text = f"{mark.label} ({mark.status})" if mark.status else mark.label
        labels = lines_of(text, LABEL, width - rail - 16)
        if before and mark.days:
            top += min(_MOST, _YEAR * max(0.0, mark.days[0] - before) / 365.25)
        for index, line in enumerate(date):
            at = top + 11 + index * LEADING
            shapes.append(Words(rail - 16, at, line, SMALL, QUIET, "end"))
        for index, line in enumerate(labels):
            shapes.append(Words(rail + 14, top + 11 + index * LEADING, line, LABEL))
        places.append((top + 7, mark))
        top += LEADING * max(len(date), len(labels), 1) + _timelines_AIR
        before = mark.days[1] if mark.days else before
    rule = Line(rail, places[0][0], rail, places[-1][0], RULE, 1.4)
    marks: list[Shape] = []
    for y, mark in places:
        if mark.days and mark.days[1] - mark.days[0] > 366:
            marks.append(Line(rail, y - 5, rail, y + 7, width=5))
        else:
            marks.append(Dot(rail, y, hollow=bool(mark.status) or not mark.days))
    return Scene(width, top, (rule, *marks, *shapes))
