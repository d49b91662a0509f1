"""Holding an output folder: one run at a time, and a way to be asked to stop.

This room deals with locks and signals; it knows nothing of letters.
"""

from __future__ import annotations

import fcntl
import os
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

from briefgen.batch.os_errors import unwritable
from briefgen.errors import OutputBusyError, Place, Problem

PATIENCE_S = 2.0
"""The last workers of a killed run keep the folder until their letter is done; usually well within this."""


@contextmanager
def held(place: str, path: Path, *, patience_s: float = PATIENCE_S) -> Iterator[int]:
    """Hold the lock file `path` for an output, made where it is missing; gives the descriptor.

    `place` is what people call the output.

    The lock lasts as long as any process has the descriptor open: workers share it, so that one which
    outlives a killed run cannot write beside the next. OutputBusy where another run has it, StorageFault
    where the lock cannot be made.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o666)
    except OSError as error:
        raise unwritable("the output folder cannot be written", error, path.parent.parent) from error
    try:
        _lock(descriptor, place, patience_s, fcntl.LOCK_EX)
        yield descriptor
    finally:
        os.close(descriptor)


@contextmanager
def at_rest(place: str, path: Path, *, patience_s: float = PATIENCE_S) -> Iterator[None]:
    """Keep runs off an output while it is read, by its lock file `path`; writes and makes nothing.

    OutputBusy where a run has it.
    """
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    except OSError:  # never written to, or by nobody who could lock it
        yield
        return
    try:
        _lock(descriptor, place, patience_s, fcntl.LOCK_SH)
        yield
    finally:
        os.close(descriptor)


def _lock(descriptor: int, place: str, patience_s: float, kind: int) -> None:
    until = time.monotonic() + patience_s
    while True:
        try:
            fcntl.flock(descriptor, kind | fcntl.LOCK_NB)
            return
        except BlockingIOError:
            if time.monotonic() < until:
                time.sleep(0.05)
                continue
            raise OutputBusyError(
                Problem(
                    "output-busy",
                    "another run is writing there",
                    Place(place),
                    "wait for it to end, or choose another folder with --out",
                )
            ) from None


class Stop:
    """Whether the user asked to stop; can be waited for like a pipe."""

    def __init__(self) -> None:
        self.requested = False
        self._read, self._write = os.pipe()

    def fileno(self) -> int:
        """Readable once a stop is requested."""
        return self._read

    def request(self) -> None:
        """Ask to stop."""
        if not self.requested:
            self.requested = True
            os.write(self._write, b"!")

    def close(self) -> None:
        """Give the pipe back."""
        os.close(self._read)
        os.close(self._write)


@contextmanager
def stopping() -> Iterator[Stop]:
    """Let Ctrl-C, SIGTERM and a terminal that is closed ask to stop; a second Ctrl-C breaks off.

    A hang-up that the run was told to ignore (nohup) stays ignored. Only in the main thread; elsewhere Python
    delivers no signals, and only `request` asks.
    """
    stop = Stop()

    def ask(number: int, frame: FrameType | None) -> None:
        if stop.requested and number == signal.SIGINT:
            raise KeyboardInterrupt
        stop.request()

    ours = threading.current_thread() is threading.main_thread()
    asking = [signal.SIGINT, signal.SIGTERM]
    if signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:
        asking.append(signal.SIGHUP)
    before = {number: signal.signal(number, ask) for number in asking} if ours else {}
    try:
        yield stop
    finally:
        for number, previous in before.items():
            signal.signal(number, previous)
        stop.close()
