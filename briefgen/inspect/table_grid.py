"""Where the cells of a table stand, counted as its rows are read: by row and column, spans resolved.

A cell that hangs down from above takes its place in the rows below, and one that is too wide for the room
before such a cell ends there (HTML, 4.9.12; renderings of one table then agree in every cell).
"""

from __future__ import annotations

from dataclasses import dataclass

_WIDEST = 60
_HIGHEST = 65_534
"""Greatest spans that count: a table in Word has at most 63 columns, HTML ends at so many rows."""


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell that is not empty."""

    row: int
    column: int
    """Both from 1."""
    head: bool
    """Whether it heads a row or column."""
    text: str


class Grid:
    """Counts through one table."""

    def __init__(self) -> None:
        self.row = 0
        self._column = 0
        self._above: dict[int, tuple[int, int]] = {}
        """Cells that hang into this row, by first column: rows that they still cover, and columns."""
        self._below: dict[int, tuple[int, int]] = {}

    def next_row(self) -> None:
        """Begin a row."""
        for column, (rows, columns) in self._above.items():
            if column >= self._column and rows > 1:
                self._below[column] = (rows - 1, columns)
        self._above, self._below = self._below, {}
        self.row += 1
        self._column = 0

    def place(self, columns: int, rows: int) -> int:
        """Place the row's next cell, which spans so many columns and rows; its column, from 1."""
        while self._column in self._above:
            left, span = self._above[self._column]
            if left > 1:
                self._below[self._column] = (left - 1, span)
            self._column += span
        column = self._column
        room = min((start - column for start in self._above if start > column), default=_WIDEST)
        span = min(max(1, columns), room, _WIDEST)
        if rows > 1:
            self._below[column] = (min(rows, _HIGHEST) - 1, span)
        self._column += span
        return column + 1
