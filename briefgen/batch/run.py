"""A batch from beginning to end: hold the folder, find what is to be made, have it made, record, report.

This room puts the others in order; it looks into no letter.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Protocol

from briefgen.batch.desk import Desk
from briefgen.batch.hold import PATIENCE_S, held, stopping
from briefgen.batch.ledger import Entry, Ledger
from briefgen.batch.plan import LETTERS, Job, Letter, Outcome, distinct, todo
from briefgen.batch.pool import LIMITS, RECYCLE_AFTER, Crash, Limits, Pool
from briefgen.batch.report import remove_reports, stale_letters, write_errors, write_manifest
from briefgen.batch.write import clear_unfinished
from briefgen.errors import Place, Problem, StorageFault

OWN_FOLDER = ".briefgen"
"""Folder within the output folder for the ledger and the lock."""
TIMEOUT_S = 30.0


@dataclass(frozen=True, slots=True)
class Summary:
    """How a batch ended. Letters are counted in each format; `skipped` counts recipients."""

    out: Path
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
    """Letters that an interrupted batch did not come to."""
    notes: tuple[Problem, ...] = ()
    """Warnings: files changed by hand, files of nobody, an unreadable ledger."""

    @property
    def ok(self) -> bool:
        """Whether everybody got their letter."""
        return not (self.failed or self.set_aside or self.skipped or self.interrupted)

    @property
    def exit_code(self) -> int:
        """0 all made, 1 some not, 130 interrupted."""
        return 130 if self.interrupted else 0 if self.ok else 1


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
    out: Path,
    *,
    workers: int,
    watch: Watch,
    skipped: Iterable[Problem] = (),
    timeout_s: float = TIMEOUT_S,
    preload: Iterable[str] = (),
    limits: Limits = LIMITS,
    recycle_after: int = RECYCLE_AFTER,
    patience_s: float = PATIENCE_S,
) -> Summary:
    """Make every letter of the job that does not stand unchanged in `out`, and record it.

    `skipped` are the problems of recipients who cannot be written to; they are reported with the rest.
    `timeout_s` is the time for one recipient's letter in all formats. `preload` names modules that all
    workers need; `patience_s` is how long to wait for a run that is just ending. Raises OutputBusy where
    another run holds the folder, StorageFault where it cannot be written, and any BriefgenError by which a
    worker refuses to start; what was done until then stays done.
    """
    recipients, repeated = distinct(job.recipients)
    job, skipped = replace(job, recipients=recipients), (*skipped, *repeated)
    own = out / OWN_FOLDER
    with (
        held(out, own / "lock", patience_s=patience_s) as lock,
        Ledger(own / "ledger.sqlite") as ledger,
        stopping() as stop,
    ):
        letters = _prepared(out)
        tally = _Tally(ledger, watch, len(recipients) * len(job.formats))
        with (
            tempfile.TemporaryDirectory(prefix="briefgen-", ignore_cleanup_errors=True) as scratch,
            Pool(
                Desk(job.composer, job.renderers, letters, Path(scratch)).start,
                workers=workers,
                timeout_s=timeout_s,
                stop=stop,
                apart=Letter.apart,
                limits=limits,
                preload=preload,
                holds=lock,
                recycle_after=recycle_after,
            ) as pool,
        ):
            for letter, result in pool.run(todo(job, ledger, letters, tally.settle)):
                tally.record(letter, result)
        ledger.flush()
        if not tally.left:
            tally.notes += _reported(out, job, ledger, skipped)
        summary = tally.summary(out, skipped)
    watch.end(summary)
    return summary


@dataclass(slots=True)
class _Tally:
    """Counts, records and shows what becomes of the letters."""

    ledger: Ledger
    watch: Watch
    total: int
    counts: dict[str, int] = field(
        default_factory=lambda: dict.fromkeys(("rendered", "unchanged", "failed", "set-aside"), 0)
    )
    pages: int = 0
    bytes: int = 0
    kept: list[str] = field(default_factory=list)
    notes: list[Problem] = field(default_factory=list)
    began: float = field(default_factory=time.monotonic)

    def __post_init__(self) -> None:
        self.watch.begin(self.total)

    def record(self, letter: Letter, result: tuple[Outcome, ...] | Crash) -> None:
        """Put into the ledger what became of a letter, and settle it."""
        outcomes = _set_aside(letter, result) if isinstance(result, Crash) else result
        for wanted, outcome in zip(letter.wanted, outcomes, strict=True):
            entry = Entry(
                outcome.recipient,
                outcome.format,
                wanted.key,
                "rendered" if outcome.state == "unchanged" else outcome.state,
                outcome.file or wanted.earlier_file,
                outcome.sha256 or wanted.earlier_sha256,
                outcome.size,
                outcome.pages,
                outcome.snippets,
                outcome.stage,
                outcome.problems,
            )
            self.ledger.record(entry)
            self.settle(outcome)

    def settle(self, outcome: Outcome) -> None:
        """Count and show an outcome."""
        self.counts[outcome.state] += 1
        self.pages += outcome.pages or 0
        self.bytes += outcome.size
        if outcome.kept:
            self.kept.append(outcome.kept)
        self.watch.done(outcome)

    @property
    def left(self) -> int:
        """Letters that are not settled."""
        return self.total - sum(self.counts.values())

    def summary(self, out: Path, skipped: tuple[Problem, ...]) -> Summary:
        """The end of it."""
        return Summary(
            out=out,
            rendered=self.counts["rendered"],
            unchanged=self.counts["unchanged"],
            failed=self.counts["failed"],
            set_aside=self.counts["set-aside"],
            skipped=_rows(skipped),
            pages=self.pages,
            bytes=self.bytes,
            seconds=time.monotonic() - self.began,
            interrupted=self.left > 0,
            left=self.left,
            notes=(*_ledger_note(self.ledger), *_kept_note(out, self.kept), *self.notes),
        )


def _prepared(out: Path) -> Path:
    """The folder of letters, ready for this run."""
    letters = out / LETTERS
    try:
        letters.mkdir(exist_ok=True)
        clear_unfinished(letters)
        remove_reports(out)
    except OSError as error:
        raise _unwritable(out, error) from error
    return letters


def _reported(out: Path, job: Job, ledger: Ledger, skipped: tuple[Problem, ...]) -> list[Problem]:
    """Write the tables; say which files belong to nobody."""
    try:
        write_manifest(out, job, ledger)
        write_errors(out, job, ledger, skipped)
        stale = stale_letters(out, job, ledger)
    except OSError as error:
        raise _unwritable(out, error) from error
    if not stale:
        return []
    return [
        Problem(
            "letters-stale",
            f"{_listed(stale)} in {LETTERS}/ belong to no letter of this batch",
            Place(str(out / LETTERS)),
            "move or remove them before you post what is in the folder",
            severity="warning",
        )
    ]


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


def _ledger_note(ledger: Ledger) -> tuple[Problem, ...]:
    return (ledger.note,) if ledger.note else ()


def _kept_note(out: Path, kept: list[str]) -> tuple[Problem, ...]:
    if not kept:
        return ()
    return (
        Problem(
            "letter-edited",
            f"{_listed(kept)}: changed by hand since briefgen wrote them, and kept there; "
            f"{LETTERS}/ has them anew",
            Place(str(out)),
            "move what you change by hand to another folder before the next run",
            severity="warning",
        ),
    )


def _unwritable(out: Path, error: OSError) -> StorageFault:
    return StorageFault(
        Problem(
            "output-unwritable",
            f"the output folder cannot be written: {error.strerror or error}",
            Place(error.filename or str(out)),
            "make room or allow writing, then run the same command again: it goes on where it stopped",
        )
    )


def _rows(skipped: tuple[Problem, ...]) -> int:
    """How many recipients the problems concern: those at one line of one file are one."""
    placed = {(problem.place.file, problem.place.line) for problem in skipped if problem.place}
    return len(placed) + sum(1 for problem in skipped if not problem.place)


def _listed(names: list[str]) -> str:
    shown = ", ".join(names[:3])
    return shown if len(names) <= 3 else f"{shown} and {len(names) - 3} more"
