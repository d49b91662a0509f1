"""The command that writes all letters of a campaign."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, replace
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from briefgen.cli import options
from briefgen.cli.campaign import formats_of, job_of, opened_at, output_of
from briefgen.cli.console import Show, count, unbroken
from briefgen.cli.main import app
from briefgen.errors import BriefgenError, Problem, UsageError, count_recipients

if TYPE_CHECKING:
    from briefgen.batch.dask.executor import Address
    from briefgen.batch.outputs.folder import Folder
    from briefgen.batch.outputs.s3 import Bucket
    from briefgen.batch.outputs.s3_client import Address as StoreAddress
    from briefgen.batch.plan import Choice
    from briefgen.batch.preview import Foreseen, Preview
    from briefgen.batch.runner import Elsewhere, Summary
    from briefgen.batch.shards import Shard
    from briefgen.campaign.open import Campaign

MOST_AT_ONCE = 256
SHOWN = 5
"""Recipients named for each reason, without -v."""
_MODULES = {"pdf": "weasyprint", "docx": "docx", "txt": "briefgen.render.text"}
"""Loaded once for all workers."""
STORE = "--out s3://…"
_APART = (
    ("--merge", ("--shard", "--only", "--limit", "--retry-failed", "--dry-run", "--jobs", "--engine")),
    ("--engine", ("--dry-run", "--jobs")),
    ("--only", ("--limit", "--retry-failed", "--shard")),
    (STORE, ("--merge",)),
)
"""Options, each with those beside which it makes no sense."""
_ALONE = {
    STORE: "shards are brought together in a folder of this computer",
    "--merge": "it brings together what is there, and makes nothing",
    "--engine": "the letters are made by the cluster, each thread of its workers making one at a time",
    "--only": "it makes the letters of those who are named, whatever became of them before",
}


@app.command()
def batch(
    campaign: options.Campaign = Path(),
    out: options.BatchOut = None,
    format: options.Formats = None,
    jobs: Annotated[
        int, typer.Option(min=0, max=MOST_AT_ONCE, help="Letters made at once; 0: one per processor.")
    ] = 0,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say what would be made and why, and write nothing.")
    ] = False,
    only: Annotated[
        list[str] | None,
        typer.Option(metavar="ID", help="Make the letters of this recipient only; repeatable."),
    ] = None,
    limit: Annotated[
        int | None, typer.Option(min=1, help="Make letters for so many recipients at most.")
    ] = None,
    retry_failed: Annotated[
        bool, typer.Option("--retry-failed", help="Make those only that could not be made at the last try.")
    ] = False,
    shard: Annotated[
        str | None, typer.Option(metavar="I/N", help="Make the I-th of N parts, in a folder of its own.")
    ] = None,
    merge: Annotated[
        bool, typer.Option("--merge", help="Bring the parts made with --shard together.")
    ] = False,
    engine: Annotated[
        str | None,
        typer.Option(
            metavar="dask://HOST:PORT", help="Have the letters made by a Dask cluster.", show_default=False
        ),
    ] = None,
    text: options.Text = None,
    as_json: options.Json = False,
    quiet: options.Quiet = False,
    verbose: options.Verbose = False,
) -> None:
    """Write all letters of a campaign; run again, it goes on where it stopped and does nothing twice."""
    from briefgen.batch.plan import Choice
    from briefgen.batch.shards import Shard
    from briefgen.campaign.open import recipients_named

    given = {"--merge": merge, "--shard": shard is not None, "--only": only, "--limit": limit, "--jobs": jobs}
    given |= {"--retry-failed": retry_failed, "--dry-run": dry_run, "--engine": engine is not None}
    given |= {STORE: bool(out and out.in_store)}
    _require_sense([name for name, value in given.items() if value])
    part = Shard.read(shard) if shard is not None else None
    at = _address(engine)
    destination = _read(out)
    show = Show(as_json, quiet, verbose)
    with unbroken():
        opened = opened_at(campaign, text)
        if dry_run:
            show.problems(opened.warnings)
        else:
            show.warnings(opened.warnings, campaign)
        ids = frozenset(one.id for one in recipients_named(opened, only)) if only else None
        run = _Run(opened, formats_of(opened, format), _output(opened, destination), part)
        choice = Choice(ids, limit, retry_failed)
        if merge:
            code = _merge(show, run)
        elif dry_run:
            code = _preview(show, run, choice)
        else:
            code = _make(show, run, choice, jobs, at)
    if code:
        raise typer.Exit(code)


def _address(engine: str | None) -> Address | None:
    if engine is None:
        return None
    from briefgen.batch.dask.executor import Address

    return Address.read(engine)


def _read(out: options.Destination | None) -> Path | StoreAddress | None:
    if out is None or not out.in_store:
        return Path(out.text) if out else None
    from briefgen.batch.outputs.s3_client import Address

    return Address.read(out.text)


def _output(opened: Campaign, out: Path | StoreAddress | None) -> Folder | Bucket:
    """Where the letters go; of those that go to a store, the records stay beside the campaign."""
    from briefgen.batch.outputs.folder import Folder

    if out is None or isinstance(out, Path):
        return Folder(output_of(opened, out))
    from briefgen.batch.outputs.s3 import Bucket
    from briefgen.batch.outputs.s3_client import Store

    return Bucket(Store(out), output_of(opened, None))


def _require_sense(given: list[str]) -> None:
    for name, apart in _APART:
        if name in given and (others := [other for other in apart if other in given]):
            problem = Problem(
                "options-apart",
                f"{name} and {others[0]} do not go together",
                None,
                f"leave one of them out; {_ALONE[name]}",
            )
            raise UsageError(problem)


class _Run:
    """What a run is about: the whole batch, or one shard of it."""

    def __init__(self, opened: Campaign, formats: Any, output: Folder | Bucket, part: Shard | None) -> None:
        if not opened.recipients and not opened.skipped:
            raise BriefgenError(
                Problem(
                    "recipients-none",
                    "the campaign has nobody to write to, and no letter was made",
                    opened.campaign.at("recipients"),
                    "fill the list of recipients that campaign.yaml names, or name one there",
                )
            )
        recipients, skipped = opened.recipients, opened.skipped
        if part:
            recipients, skipped = part.recipients(recipients), part.problems(skipped)
            output = output.within(part.place)
        self.job = job_of(opened, formats, recipients)
        self.opened, self.skipped, self.output = opened, skipped, output

    @property
    def preload(self) -> list[str]:
        """Modules that every worker needs; pages are measured as PDF, whatever the formats."""
        limited = self.opened.campaign.letter.max_pages is not None
        setting = dict.fromkeys([*self.job.formats, *(["pdf"] if limited else [])])
        return ["briefgen.campaign.page_fit", *(_MODULES[format] for format in setting)]


def _make(show: Show, run: _Run, choice: Choice, jobs: int, at: Address | None) -> int:
    from briefgen.batch.pool import available_processors
    from briefgen.batch.runner import run_batch
    from briefgen.cli.progress import watching

    with (
        _elsewhere(show, run, at) as elsewhere,
        watching(sys.stderr, quiet=show.quiet) as watch,
    ):
        summary = run_batch(
            run.job,
            run.output,
            workers=jobs or available_processors(),
            watch=watch,
            skipped=run.skipped,
            choice=choice,
            preload=run.preload,
            elsewhere=elsewhere,
        )
    return _ended(show, summary, run)


@contextmanager
def _elsewhere(show: Show, run: _Run, at: Address | None) -> Iterator[Elsewhere | None]:
    """The cluster that makes the letters; None where this machine does."""
    if at is None:
        yield None
        return
    from briefgen.batch.dask.executor import Cluster, connected
    from briefgen.batch.dask.payload import Parcel, Site
    from briefgen.campaign.environment import campaign_files, for_travel, library_folder, versions

    site = Site(versions, library_folder)
    travelling = replace(run.opened, composer=for_travel(run.opened.composer))
    job = replace(run.job, composer=travelling.fitting(run.opened.renderers(run.job.formats)))
    folder = travelling.composer.folder
    parcel = Parcel(job, folder, campaign_files(folder), site, tuple(run.preload))
    with connected(at) as client:
        threads = client.nthreads()
        show.note(
            f"{at.text}: {count(len(threads), 'worker')} with {count(sum(threads.values()), 'thread')}."
        )
        yield lambda desk, stop: Cluster(client, at, parcel, desk, stop)


def _merge(show: Show, run: _Run) -> int:
    from briefgen.batch.outputs.folder import Folder
    from briefgen.batch.shards import merge
    from briefgen.cli.progress import watching

    assert isinstance(run.output, Folder)  # _require_sense has seen to it
    with watching(sys.stderr, quiet=show.quiet) as watch:
        summary = merge(run.job, run.output, watch=watch, skipped=run.skipped)
    return _ended(show, summary, run)


def _ended(show: Show, summary: Summary, run: _Run) -> int:
    show.document(
        {
            "ok": summary.ok,
            **asdict(summary),
            "skipped_recipients": [problem.as_json() for problem in run.skipped],
            "warnings": [problem.as_json() for problem in run.opened.warnings],
        }
    )
    return summary.exit_code


def _preview(show: Show, run: _Run, choice: Choice) -> int:
    from briefgen.batch.preview import preview

    # No PDF is to be made, so that no more is laid out than tells what fits.
    job = replace(run.job, composer=run.opened.fitting(run.opened.renderers(())))
    found = preview(job, run.output, skipped=run.skipped, choice=choice)
    show.document(
        {
            "ok": not found.exit_code,
            "dry_run": True,
            "out": run.output.place,
            **{state: found.counts[state] for state in ("make", "unchanged", "fail", "left")},
            "letters": [one.as_json() for one in found.letters],
            "skipped_recipients": [problem.as_json() for problem in found.skipped],
            "notes": [problem.as_json() for problem in found.notes],
            "warnings": [problem.as_json() for problem in run.opened.warnings],
        }
    )
    if show.as_json:
        return found.exit_code
    show.problems(found.notes)
    show.problems(found.skipped)
    for line in _lines(found, every=show.verbose):
        show.line(line)
    return found.exit_code


def _lines(found: Preview, *, every: bool) -> list[str]:
    """What would be made, gathered by reason; then the counts."""
    from briefgen.batch.preview import WHY

    lines = []
    for state, words in (
        ("make", "To be made"),
        ("fail", "Cannot be composed"),
        ("left", "Left for another run"),
    ):
        for why in WHY:
            of_it = [one for one in found.letters if (one.state, one.why) == (state, why)]
            if of_it:
                lines.append(f"{words}, {count(len(of_it), 'file')}: {WHY[why]}")
                lines += _named(of_it, every=every)
    counts = found.counts
    told = [
        (counts["make"], "to be made"),
        (counts["unchanged"], "unchanged"),
        (counts["fail"], "that cannot be composed"),
        (counts["left"], "left for another run"),
    ]
    said = ", ".join(f"{number:,} {what}" for number, what in told if number) or "nothing to do"
    skipped = (
        f"; {count(count_recipients(found.skipped), 'recipient')} skipped (see above)"
        if found.skipped
        else ""
    )
    return [*lines, f"Files: {said}{skipped}. Nothing was written."]


def _named(letters: list[Foreseen], *, every: bool) -> list[str]:
    people = [(who, list(of_them)) for who, of_them in groupby(letters, key=lambda one: one.recipient)]
    shown = people if every else people[:SHOWN]
    lines = []
    for who, of_them in shown:
        lines.append(f"    {who} ({', '.join(one.format for one in of_them)})")
        lines += [f"        {problem}" for problem in dict.fromkeys(of_them[0].problems)]
    if len(shown) < len(people):
        lines.append(f"    and {count(len(people) - len(shown), 'recipient')} more (-v names them)")
    return lines
