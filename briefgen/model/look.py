"""What a campaign's pages look like, in its own choice: design, colours, fonts, foot. Nothing is set here."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

DesignName = Literal["serif", "sans"]
Family = Literal["Source Serif Pro", "Source Sans Pro"]


@dataclass(frozen=True, slots=True)
class Look:
    """The same for PDF and DOCX; the default is the quiet serif."""

    design: DesignName = "serif"
    text_family: Family = "Source Serif Pro"
    label_family: Family = "Source Sans Pro"
    """Of headings and small print."""
    accent: str = "#1f3a5f"
    """Name in the letterhead, titles and headings. Colours are written `#rrggbb`."""
    ink: str = "#1a1a1a"
    """Text."""
    quiet: str = "#5a5f66"
    """Small print: sender's lines, heads of pages, captions; 6.5:1 on white."""
    logo_mm: float = 14
    """Greatest height of a logo in the letterhead."""
    foot: tuple[str, ...] = ()
    """Lines at the foot of a letter's first page."""


QUIET_SERIF = Look()
"""The look of a campaign that says nothing of it."""

LOGO_WIDTH_MM = 60.0
"""Greatest width of a logo in the letterhead."""

FAMILIES: dict[DesignName, tuple[Family, Family]] = {
    "serif": ("Source Serif Pro", "Source Sans Pro"),
    "sans": ("Source Sans Pro", "Source Sans Pro"),
}
"""Of each design, the family of the text and that of headings and small print."""


@dataclass(frozen=True, slots=True)
class Letterhead:
    """A DOCX or DOTX that letters take their page, heads and styles from."""

    data: bytes
    name: str
    """As the user writes it, for messages."""
