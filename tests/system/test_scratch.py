"""Temporary folders go with their run; what a killed run leaves goes with the next, and nothing else does."""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from briefgen.system.scratch import scratch_folder

MAKE_AND_DIE = """
import os
from briefgen.system.scratch import scratch_folder
with scratch_folder() as folder:
    (folder / "full").mkdir()
    (folder / "full" / "file").write_text("x")
    os._exit(9)
"""


@pytest.fixture
def parent(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return tmp_path


def test_what_a_killed_process_has_left_is_removed_by_the_next(parent: Path) -> None:
    environment = {**os.environ, "TMPDIR": str(parent)}
    subprocess.run([sys.executable, "-c", MAKE_AND_DIE], env=environment, check=False)
    assert len(list(parent.iterdir())) == 1
    with scratch_folder() as folder:
        assert list(parent.iterdir()) == [folder]
    assert list(parent.iterdir()) == []


def test_a_folder_in_use_is_left_alone(parent: Path) -> None:
    with scratch_folder() as first, scratch_folder() as second:
        assert first.is_dir() and second.is_dir() and first != second


@pytest.mark.parametrize("kind", ["without a lock", "a link", "a file", "a lock that is a link"])
def test_what_is_not_certainly_ours_is_left_alone(
    parent: Path, tmp_path_factory: pytest.TempPathFactory, kind: str
):
    other = tmp_path_factory.mktemp("other")
    (other / ".in-use").touch()
    planted = parent / "briefgen-planted"
    if kind == "a link":
        planted.symlink_to(other)
    elif kind == "a file":
        planted.touch()
    else:
        planted.mkdir()
    if kind == "a lock that is a link":
        (planted / ".in-use").symlink_to(other / ".in-use")
    with scratch_folder():
        pass
    assert os.path.lexists(planted) and (other / ".in-use").exists()
