"""Mapping files of published lists: where their records lie, and which values fill our columns.

briefgen/data/sources has one for each list that is known; users write their own in the same form.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Literal

from pydantic import Field

from briefgen.data import DATA_FOLDER
from briefgen.errors import BriefgenError, Place, Problem, ProblemList, UsageError, suggest_similar
from briefgen.model.yaml_model import YamlModel
from briefgen.recipients.importers.base import to_text
from briefgen.recipients.importers.record_paths import (
    Condition,
    RecordPath,
    find_text,
    find_values,
    parse_condition,
    parse_record_path,
)
from briefgen.recipients.schema import COLUMNS_BY_NAME
from briefgen.system.yaml_reader import build_record, parse_yaml, read_text_file

SOURCES_FOLDER = DATA_FOLDER / "sources"
DataFormat = Literal["json", "xml", "csv"]
_RECOGNISED_RECORDS = 20


class DataSource(YamlModel):
    """A mapping file as written."""

    title: str
    """What it lists, for messages: `members of the German Bundestag`."""
    file: str = ""
    """Which file that is, and where it is published."""
    format: DataFormat
    records: str = ""
    """Path to the records, and others after ` | `; empty if the file is a list, or a table."""
    recognise: list[str] = Field(default_factory=list)
    """Paths that its records have and no others; empty for one that is always named."""
    where: list[str] = Field(default_factory=list)
    """Conditions for the records that are read: `IsCurrent=true`."""
    id: str = ""
    """Path to what identifies a person permanently."""
    columns: dict[str, str]
    """By column, the path to its value. ` + ` joins values, ` | ` takes the next if there is none."""
    values: dict[str, dict[str, str]] = Field(default_factory=dict)
    """By column, what stands for a value of the data; `*` for all others."""
    defaults: dict[str, str] = Field(default_factory=dict, alias="set")
    """By column, the text if the data have none."""
    died: str = ""
    """Path to the date of death."""
    began: str = ""
    """Path to the date on which the current term began."""


@dataclass(frozen=True, slots=True)
class ParsedSource:
    """A mapping file with its paths parsed."""

    name: str
    title: str
    format: DataFormat
    records: tuple[RecordPath, ...]
    recognise: tuple[RecordPath, ...]
    where: tuple[Condition, ...]
    id: tuple[tuple[RecordPath, ...], ...]
    columns: Mapping[str, tuple[tuple[RecordPath, ...], ...]]
    """By column, alternatives of what is joined."""
    values: Mapping[str, Mapping[str, str]]
    defaults: Mapping[str, str]
    died: RecordPath | None
    began: RecordPath | None

    def find_records(self, content: Any) -> list[Any]:
        """Return the records of a file's content."""
        return [one for one in self._find_list(content) if isinstance(one, dict)]

    def find_bare_texts(self, content: Any) -> list[str]:
        """Return what stands among the records and has no fields: `Ada Sample` in a list of records."""
        return [repr(text) for one in self._find_list(content) if (text := to_text(one))]

    def _find_list(self, content: Any) -> list[Any]:
        """Return the first list that has records."""
        lists = [find_values(content, path) for path in self.records] or [content]
        for found in lists:
            if isinstance(found, list) and any(isinstance(one, dict) for one in found):
                return found
        return []

    def fits(self, content: Any) -> bool:
        """Return whether a file's content has the records by which the source is recognised."""
        records = self.find_records(content)[:_RECOGNISED_RECORDS]
        return bool(records and self.recognise) and all(
            any(find_values(record, path) for record in records) for path in self.recognise
        )

    def used_fields(self) -> set[str]:
        """Return the names of the fields at the top of a record that are used."""
        paths = [
            path
            for alternatives in (*self.columns.values(), self.id)
            for joined in alternatives
            for path in joined
        ]
        paths += [path for path in (self.died, self.began) if path]
        paths += [condition.path for condition in self.where]
        return {path.steps[0].name for path in paths}


def find_joined_text(record: Any, alternatives: Sequence[Sequence[RecordPath]], separator: str) -> str:
    """Return the first alternative that is not empty, its parts joined."""
    for joined in alternatives:
        parts = [text for path in joined if (text := find_text(record, path))]
        if parts:
            return separator.join(parts)
    return ""


def read_source(path: Path, display_name: str) -> ParsedSource:
    """Read a mapping file; raise BriefgenError with all that is wrong, StorageError if it cannot be read."""
    problems = ProblemList()
    parsed = parse_yaml(read_text_file(path, display_name), display_name, problems)
    source = build_record(DataSource, parsed, problems) if parsed else None
    if source is None:
        problems.raise_errors()
        raise BriefgenError(
            Problem("data-source", "is empty", Place(display_name), "write title, format and columns")
        )
    result = _parse_source(source, path.stem, problems)
    problems.raise_errors()
    return result


def _parse_source(source: DataSource, name: str, problems: ProblemList) -> ParsedSource:
    flat = source.format == "csv"

    def parse(text: str, *where: str | int) -> RecordPath | None:
        try:
            return parse_record_path(text, flat=flat) if text else None
        except ValueError as error:
            problems.add(Problem("data-source", str(error), source.locate(*where)))
            return None

    def parse_alternatives(text: str, *where: str | int) -> tuple[tuple[RecordPath, ...], ...]:
        return tuple(
            tuple(path for part in alternative.split(" + ") if (path := parse(part.strip(), *where)))
            for alternative in text.split(" | ")
        )

    conditions: list[Condition] = []
    for index, text in enumerate(source.where):
        try:
            conditions.append(parse_condition(text))
        except ValueError as error:
            problems.add(Problem("data-source", str(error), source.locate("where", index)))
    sections: dict[str, Mapping[str, object]] = {
        "columns": source.columns,
        "values": source.values,
        "set": source.defaults,
    }
    for section, columns in sections.items():
        for column in columns:
            near = suggest_similar(column, COLUMNS_BY_NAME)
            own = section == "values" and column in source.columns
            misspelt = section != "columns" or bool(near and near.startswith("did you mean"))
            if column == "id" or (column not in COLUMNS_BY_NAME and not own and misspelt):
                message = f"{section}: unknown column {column!r}"
                hint = "the key id of the file identifies people" if column == "id" else near
                problems.add(Problem("data-source", message, source.locate(section, column), hint))
    return ParsedSource(
        name,
        source.title,
        source.format,
        tuple(path for text in source.records.split(" | ") if (path := parse(text.strip(), "records"))),
        tuple(
            path for index, text in enumerate(source.recognise) if (path := parse(text, "recognise", index))
        ),
        tuple(conditions),
        parse_alternatives(source.id, "id") if source.id else (),
        {column: parse_alternatives(text, "columns", column) for column, text in source.columns.items()},
        source.values,
        source.defaults,
        parse(source.died, "died"),
        parse(source.began, "began"),
    )


@cache
def built_in_sources() -> Mapping[str, ParsedSource]:
    """Return the mapping files that come with briefgen, by name."""
    paths = sorted(SOURCES_FOLDER.glob("*.yaml"))
    return {path.stem: read_source(path, path.name) for path in paths}


def find_source(name: str) -> ParsedSource:
    """Return a source by its name or by the path of a mapping file; raise UsageError if there is none."""
    if name in built_in_sources():
        return built_in_sources()[name]
    if Path(name).suffix in (".yaml", ".yml"):
        return read_source(Path(name), name)
    known = list(built_in_sources())
    hint = suggest_similar(name, known) or f"known: {', '.join(known)}; or name a mapping file, mine.yaml"
    raise UsageError(Problem("data-source", f"unknown source {name!r}", None, hint))


def recognise_sources(content: Any, form: DataFormat) -> Iterator[ParsedSource]:
    """Yield the sources with which a file's content agrees."""
    for source in built_in_sources().values():
        if source.format == form and source.fits(content):
            yield source
