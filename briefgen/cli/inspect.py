"""The command `trace`: the evidence in a finished file."""

from __future__ import annotations

import shutil
import textwrap
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from briefgen.cli import options
from briefgen.cli.app import app
from briefgen.cli.console import Console
from briefgen.errors import quantity

if TYPE_CHECKING:
    from briefgen.inspect.compare import FileComparison
    from briefgen.inspect.record import (
        EvidenceRecord,
        RecordedDatum,
        RecordedEvidence,
        RecordedPageFit,
        RecordedSnippet,
    )
    from briefgen.inspect.trace import DocumentTrace

_LABEL_WIDTH = 12
"""Width of the column with labels, in characters."""


@app.command("trace")
def trace_file(
    file: Annotated[Path, typer.Argument(help="A PDF or DOCX that briefgen made.", show_default=False)],
    other: Annotated[
        Path | None,
        typer.Option(
            "--against",
            metavar="OTHER",
            help="Second PDF or DOCX; also report where the two differ in text, notes, headings or order.",
            show_default=False,
        ),
    ] = None,
    as_json: options.JsonOutput = False,
    quiet: options.Quiet = False,
) -> None:
    """Show the evidence behind a finished file, and check that its text still agrees with it."""
    from briefgen.inspect.trace import trace_document

    console = Console(as_json, quiet)
    trace = trace_document(file)
    comparison = _compare_with(file, other)
    problems = [*trace.problems, *(comparison.problems if comparison else ())]
    console.document(
        {
            "ok": not problems,
            "file": trace.file,
            "against": comparison.file if comparison else None,
            "statements": [{**asdict(each), "agrees": each.agrees} for each in trace.statements],
            "notes": asdict(trace.notes) if trace.notes else None,
            "problems": [problem.as_json() for problem in problems],
            "record": trace.raw,
        }
    )
    if not quiet:
        for line in _format_record(trace):
            console.line(line)
    console.problems(problems)
    console.line(_summarize_trace(trace))
    if comparison:
        number = len(comparison.problems)
        result = f"has {quantity(number, 'difference')} (see above)" if number else "agrees"
        console.line(f"{comparison.file} {result}; {comparison.compared} compared.")
    if problems:
        raise typer.Exit(1)


def _compare_with(file: Path, other: Path | None) -> FileComparison | None:
    from briefgen.inspect.compare import compare_files

    return compare_files(file, other) if other else None


def _summarize_trace(trace: DocumentTrace) -> str:
    number = sum(statement.printed > 0 for statement in trace.statements)
    statements = f"{quantity(number, 'statement')} and caveats" if number != 1 else "1 statement"
    notes = f" and {quantity(trace.notes.recorded, 'note')}" if trace.notes else ""
    added = trace.notes.added if trace.notes else 0
    more = f" Not in the record: {quantity(added, 'further note')}." if added else ""
    if not trace.problems:
        return f"The text agrees with the record: {statements}{notes} checked.{more}"
    changed = sum(not statement.agrees for statement in trace.statements)
    changed += len(trace.notes.changes) if trace.notes else 0
    if changed:
        detail = f"{changed} of {statements}{notes} changed (see above)."
        return f"The text does not agree with the record: {detail}{more}"
    return "The text agrees with the record, but the record was changed (see above)."


def _format_record(trace: DocumentTrace) -> Iterator[str]:
    """Yield the evidence record as lines that fit the terminal, without control characters."""
    from briefgen.model.text import clean_text

    width = min(shutil.get_terminal_size((100, 24)).columns, 100)
    record = trace.record
    kind = f"letter to {record.recipient}" if record.recipient else "briefing"
    lines = [f"{record.campaign}, {kind}, {record.date} (briefgen {record.briefgen})", ""]
    snippets = {each.id: each.agrees for each in trace.statements if each.kind == "snippet"}
    caveats = {each.id: each.agrees for each in trace.statements if each.kind == "caveat"}
    for snippet in record.snippets:
        lines += _format_snippet(snippet, record, snippets[snippet.id], caveats, width)
    if record.fit:
        lines += [*_format_page_fit(record.fit, width), ""]
    for line in lines:
        yield clean_text(line)[0].replace("\n", " ")


def _format_page_fit(fit: RecordedPageFit, width: int) -> Iterator[str]:
    """Yield what was cut to keep to the page limit, or chosen for the pages of a brief."""
    if fit.pages_before is None:
        filled = " and ".join(f"{share:.0%}" for share in fit.filled)
        yield f"Chosen to fill {quantity(fit.pages, 'page')}: {filled}"
    else:
        yield f"Cut from {quantity(fit.pages_before, 'page')} to {fit.pages}, at most {fit.max_pages}"
    yield from _format_labelled("Shortened", ", ".join(fit.shortened), width)
    yield from _format_labelled("Left out", ", ".join(fit.left_out), width)


def _format_snippet(
    snippet: RecordedSnippet, record: EvidenceRecord, agrees: bool, caveats: Mapping[str, bool], width: int
) -> Iterator[str]:
    state = "agrees" if agrees and snippet.printed else "not printed word for word" if agrees else "CHANGED"
    yield f"{snippet.id} · {snippet.kind} · {state}"
    yield from _format_labelled("", snippet.text, width)
    if snippet.approved:
        yield from _format_labelled("Own words", "nobody has reviewed them; they stand for:", width)
        yield from _format_labelled("", snippet.approved, width)
    if snippet.figure:
        title = f"{snippet.figure.title} ({snippet.figure.unit or snippet.figure.chart})"
        yield from _format_labelled("Figure", title, width)
        for datum in snippet.figure.rows:
            yield from _format_labelled("  datum", _format_datum(datum), width)
    for number, evidence in enumerate(snippet.evidence, start=1):
        label = f"Source {number}" if snippet.figure else "Source"
        yield from _format_labelled(label, _format_source_chain(evidence, record), width)
        yield from _format_labelled(*_format_proof(evidence), width)
    for caveat in snippet.caveats:
        changed = "" if caveats[caveat.id] else "CHANGED: "
        yield from _format_labelled("Caveat", f"{changed}{caveat.text}", width)
        for evidence in caveat.evidence:
            yield from _format_labelled("  from", _format_source_chain(evidence, record), width)
    dated = f", as of {snippet.as_of}" if snippet.as_of else ""
    yield from _format_labelled("Confidence", f"{snippet.confidence}{dated}", width)
    yield from _format_labelled("Verified", _format_verification(snippet.verified), width)
    yield from _format_labelled(
        "Reviewed", _format_signature(snippet.reviewed.get("by", ""), snippet.reviewed.get("on", "")), width
    )
    yield ""


def _format_datum(datum: RecordedDatum) -> str:
    """Format a datum with the numbers, from 1, of the sources that prove it."""
    parts = (datum.date, datum.label, datum.value, datum.status, datum.note)
    text = " · ".join(part for part in parts if part)
    return f"{text} (source {', '.join(str(index + 1) for index in datum.evidence)})"


def _format_labelled(label: str, text: str, width: int) -> Iterator[str]:
    """Wrap text in a column beside a label; yield nothing for an empty text."""
    lines = textwrap.wrap(text, max(20, width - _LABEL_WIDTH - 2), break_on_hyphens=False)
    for index, line in enumerate(lines):
        yield f"  {label if index == 0 else '':<{_LABEL_WIDTH}}{line}"


def _format_source_chain(evidence: RecordedEvidence, record: EvidenceRecord) -> str:
    """Format the original source and those that quote it, each with its place."""
    if evidence.source is None:
        return "the figures of the other sources"
    chain = [f"{_format_source(via.source, via.locator, record)}, {via.relation} in " for via in evidence.via]
    return "".join(chain) + _format_source(evidence.source, evidence.locator, record)


def _format_source(source: str, locator: Mapping[str, str], record: EvidenceRecord) -> str:
    place = "".join(f", {label} {value}" for label, value in locator.items())
    return f"{record.sources.get(source, source)}{place} [{source}]"


def _format_proof(evidence: RecordedEvidence) -> tuple[str, str]:
    """Return label and text of what supports a statement."""
    if evidence.quote is not None:
        return "  quote", f"“{evidence.quote}”"
    if (attested := evidence.attested) is not None:
        words = f" “{attested.fragment}”" if attested.fragment else ""
        readings = [attested, attested.seconded] if attested.seconded else [attested]
        signed = "; ".join(_format_signature(reading.by, reading.on) for reading in readings)
        return "  attested", f"{attested.said}{words} ({signed})"
    return "  computed", evidence.computed or ""


_VERIFICATION_TEXTS = {
    "proved": "every quote compared with its source's text when the file was made",
    "unchanged": "quotes unchanged since they were compared with their source's text",
    "seconded": "read in the source by two people",
    "attested": "read in the source by one person",
    "computed": "computed from cited figures",
    "none": "needs no evidence",
    "failed": "not verified",
}


def _format_verification(verified: Mapping[str, str]) -> str:
    how = verified.get("how", "")
    on = verified.get("on", "")
    return f"{_VERIFICATION_TEXTS.get(how, how or 'unknown')}{f', {on}' if on else ''}"


def _format_signature(by: str, on: str) -> str:
    return ", ".join(part for part in (f"by {by}" if by else "", on) if part)
