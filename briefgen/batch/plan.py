"""What a batch is given, and what of it is still to be done.

This room compares keys and files with the ledger; it composes, renders and writes nothing.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, fields, replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, Protocol

from briefgen import __version__
from briefgen.batch.ledger import Entry, Ledger
from briefgen.batch.names import stem
from briefgen.errors import Problem
from briefgen.model.document import Document, Rendering
from briefgen.model.recipient import Recipient

if TYPE_CHECKING:  # pydantic stands behind it, and planning needs none
    from briefgen.model.campaign import Format

LETTERS = "letters"
"""Folder of the letters within the output folder."""


class Composer(Protocol):
    """Makes a letter of a recipient; travels to the workers by pickle."""

    @property
    def fingerprint(self) -> str:
        """Hash over everything that shapes a letter but the recipient, versions of the renderers included."""

    def letter(self, recipient: Recipient) -> Document:
        """The recipient's letter; a BriefgenError where it cannot be written."""


class Renderer(Protocol):
    """Makes a file of a document."""

    def render(self, document: Document) -> Rendering:
        """The finished file; the same bytes for the same document."""


@dataclass(frozen=True, slots=True)
class Job:
    """All that decides what a batch makes."""

    campaign: str
    """Its id."""
    recipients: tuple[Recipient, ...]
    """Those who can be written to, in the order of work and of the manifest."""
    formats: tuple[Format, ...]
    composer: Composer
    renderers: Callable[[], Mapping[Format, Renderer]]
    """Called once in each worker; travels there by pickle."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """One file to be made."""

    format: Format
    file: str
    """Name in the folder of letters."""
    key: str
    earlier_file: str = ""
    """Name under which the ledger has the letter so far; empty where it has none."""
    earlier_sha256: str = ""
    """Hash of the bytes that were written under that name."""


@dataclass(frozen=True, slots=True)
class Letter:
    """One recipient's work: composed once, rendered into every wanted format."""

    recipient: Recipient
    wanted: tuple[Wanted, ...]

    def apart(self) -> tuple[Letter, ...]:
        """One letter for each format, so that a format which crashes does not take the others with it."""
        return tuple(replace(self, wanted=(one,)) for one in self.wanted)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one letter in one format."""

    recipient: str
    """Its id."""
    format: Format
    state: Literal["rendered", "unchanged", "failed", "set-aside"]
    """`failed`: it could not be composed or rendered, and says why; `set-aside`: its worker died or hung."""
    file: str = ""
    """Name in the folder of letters; empty where no letter was made."""
    sha256: str = ""
    size: int = 0
    """In bytes."""
    pages: int | None = None
    """None where the format has no pages of its own."""
    snippets: tuple[str, ...] = ()
    stage: str = ""
    """`compose` or `render`, where it failed."""
    problems: tuple[Problem, ...] = ()
    kept: str = ""
    """Where a file that briefgen had not written was moved to make room, relative to the output folder."""


def key(fingerprint: str, person: str, format: Format) -> str:
    """SHA-256 (hex) over all inputs of one file; `person` comes from `inputs(recipient)`."""
    return hashlib.sha256(json.dumps([__version__, fingerprint, person, format]).encode("ascii")).hexdigest()


def inputs(recipient: Recipient) -> str:
    """The recipient as canonical JSON, without the place in the file: a row may move and stay the same."""
    record: dict[str, Any] = {name: getattr(recipient, name) for name in _RECIPIENT}
    return json.dumps(record, sort_keys=True, separators=(",", ":"), default=_plain)


_RECIPIENT = tuple(field.name for field in fields(Recipient) if field.name != "place")


def _plain(value: Any) -> Any:
    if isinstance(value, date):
        return value.isoformat()
    return dict(value) if isinstance(value, Mapping) else asdict(value)


def distinct(recipients: Iterable[Recipient]) -> tuple[tuple[Recipient, ...], tuple[Problem, ...]]:
    """The first recipient of each id, and a problem for every further one: no two letters share a file."""
    first: dict[str, Recipient] = {}
    stems: set[str] = set()
    repeated: list[Problem] = []
    for recipient in recipients:
        name = stem(recipient)
        if recipient.id in first or name in stems:
            where = first[recipient.id].place if recipient.id in first else None
            since = f", first at {where}" if where else ""
            repeated.append(
                Problem(
                    "recipient-repeated",
                    f"the id {recipient.id!r} was given before{since}",
                    recipient.place,
                    "give every recipient an id of its own, or remove the row",
                )
            )
            continue
        first[recipient.id] = recipient
        stems.add(name)
    return tuple(first.values()), tuple(repeated)


def plan(
    job: Job, recipient: Recipient, ledger: Ledger, letters: Path
) -> tuple[list[Outcome], Letter | None]:
    """What of a recipient's letter stands unchanged, and what is to be made; None where nothing is."""
    person, name, fingerprint = inputs(recipient), stem(recipient), job.composer.fingerprint
    unchanged: list[Outcome] = []
    wanted: list[Wanted] = []
    for format in job.formats:
        file, its_key = f"{name}.{format}", key(fingerprint, person, format)
        entry = ledger.entry(recipient.id, format)
        if entry and entry.key == its_key and entry.file == file and stands(entry, letters):
            unchanged.append(_unchanged(entry, format))
        elif entry and entry.file:
            wanted.append(Wanted(format, file, its_key, entry.file, entry.sha256))
        else:
            wanted.append(Wanted(format, file, its_key))
    return unchanged, Letter(recipient, tuple(wanted)) if wanted else None


def todo(job: Job, ledger: Ledger, letters: Path, unchanged: Callable[[Outcome], None]) -> Iterator[Letter]:
    """The letters to be made, found one by one; what stands is handed to `unchanged` on the way."""
    for recipient in job.recipients:
        standing, letter = plan(job, recipient, ledger, letters)
        for outcome in standing:
            unchanged(outcome)
        if letter:
            yield letter


def stands(entry: Entry, letters: Path) -> bool:
    """Whether the file is there with the size and SHA-256 that were recorded."""
    if entry.state != "rendered":
        return False
    try:
        with (letters / entry.file).open("rb", buffering=0) as file:
            data = file.read(entry.size + 1)
    except OSError:
        return False
    return len(data) == entry.size and hashlib.sha256(data).hexdigest() == entry.sha256


def _unchanged(entry: Entry, format: Format) -> Outcome:
    return Outcome(
        entry.recipient,
        format,
        "unchanged",
        file=entry.file,
        sha256=entry.sha256,
        size=entry.size,
        pages=entry.pages,
        snippets=entry.snippets,
    )
