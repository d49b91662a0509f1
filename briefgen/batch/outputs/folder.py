"""A folder as the output of a batch."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, TypeVar

from briefgen.batch.ledger import LedgerEntry
from briefgen.batch.outputs.files import (
    ERRORS_FILE,
    LEDGER_FILE,
    LETTERS_FOLDER,
    LOCK_FILE,
    MANIFEST_FILE,
    STATE_FOLDER,
    FileState,
    IrregularFileError,
    claim_output_folder,
    open_letter,
    reject_outside_links,
    remove_if_unchanged,
    write_keeping_edits,
)
from briefgen.batch.storage_errors import storage_error
from briefgen.system.files import atomic_write, remove_temporary_files

FinishedT = TypeVar("FinishedT")


@dataclass(frozen=True, slots=True)
class FolderOutput:
    """An output folder (see briefgen.batch.outputs.base); it need not exist yet."""

    folder: Path
    whole: Path | None = None
    """Of a shard, the output folder that it is in."""

    @property
    def location(self) -> str:
        """Return its path."""
        return str(self.folder)

    @property
    def letters_folder(self) -> Path:
        """Return the folder of the letters."""
        return self.folder / LETTERS_FOLDER

    @property
    def ledger_path(self) -> Path:
        """Return the path of the ledger."""
        return self.folder / STATE_FOLDER / LEDGER_FILE

    @property
    def lock_path(self) -> Path:
        """Return the path of the lock file."""
        return self.folder / STATE_FOLDER / LOCK_FILE

    def subfolder(self, name: str) -> FolderOutput:
        """Return a folder in this one as an output of its own."""
        return FolderOutput(self.folder / name, self.whole or self.folder)

    def reject_outside_links(self) -> None:
        """Raise StorageError if a link in the folder leads out of it."""
        reject_outside_links(self.folder, whole=self.whole)

    def claim(self, campaign: str, *, record: bool) -> None:
        """Raise BriefgenError if it is another campaign's output; with `record`, note whose it is."""
        try:
            claim_output_folder(self.folder, campaign, record=record)
        except OSError as error:
            raise storage_error("the output folder cannot be written", error, self.folder) from error

    def scan(self) -> None:
        """Do nothing: `file_state` looks at each file when it is asked."""

    def prepare(self) -> None:
        """Create the folder, and remove half-written files and earlier tables."""
        try:
            self.letters_folder.mkdir(exist_ok=True)
            remove_temporary_files(self.letters_folder)
            remove_temporary_files(self.folder)
            for name in (MANIFEST_FILE, ERRORS_FILE):
                (self.folder / name).unlink(missing_ok=True)
        except OSError as error:
            raise storage_error("the output folder cannot be written", error, self.folder) from error

    def file_state(self, entry: LedgerEntry) -> FileState:
        """Compare a letter with the recorded size and SHA-256."""
        try:
            with open_letter(self.letters_folder / entry.file) as file:
                data = file.read(entry.size + 1)
        except IrregularFileError:
            return "edited"
        except OSError:
            return "missing"
        same = len(data) == entry.size and hashlib.sha256(data).hexdigest() == entry.sha256
        return "whole" if same else "edited"

    def write_letter(self, name: str, data: bytes, previous: LedgerEntry | None) -> str:
        """Write a letter in place of the `previous` one, which is removed if it had another name.

        If the file was edited by hand, it is moved to `edited/`; return its new path, relative to the output
        folder, else "". Raise StorageError if the letter cannot be written.
        """
        previous_name, previous_hash = (previous.file, previous.sha256) if previous else ("", "")
        path = self.letters_folder / name
        try:
            known_hashes = frozenset({previous_hash} if previous_name == name else ())
            kept = write_keeping_edits(path, data, known_hashes=known_hashes)
            if previous_name and previous_name != name:
                remove_if_unchanged(self.letters_folder / previous_name, previous_hash)
        except OSError as error:
            raise storage_error("a letter cannot be written", error, path) from error
        return kept

    def staging_folder(self, scratch: Path) -> FolderOutput:
        """Return the folder itself: workers write letters where they stay."""
        return self

    def store_letters(self, finished: Iterable[FinishedT]) -> Iterator[FinishedT]:
        """Yield the letters, which are here already."""
        yield from finished

    def letter_names(self) -> list[str]:
        """Return the names of all files in the folder of letters."""
        try:
            return [path.name for path in self.letters_folder.iterdir()]
        except OSError as error:
            raise storage_error("the output folder cannot be read", error, self.letters_folder) from error

    @contextmanager
    def open_table(self, name: str) -> Iterator[BinaryIO]:
        """Open a table for writing; it gets its name once it is complete."""
        try:
            with atomic_write(self.folder / name) as file:
                yield file
        except OSError as error:
            raise storage_error("the output folder cannot be written", error, self.folder) from error
