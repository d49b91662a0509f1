"""Progress of a batch, with a summary at the end, and of a check: on a terminal, or as plain lines."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, TextIO

from briefgen.errors import quantity

if TYPE_CHECKING:  # slow to import, and needed only while a batch runs
    from rich.progress import Progress, TaskID

    from briefgen.batch.runner import BatchSummary, ProgressReporter
    from briefgen.batch.tasks import FileOutcome
    from briefgen.campaign.check import CheckProgress

LINE_INTERVAL_S = 15.0
"""Time between two plain lines."""
TERMINAL_INTERVAL_S = 0.5
"""Time between two changes of a line on a terminal."""
MIN_GAPS = 3
"""The rate is known once a run has lasted this many times its longest gap: a cluster delivers in bursts."""
MIN_MEASURED_S = 3.0
"""Time before which no rate is shown, however steadily letters come."""


@contextmanager
def show_progress(stream: TextIO, *, quiet: bool = False) -> Iterator[ProgressReporter]:
    """Report a batch on `stream`: failures and the summary always, progress unless `quiet`."""
    if quiet or not stream.isatty():
        yield LineProgress(stream, quiet=quiet)
        return
    bar = ProgressBar(stream)
    try:
        yield bar
    finally:
        bar.close()


@contextmanager
def show_check_progress(
    stream: TextIO,
    *,
    quiet: bool = False,
    clock: Callable[[], float] = time.monotonic,
    noun: str = "letter",
) -> Iterator[CheckProgress]:
    """Yield a function that shows on `stream` how many letters have been checked, if it takes long.

    A terminal gets a line that is written over and goes away at the end, anything else a line at intervals.
    """
    is_terminal = stream.isatty()
    interval = TERMINAL_INTERVAL_S if is_terminal else LINE_INTERVAL_S
    last, width = clock(), 0

    def show(number: int, total: int) -> None:
        nonlocal last, width
        now = clock()
        if quiet or now - last < interval:
            return
        last = now
        line = f"{number:,} of {quantity(total, noun)} checked"
        width = len(line) if is_terminal else 0
        print(f"\r{line}" if is_terminal else line, end="" if is_terminal else "\n", file=stream, flush=True)

    try:
        yield show
    finally:
        if width:
            print(f"\r{' ' * width}\r", end="", file=stream, flush=True)


class RateEstimator:
    """Estimates how fast files are made and how long the rest will take.

    The rate is that of the whole run since the first file was made. Unchanged files are checked in no time;
    neither they nor the time before the first new one count.
    """

    def __init__(self, total: int, clock: Callable[[], float]) -> None:
        """Start with the number of files; `clock` returns seconds."""
        self._total, self._clock = total, clock
        self._settled = self._made = 0
        self._began = self._last = clock()
        self._longest_gap = 0.0

    def settle(self, state: str) -> None:
        """Count a file by the state of its outcome."""
        self._settled += 1
        if state in ("unchanged", "left"):
            if not self._made:
                self._began = self._last = self._clock()
            return
        now = self._clock()
        self._longest_gap = max(self._longest_gap, now - self._last)
        self._made, self._last = self._made + 1, now

    @property
    def rate(self) -> float | None:
        """Files made per second; None until that is known."""
        seconds = self._last - self._began
        if not self._made or seconds < max(MIN_MEASURED_S, MIN_GAPS * self._longest_gap):
            return None
        return self._made / seconds

    @property
    def seconds_left(self) -> float | None:
        """Seconds from now until the last file is made; None until that is known."""
        if self.rate is None:
            return None
        seconds = (self._total - self._settled) / self.rate - (self._clock() - self._last)
        return seconds if seconds > 0 else None


class LineProgress:
    """Prints plain lines, for logs: progress at intervals, failures at once."""

    def __init__(
        self, stream: TextIO, *, quiet: bool = False, clock: Callable[[], float] = time.monotonic
    ) -> None:
        """Print to `stream`; `clock` returns seconds."""
        self._stream, self._quiet, self._clock = stream, quiet, clock
        self._total = self._settled = 0
        self._last_line = clock()
        self._rate = RateEstimator(0, clock)
        self._failures = FailureFormatter()

    def begin(self, total: int) -> None:
        """Print the number of files."""
        self._total = total
        self._last_line = self._clock()
        self._rate = RateEstimator(total, self._clock)
        if not self._quiet:
            self._print_line(f"{quantity(total, 'file')} to process")

    def done(self, outcome: FileOutcome) -> None:
        """Print a failure at once, and the progress at intervals."""
        self._settled += 1
        self._rate.settle(outcome.state)
        for line in self._failures.format_failure(outcome):
            self._print_line(line)
        now = self._clock()
        if not self._quiet and now - self._last_line >= LINE_INTERVAL_S:
            self._last_line = now
            done = f"{self._settled:,} of {quantity(self._total, 'file')}"
            self._print_line(", ".join(filter(None, (done, _format_rate(self._rate)))))

    def end(self, summary: BatchSummary) -> None:
        """Print the summary."""
        for line in format_summary(summary):
            self._print_line(line)

    def _print_line(self, line: str) -> None:
        print(line, file=self._stream, flush=True)


class ProgressBar:
    """Shows a bar with rate and time left, for a terminal."""

    def __init__(self, stream: TextIO, *, clock: Callable[[], float] = time.monotonic) -> None:
        """Show on `stream`; `clock` returns seconds."""
        self._stream, self._clock = stream, clock
        self._rate = RateEstimator(0, clock)
        self._progress: Progress | None = None
        self._bar: TaskID | None = None
        self._failures = FailureFormatter()

    def begin(self, total: int) -> None:
        """Show the bar."""
        from rich.console import Console
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, ProgressColumn, Task, TextColumn
        from rich.text import Text

        rate = self._rate = RateEstimator(total, self._clock)

        class RateAndTimeLeft(ProgressColumn):
            def render(self, task: Task) -> Text:
                return Text(_format_rate(rate))

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
        """Advance the bar, and print a failure above it."""
        if self._progress is None or self._bar is None:
            return
        for line in self._failures.format_failure(outcome):
            self._progress.console.print(line, markup=False, highlight=False, soft_wrap=True)
        self._rate.settle(outcome.state)
        self._progress.advance(self._bar)

    def end(self, summary: BatchSummary) -> None:
        """Remove the bar and print the summary."""
        self.close()
        for line in format_summary(summary):
            print(line, file=self._stream, flush=True)

    def close(self) -> None:
        """Remove the bar, also after a batch that was aborted."""
        if self._progress is not None:
            self._progress.stop()
            self._progress = None


def _format_rate(estimator: RateEstimator) -> str:
    """Format rate and time left as far as they are known: `21.3 per second, 4 min 10 s left`."""
    rate, seconds = estimator.rate, estimator.seconds_left
    parts = [f"{rate:.1f} per second"] if rate else []
    return ", ".join([*parts, f"{_format_duration(seconds)} left"] if seconds else parts)


class FailureFormatter:
    """Formats the problems of letters that were not made; once if they are the same for all formats."""

    def __init__(self) -> None:
        self._last: list[str] = []

    def format_failure(self, outcome: FileOutcome) -> list[str]:
        """Return the lines for an outcome; none for a success or a repetition of the previous failure."""
        if outcome.state not in ("failed", "set-aside"):
            return []
        lines = [f"{outcome.recipient}: {problem}" for problem in outcome.problems]
        previous, self._last = self._last, lines
        return [] if lines == previous else lines


def format_summary(summary: BatchSummary) -> list[str]:
    """Return lines that say what a batch made, what is missing and how to continue."""
    counts = [
        (summary.rendered, "rendered"),
        (summary.merged, "merged from shards"),
        (summary.unchanged, "unchanged"),
        (summary.failed, "failed"),
        (summary.set_aside, "set aside"),
    ]
    files = ", ".join(f"{number:,} {state}" for number, state in counts if number) or "nothing to do"
    if summary.skipped:
        files += f"; {quantity(summary.skipped, 'recipient')} skipped"
    pages = f"{quantity(summary.pages, 'page')}, " if summary.pages else ""
    lines = [
        *(f"warning: {note}" for note in summary.notes),
        f"Files: {files}",
        f"{pages}{_format_size(summary.bytes)} in {_format_duration(summary.seconds)}: {summary.out}",
    ]
    if summary.failed or summary.set_aside or summary.skipped:
        lines.append(f"What is missing, and why: {summary.out}/errors.csv")
    if summary.interrupted:
        lines.append(
            f"Stopped with {quantity(summary.left, 'file')} left. Run the same command again to continue."
        )
    elif summary.left:
        lines.append(f"{quantity(summary.left, 'file')} left for another run.")
    if not summary.whole and not summary.interrupted:
        lines.append("No manifest.csv yet: a run without --only, --limit and --retry-failed writes it.")
    return lines


def _format_size(size: int) -> str:
    return f"{size / 1_000_000:.1f} MB" if size >= 1_000_000 else f"{size / 1000:.0f} kB"


def _format_duration(seconds: float) -> str:
    if seconds < 60:
        return f"{seconds:.1f} s" if seconds < 10 else f"{seconds:.0f} s"
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes:02d} min" if hours else f"{minutes} min {rest:02d} s"
