"""A letterhead of the sender's own, as it is handed to the renderer of Word files. It is not opened here."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Letterhead:
    """A DOCX or DOTX that letters take their page, heads and styles from."""

    data: bytes
    name: str
    """As the user writes it, for messages."""
