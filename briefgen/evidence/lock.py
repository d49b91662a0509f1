"""The lock: which quotes were proved against which text, and who answers for which wording.

It records and compares hashes; proving is done elsewhere. No word of a source is in it.
"""

from __future__ import annotations

import hashlib
import json
import shlex
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import Any, TypeVar

from briefgen.errors import Place, Problem, ProblemList
from briefgen.evidence.normalize import fingerprint
from briefgen.model.snippet import Caveat, Evidence, Snippet

FORMAT = 1
Card = Snippet | Caveat


@dataclass(frozen=True, slots=True)
class QuoteEntry:
    """A quote as it was proved."""

    quote: str
    """SHA-256 of the quote's normalised words, with prefix and suffix."""
    passage: str
    """SHA-256 of the source's normalised words from the quote's first to its last."""
    source: str
    text: str
    """SHA-256 of the source's text file."""
    paragraph: int
    start: int
    end: int
    """Span in the text file, in characters."""
    briefgen: str
    """Version that proved it."""
    on: str
    """ISO date."""


@dataclass(frozen=True, slots=True)
class WordingEntry:
    """A wording as it was reviewed."""

    wording: str
    """SHA-256 of its normalised words."""
    rests: str
    """SHA-256 of what it rests on: evidence, confidence, caveats, date."""
    by: str
    on: str
    """ISO date."""


@dataclass(frozen=True, slots=True)
class Lock:
    """What was proved and reviewed, by card and place within it."""

    quotes: Mapping[str, QuoteEntry] = field(default_factory=dict)
    """By `ID#1`, the position among the card's evidence counted from 1; a caveat's ID is `caveats/ID`."""
    wordings: Mapping[str, WordingEntry] = field(default_factory=dict)
    """By `ID` for the body, `ID.short` for a variant, `ID.title` for the title, `ID.alt` for a figure's
    alternative text."""

    def over(self, other: Lock) -> Lock:
        """This lock, filled up from another."""
        return Lock({**other.quotes, **self.quotes}, {**other.wordings, **self.wordings})


def card_key(card: Card) -> str:
    """The name of a snippet or caveat in the lock."""
    return f"caveats/{card.id}" if isinstance(card, Caveat) else card.id


def quote_key(card: Card, index: int) -> str:
    """The name of a quote in the lock; `index` counts the card's evidence from 0."""
    return f"{card_key(card)}#{index + 1}"


def wording_key(card: Card, wording: str) -> str:
    """The name of a wording in the lock."""
    return card_key(card) if wording == "body" else f"{card_key(card)}.{wording}"


TITLE = "title"
ALT = "alt"
LEGEND = "legend"


def card_wordings(card: Card) -> dict[str, str]:
    """Everything of a card that can be printed, by name: `body`, and a snippet's variants and title.

    A figure's picture is told by its `alt`, its marks by its `legend`; its data are among what it rests on.
    """
    if isinstance(card, Caveat):
        return {"body": card.body}
    named = {TITLE: card.title} if card.title else {}
    drawn = {ALT: card.figure.alt, LEGEND: card.figure.legend} if card.figure else {}
    drawn = {name: words for name, words in drawn.items() if words or name == ALT}
    variants = {str(name): wording for name, wording in card.variants.items()}
    return {"body": card.body, **variants, **named, **drawn}


def wording_place(card: Card, name: str) -> Place:
    """Where one of a card's wordings stands."""
    if name in (ALT, LEGEND):
        return card.at("figure", name)
    return card.at(name) if name in ("body", TITLE) else card.at("variants", name)


def lock_command(place: Place) -> str:
    """The command that records the review of what stands at a place, for the library in which it stands.

    The library that comes with briefgen is shown as `briefgen`; that of the current folder has no name.
    """
    folder = place.file.rpartition("/snippets/")[0]
    where = f" -c {shlex.quote(folder)}" if folder not in ("", "briefgen") else ""
    return f"briefgen snippets lock --by NAME{where}"


def quote_hash(evidence: Evidence) -> str:
    """SHA-256 of a quote's normalised words with those that single it out."""
    return fingerprint("\n".join((evidence.prefix, evidence.quote or "", evidence.suffix)))


def rests_hash(card: Card) -> str:
    """SHA-256 of what a card's wordings rest on; editors' notes do not count."""
    data: dict[str, Any] = {"evidence": [item.model_dump(exclude={"note"}) for item in card.evidence]}
    if isinstance(card, Snippet):
        data |= {key: getattr(card, key) for key in ("as_of", "confidence", "caveats", "superseded_by")}
        if card.figure:
            data["figure"] = _drawn(card)
    else:
        data |= {"must_print": card.must_print, "form": card.form}
    for item in data["evidence"]:
        for key in ("quote", "prefix", "suffix"):
            item[key] = fingerprint(item[key] or "")
    return hashlib.sha256(json.dumps(data, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


def _drawn(card: Snippet) -> dict[str, Any]:
    """A figure's chart, unit and data, each datum with the positions of its evidence."""
    chart = card.figure.model_dump(include={"chart", "unit"}) if card.figure else {}
    rows = [
        datum.model_dump(exclude={"evidence"}) | {"evidence": list(card.evidence_of(row))}
        for row, datum in enumerate(card.data)
    ]
    return {**chart, "rows": rows}


# -- the file


def write_lock(lock: Lock) -> str:
    """The text of `snippets/quotes.lock`: sorted, one entry a line, sealed by its own hash."""
    body = {"quotes": _lines({**lock.quotes}), "wordings": _lines({**lock.wordings})}
    lines = ["{", f'"format": {FORMAT},', f'"seal": "{_seal(lock)}",']
    for name, entries in body.items():
        comma = "," if name == "quotes" else ""
        lines += (
            [f'"{name}": {{', ",\n".join(entries), f"}}{comma}"] if entries else [f'"{name}": {{}}{comma}']
        )
    return "\n".join((*lines, "}", ""))


def _lines(entries: Mapping[str, QuoteEntry | WordingEntry]) -> list[str]:
    return [
        f"{json.dumps(key)}: {json.dumps(asdict(entry), ensure_ascii=False)}"
        for key, entry in sorted(entries.items())
    ]


def _seal(lock: Lock) -> str:
    data = [
        {key: asdict(entry) for key, entry in sorted(lock.quotes.items())},
        {key: asdict(entry) for key, entry in sorted(lock.wordings.items())},
    ]
    return hashlib.sha256(json.dumps(data, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


def read_lock(path: Path, shown: str, findings: ProblemList) -> Lock:
    """Read a lock file; an absent one is an empty lock, a damaged or edited one is reported."""
    if not path.is_file():
        return Lock()
    try:
        text = path.read_bytes().decode("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "is not UTF-8"
        findings.add(Problem("lock-damaged", f"cannot be read: {reason}", Place(shown), _AGAIN))
        return Lock()
    return parse_lock(text, shown, findings)


_AGAIN = "restore it from version control, or review the snippets and run briefgen snippets lock --by NAME"


def parse_lock(text: str, shown: str, findings: ProblemList) -> Lock:
    """The lock that a file's text says, or an empty one where the text is damaged or was edited."""
    try:
        data = json.loads(text)
        lock = Lock(
            dict(_entries(QuoteEntry, data["quotes"])), dict(_entries(WordingEntry, data["wordings"]))
        )
        seal, form = data["seal"], data["format"]
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        line = error.lineno if isinstance(error, json.JSONDecodeError) else None
        findings.add(Problem("lock-damaged", "is not a lock file", Place(shown, line), _AGAIN))
        return Lock()
    if form != FORMAT:
        findings.add(
            Problem(
                "lock-damaged",
                f"has the format {form!r}; this briefgen knows {FORMAT}",
                Place(shown),
                "use the version of briefgen that wrote it, or lock again",
            )
        )
        return Lock()
    if seal != _seal(lock):
        findings.add(
            Problem(
                "lock-edited", "was changed by other means than briefgen snippets lock", Place(shown), _AGAIN
            )
        )
        return Lock()
    return lock


Entry = TypeVar("Entry", QuoteEntry, WordingEntry)


def _entries(kind: type[Entry], data: Any) -> Iterator[tuple[str, Entry]]:
    types = {item.name: int if item.type == "int" else str for item in fields(kind)}
    for key, values in data.items():
        if set(values) != set(types) or any(type(values[name]) is not types[name] for name in types):
            raise TypeError(key)
        yield key, kind(**values)
