"""Link targets and bookmark names in the form that Word opens without complaint."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache
from urllib.parse import quote, urlsplit, urlunsplit

from briefgen.errors import BriefgenError, Problem

_SCHEMES = frozenset({"http", "https", "mailto", "tel"})
_KEPT = "!#$%&'()*+,/:;=?@[]~"
_NOT_ESCAPED = re.compile("%(?![0-9A-Fa-f]{2})")
_BOOKMARK_CHARACTERS = 40
"""Longest name that Word accepts."""


@lru_cache(maxsize=4096)
def target(href: str) -> str:
    """The address as an ASCII URI (RFC 3986, 3987); raises BriefgenError where none can be made.

    Word refuses a whole file for one relationship whose target is no URI.
    """
    try:
        parts = urlsplit(href.strip())
        host, port = parts.hostname, parts.port
        scheme = parts.scheme.lower()
        if scheme not in _SCHEMES or (scheme in {"http", "https"} and not host):
            raise ValueError
        if parts.username or parts.password:
            raise ValueError
        place = _host(host, port) if host else ""
    except ValueError:
        raise BriefgenError(
            Problem(
                "link-refused",
                f"the link {href!r} does not lead to a page or a mailbox",
                hint="write the whole address, beginning with https:// or mailto:",
            )
        ) from None
    path, query, fragment = (
        quote(_NOT_ESCAPED.sub("%25", part), safe=_KEPT) for part in (parts.path, parts.query, parts.fragment)
    )
    return urlunsplit((scheme, place, path, query, fragment))


def is_target(href: str) -> bool:
    """Whether a link may lead there."""
    try:
        target(href)
    except BriefgenError:
        return False
    return True


def _host(host: str, port: int | None) -> str:
    name = f"[{host}]" if ":" in host else host if host.isascii() else host.encode("idna").decode()
    if not re.fullmatch(r"[A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\]", name):
        raise ValueError
    return f"{name}:{port}" if port else name


def bookmarks(identifiers: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Names of bookmarks for `(id, prefix)`: letters, digits, underscores, at most 40, no two alike.

    A name that begins with an underscore is hidden in Word's list of bookmarks; `_Toc` marks what a
    contents list points at.
    """
    names: dict[str, str] = {}
    used: set[str] = set()
    for identifier, prefix in identifiers:
        stem = (prefix + re.sub(r"[^0-9A-Za-z_]", "_", identifier))[: _BOOKMARK_CHARACTERS - 6]
        name, number = stem, 2
        while name.lower() in used:
            name, number = f"{stem}_{number}", number + 1
        used.add(name.lower())
        names[identifier] = name
    return names
