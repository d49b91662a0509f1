"""Check words of a letter's own in place of a statement against the evidence of that statement."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from briefgen.errors import Place, Problem, ProblemList
from briefgen.evidence.checks import check_wording
from briefgen.evidence.numbers import find_numbers
from briefgen.evidence.passages import EvidenceLibrary
from briefgen.evidence.prove import prove_evidence
from briefgen.evidence.statements import printable_wordings
from briefgen.evidence.wording_checks import PrintedWording
from briefgen.model.snippet import Snippet


def check_own_wording(
    snippet: Snippet, words: str, library: EvidenceLibrary, place: Place
) -> Iterator[Problem]:
    """Yield warnings about what words claim that the evidence of a statement does not bear.

    `words` are inline Markdown. Without the text of a source at hand, their numbers are compared with those
    of the approved wordings.
    """
    if not snippet.evidence:
        return
    _, support = prove_evidence(snippet, library, ProblemList())
    text = PrintedWording.from_markdown(words, place)
    for problem in check_wording(snippet, text, library, support):
        yield replace(problem, severity="warning")
    if support.complete:
        return
    approved = [
        number
        for wording in printable_wordings(snippet).values()
        for number in find_numbers(PrintedWording.from_markdown(wording, place).text)
    ]
    for number in find_numbers(text.text):
        if not any(number.is_same(other) for other in approved):
            yield Problem(
                "number-reworded",
                f"the number {number.words!r} is not in the approved wording of {snippet.id!r}",
                place,
                "compare it with the source: briefgen snippets show has the place",
                severity="warning",
            )
