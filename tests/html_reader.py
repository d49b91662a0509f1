"""Reading a Document's HTML into the same form as finished files, to compare it with them."""

from __future__ import annotations

from collections.abc import Iterator
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

from briefgen.errors import BriefgenError, Problem
from briefgen.inspect.tokens import DocumentBuilder, DocumentLink, ExtractedDocument, parse_cell_span


def read_html(html: str) -> ExtractedDocument:
    """Read a Document's HTML (canonical, without a root); raise BriefgenError if it is malformed."""
    try:
        root = ElementTree.fromstring(f"<div>{html}</div>")
    except ElementTree.ParseError as error:
        problem = Problem("document-malformed", f"the document's HTML cannot be read: {error}")
        raise BriefgenError(problem) from None
    reader = _HtmlReader()
    reader.block(root, marked=True)
    return reader.out.build()


_BLOCKS = frozenset(
    {"div", "blockquote", "ul", "ol", "table", "thead", "tbody", "tr", "figure", "p", "li"}
) | {*("h1", "h2", "h3", "caption", "th", "td", "figcaption")}


class _HtmlReader:
    def __init__(self) -> None:
        self.out = DocumentBuilder()
        self._depth = 0
        """Nesting depth of lists, counted from the current table cell."""
        self._in_head = False

    def block(self, element: Element, *, marked: bool) -> None:
        """Read a block; `marked` says whether list items have markers here."""
        if element.tag == "img":
            self.out.image(element.get("alt", ""))
        elif element.tag == "table":
            self.out.begin_table()
            self._content(element, marked=marked)
            self.out.end_table()
        elif element.tag in {"th", "td"}:
            self._cell(element, marked=marked)
        elif element.tag in {"ul", "ol"}:
            self._depth += 1
            self._content(element, marked=marked)
            self._depth -= 1
        else:
            self._in_head = element.tag == "thead" or (self._in_head and element.tag != "tbody")
            if element.tag == "tr":
                self.out.row()
            self._content(element, marked=marked)

    def _cell(self, element: Element, *, marked: bool) -> None:
        depth, self._depth = self._depth, 0
        head, columns, rows = (
            element.tag == "th" or self._in_head,
            *map(parse_cell_span, map(element.get, _SPANS)),
        )
        self.out.begin_cell(head=head, columns=columns, rows=rows)
        self._content(element, marked=marked)
        self.out.end_cell()
        self._depth = depth

    def _content(self, element: Element, *, marked: bool) -> None:
        tag = element.tag
        self.out.text(element.text or "")
        number = _start(element)
        for child in element:
            if child.tag == "li" and marked:
                self.out.end()
                self.out.marker(f"{number}." if tag == "ol" else "\u2022", self._depth)
                number += 1
            if child.tag in _BLOCKS or child.tag == "img":
                self.out.end()
                self.block(child, marked=self._marks(element, child, marked))
            else:
                self._inline(child)
            self.out.text(child.tail or "")
        self.out.end(int(tag[1]) if tag in {"h1", "h2", "h3"} else None)

    def _marks(self, element: Element, child: Element, marked: bool) -> bool:
        """Return whether list items in `child` have markers; those of a table of contents do not."""
        if element.get("class") == "toc":
            return child.tag not in {"ul", "ol"}
        return marked

    def _inline(self, element: Element) -> None:
        if element.tag == "br":
            self.out.text("\n")
        elif element.get("class") == "footnote":
            links = (
                DocumentLink("".join(_with_breaks(a)), _target(a)) for a in element.iter("a") if a.get("href")
            )
            self.out.note("".join(_with_breaks(element)), links)
        else:
            begin = self.out.mark_link_start()
            self.out.text(element.text or "")
            for child in element:
                self._inline(child)
                self.out.text(child.tail or "")
            if element.tag == "a" and element.get("href"):
                self.out.link(_target(element), begin)


_SPANS = ("colspan", "rowspan")


def _target(element: Element) -> str:
    href = element.get("href", "")
    return "#" if href.startswith("#") else href


def _start(element: Element) -> int:
    start = element.get("start", "1")
    return int(start) if start.isascii() and start.isdecimal() else 1


def _with_breaks(element: Element) -> Iterator[str]:
    yield "\n" if element.tag == "br" else element.text or ""
    for child in element:
        yield from _with_breaks(child)
        yield child.tail or ""
