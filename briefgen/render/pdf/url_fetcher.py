"""Decides what WeasyPrint may load while it sets a page: pictures carried in the document, and pinned fonts.

Everything else is refused, on the network as on the disk, and a picture is looked at before it is unpacked.
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
from briefgen.render.image_checks import broken, look_at, too_large

MAX_BYTES = 8_000_000
"""Of one picture as it is carried, which is a third more than its file."""
_PICTURE = re.compile(r"data:image/(png|jpeg|svg\+xml)[;,]")
_DATA = re.compile(r"(data:[^;,\s]{0,40})[;,]\S*")


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
            raise _Refused(too_large(f"it has {len(url):,} bytes"))
        response = super().fetch(url, headers)
        digest = sha256(url.encode()).digest()
        if digest not in self._seen:
            try:
                look_at(super().fetch(url, headers).read(), is_drawing=url.startswith("data:image/svg"))
            except BriefgenError as error:
                raise _Refused(error.problems[0]) from None
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
        raise BriefgenError(broken(_DATA.sub(r"\1…", str(error))[:200])) from None
