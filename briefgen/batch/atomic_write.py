"""Putting finished bytes under their name: whole or not at all, and never over a file that is not ours.

This room writes files; what stands in them is decided elsewhere.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

UNFINISHED = ".tmp-"
"""Begins the name of a file that is still being written."""
EDITED = "edited"
"""Folder, beside that of the letters, for files changed by hand that had to make room."""


@contextmanager
def whole(path: Path) -> Iterator[BinaryIO]:
    """A file to write to that gets its name only when all of it is on disk. Raises OSError."""
    unfinished = path.with_name(f"{UNFINISHED}{path.name}-{os.getpid()}")
    try:
        with unfinished.open("wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        unfinished.replace(path)
    except BaseException:
        with suppress(OSError):
            unfinished.unlink()
        raise


def put(path: Path, data: bytes, *, ours: frozenset[str]) -> str:
    """Write a letter to `path`, in place of the one that stands there.

    A file already there whose SHA-256 is neither in `ours` nor that of `data` was changed by somebody: it is
    moved to the folder `edited`, and its new place, relative to the output folder, is returned; else "".
    Raises OSError.
    """
    kept = _make_room(path, ours, data)
    with whole(path) as file:
        file.write(data)
    return kept


def remove(path: Path, sha256: str) -> None:
    """Remove a letter that one under another name supersedes, if its bytes are still those we wrote."""
    if sha256_of(path) == sha256:
        path.unlink()


def sha256_of(path: Path) -> str | None:
    """SHA-256 (hex) of a file's bytes; None where there is no file."""
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except FileNotFoundError:
        return None


def clear_unfinished(folder: Path) -> None:
    """Remove what a killed run left half written."""
    for path in folder.glob(f"{UNFINISHED}*"):
        path.unlink()


def _make_room(path: Path, ours: frozenset[str], data: bytes) -> str:
    found = sha256_of(path)
    if found is None or found in ours or found == hashlib.sha256(data).hexdigest():
        return ""
    folder = path.parent.parent / EDITED
    folder.mkdir(exist_ok=True)
    kept = folder / f"{path.stem}-{found[:8]}{path.suffix}"
    path.replace(kept)
    return f"{EDITED}/{kept.name}"
