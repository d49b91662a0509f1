"""Fixtures that all tests share."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from material import ROOT, folder_named_by


@pytest.fixture(scope="session", autouse=True)
def _cache_of_its_own(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Tests neither read nor fill the cache of whoever runs them."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CACHE_HOME", str(tmp_path_factory.mktemp("cache")))
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
    folder = tmp_path / "campaign"
    shutil.copytree(ROOT / "examples" / "starter", folder, ignore=shutil.ignore_patterns("out"))
    return folder
