"""Page sizes and margins, in millimetres. Both renderers set a document on the same page."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class PageLayout:
    """One page format; the text measure is width − left − right."""

    width_mm: float
    height_mm: float
    top_mm: float
    right_mm: float
    bottom_mm: float
    left_mm: float


PAGES: Mapping[tuple[str, str], PageLayout] = {
    ("letter", "a4"): PageLayout(210, 297, 20, 33, 16, 30),
    ("letter", "us-letter"): PageLayout(215.9, 279.4, 19, 34, 15, 30),
    ("briefing", "a4"): PageLayout(210, 297, 24, 32, 22, 32),
    ("briefing", "us-letter"): PageLayout(215.9, 279.4, 23, 35, 20, 35),
}
"""By kind of document and paper: lines of 65 to 80 characters at the text size."""
