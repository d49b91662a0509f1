"""Names of the letters' files: readable, safe on every system, and different for every recipient."""

from __future__ import annotations

import base64
import hashlib
import re
import unicodedata
from collections.abc import Iterable

from briefgen.errors import Problem
from briefgen.model.recipient import Recipient

SLUG_LENGTH = 60
_WITHOUT_DECOMPOSITION = str.maketrans(
    {"ø": "o", "ł": "l", "đ": "d", "ð": "d", "æ": "ae", "œ": "oe", "þ": "th", "ı": "i"}
)


def slugify(text: str) -> str:
    """Reduce text to at most 60 lower-case ASCII letters, digits and single hyphens; may return "".

    >>> slugify("Nydia M. Velázquez")
    'nydia-m-velazquez'
    """
    decomposed = unicodedata.normalize("NFKD", text.casefold().translate(_WITHOUT_DECOMPOSITION))
    letters = "".join(char for char in decomposed if not unicodedata.combining(char))
    return re.sub(r"[^a-z0-9]+", "-", letters)[:SLUG_LENGTH].strip("-")


def letter_file_stem(recipient: Recipient) -> str:
    """Return the name of a recipient's files without its extension: a slug of the name, or of the id, and a
    hash of the id.

    The hash (8 characters, 40 bits) distinguishes recipients of the same name. It also ends the file name, so
    that this is never one that Windows reserves. Everything is lower case, so that no two names differ in
    case alone.
    """
    digest = hashlib.sha256(recipient.id.encode("utf-8", "surrogatepass")).digest()
    suffix = base64.b32encode(digest[:5]).decode("ascii").lower()
    return f"{slugify(recipient.full_name) or slugify(recipient.id) or 'letter'}-{suffix}"


def deduplicate_recipients(
    recipients: Iterable[Recipient],
) -> tuple[tuple[Recipient, ...], tuple[Problem, ...]]:
    """Return the first recipient with each id, and a problem for every other: no two letters share a file."""
    first: dict[str, Recipient] = {}
    stems: set[str] = set()
    repeated: list[Problem] = []
    for recipient in recipients:
        stem = letter_file_stem(recipient)
        if recipient.id in first or stem in stems:
            place = first[recipient.id].place if recipient.id in first else None
            earlier = f", first at {place}" if place else ""
            repeated.append(
                Problem(
                    "recipient-repeated",
                    f"the id {recipient.id!r} is used more than once{earlier}",
                    recipient.place,
                    "give every recipient a unique id, or remove the row",
                )
            )
            continue
        first[recipient.id] = recipient
        stems.add(stem)
    return tuple(first.values()), tuple(repeated)
