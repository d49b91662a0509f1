"""Load a library: everything that people wrote and that letters and papers are made from."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TypeVar

from briefgen.errors import Problem, ProblemList
from briefgen.evidence.locators import cite_findable_places
from briefgen.evidence.lock import EvidenceLock
from briefgen.evidence.source_text import SourceText
from briefgen.evidence.statements import Statement, cited_works, statement_key
from briefgen.library.folders import LibraryFolder, built_in_templates
from briefgen.library.libraries import LIBRARY_FILE, read_library_config
from briefgen.library.references import load_references
from briefgen.library.snippets import load_caveats, load_lock, load_snippets
from briefgen.library.sources import find_source_texts, load_records, load_rests_on
from briefgen.model.snippet import Caveat, Snippet
from briefgen.model.source import Source, SourceDependency, SourceRecord
from briefgen.model.words import Words
from briefgen.system.cache import cache_key, remember
from briefgen.system.file_digests import digest_tree


@dataclass(frozen=True, slots=True)
class Library:
    """Snippets, caveats and sources by id, of a campaign and the libraries that it draws on."""

    folders: tuple[LibraryFolder, ...]
    """Where they come from, in search order: the campaign's own override those of its libraries."""
    snippets: Mapping[str, Snippet]
    caveats: Mapping[str, Caveat]
    references: Mapping[str, Source]
    records: Mapping[str, SourceRecord]
    rests_on: Mapping[str, SourceDependency]
    """Which sources depend on which others."""
    texts: Mapping[str, SourceText]
    """Available full texts by source id; usually few."""
    lock: EvidenceLock
    """What was proved and reviewed, of the campaign's own snippets and of its libraries'."""
    words: tuple[Words, ...] = ()
    """Fixed words of letters that the libraries bring, in search order."""
    origins: Mapping[str, str] = field(default_factory=dict)
    """The library that each snippet comes from, by the snippet's id; empty for the campaign's own."""

    @property
    def template_folders(self) -> tuple[LibraryFolder, ...]:
        """Return the folders with templates, in search order: the campaign's own, then the built-in ones.

        Libraries have none: whoever chooses one for its statements keeps the wording of letters.
        """
        own = tuple(folder for folder in self.folders if not folder.library)
        return (*own, built_in_templates())


@dataclass(frozen=True, slots=True)
class TextLocations:
    """Where to look for full texts of sources."""

    folder: Path | None = None
    """A folder of `ID.txt` files (the environment's BRIEFGEN_TEXTS)."""
    given: Mapping[str, Path] = field(default_factory=dict)
    """Single files by source id (`--text ID=FILE`)."""


DEFAULT_TEXT_LOCATIONS = TextLocations()
"""Only the folders' own seeds/texts/."""


def load_library(
    folders: Sequence[LibraryFolder], problems: ProblemList, texts: TextLocations = DEFAULT_TEXT_LOCATIONS
) -> Library:
    """Load everything under the folders; report to `problems` what cannot be read."""
    return load_texts(load_statements(folders, problems), problems, texts)


def load_statements(folders: Sequence[LibraryFolder], problems: ProblemList) -> Library:
    """Load everything under the folders but the full texts, which only checks and reviews need."""
    for folder in folders:
        problems.extend(folder.check_subfolders())
    contents = [_remember_folder(folder, problems) for folder in folders]
    snippets = [(folder, own.snippets) for folder, own in zip(folders, contents, strict=True)]
    caveats = [(folder, own.caveats) for folder, own in zip(folders, contents, strict=True)]
    references = [(folder, own.references) for folder, own in zip(folders, contents, strict=True)]
    problems.extend(_find_conflicts(snippets))
    problems.extend(_find_conflicts(caveats))
    problems.extend(_find_conflicts(references))
    lock = EvidenceLock()
    for own in contents:
        lock = lock.with_fallback(own.lock)
    return Library(
        folders=tuple(folders),
        snippets=_merge_by_id(snippets),
        caveats=_merge_by_id(caveats),
        references=_merge_by_id(references),
        records=_merge_by_id([(folder, own.records) for folder, own in zip(folders, contents, strict=True)]),
        rests_on=_merge_by_id(
            [(folder, own.rests_on) for folder, own in zip(folders, contents, strict=True)]
        ),
        texts={},
        lock=lock,
        words=tuple(read_library_config(folder).words for folder in folders if folder.library),
        origins=_merge_by_id([(folder, dict.fromkeys(own, folder.library)) for folder, own in snippets]),
    )


def load_texts(library: Library, problems: ProblemList, texts: TextLocations) -> Library:
    """Return a library with the full texts of its sources, as far as they are available."""
    found = find_source_texts(library.records, library.folders, texts.folder, texts.given, problems)
    return replace(library, texts=found)


@dataclass(frozen=True, slots=True)
class _FolderContent:
    """What one folder holds."""

    snippets: dict[str, Snippet]
    caveats: dict[str, Caveat]
    references: dict[str, Source]
    records: dict[str, SourceRecord]
    rests_on: dict[str, SourceDependency]
    lock: EvidenceLock
    problems: tuple[Problem, ...]


def digest_library(folder: LibraryFolder) -> str | None:
    """Return a hash of all that a library's folder holds, and of what messages call it.

    None if that cannot be said, as with links in the folder.
    """
    digest = digest_tree(folder.path, ("snippets", "seeds", LIBRARY_FILE))
    return digest and f"{folder.display_name}\0{folder.library}\0{digest}"


def _remember_folder(folder: LibraryFolder, problems: ProblemList) -> _FolderContent:
    """Load a folder, or take what it held in an earlier run if nothing in it has changed since."""

    def find_key() -> str | None:
        digest = digest_library(folder)
        return digest and cache_key("library", digest)

    content = remember("library", find_key, lambda: _load_folder(folder))
    problems.extend(content.problems)
    return content


def _load_folder(folder: LibraryFolder) -> _FolderContent:
    problems = ProblemList()
    records = load_records([folder], problems)
    snippets, caveats = load_snippets([folder], problems), load_caveats([folder], problems)
    references, rests_on = load_references([folder], problems), load_rests_on([folder], problems)
    lock = load_lock([folder], problems)
    return _FolderContent(snippets, caveats, references, records, rests_on, lock, tuple(problems.problems))


_Item = TypeVar("_Item", bound=Snippet | Caveat | Source)
_Value = TypeVar("_Value")


def _find_conflicts(loaded: Sequence[tuple[LibraryFolder, dict[str, _Item]]]) -> Iterator[Problem]:
    """Report ids that two libraries use for different things."""
    first: dict[str, tuple[LibraryFolder, _Item]] = {}
    for folder, own in loaded:
        for id, item in own.items():
            earlier, other = first.setdefault(id, (folder, item))
            if earlier.library and earlier is not folder and _content(other) != _content(item):
                yield Problem(
                    "library-conflict",
                    f"{id!r} is another {type(item).__name__.lower()} in the library {earlier.library}",
                    item.place if isinstance(item, Source) else item.locate("id"),
                    "rename one of them, or draw on one of the two libraries only",
                )


def _content(item: Snippet | Caveat | Source) -> object:
    return item.csl if isinstance(item, Source) else item.model_dump()


def _merge_by_id(parts: Sequence[tuple[LibraryFolder, Mapping[str, _Value]]]) -> dict[str, _Value]:
    """Merge by id; the first folder's item wins."""
    merged: dict[str, _Value] = {}
    for _, own in reversed(parts):
        merged.update(own)
    return merged


def cite_findable_places_only(library: Library) -> Library:
    """Return the library as it is printed: no citation gives a paragraph number that only we counted."""
    records = library.records
    return replace(
        library,
        snippets={id: cite_findable_places(snippet, records) for id, snippet in library.snippets.items()},
        caveats={id: cite_findable_places(caveat, records) for id, caveat in library.caveats.items()},
    )


def list_statement_keys(folder: LibraryFolder) -> set[str]:
    """Return the lock's keys for the snippets and caveats of one folder."""
    ignored = ProblemList()
    snippets = load_snippets([folder], ignored).values()
    caveats = load_caveats([folder], ignored).values()
    return {*map(statement_key, snippets), *map(statement_key, caveats)}


def list_own_works(library: Library) -> set[str]:
    """Return the cited works for which the lock of the library's first folder vouches.

    These are the works that the folder's own statements cite, and those in its own references.json, which may
    differ from the entries of a library that the folder draws on.
    """
    folder = library.folders[0]
    own_keys, own_list = list_statement_keys(folder), folder.display_path("seeds", "references.json")
    statements: list[Statement] = [*library.snippets.values(), *library.caveats.values()]
    return {
        name
        for statement in statements
        for name in cited_works(statement) & library.references.keys()
        if statement_key(statement) in own_keys or library.references[name].place.file == own_list
    }


def select_lock_entries(
    lock: EvidenceLock, keys: Collection[str], works: Collection[str] | None = None
) -> EvidenceLock:
    """Return the entries of a lock that belong to the given snippets, caveats and works; None means all."""

    def is_selected(key: str) -> bool:
        return re.split("[#.]", key, maxsplit=1)[0] in keys

    return EvidenceLock(
        {key: entry for key, entry in lock.quotes.items() if is_selected(key)},
        {key: entry for key, entry in lock.wordings.items() if is_selected(key)},
        {key: entry for key, entry in lock.works.items() if works is None or key in works},
    )


def drop_lock_entries(lock: EvidenceLock, keys: Collection[str]) -> EvidenceLock:
    """Return a lock without the entries of the snippets and caveats of the given keys; works stay."""
    dropped = select_lock_entries(lock, keys, ())
    return replace(
        lock,
        quotes={key: entry for key, entry in lock.quotes.items() if key not in dropped.quotes},
        wordings={key: entry for key, entry in lock.wordings.items() if key not in dropped.wordings},
    )
