"""Puts the works of a bibliography among a library's references: each under an id of its own, none twice.

It says what is to be written; writing it is left to the caller. A work with a mistake is left out, and the
others are added; what a work lacks for a full citation is told, and nothing is invented.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from briefgen.errors import Place, Problem, ProblemList
from briefgen.library.folders import Folder
from briefgen.library.ingest.add_source import REFERENCES, appended
from briefgen.library.ingest.bibliography import Work
from briefgen.library.sources import read_references
from briefgen.model.source import Reference

_SLUG = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_TAG = re.compile(r"<[^>]+>")
_LONGEST = 60
_FIRST = ("id", "type", "title", "title-short", "author", "issued", "container-title")
"""Keys that stand first in an entry, for people to read."""
_NO_AUTHOR_NEEDED = frozenset({"bill", "legal_case", "legislation", "regulation", "treaty"})
_SMALL = frozenset({"a", "an", "the", "le", "la", "les", "el", "los", "las", "der", "die", "das"})


@dataclass(frozen=True, slots=True)
class Enlisted:
    """A bibliography that is ready to be added."""

    files: Mapping[Path, bytes]
    """What is to be written where; empty where nothing is new."""
    added: tuple[Reference, ...]
    known: int
    """Works that are among the references already, or stand twice."""
    problems: tuple[Problem, ...]
    """Errors are of works that are left out, warnings of works that are added or known."""


def enlist(folder: Folder, works: Sequence[Work], known: Mapping[str, Reference], name: str = "") -> Enlisted:
    """Plan the addition of works to a campaign's folder; `name` is the id for a single one."""
    findings = ProblemList()
    everything = dict(known)
    added: list[Reference] = []
    repeated = 0
    for work in works:
        twin = _twin(work.item, everything.values())
        if twin is not None:
            repeated += 1
            findings.add(_known(work, twin, twin in added))
            continue
        item = {**work.item, "id": name or _own_id(work.item, everything)}
        if not _is_sound(item, work.place, findings):
            continue
        reference = Reference(str(item["id"]), _in_order(item), work.place)
        everything[reference.id] = reference
        added.append(reference)
        findings.extend(_lacking(reference))
    files = {folder.path / REFERENCES: appended(folder, [dict(one.csl) for one in added])} if added else {}
    return Enlisted(files, tuple(added), repeated, tuple(findings.problems))


def _in_order(item: Mapping[str, Any]) -> dict[str, Any]:
    keys = [*(key for key in _FIRST if key in item), *sorted(key for key in item if key not in _FIRST)]
    return {key: item[key] for key in keys}


# -- twins


def _twin(item: Mapping[str, Any], known: Collection[Reference]) -> Reference | None:
    """A work that is the same: by DOI, by address, or by title and year."""
    marks = set(_marks(item))
    return next((one for one in known if marks & set(_marks(one.csl))), None)


def _marks(item: Mapping[str, Any]) -> Iterator[tuple[str, ...]]:
    doi = re.sub(r"^(?:https?://(?:dx\.)?doi\.org/|doi:)", "", str(item.get("DOI", "")).strip().lower())
    if doi:
        yield "DOI", doi
    url = re.sub(r"^https?://(?:www\.)?", "", str(item.get("URL", "")).strip()).rstrip("/")
    if url:
        yield "URL", url
    title = _TAG.sub("", str(item.get("title", ""))).lower()
    if title.strip():
        yield "title", " ".join(re.findall(r"\w+", title)), _year(item)
    if item.get("author") and _year(item):
        # One has the subtitle, the other has not.
        yield (
            "main title",
            " ".join(re.findall(r"\w+", title.partition(":")[0])),
            _year(item),
            _slug(_who(item)),
        )


def _year(item: Mapping[str, Any]) -> str:
    issued = item.get("issued")
    parts = issued.get("date-parts") if isinstance(issued, dict) else None
    try:
        return str(parts[0][0]) if parts else ""
    except (IndexError, KeyError, TypeError):
        return ""


def _known(work: Work, twin: Reference, in_this_file: bool) -> Problem:
    title = str(work.item.get("title", "a work without a title"))
    where = f"line {twin.place.line}" if in_this_file else str(twin.place)
    return Problem(
        "work-known",
        f"“{_short(title)}” is {twin.id} already ({where}), and is not added again",
        work.place,
        None,
        severity="warning",
    )


# -- ids


def _own_id(item: Mapping[str, Any], taken: Collection[str]) -> str:
    """A short id for snippets to name: the collector's own where it can be one, else author and year."""
    own = str(item.get("id", "")).strip()
    usable = own and "/" not in own and not own.isdigit()
    base = _slug(own) if usable else ""
    base = base or "-".join(part for part in (_slug(_who(item)), _year(item)) if part) or "work"
    candidates = (base, *(f"{base}-{letter}" for letter in "bcdefghijklmnopqrstuvwxyz"))
    return next((one for one in candidates if one not in taken), f"{base}-{len(taken)}")


def _who(item: Mapping[str, Any]) -> str:
    for role in ("author", "editor"):
        names = item.get(role)
        if isinstance(names, list) and names and isinstance(names[0], dict):
            return str(names[0].get("family") or names[0].get("literal") or "")
    words = re.findall(r"\w+", _TAG.sub("", str(item.get("title", ""))))
    return " ".join([word for word in words if word.lower() not in _SMALL][:3])


def _slug(text: str) -> str:
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    return "-".join(re.findall(r"[a-z0-9]+", plain))[:_LONGEST].strip("-")


# -- what is wrong, and what is missing


def _is_sound(item: Mapping[str, Any], place: Place, findings: ProblemList) -> bool:
    own = ProblemList()
    if not str(item.get("title", "")).strip():
        own.add(
            Problem(
                "work-untitled",
                f"the work {item['id']!r} has no title",
                place,
                "give it one, and add it again",
            )
        )
    try:
        read_references(json.dumps([item]), REFERENCES, own)
    except ValueError as error:
        own.add(Problem("bibliography-syntax", str(error), place))
    findings.extend(replace(problem, place=place) for problem in own.problems)
    return not own.errors


def _lacking(reference: Reference) -> Iterator[Problem]:
    """What a reader misses in a citation of this work."""
    item, kind = reference.csl, str(reference.csl.get("type"))
    if not item.get("issued"):
        yield _warning("work-undated", reference, "has no date", "look for the day or the year it appeared")
    if (
        not any(item.get(role) for role in ("author", "editor", "publisher"))
        and kind not in _NO_AUTHOR_NEEDED
    ):
        hint = "name the person or the organisation that wrote it, if it says so"
        yield _warning("work-anonymous", reference, "has neither author nor publisher", hint)
    if item.get("URL") and not item.get("accessed") and not item.get("DOI"):
        yield _warning(
            "work-unaccessed",
            reference,
            "has an address on the web and no day on which it was read there",
            'add "accessed": {"date-parts": [[2026, 11, 23]]}',
        )


def _warning(code: str, reference: Reference, what: str, hint: str) -> Problem:
    return Problem(code, f"the work {reference.id!r} {what}", reference.place, hint, severity="warning")


def _short(title: str, width: int = 60) -> str:
    return title if len(title) <= width else title[: width - 2].rsplit(" ", 1)[0] + " …"
