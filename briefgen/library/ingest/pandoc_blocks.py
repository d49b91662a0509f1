"""Reads Markdown, HTML and Word documents into blocks, through pandoc; it judges nothing of what they say.

pandoc runs with `--sandbox` (it opens no other file and no address) and with limits of time and memory.
"""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Literal

from briefgen.errors import BriefgenError, Place, Problem
from briefgen.library.ingest.blocks import Block, one_line
from briefgen.system.pandoc import pandoc_missing, pandoc_program

Form = Literal["markdown", "html", "docx"]
TIMEOUT_S = 60
_PURPOSE = "reads Markdown, HTML and Word documents"
MAX_MEMORY = "1G"
_READERS: Mapping[Form, str] = {
    # Without `smart`: marks stay as they were typed.
    "markdown": "commonmark+footnotes+pipe_tables+yaml_metadata_block",
    "html": "html-native_spans",
    "docx": "docx",
}
_NAMES: Mapping[Form, str] = {"markdown": "Markdown", "html": "HTML", "docx": "a Word document"}
_TITLE_FIELDS = ("title", "subtitle", "author", "date")
"""Where pandoc keeps what a Word document or Markdown file sets apart at its beginning."""


def read_blocks(data: bytes, form: Form, shown: str) -> list[Block]:
    """The blocks of a document in order, its footnotes last; raises BriefgenError where it cannot be read."""
    try:
        document = json.loads(_converted(data, form, shown))
        return _blocks(document, titled=form != "html")
    except RecursionError:
        raise _unreadable(shown, form, "its parts are nested too deep") from None


def _converted(data: bytes, form: Form, shown: str) -> bytes:
    command = [
        str(pandoc_program(_PURPOSE)),
        *("+RTS", f"-M{MAX_MEMORY}", "-RTS"),
        "--sandbox",
        f"--from={_READERS[form]}",
        "--to=json",
    ]
    try:
        done = subprocess.run(command, input=data, capture_output=True, timeout=TIMEOUT_S, check=False)
    except subprocess.TimeoutExpired:
        raise _unreadable(shown, form, f"it took longer than {TIMEOUT_S} seconds") from None
    except OSError as error:
        raise pandoc_missing(_PURPOSE, f"does not run: {error.strerror or error}") from None
    if done.returncode != 0:
        reason = done.stderr.decode(errors="replace").strip().splitlines()
        raise _unreadable(shown, form, reason[0][:200] if reason else "pandoc refused it")
    return done.stdout


def _unreadable(shown: str, form: Form, why: str) -> BriefgenError:
    return BriefgenError(
        Problem(
            "source-unreadable",
            f"cannot be read as {_NAMES[form]}: {why}",
            Place(shown),
            "open it in the program that made it and save it anew, or save its text as .txt",
        )
    )


# -- pandoc's tree


def _blocks(document: Mapping[str, Any], titled: bool) -> list[Block]:
    notes: list[str] = []
    found = list(_title(document["meta"], notes)) if titled else []
    found += _walk(document["blocks"], notes)
    found += [Block(one_line(note), "footnote") for note in notes]
    return [block for block in found if block.text]


def _title(meta: Mapping[str, Any], notes: list[str]) -> Iterator[Block]:
    for field in _TITLE_FIELDS:
        for text in _meta(meta.get(field), notes):
            yield Block(one_line(text), "title" if field in ("title", "subtitle") else f"{field} line")
    if "abstract" in meta:
        yield from (Block(one_line(text)) for text in _meta(meta["abstract"], notes))


def _meta(value: Any, notes: list[str]) -> Iterator[str]:
    if value is None:
        return
    kind, content = value["t"], value.get("c")
    if kind == "MetaInlines":
        yield _text(content, notes)
    elif kind == "MetaBlocks":
        yield from (block.text for block in _walk(content, notes))
    elif kind == "MetaList":
        for item in content:
            yield from _meta(item, notes)
    elif kind == "MetaString":
        yield str(content)


def _walk(blocks: Iterable[Mapping[str, Any]], notes: list[str]) -> Iterator[Block]:
    for block in blocks:
        kind: str = block["t"]
        content: Any = block.get("c")
        if kind in ("Para", "Plain"):
            yield Block(one_line(_text(content, notes)))
        elif kind == "Header":
            yield Block(one_line(_text(content[2], notes)), "heading")
        elif kind == "LineBlock":
            yield Block(one_line(" ".join(_text(line, notes) for line in content)))
        elif kind == "CodeBlock":
            yield Block(one_line(content[1]))
        elif kind == "BlockQuote":
            yield from _walk(content, notes)
        elif kind == "Div":
            yield from _walk(content[1], notes)
        elif kind in ("BulletList", "OrderedList"):
            for item in content if kind == "BulletList" else content[1]:
                yield from _walk(item, notes)
        elif kind == "DefinitionList":
            for term, definitions in content:
                yield Block(one_line(_text(term, notes)))
                for definition in definitions:
                    yield from _walk(definition, notes)
        elif kind == "Figure":
            yield from _walk(content[2], notes)
            yield from _walk(content[1][1], notes)
        elif kind == "Table":
            yield from _table(content, notes)
        # RawBlock, HorizontalRule: nothing that is read.


def _table(content: Sequence[Any], notes: list[str]) -> Iterator[Block]:
    """The caption, then each row on a line of its own, its cells parted by bars."""
    _, caption, _, head, bodies, foot = content
    yield from _walk(caption[1], notes)
    rows = [*head[1], *(row for body in bodies for part in (body[2], body[3]) for row in part), *foot[1]]
    for _, cells in rows:
        texts = [" ".join(block.text for block in _walk(cell[4], notes)) for cell in cells]
        if any(texts):
            yield Block(one_line(" | ".join(texts)))


_SPACES = frozenset({"Space", "SoftBreak", "LineBreak"})
_WRAPPERS = frozenset({"Emph", "Strong", "Underline", "Strikeout", "Superscript", "Subscript", "SmallCaps"})


def _text(inlines: Iterable[Mapping[str, Any]], notes: list[str]) -> str:
    """The words of inline elements; what stands in footnotes goes to `notes`."""
    return "".join(_words(inline, notes) for inline in inlines)


def _words(inline: Mapping[str, Any], notes: list[str]) -> str:
    kind, content = inline["t"], inline.get("c")
    if kind == "Str":
        return str(content)
    if kind in _SPACES:
        return " "
    if content is None:
        return ""
    if kind in _WRAPPERS:
        return _text(content, notes)
    if kind == "Quoted":
        left, right = "‘’" if content[0]["t"] == "SingleQuote" else "“”"
        return f"{left}{_text(content[1], notes)}{right}"
    if kind in ("Link", "Span", "Cite"):
        return _text(content[1], notes)
    if kind in ("Code", "Math"):
        return str(content[1])
    if kind == "Note":
        notes.append(" ".join(block.text for block in _walk(content, notes)))
    return ""  # Image, RawInline, Note: no words of the sentence
