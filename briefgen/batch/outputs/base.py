"""What a batch asks of the place where its letters and tables lie: a folder, or a bucket of an object store.

Files are known there by name and hash; which are made, and what stands in them, is decided elsewhere. Ledger
and lock lie on a disk of this computer, whatever the place.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, Literal, Protocol

from briefgen.batch.ledger import Entry

if TYPE_CHECKING:
    from briefgen.batch.outputs.folder import Folder
    from briefgen.batch.plan import Letter, Outcome
    from briefgen.batch.pool import Crash

LETTERS = "letters"
SHARDS = "shards"
MANIFEST = "manifest.csv"
ERRORS = "errors.csv"

State = Literal["whole", "missing", "edited"]
"""What has become of a file since it was recorded."""


class Output(Protocol):
    """Where the letters of a batch lie; it need not be there yet.

    All of it raises StorageFault where the place cannot be read or written.
    """

    @property
    def place(self) -> str:
        """As people are told of it; a file in it is called `place/name`."""

    @property
    def ledger(self) -> Path:
        """File of the ledger."""

    @property
    def lock(self) -> Path:
        """File by which one run at a time holds the place."""

    def require_inside(self) -> None:
        """Refuse a place in which a link would lead what is written somewhere else."""

    def look(self) -> None:
        """Take stock of what is there, before `state` is asked; writes nothing."""

    def prepare(self) -> None:
        """Ready for a run, after `look`: no half files of a killed run, and no tables of an earlier one,
        which would be taken for this one's: where there is no manifest, a batch has not ended.
        """

    def state(self, entry: Entry) -> State:
        """Whether a recorded letter is there as it was recorded."""

    def desk(self, scratch: Path) -> Folder:
        """The folder in which letters are put down when made; `scratch` is one that does not last."""

    def kept(
        self, made: Iterable[tuple[Letter, tuple[Outcome, ...] | Crash]]
    ) -> Iterator[tuple[Letter, tuple[Outcome, ...] | Crash]]:
        """Letters that were put down on the desk, once they are here to stay."""

    def names(self) -> list[str]:
        """Names of all that lies among the letters."""

    def table(self, name: str) -> AbstractContextManager[BinaryIO]:
        """A table to write to, which gets its name when all of it is there."""
