"""What ends the attempt to assemble a letter."""

from __future__ import annotations


class NotAssembledError(Exception):
    """A letter, or a part of one, has to be laid out in full; the message says why."""


class PageFullError(NotAssembledError):
    """A letter has no room on a single page."""
