"""The form of the evidence record that travels in every finished file, and the seal on it.

Its content is written by briefgen.compose.record and read by briefgen.inspect.trace.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from hashlib import sha256
from typing import Any

FORMAT = "briefgen-evidence/1"


def text_hash(text: str) -> str:
    """SHA-256 of a statement's text, as the record carries it beside the text."""
    return sha256(text.encode()).hexdigest()


def record_hash(record: Mapping[str, Any]) -> str:
    """SHA-256 over everything in a record but this hash itself, whatever the order and spacing of its JSON.

    It shows edits by hand; who means to forge can compute it too.
    """
    rest = {key: value for key, value in record.items() if key != "sha256"}
    return sha256(json.dumps(rest, sort_keys=True, separators=(",", ":")).encode()).hexdigest()
