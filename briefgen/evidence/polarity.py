"""Find words of a passage that a wording repeats with the opposite meaning: with a "not" more or less.

Only words that both have in the same order are compared, so nothing is guessed. Whether a paraphrase
reverses its source is for a reviewer to judge.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache

from briefgen.data import load_word_set
from briefgen.errors import Problem
from briefgen.evidence.hedges import is_negation
from briefgen.evidence.mismatch import Mismatch
from briefgen.evidence.passages import SupportingEvidence, split_sentences
from briefgen.evidence.wording_checks import PrintedWording

_NEGATORS = frozenset({"not", "no", "never", "neither", "nor", "without", "hardly", "scarcely", "barely"})
_DENYING_NOUNS = frozenset({"neither", "nor", "without"})
"""Without these the words around them make no clause: "for a year, without a vote"."""
_CONTRACTED = re.compile(r"\b(can)not\b|\b(ca)n't\b|\b(wo)n't\b|n't\b", re.IGNORECASE)
_DENYING_WORDS = re.compile(r"\b(?:rather than|instead of)\b", re.IGNORECASE)
_WORD = re.compile(r"[^\W_]+(?:'[^\W_]+)?")
_RUN = 3
"""Words after a negation that are its claim, if the wording repeats them all."""

Words = tuple[str, ...]


def check_polarity(wording: PrintedWording, support: SupportingEvidence) -> Iterator[Problem]:
    """Check that the wording repeats no words of a passage without their negation, nor with one added."""
    source = [sentence for passage in support.passages for sentence in passage.sentences()]
    own = split_sentences(wording.text)
    for message in _describe_all(own, source, "passage", "wording"):
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


def find_reversals(text: str, evidence: Sequence[str]) -> Iterator[Mismatch]:
    """Find words that a sentence repeats from the evidence without their negation, or with one added.

    `text` is a sentence and `evidence` are sentences, all prepared by `prepare_prose`.
    """
    for message in _describe_all([text], evidence, "evidence", "sentence"):
        yield Mismatch("negation", message, 0, len(text), text)
        return


def _describe_all(own: Iterable[str], given: Iterable[str], there: str, here: str) -> Iterator[str]:
    words, source = [_split_words(one) for one in own], [_split_words(one) for one in given]
    message = "{0!r} stands before these words in the %s, not in the %s"
    yield from _describe_reversals(source, words, message % (there, here))
    yield from _describe_reversals(words, source, message % (here, there))
    yield from _describe_exchanges(words, source, there)


def _describe_exchanges(own: list[Words], given: list[Words], there: str) -> Iterator[str]:
    """Describe two things of which the other one is denied: a court and not a fact-finder."""
    for asserted, denied in _find_contrasts(own):
        for other, against in _find_contrasts(given):
            if asserted in against and other in denied:
                yield f"{' '.join(against)!r} is what is denied in the {there}, not {' '.join(denied)!r}"


def _find_contrasts(sentences: list[Words]) -> Iterator[tuple[str, Words]]:
    """Yield the word before each "and not", "but not" or "not a", and the words that are denied."""
    for sentence in sentences:
        for index, word in enumerate(sentence):
            if word != "not" or index < 2:
                continue
            joined = sentence[index - 1] in ("and", "but")
            denied = sentence[index + 1 : index + 4]
            if joined or denied[:1] in (("a",), ("an",), ("the",)):
                yield sentence[index - 1 - joined], denied


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
    runs = [following] if len(following) == _RUN else []
    connecting = load_word_set("hedges", "connecting")
    if sentence[index] not in _DENYING_NOUNS and index and following:
        reach = 2 if following[0] in connecting else 1
        if len(following) >= reach:
            runs.insert(0, (sentence[index - 1], *following[:reach]))
    if sentence[index] == "no" and index and following and sentence[index - 1] not in connecting:
        runs += [(sentence[index - 1], article, following[0]) for article in ("a", "an", "any", "the")]
    yield from (run for run in runs if not connecting.issuperset(run))


def _contains(sentence: Words, run: Words) -> bool:
    return any(sentence[start : start + len(run)] == run for start in range(len(sentence) - len(run) + 1))


@lru_cache(maxsize=4096)
def _split_words(sentence: str) -> Words:
    """Return the words in lower case, with contracted negations written out."""
    sentence = _DENYING_WORDS.sub("not", sentence)
    whole = _CONTRACTED.sub(lambda match: f"{_STEMS.get(match.group().lower(), '')} not", sentence)
    return tuple(word.lower() for word in _WORD.findall(whole))


_STEMS = {"cannot": "can", "can't": "can", "won't": "will"}
