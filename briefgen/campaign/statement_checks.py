"""Checks all statements of a library with their texts, or takes what the last check of the same found."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from briefgen.errors import Problem, ProblemList
from briefgen.evidence.lock import LOCK_CODES, omit_consequences
from briefgen.evidence.verification import LibraryCheck
from briefgen.library.loader import Library, TextLocations, digest_library, load_texts
from briefgen.system.cache import cache_key, remember
from briefgen.system.file_digests import digest_files


@dataclass(frozen=True, slots=True)
class _StatementChecks:
    texts: tuple[Problem, ...]
    """What is wrong with the texts."""
    library: LibraryCheck
    others: tuple[Problem, ...]
    """What is wrong with corrections, omissions and figures."""


def check_statements(
    library: Library, texts: TextLocations, on: date | None, problems: ProblemList
) -> LibraryCheck:
    """Check all statements of a library, and add what is wrong to the problems found when it was loaded."""
    found = remember(
        "checks",
        lambda: _describe_library(library, texts, on),
        lambda: _check_statements(library, texts, on),
    )
    problems.extend(found.texts)
    broken = [one.place.file for one in problems.problems if one.code in LOCK_CODES and one.place]
    problems.extend(omit_consequences(found.library.problems, broken))
    problems.extend(found.others)
    return found.library


def _check_statements(library: Library, texts: TextLocations, on: date | None) -> _StatementChecks:
    from briefgen.compose.figures import check_figure_drawings
    from briefgen.evidence.checks import check_library
    from briefgen.library.curation import check_curation

    of_texts = ProblemList()
    library = load_texts(library, of_texts, texts)
    others = (*check_curation(library), *check_figure_drawings(library.snippets.values()))
    return _StatementChecks(tuple(of_texts.problems), check_library(library, on), others)


def _describe_library(library: Library, texts: TextLocations, on: date | None) -> str | None:
    """Return the name of what a check finds, or None if it has to be found out each time."""
    folders = [digest_library(folder) for folder in library.folders]
    given = sorted(texts.given.items())
    available = digest_files([*_text_files(library, texts.folder), *(path for _, path in given)])
    if available is None or None in folders:
        return None
    folder_name = texts.folder.name if texts.folder else ""
    return cache_key("checks", on, folders, folder_name, [(id, str(path)) for id, path in given], available)


def _text_files(library: Library, folder: Path | None) -> Iterator[Path]:
    """Yield the files in which texts are looked for, outside the library's own folders."""
    if folder is not None:
        yield from (folder / f"{record.file or name}.txt" for name, record in library.records.items())


def summarize_verification(library_check: LibraryCheck) -> str:
    """Say in a sentence how the library's statements were verified."""
    how: Counter[str] = Counter(verification.how for verification in library_check.verified.values())
    parts = [f"{number} {words}" for key, words in _VERIFICATION_TEXTS.items() if (number := how[key])]
    return (
        f"Evidence of {sum(how.values())} snippets and caveats: {', '.join(parts)}."
        if parts
        else "No snippets."
    )


_VERIFICATION_TEXTS = {
    "proved": "by quotes just compared with their source texts",
    "unchanged": "by quotes unchanged since they were last compared",
    "seconded": "by two named persons' readings of the source",
    "attested": "by a named person's reading of the source",
    "computed": "by computation from other snippets",
    "none": "without evidence, which asks do not need",
    "failed": "not verified",
}
