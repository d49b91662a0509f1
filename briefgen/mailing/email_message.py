"""Build one e-mail as a message that mail programs open as a draft; nothing is sent.

The headers are built with Python's own email package, which rejects header injection.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from hashlib import sha256
from pathlib import Path

_EMAIL_ADDRESS = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+")
"""The HTML standard's subset of RFC 5322 addresses, except that the domain must contain a dot."""


@dataclass(frozen=True, slots=True)
class AttachedFile:
    """A file to attach: a letter, or what it encloses."""

    file_name: str
    media_type: str
    """As in `application/pdf`."""
    data: bytes = field(repr=False)
    name: str = ""
    """As the letter lists it, if it is an enclosure."""
    path: Path | None = None
    """Where it is; None if it was made just now."""

    @property
    def is_pdf(self) -> bool:
        """Return whether it can be printed with the letter."""
        return self.data.startswith(b"%PDF-")


@dataclass(frozen=True, slots=True)
class EmailDraft:
    """Everything that a draft says, and whom it is to."""

    sender: Address
    to: tuple[Address, ...]
    subject: str
    text: str
    html: str
    language: str
    cc: tuple[Address, ...] = ()
    bcc: tuple[Address, ...] = ()
    reply_to: tuple[Address, ...] = ()
    attachments: Sequence[AttachedFile] = ()


def parse_mailbox(address: str, name: str = "") -> Address:
    """Return a mailbox for a header; raise ValueError if the address is none."""
    if not _EMAIL_ADDRESS.fullmatch(address):
        raise ValueError(f"{address!r} is not an e-mail address")
    local, _, domain = address.rpartition("@")
    return Address(display_name=" ".join(name.split()), username=local, domain=domain)


def build_message(draft: EmailDraft) -> bytes:
    """Return a draft as an RFC 5322 message; the same draft gives the same bytes.

    Raise ValueError or email.errors.MessageError for what a header cannot hold.
    """
    message = EmailMessage(policy=SMTP)
    message["From"] = draft.sender
    addressed = (("To", draft.to), ("Cc", draft.cc), ("Bcc", draft.bcc), ("Reply-To", draft.reply_to))
    for header, mailboxes in addressed:
        if mailboxes:
            message[header] = mailboxes
    message["Subject"] = draft.subject
    message["X-Unsent"] = "1"  # makes Outlook open the message as a draft
    message.set_content(draft.text)
    message.add_alternative(draft.html, subtype="html")
    for file in draft.attachments:
        main, sub = file.media_type.split("/")
        message.add_attachment(file.data, maintype=main, subtype=sub, filename=file.file_name)
    message["Content-Language"] = draft.language
    _set_reproducible_boundaries(message, draft)
    return message.as_bytes()


def _set_reproducible_boundaries(message: EmailMessage, draft: EmailDraft) -> None:
    """Set the multipart boundaries from the content; the default is random, so no two runs would match."""
    digest = sha256("\0".join([draft.text, draft.html]).encode())
    for file in draft.attachments:
        digest.update(file.data)
    parts = [part for part in message.walk() if part.is_multipart()]
    for number, part in enumerate(parts):
        part.set_boundary(f"=-briefgen-{digest.hexdigest()[:32]}-{number}")
