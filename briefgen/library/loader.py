"""The library: everything that people wrote and that letters are made from, loaded once.

It reads and joins; whether the snippets are true to their sources is for briefgen.evidence to say.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from briefgen.errors import Place, Problem, ProblemList
from briefgen.evidence.lock import Lock, card_key
from briefgen.evidence.normalize import Text
from briefgen.library.folders import Folder, built_in
from briefgen.library.snippets import load_caveats, load_lock, load_snippets
from briefgen.library.sources import find_texts, load_records, load_references, load_rests_on
from briefgen.model.snippet import Caveat, Snippet
from briefgen.model.source import Reference, RestsOn, SourceRecord
from briefgen.system.files import is_folder


@dataclass(frozen=True, slots=True)
class Library:
    """Snippets, caveats and sources by id; a campaign's own come before the built-in ones."""

    folders: tuple[Folder, ...]
    """Roots in order of search; the built-in one is last."""
    snippets: Mapping[str, Snippet]
    caveats: Mapping[str, Caveat]
    references: Mapping[str, Reference]
    records: Mapping[str, SourceRecord]
    rests_on: Mapping[str, RestsOn]
    """Which sources themselves rest on which."""
    texts: Mapping[str, Text]
    """Full texts that are at hand, by source id; usually few."""
    lock: Lock
    """What was proved and reviewed, of the campaign's own snippets and of the built-in ones."""


@dataclass(frozen=True, slots=True)
class Texts:
    """Where full texts of sources are to be looked for."""

    folder: Path | None = None
    """A folder of `ID.txt` files (the environment's BRIEFGEN_TEXTS)."""
    given: Mapping[str, Path] = field(default_factory=dict)
    """Single files by source id (`--text ID=FILE`)."""


NO_TEXTS = Texts()
"""Only those in the folders' own seeds/texts/."""


def library_folders(campaign: Folder | None = None) -> tuple[Folder, ...]:
    """The roots to search: the campaign's folder, where there is one, then what ships with briefgen."""
    shipped = Folder(built_in("snippets").parent, "briefgen")
    return (campaign, shipped) if campaign else (shipped,)


def load_library(folders: Sequence[Folder], findings: ProblemList, texts: Texts = NO_TEXTS) -> Library:
    """Load everything under the folders; what cannot be read goes to `findings`."""
    for folder in folders:
        _check_parts(folder, findings)
    records = load_records(folders, findings)
    return Library(
        folders=tuple(folders),
        snippets=load_snippets(folders, findings),
        caveats=load_caveats(folders, findings),
        references=load_references(folders, findings),
        records=records,
        rests_on=load_rests_on(folders, findings),
        texts=find_texts(records, folders, texts.folder, texts.given, findings),
        lock=load_lock(folders, findings),
    )


def _check_parts(folder: Folder, findings: ProblemList) -> None:
    """A file, or a link that leads nowhere, where a folder is looked for would leave it out in silence."""
    for name in ("snippets", "seeds", "templates"):
        path = folder.path / name
        if (path.is_symlink() or path.exists()) and not is_folder(path):
            hint = "give it another name, and put a folder in its place"
            place = Place(folder.show(name))
            findings.add(Problem("file-irregular", "is no folder, and one is looked for here", place, hint))


def own_cards(folder: Folder) -> set[str]:
    """Names, as the lock has them, of the snippets and caveats that stand in one folder."""
    ignored = ProblemList()
    snippets = load_snippets([folder], ignored).values()
    caveats = load_caveats([folder], ignored).values()
    return {*map(card_key, snippets), *map(card_key, caveats)}


def lock_of(lock: Lock, names: Collection[str]) -> Lock:
    """The part of a lock that concerns some cards."""

    def ours(key: str) -> bool:
        return re.split("[#.]", key, maxsplit=1)[0] in names

    return Lock(
        {key: entry for key, entry in lock.quotes.items() if ours(key)},
        {key: entry for key, entry in lock.wordings.items() if ours(key)},
    )
