"""The library: everything that people wrote and that letters are made from, loaded once.

It reads and joins; whether the snippets are true to their sources is for briefgen.evidence to say.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from briefgen.errors import Findings
from briefgen.library.built_in import built_in
from briefgen.library.folders import Folder
from briefgen.library.snippets import load_caveats, load_snippets
from briefgen.library.sources import (
    RestsOn,
    Text,
    find_texts,
    load_records,
    load_references,
    load_rests_on,
)
from briefgen.model.snippet import Caveat, Snippet
from briefgen.model.source import Reference, SourceRecord


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


def library_folders(campaign: Folder | None = None) -> tuple[Folder, ...]:
    """The roots to search: the campaign's folder, where there is one, then what ships with briefgen."""
    shipped = Folder(built_in("snippets").parent, "briefgen")
    return (campaign, shipped) if campaign else (shipped,)


def load_library(
    folders: Sequence[Folder],
    findings: Findings,
    texts_dir: Path | None = None,
    texts: Mapping[str, Path] | None = None,
) -> Library:
    """Load everything under the folders; what cannot be read goes to `findings`.

    `texts_dir` is a folder with `ID.txt` files, `texts` names single files by source id.
    """
    records = load_records(folders, findings)
    return Library(
        folders=tuple(folders),
        snippets=load_snippets(folders, findings),
        caveats=load_caveats(folders, findings),
        references=load_references(folders, findings),
        records=records,
        rests_on=load_rests_on(folders, findings),
        texts=find_texts(records, folders, texts_dir, texts or {}, findings),
    )
