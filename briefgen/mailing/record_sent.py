"""Record which letters have left the house: rows in sent.csv, and beside them what each letter said.

What is recorded is the file in the output folder as it lies there, even if the campaign has changed since or
somebody edited it by hand.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path

from briefgen.batch.outputs.files import LETTERS_FOLDER
from briefgen.batch.outputs.folder import FolderOutput
from briefgen.batch.preview import PreviewEntry, preview_batch
from briefgen.campaign.job import create_letter_job
from briefgen.campaign.open import Campaign
from briefgen.correspondence.history import group_delivered
from briefgen.correspondence.log import (
    WAYS,
    CorrespondenceLog,
    KeptLetter,
    SentLetter,
    append_sent,
    keep_letters,
    read_log,
    reserve_kept_name,
)
from briefgen.errors import (
    BriefgenError,
    Place,
    Problem,
    ProblemList,
    StorageError,
    UsageError,
    suggest_similar,
)
from briefgen.inspect.trace import read_document
from briefgen.model.document import Document
from briefgen.model.recipient import Recipient
from briefgen.recipients.validation import has_postal_address
from briefgen.system.limits import resource_limits

RecordProgress = Callable[[int, int], None]
"""Called with the letters looked at so far, and their number."""


@dataclass(frozen=True, slots=True)
class SentDay:
    """When, how and by whom letters were sent, and in which format."""

    on: date
    way: str
    """One of WAYS."""
    by: str
    """Empty for whoever signs the letter."""
    format: str
    again: bool = False
    """Record a letter once more that is recorded already."""


@dataclass(slots=True)
class SentReport:
    """What was recorded, and what was not."""

    recorded: list[SentLetter] = field(default_factory=list)
    known: list[str] = field(default_factory=list)
    """Recipients whose letter, the same file, had been recorded before as sent in this way."""
    changed: list[str] = field(default_factory=list)
    """Recipients whose letter is now another than the one that had been recorded before in this way."""
    missing: list[str] = field(default_factory=list)
    """Recipients whose letter has not been made."""
    edited: list[str] = field(default_factory=list)
    """Recipients whose letter was edited by hand."""
    problems: list[Problem] = field(default_factory=list)
    """Why a letter could not be read, and rows of the log that cannot be."""
    kept: str = ""
    """ZIP file with texts and evidence, relative to the campaign's folder."""


def check_sent_day(day: SentDay, campaign_date: date, today: date) -> list[Problem]:
    """Return a warning if letters were sent before their date; raise UsageError for what cannot be."""
    if day.way not in WAYS:
        hint = suggest_similar(day.way, WAYS) or f"write one of {', '.join(WAYS)}"
        raise UsageError(Problem("sent-way", f"unknown way of sending {day.way!r}", None, hint))
    reject_future_day(day.on, today)
    if day.on >= campaign_date:
        return []
    message = f"the letters are dated {campaign_date.isoformat()}, and were sent on {day.on.isoformat()}"
    hint = "nothing, if they were; otherwise remove the rows from sent.csv and record them again"
    return [Problem("sent-day", message, None, hint, severity="warning")]


def reject_future_day(day: date, today: date) -> None:
    """Raise UsageError for a day that is still to come."""
    if day > today:
        hint = "record what has happened, with the day on which it did"
        raise UsageError(Problem("sent-day", f"{day.isoformat()} is in the future", None, hint))


def find_reachable(recipients: Sequence[Recipient], way: str) -> list[Recipient]:
    """Return those of the recipients with an address for a way of sending, by e-mail or by post."""
    if way == "email":
        return [one for one in recipients if one.email]
    return [one for one in recipients if way != "post" or has_postal_address(one)]


def select_unsent(campaign: Campaign, problems: ProblemList) -> Campaign:
    """Return the campaign with those recipients alone to whom no letter was sent, or only one that came back.

    Raise UsageError if a letter was recorded as sent to everybody.
    """
    written_to = group_delivered(read_log(campaign.composer.folder, problems))
    unsent = tuple(one for one in campaign.recipients if one.id not in written_to)
    if not unsent:
        hint = "leave out --unsent to take all letters"
        raise UsageError(Problem("unsent-none", "a letter was recorded as sent to everybody", None, hint))
    return replace(campaign, recipients=unsent)


def _find_returned(log: CorrespondenceLog, way: str) -> set[str]:
    """Return the recipients of letters sent in one way that all came back."""
    delivered = group_delivered(log)
    sent = {letter.recipient for letter in log.sent if letter.way == way}
    return {id for id in sent if not any(letter.way == way for letter in delivered.get(id, ()))}


def record_sent(
    campaign: Campaign,
    output_folder: Path,
    recipients: Sequence[Recipient],
    day: SentDay,
    progress: RecordProgress | None = None,
) -> SentReport:
    """Record the letters to some recipients as sent.

    Raise StorageError if the log cannot be written; then nothing was recorded.
    """
    home, report, problems = campaign.composer.folder, SentReport(), ProblemList()
    log = read_log(home, problems)
    report.problems += problems.problems
    known = {(letter.recipient, letter.sha256) for letter in log.sent if letter.way == day.way}
    written_to = {recipient for recipient, _ in known} - _find_returned(log, day.way)
    job = create_letter_job(campaign, (day.format,), recipients)
    by_id = {recipient.id: recipient for recipient in recipients}
    kept_name = reserve_kept_name(home, day.on, day.way)
    texts: list[KeptLetter] = []
    reader = _LetterReader(campaign)
    letters = preview_batch(job, FolderOutput(output_folder)).letters
    for number, letter in enumerate(letters, start=1):
        if progress is not None:
            progress(number, len(letters))
        path = output_folder / LETTERS_FOLDER / letter.file
        try:
            sha256 = hash_file(path)
        except FileNotFoundError:
            report.missing.append(letter.recipient)
            continue
        if letter.recipient in written_to and not day.again:
            is_same = (letter.recipient, sha256) in known
            (report.known if is_same else report.changed).append(letter.recipient)
            continue
        try:
            text = reader.read(by_id[letter.recipient], letter, path)
        except BriefgenError as error:
            report.problems += error.problems
            continue
        if letter.why == "edited":
            report.edited.append(letter.recipient)
        texts.append(text)
        report.recorded.append(
            SentLetter(
                letter.recipient,
                by_id[letter.recipient].full_name or by_id[letter.recipient].organisation,
                day.on,
                day.way,
                f"{LETTERS_FOLDER}/{letter.file}",
                sha256,
                day.by or campaign.composer.for_recipient(by_id[letter.recipient]).campaign.sender.name,
                campaign.config.id,
                tuple(entry["id"] for entry in text.record.get("snippets", ())),
                kept_name,
            )
        )
    if report.recorded:
        keep_letters(home, kept_name, texts, report.recorded)
        append_sent(home, report.recorded)
        report.kept = kept_name
    return report


class _LetterReader:
    """Finds out what a letter says: an unchanged one is composed again, any other is read from its file."""

    def __init__(self, campaign: Campaign) -> None:
        renderers = campaign.renderers(("txt",))
        self._composer = campaign.page_fitter(renderers)
        self._text = renderers()["txt"]

    def read(self, recipient: Recipient, letter: PreviewEntry, path: Path) -> KeptLetter:
        """Return text and evidence record of a letter; raise BriefgenError if its file cannot be read."""
        if letter.state == "unchanged":
            with resource_limits(f"the letter to {recipient.id}"):
                document: Document = self._composer.compose_letter(recipient)
                text = self._text.render(document).data.decode()
            return KeptLetter(recipient.id, text, document.record)
        if path.suffix == ".txt":  # it has no record of its own
            return KeptLetter(recipient.id, path.read_text(encoding="utf-8", errors="replace"), {})
        extracted = read_document(path)
        return KeptLetter(recipient.id, extracted.running or extracted.text, extracted.record or {})


def hash_file(path: Path) -> str:
    """Return the SHA-256 (hex) of a file.

    Raise FileNotFoundError if there is none, StorageError if it cannot be read.
    """
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except FileNotFoundError:
        raise
    except OSError as error:
        raise StorageError(
            Problem("file-unreadable", f"cannot be read: {error.strerror or error}", Place(str(path)))
        ) from None
