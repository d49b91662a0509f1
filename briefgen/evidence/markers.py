"""Find small words beside a date or figure that say something else than in the evidence.

`since` for `in`, `a month` for `a year`, many for one. The word lists are in briefgen/data/clauses.yaml.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cache, lru_cache
from typing import Literal

from briefgen.data import load_word_data, load_word_set
from briefgen.evidence.clauses import find_clauses
from briefgen.evidence.mismatch import Mismatch
from briefgen.evidence.numbers import Number, dates_agree, find_numbers

Beginning = Literal["since", "within", ""]
_LAST_WORD = re.compile(r"(?P<word>[A-Za-z]+)(?: (?:the|early|late|mid|about|around))*[ -]*$")


def find_other_beginnings(text: str, evidence: Sequence[str]) -> Iterator[Mismatch]:
    """Find dates since which a sentence says something that the evidence says of them alone, or the reverse.

    `text` is a sentence and `evidence` are sentences, all prepared by `prepare_prose`.
    """
    given = [
        (one, date, _read_beginning(one, date, source=True)[0]) for one in evidence for date in _dates(one)
    ]
    for date in _dates(text):
        own, start = _read_beginning(text, date)
        same = [(one, other, beginning) for one, other, beginning in given if dates_agree(date, other)]
        there = {beginning for _, _, beginning in same} - {""}
        places = [(one, other) for one, other, _ in same]
        if own and there and own not in there:
            (known,) = there
            if own == "since" and _is_state(text, date) and not any(_is_state(*one) for one in places):
                continue  # what began in July has been so since July
            words = f"{_WORDS[known]} {date.words}"
            message = f"the evidence says this {_SAYS[known]} {date.words}"
            yield Mismatch("period", message, start, date.end, text[start : date.end], words)


_STATE = re.compile(
    r"\b(?:is|are|was|were|been|remains?|remained)\b"
    r"(?! (?:\w+e[dn]|set|put|kept|sent|held|made|brought|found)\b)"
)


def _is_state(text: str, date: Number) -> bool:
    """Return whether the clause of a date says how something is, not what happens."""
    clauses = (clause for clause in find_clauses(text) if clause.start <= date.start < clause.end)
    return any(_STATE.search(text, clause.start, clause.end) for clause in clauses)


_WORDS = {"since": "since", "within": "in"}
_SAYS = {"since": "of the time since", "within": "of"}


def _dates(text: str) -> list[Number]:
    return [number for number in find_numbers(text) if number.kind == "date"]


def _read_beginning(text: str, date: Number, source: bool = False) -> tuple[Beginning, int]:
    """Return whether something is said since or within a date, and where the word before it begins.

    "From April" counts as "since April" in a source, if no end follows.
    """
    before = _LAST_WORD.search(text, max(0, date.start - 40), date.start)
    if before is None:
        return "", date.start
    word = before.group("word").lower()
    if word in load_word_set("clauses", "since"):
        return "since", before.start()
    if source and word == "from" and not _END.match(text, date.end):
        return "since", before.start()
    within = word in load_word_set("clauses", "within")
    return ("within" if within else ""), before.start()


_END = re.compile(r"[^,;.]{0,40}?(?:\b(?:to|until|till|through|into)\b|-)")


# -- how often


def find_other_periods(text: str, evidence: Sequence[str]) -> Iterator[Mismatch]:
    """Find figures by the month, say, that the evidence gives by the year."""
    given = [
        (number, str(match.lastgroup))
        for sentence in evidence
        for match, numbers in _find_periods(sentence)
        for number in numbers
    ]
    for match, numbers in _find_periods(text):
        number = min(numbers, key=lambda number: _distance(number, match))
        there = [period for same, period in given if number.is_same(same)]
        if there and match.lastgroup not in there:
            message = f"the evidence gives {number.words} by the {there[0]}, not by the {match.lastgroup}"
            yield Mismatch("period", message, match.start(), match.end(), match.group(), f"a {there[0]}")


@lru_cache(maxsize=8192)
def _find_periods(text: str) -> tuple[tuple[re.Match[str], tuple[Number, ...]], ...]:
    """Return the words that say how often, with the amounts between the same semicolons, if there are any."""
    found = []
    clauses = find_clauses(text)
    for match in _period_pattern().finditer(text):
        parts = {clause.part for clause in clauses if clause.start <= match.start() < clause.end}
        numbers = tuple(
            number
            for clause in clauses
            for number in clause.numbers
            if clause.part in parts and number.kind == "amount"
        )
        if numbers and not _time_pattern().match(text, match.end()):
            found.append((match, numbers))
    return tuple(found)


def _distance(number: Number, match: re.Match[str]) -> int:
    return max(match.start() - number.end, number.start - match.end())


@cache
def _period_pattern() -> re.Pattern[str]:
    periods = load_word_data("clauses")["periods"].items()
    groups = (f"(?P<{name}>{'|'.join(map(re.escape, words))})" for name, words in periods)
    return re.compile(rf"\b(?:{'|'.join(groups)})\b", re.IGNORECASE)


@cache
def _time_pattern() -> re.Pattern[str]:
    words = "|".join(load_word_data("clauses")["periods-of-time"])
    return re.compile(rf" (?:{words})\b")


# -- of what


def find_other_units(text: str, evidence: Sequence[str]) -> Iterator[Mismatch]:
    """Find figures that the evidence gives in another unit only: 41 for 41 percent, a month for a year."""
    given = [number for one in evidence for number in find_numbers(one) if number.kind == "amount"]
    for number in find_numbers(text):
        there = [one for one in given if number.has_same_value(one)]
        if number.kind == "amount" and there and not any(number.is_same(one) for one in there):
            known = next((one for one in there if _could_be_taken_for(number, one)), None)
            if known is not None:
                message = f"{number.words} is {known.words} in the evidence"
                yield Mismatch("unit", message, number.start, number.end, number.words, known.words)


_TIMES = frozenset({"minute", "hour", "day", "week", "month", "year"})
_TELLING = 20
"""Smaller values are too common for a figure without its unit to be the same one."""


def _could_be_taken_for(one: Number, other: Number) -> bool:
    if not one.unit or not other.unit:
        return one.high >= _TELLING
    return (one.unit in _TIMES) == (other.unit in _TIMES)


# -- one or many


_ONE = re.compile(r"\b(?P<verb>[a-z]{4,}) (?:a|an|one|a single) (?P<noun>[a-z]{4,}[^\Ws])\b")
_MANY = re.compile(r"\b(?P<verb>[a-z]{4,}) (?P<noun>[a-z]{4,}[^\Ws])s\b")


def find_other_plurals(text: str, evidence: Sequence[str]) -> Iterator[Mismatch]:
    """Find objects of which a sentence has many and the evidence one, or the reverse: "acquitted brokers"."""
    for ours, theirs, says in (
        (_MANY, _ONE, "one {}, not of several"),
        (_ONE, _MANY, "several {}s, not of one"),
    ):
        there = {match.group("verb", "noun") for sentence in evidence for match in theirs.finditer(sentence)}
        here = {match.group("verb", "noun") for sentence in evidence for match in ours.finditer(sentence)}
        for match in ours.finditer(text):
            if match.group("verb", "noun") in there - here:
                noun = match.group("noun")
                expected = f"a {noun}" if ours is _MANY else f"{noun}s"
                message = f"the evidence speaks of {says.format(noun)}"
                yield Mismatch("plural", message, *match.span(), match.group(), expected, "warning")
