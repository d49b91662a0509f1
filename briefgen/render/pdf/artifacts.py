"""Kinds of artifacts: painted content that is not part of the document (ISO 32000-1, 14.8.2.2)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

PAGE_HEADER = {"Type": "/Pagination", "Subtype": "/Header"}
PAGE_FOOTER = {"Type": "/Pagination", "Subtype": "/Footer"}
REPEATED_TABLE_HEAD = {"Type": "/Pagination"}
DECORATION = {"Type": "/Layout"}


def get_margin_artifact(box: Any) -> Mapping[str, str]:
    """Return what kind of artifact the content of WeasyPrint's box of a page margin is."""
    return PAGE_FOOTER if box.at_keyword.startswith("@bottom") else PAGE_HEADER
