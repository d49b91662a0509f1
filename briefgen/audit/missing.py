"""Describe a claim that the evidence of the nearest statement has not: what it has in its place."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from briefgen.audit.compare import SentenceView, relevant_parts
from briefgen.audit.findings import Difference, DifferenceKind
from briefgen.audit.grounds import Ground
from briefgen.audit.tokens import Claim, find_claims, join_words
from briefgen.evidence.numbers import Number, find_numbers
from briefgen.evidence.quotes import find_nearest_passage

_KINDS = {
    "number": DifferenceKind.NUMBER,
    "date": DifferenceKind.DATE,
    "designation": DifferenceKind.DESIGNATION,
    "quotation": DifferenceKind.QUOTATION,
    "speaker": DifferenceKind.ATTRIBUTION,
}


def describe_missing_claim(view: SentenceView, claim: Claim, grounds: Sequence[Ground]) -> Difference:
    """Return the difference of a claim that none of the statements bears out."""
    span = (claim.start, claim.end)
    if claim.number is not None:
        return _describe_number(view, claim, claim.number, grounds)
    if claim.kind == "quotation":
        expected = _find_nearest_quotation(claim.words, grounds)
        message = f"“{claim.words}” is in quotation marks, and no source of the statement has these words"
        return view.difference(DifferenceKind.QUOTATION, message, span, expected)
    names = [
        one.words
        for ground in grounds
        for text in ground.wordings[:1]
        for one in find_claims(text)
        if one.kind == "speaker"
    ]
    message = f"the statement does not name {claim.words}"
    return view.difference(DifferenceKind.ATTRIBUTION, message, span, join_words(names))


def _describe_number(
    view: SentenceView, claim: Claim, number: Number, grounds: Sequence[Ground]
) -> Difference:
    span = (claim.start, claim.end)
    others = list(find_counterparts(view, number, grounds))
    same_value = [
        one.number
        for ground in grounds
        for one in ground.passage_numbers
        if number.has_same_value(one.number)
    ]
    if claim.kind == "number" and same_value and number.kind in ("amount", "vague"):
        known = same_value[0]
        message = f"{claim.words!r} is {number} here, and {known} in the evidence ({known.words!r})"
        return view.difference(DifferenceKind.UNIT, message, span, known.words)
    listed = join_words(one.words for one in others[:3])
    message = (
        f"the evidence has {listed}, not {claim.words}" if listed else f"the evidence has no {claim.words}"
    )
    return view.difference(_KINDS[claim.kind], message, span, others[0].words if others else "")


def find_counterparts(view: SentenceView, number: Number, grounds: Sequence[Ground]) -> Iterable[Number]:
    """Yield the numbers of the statements that the sentence has not, of one kind and unit with a number."""
    own = find_numbers(view.prose)
    seen: set[str] = set()
    for ground in grounds:
        parts = [part for wording in ground.wordings for part in relevant_parts(wording, view)]
        for text in (*parts, *ground.wordings, *ground.evidence_texts):
            for other in find_numbers(text):
                if other.words in seen or not _is_of_kind(number, other):
                    continue
                seen.add(other.words)
                if not any(other.is_same(one) for one in own):
                    yield other


def _is_of_kind(one: Number, other: Number) -> bool:
    if one.kind == "designation" or other.kind == "designation":
        return one.kind == other.kind
    if one.kind != other.kind and not {one.kind, other.kind} <= {"amount", "vague"}:
        return False
    return one.unit == other.unit


def _find_nearest_quotation(words: str, grounds: Sequence[Ground]) -> str:
    paragraphs = [
        passage.paragraph
        for ground in grounds
        for passage in ground.support.passages
        if passage.paragraph is not None
    ]
    quoted = [
        one.words
        for ground in grounds
        for text in ground.wordings
        for one in find_claims(text)
        if one.kind == "quotation"
    ]
    if quoted:
        return quoted[0]
    nearest = find_nearest_passage(paragraphs, words) if paragraphs else None
    return nearest.passage if nearest else ""
