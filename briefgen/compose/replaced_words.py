"""Replaces words of one letter by words of one's own, in its canonical markup before citations are set."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import get_close_matches
from html import escape, unescape

from briefgen.compose.passages import set_typographic_quotes
from briefgen.errors import BriefgenError, Problem
from briefgen.model.letter_overrides import LetterOverrides

_TOKEN = re.compile(r"<[^>]*>|&[^;<]*;|[^<]", re.DOTALL)
_TAG = re.compile(r"<(/?)([a-z0-9]+)([^>]*)>")
_OWN_PARTS = ("body", "postscript")
"""The blocks of a letter whose words can be replaced; those of others are in list or campaign."""
_BLOCKS = ("p", "li", "td", "th", "dt", "dd", "h2", "h3", "caption", "figcaption")
_FOLDED = str.maketrans(
    {"‘": "'", "’": "'", "‚": "'", "„": '"', "“": '"', "”": '"', "\u00a0": " ", "\u202f": " ", "\u2011": "-"}
)
_EMPTY_ELEMENT = re.compile(r"<(em|strong|p|li)>\s*</\1>\n?")
_BREAK = re.compile(r"\n\s*\n")
_SENTENCE = re.compile(r"[^.!?]+[.!?]*")


def fold_words(text: str) -> str:
    """Return words in the form in which they are looked for: straight quotes, single spaces."""
    return " ".join(text.translate(_FOLDED).split())


@dataclass(frozen=True, slots=True)
class _BlockText:
    """The visible words of a block of markup, folded, with the place of each character in the markup."""

    text: str
    places: tuple[tuple[int, int], ...]


def replace_words(html: str, overrides: LetterOverrides, label: str, language: str) -> str:
    """Return a letter's markup with the words of `overrides.words_instead` in place of others.

    Raise BriefgenError with everything that is not in the letter exactly once; `label` names the letter.
    """
    problems: list[Problem] = []
    for old, new in overrides.words_instead.items():
        found = list(_find_words(html, fold_words(old)))
        if len(found) == 1:
            start, end = found[0]
            html = html[:start] + _splice(html[start:end], new, language) + html[end:]
        else:
            problems.append(_missing_words(html, old, len(found), overrides, label))
    if problems:
        raise BriefgenError(problems)
    return _EMPTY_ELEMENT.sub("", html)


def _splice(replaced: str, words: str, language: str) -> str:
    """Return new words with the tags that stood among the old ones, so that elements stay closed."""
    tags = "".join(match[0] for match in _TAG.finditer(replaced))
    printed = set_typographic_quotes(" ".join(words.split()), language)
    return _EMPTY_ELEMENT.sub("", escape(printed, quote=False) + tags)


def _find_words(html: str, words: str) -> Iterator[tuple[int, int]]:
    """Yield where whole words are in the markup, from the first character to the end of the last."""
    if not words:
        return
    before, after = (r"(?<!\w)" if words[0].isalnum() else ""), (r"(?!\w)" if words[-1].isalnum() else "")
    pattern = re.compile(f"{before}{re.escape(words)}{after}")
    for block in _block_texts(html):
        for match in pattern.finditer(block.text):
            yield block.places[match.start()][0], block.places[match.end() - 1][1]


def _block_texts(html: str) -> Iterator[_BlockText]:
    """Yield the text of each block in the parts of a letter whose words can be replaced."""
    for start, end in _own_parts(html):
        characters: list[str] = []
        places: list[tuple[int, int]] = []
        for token in _TOKEN.finditer(html, start, end):
            tag = _TAG.fullmatch(token[0])
            if tag and tag[2] in _BLOCKS:
                yield _BlockText("".join(characters), tuple(places))
                characters, places = [], []
            elif tag and tag[2] != "br":
                continue
            else:
                for char in " " if tag else unescape(token[0]).translate(_FOLDED):
                    if char.isspace() and characters and characters[-1] == " ":
                        continue
                    characters.append(" " if char.isspace() else char)
                    places.append((token.start(), token.end()))


def _own_parts(html: str) -> Iterator[tuple[int, int]]:
    """Yield where the blocks begin and end whose words can be replaced."""
    depth, start, opened = 0, 0, -1
    for tag in re.finditer(r"<(/?)div([^>]*)>", html):
        depth += -1 if tag[1] else 1
        if not tag[1] and opened < 0 and any(f'class="{name}"' in tag[2] for name in _OWN_PARTS):
            opened, start = depth, tag.end()
        elif tag[1] and depth < opened:
            yield start, tag.start()
            opened = -1


def _missing_words(html: str, words: str, count: int, overrides: LetterOverrides, label: str) -> Problem:
    place, shown = overrides.locate("instead", words), _abbreviate(words)
    if count:
        return Problem(
            "letter-words-repeated",
            f"the words {shown!r} are {count} times in {label}",
            place,
            "name more words, so that they are there once",
        )
    sentences = [
        sentence.strip() for block in _block_texts(html) for sentence in _SENTENCE.findall(block.text)
    ]
    similar = get_close_matches(fold_words(words), sentences, n=1, cutoff=0.5)
    now = f"it now reads {similar[0]!r}: write" if similar else "look at the letter, and write"
    return Problem(
        "letter-words-gone",
        f"the words {shown!r}, in whose place are words of your own, are not in {label}",
        place,
        f"{now} the words that are there now, or remove the entry",
    )


def _abbreviate(words: str) -> str:
    return words if len(words) <= 60 else f"{words[:57].rstrip()}…"


def split_paragraphs(text: str) -> list[str]:
    """Return the paragraphs of a text of one's own, which an empty line parts."""
    return [" ".join(part.split()) for part in _BREAK.split(text) if part.strip()]
