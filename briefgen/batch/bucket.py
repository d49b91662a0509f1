"""A bucket of an object store that speaks S3, in which the letters and tables of a batch lie.

Letters are made in a folder of this computer and brought from there, many at once, while others are made.
What has become of one since is told by its ETag, which the store changes with the contents: so all are looked
at with one listing. Only here is the store spoken to; obstore is imported when one is asked for.
"""

from __future__ import annotations

import hashlib
import importlib
import os
import re
import tempfile
from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path, PurePosixPath
from typing import Any, BinaryIO, TypeAlias

from briefgen.batch.folder import LEDGER, LOCK, OWN_FOLDER, RECORDS, Folder, require_inside
from briefgen.batch.ledger import Entry
from briefgen.batch.names import slug
from briefgen.batch.output import ERRORS, LETTERS, MANIFEST, State
from briefgen.batch.plan import Letter, Outcome
from briefgen.batch.pool import Crash
from briefgen.batch.storage import unwritable
from briefgen.batch.write import EDITED
from briefgen.errors import BriefgenError, Place, Problem, StorageFault, UsageFault

SCHEME = "s3://"
STORES = "stores"
"""Folder for the records of batches in stores, within briefgen's own."""
AT_ONCE = 16
"""Letters on their way to the store at one time: each waits for an answer, and takes next to no work."""
WAITING = 64
"""Letters that wait to be brought; with more, making waits for the store."""
CONNECT_S, REQUEST_S = 5, 120
"""For a store to answer, and for one letter to be brought over a slow line."""
RETRIES = 6
"""Of a request that found no answer, over some 15 seconds in all."""
_BUCKET = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{1,62}", re.ASCII)
_PART = re.compile(r"[A-Za-z0-9_.+=@() -]+", re.ASCII)
"""What every store takes as it is in a name, and no program that copies from one misreads."""
_TYPES = {
    ".pdf": "application/pdf",
    ".docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    ".txt": "text/plain; charset=utf-8",
    ".csv": "text/csv; charset=utf-8",
}
_ENDPOINTS = ("AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL", "AWS_ENDPOINT")
_AGAIN = "run the same command again: it goes on where it stopped"

Made: TypeAlias = tuple[Letter, tuple[Outcome, ...] | Crash]


@dataclass(frozen=True, slots=True)
class Address:
    """Where in a store a batch lies."""

    bucket: str
    prefix: str
    """What all names there begin with, without `/` at the ends; may be empty."""

    @classmethod
    def read(cls, text: str) -> Address:
        """From `s3://bucket/prefix`; raises UsageFault."""
        bucket, _, prefix = text.removeprefix(SCHEME).partition("/")
        parts = prefix.removesuffix("/").split("/") if prefix else []
        good = all(_PART.fullmatch(part) and part.strip(" .") == part for part in parts)
        if text.startswith(SCHEME) and _BUCKET.fullmatch(bucket) and good:
            return cls(bucket, "/".join(parts))
        raise UsageFault(
            Problem(
                "store-unclear",
                f"{text!r} is no address in a store",
                None,
                "write s3://BUCKET/PREFIX, the prefix in plain letters, digits, -, _ and /",
            )
        )

    def within(self, name: str) -> Address:
        """A place within this one."""
        return Address(self.bucket, "/".join(part for part in (self.prefix, name) if part))

    def __str__(self) -> str:
        return "/".join(part for part in (f"{SCHEME}{self.bucket}", self.prefix) if part)


@dataclass(frozen=True, slots=True)
class _Found:
    """What a store says of an object."""

    size: int
    etag: str


@dataclass(slots=True)
class Bucket:
    """A place in a store as an output (see briefgen.batch.output)."""

    address: Address
    home: Path
    """Output folder on this computer, in which the records are kept."""
    retries: int = RETRIES
    _there: dict[str, _Found] = field(default_factory=dict)
    """What lies among the letters, by name, as of the last look."""
    _desk: Folder = field(default_factory=lambda: Folder(Path()))
    _client: Any = None

    @property
    def place(self) -> str:
        """Its address."""
        return str(self.address)

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
        return Bucket(self.address.within(name), self.home, self.retries)

    def require_inside(self) -> None:
        """No link leads out of the records' folder."""
        above = [str(folder) for folder in (self._records, *self._records.parents)][:-1]
        require_inside(self.home, [*above, *(str(self._records / name) for name in RECORDS)])

    def look(self) -> None:
        """List the letters; the store refuses here, if it does."""
        with self._asked() as (obstore, client):
            self._there = {
                one["path"].removeprefix(f"{LETTERS}/"): _Found(one["size"], one["e_tag"] or "")
                for some in obstore.list(client, LETTERS)
                for one in some
            }

    def prepare(self) -> None:
        """Clear away the tables of an earlier run; there are no half objects."""
        for name in (MANIFEST, ERRORS):
            if self._found(name):
                self._remove(name)

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
        threads = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="briefgen-store")
        try:
            for one in made:
                under_way.append(threads.submit(self._brought, *one))
                while under_way and (under_way[0].done() or len(under_way) > WAITING):
                    yield under_way.popleft().result()
            while under_way:
                yield under_way.popleft().result()
        finally:
            threads.shutdown(cancel_futures=True)

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
            with self._asked() as (obstore, client):
                obstore.put(client, name, file, attributes=_attributes(name))

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
        with self._asked() as (obstore, client):
            # In one request, so that nothing of it is there until all is.
            put = obstore.put(client, name, data, attributes=_attributes(name), use_multipart=False)
        if earlier and earlier.file and earlier.file != file:
            self._supersede(earlier)
        return kept, put["e_tag"] or ""

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
        found = self._found(name)
        if found is None or self._is(found, name, etag, known):
            return ""
        path = PurePosixPath(name)
        kept = f"{EDITED}/{path.stem}-{re.sub(r'[^0-9A-Za-z]', '', found.etag)[:8]}{path.suffix}"
        with self._asked() as (obstore, client):
            obstore.copy(client, name, kept)
        return kept

    def _supersede(self, earlier: Entry) -> None:
        """Remove a letter that one under another name supersedes, if it is still the one we put there."""
        name = f"{LETTERS}/{earlier.file}"
        found = self._found(name)
        if found and self._is(found, name, earlier.etag, {earlier.sha256: earlier.size}):
            self._remove(name)

    def _is(self, found: _Found, name: str, etag: str, known: dict[str, int]) -> bool:
        """Whether an object has that ETag, or contents of one of those hashes (SHA-256 in hex, with size)."""
        if etag and found.etag == etag:
            return True
        if found.size not in known.values():
            return False
        with self._asked() as (obstore, client):
            try:
                data = bytes(obstore.get(client, name).bytes())
            except FileNotFoundError:  # taken away this moment
                return False
        return hashlib.sha256(data).hexdigest() in known

    def _found(self, name: str) -> _Found | None:
        with self._asked() as (obstore, client):
            try:
                said = obstore.head(client, name)
            except FileNotFoundError:
                return None
        return _Found(said["size"], said["e_tag"] or "")

    def _remove(self, name: str) -> None:
        with self._asked() as (obstore, client), suppress(FileNotFoundError):
            obstore.delete(client, name)

    @contextmanager
    def _asked(self) -> Iterator[tuple[Any, Any]]:
        """The library and a client for the store; what it raises becomes a StorageFault."""
        obstore, faults = _obstore()
        try:
            self._client = self._client or _connected(self.address, self.retries)
            yield obstore, self._client
        except (faults.BaseError, OSError) as error:
            raise StorageFault(_told(self.place, str(error))) from error


def _obstore() -> tuple[Any, Any]:
    """The library and its exceptions."""
    try:
        return importlib.import_module("obstore"), importlib.import_module("obstore.exceptions")
    except ImportError as error:
        raise BriefgenError(
            Problem(
                "extra-missing",
                f"--out {SCHEME}… needs a package that is not installed: {error.name or 'obstore'}",
                hint="run: pip install 'briefgen[s3]'",
            )
        ) from None


def _connected(address: Address, retries: int) -> Any:
    """A client by the usual AWS_… variables of the environment; unencrypted where the endpoint says http."""
    from obstore.store import S3Store

    endpoint = next((os.environ[name] for name in _ENDPOINTS if os.environ.get(name)), "")
    return S3Store(
        address.bucket,
        prefix=address.prefix or None,
        client_options={
            "connect_timeout": timedelta(seconds=CONNECT_S),
            "timeout": timedelta(seconds=REQUEST_S),
            "allow_http": endpoint.startswith("http://"),
        },
        retry_config={
            "max_retries": retries,
            "retry_timeout": timedelta(seconds=2 * REQUEST_S),
            "backoff": {
                "init_backoff": timedelta(milliseconds=250),
                "max_backoff": timedelta(seconds=5),
                "base": 2,
            },
        },
    )


def _attributes(name: str) -> dict[str, str]:
    return {"Content-Type": _TYPES[PurePosixPath(name).suffix]}


_CODE = re.compile(r"<Code>([^<]*)</Code>(?:\s*<Message>([^<]*)</Message>)?")
_STATUS = re.compile(r"status code: (\d{3}[^:\n]*)")
_WITHOUT = re.compile(r"169\.254\.\d+\.\d+|fd00:ec2::254|Missing (AccessKeyId|SecretAccessKey)")
"""Said without credentials: obstore asks for them, in vain, where machines of a cloud
get theirs."""
_REMEDIES = {
    "NoSuchBucket": "make the bucket, or name another",
    "PermanentRedirect": "set AWS_REGION to the region of the bucket",
    "RequestTimeTooSkewed": "set the clock of this computer",
}
_RIGHTS = "look at AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_REGION, and whether they may list, read, "
_RIGHTS += "write and delete there"


def _told(place: str, said: str) -> Problem:
    """What a store's fault means. obstore tells all but a few faults by their text alone."""
    where = Place(place)
    if _WITHOUT.search(said):
        return Problem(
            "store-credentials",
            "there are no credentials for this store",
            where,
            "set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY; where you use profiles, run: "
            'eval "$(aws configure export-credentials --format env)"',
        )
    if refusal := _refusal(said):
        name, why = refusal
        hint = f"{_REMEDIES.get(name, _RIGHTS)}; then {_AGAIN}"
        return Problem("store-refused", f"the store refuses: {why}", where, hint)
    return Problem(
        "store-unreachable",
        f"no proper answer from the store: {_first_line(said)}",
        where,
        f"look at the network and at AWS_ENDPOINT_URL; what is there is kept. Then {_AGAIN}",
    )


def _refusal(said: str) -> tuple[str, str] | None:
    """The code of a refusal, where the store gives one, and its words; None where it did not answer."""
    if code := _CODE.search(said):
        return code[1], ": ".join(part for part in code.groups() if part)
    status = _STATUS.search(said)
    if "redirect" in said or (status and status[1].startswith("3")):
        return "PermanentRedirect", "the bucket lies in another region"
    if status and status[1].startswith("4"):
        return "", status[1].strip()
    return None


def _first_line(said: str) -> str:
    """Without the library's own preface."""
    line = said.split("\n", 1)[0].strip()
    return line.rpartition(" - ")[2] or line
