"""The face that figures are lettered in: how wide words are, how they break into lines, what it cannot write.

Widths are those of Source Sans Pro, with some to spare: Word draws a figure with another face where this one
is not installed, and still nothing may touch.
"""

from __future__ import annotations

from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any

FAMILY = "Source Sans Pro"
LABEL = 12.0
"""Size of labels and values in pixels: 9 points."""
SMALL = 11.4
"""Size of scales, dates and units: 8.5 points."""
LEADING = 15.0
"""From one line of a label to the next."""
SPARE = 1.12
"""Arial and Helvetica, the usual stand-ins, run that much wider."""
_UNITS = 1000


def face_file() -> Path:
    """The file of the face."""
    return Path(str(resources.files("font_source_sans_pro") / "files" / "SourceSansPro-Regular.otf"))


@cache
def _measured() -> Any:
    from PIL import ImageFont

    # Basic layout: the other depends on a library of the system.
    return ImageFont.truetype(str(face_file()), _UNITS, layout_engine=ImageFont.Layout.BASIC)


@cache
def _known() -> frozenset[int]:
    from fontTools.ttLib import TTFont

    with TTFont(face_file(), lazy=True) as font:
        return frozenset(font.getBestCmap())


def unwritable(text: str) -> list[str]:
    """Characters of a text that the face has not."""
    return [] if text.isascii() else sorted({char for char in text if ord(char) not in _known()})


@cache
def width_of(text: str, size: float) -> float:
    """Width in pixels that a line of text may take at most."""
    return float(_measured().getlength(text)) / _UNITS * size * SPARE


def lines_of(text: str, size: float, width: float) -> list[str]:
    """Text broken into lines of at most a width, between words where that is possible, about equally long."""
    lines = _broken(text, size, width)
    if len(lines) < 2:
        return lines
    for share in _NARROWER:
        narrower = _broken(text, size, width * share)
        if len(narrower) > len(lines):
            break
        lines = narrower
    return lines


_NARROWER = (0.95, 0.9, 0.85, 0.8, 0.75, 0.7, 0.65, 0.6)
"""Shares of the width that are tried, as long as no further line is needed."""


def _broken(text: str, size: float, width: float) -> list[str]:
    lines: list[str] = []
    current = ""
    for word in text.split():
        longer = f"{current} {word}".strip()
        if width_of(longer, size) <= width:
            current = longer
            continue
        if current:
            lines.append(current)
        current = word
        while width_of(current, size) > width and len(current) > 1:
            fitting = (i for i in range(len(current) - 1, 1, -1) if width_of(current[:i], size) <= width)
            cut = next(fitting, 1)
            lines.append(current[:cut])
            current = current[cut:]
    return [*lines, current] if current else lines
