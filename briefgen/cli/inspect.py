"""The command on finished files: trace."""

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

_LABEL = 12
"""Width of the labels' column."""


@app.command("trace")
def trace_file(
    file: Annotated[Path, typer.Argument(help="A PDF or DOCX that briefgen made.", show_default=False)],
    other: Annotated[
        Path | None,
        typer.Option(
            "--against",
            metavar="OTHER",
            help="A second PDF or DOCX: say where the two differ in text, notes, headings, order.",
            show_default=False,
        ),
    ] = None,
    as_json: options.JsonOutput = False,
    quiet: options.Quiet = False,
) -> None:
    """Show what a finished file rests on, and whether its text still says what its record says."""
    from briefgen.inspect.trace import trace_document

    console = Console(as_json, quiet)
    traced = trace_document(file)
    compared = _compared(file, other)
    problems = [*traced.problems, *(compared.problems if compared else ())]
    console.document(
        {
            "ok": not problems,
            "file": traced.file,
            "against": compared.file if compared else None,
            "statements": [{**asdict(standing), "agrees": standing.agrees} for standing in traced.statements],
            "notes": asdict(traced.notes) if traced.notes else None,
            "problems": [problem.as_json() for problem in problems],
            "record": traced.raw,
        }
    )
    if not quiet:
        for line in _report(traced):
            console.line(line)
    console.problems(problems)
    console.line(_verdict(traced))
    if compared:
        said = f"does not say the same: {quantity(len(compared.problems), 'difference')} (see above)"
        console.line(
            f"{compared.file} {said if compared.problems else 'says the same'}; {compared.compared} compared."
        )
    if problems:
        raise typer.Exit(1)


def _compared(file: Path, other: Path | None) -> FileComparison | None:
    from briefgen.inspect.compare import compare_files

    return compare_files(file, other) if other else None


def _verdict(traced: DocumentTrace) -> str:
    number = sum(standing.printed > 0 for standing in traced.statements)
    statements = f"{quantity(number, 'statement')} and caveats" if number != 1 else "1 statement"
    notes = f" and {quantity(traced.notes.recorded, 'note')}" if traced.notes else ""
    added = traced.notes.added if traced.notes else 0
    more = f" The record knows nothing of {quantity(added, 'further note')}." if added else ""
    if not traced.problems:
        return f"The text agrees with the record: {statements}{notes} stand as recorded.{more}"
    changed = sum(not standing.agrees for standing in traced.statements)
    changed += len(traced.notes.changes) if traced.notes else 0
    if changed:
        told = f"{changed} of {statements}{notes} were changed (see above)."
        return f"The text does not agree with the record: {told}{more}"
    return "The text agrees with the record, but the record was changed (see above)."


def _report(traced: DocumentTrace) -> Iterator[str]:
    """The record for people, each line no wider than the terminal; nothing in it can steer the terminal."""
    from briefgen.model.text import clean_text

    width = min(shutil.get_terminal_size((100, 24)).columns, 100)
    record = traced.record
    to = f"to {record.recipient}" if record.recipient else "briefing"
    lines = [f"{record.campaign}, {to}, {record.date} (briefgen {record.briefgen})", ""]
    agrees = {standing.id: standing.agrees for standing in traced.statements if standing.kind == "snippet"}
    caveats = {standing.id: standing.agrees for standing in traced.statements if standing.kind == "caveat"}
    for claim in record.snippets:
        lines += _claim(claim, record, agrees[claim.id], caveats, width)
    if record.fit:
        lines += [*_fit(record.fit, width), ""]
    for line in lines:
        yield clean_text(line)[0].replace("\n", " ")


def _fit(fit: RecordedPageFit, width: int) -> Iterator[str]:
    """What was cut to keep to the pages."""
    yield f"Cut from {quantity(fit.pages_before, 'page')} to {fit.pages}, at most {fit.max_pages}"
    yield from _labelled("Shortened", ", ".join(fit.shortened), width)
    yield from _labelled("Left out", ", ".join(fit.left_out), width)


def _claim(
    claim: RecordedSnippet, record: EvidenceRecord, agrees: bool, caveats: Mapping[str, bool], width: int
) -> Iterator[str]:
    state = "agrees" if agrees and claim.printed else "not printed word for word" if agrees else "CHANGED"
    yield f"{claim.id} · {claim.kind} · {state}"
    yield from _labelled("", claim.text, width)
    if claim.figure:
        shown = f"{claim.figure.title} ({claim.figure.unit or claim.figure.chart})"
        yield from _labelled("Shows", shown, width)
        for datum in claim.figure.rows:
            yield from _labelled("  datum", _datum(datum), width)
    for number, proof in enumerate(claim.evidence, start=1):
        label = f"Source {number}" if claim.figure else "Source"
        yield from _labelled(label, _source(proof, record), width)
        yield from _labelled(*_ground(proof), width)
    for caveat in claim.caveats:
        changed = "" if caveats[caveat.id] else "CHANGED: "
        yield from _labelled("Caveat", f"{changed}{caveat.text}", width)
        for proof in caveat.evidence:
            yield from _labelled("  from", _source(proof, record), width)
    dated = f", as of {claim.as_of}" if claim.as_of else ""
    yield from _labelled("Confidence", f"{claim.confidence}{dated}", width)
    yield from _labelled("Verified", _verified(claim.verified), width)
    yield from _labelled(
        "Reviewed", _by_on(claim.reviewed.get("by", ""), claim.reviewed.get("on", "")), width
    )
    yield ""


def _datum(datum: RecordedDatum) -> str:
    """A datum with the numbers of the sources below it that prove it, counted from 1."""
    told = (datum.date, datum.label, datum.value, datum.status, datum.note)
    said = " · ".join(part for part in told if part)
    return f"{said} (source {', '.join(str(index + 1) for index in datum.evidence)})"


def _labelled(label: str, text: str, width: int) -> Iterator[str]:
    """Text in a column of its own beside a label; nothing where there is no text."""
    lines = textwrap.wrap(text, max(20, width - _LABEL - 2), break_on_hyphens=False)
    for index, line in enumerate(lines):
        yield f"  {label if index == 0 else '':<{_LABEL}}{line}"


def _source(proof: RecordedEvidence, record: EvidenceRecord) -> str:
    """Who said it first, then through whom we have it, each with its place."""
    if proof.source is None:
        return "the figures of the other sources"
    chain = [f"{_named(one.source, one.locator, record)}, {one.relation} in " for one in proof.via]
    return "".join(chain) + _named(proof.source, proof.locator, record)


def _named(source: str, locator: Mapping[str, str], record: EvidenceRecord) -> str:
    place = "".join(f", {label} {value}" for label, value in locator.items())
    return f"{record.sources.get(source, source)}{place} [{source}]"


def _ground(proof: RecordedEvidence) -> tuple[str, str]:
    if proof.quote is not None:
        return "  quote", f"“{proof.quote}”"
    if proof.attested is not None:
        return "  attested", f"{proof.attested.said} ({_by_on(proof.attested.by, proof.attested.on)})"
    return "  computed", proof.computed or ""


_HOW = {
    "proved": "every quote compared with its source's text when the file was made",
    "unchanged": "quotes unchanged since they were compared with their source's text",
    "attested": "read in the source",
    "computed": "computed from cited figures",
    "none": "needs no evidence",
    "failed": "not verified",
}


def _verified(verified: Mapping[str, str]) -> str:
    how = verified.get("how", "")
    on = verified.get("on", "")
    return f"{_HOW.get(how, how or 'not said')}{f', {on}' if on else ''}"


def _by_on(by: str, on: str) -> str:
    return ", ".join(part for part in (f"by {by}" if by else "", on) if part)
