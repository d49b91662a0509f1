"""Find the statements that a sentence may repeat, by the exact tokens and the words that both have.

What is found here is only a candidate: nothing follows from its rank.
"""

from __future__ import annotations

import heapq
import math
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from briefgen.audit.grounds import Ground
from briefgen.audit.tokens import Claim, content_words, find_claims, find_quotation_claims, fold_text
from briefgen.evidence.normalize import find_sentences, normalize_text
from briefgen.evidence.numbers import Number, find_numbers
from briefgen.evidence.statements import Statement
from briefgen.library.loader import Library
from briefgen.model.snippet import Snippet

Token = tuple[object, ...]
_COMMON_SHARE = 0.2
"""Tokens that more statements than this share say too little to find one by."""
_FEW = 40
"""In a small library, tokens of so many statements still count."""
_SHINGLE = 3
_CANDIDATES = 12


@dataclass(frozen=True, slots=True)
class Candidate:
    """A statement that shares tokens with a sentence."""

    ground: Ground
    score: float
    shared_words: frozenset[str]
    word_share: float
    """How much of what the sentence is about the statement is about too, from 0 to 1, by rarity of words."""
    shared_figures: int
    """How many figures, full dates, designations and runs of quoted words they share."""
    words: int
    """How many words the sentence is about."""
    shares_date: bool
    """Whether they share a year, or a month of one."""


@dataclass
class AuditIndex:
    """The statements of a library by their tokens, and its approved wordings by their text."""

    library: Library
    grounds: list[Ground] = field(default_factory=list)
    approved: dict[str, list[tuple[Ground, str, str]]] = field(default_factory=lambda: defaultdict(list))
    """By the folded text of a sentence: the statement, the name of its wording, and the whole wording."""
    _exact: list[frozenset[Token]] = field(default_factory=list)
    _last: tuple[tuple[str, str], list[Candidate]] = (("", ""), [])
    """The sentence looked up last, with its candidates: several steps ask for them."""
    _postings: dict[Token, list[int]] = field(default_factory=lambda: defaultdict(list))

    @classmethod
    def build(cls, library: Library) -> AuditIndex:
        """Index all verified statements of a library."""
        index = cls(library)
        statements: Iterable[Statement] = (*library.snippets.values(), *library.caveats.values())
        for statement in statements:
            if statement.review.status == "verified":
                index._add(Ground(statement, library))
                for row, datum in enumerate(statement.data if isinstance(statement, Snippet) else ()):
                    if not datum.status:  # what a figure marks as contested or superseded bears nothing
                        index._add(Ground(statement, library, row))
        return index

    def _add(self, ground: Ground) -> None:
        number = len(self.grounds)
        self.grounds.append(ground)
        for name, text in ground.forms:
            self.approved[fold_text(text)].append((ground, name, text))
            normal = normalize_text(text).text
            spans = find_sentences(normal)
            for start, end in spans if len(spans) > 1 else ():
                self.approved[fold_text(normal[start:end])].append((ground, name, text))
        tokens = set(_statement_tokens(ground))
        self._exact.append(frozenset(t for t in tokens if t[0] in (*_EXACT, *_DATES)))
        for token in tokens:
            self._postings[token].append(number)

    def has_number(self, number: Number) -> bool:
        """Return whether any statement has a figure or date."""
        tokens = list(_number_tokens(number))
        return any(token in self._postings for token in tokens[-1:])

    def weigh(self, token: Token) -> float:
        """Return how much it says that a sentence has this token: the rarer, the more."""
        holding = len(self._postings.get(token, ()))
        return math.log(1 + (len(self.grounds) + 1) / (holding + 1)) * _TYPE_WEIGHTS.get(str(token[0]), 1.0)

    def find_candidates(self, prose: str, context: str = "") -> list[Candidate]:
        """Return the statements that share most with a prepared sentence, best first.

        `context` is a text whose words count too, but not its figures: the sentence before.
        """
        if self._last[0] == (prose, context):
            return self._last[1]
        words = content_words(prose) | content_words(context)
        exact = set(_claim_tokens(find_claims(prose)))
        scores: dict[int, float] = defaultdict(float)
        limit = max(_FEW, _COMMON_SHARE * len(self.grounds))
        for token in (*exact, *(("w", word) for word in words)):
            holding = self._postings.get(token, ())
            if len(holding) <= limit:
                weight = self.weigh(token)
                for number in holding:
                    scores[number] += weight
        best = heapq.nsmallest(_CANDIDATES, scores.items(), key=lambda item: (-item[1], item[0]))
        total = sum(self.weigh(("w", word)) for word in words) or 1.0
        found = [self._describe(number, score, words, exact, total) for number, score in best]
        self._last = (prose, context), found
        return found

    def _describe(
        self, number: int, score: float, words: frozenset[str], exact: set[Token], total: float
    ) -> Candidate:
        ground = self.grounds[number]
        shared = words & ground.words
        share = sum(self.weigh(("w", word)) for word in shared) / total
        common = exact & self._exact[number]
        figures = sum(token[0] not in _DATES for token in common)
        return Candidate(ground, score, shared, share, figures, len(words), len(common) > figures)


_EXACT = frozenset({"n", "g", "q", "day"})
_DATES = frozenset({"month", "year"})
_TYPE_WEIGHTS = {"n": 3.0, "g": 3.0, "day": 3.0, "q": 2.0, "month": 2.0, "v": 1.0, "year": 1.0, "w": 1.0}


def _statement_tokens(ground: Ground) -> Iterator[Token]:
    for text in (*ground.wordings, *ground.evidence_texts):
        for number in find_numbers(text):
            yield from _number_tokens(number)
        for claim in find_quotation_claims(text):
            yield from _shingles(claim.words)
    for item in ground.statement.evidence:
        yield from _shingles(item.quote or "")
    for word in ground.words:
        yield "w", word


def _claim_tokens(claims: Iterable[Claim]) -> Iterator[Token]:
    for claim in claims:
        if claim.number is not None:
            yield from _number_tokens(claim.number)
        elif claim.kind == "quotation":
            yield from _shingles(claim.words)


def _number_tokens(number: Number) -> Iterator[Token]:
    if number.kind == "designation":
        yield "g", number.name
    elif number.kind in ("date", "decade"):
        year, month, day = number.date
        if year is not None:
            yield "year", year
        if month is not None:
            yield "month", year, month
            if day is not None:
                yield "day", year, month, day
    else:
        yield "v", number.low, number.high
        if number.unit or number.high > _SMALL or number.is_range:
            yield "n", number.low, number.high, number.unit
            if number.is_range:
                yield "n", number.low, number.low, number.unit
                yield "n", number.high, number.high, number.unit


_SMALL = 12


def _shingles(words: str) -> Iterator[Token]:
    """Yield each run of three words of a quotation, which finds its source although a word differs."""
    folded = re.findall(r"\w+", normalize_text(words).text.lower())
    for start in range(len(folded) - _SHINGLE + 1):
        yield "q", *folded[start : start + _SHINGLE]
