"""Reads files that people give us, and follows names that they write: ordinary files only, up to a bound.

A name in a campaign can be anything: too long for the system, a link that leads in a circle, a pipe that
nobody writes to. All of these are answered here, so that no reader hangs or breaks off.
"""

from __future__ import annotations

import os
import stat
from pathlib import Path

from briefgen.errors import Place, Problem, StorageError


def content(
    path: Path, shown: str, limit: int, missing: str | None = None, larger: str | None = None
) -> bytes:
    """The bytes of an ordinary file of at most `limit` bytes.

    `missing` and `larger` are hints for files that cannot be read and for those over the limit. Raises
    StorageFault.
    """
    place = Place(shown_name(shown))
    try:
        # Without O_NONBLOCK, opening a pipe that nobody writes to would wait for ever.
        descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0))
        if what := _irregular(os.fstat(descriptor).st_mode):
            os.close(descriptor)
            raise StorageError(Problem("file-irregular", what, place, "name the file itself"))
        with os.fdopen(descriptor, "rb") as file:
            data = file.read(limit + 1)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        problem = Problem("file-unreadable", f"cannot be read: {reason}", place, missing)
        raise StorageError(problem) from None
    if len(data) > limit:
        size = f"{limit // 1_000_000} MB" if limit % 1_000_000 == 0 else f"{limit} bytes"
        raise StorageError(Problem("file-too-large", f"larger than {size}", place, larger))
    return data


def irregular(path: Path) -> str | None:
    """What is wrong with a path that leads to something, and not to an ordinary file; else None."""
    try:
        return _irregular(path.stat().st_mode) or None
    except (OSError, ValueError):
        return None


def _irregular(mode: int) -> str:
    if stat.S_ISREG(mode):
        return ""
    return "is a folder" if stat.S_ISDIR(mode) else "is no ordinary file"


def is_ordinary(path: Path) -> bool:
    """Whether there is an ordinary file; False for whatever a name can be that leads to none."""
    try:
        return stat.S_ISREG(path.stat().st_mode)
    except (OSError, ValueError):
        return False


def is_folder(path: Path) -> bool:
    """Whether there is a folder; False for whatever a name can be that leads to none."""
    try:
        return stat.S_ISDIR(path.stat().st_mode)
    except (OSError, ValueError):
        return False


def resolved(path: Path) -> Path | None:
    """Where a path leads, links followed; None where it leads nowhere that could be named."""
    try:
        return path.resolve()
    except (OSError, ValueError, RuntimeError):  # too long, a NUL, links in a circle
        return None


def is_within(path: Path, folder: Path) -> bool:
    """Whether a path leads into a folder, links followed; True where it leads nowhere."""
    there, home = resolved(path), resolved(folder)
    return there is None or (home is not None and there.is_relative_to(home))


def shown_name(name: str) -> str:
    """A name as it is shown in messages: printable, and not without end."""
    plain = "".join(char if char.isprintable() else "\ufffd" for char in name)
    return plain if len(plain) <= 120 else f"{plain[:60]}…{plain[-59:]}"
