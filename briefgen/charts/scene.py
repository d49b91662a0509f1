"""What a picture is made of: lines, boxes, dots and words, in pixels (96 to the inch) from the top left."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

from briefgen.charts.lettering import width_of

INK = "#1a1a1a"
ACCENT = "#1f3a5f"
"""Dark enough to be told from the others in grey print."""
QUIET = "#5a5f66"
RULE = "#c9ced6"
PAPER = "#ffffff"


@dataclass(frozen=True, slots=True)
class Line:
    """A straight line."""

    x1: float
    y1: float
    x2: float
    y2: float
    colour: str = ACCENT
    width: float = 1
    dashed: bool = False


@dataclass(frozen=True, slots=True)
class Box:
    """An upright rectangle, filled, or hollow with an outline."""

    x: float
    y: float
    width: float
    height: float
    colour: str = ACCENT
    hollow: bool = False


@dataclass(frozen=True, slots=True)
class Dot:
    """A circle, filled, or hollow with an outline."""

    x: float
    y: float
    radius: float = 3.6
    colour: str = ACCENT
    hollow: bool = False


@dataclass(frozen=True, slots=True)
class Head:
    """The head of an arrow that points right or left; its tip is at `x`."""

    x: float
    y: float
    right: bool
    colour: str = ACCENT


@dataclass(frozen=True, slots=True)
class Words:
    """A line of text; `x` is its left end, middle or right end, `y` the line that it stands on."""

    x: float
    y: float
    text: str
    size: float
    colour: str = INK
    anchor: Literal["start", "middle", "end"] = "start"


def behind(words: Words) -> Box:
    """Paper for words that stand on the lines of a scale, so that no line runs through them."""
    wide = width_of(words.text, words.size)
    left = {"start": words.x, "middle": words.x - wide / 2, "end": words.x - wide}[words.anchor]
    return Box(left - 1, words.y - words.size + 1, wide + 2, words.size + 2, PAPER)


Shape = Line | Box | Dot | Head | Words
HEAD = 6.0
"""Length of an arrow's head, and its width."""
STROKE = 1.3
"""Width of an outline."""


@dataclass(frozen=True, slots=True)
class Scene:
    """A picture, ready to be written in any format."""

    width: float
    height: float
    shapes: tuple[Shape, ...]

    def accented(self, colour: str) -> Scene:
        """The same picture, with another colour for what is drawn in `ACCENT`."""
        shapes = (replace(one, colour=colour) if one.colour == ACCENT else one for one in self.shapes)
        return replace(self, shapes=tuple(shapes))
