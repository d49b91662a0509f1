"""Line charts: values over time, labelled at their points wherever there is space."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from briefgen.charts.plot import DataPoint, Plot, Scale, choose_ticks, format_ticks
from briefgen.charts.scene import (
    INK_COLOUR,
    QUIET_COLOUR,
    RULE_COLOUR,
    DotShape,
    LineShape,
    Scene,
    Shape,
    TextRun,
    text_background,
)
from briefgen.charts.typeface import TypeSizes, measure_text, type_sizes

_TOP_MARGIN, _BOTTOM_MARGIN = 24.0, 24.0
"""Space above the highest value, and for the dates."""
_SHAPE, _MAX_PLOT_HEIGHT = 0.42, 180.0
"""Height of the scale as a share of the width, and the greatest height."""
_DOT_RADIUS = 3.6
_MAX_LABEL_WIDTH = 150.0
"""Values with longer labels are shown in the table only."""
_GAP_FACTOR = 1.5
"""Intervals longer than the shortest by this factor get a dashed line, because no value is known in them."""


@dataclass(frozen=True, slots=True)
class _Rectangle:
    """An area of the chart, for keeping labels apart."""

    left: float
    top: float
    right: float
    bottom: float

    def overlaps(self, other: _Rectangle) -> bool:
        separate = self.right <= other.left or other.right <= self.left
        return not separate and self.top < other.bottom and other.top < self.bottom


@dataclass(frozen=True, slots=True)
class _PlottedPoint:
    mark: DataPoint
    x: float
    y: float


def draw_line_chart(plot: Plot, width: float) -> Scene:
    """Draw the values from left to right in order of date."""
    sizes = type_sizes(width)
    ticks = choose_ticks(max(mark.high for mark in plot.marks), 4)
    maximum = ticks[-1] or max(mark.high for mark in plot.marks) or 1
    names = format_ticks(ticks, plot.language)
    left = max(measure_text(name, sizes.small) for name in names) + 8
    bottom = _TOP_MARGIN + min(_MAX_PLOT_HEIGHT, width * _SHAPE)
    values = Scale(maximum, bottom, _TOP_MARGIN)
    points = _place_points(plot.marks, values, left + 14, width - 22)
    shapes: list[Shape] = []
    for tick, name in zip(ticks, names, strict=True):
        y = values.position(tick)
        shapes.append(LineShape(left, y, width, y, INK_COLOUR if tick == 0 else RULE_COLOUR, 0.7))
        shapes.append(TextRun(left - 6, y + 4, name, sizes.small, QUIET_COLOUR, "end"))
    shapes += _draw_dates(points, bottom, width, sizes)
    shapes += _draw_values(points, left, width, bottom, sizes)
    shapes += _draw_segments(points)
    shapes += (DotShape(point.x, point.y, _DOT_RADIUS, hollow=bool(point.mark.status)) for point in points)
    return Scene(width, bottom + _BOTTOM_MARGIN, tuple(shapes))


def _place_points(
    marks: Sequence[DataPoint], values: Scale, left: float, right: float
) -> list[_PlottedPoint]:
    first, last = marks[0].day, marks[-1].day
    span = last - first
    return [
        _PlottedPoint(
            mark,
            left + (right - left) * ((mark.day - first) / span if span else 0.5),
            values.position(mark.high),
        )
        for mark in marks
    ]


def _draw_segments(points: Sequence[_PlottedPoint]) -> Iterator[Shape]:
    pairs = list(pairwise(points))
    shortest = min((b.x - a.x for a, b in pairs), default=0)
    for a, b in pairs:
        yield LineShape(a.x, a.y, b.x, b.y, width=1.8, dashed=b.x - a.x > shortest * _GAP_FACTOR)


def _draw_dates(
    points: Sequence[_PlottedPoint], bottom: float, width: float, sizes: TypeSizes
) -> Iterator[Shape]:
    """Draw the first and last date, and those between them that have space."""
    taken: list[_Rectangle] = []
    for point in _order_for_dates(points):
        half = measure_text(point.mark.date, sizes.small) / 2
        x = min(max(point.x, half), width - half)
        area = _Rectangle(x - half - 2, bottom, x + half + 2, bottom + _BOTTOM_MARGIN)
        if not any(area.overlaps(other) for other in taken) and 2 * half <= width:
            taken.append(area)
            yield LineShape(point.x, bottom, point.x, bottom + 4, INK_COLOUR, 0.7)
            yield TextRun(x, bottom + 17, point.mark.date, sizes.small, QUIET_COLOUR, "middle")


def _order_for_dates(points: Sequence[_PlottedPoint]) -> list[_PlottedPoint]:
    return list(dict.fromkeys([points[0], points[-1], *points]))


def _draw_values(
    points: Sequence[_PlottedPoint], left: float, width: float, bottom: float, sizes: TypeSizes
) -> Iterator[Shape]:
    """Draw value labels, important ones first; none overlaps another, a dot or the line."""
    highest, lowest = max(points, key=lambda point: point.y), min(points, key=lambda point: point.y)
    important = list(dict.fromkeys([points[-1], points[0], lowest, highest]))
    dots = [
        _Rectangle(p.x - _DOT_RADIUS, p.y - _DOT_RADIUS, p.x + _DOT_RADIUS, p.y + _DOT_RADIUS) for p in points
    ]
    taken: list[_Rectangle] = []
    for point in dict.fromkeys([*important, *points]):
        label_width = measure_text(point.mark.value_label, sizes.label)
        if label_width > _MAX_LABEL_WIDTH:
            continue
        found = _find_label_area(point, label_width, (left, width, bottom), taken, dots, points)
        if found is not None:
            taken.append(found)
            words = TextRun(found.left, found.bottom - 3, point.mark.value_label, sizes.label)
            yield text_background(words)
            yield words


def _find_label_area(
    point: _PlottedPoint,
    label_width: float,
    bounds: tuple[float, float, float],
    taken: Sequence[_Rectangle],
    dots: Sequence[_Rectangle],
    points: Sequence[_PlottedPoint],
) -> _Rectangle | None:
    left, right, bottom = bounds
    across = [point.x - label_width / 2, right - label_width, left]
    candidates = [(x, point.y - _DOT_RADIUS - 16) for x in across] + [
        (x, point.y + _DOT_RADIUS + 2) for x in across
    ]
    candidates += [
        (point.x + _DOT_RADIUS + 4, point.y - 7),
        (point.x - _DOT_RADIUS - 4 - label_width, point.y - 7),
    ]
    for x, top in candidates:
        if abs(x + label_width / 2 - point.x) > label_width / 2 + _DOT_RADIUS + 8:
            continue
        area = _Rectangle(x, top, x + label_width, top + 14)
        inside = left <= area.left and area.right <= right and area.top >= 0 and area.bottom <= bottom - 1
        free = not any(area.overlaps(other) for other in (*taken, *dots))
        if inside and free and not _is_crossed_by_line(area, points):
            return area
    return None


def _is_crossed_by_line(area: _Rectangle, points: Sequence[_PlottedPoint]) -> bool:
    """Return whether the chart's line runs through an area."""
    for a, b in pairwise(points):
        if b.x < area.left or a.x > area.right:
            continue
        ends = [_line_height_at(a, b, max(a.x, area.left)), _line_height_at(a, b, min(b.x, area.right))]
        if max(ends) > area.top and min(ends) < area.bottom:
            return True
    return False


def _line_height_at(a: _PlottedPoint, b: _PlottedPoint, x: float) -> float:
    return a.y + (b.y - a.y) * ((x - a.x) / (b.x - a.x) if b.x > a.x else 0)
