"""Ids of recipients: short, stable names made of what does not change."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Mapping
from typing import Any

from briefgen.address.names import fold_accents
from briefgen.address.offices import OFFICES_OF_ANYBODY

ID_PATTERN = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
MAX_ID_LENGTH = 60


def build_id(*texts: str) -> str:
    """Join texts into an id of lower-case letters, digits and hyphens, at most 60 characters long.

    Empty texts are skipped. A text in another script becomes eight characters of its SHA-256, so that it
    always gives the same id.
    """
    parts = [_id_part(text) for text in texts if text]
    return "-".join(part for part in parts if part)[:MAX_ID_LENGTH].strip("-")


def _id_part(text: str) -> str:
    plain = fold_accents(text)
    if any(char.isalpha() and not char.isascii() for char in plain):
        return hashlib.sha256(unicodedata.normalize("NFC", text).encode()).hexdigest()[:8]
    # An apostrophe or a full stop joins (`O'Neill`, `Jr.`); everything else separates words.
    return re.sub(r"[^a-z0-9]+", "-", re.sub(r"['’.]", "", plain)).strip("-")


def derive_id(values: Mapping[str, Any]) -> str:
    """Make an id of what does not change: the name, else the office with what it represents, or the firm."""
    if name := values.get("name") or " ".join(
        part for part in (values.get("given"), values.get("family")) if part
    ):
        return build_id(name, values.get("suffix", "") if "name" not in values else "")
    office, state = values["office"], values.get("represents", "") or values.get("country", "")
    if office in OFFICES_OF_ANYBODY and (organisation := values.get("organisation")):
        return build_id(organisation, values.get("role", ""))
    return build_id(office, state, values.get("constituency", ""), values.get("role", ""))
