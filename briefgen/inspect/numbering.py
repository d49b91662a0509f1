"""The numbers that Word gives to list items: counted here as Word counts them, to be read like text."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_LEVELS = 9


class Numbering:
    """Counts through one document, from its numbering part (None: no lists)."""

    def __init__(self, root: Any) -> None:
        self._abstract: dict[str, Any] = {}
        self._numbers: dict[str, Any] = {}
        for child in root if root is not None else ():
            if child.tag == f"{_W}abstractNum":
                self._abstract[child.get(f"{_W}abstractNumId", "")] = child
            elif child.tag == f"{_W}num":
                self._numbers[child.get(f"{_W}numId", "")] = child
        self._counts: dict[str, list[int | None]] = {}
        self._begun: set[tuple[str, int]] = set()

    def next(self, number: str, level: int) -> str:
        """The marker of the next item in this list at this level (from 0); empty where there is none."""
        definition = self._numbers.get(number)
        if definition is None or not 0 <= level < _LEVELS:
            return ""
        abstract = _value(definition, "abstractNumId")
        levels = self._levels(abstract, definition)
        if level not in levels:
            return ""
        counts = self._counts.setdefault(abstract, [None] * _LEVELS)
        self._count(number, level, definition, levels, counts)
        return _marker(levels, level, counts)

    def _levels(self, abstract: str, definition: Any) -> dict[int, Any]:
        found = {
            _whole(each.get(f"{_W}ilvl"), 0): each
            for each in self._abstract.get(abstract, ())
            if each.tag == f"{_W}lvl"
        }
        for override in definition.iterfind(f"{_W}lvlOverride"):
            own = override.find(f"{_W}lvl")
            if own is not None:
                found[_whole(override.get(f"{_W}ilvl"), 0)] = own
        return found

    def _count(
        self, number: str, level: int, definition: Any, levels: Mapping[int, Any], counts: list[int | None]
    ) -> None:
        restart = _restart(definition, level)
        count = counts[level]
        if (number, level) not in self._begun and restart is not None:
            counts[level] = restart
        elif count is None:
            counts[level] = _whole(_value(levels[level], "start"), 1)
        else:
            counts[level] = count + 1
        self._begun.add((number, level))
        counts[level + 1 :] = [None] * (_LEVELS - level - 1)


def _restart(definition: Any, level: int) -> int | None:
    for override in definition.iterfind(f"{_W}lvlOverride"):
        if _whole(override.get(f"{_W}ilvl"), -1) == level:
            value = _value(override, "startOverride")
            return _whole(value, 1) if value else None
    return None


def _marker(levels: Mapping[int, Any], level: int, counts: list[int | None]) -> str:
    form = _value(levels[level], "numFmt")
    if form == "bullet":
        return "\u2022"

    def shown(match: re.Match[str]) -> str:
        index = int(match.group(1)) - 1
        own = _value(levels[index], "numFmt") if index in levels else "decimal"
        count = counts[index]
        return _formatted(1 if count is None else count, own)

    return re.sub("%([1-9])", shown, _value(levels[level], "lvlText")) if form != "none" else ""


def _formatted(count: int, form: str) -> str:
    if form in {"lowerLetter", "upperLetter"}:
        letters = chr(ord("a") + (count - 1) % 26) * ((count - 1) // 26 + 1)
        return letters if form == "lowerLetter" else letters.upper()
    if form in {"lowerRoman", "upperRoman"}:
        return _roman(count) if form == "lowerRoman" else _roman(count).upper()
    return str(count)


def _roman(count: int) -> str:
    signs = [(1000, "m"), (900, "cm"), (500, "d"), (400, "cd"), (100, "c"), (90, "xc"), (50, "l"), (40, "xl")]
    signs += [(10, "x"), (9, "ix"), (5, "v"), (4, "iv"), (1, "i")]
    out = ""
    for value, sign in signs:
        while count >= value and len(out) < 40:
            out, count = out + sign, count - value
    return out


def _value(parent: Any, name: str) -> str:
    child = parent.find(f"{_W}{name}")
    return str(child.get(f"{_W}val", "")) if child is not None else ""


def _whole(text: str | None, otherwise: int) -> int:
    return int(text) if text and text.isascii() and text.isdecimal() and len(text) < 10 else otherwise
