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
