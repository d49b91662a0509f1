"""Read a draft from a plain text: paragraphs with the lines that they are on."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from briefgen.audit.draft import BlockPlace, Draft, DraftBlock, DraftBlockKind
from briefgen.audit.problems import wrong_kind_error
from briefgen.audit.readers.registry import DraftReader
from briefgen.errors import BriefgenError, Place, Problem
from briefgen.library.ingest.extract import LIST_ITEM, detect_wrap_width

_UTF16_MARKS = (b"\xff\xfe", b"\xfe\xff")


def read_text_draft(data: bytes, name: str) -> Draft:
    """Read a text; raise BriefgenError if it is not UTF-8 or UTF-16."""
    return Draft(name, "text", "", tuple(split_paragraphs(decode_draft(data, name))))


def decode_draft(data: bytes, name: str) -> str:
    """Decode a text file, with plain line ends; raise BriefgenError if its encoding is unknown."""
    encoding = "utf-16" if data.startswith(_UTF16_MARKS) else "utf-8-sig"
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise BriefgenError(
            Problem("file-encoding", "is not UTF-8", Place(name, line), "save the file as UTF-8")
        ) from None
    if "\0" in text:
        raise wrong_kind_error(name, "is not text", "choose the right file, or correct its ending")
    return text.replace("\r\n", "\n").replace("\r", "\n")


def split_paragraphs(text: str) -> Iterator[DraftBlock]:
    """Yield the paragraphs: separated by empty lines where lines are wrapped, otherwise one on each line."""
    lines = text.split("\n")
    wrapped = detect_wrap_width(lines) is not None
    begin: int | None = None
    for index, line in enumerate([*lines, ""]):
        if begin is not None and (
            not wrapped or not line.strip() or line.startswith(("  ", "\t")) or LIST_ITEM.match(line)
        ):
            yield _make_block(lines[begin:index], begin + 1)
            begin = None
        if begin is None and line.strip():
            begin = index


def _make_block(lines: Sequence[str], number: int) -> DraftBlock:
    first = lines[0].lstrip()
    text = "\n".join([first, *lines[1:]]).rstrip()
    starts, offset = [0], 0
    for line in [first, *lines[1:-1]] if len(lines) > 1 else ():
        offset += len(line) + 1
        starts.append(offset)
    column = len(lines[0]) - len(first) + 1
    kind: DraftBlockKind = "list-item" if LIST_ITEM.match(first) else "paragraph"
    return DraftBlock(kind, text, BlockPlace(line=number, line_starts=tuple(starts), column=column))


READER = DraftReader(read_text_draft)
