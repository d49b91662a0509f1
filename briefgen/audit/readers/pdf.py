"""Read a draft from a PDF: by its tags, or by the places of its lines, with the areas of all words."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from io import BytesIO
from typing import Any

from briefgen.audit.draft import BlockPlace, Draft, DraftBlock, DraftBlockKind, DraftNote, NoteMark
from briefgen.audit.problems import (
    encrypted_draft_error,
    excessive_draft_error,
    garbled_draft_error,
    hidden_text,
    left_out,
    quote_words,
    recognised_text,
    scanned_draft_error,
    unread_pictures,
    unreadable_draft_error,
)
from briefgen.audit.readers.pdf_hidden import HiddenText, remove_hidden_text
from briefgen.audit.readers.pdf_words import WordIndex, comparable, make_areas, read_page_words
from briefgen.audit.readers.registry import DraftReader
from briefgen.errors import BriefgenError, Problem, quantity
from briefgen.inspect.pdf import RECORD_NAME, PdfContent, read_pdf
from briefgen.inspect.pdf_tagged import UnusableTagsError, read_tagged_pdf
from briefgen.inspect.tokens import LINE_HYPHEN, DocumentToken
from briefgen.library.ingest.pdf_lines import MAX_PAGES
from briefgen.library.ingest.pdf_paragraphs import FOOTNOTE, HEADING, HyphenationGuide, join_pdf_pages

_GARBLED_SHARE = 0.05
_MIN_TAGGED_SHARE = 0.5
"""Share of the words on the pages that tags must reach, or the PDF is read without them."""
_NOTE_LABEL = re.compile(r"\s*(\d{1,4}|[*†‡§]+)[.)]?\s+")
_BULLET = re.compile(r"[•▪■●○◦‣·\uf0a7\uf0b7]\s*(?=\S)")
_NOTE = "note on the pages"
_ANNOTATIONS = {
    **dict.fromkeys(("/Text", "/FreeText", "/Highlight", "/Underline", "/StrikeOut", "/Stamp"), _NOTE),
    "/Widget": "form field",
    "/FileAttachment": "attached file",
}
_PLURALS = {_NOTE: "notes on the pages"}
_DIGITS = re.compile(r"\d+|\b[ivxlc]+\b")


def read_pdf_draft(data: bytes, name: str) -> Draft:
    """Read a PDF; raise BriefgenError if it is encrypted, damaged, too large, or has no text."""
    import pikepdf
    import pypdfium2

    try:
        document = _open_document(data, name)
        try:
            visible, hidden = remove_hidden_text(data, document)
        finally:
            document.close()
        return _PdfDraftReader(visible, hidden, name).read()
    except (pypdfium2.PdfiumError, pikepdf.PdfError, RecursionError):
        raise unreadable_draft_error(name, "one of its pages is damaged") from None


def _open_document(data: bytes, name: str) -> Any:
    import pypdfium2
    from pypdfium2 import raw

    try:
        document = pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError as error:
        code = getattr(error, "err_code", None)
        if code == raw.FPDF_ERR_PASSWORD or "password" in str(error).lower():
            raise encrypted_draft_error(name) from None
        raise unreadable_draft_error(name, "it is damaged, or not a PDF") from None
    if len(document) > MAX_PAGES:
        pages = len(document)
        document.close()
        raise excessive_draft_error(name, f"has {pages:,} pages, more than {MAX_PAGES:,}")
    return document


class _PdfDraftReader:
    def __init__(self, data: bytes, hidden: HiddenText, name: str) -> None:
        self._data, self._hidden, self._name = data, hidden, name
        document = _open_document(data, name)
        try:
            self._page_words = read_page_words(document)
            self._labels = [document.get_page_label(number) for number in range(len(document))]
        finally:
            document.close()
        self._words = self._page_words.words
        self._pages = len(self._labels)
        self._guide = HyphenationGuide(
            line.text for page in range(self._pages) for line in self._page_words.pdf_lines(page)
        )
        self._used: set[int] = set()
        """Positions of the words that are in a block."""
        self._notes: list[DraftNote] = []
        self._marks: list[tuple[str, int]] = []

    def read(self) -> Draft:
        self._require_text()
        content = self._read_content()
        blocks = self._read_tagged()
        if blocks is None:
            self._used.clear()
            blocks = self._read_untagged()
        heads, feet, strays = self._read_edges()
        body = [block for block in blocks if not block.note]
        notes = [block for block in blocks if block.note]
        return Draft(
            self._name,
            "pdf",
            content.language if content else "",
            (*heads, *body, *feet, *notes),
            tuple(self._notes),
            left_out=tuple(self._list_left_out(strays)),
            suspicions=tuple(self._list_suspicions()),
            record=content.record if content and isinstance(content.record, dict) else None,
            title=content.title if content else "",
            pages=self._pages,
        )

    def _read_content(self) -> PdfContent | None:
        try:
            return read_pdf(self._data)
        except BriefgenError:
            return None  # pdfium reads what qpdf cannot; properties are missing then

    def _require_text(self) -> None:
        text = "".join(word.text for word in self._words)
        if not any(char.isalnum() for char in text):
            raise scanned_draft_error(self._name)
        lost = sum(char == "\ufffd" or "\ue000" <= char <= "\uf8ff" for char in text)
        if lost > _GARBLED_SHARE * len(text):
            raise garbled_draft_error(self._name)

    # -- by tags

    def _read_tagged(self) -> list[DraftBlock] | None:
        """Return the blocks by the PDF's tags; None without them, or if most text or all notes have none."""
        import pikepdf

        try:
            document = read_tagged_pdf(self._data).build(printed=True)
        except (UnusableTagsError, pikepdf.PdfError, ValueError, KeyError, TypeError, AttributeError):
            return None
        if self._page_words.calls and not document.notes:
            return None  # raised numbers would be read as part of the figures before them
        index = WordIndex(self._words)
        cells = {comparable(cell.text) for table in document.tables for cell in table}
        blocks = list(self._read_tokens(document.tokens, index, cells))
        return blocks if len(self._used) >= _MIN_TAGGED_SHARE * len(self._words) else None

    def _read_tokens(
        self, tokens: Sequence[DocumentToken], index: WordIndex, cells: set[str]
    ) -> Iterator[DraftBlock]:
        marker: DocumentToken | None = None
        block: DraftBlock | None = None
        notes: list[DraftBlock] = []
        before = 0
        """Comparable characters before the block."""
        for token in tokens:
            if token.kind in ("text", "heading"):
                if block:
                    yield block
                    before += len(comparable(block.text))
                kind: DraftBlockKind = "heading" if token.kind == "heading" else "paragraph"
                kind = "table-cell" if comparable(token.text) in cells else "list-item" if marker else kind
                level = marker.level if marker else token.level
                block = self._locate(token.text, kind, index, level=level)
            elif token.kind == "note":
                note_block = self._add_note(str(token.number), token.text, index)
                if block and token.position is not None:
                    offset = _offset_of(block.text, token.position - before)
                    mark = NoteMark(offset, note_block.note)
                    block = replace(block, marks=(*block.marks, mark))
                notes.append(note_block)
            marker = token if token.kind == "marker" else None
        if block:
            yield block
        yield from notes

    def _add_note(self, label: str, text: str, index: WordIndex) -> DraftBlock:
        note_id = f"footnote-{len(self._notes) + 1}"
        plain = _join_hyphens(text, self._guide)
        self._notes.append(DraftNote(note_id, label, plain))
        return self._locate(plain, "note", index, note=note_id)

    def _locate(
        self, text: str, kind: DraftBlockKind, index: WordIndex, *, note: str = "", level: int | None = None
    ) -> DraftBlock:
        """Return a block with the areas of its words."""
        plain = _join_hyphens(text, self._guide)
        spans = index.find(plain)
        self._used.update(position for _, _, position in spans)
        areas = make_areas(spans, self._words)
        place = BlockPlace(page=areas[0].page if areas else None, areas=areas)
        marks = tuple(self._find_marks(spans)) if not note else ()
        return DraftBlock(kind, plain, place, marks, note=note, level=level)

    def _find_marks(self, spans: Sequence[tuple[int, int, int]]) -> Iterator[NoteMark]:
        """Yield the marks that follow the words of a block, in a PDF without tags."""
        ends = {position: end for _, end, position in spans}
        for note, after in self._marks:
            if after in ends:
                yield NoteMark(ends[after], note)

    # -- by lines

    def _read_untagged(self) -> list[DraftBlock]:
        pages = [self._page_words.pdf_lines(page) for page in range(self._pages)]
        joined = join_pdf_pages(pages, self._labels)
        self._notes, self._marks = [], []
        index = WordIndex(self._words)
        notes = []
        for block in joined.blocks:
            if block.kind == FOOTNOTE:
                label = _NOTE_LABEL.match(block.text)
                text = block.text[label.end() :] if label else block.text
                if label or not self._notes:
                    notes.append(self._add_note(label[1] if label else "", text, index))
                else:
                    # A note that goes on on the next page.
                    notes.append(self._locate(text, "note", index, note=self._notes[-1].id))
        self._assign_calls(notes)
        index = WordIndex(self._words)
        body = [
            self._locate_paragraph(block.text, block.kind == HEADING, index)
            for block in joined.blocks
            if block.kind in ("", HEADING)
        ]
        return [*body, *notes]

    def _locate_paragraph(self, text: str, heading: bool, index: WordIndex) -> DraftBlock:
        if bullet := _BULLET.match(text):
            return self._locate(text[bullet.end() :], "list-item", index)
        return self._locate(text, "heading" if heading else "paragraph", index)

    def _assign_calls(self, notes: Sequence[DraftBlock]) -> None:
        """Join the raised numbers in the text to the notes with that number, on their page or the next."""
        free = list(zip(self._notes, notes, strict=False))
        for call in self._page_words.calls:
            page = self._words[call.after].page if call.after >= 0 else 1
            for note, block in free:
                if note.label == call.label and (block.place.page or page) >= page:
                    self._marks.append((note.id, call.after))
                    free.remove((note, block))
                    break

    # -- what is at the edges of pages, and what was not read

    def _read_edges(self) -> tuple[list[DraftBlock], list[DraftBlock], list[str]]:
        """Return the heads and feet of pages, each once, and words within pages that are in no block."""
        heads: dict[str, DraftBlock] = {}
        feet: dict[str, DraftBlock] = {}
        strays: list[str] = []
        for lines in self._page_words.lines:
            used = [
                self._words[position].bottom
                for begin, end in lines
                for position in range(begin, end)
                if position in self._used
            ]
            low, high = min(used, default=0.0), max(used, default=0.0)
            for begin, end in lines:
                rest = [position for position in range(begin, end) if position not in self._used]
                text = " ".join(self._words[position].text for position in rest)
                if not any(char.isalpha() for char in _DIGITS.sub("", text.lower())):
                    continue  # a page number, a rule, a bullet
                bottom = self._words[rest[0]].bottom
                if low <= bottom <= high:
                    strays.append(text)
                    continue
                edge, kind = (heads, "header") if bottom > high else (feet, "footer")
                key = _without_page_number(text, self._words[begin].page)
                edge.setdefault(key, self._edge_block(text, kind, rest))
        return list(heads.values()), list(feet.values()), strays

    def _edge_block(self, text: str, kind: Any, positions: Sequence[int]) -> DraftBlock:
        spans, offset = [], 0
        for position in positions:
            word = self._words[position].text
            spans.append((offset, offset + len(word), position))
            offset += len(word) + 1
        areas = make_areas(spans, self._words)
        return DraftBlock(kind, text, BlockPlace(page=areas[0].page, areas=areas))

    def _list_left_out(self, strays: Sequence[str]) -> Iterator[Problem]:
        empty = [number for number, lines in enumerate(self._page_words.lines, start=1) if not lines]
        if empty:
            yield left_out(
                self._name,
                f"{_format_pages(empty)}, without text: pictures of pages, or empty",
                "run OCR on it (ocrmypdf --skip-text), and audit the result",
            )
        if self._hidden.pictures:
            yield unread_pictures(self._name, self._hidden.pictures)
        yield from self._list_attached()
        if strays:
            yield left_out(self._name, f"words outside the paragraphs, as in drawings{quote_words(strays)}")

    def _list_attached(self) -> Iterator[Problem]:
        """Yield what is on the pages or in the file without being their text: remarks, fields, files."""
        for what, number in _count_attached(self._data).items():
            if what and number:
                yield left_out(self._name, quantity(number, what, _PLURALS.get(what, "")))

    def _list_suspicions(self) -> Iterator[Problem]:
        for why, words in self._hidden.words.items():
            yield hidden_text(self._name, why, words)
        if pages := self._hidden.recognised_pages:
            yield recognised_text(self._name, _format_pages(pages))


def _count_attached(data: bytes) -> Counter[str]:
    """Count annotations and attached files by what they are called; as far as the file is in order."""
    import pikepdf

    counted: Counter[str] = Counter()
    with (
        suppress(pikepdf.PdfError, ValueError, TypeError, AttributeError, KeyError),
        pikepdf.open(BytesIO(data)) as pdf,
    ):
        for page in pdf.pages:
            for note in page.get("/Annots", ()):
                counted[_ANNOTATIONS.get(str(note.get("/Subtype", "")), "")] += 1
        counted["attached file"] += sum(name != RECORD_NAME for name in pdf.attachments)
    return counted


def _without_page_number(text: str, page: int) -> str:
    """Return a text in which numbers that grow with the pages are the same on all of them."""
    return re.sub(r"\d{1,6}", lambda match: f"#{int(match[0]) - page}#", text)


def _format_pages(numbers: Sequence[int]) -> str:
    if len(numbers) > 12:
        return quantity(len(numbers), "page")
    return f"page{'s' if len(numbers) > 1 else ''} {', '.join(map(str, numbers))}"


def _join_hyphens(text: str, guide: HyphenationGuide) -> str:
    """Join the words divided at line ends, with their hyphen if they have one elsewhere."""
    first, *others = text.split(LINE_HYPHEN)
    for part in others:
        first = guide.join(f"{first}-", part, [])
    return first


def _offset_of(text: str, position: int) -> int:
    """Return the offset in a text behind its first `position` comparable characters."""
    if position <= 0:
        return 0
    for offset in range(len(text)):
        position -= len(comparable(text[offset]))
        if position <= 0:
            return offset + 1
    return len(text)


READER = DraftReader(read_pdf_draft)
