"""Who receives a copy of a letter: those of the campaign, then those of the recipient's row."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from briefgen.model.campaign import LetterConfig
from briefgen.model.recipient import Recipient
from briefgen.recipients.schema import COPIES_COLUMN, find_emails

_LINE = re.compile(r"\s*(?:\n|\|)\s*")
"""What separates a name and the lines of its address, as in the column `address`."""


@dataclass(frozen=True, slots=True)
class Copyholder:
    """Somebody who receives a copy: `The Ombudsman | 1 High Street | Leith EH6 7AA | desk@x.example`."""

    name: str
    """As the letter names them."""
    lines: tuple[str, ...] = ()
    """The postal address below the name; empty if no copy is printed."""
    email: str = ""
    """Where the copy of an e-mail goes; empty for nowhere."""


def parse_copyholder(text: str) -> Copyholder:
    """Return the copyholder that a text names, with the lines of an address if it has any."""
    name, *rest = [part for part in _LINE.split(text.strip(" |\n")) if part]
    emails = [part for part in rest if find_emails(part) == [part]]
    return Copyholder(name, tuple(part for part in rest if part not in emails), emails[0] if emails else "")


def list_copyholders(recipient: Recipient, letter: LetterConfig) -> list[Copyholder]:
    """Return who receives a copy of the letter to a recipient, in the order of its copy line, each once."""
    own = recipient.extra.get(COPIES_COLUMN, "").split(";")
    return list(dict.fromkeys(parse_copyholder(text) for text in _filled([*letter.copies, *own])))


def _filled(texts: Iterable[str]) -> Iterable[str]:
    return (text for text in texts if text.strip(" |\n"))
