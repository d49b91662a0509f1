"""A scene as SVG: shapes and text as text, nothing else, in the order in which they are painted."""

from __future__ import annotations

from html import escape

from briefgen.charts.lettering import FAMILY
from briefgen.charts.scene import HEAD, PAPER, STROKE, Box, Dot, Head, Line, Scene, Shape, Words

_DASHES = "3.5 2.5"
_FACES = f"'{FAMILY}', Arial, Helvetica, sans-serif"
_HEADER = (
    '<svg xmlns="http://www.w3.org/2000/svg" width="{w}" height="{h}" viewBox="0 0 {w} {h}" '
    'font-family="{faces}">'
)


def as_svg(scene: Scene) -> bytes:
    """The scene as an SVG file in UTF-8."""
    head = _HEADER.format(w=_n(scene.width), h=_n(scene.height), faces=escape(_FACES))
    return "\n".join([head, *map(_shape, scene.shapes), "</svg>\n"]).encode()


def _n(number: float) -> str:
    return f"{number:.2f}".rstrip("0").rstrip(".")


def _shape(shape: Shape) -> str:
    match shape:
        case Line():
            dashes = f' stroke-dasharray="{_DASHES}"' if shape.dashed else ""
            return (
                f'<line x1="{_n(shape.x1)}" y1="{_n(shape.y1)}" x2="{_n(shape.x2)}" y2="{_n(shape.y2)}" '
                f'stroke="{shape.colour}" stroke-width="{_n(shape.width)}"{dashes}/>'
            )
        case Box():
            size = f'width="{_n(shape.width)}" height="{_n(shape.height)}"'
            place = f'x="{_n(shape.x)}" y="{_n(shape.y)}" {size}'
            return f"<rect {place} {_filled(shape.colour, shape.hollow)}/>"
        case Dot():
            place = f'cx="{_n(shape.x)}" cy="{_n(shape.y)}" r="{_n(shape.radius)}"'
            return f"<circle {place} {_filled(shape.colour, shape.hollow)}/>"
        case Head():
            points = " ".join(f"{_n(x)},{_n(y)}" for x, y in corners(shape))
            return f'<polygon points="{points}" fill="{shape.colour}"/>'
        case Words():
            anchor = f' text-anchor="{shape.anchor}"' if shape.anchor != "start" else ""
            place = f'x="{_n(shape.x)}" y="{_n(shape.y)}" font-size="{_n(shape.size)}" fill="{shape.colour}"'
            return f"<text {place}{anchor}>{escape(shape.text, quote=False)}</text>"


def _filled(colour: str, hollow: bool) -> str:
    if hollow:
        return f'fill="{PAPER}" stroke="{colour}" stroke-width="{_n(STROKE)}"'
    return f'fill="{colour}"'


def corners(head: Head) -> tuple[tuple[float, float], ...]:
    """Corners of an arrow's head."""
    back = head.x - HEAD if head.right else head.x + HEAD
    return (head.x, head.y), (back, head.y - HEAD / 2), (back, head.y + HEAD / 2)
