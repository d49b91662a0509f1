"""Dates that records carry (EDTF) and words of time that a wording must not carry."""

from __future__ import annotations

import calendar
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import cache

from briefgen.data import word_data

_PART = re.compile(
    r"(?P<year>\d{4}|\d{3}X|\d{2}XX)(?:-(?P<month>0[1-9]|1[0-2]|2[1-4])(?:-(?P<day>0[1-9]|[12]\d|3[01]))?)?[?~%]?"
)
_SEASONS = {21: (3, 5), 22: (6, 8), 23: (9, 11), 24: (12, 12)}


@dataclass(frozen=True, slots=True)
class Span:
    """The days that an EDTF date covers; None is an open end."""

    start: date | None
    end: date | None
    parts: tuple[tuple[int | None, int | None, int | None], ...]
    """Year, month and day of each end, as far as written; empty for decades and open ends."""


def read_edtf(text: str) -> Span | None:
    """Read a date of EDTF (ISO 8601-2:2019), as far as claims need it; None where it is none.

    Years, months, days, seasons, `?` `~` `%`, decades and centuries (`199X`, `19XX`), intervals with `/`, and
    open ends (`2012/..`).
    """
    start, slash, end = text.partition("/")
    if not slash:
        return _single(start)
    if start in ("", "..") and end in ("", ".."):
        return None
    first = Span(None, None, ()) if start in ("", "..") else _single(start)
    last = Span(None, None, ()) if end in ("", "..") else _single(end)
    if first is None or last is None:
        return None
    if first.start and last.end and first.start > last.end:
        return None
    return Span(first.start, last.end, first.parts + last.parts)


def _single(text: str) -> Span | None:
    match = _PART.fullmatch(text)
    if match is None:
        return None
    year = match["year"]
    if "X" in year:
        if match["month"]:
            return None
        low, high = int(year.replace("X", "0")), int(year.replace("X", "9"))
        return Span(date(max(low, 1), 1, 1), date(high, 12, 31), ())
    number, month, day = int(year), int(match["month"] or 0), int(match["day"] or 0)
    if not number or (month > 12 and day):
        return None
    if month > 12:
        first, last = _SEASONS[month]
        return Span(date(number, first, 1), _month_end(number, last), ((number, None, None),))
    if not month:
        return Span(date(number, 1, 1), date(number, 12, 31), ((number, None, None),))
    if not day:
        return Span(date(number, month, 1), _month_end(number, month), ((number, month, None),))
    try:
        exact = date(number, month, day)
    except ValueError:
        return None
    return Span(exact, exact, ((number, month, day),))


def _month_end(year: int, month: int) -> date:
    return date(year, month, calendar.monthrange(year, month)[1])


def said(text: str) -> str:
    """All that a date of EDTF says, in English words that numbers are read from: `17 October 2025; 2026`."""
    span = read_edtf(text)
    if span is None:
        return ""
    if not span.parts and span.start and "X" in text:
        return f"the {span.start.year}s"
    dates = (
        " ".join(str(part) for part in (day, month and calendar.month_name[month], year) if part)
        for year, month, day in span.parts
    )
    return "; ".join(dates)


def older_than(span: Span, years: int, on: date) -> bool:
    """Whether what the span covers ended more than so many years before a day."""
    if span.end is None:
        return False
    try:
        limit = on.replace(year=on.year - years)
    except ValueError:  # 29 February
        limit = on.replace(year=on.year - years, day=28)
    return span.end < limit


@dataclass(frozen=True, slots=True)
class RelativeWord:
    """A word of time that depends on the day of reading."""

    words: str
    start: int
    instead: str
    """What to write in its place."""


@cache
def _patterns() -> tuple[tuple[re.Pattern[str], str], ...]:
    return tuple(
        (re.compile(rf"\b(?:{entry['words']})\b", re.IGNORECASE), str(entry["instead"]))
        for entry in word_data("relative-time")
    )


def relative_words(text: str) -> Iterator[RelativeWord]:
    """Words of relative time in a text with plain apostrophes, in order, each once."""
    found: list[RelativeWord] = []
    taken: list[tuple[int, int]] = []
    for pattern, instead in _patterns():
        for match in pattern.finditer(text):
            if any(start < match.end() and match.start() < end for start, end in taken):
                continue
            taken.append(match.span())
            found.append(RelativeWord(match.group(), match.start(), instead))
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
