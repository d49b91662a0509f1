"""Find hedges, attributions and negations: words that weaken a claim, attribute it, or reverse it.

The word lists are in briefgen/data/hedges.yaml; what follows from a match is up to the checks.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Literal

from briefgen.data import load_word_data

HedgeScope = Literal["number", "estimate", "sentence", "attribution"]


@dataclass(frozen=True, slots=True)
class HedgeClass:
    """Words that all affect a claim in the same way."""

    name: str
    scope: HedgeScope
    words: re.Pattern[str]
    """The words that count as this hedge in a source."""
    kept_by: re.Pattern[str]
    """The words that preserve it in a wording: the same ones, and others with at least the same effect."""
    why: str
    """What is lost if the hedge is dropped."""


def _compile_phrases(phrases: Iterable[str]) -> re.Pattern[str]:
    """Compile phrases into one pattern; `*` stands for any ending, and the first letter may be a capital."""
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


def _build_hedge_class(name: str, scope: HedgeScope, entry: Mapping[str, Any]) -> HedgeClass:
    counted = [str(word) for word in entry["words"]]
    keeping = counted + [str(word) for word in entry["kept-by"]]
    return HedgeClass(name, scope, _compile_phrases(counted), _compile_phrases(keeping), str(entry["why"]))


@cache
def number_hedges() -> tuple[HedgeClass, ...]:
    """Return the hedges that apply to the number next to them."""
    return tuple(
        _build_hedge_class(name, "number", entry)
        for name, entry in load_word_data("hedges")["numbers"].items()
    )


@cache
def estimate_hedges() -> tuple[HedgeClass, ...]:
    """Return the hedges that apply to all numbers of their sentence."""
    return tuple(
        _build_hedge_class(name, "estimate", entry)
        for name, entry in load_word_data("hedges")["estimates"].items()
    )


@cache
def sentence_hedges() -> tuple[HedgeClass, ...]:
    """Return the hedges that apply to everything in their sentence."""
    return tuple(
        _build_hedge_class(name, "sentence", entry)
        for name, entry in load_word_data("hedges")["sentences"].items()
    )


@cache
def attribution_class() -> HedgeClass:
    """Return the words that attribute a claim to somebody."""
    return _build_hedge_class("attribution", "attribution", load_word_data("hedges")["attribution"])


@cache
def limiting_hedges() -> frozenset[str]:
    """Return the names of the number hedges that a wording may not add."""
    return frozenset(load_word_data("hedges")["limits"])


@cache
def _negation_pattern() -> re.Pattern[str]:
    return _compile_phrases(str(word) for word in load_word_data("hedges")["negations"])


def is_negation(word: str) -> bool:
    """Return whether a single word reverses a claim."""
    return bool(_negation_pattern().search(word)) or word.lower().endswith("n't")


def is_possibility(word: str) -> bool:
    """Return whether a single word says that something may be so."""
    return any(hedge.name == "possibility" and hedge.words.search(word) for hedge in sentence_hedges())


def is_hedge(word: str) -> bool:
    """Return whether a single word weakens a claim or attributes it to somebody."""
    classes = (*number_hedges(), *estimate_hedges(), *sentence_hedges(), attribution_class())
    return any(hedge.words.search(word) for hedge in classes)


_LONGEST_OMISSION = 12
"""Words that a quotation may leave out at one place, even if none of them changes its meaning."""


@cache
def _verb_pattern() -> re.Pattern[str]:
    return _compile_phrases(str(word) for word in load_word_data("hedges")["verbs"])


def carries_meaning(words: str) -> bool:
    """Return whether a quotation that leaves out these words can mean something else than its source.

    So it is with negations, hedges, verbs, the end of a sentence, and with many words.
    """
    parts = words.split()
    return (
        len(parts) > _LONGEST_OMISSION
        or re.search(r"[.!?]", words) is not None
        or _verb_pattern().search(words) is not None
        or any(is_negation(part) or is_hedge(part) for part in parts)
    )


@cache
def _filler_pattern() -> re.Pattern[str]:
    words = "|".join(re.escape(str(word)) for word in load_word_data("hedges")["between"])
    return re.compile(rf"(?:^|[\s(])(?:{words}|US\$|[$£€])$", re.IGNORECASE)


@cache
def _anchor_at_end(pattern: re.Pattern[str]) -> re.Pattern[str]:
    return re.compile(rf"(?:{pattern.pattern})$")


def find_number_hedges(text: str, start: int, end: int, include_kept_by: bool = False) -> dict[str, str]:
    """Find the hedges of the number in `text[start:end]`, by name, with the words found.

    With `include_kept_by`, everything that preserves a hedge counts, as in a wording; otherwise only what
    counts in a source.
    """
    before = text[max(0, start - 80) : start].rstrip()
    found: dict[str, str] = {}
    while before:
        here: dict[str, str] = {}
        for hedge in number_hedges():
            match = _anchor_at_end(hedge.kept_by if include_kept_by else hedge.words).search(before)
            if match:
                here[hedge.name] = match.group()
        longest = max(here.values(), key=len, default="")
        # "no fewer than" does not say "fewer than".
        found.update({name: words for name, words in here.items() if words == longest})
        if not here:
            if not _filler_pattern().search(before):
                break
            before = before.rsplit(None, 1)[0] if " " in before else ""
            continue
        before = before[: -len(longest)].rstrip()
    following = re.match(r"[\w%]*(?: \w+)?,? or (?:more|so|fewer|less)\b(?! than)", text[end : end + 40])
    if following:
        tail = "or " + following.group().rsplit(" ", 1)[1]
        for hedge in number_hedges():
            if (hedge.kept_by if include_kept_by else hedge.words).search(tail):
                found[hedge.name] = tail
    return found
