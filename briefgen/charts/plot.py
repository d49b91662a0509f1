"""The data of a chart, with values parsed and labels ready to print, and the scale they are drawn on."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

_COMPACT_FROM = 1_000_000
_SMALLEST_SCALE = 1e-12
"""A scale whose maximum is smaller shows zero only."""


@dataclass(frozen=True, slots=True)
class Scale:
    """A linear scale from zero to `maximum` between two pixel positions."""

    maximum: float
    start: float
    end: float

    def position(self, value: float) -> float:
        """Return the pixel position of a value."""
        return self.start + (self.end - self.start) * value / self.maximum


def choose_ticks(highest: float, most: int) -> list[float]:
    """Return round values from zero to the first that is not below `highest`, in at most `most` steps.

    Of the possible steps they have those that end nearest to the data, and of these the smallest.
    """
    if highest < _SMALLEST_SCALE:
        return [0.0]
    choices = [_round_steps(highest, number) for number in range(2, most + 1)]
    return min(choices, key=lambda ticks: (ticks[-1], -len(ticks)))


def _round_steps(highest: float, number: int) -> list[float]:
    rough = highest / number
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(factor * power for factor in (1, 2, 2.5, 5, 10) if factor * power >= rough * 0.999999)
    return [index * step for index in range(math.ceil(highest / step * 0.9999999) + 1)]


def format_ticks(values: Sequence[float], language: str) -> list[str]:
    """Format the numbers of a scale uniformly: `50,000`, or `1.5 million`."""
    from babel.localedata import exists
    from babel.numbers import format_compact_decimal, format_decimal

    codes = (language.replace("-", "_"), language.split("-")[0])
    locale = next((code for code in codes if exists(code)), "en")
    # In other languages plain digits are clear, and not all of them have a word for a million.
    if max(values, default=0) < _COMPACT_FROM or not locale.startswith("en"):
        return [str(format_decimal(float(f"{value:.12g}"), "#,##0.############", locale)) for value in values]
    return [
        str(format_compact_decimal(value, format_type="long", locale=locale, fraction_digits=2))
        for value in values
    ]


@dataclass(frozen=True, slots=True)
class DataPoint:
    """One datum of a chart."""

    label: str = ""
    date: str = ""
    """As printed."""
    days: tuple[float, float] | None = None
    """First and last day that the date covers, as proleptic ordinals; None if there is no date."""
    value: str = ""
    """As printed."""
    low: float = 0
    high: float = 0
    """Equal to `low` for a single value."""
    more: bool = False
    """Whether the true value may be higher than `high`."""
    less: bool = False
    """Whether the true value may be lower than `low`."""
    status: str = ""
    """`contested` or `superseded`, as printed; empty for neither."""

    @property
    def day(self) -> float:
        """The middle of the period that the date covers."""
        return sum(self.days) / 2 if self.days else 0

    @property
    def value_label(self) -> str:
        """Value and status, as printed next to the mark."""
        return ", ".join(part for part in (self.value, self.status) if part)


@dataclass(frozen=True, slots=True)
class Plot:
    """A complete chart without its caption, which says the unit."""

    chart: Literal["bar", "range", "line", "timeline"]
    marks: tuple[DataPoint, ...]
    language: str = "en"
    """BCP 47, for formatting the numbers of the scale."""
