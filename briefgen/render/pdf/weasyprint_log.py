"""Collect what WeasyPrint logs and raises, for problems of the document."""

from __future__ import annotations

import logging
import re
import threading

WEASYPRINT_LOCK = threading.RLock()
"""WeasyPrint's logger and the functions replaced in it are the same for the whole process."""
_IGNORED_MESSAGES = (
    ".notdef glyph rendered",  # describe_missing_glyphs names the font to install
    'Image "%s" has no required alt',  # alt="" marks decoration, which is tagged as such
)
"""Beginnings of WeasyPrint's log messages that are not reported."""
_DATA_URL = re.compile(r"(data:[a-z]+/[a-z+]+)[;,]\S*")
"""An embedded image, which would swamp a message."""


def describe_exception(error: Exception) -> str:
    """Return an exception's type and message, for a problem's reason."""
    return f"{type(error).__name__}: {error}".rstrip(": ")[:200]


class WeasyPrintLog(logging.Handler):
    """Collects what WeasyPrint logs, so that a fault in a page is an error, not a line that nobody reads."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.messages: list[str] = []

    def __enter__(self) -> list[str]:
        self._logger = logging.getLogger("weasyprint")
        self._original = (self._logger.handlers[:], self._logger.propagate)
        self._logger.handlers, self._logger.propagate = [self], False
        return self.messages

    def emit(self, record: logging.LogRecord) -> None:
        """Keep a message unless it is one of _IGNORED_MESSAGES."""
        if not record.msg.startswith(_IGNORED_MESSAGES):
            self.messages.append(" ".join(_DATA_URL.sub(r"\1…", record.getMessage()).split())[:300])

    def __exit__(self, *error: object) -> None:
        self._logger.handlers, self._logger.propagate = self._original
