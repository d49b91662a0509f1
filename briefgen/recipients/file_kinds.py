"""Tell what a file is that was named as a table, and which encoding its bytes look like."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

_START = 2_000
"""Bytes that are looked at to tell what a file is."""
_GUESSED = 200_000
"""Bytes that are looked at to guess an encoding."""
_ENCODINGS = ("cp1252", "mac_roman", "euc_kr", "shift_jis", "gb18030", "cp1251", "cp1250", "cp949")
"""Encodings in which spreadsheets save; of those that fit equally the first is named."""


@dataclass(frozen=True, slots=True)
class FileKind:
    """What a file is that is no table."""

    name: str
    hint: str


_READ_AS_DATA = "import it with briefgen recipients import data, which says what it is"
_READ_AS_CARDS = "import it with briefgen recipients import vcard"
_READ_AS_WORKBOOK = "give it the ending .xlsx, or import it with briefgen recipients import xlsx"
_SAVE_AS_TABLE = "open it in a spreadsheet program and save it as .xlsx or as CSV UTF-8"
_SIGNATURES = (
    (b"PK\x03\x04", "a workbook or another packed file", _READ_AS_WORKBOOK),
    (b"\xd0\xcf\x11\xe0", "an old Excel workbook, or one with a password", _SAVE_AS_TABLE),
    (b"%PDF", "a PDF", _SAVE_AS_TABLE),
    (b"{\\rtf", "a text in RTF", _SAVE_AS_TABLE),
)
_MARKS: tuple[tuple[str, str, str], ...] = (
    (r"BEGIN:VCARD\b", "a file of address-book cards (vCard)", _READ_AS_CARDS),
    (r"<!doctype html|<html\b", "a web page", _SAVE_AS_TABLE),
    (r"<\?xml\b|<!--|<!doctype\b|<[A-Za-z][\w:.-]*(\s[^<>]*)?/?>\s*(<|$)", "XML", _READ_AS_DATA),
    (r"\{\s*(\"|\}|$)|\[\s*[\[{\"]", "JSON", _READ_AS_DATA),
    (r"%YAML|---\s*\n|- [\w-]+:(\s|$)", "YAML", "docs/importers.md says which importer reads it"),
)  # fmt: skip


def identify_file(raw: bytes) -> FileKind | None:
    """Return what a file is, by its first bytes; None if it may be a table."""
    for signature, name, hint in _SIGNATURES:
        if raw.startswith(signature):
            return FileKind(name, hint)
    start = raw[:_START].removeprefix(b"\xef\xbb\xbf")
    wide = "utf-16" if start[:2] in (b"\xff\xfe", b"\xfe\xff") else "latin-1"
    text = start.decode(wide, "ignore").lstrip()
    for mark, name, hint in _MARKS:
        if re.match(mark, text, re.IGNORECASE):
            return FileKind(name, hint)
    return None


def is_wide(raw: bytes) -> bool:
    """Return whether bytes look like UTF-16: every second one is nothing in most languages."""
    sample = raw[:_GUESSED]
    return len(sample) > 8 and sample.count(0) > len(sample) // 4


def guess_encoding(raw: bytes) -> str:
    """Return the name that Python gives to the encoding that bytes look like; empty if none is likely."""
    sample = raw[:_GUESSED]
    if is_wide(raw):
        return "utf-16-le" if sample[1::2].count(0) > sample[::2].count(0) else "utf-16-be"
    scores = {encoding: _score_encoding(sample, encoding) for encoding in _ENCODINGS}
    best = max(_ENCODINGS, key=lambda encoding: scores[encoding])
    return best if scores[best] > 0 else ""


def _score_encoding(sample: bytes, encoding: str) -> float:
    """Return how much decoded bytes look like words; the more the better."""
    try:
        text = f" {sample.decode(encoding)} "
    except UnicodeDecodeError as error:
        if len(sample) < _GUESSED or error.start < _GUESSED - 4:
            return -1.0
        text = f" {sample[: error.start].decode(encoding)} "
    score = 0.0
    for match in re.finditer(r"[^\x00-\x7f]", text):
        index = match.start()
        score += _score_character(text[index - 1], text[index], text[index + 1])
    return score


def _score_character(before: str, char: str, after: str) -> float:
    script, neighbours = _script(char), {_script(before), _script(after)} - {""}
    if not script:
        return 1.0 if char in "’‘“”–—…«»\u00a0€°§" else -1.0
    if neighbours - {script}:
        return -2.0
    if script == "LATIN":
        # A capital inside a word, and a word without plain letters, are bytes of another encoding.
        if char.isupper() and before.islower():
            return -2.0
        return 1.0 if (before + after).isascii() else -0.5
    return 1.0 if neighbours else -1.0


def _script(char: str) -> str:
    return unicodedata.name(char, "").split()[0] if char.isalpha() else ""
