"""Hashes of files, so that what was found out about them can be remembered as long as they are the same.

A process hashes a file once, and again only if its size or times have changed.
"""

from __future__ import annotations

import os
import stat
import time
from collections.abc import Iterable, Iterator
from hashlib import sha256
from pathlib import Path

MAX_FILE_BYTES = 64_000_000
"""Larger files than this are not hashed; nothing that a library reads may be as large."""
_SETTLED_NS = 2_000_000_000
"""A file changed this recently may change again without its times showing it, on a coarse clock."""
_MAX_DIGESTS = 20_000

_digests: dict[str, tuple[tuple[int, ...], bytes]] = {}


def digest_file(path: Path) -> bytes:
    """Return the SHA-256 of a regular file's content; raise OSError if it cannot be read or is irregular."""
    name = os.path.abspath(path)  # noqa: PTH100 - links are left as they are
    descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0))
    with os.fdopen(descriptor, "rb") as file:
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode):
            raise OSError(f"{name} is not a regular file")
        signature = (
            status.st_dev,
            status.st_ino,
            status.st_size,
            status.st_mtime_ns,
            status.st_ctime_ns,
        )
        known = _digests.get(name)
        if known is not None and known[0] == signature:
            return known[1]
        if status.st_size > MAX_FILE_BYTES:
            raise OSError(f"{name} is too large")
        digest = sha256(file.read()).digest()
    if max(status.st_mtime_ns, status.st_ctime_ns) < time.time_ns() - _SETTLED_NS:
        if len(_digests) >= _MAX_DIGESTS:
            _digests.clear()
        _digests[name] = (signature, digest)
    return digest


def digest_tree(folder: Path, names: Iterable[str]) -> str | None:
    """Return the SHA-256 (hex) of the files and folders with these names in a folder, and all within them.

    Names that do not exist count as such. Return None if anything is neither a regular file nor a folder,
    such as a link, or cannot be read: what is found out about that has to be found out each time.
    """
    digest = sha256()
    try:
        for name in names:
            path = folder / name
            if not os.path.lexists(path):
                digest.update(f"\0{name}\0-".encode())
                continue
            for relative, content in _walk(path, name):
                digest.update(f"\0{relative}\0".encode("utf-8", "surrogateescape"))
                digest.update(content)
    except (OSError, RecursionError):
        return None
    return digest.hexdigest()


def digest_files(paths: Iterable[Path]) -> str | None:
    """Return the SHA-256 (hex) of files that may be links, or missing; None if one of them cannot be read."""
    digest = sha256()
    try:
        for path in paths:
            digest.update(f"\0{path.name}\0".encode("utf-8", "surrogateescape"))
            digest.update(digest_file(path) if os.path.lexists(path) else b"-")
    except OSError:
        return None
    return digest.hexdigest()


def _walk(path: Path, name: str) -> Iterator[tuple[str, bytes]]:
    """Yield all that is at a path by its relative name; raise OSError for anything but files and folders."""
    mode = path.lstat().st_mode
    if stat.S_ISREG(mode):
        yield name, digest_file(path)
    elif stat.S_ISDIR(mode):
        yield f"{name}/", b""
        with os.scandir(path) as entries:
            inner = sorted(entry.name for entry in entries)
        for each in inner:
            yield from _walk(path / each, f"{name}/{each}")
    else:
        raise OSError(f"{path} is neither a file nor a folder")
