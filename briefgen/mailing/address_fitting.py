"""Sets addresses into fields: the size at which an address fits, and where its lines break.

It measures words by the widths of the font's letters, and draws nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from briefgen.errors import Place, Problem
from briefgen.mailing.stationery import Field
from briefgen.render.fonts import font_folders

FACE = "Source Sans Pro"
_PACKAGE, _FILE = "font_source_sans_pro", "SourceSansPro-Regular.otf"
SIZES_PT = (11.0, 10.5, 10.0, 9.5, 9.0, 8.5, 8.0)
"""USPS, Publication 28, A1: at least 8 points."""
LEADING = 1.2
"""Line to line, in sizes of the type."""
MM_PER_PT = 25.4 / 72
TURNOVER_MM = 3.0
"""How far the rest of a line that is too long stands in."""


@dataclass(frozen=True, slots=True)
class SetAddress:
    """An address in its field."""

    lines: tuple[tuple[str, bool], ...]
    """Each with whether it is the rest of the line above."""
    size_pt: float

    @property
    def height_mm(self) -> float:
        """Of all lines."""
        return len(self.lines) * self.size_pt * LEADING * MM_PER_PT


def set_address(
    lines: Sequence[str],
    field: Field,
    about: str,
    on: str,
    place: Place | None = None,
    largest_pt: float = 11.0,
) -> SetAddress | Problem:
    """The largest size at which an address fits into a field, or what is wrong with it.

    `about` says whose address it is and `on` on what it stands, for the message.

    Lines that are too long are turned over between words; a word is never parted.
    """
    smallest: SetAddress | None = None
    for size in (one for one in SIZES_PT if one <= largest_pt):
        turned = tuple(part for line in lines for part in _turned(line, field.width, size))
        smallest = SetAddress(turned, size)
        if smallest.height_mm <= field.height and all(
            _width(text, size) + TURNOVER_MM * rest <= field.width for text, rest in turned
        ):
            return smallest
    longest = max(lines, key=lambda line: _width(line, 1.0), default="")
    needed = smallest.height_mm if smallest else 0.0
    turned = smallest.lines if smallest else ()
    rows = f", set in {len(turned)} rows," if len(turned) > len(lines) else ""
    points = f"{SIZES_PT[-1]:.0f} points"
    why = (
        f"its {len(lines)} lines{rows} take {needed:.0f} mm at {points}, not {field.height:.0f}"
        if needed > field.height
        else f"the line {longest!r} has a word wider than {field.width:.0f} mm"
    )
    return Problem(
        "address-too-large",
        f"the address of {about} does not fit on {on}: {why}",
        place,
        "shorten the address in the spreadsheet, or use a larger envelope or label",
    )


def _turned(line: str, width: float, size: float) -> list[tuple[str, bool]]:
    """A line in parts that fit, the first of them as it is."""
    parts: list[tuple[str, bool]] = []
    current = ""
    for word in line.split():
        longer = f"{current} {word}".strip()
        room = width - (TURNOVER_MM if parts else 0.0)
        if current and _width(longer, size) > room:
            parts.append((current, bool(parts)))
            current = word
        else:
            current = longer
    return [*parts, (current, bool(parts))]


def _width(text: str, size: float) -> float:
    """In millimetres; a letter that the font lacks counts as a square, as in East Asian fonts."""
    font = _font()
    units = sum(font.advances.get(ord(letter), font.em) for letter in text)
    return units / font.em * size * MM_PER_PT


@dataclass(frozen=True, slots=True)
class _Font:
    em: int
    advances: dict[int, int]


@cache
def _font() -> _Font:
    from fontTools.ttLib import TTFont

    with TTFont(font_folders()[_PACKAGE] / _FILE) as font:
        table: Any = font["hmtx"]
        names: Any = font.getBestCmap()
        em: Any = font["head"]
        return _Font(em.unitsPerEm, {code: table[name][0] for code, name in names.items()})
