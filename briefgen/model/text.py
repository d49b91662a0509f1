"""Cleaning text for print (Unicode NFC, plain line ends, no control characters) and comparing languages."""

from __future__ import annotations

import re
import unicodedata

_LINE_ENDS = re.compile("\r\n?|[\x0b\x0c\x85\u2028\u2029]")
# Illegal in XML 1.0, C1 controls, lone surrogates, non-characters, and the bidi overrides and isolates that
# can make a name read as another. U+2029 crashes WeasyPrint's layout, U+FFFE stops lxml.
_UNPRINTABLE = re.compile(
    "[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]"
    "|[" + "".join(chr(plane * 0x10000 + last) for plane in range(1, 17) for last in (0xFFFE, 0xFFFF)) + "]"
)


def clean_text(text: str) -> tuple[str, tuple[str, ...]]:
    """Return the printable text and the names of the removed code points (`U+202E RIGHT-TO-LEFT OVERRIDE`).

    NFC and plain line ends are applied silently; characters that would break a renderer or that hide or
    reorder text are removed and listed, so that callers can report them.
    """
    if text.isascii() and text.isprintable():
        return text, ()
    text = _LINE_ENDS.sub("\n", unicodedata.normalize("NFC", text))
    removed = dict.fromkeys(_UNPRINTABLE.findall(text))
    if not removed:
        return text, ()
    names = tuple(f"U+{ord(char):04X} {unicodedata.name(char, 'control character')}" for char in removed)
    return _UNPRINTABLE.sub("", text), names


def is_same_language(one: str, other: str) -> bool:
    """Return whether texts in these languages (BCP 47) can share a letter, as `en` and `en-GB` can."""
    return one.split("-")[0].lower() == other.split("-")[0].lower()
