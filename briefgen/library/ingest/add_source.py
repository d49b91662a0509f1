"""Makes a source of a text: its numbered lines, its record and its entry among the references.

It says which files are to be written and with what; writing them is left to the caller.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from itertools import groupby, pairwise
from pathlib import Path
from typing import Any

from briefgen.errors import BriefgenError, Place, Problem, ProblemList, StorageError, UsageError
from briefgen.evidence.dates import read_edtf
from briefgen.library.folders import Folder
from briefgen.library.ingest.blocks import Block
from briefgen.library.ingest.extract import Extracted
from briefgen.library.sources import RESTS_ON, load_records, make_record, read_references, write_record
from briefgen.model.source import Furniture, Paragraph, Reference, SourceRecord

REFERENCES = "seeds/references.json"
MAX_ID = 100
"""Characters of a source's id."""
_SLUG = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")


@dataclass(frozen=True, slots=True)
class Described:
    """What the user says of the work; all empty where it is known already."""

    title: str = ""
    authors: tuple[str, ...] = ()
    """`Family, Given` for a person, anything without a comma for an organisation."""
    issued: str = ""
    """EDTF: `2024`, `2024-05`, `2024-05-17`."""
    type: str = ""
    """Item type of CSL; `document` where it is empty."""
    container: str = ""
    publisher: str = ""
    url: str = ""
    accessed: str = ""
    """ISO date."""

    def __bool__(self) -> bool:
        """Whether anything is said."""
        return any(
            (self.title, self.authors, self.issued, self.type, self.container, self.publisher, self.url)
        )


@dataclass(frozen=True, slots=True)
class NumberedLine:
    """A line of a source's text, as the user is shown it."""

    number: int
    """Counted from 1 in the text file."""
    paragraph: int | None
    """Its number as a locator; None for furniture."""
    text: str
    what: str
    """Why it is furniture; empty for a paragraph."""


@dataclass(frozen=True, slots=True)
class Entered:
    """A source that is ready to be written."""

    files: Mapping[Path, bytes]
    """What is to be written where; empty where all of it is there already."""
    text: Path
    lines: tuple[NumberedLine, ...]
    furniture: tuple[Furniture, ...]
    is_cited: bool
    """Whether the work stood among the references already."""
    differing: str
    """How the paragraphs differ from those recorded before, in words; empty where they do not."""
    remarks: tuple[str, ...] = field(default=())


def enter(
    folder: Folder,
    source: str,
    extracted: Extracted,
    known: Mapping[str, Reference],
    described: Described,
    furniture: Sequence[Furniture] = (),
    body: frozenset[int] = frozenset(),
    replace: bool = False,
) -> Entered:
    """Plan a source of a campaign's folder.

    `known` are the works cited already; `furniture` is what the user marks, `body` the lines that are no
    furniture though they look like it. Raises BriefgenError where the source would overwrite another.
    """
    findings = ProblemList()
    check_id(source, findings)
    recorded = load_records([folder], findings).get(source)
    findings.raise_errors()
    raw = extracted.raw
    if raw is None:
        raw = "".join(block.text + "\n" for block in extracted.blocks).encode()
    record = _record(source, raw, extracted.blocks, recorded, furniture, body, findings)
    item = _item(source, described, known, findings)
    findings.raise_errors()
    differing = _differences(recorded.paragraphs, record.paragraphs) if recorded else ""
    text, record_path = folder.path / "seeds/texts" / f"{source}.txt", _record_path(folder, source, recorded)
    if not replace:
        _check_unchanged(folder, source, raw, recorded, record, differing)
    files: dict[Path, bytes] = {}
    if not text.is_file() or text.read_bytes() != raw:
        files[text] = raw
    if item is not None:
        files[folder.path / REFERENCES] = appended(folder, [item])
    if recorded is None or _known_of(recorded) != _known_of(record):
        files[record_path] = write_record(record).encode()
    numbered = tuple(_numbered(extracted.blocks, record.furniture))
    remarks = (*extracted.remarks, *_own_numbers(numbered))
    return Entered(files, text, numbered, tuple(record.furniture), item is None, differing, remarks)


def check_id(source: str, findings: ProblemList) -> None:
    """Whether a work can have this id."""
    if len(source) > MAX_ID:
        message = f"an id of {len(source)} characters cannot be the name of a file"
        findings.add(Problem("source-id", message, None, f"use at most {MAX_ID} characters"))
    elif not _SLUG.fullmatch(source) or f"{source}.yaml" == RESTS_ON:
        slug = "-".join(re.findall(r"[a-z0-9]+", source.lower())).replace("rests-on", "") or "report-2024"
        hint = f"use small letters, digits and hyphens, for example {slug}"
        findings.add(Problem("source-id", f"{source!r} cannot be the id of a source", None, hint))


# -- record and furniture


def _record(
    source: str,
    raw: bytes,
    blocks: Sequence[Block],
    recorded: SourceRecord | None,
    furniture: Sequence[Furniture],
    body: frozenset[int],
    findings: ProblemList,
) -> SourceRecord:
    """The record of a text; one that was recorded before keeps its furniture, note and budget."""
    for number in (*sorted(body), *(number for entry in furniture for number in lines_of(entry.lines))):
        if number > len(blocks):
            message = f"there is no line {number}; the text has {len(blocks)}"
            findings.add(Problem("furniture-lines", message, None, "see the numbers in the first column"))
            break
    marked = [*furniture, *_taken(blocks, furniture, body)]
    fresh = make_record(source, raw, sorted(marked, key=lambda entry: lines_of(entry.lines)[0]))
    if recorded is None:
        return fresh
    if recorded.sha256 == fresh.sha256 and not furniture and not body:
        fresh = make_record(source, raw, recorded.furniture)
    return fresh.model_copy(update={"quotation": recorded.quotation, "note": recorded.note})


def lines_of(lines: str) -> range:
    """The line numbers that `9` or `9-13` names; raises UsageFault for anything else."""
    match = re.fullmatch(r"\s*(\d{1,6})(?:\s*[-–]\s*(\d{1,6}))?\s*", lines)
    first, last = (int(match[1]), int(match[2] or match[1])) if match else (0, 0)
    if not 0 < first <= last:
        raise UsageError(
            Problem(
                "furniture-lines", f"{lines!r} is not a line or a range of lines", None, "write 9 or 9-13"
            )
        )
    return range(first, last + 1)


def _taken(
    blocks: Sequence[Block], furniture: Sequence[Furniture], body: frozenset[int]
) -> Iterator[Furniture]:
    """What the blocks say of themselves, in ranges, where the user says nothing else."""
    said = {number for entry in furniture for number in lines_of(entry.lines)} | body
    whats = [
        (number, "" if number in said or not block.text else block.what)
        for number, block in enumerate(blocks, start=1)
    ]
    for what, group in groupby(whats, key=lambda pair: pair[1]):
        numbers = [number for number, _ in group]
        if what:
            last = f"-{numbers[-1]}" if len(numbers) > 1 else ""
            yield Furniture(lines=f"{numbers[0]}{last}", what=what)


def _numbered(blocks: Sequence[Block], furniture: Sequence[Furniture]) -> Iterator[NumberedLine]:
    why = {number: entry.what for entry in furniture for number in lines_of(entry.lines)}
    paragraph = 0
    for number, block in enumerate(blocks, start=1):
        if not block.text:
            continue
        if number in why:
            yield NumberedLine(number, None, block.text, why[number] or "furniture")
        else:
            paragraph += 1
            yield NumberedLine(number, paragraph, block.text, "")


_OWN_NUMBER = re.compile(r"(\d{1,4})\.\s")


def _own_numbers(lines: Sequence[NumberedLine]) -> Iterator[str]:
    """Where a text numbers its own paragraphs and the locators are others: readers go by the printed ones."""
    own = [
        (int(match[1]), line.paragraph)
        for line in lines
        if line.paragraph is not None and (match := _OWN_NUMBER.match(line.text))
    ]
    counted = sum(two[0] == one[0] + 1 for one, two in pairwise(own))
    differing = next(((printed, number) for printed, number in own if printed != number), None)
    if counted >= 3 and differing is not None:
        printed, number = differing
        yield (
            f"The text numbers its own paragraphs, and its {printed} is number {number} here. Mark what is "
            "between them as furniture, so that a citation names the number that readers find."
        )


def _known_of(record: SourceRecord) -> Mapping[str, Any]:
    return record.model_dump()


def _record_path(folder: Folder, source: str, recorded: SourceRecord | None) -> Path:
    name = Path(recorded.at().file).name if recorded else f"{source}.yaml"
    return folder.path / "seeds" / name


def _check_unchanged(
    folder: Folder,
    source: str,
    raw: bytes,
    recorded: SourceRecord | None,
    record: SourceRecord,
    differing: str,
) -> None:
    """Refuse to overwrite a record or a text that says otherwise."""
    again = "add --replace to record this one in its place; then check and lock the snippets that quote it"
    text = folder.path / "seeds/texts" / f"{source}.txt"
    if recorded is not None and (recorded.sha256, recorded.paragraphs) != (record.sha256, record.paragraphs):
        how = f"it differs: {differing}" if differing else "it differs in look only: line ends or spaces"
        raise BriefgenError(
            Problem(
                "source-changed", f"another text of {source} is recorded; {how}", recorded.at("source"), again
            )
        )
    if recorded is None and text.is_file() and text.read_bytes() != raw:
        shown = folder.show("seeds/texts", text.name)
        message = f"another text of {source} lies here, though no record of it"
        raise BriefgenError(Problem("source-changed", message, Place(shown), again))


def _differences(before: Sequence[Paragraph], after: Sequence[Paragraph]) -> str:
    """Which paragraphs changed, came or went; numbers as in the new text, of those gone as in the old."""
    matcher = SequenceMatcher(
        None, [one.sha256 for one in before], [one.sha256 for one in after], autojunk=False
    )
    changed: list[int] = []
    added: list[int] = []
    gone: list[int] = []
    for tag, a, b, c, d in matcher.get_opcodes():
        if tag == "equal":
            continue
        both = min(b - a, d - c)
        changed += range(c + 1, c + both + 1)
        added += range(c + both + 1, d + 1)
        gone += range(a + both + 1, b + 1)
    parts = []
    for numbers, one, many in (
        (changed, "paragraph {} is changed", "paragraphs {} are changed"),
        (added, "paragraph {} is new", "paragraphs {} are new"),
        (gone, "recorded paragraph {} is gone", "recorded paragraphs {} are gone"),
    ):
        if numbers:
            parts.append((one if len(numbers) == 1 else many).format(_ranges(numbers)))
    return ", ".join(parts)


def _ranges(numbers: Sequence[int]) -> str:
    """`3, 5–7, 12`, and no more than twelve of them."""
    runs: list[list[int]] = []
    for number in numbers:
        if runs and number == runs[-1][-1] + 1:
            runs[-1].append(number)
        else:
            runs.append([number])
    shown = [f"{run[0]}–{run[-1]}" if len(run) > 1 else str(run[0]) for run in runs[:12]]
    return ", ".join(shown) + (" …" if len(runs) > 12 else "")


# -- the reference


def _item(
    source: str, described: Described, known: Mapping[str, Reference], findings: ProblemList
) -> dict[str, Any] | None:
    """The CSL-JSON item of a work that is new; None for one that is known."""
    if source in known:
        if described:
            there = str(known[source].csl.get("title", "a work without a title"))
            hint = "leave --title and the like out to record this text of that work, or choose another id"
            message = f"the id {source!r} is that of “{there}” already"
            findings.add(Problem("source-known", message, known[source].place, hint))
        return None
    if not described.title.strip():
        hint = 'say at least --title "…"; --author, --issued, --type and --url make a full citation'
        findings.add(
            Problem("source-title", f"no work has the id {source!r}, and no title is given", None, hint)
        )
        return None
    item: dict[str, Any] = {
        "id": source,
        "type": described.type or "document",
        "title": described.title.strip(),
    }
    if described.authors:
        item["author"] = [_name(author) for author in described.authors]
    for key, value in (("issued", described.issued), ("accessed", described.accessed)):
        if value:
            item[key] = _date(key, value, findings)
    for key, value in (
        ("container-title", described.container),
        ("publisher", described.publisher),
        ("URL", described.url),
    ):
        if value:
            item[key] = value.strip()
    if described.url and not re.match(r"https?://\S+$", described.url.strip()):
        findings.add(
            Problem("source-url", f"{described.url!r} is no address of the web", None, "write https://…")
        )
    _check_item(item, findings)
    return item


def _name(author: str) -> dict[str, str]:
    family, comma, given = author.partition(",")
    if comma and family.strip() and given.strip():
        return {"family": family.strip(), "given": given.strip()}
    return {"literal": author.strip()}


def _date(key: str, text: str, findings: ProblemList) -> dict[str, Any]:
    span = read_edtf(text.strip())
    parts = [[part for part in date if part is not None] for date in span.parts] if span else []
    if not parts:
        hint = "write 2024, 2024-05 or 2024-05-17, year first"
        findings.add(Problem("source-date", f"--{key} {text!r} is not a date", None, hint))
    return {"date-parts": parts}


def _check_item(item: Mapping[str, Any], findings: ProblemList) -> None:
    """Hold the new item against the rules for all references; its place is the command line."""
    if findings.errors:
        return
    own = ProblemList()
    read_references(json.dumps([item]), REFERENCES, own)
    findings.extend(Problem(one.code, one.message, None, one.hint, one.severity) for one in own.problems)


def appended(folder: Folder, items: Sequence[Mapping[str, Any]]) -> bytes:
    """The references with more at their end; what stands there stays as it is, to the letter."""
    path, shown = folder.path / REFERENCES, folder.show(REFERENCES)
    try:
        text = path.read_bytes().decode("utf-8") if path.exists() else "[\n]\n"
    except OSError as error:
        reason = error.strerror or str(error)
        raise StorageError(Problem("file-unreadable", f"cannot be read: {reason}", Place(shown))) from None
    ending = "\r\n" if "\r\n" in text else "\n"
    before, _, after = text.rpartition("]")
    before = before.rstrip()
    comma = "" if before.endswith("[") else ","
    entries = ",\n".join(
        "\n".join("  " + line for line in json.dumps(item, indent=2, ensure_ascii=False).split("\n"))
        for item in items
    )
    addition = f"{comma}\n{entries}\n]".replace("\n", ending)
    return f"{before}{addition}{after or ending}".encode()
