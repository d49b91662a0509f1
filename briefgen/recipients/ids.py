"""Makes the ids of recipients: stable, readable, safe as file names."""

from __future__ import annotations

import hashlib
import re
import unicodedata

ID = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
MAX_ID = 60
# Letters that do not decompose into a Latin base letter and a mark.
_LATIN = str.maketrans(
    {"ß": "ss", "æ": "ae", "œ": "oe", "ø": "o", "đ": "d", "ð": "d", "þ": "th", "ł": "l", "ı": "i", "ħ": "h"}
)


def slug(*texts: str) -> str:
    """Lower-case letters, digits and hyphens from the texts that are not empty; at most 60 characters.

    A text in another script gives eight characters of its SHA-256, so that it always gives the same id.
    """
    parts = [_slug(text) for text in texts if text]
    return "-".join(part for part in parts if part)[:MAX_ID].strip("-")


def _slug(text: str) -> str:
    lower = text.lower().translate(_LATIN)
    plain = "".join(char for char in unicodedata.normalize("NFKD", lower) if not unicodedata.combining(char))
    if any(char.isalpha() and not char.isascii() for char in plain):
        return hashlib.sha256(unicodedata.normalize("NFC", text).encode()).hexdigest()[:8]
    # An apostrophe or a full stop joins (`O'Neill`, `Jr.`), everything else parts words.
    return re.sub(r"[^a-z0-9]+", "-", re.sub(r"['’.]", "", plain)).strip("-")
