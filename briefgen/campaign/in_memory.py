"""Campaigns from memory: a mapping takes the place of campaign.yaml, rows take that of the recipients' file.

Both are turned into what their files would say, so that the same readers check them and report the same
problems, placed by key or row.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

import yaml

from briefgen.errors import BriefgenError, Place, Problem, UsageError
from briefgen.recipients.table import TableRow

CONFIG_NAME = "campaign"
"""What the places of problems call the mapping."""
ROWS_NAME = "recipients"
"""What the places of problems call the rows; it also stands in for the name of their file."""


def format_config(config: Mapping[str, Any]) -> str:
    """Return a mapping as the text of a campaign.yaml, without keys whose value is None.

    Raise BriefgenError for values that a campaign.yaml cannot hold.
    """
    problems: list[Problem] = []
    plain = _to_plain_data(config, CONFIG_NAME, problems)
    if problems:
        raise BriefgenError(problems)
    return str(yaml.safe_dump(plain, allow_unicode=True, sort_keys=False, width=2**20))


def _to_plain_data(value: Any, where: str, problems: list[Problem]) -> Any:
    if isinstance(value, Mapping):
        return {
            str(key): _to_plain_data(item, f"{where}.{key}", problems)
            for key, item in value.items()
            if item is not None
        }
    if isinstance(value, Sequence) and not isinstance(value, str | bytes):
        return [_to_plain_data(item, f"{where}[{index}]", problems) for index, item in enumerate(value)]
    return _to_text(value, Place(where), problems)


def _to_text(value: Any, place: Place, problems: list[Problem]) -> str:
    """Return a scalar as somebody would type it."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, str | int | float):
        return str(value)
    problems.append(
        Problem(
            "wrong-type",
            f"a text, number, date, list or mapping is expected, not {type(value).__name__}",
            place,
            "convert it first",
        )
    )
    return ""


def table_rows(rows: Iterable[Mapping[str, Any]]) -> list[TableRow]:
    """Return rows with their header, which names every column that any of them has.

    Raise UsageError if something in them is not a row or a value that a cell can hold.
    """
    problems: list[Problem] = []
    found: list[Mapping[str, Any]] = []
    for number, row in enumerate(rows, start=1):
        if isinstance(row, Mapping):
            found.append(row)
        else:
            message = f"a mapping of columns is expected, not {type(row).__name__}"
            problems.append(Problem("wrong-type", message, Place(ROWS_NAME, number)))
    headers = list(dict.fromkeys(str(name) for row in found for name in row))
    table = [TableRow(0, 0, tuple(headers))]
    for number, row in enumerate(found, start=1):
        place = Place(ROWS_NAME, number)
        cells = {str(name): _to_text(value, place, problems) for name, value in row.items()}
        table.append(TableRow(number, number, tuple(cells.get(header, "") for header in headers)))
    if problems:
        raise UsageError(problems)
    return table
