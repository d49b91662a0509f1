"""The ledger: what was made of which inputs, one row for each recipient and format.

This room keeps rows; it looks at no letter and decides nothing. Only one process writes to a ledger
(briefgen.batch.hold sees to that).
"""

from __future__ import annotations

import json
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any, Literal, Self

from briefgen.errors import Place, Problem, StorageFault

VERSION = 1
FLUSH_ROWS = 64
FLUSH_SECONDS = 1.0
"""Rows are committed in groups, since a commit waits for the disk; a killed run makes at most these anew."""
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
    PRIMARY KEY (recipient, format)
) WITHOUT ROWID
"""


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
    stage: str = ""
    problems: tuple[Problem, ...] = field(default=())


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
        self._waiting = 0
        self._flushed = time.monotonic()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            self.flush()
        except StorageFault:
            if error is None:  # else the first fault is the one to tell of
                raise
        finally:
            self._connection.close()

    def entry(self, recipient: str, format: str) -> Entry | None:
        """The row of one letter."""
        with _storage(self.path):
            row = self._connection.execute(
                "SELECT * FROM letters WHERE recipient = ? AND format = ?", (_text(recipient), format)
            ).fetchone()
        return _entry(row) if row else None

    def record(self, entry: Entry) -> None:
        """Keep a row in place of the earlier one; it is on disk after the next `flush`."""
        with _storage(self.path):
            self._connection.execute(
                "REPLACE INTO letters VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", _row(entry)
            )
        self._waiting += 1
        if self._waiting >= FLUSH_ROWS or time.monotonic() - self._flushed >= FLUSH_SECONDS:
            self.flush()

    def flush(self) -> None:
        """Commit what was recorded."""
        with _storage(self.path):
            self._connection.commit()
        self._waiting = 0
        self._flushed = time.monotonic()


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
        if version == 0:
            connection.execute(_SCHEMA)
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
        raise StorageFault(
            Problem(
                "output-unwritable",
                f"the ledger cannot be kept: {error}",
                Place(str(path)),
                "make room or allow writing, then run the same command again: it goes on where it stopped",
            )
        ) from error


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
    )


def _entry(row: tuple[Any, ...]) -> Entry:
    recipient, format, its_key, state, file, sha256, size, pages, snippets, stage, problems, _ = row
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
        stage,
        tuple(_problem(record) for record in json.loads(problems)),
    )


def _problem(record: dict[str, Any]) -> Problem:
    place = record.pop("place")
    return Problem(place=Place(**place) if place else None, **record)
