"""Turn the rows of a table, whatever its file format, into recipients: headers, cells and repeated ids.

An unusable header is raised; a row with errors is reported and skipped, and the others are kept.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches

from briefgen.errors import BriefgenError, Place, Problem, ProblemList, suggest_similar
from briefgen.model.recipient import Recipient
from briefgen.model.text import clean_text
from briefgen.recipients.schema import COLUMNS_BY_NAME
from briefgen.recipients.validation import RecipientBuilder, register_id


@dataclass(frozen=True, slots=True)
class TableRow:
    """One row as the file has it."""

    line: int
    """Line on which it begins, counted from 1; in a workbook, the row's number."""
    number: int
    """Number of the row as a spreadsheet counts it, from 1."""
    cells: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ColumnMapping:
    """How the columns of a foreign table map to ours."""

    headers: Mapping[str, str] = field(default_factory=dict)
    """Our column by foreign header, `{"Surname": "family"}`; an empty name drops the column."""
    defaults: Mapping[str, str] = field(default_factory=dict)
    """Text for cells that are empty or whose column is missing: `{"office": "uk-mp"}`."""


NO_MAPPING = ColumnMapping()


def build_recipients(
    rows: Iterable[TableRow],
    display_name: str,
    problems: ProblemList,
    *,
    offices: Collection[str] = (),
    seen: dict[str, Place] | None = None,
    columns: ColumnMapping = NO_MAPPING,
) -> list[Recipient]:
    """Build the recipients of all rows below the first, which names the columns.

    `seen` maps the ids read so far to their places and is extended; a repeated id is reported and only the
    first row is kept. Raise BriefgenError if the headers are unusable.
    """
    remaining = iter(rows)
    first = next(remaining, TableRow(1, 1, ()))
    headers = _resolve_headers(first.cells, Place(display_name, first.line), problems, columns)
    ids: dict[str, Place] = {} if seen is None else seen
    found: list[Recipient] = []
    row = None
    for row in remaining:
        place, label = Place(display_name, row.line), f"row {row.number}"
        cells = _fit_cells_to_headers(row, headers, place, problems)
        if cells is None:
            continue
        named = [
            (name, cell) for name, cell in zip(headers, cells, strict=True) if name != IGNORED_COLUMN and name
        ]
        known = {name: cell for name, cell in named if name in COLUMNS_BY_NAME}
        recipient = RecipientBuilder(place, label, problems).build(
            _fill_defaults(known, columns),
            {name: cell for name, cell in named if name not in COLUMNS_BY_NAME},
            offices,
        )
        hint = "remove one of the rows, or give each a different id in the column id"
        if recipient is not None and register_id(recipient, label, place, ids, problems, hint):
            found.append(recipient)
    if row is None:
        problems.add(
            Problem(
                "recipients-empty",
                "has a header and no rows",
                Place(display_name),
                "write a row for each recipient below the first",
                severity="warning",
            )
        )
    return found


def _suggest_headers(written: Sequence[str]) -> str:
    """Return a hint for a table with foreign headers: rename them or import it, with one of its headers."""
    first = next(filter(None, written), "Post")
    return (
        "rename the columns as docs/recipients.md lists them, or import the table with "
        f'briefgen recipients import and --map "{first}=office" (for the right header) or --set office=uk-mp'
    )


def normalize_header(header: str) -> str:
    """Return the column name for a header: `postal_code` for `Postal Code`."""
    return "_".join(header.lower().replace("-", " ").replace("_", " ").split())


IGNORED_COLUMN = "\0"
"""Placeholder in the list of headers for a column that the mapping drops."""


def _resolve_headers(
    cells: Sequence[str], place: Place, problems: ProblemList, columns: ColumnMapping
) -> list[str]:
    """Return each column's name: a known one, an extra one as written, or empty if it has no header."""
    mapping = {
        normalize_header(header): column or IGNORED_COLUMN for header, column in columns.headers.items()
    }
    written = [_clean_header(cell) for cell in cells]
    headers = [mapping.get(normalize_header(header)) or _canonical_header(header) for header in written]
    named = [header for header in headers if header not in ("", IGNORED_COLUMN)]
    header_errors = [
        Problem(
            "recipients-repeated-header",
            f"two columns are headed {header!r}",
            place,
            "rename or remove one of them",
        )
        for header in dict.fromkeys(named)
        if named.count(header) > 1
    ]
    problems.extend(
        Problem(
            "map-header",
            f"no column is headed {foreign!r}",
            place,
            suggest_similar(foreign, [header for header in written if header]),
            severity="warning",
        )
        for foreign in columns.headers
        if normalize_header(foreign) not in map(normalize_header, written)
    )
    if "office" not in headers and not columns.defaults.get("office"):
        near = next((word for word in named if _find_similar_column(word) == "office"), None)
        header_errors.append(
            Problem(
                "recipients-header",
                "the column office is missing",
                place,
                f"rename the column {near!r}" if near else _suggest_headers(written),
            )
        )
    if header_errors:
        raise BriefgenError(header_errors)
    for header in named:
        if header not in COLUMNS_BY_NAME and (known := _find_similar_column(header)) and known not in headers:
            problems.add(
                Problem(
                    "recipients-column",
                    f"unknown column {header!r}, kept as an extra one",
                    place,
                    f"did you mean {known}?",
                    severity="warning",
                )
            )
    return headers


def _clean_header(header: str) -> str:
    # A header that a spreadsheet would run as a formula becomes plain text.
    return " ".join(clean_text(header)[0].split()).lstrip("=+-@' ")


def _canonical_header(header: str) -> str:
    name = normalize_header(header)
    return name if name in COLUMNS_BY_NAME else header


def _find_similar_column(header: str) -> str | None:
    """Return the known column that a header resembles, if any."""
    return next(iter(get_close_matches(normalize_header(header), COLUMNS_BY_NAME, n=1, cutoff=0.75)), None)


def _fit_cells_to_headers(
    row: TableRow, headers: Sequence[str], place: Place, problems: ProblemList
) -> tuple[str, ...] | None:
    """Return as many cells as there are headers; if they do not fit, report it and return None."""
    cells, width = row.cells, len(headers)
    while len(cells) > width and not cells[-1].strip():
        cells = cells[:-1]
    if len(cells) != width:
        problems.add(
            Problem(
                "recipient-row",
                f"row {row.number}: {len(row.cells)} cells under {width} headers",
                place,
                "put cells that contain a separator in quotation marks",
            )
        )
        return None
    if any(cell.strip() and not name for name, cell in zip(headers, cells, strict=True)):
        problems.add(
            Problem(
                "recipient-row",
                f"row {row.number}: a cell is in a column without a header",
                place,
                "give the column a header, or empty it",
            )
        )
        return None
    return cells


def _fill_defaults(cells: dict[str, str], columns: ColumnMapping) -> dict[str, str]:
    return {
        **cells,
        **{name: text for name, text in columns.defaults.items() if not cells.get(name, "").strip()},
    }
