"""Pictures: loaded once, measured, and written as inline drawings with alternative text.

An SVG comes with a PNG: Word since 2016 shows the SVG, other programs the PNG.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import unquote_to_bytes

from briefgen.errors import BriefgenError, Problem
from briefgen.render.docx.ooxml import NAMESPACES
from briefgen.render.docx.runs import escape_xml

ReadImage = Callable[[str], bytes]
"""Returns the bytes for a `src` that is not a data: URL."""
_DATA_URL = re.compile(r"data:image/[\w.+-]+((?:;[\w=.-]+)*),(.*)", re.DOTALL)
_SVG_URL_START = "data:image/svg+xml;"
_SCREEN_DPI = 96
"""CSS pixels per inch, for pictures that state no resolution, or that of 72 which programs write unasked."""


@dataclass(frozen=True, slots=True)
class Picture:
    """A PNG or JPEG, or the SVG that accompanies a PNG."""

    data: bytes
    extension: str
    """`png`, `jpeg` or `svg`."""
    width: int
    """Natural width in EMU."""
    height: int

    @property
    def name(self) -> str:
        """Name of the picture's part: equal pictures share one."""
        return f"media/{hashlib.sha1(self.data, usedforsecurity=False).hexdigest()[:16]}.{self.extension}"

    def scale_to_width(self, width: int) -> Picture:
        """Return the picture with another width in EMU, and the height in proportion."""
        return replace(self, width=width, height=max(1, round(self.height * width / self.width)))

    def size_within(self, width: int, height: int) -> tuple[int, int]:
        """Return the size in EMU, scaled down to fit."""
        scale = min(1.0, width / self.width, height / self.height)
        return max(1, round(self.width * scale)), max(1, round(self.height * scale))


class PictureLoader:
    """Loads each picture once; `read_image` may be None if documents contain only data: URLs."""

    def __init__(self, read_image: ReadImage | None) -> None:
        self._read_image = read_image
        self._loaded: dict[str, Picture] = {}

    def load(self, src: str) -> Picture:
        """Load the PNG or JPEG at `src`; raise BriefgenError if there is none."""
        if src not in self._loaded:
            self._loaded[src] = _parse_raster_picture(self._read_bytes(src), _abbreviate_src(src))
        return self._loaded[src]

    def load_svg(self, src: str, png: Picture) -> Picture:
        """Load the SVG at `src`, as large as its `png`; raise BriefgenError if it is not an SVG."""
        if not src.startswith(_SVG_URL_START):
            problem = f"the picture {_abbreviate_src(src)!r} is not an SVG, but has a PNG to stand in for it"
            raise BriefgenError(Problem("picture-format", problem, hint="use the PNG or JPEG alone"))
        if src not in self._loaded:
            self._loaded[src] = Picture(self._read_bytes(src), "svg", png.width, png.height)
        return self._loaded[src]

    def _read_bytes(self, src: str) -> bytes:
        if src.startswith("data:"):
            return _decode_data_url(src)
        if self._read_image is None:
            raise BriefgenError(Problem("picture-unreadable", f"the picture {src!r} cannot be read"))
        return self._read_image(src)


def _abbreviate_src(src: str) -> str:
    return src if len(src) < 80 else src[:77] + "…"


def _decode_data_url(src: str) -> bytes:
    match = _DATA_URL.fullmatch(src)
    if match is None:
        raise BriefgenError(Problem("picture-unreadable", f"not an image's data: URL: {src[:60]!r}"))
    content = unquote_to_bytes(match.group(2))
    if not match.group(1).endswith(";base64"):
        return content
    try:
        return base64.b64decode(b"".join(content.split()), validate=True)
    except binascii.Error:
        raise BriefgenError(Problem("picture-unreadable", "a data: URL is not valid base64")) from None


def _parse_raster_picture(data: bytes, label: str) -> Picture:
    """Measure a PNG or JPEG by the resolution that it states, or that of a screen."""
    from briefgen.render.image_checks import open_raster

    try:
        with open_raster(data) as image:
            (width, height), extension = image.size, "png" if image.format == "PNG" else "jpeg"
            stated = [round(dpi) for dpi in image.info.get("dpi", (0, 0))]
    except BriefgenError:
        raise BriefgenError(
            Problem(
                "picture-format", f"the picture {label!r} is not a PNG or JPEG", hint="save it as PNG or JPEG"
            )
        ) from None
    horizontal_dpi, vertical_dpi = (_SCREEN_DPI if dpi in (0, 72) else dpi for dpi in stated)
    return Picture(
        data, extension, round(width * 914400 / horizontal_dpi), round(height * 914400 / vertical_dpi)
    )


_DECORATIVE_EXTENSION = (
    '<a:extLst><a:ext uri="{C183D7F6-B498-43B3-948B-1728B52AA6E4}">'
    '<adec:decorative xmlns:adec="http://schemas.microsoft.com/office/drawing/2017/decorative" val="1"/>'
    "</a:ext></a:extLst>"
)

_SVG_EXTENSION = (
    '<a:extLst><a:ext uri="{{96DAC541-7B7A-43D3-8B79-37D633B846F1}}">'
    '<asvg:svgBlip xmlns:asvg="http://schemas.microsoft.com/office/drawing/2016/SVG/main" r:embed="{}"/>'
    "</a:ext></a:extLst>"
)
"""`svgBlip` ([MS-ODRAWXML] 2.3), to be formatted with a relationship's id."""


def decorative_extension() -> Any:
    """Return the element that marks a picture as decorative."""
    from lxml import etree

    root = f'<a:x xmlns:a="{NAMESPACES["a"]}">{_DECORATIVE_EXTENSION}</a:x>'
    return etree.fromstring(root)[0]


def picture_run(number: int, relationship: str, alt: str, size: tuple[int, int], svg: str = "") -> str:
    """Return a run with an inline picture of this size (EMU); without `alt` it is marked as decorative.

    `number` must be unique in the document. `svg` is the relationship of the SVG that Word shows instead,
    if there is one.
    """
    extent = f'cx="{size[0]}" cy="{size[1]}"'
    name = f"Picture {number}"
    decorative = "" if alt else _DECORATIVE_EXTENSION
    svg_extension = _SVG_EXTENSION.format(svg) if svg else ""
    return (
        f'<w:r><w:drawing><wp:inline distT="0" distB="0" distL="0" distR="0"><wp:extent {extent}/>'
        f'<wp:docPr id="{number}" name="{name}" descr="{escape_xml(alt)}">{decorative}</wp:docPr>'
        '<wp:cNvGraphicFramePr><a:graphicFrameLocks noChangeAspect="1"/></wp:cNvGraphicFramePr>'
        '<a:graphic><a:graphicData uri="http://schemas.openxmlformats.org/drawingml/2006/picture">'
        f'<pic:pic><pic:nvPicPr><pic:cNvPr id="{number}" name="{name}"/><pic:cNvPicPr/></pic:nvPicPr>'
        f'<pic:blipFill><a:blip r:embed="{relationship}">{svg_extension}</a:blip><a:stretch>'
        "<a:fillRect/></a:stretch></pic:blipFill>"
        f'<pic:spPr><a:xfrm><a:off x="0" y="0"/><a:ext {extent}/></a:xfrm><a:prstGeom prst="rect"><a:avLst/>'
        "</a:prstGeom></pic:spPr></pic:pic></a:graphicData></a:graphic></wp:inline></w:drawing></w:r>"
    )
