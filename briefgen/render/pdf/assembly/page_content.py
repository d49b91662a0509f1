"""Divide the HTML of a letter's page into its blocks, and parse each block once in a process."""

from __future__ import annotations

import re
from collections import OrderedDict
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from xml.etree import ElementTree

from briefgen.render.pdf.assembly.errors import NotAssembledError

FOOTNOTE_CLASS = "footnote"
MAX_PARSED_BLOCKS = 800
_BLOCK_TAG = re.compile(r"<(/?)(?:div|p|h[1-3]|ul|ol|blockquote|table|figure)\b[^>]*>")
BODY_START = '<div class="body">'

BlockKind = tuple[Any, ...]
"""What decides how a block is styled and spaced: where it stands, its tag, class and style, and the tags of
the first and last block in it, whose margins collapse with its own."""


@dataclass(frozen=True, slots=True)
class PageContent:
    """The HTML of a document's page, as it is laid out."""

    html: str
    """Without running head and letter foot."""
    root_style: str
    """Style attribute of the root element."""
    running: tuple[str, ...] = ()
    """The parts of the running head."""


@dataclass(frozen=True, slots=True)
class ParsedNote:
    """A footnote in a block."""

    element: Any
    source: str


@dataclass(frozen=True, slots=True)
class ParsedBlock:
    """A block as it is written, and its elements, which all letters share that have it."""

    source: str
    kind: BlockKind
    element: Any
    elements: tuple[Any, ...]
    """The element and all in it, in document order."""
    notes: tuple[ParsedNote, ...]


@dataclass(slots=True)
class BlockParser:
    """Parses blocks, and keeps those used last."""

    _parsed: OrderedDict[tuple[bool, str], ParsedBlock] = field(default_factory=OrderedDict)

    def parse_page(self, content: str) -> tuple[list[ParsedBlock], Any]:
        """Return the blocks of a page's content, and a `body` element that has them.

        Raise NotAssembledError if the content cannot be divided.
        """
        blocks: list[ParsedBlock] = []
        root = ElementTree.Element("body")
        text_body: Any = None
        seen: set[Any] = set()
        for source, is_in_body in split_blocks(content):
            block = self._parse(source, is_in_body, seen)
            blocks.append(block)
            seen.add(block.element)
            if is_in_body:
                if text_body is None:
                    text_body = ElementTree.SubElement(root, "div", {"class": "body"})
                text_body.append(block.element)
            else:
                root.append(block.element)
        return blocks, root

    def _parse(self, source: str, is_in_body: bool, seen: set[Any]) -> ParsedBlock:
        key = (is_in_body, source)
        block = self._parsed.get(key)
        if block is not None and block.element not in seen:
            self._parsed.move_to_end(key)
            return block
        parsed = parse_block(source, is_in_body)
        if block is None:
            self._parsed[key] = parsed
            if len(self._parsed) > MAX_PARSED_BLOCKS:
                self._parsed.popitem(last=False)
        return parsed


def split_blocks(content: str) -> Iterator[tuple[str, bool]]:
    """Yield the blocks of a page's content, and whether each is a part of the letter's body.

    Raise NotAssembledError if there is anything between them.
    """
    depth, start, body_depth, bodies = 0, 0, 0, 0
    for tag in _BLOCK_TAG.finditer(content):
        if tag[1]:
            depth -= 1
            if depth == body_depth:
                yield content[start : tag.end()], body_depth == 1
                start = tag.end()
            elif depth < body_depth:  # the end of the body
                body_depth, start = 0, tag.end()
            continue
        if depth == body_depth:
            if start != tag.start():
                raise NotAssembledError("text between blocks")
            if depth == 0 and tag[0] == BODY_START:
                bodies += 1
                body_depth, start = 1, tag.end()
        depth += 1
    if depth or start != len(content) or bodies > 1:
        raise NotAssembledError("blocks that cannot be told apart")


def parse_block(source: str, is_in_body: bool) -> ParsedBlock:
    """Parse a block's HTML, which is well-formed XML."""
    element = ElementTree.fromstring(source)
    elements = tuple(element.iter())
    notes = tuple(
        ParsedNote(each, write_element(each)) for each in elements if each.get("class") == FOOTNOTE_CLASS
    )
    edges = tuple((child.tag, child.get("class")) for child in (*element[:1], *element[-1:]))
    is_div = element.tag == "div"
    kind = (is_in_body, element.tag, *sorted(element.attrib.items()), *(edges if is_div else ()))
    return ParsedBlock(source, kind, element, elements, notes)


def write_element(element: Any) -> str:
    """Return an element as XML, without the text after it."""
    tail, element.tail = element.tail, None
    try:
        return ElementTree.tostring(element, encoding="unicode", short_empty_elements=False)
    finally:
        element.tail = tail
