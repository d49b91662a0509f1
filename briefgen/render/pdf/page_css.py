"""Generate the CSS that depends on figures: page layout, address window, and the campaign's branding.

It comes after the stylesheets, so that a campaign's settings override them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from briefgen.model.branding import MAX_LOGO_WIDTH_MM, Branding
from briefgen.render.address_window import AddressPlacement
from briefgen.render.layouts import (
    COLUMN_GAP_SHARE,
    MAX_PICTURE_SHARE,
    AddressWindow,
    Layout,
    PageGeometry,
    column_shares,
)
from briefgen.render.tables import turn_page
from briefgen.system.files import is_regular_file

FOOT_LINE_SPACING_MM = 3.9
"""Distance between the lines of the letter foot on the first page."""
FOOT_MARGIN_MM = 9.0
"""Distance from the letter foot to the paper's edge, and from the text to the foot."""
RUNNING_HEAD_MM = 8.0
"""Room that pages after the first leave for the running head."""


DESIGN_STYLESHEETS = {"serif": (), "sans": ("sans.css",), "institute": ("institute.css",)}
"""Stylesheets that each design adds."""


def find_custom_stylesheets(folders: Sequence[Path], kind: str, design: str) -> list[str]:
    """Return the names of a campaign's own stylesheets, in any folder but the last, which is briefgen's."""
    names = (f"{kind}.css", "page.css", *DESIGN_STYLESHEETS[design])
    return [name for name in names if any(is_regular_file(folder / name) for folder in folders[:-1])]


def build_branding_css(branding: Branding) -> str:
    """Return the campaign's colours and fonts as CSS variables for all stylesheets."""
    return (
        f":root {{ --accent: {branding.accent}; --ink: {branding.ink}; --quiet: {branding.quiet}; "
        f'--text-family: "{branding.text_family}"; --label-family: "{branding.label_family}"; '
        f"--logo-height: {branding.logo_mm:g}mm; --logo-width: {MAX_LOGO_WIDTH_MM:g}mm; }}\n"
    )


def build_page_css(page: PageGeometry, *, runs_at_foot: bool = False) -> str:
    """Return a layout's @page rules; all pages but the first leave room for a running head, if it has one.

    Pages called `turned` are on their side, for wide tables.
    """
    head_mm = 0 if runs_at_foot else RUNNING_HEAD_MM
    return (
        f"@page {{ {_describe_page(page, head_mm)} }}\n@page :first {{ margin-top: {page.top_mm}mm; }}\n"
        f"@page turned {{ {_describe_page(turn_page(page), head_mm)} }}\n"
    )


def _describe_page(page: PageGeometry, head_mm: float) -> str:
    top_mm = page.top_mm + head_mm
    return (
        f"size: {page.width_mm}mm {page.height_mm}mm; "
        f"margin: {top_mm}mm {page.right_mm}mm {page.bottom_mm}mm {page.left_mm}mm;"
    )


def build_default_css(page: PageGeometry) -> str:
    """Return the rules that depend on the layout and that stylesheets may override."""
    height_mm = (page.height_mm - page.top_mm - page.bottom_mm) * MAX_PICTURE_SHARE
    # A picture that both its width and the largest height limit keeps its proportions.
    picture = f"max-height: {height_mm:.2f}mm; object-fit: contain; object-position: left top;"
    return f"figure img {{ {picture} }}\ntable {{ overflow-wrap: normal; }}\n{_build_column_css()}"


def _build_column_css() -> str:
    """Return the rules that set blocks side by side."""
    (column, aside), (half, _) = column_shares(with_aside=True), column_shares(with_aside=False)
    cells = "".join(
        f".columns{of} > {cell} {{ width: {width:.2%}; padding-{side}: {gap:.2%}; }}\n"
        for of, cell, width, side, gap in (
            ("", ".column:first-child", half, "right", COLUMN_GAP_SHARE),
            ("", ".column:last-child", half, "left", 0),
            (":has(> .aside)", ".column", column, "right", COLUMN_GAP_SHARE),
            ("", ".aside", aside, "left", 0),
        )
    )
    return (
        ".columns, .masthead { display: table; table-layout: fixed; width: 100%; }\n"
        ".masthead > * { display: table-cell; }\n"
        f".columns > div {{ display: table-cell; vertical-align: top; }}\n{cells}"
    )


def build_layout_css(layout: Layout, branding: Branding, *, foot: bool) -> str:
    """Return the rules for a layout's pages; with `foot`, room for the branding's letter foot."""
    rules = [build_page_css(layout.page, runs_at_foot=layout.runs_at_foot)]
    if layout.window is not None:
        rules += _build_window_css(layout, layout.window)
    if foot:
        rules.append(_build_letter_foot_css(layout.page, branding))
    return "".join(rules)


def _build_window_css(layout: Layout, window: AddressWindow) -> Iterator[str]:
    """Position the blocks above the text.

    With a negative z-index they are painted first, so that the file's content keeps the letter's order.
    """
    page = layout.page
    left, width = window.text_left_mm - page.left_mm, window.line_width_mm
    text_width = page.width_mm - page.left_mm - page.right_mm
    yield f"body {{ padding-top: {layout.text_top_mm - page.top_mm:.2f}mm; }}\n"
    yield ".letterhead, .return-line, .inside-address { position: absolute; z-index: -1; }\n"
    yield (
        f".letterhead {{ left: 0; top: {layout.letterhead_top_mm - page.top_mm:.2f}mm; "
        f"width: {text_width:.2f}mm; height: auto; }}\n"
    )
    yield (
        f".return-line {{ left: {left:.2f}mm; "
        f"top: {window.top_mm + 1.2 - page.top_mm:.2f}mm; width: {width:.2f}mm; }}\n"
    )
    yield (
        f".inside-address {{ left: {left:.2f}mm; width: {width:.2f}mm; min-height: 0; text-align: left; }}\n"
        ".inside-address p { line-height: inherit; font-size: inherit; }\n.date-line { margin-top: 0; }\n"
    )


def _build_letter_foot_css(page: PageGeometry, branding: Branding) -> str:
    bottom = max(page.bottom_mm, 2 * FOOT_MARGIN_MM + FOOT_LINE_SPACING_MM * len(branding.foot))
    return (
        f"@page :first {{ margin-bottom: {bottom:.2f}mm; @bottom-left {{ content: element(letter-foot); "
        f"width: 100%; text-align: left; vertical-align: bottom; padding-bottom: {FOOT_MARGIN_MM}mm; }} }}\n"
    )


def build_address_style(placement: AddressPlacement, page: PageGeometry) -> str:
    """Return the style attribute of one letter's inside address."""
    size = placement.size
    top_mm = placement.top_mm - page.top_mm
    return f"top:{top_mm:.2f}mm;font-size:{size.size_pt}pt;line-height:{size.line_spacing_pt}pt"
