"""A folder in which the letters, tables and records of a batch lie, and every look or write there.

This room knows files by name and hash; which are made, and what stands in them, is decided elsewhere.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, TypeVar

from briefgen.batch.atomic_write import EDITED, clear_unfinished, put, remove, whole
from briefgen.batch.ledger import Entry
from briefgen.batch.os_errors import unwritable
from briefgen.batch.outputs.base import ERRORS, LETTERS, MANIFEST, SHARDS, State
from briefgen.errors import Place, Problem, StorageError

Made = TypeVar("Made")

OWN_FOLDER = ".briefgen"
LEDGER = "ledger.sqlite"
LOCK = "lock"
RECORDS = (LOCK, *(f"{LEDGER}{tail}" for tail in ("", "-wal", "-shm", "-journal")))
"""Files in which a batch keeps its records, those that SQLite adds included."""
_WRITTEN_THROUGH = (
    LETTERS,
    EDITED,
    SHARDS,
    "proofs",
    "briefing",
    "print",
    "drafts",
    OWN_FOLDER,
    *(f"{OWN_FOLDER}/{name}" for name in RECORDS),
)
"""Where a link would be followed. Other files are replaced whole, and a link in their place with them."""


@dataclass(frozen=True, slots=True)
class Folder:
    """An output folder (see briefgen.batch.outputs.base); it need not be there yet."""

    folder: Path

    @property
    def place(self) -> str:
        """Its path."""
        return str(self.folder)

    @property
    def letters(self) -> Path:
        """Folder of the letters."""
        return self.folder / LETTERS

    @property
    def ledger(self) -> Path:
        """File of the ledger."""
        return self.folder / OWN_FOLDER / LEDGER

    @property
    def lock(self) -> Path:
        """File by which one run at a time holds the folder."""
        return self.folder / OWN_FOLDER / LOCK

    def within(self, name: str) -> Folder:
        """A folder in it that is an output folder too."""
        return Folder(self.folder / name)

    def require_inside(self) -> None:
        """No link in it leads out."""
        require_inside(self.folder)

    def look(self) -> None:
        """A folder is looked at file by file."""

    def prepare(self) -> None:
        """Make it, and clear away what is of no use."""
        try:
            self.letters.mkdir(exist_ok=True)
            clear_unfinished(self.letters)
            clear_unfinished(self.folder)
            for name in (MANIFEST, ERRORS):
                (self.folder / name).unlink(missing_ok=True)
        except OSError as error:
            raise unwritable("the output folder cannot be written", error, self.folder) from error

    def state(self, entry: Entry) -> State:
        """Whether a recorded letter is there with the size and SHA-256 that were recorded."""
        try:
            with (self.letters / entry.file).open("rb", buffering=0) as file:
                data = file.read(entry.size + 1)
        except OSError:
            return "missing"
        same = len(data) == entry.size and hashlib.sha256(data).hexdigest() == entry.sha256
        return "whole" if same else "edited"

    def put(self, file: str, data: bytes, earlier: Entry | None) -> str:
        """Write a letter in place of the `earlier` one, which goes where it had another name.

        Returns where a file that briefgen had not written was moved to make room, else "". StorageFault where
        it cannot be written.
        """
        before, ours = (earlier.file, earlier.sha256) if earlier else ("", "")
        path = self.letters / file
        try:
            kept = put(path, data, ours=frozenset({ours} if before == file else ()))
            if before and before != file:
                remove(self.letters / before, ours)
        except OSError as error:
            raise unwritable("a letter cannot be written", error, path) from error
        return kept

    def desk(self, scratch: Path) -> Folder:
        """Letters are put down where they stay."""
        return self

    def kept(self, made: Iterable[Made]) -> Iterator[Made]:
        """They are here already."""
        yield from made

    def names(self) -> list[str]:
        """Names in the folder of letters."""
        try:
            return [path.name for path in self.letters.iterdir()]
        except OSError as error:
            raise unwritable("the output folder cannot be read", error, self.letters) from error

    @contextmanager
    def table(self, name: str) -> Iterator[BinaryIO]:
        """A file in it."""
        try:
            with whole(self.folder / name) as file:
                yield file
        except OSError as error:
            raise unwritable("the output folder cannot be written", error, self.folder) from error


def require_inside(folder: Path, names: Iterable[str] = _WRITTEN_THROUGH) -> None:
    """Refuse an output folder in which a link would lead what is written somewhere else: StorageFault.

    `names` are the places in it that will be written through.
    """
    home = folder.resolve()
    astray = [
        path
        for path in (folder / name for name in names)
        if path.is_symlink() and not path.resolve().is_relative_to(home)
    ]
    if astray:
        raise StorageError([leading_out(path) for path in astray])


def leading_out(path: Path) -> Problem:
    """What is said of a link in the place of something that briefgen writes to."""
    return Problem(
        "output-link",
        f"this is a link to {path.resolve()}, and nothing is written through it",
        Place(str(path)),
        "remove the link; to write somewhere else, name that folder with --out",
    )
