"""The shapes that a chart consists of, in pixels (96 per inch) from the top left."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

from briefgen.charts.typeface import measure_text

INK_COLOUR = "#1a1a1a"
ACCENT_COLOUR = "#1f3a5f"
"""Dark enough to be distinguishable in greyscale print."""
QUIET_COLOUR = "#5a5f66"
RULE_COLOUR = "#c9ced6"
PAPER_COLOUR = "#ffffff"


@dataclass(frozen=True, slots=True)
class LineShape:
    """A straight line."""

    x1: float
    y1: float
    x2: float
    y2: float
    colour: str = ACCENT_COLOUR
    width: float = 1
    dashed: bool = False


@dataclass(frozen=True, slots=True)
class BoxShape:
    """An upright rectangle, filled, or hollow with an outline."""

    x: float
    y: float
    width: float
    height: float
    colour: str = ACCENT_COLOUR
    hollow: bool = False


@dataclass(frozen=True, slots=True)
class DotShape:
    """A circle, filled, or hollow with an outline."""

    x: float
    y: float
    radius: float = 3.6
    colour: str = ACCENT_COLOUR
    hollow: bool = False


@dataclass(frozen=True, slots=True)
class ArrowHead:
    """The head of an arrow that points right or left; its tip is at `x`."""

    x: float
    y: float
    right: bool
    colour: str = ACCENT_COLOUR


@dataclass(frozen=True, slots=True)
class TextRun:
    """A line of text; `x` is its start, middle or end, depending on `anchor`, and `y` its baseline."""

    x: float
    y: float
    text: str
    size: float
    colour: str = INK_COLOUR
    anchor: Literal["start", "middle", "end"] = "start"


def text_background(text: TextRun) -> BoxShape:
    """Return a white box to put behind text, so that no line of the scale runs through it."""
    width = measure_text(text.text, text.size)
    left = {"start": text.x, "middle": text.x - width / 2, "end": text.x - width}[text.anchor]
    return BoxShape(left - 1, text.y - text.size + 1, width + 2, text.size + 2, PAPER_COLOUR)


Shape = LineShape | BoxShape | DotShape | ArrowHead | TextRun
ARROWHEAD_SIZE = 6.0
"""Length and width of an arrowhead."""
OUTLINE_WIDTH = 1.3
"""Width of an outline."""


@dataclass(frozen=True, slots=True)
class Scene:
    """A drawn chart, ready to be rendered in any format."""

    width: float
    height: float
    shapes: tuple[Shape, ...]

    def with_accent_colour(self, colour: str) -> Scene:
        """Return the scene with another colour for all shapes in ACCENT_COLOUR."""
        shapes = (
            replace(shape, colour=colour) if shape.colour == ACCENT_COLOUR else shape for shape in self.shapes
        )
        return replace(self, shapes=tuple(shapes))
