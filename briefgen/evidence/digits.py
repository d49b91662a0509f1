"""Compare what is written in digits, in a wording of any language, with the passages and their dates.

A number has the same digits in every language, though not the same marks between them. Hedges, units and
numbers in words are read in English only, by briefgen.evidence.numbers.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from fractions import Fraction

from briefgen.errors import Problem
from briefgen.evidence.normalize import prepare_prose
from briefgen.evidence.numbers import Number
from briefgen.evidence.passages import SupportingEvidence, collect_titles
from briefgen.evidence.wording_checks import PrintedWording, named_work_dates

_DIGITS = re.compile(r"(?<!\d)\d{1,3}(?:[.,'\s]\d{3})+(?!\d)(?:[.,]\d+)?|\d+(?:[.,]\d+)?")
_PERCENT = re.compile(
    r"\s?(?:%|percent|per cent|pour cent|prozent|por ciento|por cento|per cento|procent)", re.IGNORECASE
)
_SCALE_WORD = re.compile(r"\s?(?:mi[lo]|mld|mln|mrd|tausend|duizend|tusen|тыс|тис|млн|млрд)", re.IGNORECASE)
"""How words for a thousand, a million or 10⁹ begin in languages with an alphabet."""
_SCALES = (1000, 10**6, 10**9)


def check_digits(wording: PrintedWording, support: SupportingEvidence) -> Iterator[Problem]:
    """Check that each figure in digits is in a passage, in `as_of`, or in a cited work's name or date."""
    text = wording.text
    for title in collect_titles(support.cited):
        text = text.replace(prepare_prose(title), " ")
    proved = [item.number for item in support.numbers()] + list(support.computed)
    dates = (*support.dates, *named_work_dates(wording, support))
    values = {value for number in (*proved, *dates) for value in _values_of(number)}
    values |= {value for name in _names_with_numbers(support) for value in _read_all(name)}
    shares = {value for number in proved for value in _percentages_of(number)}
    passages = " ".join(prepare_prose(passage.words) for passage in support.passages)
    for match in _DIGITS.finditer(text):
        is_share = _PERCENT.match(text, match.end()) is not None
        scales = _SCALES if _SCALE_WORD.match(text, match.end()) else (1,)
        readings = {value * scale for value in _readings(match) for scale in scales}
        if readings & (shares if is_share else values) or _with_next_word(match) in passages:
            continue
        known = ", ".join(dict.fromkeys(number.words for number in proved)) or "no number"
        yield Problem(
            "number-missing",
            f"{match.group()!r} is not in the passage",
            wording.place,
            f"the passage has {known}; add evidence for it or correct it",
            wording=wording.text,
            passage=support.display_text(),
        )


def _with_next_word(match: re.Match[str]) -> str:
    """Return digits with what follows them: a passage in the same language has both."""
    following = re.match(r"\s?[^\s.,;:!?]+", match.string[match.end() :])
    return match.group() + (following.group() if following else "")


def _names_with_numbers(support: SupportingEvidence) -> Iterator[str]:
    """Yield the names with numbers in the passages, the cited works' own, and the places in them."""
    for work in support.cited:
        yield from (str(work.csl[key]) for key in ("number", "volume", "issue") if key in work.csl)
    yield from (value for _, value in support.locators)
    yield from (item.number.words for item in support.numbers() if item.number.kind == "designation")


def _read_all(text: str) -> set[Fraction]:
    return {value for match in _DIGITS.finditer(text) for value in _readings(match)}


def _readings(match: re.Match[str]) -> set[Fraction]:
    """Return the values that digits can have: a point may group thousands or begin the decimals."""
    written = re.sub(r"['\s]", "", match.group())
    readings = (
        {Fraction(re.sub(r"[.,]", "", written))} if re.fullmatch(r"\d{1,3}(?:[.,]\d{3})+", written) else set()
    )
    whole, mark, decimals = re.fullmatch(r"(.*?)(?:([.,])(\d+))?", written).groups()  # type: ignore[union-attr]
    plain = re.sub(r"[.,]", "", whole)
    return readings | {Fraction(f"{plain}.{decimals}" if mark else plain)}


def _values_of(number: Number) -> Iterator[Fraction]:
    if number.kind == "date":
        yield from (Fraction(part) for part in number.date if part is not None)
    elif number.kind != "designation":
        yield from (number.low, number.high)


def _percentages_of(number: Number) -> Iterator[Fraction]:
    scale = {"percent": 1, "share": 100}.get(number.unit)
    if scale:
        yield from (number.low * scale, number.high * scale)
