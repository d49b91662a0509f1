"""Turn the rows of a table, whatever its file format, into recipients: headers, cells and repeated ids.

An unusable header is raised; a row with errors is reported and skipped, and the others are kept.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches

from briefgen.errors import BriefgenError, Place, Problem, ProblemList, UsageError, suggest_similar
from briefgen.model.recipient import Recipient
from briefgen.model.text import clean_text
from briefgen.recipients.foreign_words import fold_words, header_words, total_words
from briefgen.recipients.schema import COLUMNS_BY_NAME, LETTER_COLUMNS
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
class Table:
    """The rows of one file or sheet that are not empty, its headers among them."""

    display_name: str
    rows: Sequence[TableRow]
    unreadable: int = 0
    """Number of rows that could not be read; each was reported."""
    hidden: int = 0
    """Number of rows that the sheet does not show and that were left out."""


@dataclass(frozen=True, slots=True)
class ColumnMapping:
    """How the columns of a foreign table map to ours."""

    headers: Mapping[str, str] = field(default_factory=dict)
    """Our column by foreign header, `{"Surname": "family"}`; an empty name drops the column.

    `{"Street,Street 2": "address"}` joins two columns, unless one has this very header.
    """
    defaults: Mapping[str, str] = field(default_factory=dict)
    """Text for cells that are empty or whose column is missing: `{"office": "uk-mp"}`."""
    header_row: int = 0
    """Number of the row with the headers, from 1; 0 finds it."""
    recognise: bool = False
    """Whether common headers of other programs stand for our columns."""
    kept: Mapping[str, str] = field(default_factory=dict)
    """As `headers`, for those that a table has as written: of the last import, or of a program."""
    kept_defaults: Mapping[str, str] = field(default_factory=dict)
    """As `defaults`, for tables with one of the headers in `kept`."""
    ready: Mapping[str, str] = field(default_factory=dict)
    """The same of a program whose export a table seems to be."""
    program: str = ""
    """Its name."""
    keep_recognised: bool = False
    """Whether cells under a recognised header are also kept for templates, under that header."""
    repeated_ids: bool = False
    """Whether rows may have the same id, as those of one letter do where a campaign groups rows."""

    def resolve(self, written: Collection[str]) -> dict[str, str]:
        """Return the mapping by single header as written, with lists of headers parted where none is one."""
        present = {normalize_header(header) for header in written}
        single: dict[str, str] = {}
        for header, column in self.headers.items():
            parts = [header] if normalize_header(header) in present else header.split(",")
            single.update((part.strip(), column) for part in parts if part.strip())
        return single

    def count_known_headers(self, cells: Collection[str]) -> int:
        """Return how many cells are headers that we know or that are mapped."""
        known = {*COLUMNS_BY_NAME, *map(normalize_header, self.resolve(cells))}
        words = header_words() if self.recognise else {}
        return sum(
            normalize_header(cell) in known
            or fold_words(cell) in words
            or cell in self.kept
            or cell in self.ready
            for cell in cells
        )


NO_MAPPING = ColumnMapping()
MAX_ROWS_ABOVE_HEADER = 20
"""Rows with titles and notes that may lie above the headers."""
_FEWEST_KNOWN_HEADERS = 2
"""With fewer in a row further down, the first row has the headers."""


@dataclass(frozen=True, slots=True)
class TableHeader:
    """The headers of a table."""

    index: int
    """Place of their row among the rows of the table, from 0."""
    columns: tuple[str, ...]
    """Each column's name: a known one, an extra one as written, or empty if it has no header."""
    written: tuple[str, ...] = ()
    """Each header as written."""
    recognised: frozenset[str] = frozenset()
    """Headers, as written, that were taken for a column of ours without being told."""

    @property
    def mapping(self) -> dict[str, str]:
        """Return our column by header for those that differ; empty for columns that are left out."""
        pairs = zip(self.written, self.columns, strict=True)
        return {
            header: "" if column == IGNORED_COLUMN else column
            for header, column in pairs
            if header and header != column and (column in COLUMNS_BY_NAME or column == IGNORED_COLUMN)
        }

    @property
    def extra(self) -> list[str]:
        """Return the columns that are none of ours, and are kept for templates."""
        known = {*COLUMNS_BY_NAME, *LETTER_COLUMNS, IGNORED_COLUMN, ""}
        return [name for name in self.columns if name not in known]


def build_recipients(
    table: Table,
    problems: ProblemList,
    *,
    offices: Collection[str] = (),
    seen: dict[str, Place] | None = None,
    columns: ColumnMapping = NO_MAPPING,
    header: TableHeader | None = None,
) -> list[Recipient]:
    """Build the recipients of all rows below the headers (by default those that `read_header` finds).

    `seen` maps the ids read so far to their places and is extended; a repeated id is reported and only the
    first row is kept. Raise BriefgenError if the headers are unusable.
    """
    header = header or read_header(table, problems, columns)
    ids: dict[str, Place] = {} if seen is None else seen
    found: list[Recipient] = []
    rows = table.rows[header.index + 1 :]
    genders = _read_homme_mujer(rows, header)
    for row in rows:
        place, label = Place(table.display_name, row.line), f"row {row.number}"
        if row is rows[-1] and _is_total(row):
            problems.add(_total_problem(row, place))
            continue
        cells = _fit_cells_to_headers(row, header.columns, place, problems)
        if cells is None:
            continue
        known: dict[str, str] = {}
        extra: dict[str, str] = {}
        for name, written, cell in zip(header.columns, header.written, cells, strict=True):
            if columns.keep_recognised and written in header.recognised:
                extra[written] = cell
            if name in COLUMNS_BY_NAME:
                if name == "gender":
                    cell = genders.get(cell.strip().casefold(), cell)
                known[name] = _join_cells(name, known.get(name, ""), cell)
            elif name and name != IGNORED_COLUMN:
                extra[name] = cell
        recipient = RecipientBuilder(place, label, problems).build(
            _fill_defaults(known, columns), extra, offices
        )
        hint = "remove one of the rows, or give each a different id in the column id"
        if recipient is not None and (
            columns.repeated_ids or register_id(recipient, label, place, ids, problems, hint)
        ):
            found.append(recipient)
    if not rows and not table.unreadable:
        problems.add(
            Problem(
                "recipients-empty",
                "has a header and no rows",
                Place(table.display_name),
                "write a row for each recipient below the first",
                severity="warning",
            )
        )
    return found


_NUMBER_CELL = re.compile(r"[-+]?[\d.,\s%$€£¥₩()]*\d[\d.,\s%$€£¥₩()]*")


def _is_total(row: TableRow) -> bool:
    """Return whether a row only has a word for a total and numbers."""
    filled = [cell.strip() for cell in row.cells if cell.strip()]
    words = [cell for cell in filled if not _NUMBER_CELL.fullmatch(cell)]
    return len(words) == 1 and fold_words(words[0]) in total_words()


def _total_problem(row: TableRow, place: Place) -> Problem:
    text = " | ".join(cell.strip() for cell in row.cells if cell.strip())
    return Problem(
        "row-total",
        f"row {row.number}: left out, because it is a total: {text[:60]!r}",
        place,
        "if it is a recipient, fill in the other columns",
        severity="warning",
    )


def _read_homme_mujer(rows: Sequence[TableRow], header: TableHeader) -> Mapping[str, str]:
    """Return what `H` and `M` mean in the gender column: homme and hombre, and beside `H`, mujer."""
    if "gender" not in header.columns:
        return {}
    column = header.columns.index("gender")
    cells = {row.cells[column].strip().casefold() for row in rows if column < len(row.cells)}
    if "h" not in cells:
        return {}
    return {"h": "m", "m": "H/M/F" if "f" in cells else "f"}


COLUMN_SEPARATORS = {
    "address": "\n",
    "committees": "; ",
    "tags": "; ",
    "email": "; ",
    "organisation": ", ",
    "role": ", ",
    **dict.fromkeys(("honorific", "name", "given", "family", "suffix", "postnominals", "locality"), " "),
}
"""Columns that can be joined from several, and what separates their cells."""


def _join_cells(column: str, first: str, second: str) -> str:
    return (
        COLUMN_SEPARATORS[column].join((first, second))
        if first.strip() and second.strip()
        else first or second
    )


def read_header(table: Table, problems: ProblemList, columns: ColumnMapping = NO_MAPPING) -> TableHeader:
    """Find the row with the headers and read them; raise BriefgenError if they are unusable."""
    if not table.rows:
        index, row = 0, TableRow(1, 1, ())
    else:
        index = _find_header_row(table, columns)
        row = table.rows[index]
    place = Place(table.display_name, row.line)
    if index and not columns.header_row:
        above = " | ".join(cell for other in table.rows[:index] for cell in other.cells if cell)
        problems.add(
            Problem(
                "header-row",
                f"the headers are in row {row.number}; left out above them: {above[:80]!r}",
                place,
                "if the headers are in another row, import the table with --header-row",
                severity="warning",
            )
        )
    return _resolve_headers(index, row.cells, place, problems, columns)


def _find_header_row(table: Table, columns: ColumnMapping) -> int:
    """Return the index of the row with the headers; raise UsageError if the row that was named is empty."""
    if columns.header_row:
        for index, row in enumerate(table.rows):
            if row.number == columns.header_row:
                return index
        raise UsageError(
            Problem(
                "header-row",
                f"row {columns.header_row} is empty or hidden",
                Place(table.display_name),
                f"the first row with text is row {table.rows[0].number}",
            )
        )
    known = [columns.count_known_headers(row.cells) for row in table.rows[:MAX_ROWS_ABOVE_HEADER]]
    if known[0] >= _FEWEST_KNOWN_HEADERS:
        return 0
    return next((index for index, count in enumerate(known) if count >= _FEWEST_KNOWN_HEADERS), 0)


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
    index: int, cells: Sequence[str], place: Place, problems: ProblemList, columns: ColumnMapping
) -> TableHeader:
    """Return the headers of a table; raise BriefgenError if they are unusable."""
    written = [_clean_header(cell) for cell in cells]
    mapping = columns.resolve(written)
    by_header = {normalize_header(header): column or IGNORED_COLUMN for header, column in mapping.items()}
    known = _known_headers(written, by_header, columns)
    headers = [
        known.get(position) or by_header.get(normalize_header(header)) or _canonical_header(header)
        for position, header in enumerate(written)
    ]
    recognised = {position for position in known if written[position] not in columns.kept}
    if columns.recognise:
        before = headers
        headers = _recognise_headers(headers, mapping, columns.kept)
        recognised |= {position for position, header in enumerate(before) if header != headers[position]}
    if recognised:
        _tell_recognised(written, headers, sorted(recognised), columns.program, place, problems)
    named = [header for header in headers if header not in ("", IGNORED_COLUMN)]
    joined = {column for column in mapping.values() if column in COLUMN_SEPARATORS} | {"address"}
    joined |= {column for column in known.values() if column in COLUMN_SEPARATORS}
    header_errors = [
        Problem(
            "recipients-repeated-header",
            f"two columns are headed {header!r}",
            place,
            "rename or remove one of them",
        )
        for header in dict.fromkeys(named)
        if named.count(header) > 1 and header not in joined
    ]
    problems.extend(
        Problem(
            "map-header",
            f"no column is headed {foreign!r}",
            place,
            suggest_similar(foreign, [header for header in written if header]),
            severity="warning",
        )
        for foreign in mapping
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
        if header not in COLUMNS_BY_NAME and (near := _find_similar_column(header)) and near not in headers:
            problems.add(
                Problem(
                    "recipients-column",
                    f"unknown column {header!r}, kept as an extra one",
                    place,
                    f"did you mean {near}?",
                    severity="warning",
                )
            )
    return TableHeader(
        index, tuple(headers), tuple(written), frozenset(written[position] for position in recognised)
    )


def _known_headers(
    written: Sequence[str], mapped: Mapping[str, str], columns: ColumnMapping
) -> dict[int, str]:
    """Return our columns by position for headers of a kept mapping, or of a program.

    They are compared as written, so that `name` of a list of ours is no `Name` of another. Of several for a
    column that cannot be joined the first counts.
    """
    known = {**columns.ready, **columns.kept}
    found: dict[int, str] = {}
    for position, header in enumerate(written):
        if header not in known or normalize_header(header) in mapped:
            continue
        column = known[header] or IGNORED_COLUMN
        if column in (*COLUMN_SEPARATORS, IGNORED_COLUMN) or column not in (
            *found.values(),
            *mapped.values(),
        ):
            found[position] = column
    return found


def _recognise_headers(
    headers: Sequence[str], mapping: Mapping[str, str], kept: Mapping[str, str]
) -> list[str]:
    """Return the headers with those of other programs replaced by our columns.

    A column that the table or the user's mapping has is not filled from another, and a header that the
    mapping leaves out stays out.
    """
    words = header_words()
    taken = {*headers, *mapping.values()} & {*COLUMNS_BY_NAME}
    more_lines = "address" not in taken
    result = [*headers]
    for index, header in enumerate(headers):
        column = words.get(fold_words(header), "") if header not in taken and header else ""
        if column == "more_address" and more_lines and "address" in taken:
            result[index] = "address"
        elif column in COLUMNS_BY_NAME and column not in taken:
            result[index] = column
            taken.add(column)
    if "given" in result and "given" not in headers and "family" not in result:
        # German and French lists have `Name` beside `Vorname`, `Nom` beside `Prénom`.
        result = ["family" if fold_words(name) in ("name", "nom") else name for name in result]
    return result


def _tell_recognised(
    written: Sequence[str],
    headers: Sequence[str],
    positions: Sequence[int],
    program: str,
    place: Place,
    problems: ProblemList,
) -> None:
    found = [f"{written[position]} is {headers[position]}" for position in positions]
    by_program = f", as in exports of {program}" if program else ""
    problems.add(
        Problem(
            "headers-recognised",
            f"columns were recognised by their headers{by_program}: {', '.join(found)}",
            place,
            'where one is wrong, use --map "HEADER=COLUMN", or --map "HEADER=" to leave it out',
            severity="warning",
        )
    )


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
