"""Measures pages that WeasyPrint has laid out: what stands on each, and how high the lines are.

It reads boxes and changes nothing; what is too much is for others to say.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

from briefgen.model.document import PARTICULAR, Document, Extent

_MM = 25.4 / 96
"""A CSS pixel in millimetres."""


def extent(document: Document, pages: Sequence[Any]) -> Extent:
    """The extent of a document that was laid out on these pages."""
    boxes = [page._page_box for page in pages]
    line, characters = _line([_root(page) for page in boxes])
    note_line, note_characters = _line([box for page in boxes for box in page.children if is_notes(box)])
    return Extent(
        used_mm=tuple(used * _MM for used in used_px(boxes)),
        room_mm=tuple(page.height * _MM for page in boxes),
        line_mm=line * _MM,
        line_characters=characters,
        note_line_mm=note_line * _MM,
        note_characters=note_characters,
        particular_mm=_particular(document, boxes),
    )


def _line(areas: Sequence[Any]) -> tuple[float, float]:
    """Height of the lines of some areas in pixels, and the characters on a full one."""
    lines = [(box.height, len(text)) for area in areas for box in lines_of(area) if (text := text_of(box))]
    if not lines:
        return 0.0, 1.0
    # Most lines are full; those that are not end a paragraph or stand by themselves.
    characters = sorted(length for _, length in lines)[len(lines) * 3 // 4]
    return Counter(height for height, _ in lines).most_common(1)[0][0], max(1.0, characters)


def _root(page: Any) -> Any:
    return next(child for child in page.children if child.element_tag == "html")


def used_px(pages: Sequence[Any]) -> list[float]:
    """Height of the text on each page and of its notes, in pixels."""
    used = []
    for page in pages:
        top = page.content_box_y()
        body = next((box for box in _root(page).children if box.element_tag == "body"), None)
        # What goes on overleaf is drawn out to the foot of the page: there the last line counts.
        bottom_of = _foot if page is pages[-1] else _lowest
        bottom = max(map(bottom_of, _flowing(body)), default=top)
        notes = sum(box.margin_height() for box in page.children if is_notes(box))
        used.append(float(bottom - top + notes))
    return used


def _foot(box: Any) -> float:
    return float(box.position_y + box.margin_height())


def _lowest(box: Any) -> float:
    """Lower edge of the last thing that stands in a box."""
    if type(box).__name__ in ("LineBox", "TableRowBox") or not getattr(box, "children", ()):
        return _foot(box)
    return max(map(_lowest, _flowing(box)), default=_foot(box))


def _flowing(body: Any) -> Iterator[Any]:
    for box in body.children if body is not None else ():
        if box.is_in_normal_flow():
            yield box


def is_notes(box: Any) -> bool:
    """Whether a box holds the notes of a page."""
    return type(box).__name__ == "FootnoteAreaBox" and bool(box.children)


def lines_of(box: Any) -> Iterator[Any]:
    """The lines in a box, in order."""
    if type(box).__name__ == "LineBox":
        yield box
    else:
        for child in getattr(box, "children", ()):
            yield from lines_of(child)


def text_of(box: Any) -> str:
    """What is written in a box, the calls of notes among it."""
    if hasattr(box, "text"):
        return str(box.text)
    return "".join(map(text_of, getattr(box, "children", ())))


def _particular(document: Document, pages: Sequence[Any]) -> tuple[float, ...] | None:
    """Heights of the recipient's own blocks, in order; nought for those that have a place of their own on the
    page, as in the window of an envelope, and None where one is neither there nor in the flow."""
    bodies = (one for page in pages for one in _root(page).children if one.element_tag == "body")
    found = [
        round(float(box.margin_height()) * _MM, 2) if box.is_in_normal_flow() else 0.0
        for body in bodies
        for box in body.children
        if box.element is not None
        and box.element.get("class") in PARTICULAR
        and (box.is_in_normal_flow() or box.is_absolutely_positioned())
    ]
    written = sum(document.html.count(f'<div class="{name}">') for name in PARTICULAR)
    return tuple(found) if len(found) == written else None
