"""How a batch shows itself: a bar on a terminal, plain lines elsewhere, a summary at the end.

This room prints to the stream that it is given (standard error, in the commands); it counts nothing itself
beyond what it shows.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, TextIO

if TYPE_CHECKING:  # loaded only where a batch runs
    from rich.progress import Progress, TaskID

    from briefgen.batch.runner import BatchSummary, ProgressReporter
    from briefgen.batch.tasks import FileOutcome

EVERY_SECONDS = 15.0
"""Between two plain lines."""
_SILENCES = 3
"""The rate is known when a run has lasted so many times its longest silence: a cluster delivers in leaps."""
_LEAST_S = 3.0
"""Before that nothing is said of the rate, however steadily letters come."""


@contextmanager
def show_progress(stream: TextIO, *, quiet: bool = False) -> Iterator[ProgressReporter]:
    """What shows a batch on `stream`: failures and the summary always, progress unless `quiet`."""
    if quiet or not stream.isatty():
        yield LineProgress(stream, quiet=quiet)
        return
    watch = ProgressBar(stream)
    try:
        yield watch
    finally:
        watch.close()


class RateEstimator:
    """How fast letters are made, and how long the rest will take; None until that is known.

    The rate is that of the whole run since making began: letters that stand are looked at in no time, and
    neither they nor that time count.
    """

    def __init__(self, total: int, clock: Callable[[], float]) -> None:
        """Take how many files there are, and what gives seconds."""
        self._total, self._clock = total, clock
        self._settled = self._made = 0
        self._began = self._last = clock()
        self._silence = 0.0

    def settle(self, state: str) -> None:
        """Count a file by the state of its outcome."""
        self._settled += 1
        if state in ("unchanged", "left"):
            if not self._made:
                self._began = self._last = self._clock()
            return
        now = self._clock()
        self._silence = max(self._silence, now - self._last)
        self._made, self._last = self._made + 1, now

    @property
    def rate(self) -> float | None:
        """Files made in a second."""
        seconds = self._last - self._began
        if not self._made or seconds < max(_LEAST_S, _SILENCES * self._silence):
            return None
        return self._made / seconds

    @property
    def left(self) -> float | None:
        """Seconds that the rest will take, from now."""
        if self.rate is None:
            return None
        left = (self._total - self._settled) / self.rate - (self._clock() - self._last)
        return left if left > 0 else None


class LineProgress:
    """Plain lines, for logs: how far it is now and then, each failure at once."""

    def __init__(
        self, stream: TextIO, *, quiet: bool = False, clock: Callable[[], float] = time.monotonic
    ) -> None:
        """Show on `stream`; `clock` gives seconds."""
        self._stream, self._quiet, self._clock = stream, quiet, clock
        self._total = self._settled = 0
        self._spoke = clock()
        self._pace = RateEstimator(0, clock)
        self._failures = FailurePrinter()

    def begin(self, total: int) -> None:
        """Say how much there is."""
        self._total = total
        self._spoke = self._clock()
        self._pace = RateEstimator(total, self._clock)
        if not self._quiet:
            self._say(f"{_count(total, 'file')} to look at")

    def done(self, outcome: FileOutcome) -> None:
        """Say what failed, and from time to time how far it is."""
        self._settled += 1
        self._pace.settle(outcome.state)
        for line in self._failures.new(outcome):
            self._say(line)
        now = self._clock()
        if not self._quiet and now - self._spoke >= EVERY_SECONDS:
            self._spoke = now
            self._say(self._how_far())

    def end(self, summary: BatchSummary) -> None:
        """Sum up."""
        for line in format_summary(summary):
            self._say(line)

    def _how_far(self) -> str:
        far = f"{self._settled:,} of {_count(self._total, 'file')}"
        return ", ".join(filter(None, (far, _format_rate(self._pace))))

    def _say(self, line: str) -> None:
        print(line, file=self._stream, flush=True)


class ProgressBar:
    """A bar with rate and time left, for a terminal."""

    def __init__(self, stream: TextIO, *, clock: Callable[[], float] = time.monotonic) -> None:
        """Show on `stream`; `clock` gives seconds."""
        self._stream, self._clock = stream, clock
        self._pace = RateEstimator(0, clock)
        self._progress: Progress | None = None
        self._bar: TaskID | None = None
        self._failures = FailurePrinter()

    def begin(self, total: int) -> None:
        """Show the bar."""
        from rich.console import Console
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, ProgressColumn, Task, TextColumn
        from rich.text import Text

        pace = self._pace = RateEstimator(total, self._clock)

        class RateAndTimeLeft(ProgressColumn):
            def render(self, task: Task) -> Text:
                return Text(_format_rate(pace))

        self._progress = Progress(
            TextColumn("files"),
            BarColumn(),
            MofNCompleteColumn(),
            RateAndTimeLeft(),
            console=Console(file=self._stream),
            transient=True,
        )
        self._bar = self._progress.add_task("files", total=total)
        self._progress.start()

    def done(self, outcome: FileOutcome) -> None:
        """Move the bar on; print what failed above it."""
        if self._progress is None or self._bar is None:
            return
        for line in self._failures.new(outcome):
            self._progress.console.print(line, markup=False, highlight=False, soft_wrap=True)
        self._pace.settle(outcome.state)
        self._progress.advance(self._bar)

    def end(self, summary: BatchSummary) -> None:
        """Take the bar away and sum up."""
        self.close()
        for line in format_summary(summary):
            print(line, file=self._stream, flush=True)

    def close(self) -> None:
        """Take the bar away, also where the batch broke off."""
        if self._progress is not None:
            self._progress.stop()
            self._progress = None


def _format_rate(pace: RateEstimator) -> str:
    """`21.3 a second, 4 min 10 s left`, as far as it is known."""
    rate, left = pace.rate, pace.left
    told = [f"{rate:.1f} a second"] if rate else []
    return ", ".join([*told, f"{_format_duration(left)} left"] if left else told)


class FailurePrinter:
    """What is said at once of letters that were not made; once where it is the same for all formats."""

    def __init__(self) -> None:
        self._last: list[str] = []

    def new(self, outcome: FileOutcome) -> list[str]:
        """The lines for an outcome, none where it is a success or repeats the one before."""
        if outcome.state not in ("failed", "set-aside"):
            return []
        lines = [f"{outcome.recipient}: {problem}" for problem in outcome.problems]
        before, self._last = self._last, lines
        return [] if lines == before else lines


def format_summary(summary: BatchSummary) -> list[str]:
    """A batch in a few lines: what was made, what was not and where that is said, what to do."""
    counts = [
        (summary.rendered, "rendered"),
        (summary.merged, "brought together from shards"),
        (summary.unchanged, "unchanged"),
        (summary.failed, "failed"),
        (summary.set_aside, "set aside"),
    ]
    told = ", ".join(f"{number:,} {what}" for number, what in counts if number) or "nothing to do"
    if summary.skipped:
        told += f"; {_count(summary.skipped, 'recipient')} skipped"
    pages = f"{_count(summary.pages, 'page')}, " if summary.pages else ""
    lines = [
        *(f"warning: {note}" for note in summary.notes),
        f"Files: {told}",
        f"{pages}{_format_size(summary.bytes)} in {_format_duration(summary.seconds)}: {summary.out}",
    ]
    if summary.failed or summary.set_aside or summary.skipped:
        lines.append(f"What is missing and why: {summary.out}/errors.csv")
    if summary.interrupted:
        lines.append(
            f"Stopped; {_count(summary.left, 'file')} left. Run the same command again to go on from here."
        )
    elif summary.left:
        lines.append(f"{_count(summary.left, 'file')} left for another run.")
    if not summary.whole and not summary.interrupted:
        lines.append(
            "There is no manifest.csv until all are made: run without --only, --limit, --retry-failed."
        )
    return lines


def _count(number: int, what: str) -> str:
    return f"{number:,} {what}{'' if number == 1 else 's'}"


def _format_size(size: int) -> str:
    return f"{size / 1_000_000:.1f} MB" if size >= 1_000_000 else f"{size / 1000:.0f} kB"


def _format_duration(seconds: float) -> str:
    if seconds < 60:
        return f"{seconds:.1f} s" if seconds < 10 else f"{seconds:.0f} s"
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes:02d} min" if hours else f"{minutes} min {rest:02d} s"
