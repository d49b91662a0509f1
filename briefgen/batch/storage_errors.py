"""Turns errors of the operating system and of SQLite into storage problems that say what to do about them."""

from __future__ import annotations

import errno
import resource
import sqlite3
from pathlib import Path

from briefgen.errors import Place, Problem, StorageError

_DISK_FULL = {errno.ENOSPC, errno.EDQUOT}
_FORBIDDEN = {errno.EACCES, errno.EPERM, errno.EROFS}
_SQLITE_ERRNO = {
    sqlite3.SQLITE_FULL: errno.ENOSPC,
    sqlite3.SQLITE_READONLY: errno.EROFS,
    sqlite3.SQLITE_PERM: errno.EACCES,
}
_RUN_AGAIN = "then run the same command again: it continues where it stopped"


def is_out_of_space(error: OSError) -> bool:
    """Return whether the disk is full or the disk quota or file size limit is reached."""
    return error.errno in _DISK_FULL or error.errno == errno.EFBIG


def suggest_remedy(error: OSError | sqlite3.Error) -> str:
    """Return a hint at what to do about a storage error."""
    number = _errno_of(error)
    if number in _DISK_FULL:
        return f"free up space, {_RUN_AGAIN}"
    if number == errno.EFBIG:
        return f"raise the file size limit (ulimit -f), {_RUN_AGAIN}"
    if number in _FORBIDDEN:
        return "allow writing to it, or choose another folder with --out"
    return "check the disk and the folder, or choose another folder with --out"


def storage_error(message: str, error: OSError | sqlite3.Error, path: Path) -> StorageError:
    """Return a StorageError about `path`; `message` begins the sentence ("a letter cannot be written")."""
    reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
    return StorageError(
        Problem("output-unwritable", f"{message}: {reason}", Place(str(path)), suggest_remedy(error)),
    )


def find_out_of_space_error(error: BaseException) -> OSError | None:
    """Return the out-of-space error that caused an error, if one did, however it has been wrapped."""
    seen: set[int] = set()
    cause: BaseException | None = error
    while cause is not None and id(cause) not in seen:
        if isinstance(cause, OSError) and is_out_of_space(cause):
            return cause
        seen.add(id(cause))
        cause = cause.__cause__ or cause.__context__
    return None


def _errno_of(error: OSError | sqlite3.Error) -> int | None:
    if isinstance(error, OSError):
        return error.errno
    code: int | None = getattr(error, "sqlite_errorcode", None)  # absent if Python itself raised the error
    if code is None:
        return None
    primary_code = code & 0xFF  # the other bits only refine it
    if (
        primary_code == sqlite3.SQLITE_IOERR
        and resource.getrlimit(resource.RLIMIT_FSIZE)[0] != resource.RLIM_INFINITY
    ):
        return errno.EFBIG  # SQLite has no code for it
    return _SQLITE_ERRNO.get(primary_code)
