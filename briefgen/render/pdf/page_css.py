"""The rules of a page that come from figures and not from a stylesheet: its layout and the campaign's look.

They follow the stylesheets, so that what a campaign sets holds whatever these say.
"""

from __future__ import annotations

from collections.abc import Iterator

from briefgen.model.look import LOGO_WIDTH_MM, Look
from briefgen.render.address_window import Standing
from briefgen.render.layouts import Layout, Window
from briefgen.render.page import PageLayout

FOOT_LINE_MM = 3.9
"""Distance of lines at the foot of the first page."""
FOOT_MM = 9.0
"""From them to the paper's edge; as much again lies between them and the text."""


def look_rules(look: Look) -> str:
    """The campaign's colours and fonts as variables, for every stylesheet to use."""
    return (
        f":root {{ --accent: {look.accent}; --ink: {look.ink}; --quiet: {look.quiet}; "
        f'--text-family: "{look.text_family}"; --label-family: "{look.label_family}"; '
        f"--logo-height: {look.logo_mm:g}mm; --logo-width: {LOGO_WIDTH_MM:g}mm; }}\n"
    )


def page_rule(page: PageLayout) -> str:
    """The @page rules of a layout; the first page has no head, the others have one."""
    return (
        f"@page {{ size: {page.width_mm}mm {page.height_mm}mm; margin: {page.top_mm + 8}mm {page.right_mm}mm "
        f"{page.bottom_mm}mm {page.left_mm}mm; }}\n@page :first {{ margin-top: {page.top_mm}mm; }}\n"
    )


def layout_rules(layout: Layout, look: Look, *, foot: bool) -> str:
    """The rules of a page's size and its first page; `foot`: whether the look's foot is shown."""
    rules = [page_rule(layout.page)]
    if layout.window is not None:
        rules += _window_rules(layout, layout.window)
    if foot:
        rules.append(_foot_rules(layout.page, look))
    return "".join(rules)


def _window_rules(layout: Layout, window: Window) -> Iterator[str]:
    """Places on the page. What lies below all else is painted first: so the file keeps the letter's order."""
    page = layout.page
    left, width = window.text_left_mm - page.left_mm, window.line_mm
    measure = page.width_mm - page.left_mm - page.right_mm
    yield f"body {{ padding-top: {layout.text_mm - page.top_mm:.2f}mm; }}\n"
    yield ".letterhead, .return-line, .inside-address { position: absolute; z-index: -1; }\n"
    yield (
        f".letterhead {{ left: 0; top: {layout.letterhead_mm - page.top_mm:.2f}mm; "
        f"width: {measure:.2f}mm; height: auto; }}\n"
    )
    yield (
        f".return-line {{ left: {left:.2f}mm; "
        f"top: {window.top_mm + 1.2 - page.top_mm:.2f}mm; width: {width:.2f}mm; }}\n"
    )
    yield (
        f".inside-address {{ left: {left:.2f}mm; width: {width:.2f}mm; min-height: 0; text-align: left; }}\n"
        ".inside-address p { line-height: inherit; font-size: inherit; }\n.date-line { margin-top: 0; }\n"
    )


def _foot_rules(page: PageLayout, look: Look) -> str:
    bottom = max(page.bottom_mm, 2 * FOOT_MM + FOOT_LINE_MM * len(look.foot))
    return (
        f"@page :first {{ margin-bottom: {bottom:.2f}mm; @bottom-left {{ content: element(letter-foot); "
        f"width: 100%; text-align: left; vertical-align: bottom; padding-bottom: {FOOT_MM}mm; }} }}\n"
    )


def address_style(stands: Standing, page: PageLayout) -> str:
    """The style of one letter's inside address."""
    size = stands.type
    return f"top:{stands.top_mm - page.top_mm:.2f}mm;font-size:{size.size_pt}pt;line-height:{size.line_pt}pt"
