"""What the system refuses is told as it is: of space only where space is short."""

import errno
import os
import sqlite3
from pathlib import Path

import pytest

from briefgen.batch.storage_errors import find_out_of_space_error, storage_error, suggest_remedy
from briefgen.errors import BriefgenError, Problem


def refused(number: int) -> OSError:
    return OSError(number, os.strerror(number))


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT])
def test_a_full_disk_wants_room(number: int):
    assert suggest_remedy(refused(number)).startswith("free up space")


def test_a_limit_on_files_is_no_want_of_room():
    assert "ulimit" in suggest_remedy(refused(errno.EFBIG)) and "room" not in suggest_remedy(
        refused(errno.EFBIG)
    )


@pytest.mark.parametrize("number", [errno.EACCES, errno.EPERM, errno.EROFS, errno.ENOENT, errno.EIO])
def test_nothing_else_is_told_to_make_room(number: int):
    assert "room" not in suggest_remedy(refused(number)) and "space" not in suggest_remedy(refused(number))


def test_what_sqlite_says_is_understood(tmp_path: Path):
    path = tmp_path / "ledger.sqlite"
    connection = sqlite3.connect(path)
    connection.execute("CREATE TABLE t (x)")
    connection.execute("PRAGMA max_page_count = 2")
    with pytest.raises(sqlite3.OperationalError) as full:
        connection.execute("INSERT INTO t VALUES (zeroblob(100000))")
    connection.close()
    assert suggest_remedy(full.value).startswith("free up space")
    fault = storage_error("the ledger cannot be written", full.value, path)
    assert fault.exit_code == 74 and fault.problems[0].code == "output-unwritable"


def test_a_full_disk_is_found_behind_other_words():
    """A renderer calls it a fault of its own."""
    with pytest.raises(BriefgenError) as told:
        try:
            raise refused(errno.EFBIG)
        except OSError as error:
            raise BriefgenError(Problem("pdf-failed", "cannot be set")) from error
    found = find_out_of_space_error(told.value)
    assert found is not None and found.errno == errno.EFBIG


def test_another_fault_is_left_what_it_is():
    with pytest.raises(BriefgenError) as told:
        try:
            raise refused(errno.ENOENT)
        except OSError as error:
            raise BriefgenError(Problem("pdf-failed", "cannot be set")) from error
    assert find_out_of_space_error(told.value) is None
