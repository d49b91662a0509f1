"""Pictures: read once, measured, and written as inline drawings with their alternative text.

An SVG comes with a PNG: Word since 2016 shows the SVG, all else the PNG.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote_to_bytes

from briefgen.errors import BriefgenError, Problem
from briefgen.render.docx.ooxml import NAMESPACES
from briefgen.render.docx.runs import escape

ReadImage = Callable[[str], bytes]
"""Gives the bytes for a `src` that is no data: address."""
_DATA = re.compile(r"data:image/[\w.+-]+((?:;[\w=.-]+)*),(.*)", re.DOTALL)
_SVG = "data:image/svg+xml;"
_SCREEN_DPI = 96
"""CSS pixels to the inch, for pictures that say nothing."""


@dataclass(frozen=True, slots=True)
class Picture:
    """A PNG or JPEG, or an SVG that stands behind a PNG."""

    data: bytes
    extension: str
    """`png`, `jpeg` or `svg`."""
    width: int
    """Natural width in EMU."""
    height: int

    @property
    def name(self) -> str:
        """Name of its part: the same picture is stored once."""
        return f"media/{hashlib.sha1(self.data, usedforsecurity=False).hexdigest()[:16]}.{self.extension}"

    def within(self, width: int, height: int) -> tuple[int, int]:
        """Size in EMU, scaled down to fit."""
        scale = min(1.0, width / self.width, height / self.height)
        return max(1, round(self.width * scale)), max(1, round(self.height * scale))


class Pictures:
    """Reads each picture once; `read_image` may be None where documents carry only data: addresses."""

    def __init__(self, read_image: ReadImage | None) -> None:
        self._read_image = read_image
        self._known: dict[str, Picture] = {}

    def get(self, src: str) -> Picture:
        """The picture at `src`; raises BriefgenError where there is none that Word can show."""
        if src not in self._known:
            self._known[src] = _measured(self._bytes(src), _shown(src))
        return self._known[src]

    def drawing(self, src: str, raster: Picture) -> Picture:
        """The SVG at `src`, as large as `raster`, which stands for it; raises BriefgenError for all else."""
        if not src.startswith(_SVG):
            problem = f"the picture {_shown(src)!r} is no SVG, and yet a PNG stands for it"
            raise BriefgenError(Problem("picture-format", problem, hint="name a PNG or JPEG alone"))
        if src not in self._known:
            self._known[src] = Picture(self._bytes(src), "svg", raster.width, raster.height)
        return self._known[src]

    def _bytes(self, src: str) -> bytes:
        if src.startswith("data:"):
            return _decoded(src)
        if self._read_image is None:
            raise BriefgenError(Problem("picture-unreadable", f"the picture {src!r} cannot be fetched here"))
        return self._read_image(src)


def _shown(src: str) -> str:
    return src if len(src) < 80 else src[:77] + "…"


def _decoded(src: str) -> bytes:
    match = _DATA.fullmatch(src)
    if match is None:
        raise BriefgenError(Problem("picture-unreadable", f"not a picture's data: address: {src[:60]!r}"))
    content = unquote_to_bytes(match.group(2))
    if not match.group(1).endswith(";base64"):
        return content
    try:
        return base64.b64decode(b"".join(content.split()), validate=True)
    except binascii.Error:
        raise BriefgenError(Problem("picture-unreadable", "a data: address is not valid base64")) from None


def _measured(data: bytes, shown: str) -> Picture:
    from docx.image.image import Image

    try:
        image = Image.from_blob(data)
        kinds = {"image/png": "png", "image/jpeg": "jpeg"}
        extension = kinds[image.content_type]
        width, height = image.px_width, image.px_height
        across, down = image.horz_dpi or _SCREEN_DPI, image.vert_dpi or _SCREEN_DPI
        if width < 1 or height < 1:
            raise ValueError
    except Exception:  # python-docx's readers raise whatever a broken file makes them stumble over
        raise BriefgenError(
            Problem(
                "picture-format", f"the picture {shown!r} is no PNG or JPEG", hint="save it as PNG or JPEG"
            )
        ) from None
    if across == down == 72 and extension == "png" and b"pHYs" not in data[:4096]:
        across = down = _SCREEN_DPI
    return Picture(data, extension, round(width * 914400 / across), round(height * 914400 / down))


_DECORATIVE = (
    '<a:extLst><a:ext uri="{C183D7F6-B498-43B3-948B-1728B52AA6E4}">'
    '<adec:decorative xmlns:adec="http://schemas.microsoft.com/office/drawing/2017/decorative" val="1"/>'
    "</a:ext></a:extLst>"
)

_DRAWN = (
    '<a:extLst><a:ext uri="{{96DAC541-7B7A-43D3-8B79-37D633B846F1}}">'
    '<asvg:svgBlip xmlns:asvg="http://schemas.microsoft.com/office/drawing/2016/SVG/main" r:embed="{}"/>'
    "</a:ext></a:extLst>"
)
"""[MS-ODRAWXML] 2.3, `svgBlip`; takes a relationship."""


def decorative() -> Any:
    """The mark that a picture says nothing, as an element."""
    from lxml import etree

    root = f'<a:x xmlns:a="{NAMESPACES["a"]}">{_DECORATIVE}</a:x>'
    return etree.fromstring(root)[0]


def drawing(number: int, relationship: str, alt: str, size: tuple[int, int], svg: str = "") -> str:
    """A run with the picture in line. `number` is unique in the document; empty `alt`: decoration.

    `svg` is the relationship of the drawing that Word shows instead, where there is one.
    """
    extent = f'cx="{size[0]}" cy="{size[1]}"'
    name = f"Picture {number}"
    mark = "" if alt else _DECORATIVE
    better = _DRAWN.format(svg) if svg else ""
    return (
        f'<w:r><w:drawing><wp:inline distT="0" distB="0" distL="0" distR="0"><wp:extent {extent}/>'
        f'<wp:docPr id="{number}" name="{name}" descr="{escape(alt)}">{mark}</wp:docPr>'
        '<wp:cNvGraphicFramePr><a:graphicFrameLocks noChangeAspect="1"/></wp:cNvGraphicFramePr>'
        '<a:graphic><a:graphicData uri="http://schemas.openxmlformats.org/drawingml/2006/picture">'
        f'<pic:pic><pic:nvPicPr><pic:cNvPr id="{number}" name="{name}"/><pic:cNvPicPr/></pic:nvPicPr>'
        f'<pic:blipFill><a:blip r:embed="{relationship}">{better}</a:blip><a:stretch>'
        "<a:fillRect/></a:stretch></pic:blipFill>"
        f'<pic:spPr><a:xfrm><a:off x="0" y="0"/><a:ext {extent}/></a:xfrm><a:prstGeom prst="rect"><a:avLst/>'
        "</a:prstGeom></pic:spPr></pic:pic></a:graphicData></a:graphic></wp:inline></w:drawing></w:r>"
    )
