"""Recipients from the rows of a table, whatever file it stood in: headers, cells, ids that stand twice.

A header that cannot be used is raised; a bad row is reported to the findings and left out, and the others
stand.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches

from briefgen.errors import BriefgenError, Place, Problem, ProblemList, suggest
from briefgen.model.recipient import Recipient
from briefgen.model.text import clean
from briefgen.recipients.schema import BY_NAME, Row


@dataclass(frozen=True, slots=True)
class Record:
    """One row as it stands in the file."""

    line: int
    """On which it begins, from 1; in a workbook its number."""
    number: int
    """Row as a spreadsheet counts it, from 1."""
    cells: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Columns:
    """How the columns of a foreign table become ours."""

    named: Mapping[str, str] = field(default_factory=dict)
    """Our name by theirs: `{"Surname": "family"}`; an empty name leaves the column out."""
    filled: Mapping[str, str] = field(default_factory=dict)
    """Text for cells that are empty or have no column: `{"office": "uk-mp"}`."""


AS_THEY_ARE = Columns()


def recipients_of(
    records: Iterable[Record],
    shown: str,
    findings: ProblemList,
    *,
    offices: Collection[str] = (),
    seen: dict[str, Place] | None = None,
    columns: Columns = AS_THEY_ARE,
) -> list[Recipient]:
    """The recipients in the rows below the first, which names the columns.

    `seen` holds the ids of files read before and takes those of this one; an id that stands twice is reported
    and only the first is kept. Raises BriefgenError where the headers cannot be used.
    """
    rows = iter(records)
    first = next(rows, Record(1, 1, ()))
    headers = _headers(first.cells, Place(shown, first.line), findings, columns)
    ids: dict[str, Place] = {} if seen is None else seen
    found: list[Recipient] = []
    record = None
    for record in rows:
        place = Place(shown, record.line)
        cells = _fitted(record, headers, place, findings)
        if cells is None:
            continue
        named = [(name, cell) for name, cell in zip(headers, cells, strict=True) if name != LEFT_OUT and name]
        known = {name: cell for name, cell in named if name in BY_NAME}
        recipient = Row(place, f"row {record.number}", findings).recipient(
            _filled(known, columns), {name: cell for name, cell in named if name not in BY_NAME}, offices
        )
        if recipient is not None and _is_new(recipient, record, place, ids, findings):
            found.append(recipient)
    if record is None:
        findings.add(
            Problem(
                "recipients-empty",
                "names its columns and holds no row",
                Place(shown),
                "write a row for each recipient below the first",
                severity="warning",
            )
        )
    return found


def _how_to_name(written: Sequence[str]) -> str:
    """What to do about a table whose headers are its own: either of the two ways, with a header of theirs."""
    first = next(filter(None, written), "Post")
    return (
        "rename the columns as docs/recipients.md has them, or bring the table in with "
        f'briefgen recipients import and --map "{first}=office" (for the right header) or --set office=uk-mp'
    )


def column_of(header: str) -> str:
    """`Postal Code` is postal_code."""
    return "_".join(header.lower().replace("-", " ").replace("_", " ").split())


LEFT_OUT = "\0"
"""Stands in the list of headers for a column that the mapping leaves out."""


def _headers(cells: Sequence[str], place: Place, findings: ProblemList, columns: Columns) -> list[str]:
    """Name of each column: a known one, an extra one as written, or empty for one without a header."""
    mapping = {column_of(theirs): ours or LEFT_OUT for theirs, ours in columns.named.items()}
    written = [_plain(cell) for cell in cells]
    headers = [mapping.get(column_of(header)) or _canonical(header) for header in written]
    named = [header for header in headers if header not in ("", LEFT_OUT)]
    problems = [
        Problem(
            "recipients-repeated-header",
            f"two columns are headed {header!r}",
            place,
            "rename or remove one of them",
        )
        for header in dict.fromkeys(named)
        if named.count(header) > 1
    ]
    findings.extend(
        Problem(
            "map-header",
            f"no column is headed {theirs!r}",
            place,
            suggest(theirs, [header for header in written if header]),
            severity="warning",
        )
        for theirs in columns.named
        if column_of(theirs) not in map(column_of, written)
    )
    if "office" not in headers and not columns.filled.get("office"):
        near = next((word for word in named if _near(word) == "office"), None)
        problems.append(
            Problem(
                "recipients-header",
                "there is no column office",
                place,
                f"rename the column {near!r}" if near else _how_to_name(written),
            )
        )
    if problems:
        raise BriefgenError(problems)
    for header in named:
        if header not in BY_NAME and (known := _near(header)) and known not in headers:
            findings.add(
                Problem(
                    "recipients-column",
                    f"the column {header!r} is not known and is kept as an extra one",
                    place,
                    f"did you mean {known}?",
                    severity="warning",
                )
            )
    return headers


def _plain(header: str) -> str:
    # A header that a spreadsheet would run as a formula becomes plain text.
    return " ".join(clean(header)[0].split()).lstrip("=+-@' ")


def _canonical(header: str) -> str:
    name = column_of(header)
    return name if name in BY_NAME else header


def _near(header: str) -> str | None:
    """The known column that a header resembles."""
    return next(iter(get_close_matches(column_of(header), BY_NAME, n=1, cutoff=0.75)), None)


def _fitted(
    record: Record, headers: Sequence[str], place: Place, findings: ProblemList
) -> tuple[str, ...] | None:
    """The cells, as many as there are headers; None where they do not fit, which is reported."""
    cells, width = record.cells, len(headers)
    while len(cells) > width and not cells[-1].strip():
        cells = cells[:-1]
    if len(cells) != width:
        findings.add(
            Problem(
                "recipient-row",
                f"row {record.number}: {len(record.cells)} cells under {width} headers",
                place,
                "put a cell that holds a separator between quotation marks",
            )
        )
        return None
    if any(cell.strip() and not name for name, cell in zip(headers, cells, strict=True)):
        findings.add(
            Problem(
                "recipient-row",
                f"row {record.number}: a cell stands in a column without a header",
                place,
                "give the column a header, or empty it",
            )
        )
        return None
    return cells


def _filled(cells: dict[str, str], columns: Columns) -> dict[str, str]:
    return {
        **cells,
        **{name: text for name, text in columns.filled.items() if not cells.get(name, "").strip()},
    }


def _is_new(
    recipient: Recipient, record: Record, place: Place, seen: dict[str, Place], findings: ProblemList
) -> bool:
    if recipient.id not in seen:
        seen[recipient.id] = place
        return True
    findings.add(
        Problem(
            "recipient-repeated",
            f"row {record.number}: {recipient.id!r} stands already at {seen[recipient.id]}",
            place,
            "remove one of the rows, or give each an id of its own in the column id",
        )
    )
    return False
