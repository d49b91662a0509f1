"""Citeproc's results from earlier runs, which save starting pandoc for the same citations."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from briefgen.compose.citations.clusters import CiteprocResult
from briefgen.system.cache import DiskCache, cache_key, user_cache

_KIND = "citations"


def citeproc_cache_key(
    pandoc: str, language: str, csl: bytes, blocks: Sequence[Any], works: Sequence[Any]
) -> str:
    """Return the SHA-256 (hex) of everything that citeproc's result depends on."""
    inputs = json.dumps([list(blocks), list(works)], sort_keys=True, separators=(",", ":"))
    return cache_key(_KIND, pandoc, language, csl, inputs)


@dataclass(frozen=True, slots=True)
class CitationCache:
    """The citeproc results in a cache."""

    disk: DiskCache

    @classmethod
    def for_user(cls) -> CitationCache | None:
        """Return the current user's cache; None if there is none."""
        disk = user_cache()
        return cls(disk) if disk else None

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickle as the cache of the user that unpickles it, on whatever machine: its key stays here."""
        return (CitationCache.for_user, ())

    def read(self, key: str, clusters: int) -> CiteprocResult | None:
        """Return the result cached under a key, if it has as many clusters as expected; otherwise None."""
        data = self.disk.read(_KIND, key)
        if data is None:
            return None
        entry = json.loads(data)
        if len(entry["clusters"]) != clusters:
            return None
        return CiteprocResult(
            tuple(entry["clusters"]), tuple((source, html) for source, html in entry["works"])
        )

    def write(self, key: str, result: CiteprocResult) -> None:
        """Cache a result, completely or not at all."""
        entry = {"clusters": result.clusters, "works": result.works}
        self.disk.write(_KIND, key, json.dumps(entry, ensure_ascii=False).encode())
