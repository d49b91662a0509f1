"""Files that people name: ordinary ones are read, and what could be waited for or read without end is not."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from briefgen.errors import Findings, Place, StorageFault
from briefgen.library.files import read_ordinary
from briefgen.library.recipients import read_congress, read_popolo, read_recipients, read_workbook
from briefgen.library.written import read_text

PLACE = Place("people.csv")


def _told(path: Path, limit: int = 100) -> tuple[str, str]:
    with pytest.raises(StorageFault) as caught:
        read_ordinary(path, PLACE, limit)
    (problem,) = caught.value.problems
    assert problem.place == PLACE
    return problem.code, problem.message


def test_a_file_is_read_whole_up_to_its_limit(tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_bytes(b"x" * 100)
    assert read_ordinary(path, PLACE, 100) == b"x" * 100
    assert _told(path, 99) == ("file-too-large", "larger than 99 bytes")


def test_folders_pipes_and_devices_are_named_and_not_read(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    assert _told(tmp_path) == ("file-not-ordinary", "is a folder, not a file")
    assert _told(tmp_path / "pipe") == ("file-not-ordinary", "is a pipe or device, not a file")
    assert _told(Path("/dev/zero")) == ("file-not-ordinary", "is a pipe or device, not a file")
    assert _told(tmp_path / "none") == ("file-unreadable", "cannot be read: No such file or directory")
    assert _told(tmp_path / "a\0b")[0] == "file-unreadable"


@pytest.mark.parametrize("kind", ["csv", "xlsx", "popolo", "congress", "yaml"])
def test_no_reader_of_lists_waits_for_a_pipe(tmp_path: Path, kind: str) -> None:
    pipe = tmp_path / ("legislators-current.yaml" if kind == "congress" else "pipe")
    os.mkfifo(pipe)
    with pytest.raises(StorageFault) as caught:
        if kind == "csv":
            read_recipients(pipe, "pipe", Findings())
        elif kind == "xlsx":
            read_workbook(pipe, "pipe", Findings())
        elif kind == "popolo":
            read_popolo(pipe, "pipe", Findings())
        elif kind == "congress":
            read_congress(tmp_path, "data", Findings())
        else:
            read_text(pipe, "pipe")
    assert [problem.code for problem in caught.value.problems] == ["file-not-ordinary"]
