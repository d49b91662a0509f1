"""Read bibliographies exported by reference managers: BibTeX, BibLaTeX, RIS and CSL-JSON.

Each work has the line where it begins. BibTeX is read by pandoc in its sandbox.
"""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from briefgen.data import load_word_data
from briefgen.errors import BriefgenError, Place, Problem, ProblemList
from briefgen.library.references import normalize_identifiers, parse_csl_items
from briefgen.system.pandoc import find_pandoc, pandoc_missing_error
from briefgen.system.yaml_reader import read_text_file

_RIS_LINE = re.compile(r"(?P<tag>[A-Z][A-Z0-9])\s{1,2}-(?:\s(?P<value>.*))?$")


@dataclass(frozen=True, slots=True)
class RisEntry:
    """One entry as the file has it."""

    line: int
    """Line of its TY tag, counted from 1."""
    values: dict[str, list[str]] = field(default_factory=dict)


def parse_ris(text: str) -> tuple[list[tuple[int, dict[str, Any]]], list[int]]:
    """Return items with the lines where they begin, and the numbers of lines that are not RIS."""
    entries, strays = _split_ris_entries(text)
    return [(entry.line, _ris_to_csl(entry.values)) for entry in entries], strays


def _split_ris_entries(text: str) -> tuple[list[RisEntry], list[int]]:
    entries: list[RisEntry] = []
    strays: list[int] = []
    entry: RisEntry | None = None
    last: list[str] | None = None
    for number, line in enumerate(text.split("\n"), start=1):
        match = _RIS_LINE.match(line.rstrip())
        if match and match["tag"] == "TY":
            entry = RisEntry(number)
            entries.append(entry)
        if match and match["tag"] == "ER":
            entry = last = None
        elif match and entry is not None:
            last = entry.values.setdefault(match["tag"], [])
            last.append((match["value"] or "").strip())
        elif line.strip() and last is not None:
            last[-1] = f"{last[-1]} {line.strip()}"
        elif line.strip():
            strays.append(number)
    return entries, strays


def _ris_to_csl(values: Mapping[str, Sequence[str]]) -> dict[str, Any]:
    table = load_word_data("ris")
    kind = next(iter(values["TY"]), "")
    item: dict[str, Any] = {
        "id": _first_ris_value(values, ["ID"]),
        "type": table["types"].get(kind, "document"),
    }
    for key, tags in table["texts"].items():
        item[key] = _first_ris_value(values, tags)
    item["issue" if kind in table["issues"] else "number"] = _first_ris_value(
        values, ["IS"] if kind in table["issues"] else table["number"]
    )
    item["page"] = "-".join(
        part for part in (_first_ris_value(values, ["SP"]), _first_ris_value(values, ["EP"])) if part
    )
    for key, tags in table["names"].items():
        item[key] = [_parse_ris_name(name) for tag in tags for name in values.get(tag, []) if name]
    for key, tags in table["dates"].items():
        item[key] = max(map(_parse_ris_date, _iter_ris_values(values, tags)), key=_date_precision, default={})
    return {key: value for key, value in item.items() if value}


def _iter_ris_values(values: Mapping[str, Sequence[str]], tags: Sequence[str]) -> Iterator[str]:
    for tag in tags:
        yield from (value for value in values.get(tag, []) if value)


def _first_ris_value(values: Mapping[str, Sequence[str]], tags: Sequence[str]) -> str:
    return next(_iter_ris_values(values, tags), "")


def _parse_ris_name(name: str) -> dict[str, str]:
    """Parse `Family, Given, Suffix`; a name without a comma is an organisation's."""
    parts = [part.strip() for part in name.split(",")]
    if len(parts) == 1 or not parts[1]:
        return {"literal": parts[0]}
    suffix = {"suffix": parts[2]} if len(parts) > 2 and parts[2] else {}
    return {"family": parts[0], "given": parts[1], **suffix}


def _parse_ris_date(value: str) -> dict[str, Any]:
    """Parse `YYYY/MM/DD/anything`, where all but the year may be empty; also with hyphens."""
    match = re.match(r"(\d{4})(?:[/-](\d{1,2})?(?:[/-](\d{1,2})?)?)?(?:/|$|\s|T)", value)
    if not match:
        return {"literal": value}
    parts = [match[1], match[2], match[3] if match[2] else None]
    return {"date-parts": [[int(part) for part in parts if part]]}


def _date_precision(date: Mapping[str, Any]) -> int:
    return len(date["date-parts"][0]) if "date-parts" in date else 0


TIMEOUT_S = 60
_PURPOSE = "reads BibTeX"
MAX_MEMORY = "1g"
_PRIVATE_FIELDS = frozenset({"abstract", "annote", "citation-key", "file", "keyword", "note", "system_id"})
"""Fields that are not taken over: the collector's own notes, or text by others."""
_BIBTEX_ENTRY = re.compile(r"@(?P<kind>[A-Za-z]+)\s*[{(]\s*(?P<key>[^,\s{}()\"]+)\s*,")
_NON_WORK_ENTRIES = frozenset({"comment", "preamble", "string"})
_ENTRY_START = re.compile(r"^[ \t]*@[A-Za-z]+\s*[{(]", re.MULTILINE)
_BIBTEX_MARK = re.compile(r"""\\.|["{}]""", re.DOTALL)
_MAX_BROKEN = 20
"""Rounds in which broken entries are left out before the whole file is refused; each runs pandoc."""
_ANNOTATION_FIELD = re.compile(r"(?<=[\s,])(?:annotation|annote)(?=\s*=)", re.IGNORECASE)
_TRANSLATION_FIELD = re.compile(
    r"(?<=[\s,])(?:titletranslation|translatedtitle|transtitle|usere)(?=\s*=)", re.IGNORECASE
)
"""Names under which BibTeX files keep a translated title, the last from biblatex-chicago."""
_YEAR_FIELD = re.compile(r"(?<=[\s,])(?:year|date)\s*=\s*[{\"]?\{?([^{}\",]*)", re.IGNORECASE)
_YEAR = re.compile(r"(?P<circa>c\.|ca\.|circa)?\s*(?P<year>\d{4})[a-z]?", re.IGNORECASE)
_STATUS = re.compile(r"in press|in preparation|submitted|accepted|forthcoming", re.IGNORECASE)
_LATEX_ADDRESS = re.compile(
    r"\\url\s*\{(?P<url>[^{}]*)\}|\{?\\text(?P<word>asciitilde|underscore)\b\s*(?:\{\})?\}?|(?P<sim>\$\\sim\$)"
    r"|\{\\(?P<inner>[_%&#~$])\}|\\(?P<sign>[_%&#~$])(?:\{\})?"
)
"""What LaTeX needs in an address, and nobody else."""
_ORCID = re.compile(
    r"(?<![\s(\[])[\s(\[]*(?:https?://)?(?:orcid\.org/|orcid:?\s*)?\d{4}-\d{4}-\d{4}-\d{3}[\dX][)\]]*",
    re.IGNORECASE,
)
"""A person's identifier, which publishers put behind the name."""
_LANGUAGE_FIELD_NAME = re.compile(r"(?<=[\s,])(?:langid|hyphenation)(?=\s*=)", re.IGNORECASE)
_LANGUAGE_FIELD = re.compile(r"(?<=[\s,])(?:langid|hyphenation)\s*=\s*[{\"]?(\w+)", re.IGNORECASE)
_LANGUAGES = {
    **dict.fromkeys(("american", "usenglish", "english"), "en-US"),
    **dict.fromkeys(("british", "ukenglish"), "en-GB"),
    **dict.fromkeys(("german", "ngerman"), "de-DE"),
    "french": "fr-FR",
    "spanish": "es-ES",
    "korean": "ko-KR",
    "japanese": "ja-JP",
}
_PANDOC_PLACE = re.compile(r"\(line (\d+), column (\d+)\):\s*(.*)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class BibliographyEntry:
    """One work of a bibliography."""

    item: Mapping[str, Any]
    """CSL-JSON; the id is the file's, or empty."""
    place: Place


def is_bibliography(path: Path) -> bool:
    """Return whether a file's extension is that of a bibliography."""
    return path.suffix.lower() in _READERS


def read_bibliography(path: Path, display_name: str, problems: ProblemList) -> list[BibliographyEntry]:
    """Read the works of a file in order, and report entries that cannot be read.

    Raise BriefgenError if no work can be read.
    """
    works = list(_READERS[path.suffix.lower()](read_text_file(path, display_name), display_name, problems))
    if not works:
        problems.raise_errors()
        hint = "export the works again from your reference manager, for example as CSL JSON"
        raise BriefgenError(Problem("bibliography-empty", "contains no works", Place(display_name), hint))
    return [BibliographyEntry(_clean_item(work.item), work.place) for work in works]


def _clean_item(item: Mapping[str, Any]) -> dict[str, Any]:
    """Return a work without the collector's own fields, its addresses and names as they are printed."""
    kept = {key: value for key, value in item.items() if key not in _PRIVATE_FIELDS}
    for name in ("URL", "DOI"):
        if isinstance(kept.get(name), str):
            kept[name] = _LATEX_ADDRESS.sub(_plain_address_part, kept[name]).strip()
    if isinstance(kept.get("publisher"), str) and re.match("https?://", kept["publisher"]):
        kept.setdefault("URL", kept.pop("publisher"))  # BibTeX's howpublished = {\url{…}}
    cleaned = {key: _strip_orcids(value) for key, value in normalize_identifiers(kept).items()}
    return {key: value for key, value in cleaned.items() if value not in ("", [], {}, {"date-parts": []})}


def _plain_address_part(match: re.Match[str]) -> str:
    if match["url"] is not None:
        return _LATEX_ADDRESS.sub(_plain_address_part, match["url"])
    if match["word"] or match["sim"]:
        return "_" if match["word"] == "underscore" else "~"
    return match["inner"] or match["sign"]


def _strip_orcids(names: Any) -> Any:
    """Return names without identifiers; a value that is no list of names as it is."""
    if not isinstance(names, list) or not all(isinstance(name, dict) for name in names):
        return names
    return [
        {key: _ORCID.sub("", part).strip() if isinstance(part, str) else part for key, part in name.items()}
        for name in names
    ]


# -- CSL-JSON and RIS


def _read_csl_json(text: str, display_name: str, problems: ProblemList) -> Iterator[BibliographyEntry]:
    for item, place in parse_csl_items(text, display_name, problems):
        if isinstance(item, dict):
            yield BibliographyEntry({**item, "id": str(item.get("id", ""))}, place)
        else:
            problems.add(_syntax_problem(place, "a work must be an object of keys in braces"))


def _read_ris_entries(text: str, display_name: str, problems: ProblemList) -> Iterator[BibliographyEntry]:
    entries, strays = parse_ris(text)
    if strays:
        others = f"; so are {len(strays) - 1} others" if len(strays) > 1 else ""
        message = f'is not a line of RIS, which begins like "TY  - "{others}'
        problems.add(_syntax_problem(Place(display_name, strays[0]), message))
    for line, item in entries:
        yield BibliographyEntry(item, Place(display_name, line))


def _syntax_problem(place: Place, message: str) -> Problem:
    hint = "export it again from your reference manager, or correct the entry"
    return Problem("bibliography-syntax", message, place, hint)


# -- BibTeX and BibLaTeX


class _BibtexError(BriefgenError):
    """Pandoc could not read BibTeX."""

    def __init__(self, problem: Problem, line: int) -> None:
        super().__init__(problem)
        self.problem = problem
        self.line = line
        """Where pandoc noticed; 0 if it does not say."""


def _read_bibtex_entries(text: str, display_name: str, problems: ProblemList) -> Iterator[BibliographyEntry]:
    items, text = _convert_sound_entries(text, display_name, problems)
    entries: dict[str, list[tuple[Place, str]]] = {}
    found = [
        entry for entry in _BIBTEX_ENTRY.finditer(text) if entry["kind"].lower() not in _NON_WORK_ENTRIES
    ]
    for number, entry in enumerate(found):
        end = found[number + 1].start() if number + 1 < len(found) else len(text)
        place = Place(display_name, text.count("\n", 0, entry.start()) + 1)
        entries.setdefault(entry["key"], []).append((place, text[entry.end() : end]))
    for item in items:
        same = entries.get(str(item.get("id")), [])
        place, content = same.pop(0) if same else (Place(display_name), "")
        kind = item.get("type") or ("webpage" if item.get("URL") else "document")
        extra = {"translated-title": item.get("annote", ""), "language": _parse_entry_language(content)}
        yield BibliographyEntry({**item, "type": kind, **extra, **_read_odd_year(item, content)}, place)


def _read_odd_year(item: Mapping[str, Any], content: str) -> dict[str, Any]:
    """Return what a year says that is more than a number: `c. 1999`, `2019a`, `in press`."""
    if item.get("issued") != {"date-parts": []}:
        return {}
    written = _YEAR_FIELD.search(content)
    if written and (year := _YEAR.fullmatch(written[1].strip())):
        circa = {"circa": True} if year["circa"] else {}
        return {"issued": {"date-parts": [[int(year["year"])]], **circa}}
    status = _STATUS.fullmatch(written[1].strip()) if written else None
    return {"status": status[0]} if status else {}


def _convert_sound_entries(
    text: str, display_name: str, problems: ProblemList
) -> tuple[list[dict[str, Any]], str]:
    """Return the works that pandoc can read, and the text without the entries that it cannot."""
    for attempt in range(_MAX_BROKEN):
        try:
            return _convert_bibtex(_prepare_bibtex(text), display_name), text
        except _BibtexError as error:
            spans = _find_entries(text)
            # An entry that never ends lets pandoc stop at some other one.
            broken = [] if attempt else [span for span in spans if not _is_closed(text, *span)]
            reason = "a brace or a quotation mark is not closed"
            if not broken:
                reason = error.problem.message.removeprefix("invalid BibTeX: ")
                position = _find_line(text, error.line) if error.line else -1
                broken = [(start, end) for start, end in spans if start <= position < end]
            if not broken:
                problems.add(error.problem)
                return [], text
            for start, end in broken:
                problems.add(_broken_entry_problem(text, start, display_name, reason))
                # Line breaks stay, so that the others keep their lines.
                text = text[:start] + re.sub(r"[^\n]", " ", text[start:end]) + text[end:]
    message = f"more than {_MAX_BROKEN} entries are not valid BibTeX"
    problems.add(_syntax_problem(Place(display_name), message))
    return [], text


def _broken_entry_problem(text: str, start: int, display_name: str, reason: str) -> Problem:
    sign = text.index("@", start)
    head = _BIBTEX_ENTRY.match(text, sign)
    name = f" {head['key']!r}" if head else ""
    place = Place(display_name, text.count("\n", 0, sign) + 1)
    return _syntax_problem(place, f"the entry{name} is not valid BibTeX: {reason}")


def _find_entries(text: str) -> list[tuple[int, int]]:
    """Return start and end of all entries, sound or not."""
    starts = [start.start() for start in _ENTRY_START.finditer(text)]
    return list(zip(starts, [*starts[1:], len(text)], strict=True))


def _find_line(text: str, line: int) -> int:
    return sum(len(each) + 1 for each in text.split("\n")[: line - 1])


def _is_closed(text: str, start: int, end: int) -> bool:
    """Return whether an entry's last brace comes before the next entry, and outside quotation marks."""
    depth, quoted = 0, False
    for mark in _BIBTEX_MARK.finditer(text, start, end):
        if mark[0] == '"' and depth == 1:
            quoted = not quoted
        elif mark[0] == "{":
            depth += 1
        elif mark[0] == "}":
            depth -= 1
            if depth == 0 and not quoted:
                return True
    return False


def _parse_entry_language(content: str) -> str:
    """Return the language of an entry, if it is one that makes a difference in a citation."""
    named = _LANGUAGE_FIELD.search(content)
    return _LANGUAGES.get(named[1].lower(), "") if named else ""


def _prepare_bibtex(text: str) -> str:
    """Declare every entry Latin, since pandoc would lower the capitals in English titles.

    A translated title, which pandoc drops, goes through it as an annotation, which we drop.
    """
    named = _LANGUAGE_FIELD_NAME.sub("ownlangid", _ANNOTATION_FIELD.sub("ownannotation", text))
    named = _TRANSLATION_FIELD.sub("annotation", named)
    return _BIBTEX_ENTRY.sub(
        lambda entry: (
            entry[0] if entry["kind"].lower() in _NON_WORK_ENTRIES else f"{entry[0]} langid = {{latin}},"
        ),
        named,
    )


def _convert_bibtex(text: str, display_name: str) -> list[dict[str, Any]]:
    # The BibLaTeX reader also reads BibTeX.
    command = [
        str(find_pandoc(_PURPOSE)),
        *("+RTS", f"-M{MAX_MEMORY}", "-RTS"),
        "--sandbox",
        "--from=biblatex",
        "--to=csljson",
    ]
    try:
        done = subprocess.run(
            command, input=text.encode(), capture_output=True, timeout=TIMEOUT_S, check=False
        )
    except subprocess.TimeoutExpired:
        problem = _syntax_problem(Place(display_name), f"took longer than {TIMEOUT_S} seconds to read")
        raise BriefgenError(problem) from None
    except OSError as error:
        raise pandoc_missing_error(_PURPOSE, f"does not run: {error.strerror or error}") from None
    if done.returncode != 0:
        raise _bibtex_syntax_error(done.stderr.decode(errors="replace"), text, display_name)
    try:
        items: list[dict[str, Any]] = json.loads(done.stdout)
    except ValueError:
        raise pandoc_missing_error(_PURPOSE, "does not run: its output cannot be read") from None
    return items


def _bibtex_syntax_error(output: str, text: str, display_name: str) -> _BibtexError:
    match = _PANDOC_PLACE.search(output)
    if not match:
        message = " ".join(output.split())[:200] or "pandoc refused it"
        return _BibtexError(_syntax_problem(Place(display_name), message), 0)
    line, reason = min(int(match[1]), text.count("\n") + 1), match[3].split("\n")[0]
    return _BibtexError(_syntax_problem(Place(display_name, line), f"invalid BibTeX: {reason}"), line)


_READERS: Mapping[str, Callable[[str, str, ProblemList], Iterator[BibliographyEntry]]] = {
    ".json": _read_csl_json,
    ".ris": _read_ris_entries,
    ".bib": _read_bibtex_entries,
    ".bibtex": _read_bibtex_entries,
    ".biblatex": _read_bibtex_entries,
}
