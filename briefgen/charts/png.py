"""A scene as PNG, for programs that draw no SVG: painted here, with the same face and no other program."""

from __future__ import annotations

import math
from functools import cache
from io import BytesIO
from typing import Any

from briefgen.charts.lettering import face_file
from briefgen.charts.scene import PAPER, STROKE, Box, Dot, Head, Line, Scene, Shape, Words
from briefgen.charts.svg import corners

_SHARP = 3
"""Pixels of the PNG to one of the scene: 288 to the inch."""
_FINER = 2
"""Painted that much larger, and made smaller: so edges are smooth."""
_COLOURS = 48
_NEARLY_WHITE = 246
_DASH, _SPACE = 3.5, 2.5
_SCREEN_DPI = 96


def as_png(scene: Scene) -> bytes:
    """The scene as a PNG file that says its size on paper."""
    from PIL import Image, ImageDraw

    factor = _SHARP * _FINER
    size = (math.ceil(scene.width) * factor, math.ceil(scene.height) * factor)
    image = Image.new("RGB", size, PAPER)
    brush = _Brush(ImageDraw.Draw(image), factor)
    for shape in scene.shapes:
        brush.paint(shape)
    small = _with_few_colours(image.reduce(_FINER))
    file = BytesIO()
    dpi = _SCREEN_DPI * _SHARP
    small.save(file, "PNG", dpi=(dpi, dpi))
    return file.getvalue()


def _with_few_colours(image: Any) -> Any:
    """The image with a palette, in which paper is white: the reduction mixes neighbouring shades."""
    from PIL import Image

    reduced = image.quantize(_COLOURS, Image.Quantize.FASTOCTREE, dither=Image.Dither.NONE)
    shades = reduced.getpalette()
    reduced.putpalette(
        [
            255 if min(shades[at : at + 3]) >= _NEARLY_WHITE else shade
            for first in range(0, len(shades), 3)
            for at, shade in [(first, each) for each in shades[first : first + 3]]
        ]
    )
    return reduced


@cache
def _face(size: float) -> Any:
    from PIL import ImageFont

    return ImageFont.truetype(str(face_file()), size, layout_engine=ImageFont.Layout.BASIC)


class _Brush:
    """Paints shapes, enlarged."""

    def __init__(self, draw: Any, factor: int) -> None:
        self._draw = draw
        self._factor = factor

    def _many(self, *numbers: float) -> list[float]:
        return [number * self._factor for number in numbers]

    def paint(self, shape: Shape) -> None:
        """Paint one shape over those before."""
        stroke = round(STROKE * self._factor)
        match shape:
            case Line():
                self._line(shape)
            case Box():
                corner = self._many(shape.x, shape.y, shape.x + shape.width, shape.y + shape.height)
                fill = PAPER if shape.hollow else shape.colour
                self._draw.rectangle(corner, fill, shape.colour if shape.hollow else None, stroke)
            case Dot():
                x, y, r = shape.x, shape.y, shape.radius + (STROKE / 2 if shape.hollow else 0)
                fill = PAPER if shape.hollow else shape.colour
                around = self._many(x - r, y - r, x + r, y + r)
                self._draw.ellipse(around, fill, shape.colour if shape.hollow else None, stroke)
            case Head():
                self._draw.polygon([tuple(self._many(*corner)) for corner in corners(shape)], shape.colour)
            case Words():
                anchor = {"start": "ls", "middle": "ms", "end": "rs"}[shape.anchor]
                face = _face(shape.size * self._factor)
                place = self._many(shape.x, shape.y)
                self._draw.text(place, shape.text, shape.colour, face, anchor)

    def _line(self, line: Line) -> None:
        length = math.hypot(line.x2 - line.x1, line.y2 - line.y1)
        if not length:
            return
        along_x, along_y = (line.x2 - line.x1) / length, (line.y2 - line.y1) / length
        dash = _DASH if line.dashed else length
        start = 0.0
        while start < length:
            end = min(length, start + dash)
            ends = (
                line.x1 + along_x * start,
                line.y1 + along_y * start,
                line.x1 + along_x * end,
                line.y1 + along_y * end,
            )
            self._draw.line(self._many(*ends), line.colour, max(1, round(line.width * self._factor)))
            start = end + _SPACE
