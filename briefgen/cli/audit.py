"""The command `audit`: which sentences of a draft the library bears out."""

from __future__ import annotations

import shutil
import sys
import textwrap
from collections.abc import Iterator
from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from briefgen.cli import options
from briefgen.cli.app import app
from briefgen.cli.console import MOST_WARNINGS, Console
from briefgen.errors import BriefgenError, Problem, ProblemList, UsageError, quantity, suggest_similar

if TYPE_CHECKING:
    from briefgen.audit.audit import Auditor
    from briefgen.audit.draft import Draft
    from briefgen.audit.findings import AuditReport, CitationFinding, SentenceFinding, SentenceVerdict
    from briefgen.library.loader import Library

_LABEL_WIDTH = 18
"""Width of the column with number and verdict, in characters."""


@app.command("audit")
def audit_files(
    files: Annotated[
        list[Path],
        typer.Argument(
            metavar="FILE…",
            help="Drafts: DOCX, PDF, ODT, Markdown, text or e-mail (.eml).",
            show_default=False,
        ),
    ],
    campaign: Annotated[
        Path | None,
        typer.Option(
            "--campaign",
            "-c",
            help="Campaign whose libraries count; default: the current folder, if it is one.",
            show_default=False,
        ),
    ] = None,
    library: Annotated[
        list[str] | None,
        typer.Option(
            "--library",
            metavar="NAME",
            help="Library to compare with, by id or folder; repeatable.",
            show_default=False,
        ),
    ] = None,
    text: options.SourceTexts = None,
    allow: Annotated[
        list[str] | None,
        typer.Option(
            metavar="VERDICT",
            help="Verdict that does not make the audit fail, for example unsupported; repeatable.",
            show_default=False,
        ),
    ] = None,
    as_json: options.JsonOutput = False,
    quiet: options.Quiet = False,
    verbose: options.Verbose = False,
) -> None:
    """Judge each sentence of a draft: approved, supported, different, overtaken, or borne out by nothing."""
    console = Console(as_json, quiet, verbose)
    allowed = _parse_verdicts(allow or [])
    drafts = _read_drafts(files)
    loaded, own_texts = _load_library(campaign, library or [], text)
    from briefgen.audit.audit import Auditor

    auditor = Auditor(loaded)
    reports = [_audit(auditor, draft, own_texts, quiet or as_json) for draft in drafts]
    status = max(report.exit_status(allowed) for report in reports)
    console.document({"ok": not status, "drafts": [report.as_json() for report in reports]})
    for report in reports:
        _show(report, console)
    if status:
        raise typer.Exit(status)


def _parse_verdicts(names: list[str]) -> tuple[SentenceVerdict, ...]:
    from briefgen.audit.findings import FAULTS, SentenceVerdict

    known = sorted(verdict.value for verdict in FAULTS)
    for name in names:
        if name not in known:
            message = f"--allow takes a verdict that makes an audit fail, not {name!r}"
            hint = suggest_similar(name, known) or f"one of: {', '.join(known)}"
            raise UsageError(Problem("audit-verdict", message, None, hint))
    return tuple(SentenceVerdict(name) for name in names)


def _read_drafts(files: list[Path]) -> list[Draft]:
    """Read all drafts; raise BriefgenError with the problems of all that cannot be read."""
    from briefgen.audit.readers.registry import read_draft

    drafts: list[Draft] = []
    errors: list[BriefgenError] = []
    for file in files:
        try:
            drafts.append(read_draft(file))
        except BriefgenError as error:
            errors.append(error)
    if len(errors) == 1:
        raise errors[0]
    if errors:
        raise BriefgenError(problem for error in errors for problem in error.problems)
    return drafts


def _load_library(
    campaign: Path | None, names: list[str], text: list[str] | None
) -> tuple[Library, tuple[str, ...]]:
    """Return the library to compare with, and the texts of the campaign's own."""
    from briefgen.audit.own_texts import read_own_texts
    from briefgen.cli.library import find_home, load_campaign_library
    from briefgen.library.libraries import open_library
    from briefgen.library.loader import load_library

    home = find_home(campaign) if campaign is not None or not names else None
    own_texts = read_own_texts(home) if home else ()
    if not names:
        return load_campaign_library(campaign, text), own_texts
    problems = ProblemList()
    folders = [*([home] if home else []), *map(open_library, names)]
    loaded = load_library(folders, problems, options.parse_text_options(text))
    problems.raise_errors()
    return loaded, own_texts


def _audit(auditor: Auditor, draft: Draft, own_texts: tuple[str, ...], silent: bool) -> AuditReport:
    from briefgen.cli.progress import show_check_progress

    with nullcontext() if silent else show_check_progress(sys.stderr, noun="sentence") as progress:
        return auditor.audit(draft, own_texts, progress)


# -- for people


def _show(report: AuditReport, console: Console) -> None:
    from briefgen.audit.audit import describe_counts

    console.problems(report.problems, None if console.verbose else MOST_WARNINGS)
    if not console.quiet:
        for line in _describe_report(report, console.verbose):
            console.line(line)
    console.line(f"{report.draft.path}: {describe_counts(report)}.")


def _describe_report(report: AuditReport, every: bool) -> Iterator[str]:
    from briefgen.audit.changes import describe_changes
    from briefgen.audit.findings import FAULTS, CitationVerdict

    names = ", ".join(report.libraries) or "the campaign"
    statements, texts = quantity(report.statements, "approved statement"), quantity(report.texts, "source")
    yield f"{report.draft.path}, compared with {statements} of {names} and the texts of {texts}"
    for finding in report.sentences:
        if every or finding.verdict in FAULTS:
            yield ""
            yield from _describe_sentence(finding, every)
    for citation in report.citations:
        if citation.verdict is not CitationVerdict.KNOWN or every:
            yield ""
            yield from _describe_citation(citation)
    if report.changes:
        yield ""
        yield "Since briefgen made it:"
        yield from (f"  {line}" for line in describe_changes(report.changes))
    yield ""


def _describe_sentence(finding: SentenceFinding, every: bool) -> Iterator[str]:
    label = f"{finding.sentence.number:>3}  {finding.verdict.value}"
    yield from _wrap(label, f"“{' '.join(finding.sentence.text.split())}”")
    for difference in finding.differences:
        mark = "(look) " if difference.severity == "warning" else ""
        yield from _wrap("", f"{difference.kind.value}: {mark}{difference.message}")
    if (finding.reason and not finding.differences) or (finding.reason and finding.superseded_by):
        yield from _wrap("", finding.reason)
    if finding.correction:
        yield from _wrap("", f"see {finding.correction} in snippets/corrections.md or omitted.yaml")
    offered = finding.superseded_by or finding.matches
    if finding.suggestion:
        first = offered[0]
        yield from _wrap("", f"→ {finding.suggestion}")
        reviewed = f"reviewed by {first.reviewed_by}, {first.reviewed_on}" if first.reviewed_by else ""
        parts = (first.id, *first.sources[:2], reviewed)
        yield from _wrap("", f"  {'; '.join(part for part in parts if part)}")
    elif offered:
        first = offered[0]
        yield from _wrap("", f"{first.id}, reviewed by {first.reviewed_by}, {first.reviewed_on}")
    if every:
        for sentence in finding.to_judge:
            yield from _wrap("", f"to be judged by a person: {sentence}")


def _describe_citation(citation: CitationFinding) -> Iterator[str]:
    what = {"unknown": "not in your library", "differs": "", "known": citation.reference}
    yield from _wrap(f"     citation {citation.verdict.value}", f"“{citation.text}”")
    for difference in citation.differences:
        yield from _wrap("", f"{citation.reference}: {difference.message}")
    if words := what[citation.verdict.value]:
        yield from _wrap("", words)


def _wrap(label: str, text: str) -> Iterator[str]:
    width = max(60, min(110, shutil.get_terminal_size().columns))
    indent = " " * (_LABEL_WIDTH + 4)
    first = f"{label:<{_LABEL_WIDTH + 3}} "
    yield from textwrap.wrap(
        text, width, initial_indent=first, subsequent_indent=indent, break_on_hyphens=False
    ) or [first]
