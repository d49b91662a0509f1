"""Reads bibliographies as reference managers export them: BibTeX, BibLaTeX, RIS and CSL-JSON.

Each work comes with the line where it begins. Which of them are added to a library is for
briefgen.library.ingest.add_references to decide. BibTeX is read by pandoc, in its sandbox.
"""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from briefgen.data import word_data
from briefgen.errors import BriefgenError, Place, Problem, ProblemList
from briefgen.library.sources import items_in
from briefgen.system.pandoc import pandoc_missing, pandoc_program
from briefgen.system.yaml_reader import read_text

_LINE = re.compile(r"(?P<tag>[A-Z][A-Z0-9])\s{1,2}-(?:\s(?P<value>.*))?$")


@dataclass(frozen=True, slots=True)
class Tagged:
    """One entry as it stands."""

    line: int
    """Of its TY, counted from 1."""
    values: dict[str, list[str]] = field(default_factory=dict)


def read_ris(text: str) -> tuple[list[tuple[int, dict[str, Any]]], list[int]]:
    """Items with the lines where they begin, and lines that are no RIS."""
    entries, strays = _entries(text)
    return [(entry.line, _item(entry.values)) for entry in entries], strays


def _entries(text: str) -> tuple[list[Tagged], list[int]]:
    entries: list[Tagged] = []
    strays: list[int] = []
    entry: Tagged | None = None
    last: list[str] | None = None
    for number, line in enumerate(text.split("\n"), start=1):
        match = _LINE.match(line.rstrip())
        if match and match["tag"] == "TY":
            entry = Tagged(number)
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


def _item(values: Mapping[str, Sequence[str]]) -> dict[str, Any]:
    table = word_data("ris")
    kind = next(iter(values["TY"]), "")
    item: dict[str, Any] = {"id": _first(values, ["ID"]), "type": table["types"].get(kind, "document")}
    for key, tags in table["texts"].items():
        item[key] = _first(values, tags)
    item["issue" if kind in table["issues"] else "number"] = _first(
        values, ["IS"] if kind in table["issues"] else table["number"]
    )
    item["page"] = "-".join(part for part in (_first(values, ["SP"]), _first(values, ["EP"])) if part)
    for key, tags in table["names"].items():
        item[key] = [_name(name) for tag in tags for name in values.get(tag, []) if name]
    for key, tags in table["dates"].items():
        item[key] = max(map(_date, _all(values, tags)), key=_precision, default={})
    return {key: value for key, value in item.items() if value}


def _all(values: Mapping[str, Sequence[str]], tags: Sequence[str]) -> Iterator[str]:
    for tag in tags:
        yield from (value for value in values.get(tag, []) if value)


def _first(values: Mapping[str, Sequence[str]], tags: Sequence[str]) -> str:
    return next(_all(values, tags), "")


def _name(name: str) -> dict[str, str]:
    """`Family, Given, Suffix`; a name without a comma is an organisation's."""
    parts = [part.strip() for part in name.split(",")]
    if len(parts) == 1 or not parts[1]:
        return {"literal": parts[0]}
    suffix = {"suffix": parts[2]} if len(parts) > 2 and parts[2] else {}
    return {"family": parts[0], "given": parts[1], **suffix}


def _date(value: str) -> dict[str, Any]:
    """`YYYY/MM/DD/anything`, each but the year may be empty; also with hyphens."""
    match = re.match(r"(\d{4})(?:[/-](\d{1,2})?(?:[/-](\d{1,2})?)?)?(?:/|$|\s|T)", value)
    if not match:
        return {"literal": value}
    parts = [match[1], match[2], match[3] if match[2] else None]
    return {"date-parts": [[int(part) for part in parts if part]]}


def _precision(date: Mapping[str, Any]) -> int:
    return len(date["date-parts"][0]) if "date-parts" in date else 0


TIMEOUT_S = 60
_PURPOSE = "reads BibTeX"
MAX_MEMORY = "1g"
_PRIVATE = frozenset({"abstract", "annote", "citation-key", "file", "keyword", "note", "system_id"})
"""Fields that stay behind: they are the collector's own, or another's text."""
_ENTRY = re.compile(r"@(?P<kind>[A-Za-z]+)\s*[{(]\s*(?P<key>[^,\s{}()\"]+)\s*,")
_NO_WORK = frozenset({"comment", "preamble", "string"})
_LANGUAGE = re.compile(r"(?<=[\s,])(?:langid|hyphenation)(?=\s*=)", re.IGNORECASE)
_NAMED = re.compile(r"(?<=[\s,])(?:langid|hyphenation)\s*=\s*[{\"]?(\w+)", re.IGNORECASE)
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
class Work:
    """One work of a bibliography."""

    item: Mapping[str, Any]
    """CSL-JSON; its id as the file has it, or empty."""
    place: Place


def is_bibliography(path: Path) -> bool:
    """Whether a file's name says that it is one."""
    return path.suffix.lower() in _READERS


def read_bibliography(path: Path, shown: str) -> list[Work]:
    """The works of a file in order; raises BriefgenError where it cannot be read or holds none."""
    works = list(_READERS[path.suffix.lower()](read_text(path, shown), shown))
    if not works:
        hint = "export the works again from your reference manager, for example as CSL JSON"
        raise BriefgenError(Problem("bibliography-empty", "holds no work", Place(shown), hint))
    return [Work(_without_private(work.item), work.place) for work in works]


def _without_private(item: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in item.items() if key not in _PRIVATE and value not in ("", [], {})}


# -- CSL-JSON and RIS


def _read_json(text: str, shown: str) -> Iterator[Work]:
    findings = ProblemList()
    items = list(items_in(text, shown, findings))
    findings.raise_errors()
    for item, place in items:
        if not isinstance(item, dict):
            raise _syntax(place, "a work is a list of keys in braces")
        yield Work({**item, "id": str(item.get("id", ""))}, place)


def _read_ris(text: str, shown: str) -> Iterator[Work]:
    entries, strays = read_ris(text)
    if strays:
        raise _syntax(Place(shown, strays[0]), 'is not a line of RIS, which begins like "TY  - "')
    for line, item in entries:
        yield Work(item, Place(shown, line))


def _syntax(place: Place, message: str) -> BriefgenError:
    hint = "export it again from your reference manager, or correct the entry"
    return BriefgenError(Problem("bibliography-syntax", message, place, hint))


# -- BibTeX and BibLaTeX


def _read_bibtex(text: str, shown: str) -> Iterator[Work]:
    entries: dict[str, list[tuple[Place, str]]] = {}
    found = [entry for entry in _ENTRY.finditer(text) if entry["kind"].lower() not in _NO_WORK]
    for number, entry in enumerate(found):
        end = found[number + 1].start() if number + 1 < len(found) else len(text)
        place = Place(shown, text.count("\n", 0, entry.start()) + 1)
        entries.setdefault(entry["key"], []).append((place, text[entry.end() : end]))
    for item in _converted(_in_no_language(text), shown):
        same = entries.get(str(item.get("id")), [])
        place, content = same.pop(0) if same else (Place(shown), "")
        kind = item.get("type") or ("webpage" if item.get("URL") else "document")
        yield Work({**item, "type": kind, "language": _language(content)}, place)


def _language(content: str) -> str:
    """The language that an entry names, of those that make a difference in a citation."""
    named = _NAMED.search(content)
    return _LANGUAGES.get(named[1].lower(), "") if named else ""


def _in_no_language(text: str) -> str:
    """Say of every entry that it is in Latin: pandoc would take the capitals in English titles away."""
    named = _LANGUAGE.sub("ownlangid", text)
    return _ENTRY.sub(
        lambda entry: entry[0] if entry["kind"].lower() in _NO_WORK else f"{entry[0]} langid = {{latin}},",
        named,
    )


def _converted(text: str, shown: str) -> list[dict[str, Any]]:
    # BibLaTeX's reader takes all that is BibTeX too.
    command = [
        str(pandoc_program(_PURPOSE)),
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
        raise _syntax(Place(shown), f"took longer than {TIMEOUT_S} seconds to read") from None
    except OSError as error:
        raise pandoc_missing(_PURPOSE, f"does not run: {error.strerror or error}") from None
    if done.returncode != 0:
        raise _refused(done.stderr.decode(errors="replace"), text, shown)
    try:
        items: list[dict[str, Any]] = json.loads(done.stdout)
    except ValueError:
        raise pandoc_missing(_PURPOSE, "does not run: its answer cannot be read") from None
    return items


def _refused(said: str, text: str, shown: str) -> BriefgenError:
    match = _PANDOC_PLACE.search(said)
    if not match:
        return _syntax(Place(shown), " ".join(said.split())[:200] or "pandoc refused it")
    line, reason = min(int(match[1]), text.count("\n") + 1), match[3].split("\n")[0]
    return _syntax(Place(shown, line), f"is not BibTeX here: {reason}")


_READERS: Mapping[str, Callable[[str, str], Iterator[Work]]] = {
    ".json": _read_json,
    ".ris": _read_ris,
    ".bib": _read_bibtex,
    ".bibtex": _read_bibtex,
    ".biblatex": _read_bibtex,
}
