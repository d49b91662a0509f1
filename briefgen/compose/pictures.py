"""Pictures in documents: read from the campaign's and the library's folders, and embedded in the document.

So renderers open no files, and nothing outside these folders can be shown. A drawing (SVG) comes with a PNG
beside it, for programs that cannot draw it.
"""

from __future__ import annotations

import base64
import os
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from functools import cache
from html import unescape
from pathlib import Path

from briefgen.compose.svg_sanitizer import has_text, sanitize_svg
from briefgen.errors import BriefgenError, Place, Problem
from briefgen.system.files import is_inside_folder, is_regular_file, printable_name

MAX_PICTURE_BYTES = 5_000_000
PICTURE_SUFFIXES = frozenset({".png", ".jpg", ".jpeg", ".svg"})
"""Extensions of the files that can be shown."""
OUTPUT_FOLDER = "out"
"""The campaign's default output folder, which holds nothing that a letter shows."""
_MEDIA_TYPES = {b"\x89PNG\r\n\x1a\n": "image/png", b"\xff\xd8\xff": "image/jpeg"}
_IMAGE = re.compile(r"<img\b[^>]*/>")
_SOURCE = re.compile(r'\bsrc="([^"]*)"')
_DATA_URI = re.compile(r"data:(image/(?:png|jpeg));base64,([A-Za-z0-9+/\s]+={0,2}\s*)", re.ASCII)


def embed_pictures(html: str, folders: Sequence[Path]) -> str:
    """Embed the picture of every image in canonical HTML as a data URI (see `briefgen.model.document`).

    `folders` are searched in order. Raise BriefgenError if a picture is missing, outside them, too large,
    unsafe or of another type than PNG, JPEG and SVG with a PNG beside it.
    """
    return _IMAGE.sub(lambda image: _embed_picture(image[0], folders), html)


def _embed_picture(image: str, folders: Sequence[Path]) -> str:
    """Return an `img` element with its picture embedded."""
    if " data-png=" in image:
        return image  # a figure, drawn by ourselves: templates cannot write that attribute
    decorative = 'alt=""' in image
    return _SOURCE.sub(
        lambda match: _picture_attributes(unescape(match[1]), folders, decorative), image, count=1
    )


def _picture_attributes(name: str, folders: Sequence[Path], decorative: bool) -> str:
    """Return the attributes that hold a picture: `src`, and `data-png` for a drawing."""
    if name.startswith("data:"):
        return f'src="{_check_data_uri(name)}"'
    path = _find_picture(name, folders)
    if path.suffix.lower() != ".svg":
        return f'src="{_raster_data_uri(path, name)}"'
    drawing, contains_text = _svg_data_uri(path, name)
    if decorative and contains_text:
        raise BriefgenError(
            Problem(
                "picture-words-untold",
                f'the drawing {name!r} contains text, but alt="" marks it as decoration',
                Place(name),
                "describe the drawing in alt, or convert its text to paths",
            )
        )
    png = _raster_data_uri(_find_png_of_drawing(path, name, folders), _png_name(name))
    return f'src="{drawing}" data-png="{png}"'


@cache
def _check_data_uri(uri: str) -> str:
    """Check a picture that a template embeds as a data URI the way pictures in files are checked."""
    match = _DATA_URI.fullmatch(uri)
    media_type, raw = (match[1], _decode_base64(match[2])) if match else ("", b"")
    if len(raw) > MAX_PICTURE_BYTES:
        raise BriefgenError(
            Problem(
                "picture-size", "a picture in a template is larger than 5 MB", None, "save a smaller copy"
            )
        )
    if not raw or media_type != _media_type(raw):
        raise BriefgenError(
            Problem(
                "picture-kind",
                f"a picture embedded in a template is neither PNG nor JPEG: {printable_name(uri[:40])!r}",
                None,
                "save it as a file in the campaign's folder and use its file name",
            )
        )
    with _name_picture("in a template", None):
        return _encode_raster(raw, media_type)


def _decode_base64(text: str) -> bytes:
    try:
        return base64.b64decode("".join(text.split()), validate=True)
    except ValueError:
        return b""


def _media_type(raw: bytes) -> str | None:
    return next((name for signature, name in _MEDIA_TYPES.items() if raw.startswith(signature)), None)


@contextmanager
def _name_picture(label: str, place: Place | None) -> Iterator[None]:
    """Name the picture in problems of `render.image_checks`, which does not know what it is called."""
    try:
        yield
    except BriefgenError as error:
        problem = error.problems[0]
        message = problem.message.replace("a picture", f"the picture {label}", 1)
        raise BriefgenError(replace(problem, message=message, place=place)) from None


def _encode_raster(raw: bytes, media_type: str) -> str:
    """Return the data URI of a picture in a form that every format shows alike."""
    from briefgen.render.image_checks import normalize_raster

    return f"data:{media_type};base64,{base64.b64encode(normalize_raster(raw)).decode()}"


def _find_picture(name: str, folders: Sequence[Path]) -> Path:
    path = _search_folders(name, folders)
    if path is not None:
        return path
    raise BriefgenError(
        Problem(
            "picture-missing",
            f"the picture {printable_name(name)!r} is not in the campaign's folder",
            Place(printable_name(name)),
            "put it beside campaign.yaml and name it by its file name",
        )
    )


def _search_folders(name: str, folders: Sequence[Path]) -> Path | None:
    """Return the file of this name in the first folder that has it."""
    for folder in folders:
        path = folder / name
        if is_regular_file(path) and is_inside_folder(path, folder):
            return path.resolve()
    return None


def _png_name(name: str) -> str:
    return Path(name).with_suffix(".png").as_posix()


def _find_png_of_drawing(drawing: Path, name: str, folders: Sequence[Path]) -> Path:
    """Return the PNG in the same folder as the drawing; it may be a link, but not out of the folders."""
    path = drawing.with_suffix(".png")
    if is_regular_file(path) and any(is_inside_folder(path, folder) for folder in folders):
        return path.resolve()
    raise BriefgenError(
        Problem(
            "picture-png-missing",
            f"the drawing {name!r} has no {_png_name(name)!r} beside it, which Word files need",
            Place(name),
            f"open {name} in Inkscape or a browser, save it as PNG (about 2,000 pixels wide), "
            f"and put it into the same folder as {_png_name(name)}",
        )
    )


@cache
def _raster_data_uri(path: Path, name: str) -> str:
    raw = _read_picture(path, name)
    media_type = _media_type(raw)
    if media_type is None:
        raise BriefgenError(
            Problem(
                "picture-kind",
                f"the picture {name!r} is neither PNG nor JPEG nor SVG",
                Place(name),
                "save it as PNG, or give an SVG file the extension .svg",
            )
        )
    with _name_picture(repr(name), Place(name)):
        return _encode_raster(raw, media_type)


@cache
def _svg_data_uri(path: Path, name: str) -> tuple[str, bool]:
    """Return the data URI of a sanitized drawing, and whether the drawing contains text."""
    from briefgen.render.image_checks import check_image

    safe = sanitize_svg(_read_picture(path, name), name)
    with _name_picture(repr(name), Place(name)):
        check_image(safe, is_svg=True)
    return f"data:image/svg+xml;base64,{base64.b64encode(safe).decode()}", has_text(safe)


def _read_picture(path: Path, name: str) -> bytes:
    raw = path.read_bytes() if path.stat().st_size <= MAX_PICTURE_BYTES else b""
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


def list_pictures(folder: Path) -> list[Path]:
    """List all pictures in a campaign's folder and its subfolders, except hidden and output folders."""
    found = []
    for parent, subfolders, names in os.walk(folder):
        at_top = Path(parent) == folder
        subfolders[:] = [
            name for name in subfolders if not name.startswith(".") and not (at_top and name == OUTPUT_FOLDER)
        ]
        found += [Path(parent, name) for name in names if Path(name).suffix.lower() in PICTURE_SUFFIXES]
    return sorted(found)
