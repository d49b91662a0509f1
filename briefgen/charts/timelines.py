"""A timeline: what happened, from the top down, with a little more air where more time passed."""

from __future__ import annotations

from briefgen.charts.lettering import LABEL, LEADING, SMALL, lines_of, width_of
from briefgen.charts.plot import Mark, Plot
from briefgen.charts.scene import QUIET, RULE, Dot, Line, Scene, Shape, Words

_DATES = 120.0
_UNKNOWN = "–"
"""Where no date is known."""
_AIR = 8.0
_YEAR, _MOST = 4.0, 14.0
"""Air for each year that passed, and at most."""


def draw_timeline(plot: Plot, width: float) -> Scene:
    """Draw the marks in their order; a span of time is a stroke, a day or month or year a dot."""
    dates = [lines_of(mark.date or _UNKNOWN, SMALL, _DATES) for mark in plot.marks]
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
        top += LEADING * max(len(date), len(labels), 1) + _AIR
        before = mark.days[1] if mark.days else before
    rule = Line(rail, places[0][0], rail, places[-1][0], RULE, 1.4)
    marks: list[Shape] = []
    for y, mark in places:
        if mark.days and mark.days[1] - mark.days[0] > 366:
            marks.append(Line(rail, y - 5, rail, y + 7, width=5))
        else:
            marks.append(Dot(rail, y, hollow=bool(mark.status) or not mark.days))
    return Scene(width, top, (rule, *marks, *shapes))
