"""The ledger keeps what it is told, survives damage, and says when the disk fails."""

import os
import sqlite3
import struct
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import replace
from pathlib import Path

import pytest

from briefgen.batch import ledger as ledger_module
from briefgen.batch.ledger import (
    FLUSH_ROWS,
    FLUSH_SECONDS,
    MAX_LEDGER_BYTES,
    Ledger,
    LedgerEntry,
    open_ledger_copy,
)
from briefgen.errors import Place, Problem, StorageError

MADE = LedgerEntry(
    "person", "pdf", "key", "rendered", "person-x.pdf", "ab", 7, 2, ("one", "two"), "left out three"
)
FAILED = LedgerEntry(
    "\ud800=1",
    "docx",
    "key",
    "failed",
    stage="compose",
    problems=(Problem("code", "message", Place("recipients.csv", 3), "hint"), Problem("other", "\ud800")),
)


def test_rows_come_back_as_they_were(tmp_path: Path):
    with Ledger(tmp_path / "ledger.sqlite") as ledger:
        ledger.record(MADE)
        ledger.record(FAILED)
    with Ledger(tmp_path / "ledger.sqlite") as ledger:
        assert ledger.find("person", "pdf") == MADE
        found = ledger.find("\ud800=1", "docx")
        assert found is not None and found.problems == FAILED.problems and found.stage == "compose"
        assert ledger.find("person", "docx") is None
        assert ledger.warning is None


def test_a_later_row_takes_the_place_of_the_earlier(tmp_path: Path):
    with Ledger(tmp_path / "ledger.sqlite") as ledger:
        ledger.record(MADE)
        ledger.record(LedgerEntry("person", "pdf", "key2", "failed"))
        entry = ledger.find("person", "pdf")
        assert entry is not None and entry.key == "key2"


def test_what_is_recorded_is_known_before_it_is_written(tmp_path: Path):
    with Ledger(tmp_path / "ledger.sqlite") as ledger:
        ledger.record(MADE)
        assert ledger.rendered_recipients() == ["person"]


def test_rows_are_written_in_groups(tmp_path: Path):
    """A run that is killed finds again all rows but those of the last group."""
    path = tmp_path / "ledger.sqlite"
    with Ledger(path) as ledger, sqlite3.connect(path) as beside:
        for number in range(FLUSH_ROWS):
            ledger.record(LedgerEntry(f"person-{number}", "pdf", "key", "rendered", "file"))
        assert beside.execute("SELECT count(*) FROM letters").fetchone() == (FLUSH_ROWS,)
    beside.close()


@pytest.mark.parametrize("damage", ["garbage", "middle", "newer"])
def test_an_unreadable_ledger_is_put_by_and_said(tmp_path: Path, damage: str):
    """Garbage, a damaged page, or the ledger of another version: never overwritten, never a traceback."""
    path = tmp_path / "ledger.sqlite"
    with Ledger(path) as ledger:
        for number in range(500):
            ledger.record(LedgerEntry(f"person-{number}", "pdf", "k" * 64, "rendered", "f" * 60))
    match damage:
        case "garbage":
            path.write_bytes(b"not a database at all" * 1000)
        case "middle":
            data = bytearray(path.read_bytes())
            data[8192:20000] = b"\xff" * (20000 - 8192)
            path.write_bytes(data)
        case "newer":
            with sqlite3.connect(path) as connection:
                connection.execute("PRAGMA user_version = 99")
            connection.close()
    before = path.read_bytes()
    with Ledger(path) as ledger:
        assert ledger.warning is not None and ledger.warning.code == "ledger-unreadable"
        assert ledger.find("person-1", "pdf") is None
        ledger.record(MADE)
    assert (tmp_path / "ledger-unreadable-1.sqlite").read_bytes()[8192:] == before[8192:]


def test_a_ledger_that_cannot_be_kept_is_a_storage_fault(tmp_path: Path):
    with pytest.raises(StorageError) as fault:
        Ledger(tmp_path / "missing" / "ledger.sqlite")
    assert fault.value.problems[0].code == "output-unwritable"


# When rows are written


def rows_on_disk(path: Path) -> int:
    with closing(sqlite3.connect(path)) as beside:
        (number,) = beside.execute("SELECT count(*) FROM letters").fetchone()
    return int(number)


class Clock:
    """The part of the module `time` that the ledger uses, with a clock that stands until it is moved."""

    strftime, gmtime = staticmethod(time.strftime), staticmethod(time.gmtime)

    def __init__(self) -> None:
        self.now = 1000.0

    def monotonic(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(ledger_module, "time", clock)
    return clock


def test_quick_letters_are_written_in_groups_and_not_each_by_itself(tmp_path: Path, clock: Clock):
    path = tmp_path / "ledger.sqlite"
    with Ledger(path) as ledger:
        for number in range(FLUSH_ROWS - 1):
            ledger.record(LedgerEntry(f"person-{number}", "pdf", "key", "rendered", "file"))
        clock.now += FLUSH_SECONDS * 0.9
        ledger.record(LedgerEntry("person-0", "pdf", "key", "rendered", "file again"))
        assert rows_on_disk(path) == 0
    assert rows_on_disk(path) == FLUSH_ROWS - 1


def test_slow_letters_are_written_one_by_one(tmp_path: Path, clock: Clock):
    """Whoever kills a slow run finds every letter again that took longer than the interval."""
    path = tmp_path / "ledger.sqlite"
    with Ledger(path) as ledger:
        for number in range(1, 4):
            clock.now += FLUSH_SECONDS
            ledger.record(LedgerEntry(f"person-{number}", "pdf", "key", "rendered", "file"))
            assert rows_on_disk(path) == number


def test_the_interval_begins_again_with_every_flush(tmp_path: Path, clock: Clock):
    path = tmp_path / "ledger.sqlite"
    with Ledger(path) as ledger:
        clock.now += FLUSH_SECONDS
        ledger.flush()
        ledger.record(MADE)
        clock.now += FLUSH_SECONDS / 2
        ledger.record(FAILED)
        assert rows_on_disk(path) == 0
        clock.now += FLUSH_SECONDS / 2
        ledger.record(MADE)
        assert rows_on_disk(path) == 2


# When the disk or another program is in the way


def impatient(monkeypatch: pytest.MonkeyPatch, *pragmas: str) -> None:
    """Open ledgers without waiting for other programs' locks, and with SQLite settings."""
    connect = sqlite3.connect

    def connect_at_once(path: Path) -> sqlite3.Connection:
        connection = connect(path, timeout=0)
        for pragma in pragmas:
            connection.execute(f"PRAGMA {pragma}")
        return connection

    monkeypatch.setattr(ledger_module.sqlite3, "connect", connect_at_once)


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Lock a ledger as another program might, so that nobody can open it."""
    with closing(sqlite3.connect(path)) as other:
        other.execute("PRAGMA locking_mode = EXCLUSIVE")
        other.execute("BEGIN EXCLUSIVE")
        yield


def test_a_ledger_that_another_program_has_locked_is_neither_damaged_nor_put_aside(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    path = tmp_path / "ledger.sqlite"
    with Ledger(path) as ledger:
        ledger.record(MADE)
    with locked(path):
        impatient(monkeypatch)
        with pytest.raises(StorageError, match="locked"):
            Ledger(path)
    assert not list(tmp_path.glob("*unreadable*"))
    with Ledger(path) as ledger:
        assert ledger.warning is None
        assert ledger.find("person", "pdf") == MADE


@contextmanager
def write_locked(path: Path) -> Iterator[None]:
    """Let others read a ledger, but not write to it."""
    with closing(sqlite3.connect(path)) as other:
        other.execute("BEGIN IMMEDIATE")
        yield


def test_last_rows_that_cannot_be_written_fail_the_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    impatient(monkeypatch)
    path = tmp_path / "ledger.sqlite"
    ledger = Ledger(path)
    with write_locked(path), pytest.raises(StorageError) as fault, ledger:
        ledger.record(MADE)
    assert fault.value.problems[0].code == "output-unwritable"
    assert "the ledger cannot be written" in fault.value.problems[0].message


def test_an_error_of_the_run_is_reported_rather_than_that_of_its_last_rows(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    impatient(monkeypatch)
    path = tmp_path / "ledger.sqlite"
    ledger = Ledger(path)
    with write_locked(path), pytest.raises(KeyError, match="the run"), ledger:
        ledger.record(MADE)
        raise KeyError("the run")


@pytest.mark.parametrize("failing", [False, True])
def test_rows_of_a_run_that_fails_are_kept_and_the_ledger_is_closed(tmp_path: Path, failing: bool):
    path = tmp_path / "ledger.sqlite"
    with suppress(KeyError), Ledger(path) as ledger:
        ledger.record(MADE)
        if failing:
            raise KeyError("the run")
    with pytest.raises(StorageError, match="closed"):
        ledger.find("person", "pdf")
    assert rows_on_disk(path) == 1


def test_rows_that_could_not_be_written_are_written_when_they_can(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    impatient(monkeypatch)
    path = tmp_path / "ledger.sqlite"
    with Ledger(path) as ledger:
        ledger.record(MADE)
        with write_locked(path), pytest.raises(StorageError):
            ledger.flush()
        assert ledger.find("person", "pdf") == MADE


def test_a_full_disk_says_to_free_up_space(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    path = tmp_path / "ledger.sqlite"
    with Ledger(path) as ledger:
        ledger.record(MADE)
    impatient(monkeypatch, "max_page_count = 2")
    with pytest.raises(StorageError) as fault, Ledger(path) as ledger:
        ledger.record(LedgerEntry("other", "pdf", "key" * 10000, "rendered"))
    assert (fault.value.problems[0].hint or "").startswith("free up space")
    with Ledger(path) as ledger:
        assert ledger.find("person", "pdf") == MADE


def test_a_ledger_that_may_not_be_written_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    path = tmp_path / "ledger.sqlite"
    Ledger(path).__exit__(None, None, None)
    impatient(monkeypatch, "query_only = ON")
    with pytest.raises(StorageError) as fault, Ledger(path) as ledger:
        ledger.record(MADE)
    assert (fault.value.problems[0].hint or "").startswith("allow writing to it")


def test_every_unreadable_ledger_is_kept_under_a_name_of_its_own(tmp_path: Path):
    path = tmp_path / "ledger.sqlite"
    for number in range(1, 4):
        path.write_bytes(f"no database {number}".encode() * 500)
        (tmp_path / "ledger.sqlite-wal").write_bytes(b"what belonged to it")
        with Ledger(path) as ledger:
            assert ledger.warning is not None
            assert f"renamed to ledger-unreadable-{number}.sqlite" in ledger.warning.message
            assert ledger.warning.severity == "warning"
            assert ledger.rendered_recipients() == []
    kept = [tmp_path / f"ledger-unreadable-{number}.sqlite" for number in range(1, 4)]
    assert [path.read_bytes()[:13] for path in kept] == [b"no database 1", b"no database 2", b"no database 3"]


def test_a_ledger_cut_short_is_damaged(tmp_path: Path):
    path = tmp_path / "ledger.sqlite"
    with Ledger(path) as ledger:
        for number in range(200):
            ledger.record(LedgerEntry(f"person-{number}", "pdf", "k" * 64, "rendered", "f" * 60))
    path.write_bytes(path.read_bytes()[:-6000])
    with Ledger(path) as ledger:
        assert ledger.warning is not None and "it is damaged" in ledger.warning.message


def test_an_empty_file_is_a_new_ledger(tmp_path: Path):
    path = tmp_path / "ledger.sqlite"
    path.touch()
    with Ledger(path) as ledger:
        ledger.record(MADE)
        assert (ledger.warning, ledger.find("person", "pdf")) == (None, MADE)


# What is believed

UNVERIFIED = LedgerEntry("person", "pdf", "", "unverified")


def alter(path: Path, *changes: str) -> None:
    with closing(sqlite3.connect(path)) as connection:
        for change in changes:
            connection.execute(change)
        connection.commit()


COLUMNS = {
    "key": "'other'",
    "state": "'failed'",
    "file": "'other.pdf'",
    "sha256": "x'00'",
    "size": "8",
    "pages": "NULL",
    "snippets": "'[' || hex(zeroblob(100000)) || ']'",
    "stage": "cast(x'ff' as text)",
    "problems": "'[1]'",
    "recorded": "''",
    "fingerprint": "1e999",
    "drawn": "'\U0001f600'",
    "fit": "'x'",
    "etag": "'x'",
    "seal": "hex(zeroblob(32))",
}


@pytest.mark.parametrize("column", COLUMNS)
def test_a_row_that_something_else_has_changed_is_not_believed(tmp_path: Path, column: str):
    path = tmp_path / "ledger.sqlite"
    with Ledger(path) as ledger:
        ledger.record(MADE)
    alter(path, f"UPDATE letters SET {column} = {COLUMNS[column]}")
    with Ledger(path) as ledger:
        assert (ledger.find("person", "pdf"), ledger.rendered_recipients()) == (UNVERIFIED, [])
        assert ledger.warning is None
        ledger.record(MADE)
        assert ledger.find("person", "pdf") == MADE


def test_a_row_of_somebody_else_is_not_believed(tmp_path: Path):
    path = tmp_path / "ledger.sqlite"
    with Ledger(path) as ledger:
        ledger.record(replace(MADE, recipient="other"))
    alter(path, "UPDATE letters SET recipient = 'person'")
    with Ledger(path) as ledger:
        assert ledger.find("person", "pdf") == UNVERIFIED


def test_a_ledger_of_another_computer_is_not_believed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    path = tmp_path / "ledger.sqlite"
    with Ledger(path) as ledger:
        ledger.record(MADE)
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "elsewhere"))
    with Ledger(path) as ledger:
        assert ledger.find("person", "pdf") == UNVERIFIED


def test_without_a_key_nothing_is_believed_and_the_user_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    path = tmp_path / "ledger.sqlite"
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    (tmp_path / "state/briefgen").mkdir(parents=True)
    (tmp_path / "state/briefgen/key").write_bytes(b"short")
    with Ledger(path) as ledger:
        ledger.record(MADE)
    with Ledger(path) as ledger:
        assert ledger.find("person", "pdf") == UNVERIFIED
        assert [warning.code for warning in ledger.warnings] == ["key-missing"]


@pytest.mark.parametrize("name", ["/etc/passwd", "../letter.pdf", "a/b.pdf", ".."])
def test_a_file_that_is_more_than_a_name_is_not_believed_even_from_ourselves(tmp_path: Path, name: str):
    with Ledger(tmp_path / "ledger.sqlite") as ledger:
        ledger.record(replace(MADE, file=name))
        assert ledger.find("person", "pdf") == UNVERIFIED


SCHEMAS = {
    "an earlier version": ["ALTER TABLE letters DROP COLUMN seal", "PRAGMA user_version = 4"],
    "a view that never ends": [
        "DROP TABLE letters",
        "CREATE VIEW letters AS WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i FROM n) SELECT i FROM n",
    ],
    "a trigger": ["CREATE TRIGGER t AFTER INSERT ON letters BEGIN DELETE FROM letters; END"],
    "another table": ["CREATE TABLE other (x)"],
    "a column more": ["ALTER TABLE letters ADD COLUMN x"],
}


@pytest.mark.parametrize("changes", SCHEMAS.values(), ids=SCHEMAS)
def test_a_database_with_more_than_our_table_is_put_aside(tmp_path: Path, changes: list[str]):
    path = tmp_path / "ledger.sqlite"
    with Ledger(path) as ledger:
        ledger.record(MADE)
    alter(path, *changes)
    with Ledger(path) as ledger:
        assert ledger.warning is not None and ledger.find("person", "pdf") is None


def test_a_rollback_journal_deletes_no_file(tmp_path: Path):
    """SQLite removes the file that a journal names as its superior, once it has rolled the database back."""
    path, precious = tmp_path / "ledger.sqlite", tmp_path / "precious"
    precious.write_bytes(b"precious")
    with Ledger(path) as ledger:
        ledger.record(MADE)
    (tmp_path / "ledger.sqlite-journal").write_bytes(journal_naming(precious, path.stat().st_size // 4096))
    with Ledger(path) as ledger:
        assert precious.read_bytes() == b"precious"
        assert ledger.warning is not None


def journal_naming(superior: Path, pages: int) -> bytes:
    """A hot journal (SQLite's file format, section 3) that names a superior journal."""
    magic, name = bytes.fromhex("d9d505f920a163d7"), str(superior).encode()
    header = (magic + struct.pack(">5I", 0, 0, pages, 512, 4096)).ljust(512, b"\0")
    length_and_checksum = struct.pack(">II", len(name), sum(name))
    return header + struct.pack(">I", 0x40000000 // 4096 + 1) + name + length_and_checksum + magic


def test_a_ledger_far_too_large_is_put_aside_unread(tmp_path: Path):
    path = tmp_path / "ledger.sqlite"
    with path.open("wb") as file:
        file.truncate(MAX_LEDGER_BYTES + 1)
    with Ledger(path) as ledger:
        assert ledger.warning is not None and "too large" in ledger.warning.message


@pytest.mark.parametrize("make", [os.mkfifo, Path.mkdir], ids=["pipe", "folder"])
def test_what_is_no_file_is_put_aside(tmp_path: Path, make: Callable[[Path], None]):
    make(tmp_path / "ledger.sqlite")
    with Ledger(tmp_path / "ledger.sqlite") as ledger:
        assert ledger.warning is not None and "regular file" in ledger.warning.message


# Copies, for previews


def test_a_copy_has_the_rows_and_leaves_the_original_alone(tmp_path: Path):
    path = tmp_path / "ledger.sqlite"
    with Ledger(path) as ledger:
        ledger.record(MADE)
        ledger.flush()  # the row is in the write-ahead log
        with open_ledger_copy(path) as copy:
            assert copy.find("person", "pdf") == MADE
            copy.record(FAILED)
    assert rows_on_disk(path) == 1


def test_without_a_ledger_the_copy_is_empty_and_none_is_made(tmp_path: Path):
    path = tmp_path / "ledger.sqlite"
    with open_ledger_copy(path) as copy:
        assert (copy.rendered_recipients(), copy.warning) == ([], None)
    assert not list(tmp_path.iterdir())


def test_a_damaged_ledger_is_left_in_its_place_by_a_preview(tmp_path: Path):
    path = tmp_path / "ledger.sqlite"
    path.write_bytes(b"no database" * 500)
    with open_ledger_copy(path) as copy:
        assert copy.warning is not None and copy.warning.place == Place(str(path))
        assert (copy.warning.code, copy.warning.severity) == ("ledger-unreadable", "warning")
    assert [each.name for each in tmp_path.iterdir()] == ["ledger.sqlite"]
