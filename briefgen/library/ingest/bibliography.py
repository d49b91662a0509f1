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
from briefgen.library.references import parse_csl_items
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


def read_bibliography(path: Path, display_name: str) -> list[BibliographyEntry]:
    """Read the works of a file in order; raise BriefgenError if it cannot be read or has none."""
    works = list(_READERS[path.suffix.lower()](read_text_file(path, display_name), display_name))
    if not works:
        hint = "export the works again from your reference manager, for example as CSL JSON"
        raise BriefgenError(Problem("bibliography-empty", "contains no works", Place(display_name), hint))
    return [BibliographyEntry(_drop_private_fields(work.item), work.place) for work in works]


def _drop_private_fields(item: Mapping[str, Any]) -> dict[str, Any]:
    return {
        key: value for key, value in item.items() if key not in _PRIVATE_FIELDS and value not in ("", [], {})
    }


# -- CSL-JSON and RIS


def _read_csl_json(text: str, display_name: str) -> Iterator[BibliographyEntry]:
    problems = ProblemList()
    items = list(parse_csl_items(text, display_name, problems))
    problems.raise_errors()
    for item, place in items:
        if not isinstance(item, dict):
            raise _bibliography_syntax_error(place, "a work must be an object of keys in braces")
        yield BibliographyEntry({**item, "id": str(item.get("id", ""))}, place)


def _read_ris_entries(text: str, display_name: str) -> Iterator[BibliographyEntry]:
    entries, strays = parse_ris(text)
    if strays:
        raise _bibliography_syntax_error(
            Place(display_name, strays[0]), 'is not a line of RIS, which begins like "TY  - "'
        )
    for line, item in entries:
        yield BibliographyEntry(item, Place(display_name, line))


def _bibliography_syntax_error(place: Place, message: str) -> BriefgenError:
    hint = "export it again from your reference manager, or correct the entry"
    return BriefgenError(Problem("bibliography-syntax", message, place, hint))


# -- BibTeX and BibLaTeX


def _read_bibtex_entries(text: str, display_name: str) -> Iterator[BibliographyEntry]:
    entries: dict[str, list[tuple[Place, str]]] = {}
    found = [
        entry for entry in _BIBTEX_ENTRY.finditer(text) if entry["kind"].lower() not in _NON_WORK_ENTRIES
    ]
    for number, entry in enumerate(found):
        end = found[number + 1].start() if number + 1 < len(found) else len(text)
        place = Place(display_name, text.count("\n", 0, entry.start()) + 1)
        entries.setdefault(entry["key"], []).append((place, text[entry.end() : end]))
    for item in _convert_bibtex(_set_neutral_language(text), display_name):
        same = entries.get(str(item.get("id")), [])
        place, content = same.pop(0) if same else (Place(display_name), "")
        kind = item.get("type") or ("webpage" if item.get("URL") else "document")
        yield BibliographyEntry({**item, "type": kind, "language": _parse_entry_language(content)}, place)


def _parse_entry_language(content: str) -> str:
    """Return the language of an entry, if it is one that makes a difference in a citation."""
    named = _LANGUAGE_FIELD.search(content)
    return _LANGUAGES.get(named[1].lower(), "") if named else ""


def _set_neutral_language(text: str) -> str:
    """Declare every entry Latin: pandoc would lower the capitals in English titles."""
    named = _LANGUAGE_FIELD_NAME.sub("ownlangid", text)
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
        raise _bibliography_syntax_error(
            Place(display_name), f"took longer than {TIMEOUT_S} seconds to read"
        ) from None
    except OSError as error:
        raise pandoc_missing_error(_PURPOSE, f"does not run: {error.strerror or error}") from None
    if done.returncode != 0:
        raise _bibtex_syntax_error(done.stderr.decode(errors="replace"), text, display_name)
    try:
        items: list[dict[str, Any]] = json.loads(done.stdout)
    except ValueError:
        raise pandoc_missing_error(_PURPOSE, "does not run: its output cannot be read") from None
    return items


def _bibtex_syntax_error(output: str, text: str, display_name: str) -> BriefgenError:
    match = _PANDOC_PLACE.search(output)
    if not match:
        return _bibliography_syntax_error(
            Place(display_name), " ".join(output.split())[:200] or "pandoc refused it"
        )
    line, reason = min(int(match[1]), text.count("\n") + 1), match[3].split("\n")[0]
    return _bibliography_syntax_error(Place(display_name, line), f"invalid BibTeX: {reason}")


_READERS: Mapping[str, Callable[[str, str], Iterator[BibliographyEntry]]] = {
    ".json": _read_csl_json,
    ".ris": _read_ris_entries,
    ".bib": _read_bibtex_entries,
    ".bibtex": _read_bibtex_entries,
    ".biblatex": _read_bibtex_entries,
}
