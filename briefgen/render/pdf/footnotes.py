"""Keeps each footnote on the page of its call, where WeasyPrint would set it a page later or nowhere.

Where one line of a paragraph finds room on a page, and the second would if notes made way for it, WeasyPrint
(70.0) puts notes off to the next page, those of other paragraphs too, and never sets what is called in that
second line (see its issue 2432). Here such a paragraph goes to the next page. For that, two functions of
WeasyPrint are replaced while a page is being laid out, in versions that this was tried with and in no other.

What no break can help is a note as long as a page: such notes are found here, and not let through.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

_SLACK = 1.0
"""Pixels by which lines and notes may touch: the rounding of heights."""
VERSIONS = frozenset({"70.0"})
"""WeasyPrint's versions whose layout is known: another one sets pages by itself."""


@contextmanager
def notes_with_their_calls() -> Iterator[None]:
    """Have WeasyPrint, for what is laid out within, break a page rather than part a note from its call."""
    import weasyprint
    from weasyprint.layout import LayoutContext, block

    if weasyprint.__version__ not in VERSIONS:
        yield
        return
    before = block._linebox_layout, LayoutContext.report_footnote
    keeping = _Keeping(*before)
    block._linebox_layout = keeping.set_lines
    LayoutContext.report_footnote = lambda context, note: keeping.put_off(context, note)
    try:
        yield
    finally:
        block._linebox_layout, LayoutContext.report_footnote = before


def notes_without_room(page: Any) -> list[Any]:
    """The elements of the notes of a page (a box of WeasyPrint), where these lie over its text or run off."""
    for area in page.children:
        if type(area).__name__ == "FootnoteAreaBox":
            top = area.position_y + area.margin_top + _SLACK
            text = (line for box in page.children if box.element_tag == "html" for line in _lines(box))
            if top < page.content_box_y() or any(line.position_y + line.height > top for line in text):
                return [note.element for note in area.children]
    return []


def _lines(box: Any) -> Iterator[Any]:
    """The lines in a box, but for those that have a place of their own on the page."""
    if type(box).__name__ == "LineBox":
        yield box
    elif box.is_in_normal_flow():
        for child in getattr(box, "children", ()):
            yield from _lines(child)


class _Parted(Exception):
    """A note would be parted from its call."""


@dataclass(slots=True)
class _Keeping:
    """Takes the place of two functions of WeasyPrint, and calls them."""

    lines: Callable[..., Any]
    """Sets the lines of a block: `_linebox_layout`."""
    report: Callable[..., Any]
    """Puts a note off to the next page: `report_footnote`."""
    blocks: list[tuple[Any, list[Any]]] = field(default_factory=list)
    """The blocks being set, one within another: all the lines, and those that have their place."""

    def set_lines(
        self,
        context: Any,
        box: Any,
        index: int,
        child: Any,
        placed: list[Any],
        page_is_empty: bool,
        *more: Any,
    ) -> Any:
        """Set lines; where one more would cost a note its place, break before it, as without that attempt."""
        self.blocks.append((child, placed))
        try:
            return self.lines(context, box, index, child, placed, page_is_empty, *more)
        except _Parted:
            *_, most = more
            if not page_is_empty:
                # The caller takes back what stands already, and its notes.
                return True, False, None, child.position_y, [], most
            last = placed[-1]
            return False, True, {index: last.resume_at}, last.position_y + last.height, [], most
        finally:
            self.blocks.pop()

    def put_off(self, context: Any, note: Any) -> None:
        """Put a note off to the next page if the line that calls it is being placed; raises _Parted if not.

        The note of such a line goes on with the line, or, where the page holds nothing else, stands after it.
        """
        if self.blocks:
            child, placed = self.blocks[-1]
            if note not in _called([child]) or note in _called(placed):
                raise _Parted
        self.report(context, note)


def _called(boxes: Iterable[Any]) -> Iterator[Any]:
    """The notes called in boxes."""
    for box in boxes:
        if box.footnote:
            yield box.footnote
        yield from _called(getattr(box, "children", ()))
