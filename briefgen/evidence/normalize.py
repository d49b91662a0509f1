"""Normalize text so that the same words compare equal, and split it into words and sentences."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from briefgen.data import load_word_set
from briefgen.model.text import compose_text

_LOOKALIKES = str.maketrans(
    {
        **dict.fromkeys("‘’‚‛`´", "'"),
        **dict.fromkeys("“”„‟«»", '"'),
        **dict.fromkeys("‐‑‒–—―−﹘﹣－", "-"),
    }
)
"""Quotation marks and dashes that differ in appearance only; each is replaced by exactly one character."""
_INVISIBLE = frozenset("\u00ad\u200b\u200c\u200d\u2060\ufeff\u200e\u200f")
"""Soft hyphen, zero-width space and joiners, byte-order mark, direction marks."""
_SPACE_OR_ELLIPSIS = re.compile(r"(?P<space>\s+)|(?P<dots>\.(?:\s?\.){2,})")
# A run of dashes, a dash with a space before it, or one with a space after it that is not a suspended hyphen
# ("two- and three-year").
_LOOSE_DASH = re.compile(r" ?-(?: ?-)+ ?| - ?|(?<=\w)- (?!(?:and|or|to)\b)")


# White space other than single spaces, an ellipsis or loose dashes: without them, nothing is replaced.
_UNEVEN = re.compile(r"[^\S ]|  |^ | $|\.\s?\.|--| -|- ")


@dataclass(frozen=True, slots=True)
class NormalizedText:
    """A normalized text that can map its characters back to the original."""

    text: str
    starts: tuple[int, ...]
    """For each character of `text`, its offset in the original; plus one entry for the end."""

    def original_span(self, start: int, end: int) -> tuple[int, int]:
        """Return the span of the original that `text[start:end]` came from."""
        if start >= end:
            return self.starts[start], self.starts[start]
        # Several characters may come from one offset (A with two accents): the span ends at the next offset.
        after = bisect_right(self.starts, self.starts[end - 1])
        return self.starts[start], self.starts[min(after, len(self.starts) - 1)]

    def position(self, original: int) -> int:
        """Return the position in `text` of the first character at or after an offset of the original."""
        return bisect_left(self.starts, original)


def normalize_text(text: str) -> NormalizedText:
    """Remove differences that do not matter: Unicode form, quotation marks, dashes, white space, ellipses.

    Text is brought to NFC. Every dash becomes `-` without spaces around it (`a – b`, `a -- b` and `a—b` are
    the same); every run of white space becomes one space; `. . .` and `...` become `…`. Letters, their case
    and all other punctuation are kept, because they can carry meaning.
    """
    characters, starts = _compose_characters(text)
    if not _UNEVEN.search(characters):
        return NormalizedText(characters, (*starts, len(text)))
    characters, starts = _replace_with_offsets(_SPACE_OR_ELLIPSIS, characters, starts, _collapse_match)
    characters, starts = _replace_with_offsets(_LOOSE_DASH, characters, starts, lambda match: "-")
    lead = len(characters) - len(characters.lstrip(" "))
    tail = len(characters.rstrip(" "))
    if tail <= lead:
        return NormalizedText("", (len(text),))
    end = starts[tail] if tail < len(starts) else len(text)
    return NormalizedText(characters[lead:tail], (*starts[lead:tail], end))


def _collapse_match(match: re.Match[str]) -> str:
    return " " if match.lastgroup == "space" else "…"


def _compose_characters(text: str) -> tuple[str, list[int]]:
    """Compose to NFC, unify quotation marks and dashes, drop invisible characters; also return offsets."""
    if unicodedata.is_normalized("NFC", text) and _INVISIBLE.isdisjoint(text):
        return text.translate(_LOOKALIKES), list(range(len(text)))
    pieces: list[str] = []
    starts: list[int] = []
    for start, cluster in _split_combining_clusters(text):
        composed = unicodedata.normalize("NFC", cluster)
        pieces.append(composed)
        starts.extend([start] * len(composed))
    return "".join(pieces).translate(_LOOKALIKES), starts


_LONGEST_CLUSTER = 32
"""Characters that are composed together; a longer pile has a place for each part."""


def _split_combining_clusters(text: str) -> Iterator[tuple[int, str]]:
    """Split before each character that does not compose with those before it, dropping invisible ones."""
    start, cluster = 0, ""
    for position, character in enumerate(text):
        if character in _INVISIBLE:
            continue
        if cluster and (len(cluster) >= _LONGEST_CLUSTER or not _composes_with(cluster, character)):
            yield start, cluster
            cluster = ""
        if not cluster:
            start = position
        cluster += character
    if cluster:
        yield start, cluster


def _composes_with(cluster: str, character: str) -> bool:
    if unicodedata.combining(character):
        return True
    if character.isascii():
        return False
    apart = unicodedata.normalize("NFC", cluster) + unicodedata.normalize("NFC", character)
    return unicodedata.normalize("NFC", cluster + character) != apart


def _replace_with_offsets(
    pattern: re.Pattern[str], text: str, starts: Sequence[int], replace: Callable[[re.Match[str]], str]
) -> tuple[str, list[int]]:
    """Replace each match; all characters of a replacement get the offset at which the match begins."""
    pieces: list[str] = []
    origins: list[int] = []
    position = 0
    for match in pattern.finditer(text):
        new = replace(match)
        pieces += [text[position : match.start()], new]
        origins += starts[position : match.start()]
        origins += [starts[match.start()]] * len(new)
        position = match.end()
    pieces.append(text[position:])
    origins += starts[position:]
    return "".join(pieces), origins


_DIGIT_GROUP_SPACE = re.compile(r"(?<=\d)[\u00a0\u202f\u2009\u2007](?=\d{3}(?!\d))")
_QUOTATION_MARKS = str.maketrans({**dict.fromkeys("‘’‚‛`´", "'"), **dict.fromkeys("“”„‟«»", '"')})


def prepare_prose(text: str) -> str:
    """Prepare text for the number and hedge parsers: like `normalize_text`, but dashes are kept.

    They need to tell a dash between clauses from one between numbers. Spaces that group digits become commas.
    """
    composed = compose_text("".join(c for c in text if c not in _INVISIBLE))
    return " ".join(_DIGIT_GROUP_SPACE.sub(",", composed).translate(_QUOTATION_MARKS).split())


def hash_normalized(text: str) -> str:
    """Return the SHA-256 (hex) of the normalized text."""
    return hashlib.sha256(normalize_text(text).text.encode()).hexdigest()


_WORD = re.compile(r"\w+(?:['.,:/]\w+)*", re.UNICODE)


def split_words(text: str) -> list[str]:
    """Split text into words; inner apostrophes and separators belong to a word, hyphens do not."""
    return [match.group() for match in _WORD.finditer(normalize_text(text).text)]


# A sentence ends at . ! ? and any closing marks, before a space and a capital, digit or opening mark.
_SENTENCE_END = re.compile(r"(?<![.!?…])[.!?…]+['\")\]]*(?= ['\"(\[]*[A-Z0-9À-ÖØ-Þ])")
_WORD_BEFORE_END = re.compile(r"([\w.&'-]+)$")


def find_sentences(text: str) -> list[tuple[int, int]]:
    """Return the spans of the sentences of a normalized text, in order.

    Initials ("J. Smith"), abbreviations (briefgen/data/sentences.yaml) and ellipses do not end a sentence.
    """
    spans: list[tuple[int, int]] = []
    start = 0
    for match in _SENTENCE_END.finditer(text):
        if _sentence_continues(text, match):
            continue
        spans.append((start, match.end()))
        start = match.end() + 1
    if start < len(text):
        spans.append((start, len(text)))
    return spans


def _sentence_continues(text: str, match: re.Match[str]) -> bool:
    mark = match.group()
    if not mark.startswith("."):
        return mark.startswith("…")
    preceding = _WORD_BEFORE_END.search(text, max(0, match.start() - 40), match.start())
    if preceding is None:
        return False
    word = preceding.group(1)
    if word in load_word_set("sentences", "titles") or word.lower() in load_word_set(
        "sentences", "before-a-name"
    ):
        return True
    following = re.match(r"[\w'-]+", text[match.end() :].lstrip(" '\"(["))
    begins = following is not None and following.group() in load_word_set("sentences", "beginnings")
    if re.fullmatch(r"(?:[A-Za-z]\.)+[A-Za-z]", word):  # U.S, D.C, a.m
        return not begins
    if re.fullmatch(r"[A-Z]", word):  # an initial, or the end of "Plan B."
        return not begins
    return word.lower() in load_word_set("sentences", "abbreviations") and not begins
