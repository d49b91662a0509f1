"""A table's cells in Word's grid: spans resolved, gaps filled, columns as wide as their words ask.

What stands in a cell is written elsewhere.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from xml.etree.ElementTree import Element

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
