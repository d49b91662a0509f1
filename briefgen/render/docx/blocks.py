"""How blocks of a document's HTML map to Word: styles by class, the context of a paragraph, list items.

`emitter` walks the blocks and writes them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple
from xml.etree.ElementTree import Element

from briefgen.errors import BriefgenError, Problem
from briefgen.render.docx.frames import FrameProperties
from briefgen.render.docx.inline import unsupported_element_error
from briefgen.render.docx.metrics import mm_to_twips
from briefgen.render.docx.styles import LIST_STEP_MM

_ITEM_BLOCKS = frozenset({"p", "ul", "ol"})
"""Blocks that an `li`, `td` or `th` may contain."""


class BlockStyles(NamedTuple):
    """The Word styles for the blocks within a `div` of some class."""

    paragraph: str
    """Style of `p`."""
    heading: str = "heading {}"
    """Style of a heading, formatted with its level."""
    title: str = ""
    """Style of `h1`, if not that of a heading."""
    own_lists: bool = False
    """Whether lists keep the block's paragraph style instead of List Bullet and List Number."""
    indent_mm: float = 0
    """Indent of the block's paragraphs, from which its own lists are indented further."""
    first: str = ""
    """Style of the first `p`, if it has one of its own."""
    last: str = ""
    """Style of the last `p` of several, if it has one of its own."""

    def at(self, index: int, count: int) -> BlockStyles:
        """Return the styles for the block at an index, from 0, among `count`."""
        if self.first and index == 0:
            return self._replace(paragraph=self.first)
        if self.last and index == count - 1 > 0:
            return self._replace(paragraph=self.last)
        return self


FLOW_STYLES = BlockStyles("Body Text")
STYLES_BY_CLASS: Mapping[str, BlockStyles] = {
    "letterhead": BlockStyles("Letterhead", title="Letterhead Name"),
    "return-line": BlockStyles("Return Line"),
    "inside-address": BlockStyles("Inside Address"),
    "date-line": BlockStyles("Date Line"),
    "reference-line": BlockStyles("Reference Line"),
    "salutation": BlockStyles("Salutation Line"),
    "body": FLOW_STYLES,
    "ask": BlockStyles("Ask"),
    "complimentary-close": BlockStyles("Complimentary Close"),
    "signature": BlockStyles("Signature"),
    "postscript": BlockStyles("Postscript"),
    "web-address": BlockStyles("Enclosures", own_lists=True),
    "enclosures": BlockStyles("Enclosures", own_lists=True),
    "copy-line": BlockStyles("Copy Line", own_lists=True),
    "new-page": FLOW_STYLES,
    "summary": BlockStyles("Summary", heading="Summary Heading {}", own_lists=True, indent_mm=4.2),
    "toc": BlockStyles("toc 2", heading="TOC Heading"),
    "bibliography": BlockStyles("Bibliography"),
    "evidence-annex": BlockStyles("Evidence Annex", own_lists=True),
    "title-block": BlockStyles("Subtitle", title="Title"),
    "byline": BlockStyles("Byline"),
    "masthead": BlockStyles("Masthead", last="Masthead Line"),
    "standfirst": BlockStyles("Standfirst"),
    "columns": FLOW_STYLES,
    "column": FLOW_STYLES,
    "aside": BlockStyles("Aside", heading="Aside Heading", own_lists=True),
    "key-figure": BlockStyles("Key Figure Text", first="Key Figure", own_lists=True),
    "pull-quote": BlockStyles("Pull Quote", last="Pull Quote Source", own_lists=True),
    "contact": BlockStyles("Contact", heading="Contact Heading", own_lists=True, indent_mm=4.2),
    "notes": BlockStyles("endnote text", heading="Notes Heading", own_lists=True),
}
QUOTE_STYLES = BlockStyles("Quote", own_lists=True, indent_mm=8)
TABLE_CELL_STYLES = BlockStyles("Table Text", own_lists=True)
TABLE_HEADER_STYLES = BlockStyles("Table Heading", own_lists=True)
ROW_HEADING_STYLES = BlockStyles("Row Heading", own_lists=True)


class BlockContext(NamedTuple):
    """What a block inherits from the elements around it."""

    styles: BlockStyles
    language: str
    division: str = ""
    """Class of the `div` that selected the styles."""
    list_depth: int = 0
    """Depth of nested lists; 0 outside lists."""
    list_id: int = 0
    """`w:numId` of the innermost list; 0 outside lists."""
    ordered: bool = False
    frame: FrameProperties = FrameProperties()
    """Position on the page, if not in the flow of the text."""


def with_element_language(context: BlockContext, element: Element) -> BlockContext:
    """Return the context with the language of the element's `lang`, if it has one."""
    tag = element.get("lang")
    return context._replace(language=tag) if tag else context


def list_level_index(depth: int) -> int:
    """Return the `w:ilvl` of a list at `depth`; WordprocessingML has nine levels."""
    return min(depth, 9) - 1


def list_item_indent(context: BlockContext) -> str:
    """Return the start of a `w:ind` for a list whose style has no indent of its own."""
    left = mm_to_twips(context.styles.indent_mm + context.list_depth * LIST_STEP_MM)
    return f'<w:ind w:left="{left}"'


def split_item_content(element: Element) -> list[Element]:
    """Return the contents of a list item or cell as blocks; the element itself if it has only inline content.

    Inline content beside blocks becomes a paragraph of its own, so that nothing is lost.
    """
    if not any(child.tag in _ITEM_BLOCKS for child in element):
        return [element]
    blocks, inline = [], _make_inline_paragraph(element.text)
    for child in element:
        if child.tag not in _ITEM_BLOCKS:
            inline.append(child)
            continue
        blocks += [inline, child]
        inline = _make_inline_paragraph(child.tail)
    blocks.append(inline)
    return [block for block in blocks if block.tag != "p" or block in element or _has_inline_content(block)]


def _make_inline_paragraph(text: str | None) -> Element:
    paragraph = Element("p")
    paragraph.text = text
    return paragraph


def _has_inline_content(paragraph: Element) -> bool:
    return len(paragraph) > 0 or bool(paragraph.text and not paragraph.text.isspace())


def iter_toc_entries(element: Element, context: BlockContext) -> Iterator[tuple[Element, BlockContext]]:
    """Yield the entries of a table of contents in order, nested ones too, each with its context."""
    reject_stray_text(element)
    for item in element:
        if item.tag != "li":
            raise unsupported_element_error(item)
        item_context = with_element_language(context, item)
        for block in split_item_content(item):
            block_context = with_element_language(item_context, block)
            if block.tag in {"ul", "ol"}:
                yield from iter_toc_entries(block, block_context)
            else:
                yield block, block_context


def check_table(table: Element) -> None:
    """Raise BriefgenError for content that a table cannot have."""
    reject_stray_text(table)
    for section in table:
        if section.tag == "caption":
            continue
        if section.tag not in {"thead", "tbody"}:
            raise unsupported_element_error(section)
        reject_stray_text(section)
        for row in section:
            if row.tag != "tr":
                raise unsupported_element_error(row)
            reject_stray_text(row)


def reject_stray_text(parent: Element) -> None:
    """Raise BriefgenError for text beside the child elements: it belongs in paragraphs and would be lost."""
    for text in (parent.text, *(child.tail for child in parent)):
        if text and not text.isspace():
            problem = f"the text {text.strip()[:60]!r} is in <{parent.tag}>, outside any paragraph"
            raise BriefgenError(Problem("document-vocabulary", problem))
