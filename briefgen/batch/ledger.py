"""The ledger: a database of which file was made from which inputs, one row per recipient and format.

Only one process writes to a ledger at a time, which briefgen.batch.lock ensures.
"""

from __future__ import annotations

import json
import shutil
import sqlite3
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any, Literal, Self

from briefgen.batch.storage_errors import storage_error
from briefgen.errors import Place, Problem, StorageError

LEDGER_VERSION = 4
"""Version 2 added `fingerprint` and `drawn`, 3 `fit`, 4 `etag`."""
FLUSH_ROWS = 64
FLUSH_SECONDS = 1.0
"""Rows are written in groups, since a commit waits for the disk; a killed run loses at most one group."""
_SCHEMA = """
CREATE TABLE letters (
    recipient TEXT NOT NULL,
    format TEXT NOT NULL,
    key TEXT NOT NULL,
    state TEXT NOT NULL,
    file TEXT NOT NULL,
    sha256 TEXT NOT NULL,
    size INTEGER NOT NULL,
    pages INTEGER,
    snippets TEXT NOT NULL,
    stage TEXT NOT NULL,
    problems TEXT NOT NULL,
    recorded TEXT NOT NULL,
    fingerprint TEXT NOT NULL DEFAULT '',
    drawn TEXT NOT NULL DEFAULT '',
    fit TEXT NOT NULL DEFAULT '',
    etag TEXT NOT NULL DEFAULT '',
    PRIMARY KEY (recipient, format)
) WITHOUT ROWID
"""
_ADDED_COLUMNS = {1: ("fingerprint", "drawn"), 2: ("fit",), 3: ("etag",)}
"""Columns added after a version."""


def _add_columns_since(version: int) -> list[str]:
    """Return the SQL statements that add the columns which a ledger of this version lacks."""
    names = (name for after, added in _ADDED_COLUMNS.items() if after >= version for name in added)
    return [f"ALTER TABLE letters ADD COLUMN {name} TEXT NOT NULL DEFAULT ''" for name in names]


_UPGRADES = {0: [_SCHEMA], **{version: _add_columns_since(version) for version in _ADDED_COLUMNS}}
"""SQL statements that bring an empty ledger (0) or one of an earlier version up to date."""


@dataclass(frozen=True, slots=True)
class LedgerEntry:
    """What the ledger has recorded about one recipient's letter in one format."""

    recipient: str
    format: str
    key: str
    """Hash over all inputs (briefgen.batch.plan.input_hash)."""
    state: Literal["rendered", "failed", "set-aside"]
    file: str = ""
    """File name in the folder of letters; after a failure, that of an earlier letter that may still exist."""
    sha256: str = ""
    size: int = 0
    """In bytes."""
    pages: int | None = None
    snippets: tuple[str, ...] = ()
    fit: str = ""
    """What was shortened or left out to keep to the page limit, in words."""
    stage: str = ""
    problems: tuple[Problem, ...] = field(default=())
    fingerprint: str = ""
    """Of campaign and library. It is part of the key, and kept so that a preview can say what changed."""
    rendering_hash: str = ""
    """Hash over the document and how it is rendered (briefgen.batch.plan.rendering_hash); column `drawn`."""
    etag: str = ""
    """ETag that the object store gave it; empty in a folder."""


class Ledger:
    """An open ledger. Use as a context manager: leaving it writes and commits what is pending."""

    def __init__(self, path: Path) -> None:
        """Open or create the ledger; one that cannot be read is renamed and replaced by an empty one.

        Raise StorageError if the folder cannot be written.
        """
        self.path = path
        self.warning: Problem | None = None
        """Set if an unreadable ledger was renamed."""
        with _storage_errors(path):
            try:
                self._connection = _open_database(path)
            except _UnreadableLedgerError as reason:
                self.warning = _rename_unreadable(path, str(reason))
                self._connection = _open_database(path)
        self._pending: dict[tuple[str, str], LedgerEntry] = {}
        """Entries recorded but not yet flushed, by recipient and format."""
        self._flushed = time.monotonic()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            self.flush()
        except StorageError:
            if error is None:  # otherwise the first error is the one to report
                raise
        finally:
            self._connection.close()

    def find(self, recipient: str, format: str) -> LedgerEntry | None:
        """Return the entry for one recipient and format, if there is one."""
        if (recipient, format) in self._pending:
            self.flush()
        with _storage_errors(self.path):
            row = self._connection.execute(
                "SELECT * FROM letters WHERE recipient = ? AND format = ?",
                (_escape_surrogates(recipient), format),
            ).fetchone()
        return _entry_from_row(row) if row else None

    def rendered_recipients(self) -> list[str]:
        """Return the ids of all recipients whose letters were made, in alphabetical order."""
        self.flush()
        with _storage_errors(self.path):
            rows = self._connection.execute(
                "SELECT DISTINCT recipient FROM letters WHERE state = 'rendered' ORDER BY recipient"
            ).fetchall()
        return [row[0] for row in rows]

    def record(self, entry: LedgerEntry) -> None:
        """Record an entry in place of an earlier one; it is on disk after the next `flush`."""
        self._pending[entry.recipient, entry.format] = entry
        if len(self._pending) >= FLUSH_ROWS or time.monotonic() - self._flushed >= FLUSH_SECONDS:
            self.flush()

    def flush(self) -> None:
        """Write and commit the pending entries."""
        self._flushed = time.monotonic()
        if not self._pending:
            return
        rows = map(_row_from_entry, self._pending.values())
        with _storage_errors(self.path):
            self._connection.executemany(f"REPLACE INTO letters VALUES ({', '.join('?' * 16)})", rows)
            self._connection.commit()
        self._pending.clear()


@contextmanager
def open_ledger_copy(path: Path) -> Iterator[Ledger]:
    """Open a temporary copy of the ledger at `path`, empty if there is none; the original is not touched.

    Raise StorageError if it cannot be copied.
    """
    with tempfile.TemporaryDirectory(prefix="briefgen-") as folder:
        copy = Path(folder) / path.name
        for suffix in ("", "-wal"):
            with _storage_errors(path), suppress(FileNotFoundError):
                shutil.copyfile(path.with_name(path.name + suffix), copy.with_name(copy.name + suffix))
        with Ledger(copy) as ledger:
            if ledger.warning:
                ledger.warning = Problem(
                    "ledger-unreadable",
                    "the ledger of earlier runs cannot be read",
                    Place(str(path)),
                    "you need not do anything: the next run sets it aside and makes all letters again",
                    severity="warning",
                )
            yield ledger


class _UnreadableLedgerError(Exception):
    pass


def _open_database(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(path)
    try:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = NORMAL")
        integrity = connection.execute("PRAGMA quick_check(1)").fetchone()[0]
        (version,) = connection.execute("PRAGMA user_version").fetchone()
        if integrity != "ok":
            raise _UnreadableLedgerError("it is damaged")
        if version in _UPGRADES:
            connection.execute("BEGIN IMMEDIATE")  # all or nothing, even if the run is killed
            for change in _UPGRADES[version]:
                connection.execute(change)
            connection.execute(f"PRAGMA user_version = {LEDGER_VERSION}")
            connection.commit()
        elif version != LEDGER_VERSION:
            raise _UnreadableLedgerError(f"its version is {version}; this briefgen reads {LEDGER_VERSION}")
    except BaseException as error:
        connection.close()
        # OperationalError is about the disk, every other DatabaseError about the contents.
        if isinstance(error, sqlite3.DatabaseError) and not isinstance(error, sqlite3.OperationalError):
            raise _UnreadableLedgerError("it is damaged") from error
        raise
    return connection


def _rename_unreadable(path: Path, reason: str) -> Problem:
    number = 1
    while (renamed := path.with_name(f"{path.stem}-unreadable-{number}{path.suffix}")).exists():
        number += 1
    path.rename(renamed)
    for suffix in ("-wal", "-shm"):
        path.with_name(path.name + suffix).unlink(missing_ok=True)
    return Problem(
        "ledger-unreadable",
        f"the ledger of earlier runs cannot be read ({reason}); it has been renamed to {renamed.name}",
        Place(str(path)),
        "you need not do anything: all letters are made again",
        severity="warning",
    )


@contextmanager
def _storage_errors(path: Path) -> Iterator[None]:
    try:
        yield
    except (sqlite3.Error, OSError) as error:
        raise storage_error("the ledger cannot be written", error, path) from error


def _escape_surrogates(value: str) -> str:
    """Return text that SQLite can store: lone surrogates, which hostile data may contain, are escaped."""
    return value.encode("utf-8", "backslashreplace").decode("utf-8")


def _row_from_entry(entry: LedgerEntry) -> tuple[Any, ...]:
    return (
        _escape_surrogates(entry.recipient),
        entry.format,
        entry.key,
        entry.state,
        entry.file,
        entry.sha256,
        entry.size,
        entry.pages,
        json.dumps(entry.snippets),
        entry.stage,
        json.dumps([problem.as_json() for problem in entry.problems]),
        time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
        entry.fingerprint,
        entry.rendering_hash,
        entry.fit,
        entry.etag,
    )


def _entry_from_row(row: tuple[Any, ...]) -> LedgerEntry:
    recipient, format, key, state, file, sha256, size, pages, snippets, stage, problems = row[:11]
    fingerprint, rendering_hash, fit, etag = row[12:]
    return LedgerEntry(
        recipient,
        format,
        key,
        state,
        file,
        sha256,
        size,
        pages,
        tuple(json.loads(snippets)),
        fit,
        stage,
        tuple(_problem_from_json(record) for record in json.loads(problems)),
        fingerprint,
        rendering_hash,
        etag,
    )


def _problem_from_json(record: dict[str, Any]) -> Problem:
    place = record.pop("place")
    return Problem(place=Place(**place) if place else None, **record)
