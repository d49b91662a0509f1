"""Extract the text of a txt, md, html, docx or pdf file as blocks, one for each paragraph."""

from __future__ import annotations

import re
import zipfile
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from io import BytesIO
from itertools import pairwise
from pathlib import Path

from briefgen.errors import BriefgenError, Place, Problem, StorageError, suggest_similar
from briefgen.library.ingest.blocks import TextBlock, to_one_line
from briefgen.library.ingest.file_metadata import (
    NO_METADATA,
    FileMetadata,
    read_docx_metadata,
    read_html_metadata,
    read_pdf_metadata,
)
from briefgen.system.files import read_limited_bytes
from briefgen.system.yaml_reader import MAX_TEXT_BYTES as MAX_TEXT_BYTES

MAX_FILE_BYTES = 100_000_000
MAX_UNPACKED_BYTES = 300_000_000
"""Of a Word document, which is a zip archive."""
MAX_ENTRIES = 5_000


@dataclass(frozen=True, slots=True)
class ExtractedText:
    """The text of a file before its paragraphs are numbered."""

    blocks: tuple[TextBlock, ...]
    """One for each line of the future text file, including empty lines if `raw` is kept."""
    raw: bytes | None = None
    """The file itself if it is a text with one paragraph per line already; kept byte for byte."""
    remarks: tuple[str, ...] = ()
    """Sentences about what a person should look at."""
    metadata: FileMetadata = NO_METADATA
    pages: tuple[str, ...] = ()
    """The number of each page as a reader finds it, or nothing; empty for a file without pages."""


def extract_text(path: Path, display_name: str) -> ExtractedText:
    """Extract a file's text according to its extension.

    Raise BriefgenError if it cannot be read, contains no text, or is not of the format that its name says.
    """
    ending = path.suffix.lower()
    extractor = _EXTRACTORS.get(ending)
    if extractor is None:
        known = ", ".join(sorted(_EXTRACTORS))
        hint = _CONVERSION_HINTS.get(ending) or suggest_similar(ending, _EXTRACTORS) or f"known: {known}"
        what = f"files that end in {ending}" if ending else "a file without an extension"
        raise _extraction_error("source-kind", f"{what} cannot be read", display_name, hint)
    data = _read_source_file(path, display_name)
    if not data.strip():
        raise _extraction_error("source-empty", "is empty", display_name, "choose the file with the text")
    _check_file_signature(data, ending, display_name)
    extracted = extractor(data, display_name)
    _check_extracted_text(extracted, display_name)
    return replace(extracted, metadata=extracted.metadata.cleaned(extracted.blocks))


_CONVERSION_HINTS: Mapping[str, str] = {
    ending: f"open it in {program} and save it as {better}"
    for ending, program, better in (
        (".doc", "Word or LibreOffice", ".docx"),
        (".odt", "LibreOffice", ".docx"),
        (".rtf", "Word or LibreOffice", ".docx"),
        (".pages", "Pages", ".docx"),
        (".epub", "an e-book program", ".html or .txt"),
    )
}


def _read_source_file(path: Path, display_name: str) -> bytes:
    return read_limited_bytes(path, display_name, MAX_FILE_BYTES, larger="add it in parts")


def _extraction_error(code: str, message: str, display_name: str, hint: str) -> BriefgenError:
    return BriefgenError(Problem(code, message, Place(display_name), hint))


_FILE_SIGNATURES = (
    (b"%PDF-", "a PDF", (".pdf",)),
    (b"PK\x03\x04", "a Word document or another zip archive", (".docx",)),
    (b"\xd0\xcf\x11\xe0", "a document of Word 97 to 2003, or an encrypted one", ()),
    (b"{\\rtf", "a document in Rich Text Format", ()),
)


def _check_file_signature(data: bytes, ending: str, display_name: str) -> None:
    """Raise BriefgenError if the first bytes of a file contradict its extension."""
    head = data[:1024].lstrip()
    for beginning, name, endings in _FILE_SIGNATURES:
        if head.startswith(beginning) and ending not in endings:
            better = (
                f"rename it to {Path(display_name).stem}{endings[0]}"
                if endings
                else "save it as .docx and add that"
            )
            raise _extraction_error("source-kind", f"ends in {ending} but is {name}", display_name, better)
    signature = {".pdf": b"%PDF-", ".docx": b"PK"}.get(ending)
    if signature and signature not in data[:1024]:
        what = "a PDF" if ending == ".pdf" else "a Word document"
        hint = "choose the right file, or save it again in the program that made it"
        raise _extraction_error("source-kind", f"ends in {ending} but is not {what}", display_name, hint)
    if not signature and b"\x00" in data:
        hint = "save the text as UTF-8"
        if data.startswith((b"\xff\xfe", b"\xfe\xff")):
            raise BriefgenError(Problem("file-encoding", "is UTF-16, not UTF-8", Place(display_name), hint))
        raise _extraction_error(
            "source-kind", f"ends in {ending} but is not text", display_name, "choose the right file"
        )


def _check_extracted_text(extracted: ExtractedText, display_name: str) -> None:
    text = "".join(block.text for block in extracted.blocks)
    if not any(character.isalnum() for character in text):
        raise _extraction_error(
            "source-empty", "contains no words", display_name, "choose the file with the text"
        )
    if len(text.encode()) > MAX_TEXT_BYTES:
        limit = f"contains more than {MAX_TEXT_BYTES // 1_000_000} MB of text"
        raise StorageError(
            Problem("file-too-large", limit, Place(display_name), "add the chapters that you cite")
        )
    lost = sum(character == "\ufffd" or "\ue000" <= character <= "\uf8ff" for character in text)
    if lost > len(text) / 20:
        hint = "run OCR on it (ocrmypdf --force-ocr), and add the result"
        raise _extraction_error(
            "source-garbled", "its fonts do not say which letters it shows", display_name, hint
        )


# -- text


def _decode_source_text(data: bytes, display_name: str) -> str:
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        hint = "save the file as UTF-8"
        raise BriefgenError(
            Problem("file-encoding", "is not UTF-8", Place(display_name, line), hint)
        ) from None
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _extract_plain_text(data: bytes, display_name: str) -> ExtractedText:
    lines = _decode_source_text(data, display_name).split("\n")
    width = detect_wrap_width(lines)
    if width is None:
        return ExtractedText(tuple(TextBlock(to_one_line(line)) for line in lines), raw=data)
    blocks = tuple(TextBlock(to_one_line(text)) for text in join_wrapped_lines(lines))
    return ExtractedText(
        blocks, remarks=(f"Its lines, wrapped at {width} characters, were joined into paragraphs.",)
    )


def detect_wrap_width(lines: list[str]) -> int | None:
    """Return the width at which an editor wrapped a text's lines; None if each line is a paragraph.

    Lines are wrapped if the first word of nearly every next line would not have fitted into the line before.
    """
    pairs = [
        (line.rstrip(), next_line.strip())
        for line, next_line in pairwise(lines)
        if line.strip() and next_line.strip()
    ]
    width = max((len(line.rstrip()) for line in lines), default=0)
    if len(pairs) < 3 or not 40 <= width <= 120:
        return None
    full = sum(len(line) + 1 + len(next_line.split()[0]) > width for line, next_line in pairs)
    return width if full >= 0.8 * len(pairs) else None


LIST_ITEM = re.compile(r"\s*(?:[•*–—-]|\(?\d{1,4}[.)]|\(?[a-z][.)])\s")


def join_wrapped_lines(lines: list[str]) -> list[str]:
    """Join the lines of a wrapped text; an empty line, an indent or a list marker begins a paragraph."""
    paragraphs: list[str] = []
    in_paragraph = False
    for line in lines:
        begins = not in_paragraph or line.startswith(("  ", "\t")) or LIST_ITEM.match(line)
        if not line.strip():
            in_paragraph = False
        elif begins:
            paragraphs.append(line.strip())
            in_paragraph = True
        else:
            paragraphs[-1] += " " + line.strip()
    return paragraphs


# -- through pandoc


def _extract_markdown(data: bytes, display_name: str) -> ExtractedText:
    from briefgen.library.ingest.pandoc_blocks import read_blocks

    return ExtractedText(
        tuple(read_blocks(_decode_source_text(data, display_name).encode(), "markdown", display_name))
    )


def _extract_html(data: bytes, display_name: str) -> ExtractedText:
    from briefgen.library.ingest.pandoc_blocks import read_blocks

    text = _decode_source_text(data, display_name)
    return ExtractedText(
        tuple(read_blocks(text.encode(), "html", display_name)), metadata=read_html_metadata(text)
    )


def _extract_docx(data: bytes, display_name: str) -> ExtractedText:
    from briefgen.library.ingest.pandoc_blocks import read_blocks

    _check_docx_archive(data, display_name)
    blocks = tuple(read_blocks(data, "docx", display_name))
    return ExtractedText(blocks, metadata=read_docx_metadata(data))


def _check_docx_archive(data: bytes, display_name: str) -> None:
    """Unpack the whole archive once to measure it: the size that it declares need not be true."""
    hint = "open it in Word or LibreOffice and save it again as .docx"
    unpacked = 0
    try:
        with zipfile.ZipFile(BytesIO(data)) as archive:
            entries = archive.infolist()
            if len(entries) > MAX_ENTRIES:
                raise _extraction_error(
                    "source-bomb", f"is an archive of {len(entries)} parts", display_name, hint
                )
            if any(entry.flag_bits & 1 for entry in entries):
                raise _extraction_error(
                    "source-unreadable", "cannot be read: it is encrypted", display_name, hint
                )
            for entry in entries:
                with archive.open(entry) as part:
                    while chunk := part.read(1 << 20):
                        unpacked += len(chunk)
                        if unpacked > MAX_UNPACKED_BYTES:
                            limit = f"unpacks to more than {MAX_UNPACKED_BYTES // 1_000_000} MB"
                            raise _extraction_error("source-bomb", limit, display_name, hint)
            if (
                "word/document.xml" not in archive.namelist()
                and "[Content_Types].xml" not in archive.namelist()
            ):
                raise _extraction_error(
                    "source-kind", "is a zip archive, not a Word document", display_name, hint
                )
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError, ValueError, RuntimeError):
        message = "cannot be read as a Word document: the archive is damaged"
        raise _extraction_error("source-unreadable", message, display_name, hint) from None


# -- PDF


def _extract_pdf(data: bytes, display_name: str) -> ExtractedText:
    from briefgen.library.ingest.pdf_lines import read_pdf
    from briefgen.library.ingest.pdf_paragraphs import join_pdf_pages

    pdf = read_pdf(data, display_name)
    pages = pdf.pages
    empty_pages = [number for number, page in enumerate(pages, start=1) if not page]
    if len(empty_pages) == len(pages):
        hint = "run OCR on it (ocrmypdf scan.pdf text.pdf), and add the result"
        raise _extraction_error("pdf-without-text", "its pages are pictures without text", display_name, hint)
    joined = join_pdf_pages(pages, pdf.labels)
    remarks = []
    if empty_pages:
        where = _format_page_numbers(empty_pages)
        remarks.append(f"No text was found on {where}: pictures, which ocrmypdf can read, or empty.")
    if joined.doubtful_pages:
        remarks.append(
            f"Check the end of {_format_page_numbers(list(joined.doubtful_pages))}: "
            "a paragraph was continued on the next page, and may have ended there."
        )
    if joined.guessed_words:
        guessed_words = ", ".join(joined.guessed_words[:12]) + (
            " …" if len(joined.guessed_words) > 12 else ""
        )
        remarks.append(f"Joined across line ends, and perhaps spelled with a hyphen: {guessed_words}")
    metadata = read_pdf_metadata(pdf.info)
    return ExtractedText(joined.blocks, None, tuple(remarks), metadata, joined.page_names)


def _format_page_numbers(numbers: list[int]) -> str:
    listed = ", ".join(map(str, numbers[:12])) + (" …" if len(numbers) > 12 else "")
    return f"page {listed}" if len(numbers) == 1 else f"pages {listed}"


_EXTRACTORS: Mapping[str, Callable[[bytes, str], ExtractedText]] = {
    ".txt": _extract_plain_text,
    ".md": _extract_markdown,
    ".html": _extract_html,
    ".htm": _extract_html,
    ".docx": _extract_docx,
    ".pdf": _extract_pdf,
}
