"""What the blocks of a document are in Word: styles by class, where a paragraph stands, what holds what.

The walk that writes them is the emitter's.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple
from xml.etree.ElementTree import Element

from briefgen.errors import BriefgenError, Problem
from briefgen.render.docx.headers import Framed
from briefgen.render.docx.inline import unknown
from briefgen.render.docx.metrics import twips
from briefgen.render.docx.styles import LIST_STEP_MM

_WITHIN_ITEMS = frozenset({"p", "ul", "ol"})
"""Blocks that an `li`, `td` or `th` may hold."""


class Block(NamedTuple):
    """What the class of a `div` makes of the paragraphs within it."""

    paragraph: str
    """Style of `p`."""
    heading: str = "heading {}"
    """Style of a heading, by its level."""
    title: str = ""
    """Style of `h1`, where it is not a heading."""
    own_lists: bool = False
    """Lists keep the block's paragraph style instead of List Bullet and List Number."""
    indent_mm: float = 0
    """Of the block's paragraphs, where its own lists go further in."""


FLOW = Block("Body Text")
BLOCKS: Mapping[str, Block] = {
    "letterhead": Block("Letterhead", title="Letterhead Name"),
    "return-line": Block("Return Line"),
    "inside-address": Block("Inside Address"),
    "date-line": Block("Date Line"),
    "reference-line": Block("Reference Line"),
    "salutation": Block("Salutation Line"),
    "body": FLOW,
    "ask": Block("Ask"),
    "complimentary-close": Block("Complimentary Close"),
    "signature": Block("Signature"),
    "enclosures": Block("Enclosures", own_lists=True),
    "copy-line": Block("Copy Line", own_lists=True),
    "summary": Block("Summary", heading="Summary Heading {}", own_lists=True, indent_mm=4.2),
    "toc": Block("toc 2", heading="TOC Heading"),
    "bibliography": Block("Bibliography"),
    "evidence-annex": Block("Evidence Annex", own_lists=True),
    "title-block": Block("Subtitle", title="Title"),
    "byline": Block("Byline"),
}
QUOTE = Block("Quote", own_lists=True, indent_mm=8)
CELL = Block("Table Text", own_lists=True)
HEAD_CELL = Block("Table Heading", own_lists=True)


class Place(NamedTuple):
    """Where a paragraph stands."""

    block: Block
    language: str
    division: str = ""
    """Class of the `div` that decides the look."""
    depth: int = 0
    """In lists; 0 outside."""
    number: int = 0
    """`w:numId` of the innermost list; 0 outside lists."""
    ordered: bool = False
    framed: Framed = Framed()
    """Where it stands on the page, if not in the flow of the text."""


def spoken(place: Place, element: Element) -> Place:
    """The place, in the element's own language where it has one."""
    tag = element.get("lang")
    return place._replace(language=tag) if tag else place


def list_level(depth: int) -> int:
    """`w:ilvl` of a list at `depth`; WordprocessingML has nine."""
    return min(depth, 9) - 1


def item_indent(place: Place) -> str:
    """The beginning of a `w:ind` for a list whose style has no indent of its own."""
    left = twips(place.block.indent_mm + place.depth * LIST_STEP_MM)
    return f'<w:ind w:left="{left}"'


def pieces(element: Element) -> list[Element]:
    """What an item or a cell holds: itself where that is inline content, else its blocks.

    Inline content beside blocks becomes a paragraph of its own, so that nothing is lost.
    """
    if not any(child.tag in _WITHIN_ITEMS for child in element):
        return [element]
    parts, line = [], _line(element.text)
    for child in element:
        if child.tag not in _WITHIN_ITEMS:
            line.append(child)
            continue
        parts += [line, child]
        line = _line(child.tail)
    return [part for part in [*parts, line] if part.tag != "p" or part in element or _says(part)]


def _line(text: str | None) -> Element:
    line = Element("p")
    line.text = text
    return line


def _says(line: Element) -> bool:
    return len(line) > 0 or bool(line.text and not line.text.isspace())


def entries_of(element: Element, place: Place) -> Iterator[tuple[Element, Place]]:
    """The entries of a contents list, nested ones in their order, each with its language."""
    refuse_text(element)
    for item in element:
        if item.tag != "li":
            raise unknown(item)
        where = spoken(place, item)
        for part in pieces(item):
            if part.tag in {"ul", "ol"}:
                yield from entries_of(part, spoken(where, part))
            else:
                yield part, spoken(where, part)


def refuse_text(parent: Element) -> None:
    """Text has its place in paragraphs; where it stands beside them it would be lost."""
    for text in (parent.text, *(child.tail for child in parent)):
        if text and not text.isspace():
            problem = f"the text {text.strip()[:60]!r} stands in <{parent.tag}> outside any paragraph"
            raise BriefgenError(Problem("document-vocabulary", problem))


def check_table(table: Element) -> None:
    """Raise BriefgenError for what a table cannot hold."""
    refuse_text(table)
    for part in table:
        if part.tag == "caption":
            continue
        if part.tag not in {"thead", "tbody"}:
            raise unknown(part)
        refuse_text(part)
        for row in part:
            if row.tag != "tr":
                raise unknown(row)
            refuse_text(row)


_GREATEST_SPAN = 60
"""Word's tables have at most 63 columns."""
_WIDEST_CHARACTERS = 44
"""A column asks for no more than this many characters: longer text wraps."""

_MARGIN_CHARACTERS = 4


@dataclass(slots=True)
class Cell:
    """One cell of the grid; `element` is None where a cell from above goes on, or nothing was written."""

    element: Element | None
    span: int = 1
    """Columns."""
    merge: str = ""
    """`restart` where cells below belong to it, `continue` where it belongs to one above."""


@dataclass(slots=True)
class Row:
    """One row of the grid."""

    cells: list[Cell] = field(default_factory=list)
    head: bool = False
    """Repeated on every page."""


def grid(table: Element) -> tuple[list[Row], list[float]]:
    """All rows, each as wide as the table, and the columns' shares of the width (together 1)."""
    lines = [(part.tag == "thead", row) for part in table if part.tag in {"thead", "tbody"} for row in part]
    hanging: dict[int, tuple[int, int]] = {}
    rows = [_row(line, head, hanging, len(lines) - index) for index, (head, line) in enumerate(lines)]
    columns = max((sum(cell.span for cell in row.cells) for row in rows), default=0)
    for row in rows:
        row.cells.extend(Cell(None) for _ in range(columns - sum(cell.span for cell in row.cells)))
    return rows, _shares(rows, columns)


def _row(line: Element, head: bool, hanging: dict[int, tuple[int, int]], rows_left: int) -> Row:
    """Place a row's cells between those that hang down from above.

    `hanging` gives, by first column, how many further rows a cell covers, and its span; it is brought
    forward to the next row.
    """
    row, column, waiting = Row(head=head), 0, list(line)
    from_above, covered = dict(hanging), sorted(hanging)
    while waiting or any(start >= column for start in covered):
        if column in from_above:
            down, span = from_above[column]
            row.cells.append(Cell(None, span, "continue"))
        else:
            source = waiting.pop(0) if waiting else None
            room = next((start - column for start in covered if start > column), _GREATEST_SPAN)
            span = min(_number(source, "colspan"), room)
            down = min(_number(source, "rowspan"), rows_left)
            row.cells.append(Cell(source, span, "restart" if down > 1 else ""))
        hanging.pop(column, None)
        if down > 1:
            hanging[column] = (down - 1, span)
        column += span
    return row


def _number(source: Element | None, name: str) -> int:
    value = source.get(name, "1") if source is not None else "1"
    return max(1, int(value)) if value.isascii() and value.isdecimal() else 1


def _shares(rows: Iterable[Row], columns: int) -> list[float]:
    wanted = [4.0] * columns
    for row in rows:
        column = 0
        for cell in row.cells:
            if cell.element is not None and cell.span == 1:
                wanted[column] = max(wanted[column], _asks("".join(cell.element.itertext())))
            column += cell.span
    total = sum(wanted)
    return [each / total for each in wanted]


def _asks(text: str) -> float:
    longest = max(map(len, text.split()), default=0)
    return float(_MARGIN_CHARACTERS + max(longest, min(len(text), _WIDEST_CHARACTERS)))
