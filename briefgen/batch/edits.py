"""Word letters that somebody edited: those that `briefgen adopt` has taken over, and those that wait."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from pathlib import Path

from briefgen.batch.file_names import letter_file_stem
from briefgen.batch.ledger import open_ledger_copy
from briefgen.batch.outputs.files import (
    EDITED_FOLDER,
    LETTERS_FOLDER,
    IrregularFileError,
    file_sha256,
    reject_outside_links,
)
from briefgen.batch.outputs.folder import FolderOutput
from briefgen.errors import BriefgenError, Place, Problem, StorageError, abbreviate_names
from briefgen.model.recipient import Recipient
from briefgen.system.files import atomic_write, read_limited_bytes

ADOPTED_FILE = "adopted.txt"
"""Hashes of the edited letters that were taken over into letters.yaml, among briefgen's records."""
_MOST_BYTES = 10_000_000
_KEPT_NAME = re.compile(r"(?P<stem>.+)-(?P<digest>[0-9a-f]{8})\.docx")
ADOPT_HINT = "take over what you edited with briefgen adopt {}; it is then in all formats"


def read_adopted(state_folder: Path) -> frozenset[str]:
    """Return the hashes (SHA-256, hex) of the edited letters that were taken over."""
    try:
        text = read_limited_bytes(state_folder / ADOPTED_FILE, ADOPTED_FILE, _MOST_BYTES)
    except StorageError:
        return frozenset()
    return frozenset(re.findall(r"^[0-9a-f]{64}$", text.decode("ascii", "replace"), re.MULTILINE))


def note_adopted(state_folder: Path, file: Path) -> None:
    """Note that an edited letter was taken over, so that nobody is asked to do it again.

    Raise OSError, or StorageError if a link in the output folder leads out of it.
    """
    reject_outside_links(state_folder.parent)
    known = read_adopted(state_folder) | {file_sha256(file) or ""}
    state_folder.mkdir(parents=True, exist_ok=True)
    with atomic_write(state_folder / ADOPTED_FILE) as target:
        target.write("".join(f"{one}\n" for one in sorted(known - {""})).encode())


def is_adopted(kept: str, adopted: Iterable[str]) -> bool:
    """Return whether a file that was moved to `edited/` has been taken over, by the hash in its name."""
    found = _KEPT_NAME.fullmatch(Path(kept).name)
    return found is not None and any(one.startswith(found["digest"]) for one in adopted)


def find_waiting_edits(output: FolderOutput, recipients: Iterable[Recipient]) -> tuple[list[str], list[str]]:
    """Return the edited Word letters that were not taken over: in `edited/`, and among the letters.

    Both are paths within the output folder. Raise StorageError if a link leads out of it.
    """
    reject_outside_links(output.folder)
    everybody = list(recipients)
    adopted = read_adopted(output.ledger_path.parent)
    in_place = _edited_in_place(output, [recipient.id for recipient in everybody], adopted)
    return find_edits_set_aside(output, everybody), list(in_place)


def find_edits_set_aside(output: FolderOutput, recipients: Iterable[Recipient]) -> list[str]:
    """Return the edited Word letters in `edited/` that were not taken over, as paths within the output."""
    adopted = read_adopted(output.ledger_path.parent)
    kept = [
        (path.name, found["stem"])
        for path in sorted((output.folder / EDITED_FOLDER).glob("*.docx"))
        if (found := _KEPT_NAME.fullmatch(path.name)) and not is_adopted(path.name, adopted)
    ]
    stems = {letter_file_stem(recipient) for recipient in recipients} if kept else set()
    return [f"{EDITED_FOLDER}/{name}" for name, stem in kept if stem in stems]


def _edited_in_place(output: FolderOutput, ids: Iterable[str], adopted: frozenset[str]) -> Iterator[str]:
    if not output.ledger_path.exists():
        return
    with open_ledger_copy(output.ledger_path) as ledger:
        for id in ids:
            entry = ledger.find(id, "docx")
            if entry is None or not entry.file or output.file_state(entry) != "edited":
                continue
            try:
                digest = file_sha256(output.letters_folder / entry.file)
            except (OSError, IrregularFileError):
                continue
            if digest not in adopted:
                yield f"{LETTERS_FOLDER}/{entry.file}"


def check_waiting_edits(output: FolderOutput, recipients: Iterable[Recipient]) -> list[Problem]:
    """Return a warning about edited Word letters that are not in what is sent.

    Raise BriefgenError if one is still among the letters: it would be sent without the edit.
    """
    aside, in_place = find_waiting_edits(output, recipients)
    if in_place:
        raise BriefgenError(
            Problem(
                "letter-unfinished",
                f"{abbreviate_names(in_place)}: edited by hand, and not yet in the other formats",
                Place(output.location),
                ADOPT_HINT.format(f"{output.location}/{in_place[0]}")
                + "; or run briefgen batch to set it aside",
            )
        )
    return [_set_aside_warning(output, aside)] if aside else []


def check_edits_set_aside(
    output: FolderOutput, recipients: Iterable[Recipient], named: Collection[str]
) -> list[Problem]:
    """Return a warning about edited Word letters in `edited/`, but for those that another warning named."""
    aside = [one for one in find_edits_set_aside(output, recipients) if one not in named]
    return [_set_aside_warning(output, aside)] if aside else []


def _set_aside_warning(output: FolderOutput, aside: Sequence[str]) -> Problem:
    return Problem(
        "letter-edited",
        f"{abbreviate_names(aside)}: edited by hand, and not in what is sent",
        Place(output.location),
        ADOPT_HINT.format(f"{output.location}/{aside[0]}") + "; or delete the file",
        severity="warning",
    )
