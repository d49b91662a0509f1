"""Parse dates in EDTF, the Extended Date/Time Format of the Library of Congress."""

from __future__ import annotations

import calendar
import re
from dataclasses import dataclass
from datetime import date

_EDTF_DATE = re.compile(
    r"(?P<year>\d{4}|\d{3}X|\d{2}XX)(?:-(?P<month>0[1-9]|1[0-2]|2[1-4])(?:-(?P<day>0[1-9]|[12]\d|3[01]))?)?[?~%]?"
)
_SEASONS = {21: (3, 5), 22: (6, 8), 23: (9, 11), 24: (12, 12)}


@dataclass(frozen=True, slots=True)
class DateSpan:
    """The days that an EDTF date covers; None marks an open end."""

    start: date | None
    end: date | None
    parts: tuple[tuple[int | None, int | None, int | None], ...]
    """Year, month and day of each end, as far as given; empty for decades and open ends."""


def parse_edtf(text: str) -> DateSpan | None:
    """Parse an EDTF date (ISO 8601-2:2019); return None if the text is not one.

    Supported are years, months, days, seasons, `?` `~` `%`, decades and centuries (`199X`, `19XX`),
    intervals with `/`, and open ends (`2012/..`).
    """
    start, slash, end = text.partition("/")
    if not slash:
        return _parse_edtf_date(start)
    if start in ("", "..") and end in ("", ".."):
        return None
    first = DateSpan(None, None, ()) if start in ("", "..") else _parse_edtf_date(start)
    last = DateSpan(None, None, ()) if end in ("", "..") else _parse_edtf_date(end)
    if first is None or last is None:
        return None
    if first.start and last.end and first.start > last.end:
        return None
    return DateSpan(first.start, last.end, first.parts + last.parts)


def _parse_edtf_date(text: str) -> DateSpan | None:
    match = _EDTF_DATE.fullmatch(text)
    if match is None:
        return None
    year = match["year"]
    if "X" in year:
        if match["month"]:
            return None
        low, high = int(year.replace("X", "0")), int(year.replace("X", "9"))
        return DateSpan(date(max(low, 1), 1, 1), date(high, 12, 31), ())
    number, month, day = int(year), int(match["month"] or 0), int(match["day"] or 0)
    if not number or (month > 12 and day):
        return None
    if month > 12:
        first, last = _SEASONS[month]
        return DateSpan(date(number, first, 1), _last_day_of_month(number, last), ((number, None, None),))
    if not month:
        return DateSpan(date(number, 1, 1), date(number, 12, 31), ((number, None, None),))
    if not day:
        return DateSpan(date(number, month, 1), _last_day_of_month(number, month), ((number, month, None),))
    try:
        exact = date(number, month, day)
    except ValueError:
        return None
    return DateSpan(exact, exact, ((number, month, day),))


def _last_day_of_month(year: int, month: int) -> date:
    return date(year, month, calendar.monthrange(year, month)[1])


def days_of(year: int | None, month: int | None, day: int | None) -> DateSpan | None:
    """Return the days of a date as far as it is given; None without a year, or if there is no such date."""
    parts = [f"{year:04}" if year else "", *(f"{part:02}" for part in (month, day) if part)]
    return parse_edtf("-".join(parts))


def spell_out_edtf(text: str) -> str:
    """Spell out an EDTF date in English, so that numbers can be read from it: `17 October 2025; 2026`."""
    span = parse_edtf(text)
    if span is None:
        return ""
    if not span.parts and span.start and "X" in text:
        return f"the {span.start.year}s"
    dates = (
        " ".join(str(part) for part in (day, month and calendar.month_name[month], year) if part)
        for year, month, day in span.parts
    )
    return "; ".join(dates)


def is_older_than(span: DateSpan, years: int, on: date) -> bool:
    """Return whether a span ended more than `years` years before a day."""
    if span.end is None:
        return False
    try:
        limit = on.replace(year=on.year - years)
    except ValueError:  # 29 February
        limit = on.replace(year=on.year - years, day=28)
    return span.end < limit


def is_iso_date(text: str) -> bool:
    """Return whether a text is an ISO date, YYYY-MM-DD."""
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False
