"""Find characters in a draft that people and programs read differently: invisible ones, and look-alikes."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence

from briefgen.audit.draft import DraftBlock
from briefgen.audit.problems import invisible_characters, mixed_alphabets
from briefgen.errors import Problem
from briefgen.model.text import clean_text, compose_text, mixes_scripts, remove_invisible

_SOFT_HYPHEN = "\u00ad"
_WORD = re.compile(r"\w+(?:[.,/'’]\w+)*")
_LETTER_IN_FIGURE = re.compile(
    r"\d[.,]?[OoQlIiОоЗзіІ|]+(?=[.,]?\d)|\b[OlIОІ][.,]?\d{2,}|(?<!\d)\d{2,}[.,]?[OlОІ]\b"
)
"""Letters that look like digits, between or beside digits."""
_LOOK_ALIKES = frozenset("АВЕЅІЈКМНОРСТУХЗаеорсухіјѕԛԝһΑΒΕΖΗΙΚΜΝΟΡΤΥΧοαν")
"""Cyrillic and Greek letters that look like Latin ones."""
_MIN_LATIN_SHARE = 0.8


def find_deceptive_characters(blocks: Sequence[DraftBlock], name: str) -> Iterator[Problem]:
    """Yield a warning about invisible characters and one about look-alikes, as far as there are any."""
    number, names, words = 0, dict[str, None](), []
    look_alikes: dict[str, None] = {}
    for block in blocks:
        text = block.text.replace(_SOFT_HYPHEN, "")
        if text.isascii() and not _LETTER_IN_FIGURE.search(text):
            continue
        visible, found = _strip_invisible(text)
        if found:
            number += len(compose_text(text)) - len(visible)
            names |= dict.fromkeys(found)
            words += [_strip_invisible(word)[0] for word in text.split() if _strip_invisible(word)[1]]
        look_alikes |= dict.fromkeys(_find_look_alikes(visible))
    if number:
        yield invisible_characters(name, number, list(names), words)
    if look_alikes:
        yield mixed_alphabets(name, list(look_alikes))


def _strip_invisible(text: str) -> tuple[str, tuple[str, ...]]:
    printable, unprintable = clean_text(text)
    visible, invisible = remove_invisible(printable)
    return visible, (*unprintable, *invisible)


def _find_look_alikes(text: str) -> Iterator[str]:
    latin = _is_mostly_latin(text)
    for match in _WORD.finditer(text):
        word = match[0]
        foreign = latin and (_is_disguised(word) or _has_foreign_digits(word))
        if foreign or mixes_scripts(word) or _LETTER_IN_FIGURE.search(word):
            yield word


def _is_mostly_latin(text: str) -> bool:
    letters = [char for char in text if char.isalpha()]
    latin = sum(char.isascii() or unicodedata.name(char, "").startswith("LATIN") for char in letters)
    return bool(letters) and latin >= _MIN_LATIN_SHARE * len(letters)


def _is_disguised(word: str) -> bool:
    """Return whether all letters of a word are of another alphabet and look Latin."""
    letters = [char for char in word if char.isalpha()]
    return len(letters) > 1 and all(char in _LOOK_ALIKES for char in letters)


def _has_foreign_digits(word: str) -> bool:
    return any(unicodedata.category(char) == "Nd" and not char.isascii() for char in word)
