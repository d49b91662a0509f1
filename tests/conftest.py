"""Fixtures that all tests share."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from library_memo import memoized_library
from material import copy_starter, folder_named_by, small_starter


@pytest.fixture(scope="session", autouse=True)
def _cache_of_its_own(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Tests neither read nor fill the cache of whoever runs them."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CACHE_HOME", str(tmp_path_factory.mktemp("cache")))
        yield


@pytest.fixture(scope="session", autouse=True)
def _memoized_library() -> Iterator[None]:
    """Unchanged files of the library are parsed and checked once."""
    with memoized_library():
        yield


@pytest.fixture(scope="session")
def texts() -> Path:
    """Folder with the sources' full texts."""
    return folder_named_by("BRIEFGEN_TEXTS")


@pytest.fixture(scope="session")
def congress() -> Path:
    """Folder with the data of the United States Congress."""
    return folder_named_by("BRIEFGEN_DATA") / "us-congress"


@pytest.fixture
def starter(tmp_path: Path) -> Path:
    """A copy of the starter campaign, to be changed by a test."""
    return copy_starter(tmp_path / "campaign")


@pytest.fixture
def small_campaign(tmp_path: Path) -> Path:
    """A campaign of three letters, to be changed by a test."""
    return small_starter(tmp_path / "campaign")
