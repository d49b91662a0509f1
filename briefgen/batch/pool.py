"""A pool of worker processes: one that dies or hangs costs one try of one task, and nothing else.

This room runs any task; it knows nothing of letters. Each worker has a pipe of its own and holds one task, so
that the parent always knows what a dead worker was doing. Pools whose workers share a queue lock (pebble,
concurrent.futures) break or stall when a worker is killed at the wrong moment: pebble 5.2 gave up after 3 and
17 kills (see also its issue 163).
"""

from __future__ import annotations

import gc
import math
import multiprocessing
import os
import pickle
import resource
import signal
import sys
import time
import traceback
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import count
from multiprocessing.connection import Connection, wait
from multiprocessing.context import ForkServerContext
from multiprocessing.reduction import DupFd
from pathlib import Path
from types import TracebackType
from typing import Any, Generic, Literal, Self, TypeVar

from briefgen.batch.lock import Stop
from briefgen.errors import BriefgenError, Problem

Task = TypeVar("Task")
Result = TypeVar("Result")

RECYCLE_AFTER = 500
"""Tasks after which a worker is replaced, so that no leak grows."""
START_S = 120.0
"""Time for a worker to load what it needs."""
GRACE_S = 5.0
"""Time for the tasks in hand once a stop is requested."""
MAX_FAILED_STARTS = 5
"""In a row, before the batch gives up."""
TRIES = 2
"""How often a task is tried."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What one worker may use; exceeding it costs the task in hand."""

    memory_mb: int = 1024
    """Private memory, by RLIMIT_DATA: RLIMIT_AS would count address space that is only reserved, of which
    pandoc alone takes a terabyte. Not enforced on macOS."""
    file_mb: int = 200
    """Largest file."""

    def impose(self) -> None:
        """Set the limits for this process and its children; never raises a limit that is tighter already."""
        for what, amount in (
            (resource.RLIMIT_DATA, self.memory_mb << 20),
            (resource.RLIMIT_FSIZE, self.file_mb << 20),
            (resource.RLIMIT_CORE, 0),
        ):
            soft, hard = resource.getrlimit(what)
            tightest = min(
                (limit for limit in (soft, hard) if limit != resource.RLIM_INFINITY), default=amount
            )
            resource.setrlimit(what, (min(amount, tightest), hard))


LIMITS = Limits()


@dataclass(frozen=True, slots=True)
class Crash:
    """What a task has instead of a result when every try of it failed."""

    how: Literal["crashed", "hung"]
    detail: str
    """What is known of it, as a clause."""


@dataclass(frozen=True, slots=True)
class _Try(Generic[Task]):
    task: Task
    number: int
    """Counted from 1."""


# What a worker says. `_Silent` and `_Gone` are what its silence means.
@dataclass(frozen=True, slots=True)
class _Ready:
    pass


@dataclass(frozen=True, slots=True)
class _Done:
    result: Any


@dataclass(frozen=True, slots=True)
class _Refused:
    error: BriefgenError


@dataclass(frozen=True, slots=True)
class _Gone:
    reason: str


@dataclass(frozen=True, slots=True)
class _Silent:
    pass


_Said = _Ready | _Done | _Refused | _Gone | _Silent


def available_processors() -> int:
    """Processors that this process may use; the natural number of workers."""
    if sys.platform == "linux":
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


class Pool(Generic[Task, Result]):
    """Workers that turn tasks into results. Use as a context manager: leaving it ends all workers."""

    def __init__(
        self,
        start: Callable[[], Callable[[Task], Result]],
        *,
        workers: int,
        timeout_s: float,
        stop: Stop,
        apart: Callable[[Task], Sequence[Task]] = lambda task: (task,),
        limits: Limits = LIMITS,
        preload: Iterable[str] = (),
        holds: int | None = None,
        recycle_after: int = RECYCLE_AFTER,
    ) -> None:
        """Prepare a pool; the first worker starts with the first task.

        `start` travels to each worker and gives it the function that does a task. `apart` divides a task that
        crashed into those that are tried once more. `preload` names modules that are imported once, in the
        process from which all workers are forked. `holds` is a descriptor that stays open as long as any
        worker lives.
        """
        self._context = multiprocessing.get_context("forkserver")
        self._context.set_forkserver_preload(list(preload))
        self._start, self._size, self._timeout_s, self._stop = start, workers, timeout_s, stop
        self._apart, self._limits, self._holds, self._recycle_after = apart, limits, holds, recycle_after
        self._workers: list[_Worker[Task]] = []
        self._failed_starts = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for worker in self._workers:
            worker.dismiss()
        for worker in self._workers:
            worker.end()

    def run(self, tasks: Iterator[Task]) -> Iterator[tuple[Task, Result | Crash]]:
        """Each task with its result, in the order of completion; ends early once a stop is requested.

        Besides the tasks in hand, at most as many as there are workers are taken from `tasks` ahead. A
        BriefgenError that `start` or a task raises ends everything and is raised here.
        """
        waiting: deque[_Try[Task]] = deque()
        while True:
            self._fill(waiting, tasks)
            self._assign(waiting)
            if not waiting and not any(worker.held for worker in self._workers):
                return
            self._fill(waiting, tasks)
            for worker, speaks in self._stirring():
                for attempt, result in self._listen(worker, speaks):
                    if not isinstance(result, Crash):
                        yield attempt.task, result
                    elif attempt.number < TRIES:
                        again = (_Try(part, attempt.number + 1) for part in self._apart(attempt.task))
                        waiting.extendleft(again)
                    elif not self._stop.requested:  # else it was broken off, and is not to blame
                        yield attempt.task, result

    def _fill(self, waiting: deque[_Try[Task]], tasks: Iterator[Task]) -> None:
        """Look ahead as many tasks as there may be workers."""
        if self._stop.requested:
            waiting.clear()
        while not self._stop.requested and len(waiting) < self._size:
            task = next(tasks, None)
            if task is None:
                return
            waiting.append(_Try(task, 1))

    def _assign(self, waiting: deque[_Try[Task]]) -> None:
        """Give tasks to the workers that are ready, and have workers for the rest."""
        for worker in self._workers:
            if waiting and worker.ready and not worker.held:
                worker.take(waiting.popleft(), self._timeout_s)
        coming = sum(1 for worker in self._workers if not worker.ready)
        for _ in range(min(len(waiting) - coming, self._size - len(self._workers))):
            self._engage()

    def _engage(self) -> None:
        try:
            self._workers.append(
                _Worker(self._context, (self._start, self._limits, self._timeout_s, self._holds))
            )
        except (OSError, EOFError) as error:
            self._start_failed(str(error))

    def _stirring(self) -> list[tuple[_Worker[Task], bool]]:
        """Wait for workers that have something to say, or that have been silent for too long.

        Each with whether it speaks.
        """
        if self._stop.requested:
            for worker in self._workers:
                worker.deadline = min(worker.deadline, time.monotonic() + GRACE_S)
        ears = [worker.fileno() for worker in self._workers]
        if not self._stop.requested:
            ears.append(self._stop.fileno())
        until = min((worker.deadline for worker in self._workers), default=None)
        heard = wait(ears, None if until is None else max(0.0, until - time.monotonic()))
        now = time.monotonic()
        each = [(worker, worker.fileno() in heard) for worker in self._workers]
        return [(worker, speaks) for worker, speaks in each if speaks or worker.deadline <= now]

    def _listen(self, worker: _Worker[Task], speaks: bool) -> Iterator[tuple[_Try[Task], Result | Crash]]:
        """Take in what a worker says or what its silence means; gives the try that ended with it."""
        said = worker.hear(speaks)
        if isinstance(said, _Ready):
            self._failed_starts = 0
        elif isinstance(said, _Refused):
            raise said.error
        elif isinstance(said, _Done):
            attempt = worker.release()
            if worker.served >= self._recycle_after:
                self._retire(worker)
            yield attempt, said.result
        else:
            crash = self._crash(said)
            self._retire(worker)
            if worker.held:
                yield worker.held, crash
            elif not worker.ready:
                self._start_failed(crash.detail)

    def _crash(self, said: _Gone | _Silent) -> Crash:
        if isinstance(said, _Gone):
            return Crash("crashed", said.reason)
        return Crash("hung", f"it took longer than {self._timeout_s:g} seconds")

    def _retire(self, worker: _Worker[Task]) -> None:
        self._workers.remove(worker)
        worker.end()

    def _start_failed(self, reason: str) -> None:
        self._failed_starts += 1
        if self._failed_starts == MAX_FAILED_STARTS:
            raise BriefgenError(
                Problem(
                    "workers-fail",
                    f"the worker processes end before they can work: {reason}",
                    hint="run `briefgen doctor`; memory or the number of processes may be exhausted",
                )
            )


class _Worker(Generic[Task]):
    """The parent's side of one worker process."""

    def __init__(self, context: ForkServerContext, arguments: tuple[Any, ...]) -> None:
        start, limits, timeout_s, holds = arguments
        self._connection, theirs = context.Pipe()
        held = None if holds is None else _Held(holds)
        self._process = context.Process(
            target=_work, args=(theirs, start, limits, timeout_s, held), daemon=True, name="briefgen-worker"
        )
        self._process.start()
        theirs.close()
        self.ready = False
        self.held: _Try[Task] | None = None
        self.served = 0
        self.deadline = time.monotonic() + START_S
        """By then it should have said something."""

    def fileno(self) -> int:
        """Readable when there is something to hear."""
        return self._connection.fileno()

    def take(self, attempt: _Try[Task], timeout_s: float) -> None:
        """Begin a task."""
        self.held = attempt
        self.deadline = time.monotonic() + timeout_s
        with suppress(OSError):  # where it has just died, `hear` will say so
            self._connection.send_bytes(_pickled(attempt.task))

    def release(self) -> _Try[Task]:
        """The task is done."""
        assert self.held is not None
        attempt, self.held = self.held, None
        self.served += 1
        self.deadline = float("inf")
        return attempt

    def hear(self, speaks: bool) -> _Said:
        """What it says; called when it has something to say or its deadline has passed."""
        try:
            if not speaks and not self._connection.poll():
                return _Silent()
            said: _Said = self._connection.recv()
        except (EOFError, OSError, pickle.UnpicklingError):
            return _Gone(self._last_words())
        if isinstance(said, _Ready):
            self.ready, self.deadline = True, float("inf")
        return said

    def dismiss(self) -> None:
        """Let it end by itself, if it is idle."""
        self._connection.close()

    def end(self) -> None:
        """See that it has ended, with the programs it may have started."""
        self.dismiss()
        if self.ready and not self.held:
            self._process.join(1)
        if self._process.is_alive():
            with suppress(ProcessLookupError):
                os.killpg(self._process.pid or 0, signal.SIGKILL)
            self._process.kill()
        self._process.join()
        self._process.close()

    def _last_words(self) -> str:
        self._process.join(5)
        code = self._process.exitcode
        if code == -signal.SIGKILL:
            return "its worker was killed, as happens when memory runs out"
        if code is not None and code < 0:
            return f"its worker was ended by {signal.Signals(-code).name}"
        return f"its worker ended with exit code {code}"


class _Held:
    """A descriptor that travels to a worker, which never closes it."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor

    def __getstate__(self) -> Any:
        return DupFd(self._descriptor)

    def __setstate__(self, travelling: Any) -> None:
        self._descriptor = travelling.detach()


def _work(
    connection: Connection,
    start: Callable[[], Callable[[Any], Any]],
    limits: Limits,
    timeout_s: float,
    held: _Held | None,
) -> None:
    """The life of a worker: get ready, then one task after another until the parent closes the pipe.

    A process group of its own keeps a Ctrl-C from the worker, for which it is the parent's affair, and lets
    the parent end it with its children. Where the parent is gone, the alarm ends a worker that hangs: its
    default action takes no Python and so cannot be swallowed.
    """
    os.setpgrp()
    limits.impose()
    with suppress(EOFError, BrokenPipeError, ConnectionResetError):
        try:
            work = start()
        except BriefgenError as refusal:
            connection.send(_Refused(refusal))
            return
        connection.send(_Ready())
        for number in count():
            task = connection.recv()
            if number == 1:
                _settle_down()
            signal.alarm(math.ceil(timeout_s + GRACE_S))
            said = _said(work, task)
            signal.alarm(0)
            connection.send_bytes(said)


def _settle_down() -> None:
    """Spare the garbage collector what stays until the worker ends: its program, and what the first task has
    loaded. To look through all of that again and again takes a twentieth of the time of letters."""
    gc.collect()
    gc.freeze()


def _pickled(what: Any) -> bytes:
    """As `Connection.recv` expects it. `Connection.send` would make a pickler that can send connections."""
    return pickle.dumps(what, pickle.HIGHEST_PROTOCOL)


def _said(work: Callable[[Any], Any], task: Any) -> bytes:
    """What comes of a task, pickled."""
    try:
        try:
            return _pickled(_Done(work(task)))
        except BriefgenError as refusal:
            return _pickled(_Refused(refusal))
    except MemoryError:
        detail = "it ran out of memory"
    except Exception as error:
        # Type, message and origin: what a report of the bug needs.
        origin = traceback.extract_tb(error.__traceback__)[-1]
        where = f"{Path(origin.filename).name}, line {origin.lineno}"
        detail = f"{type(error).__name__}: {error} ({where})"
    return _pickled(_Done(Crash("crashed", detail)))
