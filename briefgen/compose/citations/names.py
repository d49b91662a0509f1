"""Whose a work is, in a few words, for lines that have no room for a citation."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape
from typing import Any

_LEGAL_TYPES = frozenset({"bill", "hearing", "legal_case", "legislation", "regulation", "standard", "treaty"})
"""Types of works that are known by their title; their container is a series."""
_MAX_AUTHORS = 3


def find_author(csl: Mapping[str, Any]) -> tuple[list[str], str]:
    """Return the names of a work's authors; without any, the newspaper, journal or publisher.

    Without a named author they take that place, as in a bibliography (Chicago Manual of Style,
    16th ed., 14.207). Laws and treaties have neither.
    """
    authors = [name.get("literal") or name.get("family", "") for name in csl.get("author", [])]
    if authors or csl.get("type") in _LEGAL_TYPES:
        return authors, ""
    return [], str(csl.get("container-title") or csl.get("publisher") or "")


def name_work(csl: Mapping[str, Any], language: str) -> str:
    """Return HTML with the authors of a work; without any, its newspaper, publisher or title.

    >>> name_work({"author": [{"family": "Haggard"}, {"family": "Noland"}], "title": "Famine"}, "en-US")
    'Haggard and Noland'
    >>> name_work({"container-title": "The Herald", "type": "article-newspaper"}, "en-US")
    '<em>The Herald</em>'
    """
    authors, outlet = find_author(csl)
    if len(authors) > _MAX_AUTHORS:
        return f"{escape(authors[0], quote=False)} et al."
    if authors:
        from babel.lists import format_list
        from babel.localedata import exists

        code = language.replace("-", "_")
        return escape(format_list(authors, locale=code if exists(code) else "en"), quote=False)
    name = escape(outlet or str(csl.get("title-short") or csl.get("title", "")), quote=False)
    is_periodical = str(csl.get("type", "")).startswith("article-") and bool(csl.get("container-title"))
    return f"<em>{name}</em>" if not outlet or is_periodical else name
