"""What a batch is given, and what of it is still to be done.

This room compares keys and files with the ledger; it composes, renders and writes nothing.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, fields, replace
from datetime import date
from itertools import islice
from typing import TYPE_CHECKING, Any, Literal, Protocol

from briefgen import __version__
from briefgen.batch.ledger import Entry, Ledger
from briefgen.batch.outputs.base import Output
from briefgen.errors import Problem
from briefgen.model.document import Document, Rendering
from briefgen.model.recipient import Recipient

if TYPE_CHECKING:
    from briefgen.model.campaign import Format


SLUG_LENGTH = 60
_WITHOUT_DECOMPOSITION = str.maketrans(
    {"ø": "o", "ł": "l", "đ": "d", "ð": "d", "æ": "ae", "œ": "oe", "þ": "th", "ı": "i"}
)


def slug(text: str) -> str:
    """Lower-case ASCII letters, digits and single hyphens, at most 60 characters; may be empty.

    >>> slug("Nydia M. Velázquez")
    'nydia-m-velazquez'
    """
    folded = unicodedata.normalize("NFKD", text.casefold().translate(_WITHOUT_DECOMPOSITION))
    letters = "".join(mark for mark in folded if not unicodedata.combining(mark))
    return re.sub(r"[^a-z0-9]+", "-", letters)[:SLUG_LENGTH].strip("-")


def stem(recipient: Recipient) -> str:
    """The name of a recipient's files without ending: slug of the name, or of the id, and a hash of the id.

    The hash (8 characters, 40 bits) keeps two recipients of one name apart, and ends the name so that it is
    never one that Windows reserves; everything is lower case, so that no two names differ by case alone.
    """
    digest = hashlib.sha256(recipient.id.encode("utf-8", "surrogatepass")).digest()
    mark = base64.b32encode(digest[:5]).decode("ascii").lower()
    return f"{slug(recipient.full_name) or slug(recipient.id) or 'letter'}-{mark}"


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
    drawing: str
    """Hash over everything that shapes a file but the document of which it is made: stylesheets, letterhead,
    versions of the renderers."""


Why = Literal["new", "changed", "missing", "edited", "failed", "set-aside"]
"""`changed`: its inputs; `missing`, `edited`: the file since it was written; the others: at the last try."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """One file to be made."""

    format: Format
    file: str
    """Name in the folder of letters."""
    key: str
    why: Why = "new"
    earlier: Entry | None = None
    """What the ledger has of it so far."""
    stands: bool = False
    """The inputs have changed, and the file is whole: it need not be made again where the document that comes
    of them is the one that it was made of."""

    @property
    def settled(self) -> bool:
        """Nothing has changed since it could not be made; it may be tried again, and need not."""
        return (
            self.why in ("failed", "set-aside") and self.earlier is not None and self.earlier.key == self.key
        )


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
    state: Literal["rendered", "merged", "unchanged", "failed", "set-aside", "left"]
    """`failed`: it could not be composed or rendered, and says why; `set-aside`: its worker died or hung;
    `merged`: it came from a shard; `left`: this run was not asked to make it."""
    file: str = ""
    """Name in the folder of letters; empty where no letter was made."""
    sha256: str = ""
    size: int = 0
    """In bytes."""
    pages: int | None = None
    """None where the format has no pages of its own."""
    snippets: tuple[str, ...] = ()
    fit: str = ""
    """What was shortened or left out to keep to the pages, in words."""
    stage: str = ""
    """`compose` or `render`, where it failed."""
    problems: tuple[Problem, ...] = ()
    drawn: str = ""
    """See `drawn`."""
    etag: str = ""
    """What a store calls its contents."""
    kept: str = ""
    """Where a file that briefgen had not written was moved to make room, relative to the output folder."""


def key(fingerprint: str, person: str, format: Format) -> str:
    """SHA-256 (hex) over all inputs of one file; `person` comes from `inputs(recipient)`."""
    return hashlib.sha256(json.dumps([__version__, fingerprint, person, format]).encode("ascii")).hexdigest()


def drawn(document: Document, drawing: str, format: Format) -> str:
    """SHA-256 (hex) over all that a file is made of once its letter is composed.

    A record that bears its own hash (briefgen.model.document) is represented by it.
    """
    content = {name: getattr(document, name) for name in _DOCUMENT}
    content["record"] = document.record.get("sha256", document.record)
    said = json.dumps([__version__, drawing, format, content], sort_keys=True, default=_plain)
    return hashlib.sha256(said.encode("ascii")).hexdigest()


_DOCUMENT = tuple(field.name for field in fields(Document))


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


@dataclass(frozen=True, slots=True)
class Choice:
    """Which of the letters that are to be made a run makes; all, where nothing is said."""

    only: frozenset[str] | None = None
    """Ids of recipients."""
    limit: int | None = None
    """For how many recipients at most."""
    failed: bool = False
    """Those only that could not be made at the last try."""

    def of(self, letter: Letter, taken: int) -> tuple[Wanted, ...]:
        """What to make of a letter when those for `taken` recipients are under way already."""
        if self.only is not None and letter.recipient.id not in self.only:
            return ()
        if self.limit is not None and taken >= self.limit:
            return ()
        if self.failed:
            return tuple(one for one in letter.wanted if one.why in ("failed", "set-aside"))
        return letter.wanted

    @property
    def everything(self) -> bool:
        """Whether nothing is left out."""
        return self == Choice()


EVERYTHING = Choice()


def plan(
    job: Job, recipient: Recipient, ledger: Ledger, output: Output
) -> tuple[list[Outcome], Letter | None]:
    """What of a recipient's letter stands unchanged, and what is to be made; None where nothing is."""
    person, name, fingerprint = inputs(recipient), stem(recipient), job.composer.fingerprint
    unchanged: list[Outcome] = []
    wanted: list[Wanted] = []
    for format in job.formats:
        one = Wanted(format, f"{name}.{format}", key(fingerprint, person, format))
        entry = ledger.entry(recipient.id, format)
        if entry is None:
            wanted.append(one)
            continue
        found = _compared(one, entry, output)
        if found is None:
            unchanged.append(standing(entry, format))
        else:
            wanted.append(found)
    return unchanged, Letter(recipient, tuple(wanted)) if wanted else None


def _compared(one: Wanted, entry: Entry, output: Output) -> Wanted | None:
    """The file to be made, with what the ledger has of it; None where it stands."""
    if entry.state != "rendered":
        return replace(one, why=entry.state, earlier=entry)
    if entry.key != one.key or entry.file != one.file:
        stands = bool(entry.drawn) and entry.file == one.file and output.state(entry) == "whole"
        return replace(one, why="changed", earlier=entry, stands=stands)
    state = output.state(entry)
    return None if state == "whole" else replace(one, why=state, earlier=entry)


PLANNED_IN_A_ROW = 32


def todo(
    job: Job, ledger: Ledger, output: Output, choice: Choice, settled: Callable[[Outcome, bool], None]
) -> Iterator[Letter]:
    """The letters to be made, found one by one.

    What stands, or is left for another run, is handed to `settled` on the way, with whether the batch can be
    called whole without it.
    """
    taken = 0
    for recipient, (unchanged, letter) in _planned(job, ledger, output):
        for outcome in unchanged:
            settled(outcome, True)
        chosen = choice.of(letter, taken) if letter else ()
        for wanted in letter.wanted if letter else ():
            if wanted not in chosen:
                settled(Outcome(recipient.id, wanted.format, "left"), wanted.settled)
        if chosen:
            taken += 1
            yield Letter(recipient, chosen)


def _planned(
    job: Job, ledger: Ledger, output: Output
) -> Iterator[tuple[Recipient, tuple[list[Outcome], Letter | None]]]:
    """The plan of each recipient's letter; some in a row, which costs far less than one between two letters,
    whose making has emptied the processor's caches of it."""
    recipients = iter(job.recipients)
    while some := list(islice(recipients, PLANNED_IN_A_ROW)):
        yield from [(recipient, plan(job, recipient, ledger, output)) for recipient in some]


def standing(entry: Entry, format: Format) -> Outcome:
    """A letter that need not be made again."""
    return Outcome(
        entry.recipient,
        format,
        "unchanged",
        file=entry.file,
        sha256=entry.sha256,
        size=entry.size,
        pages=entry.pages,
        snippets=entry.snippets,
        fit=entry.fit,
        drawn=entry.drawn,
        etag=entry.etag,
    )
