"""The registry of importers, and what an importer is given and returns."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Literal

from briefgen.errors import Problem, ProblemList
from briefgen.model.recipient import Recipient
from briefgen.recipients.table import NO_MAPPING, ColumnMapping
from briefgen.system.registry import Registry

ImportOptionName = Literal["set", "map", "encoding", "sheet", "header-row", "include-hidden", "source"]
"""Command-line options that only some importers take; `map` includes `--mapping`."""


@dataclass(frozen=True, slots=True)
class ImportOptions:
    """The options of one import."""

    columns: ColumnMapping = NO_MAPPING
    where: tuple[str, ...] = ()
    """Filters that must all match: `chamber=senate`, `committee=SSFR:chair`, `party!=X`, `state=OH,PA`."""
    current: bool = False
    """Exclude recipients whose term has ended."""
    encoding: str = "utf-8"
    sheet: str = ""
    include_hidden: bool = False
    """Read also rows that a workbook does not show."""
    source: str = ""
    """Name of a published list, or path of a mapping file; empty to recognise the list."""
    part_names: bool = False
    """Part names in one piece into given and family name."""
    merge_duplicates: bool = False
    """Merge the rows of people who are listed more than once."""


@dataclass(frozen=True, slots=True)
class ImportResult:
    """The recipients that an importer read, and the latest date in their data."""

    recipients: list[Recipient]
    newest: date | None = None
    """Latest day on which a term or membership began; None if the data has no dates."""
    rows: int | None = None
    """Number of rows or people in the data, with those that were refused; None if they were not counted."""
    hidden: int = 0
    """Number of these that a workbook does not show and that were left out."""
    extra_columns: tuple[str, ...] = ()
    """Columns of the table that are none of ours, and are kept for templates."""
    unused_columns: tuple[str, ...] = ()
    """Columns of the table that were left out."""
    mapping: Mapping[str, str] = field(default_factory=dict)
    """Our column by header of the table, for those that differ; empty for one that was left out."""
    recognised: bool = False
    """Whether some headers were taken for columns of ours without being told."""


@dataclass(frozen=True, slots=True)
class Importer:
    """Reads recipients in one format."""

    name: str
    """Its subcommand of `briefgen recipients import`."""
    summary: str
    """What it reads, in one sentence: the help of the subcommand."""
    read: Callable[[Sequence[Path], ImportOptions, Collection[str], ProblemList], list[ImportResult]]
    """Read files or folders, given the known offices.

    Bad entries are added to the problems. Return several results if the same recipient may be in several
    files: `import_recipients` merges results by id, and filters them.
    """
    paths_help: str = "Files to read."
    """Which files or folders the subcommand takes."""
    options: frozenset[ImportOptionName] = frozenset()
    """Which options it takes besides those that all importers have."""


IMPORTERS: Registry[Importer] = Registry(
    "importer",
    "briefgen.importers",
    Importer,
    {
        "congress": "briefgen.recipients.importers.congress:IMPORTER",
        "openstates": "briefgen.recipients.importers.openstates:IMPORTER",
        "popolo": "briefgen.recipients.importers.popolo:IMPORTER",
        "data": "briefgen.recipients.importers.data:IMPORTER",
        "vcard": "briefgen.recipients.importers.vcard:IMPORTER",
        "csv": "briefgen.recipients.importers.tables:CSV_IMPORTER",
        "xlsx": "briefgen.recipients.importers.tables:XLSX_IMPORTER",
    },
    lambda message, hint: Problem("importer-unknown", message, None, hint),
)
