"""What a batch needs from the output in which its letters and tables are kept: a folder or an object store.

Files are known here by name and hash. The ledger and the lock are always on a local disk.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import BinaryIO, Protocol

from briefgen.batch.ledger import LedgerEntry
from briefgen.batch.outputs.files import FileState
from briefgen.batch.outputs.folder import FolderOutput
from briefgen.batch.pool import TaskCrash
from briefgen.batch.tasks import FileOutcome, LetterTask


class BatchOutput(Protocol):
    """Where the letters of a batch are kept; it need not exist yet.

    All methods raise StorageError if the output cannot be read or written.
    """

    @property
    def location(self) -> str:
        """Return the path or URL as shown to the user; a file in it is shown as `location/name`."""

    @property
    def ledger_path(self) -> Path:
        """Return the path of the ledger."""

    @property
    def lock_path(self) -> Path:
        """Return the path of the file that a run locks to have the output to itself."""

    def subfolder(self, name: str) -> BatchOutput:
        """Return a place within this one as an output of its own."""

    def reject_outside_links(self) -> None:
        """Raise StorageError if a link in the output would redirect what is written."""

    def claim(self, campaign: str, *, record: bool) -> None:
        """Raise BriefgenError if the output is another campaign's; with `record`, note whose it is."""

    def scan(self) -> None:
        """Take stock of the existing letters, before `file_state` is asked; write nothing."""

    def prepare(self) -> None:
        """Make the output ready for a run, after `scan`.

        Remove half-written files of a killed run and the tables of an earlier run, which would be taken for
        this one's: if there is no manifest, the batch has not been completed.
        """

    def file_state(self, entry: LedgerEntry) -> FileState:
        """Return whether a recorded letter is as it was recorded."""

    def staging_folder(self, scratch: Path) -> FolderOutput:
        """Return the folder that workers write letters to; `scratch` is a temporary folder for it."""

    def store_letters(
        self, finished: Iterable[tuple[LetterTask, tuple[FileOutcome, ...] | TaskCrash]]
    ) -> Iterator[tuple[LetterTask, tuple[FileOutcome, ...] | TaskCrash]]:
        """Move letters from the staging folder to the output, and yield each once it is there."""

    def letter_names(self) -> list[str]:
        """Return the names of all files among the letters."""

    def open_table(self, name: str) -> AbstractContextManager[BinaryIO]:
        """Open a table for writing; it gets its name once it is complete."""
