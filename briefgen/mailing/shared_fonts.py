"""One font for all letters of a print file, where each letter brought a part of it.

Every letter embeds the glyphs that it uses, under the numbers that they have in the whole font. So one part
with the glyphs of all letters serves them all. A font that is not one of the pinned packages' stays as it is.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from typing import Any

from briefgen.render.fonts import font_folders


@dataclass(slots=True)
class SharedFonts:
    """Gathers the glyphs of each font over many letters, and writes each font once."""

    pdf: Any
    """The print file (pikepdf.Pdf)."""
    _glyphs: dict[str, set[int]] = field(default_factory=dict)
    _waiting: dict[str, list[Any]] = field(default_factory=dict)
    """Font descriptors of the print file, by name of the font."""
    _known: dict[bytes, str | None] = field(default_factory=dict)

    def lift(self, letter: Any) -> None:
        """Take the pinned fonts out of a letter (pikepdf.Pdf) that is about to be added."""
        for font in _composite_fonts(letter):
            name = self._name(font)
            if name is None:
                continue
            self._glyphs.setdefault(name, set()).update(_used(font))
            del font.FontDescriptor["/FontFile3"]
            font.FontDescriptor["/BriefgenFont"] = name

    def adopt(self, pages: Any) -> None:
        """Remember the fonts of pages that were added, to give them their glyphs at the end."""
        for font in _fonts_of(pages):
            descriptor = font.FontDescriptor
            if "/BriefgenFont" in descriptor:
                self._waiting.setdefault(str(descriptor["/BriefgenFont"]), []).append(descriptor)
                del descriptor["/BriefgenFont"]

    def write(self) -> None:
        """Put one part of each font into the print file, for all letters that use it."""
        from pikepdf import Name, Stream

        for name in sorted(self._waiting):
            data = _subset(_pinned()[name], self._glyphs[name])
            shared = self.pdf.make_indirect(Stream(self.pdf, data))
            shared["/Subtype"] = Name("/OpenType")
            for descriptor in self._waiting[name]:
                descriptor["/FontFile3"] = shared

    def _name(self, font: Any) -> str | None:
        """The pinned font of which an embedded one is a part; None for any other."""
        descriptor = font.FontDescriptor
        if "/FontFile3" not in descriptor:
            return None
        data = descriptor["/FontFile3"].read_bytes()
        key = sha256(data).digest()
        if key not in self._known:
            self._known[key] = _pinned_name(data)
        return self._known[key]


def _composite_fonts(letter: Any) -> list[Any]:
    return _fonts_of(letter.pages)


def _fonts_of(pages: Any) -> list[Any]:
    """The descendant fonts of pages, each once."""
    found: dict[tuple[int, int], Any] = {}
    for page in pages:
        for font in page.get("/Resources", {}).get("/Font", {}).values():
            for one in font.get("/DescendantFonts", []):
                if "/FontDescriptor" in one:
                    found[one.objgen if one.is_indirect else (0, len(found))] = one
    return list(found.values())


def _used(font: Any) -> set[int]:
    """Numbers of the glyphs in use: WeasyPrint gives each of them its width."""
    glyphs: set[int] = {0}
    widths = list(font.get("/W", []))
    while widths:
        first, second = int(widths.pop(0)), widths.pop(0)
        if isinstance(second, int):
            widths.pop(0)
            glyphs.update(range(first, second + 1))
        else:
            glyphs.update(range(first, first + len(second)))
    return glyphs


@cache
def _pinned() -> dict[str, Path]:
    """The pinned fonts by PostScript name."""
    from fontTools.ttLib import TTFont

    found = {}
    for folder in font_folders().values():
        for path in sorted(folder.glob("*.otf")):
            with TTFont(path, lazy=True) as font:
                found[_postscript_name(font)] = path
    return found


@cache
def _revision(path: Path) -> float:
    from fontTools.ttLib import TTFont

    with TTFont(path, lazy=True) as font:
        return float(font["head"].fontRevision)


def _pinned_name(data: bytes) -> str | None:
    from fontTools.ttLib import TTFont, TTLibError

    try:
        with TTFont(BytesIO(data), lazy=True) as font:
            name, revision = _postscript_name(font), float(font["head"].fontRevision)
    except (TTLibError, KeyError, AssertionError):
        return None
    path = _pinned().get(name)
    return name if path is not None and _revision(path) == revision else None


def _postscript_name(font: Any) -> str:
    return str(font["name"].getDebugName(6) or "")


def _subset(path: Path, glyphs: set[int]) -> bytes:
    """The part of a font with these glyphs, which keep their numbers."""
    from fontTools.subset import Options, Subsetter
    from fontTools.ttLib import TTFont

    options = Options(
        retain_gids=True, notdef_outline=True, layout_features=[], glyph_names=False, desubroutinize=True
    )
    options.hinting = False
    options.drop_tables += ["BASE", "GDEF", "GPOS", "GSUB", "kern"]  # the lines are set already
    with TTFont(path, recalcTimestamp=False) as font:
        subsetter = Subsetter(options)
        subsetter.populate(gids=sorted(glyphs))
        subsetter.subset(font)
        out = BytesIO()
        font.save(out)
    return out.getvalue()
