"""A place in an object store that speaks S3: what lies there, and putting, copying and removing it.

Only here is the store spoken to, and what it says against it turned into problems; obstore is imported when
one is asked for. This room knows objects by name; what they are for is the affair of
briefgen.batch.outputs.s3.
"""

from __future__ import annotations

import html
import importlib
import os
import re
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from pathlib import PurePosixPath
from typing import Any, BinaryIO, TypeVar
from urllib.parse import urlsplit

from briefgen.errors import BriefgenError, Place, Problem, StorageError, UsageError
from briefgen.system.threads import heeding

T = TypeVar("T")
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
_SIGNED = (
    "AWS_ACCESS_KEY_ID",
    "AWS_SECRET_ACCESS_KEY",
    "AWS_SESSION_TOKEN",
    "AWS_REGION",
    "AWS_DEFAULT_REGION",
)
"""What goes into the heads of requests."""
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
        raise UsageError(
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

        def ask(obstore: Any, client: Any) -> dict[str, Found]:
            there: dict[str, Found] = {}
            for some in obstore.list(client, folder):
                before = len(there)
                for one in some:
                    name = one["path"].removeprefix(f"{folder}/")
                    there[name] = Found(one["size"], one["e_tag"] or "")
                if some and len(there) == before:
                    raise OSError("it lists the same objects again and again")
            return there

        return self._asked(ask)

    def found(self, name: str) -> Found | None:
        """One object; None where there is none."""

        def ask(obstore: Any, client: Any) -> Found | None:
            try:
                said = obstore.head(client, name)
            except FileNotFoundError:
                return None
            return Found(said["size"], said["e_tag"] or "")

        return self._asked(ask)

    def read(self, name: str) -> bytes | None:
        """Its contents; None where it is not there."""

        def ask(obstore: Any, client: Any) -> bytes | None:
            try:
                return bytes(obstore.get(client, name).bytes())
            except FileNotFoundError:
                return None

        return self._asked(ask)

    def put(self, name: str, data: bytes | BinaryIO) -> str:
        """Put an object there, in place of any that is there; returns its ETag.

        Bytes go in one request, so that nothing of them is there until all is.
        """
        whole = False if isinstance(data, bytes) else None

        def ask(obstore: Any, client: Any) -> str:
            said = obstore.put(client, name, data, attributes=_attributes(name), use_multipart=whole)
            return said["e_tag"] or ""

        return self._asked(ask)

    def copy(self, name: str, to: str) -> None:
        """Copy an object within the store."""
        self._asked(lambda obstore, client: obstore.copy(client, name, to))

    def remove(self, name: str) -> None:
        """Remove an object, if it is there."""

        def ask(obstore: Any, client: Any) -> None:
            with suppress(FileNotFoundError):
                obstore.delete(client, name)

        self._asked(ask)

    def _asked(self, ask: Callable[[Any, Any], T]) -> T:
        """What `ask` finds, given the library and a client; what it raises becomes a StorageFault."""
        obstore, faults = _obstore()

        def asked() -> T:
            try:
                self._client = self._client or _connected(self.address, self._retries)
                return ask(obstore, self._client)
            except (faults.BaseError, OSError) as error:
                raise StorageError(_told(str(self.address), str(error))) from error
            except BaseException as error:
                # What the library raises where it gives up has no public name.
                if type(error).__name__ != "PanicException":
                    raise
                raise StorageError(_told(str(self.address), str(error))) from None

        return heeding(asked)


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

    _require_settings(str(address))
    endpoint = next((os.environ[name] for name in _ENDPOINTS if os.environ.get(name)), "")
    return S3Store(
        address.bucket,
        prefix=address.prefix or None,
        client_options={
            "connect_timeout": timedelta(seconds=CONNECT_S),
            "timeout": timedelta(seconds=REQUEST_S),
            "allow_http": endpoint.lower().startswith("http://"),
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


def _require_settings(place: str) -> None:
    """Refuse settings at which the library gives up without a word that helps; their values stay untold."""
    for name in _ENDPOINTS:
        if (value := os.environ.get(name)) and not _is_endpoint(value):
            hint = "write it as https://HOST or https://HOST:PORT; names and passwords do not belong in it"
            raise StorageError(
                Problem("store-settings", f"{name} is no address of a store", Place(place), hint)
            )
    for name in _SIGNED:
        value = os.environ.get(name, "")
        if not (value.isascii() and value.isprintable()) or value != value.strip():
            message = f"{name} has a line break, a space or another character in it that cannot stand there"
            hint = "set it again, without what was copied along with it"
            raise StorageError(Problem("store-settings", message, Place(place), hint))


def _is_endpoint(text: str) -> bool:
    try:
        parts = urlsplit(text)
        host, _ = parts.hostname, parts.port
    except ValueError:
        return False
    plain = text.isascii() and text.isprintable() and " " not in text
    return plain and parts.scheme in ("http", "https") and bool(host) and "@" not in parts.netloc


def _attributes(name: str) -> dict[str, str]:
    return {"Content-Type": _TYPES[PurePosixPath(name).suffix]}


_CODE = re.compile(r"<Code>([^<]*)</Code>(?:\s*<Message>([^<]*)</Message>)?")
_STATUS = re.compile(r"status code: (\d{3}[^:\n]*)")
_WITHOUT = re.compile(r"169\.254\.\d+\.\d+|fd00:ec2::254|Missing (AccessKeyId|SecretAccessKey)")
"""Said without credentials: obstore asks for them, in vain, where machines of a cloud
get theirs."""
_ODD_NAME = re.compile(r'invalid path: (?:Error parsing )?Path "(.*?)"(?: contained|: )')
_SETTING = re.compile(r"Generic Config error: ([^\n]*)")
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
    if odd := _ODD_NAME.search(said):
        return Problem(
            "store-name",
            f"an object there has a name that cannot be read: {_plain(odd[1])!r}",
            where,
            f"rename or remove it, or write to another prefix; what is there is kept. Then {_AGAIN}",
        )
    if setting := _SETTING.search(said):
        hint = "look at the variables of the environment whose names begin with AWS_"
        return Problem("store-settings", f"a setting cannot be read: {_plain(setting[1])}", where, hint)
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
        return code[1], ": ".join(_plain(html.unescape(part)) for part in code.groups() if part)
    status = _STATUS.search(said)
    if "redirect" in said or (status and status[1].startswith("3")):
        return "PermanentRedirect", "the bucket lies in another region"
    if status and status[1].startswith("4"):
        return "", status[1].strip()
    return None


def _first_line(said: str) -> str:
    """Without the library's own preface."""
    line = said.split("\n", 1)[0].strip()
    return _plain(line.rpartition(" - ")[2] or line)


def _plain(said: str) -> str:
    """In one line, and without what would move the cursor of a terminal: it comes from the network."""
    return " ".join("".join(char if char.isprintable() else " " for char in said).split())
