"""Write e-mail drafts with the finished letters attached, one message per recipient; nothing is sent."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from email.errors import MessageError
from email.headerregistry import Address
from pathlib import Path

from briefgen.batch.file_names import letter_file_stem, slugify
from briefgen.campaign.job import create_letter_job
from briefgen.campaign.open import Campaign
from briefgen.compose.copyholders import list_copyholders
from briefgen.errors import BriefgenError, Problem, abbreviate_names, quantity
from briefgen.mailing.email_message import AttachedFile, EmailDraft, build_message, parse_mailbox
from briefgen.mailing.email_text import build_email_html, build_email_text
from briefgen.mailing.enclosures import EnclosureReader
from briefgen.mailing.file_name_patterns import name_attachment
from briefgen.mailing.mail_merge import MBOX_FILE, MERGE_FILE, MailMergeRow, MboxBuilder, build_merge_file
from briefgen.mailing.print_run import FinishedLetter, OutputFile, find_finished_letters, write_files
from briefgen.model.recipient import Recipient
from briefgen.recipients.schema import EMAIL_BCC_COLUMN, EMAIL_CC_COLUMN, CellError, parse_emails
from briefgen.render.registry import FORMATS

DRAFTS_FOLDER = "drafts"
"""Folder of the drafts within the output folder."""
LARGE_DRAFT_BYTES = 20_000_000
"""What most mail servers take; the usual limits are 20 to 35 MB."""
_MAX_NAMED = 5
"""Recipients named in a message; further ones are counted."""


@dataclass(frozen=True, slots=True)
class DraftOptions:
    """What is written beside the drafts."""

    mbox: bool = False
    merge_file: bool = False


@dataclass(frozen=True, slots=True)
class DraftReport:
    """What came of writing drafts."""

    written: dict[str, str]
    """File by recipient id."""
    problems: list[Problem]
    """Why others got none, although they have an e-mail address."""
    warnings: list[Problem]
    """About drafts that were written."""
    without_email: list[str]
    """Ids of recipients without one."""
    outdated: list[str]
    """Drafts of an earlier run that are still in the folder."""
    kept: list[str]
    """Where drafts that somebody had edited by hand were moved, in the output folder."""
    others: list[str]
    """Further files: an mbox, a table for mail merges."""


def write_drafts(
    campaign: Campaign,
    formats: tuple[str, ...],
    output_folder: Path,
    options: DraftOptions | None = None,
) -> DraftReport:
    """Write a draft to each recipient with an e-mail address, with the finished letter attached.

    Raise BriefgenError if the sender has no e-mail address, a letter is not ready, or an enclosure unusable.
    """
    config, options = campaign.config, options or DraftOptions()
    if not config.sender.email:
        raise BriefgenError(
            Problem(
                "drafts-sender",
                "the sender has no e-mail address",
                config.locate("sender"),
                "fill in sender.email",
            )
        )
    reachable = [recipient for recipient in campaign.recipients if recipient.email]
    finished = find_finished_letters(create_letter_job(campaign, formats, reachable), output_folder)
    run = _DraftRun(DraftWriter(campaign), options, output_folder / DRAFTS_FOLDER)
    kept = write_files(config, output_folder, DRAFTS_FOLDER, run.build_files(finished))
    present = {path.name for path in (output_folder / DRAFTS_FOLDER).glob("*.eml")}
    return DraftReport(
        run.written,
        _count_repeated(run.problems),
        [*_warn_about_size(run.sizes), *_warn_about_shared_addresses(reachable)],
        [recipient.id for recipient in campaign.recipients if not recipient.email],
        sorted(present - set(run.written.values())),
        kept,
        run.others,
    )


@dataclass(slots=True)
class _DraftRun:
    """The drafts of one run, and what became of them."""

    writer: DraftWriter
    options: DraftOptions
    folder: Path
    written: dict[str, str] = field(default_factory=dict)
    sizes: dict[str, int] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    others: list[str] = field(default_factory=list)

    def build_files(self, finished: Iterable[FinishedLetter]) -> Iterator[OutputFile]:
        """Yield the files one at a time: together they would be as large as all letters."""
        mbox = MboxBuilder()
        rows: list[MailMergeRow] = []
        for letter in finished:
            try:
                draft = self.writer.write(letter)
                data = build_message(draft)
            except BriefgenError as error:
                self.problems += error.problems
                continue
            except (MessageError, ValueError) as error:
                self.problems.append(_address_problem(letter.recipient, str(error)))
                continue
            name = f"{letter_file_stem(letter.recipient)}.eml"
            self.written[letter.recipient.id], self.sizes[letter.recipient.id] = name, len(data)
            if self.options.mbox:
                mbox.add(data)
            if self.options.merge_file:
                rows.append(MailMergeRow(letter, draft))
            yield OutputFile(name, data, letter.recipient.id)
        yield from self._build_others(mbox, rows)

    def _build_others(self, mbox: MboxBuilder, rows: Sequence[MailMergeRow]) -> Iterator[OutputFile]:
        if self.options.mbox and self.written:
            try:
                yield OutputFile(MBOX_FILE, mbox.build(), "all drafts")
                self.others.append(MBOX_FILE)
            except BriefgenError as error:
                self.problems += error.problems
        if rows:
            self.others.append(MERGE_FILE)
            made = {file.file_name: file for row in rows for file in row.draft.attachments if not file.path}
            for file in made.values():
                yield OutputFile(file.file_name, file.data, file.name)
            yield OutputFile(MERGE_FILE, build_merge_file(rows, self.folder), "a table for mail merges")


@dataclass(slots=True)
class DraftWriter:
    """Writes what the e-mail with a letter says, and whom it is to."""

    campaign: Campaign
    _reader: EnclosureReader = field(init=False)

    def __post_init__(self) -> None:
        self._reader = EnclosureReader(self.campaign)

    def write(self, letter: FinishedLetter) -> EmailDraft:
        """Return the draft of the e-mail with a letter.

        Raise BriefgenError if its text cannot be composed, ValueError if an address is none.
        """
        recipient, config = letter.recipient, self.campaign.config
        composer = self.campaign.composer.for_recipient(recipient)
        to, sender = composer.address(recipient), composer.campaign.sender
        subject = composer.email_subject(recipient)
        html = composer.compose_email(recipient)
        language = composer.campaign.language
        copies = [one.email for one in list_copyholders(recipient, composer.campaign.letter) if one.email]
        first, *others = (recipient.email, *recipient.other_emails)
        return EmailDraft(
            sender=parse_mailbox(sender.email, sender.name),
            to=(parse_mailbox(first, to.name), *map(parse_mailbox, others)),
            subject=subject,
            text=build_email_text(html, language),
            html=build_email_html(html, subject, language),
            language=language,
            cc=_read_mailboxes([*config.email.cc, *copies], recipient, EMAIL_CC_COLUMN),
            bcc=_read_mailboxes(config.email.bcc, recipient, EMAIL_BCC_COLUMN),
            reply_to=tuple(parse_mailbox(one) for one in [config.email.reply_to] if one),
            attachments=(*self._attach_letter(letter), *self._reader.read(recipient)),
        )

    def _attach_letter(self, letter: FinishedLetter) -> Iterator[AttachedFile]:
        own = self.campaign.composer.for_recipient(letter.recipient).campaign
        name = name_attachment(letter.recipient, self.campaign.config)
        name = name or f"{slugify(own.sender.organisation)}-{own.date}"
        for format, path in letter.files:
            kind = FORMATS.get(format).media_type
            yield AttachedFile(f"{name}.{format}", kind, path.read_bytes(), path=path)


def _read_mailboxes(own: Sequence[str], recipient: Recipient, column: str) -> tuple[Address, ...]:
    """Return the campaign's mailboxes and those in a recipient's column, each once."""
    cell = recipient.extra.get(column, "")
    try:
        listed = parse_emails(cell) if cell.strip() else []
    except CellError as error:
        raise ValueError(f"column {column}: {error}") from None
    return tuple(parse_mailbox(address) for address in dict.fromkeys([*own, *listed]))


def _address_problem(recipient: Recipient, reason: str) -> Problem:
    return Problem(
        "draft-address",
        f"cannot draft an e-mail to {recipient.id} at {recipient.email!r}: {reason}",
        recipient.place,
        "correct the email column",
        about=recipient.id,
    )


def _count_repeated(problems: Iterable[Problem]) -> list[Problem]:
    """Return each problem once, those of the same cause in other e-mails as a count."""
    first: dict[tuple[object, ...], Problem] = {}
    counts: Counter[tuple[object, ...]] = Counter()
    for problem in problems:
        key = (problem.code, problem.place, problem.hint)
        first.setdefault(key, problem)
        counts[key] += 1
    return [
        replace(problem, message=f"{problem.message} (and in {quantity(counts[key] - 1, 'other e-mail')})")
        if counts[key] > 1
        else problem
        for key, problem in first.items()
    ]


def _warn_about_size(sizes: dict[str, int]) -> Iterator[Problem]:
    large = {name: size for name, size in sizes.items() if size > LARGE_DRAFT_BYTES}
    if large:
        most = max(large.values()) / 1_000_000
        yield Problem(
            "draft-large",
            f"{quantity(len(large), 'draft')} of up to {most:.0f} MB will be refused by many mail servers: "
            f"{abbreviate_names(list(large), _MAX_NAMED)}",
            None,
            f"enclose smaller files, or a link: {LARGE_DRAFT_BYTES // 1_000_000} MB are safe, and a file "
            "takes a third more in an e-mail",
            severity="warning",
        )


def _warn_about_shared_addresses(recipients: Iterable[Recipient]) -> Iterator[Problem]:
    owners: dict[str, list[Recipient]] = {}
    for recipient in recipients:
        for address in dict.fromkeys((recipient.email, *recipient.other_emails)):
            owners.setdefault(address.lower(), []).append(recipient)
    for address, sharing in owners.items():
        if len(sharing) > 1:
            names = abbreviate_names([one.id for one in sharing], _MAX_NAMED)
            yield Problem(
                "email-shared",
                f"{quantity(len(sharing), 'draft')} go to the same address {address}: {names}",
                sharing[1].place,
                "find each person's own address, or send one e-mail with all letters to this one",
                severity="warning",
            )
