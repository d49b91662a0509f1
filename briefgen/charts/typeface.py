"""The typeface of charts: measuring text, wrapping it, and finding characters that the font lacks.

Widths are those of Source Sans Pro with an allowance, because Word substitutes another font where it is not
installed, and text must not overlap even then.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any

FONT_FAMILY = "Source Sans Pro"


@dataclass(frozen=True, slots=True)
class TypeSizes:
    """Font sizes of a chart in pixels, of which four are three points."""

    label: float
    """Of labels and values."""
    small: float
    """Of axis numbers and dates."""
    line: float
    """Line spacing of labels of several lines."""


WIDE_SIZES = TypeSizes(12.0, 11.4, 15.0)
"""9 and 8.5 points, in charts as wide as the text."""
NARROW_SIZES = TypeSizes(10.4, 10.0, 13.0)
"""7.8 and 7.5 points, in charts of half that width; type below 7 points is not legible in a photocopy."""
NARROW_BELOW = 500.0
"""Charts narrower than this, in pixels, have the smaller type and labels above their marks."""


def type_sizes(width: float) -> TypeSizes:
    """Return the font sizes of a chart of this width in pixels."""
    return NARROW_SIZES if width < NARROW_BELOW else WIDE_SIZES


WIDTH_ALLOWANCE = 1.12
"""Factor by which Arial and Helvetica, the usual substitutes, are wider."""
_UNITS_PER_EM = 1000


def font_file() -> Path:
    """Return the path of the font file."""
    return Path(str(resources.files("font_source_sans_pro") / "files" / "SourceSansPro-Regular.otf"))


@cache
def _load_pillow_font() -> Any:
    from PIL import ImageFont

    # Basic layout, because the other engine depends on a system library.
    return ImageFont.truetype(str(font_file()), _UNITS_PER_EM, layout_engine=ImageFont.Layout.BASIC)


@cache
def _load_supported_codepoints() -> frozenset[int]:
    from fontTools.ttLib import TTFont

    with TTFont(font_file(), lazy=True) as font:
        return frozenset(font.getBestCmap())


def find_missing_characters(text: str) -> list[str]:
    """Return the characters of a text that the font lacks, sorted."""
    return (
        []
        if text.isascii()
        else sorted({char for char in text if ord(char) not in _load_supported_codepoints()})
    )


@cache
def measure_text(text: str, size: float) -> float:
    """Return the maximum width of a line of text in pixels."""
    return float(_load_pillow_font().getlength(text)) / _UNITS_PER_EM * size * WIDTH_ALLOWANCE


def wrap_text(text: str, size: float, width: float) -> list[str]:
    """Wrap text into lines of at most `width` and about equal length, between words if possible."""
    lines = _wrap_greedily(text, size, width)
    if len(lines) < 2:
        return lines
    for share in _NARROWER_WIDTHS:
        narrower = _wrap_greedily(text, size, width * share)
        if len(narrower) > len(lines):
            break
        lines = narrower
    return lines


_NARROWER_WIDTHS = (0.95, 0.9, 0.85, 0.8, 0.75, 0.7, 0.65, 0.6)
"""Shares of the width tried for equal lines, as long as they need no further line."""


def _wrap_greedily(text: str, size: float, width: float) -> list[str]:
    lines: list[str] = []
    current = ""
    for word in text.split():
        longer = f"{current} {word}".strip()
        if measure_text(longer, size) <= width:
            current = longer
            continue
        if current:
            lines.append(current)
        current = word
        while measure_text(current, size) > width and len(current) > 1:
            fitting = (i for i in range(len(current) - 1, 1, -1) if measure_text(current[:i], size) <= width)
            cut = next(fitting, 1)
            lines.append(current[:cut])
            current = current[cut:]
    return [*lines, current] if current else lines
