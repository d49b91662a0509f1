"""Find in a sentence what can be checked exactly: figures, dates, designations, quotations, names."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Literal

from briefgen.data import load_word_data, load_word_set
from briefgen.evidence.normalize import normalize_text, prepare_prose
from briefgen.evidence.numbers import Number, find_numbers
from briefgen.library.search import fold_word
from briefgen.model.text import compose_text

ClaimKind = Literal["number", "date", "designation", "quotation", "speaker"]
_SMALL_COUNT = 100
"""A smaller count without a unit is often no claim: "three requests"."""
_LIST_MARKER = re.compile(r"^(?:[(\[]?(?:\d{1,2}|[a-z])[.)\]]|[-*•])\s+")
_DIGIT_SPACES = frozenset("\u00a0\u202f\u2009\u2007")


@dataclass(frozen=True, slots=True)
class PreparedSentence:
    """A sentence as the parsers of the evidence read it, with the way back to its characters."""

    prose: str
    """As `prepare_prose` returns it, without the marker of a list item."""
    offsets: tuple[int, ...]
    """For each character of `prose`, its offset in the sentence; and one entry for the end."""

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Return the span in the sentence that `prose[start:end]` came from."""
        return self.offsets[start], self.offsets[end - 1] + 1 if end > start else self.offsets[start]


def prepare_sentence(text: str) -> PreparedSentence:
    """Prepare a sentence of a draft for the parsers of numbers, hedges and names."""
    prose, offsets = _follow_offsets(text)
    if prose != prepare_prose(text):  # characters that combine: places are found again word by word
        prose = prepare_prose(text)
        offsets = _search_offsets(prose, text)
    marker = _LIST_MARKER.match(prose)
    cut = marker.end() if marker else 0
    return PreparedSentence(prose[cut:], (*offsets[cut:], len(text)))


def _follow_offsets(text: str) -> tuple[str, list[int]]:
    characters: list[str] = []
    offsets: list[int] = []
    for offset, character in enumerate(text):
        plain = _plain_character(character)
        if character in _DIGIT_SPACES and _groups_digits(text, offset):
            plain = ","
        if plain == " " and (not characters or characters[-1] == " "):
            continue
        if plain:
            characters += plain
            offsets += [offset] * len(plain)
    if characters and characters[-1] == " ":
        characters.pop()
        offsets.pop()
    return "".join(characters), offsets


@lru_cache(maxsize=4096)
def _plain_character(character: str) -> str:
    """Return a character as `prepare_prose` does: dashes are kept, invisible characters are not."""
    plain = normalize_text(character).text if not character.isspace() else " "
    return character if plain in ("-", "…") else plain


def _groups_digits(text: str, offset: int) -> bool:
    return text[:offset][-1:].isdigit() and re.match(r"\d{3}(?!\d)", text[offset + 1 :]) is not None


def _search_offsets(prose: str, text: str) -> list[int]:
    offsets: list[int] = []
    position = 0
    for character in prose:
        found = text.find(character, position)
        position = found + 1 if 0 <= found < position + 12 else min(position + 1, len(text))
        offsets.append(max(0, position - 1))
    return offsets


@dataclass(frozen=True, slots=True)
class Claim:
    """Something in a sentence that the evidence either has or has not."""

    kind: ClaimKind
    words: str
    start: int
    end: int
    """The span in the prepared sentence."""
    number: Number | None = None
    """For figures, dates and designations."""
    is_strong: bool = True
    """Whether it must be borne out wherever it stands; a weak one only in a sentence about what a statement
    is about: "three", "the first", a word or two in quotation marks."""


@lru_cache(maxsize=16384)
def find_claims(prose: str) -> tuple[Claim, ...]:
    """Find what can be checked in a prepared sentence, in order."""
    claims = [*find_quotation_claims(prose), *_find_speaker_claims(prose)]
    pointers = load_word_set("audit-words", "pointers")
    for number in find_numbers(prose):
        kind: ClaimKind = "number"
        if number.kind in ("date", "decade"):
            kind = "date"
        elif number.kind == "designation":
            kind = "designation"
        words = prose[number.start : number.end]
        if words.lower() == "one" and not number.unit:
            continue  # often a pronoun, or no more than an article
        if number.kind == "designation" and number.name.split(" ")[0] in pointers:
            continue
        claims.append(Claim(kind, words, number.start, number.end, number, _is_strong(number, words)))
    return tuple(sorted(claims, key=lambda claim: (claim.start, claim.end)))


def _is_strong(number: Number, words: str) -> bool:
    if number.kind == "designation":
        return not words.startswith(("http", "www.")) and ":" not in words
    if number.kind in ("date", "decade", "vague"):
        return True
    if number.kind == "ordinal":
        return False
    has_unit = number.unit in ("percent", "share") or re.fullmatch(r"[A-Z]{3}", number.unit) is not None
    return has_unit or number.high >= _SMALL_COUNT or (number.is_range and number.high > 12)


_QUOTED = re.compile(r'"([^"]*)"|(?<![\w\'])\'(?=\S)([^\']*(?:\w\'\w[^\']*)*)(?<=\S)\'(?!\w)')
_FEW_WORDS = 2


def find_quotation_claims(prose: str) -> Iterator[Claim]:
    """Yield the words in quotation marks in a prepared text."""
    for match in _QUOTED.finditer(prose):
        group = 1 if match.group(1) is not None else 2
        words = match.group(group).strip().rstrip(",.;:!?").strip()
        if words:
            strong = len(re.findall(r"\w+", words)) > _FEW_WORDS
            start = match.start(group) + match.group(group).index(words[0])
            yield Claim("quotation", words, start, start + len(words), None, strong)


_CAPITALIZED = r"[A-Z][\w'&-]*(?:\.[A-Z])*\.?"
_PRONOUNS = (
    "I|We|You|He|She|It|They|This|That|These|Those|Who|What|How|The|In|On|At|By|As|And|But|If|When|While|"
    "Nobody|Everybody|Somebody|Others|Many|Most|Some|Few|All|Both|Each|Several|Critics|Observers|Estimates"
)
_JOINED = rf"(?: (?:(?:of|for|on|the|and|de|von|van) )*{_CAPITALIZED})*"
_NAME = rf"\b(?!(?:{_PRONOUNS})\b)(?P<name>{_CAPITALIZED}{_JOINED})"


_NO_FIND = r"(?<!found)|(?<=found)(?! (?:safety|refuge|asylum|shelter|work|jobs|ways|themselves|help)\b)"


@cache
def _speaker_patterns() -> tuple[re.Pattern[str], ...]:
    verbs = "|".join(
        (*load_word_data("hedges")["reporting-verbs"], *load_word_data("audit-words")["speaking"])
    )
    return (
        re.compile(rf"{_NAME},? (?:(?:has|have|had|also|later|then) )*(?:{verbs})\b(?:{_NO_FIND})"),
        re.compile(rf"\b[Aa]ccording to (?:the )?{_NAME}"),
        re.compile(rf",? (?:said|says|wrote|argued|reported) (?:the )?{_NAME}"),
    )


_BEFORE_PLACE = re.compile(r"\b(?:in|at|from|near|of|to|on|for) (?:the )?$")


def _find_speaker_claims(prose: str) -> Iterator[Claim]:
    seen: set[int] = set()
    for pattern in _speaker_patterns():
        for match in pattern.finditer(prose):
            is_place = match.start() == match.start("name") and _BEFORE_PLACE.search(prose[: match.start()])
            if match.start("name") not in seen and not is_place and not match["name"].endswith("'s"):
                seen.add(match.start("name"))
                name = match["name"].rstrip(".")
                start = match.start("name")
                yield Claim("speaker", name, start, start + len(name))


RAISED_NUMBER = re.compile(
    r"(?<=[^\W\d_][.!?])\d{1,3}(?=\s|$)|(?<=[^\W\d_][.!?][\"”’])\d{1,3}(?=\s|$)|(?<=[12]\d{3}\.)\d{1,2}(?=\s|$)"
)
"""The number of a note set as raised digits behind a sentence, which a file may hold as plain text."""


# -- names


@cache
def _known_names() -> tuple[re.Pattern[str], dict[str, tuple[tuple[str, str], ...]]]:
    """Return a pattern of all names in same-names.yaml, and for each its classes and main names."""
    meanings: dict[str, list[tuple[str, str]]] = {}
    for kind, lines in load_word_data("same-names").items():
        for line in lines:
            for name in line:
                meanings.setdefault(str(name), []).append((kind, str(line[0])))
    names = sorted(meanings, key=len, reverse=True)
    pattern = re.compile(r"(?<![\w-])(?:" + "|".join(map(re.escape, names)) + r")(?![\w$])")
    return pattern, {name: tuple(found) for name, found in meanings.items()}


@dataclass(frozen=True, slots=True)
class KnownName:
    """A name that has others like it: a state, a body."""

    group: str
    """What can be confused with it: `states`."""
    name: str
    """The first of the names for the same thing."""
    start: int
    end: int


@lru_cache(maxsize=16384)
def find_known_names(prose: str) -> tuple[KnownName, ...]:
    """Find the names of same-names.yaml in a text; one that is in two classes is found in both."""
    pattern, meanings = _known_names()
    return tuple(
        KnownName(group, name, *match.span())
        for match in pattern.finditer(prose)
        for group, name in meanings[match.group()]
    )


_PROPER = re.compile(rf"{_CAPITALIZED}(?:(?: (?:of|for|on|the|and|de|von|van))* {_CAPITALIZED})*")


@lru_cache(maxsize=16384)
def find_proper_names(prose: str) -> tuple[tuple[str, int, int], ...]:
    """Find runs of capitalized words, each with its span; not a single word that begins the sentence."""
    found = []
    for match in _PROPER.finditer(prose):
        name, start = match.group().rstrip("."), match.start()
        first, _, rest = name.partition(" ")
        if start == 0 or prose[start - 2 : start] in (". ", "? ", "! "):
            if first in load_word_set("sentences", "beginnings") or not rest:
                name, start = rest, start + len(first) + 1
            while name.split(" ", 1)[0] in _SMALL_WORDS:
                skipped = name.split(" ", 1)[0]
                name, start = name[len(skipped) + 1 :], start + len(skipped) + 1
        if len(name) > 1:
            found.append((name, start, start + len(name)))
    return tuple(found)


_SMALL_WORDS = frozenset({"of", "for", "on", "the", "and", "de", "von", "van"})


# -- words


_WORD = re.compile(r"[^\W\d_]+(?:'[^\W\d_]+)?")
_LONG = 7


@lru_cache(maxsize=65536)
def stem_word(word: str) -> str:
    """Return a word without its ending, to rank statements by the words that they share with a sentence."""
    folded = fold_word(word)
    for ending in ("ation", "ing", "ed", "ly", "ion", "es", "al"):
        if len(folded) - len(ending) >= 4 and folded.endswith(ending):
            folded = folded[: -len(ending)]
            break
    return folded[:_LONG].rstrip("e")


@lru_cache(maxsize=16384)
def content_words(prose: str) -> frozenset[str]:
    """Return the words that say what a text is about, as stems."""
    common = load_word_set("audit-words", "common")
    words = (match.group() for match in _WORD.finditer(prose))
    return frozenset(stem_word(word) for word in words if word.lower() not in common and len(word) > 1)


@lru_cache(maxsize=65536)
def fold_text(text: str) -> str:
    """Fold a text for the comparison word for word: normalized, without final stop, any first letter."""
    plain = compose_text(normalize_text(text).text).strip(" .")
    plain = plain.replace("per cent", "percent")
    return plain[:1].lower() + plain[1:]


def join_words(words: Iterable[str]) -> str:
    """Join words with commas and "and"."""
    listed = list(dict.fromkeys(words))
    return " and ".join(filter(None, (", ".join(listed[:-1]), listed[-1]))) if listed else ""
