"""Find dates in English prose, and words of relative time such as "currently"."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from briefgen.data import load_word_data


@dataclass(frozen=True, slots=True)
class RelativeTimeWord:
    """A word or phrase whose meaning depends on the day it is read."""

    words: str
    start: int
    replacement: str
    """What to write instead."""


@cache
def _relative_time_patterns() -> tuple[tuple[re.Pattern[str], str], ...]:
    return tuple(
        (re.compile(rf"\b(?:{entry['words']})\b", re.IGNORECASE), str(entry["instead"]))
        for entry in load_word_data("relative-time")
    )


def find_relative_time(text: str) -> Iterator[RelativeTimeWord]:
    """Find the words of relative time in a text with plain apostrophes, in order, without overlaps."""
    found: list[RelativeTimeWord] = []
    taken: list[tuple[int, int]] = []
    for pattern, replacement in _relative_time_patterns():
        for match in pattern.finditer(text):
            if any(start < match.end() and match.start() < end for start, end in taken):
                continue
            taken.append(match.span())
            found.append(RelativeTimeWord(match.group(), match.start(), replacement))
    yield from sorted(found, key=lambda word: word.start)


MONTHS = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
]
_MONTH_NUMBERS = {name.lower(): number for number, name in enumerate(MONTHS, start=1)}
_MONTH_NUMBERS |= {name[:3].lower(): number for name, number in _MONTH_NUMBERS.items()} | {"sept": 9}
_M = r"(?:" + "|".join(f"{name}|{name[:3]}\\b\\.?" for name in MONTHS) + r"|Sept\b\.?)"
_D = r"(?:[12]\d|3[01]|0?[1-9])(?:st|nd|rd|th)?"
_Y = r"[12]\d{3}(?![\d,]\d|\.\d)"
_SPACE = r"[ \u00a0\u202f]"
# Tried in this order: longer forms first.
_DATE_PATTERNS: tuple[re.Pattern[str], ...] = tuple(
    re.compile(pattern.replace(" ", _SPACE))
    for pattern in (
        r"(?<![\d.,-])(?P<y>[12]\d{3})-(?P<m>0[1-9]|1[0-2])(?:-(?P<d>0[1-9]|[12]\d|3[01]))?(?![\d-])",
        rf"(?<![\d.,])(?P<d>{_D})(?: ?- ?(?P<d2>{_D}))?(?: of)? (?P<month>{_M})(?:,? (?P<y>{_Y}))?(?!\w)",
        rf"\b(?P<month>{_M}) (?P<d>{_D})(?: ?- ?(?P<d2>{_D}))?(?!\w|[,.]\d)(?:,? (?P<y>{_Y}))?(?!\w)",
        rf"\b(?P<month>{_M})(?: ?[/-] ?(?P<month2>{_M}))?,?(?: of)? (?P<y>{_Y})(?!\w)",
        r"(?<![\d.,])(?P<decade>[12]\d{2}0)s\b",
        rf"(?<![\d.,$£€¥₩-])(?P<y>{_Y})-(?P<y2>\d{{2}})(?!\d|-|,\d)",
        rf"(?<![\d.,$£€¥₩/])(?P<y>{_Y})(?![\w%/])",
        rf"\b(?P<month>{_M})(?!\w)",
    )
)
_BEFORE_BARE_MONTH = re.compile(
    r"(?:\b(?:in|of|since|until|till|by|from|to|through|late|early|mid|last|next|this|that|every|and|between|"
    r"during|before|after|on)[ -])$",
    re.IGNORECASE,
)
# After a bare year these words make it a count: 2000 people is no year, but nobody counts 2012 resolutions.
_COUNTED_NOUN = re.compile(
    r"^ (?:percent|per cent|million|billion|thousand|dollars|won|people|persons|prisoners|years)\b"
)


@dataclass(frozen=True, slots=True)
class ProseDate:
    """A date in prose, as precise as it is written; parts that are not given are None."""

    year: int | None
    month: int | None
    day: int | None
    start: int
    end: int
    decade: bool = False
    """`1990s`: `year` is its first year."""


def find_dates(text: str) -> list[ProseDate]:
    """Find all dates in a text whose dashes are hyphens, in order, without overlaps."""
    found: list[ProseDate] = []
    taken: list[tuple[int, int]] = []
    for form in _DATE_PATTERNS:
        for match in form.finditer(text):
            span = match.span()
            if any(start < span[1] and span[0] < end for start, end in taken) or not _is_likely_date(
                text, match
            ):
                continue
            taken.append(span)
            found.extend(_parse_prose_dates(match))
    return sorted(found, key=lambda date: (date.start, date.end))


def _is_likely_date(text: str, match: re.Match[str]) -> bool:
    groups = match.groupdict()
    bare_month = groups.get("month") and not groups.get("d") and not groups.get("y")
    if bare_month and match.group("month").lower() in (
        "may",
        "march",
        "mar",
        "jan",
        "jun",
        "dec",
        "sep",
        "oct",
    ):
        return bool(_BEFORE_BARE_MONTH.search(text[: match.start()][-12:]))
    bare_year = groups.get("y") and not groups.get("month") and not groups.get("m")
    return not (bare_year and _COUNTED_NOUN.match(text[match.end() :]))


def _parse_prose_dates(match: re.Match[str]) -> Iterator[ProseDate]:
    groups = match.groupdict()
    start, end = match.span()
    if groups.get("decade"):
        yield ProseDate(int(groups["decade"]), None, None, start, end, decade=True)
        return
    year = int(groups["y"]) if groups.get("y") else None
    month = int(groups["m"]) if groups.get("m") else _month_number(groups.get("month"))
    yield ProseDate(year, month, _day_number(groups.get("d")), start, end)
    if groups.get("d2"):
        yield ProseDate(year, month, _day_number(groups["d2"]), start, end)
    if groups.get("month2"):
        yield ProseDate(year, _month_number(groups["month2"]), None, start, end)
    if groups.get("y2") and year is not None:
        yield ProseDate(year - year % 100 + int(groups["y2"]), None, None, start, end)


def _month_number(name: str | None) -> int | None:
    return _MONTH_NUMBERS[name.rstrip(".").lower()] if name else None


def _day_number(day: str | None) -> int | None:
    return int(re.sub(r"\D", "", day)) if day else None
