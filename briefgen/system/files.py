"""Reading files that users name: regular files only, and no more than a given number of bytes.

A name in a campaign can be anything: too long for the system, a symlink loop, a FIFO that nobody writes to.
The functions here turn all of these into problems, so that no reader hangs or crashes.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from briefgen.errors import Place, Problem, StorageError, UsageError


def read_limited_bytes(
    path: Path, display_name: str, limit: int, missing: str | None = None, larger: str | None = None
) -> bytes:
    """Return the content of a regular file of at most `limit` bytes.

    `display_name` names the file in messages; `missing` and `larger` are hints for files that cannot be read
    and for files over the limit. Raise StorageError if the file cannot be read, is too large or not a regular
    file.
    """
    place = Place(printable_name(display_name))
    try:
        # Without O_NONBLOCK, opening a FIFO that nobody writes to would block forever.
        descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0))
        if what := _describe_irregular_mode(os.fstat(descriptor).st_mode):
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


def describe_irregular_path(path: Path) -> str | None:
    """Return what is wrong with a path that exists but is not a regular file; None for all other paths."""
    try:
        return _describe_irregular_mode(path.stat().st_mode) or None
    except (OSError, ValueError):
        return None


def _describe_irregular_mode(mode: int) -> str:
    if stat.S_ISREG(mode):
        return ""
    return "is a folder" if stat.S_ISDIR(mode) else "is not a regular file"


def is_regular_file(path: Path) -> bool:
    """Return whether the path leads to a regular file; False also for paths that the system rejects."""
    try:
        return stat.S_ISREG(path.stat().st_mode)
    except (OSError, ValueError):
        return False


def file_size(path: Path) -> int:
    """Return the size of a file in bytes; 0 if there is none, or it cannot be looked at."""
    try:
        return path.stat().st_size
    except (OSError, ValueError):
        return 0


def is_folder(path: Path) -> bool:
    """Return whether the path leads to a folder; False also for paths that the system rejects."""
    try:
        return stat.S_ISDIR(path.stat().st_mode)
    except (OSError, ValueError):
        return False


def resolve_path(path: Path) -> Path | None:
    """Return the path with symlinks resolved; None if it cannot be resolved."""
    try:
        return path.resolve()
    except (OSError, ValueError, RuntimeError):  # too long, a NUL, a symlink loop
        return None


def is_inside_folder(path: Path, folder: Path) -> bool:
    """Return whether a path leads into a folder, symlinks resolved; True if it cannot be resolved."""
    target, root = resolve_path(path), resolve_path(folder)
    return target is None or (root is not None and target.is_relative_to(root))


def printable_name(name: str) -> str:
    """Return a file name for messages: unprintable characters replaced, long names shortened."""
    plain = "".join(char if char.isprintable() else "\ufffd" for char in name)
    return plain if len(plain) <= 120 else f"{plain[:60]}…{plain[-59:]}"


TEMPORARY_PREFIX = ".tmp-"
"""Start of the name of a file that is still being written."""


@contextmanager
def atomic_write(path: Path) -> Iterator[BinaryIO]:
    """Open a temporary file that replaces `path` when the block ends without an error. Raise OSError."""
    temporary = path.with_name(f"{TEMPORARY_PREFIX}{path.name}-{os.getpid()}")
    try:
        # A folder from elsewhere may contain a link by this name, which must not be written through.
        temporary.unlink(missing_ok=True)
        with temporary.open("xb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    except BaseException:
        with suppress(OSError):
            temporary.unlink()
        raise


def write_new_file(path: Path, data: bytes) -> Path:
    """Write a file that does not exist yet, with its folders, and return it.

    Raise UsageError if it exists, StorageError if it cannot be written.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("xb") as file:
            file.write(data)
    except FileExistsError:
        raise UsageError(
            Problem("file-exists", "already exists; it was not changed", Place(str(path)), "edit it as it is")
        ) from None
    except OSError as error:
        raise StorageError(
            Problem("file-unwritable", f"cannot be written: {error.strerror}", Place(str(path)))
        ) from None
    return path


def remove_temporary_files(folder: Path) -> None:
    """Remove the half-written files that a killed process left in a folder."""
    for path in folder.glob(f"{TEMPORARY_PREFIX}*"):
        path.unlink()
