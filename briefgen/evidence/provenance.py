"""Trace claims to their origins: which sources rest on which others, and which are independent."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from briefgen.model.snippet import Evidence
from briefgen.model.source import SourceDependency


def find_underlying_sources(source: str, rests_on: Mapping[str, SourceDependency]) -> frozenset[str]:
    """Return the source and everything it depends on, directly or indirectly."""
    found: set[str] = set()
    pending = [source]
    while pending:
        name = pending.pop()
        if name not in found:
            found.add(name)
            pending += rests_on[name].on if name in rests_on else []
    return frozenset(found)


def find_circular_sources(rests_on: Mapping[str, SourceDependency]) -> list[str]:
    """Return the sources that depend on themselves, sorted."""
    return sorted(
        name
        for name, entry in rests_on.items()
        if any(name in find_underlying_sources(below, rests_on) for below in entry.on)
    )


def find_origin(evidence: Evidence) -> str | None:
    """Return where a piece of evidence comes from: the first source of its chain, or its own source."""
    return evidence.via[0].source if evidence.via else evidence.source


def are_independent(origins: Iterable[str], rests_on: Mapping[str, SourceDependency]) -> bool:
    """Return whether at least two of the origins have no source in common."""
    underlying = [find_underlying_sources(name, rests_on) for name in sorted(set(origins))]
    return any(
        not first & second for index, first in enumerate(underlying) for second in underlying[index + 1 :]
    )
