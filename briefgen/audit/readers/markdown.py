"""Read a draft from Markdown: blocks with the lines that they are on, and footnotes (`[^1]`)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from briefgen.audit.draft import BlockPlace, Draft, DraftBlock, DraftBlockKind, DraftNote, NoteMark
from briefgen.audit.problems import left_out, quote_words, unread_pictures
from briefgen.audit.readers.html import read_html_blocks
from briefgen.audit.readers.plain_text import decode_draft
from briefgen.audit.readers.registry import DraftReader
from briefgen.errors import Problem, quantity

_FENCE = re.compile(r" {0,3}(`{3,}|~{3,})")
_NOTE_DEFINITION = re.compile(r" {0,3}\[\^([^\]\s]{1,80})\]:[ \t]*")
_NOTE_REFERENCE = re.compile(r"\[\^([^\]\s]{1,80})\]")
_FRONT_MATTER = re.compile(r"---[ \t]*\n.*?\n(?:---|\.\.\.)[ \t]*(?=\n|\Z)", re.S)
_HTML_COMMENT = re.compile(r"<!--.*?(?:-->|\Z)", re.S)


def read_markdown_draft(data: bytes, name: str) -> Draft:
    """Read Markdown (CommonMark with tables and footnotes)."""
    return _MarkdownDraftReader(name).read(decode_draft(data, name))


@dataclass(slots=True)
class _NoteSource:
    """The definition of a footnote in the file."""

    line: int
    lines: list[str] = field(default_factory=list)


class _MarkdownDraftReader:
    def __init__(self, name: str) -> None:
        self._name = name
        self._sources: dict[str, _NoteSource] = {}
        self._called: dict[str, str] = {}
        """Id of each note that has been called, by its name in the file."""
        self._left_out: list[Problem] = []
        self._suspicions: list[Problem] = []
        self._pictures = 0
        self._comments = 0
        self._struck: list[str] = []

    def read(self, text: str) -> Draft:
        blocks = list(self._read_blocks(self._take_notes(self._drop_front_matter(text)), 1))
        note_blocks, notes = [], []
        for identifier in (*self._called, *(one for one in self._sources if one not in self._called)):
            if identifier in self._sources:
                own = list(self._read_note(identifier))
                note_blocks += own
                joined = "\n".join(block.text for block in own)
                notes.append(DraftNote(self._note_id(identifier), identifier, joined))
        known = {note.id for note in notes}
        blocks = [replace(one, marks=tuple(m for m in one.marks if m.note in known)) for one in blocks]
        return Draft(
            self._name,
            "markdown",
            "",
            (*blocks, *note_blocks),
            tuple(notes),
            left_out=(*self._left_out, *self._list_left_out()),
            suspicions=tuple(self._suspicions),
        )

    def _list_left_out(self) -> Iterator[Problem]:
        if self._pictures:
            yield unread_pictures(self._name, self._pictures)
        if self._comments:
            yield left_out(self._name, f"{quantity(self._comments, 'comment')} (<!-- … -->)")
        if self._struck:
            yield left_out(self._name, f"struck text{quote_words(self._struck)}")

    def _drop_front_matter(self, text: str) -> str:
        match = _FRONT_MATTER.match(text)
        if match is None:
            return text
        self._left_out.append(left_out(self._name, "the YAML block at the beginning"))
        return "\n" * match[0].count("\n") + text[match.end() :]

    def _take_notes(self, text: str) -> str:
        """Take the definitions of footnotes out of the text; their lines stay, empty."""
        kept: list[str] = []
        note: _NoteSource | None = None
        fence = ""
        for number, line in enumerate(text.split("\n"), start=1):
            mark = _FENCE.match(line)
            definition = _NOTE_DEFINITION.match(line) if not fence else None
            if mark and (not fence or mark[1].startswith(fence)):
                fence = "" if fence else mark[1]
            if definition:
                note = self._sources.setdefault(definition[1], _NoteSource(number))
                note.lines.append(line[definition.end() :])
            elif note and line.strip() and (note.lines[-1].strip() or line.startswith(("    ", "\t"))):
                note.lines.append(line.strip())
            elif note and not line.strip():
                note.lines.append("")
            else:
                note = None
                kept.append(line)
                continue
            kept.append("")
        return "\n".join(kept)

    def _note_id(self, identifier: str) -> str:
        return self._called.setdefault(identifier, f"footnote-{len(self._called) + 1}")

    def _read_note(self, identifier: str) -> Iterator[DraftBlock]:
        source = self._sources[identifier]
        for block in self._read_blocks("\n".join(source.lines), source.line):
            yield replace(block, kind="note", note=self._note_id(identifier), marks=())

    # -- blocks

    def _read_blocks(self, text: str, first_line: int) -> Iterator[DraftBlock]:
        from markdown_it import MarkdownIt

        parser = MarkdownIt("commonmark").enable(["table", "strikethrough"])
        around: list[str] = []
        level: int | None = None
        line = first_line
        for token in parser.parse(text):
            if token.nesting == 1:
                around.append(token.type)
                level = int(token.tag[1]) if token.type == "heading_open" else level
            elif token.nesting == -1:
                around.pop()
            # Cells have no lines of their own: they are on those of their row.
            line = token.map[0] + first_line if token.map else line
            if token.type == "inline":
                yield from self._read_inline(token, around, level, line)
            elif token.type in ("code_block", "fence"):
                yield from self._read_code(token, line)
            elif token.type == "html_block":
                yield from self._read_html(token.content, line)

    def _read_inline(
        self, token: Any, around: list[str], level: int | None, line: int
    ) -> Iterator[DraftBlock]:
        text = _NOTE_REFERENCE.sub("\0\\1\0", "".join(self._inline_text(token.children or ())))
        marks, plain = [], ""
        for index, part in enumerate(text.split("\0")):
            if index % 2 == 0:
                plain += part
            elif part in self._sources:
                marks.append(NoteMark(len(plain), self._note_id(part)))
            else:
                plain += f"[^{part}]"
        kind = _block_kind(around)
        starts = (0, *(index + 1 for index, char in enumerate(plain) if char == "\n"))
        if plain.strip():
            place = BlockPlace(line=line, line_starts=starts)
            yield DraftBlock(kind, plain, place, tuple(marks), level=level if kind == "heading" else None)

    def _inline_text(self, children: Any) -> Iterator[str]:
        deleted = False
        for child in children:
            if child.type in ("s_open", "s_close"):
                deleted = child.type == "s_open"
            elif child.type in ("softbreak", "hardbreak"):
                yield "\n"
            elif child.type == "image":
                self._pictures += 1
            elif child.type == "html_inline":
                self._comments += _HTML_COMMENT.fullmatch(child.content) is not None
            elif deleted:
                self._struck.append(child.content)
            else:
                yield child.content.replace("\0", "")

    def _read_code(self, token: Any, line: int) -> Iterator[DraftBlock]:
        text = token.content.rstrip("\n")
        first = line + (token.type == "fence")
        starts = (0, *(index + 1 for index, char in enumerate(text) if char == "\n"))
        if text.strip():
            yield DraftBlock("paragraph", text, BlockPlace(line=first, line_starts=starts))

    def _read_html(self, content: str, line: int) -> Iterator[DraftBlock]:
        plain, comments = _HTML_COMMENT.subn("", content)
        self._comments += comments
        if plain.strip():
            page = read_html_blocks(plain, self._name)
            self._left_out += page.left_out
            self._suspicions += page.suspicions
            yield from (replace(block, place=BlockPlace(line=line)) for block in page.blocks)


def _block_kind(around: list[str]) -> DraftBlockKind:
    kinds: dict[str, DraftBlockKind] = {
        "heading_open": "heading",
        "td_open": "table-cell",
        "th_open": "table-cell",
        "list_item_open": "list-item",
        "blockquote_open": "quotation",
    }
    return next((kinds[token] for token in reversed(around) if token in kinds), "paragraph")


READER = DraftReader(read_markdown_draft)
