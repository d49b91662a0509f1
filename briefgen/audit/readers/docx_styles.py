"""How runs of a Word document look, as far as it decides whether anybody can read them.

Text is hidden if Word does not show it, if it is set smaller or narrower than eyes can read, or if it has the
colour of what is behind it. Formatting comes from the run, its styles, the paragraph's styles and the
defaults, in this order.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_W14 = "{http://schemas.microsoft.com/office/word/2010/wordml}"
_WPS = "{http://schemas.microsoft.com/office/word/2010/wordprocessingShape}"
_A = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
_VML = "{urn:schemas-microsoft-com:vml}"
MIN_SIZE_PT = 4.0
"""Text below this size cannot be read on paper."""
MIN_CONTRAST = 1.25
"""Ratio (WCAG 2.2, relative luminance) of text and background below which nobody sees the text."""
_MIN_SCALE_PERCENT = 20
"""Width of characters below which they cannot be read."""
_HIGHLIGHTS = {
    "black": "000000",
    "blue": "0000FF",
    "cyan": "00FFFF",
    "darkBlue": "000080",
    "darkCyan": "008080",
    "darkGray": "808080",
    "darkGreen": "008000",
    "darkMagenta": "800080",
    "darkRed": "800000",
    "darkYellow": "808000",
    "green": "00FF00",
    "lightGray": "C0C0C0",
    "magenta": "FF00FF",
    "red": "FF0000",
    "white": "FFFFFF",
    "yellow": "FFFF00",
}
_OFF = frozenset({"0", "false", "off"})


def contrast_ratio(one: tuple[int, int, int], other: tuple[int, int, int]) -> float:
    """Return the contrast of two colours (red, green, blue of 255), from 1 to 21 for black on white."""
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def _luminance(colour: tuple[int, int, int]) -> float:
    parts = [value / 255 for value in colour]
    red, green, blue = (
        value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4 for value in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def parse_colour(text: str | None) -> tuple[int, int, int] | None:
    """Parse six hexadecimal digits; None for `auto` and whatever is not a colour."""
    plain = (text or "").removeprefix("#")
    try:
        value = int(plain, 16)
    except ValueError:
        return None
    return (value >> 16 & 255, value >> 8 & 255, value & 255) if len(plain) == 6 else None


@dataclass(frozen=True, slots=True)
class _Look:
    """The formatting that one `w:rPr` sets; None for what it leaves open."""

    vanish: bool | None = None
    size: float | None = None
    scale: int | None = None
    colour: str | None = None
    background: str | None = None
    transparent: bool | None = None


_LOOK_FIELDS = ("vanish", "size", "scale", "colour", "background", "transparent")


class RunStyles:
    """Says of each run why nobody can read it, from the document's `w:styles` (None if it has none)."""

    def __init__(self, root: Any, page_colour: str | None = None) -> None:
        styles = root.iterfind(f"{W}style") if root is not None else ()
        self._styles: dict[str, Any] = {style.get(f"{W}styleId", ""): style for style in styles}
        defaults = root.find(f"{W}docDefaults/{W}rPrDefault/{W}rPr") if root is not None else None
        self._defaults = _read_look(defaults)
        self._default_style = next(
            (
                identifier
                for identifier, style in self._styles.items()
                if style.get(f"{W}type") == "paragraph" and style.get(f"{W}default") in {"1", "true"}
            ),
            "",
        )
        self._page = page_colour or "FFFFFF"
        self._looks: dict[str, tuple[_Look, ...]] = {}

    def why_hidden(self, run: Any, paragraph: Any) -> str:
        """Return why a run's text cannot be seen: `hidden`, `tiny`, `narrow`, `invisible ink`; or nothing."""
        looks = self._collect_looks(run, paragraph)
        merged = {
            name: next((value for look in looks if (value := getattr(look, name)) is not None), None)
            for name in _LOOK_FIELDS
        }
        if merged["vanish"]:
            return "formatted as hidden"
        if merged["size"] is not None and merged["size"] < MIN_SIZE_PT:
            return f"smaller than {MIN_SIZE_PT:g} points"
        if merged["scale"] is not None and merged["scale"] < _MIN_SCALE_PERCENT:
            return "squeezed until it cannot be read"
        if merged["transparent"]:
            return "transparent"
        return self._why_without_contrast(merged["colour"], merged["background"], paragraph)

    def _why_without_contrast(self, text: str | None, behind: str | None, paragraph: Any) -> str:
        colour = parse_colour(text)
        if colour is None:
            return ""
        background = parse_colour(behind or self._find_background(paragraph))
        if background is None or contrast_ratio(colour, background) >= MIN_CONTRAST:
            return ""
        return "in the colour of its background"

    def _collect_looks(self, run: Any, paragraph: Any) -> tuple[_Look, ...]:
        properties = run.find(f"{W}rPr")
        style = _child_value(properties, "rStyle")
        paragraph_style = _child_value(paragraph.find(f"{W}pPr"), "pStyle") or self._default_style
        own = (_read_look(properties),) if properties is not None else ()
        return (*own, *self._style_looks(style), *self._style_looks(paragraph_style), self._defaults)

    def _style_looks(self, identifier: str) -> tuple[_Look, ...]:
        if identifier not in self._looks:
            chain = self._style_chain(identifier)
            self._looks[identifier] = tuple(_read_look(style.find(f"{W}rPr")) for style in chain)
        return self._looks[identifier]

    def _style_chain(self, identifier: str) -> Iterator[Any]:
        seen = set[str]()
        while identifier in self._styles and identifier not in seen:
            seen.add(identifier)
            yield self._styles[identifier]
            identifier = _child_value(self._styles[identifier], "basedOn")

    def _find_background(self, paragraph: Any) -> str | None:
        """Return the colour behind a paragraph; None if it cannot be told."""
        properties = paragraph.find(f"{W}pPr")
        if fill := _read_fill(properties):
            return fill
        for style in self._style_chain(_child_value(properties, "pStyle") or self._default_style):
            if fill := _read_fill(style.find(f"{W}pPr")):
                return fill
        for around in paragraph.iterancestors():
            if around.tag == f"{W}tc" and (fill := _read_fill(around.find(f"{W}tcPr"))):
                return fill
            if around.tag == f"{W}tbl" and self._is_shaded_by_style(around):
                return None
            if around.tag == f"{W}txbxContent":
                return self._find_shape_fill(around)
        return self._page

    def _find_shape_fill(self, box: Any) -> str | None:
        """Return the colour of a text box; None for gradients, pictures, and colours of the theme."""
        shape = next(box.iterancestors(f"{_WPS}wsp", f"{_VML}shape", f"{_VML}rect"), None)
        if shape is None:
            return None
        if shape.tag.startswith(_VML):
            if shape.get("filled") in {"f", "false"}:
                return self._page
            return str(shape.get("fillcolor", "#ffffff"))
        properties = shape.find(f"{_WPS}spPr")
        if properties is None or properties.find(f"{_A}noFill") is not None:
            return self._page
        colour = properties.find(f"{_A}solidFill/{_A}srgbClr")
        return str(colour.get("val", "")) if colour is not None else None

    def _is_shaded_by_style(self, table: Any) -> bool:
        properties = table.find(f"{W}tblPr")
        if _read_fill(properties):
            return True
        chain = self._style_chain(_child_value(properties, "tblStyle"))
        return any(style.find(f".//{W}shd") is not None for style in chain)


def _read_look(properties: Any) -> _Look:
    if properties is None:
        return _Look()
    vanish = properties.find(f"{W}vanish")
    fill = properties.find(f"{_W14}textFill/{_W14}noFill")
    highlight = _HIGHLIGHTS.get(_child_value(properties, "highlight"))
    return _Look(
        vanish=vanish.get(f"{W}val", "1") not in _OFF if vanish is not None else None,
        size=_half_points(_child_value(properties, "sz")),
        scale=_whole_number(_child_value(properties, "w").rstrip("%")),
        colour=_child_value(properties, "color") or None,
        background=highlight or _read_fill(properties),
        transparent=True if fill is not None else None,
    )


def _read_fill(properties: Any) -> str | None:
    """Return the colour of a shading; None if there is none."""
    shading = properties.find(f"{W}shd") if properties is not None else None
    if shading is None:
        return None
    pattern = shading.get(f"{W}val")
    fill = shading.get(f"{W}color" if pattern == "solid" else f"{W}fill")
    return fill if parse_colour(fill) else None


def _child_value(parent: Any, name: str) -> str:
    child = parent.find(f"{W}{name}") if parent is not None else None
    return str(child.get(f"{W}val", "")) if child is not None else ""


def _whole_number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 6 else None


def _half_points(text: str) -> float | None:
    value = _whole_number(text)
    return None if value is None else value / 2
