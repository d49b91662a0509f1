"""The head of following pages: one line, shortened where it would not fit beside the page's number."""

from __future__ import annotations

from briefgen.model.document import Document
from briefgen.model.look import Look
from briefgen.render.address_window import PT, width_pt
from briefgen.render.layouts import Layout

_SIZE_PT = 9
_SHARE = 0.74
"""Of the measure; the rest is the page number's."""


def running_head(document: Document, layout: Layout, look: Look) -> tuple[str, ...]:
    """What heads the following pages: of the first part as many words as find room, the others whole."""
    page = layout.page
    room = (page.width_mm - page.left_mm - page.right_mm) * _SHARE / PT
    first, *others = document.running or ("",)
    room -= sum(_width(f" · {other}", look) for other in others)
    return (_shortened(first, room, look), *others) if document.running else ()


def _shortened(text: str, room: float, look: Look) -> str:
    words = text.split(" ")
    while len(words) > 1 and _width(text, look) > room:
        words.pop()
        text = " ".join(words).rstrip(",;:–—- ") + " …"
    return text


def _width(text: str, look: Look) -> float:
    return width_pt(text, look.text_family, _SIZE_PT)
