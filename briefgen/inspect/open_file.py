"""Reads a finished file, PDF or DOCX, whatever its name says; it judges nothing."""

from __future__ import annotations

from pathlib import Path

from briefgen.errors import BriefgenError, Place, Problem
from briefgen.inspect.tokens import Read
from briefgen.system.files import content

MAX_BYTES = 100_000_000
"""Of the file."""


def read_finished(path: Path) -> Read:
    """All that a finished file says; raises BriefgenError where that is no PDF or DOCX, or broken."""
    if kind_of(path) == "pdf":
        from briefgen.inspect.pdf import pdf_bytes
        from briefgen.inspect.pdf_worker import read_apart

        return read_apart(pdf_bytes(path, str(path)), str(path))
    from briefgen.inspect.docx import read_docx

    return read_docx(path)


def kind_of(path: Path) -> str:
    """What a file is, by its first bytes and not by its name."""
    head = content(path, str(path), MAX_BYTES, missing="give the file's path")[:1024]
    if b"%PDF-" in head:
        return "pdf"
    if head.startswith((b"PK", b"\xd0\xcf\x11\xe0")) or path.suffix.lower() == ".docx":
        return "docx"
    if path.suffix.lower() == ".pdf":
        return "pdf"
    raise BriefgenError(
        Problem("file-kind", "is neither PDF nor DOCX", Place(str(path)), "only these two carry a record")
    )
