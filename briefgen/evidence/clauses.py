"""Divide a sentence into clauses, with the numbers, dates, words and bodies of each.

A number belongs to what stands in its clause. The word lists are in briefgen/data/clauses.yaml.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache, lru_cache

from briefgen.data import load_word_data, load_word_set
from briefgen.evidence.names import contains_name
from briefgen.evidence.numbers import Number, blank_out, find_numbers

_WORD = re.compile(r"[^\W\d_]+(?:'[^\W\d_]+)?")
_DATES = ("date", "decade")


@dataclass(frozen=True, slots=True)
class Clause:
    """A part of a sentence that says one thing."""

    text: str
    """The whole sentence."""
    start: int
    end: int
    """The clause's span in it."""
    numbers: tuple[Number, ...]
    """Amounts and designations; their spans are in the sentence."""
    dates: tuple[Number, ...]
    part: int
    """Clauses between the same semicolons have the same number, from 0."""

    @property
    def content(self) -> frozenset[str]:
        """The words that say something by themselves, in lower case, without numbers."""
        text = self.text[self.start : self.end]
        for number in (*self.numbers, *self.dates):
            text = blank_out(text, number.start - self.start, number.end - self.start)
        words = {word.lower().removesuffix("'s") for word in _WORD.findall(text)}
        return frozenset(words - load_word_set("hedges", "connecting"))


@cache
def _break_pattern() -> re.Pattern[str]:
    words = "|".join(re.escape(word) for word in load_word_data("clauses")["breaks"])
    return re.compile(rf"(?P<part>[;.?!](?= |$))|[,():]|(?<=\s)[-–—]+(?=\s)|—|\b(?:{words})\b", re.IGNORECASE)


@lru_cache(maxsize=8192)
def find_clauses(text: str) -> tuple[Clause, ...]:
    """Return the clauses of a sentence prepared for the number parser (`prepare_prose`), in order."""
    numbers = find_numbers(text)
    masked = text
    for number in numbers:
        masked = blank_out(masked, number.start, number.end)
    spans: list[tuple[int, int, int]] = []
    start = part = 0
    for match in _break_pattern().finditer(masked):
        spans.append((start, match.start(), part))
        start, part = match.end(), part + (match.group("part") is not None)
    spans.append((start, len(text), part))
    clauses = [
        Clause(
            text,
            first,
            last,
            tuple(one for one in numbers if first <= one.start < last and one.kind not in _DATES),
            tuple(one for one in numbers if first <= one.start < last and one.kind in _DATES),
            number,
        )
        for first, last, number in spans
        if text[first:last].strip()
    ]
    return tuple(_join_openings(clauses))


def _join_openings(clauses: list[Clause]) -> Iterator[Clause]:
    """Join each short opening with the clause that it opens."""
    opening: Clause | None = None
    for clause in clauses:
        if opening is not None and opening.part == clause.part:
            clause = Clause(
                clause.text,
                opening.start,
                clause.end,
                opening.numbers + clause.numbers,
                opening.dates + clause.dates,
                clause.part,
            )
        elif opening is not None:
            yield opening
        opening = clause if _is_opening(clause) else None
        if opening is None:
            yield clause
    if opening is not None:
        yield opening


def _is_opening(clause: Clause) -> bool:
    first = _WORD.search(clause.text, clause.start, clause.end)
    amounts = [number for number in clause.numbers if number.kind != "designation"]
    return (
        first is not None
        and not clause.text[clause.start : first.start()].strip()
        and first.group().lower() in load_word_set("clauses", "openings")
        and len(clause.content) < 3
        and not (amounts and clause.dates)
    )


# -- bodies


@dataclass(frozen=True, slots=True)
class BodyName:
    """A person or body that is named in a text."""

    words: str
    start: int
    end: int

    def is_same(self, other: BodyName) -> bool:
        """Return whether two names can be those of one body: one shortens the other, or is its initials."""
        own, others = _fold_body(self.words), _fold_body(other.words)
        if own & others and (own <= others or others <= own):
            return True
        return bool(_initials(self.words) & others or _initials(other.words) & own)

    def is_known(self, names: Iterable[str]) -> bool:
        """Return whether it is among names that identify works (`collect_source_names`)."""
        return contains_name(self.words, names)


_CAPITALIZED = r"[A-Z][\w&-]*(?:'s)?"
_NAME = re.compile(rf"\b{_CAPITALIZED}(?: (?:(?:of|for|on|with)(?: the)? )?{_CAPITALIZED})*")
_SMALL_WORDS = frozenset({"of", "for", "on", "with", "the", "and", "un", "us", "united", "nations"})


@cache
def _small_body_pattern() -> re.Pattern[str]:
    nouns = "|".join(load_word_data("clauses")["small-bodies"])
    return re.compile(
        rf"\b(?:UN|United Nations|{_CAPITALIZED}) (?:[a-z]+ ){{0,2}}(?:{nouns})\b|\bcommission of inquiry\b"
    )


@lru_cache(maxsize=8192)
def find_bodies(text: str) -> tuple[BodyName, ...]:
    """Find the persons and bodies that a text names as those who say or do something, in order."""
    masked = text
    for number in find_numbers(text):
        masked = blank_out(masked, number.start, number.end)
    found = []
    for pattern in (_small_body_pattern(), _NAME):
        for match in pattern.finditer(masked):
            name = _trim_name(match.group())
            start = match.end() - len(name)
            if _fold_body(name) and (pattern is not _NAME or _is_body(name, masked, start, match.end())):
                found.append(BodyName(text[start : match.end()], start, match.end()))
                masked = blank_out(masked, *match.span())
    return tuple(sorted(found, key=lambda name: name.start))


def _trim_name(name: str) -> str:
    """Return a name without a word that only begins a sentence, and without the country whose body it is."""
    while name.split(" ")[0] in load_word_set("sentences", "beginnings") | {"According"}:
        name = name.partition(" ")[2]
    rest = name.partition(" ")[2]
    if re.match(r"(?:UN|US|U\.N\.|U\.S\.|United)\b", rest):  # "Reviewing UN reports"
        name = rest
    return name.rpartition("'s ")[2]


def _is_body(name: str, text: str, start: int, end: int) -> bool:
    words = [word.removesuffix("'s") for word in name.split()]
    if load_word_set("clauses", "instruments") & set(words) or _is_state_or_people(name):
        return False
    nouns = load_word_set("clauses", "bodies") | load_word_set("references", "nouns")
    if nouns & set(words) or any(re.fullmatch(r"[A-Z]{3,}", word) for word in words):
        return True
    before = text[max(0, start - 20) : start]
    return _verb_pattern().match(text, end) is not None or _SPEAKER.search(before) is not None


@cache
def _verb_pattern() -> re.Pattern[str]:
    verbs = "|".join(load_word_data("clauses")["attributing"])
    return re.compile(rf",?(?: [a-z]+)?,? (?:{verbs})\b")


_SPEAKER = re.compile(r"\b(?:[Aa]ccording to|by) (?:the )?$")


def _is_state_or_people(name: str) -> bool:
    """Return whether a name is that of a state or, with another ending, of its people: North Koreans."""
    return _state_pattern().fullmatch(name.removesuffix("'s")) is not None


@cache
def _state_pattern() -> re.Pattern[str]:
    from babel import Locale

    names = {*Locale("en").territories.values(), *load_word_set("clauses", "states")}
    return re.compile(f"(?:{'|'.join(map(re.escape, sorted(names)))})[a-z]{{0,3}}")


def _fold_body(name: str) -> frozenset[str]:
    words = [word.removesuffix("'s").lower() for word in re.findall(r"[\w&'-]+", name)]
    plain = " ".join(word for word in words if word not in ("the", "un", "united", "nations")).strip()
    aliases = load_word_data("clauses")["aliases"]
    return frozenset(str(aliases.get(plain, plain)).split()) - _SMALL_WORDS


def _initials(name: str) -> frozenset[str]:
    words = re.findall(r"[\w&]+", name)
    long = [word for word in words if word.lower() not in _SMALL_WORDS]
    both = ("".join(word[0] for word in kept).lower() for kept in (words, long))
    return frozenset(initials for initials in both if len(initials) >= 3)
