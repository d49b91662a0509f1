"""Recipients in a CSV file that people edit in a spreadsheet: read with every problem, written back.

A problem of the file as a whole is raised; a bad row is reported to the findings and left out, and the
others stand.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Collection, Iterable, Iterator, Sequence
from pathlib import Path

from briefgen.errors import BriefgenError, Place, Problem, ProblemList, StorageError
from briefgen.model.recipient import Recipient
from briefgen.recipients.schema import BY_NAME, COLUMNS, cells_of
from briefgen.recipients.table import AS_THEY_ARE, Columns, Record, column_of, recipients_of
from briefgen.system.files import content

MAX_BYTES = 50_000_000
MAX_LINES_OF_A_ROW = 200
"""A quotation mark that is never closed would otherwise swallow the rest of the file."""
_DELIMITERS = (",", ";", "\t")
_ZIP = b"PK\x03\x04"


def read_recipients(
    path: Path,
    shown: str,
    findings: ProblemList,
    *,
    offices: Collection[str] = (),
    encoding: str = "utf-8",
    seen: dict[str, Place] | None = None,
    columns: Columns = AS_THEY_ARE,
) -> list[Recipient]:
    """The recipients of a CSV file, in its order.

    `offices` are the known keys of the forms of address (empty: any is taken). `seen` holds the ids of files
    read before and takes those of this one; an id that stands twice is reported and only the first is kept.
    `columns` says what foreign headers mean. Commas, semicolons and tabs are recognised as separators.
    Raises StorageFault where the file cannot be read or is not in `encoding`, BriefgenError where its header
    cannot be used.
    """
    lines = _read_lines(path, shown, encoding)
    skip = 1 if lines and lines[0].lower().startswith("sep=") else 0
    if len(lines) <= skip:
        raise BriefgenError(
            Problem("recipients-header", "the file is empty", Place(shown), "its first row names the columns")
        )
    records = _records(lines, skip, _delimiter(lines[skip], columns), shown, findings)
    return recipients_of(records, shown, findings, offices=offices, seen=seen, columns=columns)


def _read_lines(path: Path, shown: str, encoding: str) -> list[str]:
    raw = content(path, shown, MAX_BYTES)
    if raw.startswith(_ZIP):
        raise BriefgenError(
            Problem(
                "recipients-format",
                "is a workbook or another packed file, not CSV",
                Place(shown),
                "name a workbook with the ending .xlsx, or save it as CSV UTF-8",
            )
        )
    codec = "utf-8-sig" if encoding.lower().replace("_", "-") in ("utf-8", "utf8") else encoding
    try:
        text = raw.decode(codec)
    except LookupError:
        raise StorageError(
            Problem("recipients-encoding", f"the encoding {encoding!r} is not known", Place(shown))
        ) from None
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        raise StorageError(
            Problem(
                "recipients-encoding",
                f"is not {encoding.upper()}",
                Place(shown, line),
                'save it in the spreadsheet as "CSV UTF-8", or name its encoding, for example cp1252',
            )
        ) from None
    except UnicodeError as error:
        # Codecs such as punycode fail in their own way.
        raise StorageError(
            Problem("recipients-encoding", f"cannot be read as {encoding}: {error}", Place(shown))
        ) from None
    return text.replace("\r\n", "\n").replace("\r", "\n").removesuffix("\n").split("\n") if text else []


def _delimiter(header: str, columns: Columns) -> str:
    """The separator by which the header shows the most known columns; else the one it holds most often."""
    ours = {*BY_NAME, *map(column_of, columns.named)}

    def known(delimiter: str) -> tuple[int, int]:
        cells = header.split(delimiter)
        return sum(column_of(cell.strip('" ')) in ours for cell in cells), len(cells)

    return max(_DELIMITERS, key=known)


def _records(
    lines: Sequence[str], skip: int, delimiter: str, shown: str, findings: ProblemList
) -> Iterator[Record]:
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
            yield Record(line, number, cells)


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
