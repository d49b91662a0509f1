"""The texts that a campaign prints without evidence, so that an audit can tell them from a stranger's."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from briefgen.errors import ProblemList
from briefgen.library.folders import LibraryFolder
from briefgen.library.libraries import CAMPAIGN_FILE
from briefgen.system.yaml_reader import parse_yaml, read_text_file

_SHORTEST = 20
"""Characters of a text; ids and names are shorter."""


def read_own_texts(home: LibraryFolder) -> tuple[str, ...]:
    """Return the texts in a campaign's file and in its Markdown files; none if it is no campaign's folder."""
    ignored = ProblemList()
    file = home.find_file(CAMPAIGN_FILE, ignored)
    if file is None:
        return ()
    parsed = parse_yaml(read_text_file(file, CAMPAIGN_FILE), CAMPAIGN_FILE, ignored)
    texts = list(collect_texts(parsed.data if parsed else None))
    for path, name in home.find_files("", "*.md", ignored):
        texts += read_text_file(path, name).split("\n\n")
    return tuple(" ".join(text.split()) for text in texts)


def collect_texts(data: Any) -> Iterator[str]:
    """Yield the longer texts of nested mappings and lists."""
    if isinstance(data, str):
        if len(data) >= _SHORTEST:
            yield data
    elif isinstance(data, dict):
        for value in data.values():
            yield from collect_texts(value)
    elif isinstance(data, list | tuple):
        for value in data:
            yield from collect_texts(value)
