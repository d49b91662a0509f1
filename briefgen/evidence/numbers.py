"""Find every number in English prose and compare numbers by value.

Covers digits, words, ranges, shares, money, dates, and names with numbers. Which numbers a wording may use is
decided by the checks.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from functools import cache, lru_cache
from typing import Literal

from briefgen.data import load_word_data, load_word_set
from briefgen.evidence.dates import MONTHS, find_dates
from briefgen.evidence.quantities import Quantity, find_quantities

NumberKind = Literal["amount", "vague", "ordinal", "date", "decade", "designation"]

_SINGLE_CHARACTER_FORMS = str.maketrans(
    {
        **dict.fromkeys("‘’‛`´", "'"),
        **dict.fromkeys("‐‑‒–—―−﹘﹣－", "-"),
        **dict.fromkeys("\u00a0\u2007", " "),
        **dict.fromkeys("\u2009\u2008", "\u202f"),
        **dict.fromkeys("\n\r\t", " "),
    }
)


@dataclass(frozen=True, slots=True)
class Number:
    """A number found in a text."""

    kind: NumberKind
    words: str
    """As written."""
    start: int
    end: int
    """Span in the text that was searched."""
    low: Fraction = Fraction(0)
    high: Fraction = Fraction(0)
    """Equal for a single value; the ends of a range otherwise."""
    unit: str = ""
    """`percent`, `share`, an ISO 4217 code, `year` …; empty for a plain count."""
    name: str = ""
    """For a designation, the form in which it is compared."""
    date: tuple[int | None, int | None, int | None] = (None, None, None)
    """Year, month, day, as far as written."""

    @property
    def is_range(self) -> bool:
        """Whether the number is a range with two different ends."""
        return self.low != self.high

    def has_same_value(self, other: Number) -> bool:
        """Return whether two numbers have the same value, regardless of their units."""
        return (_comparable_kind(self), self.low, self.high) == (
            _comparable_kind(other),
            other.low,
            other.high,
        )

    def is_same(self, other: Number) -> bool:
        """Return whether two numbers mean the same: kind, value and unit."""
        if self.kind == "designation" or other.kind == "designation":
            return self.kind == other.kind and self.name == other.name
        if _is_bare_year(self) or _is_bare_year(other):
            return _as_count(self) is not None and _as_count(self) == _as_count(other)
        if "date" in (self.kind, other.kind):
            return self.kind == other.kind and self.date == other.date
        if self.kind != other.kind:
            return False
        return (self.low, self.high, self.unit) == (other.low, other.high, other.unit) or _is_same_share(
            self, other
        )

    def __str__(self) -> str:
        """Return the value in digits, for messages."""
        return describe_number(self)


def _comparable_kind(number: Number) -> str:
    return "amount" if number.kind in ("amount", "vague") else number.kind


def _is_bare_year(number: Number) -> bool:
    return number.kind == "date" and number.date[1:] == (None, None)


def _as_count(number: Number) -> Fraction | None:
    """Return the value of a plain count or bare year, which look alike; None for anything else."""
    if _is_bare_year(number):
        return Fraction(number.date[0] or 0)
    plain = number.kind == "amount" and not number.unit and not number.is_range
    return number.low if plain else None


def _is_same_share(number: Number, other: Number) -> bool:
    """Return whether a share and a percentage are equal: half is 50 percent."""
    scale = {"percent": Fraction(1, 100), "share": Fraction(1)}
    if number.kind != "amount" or {number.unit, other.unit} != set(scale):
        return False
    return all(
        a * scale[number.unit] == b * scale[other.unit]
        for a, b in ((number.low, other.low), (number.high, other.high))
    )


def date_covers(known: Number, stated: Number) -> bool:
    """Return whether a known date proves a stated one: every stated part must be known and equal."""
    if known.kind != "date" or stated.kind != "date":
        return False
    return all(part is None or part == other for part, other in zip(stated.date, known.date, strict=True))


def dates_agree(one: Number, other: Number) -> bool:
    """Return whether two dates can be the same, one perhaps written in less detail; decades must be equal."""
    if "decade" in (one.kind, other.kind):
        return one.kind == other.kind and one.low == other.low
    return date_covers(one, other) or date_covers(other, one)


@lru_cache(maxsize=16384)
def find_numbers(text: str) -> tuple[Number, ...]:
    """Find all numbers in a text, in order.

    Names with numbers (`resolution 22/13`, `article 7`) become designations; dates are as precise as written;
    `one` as a pronoun and the idioms in briefgen/data/numbers.yaml are left out.
    """
    folded = text.translate(_SINGLE_CHARACTER_FORMS)
    numbers: list[Number] = []
    for designation in find_designations(folded):
        span = designation.start, designation.end
        numbers.append(Number("designation", text[slice(*span)], *span, name=designation.name))
        folded = blank_out(folded, *span)
    for match in _idiom_pattern().finditer(folded):
        folded = blank_out(folded, *match.span())
    spans: set[tuple[int, int]] = set()
    for date in find_dates(folded):
        kind: NumberKind = "decade" if date.decade else "date"
        words = text[date.start : date.end]
        year = Fraction(date.year or 0)
        ends = (year, year + 9) if date.decade else (Fraction(0), Fraction(0))
        numbers.append(
            Number(kind, words, date.start, date.end, *ends, date=(date.year, date.month, date.day))
        )
        spans.add((date.start, date.end))
    for start, end in spans:
        folded = blank_out(folded, start, end)
    numbers += [_number_from_quantity(quantity, text) for quantity in find_quantities(folded)]
    return tuple(sorted(numbers, key=lambda number: (number.start, number.end)))


def blank_out(text: str, start: int, end: int) -> str:
    """Overwrite a span with NUL characters, which no pattern matches or skips."""
    return text[:start] + "\x00" * (end - start) + text[end:]


def _number_from_quantity(quantity: Quantity, text: str) -> Number:
    words = text[quantity.start : quantity.end]
    return Number(
        quantity.kind, words, quantity.start, quantity.end, quantity.low, quantity.high, quantity.unit
    )


@cache
def _month_names() -> dict[int, str]:
    return dict(enumerate(MONTHS, start=1))


def describe_number(number: Number) -> str:
    """Return the value in digits with its unit, for messages."""
    if number.kind in ("designation", "decade"):
        return number.words
    if number.kind == "date":
        year, month, day = number.date
        named = (str(day) if day else "", _month_names()[month] if month else "", str(year) if year else "")
        return " ".join(part for part in named if part)
    value = _format_fraction(number.low) + (f" to {_format_fraction(number.high)}" if number.is_range else "")
    if number.kind == "vague":
        return number.words
    if number.kind == "ordinal":
        return f"{value} (in order)"
    return f"{value} {number.unit}".rstrip()


def _format_fraction(value: Fraction) -> str:
    if value.denominator == 1:
        return f"{value.numerator:,}"
    decimal = float(value)
    return f"{decimal:g}" if Fraction(str(decimal)) == value else str(value)


@cache
def _idiom_pattern() -> re.Pattern[str]:
    """Return a pattern for idioms in which a number word does not count anything."""
    idioms = sorted(load_word_set("numbers", "idioms"), key=len, reverse=True)
    return re.compile(r"\b(?:" + "|".join(re.escape(idiom) for idiom in idioms) + r")\b", re.IGNORECASE)


# Names with a number, such as "article 7", "A/HRC/25/63" or "COVID-19"

_ROMAN = {"I": 1, "V": 5, "X": 10, "L": 50, "C": 100}
_ARABIC_VALUE = r"\d+(?:[/.-]\d+)*[a-z]?(?:\(\w+\))*(?![\w/])"
_ROMAN_VALUE = r"[IVXLC]+(?:\([a-z0-9]+\))*(?!\w)"
_DESIGNATION_PATTERNS = (
    re.compile(r"https?://\S+|www\.\S+"),
    re.compile(r"\b\d{1,2}:\d{2}\b"),
    # UN document symbols: A/HRC/25/63, A/HRC/25/CRP.1, S/RES/1718(2006)
    re.compile(r"\b[A-Z]{1,6}(?:/[A-Z0-9]+(?:\.\d+)*(?:\(\d+\))?)+(?![\w/])"),
    # Bills and laws: H.R. 5959, S. 3012, H.Res. 12, P.L. 108-333
    re.compile(
        r"\b(?:H\. ?R\.|H\. ?(?:J\. ?|Con\. ?)?Res\.|S\. ?(?:J\. ?|Con\. ?)?(?:Res\.)?|P\. ?L\.|HR|PL) ?"
        r"(?:No\. ?)?\d+(?:-\d+)?(?!\w)"
    ),
    # Names of things: COVID-19, Hwasong-14, G7, R2P; not mid-2013
    re.compile(r"\b(?!(?:Mid|Early|Late|Pre|Post|Under|Over)-)[A-Z][A-Za-z]*-\d+[A-Za-z]?(?![\w,.]*\d)"),
    re.compile(r"\b[A-Z]{1,4}\d+[A-Za-z0-9]*\b"),
    # 22/13 and 2013/14, but not one of two and a half written 1/2 before "of"
    re.compile(r"(?<![\w/.,])\d+(?:/\d+)+(?![\w/])(?! of\b)"),
)


@dataclass(frozen=True, slots=True)
class Designation:
    """A name that contains a number."""

    name: str
    """The form in which names are compared: `article 7`, `a/hrc/25/63`."""
    start: int
    end: int


def find_designations(text: str) -> list[Designation]:
    """Find all names with numbers in a text whose dashes are hyphens, in order, without overlaps."""
    found = [*_find_labelled_designations(text)]
    for pattern in _DESIGNATION_PATTERNS:
        for match in pattern.finditer(text):
            if any(character.isdigit() for character in match.group()):
                name = re.sub(r"\s", "", match.group()).lower()
                found.append(Designation(name, match.start(), match.end()))
    found.sort(key=lambda designation: (designation.start, -designation.end))
    kept: list[Designation] = []
    for designation in found:
        if not kept or designation.start >= kept[-1].end:
            kept.append(designation)
    return kept


@cache
def _label_pattern() -> re.Pattern[str]:
    labels = sorted(load_word_data("numbers")["labels"], key=len, reverse=True)
    names = "|".join(re.escape(label) + ("" if label.endswith((".", "§")) else r"\b") for label in labels)
    return re.compile(
        rf"(?<!\w)(?P<label>{names}) ?(?:(?:nos?|numbers?)\.? ?)?"
        rf"(?P<value>(?!\d{{1,3}},\d{{3}}\b){_ARABIC_VALUE}|{_ROMAN_VALUE})",
        re.IGNORECASE,
    )


_NEXT_VALUE = re.compile(
    rf"(?P<link>(?:, ?(?:and |or )?| and | or | to |-))(?P<value>{_ARABIC_VALUE}|{_ROMAN_VALUE})"
)


def _find_labelled_designations(text: str) -> Iterator[Designation]:
    """Find a label followed by one or more values: `article 7`, `art. II`, `paragraphs 4, 5 and 6`."""
    labels = load_word_data("numbers")["labels"]
    position = 0
    while match := _label_pattern().search(text, position):
        position = match.end()
        label, value = match.group("label"), match.group("value")
        if not value[0].isdigit() and not (label[0].isupper() or label.endswith((".", "s"))):
            continue
        kind = labels[label.lower()]
        yield Designation(f"{kind} {_roman_to_arabic(value)}", match.start(), match.end())
        plural = label.lower().endswith(("s", "s.", "§§", "pp."))
        while plural and (more := _NEXT_VALUE.match(text, position)):
            yield Designation(
                f"{kind} {_roman_to_arabic(more.group('value'))}", more.start("value"), more.end()
            )
            position = more.end()


def _roman_to_arabic(value: str) -> str:
    """Convert Roman numerals to Arabic: treaties number their articles both ways, so `II` must equal `2`."""
    match = re.match(r"[IVXLC]+", value)
    if match is None:
        return value.lower()
    total = 0
    digits = [_ROMAN[letter] for letter in match.group()]
    for index, digit in enumerate(digits):
        total += -digit if any(later > digit for later in digits[index + 1 : index + 2]) else digit
    return f"{total}{value[match.end() :]}".lower()
