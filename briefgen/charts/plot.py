"""What is to be drawn: data with their values read and their words ready, neutral of how they are drawn."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


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
