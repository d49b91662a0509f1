"""The kinds of drafts that can be read, and the way from a file to a Draft.

Drafts come from anybody: each is read in a child process with limits on time and memory, and what comes back
is validated.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

from briefgen.audit.confined import call_confined
from briefgen.audit.draft import Draft
from briefgen.audit.limits import draft_limits
from briefgen.audit.problems import (
    empty_draft_error,
    encrypted_draft_error,
    wrong_kind_error,
)
from briefgen.errors import Place, Problem, UsageError
from briefgen.system.files import is_folder, is_regular_file, read_limited_bytes
from briefgen.system.registry import Registry

_CHILD = "briefgen.audit.readers.child"
MAX_DRAFT_BYTES = 100_000_000
READ_TIMEOUT_S = 300
"""Long enough for a PDF of some thousand pages on a busy machine."""


@dataclass(frozen=True, slots=True)
class DraftReader:
    """Reads drafts of one kind."""

    read: Callable[[bytes, str], Draft]
    """Take the bytes of a file and its name for messages; raise BriefgenError for a file that is refused."""


DRAFT_READERS = Registry(
    kind="kind of draft",
    group="briefgen.draft_readers",
    entry_type=DraftReader,
    built_in={
        ending: f"briefgen.audit.readers.{module}:READER"
        for ending, module in {
            "docx": "docx",
            "pdf": "pdf",
            "odt": "odt",
            "md": "markdown",
            "txt": "plain_text",
            "eml": "email",
        }.items()
    },
    unknown_problem=lambda message, hint: Problem("draft-kind", message, None, hint),
)
"""Readers by the ending of the files' names, without the dot."""
_OTHER_ENDINGS = {"markdown": "md", "text": "txt"}
_SAVE_AS = {
    "doc": "open it in Word or LibreOffice and save it as .docx",
    "docm": "save it as .docx, without macros",
    "dotx": "save it as .docx",
    "rtf": "open it in Word or LibreOffice and save it as .docx",
    "pages": "open it in Pages and export it to Word",
    "msg": "drag the message out of Outlook on the web, or save it as .eml",
    "html": "open it in Word or LibreOffice and save it as .docx",
    "htm": "open it in Word or LibreOffice and save it as .docx",
}
_ZIP, _OLE, _PDF = b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"%PDF-"


def find_reader(path: Path) -> str | None:
    """Return the name of the reader for a file by its ending; None if there is none."""
    ending = path.suffix.lower().removeprefix(".")
    name = _OTHER_ENDINGS.get(ending, ending)
    return name if name in DRAFT_READERS else None


def find_drafts(paths: Iterable[Path]) -> list[Path]:
    """Return the files, and for folders the drafts in them and their subfolders, each once, in order.

    Hidden files and folders are left out. Raise UsageError for a folder without a draft.
    """
    found: dict[Path, None] = {}
    for path in paths:
        if not is_folder(path):
            found[path] = None
            continue
        within = [file for file in sorted(path.rglob("*")) if find_reader(file) and is_regular_file(file)]
        drafts = [file for file in within if not _is_hidden(file.relative_to(path))]
        if not drafts:
            known = ", ".join(f".{one}" for one in DRAFT_READERS)
            hint = f"name a folder with files that end in one of: {known}"
            raise UsageError(Problem("draft-none", "has no draft in it", Place(str(path)), hint))
        found |= dict.fromkeys(drafts)
    return list(found)


def _is_hidden(path: Path) -> bool:
    return any(part.startswith((".", "~$")) for part in path.parts)


def read_draft(path: Path, display_name: str = "") -> Draft:
    """Read a draft; `display_name` names it in messages.

    Raise BriefgenError if it is damaged, encrypted, too large, without words or not what its name says,
    UsageError if its name has an ending that nothing reads, and StorageError if it cannot be opened.
    """
    name = display_name or str(path)
    reader = find_reader(path)
    if reader is None:
        raise UsageError(_unknown_kind_problem(path, name))
    data = read_limited_bytes(path, name, MAX_DRAFT_BYTES, larger="audit it in parts")
    if not data.strip():
        raise empty_draft_error(name)
    _check_signature(data, reader, name)
    draft = _read_in_child(data, reader, name)
    if not any(char.isalnum() for block in draft.blocks for char in block.text):
        raise empty_draft_error(name)
    return draft


def _unknown_kind_problem(path: Path, name: str) -> Problem:
    ending = path.suffix.lower().removeprefix(".")
    what = (
        f"files that end in .{ending} cannot be read" if ending else "a file without an ending cannot be read"
    )
    hint = _SAVE_AS.get(ending, f"known: {', '.join(f'.{one}' for one in DRAFT_READERS)}")
    return Problem("draft-kind", f"{what} cannot be read", Place(name), hint)


def _check_signature(data: bytes, reader: str, name: str) -> None:
    """Raise BriefgenError if the first bytes of a file contradict its ending."""
    head = data[:1024].lstrip()
    if head.startswith(_OLE) and reader in ("docx", "odt"):
        if "EncryptedPackage".encode("utf-16-le") in data:
            raise encrypted_draft_error(name)
        raise wrong_kind_error(name, "is a document of Word 97 to 2003", _SAVE_AS["doc"])
    expected = {"docx": _ZIP, "odt": _ZIP, "pdf": _PDF}.get(reader)
    if expected is not None and expected not in data[:1024]:
        raise wrong_kind_error(
            name, f"ends in .{reader} but is none", "save it again in the program that made it"
        )
    for signature, what in ((_ZIP, "a Word document or another archive"), (_PDF, "a PDF"), (_OLE, "binary")):
        if expected is None and reader in ("md", "txt", "eml") and head.startswith(signature):
            raise wrong_kind_error(name, f"ends in .{reader} but is {what}", "correct the ending of its name")


def _read_in_child(data: bytes, reader: str, name: str) -> Draft:
    answered = call_confined(_CHILD, name, {"reader": reader}, data, READ_TIMEOUT_S)
    draft: Draft = draft_adapter().validate_python(answered["draft"])
    return draft


def read_draft_text(text: str, name: str) -> Draft:
    """Read a draft in Markdown in this process; raise BriefgenError if it takes too much time or memory."""
    with draft_limits(name, len(text)):
        return read_draft_bytes(text.encode("utf-8", "replace"), "md", name)


@cache
def draft_adapter() -> Any:
    """Return what turns a Draft into JSON, and validates it on the way back."""
    from pydantic import TypeAdapter

    return TypeAdapter(Draft)


def read_draft_bytes(data: bytes, reader: str, name: str) -> Draft:
    """Read a draft in this process, with the suspicions that its characters raise."""
    from briefgen.audit.readers.characters import find_deceptive_characters

    draft = DRAFT_READERS.get(reader).read(data, name)
    found = find_deceptive_characters(draft.blocks, name)
    return replace(draft, suspicions=(*draft.suspicions, *found))
