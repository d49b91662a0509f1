"""Frames (`w:framePr`) that position letterhead, logo, address and fold marks on a letter's first page."""

from __future__ import annotations

from typing import NamedTuple

from briefgen.model.branding import MAX_LOGO_WIDTH_MM
from briefgen.render.address_window import AddressPlacement
from briefgen.render.docx.metrics import Design, mm_to_emu, mm_to_twips
from briefgen.render.docx.styles import font_colour_xml, spacing_xml
from briefgen.render.layouts import MARK_LEFT_MM, MARK_PT, MM_PER_PT, Layout, list_edge_marks

_EDGE_MARK_HEIGHT_MM = 2.0
_EDGE_MARK_COLOUR = "8A9099"
_LOGO_GAP_MM = 6.0
_DATE_LINE_SPACE_BEFORE = 120
"""Space above the date line in its style, in twentieths of a point."""
RETURN_LINE_HEIGHT_PT = 9.0
"""Height of the return line's frame: one line."""


class FrameProperties(NamedTuple):
    """The frame of a paragraph, and what it changes of the paragraph's style."""

    frame: str = ""
    """`w:framePr`; empty for a paragraph in the flow of the text."""
    spacing: str = ""
    """`w:spacing`, where the position depends on the letter."""
    style: str = ""
    """Style that replaces the block's own."""


def frame_letterhead(layout: Layout, logo: tuple[int, int] | None) -> FrameProperties:
    """Frame the letterhead, beside a logo of this size (EMU) if any; without a window no frame is needed."""
    if layout.window is None:
        return FrameProperties()
    width = layout.page.text_width_mm
    if logo is not None:
        width -= logo[0] / mm_to_emu(1) + _LOGO_GAP_MM
    return FrameProperties(_frame_xml(layout.page.left_mm, layout.letterhead_top_mm, width))


def frame_logo(layout: Layout, logo: tuple[int, int]) -> FrameProperties:
    """Frame a logo of this size (EMU) at the right, level with the top of the letterhead."""
    page = layout.page
    width, height = (side / mm_to_emu(1) for side in logo)
    left = page.width_mm - page.right_mm - width
    top = layout.letterhead_top_mm or page.top_mm
    return FrameProperties(_frame_xml(left, top, width, height), '<w:spacing w:before="0" w:after="0"/>')


def max_logo_size(design: Design) -> tuple[int, int]:
    """Return the greatest width and height of a logo, in EMU."""
    return mm_to_emu(MAX_LOGO_WIDTH_MM), mm_to_emu(design.logo_mm)


def frame_return_line(layout: Layout, *, small: bool) -> FrameProperties:
    """Frame the sender's line at the top of the window, in the smaller style if `small`."""
    window = layout.window
    if window is None:
        return FrameProperties()
    height_mm = RETURN_LINE_HEIGHT_PT * MM_PER_PT
    frame = _frame_xml(window.text_left_mm, window.top_mm + 1, window.line_width_mm, height_mm)
    return FrameProperties(frame, style="Return Line Small" if small else "")


def frame_address(layout: Layout, placement: AddressPlacement | None) -> FrameProperties:
    """Frame the inside address at the same position and in the same size as in the PDF."""
    window = layout.window
    if window is None or placement is None:
        return FrameProperties()
    line_pt = placement.size.line_spacing_pt
    height_mm = placement.row_count * line_pt * MM_PER_PT
    frame = _frame_xml(window.text_left_mm, placement.top_mm, window.line_width_mm, height_mm)
    exact_spacing = spacing_xml(0, 0, line_pt).replace("atLeast", "exact")
    style = f"Inside Address {placement.size_index + 1}" if placement.size_index else ""
    return FrameProperties(frame, exact_spacing, style)


def _frame_xml(left_mm: float, top_mm: float, width_mm: float, height_mm: float = 0) -> str:
    """Return a frame at this position on the page; without a height it is as high as its text."""
    height = f' w:h="{mm_to_twips(height_mm)}" w:hRule="exact"' if height_mm else ""
    return (
        f'<w:framePr w:w="{mm_to_twips(width_mm)}"{height} w:wrap="around" w:vAnchor="page" w:hAnchor="page"'
        f' w:x="{mm_to_twips(left_mm)}" w:y="{mm_to_twips(top_mm)}"/>'
    )


def first_page_header_paragraphs(layout: Layout, style: str, header_mm: float) -> list[str]:
    """Return the first page's header: fold and punch marks, and space down to where the text begins."""
    paragraphs = [_edge_mark_paragraph(height, length, style) for height, length in list_edge_marks(layout)]
    space = 0
    if layout.window:
        space = round((layout.text_top_mm - header_mm) / MM_PER_PT * 20) - 240 - _DATE_LINE_SPACE_BEFORE
    spacing = f'<w:spacing w:before="0" w:after="{space}" w:line="240" w:lineRule="exact"/>' if space else ""
    return [*paragraphs, f'<w:p><w:pPr><w:pStyle w:val="{style}"/>{spacing}</w:pPr></w:p>']


def _edge_mark_paragraph(top_mm: float, length_mm: float, style: str) -> str:
    """Draw a fold or punch mark: the upper border of an empty paragraph in a frame."""
    frame = _frame_xml(MARK_LEFT_MM, top_mm, length_mm, _EDGE_MARK_HEIGHT_MM)
    border = f'<w:top w:val="single" w:sz="{round(MARK_PT * 8)}" w:space="0" w:color="{_EDGE_MARK_COLOUR}"/>'
    return (
        f'<w:p><w:pPr><w:pStyle w:val="{style}"/>{frame}<w:pBdr>{border}</w:pBdr>'
        '<w:spacing w:before="0" w:after="0" w:line="40" w:lineRule="exact"/>'
        f'<w:rPr>{font_colour_xml(_EDGE_MARK_COLOUR)}<w:sz w:val="2"/></w:rPr></w:pPr></w:p>'
    )
