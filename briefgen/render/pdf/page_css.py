"""Generate the CSS that depends on figures: page layout, address window, and the campaign's branding.

It comes after the stylesheets, so that a campaign's settings override them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
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
from briefgen.render.letterhead_look import LetterheadLook
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


WORD_HEADS = ("word-first-head", "word-first-foot", "word-next-head", "word-next-foot")
"""Classes of the heads and feet of a letterhead made in Word."""


def fit_letterhead_page(look: LetterheadLook, head_mm: float, foot_mm: float) -> PageGeometry:
    """Return the page of a Word letterhead with margins that leave its head and foot their heights."""
    return replace(
        look.page,
        top_mm=_fit_margin(look.page.top_mm, look.header_mm, head_mm),
        bottom_mm=_fit_margin(look.page.bottom_mm, look.footer_mm, foot_mm),
    )


def _fit_margin(margin_mm: float, distance_mm: float, height_mm: float) -> float:
    """Return a margin as Word keeps it: a head that is higher moves the text away."""
    reach = distance_mm + height_mm if height_mm else 0.0
    return max(margin_mm, reach)


def build_letterhead_css(look: LetterheadLook, first: PageGeometry, following: PageGeometry) -> str:
    """Return the rules that print a Word letterhead; the pages' margins leave it its room."""
    return "".join(
        [
            *(f".{name} {{ position: running({name}); }}\n" for name in WORD_HEADS),
            build_letterhead_text_css(),
            f".letterhead:not(:has(*)) {{ height: {look.address_gap_pt:g}pt; }}\n",
            ".letterhead figure { float: none; margin-left: 0; }\n",  # where Word files have it
            f"@page {{ margin: {_list_margins(following)}; {_place_heads(look, 'next')} }}\n",
            f"@page :first {{ margin: {_list_margins(first)}; {_place_heads(look, 'first')} }}\n",
        ]
    )


def build_letterhead_text_css() -> str:
    """Return the rules for the text of a Word letterhead; Word's own line is 1.17 times its type."""
    heads = ", ".join(f".{name}" for name in WORD_HEADS)
    return (
        f"{heads} {{ font: 10pt/1.17 'Source Sans Pro'; color: #000; display: flow-root; }}\n"
        ".word-row { display: table; table-layout: fixed; width: 100%; }\n"
        ".word-cell { display: table-cell; }\n"
        ".word-page::after { content: counter(page); }\n.word-pages::after { content: counter(pages); }\n"
    )


def _list_margins(page: PageGeometry) -> str:
    sides = (page.top_mm, page.right_mm, page.bottom_mm, page.left_mm)
    return " ".join(f"{side:.2f}mm" for side in sides)


def _place_heads(look: LetterheadLook, which: str) -> str:
    rules = []
    head, foot = (look.first_head, look.first_foot) if which == "first" else (look.next_head, look.next_foot)
    if head or which == "first":
        content = f"element(word-{which}-head)" if head else "none"
        rules.append(
            f"@top-left {{ content: {content}; width: 100%; text-align: left; vertical-align: top; "
            f"padding: {look.header_mm:.2f}mm 0 0 0; }} @top-right {{ content: none; }}"
        )
    content = f"element(word-{which}-foot)" if foot else "none"
    rules.append(
        f"@bottom-left {{ content: {content}; width: 100%; text-align: left; vertical-align: bottom; "
        f"padding: 0 0 {look.footer_mm:.2f}mm 0; }}"
    )
    return " ".join(rules)
