"""Threads on which a store is asked, so that Ctrl-C need not wait for its answer.

What asks a store is not Python, and hears of no signal until there is an answer, which may take minutes.
So the main thread never asks it by itself, and the process does not wait for these threads at its end.
They know nothing of stores and letters.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Future
from queue import Empty, SimpleQueue
from typing import Any, TypeVar

T = TypeVar("T")
_NAME = "briefgen-store"


class Carriers:
    """A number of threads that take one errand after the other."""

    def __init__(self, number: int) -> None:
        self._errands: SimpleQueue[Callable[[], None] | None] = SimpleQueue()
        self._threads = [
            threading.Thread(target=self._carry, name=f"{_NAME}-{index}", daemon=True)
            for index in range(number)
        ]
        for thread in self._threads:
            thread.start()

    def submit(self, work: Callable[..., T], *given: Any) -> Future[T]:
        """Have it done; what it gives or raises comes by the future."""
        future: Future[T] = Future()
        self._errands.put(lambda: _done(future, work, given))
        return future

    def close(self, *, wait: bool) -> None:
        """Begin nothing more; with `wait`, until what was begun is done."""
        try:
            while True:
                self._errands.get_nowait()
        except Empty:
            pass
        for _ in self._threads:
            self._errands.put(None)
        for thread in self._threads if wait else ():
            thread.join()

    def _carry(self) -> None:
        while errand := self._errands.get():
            errand()


def heeding(work: Callable[[], T]) -> T:
    """What it gives or raises; from the main thread it is done on another, so that signals are heeded."""
    if threading.current_thread() is not threading.main_thread():
        return work()
    future: Future[T] = Future()
    threading.Thread(target=_done, args=(future, work, ()), name=_NAME, daemon=True).start()
    return future.result()


def _done(future: Future[T], work: Callable[..., T], given: tuple[Any, ...]) -> None:
    try:
        future.set_result(work(*given))
    except BaseException as error:  # whoever waits for it is told
        future.set_exception(error)
