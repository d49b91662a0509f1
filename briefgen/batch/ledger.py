"""The ledger: what was made of which inputs, one row for each recipient and format.

This room keeps rows; it looks at no letter and decides nothing. Only one process writes to a ledger
(briefgen.batch.lock sees to that).
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

from briefgen.batch.os_errors import unwritable
from briefgen.errors import Place, Problem, StorageError

VERSION = 4
"""2 added `fingerprint` and `drawn`, 3 `fit`, 4 `etag`."""
FLUSH_ROWS = 64
FLUSH_SECONDS = 1.0
"""Rows are written in groups, since a commit waits for the disk; a killed run makes at most these anew."""
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
_ADDED = {1: ("fingerprint", "drawn"), 2: ("fit",), 3: ("etag",)}
"""Columns that came after a version."""


def _since(version: int) -> list[str]:
    names = (name for after, added in _ADDED.items() if after >= version for name in added)
    return [f"ALTER TABLE letters ADD COLUMN {name} TEXT NOT NULL DEFAULT ''" for name in names]


_CHANGES = {0: [_SCHEMA], **{version: _since(version) for version in _ADDED}}
"""By which a new ledger, or one of an earlier version, becomes one of this version."""


@dataclass(frozen=True, slots=True)
class Entry:
    """What the ledger knows of one recipient's letter in one format."""

    recipient: str
    format: str
    key: str
    """Hash over all inputs (briefgen.batch.plan.key)."""
    state: Literal["rendered", "failed", "set-aside"]
    file: str = ""
    """Name in the folder of letters. After a failure: of the earlier letter that may still lie there."""
    sha256: str = ""
    size: int = 0
    """In bytes."""
    pages: int | None = None
    snippets: tuple[str, ...] = ()
    fit: str = ""
    """What was shortened or left out to keep to the pages, in words."""
    stage: str = ""
    problems: tuple[Problem, ...] = field(default=())
    fingerprint: str = ""
    """Of campaign and library, which is part of the key; kept to say what has changed."""
    drawn: str = ""
    """Hash over the document and how files are made of it (briefgen.batch.plan.drawn)."""
    etag: str = ""
    """What a store calls these contents; in a folder, nothing does."""


class Ledger:
    """An open ledger. Use as a context manager: leaving it commits."""

    def __init__(self, path: Path) -> None:
        """Open or make the ledger; one that cannot be read is renamed and replaced by an empty one.

        A StorageFault where the folder cannot be written.
        """
        self.path = path
        self.note: Problem | None = None
        """Said where an unreadable ledger was put by."""
        with _storage(path):
            try:
                self._connection = _connect(path)
            except _Unreadable as reason:
                self.note = _put_by(path, str(reason))
                self._connection = _connect(path)
        self._waiting: dict[tuple[str, str], Entry] = {}
        """Recorded and not yet flushed, by recipient and format."""
        self._flushed = time.monotonic()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            self.flush()
        except StorageError:
            if error is None:  # else the first fault is the one to tell of
                raise
        finally:
            self._connection.close()

    def entry(self, recipient: str, format: str) -> Entry | None:
        """The row of one letter."""
        if (recipient, format) in self._waiting:
            self.flush()
        with _storage(self.path):
            row = self._connection.execute(
                "SELECT * FROM letters WHERE recipient = ? AND format = ?", (_text(recipient), format)
            ).fetchone()
        return _entry(row) if row else None

    def recipients(self) -> list[str]:
        """Ids of all whose letters were made, in order."""
        self.flush()
        with _storage(self.path):
            rows = self._connection.execute(
                "SELECT DISTINCT recipient FROM letters WHERE state = 'rendered' ORDER BY recipient"
            ).fetchall()
        return [row[0] for row in rows]

    def record(self, entry: Entry) -> None:
        """Keep a row in place of the earlier one; it is on disk after the next `flush`."""
        self._waiting[entry.recipient, entry.format] = entry
        if len(self._waiting) >= FLUSH_ROWS or time.monotonic() - self._flushed >= FLUSH_SECONDS:
            self.flush()

    def flush(self) -> None:
        """Write and commit what was recorded."""
        self._flushed = time.monotonic()
        if not self._waiting:
            return
        rows = map(_row, self._waiting.values())
        with _storage(self.path):
            self._connection.executemany(f"REPLACE INTO letters VALUES ({', '.join('?' * 16)})", rows)
            self._connection.commit()
        self._waiting.clear()


@contextmanager
def copied(path: Path) -> Iterator[Ledger]:
    """A copy of the ledger at `path`, to be read while the original stays as it is; empty if there is none.

    Raises StorageFault.
    """
    with tempfile.TemporaryDirectory(prefix="briefgen-") as folder:
        copy = Path(folder) / path.name
        for tail in ("", "-wal"):
            with _storage(path), suppress(FileNotFoundError):
                shutil.copyfile(path.with_name(path.name + tail), copy.with_name(copy.name + tail))
        with Ledger(copy) as ledger:
            if ledger.note:
                ledger.note = Problem(
                    "ledger-unreadable",
                    "the ledger of earlier runs cannot be read",
                    Place(str(path)),
                    "nothing to do: the next run puts it by and makes all letters again",
                    severity="warning",
                )
            yield ledger


class _Unreadable(Exception):
    pass


def _connect(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(path)
    try:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = NORMAL")
        sound = connection.execute("PRAGMA quick_check(1)").fetchone()[0]
        (version,) = connection.execute("PRAGMA user_version").fetchone()
        if sound != "ok":
            raise _Unreadable("it is damaged")
        if version in _CHANGES:
            connection.execute("BEGIN IMMEDIATE")  # all or nothing, whenever the run is killed
            for change in _CHANGES[version]:
                connection.execute(change)
            connection.execute(f"PRAGMA user_version = {VERSION}")
            connection.commit()
        elif version != VERSION:
            raise _Unreadable(f"it has version {version}, and this briefgen reads {VERSION}")
    except BaseException as error:
        connection.close()
        # OperationalError speaks of the disk, every other DatabaseError of the contents.
        if isinstance(error, sqlite3.DatabaseError) and not isinstance(error, sqlite3.OperationalError):
            raise _Unreadable("it is damaged") from error
        raise
    return connection


def _put_by(path: Path, reason: str) -> Problem:
    number = 1
    while (aside := path.with_name(f"{path.stem}-unreadable-{number}{path.suffix}")).exists():
        number += 1
    path.rename(aside)
    for tail in ("-wal", "-shm"):
        path.with_name(path.name + tail).unlink(missing_ok=True)
    return Problem(
        "ledger-unreadable",
        f"the ledger of earlier runs cannot be read ({reason}); it now lies in {aside.name}",
        Place(str(path)),
        "nothing to do: all letters are made again",
        severity="warning",
    )


@contextmanager
def _storage(path: Path) -> Iterator[None]:
    try:
        yield
    except (sqlite3.Error, OSError) as error:
        raise unwritable("the ledger cannot be kept", error, path) from error


def _text(value: str) -> str:
    """Text that SQLite can hold: lone surrogates, which hostile data may have, are written out."""
    return value.encode("utf-8", "backslashreplace").decode("utf-8")


def _row(entry: Entry) -> tuple[Any, ...]:
    return (
        _text(entry.recipient),
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
        entry.drawn,
        entry.fit,
        entry.etag,
    )


def _entry(row: tuple[Any, ...]) -> Entry:
    recipient, format, its_key, state, file, sha256, size, pages, snippets, stage, problems = row[:11]
    fingerprint, drawn, fit, etag = row[12:]
    return Entry(
        recipient,
        format,
        its_key,
        state,
        file,
        sha256,
        size,
        pages,
        tuple(json.loads(snippets)),
        fit,
        stage,
        tuple(_problem(record) for record in json.loads(problems)),
        fingerprint,
        drawn,
        etag,
    )


def _problem(record: dict[str, Any]) -> Problem:
    place = record.pop("place")
    return Problem(place=Place(**place) if place else None, **record)
