"""Plan the addition of a source: its text with numbered lines, its record and its reference.

The plan says which files to write; `briefgen.library.ingest.curate` writes them.
"""

from __future__ import annotations

import dataclasses
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from itertools import groupby
from pathlib import Path
from typing import Any

from briefgen.errors import BriefgenError, Place, Problem, ProblemList, StorageError, UsageError
from briefgen.evidence.edtf import parse_edtf
from briefgen.evidence.locators import paragraph_name
from briefgen.library.folders import LibraryFolder
from briefgen.library.ingest.blocks import TextBlock
from briefgen.library.ingest.extract import ExtractedText
from briefgen.library.ingest.file_metadata import FileMetadata
from briefgen.library.ingest.printed_numbers import find_printed_numbers
from briefgen.library.references import REFERENCES_FILE, parse_references
from briefgen.library.sources import RESTS_ON_FILE, format_record, load_records, make_record
from briefgen.model.source import FrontMatter, Source, SourceParagraph, SourceRecord

MAX_SOURCE_ID_LENGTH = 100
"""Characters in a source's id."""
_ID_PATTERN = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")


@dataclass(frozen=True, slots=True)
class WorkDescription:
    """The user's description of the work; empty if it is among the references already."""

    title: str = ""
    authors: tuple[str, ...] = ()
    """`Family, Given` for a person; anything without a comma is an organisation."""
    issued: str = ""
    """EDTF: `2024`, `2024-05`, `2024-05-17`."""
    type: str = ""
    """CSL item type; if empty, `report` where there is a number, else `document`."""
    container: str = ""
    publisher: str = ""
    url: str = ""
    accessed: str = ""
    """ISO date."""
    number: str = ""
    """Number of a report, law or document: `GAO-18-382`."""

    def __bool__(self) -> bool:
        """Return whether anything is described."""
        return any(value for key, value in dataclasses.asdict(self).items() if key != "accessed")

    def complete(self, metadata: FileMetadata) -> WorkDescription:
        """Return the description with what the file says where the user says nothing."""
        return dataclasses.replace(
            self,
            title=self.title or metadata.title,
            authors=self.authors or tuple(filter(None, map(str.strip, metadata.author.split(";")))),
            issued=self.issued or metadata.issued,
            url=self.url or metadata.url,
            container=self.container or metadata.site,
        )


@dataclass(frozen=True, slots=True)
class NumberedLine:
    """A line of a source's text, as shown to the user."""

    number: int
    """Counted from 1 in the text file."""
    paragraph: int | None
    """Its number among the paragraphs; None for front matter."""
    text: str
    what: str
    """Why it is front matter; empty for a paragraph."""
    name: str = ""
    """The number that the source prints at it; if it prints none at any, `paragraph`."""
    pages: tuple[str, ...] = ()
    """The pages that it is on."""


@dataclass(frozen=True, slots=True)
class SourcePlan:
    """A source that is ready to be written."""

    files: Mapping[Path, bytes]
    """File contents by path; empty if everything is there already."""
    text: Path
    lines: tuple[NumberedLine, ...]
    furniture: tuple[FrontMatter, ...]
    is_cited: bool
    """Whether the work was among the references already."""
    differing: str
    """Description of how the paragraphs differ from the earlier record; empty if they do not."""
    remarks: tuple[str, ...] = field(default=())


def plan_source(
    folder: LibraryFolder,
    source: str,
    extracted: ExtractedText,
    known: Mapping[str, Source],
    described: WorkDescription,
    furniture: Sequence[FrontMatter] = (),
    body: frozenset[int] = frozenset(),
    replace: bool = False,
    numbered: bool | None = None,
) -> SourcePlan:
    """Plan the addition of a source to a campaign's folder.

    `known` are the works cited already; `furniture` is what the user marked as front matter, and `body` are
    lines that are not, though they look like it; `numbered` says whether the text numbers its own paragraphs,
    if that should not be found out. Raise BriefgenError if the source would overwrite another.
    """
    problems = ProblemList()
    check_source_id(source, problems)
    recorded = load_records([folder], problems).get(source)
    problems.raise_errors()
    raw = extracted.raw
    if raw is None:
        raw = "".join(block.text + "\n" for block in extracted.blocks).encode()
    record = _make_source_record(source, raw, extracted.blocks, recorded, furniture, body, problems)
    record = _record_places(record, extracted, recorded, numbered)
    item = _build_csl_item(source, described, known, problems)
    problems.raise_errors()
    differing = _describe_paragraph_changes(recorded.paragraphs, record.paragraphs) if recorded else ""
    text, record_path = folder.path / "seeds/texts" / f"{source}.txt", _record_path(folder, source, recorded)
    if not replace:
        _check_unchanged(folder, source, raw, recorded, record, differing)
    files: dict[Path, bytes] = {}
    if not text.is_file() or text.read_bytes() != raw:
        files[text] = raw
    if item is not None:
        files[folder.path / REFERENCES_FILE] = append_references(folder, [item])
    if recorded is None or recorded.model_dump() != record.model_dump():
        files[record_path] = format_record(record).encode()
    lines = tuple(_number_lines(extracted.blocks, record))
    remarks = (*extracted.remarks, *_remark_on_printed_numbers(record))
    return SourcePlan(files, text, lines, tuple(record.furniture), item is None, differing, remarks)


def suggest_source_id(described: WorkDescription, file: Path) -> str:
    """Return an id for a work: its number, its first author's name with the year, or the file's name."""
    author = described.authors[0] if described.authors else ""
    name = author.partition(",")[0] if "," in author else "".join(re.findall(r"\b[A-Z]", author)) or author
    named = f"{name}-{described.issued[:4]}" if name and described.issued else ""
    text = described.number or named or file.stem
    return "-".join(re.findall(r"[a-z0-9]+", text.lower()))[:MAX_SOURCE_ID_LENGTH].strip("-")


def check_source_id(source: str, problems: ProblemList) -> None:
    """Report an id that no work can have."""
    if len(source) > MAX_SOURCE_ID_LENGTH:
        message = f"an id of {len(source)} characters is too long for a file name"
        problems.add(Problem("source-id", message, None, f"use at most {MAX_SOURCE_ID_LENGTH} characters"))
    elif not _ID_PATTERN.fullmatch(source) or f"{source}.yaml" == RESTS_ON_FILE:
        slug = "-".join(re.findall(r"[a-z0-9]+", source.lower())).replace("rests-on", "") or "report-2024"
        hint = f"use small letters, digits and hyphens, for example {slug}"
        problems.add(Problem("source-id", f"{source!r} cannot be the id of a source", None, hint))


# -- record and front matter


def _make_source_record(
    source: str,
    raw: bytes,
    blocks: Sequence[TextBlock],
    recorded: SourceRecord | None,
    furniture: Sequence[FrontMatter],
    body: frozenset[int],
    problems: ProblemList,
) -> SourceRecord:
    """Make the record of a text; an earlier record's front matter, note and quotation budget are kept."""
    for number in (
        *sorted(body),
        *(number for entry in furniture for number in parse_line_range(entry.lines)),
    ):
        if number > len(blocks):
            message = f"there is no line {number}; the text has {len(blocks)}"
            problems.add(Problem("furniture-lines", message, None, "see the numbers in the first column"))
            break
    marked = [*furniture, *_detect_front_matter(blocks, furniture, body)]
    fresh = make_record(source, raw, sorted(marked, key=lambda entry: parse_line_range(entry.lines)[0]))
    if recorded is None:
        return fresh
    if not furniture and not body:
        kept = make_record(source, raw, recorded.furniture)
        # The text as it was recorded, or corrected in an editor, which marks no lines.
        corrected = not marked and len(kept.paragraphs) == len(recorded.paragraphs)
        fresh = kept if corrected or kept.sha256 == recorded.sha256 else fresh
    return fresh.model_copy(update={"quotation": recorded.quotation, "note": recorded.note})


def parse_line_range(lines: str) -> range:
    """Parse `9` or `9-13` into line numbers; raise UsageError for anything else."""
    match = re.fullmatch(r"\s*(\d{1,6})(?:\s*[-–]\s*(\d{1,6}))?\s*", lines)
    first, last = (int(match[1]), int(match[2] or match[1])) if match else (0, 0)
    if not 0 < first <= last:
        raise UsageError(
            Problem(
                "furniture-lines", f"{lines!r} is not a line or a range of lines", None, "write 9 or 9-13"
            )
        )
    return range(first, last + 1)


def _detect_front_matter(
    blocks: Sequence[TextBlock], furniture: Sequence[FrontMatter], body: frozenset[int]
) -> Iterator[FrontMatter]:
    """Yield ranges of lines that the extraction took for front matter, unless the user marked them."""
    marked = {number for entry in furniture for number in parse_line_range(entry.lines)} | body
    kinds = [
        (number, "" if number in marked or not block.text else block.kind)
        for number, block in enumerate(blocks, start=1)
    ]
    for kind, group in groupby(kinds, key=lambda pair: pair[1]):
        numbers = [number for number, _ in group]
        if kind:
            last = f"-{numbers[-1]}" if len(numbers) > 1 else ""
            yield FrontMatter(lines=f"{numbers[0]}{last}", what=kind)


def _record_places(
    record: SourceRecord, extracted: ExtractedText, recorded: SourceRecord | None, numbered: bool | None
) -> SourceRecord:
    """Record where a reader finds each paragraph: the number that the source prints, and its pages.

    A text that was corrected in an editor has no pages; its paragraphs keep those recorded before.
    """
    why = {number: entry.what for entry in record.furniture for number in parse_line_range(entry.lines)}
    blocks = [
        dataclasses.replace(block, kind=(why[line] or "furniture") if line in why else "")
        for line, block in enumerate(extracted.blocks, start=1)
    ]
    numbers = find_printed_numbers(blocks, numbered)
    places = [
        (number, dict(block.pages))
        for number, block in zip(numbers, blocks, strict=True)
        if block.text and not block.kind
    ]
    pages = " ".join(filter(None, extracted.pages))
    if not pages and recorded is not None and recorded.pages:
        pages, kept = recorded.pages, _keep_pages(recorded.paragraphs, record.paragraphs)
        places = [(number, kept.get(index, {})) for index, (number, _) in enumerate(places)]
    paragraphs = [
        paragraph.model_copy(update={"number": number, "pages": on})
        for paragraph, (number, on) in zip(record.paragraphs, places, strict=True)
    ]
    return record.model_copy(update={"paragraphs": paragraphs, "pages": pages})


def _keep_pages(
    before: Sequence[SourceParagraph], after: Sequence[SourceParagraph]
) -> dict[int, dict[str, int]]:
    """Return the pages of paragraphs by position; a changed one keeps its page if there can be only one."""
    kept: dict[int, dict[str, int]] = {}
    for tag, a, b, c, d in _match_paragraphs(before, after).get_opcodes():
        changed = {label for paragraph in before[a:b] for label in paragraph.pages}
        for index in range(c, d):
            if tag == "equal":
                kept[index] = before[a + index - c].pages
            elif len(changed) == 1:
                kept[index] = {next(iter(changed)): 0}
    return kept


def _number_lines(blocks: Sequence[TextBlock], record: SourceRecord) -> Iterator[NumberedLine]:
    why = {number: entry.what for entry in record.furniture for number in parse_line_range(entry.lines)}
    paragraph = 0
    for number, block in enumerate(blocks, start=1):
        if not block.text:
            continue
        if number in why:
            yield NumberedLine(number, None, block.text, why[number] or "furniture")
        else:
            pages = tuple(record.paragraphs[paragraph].pages)
            paragraph += 1
            name = paragraph_name(paragraph, record)
            yield NumberedLine(number, paragraph, block.text, "", name, pages)


def _remark_on_printed_numbers(record: SourceRecord) -> Iterator[str]:
    """Remark that citations will give a text's own paragraph numbers."""
    numbers = [paragraph.number for paragraph in record.paragraphs if paragraph.number]
    if numbers:
        yield (
            f"The text numbers its own paragraphs, {numbers[0]} to {numbers[-1]}, and citations give these "
            "numbers. If they only number a list, add --unnumbered."
        )


def _record_path(folder: LibraryFolder, source: str, recorded: SourceRecord | None) -> Path:
    name = Path(recorded.locate().file).name if recorded else f"{source}.yaml"
    return folder.path / "seeds" / name


def _check_unchanged(
    folder: LibraryFolder,
    source: str,
    raw: bytes,
    recorded: SourceRecord | None,
    record: SourceRecord,
    differing: str,
) -> None:
    """Raise BriefgenError if a different record or text would be overwritten."""
    hint = "add --replace to record this one instead; then check and lock the snippets that quote it"
    text = folder.path / "seeds/texts" / f"{source}.txt"
    if recorded is not None and (recorded.sha256 != record.sha256 or differing):
        how = f"it differs: {differing}" if differing else "it differs in line ends or spaces only"
        raise BriefgenError(
            Problem(
                "source-changed",
                f"another text of {source} is recorded; {how}",
                recorded.locate("source"),
                hint,
            )
        )
    if recorded is None and text.is_file() and text.read_bytes() != raw:
        display_name = folder.display_path("seeds/texts", text.name)
        message = f"another text of {source} is here, though it has no record"
        raise BriefgenError(Problem("source-changed", message, Place(display_name), hint))


def _describe_paragraph_changes(before: Sequence[SourceParagraph], after: Sequence[SourceParagraph]) -> str:
    """Describe changed, new and removed paragraphs by their new numbers, the removed by the old ones."""
    matcher = _match_paragraphs(before, after)
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
    for numbers, singular, plural in (
        (changed, "paragraph {} is changed", "paragraphs {} are changed"),
        (added, "paragraph {} is new", "paragraphs {} are new"),
        (gone, "recorded paragraph {} is gone", "recorded paragraphs {} are gone"),
    ):
        if numbers:
            parts.append((singular if len(numbers) == 1 else plural).format(_format_number_ranges(numbers)))
    return ", ".join(parts)


def _match_paragraphs(
    before: Sequence[SourceParagraph], after: Sequence[SourceParagraph]
) -> SequenceMatcher[str]:
    old, new = ([paragraph.sha256 for paragraph in paragraphs] for paragraphs in (before, after))
    return SequenceMatcher(None, old, new, autojunk=False)


def _format_number_ranges(numbers: Sequence[int]) -> str:
    """Format numbers as `3, 5–7, 12`, with at most twelve ranges."""
    runs: list[list[int]] = []
    for number in numbers:
        if runs and number == runs[-1][-1] + 1:
            runs[-1].append(number)
        else:
            runs.append([number])
    listed = [f"{run[0]}–{run[-1]}" if len(run) > 1 else str(run[0]) for run in runs[:12]]
    return ", ".join(listed) + (" …" if len(runs) > 12 else "")


# -- the reference


def _build_csl_item(
    source: str, described: WorkDescription, known: Mapping[str, Source], problems: ProblemList
) -> dict[str, Any] | None:
    """Build the CSL-JSON item of a new work; None for a known one."""
    if source in known:
        if described:
            title = str(known[source].csl.get("title", "a work without a title"))
            hint = "leave out --title and the like to record this text for that work, or choose another id"
            message = f"the id {source!r} already belongs to “{title}”"
            problems.add(Problem("source-known", message, known[source].place, hint))
        return None
    if not described.title.strip():
        hint = 'say at least --title "…"; --author, --issued, --type and --url make a full citation'
        problems.add(
            Problem("source-title", f"no work has the id {source!r}, and no title is given", None, hint)
        )
        return None
    item: dict[str, Any] = {
        "id": source,
        "type": described.type or ("report" if described.number else "document"),
        "title": described.title.strip(),
    }
    if described.authors:
        item["author"] = [_parse_author(author) for author in described.authors]
    for key, value in (("issued", described.issued), ("accessed", described.accessed)):
        if value:
            item[key] = _parse_option_date(key, value, problems)
    for key, value in (
        ("container-title", described.container),
        ("publisher", described.publisher),
        ("number", described.number),
        ("URL", described.url),
    ):
        if value:
            item[key] = value.strip()
    if described.url and not re.match(r"https?://\S+$", described.url.strip()):
        problems.add(
            Problem("source-url", f"{described.url!r} is not a web address", None, "write https://…")
        )
    _check_new_item(item, problems)
    return item


def _parse_author(author: str) -> dict[str, str]:
    family, comma, given = author.partition(",")
    if comma and family.strip() and given.strip():
        return {"family": family.strip(), "given": given.strip()}
    return {"literal": author.strip()}


def _parse_option_date(key: str, text: str, problems: ProblemList) -> dict[str, Any]:
    span = parse_edtf(text.strip())
    parts = [[part for part in date if part is not None] for date in span.parts] if span else []
    if not parts:
        hint = "write 2024, 2024-05 or 2024-05-17, year first"
        problems.add(Problem("source-date", f"--{key} {text!r} is not a date", None, hint))
    return {"date-parts": parts}


def _check_new_item(item: Mapping[str, Any], problems: ProblemList) -> None:
    """Check the new item like any reference; its place is the command line."""
    if problems.errors:
        return
    item_problems = ProblemList()
    parse_references(json.dumps([item]), REFERENCES_FILE, item_problems)
    problems.extend(dataclasses.replace(problem, place=None) for problem in item_problems.problems)


def append_references(folder: LibraryFolder, items: Sequence[Mapping[str, Any]]) -> bytes:
    """Append items to the references file; its existing text is kept byte for byte."""
    path, display_name = folder.path / REFERENCES_FILE, folder.display_path(REFERENCES_FILE)
    try:
        text = path.read_bytes().decode("utf-8") if path.exists() else "[\n]\n"
    except OSError as error:
        reason = error.strerror or str(error)
        raise StorageError(
            Problem("file-unreadable", f"cannot be read: {reason}", Place(display_name))
        ) from None
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
