"""Branding: the design, colours, fonts, logo and letterhead that a campaign chooses."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

DesignName = Literal["serif", "sans", "institute"]
FontFamily = Literal["Source Serif Pro", "Source Sans Pro"]


@dataclass(frozen=True, slots=True)
class Branding:
    """How pages look, in PDF and DOCX alike; the default is the plain serif design."""

    design: DesignName = "serif"
    text_family: FontFamily = "Source Serif Pro"
    label_family: FontFamily = "Source Sans Pro"
    """For headings and small print."""
    accent: str = "#1f3a5f"
    """For the organisation's name, titles and headings. All colours are written `#rrggbb`."""
    ink: str = "#1a1a1a"
    """For body text."""
    quiet: str = "#5a5f66"
    """For small print (sender's lines, running heads, captions); contrast 6.5:1 on white."""
    logo_mm: float = 14
    """Maximum height of the logo in the letterhead, in millimetres."""
    foot: tuple[str, ...] = ()
    """Footer lines of a letter's first page."""
    embed_fonts: bool = False
    """Whether DOCX files have the PDF's fonts in them, instead of naming those that Word has."""


DEFAULT_BRANDING = Branding()
"""For campaigns that configure no branding."""

MAX_LOGO_WIDTH_MM = 60.0
"""Maximum width of a logo in the letterhead."""

DESIGN_FONTS: dict[DesignName, tuple[FontFamily, FontFamily]] = {
    "serif": ("Source Serif Pro", "Source Sans Pro"),
    "sans": ("Source Sans Pro", "Source Sans Pro"),
    "institute": ("Source Serif Pro", "Source Sans Pro"),
}
"""For each design, the font of body text and the font of headings and small print."""


@dataclass(frozen=True, slots=True)
class WordLetterhead:
    """The organisation's DOCX or DOTX that supplies page setup, headers, footers and styles of letters."""

    data: bytes
    name: str
    """The file name as the user wrote it, for messages."""
