"""The lock: which quotes were proved against which text, and who reviewed which wording.

It holds hashes only, no words of a source. Quotes are proved in briefgen.evidence.prove.
"""

from __future__ import annotations

import hashlib
import json
import shlex
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import Any, TypeVar

from briefgen.errors import BriefgenError, Place, Problem, ProblemList
from briefgen.evidence.normalize import hash_normalized
from briefgen.evidence.statements import Statement, statement_key
from briefgen.model.snippet import Evidence, Snippet
from briefgen.system.files import read_limited_bytes

LOCK_FORMAT = 1
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
    """SHA-256 of its basis: evidence, confidence, caveats, date."""
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

    def with_fallback(self, other: EvidenceLock) -> EvidenceLock:
        """Return this lock with the entries it lacks taken from another."""
        return EvidenceLock({**other.quotes, **self.quotes}, {**other.wordings, **self.wordings})


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


def hash_foundation(statement: Statement) -> str:
    """Return the SHA-256 of everything that a statement's wordings rest on, except editors' notes."""
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
    body = {"quotes": _serialize_entries({**lock.quotes}), "wordings": _serialize_entries({**lock.wordings})}
    lines = ["{", f'"format": {LOCK_FORMAT},', f'"seal": "{_compute_lock_seal(lock)}",']
    for name, entries in body.items():
        comma = "," if name == "quotes" else ""
        lines += (
            [f'"{name}": {{', ",\n".join(entries), f"}}{comma}"] if entries else [f'"{name}": {{}}{comma}']
        )
    return "\n".join((*lines, "}", ""))


def _serialize_entries(entries: Mapping[str, LockedQuote | LockedWording]) -> list[str]:
    return [
        f"{json.dumps(key)}: {json.dumps(asdict(entry), ensure_ascii=False)}"
        for key, entry in sorted(entries.items())
    ]


def _compute_lock_seal(lock: EvidenceLock) -> str:
    data = [
        {key: asdict(entry) for key, entry in sorted(lock.quotes.items())},
        {key: asdict(entry) for key, entry in sorted(lock.wordings.items())},
    ]
    return hashlib.sha256(json.dumps(data, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


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
            Problem("lock-damaged", "cannot be read: is not UTF-8", Place(display_name), _RESTORE_HINT)
        )
        return EvidenceLock()
    return parse_lock(text, display_name, findings)


_RESTORE_HINT = (
    "restore it from version control, or review the snippets and run briefgen snippets lock --by NAME"
)


def parse_lock(text: str, display_name: str, findings: ProblemList) -> EvidenceLock:
    """Parse the text of a lock file; report a damaged or edited one and return an empty lock instead."""
    try:
        data = json.loads(text)
        lock = EvidenceLock(
            dict(_parse_lock_entries(LockedQuote, data["quotes"])),
            dict(_parse_lock_entries(LockedWording, data["wordings"])),
        )
        seal, lock_format = data["seal"], data["format"]
        expected_seal = _compute_lock_seal(lock)  # cannot be computed over lone surrogates
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        line = error.lineno if isinstance(error, json.JSONDecodeError) else None
        findings.add(Problem("lock-damaged", "is not a lock file", Place(display_name, line), _RESTORE_HINT))
        return EvidenceLock()
    if lock_format != LOCK_FORMAT:
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
                _RESTORE_HINT,
            )
        )
        return EvidenceLock()
    return lock


_Entry = TypeVar("_Entry", LockedQuote, LockedWording)


def _parse_lock_entries(kind: type[_Entry], data: Any) -> Iterator[tuple[str, _Entry]]:
    types = {item.name: int if item.type == "int" else str for item in fields(kind)}
    for key, values in data.items():
        if set(values) != set(types) or any(type(values[name]) is not types[name] for name in types):
            raise TypeError(key)
        yield key, kind(**values)
