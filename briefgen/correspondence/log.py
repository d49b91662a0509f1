"""The log of a campaign: `sent.csv` and `replies.csv`, which are only ever appended to.

Both lie in the campaign's folder. What was recorded in one go has a ZIP file in the folder `sent/`, with the
text of each letter, its evidence record and the rows of the log; nothing replaces or removes it.
"""

from __future__ import annotations

import csv
import errno
import io
import json
import os
import zipfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any, TypeVar

from briefgen.errors import BriefgenError, Place, Problem, ProblemList, StorageError
from briefgen.model.text import escape_formulas, unescape_formulas
from briefgen.system.files import is_inside_folder, is_regular_file, read_limited_bytes

SENT_FILE = "sent.csv"
REPLIES_FILE = "replies.csv"
KEPT_FOLDER = "sent"
ROWS_MEMBER = "sent.csv"
"""Name of the rows of the log within a ZIP file of kept letters."""
WAYS = ("post", "email", "hand", "web-form")
"""Ways in which a letter can leave the house."""
REPLY_KINDS = ("reply", "returned", "note")
"""`returned` is a letter that came back undelivered."""
SENT_COLUMNS = ("recipient", "name", "day", "way", "file", "sha256", "by", "campaign", "snippets", "kept")
REPLY_COLUMNS = ("recipient", "day", "kind", "note", "by")
MAX_LOG_BYTES = 200_000_000
"""100,000 letters take about 40 MB."""
MAX_MEMBER_BYTES = 20_000_000
_Entry = TypeVar("_Entry")


@dataclass(frozen=True, slots=True)
class SentLetter:
    """A letter that left the house."""

    recipient: str
    """Id of the recipient."""
    name: str
    """As addressed at the time."""
    day: date
    way: str
    """One of WAYS."""
    file: str
    """Path of the file in the output folder."""
    sha256: str
    """Of the file (hex)."""
    by: str
    """Who sent it."""
    campaign: str
    """Id of the campaign."""
    snippets: tuple[str, ...]
    """Ids of the statements that were printed in it."""
    kept: str
    """ZIP file with its text and evidence record, relative to the campaign's folder."""

    def as_row(self) -> tuple[str, ...]:
        """Return the row of sent.csv."""
        return (
            self.recipient,
            self.name,
            self.day.isoformat(),
            self.way,
            self.file,
            self.sha256,
            self.by,
            self.campaign,
            " ".join(self.snippets),
            self.kept,
        )


@dataclass(frozen=True, slots=True)
class Reply:
    """A reply, a letter that came back, or a note about a recipient."""

    recipient: str
    day: date
    kind: str
    """One of REPLY_KINDS."""
    note: str
    by: str

    def as_row(self) -> tuple[str, ...]:
        """Return the row of replies.csv."""
        return (self.recipient, self.day.isoformat(), self.kind, self.note, self.by)


@dataclass(frozen=True, slots=True)
class CorrespondenceLog:
    """Everything that a campaign's log says, in the order in which it was recorded."""

    folder: Path
    sent: tuple[SentLetter, ...]
    replies: tuple[Reply, ...]

    def read_record(self, letter: SentLetter) -> Mapping[str, Any]:
        """Return the evidence record that was kept of a letter; raise BriefgenError if it is gone."""
        name = f"{letter.recipient}.json"
        try:
            record = json.loads(read_kept_member(self.folder, letter.kept, name))
        except (ValueError, RecursionError):
            record = None
        if not isinstance(record, dict):
            raise kept_problem(self.folder, letter.kept, f"{name} is no evidence record")
        return record


def read_log(folder: Path, problems: ProblemList, label: str = "") -> CorrespondenceLog:
    """Read the log in a campaign's folder, empty if nothing was recorded.

    A row that cannot be read is a problem and is left out. `label` names the folder in messages. Raise
    StorageError for a file that is too large, no regular file, or leads out of the folder.
    """
    sent = _read_table(folder, SENT_FILE, SENT_COLUMNS, _parse_sent, problems, label)
    replies = _read_table(folder, REPLIES_FILE, REPLY_COLUMNS, _parse_reply, problems, label)
    return CorrespondenceLog(folder, tuple(sent), tuple(replies))


def append_sent(folder: Path, letters: Sequence[SentLetter]) -> None:
    """Append letters to sent.csv. Raise StorageError if it cannot be written."""
    _append_rows(folder, SENT_FILE, SENT_COLUMNS, [letter.as_row() for letter in letters])


def append_replies(folder: Path, replies: Sequence[Reply]) -> None:
    """Append to replies.csv. Raise StorageError if it cannot be written."""
    _append_rows(folder, REPLIES_FILE, REPLY_COLUMNS, [reply.as_row() for reply in replies])


@dataclass(frozen=True, slots=True)
class KeptLetter:
    """The text of a letter and its evidence record, as they are kept."""

    recipient: str
    text: str
    record: Mapping[str, Any]


def reserve_kept_name(folder: Path, day: date, way: str) -> str:
    """Return a name in `sent/` that no earlier record has, relative to the campaign's folder.

    Raise StorageError if `sent` leads out of the folder.
    """
    home = folder / KEPT_FOLDER
    _reject_outside(home, folder)
    number = 1
    while (home / (name := f"{day.isoformat()}-{way}-{number}.zip")).exists():
        number += 1
    return f"{KEPT_FOLDER}/{name}"


def keep_letters(folder: Path, name: str, letters: Sequence[KeptLetter], rows: Sequence[SentLetter]) -> None:
    """Write the texts and records of letters, and their rows of the log, into a new ZIP file.

    Raise StorageError if it exists or cannot be written.
    """
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as archive:
        table = _format_rows([SENT_COLUMNS, *(row.as_row() for row in rows)])
        _add_member(archive, ROWS_MEMBER, table)
        for letter in letters:
            _add_member(archive, f"{letter.recipient}.txt", letter.text.encode())
            record = json.dumps(letter.record, ensure_ascii=False, indent=1, default=str)
            _add_member(archive, f"{letter.recipient}.json", record.encode())
    path = folder / name
    try:
        path.parent.mkdir(exist_ok=True)
        with path.open("xb") as file:
            file.write(data.getvalue())
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        raise _unwritable(path, error) from None


def read_kept_member(folder: Path, kept: str, name: str) -> str:
    """Return a file of a ZIP file of kept letters; raise BriefgenError if there is none that can be read."""
    path = folder / kept
    if "\\" in kept or not kept.startswith(f"{KEPT_FOLDER}/") or not is_inside_folder(path, folder):
        raise kept_problem(folder, kept, "it is not in the folder sent/")
    if path.exists() and not is_regular_file(path):
        raise kept_problem(folder, kept, "it is no file")
    try:
        with zipfile.ZipFile(path) as archive:
            info = archive.getinfo(name)
            if info.file_size > MAX_MEMBER_BYTES:
                raise kept_problem(folder, kept, f"{name} is too large")
            return archive.read(info).decode()
    except KeyError:
        raise kept_problem(folder, kept, f"it has no {name}") from None
    except FileNotFoundError:
        raise kept_problem(folder, kept, "it is gone") from None
    except (OSError, ValueError, zipfile.BadZipFile, NotImplementedError, RuntimeError) as error:
        raise kept_problem(folder, kept, str(error)) from None


def kept_problem(folder: Path, kept: str, why: str) -> BriefgenError:
    """Return the error that what was kept of a letter cannot be read."""
    return BriefgenError(
        Problem(
            "log-kept",
            f"what was kept of this letter cannot be read: {why}",
            Place(str(folder / kept)),
            "restore it from a backup; the letter itself, if it is still there, has the same record",
        )
    )


def find_changed_rows(log: CorrespondenceLog) -> Iterator[Problem]:
    """Find rows of sent.csv that are not as they were recorded, or were removed since.

    Raise StorageError if the folder `sent` leads out of the campaign's.
    """
    by_file: dict[str, list[SentLetter]] = {}
    for letter in log.sent:
        by_file.setdefault(letter.kept, []).append(letter)
    _reject_outside(log.folder / KEPT_FOLDER, log.folder)
    files = {f"{KEPT_FOLDER}/{path.name}" for path in (log.folder / KEPT_FOLDER).glob("*.zip")}
    for kept in sorted(files | by_file.keys()):
        try:
            recorded = read_kept_member(log.folder, kept, ROWS_MEMBER)
        except BriefgenError as error:
            yield from error.problems
            continue
        rows = [tuple(row) for row in csv.reader(io.StringIO(recorded))][1:]
        present = {letter.as_row() for letter in by_file.get(kept, ())}
        kept_rows = {tuple(map(unescape_formulas, row)) for row in rows}
        for row in sorted(kept_rows - present):
            yield _changed_row(log.folder, kept, row, "is not in sent.csv as it was recorded")
        for row in sorted(present - kept_rows):
            yield _changed_row(log.folder, kept, row, "was not recorded by briefgen")


def _changed_row(folder: Path, kept: str, row: tuple[str, ...], what: str) -> Problem:
    return Problem(
        "log-changed",
        f"the letter to {row[0]} of {row[2]} {what} ({kept})",
        Place(str(folder / SENT_FILE)),
        "restore sent.csv from a backup, or correct the row by the copy in the ZIP file",
        severity="warning",
        about=row[0],
    )


def _add_member(archive: zipfile.ZipFile, name: str, data: bytes) -> None:
    info = zipfile.ZipInfo(name)  # dated 1980, so that equal contents are equal files
    info.compress_type = zipfile.ZIP_DEFLATED
    archive.writestr(info, data)


def _read_table(
    folder: Path,
    name: str,
    columns: Sequence[str],
    parse: Callable[[Sequence[str]], _Entry],
    problems: ProblemList,
    label: str,
) -> Iterator[_Entry]:
    path, shown = folder / name, f"{label}/{name}" if label else name
    _reject_outside(path, folder)
    if not os.path.lexists(path):
        return
    text = _decode(read_limited_bytes(path, shown, MAX_LOG_BYTES), shown)
    text, newline, torn = text.rpartition("\n")
    if torn:
        problems.add(_torn_row(shown, text.count("\n") + 2))
    reader = csv.reader(io.StringIO(text + newline, newline=""))
    if next(reader, []) != list(columns):
        raise StorageError(_changed_table(shown, f"its first line is not {','.join(columns)}"))
    try:
        for row in reader:
            try:
                yield parse([unescape_formulas(cell) if "'" in cell else cell for cell in row])
            except ValueError as error:
                problems.add(_bad_row(shown, reader.line_num, str(error)))
    except csv.Error as error:
        problems.add(_bad_row(shown, reader.line_num, str(error)))


def _decode(data: bytes, shown: str) -> str:
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise StorageError(_changed_table(shown, "it is no longer in UTF-8")) from None


def _parse_sent(row: Sequence[str]) -> SentLetter:
    _require_cells(row, SENT_COLUMNS)
    recipient, name, day, way, file, sha256, by, campaign, snippets, kept = row
    if way not in WAYS:
        raise ValueError(f"the way {way!r} is none of {', '.join(WAYS)}")
    return SentLetter(
        recipient, name, _parse_day(day), way, file, sha256, by, campaign, _split_ids(snippets), kept
    )


def _parse_reply(row: Sequence[str]) -> Reply:
    _require_cells(row, REPLY_COLUMNS)
    recipient, day, kind, note, by = row
    if kind not in REPLY_KINDS:
        raise ValueError(f"the kind {kind!r} is none of {', '.join(REPLY_KINDS)}")
    return Reply(recipient, _parse_day(day), kind, note, by)


def _require_cells(row: Sequence[str], columns: Sequence[str]) -> None:
    if len(row) != len(columns):
        raise ValueError(f"it has {len(row)} cells, and there are {len(columns)} columns")
    if not row[0]:
        raise ValueError("it names no recipient")


@lru_cache(maxsize=4096)  # a campaign has few sets of statements, and a log few days
def _split_ids(text: str) -> tuple[str, ...]:
    return tuple(text.split())


@lru_cache(maxsize=4096)
def _parse_day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise ValueError(f"{text!r} is no day written like 2027-03-01") from None


def _append_rows(folder: Path, name: str, columns: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """Append rows in one write, so that two processes can do so at once; undo one that was cut short."""
    path = folder / name
    _reject_outside(path, folder)
    try:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND | getattr(os, "O_NOFOLLOW", 0), 0o666)
        with os.fdopen(descriptor, "r+b", buffering=0) as file:
            size = file.seek(0, os.SEEK_END)
            head = b"" if size else _format_rows([columns])
            if size and not _ends_line(file, size):
                head = b"\r\n"  # an earlier write was cut short
            data = head + _format_rows(rows)
            written = file.write(data)
            if written != len(data):
                file.truncate(size)
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
            os.fsync(file.fileno())
    except OSError as error:
        raise _unwritable(path, error) from None


def _ends_line(file: io.FileIO, size: int) -> bool:
    file.seek(size - 1)
    return file.read(1) == b"\n"


def _format_rows(rows: Iterable[Sequence[str]]) -> bytes:
    table = io.StringIO(newline="")
    csv.writer(table).writerows([escape_formulas(cell) for cell in row] for row in rows)
    return table.getvalue().encode("utf-8", "backslashreplace")


def _reject_outside(path: Path, folder: Path) -> None:
    if not is_inside_folder(path, folder):
        raise StorageError(
            Problem(
                "log-outside",
                "leads to somewhere outside the campaign's folder",
                Place(str(path)),
                "replace the link by a file or folder of its own",
            )
        )


def _unwritable(path: Path, error: OSError) -> StorageError:
    reason = error.strerror or str(error)
    return StorageError(Problem("file-unwritable", f"cannot be written: {reason}", Place(str(path))))


def _changed_table(shown: str, what: str) -> Problem:
    return Problem(
        "log-changed",
        f"the log has been changed by another program: {what}",
        Place(shown),
        "restore it from a backup; to look at it in a spreadsheet, use briefgen log --csv FILE",
    )


def _torn_row(shown: str, line: int) -> Problem:
    return Problem(
        "log-row",
        "the last row was not written to its end, and is left out",
        Place(shown, line),
        "record that letter or reply again, and remove what there is of the row",
        severity="warning",
    )


def _bad_row(shown: str, line: int, why: str) -> Problem:
    return Problem(
        "log-row",
        f"this row cannot be read, and is left out: {why}",
        Place(shown, line),
        "correct it by the copy in sent/, or restore the file from a backup",
        severity="warning",
    )
