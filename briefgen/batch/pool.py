"""A pool of worker processes in which a worker that dies or hangs costs one attempt at one task, no more.

It runs any task and knows nothing about letters. Each worker has its own pipe and holds one task at a time,
so the parent always knows what a dead worker was doing. Pools whose workers share a queue lock (pebble,
concurrent.futures) break or stall when a worker is killed at the wrong moment: pebble 5.2 failed after 3 and
17 kills (see also its issue 163).
"""

from __future__ import annotations

import gc
import math
import os
import pickle
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
from pathlib import Path
from types import TracebackType
from typing import Any, Generic, Literal, Self, TypeVar

from briefgen.batch.fork_server import ForkServer
from briefgen.batch.stop import StopRequest
from briefgen.errors import BriefgenError, Problem
from briefgen.system.limits import DEFAULT_LIMITS, WorkerLimits, limit_process

Task = TypeVar("Task")
Result = TypeVar("Result")

RECYCLE_WORKER_AFTER = 500
"""Tasks after which a worker is replaced, so that memory leaks stay bounded."""
START_TIMEOUT_S = 120.0
"""Time for a worker to import what it needs."""
STOP_GRACE_S = 5.0
"""Time for running tasks to finish once a stop is requested."""
MAX_FAILED_STARTS = 5
"""Consecutive failed starts after which the batch is aborted."""
MAX_ATTEMPTS = 2
"""How often a task is tried before it counts as crashed."""


@dataclass(frozen=True, slots=True)
class TaskCrash:
    """The result of a task whose every attempt crashed or hung."""

    how: Literal["crashed", "hung"]
    detail: str
    """What is known about the cause, as a clause for a message."""


@dataclass(frozen=True, slots=True)
class _Attempt(Generic[Task]):
    task: Task
    number: int
    """Counted from 1."""


# Messages from a worker. `_WorkerGone` and `_WorkerSilent` stand for the lack of one.
@dataclass(frozen=True, slots=True)
class _WorkerReady:
    pass


@dataclass(frozen=True, slots=True)
class _TaskDone:
    result: Any


@dataclass(frozen=True, slots=True)
class _WorkerRefusal:
    error: BriefgenError


@dataclass(frozen=True, slots=True)
class _WorkerGone:
    reason: str


@dataclass(frozen=True, slots=True)
class _WorkerSilent:
    pass


_WorkerMessage = _WorkerReady | _TaskDone | _WorkerRefusal | _WorkerGone | _WorkerSilent


def available_processors() -> int:
    """Return the number of processors that this process may use, which is the default number of workers."""
    if sys.platform == "linux":
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


class WorkerPool(Generic[Task, Result]):
    """Worker processes that turn tasks into results. A context manager: leaving it ends all workers."""

    def __init__(
        self,
        start: Callable[[], Callable[[Task], Result]],
        *,
        workers: int,
        timeout_s: float,
        stop: StopRequest,
        split: Callable[[Task], Sequence[Task]] = lambda task: (task,),
        limits: WorkerLimits = DEFAULT_LIMITS,
        preload: Iterable[str] = (),
        server: ForkServer | None = None,
        inherit: int | None = None,
        recycle_after: int = RECYCLE_WORKER_AFTER,
    ) -> None:
        """Prepare the pool; workers start when there are tasks.

        `start` is pickled, called once in each worker, and returns the function that performs a task. `split`
        divides a crashed task into the parts that are retried separately. `preload` names modules that are
        imported once, in the process from which all workers are forked; a `server` that was started earlier
        is that process, and is closed with the pool. `inherit` is a file descriptor that stays open as long
        as any worker lives.
        """
        self._preload = tuple(preload)
        self._server = server
        self._start, self._size, self._timeout_s, self._stop = start, workers, timeout_s, stop
        self._split, self._limits, self._inherit, self._recycle_after = split, limits, inherit, recycle_after
        self._workers: list[_WorkerHandle[Task]] = []
        self._failed_starts = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for worker in self._workers:
            worker.close_pipe()
        for worker in self._workers:
            worker.terminate()
        self._close_server()

    def run(self, tasks: Iterator[Task]) -> Iterator[tuple[Task, Result | TaskCrash]]:
        """Yield each task with its result, in order of completion; end early once a stop is requested.

        Besides the tasks being run, at most one task per worker is taken from `tasks` in advance. A
        BriefgenError raised by `start` or by a task aborts everything and is raised here.
        """
        queue: deque[_Attempt[Task]] = deque()
        while True:
            self._read_ahead(queue, tasks)
            self._assign_tasks(queue)
            if not queue and not any(worker.attempt for worker in self._workers):
                return
            self._read_ahead(queue, tasks)
            for worker, has_message in self._wait_for_workers():
                for attempt, result in self._handle_worker(worker, has_message):
                    if not isinstance(result, TaskCrash):
                        yield attempt.task, result
                    elif attempt.number < MAX_ATTEMPTS:
                        retries = (_Attempt(part, attempt.number + 1) for part in self._split(attempt.task))
                        queue.extendleft(retries)
                    elif not self._stop.requested:  # otherwise the stop cut it short: not the task's fault
                        yield attempt.task, result

    def _read_ahead(self, queue: deque[_Attempt[Task]], tasks: Iterator[Task]) -> None:
        """Fill the queue with as many tasks as there may be workers."""
        if self._stop.requested:
            queue.clear()
        while not self._stop.requested and len(queue) < self._size:
            task = next(tasks, None)
            if task is None:
                return
            queue.append(_Attempt(task, 1))

    def _assign_tasks(self, queue: deque[_Attempt[Task]]) -> None:
        """Send tasks to the idle workers, and start workers for the rest."""
        for worker in self._workers:
            if queue and worker.ready and not worker.attempt:
                worker.send_task(queue.popleft(), self._timeout_s)
        starting = sum(1 for worker in self._workers if not worker.ready)
        for _ in range(min(len(queue) - starting, self._size - len(self._workers))):
            self._start_worker()

    def _start_worker(self) -> None:
        try:
            if self._server is None:
                self._server = ForkServer(self._preload)
            arguments = (self._start, self._limits, self._timeout_s)
            self._workers.append(_WorkerHandle(self._server, arguments, self._inherit))
        except (OSError, EOFError) as error:
            self._close_server()  # a new one is started at the next attempt
            self._count_failed_start(str(error))

    def _close_server(self) -> None:
        if self._server is not None:
            self._server.close()
            self._server = None

    def _wait_for_workers(self) -> list[tuple[_WorkerHandle[Task], bool]]:
        """Wait for workers that have sent a message or missed their deadline.

        Return each of them with whether it has a message.
        """
        if self._stop.requested:
            for worker in self._workers:
                worker.deadline = min(worker.deadline, time.monotonic() + STOP_GRACE_S)
        descriptors = [worker.fileno() for worker in self._workers]
        if not self._stop.requested:
            descriptors.append(self._stop.fileno())
        deadline = min((worker.deadline for worker in self._workers), default=None)
        readable = wait(descriptors, None if deadline is None else max(0.0, deadline - time.monotonic()))
        now = time.monotonic()
        states = [(worker, worker.fileno() in readable) for worker in self._workers]
        return [
            (worker, has_message) for worker, has_message in states if has_message or worker.deadline <= now
        ]

    def _handle_worker(
        self, worker: _WorkerHandle[Task], has_message: bool
    ) -> Iterator[tuple[_Attempt[Task], Result | TaskCrash]]:
        """Process a worker's message, or the lack of one; yield the attempt that ended with it."""
        message = worker.receive(has_message)
        if isinstance(message, _WorkerReady):
            self._failed_starts = 0
        elif isinstance(message, _WorkerRefusal):
            raise message.error
        elif isinstance(message, _TaskDone):
            attempt = worker.finish_task()
            if worker.tasks_done >= self._recycle_after:
                self._remove_worker(worker)
            yield attempt, message.result
        else:
            crash = self._crash_from(message)
            self._remove_worker(worker)
            if worker.attempt:
                yield worker.attempt, crash
            elif not worker.ready:
                self._count_failed_start(crash.detail)

    def _crash_from(self, message: _WorkerGone | _WorkerSilent) -> TaskCrash:
        if isinstance(message, _WorkerGone):
            return TaskCrash("crashed", message.reason)
        return TaskCrash("hung", f"it took longer than {self._timeout_s:g} seconds")

    def _remove_worker(self, worker: _WorkerHandle[Task]) -> None:
        self._workers.remove(worker)
        worker.terminate()

    def _count_failed_start(self, reason: str) -> None:
        self._failed_starts += 1
        if self._failed_starts == MAX_FAILED_STARTS:
            raise BriefgenError(
                Problem(
                    "workers-fail",
                    f"the worker processes exit before they are ready: {reason}",
                    hint="run `briefgen doctor`; the machine may be out of memory or processes",
                )
            )


class _WorkerHandle(Generic[Task]):
    """The parent's side of one worker process."""

    def __init__(self, server: ForkServer, arguments: tuple[Any, ...], inherit: int | None) -> None:
        self._process = server.fork(_worker_main, arguments, inherit)
        self._connection = self._process.connection
        self.ready = False
        self.attempt: _Attempt[Task] | None = None
        """What it is working on."""
        self.tasks_done = 0
        self.deadline = time.monotonic() + START_TIMEOUT_S
        """When its next message is due."""

    def fileno(self) -> int:
        """Return the descriptor that becomes readable when the worker has sent a message."""
        return self._connection.fileno()

    def send_task(self, attempt: _Attempt[Task], timeout_s: float) -> None:
        """Give the worker a task."""
        self.attempt = attempt
        self.deadline = time.monotonic() + timeout_s
        with suppress(OSError):  # if the worker has just died, `receive` will report it
            self._connection.send_bytes(_pickle(attempt.task))

    def finish_task(self) -> _Attempt[Task]:
        """Mark the worker as idle and return the attempt that it completed."""
        assert self.attempt is not None
        attempt, self.attempt = self.attempt, None
        self.tasks_done += 1
        self.deadline = float("inf")
        return attempt

    def receive(self, has_message: bool) -> _WorkerMessage:
        """Return the worker's message; call only when it has one or its deadline has passed."""
        try:
            if not has_message and not self._connection.poll():
                return _WorkerSilent()
            message: _WorkerMessage = self._connection.recv()
        except (EOFError, OSError, pickle.UnpicklingError):
            return _WorkerGone(self._describe_exit())
        if isinstance(message, _WorkerReady):
            self.ready, self.deadline = True, float("inf")
        return message

    def close_pipe(self) -> None:
        """Close the pipe, at which an idle worker exits by itself."""
        self._connection.close()

    def terminate(self) -> None:
        """Make sure that the worker has ended, along with any programs it started."""
        self.close_pipe()
        if self.ready and not self.attempt:
            self._process.exit_code(timeout_s=1)
        self._process.kill()
        self._process.exit_code()
        self._process.close()

    def _describe_exit(self) -> str:
        code = self._process.exit_code()
        if code == -signal.SIGKILL:
            return "its worker was killed, which usually means that memory ran out"
        if code is not None and code < 0:
            return f"its worker was terminated by {signal.Signals(-code).name}"
        return "its worker ended" if code is None else f"its worker exited with code {code}"


def _worker_main(
    connection: Connection, arguments: tuple[Callable[[], Callable[[Any], Any]], WorkerLimits, float]
) -> None:
    """Run a worker: get ready, then perform one task after another until the parent closes the pipe.

    Its own process group shields the worker from Ctrl-C, which is for the parent to handle, and lets the
    parent kill it together with its children. If the parent is gone, the alarm ends a worker that hangs: the
    default action of SIGALRM runs no Python code, so no exception handler can swallow it.
    """
    start, limits, timeout_s = arguments
    os.setpgrp()
    limit_process(memory_mb=limits.memory_mb, file_mb=limits.file_mb)
    with suppress(EOFError, BrokenPipeError, ConnectionResetError):
        try:
            perform = start()
        except BriefgenError as error:
            connection.send(_WorkerRefusal(error))
            return
        connection.send(_WorkerReady())
        for number in count():
            task = connection.recv()
            if number == 1:
                _freeze_loaded_objects()
            signal.alarm(math.ceil(timeout_s + STOP_GRACE_S))
            message = _run_task(perform, task)
            signal.alarm(0)
            connection.send_bytes(message)


def _freeze_loaded_objects() -> None:
    """Exempt everything loaded so far, the program and what the first task needed, from garbage collection.

    Scanning all of it again and again takes a twentieth of the time spent on letters.
    """
    gc.collect()
    gc.freeze()


def _pickle(value: Any) -> bytes:
    """Pickle a value for `Connection.recv`.

    Cheaper than `Connection.send`, which builds a pickler that can also transfer connections.
    """
    return pickle.dumps(value, pickle.HIGHEST_PROTOCOL)


def _run_task(perform: Callable[[Any], Any], task: Any) -> bytes:
    """Perform a task and return the message about it, pickled."""
    try:
        try:
            return _pickle(_TaskDone(perform(task)))
        except BriefgenError as error:
            return _pickle(_WorkerRefusal(error))
    except MemoryError:
        detail = "it ran out of memory"
    except Exception as error:
        # Type, message and origin: what a bug report needs.
        origin = traceback.extract_tb(error.__traceback__)[-1]
        where = f"{Path(origin.filename).name}, line {origin.lineno}"
        detail = f"{type(error).__name__}: {error} ({where})"
    return _pickle(_TaskDone(TaskCrash("crashed", detail)))
