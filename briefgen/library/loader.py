"""Load a library: everything that people wrote and that letters and papers are made from."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TypeVar

from briefgen.errors import Problem, ProblemList
from briefgen.evidence.locators import cite_findable_places
from briefgen.evidence.lock import EvidenceLock
from briefgen.evidence.source_text import SourceText
from briefgen.evidence.statements import Statement, cited_works, statement_key
from briefgen.library.folders import LibraryFolder, built_in_templates
from briefgen.library.libraries import read_library_config
from briefgen.library.references import load_references
from briefgen.library.snippets import load_caveats, load_lock, load_snippets
from briefgen.library.sources import find_source_texts, load_records, load_rests_on
from briefgen.model.snippet import Caveat, Snippet
from briefgen.model.source import Source, SourceDependency, SourceRecord
from briefgen.model.words import Words


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
    for folder in folders:
        problems.extend(folder.check_subfolders())
    records = load_records(folders, problems)
    snippets = _load_by_folder(load_snippets, folders, problems)
    return Library(
        folders=tuple(folders),
        snippets=_merge_by_id(snippets),
        caveats=_merge_by_id(_load_by_folder(load_caveats, folders, problems)),
        references=_merge_by_id(_load_by_folder(load_references, folders, problems)),
        records=records,
        rests_on=load_rests_on(folders, problems),
        texts=find_source_texts(records, folders, texts.folder, texts.given, problems),
        lock=load_lock(folders, problems),
        words=tuple(read_library_config(folder).words for folder in folders if folder.library),
        origins=_merge_by_id([(folder, dict.fromkeys(own, folder.library)) for folder, own in snippets]),
    )


_Item = TypeVar("_Item", bound=Snippet | Caveat | Source)
_Value = TypeVar("_Value")


def _load_by_folder(
    load: Callable[[Sequence[LibraryFolder], ProblemList], dict[str, _Item]],
    folders: Sequence[LibraryFolder],
    problems: ProblemList,
) -> list[tuple[LibraryFolder, dict[str, _Item]]]:
    """Load each folder's items by id; report ids that two libraries use for different things."""
    loaded = [(folder, load([folder], problems)) for folder in folders]
    first: dict[str, tuple[LibraryFolder, _Item]] = {}
    for folder, own in loaded:
        for id, item in own.items():
            earlier, other = first.setdefault(id, (folder, item))
            if earlier.library and earlier is not folder and _content(other) != _content(item):
                problems.add(
                    Problem(
                        "library-conflict",
                        f"{id!r} is another {type(item).__name__.lower()} in the library {earlier.library}",
                        item.place if isinstance(item, Source) else item.locate("id"),
                        "rename one of them, or draw on one of the two libraries only",
                    )
                )
    return loaded


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
