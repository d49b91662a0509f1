"""Words of ours around citations, by style and language: "quoted in", "See", "Sources".

The tables are briefgen/data/citation-words.yaml, with the guide that each comes from.
"""

from __future__ import annotations

from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import cache
from typing import Any

from briefgen.data import word_data

FALLBACK = "en"


@dataclass(frozen=True, slots=True)
class Around:
    """Words before and behind something."""

    before: str
    behind: str


@dataclass(frozen=True, slots=True)
class Words:
    """The words for one style in one language, as HTML."""

    relations: tuple[tuple[str, Around], ...]
    see: Around
    sources: str
    """Heading above the list of works."""
    lists_second_hand: bool
    """Whether the bibliography names works that were not read themselves."""

    def relation(self, name: str) -> Around:
        """What stands around the work that was read: `quoted` or `cited`."""
        return dict(self.relations)[name]


@cache
def words_for(style: str, language: str) -> Words:
    """The words for a style (its name, or its file's without ending) in a language (BCP 47)."""
    data = word_data("citation-words")
    language = language.split("-")[0]
    if language not in data["see"]:
        language = FALLBACK
    fitting = (entry["words"] for entry in data["second_hand"] if _fits(entry, style))
    relations = next(words[language] for words in fitting if language in words)
    habit = next(entry["habit"] for entry in data["bibliography"] if _fits(entry, style))
    return Words(
        tuple((name, _around(words)) for name, words in relations.items()),
        _around(data["see"][language]),
        data["sources"][language],
        habit == "listed",
    )


def languages() -> frozenset[str]:
    """Languages (their first subtag) in which the words are there."""
    return frozenset(word_data("citation-words")["see"])


def speaks(language: str) -> bool:
    """Whether the words are there in this language."""
    return language.split("-")[0] in languages()


def _fits(entry: Any, style: str) -> bool:
    return any(fnmatchcase(style, pattern) for pattern in entry["styles"])


def _around(words: str) -> Around:
    before, behind = words.split("…")
    return Around(before, behind)
