"""Find figures of a sentence that stand beside another date, body or label than in the evidence.

Each figure may be in the evidence, and the sentence be wrong all the same: swapped votes, shares that have
exchanged their years, the right figure of the wrong body. Nothing is guessed: the evidence must give the
figure to another partner.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import combinations, pairwise

from briefgen.evidence.clauses import BodyName, Clause, find_bodies, find_clauses
from briefgen.evidence.mismatch import Mismatch
from briefgen.evidence.numbers import Number, dates_agree

Placed = tuple[Number, Clause]


def find_swapped_pairs(text: str, evidence: Sequence[str], known: Iterable[str] = ()) -> Iterator[Mismatch]:
    """Find figures that go with another date, figure, label or body than in the evidence.

    `text` is a sentence and `evidence` are sentences, all prepared by `prepare_prose`; `known` are names of
    the works that the evidence cites (`collect_source_names`), which may speak for every figure.
    """
    own = list(_place_numbers([text]))
    given = list(_place_numbers(evidence))
    found: set[tuple[int, int]] = set()
    for mismatch in (
        *_find_swapped_dates(own, given),
        *_find_swapped_order(text, evidence),
        *_find_swapped_nouns(own, given),
        *_find_swapped_labels(own, given),
        *_find_swapped_labels(list(_place_dates([text])), list(_place_dates(evidence))),
        *_find_other_bodies(own, given, frozenset(known)),
    ):
        if (mismatch.start, mismatch.end) not in found:
            found.add((mismatch.start, mismatch.end))
            yield mismatch


def _place_numbers(texts: Iterable[str]) -> Iterator[Placed]:
    for text in texts:
        for clause in find_clauses(text):
            for number in clause.numbers:
                yield number, clause


def _place_dates(texts: Iterable[str]) -> Iterator[Placed]:
    for text in texts:
        for clause in find_clauses(text):
            for date in clause.dates:
                yield date, clause


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


def _find_swapped_dates(own: list[Placed], given: list[Placed]) -> Iterator[Mismatch]:
    """Find figures whose date goes with another in the evidence, where they have a date of their own."""
    for number, clause in own:
        dates = _dates_of(number, clause)
        there = [date for other, place in given if number.is_same(other) for date in _dates_of(other, place)]
        if not dates or not there or any(dates_agree(one, other) for one in dates for other in there):
            continue
        for rival, place in given:
            if number.is_same(rival) or not _are_of_one_kind(number, rival):
                continue
            shared = [one for one in dates for other in _dates_of(rival, place) if dates_agree(one, other)]
            if shared:
                message = (
                    f"{number.words} goes with {there[0].words} in the evidence, and {shared[0].words} with "
                    f"{rival.words}"
                )
                yield _mismatch(number, message, rival.words)
                break


def _dates_of(number: Number, clause: Clause) -> list[Number]:
    """Return the dates of a figure: those of its clause, as far as no other figure of its kind is nearer."""
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


def _find_swapped_nouns(own: list[Placed], given: list[Placed]) -> Iterator[Mismatch]:
    """Find two counts that have exchanged the nouns behind them: 42 men and 38 women."""
    for (one, clause), (other, place) in combinations(own, 2):
        nouns = _noun(one, clause), _noun(other, place)
        if one.is_same(other) or not all(nouns) or nouns[0] == nouns[1]:
            continue
        there = [{_noun(same, at) for same, at in given if same.is_same(number)} for number in (one, other)]
        if (
            nouns[1] in there[0]
            and nouns[0] in there[1]
            and nouns[0] not in there[0]
            and nouns[1] not in there[1]
        ):
            yield from _describe_exchange(one, other, nouns[0])


_NOUN = re.compile(r" ([a-z]{3,})")


def _noun(number: Number, clause: Clause) -> str:
    """Return the word behind a plain count; empty if there is none."""
    match = _NOUN.match(clause.text, number.end)
    return match[1] if match and number.kind == "amount" and not number.unit else ""


def _describe_exchange(one: Number, other: Number, label: str) -> Iterator[Mismatch]:
    places = f"{one.words} and {other.words} have changed places"
    message = f"{places}: in the evidence {other.words} goes with {label!r}"
    yield _mismatch(one, message, other.words)
    yield _mismatch(other, message, one.words)


def _find_swapped_labels(own: list[Placed], given: list[Placed]) -> Iterator[Mismatch]:
    """Find two figures of one kind, or two dates, that have exchanged the words beside them."""
    for (one, clause), (other, place) in combinations(own, 2):
        if one.is_same(other) or not _are_of_one_kind(one, other) or clause is place:
            continue
        words, others = _labels(one, given), _labels(other, given)
        only, rest = words - others, others - words
        mine, theirs = _label(one, clause, own), _label(other, place, own)
        if mine & rest and not mine & only and theirs & only and not theirs & rest:
            yield from _describe_exchange(one, other, sorted(mine & rest)[0])


def _labels(number: Number, given: list[Placed]) -> frozenset[str]:
    found = [_label(other, clause, given) for other, clause in given if number.is_same(other)]
    return frozenset().union(*found)


def _label(number: Number, clause: Clause, placed: list[Placed]) -> frozenset[str]:
    """Return the words of a figure's clause, and the nearest figure of another kind before it."""
    earlier = [
        one
        for one, place in placed
        if place.text == clause.text and one.start < number.start and one.unit != number.unit
    ]
    nearest = {f"{earlier[-1]}"} if earlier else set[str]()
    return clause.content | nearest


# -- bodies


def _find_other_bodies(own: list[Placed], given: list[Placed], known: frozenset[str]) -> Iterator[Mismatch]:
    """Find figures that the sentence gives to a body, and the evidence to others only."""
    for number, clause in own:
        if number.kind != "designation" and not number.unit and number.high < _TELLING:
            continue
        bodies = _bodies_of(number, clause)
        places = [_bodies_of(other, place) for other, place in given if number.is_same(other)]
        there = [body for place in places for body in place]
        if not bodies or not there or any(body.is_known(known) for body in bodies):
            continue
        if not any(body.is_same(other) for body in bodies for other in there):
            names = " and ".join(dict.fromkeys(body.words for body in there))
            message = f"the evidence gives {number.words} to {names}, not to {bodies[0].words}"
            body = bodies[0]
            yield Mismatch("pair", message, body.start, body.end, body.words, there[0].words)


_TELLING = 10
"""Smaller counts are too common to tell one statement by."""


def _bodies_of(number: Number, clause: Clause) -> list[BodyName]:
    """Return the bodies before a figure between the same semicolons, or else in its clause.

    A resolution is that of a body named later too: "By resolution 25/25, adopted in March, the Council …".
    """
    part = [other for other in find_clauses(clause.text) if other.part == clause.part]
    bodies = [body for body in find_bodies(clause.text) if part[0].start <= body.start < part[-1].end]
    before = [body for body in bodies if body.start < number.start]
    near = before or [body for body in bodies if body.start < clause.end]
    return near or (bodies if number.kind == "designation" else [])
