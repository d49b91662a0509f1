"""Finds words that weaken a claim, give it to somebody, or turn it round.

The lists are briefgen/data/hedges.yaml; what follows from them is for the checks to say.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Literal

from briefgen.data import word_data

Scope = Literal["number", "estimate", "sentence", "attribution"]


@dataclass(frozen=True, slots=True)
class HedgeClass:
    """Words that do one thing to a claim."""

    name: str
    scope: Scope
    words: re.Pattern[str]
    """What counts in a source."""
    keeps: re.Pattern[str]
    """What keeps it in our wording: the words themselves and others that do the same or more."""
    why: str
    """What is lost when it goes."""


def _compiled(phrases: Iterable[str]) -> re.Pattern[str]:
    """One pattern for phrases; `*` stands for any ending, a first letter also counts as a capital."""
    alternatives = []
    for phrase in sorted(set(phrases), key=len, reverse=True):
        escaped = re.escape(phrase).replace(r"\*", r"\w*").replace(r"\ ", " ")
        begin = r"(?<!\w)" if phrase[0].isalnum() else ""
        end = r"(?!\w)" if phrase[-1].isalnum() else ""
        first = phrase[0]
        if first.islower() and phrase not in ("may", "might"):
            escaped = f"[{first}{first.upper()}]{escaped[1:]}"
        alternatives.append(f"{begin}{escaped}{end}")
    return re.compile("|".join(alternatives))


def _class(name: str, scope: Scope, entry: Mapping[str, Any]) -> HedgeClass:
    counted = [str(word) for word in entry["words"]]
    keeping = counted + [str(word) for word in entry["kept-by"]]
    return HedgeClass(name, scope, _compiled(counted), _compiled(keeping), str(entry["why"]))


@cache
def number_hedges() -> tuple[HedgeClass, ...]:
    """Classes bound to the number that they stand beside."""
    return tuple(_class(name, "number", entry) for name, entry in word_data("hedges")["numbers"].items())


@cache
def estimate_hedges() -> tuple[HedgeClass, ...]:
    """Classes that bear on all numbers of their sentence."""
    return tuple(_class(name, "estimate", entry) for name, entry in word_data("hedges")["estimates"].items())


@cache
def sentence_hedges() -> tuple[HedgeClass, ...]:
    """Classes that bear on whatever their sentence says."""
    return tuple(_class(name, "sentence", entry) for name, entry in word_data("hedges")["sentences"].items())


@cache
def attribution() -> HedgeClass:
    """Words that give a claim to somebody."""
    return _class("attribution", "attribution", word_data("hedges")["attribution"])


@cache
def limits() -> frozenset[str]:
    """Names of the number-bound classes that our wording may not add."""
    return frozenset(word_data("hedges")["limits"])


@cache
def _negations() -> re.Pattern[str]:
    return _compiled(str(word) for word in word_data("hedges")["negations"])


def is_negation(word: str) -> bool:
    """Whether a single word turns a claim round."""
    return bool(_negations().search(word)) or word.lower().endswith("n't")


def is_hedge(word: str) -> bool:
    """Whether a single word weakens a claim or gives it to somebody."""
    classes = (*number_hedges(), *estimate_hedges(), *sentence_hedges(), attribution())
    return any(hedge.words.search(word) for hedge in classes)


@cache
def _between() -> re.Pattern[str]:
    words = "|".join(re.escape(str(word)) for word in word_data("hedges")["between"])
    return re.compile(rf"(?:^|[\s(])(?:{words}|US\$|[$£€])$", re.IGNORECASE)


@cache
def _ends_with(pattern: re.Pattern[str]) -> re.Pattern[str]:
    return re.compile(rf"(?:{pattern.pattern})$")


def bound_to(text: str, start: int, end: int, keeping: bool = False) -> dict[str, str]:
    """The number-bound classes at the number in `text[start:end]`, with the words found.

    `keeping` looks for everything that would keep a class, as our wording may; without it, for what counts in
    a source.
    """
    before = text[max(0, start - 80) : start].rstrip()
    found: dict[str, str] = {}
    while before:
        hit = False
        for hedge in number_hedges():
            match = _ends_with(hedge.keeps if keeping else hedge.words).search(before)
            if match:
                found[hedge.name] = match.group()
                hit = True
        if not hit:
            if not _between().search(before):
                break
            before = before.rsplit(None, 1)[0] if " " in before else ""
            continue
        longest = max((word for word in found.values() if before.endswith(word)), key=len)
        before = before[: -len(longest)].rstrip()
    behind = re.match(r"[\w%]*(?: \w+)?,? or (?:more|so|fewer|less)\b(?! than)", text[end : end + 40])
    if behind:
        tail = "or " + behind.group().rsplit(" ", 1)[1]
        for hedge in number_hedges():
            if (hedge.keeps if keeping else hedge.words).search(tail):
                found[hedge.name] = tail
    return found
