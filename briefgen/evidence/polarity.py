"""Find words of a passage that a wording repeats with the opposite meaning: with a "not" more or less.

Only words that both have in the same order are compared, so nothing is guessed. Whether a paraphrase
reverses its source is for a reviewer to judge.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from briefgen.data import load_word_set
from briefgen.errors import Problem
from briefgen.evidence.hedges import is_negation
from briefgen.evidence.passages import SupportingEvidence, split_sentences
from briefgen.evidence.wording_checks import PrintedWording

_NEGATORS = frozenset({"not", "no", "never", "neither", "nor", "without", "hardly", "scarcely", "barely"})
_CONTRACTED = re.compile(r"\b(can)not\b|\b(ca)n't\b|\b(wo)n't\b|n't\b", re.IGNORECASE)
_WORD = re.compile(r"[^\W_]+(?:'[^\W_]+)?")
_RUN = 3
"""Words after a negation that are its claim, if the wording repeats them all."""

Words = tuple[str, ...]


def check_polarity(wording: PrintedWording, support: SupportingEvidence) -> Iterator[Problem]:
    """Check that the wording repeats no words of a passage without their negation, nor with one added."""
    source = [_split_words(sentence) for passage in support.passages for sentence in passage.sentences()]
    own = [_split_words(sentence) for sentence in split_sentences(wording.text)]
    for message in (
        *_describe_reversals(
            source, own, "{0!r} stands before these words in the passage, not in the wording"
        ),
        *_describe_reversals(
            own, source, "{0!r} stands before these words in the wording, not in the passage"
        ),
    ):
        hint = "say what the passage says, or quote its words"
        yield Problem(
            "polarity-differs",
            message,
            wording.place,
            hint,
            wording=wording.text,
            passage=support.display_text(),
        )
        return  # one cause often shows in several runs of words


def _describe_reversals(negated: list[Words], plain: list[Words], message: str) -> Iterator[str]:
    """Describe each run of words that is negated in one text, and in the other only without a negation."""
    for sentence in negated:
        for index, word in enumerate(sentence):
            if word not in _NEGATORS:
                continue
            for run in _find_claims(sentence, index):
                holding = [other for other in plain if _contains(other, run)]
                if holding and not any(is_negation(word) for other in holding for word in other):
                    elsewhere = [
                        other for other in negated if other is not sentence and _contains(other, run)
                    ]
                    if not elsewhere:
                        yield f"{' '.join(run)!r}: {message.format(word)}"


def _find_claims(sentence: Words, index: int) -> Iterator[Words]:
    """Yield the words around a negation as they would read without it, and the words that follow it."""
    following = sentence[index + 1 : index + 1 + _RUN]
    around = (*sentence[max(0, index - 1) : index], *following[:1])
    for run, length in ((around, 2), (following, _RUN)):
        if len(run) == length and not load_word_set("hedges", "connecting").issuperset(run):
            yield run


def _contains(sentence: Words, run: Words) -> bool:
    return any(sentence[start : start + len(run)] == run for start in range(len(sentence) - len(run) + 1))


@lru_cache(maxsize=4096)
def _split_words(sentence: str) -> Words:
    """Return the words in lower case, with contracted negations written out."""
    whole = _CONTRACTED.sub(lambda match: f"{_STEMS.get(match.group().lower(), '')} not", sentence)
    return tuple(word.lower() for word in _WORD.findall(whole))


_STEMS = {"cannot": "can", "can't": "can", "won't": "will"}
