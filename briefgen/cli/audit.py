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

_LARGE_BYTES = 4_000_000
"""Size of a draft that takes some seconds to read."""
_LABEL_WIDTH = 18
"""Width of the column with number and verdict, in characters."""


@app.command("audit")
def audit_files(
    files: Annotated[
        list[Path],
        typer.Argument(
            metavar="FILE…",
            help="Drafts: DOCX, PDF, ODT, Markdown, text or e-mail (.eml), or folders of them.",
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
    output: Annotated[
        Path | None,
        typer.Option(
            "--output",
            "-o",
            metavar="FILE",
            help="Write the draft with what was found: .docx (comments), .pdf (highlights) or .html.",
            show_default=False,
        ),
    ] = None,
    suggest: Annotated[
        bool, typer.Option("--suggest", help="With -o FILE.docx: make suggestions as tracked changes.")
    ] = False,
    form: Annotated[
        str,
        typer.Option("--format", metavar="FORM", help="Print text, or annotations for a github workflow."),
    ] = "text",
    as_json: options.JsonOutput = False,
    quiet: options.Quiet = False,
    verbose: options.Verbose = False,
) -> None:
    """Judge each sentence of a draft: approved, supported, different, overtaken, or borne out by nothing."""
    console = Console(as_json, quiet, verbose)
    allowed = _parse_verdicts(allow or [])
    annotates = _parse_form(form, as_json)
    drafts, unread = _read_drafts(files, console)
    if unread and not annotates:
        raise BriefgenError(unread)
    _check_output(drafts, output, suggest)
    loaded, own_texts = _load_library(campaign, library or [], text)
    from briefgen.audit.answers.registry import write_answer
    from briefgen.audit.audit import Auditor

    auditor = Auditor(loaded)
    silent = quiet or as_json or annotates
    reports, endless = _audit_all(auditor, drafts, own_texts, silent)
    unread += endless
    status = max((report.exit_status(allowed) for report in reports), default=0) or int(bool(unread))
    if output and reports:
        write_answer(Path(drafts[0].path), reports[0], output, suggest=suggest)
    if annotates:
        _print_annotations(reports, unread, allowed)
    else:
        failed = {"problems": [problem.as_json() for problem in unread]} if unread else {}
        console.document({"ok": not status, "drafts": [report.as_json() for report in reports], **failed})
        for report in reports:
            _show(report, console)
        console.problems(unread)
    if output and reports:
        console.note(f"Written: {output}")
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


def _parse_form(name: str, as_json: bool) -> bool:
    """Return whether annotations are asked for; raise UsageError for an unknown form."""
    if name not in ("text", "github"):
        hint = suggest_similar(name, ("text", "github"))
        raise UsageError(Problem("audit-format", f"--format takes text or github, not {name!r}", None, hint))
    if name == "github" and as_json:
        message = "--json and --format github were both given"
        raise UsageError(Problem("audit-format", message, None, "omit one of them"))
    return name == "github"


def _read_drafts(files: list[Path], console: Console) -> tuple[list[Draft], list[Problem]]:
    """Return the drafts, those in folders too, and the problems of all that cannot be read."""
    from briefgen.audit.readers.registry import find_drafts, read_draft
    from briefgen.system.files import file_size

    drafts: list[Draft] = []
    problems: list[Problem] = []
    for file in find_drafts(files):
        try:
            if (size := file_size(file)) >= _LARGE_BYTES:
                console.note(f"Reading {file} ({size // 1_000_000} MB) …")
            drafts.append(read_draft(file))
        except BriefgenError as error:
            problems += error.problems
    return drafts, problems


def _check_output(drafts: list[Draft], output: Path | None, suggest: bool) -> None:
    """Raise UsageError if what `-o` and `--suggest` ask for cannot be written."""
    from briefgen.audit.answers.registry import check_answer

    if output is None:
        if suggest:
            message = "--suggest writes into a Word file, and none is named"
            raise UsageError(Problem("answer-suggest", message, None, "add -o FILE.docx"))
    elif len(drafts) != 1:
        message = f"-o takes one draft, not {len(drafts)}"
        raise UsageError(Problem("answer-several", message, None, "audit them one by one"))
    else:
        check_answer(Path(drafts[0].path), output, drafts[0].kind, suggest=suggest)


def _print_annotations(
    reports: list[AuditReport], unread: list[Problem], allowed: tuple[SentenceVerdict, ...]
) -> None:
    from briefgen.audit.answers.github import format_annotations, format_problem_annotation

    for problem in unread:
        print(format_problem_annotation(problem, ""))
    for report in reports:
        for line in format_annotations(report, allowed):
            print(line)


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


def _audit_all(
    auditor: Auditor, drafts: list[Draft], own_texts: tuple[str, ...], silent: bool
) -> tuple[list[AuditReport], list[Problem]]:
    """Return the reports, and the problems of drafts whose audit takes too much time or memory."""
    reports: list[AuditReport] = []
    problems: list[Problem] = []
    for draft in drafts:
        try:
            reports.append(_audit(auditor, draft, own_texts, silent))
        except BriefgenError as error:
            problems += error.problems
    return reports, problems


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
