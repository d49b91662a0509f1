"""Plain text for web forms and e-mail: the same words in the same order, notes numbered at the end."""

from __future__ import annotations

import re
import textwrap
from dataclasses import dataclass, field
from xml.etree import ElementTree

from briefgen.model.document import Document, Rendering

WIDTH = 78
_HEADINGS = {"h1": "=", "h2": "-", "h3": ""}


@dataclass(slots=True)
class TextRenderer:
    """Sets documents as UTF-8 text without line breaks inside paragraphs' width of 78 characters."""

    def render(self, document: Document) -> Rendering:
        """Render a document."""
        return Rendering(as_text(document.html).encode(), None)


@dataclass(slots=True)
class _Page:
    blocks: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def inline(self, element: ElementTree.Element) -> str:
        """The words of an element; a footnote leaves its number in brackets."""
        parts = [element.text or ""]
        for child in element:
            if child.tag == "br":
                parts.append("\n")
            elif child.get("class") == "footnote":
                number = len(self.notes)
                self.notes.append("")
                self.notes[number] = _squeeze(self.inline(child))
                parts.append(f" [{number + 1}]")
            elif child.tag == "a" and not (child.get("href") or "").startswith("#"):
                words, target = self.inline(child), child.get("href") or ""
                parts.append(words if target in (words, f"mailto:{words}") else f"{words} <{target}>")
            elif child.tag not in ("ul", "ol", "img"):
                parts.append(self.inline(child))
            parts.append(child.tail or "")
        return "".join(parts)

    def block(self, element: ElementTree.Element, indent: str = "", mark: str = "") -> None:
        """Set one block element."""
        tag = element.tag
        if tag in ("div", "table", "thead", "tbody", "figure"):
            for child in element:
                self.block(child, indent)
        elif tag in ("ul", "ol"):
            self._list(element, indent)
        elif tag == "blockquote":
            for child in element:
                self.block(child, indent + "    ")
        elif tag == "tr":
            self.blocks.append(_wrapped(" | ".join(map(self._cell, element)), indent))
        elif tag == "img":
            if element.get("alt"):
                self.blocks.append(_wrapped(f"[{element.get('alt')}]", indent))
        else:
            words = _wrapped(self.inline(element), indent, mark)
            rule = _HEADINGS.get(tag, "")
            if words.strip():
                longest = max(len(line) for line in words.split("\n"))
                self.blocks.append(words + (f"\n{rule * longest}" if rule else ""))

    def _list(self, element: ElementTree.Element, indent: str) -> None:
        before, self.blocks = self.blocks, []
        for number, item in enumerate(element, int(element.get("start") or 1)):
            self._item(item, indent, f"{number}. " if element.tag == "ol" else "- ")
        self.blocks = [*before, "\n".join(self.blocks)]

    def _cell(self, cell: ElementTree.Element) -> str:
        inner = [self.inline(child) for child in cell.iter() if child.tag in ("p", "li")]
        return _squeeze("; ".join(inner) if inner else self.inline(cell))

    def _item(self, item: ElementTree.Element, indent: str, mark: str) -> None:
        inner = [child for child in item if child.tag in ("p", "ul", "ol")]
        if not inner or inner[0].tag != "p":
            self.blocks.append(_wrapped(self.inline(item), indent, mark))
        for number, child in enumerate(inner):
            self.block(
                child,
                indent + " " * len(mark) if number or child.tag != "p" else indent,
                mark if number == 0 and child.tag == "p" else "",
            )


def as_text(html: str) -> str:
    """The words of canonical HTML as plain text, ending with a line end."""
    page = _Page()
    for element in ElementTree.fromstring(f"<body>{html}</body>"):
        page.block(element)
    if page.notes:
        page.blocks.append("Notes")
        page.blocks += [_wrapped(note, "", f"[{number}] ") for number, note in enumerate(page.notes, 1)]
    return "\n\n".join(page.blocks) + "\n"


def _squeeze(text: str) -> str:
    return re.sub(r"[ \t\n]+", " ", text).strip()


def _wrapped(text: str, indent: str, mark: str = "") -> str:
    """Wrap at 78 characters, keeping the line breaks that were set."""
    lines = [_squeeze(line) for line in text.split("\n")]
    hang = indent + " " * len(mark)
    return "\n".join(
        textwrap.fill(
            line,
            WIDTH,
            initial_indent=indent + mark if number == 0 else hang,
            subsequent_indent=hang,
            break_long_words=False,
            break_on_hyphens=False,
        )
        for number, line in enumerate(lines)
        if line
    )
