"""Drawing charts from data, as SVG and PNG.

Others use `draw_chart`, which turns a `plot.Plot` into a `scene.Scene`, and `svg.render_svg` and
`png.render_png` for the scene. Nothing here knows snippets or documents, and the output depends on the data
alone: no clock, no system fonts.
"""

from __future__ import annotations

from briefgen.charts.line_chart import draw_line_chart
from briefgen.charts.plot import Plot
from briefgen.charts.row_charts import draw_row_chart, draw_timeline
from briefgen.charts.scene import Scene

CHART_WIDTH = 548.0
"""In pixels: 145 mm, the narrowest text width of any page."""
MIN_CHART_WIDTH = 264.0
"""In pixels: 70 mm, where a value and its scale still stand beside each other."""
MAX_CHART_HEIGHT = 740.0
"""In pixels: the height of a page, less a caption."""


def draw_chart(plot: Plot, width: float = CHART_WIDTH) -> Scene:
    """Draw a plot with at least one data point for a place of this width, in pixels, from MIN_CHART_WIDTH on.

    A scene above MAX_CHART_HEIGHT does not fit on a page.
    """
    match plot.chart:
        case "line":
            return draw_line_chart(plot, width)
        case "timeline":
            return draw_timeline(plot, width)
        case _:
            return draw_row_chart(plot, width)
