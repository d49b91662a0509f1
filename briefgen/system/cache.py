"""What briefgen found out in earlier runs, kept in the user's cache folder so that it is not found out again.

An entry is named by a hash of everything that it depends on, and sealed with a key of this user's own
(`machine_key`). Nothing is unpickled or believed before its seal is verified: whoever can write to the
folder, but does not know the key, cannot make briefgen believe anything. Whatever is wrong with the folder or
an entry, the work is done as if there were no cache.
"""

from __future__ import annotations

import errno
import gc
import hmac
import os
import pickle
import re
import secrets
import stat
import sys
import tempfile
import time
from collections import OrderedDict
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256
from importlib import metadata
from pathlib import Path
from threading import Lock
from typing import Any, TypeVar

import briefgen
from briefgen.errors import Place, Problem
from briefgen.system.files import printable_name
from briefgen.system.machine_key import KEY_BYTES, load_machine_key

CACHE_FORMAT = 2
"""Of an entry; a new number invalidates all earlier entries."""
MAX_CACHE_BYTES = 128_000_000
"""Of all entries together; the library with what its checks found takes 1 MB."""
MAX_ENTRY_BYTES = 16_000_000
DISABLE_VARIABLE = "BRIEFGEN_NO_CACHE"
"""Environment variable that, if it is not empty, makes briefgen neither read nor write the cache."""
MEMORY_ENTRIES = 8
"""Entries of one kind that a process keeps in memory too."""
_KEPT_SHARE = 0.75
"""Share of the limit that is kept when the least recently used entries are deleted."""
_TIDY_EVERY = 200
"""Writes after which a process checks the cache's size again."""
_ABANDONED_AFTER_S = 3600
"""Age at which a file that was never finished belongs to a process that was killed."""
_SEAL_BYTES = 32
_ENTRY_NAME = re.compile(r"[0-9a-f]{64}(?:\.json)?")
"""The names of entries; earlier versions of briefgen added `.json`."""
_PART_PREFIX = ".part-"
_PACKAGES = ("pydantic", "pydantic_core", "jinja2", "markupsafe", "markdown-it-py", "pillow")
"""Packages whose classes are in entries, or that decide what an entry says."""

T = TypeVar("T")


def cache_folder(environment: Mapping[str, str], platform: str = sys.platform) -> Path | None:
    """Return the folder for briefgen's cache, by the system's convention; None if there is none.

    XDG Base Directory Specification 0.8 (only absolute paths count), Apple's File System Programming Guide,
    and %LOCALAPPDATA% on Windows. XDG_CACHE_HOME counts on every system.
    """
    given = environment.get("XDG_CACHE_HOME", "")
    if given and Path(given).is_absolute():
        return Path(given) / "briefgen"
    if platform == "win32":
        local = environment.get("LOCALAPPDATA", "")
        return Path(local) / "briefgen" / "Cache" if local else None
    home = environment.get("HOME", "")
    if not home or not Path(home).is_absolute():
        return None
    base = Path(home, "Library", "Caches") if platform == "darwin" else Path(home, ".cache")
    return base / "briefgen"


@dataclass(slots=True)
class DiskCache:
    """A folder of sealed entries, one file each; several processes may use it at once."""

    folder: Path
    key: bytes
    """The key of the seals."""
    max_bytes: int = MAX_CACHE_BYTES
    problem: Problem | None = None
    """Why something could not be kept."""
    _is_problem_told: bool = False
    _written: int = 0

    def read(self, kind: str, name: str) -> bytes | None:
        """Return the entry of a kind (a folder) by its name, a SHA-256; None if there is none to believe."""
        path = self.folder / kind / name
        try:
            # No link is followed, and a FIFO does not block.
            descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | _nonblocking())
            with os.fdopen(descriptor, "rb") as file:
                status = os.fstat(descriptor)
                if not stat.S_ISREG(status.st_mode) or status.st_size > MAX_ENTRY_BYTES:
                    return None
                sealed = file.read(MAX_ENTRY_BYTES + 1)
        except OSError:
            return None
        data = sealed[_SEAL_BYTES:]
        if not hmac.compare_digest(sealed[:_SEAL_BYTES], self._seal(kind, name, data)):
            return None
        with suppress(OSError):
            os.utime(path)
        return data

    def write(self, kind: str, name: str, data: bytes) -> None:
        """Keep an entry, completely or not at all; `problem` says why not."""
        if self.problem or len(data) + _SEAL_BYTES > MAX_ENTRY_BYTES:
            return
        try:
            for folder in (self.folder, self.folder / kind):
                _require_own_folder(folder)
            descriptor, part = tempfile.mkstemp(dir=self.folder / kind, prefix=_PART_PREFIX)
            try:
                with os.fdopen(descriptor, "wb") as file:
                    file.write(self._seal(kind, name, data))
                    file.write(data)
                Path(part).replace(self.folder / kind / name)
            except BaseException:
                Path(part).unlink(missing_ok=True)
                raise
            if self._written % _TIDY_EVERY == 0:
                self._tidy()
            self._written += 1
        except OSError as error:
            self.problem = _unusable_problem(self.folder, error)

    def take_problem(self) -> Problem | None:
        """Return why something could not be kept, once."""
        told, self._is_problem_told = self._is_problem_told, True
        return None if told else self.problem

    def _seal(self, kind: str, name: str, data: bytes) -> bytes:
        # The seal covers the name, so that no entry can take the place of another.
        head = f"{CACHE_FORMAT} {kind} {name}".encode()
        return hmac.digest(self.key, sha256(head).digest() + data, "sha256")

    def _tidy(self) -> None:
        """Delete the least recently used entries if all together exceed the limit, and abandoned files."""
        files = []
        kinds = (path for path in self.folder.iterdir() if path.is_dir() and not path.is_symlink())
        for path in (path for kind in kinds for path in kind.iterdir()):
            with suppress(OSError):
                status = path.lstat()
                if path.name.startswith(_PART_PREFIX) and status.st_mtime < time.time() - _ABANDONED_AFTER_S:
                    path.unlink()
                elif _ENTRY_NAME.fullmatch(path.name):
                    files.append((status.st_mtime, status.st_size, path))
        total = sum(size for _, size, _ in files)
        if total <= self.max_bytes:
            return
        for _, size, path in sorted(files):
            with suppress(OSError):
                path.unlink()
                total -= size
            if total <= self.max_bytes * _KEPT_SHARE:
                return


def _nonblocking() -> int:
    return int(getattr(os, "O_NONBLOCK", 0))


def _require_own_folder(folder: Path) -> None:
    """Create a folder if it does not exist, and keep others from writing to it.

    Raise OSError if it is a link, or somebody else's.

    Files are created and deleted there, so it must not be a link to a place that somebody else chose.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    status = folder.lstat()
    if not stat.S_ISDIR(status.st_mode):
        raise OSError(errno.ENOTDIR, "it is a link, not a folder", str(folder))
    if hasattr(os, "getuid") and status.st_uid != os.getuid():
        raise OSError(errno.EPERM, "it belongs to somebody else", str(folder))
    if status.st_mode & 0o022:
        folder.chmod(stat.S_IMODE(status.st_mode) & ~0o022)


def _unusable_problem(folder: Path, error: OSError) -> Problem:
    return Problem(
        "cache-unusable",
        f"what was found out cannot be kept for the next run: {error.strerror or error}",
        Place(printable_name(str(error.filename or folder))),
        "nothing is missing from the result; free some space, allow writing, or run briefgen --no-cache",
        severity="warning",
    )


# The cache of this process


@lru_cache(maxsize=4)
def _open_cache(folder: Path) -> DiskCache:
    try:
        # A key derived for this purpose: a seal of the cache is of no use elsewhere.
        return DiskCache(folder, hmac.digest(load_machine_key(), b"briefgen cache", "sha256"))
    except OSError as error:
        return DiskCache(folder, secrets.token_bytes(KEY_BYTES), problem=_unusable_problem(folder, error))


def is_cache_disabled() -> bool:
    """Return whether nothing may be remembered."""
    return bool(os.environ.get(DISABLE_VARIABLE))


def user_cache() -> DiskCache | None:
    """Return the current user's cache; None if it is switched off, or the system has no place for one."""
    folder = None if is_cache_disabled() else cache_folder(os.environ)
    return _open_cache(folder) if folder else None


def take_cache_problem() -> Problem | None:
    """Return why this process could not keep what it found out, once."""
    cache = user_cache()
    return cache.take_problem() if cache else None


@lru_cache(maxsize=1)
def _program_digest() -> str:
    """Return a hash of briefgen's own files, and of the versions that decide what entries say.

    In a checkout the version alone does not identify the program. Size and time of each file do.
    """
    digest = sha256(f"{CACHE_FORMAT} {briefgen.__version__} {sys.version}".encode())
    for name in _PACKAGES:
        digest.update(f"{name} {metadata.version(name)}\n".encode())
    for path, status in sorted(_walk_files(str(Path(briefgen.__file__).parent))):
        digest.update(f"{path} {status.st_size} {status.st_mtime_ns}\n".encode())
    return digest.hexdigest()


def _walk_files(folder: str) -> Iterator[tuple[str, os.stat_result]]:
    with os.scandir(folder) as entries:
        for entry in entries:
            if entry.is_dir():
                if entry.name != "__pycache__":
                    yield from _walk_files(entry.path)
            else:
                yield entry.path, entry.stat()


def cache_key(*parts: object) -> str:
    """Return the name of an entry: the SHA-256 (hex) of briefgen's program and everything that it depends on.

    The parts are told apart by their `repr`.
    """
    return sha256(repr((_program_digest(), *parts)).encode("utf-8", "surrogatepass")).hexdigest()


_memory: dict[str, OrderedDict[str, Any]] = {}
_memory_lock = Lock()


def remember(kind: str, find_key: Callable[[], str | None], make: Callable[[], T]) -> T:
    """Return what `make` returns, from an earlier call of this process or an earlier run if possible.

    `find_key` returns the name of the entry (`cache_key`), or None if nothing can be remembered. It is called
    again when the value has been made: if a file has been changed meanwhile, the value is not kept. Callers
    share the value and must not change it; it must be picklable, and not None.
    """
    name = None if is_cache_disabled() else find_key()
    value: Any = None if name is None else recall(kind, name)
    if value is None:
        value = make()
        if name is not None and find_key() == name:
            keep(kind, name, value)
    return value  # type: ignore[no-any-return]


def recall(kind: str, name: str) -> Any:
    """Return what was kept under a name, in this process or in the cache; None if there is nothing."""
    if is_cache_disabled():
        return None
    with _memory_lock:
        entries = _memory.get(kind, OrderedDict())
        if name in entries:
            entries.move_to_end(name)
            return entries[name]
    cache = user_cache()
    data = cache.read(kind, name) if cache else None
    if data is None:
        return None
    with suppress(Exception), _without_garbage_collection():  # another version's classes may be gone
        value = pickle.loads(data)
        _memorize(kind, name, value)
        return value
    return None


def keep(kind: str, name: str, value: Any) -> None:
    """Keep a value, which must not be None, under a name, in place of an earlier one."""
    if is_cache_disabled():
        return
    _memorize(kind, name, value)
    if cache := user_cache():
        cache.write(kind, name, pickle.dumps(value, pickle.HIGHEST_PROTOCOL))


def _memorize(kind: str, name: str, value: Any) -> None:
    with _memory_lock:
        entries = _memory.setdefault(kind, OrderedDict())
        entries[name] = value
        entries.move_to_end(name)
        while len(entries) > MEMORY_ENTRIES:
            entries.popitem(last=False)


@contextmanager
def _without_garbage_collection() -> Iterator[None]:
    """Unpickle three times as fast: the objects are all needed, and collecting would scan them repeatedly."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()
