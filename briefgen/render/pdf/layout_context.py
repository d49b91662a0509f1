"""Keep the contexts in which WeasyPrint lays out documents, which it drops; they find styles for new text."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any


@contextmanager
def keep_layout_contexts() -> Iterator[list[Any]]:
    """Collect, within the context, WeasyPrint's LayoutContext of each document."""
    from weasyprint.document import Document

    original = Document._build_layout_context.__func__
    kept: list[Any] = []

    def build_and_keep(cls: Any, *arguments: Any) -> Any:
        kept.append(original(cls, *arguments))
        return kept[-1]

    Document._build_layout_context = classmethod(build_and_keep)
    try:
        yield kept
    finally:
        Document._build_layout_context = classmethod(original)
