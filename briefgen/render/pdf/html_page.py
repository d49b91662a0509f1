"""Write a document as the HTML page that WeasyPrint lays out."""

from __future__ import annotations

import re
from html import escape

from briefgen.model.branding import DEFAULT_BRANDING, Branding
from briefgen.model.document import Document
from briefgen.render.address_window import place_document_address, wrap_address_lines
from briefgen.render.layouts import Layout, fit_running_head, get_layout
from briefgen.render.pdf.assembly.page_content import PageContent
from briefgen.render.pdf.endnotes import move_notes_to_end
from briefgen.render.pdf.page_css import build_address_style
from briefgen.render.tables import BREAKABLE_CHARACTERS, TURNED_STYLE, fit_tables

GENERATOR = "briefgen"
"""What documents name as the program that made them."""
_ADDRESS_BLOCK = '<div class="inside-address"'
_FOOTNOTE = '<span class="footnote">'
_JOINED_FOOTNOTE = f"\u2060{_FOOTNOTE}"
"""A word joiner keeps a footnote call on the line of the word it belongs to."""
_TAG = re.compile(r"(<[^>]+>)")
_HANGUL_PAIR = re.compile("([\uac00-\ud7a3])(?=[\uac00-\ud7a3])")
_LONG_WORD = re.compile(rf"\S{{{BREAKABLE_CHARACTERS + 1}}}")
_BREAK_THEIR_WORDS = ("<table", '<span class="footnote"', '<div class="bibliography"', '<div class="notes"')
"""Elements whose words break by the stylesheet, or by `fit_tables`."""
_PICTURE_WIDTH = re.compile(r'(<img\b[^>]*? )width="([0-9.]+mm)"')
_BEFORE_INLINE = re.compile(r" (?=<(?:em|strong|a|span)\b)")


def build_html_page(
    document: Document,
    branding: Branding = DEFAULT_BRANDING,
    content: PageContent | None = None,
    heads: str = "",
) -> str:
    """Build the complete HTML page for WeasyPrint: metadata, running head and letter foot, body.

    `content` is what `build_page_content` returns, `heads` are those of a Word letterhead. Raise
    BriefgenError if the address does not fit its window, or a table no page.
    """
    foot = "<br/>".join(map(escape, branding.foot)) if has_letter_foot(document, branding) else ""
    foot = foot and f'<p class="letter-foot">{foot}</p>'
    moment = format_moment(document)
    content = content or build_page_content(document, branding)
    running = "".join(f"<span>{escape(line)}</span>" for line in content.running)
    root_style = f' style="{content.root_style}"' if content.root_style else ""
    return (
        f'<!DOCTYPE html><html lang="{escape(document.language)}"{root_style}><head>'
        '<meta charset="utf-8">'
        f"<title>{escape(document.title)}</title>"
        f'<meta name="author" content="{escape(document.author)}">'
        f'<meta name="generator" content="{GENERATOR}">'
        f'<meta name="dcterms.created" content="{moment}"><meta name="dcterms.modified" content="{moment}">'
        f'</head><body class="{document.kind}"><p class="running-head">{running}</p>{foot}{heads}'
        f"{content.html}</body></html>"
    )


def build_page_content(document: Document, branding: Branding, layout: Layout | None = None) -> PageContent:
    """Build the HTML of a document's text; raise BriefgenError as `build_html_page` does."""
    layout = layout or get_layout(document.kind, document.page, document.layout)
    content = fit_tables(_position_address(document, layout, branding), layout.page, branding, document.title)
    content = move_notes_to_end(content).replace(_FOOTNOTE, _JOINED_FOOTNOTE)
    return PageContent(
        _style_picture_widths(_keep_korean_words(_add_break_opportunities(content))),
        _build_root_style(content),
        fit_running_head(document, layout, branding),
    )


def _keep_korean_words(html: str) -> str:
    """Return HTML whose Korean words are not broken within, as is usual in print (CSS: word-break: keep-all).

    WeasyPrint (70.0) has no such value; word joiners do it, and leave no trace in the PDF's text.
    """
    if not _HANGUL_PAIR.search(html):
        return html
    parts = _TAG.split(html)
    return "".join(
        part if index % 2 else _HANGUL_PAIR.sub("\\1\u2060", part) for index, part in enumerate(parts)
    )


def format_moment(document: Document) -> str:
    """Return a document's date as the moment of its making."""
    return f"{document.date.isoformat()}T00:00:00Z"


def has_letter_foot(document: Document, branding: Branding) -> bool:
    """Return whether a document is a letter with the branding's foot on its first page."""
    return document.kind == "letter" and bool(branding.foot)


def _position_address(document: Document, layout: Layout, branding: Branding) -> str:
    """Return the document's HTML with its address in the window, if the layout has one."""
    placement = place_document_address(document.html, document.title, layout, branding)
    if placement is None:
        return wrap_address_lines(document.html, layout, branding)
    styled = f'{_ADDRESS_BLOCK} style="{build_address_style(placement, layout.page)}"'
    return document.html.replace(_ADDRESS_BLOCK, styled, 1)


def _style_picture_widths(html: str) -> str:
    """Turn the widths of pictures into styles: WeasyPrint (70.0) reads attributes as pixels."""
    return _PICTURE_WIDTH.sub(r'\1style="width:\2"', html) if ' width="' in html else html


def _add_break_opportunities(html: str) -> str:
    """Add a zero-width space after the space before each inline element.

    If just that space is too much for the line, WeasyPrint (70.0) finds no break in the text before it and
    leaves the first word alone on its line (text/line_break.py, split_first_line, step 3).
    """
    return _BEFORE_INLINE.sub(" \u200b", html)


def _build_root_style(content: str) -> str:
    """Return the style of the root element for what only few documents have; empty for all others.

    From turned pages, WeasyPrint (70.0, layout/block.py, block_level_page_name) returns to named ones only.
    Set for all documents, `overflow-wrap` would cost memory with each line.
    """
    styles = ["page:upright"] if TURNED_STYLE in content else []
    styles += ["overflow-wrap:anywhere"] if _has_long_words(content) else []
    return ";".join(styles)


def _has_long_words(html: str) -> bool:
    """Return whether a word can be longer than a line; elements that see to their own words do not count."""
    depth = 0
    for index, part in enumerate(_TAG.split(html)):
        if index % 2 == 0:
            if not depth and _LONG_WORD.search(part):
                return True
        elif depth or part.startswith(_BREAK_THEIR_WORDS):
            depth += 0 if part.endswith("/>") or part == "<br>" else -1 if part.startswith("</") else 1
    return False
