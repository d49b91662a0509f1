"""Fonts, sizes, spacing and colours of DOCX documents; those of PDFs are in `templates/css`.

Page sizes are in `briefgen.render.layouts`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from briefgen.model.branding import Branding, FontFamily


@dataclass(frozen=True, slots=True)
class Design:
    """The typography of a document.

    A line spacing of 0 leaves it to the style that a style is based on, an empty font to the document's.

    The fonts are ones that Word has on every system. Cambria is narrower than Source Serif, the PDF's font:
    at 1.09 times the size it fits as much on a line, at 1.045 times 4 % more. The latter is used, so that a
    letter that fits on one page as PDF does so as DOCX.
    """

    serif: str = "Cambria"
    """Font of the text."""
    sans: str = "Calibri"
    """Font of headings and small print."""
    modern: bool = False
    """Titles in the headings' font, coloured accents, a rule beside the summary instead of a background."""
    banded: bool = False
    """Titles in the headings' font, a band of colour above the head, and boxes with a line around them."""
    alternative_serif: str = "Caladea"
    """Free font with the same metrics, for programs without the first."""
    alternative_sans: str = "Carlito"
    text_pt: float = 11.2
    line_pt: float = 14.4
    """Line spacing of running text."""
    address_pt: float = 13.7
    """Line spacing of addresses and signatures."""
    note_pt: float = 9.0
    note_line_pt: float = 11.1
    end_pt: float = 10.0
    """Size of enclosure and copy lines."""
    end_line_pt: float = 12.9
    small_pt: float = 9.5
    """Size of captions, tables and the bibliography."""
    compact: bool = False
    """Smaller headings and gaps, for a brief."""
    keep_items: bool = False
    """Whether no page break parts a recommendation, or another item of a list."""
    aside_pt: float = 9.0
    """Size of what stands in a side column."""
    aside_line_pt: float = 12.0
    ink: str = "1A1A1A"
    quiet: str = "5A5F66"
    """Colour of small print; contrast 6.5:1 on white."""
    accent: str = "1F3A5F"
    tint: str = "F2F4F7"
    """Background of the summary box."""
    rule: str = "C9CED6"
    header_mm: float = 12.7
    """Distance from the edge of the page to headers and footers."""
    following_mm: float = 8.0
    """Extra space at the top of following pages, compared with the first."""
    signature_mm: float = 11.0
    """Greatest height of a signature's picture."""
    logo_mm: float = 14.0
    """Greatest height of a logo in the letterhead."""


_BRIEF = Design(line_pt=13.9, small_pt=9.0, compact=True, keep_items=True, tint="EEF1F6")
DESIGNS: Mapping[tuple[str, str], Design] = {
    ("serif", "letter"): Design(),
    ("serif", "briefing"): Design(text_pt=11.0, line_pt=14.6, keep_items=True),
    # At 1.02 times its size, Calibri fits as much on a line as Source Sans.
    ("serif", "brief"): replace(_BRIEF, text_pt=10.5),
    ("institute", "letter"): Design(),
    ("institute", "briefing"): Design(text_pt=11.0, line_pt=14.6, keep_items=True),
    ("institute", "brief"): replace(_BRIEF, text_pt=10.5),
    ("sans", "letter"): Design(text_pt=10.5, line_pt=15.0),
    ("sans", "briefing"): Design(text_pt=10.4, line_pt=14.8, keep_items=True),
    ("sans", "brief"): replace(_BRIEF, text_pt=10.0),
}
"""By design name and kind of document."""

_WORD_FONTS: Mapping[FontFamily, tuple[str, str]] = {
    "Source Serif Pro": ("Cambria", "Caladea"),
    "Source Sans Pro": ("Calibri", "Carlito"),
}
"""For each family of the PDF a font that Word has, and a free one with the same metrics."""


def get_design(kind: str, branding: Branding) -> Design:
    """Return the design of a kind of document in a campaign's branding."""
    serif, alternative_serif = _WORD_FONTS[branding.text_family]
    sans, alternative_sans = _WORD_FONTS[branding.label_family]
    design = DESIGNS[branding.design, kind]
    if branding.embed_fonts:
        serif, alternative_serif = branding.text_family, serif
        sans, alternative_sans = branding.label_family, sans
        design = _in_the_pdfs_sizes(design) if branding.design == "serif" else design
    return replace(
        design,
        serif=serif,
        sans=sans,
        alternative_serif=alternative_serif,
        alternative_sans=alternative_sans,
        modern=branding.design == "sans",
        banded=branding.design == "institute",
        ink=branding.ink.lstrip("#").upper(),
        quiet=branding.quiet.lstrip("#").upper(),
        accent=branding.accent.lstrip("#").upper(),
        logo_mm=branding.logo_mm,
    )


def _in_the_pdfs_sizes(design: Design) -> Design:
    """Return a design for the PDF's serif, which is larger than Cambria at the same size."""
    return replace(
        design,
        text_pt=design.text_pt * _SOURCE_SERIF_SHARE,
        # Word breaks long addresses at fewer places, so notes have more lines.
        note_pt=min(design.note_pt, 8.0),
        note_line_pt=min(design.note_line_pt, 10.6),
        end_pt=design.end_pt * _SOURCE_SERIF_SHARE,
        small_pt=design.small_pt * _SOURCE_SERIF_SHARE,
    )


_SOURCE_SERIF_SHARE = 0.95
"""At this share of Cambria's size, Source Serif fits as much on a line."""


def design_for_user_letterhead(text_pt: float) -> Design:
    """Return an unobtrusive design for what is added to a user's letterhead with text of this size."""
    return Design(
        serif="",
        sans="",
        text_pt=text_pt,
        line_pt=0,
        address_pt=0,
        note_pt=_round_to_half_point(max(8.0, text_pt * 0.8)),
        note_line_pt=0,
        end_pt=_round_to_half_point(max(8.0, text_pt * 0.88)),
        end_line_pt=0,
        small_pt=_round_to_half_point(max(8.0, text_pt * 0.85)),
        ink="auto",
        quiet="auto",
        accent="auto",
    )


def _round_to_half_point(points: float) -> float:
    """Round to a size that Word can represent."""
    return round(points * 2) / 2


def mm_to_twips(mm: float) -> int:
    """Convert millimetres to twips (twentieths of a point)."""
    return round(mm * 1440 / 25.4)


def mm_to_emu(mm: float) -> int:
    """Convert millimetres to English Metric Units."""
    return round(mm * 36000)
