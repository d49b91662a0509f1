"""A batch from beginning to end: hold the folder, find what is to be made, have it made, record, report.

This room puts the others in order; it looks into no letter.
"""

from __future__ import annotations

import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Protocol

from briefgen.batch.ledger import Entry, Ledger
from briefgen.batch.lock import PATIENCE_S, Stop, held, stopping
from briefgen.batch.outputs.base import LETTERS, Output
from briefgen.batch.outputs.folder import Folder
from briefgen.batch.plan import EVERYTHING, Choice, Job, Letter, Outcome, Wanted, distinct, todo
from briefgen.batch.pool import LIMITS, RECYCLE_AFTER, Crash, Limits, Pool
from briefgen.batch.report import stale_letters, write_errors, write_manifest
from briefgen.batch.worker import Desk
from briefgen.errors import Place, Problem, count_recipients

TIMEOUT_S = 30.0


@dataclass(frozen=True, slots=True)
class Summary:
    """How a batch ended. Letters are counted in each format; `skipped` counts recipients.

    A run that was asked for a part of the batch answers for that part: nobody is skipped by it.
    """

    out: str
    """Where the letters lie."""
    rendered: int
    unchanged: int
    failed: int
    set_aside: int
    skipped: int
    pages: int
    """Of all letters that stand, where the format has pages."""
    bytes: int
    """Of all letters that stand."""
    seconds: float
    interrupted: bool = False
    """Stopped on request before all was done; the same command goes on from there."""
    left: int = 0
    """Letters to be made that this run did not make: it was interrupted, or asked for a part."""
    whole: bool = True
    """Every letter of the batch stands or has its reason; then there is a manifest."""
    merged: int = 0
    """Letters that came from shards."""
    notes: tuple[Problem, ...] = ()
    """Warnings: files changed by hand, deleted, or of nobody; an unreadable ledger."""

    @property
    def ok(self) -> bool:
        """Whether everybody got their letter."""
        return not (self.failed or self.set_aside or self.skipped or self.interrupted)

    @property
    def exit_code(self) -> int:
        """0 all made, 1 some not, 130 interrupted."""
        return 130 if self.interrupted else 0 if self.ok else 1


class Engine(Protocol):
    """Makes letters: the pool of this machine, or a cluster."""

    def run(self, tasks: Iterator[Letter]) -> Iterator[tuple[Letter, tuple[Outcome, ...] | Crash]]:
        """Each letter, or each part of it that is tried by itself, with what became of it."""


Elsewhere = Callable[[Folder, Stop], Engine]
"""Another engine than the pool; it puts letters into the folder and heeds the wish to stop."""


class Watch(Protocol):
    """Sees a batch happen."""

    def begin(self, total: int) -> None:
        """`total` letters, counted in each format, will be looked at."""

    def done(self, outcome: Outcome) -> None:
        """One of them is settled."""

    def end(self, summary: Summary) -> None:
        """The batch is over."""


def run_batch(
    job: Job,
    output: Output,
    *,
    workers: int,
    watch: Watch,
    skipped: Iterable[Problem] = (),
    choice: Choice = EVERYTHING,
    timeout_s: float = TIMEOUT_S,
    preload: Iterable[str] = (),
    limits: Limits = LIMITS,
    recycle_after: int = RECYCLE_AFTER,
    patience_s: float = PATIENCE_S,
    elsewhere: Elsewhere | None = None,
) -> Summary:
    """Make every letter of the job that is chosen and does not stand unchanged in `output`, and record it.

    `skipped` are the problems of recipients who cannot be written to; they are reported with the rest.
    A manifest is written when the whole batch is settled, also where the last run made only a part of it.
    `timeout_s` is the time for one recipient's letter in all formats. `preload` names modules that all
    workers need; `patience_s` is how long to wait for a run that is just ending. With `elsewhere`, letters
    are made there, and `workers`, `timeout_s`, `preload` and `limits` are its affair. Raises OutputBusy where
    another run holds the output, StorageFault where it cannot be written, and any BriefgenError by which a
    worker refuses to start; what was done until then stays done.
    """
    recipients, repeated = distinct(job.recipients)
    job, skipped = replace(job, recipients=recipients), (*skipped, *repeated)
    output.require_inside()
    with (
        held(output.place, output.lock, patience_s=patience_s) as lock,
        Ledger(output.ledger) as ledger,
        stopping() as stop,
        tempfile.TemporaryDirectory(prefix="briefgen-", ignore_cleanup_errors=True) as scratch,
    ):
        output.look()
        output.prepare()
        desk = output.desk(Path(scratch))
        tally = Tally(job, ledger, watch)

        @contextmanager
        def engine_at_hand() -> Iterator[Engine]:
            """The one elsewhere, or the worker processes of this machine."""
            if elsewhere:
                yield elsewhere(desk, stop)
                return
            with Pool(
                Desk(job.composer, job.renderers, job.drawing, desk, Path(scratch)).start,
                workers=workers,
                timeout_s=timeout_s,
                stop=stop,
                apart=Letter.apart,
                limits=limits,
                preload=preload,
                holds=lock,
                recycle_after=recycle_after,
            ) as engine:
                yield engine

        with engine_at_hand() as engine:
            made = engine.run(todo(job, ledger, output, choice, tally.settle))
            for letter, result in output.kept(made):
                tally.record(letter, result)
        ledger.flush()
        summary = closed(output, job, ledger, tally, skipped, counted=choice.everything)
    watch.end(summary)
    return summary


def closed(
    output: Output, job: Job, ledger: Ledger, tally: Tally, skipped: tuple[Problem, ...], *, counted: bool
) -> Summary:
    """Write the tables of a run that ends, and sum it up; `counted` where the skipped are its affair."""
    if tally.whole:
        write_manifest(output, job, ledger)
    write_errors(output, job, ledger, skipped)
    stale = stale_letters(output, job, ledger) if tally.whole else []
    return tally.summary(output, skipped if counted else (), stale)


@dataclass(slots=True)
class Tally:
    """Counts, records and shows what becomes of the letters."""

    job: Job
    ledger: Ledger
    watch: Watch
    counts: Counter[str] = field(default_factory=Counter)
    pages: int = 0
    bytes: int = 0
    unmade: bool = False
    """A letter was left for another run without which the batch is not whole."""
    kept: list[str] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)
    began: float = field(default_factory=time.monotonic)

    def __post_init__(self) -> None:
        self.watch.begin(self.total)

    @property
    def total(self) -> int:
        """Letters of the job, in each format."""
        return len(self.job.recipients) * len(self.job.formats)

    def record(self, letter: Letter, result: tuple[Outcome, ...] | Crash) -> None:
        """Put into the ledger what became of a letter, and settle it."""
        outcomes = _set_aside(letter, result) if isinstance(result, Crash) else result
        for wanted, outcome in zip(letter.wanted, outcomes, strict=True):
            self.ledger.record(self._entry(wanted, outcome))
            if wanted.why == "missing":
                self.missing.append(wanted.file)
            self.settle(outcome)

    def _entry(self, wanted: Wanted, outcome: Outcome) -> Entry:
        earlier = wanted.earlier
        return Entry(
            outcome.recipient,
            outcome.format,
            wanted.key,
            outcome.state if outcome.state in ("failed", "set-aside") else "rendered",
            outcome.file or (earlier.file if earlier else ""),
            outcome.sha256 or (earlier.sha256 if earlier else ""),
            outcome.size,
            outcome.pages,
            outcome.snippets,
            outcome.fit,
            outcome.stage,
            outcome.problems,
            self.job.composer.fingerprint,
            outcome.drawn,
            outcome.etag or (earlier.etag if earlier else ""),
        )

    def settle(self, outcome: Outcome, whole: bool = True) -> None:
        """Count and show an outcome; `whole` where the batch is none the less whole."""
        self.counts[outcome.state] += 1
        self.pages += outcome.pages or 0
        self.bytes += outcome.size
        self.unmade = self.unmade or not whole
        if outcome.kept:
            self.kept.append(outcome.kept)
        self.watch.done(outcome)

    @property
    def unsettled(self) -> int:
        """Letters that an interrupted run did not come to."""
        return self.total - self.counts.total()

    @property
    def whole(self) -> bool:
        """Whether every letter of the batch stands or has its reason."""
        return not self.unsettled and not self.unmade

    def summary(self, output: Output, skipped: tuple[Problem, ...], stale: list[str]) -> Summary:
        """The end of it."""
        return Summary(
            out=output.place,
            rendered=self.counts["rendered"],
            unchanged=self.counts["unchanged"],
            failed=self.counts["failed"],
            set_aside=self.counts["set-aside"],
            merged=self.counts["merged"],
            skipped=count_recipients(skipped),
            pages=self.pages,
            bytes=self.bytes,
            seconds=time.monotonic() - self.began,
            interrupted=self.unsettled > 0,
            left=self.unsettled + self.counts["left"],
            whole=self.whole,
            notes=(*self._notes(output), *_stale_note(output, stale)),
        )

    def _notes(self, output: Output) -> Iterator[Problem]:
        if self.ledger.note:
            yield self.ledger.note
        if self.kept:
            yield Problem(
                "letter-edited",
                f"{_listed(self.kept)}: changed by hand since briefgen wrote them, and kept there; "
                f"{LETTERS}/ has them anew",
                Place(output.place),
                "move what you change by hand to another folder before the next run",
                severity="warning",
            )
        if self.missing and not self.ledger.note:
            yield Problem(
                "letter-missing",
                f"{_listed(self.missing)}: deleted or moved away since the last run; they are there again",
                Place(f"{output.place}/{LETTERS}"),
                "to write to somebody no more, remove the row from the list of recipients",
                severity="warning",
            )


def _set_aside(letter: Letter, crash: Crash) -> tuple[Outcome, ...]:
    name, place = letter.recipient.id, letter.recipient.place
    if crash.how == "hung":
        problem = Problem(
            "letter-hung",
            f"given up after two tries: {crash.detail}",
            place,
            "look for a repetition without end in its template or in the rows of the recipient",
        )
    else:
        problem = Problem(
            "letter-crashed",
            f"given up after two tries: {crash.detail}",
            place,
            "run the same command again; if it stays, report it with this message",
        )
    return tuple(
        Outcome(name, wanted.format, "set-aside", stage="worker", problems=(problem,))
        for wanted in letter.wanted
    )


def _stale_note(output: Output, stale: list[str]) -> list[Problem]:
    """Which files belong to nobody."""
    if not stale:
        return []
    return [
        Problem(
            "letters-stale",
            f"{_listed(stale)} in {LETTERS}/ belong to no letter of this batch",
            Place(f"{output.place}/{LETTERS}"),
            "move or remove them before you post what is in the folder",
            severity="warning",
        )
    ]


def _listed(names: list[str]) -> str:
    shown = ", ".join(names[:3])
    return shown if len(names) <= 3 else f"{shown} and {len(names) - 3} more"
