"""A client for S3-compatible object stores: lists, reads, writes, copies and deletes objects below a prefix.

All requests to the store go through this module, which turns its errors into problems. obstore is imported
when the first request is made.
"""

from __future__ import annotations

import html
import importlib
import os
import re
import threading
from collections.abc import Callable
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from pathlib import PurePosixPath
from queue import Empty, SimpleQueue
from typing import Any, BinaryIO, TypeVar
from urllib.parse import urlsplit

from briefgen.errors import BriefgenError, Place, Problem, StorageError, UsageError

T = TypeVar("T")
_THREAD_NAME = "briefgen-store"
S3_SCHEME = "s3://"
CONNECT_S, REQUEST_S = 5, 120
"""Seconds for the store to answer, and for one letter to be uploaded over a slow line."""
MAX_RETRIES = 6
"""Retries of a request that got no answer, over some 15 seconds in total."""
_BUCKET_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{1,62}", re.ASCII)
_PREFIX_PART = re.compile(r"[A-Za-z0-9_.+=@() -]+", re.ASCII)
"""Characters that every store accepts unescaped in a key, and that no tool for copying objects misreads."""
_CONTENT_TYPES = {
    ".pdf": "application/pdf",
    ".docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    ".txt": "text/plain; charset=utf-8",
    ".csv": "text/csv; charset=utf-8",
}
_ENDPOINT_VARIABLES = ("AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL", "AWS_ENDPOINT")
_HEADER_VARIABLES = (
    "AWS_ACCESS_KEY_ID",
    "AWS_SECRET_ACCESS_KEY",
    "AWS_SESSION_TOKEN",
    "AWS_REGION",
    "AWS_DEFAULT_REGION",
)
"""Environment variables whose values go into request headers."""
_RUN_AGAIN = "run the same command again: it continues where it stopped"


@dataclass(frozen=True, slots=True)
class S3Address:
    """Bucket and prefix of a batch."""

    bucket: str
    prefix: str
    """Start of all keys, without `/` at either end; may be empty."""

    @classmethod
    def parse(cls, text: str) -> S3Address:
        """Parse `s3://bucket/prefix`; raise UsageError."""
        bucket, _, prefix = text.removeprefix(S3_SCHEME).partition("/")
        parts = prefix.removesuffix("/").split("/") if prefix else []
        good = all(_PREFIX_PART.fullmatch(part) and part.strip(" .") == part for part in parts)
        if text.startswith(S3_SCHEME) and _BUCKET_NAME.fullmatch(bucket) and good:
            return cls(bucket, "/".join(parts))
        raise UsageError(
            Problem(
                "store-unclear",
                f"{text!r} is not the address of an object store",
                None,
                "write s3://BUCKET/PREFIX, the prefix in plain letters, digits, -, _ and /",
            )
        )

    def subfolder(self, name: str) -> S3Address:
        """Return the address of a prefix within this one."""
        return S3Address(self.bucket, "/".join(part for part in (self.prefix, name) if part))

    def __str__(self) -> str:
        return "/".join(part for part in (f"{S3_SCHEME}{self.bucket}", self.prefix) if part)


@dataclass(frozen=True, slots=True)
class S3Object:
    """What the store reports about an object."""

    size: int
    """In bytes."""
    etag: str
    """Changes with the contents; how it is computed depends on the store."""


class S3Client:
    """Access to the objects below one address.

    All methods raise StorageError if the store refuses or does not answer.
    """

    def __init__(self, address: S3Address, retries: int | None = None) -> None:
        """Prepare a client; no request is made yet.

        `retries` is the number of retries of a request that gets no answer, by default MAX_RETRIES.
        """
        self.address = address
        self._retries = MAX_RETRIES if retries is None else retries
        self._store: Any = None

    def subfolder(self, name: str) -> S3Client:
        """Return a client for a prefix within this one."""
        return S3Client(self.address.subfolder(name), self._retries)

    def list_objects(self, folder: str) -> dict[str, S3Object]:
        """List all objects below a folder, by their names in it."""

        def send(obstore: Any, store: Any) -> dict[str, S3Object]:
            objects: dict[str, S3Object] = {}
            for page in obstore.list(store, folder):
                before = len(objects)
                for item in page:
                    name = item["path"].removeprefix(f"{folder}/")
                    objects[name] = S3Object(item["size"], item["e_tag"] or "")
                if page and len(objects) == before:
                    raise OSError("it lists the same objects again and again")
            return objects

        return self._send(send)

    def find_object(self, name: str) -> S3Object | None:
        """Return what the store reports about an object, or None if there is none."""

        def send(obstore: Any, store: Any) -> S3Object | None:
            try:
                metadata = obstore.head(store, name)
            except FileNotFoundError:
                return None
            return S3Object(metadata["size"], metadata["e_tag"] or "")

        return self._send(send)

    def read_object(self, name: str) -> bytes | None:
        """Return the contents of an object, or None if there is none."""

        def send(obstore: Any, store: Any) -> bytes | None:
            try:
                return bytes(obstore.get(store, name).bytes())
            except FileNotFoundError:
                return None

        return self._send(send)

    def put_object(self, name: str, data: bytes | BinaryIO) -> str:
        """Write an object in place of any other and return its ETag.

        Bytes are sent in a single request, so that the object appears whole or not at all.
        """
        multipart = False if isinstance(data, bytes) else None

        def send(obstore: Any, store: Any) -> str:
            result = obstore.put(
                store, name, data, attributes=_object_attributes(name), use_multipart=multipart
            )
            return result["e_tag"] or ""

        return self._send(send)

    def copy_object(self, name: str, new_name: str) -> None:
        """Copy an object within the store."""
        self._send(lambda obstore, store: obstore.copy(store, name, new_name))

    def delete_object(self, name: str) -> None:
        """Delete an object, if there is one."""

        def send(obstore: Any, store: Any) -> None:
            with suppress(FileNotFoundError):
                obstore.delete(store, name)

        self._send(send)

    def _send(self, send: Callable[[Any, Any], T]) -> T:
        """Return what `send` returns, given the library and a store; turn its errors into StorageError."""
        obstore, exceptions = _import_obstore()

        def send_request() -> T:
            try:
                self._store = self._store or _create_store(self.address, self._retries)
                return send(obstore, self._store)
            except (exceptions.BaseError, OSError) as error:
                raise StorageError(_problem_from_error(str(self.address), str(error))) from error
            except BaseException as error:
                # The exception that the library raises when it panics has no public name.
                if type(error).__name__ != "PanicException":
                    raise
                raise StorageError(_problem_from_error(str(self.address), str(error))) from None

        return run_interruptibly(send_request)


def _import_obstore() -> tuple[Any, Any]:
    """Import the library and its exceptions; raise BriefgenError if it is not installed."""
    try:
        return importlib.import_module("obstore"), importlib.import_module("obstore.exceptions")
    except ImportError as error:
        raise BriefgenError(
            Problem(
                "extra-missing",
                f"--out {S3_SCHEME}… needs a package that is not installed: {error.name or 'obstore'}",
                hint="run: pip install 'briefgen[s3]'",
            )
        ) from None


def _create_store(address: S3Address, retries: int) -> Any:
    """Create a store from the usual AWS_… environment variables; unencrypted if the endpoint says http."""
    from obstore.store import S3Store

    _require_valid_environment(str(address))
    endpoint = next((os.environ[name] for name in _ENDPOINT_VARIABLES if os.environ.get(name)), "")
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


def _require_valid_environment(location: str) -> None:
    """Reject settings at which the library fails with an unhelpful message; never show their values."""
    for name in _ENDPOINT_VARIABLES:
        if (value := os.environ.get(name)) and not _is_endpoint_url(value):
            hint = "write https://HOST or https://HOST:PORT, without user name and password"
            raise StorageError(
                Problem("store-settings", f"{name} is not the URL of a store", Place(location), hint)
            )
    for name in _HEADER_VARIABLES:
        value = os.environ.get(name, "")
        if not (value.isascii() and value.isprintable()) or value != value.strip():
            message = f"{name} contains a line break, a space or another invalid character"
            hint = "set it again, without the characters that were copied along with it"
            raise StorageError(Problem("store-settings", message, Place(location), hint))


def _is_endpoint_url(text: str) -> bool:
    try:
        parts = urlsplit(text)
        host, _ = parts.hostname, parts.port
    except ValueError:
        return False
    plain = text.isascii() and text.isprintable() and " " not in text
    return plain and parts.scheme in ("http", "https") and bool(host) and "@" not in parts.netloc


def _object_attributes(name: str) -> dict[str, str]:
    return {"Content-Type": _CONTENT_TYPES[PurePosixPath(name).suffix]}


_ERROR_CODE = re.compile(r"<Code>([^<]*)</Code>(?:\s*<Message>([^<]*)</Message>)?")
_HTTP_STATUS = re.compile(r"status code: (\d{3}[^:\n]*)")
_NO_CREDENTIALS = re.compile(r"169\.254\.\d+\.\d+|fd00:ec2::254|Missing (AccessKeyId|SecretAccessKey)")
"""Errors without credentials: obstore then tries, in vain, the services that supply cloud machines."""
_INVALID_NAME = re.compile(r'invalid path: (?:Error parsing )?Path "(.*?)"(?: contained|: )')
_INVALID_SETTING = re.compile(r"Generic Config error: ([^\n]*)")
_FIXES_BY_CODE = {
    "NoSuchBucket": "create the bucket, or name another",
    "PermanentRedirect": "set AWS_REGION to the region of the bucket",
    "RequestTimeTooSkewed": "set the clock of this computer",
}
_CHECK_PERMISSIONS = (
    "check AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_REGION, and that they allow listing, reading, "
    "writing and deleting there"
)


def _problem_from_error(location: str, message: str) -> Problem:
    """Turn an error message of obstore into a problem; only the text tells most of its errors apart."""
    place = Place(location)
    if invalid_name := _INVALID_NAME.search(message):
        return Problem(
            "store-name",
            f"an object there has an invalid name: {_printable_line(invalid_name[1])!r}",
            place,
            f"rename or delete it, or write to another prefix; existing letters are kept. Then {_RUN_AGAIN}",
        )
    if setting := _INVALID_SETTING.search(message):
        hint = "check the environment variables whose names begin with AWS_"
        return Problem("store-settings", f"invalid setting: {_printable_line(setting[1])}", place, hint)
    if _NO_CREDENTIALS.search(message):
        return Problem(
            "store-credentials",
            "there are no credentials for this store",
            place,
            "set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY; if you use profiles, run: "
            'eval "$(aws configure export-credentials --format env)"',
        )
    if refusal := _parse_refusal(message):
        code, reason = refusal
        hint = f"{_FIXES_BY_CODE.get(code, _CHECK_PERMISSIONS)}; then {_RUN_AGAIN}"
        return Problem("store-refused", f"the store refuses access: {reason}", place, hint)
    return Problem(
        "store-unreachable",
        f"no valid answer from the store: {_first_error_line(message)}",
        place,
        f"check the network and AWS_ENDPOINT_URL; existing letters are kept. Then {_RUN_AGAIN}",
    )


def _parse_refusal(message: str) -> tuple[str, str] | None:
    """Return the error code of a refusal, or "", and its text; None if the store did not answer."""
    if code := _ERROR_CODE.search(message):
        return code[1], ": ".join(_printable_line(html.unescape(part)) for part in code.groups() if part)
    status = _HTTP_STATUS.search(message)
    if "redirect" in message or (status and status[1].startswith("3")):
        return "PermanentRedirect", "the bucket is in another region"
    if status and status[1].startswith("4"):
        return "", status[1].strip()
    return None


def _first_error_line(message: str) -> str:
    """Return the first line of a message without the library's own prefix."""
    line = message.split("\n", 1)[0].strip()
    return _printable_line(line.rpartition(" - ")[2] or line)


def _printable_line(text: str) -> str:
    """Return text from the network as one line without control characters, which could act on a terminal."""
    return " ".join("".join(char if char.isprintable() else " " for char in text).split())


# Threads


class DaemonThreadPool:
    """A fixed number of daemon threads that run submitted calls in order.

    The store client is native code that handles no signal until a request completes, which may take minutes.
    So the main thread never calls it directly, and Ctrl-C takes effect at once. Unlike the threads of
    concurrent.futures, these do not keep the process from exiting.
    """

    def __init__(self, number: int) -> None:
        self._tasks: SimpleQueue[Callable[[], None] | None] = SimpleQueue()
        self._threads = [
            threading.Thread(target=self._run_tasks, name=f"{_THREAD_NAME}-{index}", daemon=True)
            for index in range(number)
        ]
        for thread in self._threads:
            thread.start()

    def submit(self, function: Callable[..., T], *arguments: Any) -> Future[T]:
        """Schedule a call and return the future of its result."""
        future: Future[T] = Future()
        self._tasks.put(lambda: _complete_future(future, function, arguments))
        return future

    def close(self, *, wait: bool) -> None:
        """Drop all calls that have not started; with `wait`, wait for those that have."""
        try:
            while True:
                self._tasks.get_nowait()
        except Empty:
            pass
        for _ in self._threads:
            self._tasks.put(None)
        for thread in self._threads if wait else ():
            thread.join()

    def _run_tasks(self) -> None:
        while task := self._tasks.get():
            task()


def run_interruptibly(function: Callable[[], T]) -> T:
    """Call a function and return its result; in the main thread, run it on another so that signals are
    handled."""
    if threading.current_thread() is not threading.main_thread():
        return function()
    future: Future[T] = Future()
    threading.Thread(
        target=_complete_future, args=(future, function, ()), name=_THREAD_NAME, daemon=True
    ).start()
    return future.result()


def _complete_future(future: Future[T], function: Callable[..., T], arguments: tuple[Any, ...]) -> None:
    try:
        future.set_result(function(*arguments))
    except BaseException as error:  # raised again by whoever waits for the result
        future.set_exception(error)
