"""What a text is made of before it is numbered: blocks, each a paragraph or something beside the argument."""

from __future__ import annotations

import re
from dataclasses import dataclass

from briefgen.model.text import clean

_LIGATURES = str.maketrans({"ﬀ": "ff", "ﬁ": "fi", "ﬂ": "fl", "ﬃ": "ffi", "ﬄ": "ffl", "ﬅ": "st", "ﬆ": "st"})


@dataclass(frozen=True, slots=True)
class Block:
    """One line of the text to be."""

    text: str
    what: str = ""
    """What it was taken for, where it seems no part of the argument: `heading`, `page number`; else empty."""


def one_line(text: str) -> str:
    """The words of a block on one line: no control characters, single spaces, letters for ligatures."""
    return re.sub(r"\s+", " ", clean(text)[0].translate(_LIGATURES).replace("\u00ad", "")).strip()
