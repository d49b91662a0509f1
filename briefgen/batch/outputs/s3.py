"""A bucket of an object store that speaks S3, in which the letters and tables of a batch lie.

Letters are made in a folder of this computer and brought from there, many at once, while others are made.
What has become of one since is told by its ETag, which the store changes with the contents: so all are looked
at with one listing.
"""

from __future__ import annotations

import hashlib
import re
import tempfile
from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path, PurePosixPath
from typing import BinaryIO, TypeAlias

from briefgen.batch.atomic_write import EDITED
from briefgen.batch.ledger import Entry
from briefgen.batch.os_errors import unwritable
from briefgen.batch.outputs.base import ERRORS, LETTERS, MANIFEST, State
from briefgen.batch.outputs.folder import LEDGER, LOCK, OWN_FOLDER, RECORDS, Folder, require_inside
from briefgen.batch.outputs.s3_client import SCHEME, Found, Store
from briefgen.batch.plan import Letter, Outcome, slug
from briefgen.batch.pool import Crash
from briefgen.system.threads import Carriers

STORES = "stores"
"""Folder for the records of batches in stores, within briefgen's own."""
AT_ONCE = 16
"""Letters on their way to the store at one time: each waits for an answer, and takes next to no work."""
WAITING = 64
"""Letters that wait to be brought; with more, making waits for the store."""

Made: TypeAlias = tuple[Letter, tuple[Outcome, ...] | Crash]


@dataclass(slots=True)
class Bucket:
    """A place in a store as an output (see briefgen.batch.outputs.base)."""

    store: Store
    home: Path
    """Output folder on this computer, in which the records are kept."""
    _there: dict[str, Found] = field(default_factory=dict)
    """What lies among the letters, by name, as of the last look."""
    _desk: Folder = field(default_factory=lambda: Folder(Path()))

    @property
    def place(self) -> str:
        """Its address."""
        return str(self.store.address)

    @property
    def _records(self) -> Path:
        named = hashlib.sha256(self.place.encode("ascii")).hexdigest()[:8]
        return Path(OWN_FOLDER, STORES, f"{slug(self.place.removeprefix(SCHEME))}-{named}")

    @property
    def ledger(self) -> Path:
        """File of the ledger."""
        return self.home / self._records / LEDGER

    @property
    def lock(self) -> Path:
        """File by which one run at a time of this computer holds the place."""
        return self.home / self._records / LOCK

    def within(self, name: str) -> Bucket:
        """A place within this one that is an output too."""
        return Bucket(self.store.within(name), self.home)

    def require_inside(self) -> None:
        """No link leads out of the records' folder."""
        above = [str(folder) for folder in (self._records, *self._records.parents)][:-1]
        require_inside(self.home, [*above, *(str(self._records / name) for name in RECORDS)])

    def look(self) -> None:
        """List the letters; the store refuses here, if it does."""
        self._there = self.store.listed(LETTERS)

    def prepare(self) -> None:
        """Clear away the tables of an earlier run; there are no half objects."""
        for name in (MANIFEST, ERRORS):
            if self.store.found(name):  # not every store removes what is not there in silence
                self.store.remove(name)

    def state(self, entry: Entry) -> State:
        """By name, size and ETag, as of the last look; by the contents where the ETag is another."""
        found = self._there.get(entry.file)
        if found is None:
            return "missing"
        same = self._is(found, f"{LETTERS}/{entry.file}", entry.etag, {entry.sha256: entry.size})
        return "whole" if same else "edited"

    def desk(self, scratch: Path) -> Folder:
        """Letters are put down in a folder of this computer first."""
        self._desk = Folder(scratch / "made")
        self._desk.letters.mkdir(parents=True)
        return self._desk

    def kept(self, made: Iterable[Made]) -> Iterator[Made]:
        """Each letter when it has been brought, in the order in which they were made."""
        under_way: deque[Future[Made]] = deque()
        carriers, whole = Carriers(AT_ONCE), True
        try:
            for one in made:
                under_way.append(carriers.submit(self._brought, *one))
                while under_way and (under_way[0].done() or len(under_way) > WAITING):
                    yield under_way.popleft().result()
            while under_way:
                yield under_way.popleft().result()
        except (KeyboardInterrupt, GeneratorExit):
            whole = False  # a store that does not answer would be waited for
            raise
        finally:
            carriers.close(wait=whole)

    def names(self) -> list[str]:
        """Names of the objects among the letters, listed anew."""
        self.look()
        return list(self._there)

    @contextmanager
    def table(self, name: str) -> Iterator[BinaryIO]:
        """An object, put there when all of it is written."""
        with tempfile.TemporaryFile() as file:
            yield file
            file.seek(0)
            self.store.put(name, file)

    def put(self, file: str, data: bytes, earlier: Entry | None) -> tuple[str, str]:
        """Put a letter in place of the `earlier` one, which goes where it had another name.

        Returns where an object that briefgen had not put there was copied to make room, else "", and the ETag
        of the letter. StorageFault where it cannot be put there.
        """
        name = f"{LETTERS}/{file}"
        known, etag = {hashlib.sha256(data).hexdigest(): len(data)}, ""
        if earlier and earlier.file == file:
            known, etag = known | {earlier.sha256: earlier.size}, earlier.etag
        kept = self._make_room(name, etag, known)
        put = self.store.put(name, data)
        if earlier and earlier.file and earlier.file != file:
            self._supersede(earlier)
        return kept, put

    def _brought(self, letter: Letter, result: tuple[Outcome, ...] | Crash) -> Made:
        if isinstance(result, Crash):
            return letter, result
        outcomes = []
        for wanted, outcome in zip(letter.wanted, result, strict=True):
            if outcome.state == "rendered":
                path = self._desk.letters / outcome.file
                try:
                    data = path.read_bytes()
                    path.unlink()
                except OSError as error:
                    raise unwritable("a letter cannot be read again", error, path) from error
                kept, etag = self.put(outcome.file, data, wanted.earlier)
                outcome = replace(outcome, kept=kept, etag=etag)
            outcomes.append(outcome)
        return letter, tuple(outcomes)

    def _make_room(self, name: str, etag: str, known: dict[str, int]) -> str:
        """Copy what somebody else put in the place of a letter to where it is kept."""
        found = self.store.found(name)
        if found is None or self._is(found, name, etag, known):
            return ""
        path = PurePosixPath(name)
        kept = f"{EDITED}/{path.stem}-{re.sub(r'[^0-9A-Za-z]', '', found.etag)[:8]}{path.suffix}"
        self.store.copy(name, kept)
        return kept

    def _supersede(self, earlier: Entry) -> None:
        """Remove a letter that one under another name supersedes, if it is still the one we put there."""
        name = f"{LETTERS}/{earlier.file}"
        found = self.store.found(name)
        if found and self._is(found, name, earlier.etag, {earlier.sha256: earlier.size}):
            self.store.remove(name)

    def _is(self, found: Found, name: str, etag: str, known: dict[str, int]) -> bool:
        """Whether an object has that ETag, or contents of one of those hashes (SHA-256 in hex, with size)."""
        if etag and found.etag == etag:
            return True
        if found.size not in known.values():
            return False
        data = self.store.read(name)
        return data is not None and hashlib.sha256(data).hexdigest() in known
