"""File names for letters: readable, safe on every system, and the same on every run.

This room gives names; it opens and writes nothing.
"""

from __future__ import annotations

import base64
import hashlib
import re
import unicodedata

from briefgen.model.recipient import Recipient

SLUG_LENGTH = 60
_WITHOUT_DECOMPOSITION = str.maketrans(
    {"ø": "o", "ł": "l", "đ": "d", "ð": "d", "æ": "ae", "œ": "oe", "þ": "th", "ı": "i"}
)


def slug(text: str) -> str:
    """Lower-case ASCII letters, digits and single hyphens, at most 60 characters; may be empty.

    >>> slug("Nydia M. Velázquez")
    'nydia-m-velazquez'
    """
    folded = unicodedata.normalize("NFKD", text.casefold().translate(_WITHOUT_DECOMPOSITION))
    letters = "".join(mark for mark in folded if not unicodedata.combining(mark))
    return re.sub(r"[^a-z0-9]+", "-", letters)[:SLUG_LENGTH].strip("-")


def stem(recipient: Recipient) -> str:
    """The name of a recipient's files without ending: slug of the name, or of the id, and a hash of the id.

    The hash (8 characters, 40 bits) keeps two recipients of one name apart, and ends the name so that it is
    never one that Windows reserves; everything is lower case, so that no two names differ by case alone.
    """
    digest = hashlib.sha256(recipient.id.encode("utf-8", "surrogatepass")).digest()
    mark = base64.b32encode(digest[:5]).decode("ascii").lower()
    return f"{slug(recipient.full_name) or slug(recipient.id) or 'letter'}-{mark}"
