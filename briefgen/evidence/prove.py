"""Prove evidence: quotes against source texts or the lock, attested readings, computations.

Whether a wording agrees with its evidence is checked in briefgen.evidence.wording_checks.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import Literal

from briefgen import __version__
from briefgen.data import load_word_set
from briefgen.errors import Place, Problem, ProblemList, suggest_similar
from briefgen.evidence.computations import Computation, parse_computation
from briefgen.evidence.edtf import parse_edtf
from briefgen.evidence.locators import (
    check_page,
    check_quote_page,
    cited_paragraphs,
    numbers_paragraphs,
    paragraph_name,
)
from briefgen.evidence.lock import LockedQuote, hash_quote, quote_key
from briefgen.evidence.normalize import hash_normalized
from briefgen.evidence.numbers import Number
from briefgen.evidence.passages import EvidenceLibrary, EvidencePassage, PassageNumber, SupportingEvidence
from briefgen.evidence.provenance import find_underlying_sources
from briefgen.evidence.quotes import (
    MAX_QUOTE_WORDS,
    QuoteMatch,
    count_quote_words,
    find_cut_number,
    find_distinguishing_context,
    find_nearest_passage,
    find_quote,
)
from briefgen.evidence.readings import check_reading
from briefgen.evidence.source_text import SourceText
from briefgen.evidence.statements import Statement
from briefgen.model.snippet import Evidence, Snippet
from briefgen.model.source import SourceRecord

_PARAGRAPH_NUMBER = re.compile(r"[0-9]{1,6}(?: \([a-z]{1,5}\)){0,3}")
"""A paragraph, or an item of it: `10`, `2 (a) (v)`."""
ProofResult = Literal["proved", "unchanged", "attested", "computed", "failed"]


@dataclass(slots=True)
class StatementProofs:
    """The results of proving one statement's evidence."""

    results: list[ProofResult] = field(default_factory=list)
    """One for each piece of evidence, in order."""
    matches: dict[int, QuoteMatch] = field(default_factory=dict)
    """Where quotes were found, by position of the evidence; only for texts that are available."""
    computations: dict[int, Computation] = field(default_factory=dict)


def prove_evidence(
    statement: Statement, library: EvidenceLibrary, findings: ProblemList
) -> tuple[StatementProofs, SupportingEvidence]:
    """Prove all evidence of a statement, and collect the support for its wordings; report to `findings`."""
    proofs = StatementProofs()
    for index, evidence in enumerate(statement.evidence):
        place = statement.locate("evidence", index)
        valid = _check_cited_sources(evidence, library, place, findings)
        valid &= _check_locator(evidence, statement, index, findings)
        record = library.records.get(evidence.source or "")
        beyond = record and check_page(
            evidence.locator, record, statement.locate("evidence", index, "locator")
        )
        if beyond:
            findings.add(beyond)
            valid = False
        if evidence.quote is not None:
            result = _prove_quote_evidence(statement, index, library, proofs, findings) if valid else "failed"
        elif evidence.attested is not None:
            problems = list(check_reading(statement, index, library))
            findings.extend(problems)
            result = "failed" if any(one.code == "attested-incomplete" for one in problems) else "attested"
        else:
            result = _check_computation(
                evidence, index, proofs, statement.locate("evidence", index, "computed"), findings
            )
        proofs.results.append(result)
    support = collect_support(statement, library, proofs)
    if support.complete:
        _check_computation_inputs(statement, proofs, support, findings)
    return proofs, support


# -- sources and locators


def unknown_work_problem(source: str, library: EvidenceLibrary, place: Place) -> Problem:
    """Return the problem of a place that names a work which the library does not have."""
    hint = suggest_similar(source, library.references) or "add it to seeds/references.json"
    return Problem("source-unknown", f"no work has the id {source!r}", place, hint)


def _check_cited_sources(
    evidence: Evidence, library: EvidenceLibrary, place: Place, findings: ProblemList
) -> bool:
    cited = [evidence.source] if evidence.source else []
    cited += [via.source for via in evidence.via]
    valid = True
    for source in cited:
        if source not in library.references:
            findings.add(unknown_work_problem(source, library, place))
            valid = False
    chain = [via.source for via in evidence.via]
    if evidence.source is None and chain:
        findings.add(
            Problem(
                "via-circular",
                "a computation cannot have `via`",
                place,
                "move it to the evidence for the numbers",
            )
        )
    for position, source in enumerate(chain):
        later = [*chain[position + 1 :], evidence.source]
        underlying = find_underlying_sources(source, library.rests_on)
        repeated = next((name for name in later if name is not None and name in underlying), None)
        if repeated is not None:
            why = "is named twice in the chain" if repeated == source else f"itself rests on {repeated}"
            findings.add(
                Problem(
                    "via-circular",
                    f"{source} {why}, so the chain is circular",
                    place,
                    "cite the work you read, and name in `via` only independent earlier sources",
                )
            )
    return valid


def _check_locator(evidence: Evidence, statement: Statement, index: int, findings: ProblemList) -> bool:
    place = statement.locate("evidence", index, "locator")
    if not evidence.locator:
        return True
    label, value = next(iter(evidence.locator.items()))
    known = load_word_set("locators", "labels")
    if label not in known:
        findings.add(
            Problem(
                "locator-label", f"{label!r} is not a CSL locator label", place, suggest_similar(label, known)
            )
        )
        return False
    if signs := "".join(sorted(set("{}|") & set(value))):
        # These have a special meaning to pandoc, which formats citations.
        findings.add(
            Problem(
                "locator-value",
                f"the locator {value!r} contains characters that cannot be printed in a citation: {signs}",
                place,
                "use other characters",
            )
        )
        return False
    if label == "paragraph" and evidence.quote is not None and not _PARAGRAPH_NUMBER.fullmatch(value):
        findings.add(
            Problem(
                "locator-label",
                f"{value!r} is not a paragraph number",
                place,
                "write the number of the one paragraph that contains the quote",
            )
        )
        return False
    return True


# -- quotes


def _prove_quote_evidence(
    statement: Statement, index: int, library: EvidenceLibrary, proofs: StatementProofs, findings: ProblemList
) -> ProofResult:
    evidence = statement.evidence[index]
    place = statement.locate("evidence", index, "quote")
    source = evidence.source or ""
    kept = count_quote_words(evidence.quote or "")
    if not 1 <= kept <= MAX_QUOTE_WORDS:
        hint = "keep the first and last words and put … between them" if kept else "quote the source's words"
        findings.add(
            Problem(
                "quote-length",
                f"the quote keeps {kept} words; at most {MAX_QUOTE_WORDS} are allowed",
                place,
                hint,
            )
        )
    record = library.records.get(source)
    if record is None:
        hint = "record its text with briefgen sources add, or use `attested`"
        findings.add(Problem("text-unrecorded", f"no text of {source} is recorded", place, hint))
        return "failed"
    if cited_paragraphs(evidence.locator, record) == frozenset():
        findings.add(
            _missing_paragraph_problem(evidence, record, statement.locate("evidence", index, "locator"))
        )
        return "failed"
    text = library.texts.get(source)
    if text is not None:
        match = locate_quote(text, evidence, record, place, findings)
        if match is None:
            return "failed"
        if match.sentence_count > MAX_PASSAGE_SENTENCES:
            findings.add(_wide_passage_problem(match, evidence, place))
        proofs.matches[index] = match
        return "proved"
    entry = library.lock.quotes.get(quote_key(statement, index))
    if entry is None or not _is_entry_current(entry, evidence, record):
        why = "has changed since it was proved" if entry else "was never proved"
        findings.add(
            Problem(
                "quote-unproved",
                f"the quote {why}, and the text of {source} is not available",
                place,
                f"put the text into seeds/texts/{source}.txt, or give --text {source}=FILE, and check again",
                wording=evidence.quote,
            )
        )
        return "failed"
    return "unchanged"


MAX_PASSAGE_SENTENCES = 2
"""Sentences that one quote may span: whatever they say counts as proved."""


def _wide_passage_problem(match: QuoteMatch, evidence: Evidence, place: Place) -> Problem:
    return Problem(
        "passage-wide",
        f"the quote spans {match.sentence_count} sentences; at most {MAX_PASSAGE_SENTENCES} are allowed",
        place,
        "quote each sentence that the wording needs in its own piece of evidence",
        wording=evidence.quote,
        passage=match.passage,
    )


def _missing_paragraph_problem(evidence: Evidence, record: SourceRecord, place: Place) -> Problem:
    value = evidence.locator["paragraph"]
    if numbers_paragraphs(record):
        numbers = [paragraph.number for paragraph in record.paragraphs if paragraph.number]
        message = f"{record.source} has no paragraph {value}; it numbers them {numbers[0]} to {numbers[-1]}"
        return Problem("locator-beyond", message, place, "cite the number that is printed at the paragraph")
    count = len(record.paragraphs)
    message = f"{record.source} has {count} paragraphs, so there is no paragraph {value}"
    hint = "count body paragraphs only, without titles and other lines that are left out"
    return Problem("locator-beyond", message, place, hint)


def _is_entry_current(entry: LockedQuote, evidence: Evidence, record: SourceRecord) -> bool:
    cited = cited_paragraphs(evidence.locator, record)
    return (
        entry.quote == hash_quote(evidence)
        and entry.source == evidence.source
        and entry.text == record.sha256
        and (cited is None or entry.paragraph in cited)
    )


def locate_quote(
    text: SourceText, evidence: Evidence, record: SourceRecord, place: Place, findings: ProblemList
) -> QuoteMatch | None:
    """Locate a quote at its locator; report a quote that is missing, ambiguous or somewhere else."""
    quote = evidence.quote or ""
    matches = find_quote(text, quote, evidence.prefix, evidence.suffix)
    cited = cited_paragraphs(evidence.locator, record)
    if not matches:
        findings.add(_missing_quote_problem(text, evidence, cited or frozenset(), place))
        return None
    if len(matches) > 1:
        findings.add(_ambiguous_quote_problem(matches, quote, place))
        return None
    if cited is not None and matches[0].paragraph.number not in cited:
        findings.add(_other_paragraph_problem(matches[0], evidence, record, place))
        return None
    other_page = check_quote_page(evidence.locator, matches[0], record, place)
    if other_page is not None:
        findings.add(replace(other_page, wording=quote))
        return None
    return matches[0]


def _other_paragraph_problem(
    match: QuoteMatch, evidence: Evidence, record: SourceRecord, place: Place
) -> Problem:
    actual = paragraph_name(match.paragraph.number, record)
    where = f"in paragraph {actual} of {record.source}" if actual else f"where {record.source} has no numbers"
    hint = (
        f"write locator: {{paragraph: {actual}}}, if the claim belongs there" if actual else "remove locator:"
    )
    return Problem(
        "quote-elsewhere",
        f"the quote is {where}, not {evidence.locator['paragraph']}",
        place,
        hint,
        wording=evidence.quote,
        passage=match.passage,
    )


def _missing_quote_problem(
    text: SourceText, evidence: Evidence, cited: frozenset[int], place: Place
) -> Problem:
    quote = evidence.quote or ""
    if (evidence.prefix or evidence.suffix) and find_quote(text, quote):
        message = f"the quote was not found between its prefix and suffix in {text.source}"
        return Problem("quote-missing", message, place, "correct the prefix and suffix", wording=quote)
    near = [paragraph for paragraph in text.paragraphs if paragraph.number in cited]
    nearest = find_nearest_passage(near, quote) or find_nearest_passage(text.paragraphs, quote)
    elsewhere = find_nearest_passage(text.paragraphs, quote)
    if nearest and elsewhere and nearest.passage.count("+}") > elsewhere.passage.count("+}"):
        nearest = elsewhere
    message = f"the quote was not found in {text.source}"
    cut = find_cut_number(text, quote)
    if cut:
        message = f"the quote cuts the number {cut!r} in two"
        return Problem(
            "quote-missing", message, place, "quote the whole number, or none of it", wording=quote
        )
    if nearest is None:
        return Problem("quote-missing", message, place, "copy the words from the text", wording=quote)
    if nearest.differences:
        message += f"; {' and '.join(nearest.differences)} differs"
    hint = f"nearest, in paragraph {nearest.paragraph}: {nearest.passage}"
    return Problem("quote-missing", message, place, hint, wording=quote, passage=nearest.passage)


def _ambiguous_quote_problem(matches: Sequence[QuoteMatch], quote: str, place: Place) -> Problem:
    contexts = find_distinguishing_context(matches)
    where = [
        f"paragraph {match.paragraph.number} ({kind}: {words!r})"
        for match, (kind, words) in zip(matches, contexts, strict=True)
    ]
    return Problem(
        "quote-twice",
        f"the quote occurs {len(matches)} times: {', '.join(where)}",
        place,
        "add the prefix or suffix shown for the place you mean, or quote more words",
        wording=quote,
    )


# -- computations


def _check_computation(
    evidence: Evidence, index: int, proofs: StatementProofs, place: Place, findings: ProblemList
) -> ProofResult:
    computed = parse_computation(evidence.computed or "")
    if isinstance(computed, str):
        findings.add(
            Problem("sum-wrong", f"{evidence.computed!r}: {computed}", place, "write 20000 / 2310485 = 0.9 %")
        )
        return "failed"
    proofs.computations[index] = computed
    return "computed"


def _check_computation_inputs(
    statement: Statement, proofs: StatementProofs, support: SupportingEvidence, findings: ProblemList
) -> None:
    """Check that every number in a computation is also in other evidence of the same statement."""
    proved = {end for item in support.numbers() for end in _computable_bounds(item)}
    for index, computed in proofs.computations.items():
        other = {item.result.low for position, item in proofs.computations.items() if position != index}
        for value in computed.inputs:
            if value not in proved | other:
                findings.add(
                    Problem(
                        "sum-figure",
                        f"no other evidence contains the number {float(value):,.15g}",
                        statement.locate("evidence", index, "computed"),
                        "add the evidence that it comes from",
                        passage=support.display_text(),
                    )
                )


def _computable_bounds(passage_number: PassageNumber) -> tuple[Fraction, ...]:
    number = passage_number.number
    if number.kind == "date":
        return (Fraction(number.date[0]),) if number.date[0] is not None else ()
    return (number.low, number.high) if number.kind == "amount" else ()


# -- support for a statement


def collect_support(
    statement: Statement, library: EvidenceLibrary, proofs: StatementProofs, row: int | None = None
) -> SupportingEvidence:
    """Collect what supports a statement's wordings, or one datum of a figure, counted by `row` from 0."""
    datum = isinstance(statement, Snippet) and row is not None
    own = range(len(statement.evidence))
    if isinstance(statement, Snippet) and row is not None:
        own = statement.evidence_of(row)
    evidences = [statement.evidence[index] for index in own]
    references = [
        library.references[name]
        for evidence in evidences
        for name in (evidence.source, *(via.source for via in evidence.via))
        if name is not None and name in library.references
    ]
    locators = [
        pair
        for evidence in evidences
        for locator in (evidence.locator, *(via.locator for via in evidence.via))
        for pair in locator.items()
    ]
    missing = [
        index for index in own if statement.evidence[index].quote is not None and index not in proofs.matches
    ]
    return SupportingEvidence(
        passages=tuple(
            passage for passage in _collect_passages(statement, proofs) if passage.evidence in own
        ),
        computed=tuple(computed.result for index, computed in proofs.computations.items() if index in own),
        dates=() if datum else tuple(_as_of_dates(statement)),
        cited=tuple({reference.id: reference for reference in references}.values()),
        locators=tuple(dict.fromkeys(locators)),
        complete=not missing,
    )


def _collect_passages(statement: Statement, proofs: StatementProofs) -> Iterator[EvidencePassage]:
    for index, evidence in enumerate(statement.evidence):
        match = proofs.matches.get(index)
        if match is not None:
            yield EvidencePassage(index, match.passage, match.paragraph, match.passage_span)
        elif evidence.attested is not None:
            yield EvidencePassage(index, evidence.attested.said)
            if evidence.attested.fragment:
                yield EvidencePassage(index, f'"{evidence.attested.fragment.replace(chr(34), chr(39))}"')


def _as_of_dates(statement: Statement) -> Iterator[Number]:
    span = parse_edtf(statement.as_of) if isinstance(statement, Snippet) else None
    for parts in span.parts if span else ():
        yield Number("date", statement.as_of if isinstance(statement, Snippet) else "", 0, 0, date=parts)


def build_locked_quote(evidence: Evidence, match: QuoteMatch, text: SourceText, on: str) -> LockedQuote:
    """Build the lock entry of a quote that was proved on a day (ISO date)."""
    start, end = match.file_span()
    return LockedQuote(
        quote=hash_quote(evidence),
        passage=hash_normalized(match.paragraph.normalized.text[match.start : match.end]),
        source=text.source,
        text=text.sha256,
        paragraph=match.paragraph.number,
        start=start,
        end=end,
        briefgen=__version__,
        on=on,
    )


def is_same_quote(entry: LockedQuote, other: LockedQuote) -> bool:
    """Return whether two entries agree about a quote, whenever and by whatever version it was proved."""
    return replace(entry, briefgen="", on="") == replace(other, briefgen="", on="")
