"""Keeps a run going whose reader has gone: `briefgen batch … 2>&1 | head -1`, a terminal that was closed.

What is printed then goes nowhere; files are made as if it were read.
"""

from __future__ import annotations

import errno
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any, TextIO, cast

_GONE = {errno.EPIPE, errno.EIO, errno.ENXIO}


@contextmanager
def unbroken() -> Iterator[None]:
    """Within, standard output and standard error may be closed, or be closed by their reader, at any time."""
    before = sys.stdout, sys.stderr
    sys.stdout, sys.stderr = _kept_open(1, sys.stdout), _kept_open(2, sys.stderr)
    try:
        yield
    finally:
        sys.stdout, sys.stderr = before


def _kept_open(number: int, stream: TextIO | None) -> TextIO:
    if stream is not None:
        return cast(TextIO, _Unbroken(stream))
    # Nobody gave us this stream. Its number must not go to a file of ours, in which others would then print.
    nowhere = os.open(os.devnull, os.O_WRONLY)
    if nowhere != number:
        os.dup2(nowhere, number)
        os.close(nowhere)
    return open(number, "w", encoding="utf-8", closefd=False)


class _Unbroken:
    """A text stream to which one can print although nobody reads it."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def write(self, text: str) -> int:
        with self._gone_or_not():
            self._stream.write(text)
        return len(text)

    def flush(self) -> None:
        with self._gone_or_not():
            self._stream.flush()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)

    @contextmanager
    def _gone_or_not(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            if error.errno not in _GONE:
                raise
            # What is still in the buffer goes there too, at the latest when Python ends.
            with suppress(OSError, ValueError):
                nowhere = os.open(os.devnull, os.O_WRONLY)
                os.dup2(nowhere, self._stream.fileno())
                os.close(nowhere)
