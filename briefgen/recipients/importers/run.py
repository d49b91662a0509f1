"""Run an import: read files with one of the importers, merge and filter the recipients, report on the data.

Nothing is written here.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, fields, replace
from datetime import date
from pathlib import Path
from typing import Any

from briefgen.address.names import fold_name
from briefgen.address.offices import suggest_office
from briefgen.errors import Problem, ProblemList, UsageError, quantity
from briefgen.model.recipient import Recipient
from briefgen.recipients.do_not_write import DoNotWriteList
from briefgen.recipients.duplicates import merge_duplicates, name_key
from briefgen.recipients.importers.mending import (
    lower_family_names,
    part_addresses,
    part_names,
    restore_postal_codes,
    turn_names,
)
from briefgen.recipients.importers.options import parse_filter
from briefgen.recipients.importers.registry import IMPORTERS, ImportOptions, ImportResult
from briefgen.recipients.table import ColumnMapping
from briefgen.recipients.validation import check_sendable


@dataclass(frozen=True, slots=True)
class ImportReport:
    """The recipients to write, and facts about the import for the user."""

    recipients: list[Recipient]
    merged: int
    """Number of recipients found in more than one file or, with `merge_duplicates`, in more than one row."""
    filtered: int
    """Number of recipients that the filters excluded."""
    newest: date | None
    """Latest date in the data; None if it has none."""
    ended: list[str]
    """Ids of recipients whose term has ended; ImportOptions.current excludes them."""
    unaddressed: list[str]
    """Ids of recipients without a usable postal address."""
    rows: int | None
    """Number of rows in the data; None if the importer did not count them."""
    refused: int
    """Number of rows that could not be read."""
    hidden: int
    """Number of rows that a workbook does not show and that were left out."""
    extra_columns: list[str]
    """Columns that are none of ours, and are kept for templates."""
    unused_columns: list[str]
    """Columns that were left out."""
    mapping: dict[str, str]
    """Our column by header of the tables, for those that differ; empty for one that was left out."""
    recognised: bool
    """Whether some headers were taken for columns of ours without being told."""
    parted_names: list[str]
    """Names in one piece as they were or would be parted: `Ada van / Lee`."""
    withheld: list[Problem]
    """A warning for each recipient who is on the do-not-write list, and was left out."""


def import_recipients(
    kind: str,
    paths: Sequence[Path],
    options: ImportOptions,
    offices: Iterable[str],
    on: date,
    problems: ProblemList,
    unwanted: DoNotWriteList | None = None,
) -> ImportReport:
    """Read files with the importer `kind` (a name in IMPORTERS), then merge and filter the recipients.

    `offices` are the known keys of the forms of address; if empty, any office is accepted. Rows with another
    one are kept, those on the list `unwanted` left out. A term has ended if its last day is before `on`. Bad
    rows are added to `problems`. Raise StorageError or BriefgenError if a file is unusable, UsageError if a
    filter or the office of all rows is.
    """
    offices = list(offices)
    filters = [parse_filter(text) for text in options.where]
    office = options.columns.defaults.get("office", "").lower()
    if office and offices and office not in offices:
        message = f"no form of address is known for {office!r}"
        raise UsageError(Problem("office-unknown", message, None, suggest_office(office, offices)))
    results = IMPORTERS.get(kind).read(paths, options, offices, problems)
    _check_mapped_headers(options.columns, len(paths), problems)
    everybody, merged = merge_recipients([result.recipients for result in results], problems)
    for mend in (turn_names, lower_family_names, part_addresses, restore_postal_codes):
        everybody = mend(everybody, problems)
    parted, parted_names = part_names(everybody)
    everybody = parted if options.part_names else everybody
    chosen = [recipient for recipient in everybody if all(each.matches(recipient) for each in filters)]
    for each in filters:
        each.check_column(everybody)
    if everybody and not chosen:
        problems.add(
            Problem(
                "where-nothing",
                f"none of the {len(everybody)} recipients matches {' and '.join(options.where)}",
                None,
                "leave --where out and look at the values in the file",
                severity="warning",
            )
        )
    unwanted = unwanted or DoNotWriteList()
    chosen, withheld = unwanted.split(chosen)
    problems.extend(unwanted.warn_about_similar(chosen))
    ended = [recipient.id for recipient in chosen if recipient.term_end and recipient.term_end < on]
    kept = [recipient for recipient in chosen if not (options.current and recipient.id in set(ended))]
    if options.merge_duplicates:
        kept, mergers = merge_duplicates(kept)
        problems.extend(mergers)
        merged += len(mergers)
    problems.extend(_warn_about_namesakes(kept))
    if offices:
        problems.extend(_warn_about_unknown_offices(kept, offices))
    return ImportReport(
        kept,
        merged,
        len(everybody) - len(chosen) - len(withheld),
        max((result.newest for result in results if result.newest), default=None),
        ended,
        [
            recipient.id
            for recipient in kept
            if (problem := check_sendable(recipient, date.min)) and problem.code == "no-address"
        ],
        *_count_rows(results),
        list(dict.fromkeys(name for result in results for name in result.extra_columns)),
        list(dict.fromkeys(name for result in results for name in result.unused_columns)),
        {header: column for result in results for header, column in result.mapping.items()},
        any(result.recognised for result in results),
        parted_names,
        withheld,
    )


_FEWEST_COMBINED = 4
_ROW_LABEL = re.compile(r"^(?:row|person|record|card|legislator) \d+(?: \([^()]*\))?(?:, cell ([A-Z]+)\d+)?")
_VARYING = re.compile(r"'[^']*'|\"[^\"]*\"|\d+")
"""What differs between the messages about one cause: quoted cells, numbers."""


def combine_row_problems(problems: Iterable[Problem]) -> list[Problem]:
    """Return the problems with those that many rows have told once, by the first, with the number of rows."""
    groups: dict[tuple[object, ...], list[Problem]] = {}
    for problem in problems:
        label = _ROW_LABEL.match(problem.message)
        what: tuple[object, object] = (problem.place, problem.message)
        if label:
            what = (label[1], _VARYING.sub("…", problem.message[label.end() :]))
        file = problem.place.file if problem.place else ""
        groups.setdefault((problem.code, problem.severity, file, what), []).append(problem)
    combined: list[Problem] = []
    for same in groups.values():
        if len(same) < _FEWEST_COMBINED:
            combined += same
        else:
            others = quantity(len(same) - 1, "other row")
            combined.append(replace(same[0], message=f"{same[0].message} (and in {others})"))
    return combined


def _count_rows(results: Sequence[ImportResult]) -> tuple[int | None, int, int]:
    """Return the numbers of rows, of rows that were refused, and of hidden ones."""
    hidden = sum(result.hidden for result in results)
    if any(result.rows is None for result in results):
        return None, 0, hidden
    rows = sum(result.rows or 0 for result in results)
    return rows, rows - hidden - sum(len(result.recipients) for result in results), hidden


def _check_mapped_headers(columns: ColumnMapping, file_count: int, problems: ProblemList) -> None:
    """Raise UsageError if a mapped header is in none of the files; if some have it, a warning is enough."""
    missing = [problem for problem in problems.problems if problem.code == "map-header"]
    nowhere = [
        problem
        for problem in missing
        if sum(other.message == problem.message for other in missing) == file_count
    ]
    if nowhere:
        once = {problem.message: replace(problem, severity="error") for problem in reversed(nowhere)}
        raise UsageError(reversed(once.values()))


def merge_recipients(
    files: Iterable[Sequence[Recipient]], problems: ProblemList
) -> tuple[list[Recipient], int]:
    """Merge several lists by id; return one list and the number of recipients found in more than one.

    A recipient keeps the position of the first occurrence. Each field comes from the last file in which it is
    filled, so that a new import keeps what people added to the old list. A warning names those whose towns
    differ, because an id that was made from a name can be that of two people.
    """
    merged: dict[str, Recipient] = {}
    repeated = set()
    for recipients in files:
        for recipient in recipients:
            earlier = merged.get(recipient.id)
            if earlier is not None:
                repeated.add(recipient.id)
                if not _agree_in_town(earlier, recipient):
                    problems.add(_moved_warning(earlier, recipient))
            merged[recipient.id] = recipient if earlier is None else _merge_recipient(earlier, recipient)
    return list(merged.values()), len(repeated)


def _agree_in_town(one: Recipient, other: Recipient) -> bool:
    """Return False if town and postal code, as far as both rows have them, are all different."""
    pairs = ((one.locality, other.locality), (one.postal_code, other.postal_code))
    known = [fold_name(a) == fold_name(b) for a, b in pairs if a and b]
    return any(known) or not known


def _moved_warning(earlier: Recipient, later: Recipient) -> Problem:
    name = later.full_name or later.organisation or later.office
    return Problem(
        "recipients-merged",
        f"{name} ({later.id}): {later.place} was merged into "
        f"{earlier.place}, where the town is {earlier.locality or earlier.postal_code!r}, not "
        f"{later.locality or later.postal_code!r}",
        later.place,
        "if these are two people, give each row an id of its own in the column id",
        severity="warning",
        about=later.id,
    )


def _merge_recipient(earlier: Recipient, later: Recipient) -> Recipient:
    changes: dict[str, Any] = {
        field.name: value
        for field in fields(later)
        if (value := getattr(later, field.name)) not in ("", (), None)
    }
    filled = {name: text for name, text in later.extra.items() if text}
    return replace(earlier, **{**changes, "extra": {**earlier.extra, **filled}})


def _warn_about_unknown_offices(recipients: Iterable[Recipient], offices: Collection[str]) -> list[Problem]:
    """Return a warning for each office that has no form of address, with its first row and their number."""
    rows: dict[str, list[Recipient]] = {}
    for recipient in recipients:
        if recipient.office not in offices:
            rows.setdefault(recipient.office, []).append(recipient)
    return [
        Problem(
            "office-unknown",
            f"no form of address is known for {office!r}; kept: {quantity(len(those), 'recipient')}",
            those[0].place,
            suggest_office(office, offices),
            severity="warning",
        )
        for office, those in rows.items()
    ]


def _warn_about_namesakes(recipients: Iterable[Recipient]) -> list[Problem]:
    """Return warnings about recipients with the same name and country but different ids."""
    seen: dict[tuple[tuple[str, ...], str], Recipient] = {}
    warnings = []
    for recipient in recipients:
        if not recipient.full_name:
            continue
        other = seen.setdefault((name_key(recipient), recipient.country), recipient)
        if other is not recipient:
            warnings.append(
                Problem(
                    "recipients-alike",
                    f"{recipient.full_name} is listed twice, as {other.id} and {recipient.id}",
                    recipient.place,
                    "if they are one person, give both rows the same id, or use --merge-duplicates",
                    severity="warning",
                )
            )
    return warnings
