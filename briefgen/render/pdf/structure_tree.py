"""The logical structure of a document: which structure element of PDF 1.7 stands for which element of HTML.

It knows the vocabulary of briefgen.model.document and the standard structure types (ISO 32000-1, 14.8.4),
and nothing of pages, boxes or files. Types are chosen by PDF/UA-1 (ISO 14289-1) and the PDF Association's
"Tagged PDF Best Practice Guide: Syntax".
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

HtmlElement = Any
"""An xml.etree element of the page that WeasyPrint has parsed."""

_TYPES = {
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
    # Alternative text stands for all that a Figure holds, so the caption is kept out of it.
    "figure": "Div",
    "img": "Figure",
    "figcaption": "Caption",
}
"""Elements that are structure by themselves; headings come by their level, the rest is inline."""
_HEADINGS = {"h1": 1, "h2": 2, "h3": 3, "h4": 4, "h5": 5, "h6": 6}
_FOLLOWED = frozenset({"P", "H1", "H2", "H3", "H4", "H5", "H6"})
"""Structure that its notes come behind; elsewhere (cells, captions) they come last within."""
_SCOPES = {"col": "Column", "colgroup": "Column", "row": "Row", "rowgroup": "Row"}
_SPANS = {"colspan": "ColSpan", "rowspan": "RowSpan"}
_GRID = frozenset({"TR", "TH", "TD"})
"""Structure that counts, also where it is empty."""


@dataclass(slots=True, eq=False)
class Node:
    """One structure element."""

    type: str
    """Structure type, for example `P`."""
    html: HtmlElement = None
    kids: list[Any] = field(default_factory=list)
    """Nodes, and what stands for content to the one who puts it there; in reading order."""
    notes: list[Node] = field(default_factory=list)
    """Notes that come behind all else within."""
    entries: dict[str, Any] = field(default_factory=dict)
    """Further entries of the dictionary: `Lang`, `Alt`, `ID`."""
    attributes: dict[str, Any] = field(default_factory=dict)
    """Attributes of the type's own kind (list, table, layout): `Scope`, `ColSpan`."""
    laid: bool = False
    """Whether it is a block, laid out before any content was placed."""

    def add(self, kid: Any) -> None:
        """Add content, or an inline node, that comes next in reading order.

        Blocks within are there already: it stands before those that nothing has been placed in yet.
        """
        later = (at for at, each in enumerate(self.kids) if isinstance(each, Node) and each.waits())
        self.kids.insert(next(later, len(self.kids)), kid)

    def waits(self) -> bool:
        """Whether this is a block in which nothing has been placed yet."""
        return self.laid and all(isinstance(kid, Node) and kid.waits() for kid in self.kids)


class Structure:
    """The nodes of a document: blocks in the order of the source, inline ones as they are asked for."""

    def __init__(self, body: HtmlElement) -> None:
        """Lay out the structure of a `body` element."""
        self.root = Node("Document")
        self.notes: dict[HtmlElement, Node] = {}
        """All notes in order, by their footnote."""
        self._nodes: dict[HtmlElement, Node] = {body: self.root}
        self._items: dict[HtmlElement, Node] = {}
        self._calls: dict[HtmlElement, Node] = {}
        self._parents: dict[HtmlElement, HtmlElement] = {}
        self._levels: list[int] = []
        """Levels of the headings that what comes next stands under."""
        for element in body:
            self._parents[element] = body
            self._lay(element, self.root)

    def home(self, element: HtmlElement) -> Node:
        """The node that content of an element belongs to, made now where the element is inline."""
        node = self._nodes.get(element)
        if node is not None:
            return node
        within = self.home(self._parents[element])
        if element.tag == "a" and element.get("href"):
            if within.type == "TOCI":
                within = _added(within, Node("Reference"))
            node = _added(within, Node("Link", element))
        elif element.get("lang"):
            node = _added(within, Node("Span", element))
        else:
            return within
        _name_language(node)
        self._nodes[element] = node
        return node

    def call(self, footnote: HtmlElement) -> Node:
        """The link at a footnote's call, within its Reference."""
        link = self._calls.get(footnote)
        if link is None:
            reference = _added(self.home(self._parents[footnote]), Node("Reference"))
            link = self._calls[footnote] = _added(reference, Node("Link", footnote))
        return link

    def note_label(self, footnote: HtmlElement) -> Node:
        """The link back to the call, within the label of the note."""
        label = _label(self.notes[footnote])
        if not label.kids:
            _added(label, Node("Link", footnote))
        link: Node = label.kids[0]
        return link

    def item_label(self, element: HtmlElement) -> Node:
        """The label of a list item: its number or bullet."""
        holder = self._parents[element]
        if self._nodes[holder].type == "L":
            self._nodes[holder].attributes["ListNumbering"] = "Decimal" if holder.tag == "ol" else "Disc"
        return _label(self._items[element])

    def prune(self) -> None:
        """Take out what has no content; rows and cells stay."""
        _prune(self.root)

    def _lay(self, element: HtmlElement, within: Node) -> None:
        """Lay an element and what is in it; notes take their place by the block that calls them."""
        if element.get("class") == "footnote":
            note = self.notes[element] = self._nodes[element] = Node("Note", element)
            note.entries["ID"] = f"note-{len(self.notes)}"
            _name_language(note)
        kind = self._kind(element)
        if kind is None:
            self._lay_children(element, within)
            return
        node = self._nodes[element] = _laid(within, Node(kind, element))
        _name_language(node)
        self._describe(node)
        if element.tag == "li":
            self._items[element] = node
        if kind == "LI":
            node = self._nodes[element] = _laid(node, Node("LBody", element))
        called = self._lay_children(element, node)
        if kind in _FOLLOWED:
            within.kids.extend(called)
        else:
            node.notes.extend(called)

    def _lay_children(self, element: HtmlElement, node: Node) -> list[Node]:
        """Lay what is in an element; the notes that no block within it has taken."""
        placed = len(self.notes)
        for child in element:
            self._parents[child] = element
            self._lay(child, node)
        if len(self.notes) == placed:
            return []
        return [note for note in list(self.notes.values())[placed:] if self._block_of(note) is element]

    def _block_of(self, note: Node) -> HtmlElement:
        """The nearest block around a note."""
        element = self._parents[note.html]
        while element not in self._nodes:
            element = self._parents[element]
        return element

    def _kind(self, element: HtmlElement) -> str | None:
        """Structure type; None for inline elements."""
        if element.tag in _HEADINGS:
            return f"H{self._depth(_HEADINGS[element.tag])}"
        kind = _TYPES.get(element.tag)
        if kind == "L" and self._listed(self._parents[element]):
            return "TOC"
        if kind == "LI" and self._nodes[self._parents[element]].type == "TOC":
            return "TOCI"
        return kind

    def _listed(self, holder: HtmlElement) -> bool:
        """Whether lists directly within are contents lists: in the block of one, and in its entries."""
        return holder.get("class") == "toc" or (holder in self._nodes and self._nodes[holder].type == "TOCI")

    def _depth(self, level: int) -> int:
        """How deep a heading stands: a level left out would have readers look for it (ISO 14289-1, 7.4.2)."""
        while self._levels and self._levels[-1] >= level:
            self._levels.pop()
        self._levels.append(level)
        return len(self._levels)

    def _describe(self, node: Node) -> None:
        """Attributes by type: scope and spans of cells, alternative text."""
        if node.type == "L":
            node.attributes["ListNumbering"] = "None"
        elif node.type == "Figure":
            node.entries["Alt"] = node.html.get("alt", "")
        elif node.type in ("TH", "TD"):
            spans = {key: node.html.get(name, "") for name, key in _SPANS.items()}
            node.attributes.update((key, int(span)) for key, span in spans.items() if span.isdecimal())
        if node.type == "TH":
            group = self._parents[self._parents[node.html]]
            usual = "Column" if group.tag == "thead" else "Row"
            node.attributes["Scope"] = _SCOPES.get(node.html.get("scope", ""), usual)


def reading_order(node: Node) -> Iterator[Node]:
    """A node and all nodes below it."""
    yield node
    for kid in (*node.kids, *node.notes):
        if isinstance(kid, Node):
            yield from reading_order(kid)


def _laid(within: Node, node: Node) -> Node:
    node.laid = True
    within.kids.append(node)
    return node


def _added(within: Node, node: Node) -> Node:
    within.add(node)
    return node


def _label(node: Node) -> Node:
    first = node.kids[0] if node.kids else None
    if isinstance(first, Node) and first.type == "Lbl":
        return first
    label = Node("Lbl")
    node.kids.insert(0, label)
    return label


def _name_language(node: Node) -> None:
    if language := node.html.get("lang"):
        node.entries["Lang"] = language


def _prune(node: Node) -> bool:
    """Prune below a node; whether anything is left of it."""
    node.kids = [kid for kid in node.kids if not isinstance(kid, Node) or _prune(kid)]
    node.notes = [note for note in node.notes if _prune(note)]
    return bool(node.kids or node.notes) or node.type in _GRID
