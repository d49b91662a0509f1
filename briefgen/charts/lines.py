"""A line through time: each value at its date, named at the mark wherever there is room."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from briefgen.charts.lettering import LABEL, SMALL, lines_of, width_of
from briefgen.charts.plot import Mark, Plot, Scale, steps, written
from briefgen.charts.scene import INK, QUIET, RULE, Dot, Line, Scene, Shape, Words, behind

_TOP, _HEIGHT, _BELOW = 38.0, 180.0, 24.0
"""Room above the highest value, height of the scale, room for the dates."""
_UNIT = 14.0
"""Room for the unit at the top."""
_RADIUS = 3.6
_WIDEST = 150.0
"""Of the words at a mark; longer ones stand in the table alone."""
_LONGER = 1.5
"""Times the shortest step in time: what is longer is bridged by a dashed line, for no value is known."""


@dataclass(frozen=True, slots=True)
class _Area:
    """A place that is taken."""

    left: float
    top: float
    right: float
    bottom: float

    def meets(self, other: _Area) -> bool:
        apart = self.right <= other.left or other.right <= self.left
        return not apart and self.top < other.bottom and other.top < self.bottom


@dataclass(frozen=True, slots=True)
class _Point:
    mark: Mark
    x: float
    y: float


def draw_line(plot: Plot, width: float) -> Scene:
    """Draw the values from left to right, in the order of their dates."""
    highest = max(mark.high for mark in plot.marks) or 1
    ticks = steps(highest, 4)
    if len(ticks) > 1 and ticks[-1] < highest:
        ticks.append(ticks[-1] + ticks[1])
    most = max(highest, ticks[-1])
    names = written(ticks, plot.language)
    left = max(width_of(name, SMALL) for name in names) + 8
    bottom = _TOP + _HEIGHT
    values = Scale(most, bottom, _TOP)
    points = _points(plot.marks, values, left + 14, width - 22)
    shapes: list[Shape] = []
    for tick, name in zip(ticks, names, strict=True):
        y = values.at(tick)
        shapes.append(Line(left, y, width, y, INK if tick == 0 else RULE, 0.7))
        shapes.append(Words(left - 6, y + 4, name, SMALL, QUIET, "end"))
    if plot.unit:
        shapes.append(Words(0, 11, lines_of(plot.unit, SMALL, width)[0], SMALL, QUIET))
    shapes += _dates(points, bottom, width)
    shapes += _values(points, left, width, bottom)
    shapes += _path(points)
    shapes += (Dot(point.x, point.y, _RADIUS, hollow=bool(point.mark.status)) for point in points)
    return Scene(width, bottom + _BELOW, tuple(shapes))


def _points(marks: Sequence[Mark], values: Scale, left: float, right: float) -> list[_Point]:
    first, last = marks[0].day, marks[-1].day
    span = last - first
    return [
        _Point(
            mark,
            left + (right - left) * ((mark.day - first) / span if span else 0.5),
            values.at(mark.high),
        )
        for mark in marks
    ]


def _path(points: Sequence[_Point]) -> Iterator[Shape]:
    pairs = list(pairwise(points))
    shortest = min((b.x - a.x for a, b in pairs), default=0)
    for a, b in pairs:
        yield Line(a.x, a.y, b.x, b.y, width=1.8, dashed=b.x - a.x > shortest * _LONGER)


def _dates(points: Sequence[_Point], bottom: float, width: float) -> Iterator[Shape]:
    """Dates below their marks: the first and the last, and the others that have room between."""
    taken: list[_Area] = []
    for point in _first_last_and_others(points):
        half = width_of(point.mark.date, SMALL) / 2
        x = min(max(point.x, half), width - half)
        area = _Area(x - half - 2, bottom, x + half + 2, bottom + _BELOW)
        if not any(area.meets(other) for other in taken) and 2 * half <= width:
            taken.append(area)
            yield Line(point.x, bottom, point.x, bottom + 4, INK, 0.7)
            yield Words(x, bottom + 17, point.mark.date, SMALL, QUIET, "middle")


def _first_last_and_others(points: Sequence[_Point]) -> list[_Point]:
    return list(dict.fromkeys([points[0], points[-1], *points]))


def _values(points: Sequence[_Point], left: float, width: float, bottom: float) -> Iterator[Shape]:
    """Values at their marks, the telling ones first; none on another, on a mark or on the line."""
    highest, lowest = max(points, key=lambda one: one.y), min(points, key=lambda one: one.y)
    telling = list(dict.fromkeys([points[-1], points[0], lowest, highest]))
    dots = [_Area(p.x - _RADIUS, p.y - _RADIUS, p.x + _RADIUS, p.y + _RADIUS) for p in points]
    taken: list[_Area] = []
    for point in dict.fromkeys([*telling, *points]):
        wide = width_of(point.mark.words, LABEL)
        if wide > _WIDEST:
            continue
        found = _place(point, wide, (left, width, bottom), taken, dots, points)
        if found is not None:
            taken.append(found)
            words = Words(found.left, found.bottom - 3, point.mark.words, LABEL)
            yield behind(words)
            yield words


def _place(
    point: _Point,
    wide: float,
    bounds: tuple[float, float, float],
    taken: Sequence[_Area],
    dots: Sequence[_Area],
    points: Sequence[_Point],
) -> _Area | None:
    left, right, bottom = bounds
    across = [point.x - wide / 2, right - wide, left]
    tried = [(x, point.y - _RADIUS - 16) for x in across] + [(x, point.y + _RADIUS + 2) for x in across]
    tried += [(point.x + _RADIUS + 4, point.y - 7), (point.x - _RADIUS - 4 - wide, point.y - 7)]
    for x, top in tried:
        if abs(x + wide / 2 - point.x) > wide / 2 + _RADIUS + 8:
            continue
        area = _Area(x, top, x + wide, top + 14)
        inside = left <= area.left and area.right <= right and area.top >= _UNIT and area.bottom <= bottom - 1
        free = not any(area.meets(other) for other in (*taken, *dots))
        if inside and free and not _crossed(area, points):
            return area
    return None


def _crossed(area: _Area, points: Sequence[_Point]) -> bool:
    """Whether the line runs through a place."""
    for a, b in pairwise(points):
        if b.x < area.left or a.x > area.right:
            continue
        ends = [_height(a, b, max(a.x, area.left)), _height(a, b, min(b.x, area.right))]
        if max(ends) > area.top and min(ends) < area.bottom:
            return True
    return False


def _height(a: _Point, b: _Point, x: float) -> float:
    return a.y + (b.y - a.y) * ((x - a.x) / (b.x - a.x) if b.x > a.x else 0)
