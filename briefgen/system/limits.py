"""Gives up what takes too long or too much memory, for the commands without workers: check, letter, brief.

A batch has its workers for that. It works on the main thread and where the system has alarms; elsewhere
nothing is given up. Memory is watched where the system tells how much a process has (Linux).
"""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from briefgen.errors import BriefgenError, Problem

LIMIT_S = 120.0
"""For one document, composed or set in one format: four times what a worker has; it may be the first."""
LIMIT_MB = 1024
"""For one document, beside what the process has already: what a worker has in all."""
_EVERY_S = 0.2
"""Between two looks at clock and memory."""
_HINT = "look for a repetition without end in its template, its stylesheets or the recipient's row"
_STATM = Path("/proc/self/statm")


@contextmanager
def patience(about: str, limit_s: float = LIMIT_S, limit_mb: int = LIMIT_MB) -> Iterator[None]:
    """Raise BriefgenError where what is within takes longer or more memory; `about` names what is made."""
    if threading.current_thread() is not threading.main_thread() or not hasattr(signal, "setitimer"):
        yield
        return
    began, before = time.monotonic(), _memory_mb()

    def look(*_: object) -> None:
        if time.monotonic() - began >= limit_s:
            message = f"{about} was not ready after {limit_s:g} seconds"
            raise BriefgenError(Problem("took-too-long", message, None, _HINT))
        if _memory_mb() - before > limit_mb:
            raise _too_much(about, limit_mb)

    every = min(_EVERY_S, limit_s)
    handler = signal.signal(signal.SIGALRM, look)
    signal.setitimer(signal.ITIMER_REAL, every, every)
    try:
        with _no_more_than(before + 2 * limit_mb):
            yield
    except MemoryError:
        raise _too_much(about, limit_mb) from None
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, handler)


def _too_much(about: str, limit_mb: int) -> BriefgenError:
    message = f"{about} needed more than {limit_mb:,} MB of memory"
    return BriefgenError(Problem("took-too-much", message, None, _HINT))


def _memory_mb() -> float:
    """Private memory of this process; 0 where the system does not tell."""
    if sys.platform != "linux":
        return 0.0
    try:
        pages = int(_STATM.read_bytes().split()[5])
    except (OSError, ValueError, IndexError):
        return 0.0
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20


@contextmanager
def _no_more_than(megabytes: float) -> Iterator[None]:
    """Have the system refuse what is asked for all at once, between two looks.

    It leaves room to what is found by looking: a library in C ends the process where memory is refused.
    """
    if sys.platform != "linux":
        yield
        return
    import resource

    soft, hard = resource.getrlimit(resource.RLIMIT_DATA)
    wanted = int(megabytes) << 20
    tightest = min((limit for limit in (soft, hard) if limit != resource.RLIM_INFINITY), default=wanted)
    resource.setrlimit(resource.RLIMIT_DATA, (min(wanted, tightest), hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_DATA, (soft, hard))
