"""Limits on time and memory: of worker processes, of processes that parse files, and of commands.

Workers and parsers are processes of their own, which `limit_process` limits; whoever waits for them sees to
the time. A command that makes documents in the main process does so within `resource_limits`, which raises a
problem. That takes the main thread and SIGALRM, and Python has to get round to its signal handler; while C
code is too busy for that, only `end_process_on_hang` helps. Memory is limited on Linux only, where the kernel
reports its use.
"""

from __future__ import annotations

import faulthandler
import mmap
import os
import select
import signal
import struct
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

from briefgen.errors import BriefgenError, Problem

LETTER_TIME_LIMIT_S = 30.0
"""For one letter in a worker."""
TIME_LIMIT_S = 120.0
"""For one document in the main process: four times a worker's, since the first one includes start-up."""
MEMORY_LIMIT_MB = 1024
"""For one document, in addition to what the process already uses; a worker has as much in total."""
PARSER_ADDRESS_SPACE_MB = 3072
"""For a process that parses one file."""
HANG_GRACE_S = 5.0
"""Time after the limit in which Python's signal handler should have run."""
_EXIT_DELAY_S = 2.0
"""Time after that until a hung process is ended; by then the problem has been reported."""
_REARM_INTERVAL_S = 1.0
"""By how much earlier it may be ended."""
_POLL_INTERVAL_S = 0.2
"""Between two checks of time and memory."""
_LIMIT_HINT = "look for an endless loop in its template, its stylesheets or the recipient's row"
_STATM = Path("/proc/self/statm")


@dataclass(frozen=True, slots=True)
class WorkerLimits:
    """Resource limits of one worker; a task that exceeds them fails."""

    memory_mb: int = 1024
    """Private memory; not enforced on macOS."""
    file_mb: int = 200
    """Size of the largest file it may write."""


DEFAULT_LIMITS = WorkerLimits()


def limit_process(
    *, memory_mb: int = 0, file_mb: int = 0, address_space_mb: int = 0, cpu_seconds: int = 0
) -> None:
    """Limit this process and its children; 0 is no limit. Never loosen a limit that is already tighter.

    Private memory is limited with RLIMIT_DATA: RLIMIT_AS would also count address space that is merely
    reserved, and pandoc alone reserves a terabyte.
    """
    import resource

    amounts = {
        resource.RLIMIT_DATA: memory_mb << 20,
        resource.RLIMIT_FSIZE: file_mb << 20,
        resource.RLIMIT_AS: address_space_mb << 20,
        resource.RLIMIT_CPU: cpu_seconds,
    }
    for kind, amount in amounts.items():
        if amount:
            _lower_limit(kind, amount)
    _lower_limit(resource.RLIMIT_CORE, 0)


def _lower_limit(kind: int, amount: int) -> None:
    """Set a soft limit to `amount`, or to what it is already if that is less."""
    import resource

    soft, hard = resource.getrlimit(kind)
    known = [limit for limit in (soft, hard) if limit != resource.RLIM_INFINITY]
    resource.setrlimit(kind, (min(amount, *known) if known else amount, hard))


@contextmanager
def resource_limits(
    about: str, limit_s: float | None = None, limit_mb: int = MEMORY_LIMIT_MB, *, hint: str = _LIMIT_HINT
) -> Iterator[Callable[[str], None]]:
    """Raise BriefgenError if the block exceeds the time or memory limit; `about` names the document.

    `hint` says what to do about it. Yield a function that starts both limits again, for the next document in
    the block.
    """
    if threading.current_thread() is not threading.main_thread() or not hasattr(signal, "setitimer"):
        yield lambda name: None
        return
    seconds = TIME_LIMIT_S if limit_s is None else limit_s
    watchdog, began, before = _start_watchdog(), 0.0, 0.0

    def check_limits(*_: object) -> None:
        elapsed = time.monotonic() - began
        if watchdog and elapsed >= seconds + HANG_GRACE_S:
            os._exit(1)  # the watchdog reports it
        if elapsed >= seconds:
            raise BriefgenError(_time_limit_problem(about, seconds, hint))
        if _private_memory_mb() - before > limit_mb:
            raise _memory_limit_error(about, limit_mb, hint)

    def start(name: str) -> None:
        nonlocal about, began, before
        about, began, before = name, time.monotonic(), _private_memory_mb()
        limit_data_segment(before + 2 * limit_mb)
        if watchdog:
            watchdog.arm(about, seconds, began + seconds + HANG_GRACE_S, hint)

    with _data_segment_limit() as limit_data_segment:
        interval = min(_POLL_INTERVAL_S, seconds)
        previous_handler = signal.signal(signal.SIGALRM, check_limits)
        try:
            start(about)
            signal.setitimer(signal.ITIMER_REAL, interval, interval)
            yield start
        except MemoryError:
            raise _memory_limit_error(about, limit_mb, hint) from None
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)
            signal.signal(signal.SIGALRM, previous_handler)
            if watchdog:
                watchdog.disarm()


def _time_limit_problem(about: str, limit_s: float, hint: str) -> Problem:
    return Problem("took-too-long", f"{about} was not ready after {limit_s:g} seconds", None, hint)


def _memory_limit_error(about: str, limit_mb: int, hint: str) -> BriefgenError:
    message = f"{about} needed more than {limit_mb:,} MB of memory"
    return BriefgenError(Problem("took-too-much", message, None, hint))


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
def _data_segment_limit() -> Iterator[Callable[[float], None]]:
    """Yield a function that makes the kernel refuse a huge allocation that happens between two checks.

    Its limit, in megabytes, must be well above the one that is polled: a C library aborts the process if
    malloc fails.
    """
    if sys.platform != "linux":
        yield lambda megabytes: None
        return
    import resource

    previous = resource.getrlimit(resource.RLIMIT_DATA)

    def limit_data_segment(megabytes: float) -> None:
        resource.setrlimit(resource.RLIMIT_DATA, previous)
        _lower_limit(resource.RLIMIT_DATA, int(megabytes) << 20)

    try:
        yield limit_data_segment
    finally:
        resource.setrlimit(resource.RLIMIT_DATA, previous)


# When C code hangs

_report_hang: Callable[[BriefgenError], object] | None = None
_watchdog: _Watchdog | None = None


def end_process_on_hang(report: Callable[[BriefgenError], object]) -> None:
    """End this process with exit code 1 if C code keeps `resource_limits` from raising its problem.

    For the command line only, since nothing is cleaned up. `report` prints the problem, in a process of its
    own.
    """
    global _report_hang
    _report_hang = report


def _start_watchdog() -> _Watchdog | None:
    """Return the watchdog, which is started at the first call; None if nobody has asked for one."""
    global _watchdog
    if _watchdog is None and _report_hang is not None and hasattr(os, "fork"):
        _watchdog = _Watchdog(_report_hang)
    return _watchdog


class _Watchdog:
    """Reports a problem at a deadline, and ends the process soon after.

    While a C call holds the interpreter's lock, none of our threads and signal handlers run. Only another
    process can report then: a forked one, which finds in shared memory what to report. And only native code
    can end the process with an exit code instead of a signal: the thread of `faulthandler`.
    """

    _HEADER = struct.Struct("=ddI")
    """The deadline on the monotonic clock (0 for none), the time limit, and the length of what follows: the
    hint, a line end and the document's name."""

    def __init__(self, report: Callable[[BriefgenError], object]) -> None:
        self._shared = mmap.mmap(-1, mmap.PAGESIZE)
        self._exit_time = 0.0
        self._traceback = Path(os.devnull).open("w")  # noqa: SIM115
        reader, self._writer = os.pipe()
        sys.stdout.flush()  # otherwise both processes would write what is in the buffer
        if os.fork() == 0:
            os.close(self._writer)
            self._watch(reader, report)
        os.close(reader)

    def arm(self, name: str, limit_s: float, deadline: float, hint: str) -> None:
        """Set the deadline, and what to report then."""
        text = f"{hint}\n{name}".encode(errors="replace")[: mmap.PAGESIZE - self._HEADER.size]
        self._HEADER.pack_into(self._shared, 0, 0, 0, 0)
        self._shared[self._HEADER.size : self._HEADER.size + len(text)] = text
        self._HEADER.pack_into(self._shared, 0, deadline, limit_s, len(text))
        # Setting the timer starts a thread; for each of thousands of letters, that would take too long.
        if deadline + _EXIT_DELAY_S - self._exit_time >= _REARM_INTERVAL_S:
            self._exit_time = deadline + _EXIT_DELAY_S
            delay = self._exit_time - time.monotonic()
            faulthandler.dump_traceback_later(delay, file=self._traceback, exit=True)

    def disarm(self) -> None:
        """Remove the deadline."""
        faulthandler.cancel_dump_traceback_later()
        self._exit_time = 0.0
        self._HEADER.pack_into(self._shared, 0, 0, 0, 0)

    def _watch(self, pipe: int, report: Callable[[BriefgenError], object]) -> NoReturn:
        """Report what is due, until the process at the other end of the pipe has ended."""
        try:
            signal.signal(signal.SIGINT, signal.SIG_IGN)
            ended: list[int] = []
            while not ended:
                ended = select.select([pipe], [], [], _POLL_INTERVAL_S)[0]
                deadline, limit_s, length = self._HEADER.unpack_from(self._shared)
                if deadline and time.monotonic() >= deadline:
                    text = self._shared[self._HEADER.size : self._HEADER.size + length]
                    hint, _, name = text.decode(errors="replace").partition("\n")
                    report(BriefgenError(_time_limit_problem(name, limit_s, hint)))
                    sys.stdout.flush()
                    break
        finally:
            os._exit(0)
