"""The cache of citeproc's results, which saves starting pandoc for citations formatted in an earlier run."""

from __future__ import annotations

import contextlib
import json
import os
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Any

from briefgen import __version__
from briefgen.compose.citations.clusters import CiteprocResult

CACHE_FORMAT = 1
"""Of an entry; a new number invalidates all earlier entries."""
MAX_CACHE_BYTES = 64_000_000
MAX_ENTRY_BYTES = 4_000_000
_KEPT_SHARE = 0.75
"""Share of the limit that is kept when the oldest entries are deleted."""
_TIDY_EVERY = 200
"""Writes after which a process checks the cache's size again."""


def cache_folder(environment: Mapping[str, str], platform: str = sys.platform) -> Path | None:
    """Return the folder for cached citations, by the system's convention; None if there is none.

    XDG Base Directory Specification 0.8 (only absolute paths count), Apple's File System Programming Guide,
    and %LOCALAPPDATA% on Windows. XDG_CACHE_HOME counts on every system.
    """
    given = environment.get("XDG_CACHE_HOME", "")
    if given and Path(given).is_absolute():
        return Path(given) / "briefgen" / "citations"
    if platform == "win32":
        local = environment.get("LOCALAPPDATA", "")
        return Path(local) / "briefgen" / "Cache" / "citations" if local else None
    home = environment.get("HOME", "")
    if not home or not Path(home).is_absolute():
        return None
    base = Path(home, "Library", "Caches") if platform == "darwin" else Path(home, ".cache")
    return base / "briefgen" / "citations"


def citeproc_cache_key(
    pandoc: str, language: str, csl: bytes, blocks: Sequence[Any], works: Sequence[Any]
) -> str:
    """Return the SHA-256 (hex) of everything that citeproc's result depends on."""
    digest = sha256(f"{CACHE_FORMAT} {__version__} {pandoc} {language} ".encode())
    digest.update(sha256(csl).digest())
    digest.update(json.dumps([list(blocks), list(works)], sort_keys=True, separators=(",", ":")).encode())
    return digest.hexdigest()


@dataclass(slots=True)
class CitationCache:
    """A folder of citeproc results, one file each; several processes may use it at once."""

    folder: Path
    max_bytes: int = MAX_CACHE_BYTES
    _written: int = field(default=0)

    @classmethod
    def for_user(cls) -> CitationCache | None:
        """Return the current user's cache; None if the system has no place for one."""
        folder = cache_folder(os.environ)
        return cls(folder) if folder else None

    def read(self, key: str, clusters: int) -> CiteprocResult | None:
        """Return the result cached under a key, if it has as many clusters as expected; otherwise None."""
        path = self._path(key)
        try:
            with path.open("rb") as file:
                data = file.read(MAX_ENTRY_BYTES + 1)
            result = _parse_cache_entry(json.loads(data), key)
        except (OSError, ValueError, RecursionError):
            return None
        if result is None or len(result.clusters) != clusters:
            return None
        with contextlib.suppress(OSError):
            os.utime(path)
        return result

    def write(self, key: str, result: CiteprocResult) -> None:
        """Cache a result, completely or not at all."""
        entry = {"key": key, "clusters": result.clusters, "works": result.works}
        sealed = json.dumps({**entry, "seal": _cache_entry_seal(entry)}, ensure_ascii=False).encode()
        path = self._path(key)
        try:
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            with tempfile.NamedTemporaryFile(dir=path.parent, suffix=".part", delete=False) as file:
                part = Path(file.name)
                file.write(sealed)
            try:
                part.replace(path)
            except OSError:
                part.unlink(missing_ok=True)
                raise
        except OSError:
            return
        if self._written % _TIDY_EVERY == 0:
            self._tidy()
        self._written += 1

    def _path(self, key: str) -> Path:
        return self.folder / f"{key}.json"

    def _tidy(self) -> None:
        """Delete the least recently used entries if all together exceed the limit."""
        with contextlib.suppress(OSError):
            files = []
            for path in self.folder.iterdir():
                with contextlib.suppress(OSError):
                    stat = path.stat()
                    files.append((stat.st_mtime, stat.st_size, path))
            total = sum(size for _, size, _ in files)
            if total <= self.max_bytes:
                return
            for _, size, path in sorted(files):
                with contextlib.suppress(OSError):
                    path.unlink()
                    total -= size
                if total <= self.max_bytes * _KEPT_SHARE:
                    return


def _parse_cache_entry(entry: Any, key: str) -> CiteprocResult | None:
    """Parse an entry; return None if its key differs, or it fails its seal (truncated or altered)."""
    if not isinstance(entry, dict) or entry.get("key") != key:
        return None
    seal = entry.pop("seal", None)
    if seal != _cache_entry_seal(entry):
        return None
    works = tuple((str(source), str(html)) for source, html in entry["works"])
    return CiteprocResult(tuple(map(str, entry["clusters"])), works)


def _cache_entry_seal(entry: Mapping[str, Any]) -> str:
    return sha256(json.dumps(entry, sort_keys=True).encode()).hexdigest()
