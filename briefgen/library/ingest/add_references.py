"""Plan the addition of a bibliography's works to a library's references, each with a unique id, none twice.

Works with errors are skipped and the others are added. What a work lacks for a full citation is reported, and
nothing is invented.
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
from briefgen.library.folders import LibraryFolder
from briefgen.library.ingest.add_source import append_references
from briefgen.library.ingest.bibliography import BibliographyEntry
from briefgen.library.references import REFERENCES_FILE, parse_references, strip_doi_prefix
from briefgen.model.source import Source

_ID_PATTERN = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_HTML_TAG = re.compile(r"<[^>]+>")
_MAX_ID_LENGTH = 60
_LEADING_KEYS = ("id", "type", "title", "title-short", "author", "issued", "container-title")
"""Keys that come first in an entry, for readability."""
_AUTHORLESS_TYPES = frozenset({"bill", "legal_case", "legislation", "regulation", "treaty"})
_ARTICLES = frozenset({"a", "an", "the", "le", "la", "les", "el", "los", "las", "der", "die", "das"})


@dataclass(frozen=True, slots=True)
class ReferencesPlan:
    """A bibliography that is ready to be added."""

    files: Mapping[Path, bytes]
    """File contents by path; empty if nothing is new."""
    added: tuple[Source, ...]
    known: int
    """Number of works that are among the references already, or repeated."""
    problems: tuple[Problem, ...]
    """Errors concern works that are skipped, warnings works that are added or known."""


def plan_references(
    folder: LibraryFolder, works: Sequence[BibliographyEntry], known: Mapping[str, Source], name: str = ""
) -> ReferencesPlan:
    """Plan the addition of works to a campaign's folder; `name` is the id for a single one."""
    problems = ProblemList()
    everything = dict(known)
    added: list[Source] = []
    repeated = 0
    for work in works:
        known_work = _find_same_work(work.item, everything.values())
        if known_work is not None:
            repeated += 1
            problems.add(_already_known_warning(work, known_work, known_work in added))
            continue
        item = {**work.item, "id": name or _choose_work_id(work.item, everything)}
        if not _check_work(item, work.place, problems):
            continue
        reference = Source(str(item["id"]), _sort_csl_keys(item), work.place)
        everything[reference.id] = reference
        added.append(reference)
        problems.extend(_find_citation_gaps(reference))
    files = (
        {
            folder.path / REFERENCES_FILE: append_references(
                folder, [dict(reference.csl) for reference in added]
            )
        }
        if added
        else {}
    )
    return ReferencesPlan(files, tuple(added), repeated, tuple(problems.problems))


def _sort_csl_keys(item: Mapping[str, Any]) -> dict[str, Any]:
    keys = [
        *(key for key in _LEADING_KEYS if key in item),
        *sorted(key for key in item if key not in _LEADING_KEYS),
    ]
    return {key: item[key] for key in keys}


# -- the same work twice


def _find_same_work(item: Mapping[str, Any], known: Collection[Source]) -> Source | None:
    """Return a known work with the same DOI, URL, or title and year."""
    identities = set(_work_identities(item))
    return next((work for work in known if identities & set(_work_identities(work.csl))), None)


def _work_identities(item: Mapping[str, Any]) -> Iterator[tuple[str, ...]]:
    doi = strip_doi_prefix(str(item.get("DOI", ""))).lower()
    if doi:
        yield "DOI", doi
    url = re.sub(r"^https?://(?:www\.)?", "", str(item.get("URL", "")).strip()).rstrip("/")
    if url:
        yield "URL", url
    title = _HTML_TAG.sub("", str(item.get("title", ""))).lower()
    if title.strip():
        yield "title", " ".join(re.findall(r"\w+", title)), _issued_year(item)
    if item.get("author") and _issued_year(item):
        # One entry may have the subtitle and the other not.
        yield (
            "main title",
            " ".join(re.findall(r"\w+", title.partition(":")[0])),
            _issued_year(item),
            _slugify_work_id(_author_or_title(item)),
        )


def _issued_year(item: Mapping[str, Any]) -> str:
    issued = item.get("issued")
    parts = issued.get("date-parts") if isinstance(issued, dict) else None
    try:
        return str(parts[0][0]) if parts else ""
    except (IndexError, KeyError, TypeError):
        return ""


def _already_known_warning(work: BibliographyEntry, known_work: Source, in_this_file: bool) -> Problem:
    title = str(work.item.get("title", "a work without a title"))
    where = f"line {known_work.place.line}" if in_this_file else str(known_work.place)
    return Problem(
        "work-known",
        f"“{_shorten_title(title)}” is already {known_work.id} ({where}) and is not added again",
        work.place,
        None,
        severity="warning",
    )


# -- ids


def _choose_work_id(item: Mapping[str, Any], taken: Collection[str]) -> str:
    """Choose a short id for snippets to use: the one in the file if possible, else author and year."""
    own = str(item.get("id", "")).strip()
    usable = own and "/" not in own and not own.isdigit()
    base = _slugify_work_id(own) if usable else ""
    base = (
        base
        or "-".join(part for part in (_slugify_work_id(_author_or_title(item)), _issued_year(item)) if part)
        or "work"
    )
    candidates = (base, *(f"{base}-{letter}" for letter in "bcdefghijklmnopqrstuvwxyz"))
    return next((candidate for candidate in candidates if candidate not in taken), f"{base}-{len(taken)}")


def _author_or_title(item: Mapping[str, Any]) -> str:
    for role in ("author", "editor"):
        names = item.get(role)
        if isinstance(names, list) and names and isinstance(names[0], dict):
            return str(names[0].get("family") or names[0].get("literal") or "")
    words = re.findall(r"\w+", _HTML_TAG.sub("", str(item.get("title", ""))))
    return " ".join([word for word in words if word.lower() not in _ARTICLES][:3])


def _slugify_work_id(text: str) -> str:
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    return "-".join(re.findall(r"[a-z0-9]+", plain))[:_MAX_ID_LENGTH].strip("-")


# -- errors, and what is missing

_UNREAD_LATEX = re.compile(r"\$[^$]*[\\^_{}][^$]*\$|\\[A-Za-z]+|\{[^{}]*\}")
"""Formulas, commands and braces, as `$\\alpha$`; a title may have dollars."""


def _check_work(item: Mapping[str, Any], place: Place, problems: ProblemList) -> bool:
    work_problems = ProblemList()
    if not str(item.get("title", "")).strip():
        work_problems.add(
            Problem(
                "work-untitled",
                f"the work {item['id']!r} has no title",
                place,
                "give it one, and add it again",
            )
        )
    try:
        parse_references(json.dumps([item]), REFERENCES_FILE, work_problems)
    except ValueError as error:
        work_problems.add(Problem("bibliography-syntax", str(error), place))
    problems.extend(replace(problem, place=place) for problem in work_problems.problems)
    return not work_problems.errors


def _find_citation_gaps(reference: Source) -> Iterator[Problem]:
    """Yield warnings about what a reader would miss in a citation of this work."""
    item, kind = reference.csl, str(reference.csl.get("type"))
    if not item.get("issued"):
        yield _citation_gap_warning(
            "work-undated", reference, "has no date", "find the day or year of publication"
        )
    if (
        not any(item.get(role) for role in ("author", "editor", "publisher"))
        and kind not in _AUTHORLESS_TYPES
    ):
        hint = "name the person or organisation that wrote it, if known"
        yield _citation_gap_warning("work-anonymous", reference, "has neither author nor publisher", hint)
    if item.get("URL") and not item.get("accessed") and not item.get("DOI"):
        yield _citation_gap_warning(
            "work-unaccessed",
            reference,
            "has a URL but no access date",
            'add "accessed": {"date-parts": [[2026, 11, 23]]}',
        )
    for field in ("title", "container-title", "publisher", "translated-title"):
        if unread := _UNREAD_LATEX.search(str(item.get(field, ""))):
            what = f"has LaTeX in its {field} that would be printed: {unread[0]}"
            yield _citation_gap_warning("work-markup", reference, what, "write the characters themselves")


def _citation_gap_warning(code: str, reference: Source, what: str, hint: str) -> Problem:
    return Problem(code, f"the work {reference.id!r} {what}", reference.place, hint, severity="warning")


def _shorten_title(title: str, width: int = 60) -> str:
    return title if len(title) <= width else title[: width - 2].rsplit(" ", 1)[0] + " …"
