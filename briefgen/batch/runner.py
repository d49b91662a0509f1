"""Runs a batch from beginning to end: lock the output, plan, make the letters, record them, report."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Protocol

from briefgen.batch.edits import ADOPT_HINT, check_edits_set_aside, is_adopted, read_adopted
from briefgen.batch.file_names import deduplicate_recipients
from briefgen.batch.fork_server import ForkServer
from briefgen.batch.ledger import Ledger, LedgerEntry
from briefgen.batch.lock import LOCK_TIMEOUT, output_lock
from briefgen.batch.outputs.base import BatchOutput
from briefgen.batch.outputs.files import LETTERS_FOLDER
from briefgen.batch.outputs.folder import FolderOutput
from briefgen.batch.plan import SELECT_ALL, BatchSelection, iter_letter_tasks
from briefgen.batch.pool import RECYCLE_WORKER_AFTER, TaskCrash, WorkerPool
from briefgen.batch.report import find_stale_letters, write_errors, write_manifest
from briefgen.batch.stop import StopRequest, stop_on_signals
from briefgen.batch.tasks import BatchJob, FileOutcome, LetterTask, PlannedFile
from briefgen.batch.worker import RenderingWorker
from briefgen.errors import Place, Problem, abbreviate_names, count_affected_recipients, quantity
from briefgen.system.limits import DEFAULT_LIMITS, LETTER_TIME_LIMIT_S, WorkerLimits
from briefgen.system.scratch import scratch_folder


@dataclass(frozen=True, slots=True)
class BatchSummary:
    """How a batch ended. Letters are counted in each format, while `skipped` counts recipients.

    A run that was asked for a part of the batch reports on that part only and counts nobody as skipped.
    """

    out: str
    """Where the letters are."""
    rendered: int
    unchanged: int
    failed: int
    set_aside: int
    skipped: int
    pages: int
    """Of all current letters, in formats that have pages."""
    bytes: int
    """Of all current letters."""
    seconds: float
    interrupted: bool = False
    """Stopped on request before everything was done; the same command continues from there."""
    left: int = 0
    """Letters still to be made: the run was interrupted, or asked for a part only."""
    whole: bool = True
    """Every letter of the batch was made or failed for a recorded reason; then there is a manifest."""
    merged: int = 0
    """Letters that came from shards."""
    notes: tuple[Problem, ...] = ()
    """Warnings about edited, deleted or stale files and about an unreadable ledger."""

    @property
    def ok(self) -> bool:
        """Return whether everybody got their letter."""
        return not (self.failed or self.set_aside or self.skipped or self.interrupted)

    @property
    def exit_code(self) -> int:
        """Return 0 if all letters were made, 1 if some were not, 130 if the run was interrupted."""
        return 130 if self.interrupted else 0 if self.ok else 1


class Engine(Protocol):
    """Makes letters: the process pool of this machine, or a cluster."""

    def run(
        self, tasks: Iterator[LetterTask]
    ) -> Iterator[tuple[LetterTask, tuple[FileOutcome, ...] | TaskCrash]]:
        """Yield each letter, or each part of it that was tried separately, with what became of it."""


EngineFactory = Callable[[FolderOutput, StopRequest], Engine]
"""Creates an engine that writes letters into the folder and obeys the stop request."""


class ProgressReporter(Protocol):
    """Follows a batch as it runs."""

    def begin(self, total: int) -> None:
        """Note that the batch begins with `total` letters, counted in each format."""

    def done(self, outcome: FileOutcome) -> None:
        """Note that one of them is done with."""

    def end(self, summary: BatchSummary) -> None:
        """Note that the batch has ended."""


class SilentProgress:
    """A progress reporter that reports nothing."""

    def begin(self, total: int) -> None:
        """Do nothing."""

    def done(self, outcome: FileOutcome) -> None:
        """Do nothing."""

    def end(self, summary: BatchSummary) -> None:
        """Do nothing."""


def run_batch(
    job: BatchJob,
    output: BatchOutput,
    *,
    workers: int,
    progress: ProgressReporter,
    skipped: Iterable[Problem] = (),
    selection: BatchSelection = SELECT_ALL,
    timeout_s: float = LETTER_TIME_LIMIT_S,
    preload: Iterable[str] = (),
    server: ForkServer | None = None,
    limits: WorkerLimits = DEFAULT_LIMITS,
    recycle_after: int = RECYCLE_WORKER_AFTER,
    lock_timeout: float = LOCK_TIMEOUT,
    engine_factory: EngineFactory | None = None,
) -> BatchSummary:
    """Make every selected letter of the job that is not up to date in `output`, and record it.

    `skipped` are the problems of recipients to whom no letter can be sent; they are reported with the rest.
    The manifest is written once the whole batch is complete, even if the last run made only a part of it.
    `timeout_s` is the time allowed for one recipient's letter in all formats. `preload` names modules that
    all workers need, `server` is a process that was started with them earlier. `lock_timeout` is how long to
    wait for a run that is just ending. If an `engine_factory` is given, its engine makes the letters, and
    `workers`, `timeout_s`, `preload`, `server` and `limits` are ignored.

    Raise OutputBusyError if another run has the output, StorageError if it cannot be written, and any
    BriefgenError that keeps a worker from starting; what was done until then stays done.
    """
    recipients, repeated = deduplicate_recipients(job.recipients)
    job, skipped = replace(job, recipients=recipients), (*skipped, *repeated)
    output.reject_outside_links()
    with (
        output_lock(output.lock_path, label=output.location, timeout=lock_timeout) as lock,
        Ledger(output.ledger_path) as ledger,
        stop_on_signals() as stop,
        scratch_folder() as scratch,
    ):
        output.claim(job.campaign, record=True)
        output.scan()
        output.prepare()
        staging = output.staging_folder(scratch)
        recorder = ResultRecorder(job, ledger, progress)

        @contextmanager
        def start_engine() -> Iterator[Engine]:
            if engine_factory:
                yield engine_factory(staging, stop)
                return
            worker = RenderingWorker(job.composer, job.renderers, job.rendering_fingerprint, staging, scratch)
            with WorkerPool(
                worker.start,
                workers=workers,
                timeout_s=timeout_s,
                stop=stop,
                split=LetterTask.split_by_format,
                limits=limits,
                preload=preload,
                server=server,
                inherit=lock,
                recycle_after=recycle_after,
            ) as pool:
                yield pool

        with start_engine() as engine:
            tasks = iter_letter_tasks(job, ledger, output, selection, recorder.settle)
            for task, result in output.store_letters(engine.run(tasks)):
                recorder.record(task, result)
        ledger.flush()
        summary = finish_batch(output, job, ledger, recorder, skipped, count_skipped=selection.selects_all)
    progress.end(summary)
    return summary


def finish_batch(
    output: BatchOutput,
    job: BatchJob,
    ledger: Ledger,
    recorder: ResultRecorder,
    skipped: tuple[Problem, ...],
    *,
    count_skipped: bool,
) -> BatchSummary:
    """Write the tables of a run that is ending, and sum it up.

    `count_skipped` says whether the skipped recipients count against this run.
    """
    if recorder.is_complete:
        write_manifest(output, job, ledger)
    write_errors(output, job, ledger, skipped)
    stale = find_stale_letters(output, job, ledger) if recorder.is_complete else []
    return recorder.summarize(output, skipped if count_skipped else (), stale)


@dataclass(slots=True)
class ResultRecorder:
    """Records what becomes of the letters in the ledger, counts it and reports progress."""

    job: BatchJob
    ledger: Ledger
    progress: ProgressReporter
    counts: Counter[str] = field(default_factory=Counter)
    pages: int = 0
    bytes: int = 0
    leaves_gaps: bool = False
    """A letter without which the batch is incomplete was left for another run."""
    kept_edits: list[str] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)
    unverified: list[str] = field(default_factory=list)
    kept_unverified: list[str] = field(default_factory=list)
    file_warnings: list[Problem] = field(default_factory=list)
    """What renderers had to say about the files that they made, the first for each code."""
    started_at: float = field(default_factory=time.monotonic)

    def __post_init__(self) -> None:
        self.progress.begin(self.total)

    @property
    def total(self) -> int:
        """Return the number of letters of the job, counted in each format."""
        return len(self.job.recipients) * len(self.job.formats)

    def record(self, task: LetterTask, result: tuple[FileOutcome, ...] | TaskCrash) -> None:
        """Record what became of a letter in the ledger, and count it."""
        outcomes = _crash_outcomes(task, result) if isinstance(result, TaskCrash) else result
        for file, outcome in zip(task.files, outcomes, strict=True):
            self.ledger.record(self._entry_for(file, outcome))
            if file.reason == "missing":
                self.missing.append(file.name)
            if file.reason == "unverified":
                self.unverified.append(file.name)
            if outcome.kept_edit:
                kept = self.kept_unverified if file.reason == "unverified" else self.kept_edits
                kept.append(outcome.kept_edit)
            known = {warning.code for warning in self.file_warnings}
            self.file_warnings += [warning for warning in outcome.warnings if warning.code not in known]
            self.settle(outcome)

    def _entry_for(self, file: PlannedFile, outcome: FileOutcome) -> LedgerEntry:
        previous = file.previous
        return LedgerEntry(
            outcome.recipient,
            outcome.format,
            file.input_hash,
            outcome.state if outcome.state in ("failed", "set-aside") else "rendered",
            outcome.file or (previous.file if previous else ""),
            outcome.sha256 or (previous.sha256 if previous else ""),
            outcome.size,
            outcome.pages,
            outcome.snippets,
            outcome.fit,
            outcome.stage,
            outcome.problems,
            self.job.composer.fingerprint,
            outcome.rendering_hash,
            outcome.etag or (previous.etag if previous else ""),
        )

    def settle(self, outcome: FileOutcome, complete: bool = True) -> None:
        """Count and report an outcome; `complete` says whether the batch can be complete with it."""
        self.counts[outcome.state] += 1
        self.pages += outcome.pages or 0
        self.bytes += outcome.size
        self.leaves_gaps = self.leaves_gaps or not complete
        self.progress.done(outcome)

    @property
    def not_reached(self) -> int:
        """Return the number of letters that an interrupted run did not get to."""
        return self.total - self.counts.total()

    @property
    def is_complete(self) -> bool:
        """Return whether every letter of the batch has been made or has failed for a recorded reason."""
        return not self.not_reached and not self.leaves_gaps

    def summarize(self, output: BatchOutput, skipped: tuple[Problem, ...], stale: list[str]) -> BatchSummary:
        """Sum up the run."""
        return BatchSummary(
            out=output.location,
            rendered=self.counts["rendered"],
            unchanged=self.counts["unchanged"],
            failed=self.counts["failed"],
            set_aside=self.counts["set-aside"],
            merged=self.counts["merged"],
            skipped=count_affected_recipients(skipped),
            pages=self.pages,
            bytes=self.bytes,
            seconds=time.monotonic() - self.started_at,
            interrupted=self.not_reached > 0,
            left=self.not_reached + self.counts["left"],
            whole=self.is_complete,
            notes=(*self._warnings(output), *_stale_letters_warning(output, stale)),
        )

    def _warnings(self, output: BatchOutput) -> Iterator[Problem]:
        yield from self.ledger.warnings
        yield from self.file_warnings
        if self.unverified and not self.ledger.key_warning:
            differing = f"; {abbreviate_names(self.kept_unverified)}: differed, so kept there"
            yield Problem(
                "letter-foreign",
                f"{quantity(len(self.unverified), 'letter')} made again, because briefgen on this computer "
                f"did not record them{differing if self.kept_unverified else ''}",
                Place(f"{output.location}/{LETTERS_FOLDER}"),
                "if you made them on another computer, you need not do anything",
                severity="warning",
            )
        adopted = read_adopted(output.ledger_path.parent)
        if kept_edits := [one for one in self.kept_edits if not is_adopted(one, adopted)]:
            word = next((one for one in kept_edits if one.endswith(".docx")), "")
            yield Problem(
                "letter-edited",
                f"{abbreviate_names(kept_edits)}: edited by hand since the last run, so kept there; "
                f"{LETTERS_FOLDER}/ has a new version",
                Place(output.location),
                ADOPT_HINT.format(f"{output.location}/{word}")
                if word and "://" not in output.location
                else "move letters that you edit by hand to another folder before the next run",
                severity="warning",
            )
        if isinstance(output, FolderOutput):
            yield from check_edits_set_aside(
                output, self.job.recipients, self.kept_edits + self.kept_unverified
            )
        if self.missing and not self.ledger.warning:
            yield Problem(
                "letter-missing",
                f"{abbreviate_names(self.missing)}: deleted or moved away since the last run; made again",
                Place(f"{output.location}/{LETTERS_FOLDER}"),
                "to stop writing to somebody, remove the row from the list of recipients",
                severity="warning",
            )


def _crash_outcomes(task: LetterTask, crash: TaskCrash) -> tuple[FileOutcome, ...]:
    recipient, place = task.recipient.id, task.recipient.place
    if crash.how == "hung":
        problem = Problem(
            "letter-hung",
            f"abandoned after two attempts: {crash.detail}",
            place,
            "look for an endless loop in its template or for very long text in the recipient's row",
        )
    else:
        problem = Problem(
            "letter-crashed",
            f"abandoned after two attempts: {crash.detail}",
            place,
            "run the same command again; if the problem persists, report it with this message",
        )
    return tuple(
        FileOutcome(recipient, file.format, "set-aside", stage="worker", problems=(problem,))
        for file in task.files
    )


def _stale_letters_warning(output: BatchOutput, stale: list[str]) -> list[Problem]:
    if not stale:
        return []
    return [
        Problem(
            "letters-stale",
            f"not part of this batch, but in {LETTERS_FOLDER}/: {abbreviate_names(stale)}",
            Place(f"{output.location}/{LETTERS_FOLDER}"),
            "move or remove them before you post what is in the folder",
            severity="warning",
        )
    ]
