"""Decides what WeasyPrint may load while it sets a page: pictures carried in the document, and pinned fonts.

Everything else is refused, on the network as on the disk, and a picture is looked at before it is unpacked.
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from io import BytesIO
from typing import Any
from xml.etree import ElementTree

from PIL import Image, ImageFile
from weasyprint.urls import FatalURLFetchingError, URLFetcher

from briefgen.errors import BriefgenError, Problem
from briefgen.render.fonts import font_folders

MAX_PIXELS = 40_000_000
"""Of one picture: an A4 page at 600 dots per inch has 35 million."""
MAX_BYTES = 8_000_000
"""Of one picture as it is carried, which is a third more than its file."""
_PICTURE = re.compile(r"data:image/(png|jpeg|svg\+xml)[;,]")
_DATA = re.compile(r"(data:[^;,\s]{0,40})[;,]\S*")
_XLINK = "{http://www.w3.org/1999/xlink}href"
MAX_SHAPES = 50_000
"""Of one drawing, repeated ones counted each time."""
MAX_DEPTH = 100
"""Of elements within elements in a drawing."""


class _Refused(FatalURLFetchingError):  # type: ignore[misc]
    """Something that may not be loaded."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.message)
        self.problem = problem


class OwnFilesOnly(URLFetcher):  # type: ignore[misc]
    """Serves pictures carried as `data:` and the font packages' files; refuses everything else."""

    def __init__(self) -> None:
        super().__init__(allowed_protocols=["data", "file"], allow_redirects=False, fail_on_errors=True)
        self._fonts = tuple(f"{folder.resolve().as_uri()}/" for folder in font_folders().values())
        self._seen: set[bytes] = set()
        """Digests of pictures that were looked at."""

    def fetch(self, url: str, headers: Any = None) -> Any:
        """Load what may be loaded; raises _Refused, which WeasyPrint lets through."""
        if url.startswith(self._fonts) and ".." not in url and "%" not in url:
            return super().fetch(url, headers)
        if not _PICTURE.match(url):
            raise _Refused(
                Problem(
                    "pdf-fetch",
                    f"{url[:80]} may not be fetched while rendering",
                    None,
                    "put pictures into the campaign's folder; use no others",
                )
            )
        if len(url) > MAX_BYTES:
            raise _Refused(_too_large(f"it has {len(url):,} bytes"))
        response = super().fetch(url, headers)
        digest = sha256(url.encode()).digest()
        if digest not in self._seen:
            _look_at(super().fetch(url, headers).read(), url.startswith("data:image/svg"))
            self._seen.add(digest)
        return response


@contextmanager
def refusals() -> Iterator[None]:
    """What the fetcher refuses is a problem of the template or stylesheet that asked for it."""
    try:
        yield
    except _Refused as refused:
        raise BriefgenError(refused.problem) from None
    except FatalURLFetchingError as error:
        # What WeasyPrint itself cannot make sense of: an address that is none.
        raise BriefgenError(_broken(_DATA.sub(r"\1…", str(error))[:200])) from None


def _look_at(data: bytes, is_drawing: bool) -> None:
    """Refuse a picture that is broken, or that would unpack to more than a page can need."""
    if is_drawing:
        _look_at_drawing(data)
        return
    try:
        with _whole_pictures(), Image.open(BytesIO(data), formats=("PNG", "JPEG")) as picture:
            if picture.width * picture.height > MAX_PIXELS:
                raise _Refused(_too_large(f"it is {picture.width} by {picture.height} pixels large"))
            picture.load()
    except Image.DecompressionBombError:
        raise _Refused(_too_large("it would fill the memory")) from None
    except (OSError, SyntaxError, ValueError, ArithmeticError) as error:
        why = str(error).splitlines()[0].partition(" <_io.")[0] if str(error) else type(error).__name__
        raise _Refused(_broken(why)) from None


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
        raise _Refused(_broken("a drawing may not define entities"))
    try:
        root = ElementTree.fromstring(data)
    except ElementTree.ParseError as error:
        raise _Refused(_broken(f"the drawing cannot be read: {error}")) from None
    named = {element.get("id"): element for element in root.iter() if element.get("id")}
    _count(root, named, {}, 0)


def _count(element: Any, named: dict[Any, Any], known: dict[Any, int], depth: int) -> int:
    """Shapes that an element draws, with those it repeats by `use`."""
    if element in known:
        return known[element]
    if depth > MAX_DEPTH:
        raise _Refused(_broken("the drawing is nested without end"))
    shapes = 1 + sum(_count(child, named, known, depth + 1) for child in element)
    if str(element.tag).endswith("use"):
        target = named.get((element.get("href") or element.get(_XLINK) or "").removeprefix("#"))
        shapes += 0 if target is None else _count(target, named, known, depth + 1)
    if shapes > MAX_SHAPES:
        raise _Refused(_too_large(f"the drawing has more than {MAX_SHAPES:,} shapes"))
    known[element] = shapes
    return shapes


def _too_large(how: str) -> Problem:
    return Problem(
        "picture-too-large", f"a picture is too large to be set: {how}", None, "save a smaller copy"
    )


def _broken(why: str) -> Problem:
    return Problem("picture-broken", f"a picture cannot be set: {why}", None, "save it anew as PNG or JPEG")
