"""The output folder of a batch: where its letters, tables and records lie, and every look or write there.

This room knows files by name and hash; which are made, and what stands in them, is decided elsewhere.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from briefgen.batch.ledger import Entry
from briefgen.batch.storage import unwritable
from briefgen.batch.write import EDITED, clear_unfinished, put, remove
from briefgen.errors import Place, Problem, StorageFault

LETTERS = "letters"
OWN_FOLDER = ".briefgen"
SHARDS = "shards"
MANIFEST = "manifest.csv"
ERRORS = "errors.csv"
_LEDGER = "ledger.sqlite"
_WRITTEN_THROUGH = (
    LETTERS,
    EDITED,
    SHARDS,
    "proofs",
    "briefing",
    "print",
    "drafts",
    OWN_FOLDER,
    f"{OWN_FOLDER}/lock",
    *(f"{OWN_FOLDER}/{_LEDGER}{tail}" for tail in ("", "-wal", "-shm", "-journal")),
)
"""Where a link would be followed. Other files are replaced whole, and a link in their place with them."""

State = Literal["whole", "missing", "edited"]
"""What has become of a file since it was recorded."""


@dataclass(frozen=True, slots=True)
class Output:
    """An output folder; it need not be there yet."""

    folder: Path

    @property
    def letters(self) -> Path:
        """Folder of the letters."""
        return self.folder / LETTERS

    @property
    def ledger(self) -> Path:
        """File of the ledger."""
        return self.folder / OWN_FOLDER / _LEDGER

    @property
    def lock(self) -> Path:
        """File by which one run at a time holds the folder."""
        return self.folder / OWN_FOLDER / "lock"

    def prepare(self) -> None:
        """Ready for a run: no half files of a killed run, and no tables of an earlier one, which would be
        taken for this one's: where there is no manifest, a batch has not ended.
        """
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

    def names(self) -> list[str]:
        """Names in the folder of letters. Raises OSError."""
        return [path.name for path in self.letters.iterdir()]


def require_inside(folder: Path) -> None:
    """Refuse an output folder in which a link would lead what is written somewhere else: StorageFault."""
    home = folder.resolve()
    astray = [
        path
        for path in (folder / name for name in _WRITTEN_THROUGH)
        if path.is_symlink() and not path.resolve().is_relative_to(home)
    ]
    if astray:
        raise StorageFault([leading_out(path) for path in astray])


def leading_out(path: Path) -> Problem:
    """What is said of a link in the place of something that briefgen writes to."""
    return Problem(
        "output-link",
        f"this is a link to {path.resolve()}, and nothing is written through it",
        Place(str(path)),
        "remove the link; to write somewhere else, name that folder with --out",
    )
