"""Makes plain text of a file: txt, md, html, docx or pdf becomes blocks, one for each paragraph.

It decides nothing about the source that the text is of, and writes nothing.
"""

from __future__ import annotations

import re
import zipfile
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from io import BytesIO
from itertools import pairwise
from pathlib import Path

from briefgen.errors import BriefgenError, Place, Problem, StorageError, suggest
from briefgen.library.ingest.blocks import Block, one_line
from briefgen.system.files import content
from briefgen.system.yaml_reader import MAX_BYTES as MAX_TEXT_BYTES

MAX_FILE_BYTES = 100_000_000
MAX_UNPACKED_BYTES = 300_000_000
"""Of a Word document, which is a zip archive."""
MAX_ENTRIES = 5_000


@dataclass(frozen=True, slots=True)
class Extracted:
    """The text of a file before it is numbered."""

    blocks: tuple[Block, ...]
    """One for each line of the text to be, empty lines included where `raw` is kept."""
    raw: bytes | None = None
    """The file itself, where it is a text with one paragraph a line already; it is kept byte by byte."""
    remarks: tuple[str, ...] = ()
    """What a person should look at, in sentences."""


def extract(path: Path, shown: str) -> Extracted:
    """Read a file by what its name ends in.

    Raises BriefgenError where it cannot be read, holds no text, or is not what its name says.
    """
    ending = path.suffix.lower()
    reader = _READERS.get(ending)
    if reader is None:
        known = ", ".join(sorted(_READERS))
        hint = _INSTEAD.get(ending) or suggest(ending, _READERS) or f"known: {known}"
        what = f"files that end in {ending}" if ending else "a file without an ending to its name"
        raise _refused("source-kind", f"{what} cannot be read", shown, hint)
    data = _content(path, shown)
    if not data.strip():
        raise _refused("source-empty", "is empty", shown, "choose the file that holds the text")
    _check_kind(data, ending, shown)
    extracted = reader(data, shown)
    _check_text(extracted, shown)
    return extracted


_INSTEAD: Mapping[str, str] = {
    ending: f"open it in {program} and save it as {better}"
    for ending, program, better in (
        (".doc", "Word or LibreOffice", ".docx"),
        (".odt", "LibreOffice", ".docx"),
        (".rtf", "Word or LibreOffice", ".docx"),
        (".pages", "Pages", ".docx"),
        (".epub", "an e-book program", ".html or .txt"),
    )
}


def _content(path: Path, shown: str) -> bytes:
    return content(path, shown, MAX_FILE_BYTES, larger="add it in parts")


def _refused(code: str, message: str, shown: str, hint: str) -> BriefgenError:
    return BriefgenError(Problem(code, message, Place(shown), hint))


_BEGINNINGS = (
    (b"%PDF-", "a PDF", (".pdf",)),
    (b"PK\x03\x04", "a Word document or another zip archive", (".docx",)),
    (b"\xd0\xcf\x11\xe0", "a document of Word 97 to 2003, or an encrypted one", ()),
    (b"{\\rtf", "a document in Rich Text Format", ()),
)


def _check_kind(data: bytes, ending: str, shown: str) -> None:
    """What a file is shows in its first bytes; a name that says otherwise is a mistake."""
    head = data[:1024].lstrip()
    for beginning, name, endings in _BEGINNINGS:
        if head.startswith(beginning) and ending not in endings:
            better = f"call it {Path(shown).stem}{endings[0]}" if endings else "save it as .docx and add that"
            raise _refused("source-kind", f"ends in {ending} but is {name}", shown, better)
    wanted = {".pdf": b"%PDF-", ".docx": b"PK"}.get(ending)
    if wanted and wanted not in data[:1024]:
        what = "a PDF" if ending == ".pdf" else "a Word document"
        hint = "choose the right file, or save it anew in the program that made it"
        raise _refused("source-kind", f"ends in {ending} but is not {what}", shown, hint)
    if not wanted and b"\x00" in data:
        hint = "save the text as UTF-8"
        if data.startswith((b"\xff\xfe", b"\xfe\xff")):
            raise BriefgenError(Problem("file-encoding", "is UTF-16, not UTF-8", Place(shown), hint))
        raise _refused("source-kind", f"ends in {ending} but is no text", shown, "choose the right file")


def _check_text(extracted: Extracted, shown: str) -> None:
    text = "".join(block.text for block in extracted.blocks)
    if not any(character.isalnum() for character in text):
        raise _refused("source-empty", "holds no words", shown, "choose the file that holds the text")
    if len(text.encode()) > MAX_TEXT_BYTES:
        limit = f"holds more than {MAX_TEXT_BYTES // 1_000_000} MB of text"
        raise StorageError(Problem("file-too-large", limit, Place(shown), "add the chapters that you cite"))
    lost = sum(character == "\ufffd" or "\ue000" <= character <= "\uf8ff" for character in text)
    if lost > len(text) / 20:
        hint = "read it with a text recogniser (ocrmypdf --force-ocr), and add what that makes"
        raise _refused("source-garbled", "its letters cannot be told from its fonts", shown, hint)


# -- text


def _decoded(data: bytes, shown: str) -> str:
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        hint = "save the file as UTF-8"
        raise BriefgenError(Problem("file-encoding", "is not UTF-8", Place(shown, line), hint)) from None
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _read_txt(data: bytes, shown: str) -> Extracted:
    lines = _decoded(data, shown).split("\n")
    width = wrapped_at(lines)
    if width is None:
        return Extracted(tuple(Block(one_line(line)) for line in lines), raw=data)
    blocks = tuple(Block(one_line(text)) for text in unwrap(lines))
    return Extracted(
        blocks, remarks=(f"Its lines, wrapped at {width} characters, were joined into paragraphs.",)
    )


def wrapped_at(lines: list[str]) -> int | None:
    """The width at which an editor broke a text's lines; None where each line is a paragraph.

    Lines were broken for width where nearly every next word would not have fitted into the line before.
    """
    pairs = [(one.rstrip(), two.strip()) for one, two in pairwise(lines) if one.strip() and two.strip()]
    width = max((len(line.rstrip()) for line in lines), default=0)
    if len(pairs) < 3 or not 40 <= width <= 120:
        return None
    full = sum(len(one) + 1 + len(two.split()[0]) > width for one, two in pairs)
    return width if full >= 0.8 * len(pairs) else None


_LIST_ITEM = re.compile(r"\s*(?:[•*–—-]|\(?\d{1,4}[.)]|\(?[a-z][.)])\s")


def unwrap(lines: list[str]) -> list[str]:
    """Join the lines of a wrapped text: an empty line, an indent or a list's mark begins a paragraph."""
    paragraphs: list[str] = []
    open_ = False
    for line in lines:
        begins = not open_ or line.startswith(("  ", "\t")) or _LIST_ITEM.match(line)
        if not line.strip():
            open_ = False
        elif begins:
            paragraphs.append(line.strip())
            open_ = True
        else:
            paragraphs[-1] += " " + line.strip()
    return paragraphs


# -- through pandoc


def _read_markdown(data: bytes, shown: str) -> Extracted:
    from briefgen.library.ingest.pandoc_blocks import read_blocks

    return Extracted(tuple(read_blocks(_decoded(data, shown).encode(), "markdown", shown)))


def _read_html(data: bytes, shown: str) -> Extracted:
    from briefgen.library.ingest.pandoc_blocks import read_blocks

    return Extracted(tuple(read_blocks(_decoded(data, shown).encode(), "html", shown)))


def _read_docx(data: bytes, shown: str) -> Extracted:
    from briefgen.library.ingest.pandoc_blocks import read_blocks

    _check_archive(data, shown)
    return Extracted(tuple(read_blocks(data, "docx", shown)))


def _check_archive(data: bytes, shown: str) -> None:
    """Unpack all of an archive once, counting: what it says of its own size need not be true."""
    hint = "open it in Word or LibreOffice and save it anew as .docx"
    unpacked = 0
    try:
        with zipfile.ZipFile(BytesIO(data)) as archive:
            entries = archive.infolist()
            if len(entries) > MAX_ENTRIES:
                raise _refused("source-bomb", f"is an archive of {len(entries)} parts", shown, hint)
            if any(entry.flag_bits & 1 for entry in entries):
                raise _refused("source-unreadable", "cannot be read: it is encrypted", shown, hint)
            for entry in entries:
                with archive.open(entry) as part:
                    while chunk := part.read(1 << 20):
                        unpacked += len(chunk)
                        if unpacked > MAX_UNPACKED_BYTES:
                            limit = f"unpacks to more than {MAX_UNPACKED_BYTES // 1_000_000} MB"
                            raise _refused("source-bomb", limit, shown, hint)
            if (
                "word/document.xml" not in archive.namelist()
                and "[Content_Types].xml" not in archive.namelist()
            ):
                raise _refused("source-kind", "is a zip archive, not a Word document", shown, hint)
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError, ValueError, RuntimeError):
        message = "cannot be read as a Word document: the archive is damaged"
        raise _refused("source-unreadable", message, shown, hint) from None


# -- PDF


def _read_pdf(data: bytes, shown: str) -> Extracted:
    from briefgen.library.ingest.pdf_lines import read_pages
    from briefgen.library.ingest.pdf_paragraphs import join_pages

    pages = read_pages(data, shown)
    bare = [number for number, page in enumerate(pages, start=1) if not page]
    if len(bare) == len(pages):
        hint = "make one with a text recogniser (ocrmypdf scan.pdf text.pdf), and add that"
        raise _refused("pdf-without-text", "its pages are pictures and hold no text", shown, hint)
    joined = join_pages(pages)
    remarks = []
    if bare:
        remarks.append(f"No text was found on {_pages(bare)}: pictures, or empty.")
    if joined.doubtful:
        remarks.append(
            f"Look at the end of {_pages(list(joined.doubtful))}: "
            "a paragraph was taken to go on over the page, and may have ended there."
        )
    if joined.guessed:
        shown_words = ", ".join(joined.guessed[:12]) + (" …" if len(joined.guessed) > 12 else "")
        remarks.append(f"Put together at the end of a line, and perhaps written with a hyphen: {shown_words}")
    return Extracted(joined.blocks, remarks=tuple(remarks))


def _pages(numbers: list[int]) -> str:
    shown = ", ".join(map(str, numbers[:12])) + (" …" if len(numbers) > 12 else "")
    return f"page {shown}" if len(numbers) == 1 else f"pages {shown}"


_READERS: Mapping[str, Callable[[bytes, str], Extracted]] = {
    ".txt": _read_txt,
    ".md": _read_markdown,
    ".html": _read_html,
    ".htm": _read_html,
    ".docx": _read_docx,
    ".pdf": _read_pdf,
}
