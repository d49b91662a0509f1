"""The drafts in audit/drafts/: texts with planted faults and true ones in other words, and what an audit makes of them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from material import folder_named_by

from briefgen.audit.audit import Auditor
from briefgen.audit.draft import Draft
from briefgen.audit.findings import FAULTS, AuditReport, CitationVerdict, DifferenceKind, SentenceVerdict
from briefgen.audit.readers.markdown import read_markdown_draft
from briefgen.audit.sentences import split_draft
from briefgen.errors import ProblemList
from briefgen.library.folders import LibraryFolder
from briefgen.library.loader import TextLocations, load_library

ROOT = Path(__file__).parents[1]
DRAFTS = Path(__file__).parent / "audit" / "drafts"
LIBRARIES = {"north-korea": ROOT, "drinking-water": ROOT / "examples/drinking-water/library"}
_KIND = DifferenceKind
RIGHT_REASONS: dict[str, set[DifferenceKind]] = {
    "number": {_KIND.NUMBER},
    "unit": {_KIND.UNIT, _KIND.NUMBER},
    "order of magnitude": {_KIND.NUMBER},
    "swapped pair": {_KIND.PAIR, _KIND.DESIGNATION},
    "wrong year": {_KIND.DATE, _KIND.PAIR},
    "wrong body": {_KIND.PAIR, _KIND.NAME, _KIND.ATTRIBUTION},
    "lost hedge": {_KIND.HEDGE, _KIND.LIMIT},
    "lost attribution": {_KIND.ATTRIBUTION, _KIND.HEDGE},
    "altered quotation": {_KIND.QUOTATION},
    "dropped “not”": {_KIND.NEGATION},
    "missing caveat": {_KIND.CAVEAT},
    "contested said flat": {_KIND.CONTESTED, _KIND.ATTRIBUTION},
    "superseded figure": set(),
    "never-say entry": {_KIND.NUMBER, _KIND.WORDING},
    "wrong designation number": {_KIND.DESIGNATION},
    "wrong paragraph": {_KIND.CITATION, _KIND.DESIGNATION},
    "unknown citation": {_KIND.CITATION, _KIND.DESIGNATION},
    "since or in": {_KIND.PERIOD},
    "up to": {_KIND.LIMIT, _KIND.HEDGE, _KIND.NUMBER},
    "period": {_KIND.PERIOD, _KIND.UNIT, _KIND.NUMBER},
}
"""The differences that are the right reason for each kind of fault."""


@dataclass(frozen=True)
class PlantedFault:
    """A passage of somebody's draft that is wrong, and what an audit has to say of it."""

    library: str
    kind: str
    text: str
    verdicts: frozenset[str]
    words: tuple[str, ...]
    """The words of which one has to be pointed out; empty for the sentence as a whole."""
    why: str


_ITEM = re.compile(
    r"^\d+\. (?P<text>.+)\n\n   > (?P<verdicts>[a-z -]+?) (?:anywhere|at (?P<words>.+?)): (?P<why>.+)$", re.M
)


def planted_faults() -> list[PlantedFault]:
    """Read the faults, in order."""
    return [
        PlantedFault(
            path.stem if path.stem in LIBRARIES else "north-korea",
            section.partition("\n")[0],
            item["text"],
            frozenset(item["verdicts"].split(" or ")),
            _find_words(item["words"] or ""),
            item["why"],
        )
        for path in sorted((DRAFTS / "faults").glob("*.md"), reverse=True)
        for section in path.read_text(encoding="utf-8").split("\n## ")[1:]
        for item in _ITEM.finditer(section)
    ]


def _find_words(places: str) -> tuple[str, ...]:
    return () if "anywhere" in places else tuple(re.findall("“([^”]+)”", places))


@cache
def true_drafts() -> dict[str, tuple[str, Draft]]:
    """Read the true drafts: by name, the library and the draft."""
    return {
        path.stem: (
            path.stem if path.stem in LIBRARIES else "north-korea",
            make_draft(path.read_text(encoding="utf-8")),
        )
        for path in sorted((DRAFTS / "true").glob("*.md"))
    }


def make_draft(markdown: str) -> Draft:
    """Read a draft in Markdown."""
    return read_markdown_draft(markdown.encode(), "draft.md")


@cache
def auditor(library: str) -> Auditor:
    """Open a library with its texts and build its index, once."""
    problems = ProblemList()
    texts = TextLocations(folder_named_by("BRIEFGEN_TEXTS"))
    loaded = load_library([LibraryFolder(LIBRARIES[library], library)], problems, texts)
    assert problems.problems == []
    return Auditor(loaded)


# -- results


def is_found(fault: PlantedFault, report: AuditReport) -> bool:
    """Return whether an audit found a fault, at its words and for the right reason."""
    reasons = RIGHT_REASONS[fault.kind]
    for finding in report.sentences:
        if finding.verdict.value not in fault.verdicts:
            continue
        if finding.verdict in (SentenceVerdict.SUPERSEDED, SentenceVerdict.NEVER_SAY):
            return True
        for difference in finding.differences:
            if (
                difference.severity == "error"
                and difference.kind in reasons
                and _is_there(fault, finding.sentence.text, difference.start, difference.end)
            ):
                return True
    return any(
        citation.verdict is not CitationVerdict.KNOWN
        and _KIND.CITATION in reasons
        and any(words in citation.text for words in fault.words)
        for citation in report.citations
    )


def _is_there(fault: PlantedFault, text: str, start: int | None, end: int | None) -> bool:
    if not fault.words:
        return True
    if start is None or end is None:
        return False
    places = ((at, at + len(words)) for words in fault.words if (at := text.find(words)) >= 0)
    return any(a < end and start < b for a, b in places)


def count_sentences(draft: Draft) -> int:
    """Return how many sentences a draft has, without its headings."""
    return sum(draft.blocks[one.block].kind != "heading" for one in split_draft(draft))


@cache
def audit_true_draft(name: str) -> AuditReport:
    """Audit one of the true drafts, once."""
    library, draft = true_drafts()[name]
    return auditor(library).audit(draft)


def false_alarms(report: AuditReport) -> Iterator[str]:
    """Describe what an audit holds against a true draft."""
    for finding in report.sentences:
        if finding.verdict in FAULTS:
            reasons = "; ".join(
                f"{one.kind}: {one.message}" for one in finding.differences if one.severity == "error"
            )
            yield f"{finding.verdict}: {finding.sentence.text} ({finding.reason or reasons})"
    for citation in report.citations:
        if citation.verdict is not CitationVerdict.KNOWN:
            yield f"citation {citation.verdict}: {citation.text}"
