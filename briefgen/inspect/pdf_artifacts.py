"""The words on a PDF's page that are part of a picture or set apart from its text, told by its tags.

What they say is not read.
"""

from __future__ import annotations

import ctypes
from collections.abc import Iterator
from typing import Any

_FIGURE = "Figure"
"""Structure type of a picture (ISO 32000-1, 14.8.4.5)."""
_ARTIFACT = "Artifact"
"""Mark of what serves the page and is no part of what the document says (14.8.2.2)."""
_NAME_BYTES = 64
MAX_DEPTH = 20
"""Of groups within groups."""


def drawn_words(page: Any) -> frozenset[int]:
    """Addresses of the text objects within figures, on a page of pypdfium2's that stays open."""
    return _words_marked(page, _FIGURE)


def words_set_apart(page: Any) -> frozenset[int]:
    """Addresses of the text objects that are marked as artifacts: heads and feet of the page."""
    return _words_marked(page, _ARTIFACT)


def _words_marked(page: Any, name: str) -> frozenset[int]:
    from pypdfium2 import raw

    objects = (raw.FPDFPage_GetObject(page, index) for index in range(raw.FPDFPage_CountObjects(page)))
    return frozenset(words for each in objects if has_mark(each, name) for words in _words(each, 0))


def address(text_object: Any) -> int | None:
    """What `drawn_words` tells a text object by; None for no object."""
    return ctypes.cast(text_object, ctypes.c_void_p).value


def has_mark(page_object: Any, name: str) -> bool:
    """Whether an object on a page is marked by this name."""
    from pypdfium2 import raw

    marks = range(raw.FPDFPageObj_CountMarks(page_object))
    return any(_name(raw.FPDFPageObj_GetMark(page_object, index)) == name for index in marks)


def _name(mark: Any) -> str:
    """The name of a mark; empty where it is longer than any that is looked for."""
    from pypdfium2 import raw

    buffer, length = (ctypes.c_ushort * (_NAME_BYTES // 2))(), ctypes.c_ulong()
    if not raw.FPDFPageObjMark_GetName(mark, buffer, _NAME_BYTES, length) or length.value > _NAME_BYTES:
        return ""
    return bytes(buffer)[: length.value].decode("utf-16-le", "replace").rstrip("\0")


def _words(page_object: Any, depth: int) -> Iterator[int]:
    from pypdfium2 import raw

    kind = raw.FPDFPageObj_GetType(page_object)
    if kind == raw.FPDF_PAGEOBJ_TEXT and (found := address(page_object)) is not None:
        yield found
    elif kind == raw.FPDF_PAGEOBJ_FORM and depth < MAX_DEPTH:
        for index in range(raw.FPDFFormObj_CountObjects(page_object)):
            yield from _words(raw.FPDFFormObj_GetObject(page_object, index), depth + 1)
