"""Tables: their HTML checked and laid out as a grid of cells, with column widths."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from xml.etree.ElementTree import Element

from briefgen.render.docx.blocks import reject_stray_text
from briefgen.render.docx.inline import unsupported_element_error

_MAX_COLUMN_SPAN = 60
"""Word's tables have at most 63 columns."""
_MIN_COLUMN_CHARACTERS = 4.0
_MAX_COLUMN_CHARACTERS = 44
"""A column is given room for no more than this many characters: longer text wraps."""
_CELL_MARGIN_CHARACTERS = 4


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


@dataclass(slots=True)
class GridCell:
    """A cell of the grid; `element` is None for the continuation of a cell above, and for a missing cell."""

    element: Element | None
    span: int = 1
    """Columns."""
    merge: str = ""
    """`restart` if the cell continues below, `continue` if it belongs to one above."""


@dataclass(slots=True)
class GridRow:
    """One row of the grid."""

    cells: list[GridCell] = field(default_factory=list)
    is_header: bool = False
    """Whether the row is repeated on every page."""


def build_table_grid(table: Element) -> tuple[list[GridRow], list[float]]:
    """Return all rows, each as wide as the table, and the columns' shares of the width (together 1)."""
    elements = [
        (section.tag == "thead", row)
        for section in table
        if section.tag in {"thead", "tbody"}
        for row in section
    ]
    hanging: dict[int, tuple[int, int]] = {}
    rows = [
        _place_row_cells(element, is_header, hanging, len(elements) - index)
        for index, (is_header, element) in enumerate(elements)
    ]
    columns = max((sum(cell.span for cell in row.cells) for row in rows), default=0)
    for row in rows:
        row.cells.extend(GridCell(None) for _ in range(columns - sum(cell.span for cell in row.cells)))
    return rows, _column_shares(rows, columns)


def _place_row_cells(
    element: Element, is_header: bool, hanging: dict[int, tuple[int, int]], rows_left: int
) -> GridRow:
    """Place a row's cells between those that extend down from rows above.

    `hanging` gives, by first column, how many further rows a cell covers, and its column span; it is
    updated for the next row.
    """
    row, column, waiting = GridRow(is_header=is_header), 0, list(element)
    from_above, covered = dict(hanging), sorted(hanging)
    while waiting or any(start >= column for start in covered):
        if column in from_above:
            row_span, span = from_above[column]
            row.cells.append(GridCell(None, span, "continue"))
        else:
            source = waiting.pop(0) if waiting else None
            free = next((start - column for start in covered if start > column), _MAX_COLUMN_SPAN)
            span = min(_read_span(source, "colspan"), free)
            row_span = min(_read_span(source, "rowspan"), rows_left)
            row.cells.append(GridCell(source, span, "restart" if row_span > 1 else ""))
        hanging.pop(column, None)
        if row_span > 1:
            hanging[column] = (row_span - 1, span)
        column += span
    return row


def _read_span(cell: Element | None, attribute: str) -> int:
    value = cell.get(attribute, "1") if cell is not None else "1"
    return max(1, int(value)) if value.isascii() and value.isdecimal() else 1


def _column_shares(rows: Iterable[GridRow], columns: int) -> list[float]:
    """Divide the width by the text of each column's cells, leaving out those that span columns."""
    desired = [_MIN_COLUMN_CHARACTERS] * columns
    for row in rows:
        column = 0
        for cell in row.cells:
            if cell.element is not None and cell.span == 1:
                width = _desired_column_width("".join(cell.element.itertext()))
                desired[column] = max(desired[column], width)
            column += cell.span
    total = sum(desired)
    return [width / total for width in desired]


def _desired_column_width(text: str) -> float:
    """Return the width for a cell's text, in characters."""
    longest_word = max(map(len, text.split()), default=0)
    return float(_CELL_MARGIN_CHARACTERS + max(longest_word, min(len(text), _MAX_COLUMN_CHARACTERS)))
