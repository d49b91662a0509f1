"""Reading a finished PDF page by page: text, properties and evidence record."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any

from briefgen.errors import BriefgenError, Place, Problem
from briefgen.system.files import read_limited_bytes

MAX_PDF_BYTES = 100_000_000
RECORD_NAME = "briefgen-evidence.json"


@dataclass(frozen=True, slots=True)
class PdfContent:
    """The page texts, properties and evidence record of a PDF."""

    pages: tuple[str, ...]
    """Text of each page, in reading order."""
    title: str
    author: str
    language: str
    record: Any
    """The evidence record; None if the file has none."""

    @property
    def text(self) -> str:
        """The text of all pages."""
        return "\n".join(self.pages)


def read_pdf(source: bytes | Path) -> PdfContent:
    """Read a PDF; raise BriefgenError if it is damaged, encrypted or too large."""
    name = str(source) if isinstance(source, Path) else "the PDF"
    data = load_pdf_bytes(source, name)
    import pikepdf
    import pypdfium2

    try:
        with pikepdf.open(BytesIO(data)) as pdf:
            info = pdf.docinfo
            title, author = str(info.get("/Title", "")), str(info.get("/Author", ""))
            language = str(pdf.Root.get("/Lang", ""))
            record = _read_pdf_record(pdf, name)
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
                f"cannot be read as a PDF: {_describe_library_error(error)}",
                Place(name),
                "generate it again, or open and save it in a PDF program",
            )
        ) from None
    return PdfContent(pages, title, author, language, record)


def _describe_library_error(error: Exception) -> str:
    """Return the first line of a library's message, without the stream object it names instead of a file."""
    message = str(error).splitlines()[0] if str(error) else type(error).__name__
    return re.sub(r"<_io\.\w+ object at \w+>:?\s*", "", message)


def load_pdf_bytes(source: bytes | Path, name: str) -> bytes:
    """Return the file's bytes; raise BriefgenError if it cannot be read or is too large."""
    if isinstance(source, bytes):
        return source
    return read_limited_bytes(source, name, MAX_PDF_BYTES)


def _read_pdf_record(pdf: Any, name: str) -> Any:
    if RECORD_NAME not in pdf.attachments:
        return None
    try:
        return json.loads(pdf.attachments[RECORD_NAME].get_file().read_bytes())
    except (ValueError, RecursionError):
        raise BriefgenError(
            Problem(
                "record-broken",
                "the evidence record is damaged",
                Place(name),
                "generate the document again from its campaign",
            )
        ) from None
