"""Check an image before it is laid out: it must be intact, and no larger than a page can need.

Nothing here opens files or knows about pages.
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
"""Limit for one image: an A4 page at 600 dots per inch has 35 million."""
_XLINK_HREF = "{http://www.w3.org/1999/xlink}href"
MAX_SHAPES = 50_000
"""Limit for one SVG; shapes repeated by `use` count each time."""
MAX_DEPTH = 100
"""Limit for the nesting of elements in an SVG."""


def check_image(data: bytes, *, is_svg: bool) -> None:
    """Raise BriefgenError for an image that is broken, or would unpack to more than a page can need."""
    if is_svg:
        _check_svg(data)
        return
    try:
        with _reject_truncated_images(), Image.open(BytesIO(data), formats=("PNG", "JPEG")) as image:
            if image.width * image.height > MAX_PIXELS:
                raise BriefgenError(image_too_large(f"it has {image.width} by {image.height} pixels"))
            image.load()
    except Image.DecompressionBombError:
        raise BriefgenError(image_too_large("it would exhaust memory")) from None
    except (OSError, SyntaxError, ValueError, ArithmeticError) as error:
        reason = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise BriefgenError(image_broken(reason)) from None


@contextmanager
def _reject_truncated_images() -> Iterator[None]:
    """Undo WeasyPrint's setting, which makes Pillow accept truncated images."""
    before, ImageFile.LOAD_TRUNCATED_IMAGES = ImageFile.LOAD_TRUNCATED_IMAGES, False
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            yield
    finally:
        ImageFile.LOAD_TRUNCATED_IMAGES = before


def _check_svg(data: bytes) -> None:
    if b"<!ENTITY" in data:
        raise BriefgenError(image_broken("a drawing may not define entities"))
    try:
        root = ElementTree.fromstring(data)
    except ElementTree.ParseError as error:
        raise BriefgenError(image_broken(f"the drawing cannot be read: {error}")) from None
    by_id = {element.get("id"): element for element in root.iter() if element.get("id")}
    _count_shapes(root, by_id, {}, 0)


def _count_shapes(element: Any, by_id: dict[Any, Any], counted: dict[Any, int], depth: int) -> int:
    """Count the shapes that an element draws, including those it repeats by `use`."""
    if element in counted:
        return counted[element]
    if depth > MAX_DEPTH:
        raise BriefgenError(image_broken("the drawing is nested too deeply"))
    shapes = 1 + sum(_count_shapes(child, by_id, counted, depth + 1) for child in element)
    if str(element.tag).endswith("use"):
        target = by_id.get((element.get("href") or element.get(_XLINK_HREF) or "").removeprefix("#"))
        shapes += 0 if target is None else _count_shapes(target, by_id, counted, depth + 1)
    if shapes > MAX_SHAPES:
        raise BriefgenError(image_too_large(f"the drawing has more than {MAX_SHAPES:,} shapes"))
    counted[element] = shapes
    return shapes


def image_too_large(reason: str) -> Problem:
    """Return the problem for an image that needs too much time or memory."""
    return Problem("picture-too-large", f"a picture is too large: {reason}", None, "save a smaller copy")


def image_broken(reason: str) -> Problem:
    """Return the problem for an image that is damaged, or is not one."""
    return Problem(
        "picture-broken", f"a picture cannot be used: {reason}", None, "save it again as PNG or JPEG"
    )
