"""Read and write recipients as CSV files that people edit in a spreadsheet.

A problem with the whole file is raised; a row with errors is reported and skipped, and the others are kept.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Collection, Iterable, Iterator, Sequence
from pathlib import Path

from briefgen.errors import BriefgenError, Place, Problem, ProblemList, StorageError
from briefgen.model.recipient import Recipient
from briefgen.recipients.file_kinds import guess_encoding, identify_file, is_wide
from briefgen.recipients.mappings import complete_mapping
from briefgen.recipients.schema import COLUMNS
from briefgen.recipients.table import (
    MAX_ROWS_ABOVE_HEADER,
    NO_MAPPING,
    ColumnMapping,
    Table,
    TableRow,
    build_recipients,
)
from briefgen.recipients.validation import recipient_to_cells
from briefgen.system.files import read_limited_bytes

MAX_BYTES = 50_000_000
MAX_LINES_PER_ROW = 200
"""Without a limit, a quotation mark that is never closed would swallow the rest of the file."""
_DELIMITERS = (",", ";", "\t", "|")
_ENCODING_NAMES = {
    "cp1252": "Windows-1252",
    "mac_roman": "Mac Roman",
    "utf-16-le": "UTF-16",
    "utf-16-be": "UTF-16",
    "euc_kr": "EUC-KR",
    "cp949": "Korean (cp949)",
    "shift_jis": "Shift JIS",
    "gb18030": "GB 18030",
    "cp1250": "Windows-1250",
    "cp1251": "Windows-1251",
}


def read_csv(
    path: Path,
    display_name: str,
    problems: ProblemList,
    *,
    offices: Collection[str] = (),
    encoding: str = "utf-8",
    seen: dict[str, Place] | None = None,
    columns: ColumnMapping = NO_MAPPING,
) -> list[Recipient]:
    """Read the recipients of a CSV file, in order.

    `offices` are the known keys of the forms of address; if empty, any office is accepted. `seen` maps ids
    read so far to their places and is extended; a repeated id is reported and only the first row is kept.
    `columns` maps foreign headers to our columns. Raise BriefgenError if the header is unusable; other
    exceptions are those of `read_csv_table`.
    """
    table = read_csv_table(path, display_name, problems, encoding=encoding, columns=columns)
    columns = complete_mapping(table, columns) if columns.recognise else columns
    return build_recipients(table, problems, offices=offices, seen=seen, columns=columns)


def read_csv_table(
    path: Path,
    display_name: str,
    problems: ProblemList,
    *,
    encoding: str = "utf-8",
    columns: ColumnMapping = NO_MAPPING,
) -> Table:
    """Read the rows of a CSV file; commas, semicolons, tabs and vertical bars are recognised as separators.

    Raise StorageError if the file cannot be read or is not in `encoding`, BriefgenError if it is not CSV.
    """
    lines = _read_csv_lines(path, display_name, encoding)
    skip = 1 if lines and lines[0].lower().startswith("sep=") else 0
    if len(lines) <= skip:
        raise BriefgenError(
            Problem(
                "recipients-header",
                "the file is empty",
                Place(display_name),
                "its first row names the columns",
            )
        )
    found = ProblemList()
    delimiter = _detect_delimiter(lines[skip : skip + MAX_ROWS_ABOVE_HEADER], columns)
    rows = list(_parse_csv_rows(lines, skip, delimiter, display_name, found))
    problems.extend(found.problems)
    return Table(display_name, rows, len(found.problems))


def _read_csv_lines(path: Path, display_name: str, encoding: str) -> list[str]:
    raw = read_limited_bytes(path, display_name, MAX_BYTES)
    if kind := identify_file(raw):
        raise BriefgenError(
            Problem("recipients-format", f"is {kind.name}, not CSV", Place(display_name), kind.hint)
        )
    codec = "utf-8-sig" if encoding.lower().replace("_", "-") in ("utf-8", "utf8") else encoding
    if codec == "utf-8-sig" and raw[:2] in (b"\xff\xfe", b"\xfe\xff"):
        codec = "utf-16"  # its mark leaves no doubt
    try:
        text = raw.decode(codec)
    except LookupError:
        raise StorageError(
            Problem("recipients-encoding", f"unknown encoding {encoding!r}", Place(display_name))
        ) from None
    except UnicodeDecodeError as error:
        raise StorageError(_encoding_problem(raw, error.start, encoding, display_name)) from None
    except UnicodeError as error:
        # Codecs such as punycode raise a plain UnicodeError.
        raise StorageError(
            Problem("recipients-encoding", f"cannot be read as {encoding}: {error}", Place(display_name))
        ) from None
    if codec == "utf-8-sig" and is_wide(raw):
        raise StorageError(_encoding_problem(raw, raw.index(b"\0"), encoding, display_name))
    return text.replace("\r\n", "\n").replace("\r", "\n").removesuffix("\n").split("\n") if text else []


def _encoding_problem(raw: bytes, start: int, encoding: str, display_name: str) -> Problem:
    likely = guess_encoding(raw)
    looks = f"; it looks like {_ENCODING_NAMES.get(likely, likely)}" if likely else ""
    return Problem(
        "recipients-encoding",
        f"is not {encoding.upper()}{looks}",
        Place(display_name, raw[:start].count(b"\n") + 1),
        'save it in the spreadsheet as "CSV UTF-8", or import it with briefgen recipients import csv '
        f"--encoding {likely or 'cp1252'}",
    )


def _detect_delimiter(lines: Sequence[str], columns: ColumnMapping) -> str:
    """Choose the separator that yields the most known headers in a line, else most cells in the first."""

    def rank(delimiter: str) -> tuple[int, int]:
        rows = [[cell.strip('" ') for cell in line.split(delimiter)] for line in lines]
        return max(columns.count_known_headers(row) for row in rows), len(rows[0])

    return max(_DELIMITERS, key=rank)


def _parse_csv_rows(
    lines: Sequence[str], skip: int, delimiter: str, display_name: str, problems: ProblemList
) -> Iterator[TableRow]:
    """Yield the rows; after broken quoting, go on at the next line, so that a bad row costs only itself."""
    index, number, width = skip, 0, 0
    while index < len(lines):
        line, number = index + 1, number + 1
        end = min(len(lines), index + MAX_LINES_PER_ROW)
        reader = csv.reader(
            (text + "\n" for text in lines[index:end]),
            delimiter=delimiter,
            skipinitialspace=delimiter != "\t",
            strict=True,
        )
        try:
            cells = tuple(next(reader))
        except csv.Error as error:
            problems.add(_quoting_problem(number, Place(display_name, line), str(error)))
            index += 1
            continue
        width = width or len(cells)
        if (
            reader.line_num > 1
            and len(cells) != width
            and _is_complete_row(lines[index + 1], delimiter, width)
        ):
            # The quotation closed at a later row's mark and has swallowed rows that are valid by themselves.
            problems.add(_quoting_problem(number, Place(display_name, line), "',' expected after '\"'"))
            index += 1
            continue
        index += reader.line_num
        if any(cell.strip() for cell in cells):
            yield TableRow(line, number, cells)


def _is_complete_row(line: str, delimiter: str, width: int) -> bool:
    try:
        return len(next(csv.reader([line], delimiter=delimiter, strict=True), ())) == width
    except csv.Error:
        return False


def _quoting_problem(number: int, place: Place, error: str) -> Problem:
    if "field larger" in error:
        return Problem(
            "recipient-cell-too-long", f"row {number}: a cell is longer than 131072 characters", place
        )
    return Problem(
        "recipient-quote",
        f'row {number}: a quotation mark (") is not closed, or is inside a cell',
        place,
        'put the cell in quotation marks and double those inside it ("")',
    )


def list_cells(recipients: Iterable[Recipient]) -> tuple[list[str], list[dict[str, str]]]:
    """Return all known columns, then extra ones as they first appear; and each row's cells."""
    rows = [recipient_to_cells(recipient) for recipient in recipients]
    headers = dict.fromkeys([*(column.name for column in COLUMNS), *(name for row in rows for name in row)])
    return [*headers], rows


def format_csv(recipients: Iterable[Recipient]) -> str:
    """Return CSV text with all known columns, then extra ones in the order of their first appearance.

    Save it as UTF-8 with a byte-order mark (`utf-8-sig`), so that Excel shows accented letters correctly.
    """
    headers, rows = list_cells(recipients)
    out = io.StringIO(newline="")
    writer = csv.DictWriter(out, headers, restval="", lineterminator="\n", strict=True)
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()
