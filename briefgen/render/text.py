"""Render a Document as plain text for web forms and e-mail, with numbered notes at the end."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from urllib.parse import unquote
from xml.etree import ElementTree

from briefgen.data import load_word_data
from briefgen.model.document import Document, Rendering
from briefgen.render.registry import Format

_OUTSIDE_THE_FORM = frozenset(
    {
        "letterhead",
        "return-line",
        "inside-address",
        "date-line",
        "reference-line",
        "enclosures",
        "copy-line",
    }
)
"""Blocks of a letter that a web form has fields of its own for, or no place."""
_BESIDE_PICTURE = frozenset({"signature", "web-address"})
"""Blocks whose words say what their picture shows."""


@dataclass(slots=True)
class TextRenderer:
    """Renders documents as UTF-8 text with a line for each paragraph, as web forms wrap it."""

    def render(self, document: Document) -> Rendering:
        """Return the document as a text file; a letter from the salutation to the sender's name."""
        text = write_plain_text(document)
        return Rendering(text.encode(), None, characters=len(text.rstrip("\n")))


def write_plain_text(document: Document) -> str:
    """Return a document as text that ends with a newline; a letter from the salutation to the name."""
    root = ElementTree.fromstring(f"<body>{document.html}</body>")
    if document.kind == "letter":
        for block in list(root):
            if block.get("class") in _OUTSIDE_THE_FORM:
                root.remove(block)
        for block in root.iter("div"):
            if block.get("class") in _BESIDE_PICTURE:
                for picture in block.findall("figure"):
                    block.remove(picture)
    return convert_to_text(root, document.language)


def _is_same_address(words: str, target: str) -> bool:
    """Return whether a link's words are its address, perhaps without the scheme."""
    return _bare_address(words) == _bare_address(target)


def _bare_address(address: str) -> str:
    bare = re.sub(r"^(?:https?://|mailto:|tel:)", "", unquote(address).strip(), flags=re.IGNORECASE)
    return re.sub(r"[\s\u00ad\u200b\u2060]", "", bare).rstrip("/").lower()


@dataclass(slots=True)
class _PlainTextWriter:
    blocks: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def inline_text(self, element: ElementTree.Element) -> str:
        """Return the text of an element, with a number in brackets for each footnote."""
        parts = [element.text or ""]
        for child in element:
            if child.tag == "br":
                parts.append("\n")
            elif child.get("class") == "footnote":
                number = len(self.notes)
                self.notes.append("")
                self.notes[number] = _collapse_whitespace(self.inline_text(child))
                parts.append(f" [{number + 1}]")
            elif child.tag == "a" and not (child.get("href") or "").startswith("#"):
                words, target = self.inline_text(child), child.get("href") or ""
                parts.append(words if _is_same_address(words, target) else f"{words} <{target}>")
            elif child.tag not in ("ul", "ol", "img"):
                parts.append(self.inline_text(child))
            parts.append(child.tail or "")
        return "".join(parts)

    def write_block(self, element: ElementTree.Element, indent: str = "", marker: str = "") -> None:
        """Write one block element."""
        tag = element.tag
        if tag in ("div", "table", "thead", "tbody", "figure"):
            for child in element:
                self.write_block(child, indent)
        elif tag in ("ul", "ol"):
            self._write_list(element, indent)
        elif tag == "blockquote":
            for child in element:
                self.write_block(child, indent + "    ")
        elif tag == "tr":
            self.blocks.append(_indent_lines(" | ".join(map(self._cell_text, element)), indent))
        elif tag == "img":
            if element.get("alt"):
                self.blocks.append(_indent_lines(f"[{element.get('alt')}]", indent))
        else:
            words = _indent_lines(self.inline_text(element), indent, marker)
            if words.strip():
                self.blocks.append(words)

    def _write_list(self, element: ElementTree.Element, indent: str) -> None:
        before, self.blocks = self.blocks, []
        for number, item in enumerate(element, int(element.get("start") or 1)):
            self._write_list_item(item, indent, f"{number}. " if element.tag == "ol" else "- ")
        self.blocks = [*before, "\n".join(self.blocks)]

    def _cell_text(self, cell: ElementTree.Element) -> str:
        inner = [self.inline_text(child) for child in cell.iter() if child.tag in ("p", "li")]
        return _collapse_whitespace("; ".join(inner) if inner else self.inline_text(cell))

    def _write_list_item(self, item: ElementTree.Element, indent: str, marker: str) -> None:
        inner = [child for child in item if child.tag in ("p", "ul", "ol")]
        if not inner or inner[0].tag != "p":
            self.blocks.append(_indent_lines(self.inline_text(item), indent, marker))
        for number, child in enumerate(inner):
            self.write_block(
                child,
                indent + " " * len(marker) if number or child.tag != "p" else indent,
                marker if number == 0 and child.tag == "p" else "",
            )


def notes_heading(language: str) -> str:
    """Return what stands above the notes at the end of a text, `Sources`; in English if need be."""
    headings = load_word_data("citation-words")["sources"]
    return str(headings.get(language.split("-")[0].lower(), headings["en"]))


def convert_to_text(root: ElementTree.Element, language: str) -> str:
    """Return the blocks within an element as text that ends with a newline, with its notes at the end."""
    writer = _PlainTextWriter()
    heading = notes_heading(language)
    # A brief says where its notes stand and what they are called; as text they come last.
    for parent in [root, *root.iter("div")]:
        for place in parent.findall("div[@class='notes']"):
            heading = " ".join("".join(place.itertext()).split()) or heading
            parent.remove(place)
    for element in root:
        writer.write_block(element)
    if writer.notes:
        notes = (f"[{number}] {note}" for number, note in enumerate(writer.notes, 1))
        writer.blocks.append("\n".join([heading, *notes]))
    return "\n\n".join(writer.blocks) + "\n"


def _collapse_whitespace(text: str) -> str:
    return re.sub(r"[ \t\n]+", " ", text).strip()


def _indent_lines(text: str, indent: str, marker: str = "") -> str:
    """Return a paragraph on one line, or as many as it has breaks; `marker` goes before the first."""
    lines = filter(None, (_collapse_whitespace(line) for line in text.split("\n")))
    hang = indent + " " * len(marker)
    return "\n".join(f"{hang if number else indent + marker}{line}" for number, line in enumerate(lines))


FORMAT = Format("txt", "text/plain", lambda factory: TextRenderer(), ("briefgen.render.text",))
