"""Recipients in a CSV file that people edit in a spreadsheet: read with every problem, written back.

A problem of the file as a whole is raised; a bad row is reported to the findings and left out, and the
others stand.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path

from briefgen.errors import BriefgenError, Findings, Place, Problem, StorageFault
from briefgen.library.recipients.record import BY_NAME, COLUMNS, Row, cells_of
from briefgen.model.recipient import Recipient
from briefgen.model.text import clean

MAX_BYTES = 50_000_000
MAX_LINES_OF_A_ROW = 200
"""A quotation mark that is never closed would otherwise swallow the rest of the file."""
_DELIMITERS = (",", ";", "\t")


@dataclass(frozen=True, slots=True)
class _Record:
    line: int
    """On which it begins, from 1."""
    number: int
    """Row as a spreadsheet counts it, from 1."""
    cells: tuple[str, ...]


def read_recipients(
    path: Path,
    shown: str,
    findings: Findings,
    *,
    offices: Collection[str] = (),
    encoding: str = "utf-8",
    seen: dict[str, Place] | None = None,
) -> list[Recipient]:
    """The recipients of a CSV file, in its order.

    `offices` are the known keys of the forms of address (empty: any is taken). `seen` holds the ids of files
    read before and takes those of this one; an id that stands twice is reported and only the first is kept.
    Commas, semicolons and tabs are recognised as separators. Raises StorageFault where the file cannot be
    read or is not in `encoding`, BriefgenError where its header cannot be used.
    """
    lines = _read_lines(path, shown, encoding)
    skip = 1 if lines and lines[0].lower().startswith("sep=") else 0
    if len(lines) <= skip:
        raise BriefgenError(
            Problem("recipients-header", "the file is empty", Place(shown), "its first row names the columns")
        )
    delimiter = _delimiter(lines[skip])
    records = _records(lines, skip, delimiter, shown, findings)
    first = next(records, None)
    headers = _headers(first.cells if first else (), shown, skip + 1, findings)
    return _recipients(records, headers, shown, findings, offices, {} if seen is None else seen)


def _read_lines(path: Path, shown: str, encoding: str) -> list[str]:
    try:
        if path.stat().st_size > MAX_BYTES:
            raise StorageFault(Problem("file-too-large", f"larger than {MAX_BYTES} bytes", Place(shown)))
        raw = path.read_bytes()
    except OSError as error:
        reason = error.strerror or str(error)
        raise StorageFault(Problem("file-unreadable", f"cannot be read: {reason}", Place(shown))) from None
    codec = "utf-8-sig" if encoding.lower().replace("_", "-") in ("utf-8", "utf8") else encoding
    try:
        text = raw.decode(codec)
    except LookupError:
        raise StorageFault(
            Problem("recipients-encoding", f"the encoding {encoding!r} is not known", Place(shown))
        ) from None
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        raise StorageFault(
            Problem(
                "recipients-encoding",
                f"is not {encoding.upper()}",
                Place(shown, line),
                'save it in the spreadsheet as "CSV UTF-8", or name its encoding, for example cp1252',
            )
        ) from None
    return text.replace("\r\n", "\n").replace("\r", "\n").removesuffix("\n").split("\n") if text else []


def _delimiter(header: str) -> str:
    """The separator by which the header shows the most known columns."""

    def known(delimiter: str) -> int:
        return sum(_column(cell.strip('" ')) in BY_NAME for cell in header.split(delimiter))

    return max(_DELIMITERS, key=known)


def _column(header: str) -> str:
    """`Postal Code` is postal_code."""
    return "_".join(header.lower().replace("-", " ").replace("_", " ").split())


def _records(
    lines: Sequence[str], skip: int, delimiter: str, shown: str, findings: Findings
) -> Iterator[_Record]:
    """The rows; after one with a broken quotation the next line is tried, so that a bad row costs one row."""
    at, number, width = skip, 0, 0
    while at < len(lines):
        line, number = at + 1, number + 1
        end = min(len(lines), at + MAX_LINES_OF_A_ROW)
        reader = csv.reader(
            (lines[index] + "\n" for index in range(at, end)), delimiter=delimiter, strict=True
        )
        try:
            cells = tuple(next(reader))
        except csv.Error as error:
            findings.add(_broken(number, Place(shown, line), str(error)))
            at += 1
            continue
        width = width or len(cells)
        if reader.line_num > 1 and len(cells) != width and _stands_alone(lines[at + 1], delimiter, width):
            # The quotation closed on a later row's mark: it has swallowed rows that are sound by themselves.
            findings.add(_broken(number, Place(shown, line), "',' expected after '\"'"))
            at += 1
            continue
        at += reader.line_num
        if any(cell.strip() for cell in cells):
            yield _Record(line, number, cells)


def _stands_alone(line: str, delimiter: str, width: int) -> bool:
    try:
        return len(next(csv.reader([line], delimiter=delimiter, strict=True), ())) == width
    except csv.Error:
        return False


def _broken(number: int, place: Place, error: str) -> Problem:
    if "field larger" in error:
        return Problem(
            "recipient-cell-too-long", f"row {number}: a cell is longer than 131072 characters", place
        )
    return Problem(
        "recipient-quote",
        f'row {number}: a quotation mark (") is not closed, or stands within a cell',
        place,
        'put the cell between quotation marks and write those within it twice ("")',
    )


def _headers(cells: Sequence[str], shown: str, line: int, findings: Findings) -> list[str]:
    """Name of each column: a known one, an extra one as written, or empty for one without a header."""
    place = Place(shown, line)
    headers: list[str] = []
    for cell in cells:
        # A header that a spreadsheet would run as a formula becomes plain text.
        written = " ".join(clean(cell)[0].split()).lstrip("=+-@' ")
        name = _column(written)
        headers.append(name if name in BY_NAME else written)
    named = [header for header in headers if header]
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
    if "office" not in headers:
        near = next((word for word in named if _near(word) == "office"), None)
        problems.append(
            Problem(
                "recipients-header",
                "there is no column office",
                place,
                f"rename the column {near!r}"
                if near
                else "the first row names the columns; see docs/recipients.md",
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


def _near(header: str) -> str | None:
    """The known column that a header resembles."""
    return next(iter(get_close_matches(_column(header), BY_NAME, n=1, cutoff=0.75)), None)


def _recipients(
    records: Iterable[_Record],
    headers: Sequence[str],
    shown: str,
    findings: Findings,
    offices: Collection[str],
    seen: dict[str, Place],
) -> list[Recipient]:
    found: list[Recipient] = []
    for record in records:
        place = Place(shown, record.line)
        cells = _fitted(record, len(headers))
        if cells is None or any(cell.strip() and not name for name, cell in zip(headers, cells, strict=True)):
            findings.add(
                Problem(
                    "recipient-row",
                    f"row {record.number}: {len(record.cells)} cells under {len(headers)} headers"
                    if cells is None
                    else f"row {record.number}: a cell stands in a column without a header",
                    place,
                    "put a cell that holds a separator between quotation marks"
                    if cells is None
                    else "give the column a header, or empty it",
                )
            )
            continue
        named = [(name, cell) for name, cell in zip(headers, cells, strict=True) if name]
        recipient = Row(place, f"row {record.number}", findings).recipient(
            {name: cell for name, cell in named if name in BY_NAME},
            {name: cell for name, cell in named if name not in BY_NAME},
            offices,
        )
        if recipient is None:
            continue
        if recipient.id in seen:
            findings.add(
                Problem(
                    "recipient-repeated",
                    f"row {record.number}: {recipient.id!r} stands already at {seen[recipient.id]}",
                    place,
                    "remove one of the rows, or give each an id of its own in the column id",
                )
            )
            continue
        seen[recipient.id] = place
        found.append(recipient)
    return found


def _fitted(record: _Record, width: int) -> tuple[str, ...] | None:
    """The cells, without empty ones beyond the last header; None where the number does not fit."""
    cells = record.cells
    while len(cells) > width and not cells[-1].strip():
        cells = cells[:-1]
    return cells if len(cells) == width else None


def write_recipients(recipients: Iterable[Recipient]) -> str:
    """CSV text with all canonical columns, extra ones behind them in the order of their first appearance.

    Save it as UTF-8 with a byte-order mark (`utf-8-sig`): Excel then shows accented letters rightly.
    """
    rows = [cells_of(recipient) for recipient in recipients]
    headers = dict.fromkeys([*(column.name for column in COLUMNS), *(name for row in rows for name in row)])
    out = io.StringIO(newline="")
    writer = csv.DictWriter(out, headers, restval="", lineterminator="\n", strict=True)
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()
