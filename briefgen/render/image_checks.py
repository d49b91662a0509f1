"""Looks at a picture before anything sets it: is it whole, and no larger than a page can need?

It opens no file and knows nothing of pages.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from typing import Any
from xml.etree import ElementTree

from PIL import Image, ImageFile

from briefgen.errors import BriefgenError, Problem

MAX_PIXELS = 40_000_000
"""Of one picture: an A4 page at 600 dots per inch has 35 million."""
_XLINK = "{http://www.w3.org/1999/xlink}href"
MAX_SHAPES = 50_000
"""Of one drawing, repeated ones counted each time."""
MAX_DEPTH = 100
"""Of elements within elements in a drawing."""


def look_at(data: bytes, *, is_drawing: bool) -> None:
    """Raise BriefgenError for a picture that is broken, or would unpack to more than a page can need."""
    if is_drawing:
        _look_at_drawing(data)
        return
    try:
        with _whole_pictures(), Image.open(BytesIO(data), formats=("PNG", "JPEG")) as picture:
            if picture.width * picture.height > MAX_PIXELS:
                raise BriefgenError(too_large(f"it is {picture.width} by {picture.height} pixels large"))
            picture.load()
    except Image.DecompressionBombError:
        raise BriefgenError(too_large("it would fill the memory")) from None
    except (OSError, SyntaxError, ValueError, ArithmeticError) as error:
        raise BriefgenError(
            broken(str(error).splitlines()[0] if str(error) else type(error).__name__)
        ) from None


@contextmanager
def _whole_pictures() -> Iterator[None]:
    """WeasyPrint has Pillow put up with pictures that break off; we do not."""
    before, ImageFile.LOAD_TRUNCATED_IMAGES = ImageFile.LOAD_TRUNCATED_IMAGES, False
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            yield
    finally:
        ImageFile.LOAD_TRUNCATED_IMAGES = before


def _look_at_drawing(data: bytes) -> None:
    if b"<!ENTITY" in data:
        raise BriefgenError(broken("a drawing may not define entities"))
    try:
        root = ElementTree.fromstring(data)
    except ElementTree.ParseError as error:
        raise BriefgenError(broken(f"the drawing cannot be read: {error}")) from None
    named = {element.get("id"): element for element in root.iter() if element.get("id")}
    _count(root, named, {}, 0)


def _count(element: Any, named: dict[Any, Any], known: dict[Any, int], depth: int) -> int:
    """Shapes that an element draws, with those it repeats by `use`."""
    if element in known:
        return known[element]
    if depth > MAX_DEPTH:
        raise BriefgenError(broken("the drawing is nested without end"))
    shapes = 1 + sum(_count(child, named, known, depth + 1) for child in element)
    if str(element.tag).endswith("use"):
        target = named.get((element.get("href") or element.get(_XLINK) or "").removeprefix("#"))
        shapes += 0 if target is None else _count(target, named, known, depth + 1)
    if shapes > MAX_SHAPES:
        raise BriefgenError(too_large(f"the drawing has more than {MAX_SHAPES:,} shapes"))
    known[element] = shapes
    return shapes


def too_large(how: str) -> Problem:
    """The problem of a picture that asks for too much."""
    return Problem(
        "picture-too-large", f"a picture is too large to be set: {how}", None, "save a smaller copy"
    )


def broken(why: str) -> Problem:
    """The problem of a picture that is not whole, or none."""
    return Problem("picture-broken", f"a picture cannot be set: {why}", None, "save it anew as PNG or JPEG")
