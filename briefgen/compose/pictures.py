"""Pictures that documents show: read from the library's own folders and carried in the document itself.

So neither renderer opens a file, and nothing outside the folders can be shown. A drawing (SVG) comes with a
PNG beside it, for programs that cannot draw it.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Sequence
from functools import cache
from html import escape, unescape
from pathlib import Path

from briefgen.compose.drawings import has_words, safe_drawing
from briefgen.errors import BriefgenError, Place, Problem

MAX_BYTES = 5_000_000
PICTURES = frozenset({".png", ".jpg", ".jpeg", ".svg"})
"""Endings of the files that can be shown."""
_KINDS = {b"\x89PNG\r\n\x1a\n": "image/png", b"\xff\xd8\xff": "image/jpeg"}
_IMAGE = re.compile(r"<img\b[^>]*/>")
_SOURCE = re.compile(r'\bsrc="([^"]*)"')
_CARRIED = ("data:image/png;", "data:image/jpeg;")


def with_pictures(html: str, folders: Sequence[Path]) -> str:
    """Canonical HTML in which every image carries its picture (see `briefgen.model.document`).

    `folders` are searched in order. Raises BriefgenError where a picture is missing, outside of them, too
    large, unsafe or of another kind than PNG, JPEG and SVG with a PNG beside it.
    """
    return _IMAGE.sub(lambda image: _carrying(image[0], folders), html)


def _carrying(image: str, folders: Sequence[Path]) -> str:
    """An `img` that carries its picture."""
    decorative = 'alt=""' in image
    return _SOURCE.sub(lambda found: _sources(unescape(found[1]), folders, decorative), image, count=1)


def _sources(name: str, folders: Sequence[Path], decorative: bool) -> str:
    """The attributes that carry a picture: `src`, and `data-png` where that is a drawing."""
    if name.startswith(_CARRIED):
        return f'src="{escape(name)}"'
    if name.startswith("data:"):
        raise BriefgenError(
            Problem(
                "picture-kind",
                f"a template carries a picture that is neither PNG nor JPEG: {name[:40]!r}",
                None,
                "save it as a file in the campaign's folder and name that",
            )
        )
    path = _found(name, folders)
    if path.suffix.lower() != ".svg":
        return f'src="{_raster(path, name)}"'
    drawing, words = _drawing(path, name)
    if decorative and words:
        raise BriefgenError(
            Problem(
                "picture-words-untold",
                f'the drawing {name!r} has words in it, and alt="" says that it is decoration',
                Place(name),
                "say in alt what it shows, or have its words drawn as shapes",
            )
        )
    png = _raster(_png_beside(path, name, folders), _beside(name))
    return f'src="{drawing}" data-png="{png}"'


def _found(name: str, folders: Sequence[Path]) -> Path:
    path = _sought(name, folders)
    if path is not None:
        return path
    raise BriefgenError(
        Problem(
            "picture-missing",
            f"the picture {name!r} is not in the campaign's folder",
            Place(name),
            "put it beside campaign.yaml and name it by its file name",
        )
    )


def _sought(name: str, folders: Sequence[Path]) -> Path | None:
    """The file of this name that one of the folders holds."""
    for folder in folders:
        path = (folder / name).resolve()
        if path.is_relative_to(folder.resolve()) and path.is_file():
            return path
    return None


def _beside(name: str) -> str:
    return Path(name).with_suffix(".png").as_posix()


def _png_beside(drawing: Path, name: str, folders: Sequence[Path]) -> Path:
    """The PNG in the same folder as the drawing; it may be a link, but not out of the folders."""
    path = drawing.with_suffix(".png").resolve()
    if path.is_file() and any(path.is_relative_to(folder.resolve()) for folder in folders):
        return path
    raise BriefgenError(
        Problem(
            "picture-png-missing",
            f"the drawing {name!r} has no {_beside(name)!r} beside it, which Word files need",
            Place(name),
            f"open {name} in Inkscape or a browser, save it as PNG (about 2,000 pixels wide), "
            f"and put it into the same folder as {_beside(name)}",
        )
    )


@cache
def _raster(path: Path, name: str) -> str:
    raw = _bytes(path, name)
    kind = next((kind for magic, kind in _KINDS.items() if raw.startswith(magic)), None)
    if kind is None:
        raise BriefgenError(
            Problem(
                "picture-kind",
                f"the picture {name!r} is neither PNG nor JPEG nor SVG",
                Place(name),
                "save it as PNG, or name an SVG by its ending .svg",
            )
        )
    return f"data:{kind};base64,{base64.b64encode(raw).decode()}"


@cache
def _drawing(path: Path, name: str) -> tuple[str, bool]:
    """A drawing as it is carried, and whether it has words."""
    safe = safe_drawing(_bytes(path, name), name)
    return f"data:image/svg+xml;base64,{base64.b64encode(safe).decode()}", has_words(safe)


def _bytes(path: Path, name: str) -> bytes:
    raw = path.read_bytes() if path.stat().st_size <= MAX_BYTES else b""
    if not raw:
        raise BriefgenError(
            Problem(
                "picture-size",
                f"the picture {name!r} is empty or larger than 5 MB",
                Place(name),
                "save a smaller copy",
            )
        )
    return raw
