"""Group several rows into one letter: a firm's cases, a household's accounts, a member's constituents.

The letter goes to the first row of a group that has a usable address, and keeps the cells of all of them,
which templates print as a table. Where the rows differ in whom they address, a warning says so.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import date

from briefgen.address.names import fold_name
from briefgen.errors import Place, Problem, abbreviate_names, quantity, suggest_similar
from briefgen.model.recipient import Recipient, Row
from briefgen.model.text import unescape_formulas
from briefgen.recipients.schema import COLUMNS_BY_NAME, LETTER_COLUMNS
from briefgen.recipients.validation import check_sendable, recipient_to_cells

_ADDRESSED = (
    "office",
    "name",
    "given",
    "family",
    "address",
    "locality",
    "postal_code",
    "country",
    "language",
)
"""Columns in which the rows of one letter should agree; an empty cell agrees with any."""
_SHOWN_ROWS = 5


def group_recipients(recipients: Sequence[Recipient], column: str) -> tuple[list[Recipient], list[Problem]]:
    """Return one recipient for all rows with the same text in a column, and what is wrong or differs.

    Case, accents and punctuation do not count. A row whose cell is empty is a letter of its own. Of two
    letters with one id only the first is kept, and the other is an error.
    """
    groups: dict[tuple[str, str], list[Recipient]] = {}
    for recipient in recipients:
        text = fold_name(_read_cell(recipient, column))
        groups.setdefault((text, "" if text else recipient.id), []).append(recipient)
    letters: dict[str, Recipient] = {}
    problems: list[Problem] = []
    for rows in groups.values():
        letter = _join_rows(rows)
        if first := letters.get(letter.id):
            problems.append(_repeated_id(letter, first))
            continue
        letters[letter.id] = letter
        problems += _compare(letter, rows)
    return list(letters.values()), problems


def _repeated_id(letter: Recipient, first: Recipient) -> Problem:
    return Problem(
        "recipient-repeated",
        f"the id {letter.id!r} of this letter is already used for the one at {first.place}",
        letter.place,
        "give the rows of each letter an id of their own in the column id",
        about=letter.id,
    )


def _read_cell(recipient: Recipient, column: str) -> str:
    if column not in COLUMNS_BY_NAME:
        return recipient.extra.get(column, "")
    return recipient_to_cells(recipient).get(column, "")


def _join_rows(rows: Sequence[Recipient]) -> Recipient:
    """Return the first row to which a letter can go, with the cells of all."""
    first = next((row for row in rows if check_sendable(row, date.min) is None), rows[0])
    return replace(first, rows=tuple(_list_cells(row) for row in rows))


def _list_cells(recipient: Recipient) -> Row:
    return tuple(
        (header, unescape_formulas(text)) for header, text in recipient_to_cells(recipient).items() if text
    )


def _compare(letter: Recipient, rows: Iterable[Recipient]) -> Iterator[Problem]:
    """Warn of rows of one letter that address others than the row to which it goes."""
    others: list[str] = []
    columns: dict[str, None] = {}
    for row in rows:
        different = [
            column
            for column in _ADDRESSED
            if getattr(row, column)
            and getattr(letter, column)
            and fold_name(_read_cell(row, column)) != fold_name(_read_cell(letter, column))
        ]
        if different:
            others.append(row.id)
            columns |= dict.fromkeys(different)
    if others:
        yield Problem(
            "group-differs",
            f"the letter to {letter.full_name or letter.organisation or letter.office} ({letter.id}) is also "
            f"for {abbreviate_names(others, _SHOWN_ROWS)}, though the rows differ in {', '.join(columns)}",
            letter.place,
            "if they are others, group by another column; else make the rows agree",
            severity="warning",
            about=letter.id,
        )


def describe_groups(letters: Sequence[Recipient], column: str) -> str:
    """Say in a sentence how many rows were grouped into how many letters."""
    rows = sum(len(letter.rows) for letter in letters)
    return f"{quantity(rows, 'row')} grouped into {quantity(len(letters), 'letter')} by {column!r}."


def list_group_columns(recipients: Iterable[Recipient]) -> list[str]:
    """Return the columns by which rows can be grouped: ours, and the extra ones of the list."""
    extra = dict.fromkeys(header for recipient in recipients for header in recipient.extra)
    return [*COLUMNS_BY_NAME, *extra]


def check_group_columns(
    columns: Iterable[tuple[str, Place]], recipients: Sequence[Recipient]
) -> Iterator[Problem]:
    """Yield a problem for each column that a campaign groups by or prints, and that no list has."""
    known = list_group_columns(recipients)
    for column, place in columns:
        if recipients and column not in known:
            hint = suggest_similar(column, known) or "write it as the header of the list has it"
            yield Problem("group-column", f"no list has a column {column!r}", place, hint)


def choose_table_columns(rows: Sequence[Row]) -> list[str]:
    """Return the extra columns that any of the rows fills, in the order of the list."""
    filled = dict.fromkeys(header for row in rows for header, _ in row)
    return [header for header in filled if header not in COLUMNS_BY_NAME and header not in LETTER_COLUMNS]
