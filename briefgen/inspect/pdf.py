"""Reads a finished PDF back: its words, pages, properties and evidence record. It changes nothing."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any

from briefgen.errors import BriefgenError, Place, Problem
from briefgen.system.files import content

MAX_BYTES = 100_000_000
RECORD_NAME = "briefgen-evidence.json"


@dataclass(frozen=True, slots=True)
class ReadPdf:
    """What a PDF says."""

    pages: tuple[str, ...]
    """Text of each page in reading order."""
    title: str
    author: str
    language: str
    record: Any
    """The evidence record, or None where the file carries none."""

    @property
    def text(self) -> str:
        """The words of all pages."""
        return "\n".join(self.pages)


def read_pdf(source: bytes | Path) -> ReadPdf:
    """Read a PDF; raises BriefgenError where it is broken, encrypted or too large."""
    name = str(source) if isinstance(source, Path) else "the PDF"
    data = pdf_bytes(source, name)
    import pikepdf
    import pypdfium2

    try:
        with pikepdf.open(BytesIO(data)) as pdf:
            info = pdf.docinfo
            title, author = str(info.get("/Title", "")), str(info.get("/Author", ""))
            language = str(pdf.Root.get("/Lang", ""))
            record = _record(pdf, name)
        document = pypdfium2.PdfDocument(data)
        try:
            pages = tuple(page.get_textpage().get_text_range().replace("\r\n", "\n") for page in document)
        finally:
            document.close()
    except (
        pikepdf.PdfError,
        pikepdf.PasswordError,
        pypdfium2.PdfiumError,
        ValueError,
        KeyError,
        TypeError,
    ) as error:
        raise BriefgenError(
            Problem(
                "pdf-unreadable",
                f"cannot be read as a PDF: {_why(error)}",
                Place(name),
                "make it anew, or open and save it in a PDF program",
            )
        ) from None
    return ReadPdf(pages, title, author, language, record)


def _why(error: Exception) -> str:
    """What a library says, without the object that it names in place of a file."""
    said = str(error).splitlines()[0] if str(error) else type(error).__name__
    return re.sub(r"<_io\.\w+ object at \w+>:?\s*", "", said)


def pdf_bytes(source: bytes | Path, name: str) -> bytes:
    """The bytes of a file; raises BriefgenError where it cannot be read or is too large."""
    if isinstance(source, bytes):
        return source
    return content(source, name, MAX_BYTES)


def _record(pdf: Any, name: str) -> Any:
    if RECORD_NAME not in pdf.attachments:
        return None
    try:
        return json.loads(pdf.attachments[RECORD_NAME].get_file().read_bytes())
    except (ValueError, RecursionError):
        raise BriefgenError(
            Problem(
                "record-broken",
                "the evidence record in it is damaged",
                Place(name),
                "make the document anew from its campaign",
            )
        ) from None
