"""Cutting the runs of a Word paragraph at given characters, to mark or replace exactly those."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from copy import deepcopy
from typing import Any

from briefgen.audit.readers.docx_styles import W
from briefgen.audit.readers.docx_text import ParagraphText

_XML_SPACE = "{http://www.w3.org/XML/1998/namespace}space"


def isolate_runs(text: ParagraphText, start: int, end: int) -> list[Any]:
    """Cut runs so that the characters from `start` to `end` are alone in some, and return those in order.

    `text` must have been read after the last change of its paragraph. Formulas are not cut; whole ones are
    returned.
    """
    found: list[Any] = []
    offset = 0
    for piece in text.pieces:
        first, last = max(start - offset, 0), min(end - offset, len(piece.text))
        if first < last:
            run = _isolate(piece.element, first, last)
            if not found or found[-1] is not run:
                found.append(run)
        offset += len(piece.text)
    return found


def _isolate(element: Any, first: int, last: int) -> Any:
    """Return the run that has only the given characters of an element, or the formula that has them."""
    run = element.getparent()
    if run.tag != f"{W}r":
        namespace = run.tag.partition("}")[0]
        while run.getparent().tag.startswith(namespace):
            run = run.getparent()
        return run
    if element.getnext() is not None:
        _split_after(run, element)
    if element.tag == f"{W}t":
        text = element.text or ""
        if last < len(text):
            _prepend_text(_split_after(run, element), text[last:])
        if first > 0:
            _set_text(element, text[:first])
            run = _split_after(run, element)
            return _prepend_text(run, text[first:last])
        _set_text(element, text[:last])
    before = element.getprevious()
    return run if before is None or before.tag == f"{W}rPr" else _split_after(run, before)


def _split_after(run: Any, element: Any) -> Any:
    """Move what follows an element of a run into a new run behind it, and return that."""
    behind = run.makeelement(run.tag, dict(run.attrib))
    properties = run.find(f"{W}rPr")
    if properties is not None:
        behind.append(deepcopy(properties))
    for following in list(element.itersiblings()):
        behind.append(following)
    run.addnext(behind)
    return behind


def _prepend_text(run: Any, text: str) -> Any:
    """Put text at the beginning of a run, behind its properties, and return the run."""
    element = run.makeelement(f"{W}t", {})
    _set_text(element, text)
    properties = run.find(f"{W}rPr")
    if properties is not None:
        properties.addnext(element)
    else:
        run.insert(0, element)
    return run


def _set_text(element: Any, text: str) -> None:
    element.text = text
    element.set(_XML_SPACE, "preserve")


def mark_deleted(run: Any, attributes: Mapping[str, str]) -> Any:
    """Wrap a run in a tracked deletion, and return that."""
    deletion = _make_revision("del", run, attributes)
    run.addprevious(deletion)
    deletion.append(run)
    for text in list(run.iter(f"{W}t")):
        text.tag = f"{W}delText"
    return deletion


def make_insertion(text: str, like: Any, attributes: Mapping[str, str]) -> Any:
    """Return a tracked insertion of text that looks like a run."""
    insertion = _make_revision("ins", like, attributes)
    run = like.makeelement(f"{W}r", {})
    properties = like.find(f"{W}rPr")
    if properties is not None:
        run.append(deepcopy(properties))
    insertion.append(_prepend_text(run, text))
    return insertion


def _make_revision(kind: str, like: Any, attributes: Mapping[str, str]) -> Any:
    return like.makeelement(f"{W}{kind}", {f"{W}{name}": value for name, value in attributes.items()})


def mark_comment(runs: Sequence[Any], identifier: int) -> None:
    """Put the marks of a comment around runs."""
    first, last = runs[0], runs[-1]
    number = {f"{W}id": str(identifier)}
    reference = first.makeelement(f"{W}r", {})
    properties = reference.makeelement(f"{W}rPr", {})
    properties.append(reference.makeelement(f"{W}rStyle", {f"{W}val": "CommentReference"}))
    reference.append(properties)
    reference.append(reference.makeelement(f"{W}commentReference", number))
    first.addprevious(first.makeelement(f"{W}commentRangeStart", number))
    end = first.makeelement(f"{W}commentRangeEnd", number)
    last.addnext(end)
    end.addnext(reference)
