"""Read a draft from a Word document: text, tables, text boxes, heads and feet of pages, notes.

Comments and tracked deletions are no part of what the draft says; they are left out, and it is said that they
were. Tracked insertions are read.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from briefgen.audit.draft import BlockPlace, Draft, DraftBlock, DraftBlockKind, DraftNote, NoteMark
from briefgen.audit.problems import (
    hidden_text,
    left_out,
    picture_in_text,
    quote_words,
    unread_pictures,
    unreadable_draft_error,
)
from briefgen.audit.readers.docx_styles import RunStyles, W
from briefgen.audit.readers.docx_text import ParagraphReader, ParagraphText, iter_paragraphs
from briefgen.audit.readers.registry import DraftReader
from briefgen.errors import BriefgenError, Problem, quantity
from briefgen.inspect.docx import DocxPackage, ParagraphStyles, format_roman, read_docx_record

_QUOTATION_STYLES = frozenset({"quote", "intense quote", "block text", "block quotation"})
_NOTE_PARTS = {"footnote": "footnotes", "endnote": "endnotes"}


def read_docx_draft(data: bytes, name: str) -> Draft:
    """Read a Word document; raise BriefgenError if it is damaged, encrypted, or built to exhaust memory."""
    try:
        return _DocxDraftReader(DocxPackage(data, name), name).read()
    except RecursionError:
        raise unreadable_draft_error(name, "its parts are nested too deeply") from None
    except BriefgenError as error:
        problem = error.problems[0]
        if problem.code != "docx-unreadable":
            raise
        raise unreadable_draft_error(name, problem.message.partition(": ")[2]) from None


def load_run_styles(package: DocxPackage, main: Any, main_name: str) -> RunStyles:
    """Return what is needed to see whether a run can be read."""
    background = main.find(f"{W}background")
    colour = background.get(f"{W}color") if background is not None else None
    return RunStyles(package.read_related(main_name, "styles"), colour)


def require_main_part(package: DocxPackage, name: str) -> tuple[str, Any]:
    """Return name and root of the document's main part; raise BriefgenError if it has none."""
    main_name = package.find_target("", "officeDocument")
    main = package.read_xml(main_name) if main_name else None
    if main_name is None or main is None or main.tag != f"{W}document":
        raise unreadable_draft_error(name, "it has no main text, so it is not a Word document")
    return main_name, main


class _DocxDraftReader:
    def __init__(self, package: DocxPackage, name: str) -> None:
        self._package = package
        self._name = name
        self._main_name, self._main = require_main_part(package, name)
        styles = package.read_related(self._main_name, "styles")
        self._styles = ParagraphStyles(styles)
        self._default_language = _read_language(styles)
        self._text = ParagraphReader(load_run_styles(package, self._main, self._main_name))
        self._notes: dict[tuple[str, str], DraftNote] = {}
        self._note_blocks: list[DraftBlock] = []
        self._note_parts: dict[str, tuple[str, dict[str, list[tuple[int, Any]]]]] = {}

    def read(self) -> Draft:
        blocks = [*self._read_edges("header"), *self._read_part(self._main_name, self._main, "")]
        blocks += self._read_edges("footer")
        return Draft(
            path=self._name,
            kind="docx",
            language=self._default_language,
            blocks=(*blocks, *self._note_blocks),
            notes=tuple(self._notes.values()),
            left_out=tuple(self._list_left_out()),
            suspicions=tuple(self._list_suspicions()),
            record=read_docx_record(self._package),
            title=self._read_title(),
        )

    def _read_edges(self, kind: DraftBlockKind) -> list[DraftBlock]:
        """Read the heads or feet of pages; those that say the same are read once."""
        found: dict[str, DraftBlock] = {}
        for part in self._package.find_targets(self._main_name, kind):
            root = self._package.read_xml(part)
            for block in self._read_part(part, root, kind) if root is not None else ():
                found.setdefault(block.text.strip(), block)
        return list(found.values())

    def _read_part(self, part: str, root: Any, kind: DraftBlockKind | str) -> Iterator[DraftBlock]:
        for number, paragraph in iter_paragraphs(root):
            properties = paragraph.find(f"{W}pPr")
            contents = self._styles.style_name(properties).startswith("toc ")
            text = self._text.read(paragraph, contents_entry=contents)
            block_kind, level = self._classify(paragraph, properties, kind, contents)
            marks = tuple(self._mark(reference) for reference in text.notes) if not kind else ()
            if text.text.strip() or marks:
                place = BlockPlace(part=part, paragraph=number)
                yield DraftBlock(
                    block_kind, text.text, place, marks, language=_find_language(text), level=level
                )

    def _classify(
        self, paragraph: Any, properties: Any, kind: Any, contents: bool
    ) -> tuple[DraftBlockKind, int | None]:
        if kind:
            return kind, None
        for around in paragraph.iterancestors():
            if around.tag == f"{W}txbxContent":
                return "text-box", None
            if around.tag == f"{W}tc":
                return "table-cell", None
        if contents or (level := self._styles.heading_level(properties)):
            return "heading", None if contents else level
        style = self._styles.style_name(properties)
        if style in _QUOTATION_STYLES:
            return "quotation", None
        if style == "caption":
            return "caption", None
        if position := self._styles.list_position(properties):
            return "list-item", position[1] + 1
        return "paragraph", None

    # -- notes

    def _mark(self, reference: Any) -> NoteMark:
        key = (reference.kind, reference.identifier)
        if key not in self._notes:
            self._read_note(*key)
        return NoteMark(reference.offset, self._notes[key].id)

    def _read_note(self, kind: str, identifier: str) -> None:
        number = sum(known == kind for known, _ in self._notes) + 1
        note_id = f"{kind}-{number}"
        part, paragraphs = self._index_notes(kind)
        if identifier not in paragraphs:
            raise unreadable_draft_error(self._name, f"it refers to a {kind} that is missing")
        texts = [(place, self._text.read(paragraph).text) for place, paragraph in paragraphs[identifier]]
        self._note_blocks += (
            DraftBlock("note", text, BlockPlace(part=part, paragraph=place), note=note_id)
            for place, text in texts
            if text.strip()
        )
        label = str(number) if kind == "footnote" else format_roman(number)
        joined = "\n".join(text.strip() for _, text in texts if text.strip())
        self._notes[kind, identifier] = DraftNote(note_id, label, joined)

    def _index_notes(self, kind: str) -> tuple[str, dict[str, list[tuple[int, Any]]]]:
        """Return the part that holds all notes of a kind, and the numbered paragraphs of each by its id."""
        if kind not in self._note_parts:
            part = self._package.find_target(self._main_name, _NOTE_PARTS[kind]) or ""
            root = self._package.read_related(self._main_name, _NOTE_PARTS[kind])
            found: dict[str, list[tuple[int, Any]]] = {}
            for place, paragraph in iter_paragraphs(root) if root is not None else ():
                note = next(paragraph.iterancestors(f"{W}{kind}"), None)
                if note is not None:
                    found.setdefault(note.get(f"{W}id", ""), []).append((place, paragraph))
            self._note_parts[kind] = part, found
        return self._note_parts[kind]

    # -- what was not read

    def _list_left_out(self) -> Iterator[Problem]:
        unread = self._text.unread
        comments = self._package.read_related(self._main_name, "comments")
        if comments is not None and (number := len(comments.findall(f"{W}comment"))):
            yield left_out(self._name, f"{quantity(number, 'comment')} in the margin: not part of the text")
        if unread.deleted:
            words = quote_words(unread.deleted)
            yield left_out(
                self._name,
                f"{quantity(len(unread.deleted), 'tracked deletion')}{words}",
                "accept or reject them",
            )
        if unread.pictures:
            yield unread_pictures(self._name, unread.pictures)
        for what, number in unread.others.items():
            yield left_out(self._name, f"{what}: {number}")

    def _list_suspicions(self) -> Iterator[Problem]:
        unread = self._text.unread
        for why, words in unread.hidden.items():
            yield hidden_text(self._name, why, words)
        if unread.pictures_in_text:
            yield picture_in_text(self._name, unread.pictures_in_text)

    def _read_title(self) -> str:
        core_name = self._package.find_target("", "core-properties")
        core = self._package.read_xml(core_name) if core_name else None
        title = core.findtext("{http://purl.org/dc/elements/1.1/}title") if core is not None else None
        return (title or "").strip()


def _find_language(text: ParagraphText) -> str:
    """Return the language that the runs of a paragraph are marked with, if it is one."""
    languages = set()
    for piece in text.pieces:
        run = piece.element.getparent()
        mark = run.find(f"{W}rPr/{W}lang") if run is not None else None
        languages.add(mark.get(f"{W}val", "") if mark is not None else "")
    return languages.pop() if len(languages) == 1 else ""


def _read_language(styles: Any) -> str:
    mark = styles.find(f"{W}docDefaults/{W}rPrDefault/{W}rPr/{W}lang") if styles is not None else None
    return mark.get(f"{W}val", "") if mark is not None else ""


READER = DraftReader(read_docx_draft)
