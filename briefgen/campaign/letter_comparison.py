"""Compares a Word letter that somebody edited with the same letter as the campaign makes it now."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, Literal
from xml.etree import ElementTree

from briefgen.campaign.letter_diff import (
    SpanChange,
    align_paragraphs,
    changed_sentences,
    diff_paragraphs,
    find_spans,
    fold_paragraph,
)
from briefgen.campaign.open import Campaign
from briefgen.compose.apply_overrides import PARAGRAPH_COLUMN
from briefgen.compose.passages import render_inline_markdown
from briefgen.compose.record import plain_text
from briefgen.compose.replaced_words import fold_words, split_paragraphs
from briefgen.errors import Place, Problem, quantity
from briefgen.inspect.edited_docx import WordLetter, WordParagraph
from briefgen.model.document import Document, hash_paragraph
from briefgen.model.letter_overrides import LetterOverrides
from briefgen.model.recipient import Recipient
from briefgen.system.yaml_splice import YamlEdit

Preference = Literal["", "letter", "campaign"]
"""Whose words to take where both changed the same paragraph; empty to take neither."""
_OWN_PARTS = ("body", "postscript")
_SHOWN_CHARACTERS = 90
_TEXT_BLOCKS = ("p", "li", "h1", "h2", "h3", "td", "th", "figcaption", "caption")
_ELSEWHERE = {
    "letterhead": "the letterhead is in campaign.yaml, under sender and letterhead",
    "return-line": "the return address is in campaign.yaml, under letterhead.return_line",
    "inside-address": "change the address in the list of recipients",
    "date-line": "the date and the reference are in campaign.yaml, under date and letter.reference",
    "reference-line": "the subject is in campaign.yaml, under letter.subject",
    "salutation": "write the salutation into the column salutation of the list",
    "complimentary-close": "write the close into the column close of the list",
    "signature": "who signs is in campaign.yaml, under sender",
    "enclosures": "enclosures are in campaign.yaml, under letter.enclosures",
    "copy-line": "copies are in the column copies of the list, or in campaign.yaml under letter.copies",
}
"""Where the other parts of a letter are changed, by the class of their block."""


@dataclass(frozen=True, slots=True)
class AdoptedChange:
    """One change that letters.yaml takes over."""

    kind: Literal["words", "removed", "added", "paragraph"]
    what: str
    """The statement's id, or empty for words of the campaign or of one's own."""
    before: str
    after: str
    checks: tuple[Problem, ...] = ()
    """What is wrong, or to be looked at, with the new words."""


@dataclass(frozen=True, slots=True)
class ChangedOnBothSides:
    """A paragraph that was changed in the letter, and in the campaign since the letter was made."""

    campaign: str
    """What the campaign makes now; empty if it no longer has the paragraph."""
    letter: str
    """What the edited letter says; empty if it was deleted there."""


@dataclass(slots=True)
class Adoption:
    """What of an edited letter can be taken over, and what cannot."""

    recipient: Recipient
    changes: list[AdoptedChange] = field(default_factory=list)
    conflicts: list[ChangedOnBothSides] = field(default_factory=list)
    since: list[ChangedOnBothSides] = field(default_factory=list)
    """Paragraphs that only the campaign changed since the letter was made."""
    not_taken: list[Problem] = field(default_factory=list)
    overrides: LetterOverrides = field(default_factory=LetterOverrides)
    """What letters.yaml is to say about the letter."""

    @property
    def edits(self) -> list[YamlEdit]:
        """Return what to change in letters.yaml."""
        return list(_list_edits(self.recipient, self.overrides)) if self.changes else []

    def as_json(self) -> dict[str, Any]:
        """Return the adoption as a JSON object."""
        return {
            "recipient": self.recipient.id,
            "changes": [
                {**asdict(one), "checks": [check.as_json() for check in one.checks]} for one in self.changes
            ],
            "conflicts": [asdict(one) for one in self.conflicts],
            "since": [asdict(one) for one in self.since],
            "not_taken": [problem.as_json() for problem in self.not_taken],
        }


@dataclass(slots=True)
class LetterComparison:
    """The comparison of a letter as made with the same letter as edited; `compare` fills its adoption."""

    campaign: Campaign
    recipient: Recipient
    document: Document
    made: WordLetter
    edited: WordLetter
    place: Place
    prefer: Preference
    adoption: Adoption = field(init=False)
    _instead: dict[str, str] = field(init=False)
    _after: dict[str, str] = field(init=False)
    _left_out: list[str] = field(init=False)
    _paragraphs: list[str] = field(init=False)
    _parts: list[str] = field(init=False)
    _next_paragraph: int = 0
    """Where among the paragraphs of one's own the next one that was added goes."""

    def __post_init__(self) -> None:
        overrides = self.recipient.overrides or LetterOverrides()
        self.adoption = Adoption(self.recipient, overrides=overrides)
        self._instead, self._after = dict(overrides.instead), dict(overrides.after)
        self._left_out = list(overrides.leave_out)
        own = overrides.paragraph or self.recipient.extra.get(PARAGRAPH_COLUMN, "")
        self._paragraphs = [fold_words(one) for one in split_paragraphs(own)]
        self._parts = _find_parts(self.document.html, [one.text for one in self.made.paragraphs])

    def compare(self) -> None:
        """Find what was changed, what of it can be taken over, and what cannot."""
        if self.edited.made is None:
            self._refuse(
                "adopt-undated",
                "does not say how it was made, so what the campaign has changed since counts as edited too",
                "look at each change before you take it over",
            )
        pairs = align_paragraphs(
            [one.text for one in self.made.paragraphs], [one.text for one in self.edited.paragraphs]
        )
        moved = self._find_moved(pairs)
        pairs = self._join_rewritten(pairs)
        for number, (ours, theirs) in enumerate(pairs):
            if ours is not None and (text := fold_words(self.made.paragraphs[ours].text)) in self._paragraphs:
                self._next_paragraph = self._paragraphs.index(text) + 1
            if ours is not None and theirs is not None:
                self._compare_pair(ours, theirs)
            elif ours is not None and ours not in moved:
                self._compare_deleted(ours)
            elif theirs is not None and theirs not in moved.values():
                self._compare_inserted(theirs, self._part_around(pairs, number))
        self._name_other_changes()
        self._finish()

    def _find_moved(self, pairs: Sequence[tuple[int | None, int | None]]) -> dict[int, int]:
        """Return paragraphs that are in another place now, which is not taken over."""
        inserted = {
            self.edited.paragraphs[theirs].text: theirs
            for ours, theirs in pairs
            if ours is None and theirs is not None
        }
        moved = {
            ours: inserted[text]
            for ours, theirs in pairs
            if theirs is None and ours is not None and (text := self.made.paragraphs[ours].text) in inserted
        }
        for ours in moved:
            self._refuse(
                "adopt-moved",
                f"the paragraph {_shorten(self.made.paragraphs[ours].text)} was moved",
                "the order of paragraphs is the template's; write a text of your own (docs/templates.md)",
            )
        return moved

    def _join_rewritten(
        self, pairs: Sequence[tuple[int | None, int | None]]
    ) -> list[tuple[int | None, int | None]]:
        """Return the pairs with a paragraph of one's own that was written anew beside what it was."""
        joined: list[tuple[int | None, int | None]] = []
        for ours, theirs in pairs:
            before = joined[-1] if joined else (None, None)
            if (
                ours is None
                and before[1] is None
                and before[0] is not None
                and fold_words(self.made.paragraphs[before[0]].text) in self._paragraphs
            ):
                joined[-1] = (before[0], theirs)
            else:
                joined.append((ours, theirs))
        return joined

    def _part_around(self, pairs: Sequence[tuple[int | None, int | None]], number: int) -> str:
        """Return the part of the letter that a paragraph was inserted in."""
        before = next((ours for ours, _ in reversed(pairs[:number]) if ours is not None), None)
        after = next((ours for ours, _ in pairs[number:] if ours is not None), None)
        parts = [self._parts[one] for one in (before, after) if one is not None]
        return "body" if "body" in parts else parts[0] if parts else ""

    # What became of each paragraph

    def _compare_pair(self, ours: int, theirs: int) -> None:
        made, edited = self.made.paragraphs[ours], self.edited.paragraphs[theirs]
        if _is_in_table(self.made, made.text):
            return  # named with the tables
        now, new = fold_paragraph(made), fold_paragraph(edited)
        if now.text == new.text and len(now.calls) == len(new.calls):
            return
        if hash_paragraph(made.text) == hash_paragraph(edited.text) and len(now.calls) == len(new.calls):
            return
        is_same, is_old = self._is_as_made(made), self._is_as_made(edited)
        if self.edited.made is not None and not is_same:
            if is_old or now.text == new.text:
                self.adoption.since.append(ChangedOnBothSides(now.text, new.text))
                return
            if not self._settle_conflict(now.text, new.text):
                return
        if self._parts[ours] not in _OWN_PARTS:
            self._refuse_elsewhere(self._parts[ours], new.text)
        elif now.text in self._paragraphs:
            self._paragraphs[self._paragraphs.index(now.text)] = new.text
            self._take("paragraph", "", now.text, new.text)
        else:
            self._take_words(now, new)

    def _compare_deleted(self, ours: int) -> None:
        made = self.made.paragraphs[ours]
        if _is_in_table(self.made, made.text):
            return
        now = fold_paragraph(made)
        if self.edited.made is not None and not self._is_as_made(made):
            self.adoption.since.append(ChangedOnBothSides(now.text, ""))
        elif self._parts[ours] not in _OWN_PARTS:
            self._refuse_elsewhere(self._parts[ours], "")
        elif now.text in self._paragraphs:
            self._next_paragraph = self._paragraphs.index(now.text)
            self._paragraphs.remove(now.text)
            self._take("paragraph", "", now.text, "")
        else:
            self._take_words(now, WordParagraph(""))

    def _compare_inserted(self, theirs: int, part: str) -> None:
        edited = self.edited.paragraphs[theirs]
        text = fold_words(edited.text)
        if self.edited.made is not None and self._is_as_made(edited):
            self.adoption.since.append(ChangedOnBothSides("", text))
        elif _is_in_table(self.edited, edited.text):
            return
        elif part == "body":
            self._paragraphs.insert(self._next_paragraph, text)
            self._next_paragraph += 1
            self._take("paragraph", "", "", text)
            self._refuse_notes([call.text for call in edited.calls])
        else:
            self._refuse(
                "adopt-elsewhere",
                f"the words {_shorten(text)} were added outside the letter's text",
                _ELSEWHERE.get(part, "a postscript is in campaign.yaml, under letter.postscript"),
            )

    def _is_as_made(self, paragraph: WordParagraph) -> bool:
        return self.edited.made is not None and hash_paragraph(paragraph.text) in self.edited.made

    def _settle_conflict(self, now: str, new: str) -> bool:
        """Note that both sides changed a paragraph; return whether the letter's words are to be taken."""
        self.adoption.conflicts.append(ChangedOnBothSides(now, new))
        return self.prefer == "letter"

    # What is taken over

    def _take(self, kind: Any, what: str, before: str, after: str) -> None:
        self.adoption.changes.append(AdoptedChange(kind, what, before, after))

    def _take_words(self, now: WordParagraph, new: WordParagraph) -> None:
        spans = find_spans(now.text, self.document.record, self._after)
        found = diff_paragraphs(now, spans, new)
        removed = {
            change.span.id for change in found.changes if change.span.kind == "statement" and not change.new
        }
        for change in found.changes:
            if change.span.kind == "statement":
                self._take_statement(change)
            elif change.span.kind == "caveat" and change.span.id not in removed:
                self._refuse_caveat(change, removed)
            elif change.span.kind == "after":
                self._take_after(change)
            elif change.span.kind == "own":
                self._take_own_words(change)
        self._refuse_notes(found.added_notes)
        if not removed:
            for note in found.deleted_notes:
                message = f"the note {_shorten(note)} was deleted"
                hint = "a statement keeps its source; delete the statement too to leave both out"
                self._refuse("adopt-note", message, hint)

    def _take_statement(self, change: SpanChange) -> None:
        id, kind = self._key_of(change.span.id), self._kind_of(change.span.id)
        new = _remove_citation(change.new, change.span.citation)
        if not new and kind == "ask":
            hint = "for another ask, fill in the column ask of the list"
            self._refuse("adopt-elsewhere", f"the ask {id!r} was deleted", hint)
        elif not new:
            self._left_out.append(id)
            self._instead.pop(id, None)
            self._after.pop(id, None)
            self._take("removed", id, change.span.text, "")
        elif new != _remove_citation(change.span.text, change.span.citation):
            words = write_markdown(new, self._approved(change.span.id))
            if plain_text(render_inline_markdown(words)) == self._approved_text(change.span.id):
                self._instead.pop(id, None)
            else:
                self._instead[id] = words
            self._take("words", id, change.span.text, new)

    def _take_after(self, change: SpanChange) -> None:
        id = self._key_of(change.span.id)
        before = fold_words(self._after.get(id, ""))
        new = change.new if change.span.text else f"{before} {change.new}".strip()
        if new:
            self._after[id] = write_markdown(new, "")
        else:
            self._after.pop(id, None)
        self._take("added" if new else "removed", id if new else "", change.span.text, change.new)

    def _take_own_words(self, change: SpanChange) -> None:
        pairs = changed_sentences(change.span.text, change.new)
        if any(self._count(before) != 1 for before, _ in pairs):
            pairs = [(change.span.text, change.new)]
        for before, after in pairs:
            if self._count(before) != 1:
                hint = "change it in campaign.yaml, or in a text of your own"
                message = f"the words {_shorten(before)} were changed, but are in the letter more than once"
                self._refuse("adopt-repeated", message, hint)
                continue
            self._replace_words(before, after)
            self._take("words" if after else "removed", "", before, after)

    def _replace_words(self, before: str, after: str) -> None:
        """Put words in place of others; words that are there by letters.yaml already change their entry."""
        for old, own in list(self._instead.items()):
            if own and fold_words(own) in before and old not in self.adoption.overrides.statements_instead:
                before = before.replace(fold_words(own), fold_words(old))
                del self._instead[old]
        if before != after:
            self._instead[before] = after

    def _count(self, words: str) -> int:
        texts = (
            fold_words(one.text)
            for one, part in zip(self.made.paragraphs, self._parts, strict=True)
            if part in _OWN_PARTS
        )
        pattern = re.compile(rf"(?<!\w){re.escape(words)}(?!\w)")
        return sum(len(pattern.findall(text)) for text in texts)

    def _key_of(self, id: str) -> str:
        """Return the id by which letters.yaml has a statement already, which may be of what it translates."""
        snippets = self.campaign.composer.for_recipient(self.recipient).library.snippets
        known = (*self._instead, *self._after)
        return next((key for key in known if key in snippets and snippets[key].id == id), id)

    def _entry(self, id: str) -> Mapping[str, Any]:
        return next(one for one in self.document.record["snippets"] if one["id"] == id)

    def _kind_of(self, id: str) -> str:
        return str(self._entry(id)["kind"])

    def _approved_text(self, id: str) -> str:
        entry = self._entry(id)
        return str(entry.get("approved", entry["text"]))

    def _approved(self, id: str) -> str:
        """Return the approved wording in Markdown, whose italics new words keep."""
        snippet = self.campaign.composer.for_recipient(self.recipient).library.snippets.get(id)
        return snippet.body if snippet is not None else ""

    # What is not taken over

    def _refuse(self, code: str, message: str, hint: str) -> None:
        self.adoption.not_taken.append(Problem(code, message, self.place, hint, severity="warning"))

    def _refuse_elsewhere(self, part: str, new: str) -> None:
        named = part.replace("-", " ") or "letter outside its text"
        what = f"the {named} was changed to {_shorten(new)}" if new else f"the {named} was deleted"
        hint = _ELSEWHERE.get(part, "change it where the campaign has it")
        place = (
            self.recipient.place if part in ("inside-address", "salutation", "complimentary-close") else None
        )
        problem = Problem("adopt-elsewhere", what, place or self.place, hint, severity="warning")
        self.adoption.not_taken.append(problem)

    def _refuse_caveat(self, change: SpanChange, removed: set[str]) -> None:
        if removed and not change.new:
            return
        message = f"the reservation {change.span.id!r} was changed"
        self._refuse("adopt-caveat", message, "it goes with its statement; leave both out, or keep both")

    def _refuse_notes(self, notes: Sequence[str]) -> None:
        for note in notes:
            hint = "make a statement with this source: briefgen snippets new"
            self._refuse("adopt-note", f"the note {_shorten(note)} was added or changed", hint)

    def _name_other_changes(self) -> None:
        made, edited = self.made, self.edited
        if edited.revisions:
            count = quantity(edited.revisions, "tracked change")
            self._refuse(
                "adopt-tracked", f"{count} read as if accepted", "reject in Word what you do not want"
            )
        others = (
            (
                edited.comments,
                f"{quantity(edited.comments, 'comment')} left",
                "comments stay in the Word file",
            ),
            (
                _cell_texts(made) != _cell_texts(edited),
                "a table was added, changed or removed",
                "tables come from the list or a template; change them there",
            ),
            (
                edited.pictures != made.pictures,
                f"the letter has {quantity(edited.pictures, 'picture')} instead of {made.pictures}",
                "pictures belong in the template or the letterhead",
            ),
            (
                sorted(made.emphasised) != sorted(edited.emphasised),
                "bold, italics or underlining was changed by hand",
                "words alone are taken; *italics* can be written in letters.yaml",
            ),
            (
                made.heads != edited.heads,
                "headers or footers were changed",
                "they come from the letterhead; change it for all letters",
            ),
        )
        for is_so, message, hint in others:
            if is_so:
                self._refuse("adopt-formatting", message, hint)

    def _finish(self) -> None:
        before, column = self.adoption.overrides, self.recipient.extra.get(PARAGRAPH_COLUMN, "")
        own = list(dict.fromkeys(one for one in self._paragraphs if one))
        was = [fold_words(one) for one in split_paragraphs(before.paragraph or column)]
        if not own and was and not before.paragraph:
            # An empty paragraph would leave that of the list.
            self._instead |= dict.fromkeys(was, "")
        gone = (*self._left_out, *self._instead)
        self.adoption.overrides = before.model_copy(
            update={
                "leave_out": list(dict.fromkeys(self._left_out)),
                "use": [one for one in before.use if one not in self._left_out],
                "short": [one for one in before.short if one not in gone],
                "instead": self._instead,
                "after": self._after,
                "paragraph": before.paragraph if own == was else "\n\n".join(own),
            }
        )


def _is_in_table(letter: WordLetter, text: str) -> bool:
    return any(text == cell.text for table in letter.tables for cell in table)


def _cell_texts(letter: WordLetter) -> list[list[str]]:
    return [[cell.text for cell in table] for table in letter.tables]


def _find_parts(html: str, paragraphs: Sequence[str]) -> list[str]:
    """Return the part of the letter that each paragraph of the Word file is in, by the class of its block."""
    root = ElementTree.fromstring(f"<r>{html.replace('<br/>', ' ')}</r>")
    blocks = [(hash_paragraph("".join(_own_text(block))), part) for block, part in _iter_blocks(root, "")]
    parts, position = [], 0
    for text in paragraphs:
        digest = hash_paragraph(text)
        found = next((number for number in range(position, len(blocks)) if blocks[number][0] == digest), None)
        parts.append("" if found is None else blocks[found][1])
        position = position if found is None else found + 1
    return parts


def _iter_blocks(element: ElementTree.Element, part: str) -> Iterator[tuple[ElementTree.Element, str]]:
    """Yield the blocks of text in an element, each with the class of the part of the letter that it is in."""
    for child in element:
        name = child.get("class", "")
        within = name if name in _ELSEWHERE or name in _OWN_PARTS else part
        if child.tag in _TEXT_BLOCKS:
            yield child, within
        yield from _iter_blocks(child, within)


def _own_text(element: ElementTree.Element) -> Iterator[str]:
    """Yield an element's text without that of its notes."""
    yield element.text or ""
    for child in element:
        if child.get("class") != "footnote":
            yield from _own_text(child)
        yield child.tail or ""


def _remove_citation(text: str, citation: str) -> str:
    """Return a sentence without the citation that the style puts before its end."""
    if not citation:
        return text
    return re.sub(r"\s+([.!?])", r"\1", " ".join(text.replace(citation, "", 1).split()))


_EMPHASIS = re.compile(r"(?<![\\*])\*([^*\s](?:[^*]*[^*\s])?)\*(?!\*)")


def write_markdown(words: str, approved: str) -> str:
    """Return words as inline Markdown that prints them, with the italics of the approved wording."""
    written = words
    if fold_words(plain_text(render_inline_markdown(written))) != words:
        written = re.sub(r"([\\*_&])", r"\\\1", words)
    for emphasised in _EMPHASIS.findall(approved):
        plain = fold_words(plain_text(render_inline_markdown(emphasised)))
        if written.count(plain) == 1:
            written = written.replace(plain, f"*{plain}*")
    return written


def _shorten(text: str) -> str:
    text = " ".join(text.split())
    return f"“{text if len(text) <= _SHOWN_CHARACTERS else text[: _SHOWN_CHARACTERS - 1].rstrip() + '…'}”"


def _list_edits(recipient: Recipient, overrides: LetterOverrides) -> Iterator[YamlEdit]:
    """Yield what letters.yaml has to change, key by key."""
    before = recipient.overrides or LetterOverrides()
    for key in ("leave_out", "use", "short"):
        old, new = getattr(before, key), getattr(overrides, key)
        if old != new:
            yield YamlEdit((recipient.id, key), new or None)
    for key in ("instead", "after"):
        old, new = getattr(before, key), getattr(overrides, key)
        for name in old.keys() - new.keys():
            yield YamlEdit((recipient.id, key, name), None)
        for name, words in new.items():
            if old.get(name) != words:
                yield YamlEdit((recipient.id, key, name), words)
    if before.paragraph != overrides.paragraph:
        yield YamlEdit((recipient.id, "paragraph"), overrides.paragraph or None)
