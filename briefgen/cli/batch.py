"""The command `batch`, which makes all letters of a campaign."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import asdict
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from briefgen.cli import options
from briefgen.cli.app import app
from briefgen.cli.console import MOST_WARNINGS, Console, tolerate_closed_streams
from briefgen.errors import Problem, UsageError, count_affected_recipients, quantity

if TYPE_CHECKING:
    from briefgen.batch.fork_server import ForkServer
    from briefgen.batch.plan import BatchSelection
    from briefgen.batch.preview import BatchPreview, PreviewEntry
    from briefgen.batch.runner import BatchSummary, EngineFactory
    from briefgen.campaign.job import CampaignBatch

MAX_JOBS = 256
SHOWN_RECIPIENTS = 5
"""Recipients named for each reason, without -v."""
_STORE_OPTION = "--out s3://…"
_CONFLICTS = (
    (
        "--merge",
        (
            "--shard",
            "--only",
            "--limit",
            "--retry-failed",
            "--dry-run",
            "--jobs",
            "--engine",
            "--verify-layout",
        ),
    ),
    ("--dry-run", ("--verify-layout",)),
    ("--engine", ("--dry-run", "--jobs")),
    ("--only", ("--limit", "--retry-failed", "--shard")),
    (_STORE_OPTION, ("--merge",)),
)
"""Options, each with those that it cannot be combined with."""
_CONFLICT_REASONS = {
    _STORE_OPTION: "shards can only be merged in a folder on this computer",
    "--merge": "it collects finished letters and makes none",
    "--dry-run": "it makes no letter",
    "--engine": "the cluster makes the letters, one in each thread of its workers",
    "--only": "it makes the named recipients' letters, whatever happened to them before",
}


@app.command(cls=options.FormatsCommand)
def batch(
    campaign: options.CampaignPath = Path(),
    out: options.BatchOutputOption = None,
    format: options.Formats = None,
    jobs: Annotated[
        int, typer.Option(min=0, max=MAX_JOBS, help="Letters to make at once; 0: one per processor.")
    ] = 0,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Show what would be made and why; write nothing.")
    ] = False,
    only: Annotated[
        list[str] | None,
        typer.Option(metavar="ID", help="Make letters to this recipient only; repeatable."),
    ] = None,
    limit: Annotated[int | None, typer.Option(min=1, help="Stop after this many recipients.")] = None,
    retry_failed: Annotated[
        bool, typer.Option("--retry-failed", help="Make only letters that failed in the last run.")
    ] = False,
    shard: Annotated[
        str | None, typer.Option(metavar="I/N", help="Make part I of N, in its own folder.")
    ] = None,
    merge: Annotated[bool, typer.Option("--merge", help="Merge the parts made with --shard.")] = False,
    engine: Annotated[
        str | None,
        typer.Option(
            metavar="dask://HOST:PORT", help="Make the letters on a Dask cluster.", show_default=False
        ),
    ] = None,
    verify_layout: Annotated[
        bool,
        typer.Option("--verify-layout", help="Compare every letter with its full layout."),
    ] = False,
    merge_duplicates: options.MergeDuplicates = False,
    text: options.SourceTexts = None,
    as_json: options.JsonOutput = False,
    quiet: options.Quiet = False,
    verbose: options.Verbose = False,
) -> None:
    """Make all letters of a campaign; run it again to continue where it stopped."""
    from briefgen.batch.plan import BatchSelection
    from briefgen.batch.registry import find_engine, find_output
    from briefgen.batch.shards import Shard
    from briefgen.campaign.job import CampaignBatch, open_output, select_formats, start_server
    from briefgen.campaign.open import find_recipients, open_campaign

    given = {"--merge": merge, "--shard": shard is not None, "--only": only, "--limit": limit, "--jobs": jobs}
    given |= {"--verify-layout": verify_layout}
    given |= {"--retry-failed": retry_failed, "--dry-run": dry_run, "--engine": engine is not None}
    given |= {_STORE_OPTION: out is not None and out.is_address}
    _reject_conflicts([name for name, value in given.items() if value])
    part = Shard.parse(shard) if shard is not None else None
    if engine is not None:
        find_engine(engine)
    if out and out.is_address:
        find_output(out.text)
    console = Console(as_json, quiet, verbose)
    makes_letters = not (merge or dry_run or engine)
    with tolerate_closed_streams(), start_server(format) if makes_letters else nullcontext() as server:
        opened = open_campaign(campaign, texts=options.parse_text_options(text))
        if merge_duplicates:
            opened = opened.without_duplicates()
        if dry_run:
            console.problems(opened.warnings, most=MOST_WARNINGS)
        else:
            console.warnings(opened.warnings, campaign)
        console.withheld(opened.withheld)
        ids = frozenset(recipient.id for recipient in find_recipients(opened, only)) if only else None
        output = open_output(opened, out.text if out else None)
        formats = select_formats(opened, format)
        run = CampaignBatch.assemble(opened, formats, output, part, verify_layout=verify_layout)
        selection = BatchSelection(ids, limit, retry_failed)
        if merge:
            code = _merge_shards(console, run)
        elif dry_run:
            code = _show_preview(console, run, selection)
        else:
            code = _make_letters(console, run, selection, jobs, server, engine)
    if code:
        raise typer.Exit(code)


def _reject_conflicts(given: list[str]) -> None:
    for name, conflicting in _CONFLICTS:
        if name in given and (others := [other for other in conflicting if other in given]):
            problem = Problem(
                "options-apart",
                f"{name} cannot be combined with {others[0]}",
                None,
                f"leave one of them out; {_CONFLICT_REASONS[name]}",
            )
            raise UsageError(problem)


def _make_letters(
    console: Console,
    run: CampaignBatch,
    selection: BatchSelection,
    jobs: int,
    server: ForkServer | None,
    engine: str | None,
) -> int:
    from briefgen.cli.progress import show_progress

    with (
        _connect_engine(console, run, engine) as factory,
        show_progress(sys.stderr, quiet=console.quiet) as progress,
    ):
        summary = run.run(selection, progress, workers=jobs, server=server, engine=factory)
    return _show_summary(console, summary, run)


@contextmanager
def _connect_engine(
    console: Console, run: CampaignBatch, address: str | None
) -> Iterator[EngineFactory | None]:
    if address is None:
        yield None
        return
    with run.connect_engine(address) as connected:
        console.note(f"{connected.description}.")
        yield connected.create


def _merge_shards(console: Console, run: CampaignBatch) -> int:
    from briefgen.cli.progress import show_progress

    with show_progress(sys.stderr, quiet=console.quiet) as progress:
        summary = run.merge(progress)
    return _show_summary(console, summary, run)


def _show_summary(console: Console, summary: BatchSummary, run: CampaignBatch) -> int:
    console.document(
        {
            "ok": summary.ok,
            **asdict(summary),
            "skipped_recipients": [problem.as_json() for problem in run.skipped],
            "do_not_write": run.campaign.do_not_write,
            "warnings": [problem.as_json() for problem in run.campaign.warnings],
        }
    )
    return summary.exit_code


def _show_preview(console: Console, run: CampaignBatch, selection: BatchSelection) -> int:
    preview = run.preview(selection)
    console.document(
        {
            "ok": not preview.exit_code,
            "dry_run": True,
            "out": run.output.location,
            **{state: preview.counts[state] for state in ("make", "unchanged", "fail", "left")},
            "letters": [entry.as_json() for entry in preview.letters],
            "skipped_recipients": [problem.as_json() for problem in preview.skipped],
            "do_not_write": run.campaign.do_not_write,
            "notes": [problem.as_json() for problem in preview.notes],
            "warnings": [problem.as_json() for problem in run.campaign.warnings],
        }
    )
    if console.as_json:
        return preview.exit_code
    console.problems(preview.notes)
    console.problems(preview.skipped)
    for line in _describe_preview(preview, name_all=console.verbose):
        console.line(line)
    return preview.exit_code


def _describe_preview(preview: BatchPreview, *, name_all: bool) -> list[str]:
    """Return what would be made, grouped by reason, and the counts."""
    from briefgen.batch.preview import REASON_TEXTS

    lines = []
    for state, heading in (
        ("make", "To be made"),
        ("fail", "Cannot be composed"),
        ("left", "Left for another run"),
    ):
        for reason in REASON_TEXTS:
            entries = [entry for entry in preview.letters if (entry.state, entry.why) == (state, reason)]
            if entries:
                lines.append(f"{heading}, {quantity(len(entries), 'file')}: {REASON_TEXTS[reason]}")
                lines += _list_recipients(entries, name_all=name_all)
    counts = preview.counts
    parts = [
        (counts["make"], "to be made"),
        (counts["unchanged"], "unchanged"),
        (counts["fail"], "that cannot be composed"),
        (counts["left"], "left for another run"),
    ]
    total = ", ".join(f"{number:,} {what}" for number, what in parts if number) or "nothing to do"
    number = count_affected_recipients(preview.skipped)
    skipped = f"; {quantity(number, 'recipient')} skipped (see above)" if number else ""
    return [*lines, f"Files: {total}{skipped}. Nothing was written."]


def _list_recipients(entries: list[PreviewEntry], *, name_all: bool) -> list[str]:
    groups = [(id, list(group)) for id, group in groupby(entries, key=lambda entry: entry.recipient)]
    shown = groups if name_all else groups[:SHOWN_RECIPIENTS]
    lines = []
    for id, group in shown:
        lines.append(f"    {id} ({', '.join(entry.format for entry in group)})")
        lines += [f"        {problem}" for problem in dict.fromkeys(group[0].problems)]
    if len(shown) < len(groups):
        lines.append(f"    and {quantity(len(groups) - len(shown), 'recipient')} more (-v names them)")
    return lines
