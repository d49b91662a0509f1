"""Keep each footnote on the page that calls it, where WeasyPrint would move it to the next page or drop it.

Where the first line of a paragraph fits on a page and the second would fit only if footnotes made way,
WeasyPrint (70.0) defers footnotes to the next page, even those of other paragraphs, and never sets the ones
called in that second line (its issue 2432). Here such a paragraph moves to the next page instead. To do so,
two functions of WeasyPrint are replaced during layout, but only in versions that this has been tested with.

No page break helps with a footnote as long as a page: such footnotes are detected, and the document refused.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

_TOLERANCE_PX = 1.0
"""Overlap of text and footnotes put down to the rounding of heights."""
SUPPORTED_VERSIONS = frozenset({"70.0"})
"""WeasyPrint versions whose layout is known; any other lays out pages unpatched."""


@contextmanager
def keep_footnotes_with_calls() -> Iterator[None]:
    """Patch WeasyPrint, within the context, to break a page rather than separate a footnote from its call."""
    import weasyprint
    from weasyprint.layout import LayoutContext, block

    if weasyprint.__version__ not in SUPPORTED_VERSIONS:
        yield
        return
    originals = block._linebox_layout, LayoutContext.report_footnote
    patch = _FootnoteLayoutPatch(*originals)
    block._linebox_layout = patch.linebox_layout
    LayoutContext.report_footnote = lambda context, footnote: patch.report_footnote(context, footnote)
    try:
        yield
    finally:
        block._linebox_layout, LayoutContext.report_footnote = originals


def find_overflowing_footnotes(page: Any) -> list[Any]:
    """Return the elements of a page's footnotes if these overlap its text or run off the page.

    `page` is WeasyPrint's page box.
    """
    for area in page.children:
        if type(area).__name__ == "FootnoteAreaBox":
            top = area.position_y + area.margin_top + _TOLERANCE_PX
            text = (
                line for box in page.children if box.element_tag == "html" for line in _iter_flow_lines(box)
            )
            if top < page.content_box_y() or any(line.position_y + line.height > top for line in text):
                return [footnote.element for footnote in area.children]
    return []


def _iter_flow_lines(box: Any) -> Iterator[Any]:
    """Yield the lines in a box, except those positioned out of the flow."""
    if type(box).__name__ == "LineBox":
        yield box
    elif box.is_in_normal_flow():
        for child in getattr(box, "children", ()):
            yield from _iter_flow_lines(child)


class _FootnoteSeparatedError(Exception):
    """A footnote would be separated from its call."""


@dataclass(slots=True)
class _FootnoteLayoutPatch:
    """Replaces two functions of WeasyPrint, and calls the originals."""

    original_linebox_layout: Callable[..., Any]
    """Lays out the lines of a block."""
    original_report_footnote: Callable[..., Any]
    """Defers a footnote to the next page."""
    blocks: list[tuple[Any, list[Any]]] = field(default_factory=list)
    """The blocks being laid out, outermost first: the box of all lines, and the lines already placed."""

    def linebox_layout(
        self,
        context: Any,
        box: Any,
        index: int,
        child: Any,
        placed: list[Any],
        page_is_empty: bool,
        *more: Any,
    ) -> Any:
        """Lay out lines; break before the one that would cost a footnote its place, as if it did not fit."""
        self.blocks.append((child, placed))
        try:
            return self.original_linebox_layout(context, box, index, child, placed, page_is_empty, *more)
        except _FootnoteSeparatedError:
            *_, max_lines = more
            if not page_is_empty:
                # The caller removes the lines already placed, and their footnotes.
                return True, False, None, child.position_y, [], max_lines
            last = placed[-1]
            return False, True, {index: last.resume_at}, last.position_y + last.height, [], max_lines
        finally:
            self.blocks.pop()

    def report_footnote(self, context: Any, footnote: Any) -> None:
        """Defer a footnote if the line that calls it is being placed; raise _FootnoteSeparatedError if not.

        Such a footnote moves on with its line or, if the page holds nothing else, follows on the next page.
        """
        if self.blocks:
            child, placed = self.blocks[-1]
            if footnote not in _iter_called_footnotes([child]) or footnote in _iter_called_footnotes(placed):
                raise _FootnoteSeparatedError
        self.original_report_footnote(context, footnote)


def _iter_called_footnotes(boxes: Iterable[Any]) -> Iterator[Any]:
    """Yield the footnotes called in boxes."""
    for box in boxes:
        if box.footnote:
            yield box.footnote
        yield from _iter_called_footnotes(getattr(box, "children", ()))
