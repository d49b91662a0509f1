"""The data that a batch passes around: its job, the letters to be made, and the outcome for each file."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Literal, Protocol, runtime_checkable

from briefgen.batch.ledger import LedgerEntry
from briefgen.errors import Problem
from briefgen.model.document import Document, Rendering
from briefgen.model.recipient import Recipient


class LetterComposer(Protocol):
    """Composes the letter to a recipient; pickled into the workers."""

    @property
    def fingerprint(self) -> str:
        """Return a hash over everything that shapes a letter except the recipient, with renderer versions."""

    def compose_letter(self, recipient: Recipient) -> Document:
        """Compose the letter to a recipient; raise BriefgenError if it cannot be composed."""


class LetterRenderer(Protocol):
    """Renders a document as a file of one format."""

    def render(self, document: Document) -> Rendering:
        """Render a document; the same document gives the same bytes."""


@runtime_checkable
class AssemblingRenderer(Protocol):
    """Assembles letters from parts that it has laid out before."""

    def stop_assembling(self) -> None:
        """Lay out every further letter in full."""


@dataclass(frozen=True, slots=True)
class BatchJob:
    """Everything that determines what a batch makes."""

    campaign: str
    """Id of the campaign."""
    recipients: tuple[Recipient, ...]
    """Those to whom a letter can be sent, in the order of work and of the manifest."""
    formats: tuple[str, ...]
    composer: LetterComposer
    renderers: Callable[[], Mapping[str, LetterRenderer]]
    """Pickled into each worker and called once there."""
    rendering_fingerprint: str
    """Hash over everything that shapes a file except the document it is made from: stylesheets, letterhead,
    versions of the renderers."""


RenderReason = Literal["new", "changed", "missing", "edited", "failed", "set-aside", "unverified"]
"""Why a file is to be made. `changed`: its inputs have; `missing`, `edited`: so is the file since it was
written; `failed`, `set-aside`: the outcome of the last attempt; `unverified`: its record is not believed."""


@dataclass(frozen=True, slots=True)
class PlannedFile:
    """One file to be made."""

    format: str
    name: str
    """File name in the folder of letters."""
    input_hash: str
    reason: RenderReason = "new"
    previous: LedgerEntry | None = None
    """What the ledger has recorded about it."""
    intact: bool = False
    """The inputs have changed, but the file is as it was written: it need not be rendered again if the new
    inputs give the document that it was made from."""

    @property
    def is_known_failure(self) -> bool:
        """Return whether nothing has changed since it could not be made, so that it need not be retried."""
        return (
            self.reason in ("failed", "set-aside")
            and self.previous is not None
            and self.previous.key == self.input_hash
        )


@dataclass(frozen=True, slots=True)
class LetterTask:
    """The letter to one recipient: composed once, rendered into each planned file."""

    recipient: Recipient
    files: tuple[PlannedFile, ...]

    def split_by_format(self) -> tuple[LetterTask, ...]:
        """Return a task for each format, so that a format which crashes does not take the others with it."""
        return tuple(replace(self, files=(file,)) for file in self.files)


@dataclass(frozen=True, slots=True)
class FileOutcome:
    """What became of one letter in one format."""

    recipient: str
    """Id of the recipient."""
    format: str
    state: Literal["rendered", "merged", "unchanged", "failed", "set-aside", "left"]
    """`failed`: it could not be composed or rendered, and `problems` says why; `set-aside`: its worker died
    or hung; `merged`: it came from a shard; `left`: this run was not asked to make it."""
    file: str = ""
    """File name in the folder of letters; empty if no file was made."""
    sha256: str = ""
    size: int = 0
    """In bytes."""
    pages: int | None = None
    """None if the format has no pages."""
    snippets: tuple[str, ...] = ()
    fit: str = ""
    """What was shortened or left out to keep to the page limit, in words."""
    stage: str = ""
    """`compose`, `render` or `worker`, where it failed."""
    problems: tuple[Problem, ...] = ()
    rendering_hash: str = ""
    """See briefgen.batch.plan.rendering_hash."""
    etag: str = ""
    """ETag that the object store gave it."""
    warnings: tuple[Problem, ...] = ()
    """About how the file was made, which is as it should be."""
    kept_edit: str = ""
    """Where a file edited by hand was moved to make room, relative to the output folder."""


def unchanged_outcome(entry: LedgerEntry, format: str) -> FileOutcome:
    """Return the outcome for a file that need not be made again."""
    return FileOutcome(
        entry.recipient,
        format,
        "unchanged",
        file=entry.file,
        sha256=entry.sha256,
        size=entry.size,
        pages=entry.pages,
        snippets=entry.snippets,
        fit=entry.fit,
        rendering_hash=entry.rendering_hash,
        etag=entry.etag,
    )
