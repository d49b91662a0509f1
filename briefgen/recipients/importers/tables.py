"""Importers of CSV files and Excel workbooks with foreign columns.

They keep rows with an unknown office, of which `import_recipients` warns: a list loses nobody by a merger.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from pathlib import Path

from briefgen.errors import ProblemList
from briefgen.recipients.csv_file import read_csv
from briefgen.recipients.importers.registry import Importer, ImportOptions, ImportResult
from briefgen.recipients.xlsx import read_xlsx


def _import_csv(
    paths: Sequence[Path], options: ImportOptions, offices: Collection[str], problems: ProblemList
) -> list[ImportResult]:
    encoding, columns = options.encoding, options.columns
    return [
        ImportResult(read_csv(path, str(path), problems, encoding=encoding, columns=columns))
        for path in paths
    ]


def _import_xlsx(
    paths: Sequence[Path], options: ImportOptions, offices: Collection[str], problems: ProblemList
) -> list[ImportResult]:
    sheet, columns = options.sheet, options.columns
    return [
        ImportResult(read_xlsx(path, str(path), problems, sheet=sheet, columns=columns)) for path in paths
    ]


CSV_IMPORTER = Importer(
    "csv",
    "Import CSV files with headers of their own, or merge several lists into one.",
    _import_csv,
    "CSV files; later ones complete earlier ones by id.",
    frozenset({"set", "map", "encoding"}),
)
XLSX_IMPORTER = Importer(
    "xlsx",
    "Import Excel workbooks; formulas are refused, with their cell.",
    _import_xlsx,
    "Excel workbooks.",
    frozenset({"set", "map", "sheet"}),
)
