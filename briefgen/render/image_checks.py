"""Check an image before it is laid out, and bring it into a form that every format shows alike.

It must be intact, and no larger than a page can need. Nothing here opens files or knows about pages.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from io import BytesIO
from typing import Any
from xml.etree import ElementTree

from PIL import Image, ImageCms, ImageFile, ImageOps

from briefgen.errors import BriefgenError, Problem

MAX_PIXELS = 40_000_000
"""Limit for one image: an A4 page at 600 dots per inch has 35 million."""
_XLINK_HREF = "{http://www.w3.org/1999/xlink}href"
MAX_SHAPES = 50_000
"""Limit for one SVG; shapes repeated by `use` count each time."""
MAX_DEPTH = 100
"""Limit for the nesting of elements in an SVG."""
_PLAIN_MODES = frozenset({"1", "L", "LA", "P", "RGB", "RGBA"})
"""Pillow's modes of images that Word and WeasyPrint (70.0) show alike."""
_ORIENTATION = 0x0112
"""EXIF tag; 1 is upright."""
_JPEG_QUALITY = 95


def check_image(data: bytes, *, is_svg: bool) -> None:
    """Raise BriefgenError for an image that is broken, or would unpack to more than a page can need."""
    if is_svg:
        _check_svg(data)
        return
    with open_raster(data):
        pass


def normalize_raster(data: bytes) -> bytes:
    """Return a PNG or JPEG upright, in sRGB or grey, with 8 bits a channel; raise as `check_image` does.

    Programs differ in how they show turned JPEGs (EXIF), CMYK and other colour profiles, and WeasyPrint
    (70.0) garbles grey of 16 bits. An image that has none of these is returned as it is.
    """
    with open_raster(data) as image:
        is_deep = image.format == "PNG" and data[24] > 8
        is_turned = image.getexif().get(_ORIENTATION, 1) != 1
        profile = _find_other_profile(image)
        if image.mode in _PLAIN_MODES and not (is_deep or is_turned or profile):
            return data
        plain = _convert_to_srgb(ImageOps.exif_transpose(image), profile)
        output = BytesIO()
        dpi = {"dpi": image.info["dpi"]} if "dpi" in image.info else {}
        if image.format == "PNG":
            plain.save(output, "PNG", **dpi)
        else:
            plain.save(output, "JPEG", quality=_JPEG_QUALITY, subsampling=0, **dpi)
        return output.getvalue()


def _find_other_profile(image: Image.Image) -> ImageCms.ImageCmsProfile | None:
    """Return an image's colour profile if it can be read and its colours are not those of sRGB."""
    content = image.info.get("icc_profile")
    if not content or image.mode not in ("RGB", "RGBA", "CMYK"):
        return None
    try:
        profile = ImageCms.ImageCmsProfile(BytesIO(content))
        return None if "srgb" in ImageCms.getProfileDescription(profile).lower() else profile
    except (OSError, ImageCms.PyCMSError):
        return None


def _convert_to_srgb(image: Image.Image, profile: ImageCms.ImageCmsProfile | None) -> Image.Image:
    """Return an image in a plain mode, without metadata."""
    if image.mode == "I;16":  # Pillow would clip the values, not scale them
        image = Image.frombytes("L", image.size, image.tobytes()[1::2])
    target = image.mode if image.mode in _PLAIN_MODES else "RGB"
    if profile is not None:
        with suppress(ImageCms.PyCMSError):
            srgb = ImageCms.createProfile("sRGB")
            image = ImageCms.profileToProfile(image, profile, srgb, outputMode=target) or image
    image = image.convert(target)
    image.info = {}
    return image


@contextmanager
def open_raster(data: bytes) -> Iterator[Image.Image]:
    """Open a PNG or JPEG and decode it; turn what Pillow raises, then and later, into a BriefgenError."""
    try:
        with _reject_truncated_images(), Image.open(BytesIO(data), formats=("PNG", "JPEG")) as image:
            if image.width * image.height > MAX_PIXELS:
                raise BriefgenError(image_too_large(f"it has {image.width:,} by {image.height:,} pixels"))
            image.load()
            yield image
    except Image.DecompressionBombError:
        raise BriefgenError(image_too_large("it would exhaust memory")) from None
    except (OSError, SyntaxError, ValueError, ArithmeticError) as error:
        reason = str(error).splitlines()[0].partition(" <_io.")[0] if str(error) else "it is damaged"
        raise BriefgenError(image_broken(reason)) from None


@contextmanager
def _reject_truncated_images() -> Iterator[None]:
    """Undo WeasyPrint's setting, which makes Pillow accept truncated images."""
    before, ImageFile.LOAD_TRUNCATED_IMAGES = ImageFile.LOAD_TRUNCATED_IMAGES, False
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of what is checked here, or does not matter
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
