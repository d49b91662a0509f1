"""Our own phrases around citations ("quoted in", "See", "Sources") and locator labels, by language.

The tables are briefgen/data/citation-words.yaml, which names the guide each comes from, and locators.yaml.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import cache
from typing import Any

from briefgen.data import load_word_data

FALLBACK_LANGUAGE = "en"


@dataclass(frozen=True, slots=True)
class Affixes:
    """Words before and after something."""

    before: str
    after: str


@dataclass(frozen=True, slots=True)
class CitationPhrases:
    """The phrases for one style in one language, as HTML."""

    relations: tuple[tuple[str, Affixes], ...]
    see: Affixes
    earlier_remark: Affixes
    """The words around the number of the note that has a remark in full."""
    source_line: tuple[Affixes, Affixes]
    """The words around the source of a figure, and around several."""
    sources: str
    """Heading of the bibliography."""
    lists_second_hand: bool
    """Whether the bibliography lists works that were not read themselves."""

    def relation(self, name: str) -> Affixes:
        """Return the words around the work that was read, for the relation `quoted` or `cited`."""
        return dict(self.relations)[name]


@cache
def find_citation_phrases(style: str, language: str) -> CitationPhrases:
    """Return the phrases for a style (its name, or its file's without extension) in a language (BCP 47)."""
    data = load_word_data("citation-words")
    language = language.split("-")[0]
    if language not in data["see"]:
        language = FALLBACK_LANGUAGE
    tables = (entry["words"] for entry in data["second_hand"] if _matches_style(entry, style))
    relations = next(table[language] for table in tables if language in table)
    second_hand_works = next(entry["habit"] for entry in data["bibliography"] if _matches_style(entry, style))
    return CitationPhrases(
        tuple((name, _split_affixes(phrase)) for name, phrase in relations.items()),
        _split_affixes(data["see"][language]),
        _split_affixes(data["earlier_remark"][language]),
        (
            _split_affixes(data["source_line"][language]["one"]),
            _split_affixes(data["source_line"][language]["several"]),
        ),
        data["sources"][language],
        second_hand_works == "listed",
    )


def phrase_languages() -> frozenset[str]:
    """Return the languages (first subtag) that the phrases exist in."""
    return frozenset(load_word_data("citation-words")["see"])


def has_phrases(language: str) -> bool:
    """Return whether the phrases exist in this language."""
    return language.split("-")[0] in phrase_languages()


def _matches_style(entry: Any, style: str) -> bool:
    return any(fnmatchcase(style, pattern) for pattern in entry["styles"])


def _split_affixes(phrase: str) -> Affixes:
    before, after = phrase.split("…")
    return Affixes(before, after)


_PLURAL_LOCATOR = re.compile(r"[\w)\]]\s*[-‐-―]\s*[\w(\[]|[,;&]|\s(?:and|et|y|e|und|및)\s")
_SAME_PLACE = re.compile(r"(?<=\))\s*(?:[-‐-―,;&]|\b(?:and|et|y|e|und|및)\b)\s*(?=\()")
"""Between two paragraphs of one article."""
_SAME_WORDS = {"article-locator": "article"}
PLACE_LABEL = "place"
"""The label of a place with a name instead of a number, which is printed as typed."""
_RESERVED_CHARACTERS = frozenset("{}|")
"""Characters with a special meaning to pandoc in a locator."""


@cache
def locator_labels() -> frozenset[str]:
    """Return all locator labels."""
    return frozenset(load_word_data("locators")["labels"])


def find_locator_label(name: str) -> str | None:
    """Return the label for a name such as `para`, `paragraph` or `sub_verbo`; None if it is unknown."""
    name = name.replace("_", "-")
    label = str(load_word_data("locators")["short"].get(name, name))
    return label if label in locator_labels() else None


def locator_names() -> list[str]:
    """List every name that a label can be given by."""
    return sorted(locator_labels() | set(load_word_data("locators")["short"]))


def reserved_characters(value: str) -> str:
    """Return the characters of a locator's value that cannot be passed to pandoc; empty if all can."""
    return "".join(sorted(_RESERVED_CHARACTERS & set(value)))


def locator_terms(label: str, language: str) -> Iterator[tuple[str, str, str]]:
    """Yield CSL terms for a label that pandoc's locale lacks, as (form, singular, plural).

    They are English if there is no table for the language.
    """
    tables = load_word_data("locators")["words"]
    table = tables.get(language.split("-")[0], tables["en"])
    words = table.get(_SAME_WORDS.get(label, label))
    if words:
        short, short_plural, long, long_plural = words
        yield "long", long, long_plural
        yield "short", short, short_plural


def short_locator_words(label: str, language: str) -> tuple[str, str]:
    """Return a label's short words, singular and plural, for styles that print no labels."""
    label = _SAME_WORDS.get(label, label)
    tables = load_word_data("locators")
    table = tables["words"].get(language.split("-")[0], tables["words"]["en"])
    singular, plural = (table[label] if label in table else tables["bare"][label])[:2]
    return str(singular), str(plural)


def is_plural_locator(value: str) -> bool:
    """Return whether a locator's value names more than one place: `5–6`, `3, 7`, `3 and 7`.

    Paragraphs of one article are one place: `33(1)–(2)`, `33(1) and (3)`.
    """
    return bool(_PLURAL_LOCATOR.search(_SAME_PLACE.sub("", value)))


def assign_pandoc_labels(used: Collection[str], special: Collection[str]) -> dict[str, str]:
    """Assign each used label one that pandoc knows: itself, or one that the document does not use.

    The words of the borrowed label are replaced by the other's, so that a style treats both alike. `special`
    are labels that the style treats specially. Labels for which none is left are missing from the result.
    """
    known = load_word_data("locators")["known"]
    lendable = load_word_data("locators")["lent"]
    free = [label for label in lendable if label not in used and label not in special]
    # A named place comes first: without its own label pandoc would call it a page.
    unknown = sorted(
        (label for label in used if label not in known), key=lambda label: (label != PLACE_LABEL, label)
    )
    return {label: label for label in used if label in known} | dict(zip(unknown, free, strict=False))
