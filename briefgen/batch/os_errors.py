"""What the system refuses on the way to the disk, told as a fault of storage, with what to do about it.

This room words faults; it opens and writes nothing.
"""

from __future__ import annotations

import errno
import resource
import sqlite3
from pathlib import Path

from briefgen.errors import Place, Problem, StorageError

_FULL = {errno.ENOSPC, errno.EDQUOT}
_FORBIDDEN = {errno.EACCES, errno.EPERM, errno.EROFS}
_OF_SQLITE = {
    sqlite3.SQLITE_FULL: errno.ENOSPC,
    sqlite3.SQLITE_READONLY: errno.EROFS,
    sqlite3.SQLITE_PERM: errno.EACCES,
}
_AGAIN = "then run the same command again: it goes on where it stopped"


def out_of_room(error: OSError) -> bool:
    """Whether nothing more can be written: the disk, the quota, or the limit on the size of files."""
    return error.errno in _FULL or error.errno == errno.EFBIG


def remedy(error: OSError | sqlite3.Error) -> str:
    """What to do about it; of space only where space is short."""
    number = _number(error)
    if number in _FULL:
        return f"make room, {_AGAIN}"
    if number == errno.EFBIG:
        return f"raise the limit on the size of files (ulimit -f), {_AGAIN}"
    if number in _FORBIDDEN:
        return "allow writing there, or choose another folder with --out"
    return "look whether disk and folder are in order, or choose another folder with --out"


def unwritable(what: str, error: OSError | sqlite3.Error, path: Path) -> StorageError:
    """The fault; `what` begins the sentence (“a letter cannot be written”), `path` is where."""
    reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
    return StorageError(
        Problem("output-unwritable", f"{what}: {reason}", Place(str(path)), remedy(error)),
    )


def refused_by_system(fault: BaseException) -> OSError | None:
    """The want of room that stands behind a fault which somebody else has put into other words."""
    seen: set[int] = set()
    error: BaseException | None = fault
    while error is not None and id(error) not in seen:
        if isinstance(error, OSError) and out_of_room(error):
            return error
        seen.add(id(error))
        error = error.__cause__ or error.__context__
    return None


def _number(error: OSError | sqlite3.Error) -> int | None:
    if isinstance(error, OSError):
        return error.errno
    code: int | None = getattr(error, "sqlite_errorcode", None)  # absent where Python itself raised it
    if code is None:
        return None
    kind = code & 0xFF  # the other bits say it more exactly
    if (
        kind == sqlite3.SQLITE_IOERR
        and resource.getrlimit(resource.RLIMIT_FSIZE)[0] != resource.RLIM_INFINITY
    ):
        return errno.EFBIG  # SQLite has no word for it
    return _OF_SQLITE.get(kind)
