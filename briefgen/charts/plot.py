"""What is to be drawn: data with their values read and their words ready, neutral of how they are drawn."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

_MILLION = 1_000_000
_LEAST = 1e-12
"""Below this nothing is written on a scale but its nought."""


@dataclass(frozen=True, slots=True)
class Scale:
    """Values from nought to `most`, laid out between two places."""

    most: float
    start: float
    end: float

    def at(self, value: float) -> float:
        """The place of a value."""
        return self.start + (self.end - self.start) * value / self.most


def steps(most: float, number: int) -> list[float]:
    """Round values from nought up to `most`, about so many steps apart."""
    if most < _LEAST:
        return [0.0]
    rough = most / number
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(factor * power for factor in (1, 2, 2.5, 5, 10) if factor * power >= rough * 0.999)
    return [index * step for index in range(int(most / step * 1.0000001) + 1)]


def written(values: Sequence[float], language: str) -> list[str]:
    """Numbers of a scale, all in one way: `50,000`, or `1.5 million`."""
    from babel.localedata import exists
    from babel.numbers import format_compact_decimal, format_decimal

    codes = (language.replace("-", "_"), language.split("-")[0])
    locale = next((code for code in codes if exists(code)), "en")
    # Elsewhere the digits are plain enough, and not every language has a word for a million.
    if max(values, default=0) < _MILLION or not locale.startswith("en"):
        return [str(format_decimal(float(f"{value:.12g}"), "#,##0.############", locale)) for value in values]
    return [
        str(format_compact_decimal(value, format_type="long", locale=locale, fraction_digits=2))
        for value in values
    ]


@dataclass(frozen=True, slots=True)
class Mark:
    """One datum."""

    label: str = ""
    date: str = ""
    """As printed."""
    days: tuple[float, float] | None = None
    """First and last day that the date covers, as proleptic ordinals; None for no date."""
    value: str = ""
    """As printed."""
    low: float = 0
    high: float = 0
    """Equal for a single value."""
    more: bool = False
    """It may be more."""
    less: bool = False
    """It may be less."""
    status: str = ""
    """A word that says how it stands: `contested`, `superseded`."""

    @property
    def day(self) -> float:
        """The middle of the time that its date covers."""
        return sum(self.days) / 2 if self.days else 0

    @property
    def words(self) -> str:
        """Value and status, as they stand beside the mark."""
        return ", ".join(part for part in (self.value, self.status) if part)


@dataclass(frozen=True, slots=True)
class Plot:
    """A whole figure, without its caption."""

    chart: Literal["bar", "range", "line", "timeline"]
    unit: str
    marks: tuple[Mark, ...]
    language: str = "en"
    """BCP 47, for the numbers of the scale."""
