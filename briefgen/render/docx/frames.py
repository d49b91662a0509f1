"""Where a letter's letterhead and address stand on the page in Word: frames, by the figures of a layout.

A frame is a paragraph that stands at a place of the page. Word and LibreOffice keep it there whatever the
text does; paragraphs of one frame name the same place.
"""

from __future__ import annotations

from typing import NamedTuple

from briefgen.model.look import LOGO_WIDTH_MM
from briefgen.render.address_window import PT, Standing
from briefgen.render.docx.metrics import Design, emu, twips
from briefgen.render.docx.styles import colour, spacing
from briefgen.render.layouts import MARK_LEFT_MM, MARK_PT, Layout, marks

_MARK_ROOM_MM = 2.0
_LOGO_GAP_MM = 6.0
_ABOVE_DATE = 120
"""Space that the style of the date line has above it, in twentieths of a point."""
RETURN_LINE_PT = 9.0
"""Distance of the lines of the return line's frame."""


class Framed(NamedTuple):
    """Properties of a paragraph that stands in a frame, and what it changes of its style."""

    frame: str = ""
    """`w:framePr`."""
    spacing: str = ""
    """`w:spacing`, where the place depends on the letter."""
    style: str = ""
    """Style in place of the block's own."""


def letterhead_frame(layout: Layout, logo: tuple[int, int] | None) -> Framed:
    """The letterhead's, beside a logo of this size (EMU) if there is one; without a window it needs none."""
    if layout.window is None:
        return Framed()
    page = layout.page
    width = page.width_mm - page.left_mm - page.right_mm
    if logo is not None:
        width -= logo[0] / emu(1) + _LOGO_GAP_MM
    return Framed(_frame(page.left_mm, layout.letterhead_mm, width))


def logo_frame(layout: Layout, logo: tuple[int, int]) -> Framed:
    """The logo's: at the right, as high as the letterhead."""
    page = layout.page
    across, down = (side / emu(1) for side in logo)
    left = page.width_mm - page.right_mm - across
    top = layout.letterhead_mm or page.top_mm
    return Framed(_frame(left, top, across, down), '<w:spacing w:before="0" w:after="0"/>')


def logo_room(design: Design) -> tuple[int, int]:
    """Greatest width and height of a logo, in EMU."""
    return emu(LOGO_WIDTH_MM), emu(design.logo_mm)


def return_frame(layout: Layout, *, small: bool) -> Framed:
    """The return line's."""
    window = layout.window
    if window is None:
        return Framed()
    frame = _frame(window.text_left_mm, window.top_mm + 1, window.line_mm, RETURN_LINE_PT * PT)
    return Framed(frame, style="Return Line Small" if small else "")


def address_frame(layout: Layout, stands: Standing | None) -> Framed:
    """The inside address's: its lines as high and as large as in the PDF."""
    window = layout.window
    if window is None or stands is None:
        return Framed()
    line = stands.type.line_pt
    frame = _frame(window.text_left_mm, stands.top_mm, window.line_mm, stands.rows * line * PT)
    exact = spacing(0, 0, line).replace("atLeast", "exact")
    return Framed(frame, exact, f"Inside Address {stands.step + 1}" if stands.step else "")


def _frame(left_mm: float, top_mm: float, width_mm: float, height_mm: float = 0) -> str:
    """A frame at this place of the page; of no height: as high as its text."""
    high = f' w:h="{twips(height_mm)}" w:hRule="exact"' if height_mm else ""
    return (
        f'<w:framePr w:w="{twips(width_mm)}"{high} w:wrap="around" w:vAnchor="page" w:hAnchor="page"'
        f' w:x="{twips(left_mm)}" w:y="{twips(top_mm)}"/>'
    )


def head_of_first_page(layout: Layout, style: str, header_mm: float) -> list[str]:
    """Paragraphs of the first page's head: marks on the edge, and room down to where the text begins."""
    paragraphs = [_mark(height, length, style) for height, length in marks(layout)]
    room = round((layout.text_mm - header_mm) / PT * 20) - 240 - _ABOVE_DATE if layout.window else 0
    below = f'<w:spacing w:before="0" w:after="{room}" w:line="240" w:lineRule="exact"/>' if room else ""
    return [*paragraphs, f'<w:p><w:pPr><w:pStyle w:val="{style}"/>{below}</w:pPr></w:p>']


def _mark(height_mm: float, length_mm: float, style: str) -> str:
    """A mark for folding or punching: the upper border of an empty paragraph in a frame."""
    frame = _frame(MARK_LEFT_MM, height_mm, length_mm, _MARK_ROOM_MM)
    line = f'<w:top w:val="single" w:sz="{round(MARK_PT * 8)}" w:space="0" w:color="8A9099"/>'
    return (
        f'<w:p><w:pPr><w:pStyle w:val="{style}"/>{frame}<w:pBdr>{line}</w:pBdr>'
        '<w:spacing w:before="0" w:after="0" w:line="40" w:lineRule="exact"/>'
        f'<w:rPr>{colour("8A9099")}<w:sz w:val="2"/></w:rPr></w:pPr></w:p>'
    )
