"""Build e-mail drafts with the finished letters attached, one message per recipient; nothing is sent.

The headers are built with Python's own email package, which rejects header injection.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from email.errors import HeaderParseError, MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from hashlib import sha256
from pathlib import Path

from briefgen.address.address import address_recipient
from briefgen.batch.file_names import letter_file_stem, slugify
from briefgen.campaign.job import create_letter_job
from briefgen.campaign.open import Campaign
from briefgen.compose.boilerplate import Boilerplate
from briefgen.compose.english_variants import reader_country
from briefgen.compose.templates import format_long_date
from briefgen.errors import BriefgenError, Problem
from briefgen.mailing.enclosures import EnclosedFile, EnclosureReader
from briefgen.mailing.print_run import OutputFile, find_finished_letters, write_files
from briefgen.model.campaign import CampaignConfig
from briefgen.model.recipient import AddressAndSalutation, Recipient
from briefgen.render.registry import FORMATS

DRAFTS_FOLDER = "drafts"
"""Folder of the drafts within the output folder."""
_EMAIL_ADDRESS = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+")
"""The HTML standard's subset of RFC 5322 addresses, except that the domain must contain a dot."""


@dataclass(frozen=True, slots=True)
class LetterAttachment:
    """A finished letter in one format."""

    format: str
    data: bytes


@dataclass(frozen=True, slots=True)
class DraftReport:
    """What came of writing drafts."""

    written: dict[str, str]
    """File by recipient id."""
    problems: list[Problem]
    """Why others got none, although they have an e-mail address."""
    without_email: list[str]
    """Ids of recipients without one."""
    outdated: list[str]
    """Drafts of an earlier run that are still in the folder."""
    kept: list[str]
    """Where drafts that somebody had edited by hand were moved, in the output folder."""


def write_drafts(campaign: Campaign, formats: tuple[str, ...], output_folder: Path) -> DraftReport:
    """Write a draft to each recipient with an e-mail address, with the finished letter attached.

    Raise BriefgenError if the sender has no e-mail address or a letter is not ready.
    """
    config = campaign.config
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
    name = f"{slugify(config.sender.organisation)}-{config.date}"
    reader = EnclosureReader(campaign)
    written: dict[str, str] = {}
    problems: list[Problem] = []

    def build_files() -> Iterator[OutputFile]:
        # One at a time: together they would be as large as all letters.
        for letter in finished:
            recipient = letter.recipient
            to = address_recipient(recipient, campaign.composer.forms, sender_country=config.sender.country)
            attachments = [LetterAttachment(format, path.read_bytes()) for format, path in letter.files]
            subject = campaign.composer.subject_line(recipient)
            words = campaign.composer.for_recipient(recipient).campaign
            enclosed = reader.read(recipient)
            draft = build_draft(words, recipient, to, attachments, name, subject=subject, enclosed=enclosed)
            if isinstance(draft, Problem):
                problems.append(draft)
                continue
            written[recipient.id] = f"{letter_file_stem(recipient)}.eml"
            yield OutputFile(written[recipient.id], draft, recipient.id)

    kept = write_files(config, output_folder, DRAFTS_FOLDER, build_files())
    present = {path.name for path in (output_folder / DRAFTS_FOLDER).glob("*.eml")}
    return DraftReport(
        written,
        problems,
        [recipient.id for recipient in campaign.recipients if not recipient.email],
        sorted(present - set(written.values())),
        kept,
    )


def build_draft(
    campaign: CampaignConfig,
    recipient: Recipient,
    to: AddressAndSalutation,
    letters: Sequence[LetterAttachment],
    name: str,
    *,
    subject: str,
    enclosed: Sequence[EnclosedFile] = (),
) -> bytes | Problem:
    """Build the draft to one recipient as an RFC 5322 message, or return the problem that prevents it.

    `name` is the attachments' file name without extension; `subject` is the letter's reference line.
    The same letter gives the same bytes.
    """
    message = EmailMessage(policy=SMTP)
    try:
        message["From"] = _parse_mailbox(campaign.sender.name, campaign.sender.email)
        message["To"] = _parse_mailbox(to.name, recipient.email)
        message["Subject"] = subject
    except (HeaderParseError, MessageError, ValueError) as error:
        return Problem(
            "draft-address",
            f"cannot draft an e-mail to {recipient.id} at {recipient.email!r}: {error}",
            recipient.place,
            "correct the email column",
        )
    message["X-Unsent"] = "1"  # makes Outlook open the message as a draft
    message.set_content(_build_draft_body(campaign, recipient, to, subject))
    for letter in letters:
        main, sub = FORMATS.get(letter.format).media_type.split("/")
        message.add_attachment(letter.data, maintype=main, subtype=sub, filename=f"{name}.{letter.format}")
    for file in enclosed:
        main, sub = file.media_type.split("/")
        message.add_attachment(file.data, maintype=main, subtype=sub, filename=file.file_name)
    message["Content-Language"] = campaign.language
    _set_reproducible_boundary(message, [*letters, *enclosed])
    return message.as_bytes()


def _parse_mailbox(name: str, address: str) -> Address:
    if not _EMAIL_ADDRESS.fullmatch(address):
        raise ValueError("not an e-mail address")
    local, _, domain = address.rpartition("@")
    return Address(display_name=" ".join(name.split()), username=local, domain=domain)


def _build_draft_body(
    campaign: CampaignConfig, recipient: Recipient, to: AddressAndSalutation, subject: str
) -> str:
    """Return the message text: salutation, one sentence, close, and the sender's name and contacts."""
    sender = campaign.sender
    country = reader_country(recipient, sender.country)
    boilerplate = Boilerplate(
        campaign.language,
        to.you,
        {
            "date": format_long_date(campaign.date, campaign.language, country),
            "subject": subject,
        },
        own=[campaign.words],
    )
    signature = [sender.name, sender.title, sender.organisation]
    contacts = [*sender.address, sender.phone, sender.email, sender.website]
    parts = [
        to.salutation,
        boilerplate["draft"],
        to.close,
        "\n".join(line for line in signature if line),
        "\n".join(line for line in contacts if line),
    ]
    return "\n\n".join(parts) + "\n"


def _set_reproducible_boundary(
    message: EmailMessage, attached: Sequence[LetterAttachment | EnclosedFile]
) -> None:
    """Set the multipart boundary from the attachments; the default is random, so no two runs would match."""
    if message.is_multipart():
        digest = sha256(b"\0".join(file.data for file in attached)).hexdigest()[:32]
        message.set_boundary(f"=-briefgen-{digest}")
