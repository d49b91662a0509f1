"""A prefix in an S3 bucket as the output of a batch.

Letters are made in a local folder and uploaded from there, many at a time, while others are being made.
Whether a letter has changed since shows in its ETag, which the store changes with the contents, so that one
listing is enough to check all of them.
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

from briefgen.batch.file_names import slugify
from briefgen.batch.ledger import LedgerEntry
from briefgen.batch.outputs.files import (
    EDITED_FOLDER,
    ERRORS_FILE,
    LEDGER_FILE,
    LETTERS_FOLDER,
    LOCK_FILE,
    MANIFEST_FILE,
    MAX_OWNER_BYTES,
    OWNER_PATH,
    STATE_FILES,
    STATE_FOLDER,
    FileState,
    is_own_output,
    reject_outside_links,
)
from briefgen.batch.outputs.folder import FolderOutput
from briefgen.batch.outputs.s3_client import S3_SCHEME, DaemonThreadPool, S3Client, S3Object
from briefgen.batch.pool import TaskCrash
from briefgen.batch.storage_errors import storage_error
from briefgen.batch.tasks import FileOutcome, LetterTask

S3_STATE_FOLDER = "stores"
"""Folder, within briefgen's own, for the state of batches in object stores."""
PARALLEL_UPLOADS = 16
"""Uploads at a time; each mostly waits for an answer and takes next to no work."""
MAX_WAITING_UPLOADS = 64
"""Letters that may wait for their upload; beyond that, making letters waits for the store."""

ProcessedLetter: TypeAlias = tuple[LetterTask, tuple[FileOutcome, ...] | TaskCrash]


@dataclass(slots=True)
class S3Output:
    """A prefix in a bucket as an output (see briefgen.batch.outputs.base)."""

    client: S3Client
    local_folder: Path
    """Output folder on this computer, in which the ledger and the lock are kept."""
    _objects: dict[str, S3Object] = field(default_factory=dict)
    """The existing letters by name, as of the last scan."""
    _staging: FolderOutput = field(default_factory=lambda: FolderOutput(Path()))

    @property
    def location(self) -> str:
        """Return its URL."""
        return str(self.client.address)

    @property
    def _state_folder(self) -> Path:
        suffix = hashlib.sha256(self.location.encode("ascii")).hexdigest()[:8]
        return Path(
            STATE_FOLDER, S3_STATE_FOLDER, f"{slugify(self.location.removeprefix(S3_SCHEME))}-{suffix}"
        )

    @property
    def ledger_path(self) -> Path:
        """Return the path of the ledger."""
        return self.local_folder / self._state_folder / LEDGER_FILE

    @property
    def lock_path(self) -> Path:
        """Return the path of the lock file, which keeps out other runs on this computer only."""
        return self.local_folder / self._state_folder / LOCK_FILE

    def subfolder(self, name: str) -> S3Output:
        """Return a prefix within this one as an output of its own."""
        return S3Output(self.client.subfolder(name), self.local_folder)

    def reject_outside_links(self) -> None:
        """Raise StorageError if a link leads out of the folder of the ledger and the lock."""
        folders = [str(folder) for folder in (self._state_folder, *self._state_folder.parents)][:-1]
        files = [str(self._state_folder / name) for name in STATE_FILES]
        reject_outside_links(self.local_folder, [*folders, *files])

    def claim(self, campaign: str, *, record: bool) -> None:
        """Raise BriefgenError if it is another campaign's prefix; with `record`, note whose it is there."""
        existing = self.client.find_object(OWNER_PATH)
        readable = existing is not None and existing.size <= MAX_OWNER_BYTES
        note = (self.client.read_object(OWNER_PATH) or b"") if readable else b""
        if not is_own_output(note, campaign, self.location) and record:
            self.client.put_object(OWNER_PATH, campaign.encode())

    def scan(self) -> None:
        """List the existing letters; if the store refuses access, this raises StorageError."""
        self._objects = self.client.list_objects(LETTERS_FOLDER)

    def prepare(self) -> None:
        """Remove the tables of an earlier run; there are no half-written objects."""
        for name in (MANIFEST_FILE, ERRORS_FILE):
            if self.client.find_object(name):  # some stores report an error when asked to remove nothing
                self.client.delete_object(name)

    def file_state(self, entry: LedgerEntry) -> FileState:
        """Compare a letter with its entry by name, size and ETag, as of the last scan.

        If the ETag differs, the contents decide.
        """
        existing = self._objects.get(entry.file)
        if existing is None:
            return "missing"
        key = f"{LETTERS_FOLDER}/{entry.file}"
        same = self._has_contents(existing, key, entry.etag, {entry.sha256: entry.size})
        return "whole" if same else "edited"

    def staging_folder(self, scratch: Path) -> FolderOutput:
        """Create and return a local folder from which letters are uploaded."""
        self._staging = FolderOutput(scratch / "made")
        self._staging.letters_folder.mkdir(parents=True)
        return self._staging

    def store_letters(self, finished: Iterable[ProcessedLetter]) -> Iterator[ProcessedLetter]:
        """Upload letters and yield each once it has been uploaded, in the order in which they were made."""
        uploads: deque[Future[ProcessedLetter]] = deque()
        threads, wait_for_uploads = DaemonThreadPool(PARALLEL_UPLOADS), True
        try:
            for letter in finished:
                uploads.append(threads.submit(self._upload_letter, *letter))
                while uploads and (uploads[0].done() or len(uploads) > MAX_WAITING_UPLOADS):
                    yield uploads.popleft().result()
            while uploads:
                yield uploads.popleft().result()
        except (KeyboardInterrupt, GeneratorExit):
            wait_for_uploads = False  # the store may never answer
            raise
        finally:
            threads.close(wait=wait_for_uploads)

    def letter_names(self) -> list[str]:
        """List the letters again and return their names."""
        self.scan()
        return list(self._objects)

    @contextmanager
    def open_table(self, name: str) -> Iterator[BinaryIO]:
        """Open a temporary file for a table, which is uploaded once it is complete."""
        with tempfile.TemporaryFile() as file:
            yield file
            file.seek(0)
            self.client.put_object(name, file)

    def upload_file(self, name: str, data: bytes, previous: LedgerEntry | None) -> tuple[str, str]:
        """Upload a letter in place of the `previous` one, which is removed if it had another name.

        If an object there was not written by briefgen, it is copied to `edited/` first. Return its new key,
        else "", and the ETag of the letter. Raise StorageError if it cannot be uploaded.
        """
        key = f"{LETTERS_FOLDER}/{name}"
        known, known_etag = {hashlib.sha256(data).hexdigest(): len(data)}, ""
        if previous and previous.file == name:
            known, known_etag = known | {previous.sha256: previous.size}, previous.etag
        kept = self._keep_edited_object(key, known_etag, known)
        etag = self.client.put_object(key, data)
        if previous and previous.file and previous.file != name:
            self._remove_if_unchanged(previous)
        return kept, etag

    def _upload_letter(
        self, task: LetterTask, result: tuple[FileOutcome, ...] | TaskCrash
    ) -> ProcessedLetter:
        if isinstance(result, TaskCrash):
            return task, result
        outcomes = []
        for file, outcome in zip(task.files, result, strict=True):
            if outcome.state == "rendered":
                path = self._staging.letters_folder / file.name
                try:
                    data = path.read_bytes()
                    path.unlink()
                except OSError as error:
                    raise storage_error("a letter cannot be read back", error, path) from error
                kept, etag = self.upload_file(file.name, data, file.previous)
                outcome = replace(outcome, kept_edit=kept, etag=etag)
            outcomes.append(outcome)
        return task, tuple(outcomes)

    def _keep_edited_object(self, key: str, known_etag: str, known: dict[str, int]) -> str:
        """Copy an object that somebody else put in the place of a letter, and return where to, else ""."""
        existing = self.client.find_object(key)
        if existing is None or self._has_contents(existing, key, known_etag, known):
            return ""
        path = PurePosixPath(key)
        kept = f"{EDITED_FOLDER}/{path.stem}-{re.sub(r'[^0-9A-Za-z]', '', existing.etag)[:8]}{path.suffix}"
        self.client.copy_object(key, kept)
        return kept

    def _remove_if_unchanged(self, previous: LedgerEntry) -> None:
        """Remove a letter that has been replaced under another name, unless its contents have changed."""
        key = f"{LETTERS_FOLDER}/{previous.file}"
        existing = self.client.find_object(key)
        if existing and self._has_contents(existing, key, previous.etag, {previous.sha256: previous.size}):
            self.client.delete_object(key)

    def _has_contents(self, existing: S3Object, key: str, known_etag: str, known: dict[str, int]) -> bool:
        """Return whether an object has the known ETag, or contents of a known SHA-256 (hex) and size."""
        if known_etag and existing.etag == known_etag:
            return True
        if existing.size not in known.values():
            return False
        data = self.client.read_object(key)
        return data is not None and hashlib.sha256(data).hexdigest() in known
