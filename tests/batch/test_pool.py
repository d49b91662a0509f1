"""The pool: a task that kills, hangs or starves its worker costs itself and nothing else."""

import gc
import os
import resource
import signal
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from batch_fakes import swallow_everything

from briefgen.batch.pool import TaskCrash, WorkerPool
from briefgen.batch.stop import stop_on_signals
from briefgen.errors import BriefgenError, Problem, StorageError
from briefgen.system.limits import WorkerLimits

pytestmark = pytest.mark.kills


def work(task: Any) -> Any:
    match task:
        case "exit":
            os._exit(3)
        case "kill":
            os.kill(os.getpid(), signal.SIGKILL)
        case "hang":
            swallow_everything()
        case "deaf":
            signal.signal(signal.SIGTERM, signal.SIG_IGN)
            swallow_everything()
        case "memory":
            return len(bytearray(700 << 20))
        case "error":
            raise ValueError("a bug")
        case "fault":
            raise StorageError(Problem("disk", "full"))
        case "unpicklable":
            return lambda: None
        case "pid":
            return os.getpid()
        case "spared":
            return gc.get_freeze_count() > 0
        case "limits":
            return [
                resource.getrlimit(what)[0]
                for what in (resource.RLIMIT_DATA, resource.RLIMIT_FSIZE, resource.RLIMIT_CORE)
            ]
        case ("first dies, second hangs", first, second):
            if not Path(first).exists():
                Path(first).touch()
                os._exit(3)
            Path(second).touch()
            swallow_everything()
        case ("slow", seconds):
            time.sleep(seconds)
    return task


def start() -> Callable[[Any], Any]:
    return work


def refuse() -> Callable[[Any], Any]:
    raise BriefgenError(Problem("missing", "Pango is missing"))


def die() -> Callable[[Any], Any]:
    os._exit(9)


@dataclass(frozen=True)
class DyingOnce:
    """A worker whose first start fails."""

    mark: str

    def __call__(self) -> Callable[[Any], Any]:
        if not Path(self.mark).exists():
            Path(self.mark).touch()
            os._exit(9)
        return work


def run(tasks: list[Any], begin: Any = start, **options: Any) -> list[tuple[Any, Any]]:
    options = {"workers": 2, "timeout_s": 20.0} | options
    with stop_on_signals() as stop, WorkerPool(begin, stop=stop, **options) as pool:
        return list(pool.run(iter(tasks)))


def test_every_task_has_its_own_result():
    assert sorted(run(list(range(200)))) == [(number, number) for number in range(200)]


def test_no_task_starts_no_worker():
    assert run([], begin=die) == []


@pytest.mark.parametrize(
    ("task", "said"),
    [
        ("exit", "exited with code 3"),
        ("kill", "killed"),
        ("error", "ValueError: a bug (test_pool.py, line "),
        ("memory", "ran out of memory"),
        ("unpicklable", "pickle"),
    ],
)
def test_a_task_that_crashes_costs_only_itself(task: str, said: str):
    results = dict(run([0, 1, task, 2, 3], limits=WorkerLimits(memory_mb=400)))
    crash = results.pop(task)
    assert isinstance(crash, TaskCrash) and crash.how == "crashed" and said in crash.detail
    assert results == {number: number for number in range(4)}


@pytest.mark.parametrize("task", ["hang", "deaf"])
def test_a_task_that_hangs_is_ended(task: str):
    """Also one that swallows every exception and ignores SIGTERM."""
    results = dict(run([0, task, 1], timeout_s=0.5))
    crash = results.pop(task)
    assert isinstance(crash, TaskCrash) and crash.how == "hung" and "0.5 seconds" in crash.detail
    assert results == {0: 0, 1: 1}


@pytest.mark.slow
def test_a_crash_is_tried_once_more_and_may_be_divided():
    """The parts are tried in place of the whole."""
    with stop_on_signals() as stop:
        pool: WorkerPool[Any, Any] = WorkerPool(
            start, workers=1, timeout_s=20, stop=stop, split=lambda task: ("good", task[:4])
        )
        with pool:
            results = dict(pool.run(iter(["exit", "good one"])))
    assert results["good"] == "good" and isinstance(results["exit"], TaskCrash)


@pytest.mark.slow
def test_a_fault_ends_everything():
    with pytest.raises(StorageError):
        run([0, 1, "fault", *range(2, 500)])


def test_a_worker_that_refuses_to_start_says_why():
    with pytest.raises(BriefgenError, match="Pango is missing"):
        run([1], begin=refuse)


@pytest.mark.slow
def test_workers_that_die_at_the_start_end_the_batch():
    with pytest.raises(BriefgenError) as fault:
        run([1], begin=die)
    assert fault.value.problems[0].code == "workers-fail" and "exited with code 9" in str(fault.value)


def test_a_single_failed_start_does_not(tmp_path: Path):
    assert run([1], begin=DyingOnce(str(tmp_path / "mark"))) == [(1, 1)]


@pytest.mark.slow
def test_workers_are_replaced_after_their_share():
    pids = [pid for _, pid in run(["pid"] * 10, workers=1, recycle_after=3)]
    assert len(set(pids)) == 4


def test_the_collector_is_spared_what_a_worker_has_loaded_with_its_first_task():
    assert [spared for _, spared in run(["spared"] * 3, workers=1)] == [False, True, True]


def test_limits_hold_in_the_worker_and_not_here():
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    [(_, limits)] = run(["limits"], limits=WorkerLimits(memory_mb=300, file_mb=20))
    assert limits == [300 << 20, 20 << 20, 0]
    assert resource.getrlimit(resource.RLIMIT_FSIZE) == before


@pytest.mark.slow
def test_tasks_are_taken_only_as_they_are_needed():
    """A million recipients are not queued at once: at most two for each worker are under way."""
    taken = 0

    def tasks() -> Iterator[int]:
        nonlocal taken
        for number in range(100):
            taken += 1
            yield number

    with stop_on_signals() as stop, WorkerPool(start, workers=2, timeout_s=20, stop=stop) as pool:
        finished = 0
        for finished, _ in enumerate(pool.run(tasks()), 1):
            assert taken <= finished + 4
        assert finished == taken == 100


def test_a_stop_lets_the_tasks_in_hand_end_and_takes_no_more():
    with stop_on_signals() as stop, WorkerPool(start, workers=2, timeout_s=20, stop=stop) as pool:
        results = pool.run(iter([("slow", 0.1)] * 100))
        next(results)
        stop.request()
        assert len(list(results)) <= 2


def test_a_stop_does_not_blame_a_task_that_it_broke_off(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Not even at its second try."""
    monkeypatch.setattr("briefgen.batch.pool.STOP_GRACE_S", 0.1)
    first, second = tmp_path / "first", tmp_path / "second"
    with stop_on_signals() as stop, WorkerPool(start, workers=1, timeout_s=20, stop=stop) as pool:

        def stop_the_second() -> None:
            while not second.exists():
                time.sleep(0.01)
            stop.request()

        threading.Thread(target=stop_the_second, daemon=True).start()
        assert list(pool.run(iter([("first dies, second hangs", str(first), str(second))]))) == []


@pytest.mark.slow
def test_programs_that_a_hung_worker_started_end_with_it(tmp_path: Path):
    pid_file = tmp_path / "pid"
    with stop_on_signals() as stop, WorkerPool(_start_child, workers=1, timeout_s=0.7, stop=stop) as pool:
        list(pool.run(iter([str(pid_file)])))
    pids = list(map(int, pid_file.read_text().split()))
    assert pids
    for pid in pids:
        _wait_until_gone(pid)


def _start_child() -> Callable[[str], None]:
    return _child


def _child(pid_file: str) -> None:
    import subprocess

    with subprocess.Popen(["sleep", "600"]) as child, Path(pid_file).open("a") as file:
        print(child.pid, file=file, flush=True)
        child.wait()


def _wait_until_gone(pid: int) -> None:
    for _ in range(200):
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return
        try:
            if "\nState:\tZ" in Path(f"/proc/{pid}/status").read_text():
                return
        except OSError:
            return
        time.sleep(0.05)
    pytest.fail("the program still runs")
