"""Measure batches of real letters in PDF and DOCX: rate, memory, growth, workers, overhead.

    python bench/campaign.py congress    all members of Congress (needs BRIEFGEN_DATA), and a re-run
    python bench/campaign.py growth [--letters 500 2000 10000]    rate and memory by size, and a re-run
    python bench/campaign.py workers [--letters 300]      time with two workers as a share of that with one
    python bench/campaign.py overhead [--letters 400]     what ledger, pool and files add to rendering

A letter is one file; half of them are PDF, half DOCX. `growth`, `workers` and `overhead` are ratios within
one run, so they hold on any machine that is otherwise idle. `overhead` compares CPU time, which does not
include other programs, and also reports elapsed time. The exit status is 1 if a goal is missed:

- Congress in 60 s
- letters at most a tenth more expensive in a large batch than in a small one; no worker above 150 MB
- a re-run of 10,000 letters within 5 s, with nothing rendered
- two workers in 0.6 of the time of one
- 3 % overhead
"""

from __future__ import annotations

import argparse
import gc
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from campaigns import campaign

from briefgen.batch.outputs.folder import FolderOutput
from briefgen.batch.pool import available_processors
from briefgen.batch.runner import BatchSummary, run_batch
from briefgen.batch.tasks import BatchJob, FileOutcome
from briefgen.campaign.open import Campaign, open_campaign
from briefgen.model.recipient import Recipient

FORMATS = ("pdf", "docx")
PRELOAD = ("briefgen.compose.composer", "weasyprint", "docx")
TICK = os.sysconf("SC_CLK_TCK")
LOOK_S = 0.2
ROUNDS = 3


@dataclass
class Watch:
    """Records when letters were done, the peak memory of workers, and the CPU time of all processes.

    Rates and times leave out the first fifth, in which workers start and fill their caches.
    """

    watch_memory: bool = True
    peak_mb: float = 0.0
    total: int = 0
    done_so_far: int = 0
    looked: float = 0.0
    marks: list[tuple[float, float]] = field(default_factory=list)
    """Elapsed time and CPU time, after the first fifth and at the end."""

    def begin(self, total: int) -> None:
        self.total = total

    def done(self, outcome: FileOutcome) -> None:
        self.done_so_far += 1
        now = time.perf_counter()
        if self.done_so_far in (self.total // 5, self.total):
            self.marks.append((now, time.process_time() + sum(map(cpu_s, descendants(os.getpid())))))
        if self.watch_memory and now - self.looked > LOOK_S:
            self.looked = now
            self.peak_mb = max(self.peak_mb, *map(peak_mb, descendants(os.getpid())), 0.0)

    def end(self, summary: BatchSummary) -> None:
        """Do nothing."""

    @property
    def each(self) -> tuple[float, float]:
        """Return the elapsed time and the CPU time of one letter, in seconds."""
        (wall, cpu), (later_wall, later_cpu) = self.marks
        between = self.total - self.total // 5
        return (later_wall - wall) / between, (later_cpu - cpu) / between


def descendants(ancestor: int) -> list[int]:
    """Return the ids of all descendants of a process: the workers of its batch."""
    parents: dict[int, int] = {}
    for path in Path("/proc").iterdir():
        if path.name.isdigit():
            with suppress(OSError, ValueError):
                parents[int(path.name)] = int((path / "stat").read_text().rpartition(")")[2].split()[1])
    found, below = [], [ancestor]
    while below:
        above = below.pop()
        children = [pid for pid, parent in parents.items() if parent == above]
        found += children
        below += children
    return found


def peak_mb(pid: int) -> float:
    with suppress(OSError):
        for line in Path(f"/proc/{pid}/status").read_text().splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) * 1024 / 1e6
    return 0.0


def cpu_s(pid: int) -> float:
    with suppress(OSError):
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        return sum(map(int, fields[11:15])) / TICK
    return 0.0


def opened_with(folder: Path, files: int) -> Campaign:
    return open_campaign(campaign(folder, files // len(FORMATS)))


def batched(
    opened: Campaign, out: Path, jobs: int, *, watch: Watch | None = None
) -> tuple[BatchSummary, Watch, float]:
    watch = watch or Watch()
    job = BatchJob(
        "bench",
        opened.recipients,
        FORMATS,  # type: ignore[arg-type]
        opened.composer,
        opened.renderers(FORMATS),
        opened.rendering_fingerprint,
    )
    began = time.perf_counter()
    summary = run_batch(job, FolderOutput(out), workers=jobs, progress=watch, preload=PRELOAD)
    return summary, watch, time.perf_counter() - began


def congress(temporary: Path, letters: list[int]) -> bool:
    """Measure the command for all members of Congress, start-up included, and a re-run."""
    data = Path(os.environ["BRIEFGEN_DATA"]) / "us-congress"
    folder = campaign(temporary / "campaign", 0)
    base = [sys.executable, "-m", "briefgen"]
    table = folder / "recipients.csv"
    table.unlink()
    subprocess.run(
        [*base, "recipients", "import", "congress", data, "-o", table], check=True, capture_output=True
    )
    times = []
    for _ in range(2):
        began = time.perf_counter()
        done = subprocess.run([*base, "batch", folder, "-q"], check=False, capture_output=True, text=True)
        times.append(time.perf_counter() - began)
        print("\n".join(line for line in done.stderr.splitlines() if line.startswith("Files:")))
    print(f"{times[0]:.1f} s; re-run {times[1]:.1f} s ({available_processors()} processors)")
    return times[0] <= 60


def growth(temporary: Path, letters: list[int]) -> bool:
    rates, good = [], True
    for number in letters:
        opened = opened_with(temporary / str(number), number)
        out = temporary / str(number) / "out"
        _, watch, seconds = batched(opened, out, available_processors())
        rates.append(1 / watch.each[0])
        most = watch.peak_mb
        began = time.perf_counter()
        again, _, _ = batched(open_campaign(temporary / str(number)), out, available_processors())
        rerun = time.perf_counter() - began
        print(
            f"{number:>7,} letters: {seconds:7.1f} s, {rates[-1]:5.1f} per second, workers' peak memory "
            f"{most:.0f} MB; re-run {rerun:.1f} s, {again.rendered} rendered",
            flush=True,
        )
        good = good and most <= 150 and again.rendered == 0 and rerun <= max(5.0, number / 2000)
    print(f"cost of a letter, largest batch to smallest: {rates[0] / rates[-1]:.2f}")
    return good and rates[0] / rates[-1] <= 1.1


def workers(temporary: Path, letters: list[int]) -> bool:
    opened = opened_with(temporary / "campaign", letters[0])
    times: dict[int, list[float]] = {1: [], 2: []}
    for round in range(ROUNDS):
        for jobs in (1, 2):
            times[jobs].append(batched(opened, temporary / f"{round}-{jobs}", jobs)[2])
            print(f"{jobs}: {times[jobs][-1]:.1f} s", flush=True)
    share = min(times[2]) / min(times[1])
    print(f"{letters[0]} letters: two workers take {share:.2f} of the time of one")
    return share <= 0.6


class Turns(Watch):
    """Makes each letter again in this process, without a batch, as soon as the batch has made it."""

    def __init__(self, opened: Campaign, folder: Path) -> None:
        super().__init__(watch_memory=False)
        folder.mkdir()
        self._folder = folder
        self.plain: list[tuple[float, float]] = []
        """Elapsed time and CPU time spent on them, at the same points as `marks`."""
        self._opened, self._renderers = opened, opened.renderers(FORMATS)()
        self._recipients = {recipient.id: recipient for recipient in opened.recipients}
        self._wall = self._cpu = 0.0

    def done(self, outcome: FileOutcome) -> None:
        if outcome.format == FORMATS[-1]:
            wall, cpu = time.perf_counter(), time.process_time()
            self.make(self._recipients[outcome.recipient])
            self._wall += time.perf_counter() - wall
            self._cpu += time.process_time() - cpu
        marks = len(self.marks)
        super().done(outcome)
        if len(self.marks) > marks:
            self.plain.append((self._wall, self._cpu))

    def make(self, recipient: Recipient) -> None:
        document = self._opened.composer.compose_letter(recipient)
        for format in FORMATS:
            data = self._renderers[format].render(document).data
            (self._folder / f"{recipient.id}.{format}").write_bytes(data)

    @property
    def each_plain(self) -> tuple[float, float]:
        """Return the elapsed time and the CPU time of one letter made without a batch, in seconds."""
        (wall, cpu), (later_wall, later_cpu) = self.plain
        between = self.total - self.total // 5
        return (later_wall - wall) / between, (later_cpu - cpu) / between


def overhead(temporary: Path, letters: list[int]) -> bool:
    """Measure the same letters in a batch with one worker and in a plain loop, alternating letter by letter.

    They alternate because the cost of a letter varies from second to second with what else the machine does:
    of two loops run one after the other, either may be a tenth slower. The plain loop only writes each letter
    to its file. A worker exempts long-lived objects from garbage collection, which a plain loop does not. So
    there are two figures: one against a plain loop, which the goal applies to, and one against a loop that
    does the same, which shows the cost of ledger and pool alone.
    """
    opened = opened_with(temporary / "campaign", letters[0])
    added: dict[bool, list[tuple[float, float]]] = {False: [], True: []}
    for round in range(ROUNDS):
        for spared in added:
            turns = Turns(opened, temporary / f"plain-{round}-{spared}")
            turns.make(opened.recipients[0])  # fill the caches
            gc.collect()
            if spared:
                gc.freeze()
            batched(opened, temporary / f"{round}-{spared}", 1, watch=turns)
            gc.unfreeze()
            plain, both = turns.each_plain, turns.each
            added[spared].append((both[0] / plain[0] - 2, both[1] / plain[1] - 2))
            how = "plain loop with the collector frozen" if spared else "plain loop"
            times = f"{how} {plain[1] * 1e3:.2f} ms, in a batch {(both[1] - plain[1]) * 1e3:.2f} ms"
            print(f"CPU time per letter: {times}", flush=True)
    waiting, working = (statistics.median(each) for each in zip(*added[False], strict=True))
    alone = statistics.median(cpu for _, cpu in added[True])
    print(f"a batch adds {working:+.1%} CPU time, {waiting:+.1%} elapsed time")
    print(f"ledger and pool alone: {alone:+.1%} CPU time")
    return working <= 0.03


MEASURES: dict[str, tuple[Callable[[Path, list[int]], bool], list[int]]] = {
    "congress": (congress, []),
    "growth": (growth, [500, 2000, 10_000]),
    "workers": (workers, [300]),
    "overhead": (overhead, [400]),
}


def main() -> None:
    arguments = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    arguments.add_argument("measure", choices=MEASURES)
    arguments.add_argument("--letters", type=int, nargs="+")
    given = arguments.parse_args()
    measure, usual = MEASURES[given.measure]
    with tempfile.TemporaryDirectory() as temporary:
        sys.exit(not measure(Path(temporary), given.letters or usual))


if __name__ == "__main__":
    main()
