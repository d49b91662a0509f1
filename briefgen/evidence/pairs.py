"""Find figures of a sentence that stand beside another date, body or label than in the evidence.

Each figure may be in the evidence, and the sentence be wrong all the same: swapped votes, shares that have
exchanged their years, the right figure of the wrong body. Nothing is guessed: the evidence must give the
figure to another partner.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import combinations, pairwise

from briefgen.evidence.clauses import BodyName, Clause, find_bodies, find_clauses
from briefgen.evidence.mismatch import Mismatch
from briefgen.evidence.numbers import Number, dates_agree

_MOST_FIGURES = 60
"""Figures and dates of a sentence that are compared, each with all others; those behind them are not."""
_NEAR_FIGURES = 8
"""Figures before another one among which its neighbour of another kind is looked for."""


@dataclass(frozen=True, slots=True)
class PlacedNumber:
    """A figure or date with the clause in which it stands."""

    number: Number
    clause: Clause
    label: frozenset[str]
    """The words of its clause; for figures also the nearest figure of another kind before it."""


Placed = tuple[PlacedNumber, ...]


def find_swapped_pairs(text: str, evidence: Sequence[str], known: Iterable[str] = ()) -> Iterator[Mismatch]:
    """Find figures that go with another date, figure, label or body than in the evidence.

    `text` is a sentence and `evidence` are sentences, all prepared by `prepare_prose`; `known` are names of
    the works that the evidence cites (`collect_source_names`), which may speak for every figure.
    """
    own, given = _place_figures(text)[:_MOST_FIGURES], _flatten(map(_place_figures, evidence))
    own_dates, given_dates = _place_dates(text)[:_MOST_FIGURES], _flatten(map(_place_dates, evidence))
    found: set[tuple[int, int]] = set()
    for mismatch in (
        *_find_swapped_dates(own, given),
        *_find_swapped_order(text, evidence),
        *_find_swapped_nouns(own, given),
        *_find_swapped_labels(own, given),
        *_find_swapped_labels(own_dates, given_dates),
        *_find_other_bodies(own, given, frozenset(known)),
    ):
        if (mismatch.start, mismatch.end) not in found:
            found.add((mismatch.start, mismatch.end))
            yield mismatch


def _flatten(found: Iterable[Placed]) -> Placed:
    return tuple(one for placed in found for one in placed)


@lru_cache(maxsize=8192)
def _place_figures(text: str) -> Placed:
    found: list[PlacedNumber] = []
    for clause in find_clauses(text):
        content = clause.content if clause.numbers else frozenset[str]()
        for number in clause.numbers:
            earlier = (one.number for one in reversed(found[-_NEAR_FIGURES:]))
            nearest = next((str(one) for one in earlier if one.unit != number.unit), None)
            found.append(PlacedNumber(number, clause, content | {nearest} if nearest else content))
    return tuple(found)


@lru_cache(maxsize=8192)
def _place_dates(text: str) -> Placed:
    return tuple(
        PlacedNumber(date, clause, clause.content) for clause in find_clauses(text) for date in clause.dates
    )


def _are_of_one_kind(one: Number, other: Number) -> bool:
    """Return whether two numbers could be taken for one another: counts, percentages, resolutions."""
    if one.kind == "designation" or other.kind == "designation":
        return one.kind == other.kind and _series(one) == _series(other)
    return one.unit == other.unit and one.kind == other.kind


def _series(number: Number) -> str:
    return "".join("#" if character.isdigit() else character for character in number.name)


def _mismatch(number: Number, message: str, expected: str) -> Mismatch:
    return Mismatch("pair", message, number.start, number.end, number.words, expected)


# -- dates


def _find_swapped_dates(own: Placed, given: Placed) -> Iterator[Mismatch]:
    """Find figures whose date goes with another in the evidence, where they have a date of their own."""
    for figure in own:
        number, dates = figure.number, _dates_of(figure)
        there = [date for other in given if number.is_same(other.number) for date in _dates_of(other)]
        if not dates or not there or any(dates_agree(one, other) for one in dates for other in there):
            continue
        for other in given:
            rival = other.number
            if number.is_same(rival) or not _are_of_one_kind(number, rival):
                continue
            shared = [one for one in dates for date in _dates_of(other) if dates_agree(one, date)]
            if shared:
                message = (
                    f"{number.words} goes with {there[0].words} in the evidence, and {shared[0].words} with "
                    f"{rival.words}"
                )
                yield _mismatch(number, message, rival.words)
                break


def _dates_of(figure: PlacedNumber) -> list[Number]:
    """Return the dates of a figure: those of its clause, as far as no other figure of its kind is nearer."""
    number, clause = figure.number, figure.clause
    rivals = [one for one in clause.numbers if one is not number and _are_of_one_kind(one, number)]
    after = min((one.start for one in rivals if one.start > number.start), default=clause.end)
    if not rivals:
        return list(clause.dates)
    following = [date for date in clause.dates if number.end <= date.start < after]
    if following or any(one.end < number.start for one in rivals):
        return following
    return [date for date in clause.dates if date.start < number.start]


# -- votes and other figures in an order


def _find_swapped_order(text: str, evidence: Sequence[str]) -> Iterator[Mismatch]:
    """Find two figures of one kind in the order that the evidence does not have: 37 votes to 335."""
    there = [pair for sentence in evidence for pair in _find_ordered(sentence)]
    for first, second, joint in _find_ordered(text):
        held = any(first.is_same(one) and second.is_same(other) for one, other, _ in there)
        turned = [
            (one, other)
            for one, other, same in there
            if joint == same and first.is_same(other) and second.is_same(one)
        ]
        if turned and not held:
            one, other = turned[0]
            message = f"the evidence has {one.words} before {other.words}, not after it"
            yield _mismatch(first, message, one.words)


def _find_ordered(text: str) -> Iterator[tuple[Number, Number, str]]:
    """Yield the pairs of figures that "to" or "against" joins, with that word."""
    numbers = [number for clause in find_clauses(text) for number in clause.numbers]
    for first, second in pairwise(numbers):
        between = text[first.end : second.start].split()
        joint = next((word for word in between if word in ("to", "against")), "")
        if (
            joint
            and len(between) <= 4
            and not first.is_same(second)
            and first.kind == second.kind == "amount"
        ):
            yield first, second, joint


# -- nouns and other labels


def _find_swapped_nouns(own: Placed, given: Placed) -> Iterator[Mismatch]:
    """Find two counts that have exchanged the nouns behind them: 42 men and 38 women."""
    for one, other in combinations(_both_known(own, given), 2):
        nouns = _noun(one), _noun(other)
        if one.number.is_same(other.number) or not all(nouns) or nouns[0] == nouns[1]:
            continue
        first, second = ({_noun(same) for same in _same(figure, given)} for figure in (one, other))
        if nouns[1] in first - second and nouns[0] in second - first:
            yield from _describe_exchange(one.number, other.number, nouns[0])


def _both_known(own: Placed, given: Placed) -> list[PlacedNumber]:
    return [one for one in own if any(True for _ in _same(one, given))]


def _same(figure: PlacedNumber, given: Placed) -> Iterator[PlacedNumber]:
    return (other for other in given if figure.number.is_same(other.number))


_NOUN = re.compile(r" ([a-z]{3,})")


def _noun(figure: PlacedNumber) -> str:
    """Return the word behind a plain count; empty if there is none."""
    number = figure.number
    match = _NOUN.match(figure.clause.text, number.end)
    return match[1] if match and number.kind == "amount" and not number.unit else ""


def _describe_exchange(one: Number, other: Number, label: str) -> Iterator[Mismatch]:
    places = f"{one.words} and {other.words} have changed places"
    message = f"{places}: in the evidence {other.words} goes with {label!r}"
    yield _mismatch(one, message, other.words)
    yield _mismatch(other, message, one.words)


def _find_swapped_labels(own: Placed, given: Placed) -> Iterator[Mismatch]:
    """Find two figures of one kind, or two dates, that have exchanged the words beside them."""
    known = [(one, _labels(one, given)) for one in _both_known(own, given)]
    for (one, words), (other, others) in combinations(known, 2):
        if (
            one.clause is other.clause
            or one.number.is_same(other.number)
            or not _are_of_one_kind(one.number, other.number)
        ):
            continue
        only, rest = words - others, others - words
        mine, theirs = one.label, other.label
        if mine & rest and not mine & only and theirs & only and not theirs & rest:
            yield from _describe_exchange(one.number, other.number, sorted(mine & rest)[0])


def _labels(figure: PlacedNumber, given: Placed) -> frozenset[str]:
    return frozenset().union(*(other.label for other in _same(figure, given)))


# -- bodies


def _find_other_bodies(own: Placed, given: Placed, known: frozenset[str]) -> Iterator[Mismatch]:
    """Find figures that the sentence gives to a body, and the evidence to others only."""
    for figure in own:
        number = figure.number
        if number.kind != "designation" and not number.unit and number.high < _TELLING:
            continue
        bodies = _bodies_of(figure)
        there = [body for other in _same(figure, given) for body in _bodies_of(other)]
        if not bodies or not there or any(body.is_known(known) for body in bodies):
            continue
        if not any(body.is_same(other) for body in bodies for other in there):
            names = " and ".join(dict.fromkeys(body.words for body in there))
            message = f"the evidence gives {number.words} to {names}, not to {bodies[0].words}"
            body = bodies[0]
            yield Mismatch("pair", message, body.start, body.end, body.words, there[0].words)


_TELLING = 10
"""Smaller counts are too common to tell one statement by."""


def _bodies_of(figure: PlacedNumber) -> list[BodyName]:
    """Return the bodies before a figure between the same semicolons, or else in its clause.

    A resolution is that of a body named later too: "By resolution 25/25, adopted in March, the Council …".
    """
    number, clause = figure.number, figure.clause
    part = [other for other in find_clauses(clause.text) if other.part == clause.part]
    bodies = [body for body in find_bodies(clause.text) if part[0].start <= body.start < part[-1].end]
    before = [body for body in bodies if body.start < number.start]
    near = before or [body for body in bodies if body.start < clause.end]
    return near or (bodies if number.kind == "designation" else [])
