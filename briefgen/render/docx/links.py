"""Link targets and bookmark names in a form that Word accepts."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache
from urllib.parse import quote, urlsplit, urlunsplit

from briefgen.errors import BriefgenError, Problem

_ALLOWED_SCHEMES = frozenset({"http", "https", "mailto", "tel"})
_UNQUOTED_CHARACTERS = "!#$%&'()*+,/:;=?@[]~"
_BARE_PERCENT = re.compile("%(?![0-9A-Fa-f]{2})")
_MAX_BOOKMARK_LENGTH = 40
"""Limit for a bookmark's name in Word."""


@lru_cache(maxsize=4096)
def normalize_link_target(href: str) -> str:
    """Return the address as an ASCII URI (RFC 3986, 3987); raise BriefgenError if that is impossible.

    Word refuses to open a file if the target of any relationship is not a URI.
    """
    try:
        parts = urlsplit(href.strip())
        host, port = parts.hostname, parts.port
        scheme = parts.scheme.lower()
        if scheme not in _ALLOWED_SCHEMES or (scheme in {"http", "https"} and not host):
            raise ValueError
        if parts.username or parts.password:
            raise ValueError
        netloc = _normalize_host(host, port) if host else ""
    except ValueError:
        raise BriefgenError(
            Problem(
                "link-refused",
                f"the link {href!r} does not lead to a web page or an e-mail address",
                hint="write the full address, starting with https:// or mailto:",
            )
        ) from None
    path, query, fragment = (
        quote(_BARE_PERCENT.sub("%25", part), safe=_UNQUOTED_CHARACTERS)
        for part in (parts.path, parts.query, parts.fragment)
    )
    return urlunsplit((scheme, netloc, path, query, fragment))


def is_allowed_link(href: str) -> bool:
    """Tell whether `normalize_link_target` accepts the address."""
    try:
        normalize_link_target(href)
    except BriefgenError:
        return False
    return True


def _normalize_host(host: str, port: int | None) -> str:
    name = f"[{host}]" if ":" in host else host if host.isascii() else host.encode("idna").decode()
    if not re.fullmatch(r"[A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\]", name):
        raise ValueError
    return f"{name}:{port}" if port else name


def make_bookmark_names(identifiers: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Return unique bookmark names for `(id, prefix)`: letters, digits and underscores, at most 40.

    A name that begins with an underscore is hidden in Word's list of bookmarks; `_Toc` marks the targets of
    a table of contents.
    """
    names: dict[str, str] = {}
    used: set[str] = set()
    for identifier, prefix in identifiers:
        stem = (prefix + re.sub(r"[^0-9A-Za-z_]", "_", identifier))[: _MAX_BOOKMARK_LENGTH - 6]
        name, number = stem, 2
        while name.lower() in used:
            name, number = f"{stem}_{number}", number + 1
        used.add(name.lower())
        names[identifier] = name
    return names
