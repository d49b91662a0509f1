"""Daemon threads for blocking calls to object stores, so that Ctrl-C takes effect at once.

The store client is native code that handles no signal until a request completes, which may take minutes. So
the main thread never calls it directly, and the process does not wait for these threads when it exits, as it
would for those of concurrent.futures.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Future
from queue import Empty, SimpleQueue
from typing import Any, TypeVar

T = TypeVar("T")
_THREAD_NAME = "briefgen-store"


class DaemonThreadPool:
    """A fixed number of daemon threads that run submitted calls in order."""

    def __init__(self, number: int) -> None:
        self._tasks: SimpleQueue[Callable[[], None] | None] = SimpleQueue()
        self._threads = [
            threading.Thread(target=self._run_tasks, name=f"{_THREAD_NAME}-{index}", daemon=True)
            for index in range(number)
        ]
        for thread in self._threads:
            thread.start()

    def submit(self, function: Callable[..., T], *arguments: Any) -> Future[T]:
        """Schedule a call and return the future of its result."""
        future: Future[T] = Future()
        self._tasks.put(lambda: _complete_future(future, function, arguments))
        return future

    def close(self, *, wait: bool) -> None:
        """Drop all calls that have not started; with `wait`, wait for those that have."""
        try:
            while True:
                self._tasks.get_nowait()
        except Empty:
            pass
        for _ in self._threads:
            self._tasks.put(None)
        for thread in self._threads if wait else ():
            thread.join()

    def _run_tasks(self) -> None:
        while task := self._tasks.get():
            task()


def run_interruptibly(function: Callable[[], T]) -> T:
    """Call a function and return its result; in the main thread, run it on another so that signals are
    handled."""
    if threading.current_thread() is not threading.main_thread():
        return function()
    future: Future[T] = Future()
    threading.Thread(
        target=_complete_future, args=(future, function, ()), name=_THREAD_NAME, daemon=True
    ).start()
    return future.result()


def _complete_future(future: Future[T], function: Callable[..., T], arguments: tuple[Any, ...]) -> None:
    try:
        future.set_result(function(*arguments))
    except BaseException as error:  # raised again by whoever waits for the result
        future.set_exception(error)
