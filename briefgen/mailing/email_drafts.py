"""Drafts of e-mails, ready to open in a mail program: one for each letter, with the letter attached.

It writes messages and sends nothing. Headers are made by Python's own email package, which refuses what would
smuggle in others.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from email.errors import HeaderParseError, MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from hashlib import sha256

from briefgen.compose.boilerplate import Furniture
from briefgen.compose.english_variants import country_read_in
from briefgen.compose.templates import long_date
from briefgen.errors import Problem
from briefgen.model.campaign import CampaignConfig
from briefgen.model.recipient import Addressed, Recipient

_TYPES = {
    "pdf": ("application", "pdf"),
    "docx": ("application", "vnd.openxmlformats-officedocument.wordprocessingml.document"),
    "txt": ("text", "plain"),
}

_ADDRESS = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+")
"""RFC 5322 as the HTML standard takes it for a field of a form, with a full stop in the domain."""


@dataclass(frozen=True, slots=True)
class Attached:
    """A finished letter in one format."""

    format: str
    data: bytes


def draft(
    campaign: CampaignConfig,
    recipient: Recipient,
    to: Addressed,
    letters: Sequence[Attached],
    name: str,
    *,
    subject: str,
) -> bytes | Problem:
    """The draft to one recipient as a message (RFC 5322), or why there can be none.

    `name` is that of the attachments, without ending; `subject` is the letter's reference line.
    The same letter gives the same bytes.
    """
    message = EmailMessage(policy=SMTP)
    try:
        message["From"] = _mailbox(campaign.sender.name, campaign.sender.email)
        message["To"] = _mailbox(to.name, recipient.email)
        message["Subject"] = subject
    except (HeaderParseError, MessageError, ValueError) as error:
        return Problem(
            "draft-address",
            f"no draft can be made for {recipient.id} at {recipient.email!r}: {error}",
            recipient.place,
            "mend the column email",
        )
    message["X-Unsent"] = "1"  # Outlook opens a message with this as a draft
    message.set_content(_words(campaign, recipient, to, subject))
    for letter in letters:
        main, sub = _TYPES[letter.format]
        message.add_attachment(letter.data, maintype=main, subtype=sub, filename=f"{name}.{letter.format}")
    message["Content-Language"] = campaign.language
    _fix_boundaries(message, letters)
    return message.as_bytes()


def _mailbox(name: str, address: str) -> Address:
    if not _ADDRESS.fullmatch(address):
        raise ValueError("this is no e-mail address")
    local, _, domain = address.rpartition("@")
    return Address(display_name=" ".join(name.split()), username=local, domain=domain)


def _words(campaign: CampaignConfig, recipient: Recipient, to: Addressed, subject: str) -> str:
    """The text that goes with the letter: a sentence, and who sends it."""
    sender = campaign.sender
    country = country_read_in(recipient, sender.country)
    words = Furniture(
        campaign.language,
        to.you,
        {
            "date": long_date(campaign.date, campaign.language, country),
            "subject": subject,
        },
    )
    who = [sender.name, sender.title, sender.organisation]
    reach = [*sender.address, sender.phone, sender.email, sender.website]
    parts = [
        to.salutation,
        words["draft"],
        to.close,
        "\n".join(line for line in who if line),
        "\n".join(line for line in reach if line),
    ]
    return "\n\n".join(parts) + "\n"


def _fix_boundaries(message: EmailMessage, letters: Sequence[Attached]) -> None:
    """Else the parts of a message would be set apart by a random line, and no two runs be the same."""
    if message.is_multipart():
        digest = sha256(b"\0".join(letter.data for letter in letters)).hexdigest()[:32]
        message.set_boundary(f"=-briefgen-{digest}")
