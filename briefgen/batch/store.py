"""A place in an object store that speaks S3: what lies there, and putting, copying and removing it.

Only here is the store spoken to, and what it says against it turned into problems; obstore is imported when
one is asked for. This room knows objects by name; what they are for is the affair of briefgen.batch.bucket.
"""

from __future__ import annotations

import importlib
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import timedelta
from pathlib import PurePosixPath
from typing import Any, BinaryIO

from briefgen.errors import BriefgenError, Place, Problem, StorageFault, UsageFault

SCHEME = "s3://"
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
class Found:
    """What a store says of an object."""

    size: int
    """In bytes."""
    etag: str
    """Changes with the contents; what it is a hash of depends on the store."""


class Store:
    """A place in a store. All of it raises StorageFault where the store refuses or does not answer."""

    def __init__(self, address: Address, retries: int | None = None) -> None:
        """`retries` of a request that found no answer; by default RETRIES. Nothing is asked yet."""
        self.address = address
        self._retries = RETRIES if retries is None else retries
        self._client: Any = None

    def within(self, name: str) -> Store:
        """A place within this one."""
        return Store(self.address.within(name), self._retries)

    def listed(self, folder: str) -> dict[str, Found]:
        """All objects below a folder, by their names in it."""
        with self._asked() as (obstore, client):
            return {
                one["path"].removeprefix(f"{folder}/"): Found(one["size"], one["e_tag"] or "")
                for some in obstore.list(client, folder)
                for one in some
            }

    def found(self, name: str) -> Found | None:
        """One object; None where there is none."""
        with self._asked() as (obstore, client):
            try:
                said = obstore.head(client, name)
            except FileNotFoundError:
                return None
        return Found(said["size"], said["e_tag"] or "")

    def read(self, name: str) -> bytes | None:
        """Its contents; None where it is not there."""
        with self._asked() as (obstore, client):
            try:
                return bytes(obstore.get(client, name).bytes())
            except FileNotFoundError:
                return None

    def put(self, name: str, data: bytes | BinaryIO) -> str:
        """Put an object there, in place of any that is there; returns its ETag.

        Bytes go in one request, so that nothing of them is there until all is.
        """
        with self._asked() as (obstore, client):
            whole = False if isinstance(data, bytes) else None
            said = obstore.put(client, name, data, attributes=_attributes(name), use_multipart=whole)
        return said["e_tag"] or ""

    def copy(self, name: str, to: str) -> None:
        """Copy an object within the store."""
        with self._asked() as (obstore, client):
            obstore.copy(client, name, to)

    def remove(self, name: str) -> None:
        """Remove an object, if it is there."""
        with self._asked() as (obstore, client), suppress(FileNotFoundError):
            obstore.delete(client, name)

    @contextmanager
    def _asked(self) -> Iterator[tuple[Any, Any]]:
        """The library and a client for the store; what it raises becomes a StorageFault."""
        obstore, faults = _obstore()
        try:
            self._client = self._client or _connected(self.address, self._retries)
            yield obstore, self._client
        except (faults.BaseError, OSError) as error:
            raise StorageFault(_told(str(self.address), str(error))) from error


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
