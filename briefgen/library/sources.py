"""Reads the works cited, the records of their texts, what rests on what, and the texts themselves.

It does not compare texts with snippets; that is evidence's work.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml

from briefgen.data import word_list
from briefgen.errors import BriefgenError, Place, Problem, ProblemList, Severity, suggest
from briefgen.evidence.normalize import Text, read_paragraphs, words
from briefgen.library.folders import Folder
from briefgen.model.source import Furniture, Paragraph, Reference, RestsOn, SourceRecord
from briefgen.system.yaml_reader import build, read_text, read_yaml

RESTS_ON = "rests-on.yaml"
CSL_TYPES = word_list("references", "types")
"""Item types of CSL 1.0.2, appendix III."""
_SLUG = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
# CSL-JSON's rich text: these marks and no others stand for something in a citation.
_CSL_MARK = re.compile(
    r"</?(?:i|b|sup|sub)>|<span style=\"font-variant: ?small-caps;?\">|<span class=\"nocase\">|</span>"
)
_MARK = re.compile(r"</?[A-Za-z][^<>]*>|<!--|&(?:[A-Za-z]+|#\w+);")


def load_references(folders: Sequence[Folder], findings: ProblemList) -> dict[str, Reference]:
    """The works cited by id, from `seeds/references.json` of each folder; the first folder's item wins."""
    references: dict[str, Reference] = {}
    for folder in folders:
        path, shown = folder.path / "seeds" / "references.json", folder.show("seeds/references.json")
        if path.is_file():
            try:
                text = read_text(path, shown)
            except BriefgenError as fault:
                findings.extend(fault.problems)
                continue
            for name, reference in read_references(text, shown, findings).items():
                references.setdefault(name, reference)
    return references


def read_references(text: str, shown: str, findings: ProblemList) -> dict[str, Reference]:
    """The items of one CSL-JSON text by id, each with the place where it begins."""
    references: dict[str, Reference] = {}
    for item, place in items_in(text, shown, findings):
        reference = _reference(item, place, findings)
        if reference is None:
            continue
        earlier = references.get(reference.id)
        if earlier is not None:
            findings.add(
                Problem(
                    "reference-repeated",
                    f"the id {reference.id!r} stands twice, first in line {earlier.place.line}",
                    place,
                    "remove one of them, or give it another id",
                )
            )
            continue
        references[reference.id] = reference
    return references


class _Refused(ValueError):
    """Something that the JSON grammar lets through and a reference has no use for."""


def _pairs(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    result = dict(pairs)
    if len(result) < len(pairs):
        keys = [key for key, _ in pairs]
        repeated = next(key for key in keys if keys.count(key) > 1)
        raise _Refused(f"the key {repeated!r} stands twice in one item")
    return result


def _refuse_constant(word: str) -> Any:
    raise _Refused(f"{word} is not a value")


def items_in(text: str, shown: str, findings: ProblemList) -> Iterator[tuple[Any, Place]]:
    """Walk the outer list item by item, for JSON itself keeps no places."""
    decoder = json.JSONDecoder(object_pairs_hook=_pairs, parse_constant=_refuse_constant)
    blank = re.compile(r"[ \t\n]*")

    def after_blank(position: int) -> int:
        match = blank.match(text, position)
        return match.end() if match else position

    def place(position: int) -> Place:
        line = text.count("\n", 0, position) + 1
        return Place(shown, line, position - text.rfind("\n", 0, position))

    def fault(message: str, position: int) -> None:
        hint = "export it again as CSL-JSON, or look for a missing comma or bracket just before"
        findings.add(Problem("json-syntax", message, place(position), hint))

    position = after_blank(0)
    if not text.startswith("[", position):
        fault("a list of works in square brackets is expected", position)
        return
    position = after_blank(position + 1)
    while not text.startswith("]", position):
        try:
            item, end = decoder.raw_decode(text, position)
        except json.JSONDecodeError as error:
            fault(error.msg[0].lower() + error.msg[1:], min(error.pos, len(text)))
            return
        except RecursionError:
            fault("nested too deeply", position)
            return
        except ValueError as error:
            fault(str(error), position)
            return
        yield item, place(position)
        position = after_blank(end)
        if text.startswith(",", position):
            position = after_blank(position + 1)
        elif not text.startswith("]", position):
            fault("a comma between two works, or the closing bracket, is missing", position)
            return
    end = after_blank(position + 1)
    if end < len(text):
        fault("something follows the closing bracket", end)


def _reference(item: Any, place: Place, findings: ProblemList) -> Reference | None:
    if not isinstance(item, dict):
        findings.add(Problem("reference-form", "a work is a list of keys in braces", place))
        return None
    name = item.get("id")
    if isinstance(name, int) and not isinstance(name, bool):
        name = str(name)
    if not isinstance(name, str) or not name.strip():
        findings.add(
            Problem("reference-id", "the work has no id", place, 'add "id": with a short name of its own')
        )
        return None
    if not _SLUG.fullmatch(name):
        slug = "-".join(re.findall(r"[a-z0-9]+", name.lower())) or "work-1"
        findings.add(
            Problem(
                "reference-id",
                f"the id {name!r} cannot be named by a snippet",
                place,
                f"use small letters, digits and hyphens: {slug}",
                severity="warning",
            )
        )
    _check_item(name, item, place, findings)
    return Reference(name, {key: value for key, value in item.items() if key != "note"}, place)


def _check_item(name: str, item: Mapping[str, Any], place: Place, findings: ProblemList) -> None:
    kind = item.get("type")
    if kind not in CSL_TYPES:
        shown = "has no type" if kind is None else f"has the unknown type {kind!r}"
        hint = suggest(str(kind), CSL_TYPES) or 'for example "type": "report"'
        findings.add(Problem("reference-type", f"{name} {shown}", place, hint))
    for field, value in item.items():
        if field == "note":
            continue
        for text in _strings(value):
            mark = _MARK.search(_CSL_MARK.sub("", text))
            if mark:
                findings.add(
                    Problem(
                        "reference-markup",
                        f"{name}: {field} contains HTML ({mark.group()})",
                        place,
                        "write plain characters; CSL knows <i>, <b>, <sup>, <sub> and small capitals",
                    )
                )
    for fault in _form_faults(item):
        hint = "export it again as CSL-JSON, or mend it by hand"
        findings.add(Problem("reference-form", f"{name}: {fault}", place, hint))
    for fault in _date_faults(item):
        findings.add(
            Problem(
                "reference-date",
                f"{name}: {fault}",
                place,
                'write "issued": {"date-parts": [[2013, 7]]}, year first',
            )
        )


def _strings(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for child in value.values():
            yield from _strings(child)
    elif isinstance(value, list):
        for child in value:
            yield from _strings(child)


_NAMES = frozenset(
    {
        "author",
        "chair",
        "collection-editor",
        "compiler",
        "composer",
        "container-author",
        "contributor",
        "curator",
    }
    | {"director", "editor", "editor-translator", "editorial-director", "executive-producer", "guest", "host"}
    | {"illustrator", "interviewer", "narrator", "organizer", "original-author", "performer", "producer"}
    | {"recipient", "reviewed-author", "script-writer", "series-creator", "translator"}
)
"""Variables of CSL 1.0.2 that hold names."""
_DATES = ("issued", "accessed", "event-date", "original-date", "submitted", "available-date")
_STRUCTURED = frozenset({"note", "custom", "categories", *_DATES})
"""What need not be a text or number; notes are left out, dates are looked at by themselves."""
_SURROGATE = re.compile("[\ud800-\udfff]")


def _form_faults(item: Mapping[str, Any]) -> Iterator[str]:
    """Variables whose value is of another kind than in CSL-JSON; pandoc would refuse the whole list."""
    for field, value in item.items():
        if field in _NAMES:
            people = value if isinstance(value, list) else [None]
            if not all(
                isinstance(one, dict) and all(isinstance(part, str | bool) for part in one.values())
                for one in people
            ):
                yield f'{field} is no list of names: {{"family": "…", "given": "…"}} or {{"literal": "…"}}'
        elif field not in _STRUCTURED and (
            isinstance(value, bool) or not isinstance(value, str | int | float)
        ):
            yield f"{field} is neither a text nor a number"
        if any(_SURROGATE.search(text) for text in _strings(value)):
            yield f"{field} holds half a character"


def _date_faults(item: Mapping[str, Any]) -> Iterator[str]:
    for field in _DATES:
        date = item.get(field)
        if date is None:
            continue
        if not isinstance(date, dict):
            yield f"{field} is not a date"
            continue
        parts = date.get("date-parts")
        if parts is None:
            if not ("raw" in date or "literal" in date or "season" in date):
                yield f"{field} says no date"
            continue
        if not isinstance(parts, list) or not 1 <= len(parts) <= 2 or not all(map(_is_date, parts)):
            yield f"{field} {parts!r} is not a date"


def _is_date(parts: Any) -> bool:
    if not isinstance(parts, list) or not 1 <= len(parts) <= 3:
        return False
    limits = ((-9999, 9999), (1, 24), (1, 31))  # months 13 to 24 stand for seasons
    for part, (low, high) in zip(parts, limits, strict=False):
        try:
            if isinstance(part, bool) or not low <= int(part) <= high:
                return False
        except (TypeError, ValueError):
            return False
    return True


def load_records(folders: Sequence[Folder], findings: ProblemList) -> dict[str, SourceRecord]:
    """What is known of texts, by source id, from `seeds/*.yaml`; the first folder's record wins."""
    records: dict[str, SourceRecord] = {}
    for folder in folders:
        own: dict[str, SourceRecord] = {}
        for path, shown in folder.files("seeds", "*.yaml", findings):
            if path.name == RESTS_ON:
                continue
            record = _read_record(path, shown, findings)
            if record is None:
                continue
            if record.source in own:
                message = f"a record of {record.source!r} stands in {own[record.source].at().file} already"
                findings.add(Problem("record-repeated", message, record.at("source"), "remove one of them"))
            own.setdefault(record.source, record)
        records = {**own, **records}
    return records


def _read_record(path: Path, shown: str, findings: ProblemList) -> SourceRecord | None:
    try:
        marked = read_yaml(read_text(path, shown), shown, findings)
    except BriefgenError as fault:
        findings.extend(fault.problems)
        return None
    record = build(SourceRecord, marked, findings) if marked else None
    if record is None:
        return None
    for index, furniture in enumerate(record.furniture):
        if _line_numbers(furniture.lines) is None:
            findings.add(
                Problem(
                    "record-furniture",
                    f"{furniture.lines!r} is not a line or a range of lines",
                    record.at("furniture", index, "lines"),
                    "write 9 or 9-13",
                )
            )
            return None
    return record


def load_rests_on(folders: Sequence[Folder], findings: ProblemList) -> dict[str, RestsOn]:
    """Which work rests on which others, by source id, from `seeds/rests-on.yaml`."""
    found: dict[str, RestsOn] = {}
    for folder in folders:
        path, shown = folder.path / "seeds" / RESTS_ON, folder.show("seeds", RESTS_ON)
        if not path.is_file():
            continue
        try:
            marked = read_yaml(read_text(path, shown), shown, findings)
        except BriefgenError as fault:
            findings.extend(fault.problems)
            continue
        if marked is None:
            continue
        for entry in _rests_on_entries(marked, findings):
            found.setdefault(entry.source, entry)
    return found


def _rests_on_entries(marked: Any, findings: ProblemList) -> Iterator[RestsOn]:
    if not isinstance(marked.data, list):
        findings.add(
            Problem("wrong-type", "a list of `- source: …` entries is expected", Place(marked.file, 1))
        )
        return
    for index, data in enumerate(marked.data):
        places = {path[1:]: place for path, place in marked.places.items() if path[:1] == (index,)}
        entry = build(RestsOn, type(marked)(data, places, marked.file), findings)
        if entry is not None:
            yield entry


def find_texts(
    records: Mapping[str, SourceRecord],
    folders: Sequence[Folder],
    texts_dir: Path | None,
    given: Mapping[str, Path],
    findings: ProblemList,
) -> dict[str, Text]:
    """The texts at hand, by source id, each proved to be the one recorded.

    Looked for in this order: `given` (`--text ID=FILE`), `seeds/texts/ID.txt` of each folder, and
    `texts_dir/ID.txt`. A text that is not the recorded one is reported paragraph by paragraph and not used.
    """
    for name in given:
        if name not in records:
            findings.add(
                Problem(
                    "text-unknown",
                    f"no record of a source {name!r} in seeds/",
                    None,
                    suggest(name, records) or "add its record first",
                )
            )
    texts: dict[str, Text] = {}
    for name, record in records.items():
        places = [(folder.path / "seeds/texts" / f"{name}.txt", folder) for folder in folders]
        candidates = [(path, folder.show("seeds/texts", path.name)) for path, folder in places]
        if texts_dir is not None:
            candidates.append((texts_dir / f"{name}.txt", f"{texts_dir.name}/{name}.txt"))
        candidates = [(path, shown) for path, shown in candidates if path.is_file()]
        if name in given:
            candidates = [(given[name], str(given[name]))]
        if candidates:
            text = _proved_text(record, *candidates[0], findings)
            if text is not None:
                texts[name] = text
    return texts


def _proved_text(record: SourceRecord, path: Path, shown: str, findings: ProblemList) -> Text | None:
    try:
        content = read_text(path, shown)
        digest = hashlib.sha256(path.read_bytes()).hexdigest()
    except BriefgenError as fault:
        findings.extend(fault.problems)
        return None
    text = Text(record.source, digest, read_paragraphs(content, furniture_lines(record.furniture)))
    if digest == record.sha256:
        return text
    differing = _differing(record, text)
    if not differing:
        findings.add(_changed(record, shown, "only in look: line ends, quotation marks or spaces", "warning"))
        return text
    findings.add(_changed(record, shown, f"in {differing}", "error"))
    return None


def _changed(record: SourceRecord, shown: str, where: str, severity: Severity) -> Problem:
    return Problem(
        "text-changed",
        f"the text of {record.source} is not the recorded one; it differs {where}",
        Place(shown),
        "use the text that was recorded, or record this one anew and lock the snippets again",
        severity,
    )


def _differing(record: SourceRecord, text: Text) -> str:
    """Which body paragraphs differ, in words; empty where none does."""
    recorded = [paragraph.sha256 for paragraph in record.paragraphs]
    found = [paragraph.sha256 for paragraph in text.paragraphs]
    pairs = zip(recorded, found, strict=False)
    numbers = [str(number) for number, (one, other) in enumerate(pairs, start=1) if one != other]
    parts = []
    if numbers:
        parts.append(("paragraph " if len(numbers) == 1 else "paragraphs ") + ", ".join(numbers))
    if len(recorded) != len(found):
        parts.append(f"the number of paragraphs ({len(found)} instead of {len(recorded)})")
    return " and ".join(parts)


def _line_numbers(lines: str) -> range | None:
    match = re.fullmatch(r"(\d{1,6})(?:\s*[-–]\s*(\d{1,6}))?", lines.strip())
    if match is None:
        return None
    first = int(match.group(1))
    return range(first, int(match.group(2) or first) + 1)


def furniture_lines(furniture: Sequence[Furniture]) -> frozenset[int]:
    """The line numbers, counted from 1, that are no part of the work's argument."""
    return frozenset(number for entry in furniture for number in _line_numbers(entry.lines) or ())


def make_record(source: str, raw: bytes, furniture: Sequence[Furniture] = (), note: str = "") -> SourceRecord:
    """The record of a text file: its hash and its body paragraphs' hashes; no words are kept."""
    content = raw.decode("utf-8-sig").replace("\r\n", "\n").replace("\r", "\n")
    paragraphs = read_paragraphs(content, furniture_lines(furniture))
    return SourceRecord(
        source=source,
        sha256=hashlib.sha256(raw).hexdigest(),
        furniture=list(furniture),
        paragraphs=[Paragraph(sha256=p.sha256, words=len(words(p.text))) for p in paragraphs],
        note=note,
    )


def write_record(record: SourceRecord) -> str:
    """The record as the YAML of `seeds/ID.yaml`."""
    data = record.model_dump(exclude_defaults=True)
    ordered = {key: data[key] for key in SourceRecord.model_fields if key in data}
    return yaml.safe_dump(ordered, sort_keys=False, allow_unicode=True, width=110)
