"""Read Markdown, HTML and Word documents into blocks with pandoc.

pandoc runs with `--sandbox` (it opens no other file and no URL) and with limits on time and memory.
"""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, Literal

from briefgen.errors import BriefgenError, Place, Problem
from briefgen.library.ingest.blocks import TextBlock, to_one_line
from briefgen.system.pandoc import find_pandoc, pandoc_missing_error

PandocFormat = Literal["markdown", "html", "docx"]
TIMEOUT_S = 60
_PURPOSE = "reads Markdown, HTML and Word documents"
MAX_MEMORY = "1G"
_PANDOC_READERS: Mapping[PandocFormat, str] = {
    # Without `smart`: quotation marks and dashes stay as typed.
    "markdown": "commonmark+footnotes+pipe_tables+yaml_metadata_block",
    "html": "html-native_spans",
    "docx": "docx",
}
_FORMAT_NAMES: Mapping[PandocFormat, str] = {
    "markdown": "Markdown",
    "html": "HTML",
    "docx": "a Word document",
}
_TITLE_FIELDS = ("title", "subtitle", "author", "date")
"""Metadata in which pandoc keeps the title block of a Word document or Markdown file."""


def read_blocks(data: bytes, form: PandocFormat, display_name: str) -> list[TextBlock]:
    """Read the blocks of a document, footnotes last; raise BriefgenError if it cannot be read."""
    try:
        document = json.loads(_run_pandoc_reader(data, form, display_name))
        return _document_blocks(document, titled=form != "html")
    except RecursionError:
        raise _document_unreadable(display_name, form, "it is nested too deeply") from None


def _run_pandoc_reader(data: bytes, form: PandocFormat, display_name: str) -> bytes:
    command = [
        str(find_pandoc(_PURPOSE)),
        *("+RTS", f"-M{MAX_MEMORY}", "-RTS"),
        "--sandbox",
        f"--from={_PANDOC_READERS[form]}",
        "--to=json",
    ]
    try:
        done = subprocess.run(command, input=data, capture_output=True, timeout=TIMEOUT_S, check=False)
    except subprocess.TimeoutExpired:
        raise _document_unreadable(display_name, form, f"it took longer than {TIMEOUT_S} seconds") from None
    except OSError as error:
        raise pandoc_missing_error(_PURPOSE, f"does not run: {error.strerror or error}") from None
    if done.returncode != 0:
        reason = done.stderr.decode(errors="replace").strip().splitlines()
        raise _document_unreadable(display_name, form, reason[0][:200] if reason else "pandoc refused it")
    return done.stdout


def _document_unreadable(display_name: str, form: PandocFormat, why: str) -> BriefgenError:
    return BriefgenError(
        Problem(
            "source-unreadable",
            f"cannot be read as {_FORMAT_NAMES[form]}: {why}",
            Place(display_name),
            "open it in the program that made it and save it again, or save its text as .txt",
        )
    )


# -- pandoc's tree


def _document_blocks(document: Mapping[str, Any], titled: bool) -> list[TextBlock]:
    notes: list[str] = []
    found = list(_title_blocks(document["meta"], notes)) if titled else []
    found += _walk_blocks(document["blocks"], notes)
    found += [TextBlock(to_one_line(note), "footnote") for note in notes]
    return [block for block in found if block.text]


def _title_blocks(meta: Mapping[str, Any], notes: list[str]) -> Iterator[TextBlock]:
    for field in _TITLE_FIELDS:
        for text in _meta_texts(meta.get(field), notes):
            yield TextBlock(to_one_line(text), "title" if field in ("title", "subtitle") else f"{field} line")
    if "abstract" in meta:
        yield from (TextBlock(to_one_line(text)) for text in _meta_texts(meta["abstract"], notes))


def _meta_texts(value: Any, notes: list[str]) -> Iterator[str]:
    if value is None:
        return
    kind, content = value["t"], value.get("c")
    if kind == "MetaInlines":
        yield _inlines_to_text(content, notes)
    elif kind == "MetaBlocks":
        yield from (block.text for block in _walk_blocks(content, notes))
    elif kind == "MetaList":
        for item in content:
            yield from _meta_texts(item, notes)
    elif kind == "MetaString":
        yield str(content)


def _walk_blocks(blocks: Iterable[Mapping[str, Any]], notes: list[str]) -> Iterator[TextBlock]:
    for block in blocks:
        kind: str = block["t"]
        content: Any = block.get("c")
        if kind in ("Para", "Plain"):
            yield TextBlock(to_one_line(_inlines_to_text(content, notes)))
        elif kind == "Header":
            yield TextBlock(to_one_line(_inlines_to_text(content[2], notes)), "heading")
        elif kind == "LineBlock":
            yield TextBlock(to_one_line(" ".join(_inlines_to_text(line, notes) for line in content)))
        elif kind == "CodeBlock":
            yield TextBlock(to_one_line(content[1]))
        elif kind == "BlockQuote":
            yield from _walk_blocks(content, notes)
        elif kind == "Div":
            yield from _walk_blocks(content[1], notes)
        elif kind == "BulletList":
            for item in content:
                yield from _walk_blocks(item, notes)
        elif kind == "OrderedList":
            yield from _numbered_blocks(content, notes)
        elif kind == "DefinitionList":
            for term, definitions in content:
                yield TextBlock(to_one_line(_inlines_to_text(term, notes)))
                for definition in definitions:
                    yield from _walk_blocks(definition, notes)
        elif kind == "Figure":
            yield from _walk_blocks(content[2], notes)
            yield from _walk_blocks(content[1][1], notes)
        elif kind == "Table":
            yield from _table_blocks(content, notes)
        # RawBlock and HorizontalRule contain no text to read.


def _numbered_blocks(content: Sequence[Any], notes: list[str]) -> Iterator[TextBlock]:
    """Yield the items of a list; if it is numbered 1, 2, 3, the first block of each has its number."""
    (start, style, _), items = content
    counted = style["t"] in ("Decimal", "DefaultStyle")
    for number, item in enumerate(items, start=start):
        for index, block in enumerate(_walk_blocks(item, notes)):
            yield replace(block, number=number) if counted and not index and not block.kind else block


def _table_blocks(content: Sequence[Any], notes: list[str]) -> Iterator[TextBlock]:
    """Yield the caption, then each row on a line of its own with bars between its cells."""
    _, caption, _, head, bodies, foot = content
    yield from _walk_blocks(caption[1], notes)
    rows = [*head[1], *(row for body in bodies for part in (body[2], body[3]) for row in part), *foot[1]]
    for _, cells in rows:
        texts = [" ".join(block.text for block in _walk_blocks(cell[4], notes)) for cell in cells]
        if any(texts):
            yield TextBlock(to_one_line(" | ".join(texts)))


_SPACE_INLINES = frozenset({"Space", "SoftBreak", "LineBreak"})
_STYLING_INLINES = frozenset(
    {"Emph", "Strong", "Underline", "Strikeout", "Superscript", "Subscript", "SmallCaps"}
)


def _inlines_to_text(inlines: Iterable[Mapping[str, Any]], notes: list[str]) -> str:
    """Return the text of inline elements; footnotes are appended to `notes`."""
    return "".join(_inline_to_text(inline, notes) for inline in inlines)


def _inline_to_text(inline: Mapping[str, Any], notes: list[str]) -> str:
    kind, content = inline["t"], inline.get("c")
    if kind == "Str":
        return str(content)
    if kind in _SPACE_INLINES:
        return " "
    if content is None:
        return ""
    if kind in _STYLING_INLINES:
        return _inlines_to_text(content, notes)
    if kind == "Quoted":
        left, right = "‘’" if content[0]["t"] == "SingleQuote" else "“”"
        return f"{left}{_inlines_to_text(content[1], notes)}{right}"
    if kind in ("Link", "Span", "Cite"):
        return _inlines_to_text(content[1], notes)
    if kind in ("Code", "Math"):
        return str(content[1])
    if kind == "Note":
        notes.append(" ".join(block.text for block in _walk_blocks(content, notes)))
    return ""  # Image, RawInline and Note are not part of the sentence
