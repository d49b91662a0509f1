"""The ledger: a database of which file was made from which inputs, one row per recipient and format.

Only one process writes to a ledger at a time, which briefgen.batch.lock ensures.
"""

from __future__ import annotations

import hmac
import json
import secrets
import shutil
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import Any, Literal, Self

from briefgen.batch.storage_errors import storage_error
from briefgen.errors import Place, Problem, StorageError
from briefgen.system.machine_key import KEY_BYTES, load_machine_key
from briefgen.system.scratch import scratch_folder

LEDGER_VERSION = 5
"""Version 5 added `seal`; rows without one cannot be believed, so earlier ledgers are set aside."""
MAX_LEDGER_BYTES = 1 << 30
"""A batch of 10,000 letters takes about 20 MB."""
FLUSH_ROWS = 64
FLUSH_SECONDS = 1.0
"""Rows are written in groups, since a commit waits for the disk; a killed run loses at most one group."""
_SCHEMA = """CREATE TABLE letters (
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
    fingerprint TEXT NOT NULL,
    drawn TEXT NOT NULL,
    fit TEXT NOT NULL,
    etag TEXT NOT NULL,
    seal TEXT NOT NULL,
    PRIMARY KEY (recipient, format)
) WITHOUT ROWID"""
_COLUMNS = 17


@dataclass(frozen=True, slots=True)
class LedgerEntry:
    """What the ledger has recorded about one recipient's letter in one format."""

    recipient: str
    format: str
    key: str
    """Hash over all inputs (briefgen.batch.plan.input_hash)."""
    state: Literal["rendered", "failed", "set-aside", "unverified"]
    """`unverified`: there is a row, but not one that briefgen wrote on this computer, so nothing is known."""
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
    """An open ledger. Use as a context manager: leaving it writes and commits what is pending.

    A ledger can come with a folder from elsewhere. So each row has a seal, a hash with this user's own
    key, and a row without the right one is not believed.
    """

    def __init__(self, path: Path) -> None:
        """Open or create the ledger; one that cannot be read is renamed and replaced by an empty one.

        Raise StorageError if the folder cannot be written.
        """
        self.path = path
        self.warning: Problem | None = None
        """Set if an unreadable ledger was renamed."""
        self.key_warning: Problem | None = None
        """Set if there is no key; then no earlier row is believed, and no later run will believe these."""
        try:
            self._key = load_machine_key()
        except OSError as error:
            self._key = secrets.token_bytes(KEY_BYTES)
            self.key_warning = _key_problem(error)
        with _storage_errors(path):
            try:
                self._connection = _open_database(path)
            except _UnreadableLedgerError as reason:
                self.warning = _rename_unreadable(path, str(reason))
                self._connection = _open_database(path)
        self._pending: dict[tuple[str, str], LedgerEntry] = {}
        """Entries recorded but not yet flushed, by recipient and format."""
        self._sealed: dict[tuple[Any, ...], str] = {}
        """Seals that were found right, by recipient and format."""
        self._flushed = time.monotonic()

    @property
    def warnings(self) -> tuple[Problem, ...]:
        """Return why earlier rows, or all rows, are not known."""
        return tuple(warning for warning in (self.warning, self.key_warning) if warning)

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
        if row is None:
            return None
        if row[:2] == (_escape_surrogates(recipient), format) and self._is_sealed(row):
            return _entry_from_row(row)
        return LedgerEntry(recipient, format, "", "unverified")

    def rendered_recipients(self) -> list[str]:
        """Return the ids of all recipients whose letters were made, in alphabetical order."""
        self.flush()
        with _storage_errors(self.path):
            rows = self._connection.execute("SELECT * FROM letters WHERE state = 'rendered'")
            return sorted({row[0] for row in rows if self._is_sealed(row)})

    def _is_sealed(self, row: tuple[Any, ...]) -> bool:
        """Return whether a row was written with this user's key, and its file is no path to elsewhere."""
        key, file, seal = row[:2], str(row[4]), str(row[-1])
        if self._sealed.get(key) == seal:  # the tables at the end of a run read every row again
            return True
        plain = "/" not in file and file not in (".", "..")
        if not plain or not hmac.compare_digest(seal.encode(), self._compute_seal(row[:-1]).encode()):
            return False
        self._sealed[key] = seal
        return True

    def _compute_seal(self, values: tuple[Any, ...]) -> str:
        """Return the HMAC-SHA256 (hex) of a row's values; `repr` stands for what no row of ours contains."""
        content = json.dumps(values, default=repr).encode()
        return hmac.digest(self._key, content, "sha256").hex()

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
        values = map(_values_from_entry, self._pending.values())
        rows = [(*row, self._compute_seal(row)) for row in values]
        with _storage_errors(self.path):
            self._connection.executemany(f"REPLACE INTO letters VALUES ({', '.join('?' * _COLUMNS)})", rows)
            self._connection.commit()
        self._pending.clear()


@contextmanager
def open_ledger_copy(path: Path) -> Iterator[Ledger]:
    """Open a temporary copy of the ledger at `path`, empty if there is none; the original is not touched.

    Raise StorageError if it cannot be copied.
    """
    with scratch_folder() as folder:
        copy = folder / path.name
        for suffix in ("", "-wal"):
            with _storage_errors(path), suppress(FileNotFoundError):
                shutil.copyfile(path.with_name(path.name + suffix), copy.with_name(copy.name + suffix))
        with Ledger(copy) as ledger:
            if ledger.warning:
                ledger.warning = replace(
                    ledger.warning,
                    message="the ledger of earlier runs cannot be read",
                    place=Place(str(path)),
                    hint="you need not do anything: the next run sets it aside and makes all letters again",
                )
            yield ledger


class _UnreadableLedgerError(Exception):
    pass


def _open_database(path: Path) -> sqlite3.Connection:
    """Open the database if it has our table and nothing else; raise _UnreadableLedgerError for any other.

    SQLite deletes the file that a rollback journal names as its superior, so none is let near it. Ours need
    none: they are in WAL mode from the start.
    """
    files = [path, path.with_name(f"{path.name}-wal")]
    journal = path.with_name(f"{path.name}-journal")
    if journal.is_symlink() or journal.exists():
        raise _UnreadableLedgerError("it has a rollback journal")
    if any(file.exists() and not file.is_file() for file in files):
        raise _UnreadableLedgerError("it is not a regular file")
    if any(file.exists() and file.stat().st_size > MAX_LEDGER_BYTES for file in files):
        raise _UnreadableLedgerError("it is too large")
    connection = sqlite3.connect(path)
    try:
        connection.text_factory = partial(str, encoding="utf-8", errors="replace")
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = NORMAL")
        schema = connection.execute("SELECT type, name, sql FROM sqlite_schema").fetchall()
        (version,) = connection.execute("PRAGMA user_version").fetchone()
        if not schema and version == 0:
            connection.execute("BEGIN IMMEDIATE")  # all or nothing, even if the run is killed
            connection.execute(_SCHEMA)
            connection.execute(f"PRAGMA user_version = {LEDGER_VERSION}")
            connection.commit()
        elif version != LEDGER_VERSION:
            raise _UnreadableLedgerError(f"its version is {version}; this briefgen reads {LEDGER_VERSION}")
        elif schema != [("table", "letters", _SCHEMA)]:
            raise _UnreadableLedgerError("its table is not briefgen's")
        elif connection.execute("PRAGMA quick_check(1)").fetchone()[0] != "ok":
            raise _UnreadableLedgerError("it is damaged")
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
    with suppress(FileNotFoundError):  # there may be a journal only
        path.rename(renamed)
    for suffix in ("-wal", "-shm", "-journal"):
        path.with_name(path.name + suffix).unlink(missing_ok=True)
    return Problem(
        "ledger-unreadable",
        f"the ledger of earlier runs cannot be read ({reason}); it has been renamed to {renamed.name}",
        Place(str(path)),
        "you need not do anything: all letters are made again",
        severity="warning",
    )


def _key_problem(error: OSError) -> Problem:
    return Problem(
        "key-missing",
        f"the key by which briefgen knows its own records cannot be used: {error.strerror or error}",
        Place(str(error.filename)) if error.filename else None,
        "make that file readable, or delete it; without a key, every run makes all letters again",
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


def _values_from_entry(entry: LedgerEntry) -> tuple[Any, ...]:
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
    fingerprint, rendering_hash, fit, etag = row[12:16]
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
