"""Pictures that documents show: read from the library's own folders and carried in the document itself.

So neither renderer opens a file, and nothing outside the folders can be shown. A drawing (SVG) comes with a
PNG beside it, for programs that cannot draw it.
"""

from __future__ import annotations

import base64
import os
import re
from collections.abc import Sequence
from functools import cache
from html import unescape
from io import BytesIO
from pathlib import Path

from briefgen.compose.svg_sanitizer import has_words, safe_drawing
from briefgen.errors import BriefgenError, Place, Problem
from briefgen.system.files import is_ordinary, is_within, shown_name

MAX_BYTES = 5_000_000
PICTURES = frozenset({".png", ".jpg", ".jpeg", ".svg"})
"""Endings of the files that can be shown."""
NOT_SHOWN = "out"
"""Folder of a campaign that holds what was made of it, and nothing that a letter shows."""
_KINDS = {b"\x89PNG\r\n\x1a\n": "image/png", b"\xff\xd8\xff": "image/jpeg"}
_IMAGE = re.compile(r"<img\b[^>]*/>")
_SOURCE = re.compile(r'\bsrc="([^"]*)"')
_CARRIED = re.compile(r"data:(image/(?:png|jpeg));base64,([A-Za-z0-9+/\s]+={0,2}\s*)", re.ASCII)
MAX_PIXELS = 40_000_000
"""Of one picture: an A4 page at 600 dots per inch has 35 million."""


def with_pictures(html: str, folders: Sequence[Path]) -> str:
    """Canonical HTML in which every image carries its picture (see `briefgen.model.document`).

    `folders` are searched in order. Raises BriefgenError where a picture is missing, outside of them, too
    large, unsafe or of another kind than PNG, JPEG and SVG with a PNG beside it.
    """
    return _IMAGE.sub(lambda image: _carrying(image[0], folders), html)


def _carrying(image: str, folders: Sequence[Path]) -> str:
    """An `img` that carries its picture."""
    if " data-png=" in image:
        return image  # a figure, drawn by ourselves: templates cannot write that attribute
    decorative = 'alt=""' in image
    return _SOURCE.sub(lambda found: _sources(unescape(found[1]), folders, decorative), image, count=1)


def _sources(name: str, folders: Sequence[Path], decorative: bool) -> str:
    """The attributes that carry a picture: `src`, and `data-png` where that is a drawing."""
    if name.startswith("data:"):
        return f'src="{_carried(name)}"'
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


@cache
def _carried(address: str) -> str:
    """The address of a picture that a template carries in itself, looked at as those in files are."""
    found = _CARRIED.fullmatch(address)
    kind, raw = (found[1], _decoded(found[2])) if found else ("", b"")
    if len(raw) > MAX_BYTES:
        raise BriefgenError(
            Problem(
                "picture-size", "a picture in a template is larger than 5 MB", None, "save a smaller copy"
            )
        )
    if not raw or kind != _kind(raw):
        raise BriefgenError(
            Problem(
                "picture-kind",
                f"a template carries a picture that is neither PNG nor JPEG: {shown_name(address[:40])!r}",
                None,
                "save it as a file in the campaign's folder and name that",
            )
        )
    _look_at(raw, "in a template", None)
    return f"data:{kind};base64,{base64.b64encode(raw).decode()}"


def _decoded(text: str) -> bytes:
    try:
        return base64.b64decode("".join(text.split()), validate=True)
    except ValueError:
        return b""


def _kind(raw: bytes) -> str | None:
    return next((kind for magic, kind in _KINDS.items() if raw.startswith(magic)), None)


def _look_at(raw: bytes, which: str, place: Place | None) -> None:
    """Raise BriefgenError where a picture breaks off, is damaged, or unpacks to more than a page needs."""
    import warnings

    from PIL import Image, ImageFile

    # WeasyPrint has Pillow put up with pictures that break off; we do not.
    before, ImageFile.LOAD_TRUNCATED_IMAGES = ImageFile.LOAD_TRUNCATED_IMAGES, False
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            with Image.open(BytesIO(raw), formats=("PNG", "JPEG")) as picture:
                if picture.width * picture.height > MAX_PIXELS:
                    large = f"the picture {which} is {picture.width:,} by {picture.height:,} pixels large"
                    raise BriefgenError(Problem("picture-too-large", large, place, "save a smaller copy"))
                picture.load()
    except (OSError, SyntaxError, ValueError, ArithmeticError, Image.DecompressionBombError) as error:
        why = str(error).splitlines()[0].partition(" <_io.")[0] if str(error) else "it is damaged"
        broken = f"the picture {which} cannot be set: {why}"
        raise BriefgenError(Problem("picture-broken", broken, place, "save it anew as PNG or JPEG")) from None
    finally:
        ImageFile.LOAD_TRUNCATED_IMAGES = before


def _found(name: str, folders: Sequence[Path]) -> Path:
    path = _sought(name, folders)
    if path is not None:
        return path
    raise BriefgenError(
        Problem(
            "picture-missing",
            f"the picture {shown_name(name)!r} is not in the campaign's folder",
            Place(shown_name(name)),
            "put it beside campaign.yaml and name it by its file name",
        )
    )


def _sought(name: str, folders: Sequence[Path]) -> Path | None:
    """The file of this name that one of the folders holds."""
    for folder in folders:
        path = folder / name
        if is_ordinary(path) and is_within(path, folder):
            return path.resolve()
    return None


def _beside(name: str) -> str:
    return Path(name).with_suffix(".png").as_posix()


def _png_beside(drawing: Path, name: str, folders: Sequence[Path]) -> Path:
    """The PNG in the same folder as the drawing; it may be a link, but not out of the folders."""
    path = drawing.with_suffix(".png")
    if is_ordinary(path) and any(is_within(path, folder) for folder in folders):
        return path.resolve()
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
    kind = _kind(raw)
    if kind is None:
        raise BriefgenError(
            Problem(
                "picture-kind",
                f"the picture {name!r} is neither PNG nor JPEG nor SVG",
                Place(name),
                "save it as PNG, or name an SVG by its ending .svg",
            )
        )
    _look_at(raw, repr(name), Place(name))
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


def pictures_of(folder: Path) -> list[Path]:
    """All pictures in a campaign's folder and the folders in it, hidden ones and the output folder aside."""
    found = []
    for home, folders, names in os.walk(folder):
        top = Path(home) == folder
        folders[:] = [one for one in folders if not one.startswith(".") and not (top and one == NOT_SHOWN)]
        found += [Path(home, name) for name in names if Path(name).suffix.lower() in PICTURES]
    return sorted(found)
