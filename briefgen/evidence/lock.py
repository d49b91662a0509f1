"""The lock: which quotes were proved against which text, and who reviewed which wording.

It holds hashes only, no words of a source. Quotes are proved in briefgen.evidence.prove.
"""

from __future__ import annotations

import hashlib
import json
import re
import shlex
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import Any

from briefgen.errors import BriefgenError, Place, Problem, ProblemList
from briefgen.evidence.normalize import hash_normalized, normalize_text
from briefgen.evidence.statements import Statement, statement_key
from briefgen.model.snippet import Evidence, Snippet
from briefgen.model.source import Source, SourceDependency
from briefgen.system.files import read_limited_bytes

LOCK_FORMAT = 3
_SECTIONS_BY_FORMAT = {1: 2, 2: 3, LOCK_FORMAT: 4}
"""How many sections each format has that is read. Format 1 also hashed less of what a wording rests on; what
it holds is valid still."""
LOCK_FILE_NAME = "quotes.lock"
LOCK_CODES = frozenset({"lock-damaged", "lock-edited"})
"""Problems of a lock that cannot be used."""
MAX_LOCK_BYTES = 50_000_000
"""That of the built-in library takes 0.1 MB for 155 statements."""


@dataclass(frozen=True, slots=True)
class LockedQuote:
    """A quote at the time it was proved."""

    quote: str
    """SHA-256 of the normalized quote, with prefix and suffix."""
    passage: str
    """SHA-256 of the normalized source text from the first to the last word of the quote."""
    source: str
    text: str
    """SHA-256 of the source's text file."""
    paragraph: int
    start: int
    end: int
    """Span in the text file, in characters."""
    briefgen: str
    """Version of briefgen that proved it."""
    on: str
    """ISO date."""


@dataclass(frozen=True, slots=True)
class LockedWording:
    """A wording at the time it was reviewed."""

    wording: str
    """SHA-256 of the normalized wording."""
    rests: str
    """SHA-256 of its basis: evidence, confidence, caveats, corrections, date, kind, offices."""
    by: str
    on: str
    """ISO date."""


@dataclass(frozen=True, slots=True)
class LockedWork:
    """A cited work at the time a statement that cites it was reviewed."""

    work: str
    """SHA-256 of its entry in references.json, as far as it can be printed, and of what it rests on."""
    by: str
    on: str
    """ISO date."""


@dataclass(frozen=True, slots=True)
class LockedCuration:
    """An entry of corrections.md or omitted.yaml at the time it was reviewed."""

    entry: str
    """SHA-256 of its normalized text."""
    by: str
    on: str
    """ISO date."""


@dataclass(frozen=True, slots=True)
class EvidenceLock:
    """Everything that was proved and reviewed, by statement and position within it."""

    quotes: Mapping[str, LockedQuote] = field(default_factory=dict)
    """By `ID#1`, the position in the statement's evidence counted from 1; for caveats, `caveats/ID#1`."""
    wordings: Mapping[str, LockedWording] = field(default_factory=dict)
    """By `ID` for the body, `ID.short` for a variant, `ID.title` for the title, `ID.alt` for a figure's
    alternative text."""
    works: Mapping[str, LockedWork] = field(default_factory=dict)
    """By id in references.json."""
    curation: Mapping[str, LockedCuration] = field(default_factory=dict)
    """By `corrections/ID` or `omitted/ANCHOR`; each folder has entries of its own, even of the same key."""

    def with_fallback(self, other: EvidenceLock) -> EvidenceLock:
        """Return this lock with the entries it lacks taken from another."""
        return EvidenceLock(
            {**other.quotes, **self.quotes},
            {**other.wordings, **self.wordings},
            {**other.works, **self.works},
            {**other.curation, **self.curation},
        )


def quote_key(statement: Statement, index: int) -> str:
    """Return the key of a quote in the lock; `index` counts the statement's evidence from 0."""
    return f"{statement_key(statement)}#{index + 1}"


def wording_key(statement: Statement, wording: str) -> str:
    """Return the key of a wording in the lock."""
    return statement_key(statement) if wording == "body" else f"{statement_key(statement)}.{wording}"


def lock_command(place: Place) -> str:
    """Return the command that records a review of the statement at a place, in the library it belongs to.

    In places, a library that ships with briefgen or is installed goes by its id, which `-c` accepts, and that
    of the current folder has no name.
    """
    folder = place.file.rpartition("/snippets/")[0]
    where = f" -c {shlex.quote(folder)}" if folder else ""
    return f"briefgen snippets lock --by NAME{where}"


def approve_command(place: Place, key: str) -> str:
    """Return the command that approves the statement at a place, in the library it belongs to."""
    return lock_command(place).replace("snippets lock", f"snippets approve {key}")


def hash_quote(evidence: Evidence) -> str:
    """Return the SHA-256 of a normalized quote with its prefix and suffix."""
    return hash_normalized("\n".join((evidence.prefix, evidence.quote or "", evidence.suffix)))


_EMPHASIZED_NAME = re.compile(
    r"(?<![\w*])([*_])(?P<name>[A-Z0-9][^*_ ]*(?: (?:[A-Z0-9][^*_ ]*|[a-z]{1,3}))*)(?<! )\1(?![\w*])"
)
"""Emphasis on words with capitals, as on the name of a newspaper; on other words it is stress."""


def hash_wording(markdown: str) -> str:
    """Return the SHA-256 of a wording; whether a name is in italics does not matter."""
    return hash_normalized(_EMPHASIZED_NAME.sub(r"\g<name>", normalize_text(markdown).text))


def is_same_wording(entry: LockedWording, markdown: str) -> bool:
    """Return whether a wording is the one that was reviewed."""
    return entry.wording in (hash_wording(markdown), hash_normalized(markdown))


def hash_foundation(statement: Statement) -> str:
    """Return the SHA-256 of everything that a statement's wordings rest on, except editors' notes."""
    data = _foundation(statement)
    for item in data["evidence"]:
        if item["attested"]:
            item["attested"] = _normalize_values(item["attested"])
        if item["computed"]:
            item["computed"] = normalize_text(item["computed"]).text
    data |= {"corrections": statement.corrections, "language": statement.language}
    if isinstance(statement, Snippet):
        data |= {"kind": statement.kind, "recipients": statement.recipients}
        data |= {"key": statement.key} if statement.key else {}
    return _hash_json(data)


def is_same_foundation(entry: LockedWording, statement: Statement) -> bool:
    """Return whether a statement rests on what it rested on when it was reviewed."""
    return entry.rests == hash_foundation(statement) or has_first_format(entry, statement)


def has_first_format(entry: LockedWording, statement: Statement) -> bool:
    """Return whether an entry of lock format 1 is valid: that format kept spaces within `said`."""
    data = _foundation(statement)
    if entry.rests == _hash_json(data):
        return True
    for item in data["evidence"]:
        if item["attested"]:
            item["attested"]["said"] = " ".join(item["attested"]["said"].split())
    return entry.rests == _hash_json(data)


def _foundation(statement: Statement) -> dict[str, Any]:
    """Return what lock format 1 hashed."""
    data: dict[str, Any] = {"evidence": [item.model_dump(exclude={"note"}) for item in statement.evidence]}
    if isinstance(statement, Snippet):
        data |= {key: getattr(statement, key) for key in ("as_of", "confidence", "caveats", "superseded_by")}
        if statement.figure:
            data["figure"] = _figure_content(statement)
    else:
        data |= {"must_print": statement.must_print, "form": statement.form}
    for item in data["evidence"]:
        for key in ("quote", "prefix", "suffix"):
            item[key] = hash_normalized(item[key] or "")
        if item["attested"]:
            item["attested"] = {key: value for key, value in item["attested"].items() if value}
    return data


def hash_work(work: Source, rests_on: SourceDependency | None) -> str:
    """Return the SHA-256 of what a note can print of a work, and of the works that it rests on."""
    printed = json.loads(json.dumps(work.csl), object_hook=_normalize_values)
    return _hash_json({"csl": printed, "rests-on": sorted(rests_on.on) if rests_on else []})


def _normalize_values(item: dict[str, Any]) -> dict[str, Any]:
    return {
        key: normalize_text(value).text if isinstance(value, str) else value for key, value in item.items()
    }


def _hash_json(data: Any) -> str:
    return hashlib.sha256(json.dumps(data, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


def _figure_content(statement: Snippet) -> dict[str, Any]:
    """Return a figure's chart type, unit and data, each datum with the positions of its evidence."""
    chart = statement.figure.model_dump(include={"chart", "unit"}) if statement.figure else {}
    rows = [
        datum.model_dump(exclude={"evidence"}) | {"evidence": list(statement.evidence_of(row))}
        for row, datum in enumerate(statement.data)
    ]
    return {**chart, "rows": rows}


# -- the file


def serialize_lock(lock: EvidenceLock) -> str:
    """Return the text of `snippets/quotes.lock`: sorted, one entry per line, with a hash of the contents."""
    body = {name: _serialize_entries(entries) for name, entries in _sections(lock).items()}
    lines = ["{", f'"format": {LOCK_FORMAT},', f'"seal": "{_compute_lock_seal(lock)}",']
    for name, entries in body.items():
        comma = "," if name != [*body][-1] else ""
        lines += (
            [f'"{name}": {{', ",\n".join(entries), f"}}{comma}"] if entries else [f'"{name}": {{}}{comma}']
        )
    return "\n".join((*lines, "}", ""))


def _sections(lock: EvidenceLock) -> dict[str, dict[str, dict[str, Any]]]:
    """Return the entries as they are written, sorted by key, by section."""
    return {
        section.name: {key: asdict(entry) for key, entry in sorted(getattr(lock, section.name).items())}
        for section in fields(lock)
    }


def _serialize_entries(entries: Mapping[str, Mapping[str, Any]]) -> list[str]:
    return [f"{json.dumps(key)}: {json.dumps(entry, ensure_ascii=False)}" for key, entry in entries.items()]


def _compute_lock_seal(lock: EvidenceLock, lock_format: int = LOCK_FORMAT) -> str:
    sections = list(_sections(lock).values())
    return _hash_json(sections[: _SECTIONS_BY_FORMAT.get(lock_format)])


def read_lock(path: Path, display_name: str, findings: ProblemList) -> EvidenceLock:
    """Read a lock file; report a damaged or edited one, and treat a missing one as empty."""
    if not path.is_file():
        return EvidenceLock()
    try:
        text = read_limited_bytes(path, display_name, MAX_LOCK_BYTES).decode("utf-8")
    except BriefgenError as error:
        findings.extend(error.problems)
        return EvidenceLock()
    except UnicodeDecodeError:
        findings.add(
            Problem(
                "lock-damaged",
                "cannot be read: is not UTF-8",
                Place(display_name),
                _restore_hint(display_name),
            )
        )
        return EvidenceLock()
    return parse_lock(text, display_name, findings)


def _restore_hint(display_name: str) -> str:
    command = lock_command(Place(display_name))
    return f"restore it from version control, or review the snippets and run {command}"


def omit_consequences(problems: Iterable[Problem], broken_locks: Collection[str]) -> Iterator[Problem]:
    """Omit from the problems of a library what follows from locks that cannot be read, given by file."""
    folders = tuple(file.removesuffix(LOCK_FILE_NAME) for file in broken_locks)
    for problem in problems:
        follows = problem.code in ("wording-unlocked", "quote-unproved") and problem.place is not None
        if not (follows and folders and str(problem.place).startswith(folders)):
            yield problem


_ENTRY_KINDS = {
    "quotes": LockedQuote,
    "wordings": LockedWording,
    "works": LockedWork,
    "curation": LockedCuration,
}


def parse_lock(text: str, display_name: str, findings: ProblemList) -> EvidenceLock:
    """Parse the text of a lock file; report a damaged or edited one and return an empty lock instead."""
    try:
        data = json.loads(text)
        sections = fields(EvidenceLock)[: _SECTIONS_BY_FORMAT.get(data["format"])]
        lock = EvidenceLock(
            **{
                section.name: dict(_parse_lock_entries(_ENTRY_KINDS[section.name], data[section.name]))
                for section in sections
            }
        )
        seal, lock_format = data["seal"], data["format"]
        expected_seal = _compute_lock_seal(lock, lock_format)  # cannot be computed over lone surrogates
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        line = error.lineno if isinstance(error, json.JSONDecodeError) else None
        findings.add(
            Problem(
                "lock-damaged", "is not a lock file", Place(display_name, line), _restore_hint(display_name)
            )
        )
        return EvidenceLock()
    if lock_format not in _SECTIONS_BY_FORMAT:
        findings.add(
            Problem(
                "lock-damaged",
                f"has format {lock_format!r}; this version of briefgen reads format {LOCK_FORMAT}",
                Place(display_name),
                "use the version of briefgen that wrote it, or lock again",
            )
        )
        return EvidenceLock()
    if seal != expected_seal:
        findings.add(
            Problem(
                "lock-edited",
                "was changed by something other than briefgen snippets lock",
                Place(display_name),
                _restore_hint(display_name),
            )
        )
        return EvidenceLock()
    return lock


def _parse_lock_entries(kind: type[Any], data: Any) -> Iterator[tuple[str, Any]]:
    types = {item.name: int if item.type == "int" else str for item in fields(kind)}
    for key, values in data.items():
        if set(values) != set(types) or any(type(values[name]) is not types[name] for name in types):
            raise TypeError(key)
        yield key, kind(**values)
