"""Importers of CSV files and Excel workbooks with foreign columns.

They keep rows with an unknown office, of which `import_recipients` warns: a list loses nobody by a merger.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from pathlib import Path

from briefgen.errors import ProblemList
from briefgen.recipients.csv_file import read_csv_table
from briefgen.recipients.importers.registry import Importer, ImportOptions, ImportResult
from briefgen.recipients.mappings import complete_mapping
from briefgen.recipients.table import (
    ColumnMapping,
    Table,
    build_recipients,
    read_header,
)
from briefgen.recipients.xlsx import read_xlsx_table


def _import_csv(
    paths: Sequence[Path], options: ImportOptions, offices: Collection[str], problems: ProblemList
) -> list[ImportResult]:
    tables = [
        read_csv_table(path, str(path), problems, encoding=options.encoding, columns=_recognise(options))
        for path in paths
    ]
    return _import_tables(tables, options, problems)


def _import_xlsx(
    paths: Sequence[Path], options: ImportOptions, offices: Collection[str], problems: ProblemList
) -> list[ImportResult]:
    tables = [
        read_xlsx_table(path, str(path), problems, sheet=options.sheet, include_hidden=options.include_hidden)
        for path in paths
    ]
    return _import_tables(tables, options, problems)


def _import_tables(
    tables: Sequence[Table], options: ImportOptions, problems: ProblemList
) -> list[ImportResult]:
    results = []
    for table in tables:
        columns = complete_mapping(table, _recognise(options))
        header = read_header(table, problems, columns)
        recipients = build_recipients(table, problems, columns=columns, header=header)
        rows = len(table.rows) - header.index - 1 + table.unreadable + table.hidden
        filled = {name for recipient in recipients for name, text in recipient.extra.items() if text}
        results.append(
            ImportResult(
                recipients,
                None,
                rows,
                table.hidden,
                tuple(name for name in header.extra if name in filled),
                tuple(name for name, column in header.mapping.items() if not column),
                header.mapping,
                bool(header.recognised),
            )
        )
    return results


def _recognise(options: ImportOptions) -> ColumnMapping:
    return replace(options.columns, recognise=True)


CSV_IMPORTER = Importer(
    "csv",
    "Import CSV files with headers of their own, or merge several lists into one.",
    _import_csv,
    "CSV files; later ones complete earlier ones by id.",
    frozenset({"set", "map", "encoding", "header-row"}),
)
XLSX_IMPORTER = Importer(
    "xlsx",
    "Import Excel workbooks; formulas are refused, with their cell.",
    _import_xlsx,
    "Excel workbooks.",
    frozenset({"set", "map", "sheet", "header-row", "include-hidden"}),
)
