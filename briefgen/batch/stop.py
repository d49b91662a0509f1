"""Stops a batch in an orderly way when the user asks for it with a signal."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType


class StopRequest:
    """Whether the user has asked to stop; can be waited for like a pipe."""

    def __init__(self) -> None:
        self.requested = False
        self._read_end, self._write_end = os.pipe()

    def fileno(self) -> int:
        """Return the descriptor that becomes readable once a stop is requested."""
        return self._read_end

    def request(self) -> None:
        """Ask to stop."""
        if not self.requested:
            self.requested = True
            os.write(self._write_end, b"!")

    def close(self) -> None:
        """Close the pipe."""
        os.close(self._read_end)
        os.close(self._write_end)


@contextmanager
def stop_on_signals() -> Iterator[StopRequest]:
    """Turn Ctrl-C, SIGTERM and a closing terminal into a stop request; a second Ctrl-C interrupts at once.

    A hang-up that the process was started to ignore (nohup) stays ignored. Outside the main thread Python
    delivers no signals, so only `request` asks for a stop.
    """
    stop = StopRequest()

    def handle_signal(number: int, frame: FrameType | None) -> None:
        if stop.requested and number == signal.SIGINT:
            raise KeyboardInterrupt
        stop.request()

    in_main_thread = threading.current_thread() is threading.main_thread()
    signals = [signal.SIGINT, signal.SIGTERM]
    if signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:
        signals.append(signal.SIGHUP)
    previous = {number: signal.signal(number, handle_signal) for number in signals} if in_main_thread else {}
    try:
        yield stop
    finally:
        for number, handler in previous.items():
            signal.signal(number, handler)
        stop.close()
