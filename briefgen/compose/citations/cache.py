"""Keeps citeproc's answers on the disk, in the user's cache folder, from one run to the next.

It is only ever a shortcut: what cannot be read or written is as if it were not there, what was cut off or
changed is made anew, and the size is bounded.
"""

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
from briefgen.compose.citations.clusters import Answer

FORM = 1
"""Of an entry; another number makes all earlier ones unknown."""
MAX_BYTES = 64_000_000
MAX_ENTRY_BYTES = 4_000_000
_KEPT = 0.75
"""Share of the bound that is kept when the oldest go."""
_TIDY_EVERY = 200
"""Writes after which one process looks at the size again."""


def cache_folder(environment: Mapping[str, str], platform: str = sys.platform) -> Path | None:
    """Where a program keeps what it can make anew, by the custom of the system; None where there is no place.

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


def key_of(pandoc: str, language: str, csl: bytes, blocks: Sequence[Any], works: Sequence[Any]) -> str:
    """SHA-256 (hex) over everything that citeproc's answer depends on."""
    digest = sha256(f"{FORM} {__version__} {pandoc} {language} ".encode())
    digest.update(sha256(csl).digest())
    digest.update(json.dumps([list(blocks), list(works)], sort_keys=True, separators=(",", ":")).encode())
    return digest.hexdigest()


@dataclass(slots=True)
class Cache:
    """A folder of answers, one file each; several processes may use it at once."""

    folder: Path
    max_bytes: int = MAX_BYTES
    _written: int = field(default=0)

    @classmethod
    def of_user(cls) -> Cache | None:
        """The cache of the user who runs briefgen; None where the system gives no place for one."""
        folder = cache_folder(os.environ)
        return cls(folder) if folder else None

    def read(self, key: str, clusters: int) -> Answer | None:
        """The answer kept under a key, with as many clusters as were asked for; None where there is none."""
        path = self._path(key)
        try:
            with path.open("rb") as file:
                data = file.read(MAX_ENTRY_BYTES + 1)
            answer = _answer(json.loads(data), key)
        except (OSError, ValueError, RecursionError):
            return None
        if answer is None or len(answer.clusters) != clusters:
            return None
        with contextlib.suppress(OSError):
            os.utime(path)
        return answer

    def write(self, key: str, answer: Answer) -> None:
        """Keep an answer: whole or not at all."""
        entry = {"key": key, "clusters": answer.clusters, "works": answer.works}
        sealed = json.dumps({**entry, "seal": _seal(entry)}, ensure_ascii=False).encode()
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
        """Let the entries go that were used longest ago, where all together are larger than the bound."""
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
                if total <= self.max_bytes * _KEPT:
                    return


def _answer(entry: Any, key: str) -> Answer | None:
    """An entry that is whole and its own; what was cut off or changed has another seal."""
    if not isinstance(entry, dict) or entry.get("key") != key:
        return None
    seal = entry.pop("seal", None)
    if seal != _seal(entry):
        return None
    works = tuple((str(source), str(html)) for source, html in entry["works"])
    return Answer(tuple(map(str, entry["clusters"])), works)


def _seal(entry: Mapping[str, Any]) -> str:
    return sha256(json.dumps(entry, sort_keys=True).encode()).hexdigest()
