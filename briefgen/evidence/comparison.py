"""Compare a sentence with evidence that has the same figures, dates and words: what goes with what.

Whether each figure, hedge and quotation is in the evidence at all is for briefgen.evidence.wording_checks.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from briefgen.errors import Problem
from briefgen.evidence.markers import (
    find_other_beginnings,
    find_other_periods,
    find_other_plurals,
    find_other_units,
)
from briefgen.evidence.mismatch import Mismatch
from briefgen.evidence.names import collect_source_names
from briefgen.evidence.pairs import find_swapped_pairs
from briefgen.evidence.passages import SupportingEvidence, split_sentences
from briefgen.evidence.polarity import find_reversals
from briefgen.evidence.wording_checks import PrintedWording


def find_mismatches(text: str, evidence: Sequence[str], known: Iterable[str] = ()) -> list[Mismatch]:
    """Find what a sentence says otherwise than evidence with the same figures and words, by place.

    `text` is a sentence prepared by `prepare_prose`, as are the sentences of `evidence`: passages of sources,
    readings and approved wordings (`split_sentences` prepares them). `known` are the names of the works that
    are cited (`collect_source_names`). Evidence of several statements may be given together.
    """
    found = [
        *find_swapped_pairs(text, evidence, known),
        *find_other_beginnings(text, evidence),
        *find_other_units(text, evidence),
        *find_other_periods(text, evidence),
        *find_other_plurals(text, evidence),
        *find_reversals(text, evidence),
    ]
    return sorted(found, key=lambda mismatch: (mismatch.start, mismatch.end))


def check_pairs(wording: PrintedWording, support: SupportingEvidence) -> Iterator[Problem]:
    """Check that the figures, dates and small words of a wording go together as in its passages.

    Negations are for check_polarity, and units for check_numbers.
    """
    evidence = [sentence for passage in support.passages for sentence in passage.sentences()]
    known = {name for work in support.cited for name in collect_source_names(work)}
    for sentence in split_sentences(wording.text):
        for mismatch in find_mismatches(sentence, evidence, known):
            if mismatch.kind not in ("negation", "unit"):
                yield _problem(mismatch, wording, support)


def _problem(mismatch: Mismatch, wording: PrintedWording, support: SupportingEvidence) -> Problem:
    hint = "say what the passage says, or add evidence for it"
    problem = Problem("pair-differs", mismatch.message, wording.place, hint)
    if mismatch.kind == "period":
        problem = Problem("period-differs", mismatch.message, wording.place, hint, "warning")
    if mismatch.kind == "plural":
        problem = Problem("plural-differs", mismatch.message, wording.place, hint, "warning")
    return replace(problem, wording=wording.text, passage=support.display_text())
