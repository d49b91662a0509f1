"""Reads a file that somebody named: an ordinary one, within a limit, or a plain word why not.

It knows no format. Folders, named pipes and devices are refused before anything is read: a pipe nobody writes
to would be waited for without end, and a device can be read without end.
"""

from __future__ import annotations

import os
import stat
from pathlib import Path

from briefgen.errors import Place, Problem, StorageFault

# A pipe is not waited for, should one take the file's place between the look and the opening.
_FLAGS = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)


def read_ordinary(path: Path, place: Place, limit: int) -> bytes:
    """The bytes of an ordinary file.

    Raises StorageFault where it is not there, may not be read, is a folder, pipe or device, or holds more
    than `limit` bytes.
    """
    try:
        require_ordinary(path, place, limit)
        with os.fdopen(os.open(path, _FLAGS), "rb") as file:
            # What the system says about a size can be wrong: files that grow, and those under /proc.
            raw = file.read(limit + 1)
    except OSError as error:
        raise unreadable(error, place) from None
    if len(raw) > limit:
        raise StorageFault(_too_large(place, limit))
    return raw


def require_ordinary(path: Path, place: Place, limit: int) -> None:
    """Raise as read_ordinary does, without reading; for files that another program is to open."""
    try:
        found = path.stat()
    except (OSError, ValueError) as error:
        raise unreadable(error, place) from None
    if kind := not_ordinary(found.st_mode):
        raise StorageFault(Problem("file-not-ordinary", f"is {kind}, not a file", place, "name a file"))
    if found.st_size > limit:
        raise StorageFault(_too_large(place, limit))


def not_ordinary(mode: int) -> str:
    """What stands there instead of a file, for people; empty for an ordinary file."""
    if stat.S_ISREG(mode):
        return ""
    return "a folder" if stat.S_ISDIR(mode) else "a pipe or device"


def unreadable(error: Exception, place: Place) -> StorageFault:
    """What the system said, as a problem."""
    reason = getattr(error, "strerror", None) or str(error)
    return StorageFault(Problem("file-unreadable", f"cannot be read: {reason}", place))


def _too_large(place: Place, limit: int) -> Problem:
    return Problem("file-too-large", f"larger than {limit} bytes", place)
