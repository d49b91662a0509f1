"""What a PDF takes over from a letterhead that was made in Word."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from html import escape

from briefgen.render.layouts import PageGeometry

PLACEHOLDER_MARK = "\ue000"
"""Surrounds the name of a placeholder in the text of a head or foot."""
_PLACEHOLDER = re.compile(f"{PLACEHOLDER_MARK}(\\w+){PLACEHOLDER_MARK}")
_COUNTERS = {"page": '<span class="word-page"></span>', "pages": '<span class="word-pages"></span>'}


@dataclass(frozen=True, slots=True)
class LetterheadLook:
    """Page and margins of a Word letterhead, and its heads and feet as HTML; an empty one shows nothing."""

    page: PageGeometry
    """With the margins as set in Word, which a higher head or foot exceeds."""
    header_mm: float
    """From the paper's upper edge to the head."""
    footer_mm: float
    """From the paper's lower edge to the foot."""
    first_head: str = ""
    first_foot: str = ""
    next_head: str = ""
    """On the pages after the first."""
    next_foot: str = ""
    address_gap_pt: float = 0.0
    """Above the address."""


def fill_head(html: str, values: Mapping[str, str]) -> str:
    """Return a head or foot with the values of its placeholders; those of pages are counted in print."""

    def fill(match: re.Match[str]) -> str:
        return _COUNTERS.get(match[1]) or escape(values.get(match[1], ""))

    return _PLACEHOLDER.sub(fill, html)
