"""Words of ours around citations, by style and language: "quoted in", "See", "Sources".

The tables are briefgen/data/citation-words.yaml, with the guide that each comes from.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
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


_SEVERAL = re.compile(r"[\w)\]]\s*[-‐-―]\s*[\w(\[]|[,;&]|\s(?:and|et|y|e|und|및)\s")
_SAME = {"article-locator": "article"}
PLACE = "place"
"""The label of a place with a name and no number, which is printed as it is typed."""
_MEANS_SOMETHING = frozenset("{}|")
"""Characters that pandoc gives a meaning of their own in a locator."""


@cache
def labels() -> frozenset[str]:
    """All labels."""
    return frozenset(word_data("locators")["labels"])


def label_of(word: str) -> str | None:
    """The label that a word stands for: `para`, `paragraph` and `sub_verbo`; None where it is unknown."""
    plain = word.replace("_", "-")
    label = str(word_data("locators")["short"].get(plain, plain))
    return label if label in labels() else None


def known_words() -> list[str]:
    """Every word by which a label can be named."""
    return sorted(labels() | set(word_data("locators")["short"]))


def unusable(value: str) -> str:
    """The characters of a locator's value that cannot be passed on; empty where all can."""
    return "".join(sorted(_MEANS_SOMETHING & set(value)))


def locator_terms(label: str, language: str) -> Iterator[tuple[str, str, str]]:
    """CSL terms for a label that pandoc's locale lacks, as (form, single, multiple).

    They are English in a language that has no table.
    """
    tables = word_data("locators")["words"]
    table = tables.get(language.split("-")[0], tables["en"])
    words = table.get(_SAME.get(label, label))
    if words:
        short, shorts, long, longs = words
        yield "long", long, longs
        yield "short", short, shorts


def bare_words(label: str, language: str) -> tuple[str, str]:
    """The short words for a label, before one value and several, where the style has no place for labels."""
    plain = _SAME.get(label, label)
    tables = word_data("locators")
    table = tables["words"].get(language.split("-")[0], tables["words"]["en"])
    one, several = (table[plain] if plain in table else tables["bare"][plain])[:2]
    return str(one), str(several)


def several(value: str) -> bool:
    """Whether a locator's value names more than one place: `5–6`, `3, 7`, `3 and 7`."""
    return bool(_SEVERAL.search(value))


def carriers(used: Collection[str], treated: Collection[str]) -> dict[str, str]:
    """For each used label the one to call it by: itself, or one that pandoc knows and the document lacks.

    The known one's words are replaced by the other's, so that a style treats both alike. `treated` are labels
    that the style treats in a way of its own. Labels for which none is left are missing.
    """
    known = word_data("locators")["known"]
    lent = [label for label in word_data("locators")["lent"] if label not in used and label not in treated]
    # A bare place comes first: without a label of its own pandoc would call it a page.
    strangers = sorted((label for label in used if label not in known), key=lambda one: (one != PLACE, one))
    return {label: label for label in used if label in known} | dict(zip(strangers, lent, strict=False))
