"""Time and memory limits for commands that do their work in the main process: check, letter, brief.

A batch limits its worker processes instead. The limits need the main thread and SIGALRM; without them nothing
is limited. Memory is limited on Linux only, where the kernel reports how much the process uses.
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

TIME_LIMIT_S = 120.0
"""For composing or rendering one document: four times a worker's, since the first one includes start-up."""
MEMORY_LIMIT_MB = 1024
"""For one document, in addition to what the process already uses; a worker has as much in total."""
_POLL_INTERVAL_S = 0.2
"""Between two checks of time and memory."""
_LIMIT_HINT = "look for an endless loop in its template, its stylesheets or the recipient's row"
_STATM = Path("/proc/self/statm")


@contextmanager
def resource_limits(
    about: str, limit_s: float = TIME_LIMIT_S, limit_mb: int = MEMORY_LIMIT_MB
) -> Iterator[None]:
    """Raise BriefgenError if the block exceeds the time or memory limit; `about` names the document."""
    if threading.current_thread() is not threading.main_thread() or not hasattr(signal, "setitimer"):
        yield
        return
    began, before = time.monotonic(), _private_memory_mb()

    def check_limits(*_: object) -> None:
        if time.monotonic() - began >= limit_s:
            message = f"{about} was not ready after {limit_s:g} seconds"
            raise BriefgenError(Problem("took-too-long", message, None, _LIMIT_HINT))
        if _private_memory_mb() - before > limit_mb:
            raise _memory_limit_error(about, limit_mb)

    interval = min(_POLL_INTERVAL_S, limit_s)
    previous_handler = signal.signal(signal.SIGALRM, check_limits)
    signal.setitimer(signal.ITIMER_REAL, interval, interval)
    try:
        with _data_segment_limit(before + 2 * limit_mb):
            yield
    except MemoryError:
        raise _memory_limit_error(about, limit_mb) from None
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, previous_handler)


def _memory_limit_error(about: str, limit_mb: int) -> BriefgenError:
    message = f"{about} needed more than {limit_mb:,} MB of memory"
    return BriefgenError(Problem("took-too-much", message, None, _LIMIT_HINT))


def _private_memory_mb() -> float:
    """Return this process's private memory; 0 where the system does not report it."""
    if sys.platform != "linux":
        return 0.0
    try:
        pages = int(_STATM.read_bytes().split()[5])
    except (OSError, ValueError, IndexError):
        return 0.0
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20


@contextmanager
def _data_segment_limit(megabytes: float) -> Iterator[None]:
    """Make the kernel refuse a huge allocation that happens between two checks.

    Keep this limit well above the one that is polled: a C library aborts the process if malloc fails.
    """
    if sys.platform != "linux":
        yield
        return
    import resource

    soft, hard = resource.getrlimit(resource.RLIMIT_DATA)
    limit = int(megabytes) << 20
    tightest = min((known for known in (soft, hard) if known != resource.RLIM_INFINITY), default=limit)
    resource.setrlimit(resource.RLIMIT_DATA, (min(limit, tightest), hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_DATA, (soft, hard))
