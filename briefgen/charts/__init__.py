"""Draws figures: data with their values read, to one scene, which is written as SVG and painted as PNG.

It knows neither snippets nor documents. What is drawn depends on the data alone: no clock, no system font.
"""

from __future__ import annotations

from briefgen.charts.lines import draw_line
from briefgen.charts.plot import Plot
from briefgen.charts.rows import draw_rows, draw_timeline
from briefgen.charts.scene import Scene

WIDTH = 548.0
"""Pixels: 145 mm, the narrowest measure of a page (briefgen.render.page)."""
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
