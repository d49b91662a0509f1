"""Paint a run of text as PDF operators that do not depend on where it stands, with the glyphs it uses.

The operators are those of WeasyPrint's `draw.text`, without the text matrix.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import pydyf
from weasyprint.draw.text import draw_first_line
from weasyprint.matrix import Matrix
from weasyprint.pdf.fonts import Font
from weasyprint.pdf.stream import Stream
from weasyprint.text.ffi import harfbuzz, pango
from weasyprint.text.fonts import get_pango_font_key

from briefgen.render.pdf.assembly.errors import NotAssembledError


@dataclass(frozen=True, slots=True)
class FontGlyphs:
    """The glyphs of one font that a text uses, in the order in which they are painted."""

    font: Any
    """WeasyPrint's key of the font."""
    characters: dict[int, str]
    """What each glyph stands for."""
    widths: dict[int, int]


@dataclass(frozen=True, slots=True)
class PaintedText:
    """A run of text on one line, painted."""

    operators: bytes
    """From the choice of font on; empty if nothing of it can be seen."""
    glyphs: tuple[FontGlyphs, ...]
    colour: Any


class ScratchStream(Stream):  # type: ignore[misc]
    """A content stream that belongs to no file; fonts used in it are collected in `used`."""

    def __init__(self, fonts: FontStore | None = None) -> None:
        """Take the fonts from a store; without one, no text can be painted."""
        super().__init__({}, (0, 0, 0, 0), {"ExtGState": {}}, {}, None, {}, "")
        self._store = fonts
        self.used: dict[Any, Any] = {}

    def add_font(self, pango_font: Any) -> tuple[Any, float]:
        """Return the font for Pango's, and its size."""
        assert self._store is not None
        key, size = self._store.add(pango_font)
        if key not in self.used:
            self.used[key] = self._store.copy_font(key)
        return self.used[key], size


@dataclass(slots=True)
class FontStore:
    """The fonts that texts have been set in, by WeasyPrint's key."""

    _fonts: dict[Any, tuple[Any, Any]] = field(default_factory=dict)
    """Each with Pango's font, which must live as long."""

    def add(self, pango_font: Any) -> tuple[Any, float]:
        """Return the key and size of Pango's font, keeping it if it is new.

        The key stands for the font's description, which two files can share: the real oblique, and the
        upright that is slanted in its place. WeasyPrint paints a document with the first of the two, so
        raise NotAssembledError for another than the one that is kept.
        """
        key, description, size = get_pango_font_key(pango_font)
        known = self._fonts.get(key)
        if known is None:
            self._fonts[key] = Font(pango_font, description, size), pango_font
        elif known[0].hb_face != harfbuzz.hb_font_get_face(pango.pango_font_get_hb_font(pango_font)):
            raise NotAssembledError("two fonts of one name")
        return key, size

    def get_font(self, key: Any) -> Any:
        """Return the font itself, which must not be changed."""
        return self._fonts[key][0]

    def copy_font(self, key: Any) -> Any:
        """Return a copy of a font without any glyph, as one that is new to a document."""
        font = Font.__new__(Font)
        font.__dict__.update(self._fonts[key][0].__dict__)
        font.widths, font.to_unicode, font.missing = {}, {}, {}
        font.variations = dict(font.variations)
        return font


def paint_text(box: Any, fonts: FontStore) -> PaintedText:
    """Paint a text box of WeasyPrint's; raise NotAssembledError for what is more than glyphs."""
    style = box.style
    if style["text_decoration_line"] not in ("none", set(), frozenset()):
        raise NotAssembledError("decorated text")
    if style["visibility"] != "visible":
        raise NotAssembledError("hidden text")
    scratch = ScratchStream(fonts)
    box.pango_layout.reactivate(style)
    try:
        pictures = draw_first_line(scratch, box, "clip", "none", Matrix(d=-1, e=0, f=0))
    finally:
        box.pango_layout.deactivate()
    if pictures:
        raise NotAssembledError("pictures among the letters")
    if any(font.missing for font in scratch.used.values()):
        raise NotAssembledError("a character that no font has")
    glyphs = tuple(FontGlyphs(key, font.to_unicode, font.widths) for key, font in scratch.used.items())
    operators = b"\n".join(map(to_pdf, scratch.stream[1:]))
    return PaintedText(operators, glyphs, style["color"])


def to_pdf(value: Any) -> bytes:
    """Return a number or operator as it is written in a content stream."""
    written: bytes = pydyf._to_bytes(value)
    return written
