"""Locks an output, so that only one run writes to it at a time."""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from briefgen.batch.storage_errors import storage_error
from briefgen.errors import OutputBusyError, Place, Problem

LOCK_TIMEOUT = 2.0
"""Seconds to wait for the lock: the last workers of a killed run hold it until their letter is done, which is
usually well within this."""


@contextmanager
def output_lock(path: Path, *, label: str, timeout: float = LOCK_TIMEOUT) -> Iterator[int]:
    """Lock an output for one run by its lock file and yield the file descriptor.

    The lock lasts as long as any process has the descriptor open. Workers inherit it, so a worker that
    outlives a killed run still blocks the next one. `label` names the output in messages.

    Raise OutputBusyError if another run holds the lock, StorageError if the file cannot be created.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o666)
    except OSError as error:
        raise storage_error("the output folder cannot be written", error, path.parent.parent) from error
    try:
        _acquire_lock(descriptor, label, timeout, fcntl.LOCK_EX)
        yield descriptor
    finally:
        os.close(descriptor)


@contextmanager
def shared_output_lock(path: Path, *, label: str, timeout: float = LOCK_TIMEOUT) -> Iterator[None]:
    """Keep runs away from an output while it is being read; write and create nothing.

    Raise OutputBusyError if a run holds the lock.
    """
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)  # it could be a pipe
    except OSError:  # no run has written there yet, or none that could lock it
        yield
        return
    try:
        _acquire_lock(descriptor, label, timeout, fcntl.LOCK_SH)
        yield
    finally:
        os.close(descriptor)


def _acquire_lock(descriptor: int, label: str, timeout: float, operation: int) -> None:
    deadline = time.monotonic() + timeout
    while True:
        try:
            fcntl.flock(descriptor, operation | fcntl.LOCK_NB)
            return
        except BlockingIOError:
            if time.monotonic() < deadline:
                time.sleep(0.05)
                continue
            raise OutputBusyError(
                Problem(
                    "output-busy",
                    "another run is writing to this output",
                    Place(label),
                    "wait for it to end, or choose another folder with --out",
                )
            ) from None
