"""Draws a plot: one picture for every chart, as wide as a page's text."""

from __future__ import annotations

from briefgen.figures.lines import draw_line
from briefgen.figures.plot import Plot
from briefgen.figures.rows import draw_rows
from briefgen.figures.scene import Scene
from briefgen.figures.timelines import draw_timeline

WIDTH = 548.0
"""Pixels: 145 mm, the narrowest measure of a page (briefgen.render.look)."""
MAX_HEIGHT = 740.0
"""Pixels: what a page holds beside a caption."""


def draw(plot: Plot) -> Scene:
    """Draw a plot that has at least one mark; a picture higher than `MAX_HEIGHT` fits on no page."""
    match plot.chart:
        case "line":
            return draw_line(plot, WIDTH)
        case "timeline":
            return draw_timeline(plot, WIDTH)
        case _:
            return draw_rows(plot, WIDTH)
