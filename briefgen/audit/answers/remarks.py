"""What is said about the words of a draft: an audit's findings, each at its place, for people to read."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from briefgen.audit.findings import (
    FAULTS,
    AuditReport,
    CitationFinding,
    CitationVerdict,
    Difference,
    SentenceFinding,
    SentenceVerdict,
    StatementMatch,
)
from briefgen.errors import quantity

RemarkLevel = Literal["error", "unproved", "advice", "good"]
"""`error`: the draft is wrong or must not say it; `unproved`: nothing in the library bears it; `advice`: a
person should look; `good`: the evidence supports it, and an approved wording is offered."""
_FOR_A_PERSON = "For a person to judge"
VERDICT_NAMES = {
    SentenceVerdict.APPROVED: "Approved, word for word",
    SentenceVerdict.SUPPORTED: "Supported by the evidence",
    SentenceVerdict.DIFFERS: "Differs from the evidence",
    SentenceVerdict.SUPERSEDED: "Overtaken",
    SentenceVerdict.NEVER_SAY: "Not to be said",
    SentenceVerdict.UNSUPPORTED: "Nothing in the library bears this out",
    SentenceVerdict.NOTHING_TO_CHECK: "Nothing to check",
}


@dataclass(frozen=True, slots=True)
class Remark:
    """Something to say about a span of a block."""

    block: int
    """Position in the draft's blocks."""
    start: int
    end: int
    """The span in the block's text."""
    level: RemarkLevel
    label: str
    """What kind of remark it is, in a few words: `Differs from the evidence`."""
    heading: str
    """What is wrong, in one sentence without a full stop."""
    details: tuple[str, ...] = ()
    """Further sentences, without full stops."""
    wording: str = ""
    """The approved wording to put in the sentence's place; empty if there is none, or it was given before."""
    caveats: tuple[str, ...] = ()
    """Caveats that must be printed with that wording."""
    sources: tuple[str, ...] = ()
    """What the wording rests on."""
    statement: str = ""
    """Id of the statement that has the wording."""
    reviewed: str = ""
    """Who reviewed the wording, and when."""


WORDING_FOLLOWS = "Approved wording:"


def compose_paragraphs(remark: Remark, place: str = "") -> list[str]:
    """Return what a comment says: the kind of remark and what is wrong, then everything else.

    `place` says where the words are, for a comment that cannot be at them.
    """
    heading = "" if remark.heading == remark.label else f" {sentence_case(remark.heading)}"
    paragraphs = [f"{remark.label}.{heading}", place, *map(sentence_case, remark.details)]
    if remark.wording:
        paragraphs += [WORDING_FOLLOWS, remark.wording]
    paragraphs += (f"To be said with it: {caveat}" for caveat in remark.caveats)
    if remark.sources:
        paragraphs.append(f"Source: {'; '.join(remark.sources)}")
    if remark.statement:
        reviewed = f", reviewed by {remark.reviewed}" if remark.reviewed else ""
        paragraphs.append(f"Statement: {remark.statement}{reviewed}")
    return [paragraph for paragraph in paragraphs if paragraph]


@dataclass(frozen=True, slots=True)
class Replacement:
    """An approved wording in the place of a sentence."""

    block: int
    start: int
    end: int
    wording: str
    whole: bool
    """Whether it says something else, as what overtook the sentence does, and takes its place whole."""


def list_remarks(report: AuditReport, *, with_supported: bool = False) -> tuple[Remark, ...]:
    """Return the remarks on a draft, in its order; with those on supported sentences only if asked for."""
    found: list[Remark] = []
    for finding in report.sentences:
        found += _remark_on_sentence(finding)
    for citation in report.citations:
        found += _remark_on_citation(citation)
    kept = [remark for remark in found if with_supported or remark.level != "good"]
    return tuple(sorted(kept, key=lambda remark: (remark.block, remark.start, remark.end)))


def list_replacements(report: AuditReport) -> tuple[Replacement, ...]:
    """Return the approved wordings for the sentences that are wrong, in the draft's order."""
    wrong = (one for one in report.sentences if one.suggestion and one.verdict in FAULTS)
    return tuple(
        Replacement(
            finding.sentence.block,
            finding.sentence.start,
            finding.sentence.end,
            finding.suggestion,
            bool(finding.superseded_by),
        )
        for finding in wrong
    )


def summarize(report: AuditReport) -> str:
    """Return what was found, in one line: `2 errors, 1 sentence that nothing in the library bears out`."""
    counts = report.counts()
    errors = sum(counts[one] for one in FAULTS if one is not SentenceVerdict.UNSUPPORTED)
    errors += sum(one.verdict is CitationVerdict.DIFFERS for one in report.citations)
    parts = [quantity(errors, "error") if errors else "no errors"]
    if unproved := counts[SentenceVerdict.UNSUPPORTED]:
        parts.append(f"{quantity(unproved, 'sentence')} that nothing in the library bears out")
    return ", ".join(parts)


def describe_scope(report: AuditReport) -> str:
    """Return what the draft was compared with, in one sentence."""
    statements = quantity(report.statements, "approved statement")
    texts = f" and {quantity(report.texts, 'source text')}" if report.texts else ""
    return f"Compared with {statements}{texts}."


def _remark_on_sentence(finding: SentenceFinding) -> Iterator[Remark]:
    """Yield a remark for each difference that has a place, or one on the sentence as a whole."""
    supported = finding.verdict is SentenceVerdict.SUPPORTED
    if finding.verdict not in FAULTS and not supported and not finding.differences and not finding.to_judge:
        return
    groups = _group_by_span([one for one in finding.differences if _is_located(one)])
    first = groups[0] if groups else []
    label = VERDICT_NAMES[finding.verdict]
    if finding.verdict not in FAULTS and finding.differences:
        label = _FOR_A_PERSON
    heading, *details = _order_messages(finding, first)
    offered = _offered_match(finding) if finding.verdict is not SentenceVerdict.APPROVED else None
    yield Remark(
        *_span(finding, first),
        _level(finding, first),
        label,
        heading,
        tuple(details),
        offered.wording if offered else "",
        offered.caveats if offered else (),
        offered.sources if offered else (),
        offered.id if offered else "",
        _format_review(offered),
    )
    for group in groups[1:]:
        heading, *details = [one.message for one in group]
        yield Remark(*_span(finding, group), _level(finding, group), label, heading, tuple(details))


def _is_located(difference: Difference) -> bool:
    return difference.start is not None and difference.end is not None


def _group_by_span(differences: Sequence[Difference]) -> list[list[Difference]]:
    """Return the differences with those at the same words together."""
    groups: dict[tuple[int | None, int | None], list[Difference]] = {}
    for one in differences:
        groups.setdefault((one.start, one.end), []).append(one)
    return list(groups.values())


def _order_messages(finding: SentenceFinding, first: Sequence[Difference]) -> list[str]:
    """Return what the first remark on a sentence says, the most important first; never nothing."""
    verdict = finding.verdict
    messages = [one.message for one in first]
    if verdict in (SentenceVerdict.SUPERSEDED, SentenceVerdict.NEVER_SAY):
        messages.insert(0, finding.reason)
    elif not first or verdict is not SentenceVerdict.UNSUPPORTED:
        messages.append(finding.reason)
    messages += (one.message for one in finding.differences if not _is_located(one))
    messages += (f"a person must judge {question}" for question in finding.to_judge)
    return list(dict.fromkeys(filter(None, messages))) or [VERDICT_NAMES[verdict]]


def _span(finding: SentenceFinding, differences: Sequence[Difference]) -> tuple[int, int, int]:
    sentence = finding.sentence
    if not differences or differences[0].start is None or differences[0].end is None:
        return sentence.block, sentence.start, sentence.end
    start = min(sentence.start + differences[0].start, sentence.end)
    end = min(sentence.start + differences[0].end, sentence.end)
    return (sentence.block, start, end) if start < end else (sentence.block, sentence.start, sentence.end)


def _level(finding: SentenceFinding, differences: Sequence[Difference]) -> RemarkLevel:
    if finding.verdict is SentenceVerdict.UNSUPPORTED:
        return "unproved"
    if finding.verdict not in FAULTS:
        return "advice" if finding.differences else "good"
    warned = bool(differences) and all(one.severity == "warning" for one in differences)
    return "advice" if warned else "error"


def _offered_match(finding: SentenceFinding) -> StatementMatch | None:
    offered = finding.superseded_by or finding.matches
    return offered[0] if offered else None


def _format_review(match: StatementMatch | None) -> str:
    return ", ".join(filter(None, (match.reviewed_by, match.reviewed_on))) if match else ""


def _remark_on_citation(citation: CitationFinding) -> Iterator[Remark]:
    place = citation.block, citation.start, citation.end
    if citation.verdict is CitationVerdict.UNKNOWN:
        yield Remark(
            *place,
            "advice",
            "Citation not in your library",
            "it is no work of your library, so nothing was compared with it",
            ("this says nothing about whether the work exists",),
        )
    elif citation.verdict is CitationVerdict.DIFFERS:
        messages = [one.message for one in citation.differences] or ["the library cites it otherwise"]
        sources = (citation.reference,) if citation.reference else ()
        label = "Citation differs from your library"
        yield Remark(*place, "error", label, messages[0], tuple(messages[1:]), sources=sources)


def sentence_case(text: str) -> str:
    """Return a sentence with a capital at its beginning and a full stop."""
    plain = text.strip()
    stop = "" if plain.endswith((".", "?", "!", "…", ":", ".”")) else "."
    is_id = "-" in plain.partition(" ")[0]
    return plain + stop if is_id else f"{plain[:1].upper()}{plain[1:]}{stop}"
