"""Gives up what takes too long, for the commands that have no workers to do it: check, letter, brief.

A batch has its workers for that. It works on the main thread and where the system has alarms; elsewhere
nothing is given up.
"""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from briefgen.errors import BriefgenError, Problem

LIMIT_S = 120.0
"""For one document, composed or set in one format: four times what a worker has; it may be the first."""


@contextmanager
def patience(about: str, limit_s: float = LIMIT_S) -> Iterator[None]:
    """Raise BriefgenError where what is within takes longer; `about` names what is made."""
    if threading.current_thread() is not threading.main_thread() or not hasattr(signal, "setitimer"):
        yield
        return

    def give_up(*_: object) -> None:
        raise BriefgenError(
            Problem(
                "took-too-long",
                f"{about} was not ready after {limit_s:g} seconds",
                None,
                "look for a repetition without end in its template, its stylesheets or the recipient's row",
            )
        )

    before = signal.signal(signal.SIGALRM, give_up)
    signal.setitimer(signal.ITIMER_REAL, limit_s)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
