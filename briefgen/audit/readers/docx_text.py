"""The text of a Word document's paragraphs, and where in the XML each character of it is.

Reading a draft and writing comments into it both use this module, so that a span of a block's text means the
same characters in both.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from briefgen.audit.readers.docx_styles import RunStyles, W

R = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"
_MC = "{http://schemas.openxmlformats.org/markup-compatibility/2006}"
_M = "{http://schemas.openxmlformats.org/officeDocument/2006/math}"
_A = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
_V = "{urn:schemas-microsoft-com:vml}"
_PICTURE = "{http://schemas.openxmlformats.org/drawingml/2006/picture}pic"
_GRAPHIC_DATA = f"{_A}graphicData"
UNREADABLE_CHARACTER = "\ufffc"
"""Stands for a symbol of a picture font, whose meaning the file does not say."""
_SIGNS: Mapping[str, str] = {
    f"{W}tab": "\t",
    f"{W}ptab": "\t",
    f"{W}br": "\n",
    f"{W}cr": "\n",
    f"{W}noBreakHyphen": "\u2011",
    f"{W}softHyphen": "\u00ad",
    f"{W}sym": UNREADABLE_CHARACTER,
}
_DELETED = frozenset({f"{W}del", f"{W}moveFrom"})
_INSERTED = frozenset({f"{W}ins", f"{W}moveTo"})
_WITHOUT_TEXT = frozenset(
    {
        f"{W}{name}"
        for name in ("pPr", "rPr", "instrText", "delInstrText", "delText", "fldData", "rt", "sdtPr")
    }
    | {f"{W}sdtEndPr", f"{_MC}Fallback"}
)
_EMBEDDED = {
    f"{W}object": "embedded objects",
    f"{W}altChunk": "embedded files",
    f"{_A}chart": "charts",
}
_GRAPHIC_KINDS = {"chart": "charts", "diagram": "diagrams", "ole": "embedded objects"}
_MAX_DEPTH = 400


@dataclass(frozen=True, slots=True)
class TextPiece:
    """Characters of a paragraph that are in one element."""

    element: Any
    """A `w:t`, `m:t`, or an element that stands for one character, such as `w:tab`."""
    text: str


@dataclass(frozen=True, slots=True)
class NoteReference:
    """A footnote's or endnote's mark."""

    offset: int
    """Characters of the paragraph's text before it."""
    kind: str
    """`footnote` or `endnote`."""
    identifier: str
    custom: bool
    """Whether the document brings its own mark, which follows as text."""


@dataclass(slots=True)
class UnreadParts:
    """What a document has besides the text that is read, counted over all its paragraphs."""

    deleted: list[str] = field(default_factory=list)
    """Words of tracked deletions."""
    inserted: int = 0
    """Tracked insertions, which are read."""
    hidden: dict[str, list[str]] = field(default_factory=dict)
    """Words that nobody can see, by why."""
    pictures: int = 0
    pictures_in_text: list[str] = field(default_factory=list)
    """Words before a picture that stands within a sentence."""
    others: Counter[str] = field(default_factory=Counter)
    """Charts, diagrams and the like by their name."""


@dataclass(slots=True)
class ParagraphText:
    """The text of one `w:p`, without that of text boxes anchored in it."""

    pieces: list[TextPiece] = field(default_factory=list)
    notes: list[NoteReference] = field(default_factory=list)
    length: int = 0

    @property
    def text(self) -> str:
        """Return the characters in order."""
        return "".join(piece.text for piece in self.pieces)

    def add(self, element: Any, text: str) -> None:
        """Add the characters of an element."""
        if text:
            self.pieces.append(TextPiece(element, text))
            self.length += len(text)


class ParagraphReader:
    """Reads the visible text of paragraphs: insertions count, deletions and hidden text do not."""

    def __init__(self, styles: RunStyles) -> None:
        self._styles = styles
        self.unread = UnreadParts()

    def read(self, paragraph: Any, *, contents_entry: bool = False) -> ParagraphText:
        """Read a `w:p`; of an entry of a table of contents, leave out what follows the tab."""
        text = ParagraphText()
        self._walk(paragraph, paragraph, text, 0)
        if contents_entry:
            _cut_at_tab(text)
        return text

    def _walk(self, parent: Any, paragraph: Any, text: ParagraphText, depth: int) -> None:
        if depth > _MAX_DEPTH:
            raise RecursionError
        for child in parent:
            tag = child.tag
            if tag in _DELETED:
                self.unread.deleted.append("".join(child.itertext(f"{W}delText", f"{W}t")))
            elif tag == f"{W}r":
                self._run(child, paragraph, text, depth)
            elif tag == f"{_M}t":
                text.add(child, child.text or "")
            elif tag in _EMBEDDED:
                self.unread.others[_EMBEDDED[tag]] += 1
            elif tag not in _WITHOUT_TEXT and tag != f"{W}p":
                self.unread.inserted += tag in _INSERTED
                self._walk(child, paragraph, text, depth + 1)

    def _run(self, run: Any, paragraph: Any, text: ParagraphText, depth: int) -> None:
        why = self._styles.why_hidden(run, paragraph)
        if why and (words := "".join(run.itertext(f"{W}t")).strip()):
            self.unread.hidden.setdefault(why, []).append(words)
        for child in run:
            tag = child.tag
            if tag == f"{W}t" and not why:
                text.add(child, child.text or "")
            elif tag in _SIGNS and not why:
                text.add(child, _SIGNS[tag])
            elif tag in (f"{W}footnoteReference", f"{W}endnoteReference"):
                kind = "footnote" if tag == f"{W}footnoteReference" else "endnote"
                custom = child.get(f"{W}customMarkFollows", "0") not in {"0", "false", "off"}
                text.notes.append(NoteReference(text.length, kind, child.get(f"{W}id", ""), custom))
            elif tag in _EMBEDDED:
                self.unread.others[_EMBEDDED[tag]] += 1
            elif tag in (f"{W}drawing", f"{W}pict", f"{_MC}AlternateContent"):
                self._drawing(child, text)
            elif tag == f"{W}ruby":
                self._walk(child, paragraph, text, depth + 1)

    def _drawing(self, drawing: Any, text: ParagraphText) -> None:
        pictures = sum(1 for _ in _iter_without_fallback(drawing, (_PICTURE, f"{_V}imagedata")))
        self.unread.pictures += pictures
        if pictures and text.text.strip() and drawing.find(".//{*}anchor") is None:
            self.unread.pictures_in_text.append(text.text[-40:].strip())
        for data in _iter_without_fallback(drawing, (_GRAPHIC_DATA,)):
            kind = data.get("uri", "").rsplit("/", 1)[-1]
            if kind in _GRAPHIC_KINDS:
                self.unread.others[_GRAPHIC_KINDS[kind]] += 1


def _iter_without_fallback(root: Any, tags: tuple[str, ...]) -> Iterator[Any]:
    """Yield the elements with these tags, but not those of a text box or for older programs."""
    for found in root.iter(*tags):
        around = {ancestor.tag for ancestor in found.iterancestors() if ancestor is not root}
        if not around & {f"{_MC}Fallback", f"{W}txbxContent"}:
            yield found


def _cut_at_tab(text: ParagraphText) -> None:
    for index, piece in enumerate(text.pieces):
        if index and piece.text == "\t":
            del text.pieces[index:]
            break


def iter_paragraphs(root: Any) -> Iterator[tuple[int, Any]]:
    """Yield each `w:p` of a part with its number among them all, without those that are not shown.

    Left out are alternatives for older programs (`mc:Fallback`), and paragraphs deleted as a whole.
    """
    for number, paragraph in enumerate(root.iter(f"{W}p")):
        around = {ancestor.tag for ancestor in paragraph.iterancestors()}
        if f"{_MC}Fallback" not in around and not around & _DELETED:
            yield number, paragraph
