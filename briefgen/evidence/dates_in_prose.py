"""Finds dates written in prose: days, months, years, decades. It does not judge whether they are right."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

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
_BY_NAME = {name.lower(): number for number, name in enumerate(MONTHS, start=1)}
_BY_NAME |= {name[:3].lower(): number for name, number in _BY_NAME.items()} | {"sept": 9}
_M = r"(?:" + "|".join(f"{name}|{name[:3]}\\b\\.?" for name in MONTHS) + r"|Sept\b\.?)"
_D = r"(?:[12]\d|3[01]|0?[1-9])(?:st|nd|rd|th)?"
_Y = r"[12]\d{3}(?![\d,]\d|\.\d)"
_SPACE = r"[ \u00a0\u202f]"
# In the order of trust: the longer form first.
_FORMS: tuple[re.Pattern[str], ...] = tuple(
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
_LEADS = re.compile(
    r"(?:\b(?:in|of|since|until|till|by|from|to|through|late|early|mid|last|next|this|that|every|and|between|"
    r"during|before|after|on)[ -])$",
    re.IGNORECASE,
)
# Behind a bare year these words make it a count: 2000 people is no year, but nobody counts 2012 resolutions.
_COUNTED = re.compile(
    r"^ (?:percent|per cent|million|billion|thousand|dollars|won|people|persons|prisoners|years)\b"
)


@dataclass(frozen=True, slots=True)
class Dated:
    """A date in prose, as precise as it is written."""

    year: int | None
    month: int | None
    day: int | None
    start: int
    end: int
    decade: bool = False
    """`1990s`: `year` is its first year."""


def find_dates(text: str) -> list[Dated]:
    """All dates in a text whose dashes are hyphens, in order, none within another."""
    found: list[Dated] = []
    taken: list[tuple[int, int]] = []
    for form in _FORMS:
        for match in form.finditer(text):
            span = match.span()
            if any(start < span[1] and span[0] < end for start, end in taken) or not _likely(text, match):
                continue
            taken.append(span)
            found.extend(_dates(match))
    return sorted(found, key=lambda date: (date.start, date.end))


def _likely(text: str, match: re.Match[str]) -> bool:
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
        return bool(_LEADS.search(text[: match.start()][-12:]))
    bare_year = groups.get("y") and not groups.get("month") and not groups.get("m")
    return not (bare_year and _COUNTED.match(text[match.end() :]))


def _dates(match: re.Match[str]) -> Iterator[Dated]:
    groups = match.groupdict()
    start, end = match.span()
    if groups.get("decade"):
        yield Dated(int(groups["decade"]), None, None, start, end, decade=True)
        return
    year = int(groups["y"]) if groups.get("y") else None
    month = int(groups["m"]) if groups.get("m") else _month(groups.get("month"))
    yield Dated(year, month, _day(groups.get("d")), start, end)
    if groups.get("d2"):
        yield Dated(year, month, _day(groups["d2"]), start, end)
    if groups.get("month2"):
        yield Dated(year, _month(groups["month2"]), None, start, end)
    if groups.get("y2") and year is not None:
        yield Dated(year - year % 100 + int(groups["y2"]), None, None, start, end)


def _month(name: str | None) -> int | None:
    return _BY_NAME[name.rstrip(".").lower()] if name else None


def _day(day: str | None) -> int | None:
    return int(re.sub(r"\D", "", day)) if day else None
