"""Control what WeasyPrint may load while rendering: images embedded in the document, and the pinned fonts.

Everything else is refused, from the network or from disk, and an image is checked before it is decoded.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from typing import Any

from weasyprint.urls import FatalURLFetchingError, URLFetcher

from briefgen.errors import BriefgenError, Problem
from briefgen.render.fonts import font_folders
from briefgen.render.image_checks import check_image, image_broken, image_too_large

MAX_BYTES = 8_000_000
"""Size of one image as a `data:` URL, which is a third larger than its file."""
_IMAGE_DATA_URL = re.compile(r"data:image/(png|jpeg|svg\+xml)[;,]")
_DATA_URL = re.compile(r"(data:[^;,\s]{0,40})[;,]\S*")


class _FetchRefusedError(FatalURLFetchingError):  # type: ignore[misc]
    """A URL that may not be loaded."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.message)
        self.problem = problem


class RestrictedUrlFetcher(URLFetcher):  # type: ignore[misc]
    """Serves `data:` images and the font packages' files; refuses everything else."""

    def __init__(self) -> None:
        super().__init__(allowed_protocols=["data", "file"], allow_redirects=False, fail_on_errors=True)
        self._fonts = tuple(f"{folder.resolve().as_uri()}/" for folder in font_folders().values())
        self._checked: set[bytes] = set()
        """Digests of images already checked."""

    def fetch(self, url: str, headers: Any = None) -> Any:
        """Load a font or an image; for all else raise _FetchRefusedError, which WeasyPrint lets through."""
        if url.startswith(self._fonts) and ".." not in url and "%" not in url:
            return super().fetch(url, headers)
        if not _IMAGE_DATA_URL.match(url):
            raise _FetchRefusedError(
                Problem(
                    "pdf-fetch",
                    f"{url[:80]} may not be fetched while rendering",
                    None,
                    "use only pictures in the campaign's folder",
                )
            )
        if len(url) > MAX_BYTES:
            raise _FetchRefusedError(image_too_large(f"it has {len(url):,} bytes"))
        response = super().fetch(url, headers)
        digest = sha256(url.encode()).digest()
        if digest not in self._checked:
            try:
                check_image(super().fetch(url, headers).read(), is_svg=url.startswith("data:image/svg"))
            except BriefgenError as error:
                raise _FetchRefusedError(error.problems[0]) from None
            self._checked.add(digest)
        return response


@contextmanager
def fetch_errors_as_problems() -> Iterator[None]:
    """Turn the fetcher's refusals into problems of the template or stylesheet that asked for the URL."""
    try:
        yield
    except _FetchRefusedError as error:
        raise BriefgenError(error.problem) from None
    except FatalURLFetchingError as error:
        # Refused by WeasyPrint itself: a malformed URL.
        raise BriefgenError(image_broken(_DATA_URL.sub(r"\1…", str(error))[:200])) from None
