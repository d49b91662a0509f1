"""Rendering a scene as SVG: shapes and real text only, in paint order."""

from __future__ import annotations

from html import escape

from briefgen.charts.scene import (
    ARROWHEAD_SIZE,
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
from briefgen.charts.typeface import FONT_FAMILY

_DASH_PATTERN = "3.5 2.5"
_FONT_STACK = f"'{FONT_FAMILY}', Arial, Helvetica, sans-serif"
_HEADER = (
    '<svg xmlns="http://www.w3.org/2000/svg" width="{w}" height="{h}" viewBox="0 0 {w} {h}" '
    'font-family="{faces}">'
)


def render_svg(scene: Scene) -> bytes:
    """Return the scene as an SVG file in UTF-8."""
    head = _HEADER.format(
        w=_format_number(scene.width), h=_format_number(scene.height), faces=escape(_FONT_STACK)
    )
    return "\n".join([head, *map(_render_shape, scene.shapes), "</svg>\n"]).encode()


def _format_number(number: float) -> str:
    return f"{number:.2f}".rstrip("0").rstrip(".")


def _render_shape(shape: Shape) -> str:
    n = _format_number
    match shape:
        case LineShape():
            dashes = f' stroke-dasharray="{_DASH_PATTERN}"' if shape.dashed else ""
            return (
                f'<line x1="{n(shape.x1)}" y1="{n(shape.y1)}" x2="{n(shape.x2)}" y2="{n(shape.y2)}" '
                f'stroke="{shape.colour}" stroke-width="{n(shape.width)}"{dashes}/>'
            )
        case BoxShape():
            size = f'width="{n(shape.width)}" height="{n(shape.height)}"'
            place = f'x="{n(shape.x)}" y="{n(shape.y)}" {size}'
            return f"<rect {place} {_fill_attributes(shape.colour, shape.hollow)}/>"
        case DotShape():
            place = f'cx="{n(shape.x)}" cy="{n(shape.y)}" r="{n(shape.radius)}"'
            return f"<circle {place} {_fill_attributes(shape.colour, shape.hollow)}/>"
        case ArrowHead():
            points = " ".join(f"{n(x)},{n(y)}" for x, y in arrowhead_corners(shape))
            return f'<polygon points="{points}" fill="{shape.colour}"/>'
        case TextRun():
            anchor = f' text-anchor="{shape.anchor}"' if shape.anchor != "start" else ""
            place = f'x="{n(shape.x)}" y="{n(shape.y)}" font-size="{n(shape.size)}" fill="{shape.colour}"'
            return f"<text {place}{anchor}>{escape(shape.text, quote=False)}</text>"


def _fill_attributes(colour: str, hollow: bool) -> str:
    if hollow:
        return f'fill="{PAPER_COLOUR}" stroke="{colour}" stroke-width="{_format_number(OUTLINE_WIDTH)}"'
    return f'fill="{colour}"'


def arrowhead_corners(head: ArrowHead) -> tuple[tuple[float, float], ...]:
    """Return the corners of an arrowhead."""
    back = head.x - ARROWHEAD_SIZE if head.right else head.x + ARROWHEAD_SIZE
    return (head.x, head.y), (back, head.y - ARROWHEAD_SIZE / 2), (back, head.y + ARROWHEAD_SIZE / 2)
