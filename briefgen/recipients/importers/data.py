"""Importer of lists that parliaments and projects publish in JSON, XML or CSV, each by its mapping file."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from briefgen.address.names import printed_name
from briefgen.errors import (
    BriefgenError,
    Place,
    Problem,
    ProblemList,
    StorageError,
    UsageError,
    abbreviate_names,
    quantity,
)
from briefgen.model.recipient import Recipient
from briefgen.recipients.csv_file import read_csv_table
from briefgen.recipients.file_kinds import identify_file
from briefgen.recipients.ids import build_id
from briefgen.recipients.importers.base import MAX_BYTES, parse_full_date
from briefgen.recipients.importers.data_source import (
    DataFormat,
    ParsedSource,
    find_joined_text,
    find_source,
    recognise_sources,
)
from briefgen.recipients.importers.record_paths import find_text, load_json_data, load_xml
from briefgen.recipients.importers.registry import Importer, ImportOptions, ImportResult
from briefgen.recipients.schema import COLUMNS_BY_NAME, CellError
from briefgen.recipients.table import COLUMN_SEPARATORS
from briefgen.recipients.validation import RecipientBuilder, register_id
from briefgen.system.files import read_limited_bytes

MAX_FILES = 20_000
_STYLE_BEFORE_NAME = re.compile(r"((?:The )?(?:Rt|Right|Most)\.? Hon(?:ourable)?\.?) (?:the )?(\S.*)")
"""The style of a full title, `The Rt Hon. the Lord Muster`; a form of address has another place for it."""
_ID_PART = 24
"""Characters of what identifies a person in the data that go into the id."""


def read_data_file(
    path: Path,
    display_name: str,
    options: ImportOptions,
    offices: Collection[str],
    problems: ProblemList,
    seen: dict[str, Place],
) -> ImportResult:
    """Read the people of one file with the source that is named, or that its content agrees with.

    People of whom the data say that they died, and records that the source leaves out, are counted in a
    warning. Raise StorageError or BriefgenError if the file is unusable.
    """
    place = Place(display_name)
    form, content = load_data(path, display_name, options.encoding, problems)
    source = find_source(options.source) if options.source else _recognise_source(form, content, place)
    if source.format != form:
        message = f"this is {form.upper()}, and {source.title} come in {source.format.upper()}"
        raise BriefgenError(
            Problem("data-file", message, place, "name another source, or leave --source out")
        )
    records = source.find_records(content)
    if not records:
        raise BriefgenError(_no_records(source, form, content, place))
    read = [record for record in records if all(condition.matches(record) for condition in source.where)]
    living = [record for record in read if not (source.died and find_text(record, source.died))]
    _warn_about_left_out(source, len(records) - len(read), len(read) - len(living), place, problems)
    _warn_about_bare_texts(source.find_bare_texts(content), place, problems)
    found: list[Recipient] = []
    for number, record in enumerate(living, start=1):
        recipient = _build_recipient(record, number, source, options, offices, place, problems)
        label = recipient.full_name or recipient.id if recipient else ""
        if recipient and register_id(recipient, label, place, seen, problems):
            found.append(recipient)
    days = [_parse_day(find_text(record, source.began)) for record in living] if source.began else []
    unused = [field for field in records[0] if field not in source.used_fields()] if form == "csv" else []
    return ImportResult(
        found, max((day for day in days if day), default=None), len(living), unused_columns=tuple(unused)
    )


def _parse_day(text: str) -> date | None:
    """Return a date as the column term_end understands it; None for anything else."""
    try:
        return parse_full_date(text) or COLUMNS_BY_NAME["term_end"].parse(text)
    except CellError:
        return None


def load_data(path: Path, display_name: str, encoding: str, problems: ProblemList) -> tuple[DataFormat, Any]:
    """Load a file as XML, JSON or a table, whatever it is; return its format and content.

    Raise BriefgenError if it is none of the three, StorageError if it cannot be read.
    """
    place = Place(display_name)
    kind = identify_file(read_limited_bytes(path, display_name, MAX_BYTES))
    if kind is None:
        return "csv", _load_table(path, display_name, encoding, problems)
    if kind.name == "XML":
        return "xml", load_xml(path, place)
    if kind.name == "JSON":
        return "json", load_json_data(path, place)
    message = f"is {kind.name}, not JSON, XML or CSV"
    raise BriefgenError(Problem("recipients-format", message, place, kind.hint))


def _load_table(path: Path, display_name: str, encoding: str, problems: ProblemList) -> list[dict[str, str]]:
    rows = read_csv_table(path, display_name, problems, encoding=encoding).rows
    headers = [header.strip().strip('"') for header in rows[0].cells] if rows else []
    return [dict(zip(headers, row.cells, strict=False)) for row in rows[1:]]


def _recognise_source(form: DataFormat, content: Any, place: Place) -> ParsedSource:
    source = next(recognise_sources(content, form), None)
    if source is not None:
        return source
    if form == "json" and _is_popolo(content):
        message, hint = "this is Popolo", "import it with briefgen recipients import popolo"
    elif form == "csv":
        message, hint = "this is a table that is not known", "import it with briefgen recipients import csv"
    else:
        message = f"this is {form.upper()} of no list that is known; it has {_describe_content(content)}"
        hint = "write a mapping file (docs/importers.md, Lists of your own) and name it with --source"
    raise BriefgenError(Problem("data-unknown", message, place, hint))


def _is_popolo(content: Any) -> bool:
    persons = content.get("persons") if isinstance(content, dict) else content
    return isinstance(persons, list) and any(
        isinstance(person, dict)
        and ("memberships" in person or "other_names" in person or content is not persons)
        for person in persons[:20]
    )


def describe_source(content: Any, form: DataFormat) -> str:
    """Return what a file that another importer was given lists; empty if it is not known."""
    source = next(recognise_sources(content, form), None)
    return source.title if source else ""


_MOST_FIELDS = 6


def _describe_content(content: Any) -> str:
    """Say where the longest list of records lies, and which fields they have."""
    best: tuple[int, str, Mapping[str, Any]] = (0, "", {})
    pending: list[tuple[str, Any]] = [("", content)]
    looked_at = 0
    while pending and looked_at < 10_000:
        path, value = pending.pop()
        looked_at += 1
        if isinstance(value, list):
            records = [item for item in value if isinstance(item, dict)]
            if len(records) > best[0]:
                best = (len(records), path, records[0])
            pending += [(path, item) for item in records[:3]]
        elif isinstance(value, dict):
            pending += [(f"{path}/{name}".strip("/"), item) for name, item in value.items()]
    if not best[0]:
        return "no list of records"
    fields = list(best[2])
    names = ", ".join(fields[:_MOST_FIELDS]) + (" …" if len(fields) > _MOST_FIELDS else "")
    return f"{quantity(best[0], 'record')} at {best[1] or 'its top'!r}, with {names}"


def _no_records(source: ParsedSource, form: DataFormat, content: Any, place: Place) -> Problem:
    looks = describe_source(content, form)
    message = f"there are no records of {source.title}"
    message += f"; these are {looks}" if looks else f"; it has {_describe_content(content)}"
    return Problem("data-file", message, place, "name another source, or leave --source out")


def _warn_about_left_out(
    source: ParsedSource, excluded: int, died: int, place: Place, problems: ProblemList
) -> None:
    if excluded:
        conditions = " and ".join(
            f"{one.path.text}{'!=' if one.negated else '='}{one.value}" for one in source.where
        )
        message = f"left out, because they are not {conditions}: {quantity(excluded, 'record')}"
        problems.add(Problem("data-left-out", message, place, severity="warning"))
    if died:
        message = f"left out, because they have died: {quantity(died, 'person', 'people')}"
        problems.add(Problem("data-left-out", message, place, severity="warning"))


def _warn_about_bare_texts(texts: Sequence[str], place: Place, problems: ProblemList) -> None:
    if texts:
        message = f"left out, because they have no fields: {abbreviate_names(texts, 3)}"
        hint = "if these are people, add them to the list by hand"
        problems.add(Problem("data-left-out", message, place, hint, severity="warning"))


def _build_recipient(
    record: Any,
    number: int,
    source: ParsedSource,
    options: ImportOptions,
    offices: Collection[str],
    place: Place,
    problems: ProblemList,
) -> Recipient | None:
    known: dict[str, str] = {}
    extra: dict[str, str] = {}
    for column, alternatives in source.columns.items():
        text = find_joined_text(record, alternatives, COLUMN_SEPARATORS.get(column, " "))
        if (meanings := source.values.get(column)) is not None:
            text = meanings.get(text, meanings.get("*", text) if text else "")
        (known if column in COLUMNS_BY_NAME else extra)[column] = text
    if (style := _STYLE_BEFORE_NAME.match(known.get("name", ""))) and not known.get("honorific"):
        known.update(honorific=style[1], name=style[2])
    filled = {
        **source.defaults,
        **options.columns.defaults,
        **{name: text for name, text in known.items() if text},
    }
    name = filled.get("name") or " ".join(filter(None, (filled.get("given"), filled.get("family"))))
    builder = RecipientBuilder(place, f"record {number} ({name or 'without a name'})", problems)
    if not name:
        problems.add(
            Problem(
                "person-name",
                f"record {number} (without a name): there is no name; it is left out",
                place,
                "correct the data, or download it again",
            )
        )
        return None
    if not filled.get("office"):
        what = f": the data say {text!r}" if (text := _stated_office(record, source)) else ""
        message = f"record {number} ({name}): no office is known{what}"
        problems.add(Problem("recipient-missing", message, place, "name it with --set office=…"))
        return None
    if identity := find_joined_text(record, source.id, "-"):
        family = filled.get("family") or printed_name(Recipient("", "", "", name=name))
        filled["id"] = build_id(family, _shorten_identity(identity))
    return builder.build(filled, extra, offices)


def _stated_office(record: Any, source: ParsedSource) -> str:
    return find_joined_text(record, source.columns.get("office", ()), " ")


def _shorten_identity(identity: str) -> str:
    return build_id(identity.rstrip("/").rsplit("/", 1)[-1])[-_ID_PART:].strip("-")


def _import_data(
    paths: Sequence[Path], options: ImportOptions, offices: Collection[str], problems: ProblemList
) -> list[ImportResult]:
    seen: dict[str, Place] = {}
    results: list[ImportResult] = []
    for path in paths:
        inside = _list_json_files(path) if path.is_dir() else []
        for file in inside or [path]:
            try:
                results.append(read_data_file(file, str(file), options, offices, problems, seen))
            except BriefgenError as error:
                if not inside or isinstance(error, UsageError):
                    raise
                problems.extend(error.problems)  # one of many files
    return results


def _list_json_files(folder: Path) -> list[Path]:
    """Return the JSON files of a folder, by name; raise StorageError for too many or none."""
    found = sorted(folder.rglob("*.json"))
    if not found or len(found) > MAX_FILES:
        message = f"has more than {MAX_FILES} JSON files" if found else "has no JSON file"
        raise StorageError(Problem("data-file", message, Place(str(folder)), "name the folder of the people"))
    return found


IMPORTER = Importer(
    "data",
    "Import published lists in JSON, XML or CSV, known ones or by a mapping file of yours.",
    _import_data,
    "Files as they were downloaded, or folders of JSON files.",
    frozenset({"set", "encoding", "source"}),
)
