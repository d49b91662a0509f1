"""Make a Word file of the text of a draft of another kind, to write comments into."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from io import BytesIO
from typing import Any

from briefgen.audit.answers.word import WordAnswer
from briefgen.audit.draft import BlockPlace, DraftBlock

_MAIN = "word/document.xml"
_STYLES = {"heading": "Heading 1", "list-item": "List Bullet", "quotation": "Quote", "caption": "Caption"}
_NOT_IN_XML = re.compile("[\x00-\x08\x0b-\x1f\ufffe\uffff\ud800-\udfff]")
_LABEL = "[{}]"


def copy_to_word(answer: WordAnswer) -> tuple[bytes, WordAnswer]:
    """Return a Word file with the text of a draft, and the answer with its spans in that.

    Marks of notes become numbers in brackets, and the notes paragraphs at the end.
    """
    from docx import Document

    document = Document()
    labels = {note.id: note.label for note in answer.draft.notes}
    blocks: list[DraftBlock] = []
    for block in answer.draft.blocks:
        if block.note and not any(one.note for one in answer.draft.blocks[: len(blocks)]):
            document.add_heading("Notes", 2)
        paragraph = document.add_paragraph(style=_STYLES.get(block.kind))
        parts = list(_split_at_marks(block, labels))
        for text, is_label in parts:
            paragraph.add_run(text).font.superscript = True if is_label and not block.note else None
        place = BlockPlace(part=_MAIN, paragraph=len(document.paragraphs) - 1)
        blocks.append(replace(block, text="".join(text for text, _ in parts), place=place, note=""))
    out = BytesIO()
    document.save(out)
    return out.getvalue(), _move_answer(answer, labels, tuple(blocks))


def _split_at_marks(block: DraftBlock, labels: Mapping[str, str]) -> Iterator[tuple[str, bool]]:
    """Yield the text of a block and the labels within it, each with whether it is a label."""
    if block.note:
        yield _LABEL.format(labels.get(block.note, "")) + " ", True
    begin = 0
    for mark in block.marks:
        yield _NOT_IN_XML.sub("\ufffd", block.text[begin : mark.offset]), False
        yield _LABEL.format(labels.get(mark.note, "")), True
        begin = mark.offset
    yield _NOT_IN_XML.sub("\ufffd", block.text[begin:]), False


def _move_answer(answer: WordAnswer, labels: Mapping[str, str], blocks: tuple[DraftBlock, ...]) -> WordAnswer:
    def move(entry: Any) -> Any:
        block = answer.draft.blocks[entry.block]
        start = _move_offset(block, labels, entry.start)
        return replace(entry, start=start, end=_move_offset(block, labels, entry.end, is_end=True))

    return WordAnswer(
        replace(answer.draft, blocks=blocks, notes=()),
        tuple(map(move, answer.remarks)),
        answer.summary,
        tuple(map(move, answer.replacements)),
    )


def _move_offset(block: DraftBlock, labels: Mapping[str, str], offset: int, is_end: bool = False) -> int:
    """Return where a character is behind the labels that come before it."""
    lead = len(_LABEL.format(labels.get(block.note, ""))) + 1 if block.note else 0
    before = [mark for mark in block.marks if mark.offset < offset or (mark.offset == offset and not is_end)]
    return offset + lead + sum(len(_LABEL.format(labels.get(mark.note, ""))) for mark in before)
