"""Keep font programs that were reduced to some glyphs: most letters of a batch show the same ones.

HarfBuzz takes a millisecond for each of a letter's fonts, and compressing the result as long again.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

MAX_SUBSETS = 128
"""Subsets kept, each of some 15 kB; the least recently used are dropped."""
_DRAWN_TABLES = frozenset({"fvar", "CBDT", "COLR", "SVG ", "sbix"})
"""Tables of fonts whose subset depends on more than the glyphs: on the size, or on pictures."""


@dataclass(slots=True)
class FontSubsets:
    """Font programs of one font configuration, by font and glyphs."""

    _programs: OrderedDict[Any, bytes] = field(default_factory=OrderedDict, repr=False)
    """The keys keep HarfBuzz's faces alive, so that no other can have the same address."""

    @contextmanager
    def reuse(self) -> Iterator[None]:
        """Let WeasyPrint, within the context, take known subsets from here instead of making them again."""
        from weasyprint.pdf.fonts import Font

        original = Font.clean

        def clean(font: Any, to_unicode: Mapping[int, str], hinting: bool) -> None:
            if _DRAWN_TABLES.intersection(font.tables):
                original(font, to_unicode, hinting)
                return
            # Missing characters have glyphs of their own, and change the outline of glyph 0.
            key = font.hb_face, font.index, frozenset(to_unicode), hinting, bool(font.missing)
            if key in self._programs:
                self._programs.move_to_end(key)
            else:
                original(font, to_unicode, hinting)
                self._programs[key] = font.file_content
                if len(self._programs) > MAX_SUBSETS:
                    self._programs.popitem(last=False)
            font.file_content = self._programs[key]

        Font.clean = clean
        try:
            yield
        finally:
            Font.clean = original
