"""Blocks of an extracted text: paragraphs, and what is not part of the argument, such as headings."""

from __future__ import annotations

import re
from dataclasses import dataclass

from briefgen.model.text import clean_text

_LIGATURES = str.maketrans({"ﬀ": "ff", "ﬁ": "fi", "ﬂ": "fl", "ﬃ": "ffi", "ﬄ": "ffl", "ﬅ": "st", "ﬆ": "st"})


@dataclass(frozen=True, slots=True)
class TextBlock:
    """One line of the future text file."""

    text: str
    kind: str = ""
    """`heading`, `page number` or the like if it seems not to be part of the argument; else empty."""
    number: int | None = None
    """The number that the file gives it without writing it in its text."""
    pages: tuple[tuple[str, int], ...] = ()
    """The pages that it is on, as printed, and how many of its words come before each."""


def to_one_line(text: str) -> str:
    """Return a text on one line: no control characters, single spaces, letters for ligatures."""
    return re.sub(r"\s+", " ", clean_text(text)[0].translate(_LIGATURES).replace("\u00ad", "")).strip()
