"""Cleaning text for print (Unicode NFC, plain line ends, no control or invisible characters, wrong decoding
undone) and comparing languages.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

_LINE_ENDS = re.compile("\r\n?|[\x0b\x0c\x85\u2028\u2029]")
# Illegal in XML 1.0, C1 controls, lone surrogates, non-characters, and the bidi overrides and isolates that
# can make a name read as another. U+2029 crashes WeasyPrint's layout, U+FFFE stops lxml.
_UNPRINTABLE = re.compile(
    "[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]"
    "|[" + "".join(chr(plane * 0x10000 + last) for plane in range(1, 17) for last in (0xFFFE, 0xFFFF)) + "]"
)
_MARKS = (
    "[\u0300-\u036f\u0483-\u0489\u0591-\u05c7\u0610-\u061a\u064b-\u065f\u0670\u06d6-\u06dc\u06df-\u06ed"
    "\u0e31\u0e34-\u0e3a\u0e47-\u0e4e\u0eb1\u0eb4-\u0ebc\u0ec8-\u0ece\u1ab0-\u1ace\u1dc0-\u1dff\u20d0-\u20f0"
    "\u302a-\u302f\u3099\u309a\ufe20-\ufe2f]"
)
"""Marks that are set above and below a letter, one upon the other."""
_PILED_MARKS = re.compile(f"({_MARKS}{{6}})({_MARKS}+)")
"""More marks than any spelling needs: biblical Hebrew has up to four. They would cover other lines."""


_MOST_MARKS = 30
"""Combining marks in a row that are composed together: the bound of Unicode's stream-safe format (UAX 15)."""
# No combining mark is a word character for `re`, or among the first 768 characters: a fast first look.
_MANY_MARKS = re.compile(rf"[^\w\x00-\u02ff]{{{_MOST_MARKS + 1},}}")


def compose_text(text: str) -> str:
    """Return the text in NFC; a pile of marks on one letter is composed in parts.

    Python sorts the marks of a letter in a time that grows with the square of their number.
    """
    if text.isascii() or not _MANY_MARKS.search(text):
        return unicodedata.normalize("NFC", text)
    return "".join(unicodedata.normalize("NFC", part) for part in _split_piles(text))


def _split_piles(text: str) -> Iterator[str]:
    """Yield the text in parts that have at most `_MOST_MARKS` combining marks in a row."""
    begin = 0
    for run in _MANY_MARKS.finditer(text):
        marks = 0
        for position in range(*run.span()):
            marks = marks + 1 if unicodedata.combining(text[position]) else 0
            if marks > _MOST_MARKS:
                yield text[begin:position]
                begin, marks = position, 1
    yield text[begin:]


def clean_text(text: str) -> tuple[str, tuple[str, ...]]:
    """Return the printable text and the names of the removed code points (`U+202E RIGHT-TO-LEFT OVERRIDE`).

    NFC and plain line ends are applied silently; characters that would break a renderer or that hide,
    reorder or cover text are removed and listed, so that callers can report them.
    """
    if text.isascii() and text.isprintable():
        return text, ()
    text = _LINE_ENDS.sub("\n", compose_text(text))
    names = [
        f"U+{ord(char):04X} {unicodedata.name(char, 'control character')}"
        for char in dict.fromkeys(_UNPRINTABLE.findall(text))
    ]
    if names:
        text = _UNPRINTABLE.sub("", text)
    if piled := _PILED_MARKS.search(text):
        names.append(f"U+{ord(piled[2][0]):04X} and others, {len(piled[0])} marks upon one letter")
        text = _PILED_MARKS.sub(r"\1", text)
    return text, tuple(names)


_INVISIBLE = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u2060-\u2064\u206a-\u206f\u2800\u3164"
    "\ufe00-\ufe0f\ufeff\uffa0\ufff9-\ufffb\U000e0000-\U000e0fff]+"
)
_CARRY_NOTHING = frozenset("\u2060\u2061\u2062\u2063\u2064\u2800\u3164\ufeff\uffa0\ufff9\ufffa\ufffb")
_ALPHABETS = frozenset({"LATIN", "GREEK", "CYRILLIC", "ARMENIAN", "GEORGIAN", "FULLWIDTH", "COMBINING"})
"""Scripts, by the first word of their characters' names, in which no invisible character shapes letters."""


def remove_invisible(text: str) -> tuple[str, tuple[str, ...]]:
    """Return the text without invisible characters that carry nothing, and the names of these.

    They are kept beside letters of scripts that they shape (Persian, the scripts of India, Khmer), beside
    ideographs, whose variant they choose, and within emoji.
    """
    if text.isascii() or not _INVISIBLE.search(text):
        return text, ()
    removed: dict[str, None] = {}

    def keep_or_remove(run: re.Match[str]) -> str:
        before, after = text[run.start() - 1 : run.start()], text[run.end() : run.end() + 1]
        shapes = _is_shaped(before) or _is_shaped(after)
        kept = [char for char in run[0] if shapes and char not in _CARRY_NOTHING]
        removed.update(dict.fromkeys(char for char in run[0] if not shapes or char in _CARRY_NOTHING))
        return "".join(kept)

    kept = _INVISIBLE.sub(keep_or_remove, text)
    return kept, tuple(f"U+{ord(char):04X} {unicodedata.name(char, 'format character')}" for char in removed)


def _is_shaped(char: str) -> bool:
    """Return whether an invisible character beside this one can carry something."""
    if not char or char.isascii():
        return False
    category = unicodedata.category(char)
    return category in ("So", "Sk") or (category[0] in "LM" and _script(char) not in _ALPHABETS)


def _script(char: str) -> str:
    return unicodedata.name(char, "").split(" ")[0]


_FIRST_BYTES = re.compile("[\u00c2-\u00f4]")
"""Letters as which the first byte of a UTF-8 character is read in Windows-1252."""
_MISREAD = re.compile("[a-zß-ÿ]Ã|Ã[^\\sA-ZÀ-Þ]|Â[^\\w\\s]|â€")


def repair_decoding(text: str) -> str:
    """Undo the reading of UTF-8 as Windows-1252: `BjÃ¶rn` becomes `Björn`.

    Text that cannot have come about so is returned unchanged.
    """
    if text.isascii() or not _FIRST_BYTES.search(text):
        return text
    repaired = re.sub(r"[^\x00-\x7f]+", lambda run: _decode_again(run[0]), text)
    return repaired if repaired == text else repair_decoding(repaired)


def _decode_again(run: str) -> str:
    # Five bytes that Windows-1252 leaves open are read as C1 controls.
    raw = b"".join(bytes([ord(c)]) if ord(c) < 0xA0 else c.encode("cp1252", "ignore") for c in run)
    try:
        return raw.decode("utf-8") if len(raw) == len(run) else run
    except UnicodeDecodeError:
        return run


def looks_misread(text: str) -> bool:
    """Return whether text looks like UTF-8 read as Windows-1252, of which something was lost: `Ã¼`."""
    return not text.isascii() and _MISREAD.search(text) is not None


def mixes_scripts(word: str) -> bool:
    """Return whether a word has letters of two alphabets, such as a Cyrillic `а` among Latin ones."""
    if word.isascii():
        return False
    scripts = {_script(char) for char in word if char.isalpha()}
    return len(scripts & {"LATIN", "GREEK", "CYRILLIC", "ARMENIAN", "CHEROKEE", "HEBREW", "ARABIC"}) > 1


def is_same_language(one: str, other: str) -> bool:
    """Return whether texts in these languages (BCP 47) can share a letter, as `en` and `en-GB` can."""
    return one.split("-")[0].lower() == other.split("-")[0].lower()


_CELL_START = r"(?:^|(?<=[;\t\r\n]))"
_FORMULA_CHARACTER = r"'*[^\S\t\r\n]*[=+\-@\uff1d\uff0b\uff0d\uff20\ufe66\ufe62\ufe63\ufe6b\u2212]"
"""Fullwidth and small forms count too: East Asian editions of Excel take them for the ASCII ones."""
_FORMULA_START = re.compile(f"{_CELL_START}(?={_FORMULA_CHARACTER})|^(?='*[\\t\\r])")
_ESCAPED_FORMULA = re.compile(f"{_CELL_START}'(?={_FORMULA_CHARACTER})|^'(?='*[\\t\\r])")


def escape_formulas(text: str) -> str:
    """Put an apostrophe before whatever a spreadsheet could run as a formula (OWASP, "CSV injection").

    That is the beginning of a cell, and of what becomes a cell where the file is opened with semicolons or
    tabs as separators, as European editions of Excel do; quotation marks do not help then.
    """
    return _FORMULA_START.sub("'", text)


def unescape_formulas(text: str) -> str:
    """Undo `escape_formulas`."""
    return _ESCAPED_FORMULA.sub("", text)
