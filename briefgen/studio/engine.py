"""The one thread in which campaigns are opened, composed and rendered: the main thread of the program.

The web server runs beside it. So requests wait for their turn instead of sharing a campaign, and limits of
time and memory, which take the main thread (briefgen.system.limits), hold here too."""

from __future__ import annotations

import asyncio
import threading
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any, TypeVar

Result = TypeVar("Result")


class Engine:
    """A queue of jobs, done one after another by whoever calls `work`."""

    def __init__(self) -> None:
        self._jobs: deque[tuple[str, Callable[[], Any], Future[Any]]] = deque()
        self._changed = threading.Condition()
        self._is_stopped = False

    def submit(self, job: Callable[[], Result], *, key: str = "", urgent: bool = True) -> Future[Result]:
        """Queue a job. A waiting one with the same key is cancelled: its result would be out of date.

        What is not urgent waits until nothing else is to be done.
        """
        future: Future[Result] = Future()
        with self._changed:
            if self._is_stopped:
                future.cancel()
                return future
            for waiting in [one[2] for one in self._jobs if key and one[0] in (key, f"later:{key}")]:
                waiting.cancel()
            self._jobs = deque(one for one in self._jobs if not one[2].cancelled())
            if urgent:
                later = (at for at, one in enumerate(self._jobs) if one[0].startswith("later:"))
                self._jobs.insert(next(later, len(self._jobs)), (key, job, future))
            else:
                self._jobs.append((f"later:{key}", job, future))
            self._changed.notify()
        return future

    async def run(self, job: Callable[[], Result], *, key: str = "") -> Result:
        """Do a job and return its result; raise asyncio.CancelledError if a newer one with its key came."""
        return await asyncio.wrap_future(self.submit(job, key=key))

    def work(self) -> None:
        """Do jobs until `stop` is called, those that were queued before included."""
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._jobs or self._is_stopped)
                if not self._jobs:
                    return
                _, job, future = self._jobs.popleft()
            if future.set_running_or_notify_cancel():
                try:
                    future.set_result(job())
                except BaseException as error:  # whoever waits for the result reports it
                    future.set_exception(error)

    def stop(self) -> None:
        """Let `work` return when the jobs that wait are done."""
        with self._changed:
            self._is_stopped = True
            self._changed.notify()
