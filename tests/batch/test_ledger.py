"""The ledger keeps what it is told, survives damage, and says when the disk fails."""

import sqlite3
from pathlib import Path

import pytest

from briefgen.batch.ledger import FLUSH_ROWS, Ledger, LedgerEntry
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
