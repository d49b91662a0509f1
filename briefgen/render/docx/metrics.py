"""The measures and colours of the built-in letterheads, each with its unit; `templates/css` has the PDF's.

Nothing is set here, and page sizes are in `briefgen.render.page`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from briefgen.model.look import Family, Look


@dataclass(frozen=True, slots=True)
class Design:
    """What a page looks like, in the units of print.

    A distance of lines of 0 leaves them to the paragraph's base, an empty font to the document.

    The fonts are ones that Word brings with it on every system. Cambria runs narrower than Source Serif,
    the PDF's: at 1.09 times its size it sets the same line, at 1.045 times 4 % more. The latter is used,
    so that a letter that fits one page there fits one page here.
    """

    serif: str = "Cambria"
    """Of the text."""
    sans: str = "Calibri"
    """Of headings and small print."""
    modern: bool = False
    """Titles in the font of headings, accents in colour, a line beside the summary in place of its ground."""
    alternative_serif: str = "Caladea"
    """Free font of the same widths, for programs without the first."""
    alternative_sans: str = "Carlito"
    text_pt: float = 11.2
    line_pt: float = 14.4
    """Distance of lines in running text."""
    address_pt: float = 13.7
    """Distance of lines in addresses and signatures."""
    note_pt: float = 9.0
    note_line_pt: float = 11.1
    end_pt: float = 10.0
    """Enclosures and copies."""
    end_line_pt: float = 12.9
    small_pt: float = 9.5
    """Captions, tables, bibliography."""
    ink: str = "1A1A1A"
    quiet: str = "5A5F66"
    """Contrast 6.5:1 on white."""
    accent: str = "1F3A5F"
    tint: str = "F2F4F7"
    """Ground of the summary box."""
    rule: str = "C9CED6"
    header_mm: float = 12.7
    """From the paper's edge to the head of following pages, and to the foot."""
    following_mm: float = 8.0
    """What following pages have more at the top than the first."""
    signature_mm: float = 11.0
    """Greatest height of a picture of a signature."""
    logo_mm: float = 14.0
    """Greatest height of a picture in the letterhead."""


DESIGNS: Mapping[tuple[str, str], Design] = {
    ("serif", "letter"): Design(),
    ("serif", "briefing"): Design(text_pt=11.0, line_pt=14.6),
    # Calibri sets the same line as Source Sans at 1.02 times its size.
    ("sans", "letter"): Design(text_pt=10.5, line_pt=15.0),
    ("sans", "briefing"): Design(text_pt=10.4, line_pt=14.8),
}
"""By name of the design and kind of document."""

_WORD_FONTS: Mapping[Family, tuple[str, str]] = {
    "Source Serif Pro": ("Cambria", "Caladea"),
    "Source Sans Pro": ("Calibri", "Carlito"),
}
"""For each family of the PDF one that Word brings with it, and a free one of the same widths."""


def design_of(kind: str, look: Look) -> Design:
    """The design of a kind of document in a campaign's look."""
    serif, alternative_serif = _WORD_FONTS[look.text_family]
    sans, alternative_sans = _WORD_FONTS[look.label_family]
    return replace(
        DESIGNS[look.design, kind],
        serif=serif,
        sans=sans,
        alternative_serif=alternative_serif,
        alternative_sans=alternative_sans,
        modern=look.design == "sans",
        ink=look.ink.lstrip("#").upper(),
        quiet=look.quiet.lstrip("#").upper(),
        accent=look.accent.lstrip("#").upper(),
        logo_mm=look.logo_mm,
    )


def beside(text_pt: float) -> Design:
    """What we add to a letterhead of somebody's own with text of this size: nothing that catches the eye."""
    return Design(
        serif="",
        sans="",
        text_pt=text_pt,
        line_pt=0,
        address_pt=0,
        note_pt=_half(max(8.0, text_pt * 0.8)),
        note_line_pt=0,
        end_pt=_half(max(8.0, text_pt * 0.88)),
        end_line_pt=0,
        small_pt=_half(max(8.0, text_pt * 0.85)),
        ink="auto",
        quiet="auto",
        accent="auto",
    )


def _half(points: float) -> float:
    """The nearest size that Word knows."""
    return round(points * 2) / 2


def twips(mm: float) -> int:
    """Millimetres in twentieths of a point."""
    return round(mm * 1440 / 25.4)


def emu(mm: float) -> int:
    """Millimetres in English Metric Units."""
    return round(mm * 36000)
