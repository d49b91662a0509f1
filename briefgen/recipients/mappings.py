"""Mappings of foreign headers to our columns: ready ones for other programs, a user's, the last import's.

A mapping file has lines such as `Surname: family`; nothing behind the colon drops the column, and under `set`
stands the text for empty cells: `set: {office: uk-mp}`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path

from briefgen.data import DATA_FOLDER
from briefgen.errors import BriefgenError, Place, Problem, ProblemList, suggest_similar
from briefgen.recipients.foreign_words import fold_words, header_words
from briefgen.recipients.schema import COLUMNS_BY_NAME
from briefgen.recipients.table import MAX_ROWS_ABOVE_HEADER, ColumnMapping, Table
from briefgen.system.yaml_reader import parse_yaml, read_text_file

KEPT_MAPPING = "recipients.mapping.yaml"
"""The file beside a list in which an import keeps the mapping for the next one."""
_PLAIN = re.compile(r"[^\W\d_](?:[\w ./-]*\w)?")
"""A text that YAML reads as it is."""
_PROGRAMS = {
    "actionnetwork": "Action Network",
    "civicrm": "CiviCRM",
    "google": "Google Contacts",
    "nationbuilder": "NationBuilder",
    "outlook": "Outlook",
    "salesforce": "Salesforce",
}
MAPPINGS_FOLDER = DATA_FOLDER / "mappings"
_FEWEST_HEADERS = 5
"""Headers of a program that a table must have to be taken for its export."""


@dataclass(frozen=True, slots=True)
class HeaderMapping:
    """The content of a mapping file."""

    headers: Mapping[str, str] = field(default_factory=dict)
    """Our column by foreign header; empty for a column that is dropped."""
    defaults: Mapping[str, str] = field(default_factory=dict)
    """Text for empty cells by our column."""


def warn_about_overrides(mapping: HeaderMapping, display_name: str) -> Iterator[Problem]:
    """Warn, in one problem, of columns of ours that a kept mapping reads as something else."""
    changed = [
        f"{header} as {column}" if column else f"{header} as nothing"
        for header, column in mapping.headers.items()
        if header in COLUMNS_BY_NAME and column != header
    ]
    if changed:
        yield Problem(
            "mapping-overrides",
            f"reads columns of briefgen's own as others: {', '.join(changed)}",
            Place(display_name),
            "look at the addresses: briefgen recipients list; remove these lines if they are not yours",
            severity="warning",
        )


def read_mapping(file: Path, display_name: str) -> HeaderMapping:
    """Read a mapping file; raise BriefgenError if it is none, StorageError if it cannot be read."""
    problems = ProblemList()
    parsed = parse_yaml(read_text_file(file, display_name), display_name, problems)
    problems.raise_errors()
    if parsed is None or not isinstance(parsed.data, dict):
        message = "lines like `Surname: family` are expected"
        raise BriefgenError(Problem("map-file", message, Place(display_name, 1)))
    headers = dict(parsed.data)
    defaults = headers.pop("set") if isinstance(headers.get("set"), dict) else {}
    for path in [(key,) for key in headers] + [("set", key) for key in defaults]:
        value = (headers if len(path) == 1 else defaults)[path[-1]]
        if value is not None and not isinstance(value, str):
            message = f"{path[-1]!r} must be mapped to one {'column name' if len(path) == 1 else 'text'}"
            problems.add(Problem("map-file", message, parsed.places.get(path, Place(display_name))))
    for column in defaults:
        if column not in COLUMNS_BY_NAME:
            place = parsed.places.get(("set", column), Place(display_name))
            hint = suggest_similar(column, COLUMNS_BY_NAME)
            problems.add(Problem("map-column", f"unknown column {column!r}", place, hint))
    problems.raise_errors()
    return HeaderMapping(
        {key: value or "" for key, value in headers.items()},
        {key: value or "" for key, value in defaults.items()},
    )


def read_kept_mapping(folder: Path) -> HeaderMapping:
    """Return the mapping that the last import into a folder kept; an empty one if there is none."""
    path = folder / KEPT_MAPPING
    return read_mapping(path, str(path)) if path.is_file() else HeaderMapping()


def format_mapping(mapping: HeaderMapping) -> str:
    """Return the text of a mapping file."""
    lines = [
        "# How the columns of imported tables are read. `briefgen recipients import` uses this file again",
        "# for tables with these headers, and so does a campaign in this folder. Change it as you like.",
    ]
    if mapping.defaults:
        lines.append("set:")
        lines += [f"  {column}: {_quote(text)}" for column, text in mapping.defaults.items()]
    for header, column in mapping.headers.items():
        if header != "set" or not mapping.defaults:  # a key can be there once
            lines.append(f"{_quote(header)}: {_quote(column)}".rstrip())
    return "\n".join(lines) + "\n"


def _quote(text: str) -> str:
    """Return a text as a YAML scalar; a JSON string is one."""
    if not text or (_PLAIN.fullmatch(text) and text not in ("null", "set")):
        return text
    return json.dumps(text, ensure_ascii=False)


@cache
def ready_mappings() -> Mapping[str, HeaderMapping]:
    """Return the mappings for exports of other programs, by name."""
    return {path.stem: read_mapping(path, path.name) for path in sorted(MAPPINGS_FOLDER.glob("*.yaml"))}


def find_ready_mapping(written: Collection[str]) -> str:
    """Return the name of the program whose export has such headers; empty if there is none that is plain.

    Some of the headers must be others than the words that are recognised anyway.
    """
    folded = {fold_words(header) for header in written if header}
    scores: dict[str, int] = {}
    for name, mapping in ready_mappings().items():
        common = {fold_words(header) for header in mapping.headers} & folded
        telling = {
            header for header in common if header not in header_words() and header not in COLUMNS_BY_NAME
        }
        if len(common) >= _FEWEST_HEADERS and len(telling) > 1:
            scores[name] = len(common)
    return max(scores, key=lambda name: scores[name], default="")


def complete_mapping(table: Table, columns: ColumnMapping) -> ColumnMapping:
    """Return the mapping with what the last import kept, and with that of the program a table is from."""
    if any(cell in columns.kept for row in table.rows[:MAX_ROWS_ABOVE_HEADER] for cell in row.cells):
        columns = replace(columns, defaults={**columns.kept_defaults, **columns.defaults})
    for row in table.rows[:MAX_ROWS_ABOVE_HEADER]:
        if program := find_ready_mapping(row.cells):
            return replace(
                columns, ready=ready_mappings()[program].headers, program=_PROGRAMS.get(program, program)
            )
    return columns
