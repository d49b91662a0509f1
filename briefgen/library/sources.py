"""Read the records of source texts, the dependencies between sources, and the texts themselves.

A record keeps hashes only, so that a full text is recognised without being kept. Quotes are checked in
briefgen.evidence.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml

from briefgen.errors import BriefgenError, Place, Problem, ProblemList, Severity, suggest_similar
from briefgen.evidence.normalize import split_words
from briefgen.evidence.source_text import SourceText, split_body_paragraphs
from briefgen.library.folders import LibraryFolder
from briefgen.model.source import FrontMatter, SourceDependency, SourceParagraph, SourceRecord
from briefgen.system.yaml_reader import build_record, parse_yaml, read_text_file

RESTS_ON_FILE = "rests-on.yaml"
HEADING = "heading"
"""What a record calls the lines that are headings."""


def load_records(folders: Sequence[LibraryFolder], problems: ProblemList) -> dict[str, SourceRecord]:
    """Load the records of texts by source id from `seeds/*.yaml`; the first folder's record wins."""
    records: dict[str, SourceRecord] = {}
    for folder in folders:
        own: dict[str, SourceRecord] = {}
        for path, display_name in folder.find_files("seeds", "*.yaml", problems):
            if path.name == RESTS_ON_FILE:
                continue
            record = _read_record(path, display_name, problems)
            if record is None:
                continue
            if record.source in own:
                message = f"{record.source!r} already has a record in {own[record.source].locate().file}"
                problems.add(
                    Problem("record-repeated", message, record.locate("source"), "remove one of them")
                )
            own.setdefault(record.source, record)
        records = {**own, **records}
    return records


def _read_record(path: Path, display_name: str, problems: ProblemList) -> SourceRecord | None:
    try:
        parsed = parse_yaml(read_text_file(path, display_name), display_name, problems)
    except BriefgenError as error:
        problems.extend(error.problems)
        return None
    record = build_record(SourceRecord, parsed, problems) if parsed else None
    if record is None:
        return None
    for index, furniture in enumerate(record.furniture):
        if _parse_line_range(furniture.lines) is None:
            problems.add(
                Problem(
                    "record-furniture",
                    f"{furniture.lines!r} is not a line or a range of lines",
                    record.locate("furniture", index, "lines"),
                    "write 9 or 9-13",
                )
            )
            return None
    return record


def load_rests_on(folders: Sequence[LibraryFolder], problems: ProblemList) -> dict[str, SourceDependency]:
    """Load which works depend on which others, by source id, from `seeds/rests-on.yaml`."""
    found: dict[str, SourceDependency] = {}
    for folder in folders:
        display_name = folder.display_path("seeds", RESTS_ON_FILE)
        path = folder.find_file(f"seeds/{RESTS_ON_FILE}", problems)
        if path is None:
            continue
        try:
            parsed = parse_yaml(read_text_file(path, display_name), display_name, problems)
        except BriefgenError as error:
            problems.extend(error.problems)
            continue
        if parsed is None:
            continue
        for entry in _parse_rests_on(parsed, problems):
            found.setdefault(entry.source, entry)
    return found


def _parse_rests_on(parsed: Any, problems: ProblemList) -> Iterator[SourceDependency]:
    if not isinstance(parsed.data, list):
        problems.add(Problem("wrong-type", "expected a list of `- source: …` entries", Place(parsed.file, 1)))
        return
    for index, data in enumerate(parsed.data):
        places = {path[1:]: place for path, place in parsed.places.items() if path[:1] == (index,)}
        entry = build_record(SourceDependency, type(parsed)(data, places, parsed.file), problems)
        if entry is not None:
            yield entry


def find_source_texts(
    records: Mapping[str, SourceRecord],
    folders: Sequence[LibraryFolder],
    texts_dir: Path | None,
    given: Mapping[str, Path],
    problems: ProblemList,
) -> dict[str, SourceText]:
    """Find the available texts by source id, each verified against its record.

    They are looked for in `given` (`--text ID=FILE`), then in `seeds/texts/ID.txt` of each folder, then in
    `texts_dir` under the record's `file`, or as `ID.txt`. A text that differs from its record is reported
    paragraph by paragraph and not used.
    """
    for name in given:
        if name not in records:
            problems.add(
                Problem(
                    "text-unknown",
                    f"seeds/ has no record of a source {name!r}",
                    None,
                    suggest_similar(name, records) or "add its record first",
                )
            )
    texts: dict[str, SourceText] = {}
    for name, record in records.items():
        file = f"seeds/texts/{name}.txt"
        candidates = [
            (path, folder.display_path(file))
            for folder in folders
            if (path := folder.find_file(file, problems))
        ]
        file = f"{record.file or name}.txt"
        if texts_dir is not None and (texts_dir / file).is_file():
            candidates.append((texts_dir / file, f"{texts_dir.name}/{file}"))
        if name in given:
            candidates = [(given[name], str(given[name]))]
        if candidates:
            text = _read_recorded_text(record, *candidates[0], problems)
            if text is not None:
                texts[name] = text
    return texts


def _read_recorded_text(
    record: SourceRecord, path: Path, display_name: str, problems: ProblemList
) -> SourceText | None:
    try:
        content = read_text_file(path, display_name)
        digest = hashlib.sha256(path.read_bytes()).hexdigest()
    except BriefgenError as error:
        problems.extend(error.problems)
        return None
    headings = front_matter_lines([entry for entry in record.furniture if entry.what == HEADING])
    paragraphs = split_body_paragraphs(content, front_matter_lines(record.furniture), headings)
    text = SourceText(record.source, digest, paragraphs)
    if digest == record.sha256:
        return text
    differing = _describe_text_differences(record, text)
    if not differing:
        problems.add(
            _text_changed_problem(
                record, display_name, "only in typography: line ends, quotation marks or spaces", "warning"
            )
        )
        return text
    problems.add(_text_changed_problem(record, display_name, f"in {differing}", "error"))
    return None


def _text_changed_problem(record: SourceRecord, display_name: str, where: str, severity: Severity) -> Problem:
    return Problem(
        "text-changed",
        f"the text of {record.source} is not the recorded one; it differs {where}",
        Place(display_name),
        "use the recorded text, or record this one and lock the snippets again",
        severity,
    )


def _describe_text_differences(record: SourceRecord, text: SourceText) -> str:
    """Describe which body paragraphs differ; empty if none does."""
    recorded = [paragraph.sha256 for paragraph in record.paragraphs]
    found = [paragraph.sha256 for paragraph in text.paragraphs]
    pairs = zip(recorded, found, strict=False)
    numbers = [str(number) for number, (old, new) in enumerate(pairs, start=1) if old != new]
    parts = []
    if numbers:
        parts.append(("paragraph " if len(numbers) == 1 else "paragraphs ") + ", ".join(numbers))
    if len(recorded) != len(found):
        parts.append(f"the number of paragraphs ({len(found)} instead of {len(recorded)})")
    return " and ".join(parts)


def _parse_line_range(lines: str) -> range | None:
    match = re.fullmatch(r"(\d{1,6})(?:\s*[-–]\s*(\d{1,6}))?", lines.strip())
    if match is None:
        return None
    first = int(match.group(1))
    return range(first, int(match.group(2) or first) + 1)


def front_matter_lines(furniture: Sequence[FrontMatter]) -> frozenset[int]:
    """Return the line numbers, counted from 1, that are not part of the work's argument."""
    return frozenset(number for entry in furniture for number in _parse_line_range(entry.lines) or ())


def make_record(
    source: str, raw: bytes, furniture: Sequence[FrontMatter] = (), note: str = ""
) -> SourceRecord:
    """Make the record of a text file: its hash and those of its body paragraphs, no words."""
    content = raw.decode("utf-8-sig").replace("\r\n", "\n").replace("\r", "\n")
    paragraphs = split_body_paragraphs(content, front_matter_lines(furniture))
    return SourceRecord(
        source=source,
        sha256=hashlib.sha256(raw).hexdigest(),
        furniture=list(furniture),
        paragraphs=[SourceParagraph(sha256=p.sha256, words=len(split_words(p.text))) for p in paragraphs],
        note=note,
    )


def format_record(record: SourceRecord) -> str:
    """Return the record as the YAML of `seeds/ID.yaml`."""
    data = record.model_dump(exclude_defaults=True)
    ordered = {key: data[key] for key in SourceRecord.model_fields if key in data}
    return yaml.safe_dump(ordered, sort_keys=False, allow_unicode=True, width=110)
