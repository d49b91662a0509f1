"""All drafts in one file: as an mbox, and as a table for the mail merges of other programs."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from briefgen.errors import BriefgenError, Problem
from briefgen.mailing.email_message import EmailDraft
from briefgen.mailing.print_run import FinishedLetter
from briefgen.model.text import escape_formulas

MBOX_FILE = "drafts.mbox"
MERGE_FILE = "mail-merge.csv"
MAX_MBOX_BYTES = 500_000_000
"""A larger one opens in no mail program."""
_HEADERS = ("To", "Cc", "Bcc", "ReplyTo", "Name", "FirstName", "LastName", "Subject", "Body")
_FROM_LINE = re.compile(rb"^(>*From )", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class MailMergeRow:
    """One draft as a row of the table."""

    letter: FinishedLetter
    draft: EmailDraft


@dataclass(slots=True)
class MboxBuilder:
    """Joins messages into an mbox file (RFC 4155; lines that begin with From are quoted as in mboxrd)."""

    _parts: list[bytes] = field(default_factory=list)
    _size: int = 0

    @property
    def is_too_large(self) -> bool:
        """Return whether the file would be larger than MAX_MBOX_BYTES; no message is kept then."""
        return self._size > MAX_MBOX_BYTES

    def add(self, message: bytes) -> None:
        """Add a message."""
        quoted = _FROM_LINE.sub(rb">\1", message.replace(b"\r\n", b"\n"))
        self._size += len(quoted)
        self._parts.append(b"From briefgen Thu Jan  1 00:00:00 1970\n" + quoted + b"\n")
        if self.is_too_large:
            self._parts.clear()

    def build(self) -> bytes:
        """Return the file; raise BriefgenError if it is too large."""
        if self.is_too_large:
            raise BriefgenError(
                Problem(
                    "mbox-large",
                    f"the mbox would have more than {MAX_MBOX_BYTES // 1_000_000} MB",
                    None,
                    "leave out --mbox and open the drafts from their folder, or enclose smaller files",
                )
            )
        return b"".join(self._parts)


def build_merge_file(rows: Sequence[MailMergeRow], folder: Path) -> bytes:
    """Return a table in CSV for mail merges, with a column for each header, the text, and each file.

    Several addresses are separated by commas, and files are given by their full paths. `folder` is that of
    the table, where enclosures are that were made just now.
    """
    files = [_list_files(row, folder) for row in rows]
    count = max(map(len, files))
    table = [[*_HEADERS, *(f"Attachment{number}" for number in range(1, count + 1))]]
    for row, names in zip(rows, files, strict=True):
        table.append([*_cells(row), *names, *[""] * (count - len(names))])
    text = io.StringIO(newline="")
    csv.writer(text).writerows([escape_formulas(cell) for cell in line] for line in table)
    return text.getvalue().encode("utf-8-sig")


def _cells(row: MailMergeRow) -> list[str]:
    draft, recipient = row.draft, row.letter.recipient
    lists = (draft.to, draft.cc, draft.bcc, draft.reply_to)
    addresses = [", ".join(address.addr_spec for address in mailboxes) for mailboxes in lists]
    name = draft.to[0].display_name
    return [*addresses, name, recipient.given, recipient.family, draft.subject, draft.text]


def _list_files(row: MailMergeRow, folder: Path) -> list[str]:
    files = (file.path or folder / file.file_name for file in row.draft.attachments)
    return [str(path.resolve()) for path in files]
