"""Registries of replaceable parts: output formats, importers, engines, outputs.

A registry lists briefgen's own entries and those that installed packages add through entry points. It imports
an entry only when it is requested.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from importlib import import_module
from importlib.metadata import EntryPoint, distributions
from pathlib import Path
from typing import Generic, TypeVar, cast

from briefgen.errors import BriefgenError, Problem, UsageError, suggest_similar

Entry = TypeVar("Entry")


@dataclass(slots=True)
class Registry(Generic[Entry]):
    """Named entries of one kind: built in, from installed packages, or registered at run time."""

    kind: str
    """The noun for an entry in messages: `format`."""
    group: str
    """Entry-point group that other packages use: `briefgen.formats`."""
    entry_type: type[Entry]
    built_in: Mapping[str, str]
    """Definition by name: `module:attribute`."""
    unknown_problem: Callable[[str, str], Problem]
    """Make the problem of an unknown name from its message and hint."""
    _registered: dict[str, Entry] = field(default_factory=dict, init=False)
    _loaded: dict[str, Entry] = field(default_factory=dict, init=False)
    _installed: dict[str, EntryPoint] | None = field(default=None, init=False)

    def register(self, name: str, entry: Entry) -> None:
        """Add or replace an entry for this process.

        Worker processes do not see it: an entry that a batch needs must come with an installed package.
        """
        self._registered[name] = entry

    def __iter__(self) -> Iterator[str]:
        """Iterate over all names: briefgen's own first, then the others in alphabetical order."""
        added = sorted({*self._entry_points(), *self._registered} - set(self.built_in))
        return iter((*self.built_in, *added))

    def __contains__(self, name: object) -> bool:
        return name in self.built_in or name in self._registered or name in self._entry_points()

    def get(self, name: str) -> Entry:
        """Return an entry; raise UsageError for an unknown name, BriefgenError if its package is broken."""
        if name in self._registered:
            return self._registered[name]
        if name not in self._loaded:
            self._loaded[name] = self._load(name)
        return self._loaded[name]

    def plugin_version(self, name: str) -> str:
        """Return name and version of the package that an entry comes from; empty for briefgen's own."""
        entry_point = self._entry_points().get(name) if name not in self.built_in else None
        if entry_point is None or entry_point.dist is None:
            return ""
        return f"{entry_point.dist.name} {entry_point.dist.version}"

    def require(self, name: str) -> None:
        """Raise UsageError for an unknown name, without loading anything."""
        if name not in self:
            known = list(self)
            hint = suggest_similar(name, known) or f"available: {', '.join(known)}"
            raise UsageError(self.unknown_problem(f"unknown {self.kind} {name!r}", hint))

    def _load(self, name: str) -> Entry:
        self.require(name)
        if name in self.built_in:
            module, _, attribute = self.built_in[name].partition(":")
            return cast(Entry, getattr(import_module(module), attribute))
        entry_point = self._entry_points()[name]
        try:
            entry = entry_point.load()
        except Exception as error:  # code of another package: whatever it raises is reported
            raise self._broken(entry_point, f"{type(error).__name__}: {error}") from error
        if not isinstance(entry, self.entry_type):
            raise self._broken(
                entry_point, f"expected {self.entry_type.__name__}, found {type(entry).__name__}"
            )
        return entry

    def _broken(self, entry_point: EntryPoint, reason: str) -> BriefgenError:
        package = entry_point.dist.name if entry_point.dist else entry_point.value
        return BriefgenError(
            Problem(
                "plugin-broken",
                f"the {self.kind} {entry_point.name!r} of the package {package!r} cannot be loaded: {reason}",
                None,
                f"update or uninstall {package}",
            )
        )

    def _entry_points(self) -> Mapping[str, EntryPoint]:
        """Find the entries of installed packages. A name that briefgen uses itself cannot be taken over."""
        if self._installed is None:
            found: dict[str, EntryPoint] = {}
            for distribution in distributions(path=_trusted_path()):
                for entry_point in distribution.entry_points:
                    if entry_point.group == self.group and entry_point.name not in self.built_in:
                        found.setdefault(entry_point.name, entry_point)
            self._installed = found
        return self._installed


def _trusted_path() -> list[str]:
    """Return sys.path without the current folder: a folder from a stranger could declare entry points."""
    try:
        here = Path.cwd()
    except OSError:  # it has been deleted
        return [entry for entry in sys.path if Path(entry).is_absolute()]
    return [entry for entry in sys.path if entry and Path(entry).absolute() != here]
