"""Makes any text printable: Unicode NFC, plain line ends, nothing that breaks a renderer or hides.

It changes nothing silently: `clean` returns what it took out.
"""

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


def clean(text: str) -> tuple[str, tuple[str, ...]]:
    """Return the printable text and the code points taken out, as `U+202E RIGHT-TO-LEFT OVERRIDE`."""
    if text.isascii() and text.isprintable():
        return text, ()
    text = _LINE_ENDS.sub("\n", unicodedata.normalize("NFC", text))
    removed = dict.fromkeys(_UNPRINTABLE.findall(text))
    if not removed:
        return text, ()
    names = tuple(f"U+{ord(char):04X} {unicodedata.name(char, 'control character')}" for char in removed)
    return _UNPRINTABLE.sub("", text), names


def same_language(one: str, other: str) -> bool:
    """Whether texts in two languages (BCP 47) can stand in one letter: `en` and `en-GB` can."""
    return one.split("-")[0].lower() == other.split("-")[0].lower()
