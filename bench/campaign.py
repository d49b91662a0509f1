"""Real letters by the real command's parts, in PDF and DOCX: rate, memory, growth, workers, overhead.

    python bench/campaign.py congress    all members of Congress (needs BRIEFGEN_DATA); and again
    python bench/campaign.py growth [--letters 500 2000 10000]    rate and memory as letters grow; and again
    python bench/campaign.py workers [--letters 300]      time on two workers as a share of one's
    python bench/campaign.py overhead [--letters 200]     what ledger, pool and files add to rendering

Letters are files: half of them PDF, half DOCX. `growth`, `workers` and `overhead` are ratios within one run,
so they hold on any machine, though not on one that does something else at the same time. `overhead` compares
processor time, which other programs do not take, and also shows the time on the clock. The exit status is 1
where a goal is missed: Congress in 60 s; no letter dearer by a tenth in a large batch than in a small one,
and no worker above 150 MB; a re-run of 10,000 letters within 5 s and nothing rendered; 0.6 of the time on two
workers; 3 % of overhead.
"""

from __future__ import annotations

import argparse
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

from briefgen.batch.folder import Folder
from briefgen.batch.plan import Job, Outcome
from briefgen.batch.pool import available_processors
from briefgen.batch.run import Summary, run_batch
from briefgen.opening import Opened, open_campaign

FORMATS = ("pdf", "docx")
PRELOAD = ("briefgen.compose.composer", "weasyprint", "docx")
TICK = os.sysconf("SC_CLK_TCK")
LOOK_S = 0.2
ROUNDS = 3


@dataclass
class Watch:
    """Remembers when letters were done, the most memory that workers had, and the processor time of all.

    Of rates and times the first fifth is left out, in which workers start and fill their caches.
    """

    watch_memory: bool = True
    peak_mb: float = 0.0
    total: int = 0
    done_so_far: int = 0
    looked: float = 0.0
    marks: list[tuple[float, float]] = field(default_factory=list)
    """Time on the clock and of the processors, after the first fifth and at the end."""

    def begin(self, total: int) -> None:
        self.total = total

    def done(self, outcome: Outcome) -> None:
        self.done_so_far += 1
        now = time.perf_counter()
        if self.done_so_far in (self.total // 5, self.total):
            self.marks.append((now, time.process_time() + sum(map(cpu_s, descendants(os.getpid())))))
        if self.watch_memory and now - self.looked > LOOK_S:
            self.looked = now
            self.peak_mb = max(self.peak_mb, *map(peak_mb, descendants(os.getpid())), 0.0)

    def end(self, summary: Summary) -> None:
        """Nothing to remember."""

    @property
    def each(self) -> tuple[float, float]:
        """Seconds for one letter, on the clock and of the processors."""
        (wall, cpu), (later_wall, later_cpu) = self.marks
        between = self.total - self.total // 5
        return (later_wall - wall) / between, (later_cpu - cpu) / between


def descendants(ancestor: int) -> list[int]:
    """Processes below another that do the batch's work."""
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


def opened_with(folder: Path, files: int) -> Opened:
    return open_campaign(campaign(folder, files // len(FORMATS)))


def batched(
    opened: Opened, out: Path, jobs: int, *, watch: Watch | None = None
) -> tuple[Summary, Watch, float]:
    watch = watch or Watch()
    job = Job(
        "bench",
        opened.recipients,
        FORMATS,  # type: ignore[arg-type]
        opened.composer,
        opened.renderers(FORMATS),
        opened.drawing,
    )
    began = time.perf_counter()
    summary = run_batch(job, Folder(out), workers=jobs, watch=watch, preload=PRELOAD)
    return summary, watch, time.perf_counter() - began


def congress(temporary: Path, letters: list[int]) -> bool:
    """All of Congress by the command itself, start and all, and once more."""
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
    print(f"{times[0]:.1f} s; again {times[1]:.1f} s ({available_processors()} processors)")
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
            f"{number:>7,} letters: {seconds:7.1f} s, {rates[-1]:5.1f} a second, a worker's memory at most "
            f"{most:.0f} MB; again {rerun:.1f} s, {again.rendered} rendered",
            flush=True,
        )
        good = good and most <= 150 and again.rendered == 0 and rerun <= max(5.0, number / 2000)
    print(f"cost of a letter, last to first: {rates[0] / rates[-1]:.2f}")
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


def overhead(temporary: Path, letters: list[int]) -> bool:
    """The same letters made plainly in this process and by a batch with one worker, in turn."""
    opened = opened_with(temporary / "campaign", letters[0])
    renderers = opened.renderers(FORMATS)()
    plain: list[tuple[float, float]] = []
    batch: list[tuple[float, float]] = []

    def make() -> None:
        for recipient in opened.recipients:
            document = opened.composer.letter(recipient)
            for format in FORMATS:
                renderers[format].render(document)

    make()  # what is made once is made
    for round in range(ROUNDS):
        wall, cpu = time.perf_counter(), time.process_time()
        make()
        files = len(opened.recipients) * len(FORMATS)
        plain.append(((time.perf_counter() - wall) / files, (time.process_time() - cpu) / files))
        seen = Watch(watch_memory=False)
        batched(opened, temporary / str(round), 1, watch=seen)
        batch.append(seen.each)
        both = f"plainly {plain[-1][1] * 1e3:.2f} ms, in a batch {batch[-1][1] * 1e3:.2f} ms"
        print(f"processor time of a letter: {both}", flush=True)
    waiting, working = (
        statistics.median(b[at] for b in batch) / statistics.median(p[at] for p in plain) - 1 for at in (0, 1)
    )
    print(f"a batch adds {working:+.1%} of processor time, {waiting:+.1%} of time on the clock")
    return working <= 0.03


MEASURES: dict[str, tuple[Callable[[Path, list[int]], bool], list[int]]] = {
    "congress": (congress, []),
    "growth": (growth, [500, 2000, 10_000]),
    "workers": (workers, [300]),
    "overhead": (overhead, [200]),
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
