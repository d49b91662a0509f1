"""What all tests share: where outside material lies, and the judges that continuous integration must have."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


def folder_named_by(variable: str) -> Path:
    """The folder that an environment variable names; skips aloud where it is unset."""
    value = os.environ.get(variable)
    if not value:
        pytest.skip(f"{variable} is not set: the material that this test compares with is not at hand")
    return Path(value)


@pytest.fixture(scope="session")
def texts() -> Path:
    """Folder with the sources' full texts."""
    return folder_named_by("BRIEFGEN_TEXTS")


@pytest.fixture(scope="session")
def congress() -> Path:
    """Folder with the data of the United States Congress."""
    return folder_named_by("BRIEFGEN_DATA") / "us-congress"


def program(name: str) -> str:
    """Path of a judge; where it is missing the test skips aloud, and fails under continuous integration."""
    path = shutil.which(name)
    if path is None:
        message = f"{name} is not installed: this judge cannot speak"
        if os.environ.get("CI") == "true":
            pytest.fail(message)
        pytest.skip(message)
    return path


@pytest.fixture
def starter(tmp_path: Path) -> Path:
    """A copy of the starter campaign, to be changed by a test."""
    folder = tmp_path / "campaign"
    shutil.copytree(ROOT / "examples" / "starter", folder, ignore=shutil.ignore_patterns("out"))
    return folder
