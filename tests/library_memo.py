"""Memoizes, for a test run, what opening a campaign computes from files that do not change.

briefgen itself keeps what it found out about unchanged files (briefgen.system.cache), in the tests in a folder of
their own. From there each test gets a copy, so that what one changes no other sees. What is memoized here besides
helps tests that change a file of many: the text of a file or the source of a template is the key. Results that
callers could change are returned as copies. Results with problems are not kept but computed again.

The code decides about a result too: while a test has replaced anything by `monkeypatch.setattr`, nothing is
kept or taken from what was kept, by briefgen either.
"""

from __future__ import annotations

import pickle
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from briefgen.compose.sandbox import Sandbox
from briefgen.errors import ProblemList
from briefgen.library import snippets
from briefgen.system import cache as caching

_patching: set[int] = set()
"""Ids of the monkeypatches that have an attribute replaced at present."""

CACHE_FUNCTIONS = (caching.is_cache_disabled, caching._memorize)
"""As they are in briefgen, for tests of the cache itself."""

_UNUSED_MODULES = ("sys", "briefgen.cli")
"""Modules of which the memoized code uses nothing: a change in them cannot change a result."""


@contextmanager
def memoized_library() -> Iterator[None]:
    """Memoize until the end of the block."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(snippets, "parse_statement", _memoize_statements(snippets.parse_statement))
        patch.setattr(Sandbox, "parse", _memoize_by_source(Sandbox.parse))
        patch.setattr(Sandbox, "compile", _memoize_by_source(Sandbox.compile))
        is_disabled, _ = CACHE_FUNCTIONS
        patch.setattr(caching, "is_cache_disabled", lambda: is_disabled() or not is_memoizing())
        patch.setattr(caching, "_memorize", lambda *_: None)
        _watch_monkeypatches(patch)
        yield


def is_memoizing() -> bool:
    """Whether results are kept at present: no test has replaced anything."""
    return not _patching


def _watch_monkeypatches(patch: pytest.MonkeyPatch) -> None:
    """Keep track of the monkeypatches that replace attributes which the memoized code could use."""
    set_attribute, undo = pytest.MonkeyPatch.setattr, pytest.MonkeyPatch.undo

    def watched_setattr(self: pytest.MonkeyPatch, target: Any, *more: Any, **options: Any) -> None:
        name = target if isinstance(target, str) else getattr(target, "__module__", None) or target.__name__
        if not any(name == unused or name.startswith(f"{unused}.") for unused in _UNUSED_MODULES):
            _patching.add(id(self))
        set_attribute(self, target, *more, **options)

    def watched_undo(self: pytest.MonkeyPatch) -> None:
        undo(self)
        _patching.discard(id(self))

    patch.setattr(pytest.MonkeyPatch, "undo", watched_undo)
    patch.setattr(pytest.MonkeyPatch, "setattr", watched_setattr)


def _memoize_statements(parse: Callable[..., Any]) -> Callable[..., Any]:
    """Keep snippets and caveats under the text of their file, unless something is wrong with it."""
    kept: dict[tuple[Any, ...], bytes] = {}

    def memoized(kind: type, text: str, name: str, problems: ProblemList) -> Any:
        key = (kind, text, name)
        if is_memoizing() and key in kept:
            return pickle.loads(kept[key])
        own = ProblemList()
        statement = parse(kind, text, name, own)
        problems.extend(own.problems)
        if is_memoizing() and not own.problems:
            kept[key] = pickle.dumps(statement)
        return statement

    return memoized


def _memoize_by_source(method: Callable[..., Any]) -> Callable[..., Any]:
    """Keep what Jinja's environment makes of a template, which nobody changes, under its source."""
    kept: dict[tuple[Any, ...], Any] = {}

    def memoized(self: Sandbox, source: Any, *more: Any) -> Any:
        if not is_memoizing() or not isinstance(source, str):
            return method(self, source, *more)
        key = (source, more, tuple(self.filters), tuple(self.tests), tuple(self.globals))
        if key not in kept:
            kept[key] = method(self, source, *more)
        return kept[key]

    return memoized


Watch = Callable[[Any, str, Callable[..., None]], None]


@contextmanager
def watched_calls() -> Iterator[Watch]:
    """Yield a function that lets another see the arguments of each call of an owner's function."""
    replaced: list[tuple[Any, str, Any]] = []

    def watch(owner: Any, name: str, see: Callable[..., None]) -> None:
        original = getattr(owner, name)

        def watched(*arguments: Any, **options: Any) -> Any:
            see(*arguments)
            return original(*arguments, **options)

        replaced.append((owner, name, original))
        setattr(owner, name, watched)  # not by a monkeypatch, while which nothing is remembered

    try:
        yield watch
    finally:
        for owner, name, original in reversed(replaced):
            setattr(owner, name, original)
