"""Write the remarks on a draft into its Word file: comments at the words, suggestions as tracked changes.

Comments can only be in the main text: what concerns a note is said at its mark, what concerns the head or
foot of pages at the beginning.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from copy import deepcopy
from dataclasses import dataclass
from datetime import UTC, datetime
from difflib import SequenceMatcher
from io import BytesIO
from itertools import count
from typing import Any

from briefgen.audit.answers.remarks import WORDING_FOLLOWS, Remark, Replacement, compose_paragraphs
from briefgen.audit.answers.word_runs import isolate_runs, make_insertion, mark_comment, mark_deleted
from briefgen.audit.draft import Draft, DraftBlock
from briefgen.audit.problems import unreadable_draft_error
from briefgen.audit.readers.docx import load_run_styles, require_main_part
from briefgen.audit.readers.docx_styles import W
from briefgen.audit.readers.docx_text import ParagraphReader, ParagraphText, iter_paragraphs
from briefgen.inspect.docx import DocxPackage
from briefgen.model.text import clean_text

AUTHOR, INITIALS = "briefgen", "bg"
_MIN_COMMON_SHARE = 0.5
"""Share of words in common from which a suggestion changes words, not the whole sentence."""
_EDGES = {"header": "In the head of the pages", "footer": "At the foot of the pages"}
_REVISIONS = (f"{W}ins", f"{W}del", f"{W}moveFrom", f"{W}moveTo")


@dataclass(frozen=True, slots=True)
class WordAnswer:
    """What goes into a Word file."""

    draft: Draft
    remarks: tuple[Remark, ...]
    summary: tuple[str, ...]
    """Paragraphs of the comment at the beginning, which says what was found and what was not read."""
    replacements: tuple[Replacement, ...] = ()
    """Suggestions to make as tracked changes."""


def annotate_word_file(data: bytes, answer: WordAnswer) -> bytes:
    """Return the Word file with comments; raise BriefgenError if it is not the draft that was read."""
    return _WordAnnotator(data, answer).annotate()


class _WordAnnotator:
    def __init__(self, data: bytes, answer: WordAnswer) -> None:
        from docx import Document

        self._answer, self._draft = answer, answer.draft
        package = DocxPackage(data, self._draft.path)
        self._main_name, main = require_main_part(package, self._draft.path)
        self._styles = load_run_styles(package, main, self._main_name)
        try:
            self._document = Document(BytesIO(data))
        except (KeyError, ValueError, AttributeError, OSError) as error:
            why = (
                "a part that it names is missing" if isinstance(error, KeyError) else "its parts are damaged"
            )
            raise unreadable_draft_error(self._draft.path, f"nothing can be written into it, {why}") from None
        self._root = self._document.element
        self._paragraphs = dict(iter_paragraphs(self._root))
        self._ids = count(_largest_revision_id(self._root) + 1)
        self._blank: Any = None
        """A comment without text, to copy."""
        self._comment_ids = count()
        self._comments: tuple[Any, Any] = (None, None)
        """The collection of comments, and the part that it is in."""
        self._stamp = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")

    def annotate(self) -> bytes:
        """Write the comments and suggestions."""
        remarks: defaultdict[int, list[Remark]] = defaultdict(list)
        replacements: defaultdict[int, list[Replacement]] = defaultdict(list)
        for remark in self._answer.remarks:
            remarks[remark.block].append(remark)
        for replacement in self._answer.replacements:
            replacements[replacement.block].append(replacement)
        self._add_summary()
        for position in sorted({*remarks, *replacements}):
            block = self._draft.blocks[position]
            if block.place.part == self._main_name:
                self._annotate_paragraph(block, remarks[position], replacements[position])
            else:
                self._comment_elsewhere(block, remarks[position])
        out = BytesIO()
        self._document.save(out)
        return out.getvalue()

    def _annotate_paragraph(
        self, block: DraftBlock, remarks: Sequence[Remark], replacements: Sequence[Replacement]
    ) -> None:
        paragraph = self._paragraphs.get(-1 if block.place.paragraph is None else block.place.paragraph)
        if paragraph is None or not self._read(paragraph).text.startswith(block.text):
            raise unreadable_draft_error(self._draft.path, "it was changed while it was audited")
        for remark in remarks:
            self._comment(isolate_runs(self._read(paragraph), remark.start, remark.end), remark)
        # Deleted text is read no more: suggestions come last, and from the end, so that offsets stay true.
        for replacement in sorted(replacements, key=lambda one: one.start, reverse=True):
            self._suggest(paragraph, block, replacement)

    def _read(self, paragraph: Any) -> ParagraphText:
        return ParagraphReader(self._styles).read(paragraph)

    # -- comments

    def _comment(self, runs: Sequence[Any], remark: Remark, place: str = "") -> None:
        if runs:
            comment = self._new_comment()
            _fill_comment(comment, remark, place)
            mark_comment(runs, comment.comment_id)

    def _new_comment(self) -> Any:
        """Return a new comment without text; python-docx looks for a free id among all others each time."""
        from docx.comments import Comment

        if self._blank is None:
            first = self._document.comments.add_comment(author=AUTHOR, initials=INITIALS)
            self._blank, self._comment_ids = deepcopy(first._comment_elm), count(first.comment_id + 1)
            self._comments = first._comment_elm.getparent(), first.part
            return first
        element = deepcopy(self._blank)
        element.id = next(self._comment_ids)
        collection, part = self._comments
        collection.append(element)
        return Comment(element, part)

    def _comment_elsewhere(self, block: DraftBlock, remarks: Sequence[Remark]) -> None:
        """Comment on a note at its mark, and on the head or foot of pages at the beginning."""
        note = next((one for one in self._draft.notes if one.id == block.note), None)
        where = f"In {note.id.partition('-')[0]} {note.label}" if note else _EDGES.get(block.kind, "")
        for remark in remarks:
            runs = self._find_note_mark(block.note) or self._first_runs()
            words = block.text[remark.start : remark.end].strip()
            self._comment(runs, remark, f"{where}: “{words}”")

    def _find_note_mark(self, note: str) -> list[Any]:
        """Return the run with the first mark of a note."""
        kind, _, number = note.partition("-")
        marks: dict[str, Any] = {}
        for reference in self._root.iter(f"{W}{kind}Reference") if number.isdecimal() else ():
            marks.setdefault(reference.get(f"{W}id", ""), reference.getparent())
        return list(marks.values())[int(number) - 1 : int(number)] if marks else []

    def _first_runs(self) -> list[Any]:
        for paragraph in self._paragraphs.values():
            text = self._read(paragraph)
            if plain := text.text.strip():
                lead = text.text.index(plain)
                return isolate_runs(text, lead, lead + len(plain))
        return []

    def _add_summary(self) -> None:
        runs = self._first_runs()
        if not runs:
            return
        comment = self._new_comment()
        for index, text in enumerate(self._answer.summary):
            paragraph = comment.add_paragraph() if index else comment.paragraphs[0]
            paragraph.add_run(_printable(text)).bold = index == 0
        mark_comment(runs, comment.comment_id)

    # -- suggestions

    def _suggest(self, paragraph: Any, block: DraftBlock, replacement: Replacement) -> None:
        """Turn a sentence into the approved wording by tracked changes, from its end to its beginning."""
        sentence = block.text[replacement.start : replacement.end]
        changes = plan_changes(sentence, _printable(replacement.wording), whole=replacement.whole)
        for first, last, words in reversed(changes):
            start, end = replacement.start + first, replacement.start + last
            text = self._read(paragraph)
            # Without anything to delete, the insertion goes behind the character before it.
            runs = isolate_runs(text, start if start < end else start - 1, end)
            if not runs or any(run.tag != f"{W}r" for run in runs):
                continue  # a formula, or the beginning of the paragraph: the comment has the wording
            anchor = runs[-1]
            if start < end:
                anchor = [mark_deleted(run, self._revision()) for run in runs][-1]
            if words:
                anchor.addnext(make_insertion(words, runs[-1], self._revision()))

    def _revision(self) -> dict[str, str]:
        return {"id": str(next(self._ids)), "author": AUTHOR, "date": self._stamp}


def plan_changes(old: str, new: str, *, whole: bool = False) -> list[tuple[int, int, str]]:
    """Return the spans of a sentence to delete, in order, each with what to insert behind it.

    Words are changed one by one if half of them stay. Otherwise the sentence is changed as a `whole` if that
    is wanted, and not at all if it is not: the wording may be about something else then.
    """
    mine, theirs = _split_words(old), _split_words(new)
    words = [word for word, _ in mine], [word for word, _ in theirs]
    matcher = SequenceMatcher(None, *words, autojunk=False)
    if matcher.ratio() >= _MIN_COMMON_SHARE:
        return list(_change_words(matcher, mine, theirs, len(old)))
    return [(0, len(old), new)] if whole else []


def _change_words(
    matcher: SequenceMatcher[str],
    mine: Sequence[tuple[str, int]],
    theirs: Sequence[tuple[str, int]],
    end: int,
) -> Iterator[tuple[int, int, str]]:
    starts = [*(offset for _, offset in mine), end]
    for kind, a, b, c, d in matcher.get_opcodes():
        if kind != "equal":
            yield starts[a], starts[b], "".join(word for word, _ in theirs[c:d])


def _split_words(text: str) -> list[tuple[str, int]]:
    """Return words, spaces and signs with their offsets; joined they are the text."""
    return [(match[0], match.start()) for match in re.finditer(r"\s+|\w+(?:[.,'’-]\w+)*|[^\w\s]", text)]


def _fill_comment(comment: Any, remark: Remark, place: str) -> None:
    first, *others = compose_paragraphs(remark, place)
    heading = comment.paragraphs[0]
    heading.add_run(_printable(first[: len(remark.label) + 1])).bold = True
    heading.add_run(_printable(first[len(remark.label) + 1 :]))
    for text in others:
        comment.add_paragraph().add_run(_printable(text)).bold = text == WORDING_FOLLOWS


def _printable(text: str) -> str:
    return clean_text(text)[0]


def _largest_revision_id(root: Any) -> int:
    values = [element.get(f"{W}id", "") for element in root.iter(*_REVISIONS)]
    return max((int(value) for value in values if value.isdecimal() and len(value) < 9), default=0)
