"""Rendering a scene as PNG with Pillow and the same font, for programs that do not support SVG."""

from __future__ import annotations

import math
from functools import cache
from io import BytesIO
from typing import Any

from briefgen.charts.scene import (
    OUTLINE_WIDTH,
    PAPER_COLOUR,
    ArrowHead,
    BoxShape,
    DotShape,
    LineShape,
    Scene,
    Shape,
    TextRun,
)
from briefgen.charts.svg import arrowhead_corners
from briefgen.charts.typeface import font_file

_PIXEL_SCALE = 3
"""Pixels of the PNG per pixel of the scene, for 288 dpi."""
_OVERSAMPLING = 2
"""Painted larger by this factor and then reduced, for smooth edges."""
_PALETTE_SIZE = 48
_WHITE_THRESHOLD = 246
_DASH, _SPACE = 3.5, 2.5
_SCREEN_DPI = 96


def render_png(scene: Scene) -> bytes:
    """Return the scene as a PNG file with its resolution, so that it prints at the right size."""
    from PIL import Image, ImageDraw

    factor = _PIXEL_SCALE * _OVERSAMPLING
    size = (math.ceil(scene.width) * factor, math.ceil(scene.height) * factor)
    image = Image.new("RGB", size, PAPER_COLOUR)
    painter = _ScenePainter(ImageDraw.Draw(image), factor)
    for shape in scene.shapes:
        painter.paint(shape)
    small = _reduce_palette(image.reduce(_OVERSAMPLING))
    file = BytesIO()
    dpi = _SCREEN_DPI * _PIXEL_SCALE
    small.save(file, "PNG", dpi=(dpi, dpi))
    return file.getvalue()


def _reduce_palette(image: Any) -> Any:
    """Reduce the image to a palette in which the background is white, not a near-white mix of shades."""
    from PIL import Image

    reduced = image.quantize(_PALETTE_SIZE, Image.Quantize.FASTOCTREE, dither=Image.Dither.NONE)
    shades = reduced.getpalette()
    reduced.putpalette(
        [
            255 if min(shades[start : start + 3]) >= _WHITE_THRESHOLD else shade
            for start in range(0, len(shades), 3)
            for shade in shades[start : start + 3]
        ]
    )
    return reduced


@cache
def _load_font(size: float) -> Any:
    from PIL import ImageFont

    return ImageFont.truetype(str(font_file()), size, layout_engine=ImageFont.Layout.BASIC)


class _ScenePainter:
    """Paints shapes with Pillow, enlarged by a factor."""

    def __init__(self, draw: Any, factor: int) -> None:
        self._draw = draw
        self._factor = factor

    def _enlarge(self, *numbers: float) -> list[float]:
        return [number * self._factor for number in numbers]

    def paint(self, shape: Shape) -> None:
        """Paint a shape over those painted before."""
        stroke = round(OUTLINE_WIDTH * self._factor)
        match shape:
            case LineShape():
                self._paint_line(shape)
            case BoxShape():
                corner = self._enlarge(shape.x, shape.y, shape.x + shape.width, shape.y + shape.height)
                fill = PAPER_COLOUR if shape.hollow else shape.colour
                self._draw.rectangle(corner, fill, shape.colour if shape.hollow else None, stroke)
            case DotShape():
                x, y, r = shape.x, shape.y, shape.radius + (OUTLINE_WIDTH / 2 if shape.hollow else 0)
                fill = PAPER_COLOUR if shape.hollow else shape.colour
                around = self._enlarge(x - r, y - r, x + r, y + r)
                self._draw.ellipse(around, fill, shape.colour if shape.hollow else None, stroke)
            case ArrowHead():
                self._draw.polygon(
                    [tuple(self._enlarge(*corner)) for corner in arrowhead_corners(shape)], shape.colour
                )
            case TextRun():
                anchor = {"start": "ls", "middle": "ms", "end": "rs"}[shape.anchor]
                face = _load_font(shape.size * self._factor)
                place = self._enlarge(shape.x, shape.y)
                self._draw.text(place, shape.text, shape.colour, face, anchor)

    def _paint_line(self, line: LineShape) -> None:
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
            self._draw.line(self._enlarge(*ends), line.colour, max(1, round(line.width * self._factor)))
            start = end + _SPACE
