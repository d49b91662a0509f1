"""Build the logical structure tree of a document: a PDF structure element for each HTML element.

This module knows the vocabulary of `briefgen.model.document` and the standard structure types (ISO 32000-1,
14.8.4), and nothing of pages, boxes or files. Types follow PDF/UA-1 (ISO 14289-1) and the PDF Association's
"Tagged PDF Best Practice Guide: Syntax". `tagging.py` adds the marked content and writes the tree.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from briefgen.render.pdf.endnotes import CALL_CLASS, NOTE_CLASS

HtmlElement = Any
"""An xml.etree element of the page that WeasyPrint has parsed."""

_STRUCTURE_TYPES = {
    "div": "Div",
    "p": "P",
    "blockquote": "BlockQuote",
    "ul": "L",
    "ol": "L",
    "li": "LI",
    "table": "Table",
    "caption": "Caption",
    "thead": "THead",
    "tbody": "TBody",
    "tr": "TR",
    "th": "TH",
    "td": "TD",
    # Alternative text replaces all that a Figure contains, so the caption is kept out of it.
    "figure": "Div",
    "img": "Figure",
    "figcaption": "Caption",
}
"""Structure types of block elements; headings depend on their level, and all else is inline."""
ASIDE = "Aside"
"""Structure type of an aside; PDF 2.0 has it (ISO 32000-2, 14.8.4.3), for PDF 1.7 it is mapped to `Sect`."""
_HEADING_LEVELS = {"h1": 1, "h2": 2, "h3": 3, "h4": 4, "h5": 5, "h6": 6}
_FOLLOWED_BY_NOTES = frozenset({"P", "H1", "H2", "H3", "H4", "H5", "H6"})
"""Types whose footnotes follow them; in others (cells, captions) they come last inside."""
_SCOPES = {"col": "Column", "colgroup": "Column", "row": "Row", "rowgroup": "Row"}
_SPANS = {"colspan": "ColSpan", "rowspan": "RowSpan"}
_TABLE_GRID_TYPES = frozenset({"TR", "TH", "TD"})
"""Types that matter even if empty."""


@dataclass(slots=True, eq=False)
class StructureElement:
    """One structure element."""

    type: str
    """Structure type, for example `P`."""
    html: HtmlElement = None
    kids: list[Any] = field(default_factory=list)
    """Structure elements, and whatever the caller uses to represent content; in reading order."""
    notes: list[StructureElement] = field(default_factory=list)
    """Footnotes that come after all kids."""
    entries: dict[str, Any] = field(default_factory=dict)
    """Further entries of the dictionary: `Lang`, `Alt`, `ID`."""
    attributes: dict[str, Any] = field(default_factory=dict)
    """Attributes owned by the structure type (list, table, layout): `Scope`, `ColSpan`."""
    is_block: bool = False
    """Whether it is a block, added before any content was."""

    def add(self, kid: Any) -> None:
        """Add content, or an inline element, that comes next in reading order.

        Child blocks are there already: it goes before those that have no content yet.
        """
        empty_blocks = (
            index
            for index, each in enumerate(self.kids)
            if isinstance(each, StructureElement) and each.is_empty_block()
        )
        self.kids.insert(next(empty_blocks, len(self.kids)), kid)

    def is_empty_block(self) -> bool:
        """Return whether this is a block without content so far."""
        return self.is_block and all(
            isinstance(kid, StructureElement) and kid.is_empty_block() for kid in self.kids
        )


class StructureTree:
    """A document's structure elements: blocks in source order, inline ones added as they are asked for."""

    def __init__(self, body: HtmlElement) -> None:
        """Build the structure of a `body` element."""
        self.root = StructureElement("Document")
        self.notes: dict[HtmlElement, StructureElement] = {}
        """All Note elements in order, by footnote."""
        self._elements: dict[HtmlElement, StructureElement] = {body: self.root}
        self._list_items: dict[HtmlElement, StructureElement] = {}
        self._call_links: dict[HtmlElement, StructureElement] = {}
        self._parents: dict[HtmlElement, HtmlElement] = {}
        self._open_levels: list[int] = []
        """Levels of the headings that apply to whatever comes next."""
        for element in body:
            self._parents[element] = body
            self._add_element(element, self.root)

    def get_element(self, html: HtmlElement) -> StructureElement:
        """Return the structure element for the content of an HTML element; inline ones are created now."""
        element = self._elements.get(html)
        if element is not None:
            return element
        parent = self.get_element(self._parents[html])
        if html.tag == "a" and html.get("href"):
            if parent.type == "TOCI" or html.get("class") == CALL_CLASS:
                parent = _append_inline(parent, StructureElement("Reference"))
            elif parent.type == "Note" and html.get("href", "").startswith("#call-"):
                parent = _find_or_add_label(parent)
            element = _append_inline(parent, StructureElement("Link", html))
        elif html.get("lang"):
            element = _append_inline(parent, StructureElement("Span", html))
        else:
            return parent
        _set_element_language(element)
        self._elements[html] = element
        return element

    def get_call_link(self, footnote: HtmlElement) -> StructureElement:
        """Return the Link at a footnote's call, within its Reference."""
        link = self._call_links.get(footnote)
        if link is None:
            parent = self.get_element(self._parents[footnote])
            reference = _append_inline(parent, StructureElement("Reference"))
            link = self._call_links[footnote] = _append_inline(reference, StructureElement("Link", footnote))
        return link

    def get_note_label_link(self, footnote: HtmlElement) -> StructureElement:
        """Return the Link back to the call, within the footnote's label."""
        label = _find_or_add_label(self.notes[footnote])
        if not label.kids:
            _append_inline(label, StructureElement("Link", footnote))
        link: StructureElement = label.kids[0]
        return link

    def get_item_label(self, html: HtmlElement) -> StructureElement:
        """Return the label of a list item: its number or bullet."""
        parent = self._parents[html]
        if self._elements[parent].type == "L":
            numbering = "Decimal" if parent.tag == "ol" else "Disc"
            self._elements[parent].attributes["ListNumbering"] = numbering
        return _find_or_add_label(self._list_items[html])

    def prune(self) -> None:
        """Remove elements without content, except table rows and cells."""
        _prune_element(self.root)

    def _add_element(self, html: HtmlElement, parent: StructureElement) -> None:
        """Add an HTML element and its descendants; footnotes go next to the block that calls them."""
        if html.get("class") == "footnote":
            note = self.notes[html] = self._elements[html] = StructureElement("Note", html)
            note.entries["ID"] = f"note-{len(self.notes)}"
            _set_element_language(note)
        type = self._find_type(html)
        if type is None:
            self._add_children(html, parent)
            return
        if type == "Note":
            element = self._elements[html] = _append_block(parent, StructureElement("Note", html))
            element.entries["ID"] = html.get("id", "")
            self._add_children(html, element)
            return
        element = self._elements[html] = _append_block(parent, StructureElement(type, html))
        _set_element_language(element)
        self._set_attributes(element)
        if html.tag == "li":
            self._list_items[html] = element
        if type == "LI":
            element = self._elements[html] = _append_block(element, StructureElement("LBody", html))
        notes = self._add_children(html, element)
        if type in _FOLLOWED_BY_NOTES:
            parent.kids.extend(notes)
        else:
            element.notes.extend(notes)

    def _add_children(self, html: HtmlElement, element: StructureElement) -> list[StructureElement]:
        """Add an HTML element's children; return the footnotes that no block among them has taken."""
        first_note = len(self.notes)
        for child in html:
            self._parents[child] = html
            self._add_element(child, element)
        if len(self.notes) == first_note:
            return []
        return [note for note in list(self.notes.values())[first_note:] if self._find_block(note) is html]

    def _find_block(self, note: StructureElement) -> HtmlElement:
        """Return the nearest block around a footnote."""
        html = self._parents[note.html]
        while html not in self._elements:
            html = self._parents[html]
        return html

    def _find_type(self, html: HtmlElement) -> str | None:
        """Return the structure type; None for inline elements."""
        if html.tag in _HEADING_LEVELS:
            return f"H{self._find_heading_depth(_HEADING_LEVELS[html.tag])}"
        if html.get("class") == NOTE_CLASS:
            return "Note"
        if html.get("class") == "aside":
            return ASIDE
        type = _STRUCTURE_TYPES.get(html.tag)
        if type == "L" and self._holds_contents_list(self._parents[html]):
            return "TOC"
        if type == "LI" and self._elements[self._parents[html]].type == "TOC":
            return "TOCI"
        return type

    def _holds_contents_list(self, html: HtmlElement) -> bool:
        """Return whether a list directly inside is a table of contents, or a nested part of one."""
        return html.get("class") == "toc" or (html in self._elements and self._elements[html].type == "TOCI")

    def _find_heading_depth(self, level: int) -> int:
        """Return a heading's depth without gaps: PDF/UA forbids skipping levels (ISO 14289-1, 7.4.2)."""
        while self._open_levels and self._open_levels[-1] >= level:
            self._open_levels.pop()
        self._open_levels.append(level)
        return len(self._open_levels)

    def _set_attributes(self, element: StructureElement) -> None:
        """Set what the type calls for: list numbering, alternative text, scope and spans of cells."""
        if element.type == "L":
            element.attributes["ListNumbering"] = "None"
        elif element.type == "Figure":
            element.entries["Alt"] = element.html.get("alt", "")
        elif element.type in ("TH", "TD"):
            spans = {key: element.html.get(name, "") for name, key in _SPANS.items()}
            element.attributes.update((key, int(span)) for key, span in spans.items() if span.isdecimal())
        if element.type == "TH":
            row_group = self._parents[self._parents[element.html]]
            default = "Column" if row_group.tag == "thead" else "Row"
            element.attributes["Scope"] = _SCOPES.get(element.html.get("scope", ""), default)


def _append_block(parent: StructureElement, element: StructureElement) -> StructureElement:
    element.is_block = True
    parent.kids.append(element)
    return element


def _append_inline(parent: StructureElement, element: StructureElement) -> StructureElement:
    parent.add(element)
    return element


def _find_or_add_label(element: StructureElement) -> StructureElement:
    first = element.kids[0] if element.kids else None
    if isinstance(first, StructureElement) and first.type == "Lbl":
        return first
    label = StructureElement("Lbl")
    element.kids.insert(0, label)
    return label


def _set_element_language(element: StructureElement) -> None:
    if language := element.html.get("lang"):
        element.entries["Lang"] = language


def _prune_element(element: StructureElement) -> bool:
    """Prune an element's descendants; return whether the element itself is to be kept."""
    element.kids = [
        kid for kid in element.kids if not isinstance(kid, StructureElement) or _prune_element(kid)
    ]
    element.notes = [note for note in element.notes if _prune_element(note)]
    return bool(element.kids or element.notes) or element.type in _TABLE_GRID_TYPES
