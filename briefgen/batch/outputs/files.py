"""The layout of an output folder, and the rules for writing files into it.

A file is written whole or not at all, a file that somebody edited by hand is moved aside instead of being
overwritten, and nothing is written through a link that leads out of the folder. What the files contain is
decided elsewhere.
"""

from __future__ import annotations

import errno
import hashlib
import json
import os
import re
import stat
from collections.abc import Iterable
from contextlib import suppress
from io import FileIO
from pathlib import Path
from typing import Literal

from briefgen.errors import BriefgenError, Place, Problem, StorageError
from briefgen.system.files import atomic_write, is_inside_folder, read_limited_bytes, resolve_path

LETTERS_FOLDER = "letters"
SHARDS_FOLDER = "shards"
EDITED_FOLDER = "edited"
"""Where files that were edited by hand go when a new version takes their place."""
MANIFEST_FILE = "manifest.csv"
ERRORS_FILE = "errors.csv"
STATE_FOLDER = ".briefgen"
LEDGER_FILE = "ledger.sqlite"
LOCK_FILE = "lock"
STATE_FILES = (LOCK_FILE, *(f"{LEDGER_FILE}{suffix}" for suffix in ("", "-wal", "-shm", "-journal")))
"""Files in which a batch keeps its state, including those that SQLite creates."""
HASHES_FILE = f"{STATE_FOLDER}/made.json"
"""Hashes of the files written outside a batch (proofs, briefings), by path; a batch has its ledger."""
MAX_HASHES_BYTES = 50_000_000
OWNER_PATH = f"{STATE_FOLDER}/campaign.txt"
"""The id of the campaign whose output it is."""
_LINK_CHECKED = (
    LETTERS_FOLDER,
    EDITED_FOLDER,
    SHARDS_FOLDER,
    "proofs",
    "briefing",
    "print",
    "print-jobs",
    "drafts",
    STATE_FOLDER,
    *(f"{STATE_FOLDER}/{name}" for name in STATE_FILES),
    HASHES_FILE,
    OWNER_PATH,
    f"{STATE_FOLDER}/adopted.txt",
)
"""Where a link would be followed. All other files are replaced as a whole, and a link with them."""

MAX_OWNER_BYTES = 200
_CAMPAIGN_ID = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")

FileState = Literal["whole", "missing", "edited"]
"""What has become of a file since it was recorded."""


def claim_output_folder(folder: Path, campaign: str, *, record: bool = True) -> None:
    """Raise BriefgenError if an output folder is another campaign's; with `record`, note whose it is.

    A note that names no campaign is worth nothing. Raise OSError if it cannot be written, StorageError if a
    link leads out of the folder.
    """
    reject_outside_links(folder)
    path, note = folder / OWNER_PATH, b""
    with suppress(StorageError):
        note = read_limited_bytes(path, path.name, MAX_OWNER_BYTES)
    if not is_own_output(note, campaign, str(folder)) and record:
        path.parent.mkdir(parents=True, exist_ok=True)
        with atomic_write(path) as file:
            file.write(campaign.encode())


def is_own_output(note: bytes, campaign: str, location: str) -> bool:
    """Return whether an output's note names this campaign; raise BriefgenError if it names another."""
    owner = note.decode("ascii", "replace").strip()
    if owner != campaign and _CAMPAIGN_ID.fullmatch(owner):
        raise BriefgenError(
            Problem(
                "output-taken",
                f"this is the output of the campaign {owner!r}, and {campaign!r} would replace its letters",
                Place(location),
                f"name another place with --out; if {owner!r} has been renamed, remove {OWNER_PATH} there",
            )
        )
    return owner == campaign


def write_keeping_edits(path: Path, data: bytes, *, known_hashes: frozenset[str]) -> str:
    """Write a file in place of an earlier version, keeping the earlier one if it was edited by hand.

    An existing file counts as edited if its SHA-256 is neither in `known_hashes` nor that of `data`. It is
    moved to the folder `edited`; return its new path, relative to the output folder, else "". Raise OSError.
    """
    kept = _keep_edited_file(path, known_hashes, data)
    with atomic_write(path) as file:
        file.write(data)
    return kept


def _keep_edited_file(path: Path, known_hashes: frozenset[str], data: bytes) -> str:
    existing = file_sha256(path)
    if existing is None or existing in known_hashes or existing == hashlib.sha256(data).hexdigest():
        return ""
    folder = path.parent.parent / EDITED_FOLDER
    folder.mkdir(exist_ok=True)
    kept = folder / f"{path.stem}-{existing[:8]}{path.suffix}"
    path.replace(kept)
    return f"{EDITED_FOLDER}/{kept.name}"


def remove_if_unchanged(path: Path, sha256: str) -> None:
    """Remove a letter that has been replaced under another name, unless its contents have been changed."""
    if file_sha256(path) == sha256:
        path.unlink()


def file_sha256(path: Path) -> str | None:
    """Return the SHA-256 (hex) of a file, None if there is none, "" for a link, a pipe and the like."""
    try:
        with open_letter(path) as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except FileNotFoundError:
        return None
    except IrregularFileError:
        return ""


class IrregularFileError(OSError):
    """There is a link, a pipe or a folder in the place of a file of ours."""


def open_letter(path: Path) -> FileIO:
    """Open a file that we wrote, unbuffered; raise IrregularFileError if something else is in its place.

    A link could lead to a device that never ends, and opening a pipe would wait for somebody to write to it.
    """
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    except OSError as error:
        if error.errno in (errno.ELOOP, errno.ENXIO):
            raise IrregularFileError(error.errno, error.strerror, str(path)) from None
        raise
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise IrregularFileError(errno.EINVAL, "is not a regular file", str(path))
    return FileIO(descriptor, "rb")


def write_output_file(output_folder: Path, path: Path, data: bytes) -> str:
    """Write a single file, such as a proof or a briefing, into the output folder.

    If an earlier version was edited by hand, it moves to `edited/`; return its new path, relative to
    `output_folder`, else "". Raise OSError, or StorageError if a link would lead out of the folder.
    """
    return next(iter(write_output_files(output_folder, [(path, data)])), "")


def write_output_files(output_folder: Path, files: Iterable[tuple[Path, bytes]]) -> list[str]:
    """Write several files as write_output_file does; return the new paths of those edited by hand."""
    reject_outside_links(output_folder)
    hashes_path = output_folder / HASHES_FILE
    hashes = _read_hashes(hashes_path)
    moved = []
    try:
        for path, data in files:
            name = path.relative_to(output_folder).as_posix()
            path.parent.mkdir(parents=True, exist_ok=True)
            kept = write_keeping_edits(path, data, known_hashes=frozenset({hashes.get(name, "")}))
            hashes[name] = hashlib.sha256(data).hexdigest()
            moved += [kept] if kept else []
    finally:
        hashes_path.parent.mkdir(exist_ok=True)
        with atomic_write(hashes_path) as file:
            file.write(json.dumps(hashes, sort_keys=True, indent=1).encode())
    return moved


def _read_hashes(path: Path) -> dict[str, str]:
    """Read the recorded hashes; if they are lost or damaged, every file counts as edited."""
    try:
        hashes = json.loads(read_limited_bytes(path, path.name, MAX_HASHES_BYTES))
    except (StorageError, ValueError, RecursionError):
        return {}
    return {str(name): str(sha256) for name, sha256 in hashes.items()} if isinstance(hashes, dict) else {}


def reject_outside_links(
    folder: Path, names: Iterable[str] = _LINK_CHECKED, whole: Path | None = None
) -> None:
    """Raise StorageError if a link in an output folder leads out of it.

    `names` are the paths in the folder that will be written through. If it is a part of a `whole` output
    folder, the way to it is checked as well.
    """
    above = [
        path for path in (folder, *folder.parents) if whole and path.is_relative_to(whole) and path != whole
    ]
    paths = (*reversed(above), *(folder / name for name in names))
    outside = [path for path in paths if leads_outside(path, whole or folder)]
    if outside:
        raise StorageError([outside_link_problem(path) for path in outside])


def leads_outside(path: Path, folder: Path) -> bool:
    """Return whether a path is a link out of a folder, or one that leads to itself."""
    return path.is_symlink() and (resolve_path(path) is None or not is_inside_folder(path, folder))


def outside_link_problem(path: Path) -> Problem:
    """Describe a link that stands where briefgen would write."""
    return Problem(
        "output-link",
        f"this is a link to {resolve_path(path) or 'itself'}, and briefgen does not write through links",
        Place(str(path)),
        "remove the link; to write to another folder, name it with --out",
    )
