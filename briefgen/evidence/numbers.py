"""Reads every number in English prose by its value: digits, words, ranges, shares, money, dates, names.

It reads and compares; which numbers a wording may carry is for the checks to say.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from functools import cache, lru_cache
from typing import Literal

from briefgen.data import word_data
from briefgen.evidence.dates import MONTHS, find_dates
from briefgen.evidence.quantities import Quantity, find_quantities, idiom_pattern

_ROMAN = {"I": 1, "V": 5, "X": 10, "L": 50, "C": 100}
_VALUE = r"\d+(?:[/.-]\d+)*[a-z]?(?:\(\w+\))*(?![\w/])"
_ROMAN_VALUE = r"[IVXLC]+(?:\([a-z0-9]+\))*(?!\w)"
_LINKS = (
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
    """A name with a number in it."""

    name: str
    """The form under which it is compared: `article 7`, `a/hrc/25/63`."""
    start: int
    end: int


def find_designations(text: str) -> list[Designation]:
    """All names with numbers in a text whose dashes are hyphens, in order, none within another."""
    found = [*_labelled(text)]
    for pattern in _LINKS:
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
    labels = sorted(word_data("numbers")["labels"], key=len, reverse=True)
    names = "|".join(re.escape(label) + ("" if label.endswith((".", "§")) else r"\b") for label in labels)
    return re.compile(
        rf"(?<!\w)(?P<label>{names}) ?(?:(?:nos?|numbers?)\.? ?)?(?P<value>{_VALUE}|{_ROMAN_VALUE})",
        re.IGNORECASE,
    )


_MORE = re.compile(rf"(?P<link>(?:, ?(?:and |or )?| and | or | to |-))(?P<value>{_VALUE}|{_ROMAN_VALUE})")


def _labelled(text: str) -> Iterator[Designation]:
    """`article 7`, `art. II`, `paragraphs 4, 5 and 6`: a label and one or more values."""
    labels = word_data("numbers")["labels"]
    position = 0
    while match := _label_pattern().search(text, position):
        position = match.end()
        label, value = match.group("label"), match.group("value")
        if not value[0].isdigit() and not (label[0].isupper() or label.endswith((".", "s"))):
            continue
        kind = labels[label.lower()]
        yield Designation(f"{kind} {_arabic(value)}", match.start(), match.end())
        plural = label.lower().endswith(("s", "s.", "§§", "pp."))
        while plural and (more := _MORE.match(text, position)):
            yield Designation(f"{kind} {_arabic(more.group('value'))}", more.start("value"), more.end())
            position = more.end()


def _arabic(value: str) -> str:
    """`II` and `2` are one: treaties number their articles in both ways."""
    match = re.match(r"[IVXLC]+", value)
    if match is None:
        return value.lower()
    total = 0
    digits = [_ROMAN[letter] for letter in match.group()]
    for index, digit in enumerate(digits):
        total += -digit if any(later > digit for later in digits[index + 1 : index + 2]) else digit
    return f"{total}{value[match.end() :]}".lower()


Kind = Literal["amount", "vague", "ordinal", "date", "decade", "designation"]

_SAME = str.maketrans(
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
    """One number as it stands in a text."""

    kind: Kind
    words: str
    """As written."""
    start: int
    end: int
    """Span in the text that was read."""
    low: Fraction = Fraction(0)
    high: Fraction = Fraction(0)
    """Equal for a single value; the ends of a range otherwise."""
    unit: str = ""
    """`percent`, `share`, an ISO 4217 code, `year` …; empty for a plain count."""
    name: str = ""
    """Of a designation: the form in which it is compared."""
    date: tuple[int | None, int | None, int | None] = (None, None, None)
    """Year, month, day, as far as written."""

    @property
    def is_range(self) -> bool:
        """Whether it has two ends."""
        return self.low != self.high

    def same_value(self, other: Number) -> bool:
        """Whether both say the same number, units aside."""
        return (_amount(self), self.low, self.high) == (_amount(other), other.low, other.high)

    def same(self, other: Number) -> bool:
        """Whether both say the same thing: kind, value and unit."""
        if self.kind == "designation" or other.kind == "designation":
            return self.kind == other.kind and self.name == other.name
        if _bare_year(self) or _bare_year(other):
            return _as_count(self) is not None and _as_count(self) == _as_count(other)
        if "date" in (self.kind, other.kind):
            return self.kind == other.kind and self.date == other.date
        if self.kind != other.kind:
            return False
        return (self.low, self.high, self.unit) == (other.low, other.high, other.unit) or _same_share(
            self, other
        )

    def __str__(self) -> str:
        """The value in digits, for messages."""
        return describe(self)


def _amount(number: Number) -> str:
    return "amount" if number.kind in ("amount", "vague") else number.kind


def _bare_year(number: Number) -> bool:
    return number.kind == "date" and number.date[1:] == (None, None)


def _as_count(number: Number) -> Fraction | None:
    """The plain count that a bare year may also be, or that may also be a year."""
    if _bare_year(number):
        return Fraction(number.date[0] or 0)
    plain = number.kind == "amount" and not number.unit and not number.is_range
    return number.low if plain else None


def _same_share(one: Number, other: Number) -> bool:
    """Half and 50 percent are one value; 0.5 is not written as a share."""
    scale = {"percent": Fraction(1, 100), "share": Fraction(1)}
    if one.kind != "amount" or {one.unit, other.unit} != set(scale):
        return False
    return all(
        a * scale[one.unit] == b * scale[other.unit]
        for a, b in ((one.low, other.low), (one.high, other.high))
    )


def covers(known: Number, said: Number) -> bool:
    """Whether a date that is known proves a date that is said: every part said is known and equal."""
    if known.kind != "date" or said.kind != "date":
        return False
    return all(part is None or part == other for part, other in zip(said.date, known.date, strict=True))


@lru_cache(maxsize=16384)
def read_numbers(text: str) -> tuple[Number, ...]:
    """All numbers in a text, in order.

    Names with numbers (`resolution 22/13`, `article 7`) are designations; dates are dates as precise as
    written; `one` as a pronoun and the idioms of briefgen/data/numbers.yaml are left out.
    """
    folded = text.translate(_SAME)
    numbers: list[Number] = []
    for designation in find_designations(folded):
        span = designation.start, designation.end
        numbers.append(Number("designation", text[slice(*span)], *span, name=designation.name))
        folded = _blanked(folded, *span)
    for match in idiom_pattern().finditer(folded):
        folded = _blanked(folded, *match.span())
    spans: set[tuple[int, int]] = set()
    for date in find_dates(folded):
        kind: Kind = "decade" if date.decade else "date"
        words = text[date.start : date.end]
        year = Fraction(date.year or 0)
        ends = (year, year + 9) if date.decade else (Fraction(0), Fraction(0))
        numbers.append(
            Number(kind, words, date.start, date.end, *ends, date=(date.year, date.month, date.day))
        )
        spans.add((date.start, date.end))
    for start, end in spans:
        folded = _blanked(folded, start, end)
    numbers += [_from_quantity(quantity, text) for quantity in find_quantities(folded)]
    return tuple(sorted(numbers, key=lambda number: (number.start, number.end)))


def _blanked(text: str, start: int, end: int) -> str:
    """Overwrite with a character that stops every pattern and joins nothing."""
    return text[:start] + "\x00" * (end - start) + text[end:]


def _from_quantity(quantity: Quantity, text: str) -> Number:
    words = text[quantity.start : quantity.end]
    return Number(
        quantity.kind, words, quantity.start, quantity.end, quantity.low, quantity.high, quantity.unit
    )


@cache
def _month_names() -> dict[int, str]:
    return dict(enumerate(MONTHS, start=1))


def describe(number: Number) -> str:
    """The value in digits with its unit, for messages."""
    if number.kind in ("designation", "decade"):
        return number.words
    if number.kind == "date":
        year, month, day = number.date
        named = (str(day) if day else "", _month_names()[month] if month else "", str(year) if year else "")
        return " ".join(part for part in named if part)
    value = _digits(number.low) + (f" to {_digits(number.high)}" if number.is_range else "")
    if number.kind == "vague":
        return number.words
    if number.kind == "ordinal":
        return f"{value} (in order)"
    return f"{value} {number.unit}".rstrip()


def _digits(value: Fraction) -> str:
    if value.denominator == 1:
        return f"{value.numerator:,}"
    decimal = float(value)
    return f"{decimal:g}" if Fraction(str(decimal)) == value else str(value)
