"""What counts as the same words, and where they stand: normalising, words, sentences, paragraphs.

This room knows plain text only. It does not know what a snippet is, and it judges nothing.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache

from markdown_it import MarkdownIt
from markdown_it.token import Token

from briefgen.data import word_list
from briefgen.model.text import clean

_SAME = str.maketrans(
    {
        **dict.fromkeys("‘’‚‛`´", "'"),
        **dict.fromkeys("“”„‟«»", '"'),
        **dict.fromkeys("‐‑‒–—―−﹘﹣－", "-"),
    }
)
"""Quotation marks and dashes that differ in look only; each replaces one character by one."""
_INVISIBLE = frozenset("\u00ad\u200b\u200c\u200d\u2060\ufeff\u200e\u200f")
"""Soft hyphen, zero-width space and joiners, byte-order mark, direction marks."""
_TIDY = re.compile(r"(?P<space>\s+)|(?P<dots>\.(?:\s?\.){2,})")
# A run of dashes, a dash with a space before it, or one after it that does not leave a word hanging
# ("two- and three-year" does).
_LOOSE_DASH = re.compile(r" ?-(?: ?-)+ ?| - ?|(?<=\w)- (?!(?:and|or|to)\b)")


@dataclass(frozen=True, slots=True)
class Normal:
    """A text after normalisation, with the way back to the original."""

    text: str
    starts: tuple[int, ...]
    """For each character of `text`, where it begins in the original; one more entry for the end."""

    def original(self, start: int, end: int) -> tuple[int, int]:
        """The span of the original that `text[start:end]` came from."""
        if start >= end:
            return self.starts[start], self.starts[start]
        # Several characters may come from one place (A and two accents): the end is the next place.
        after = bisect_right(self.starts, self.starts[end - 1])
        return self.starts[start], self.starts[min(after, len(self.starts) - 1)]

    def position(self, original: int) -> int:
        """The first character of `text` that begins at or after an offset of the original."""
        return bisect_left(self.starts, original)


def normalise(text: str) -> Normal:
    """Make alike what only looks different: NFC, quotation marks, dashes, white space, dots of omission.

    Every dash becomes `-`, and stands without spaces where it had them (`a – b`, `a -- b` and `a—b` are
    one); every run of white space becomes one space; `. . .` and `...` become `…`. Letters, their case and
    all other punctuation stay: they can carry meaning.
    """
    characters, starts = _composed(text)
    characters, starts = _rewritten(_TIDY, characters, starts, _tidied)
    characters, starts = _rewritten(_LOOSE_DASH, characters, starts, lambda match: "-")
    lead = len(characters) - len(characters.lstrip(" "))
    tail = len(characters.rstrip(" "))
    if tail <= lead:
        return Normal("", (len(text),))
    end = starts[tail] if tail < len(starts) else len(text)
    return Normal(characters[lead:tail], (*starts[lead:tail], end))


def _tidied(match: re.Match[str]) -> str:
    return " " if match.lastgroup == "space" else "…"


def _composed(text: str) -> tuple[str, list[int]]:
    """NFC, one look for quotation marks and dashes, nothing invisible; with each character's origin."""
    if unicodedata.is_normalized("NFC", text) and _INVISIBLE.isdisjoint(text):
        return text.translate(_SAME), list(range(len(text)))
    pieces: list[str] = []
    starts: list[int] = []
    for start, cluster in _clusters(text):
        composed = unicodedata.normalize("NFC", cluster)
        pieces.append(composed)
        starts.extend([start] * len(composed))
    return "".join(pieces).translate(_SAME), starts


def _clusters(text: str) -> Iterator[tuple[int, str]]:
    """Split before each character that does not compose with those before it; drop invisible ones."""
    start, cluster = 0, ""
    for position, character in enumerate(text):
        if character in _INVISIBLE:
            continue
        if cluster and not _joins(cluster, character):
            yield start, cluster
            cluster = ""
        if not cluster:
            start = position
        cluster += character
    if cluster:
        yield start, cluster


def _joins(cluster: str, character: str) -> bool:
    if unicodedata.combining(character):
        return True
    if character.isascii():
        return False
    apart = unicodedata.normalize("NFC", cluster) + unicodedata.normalize("NFC", character)
    return unicodedata.normalize("NFC", cluster + character) != apart


def _rewritten(
    pattern: re.Pattern[str], text: str, starts: Sequence[int], replace: Callable[[re.Match[str]], str]
) -> tuple[str, list[int]]:
    """Replace each match; a replacement's characters all begin where the match begins."""
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


_GROUPED = re.compile(r"(?<=\d)[\u00a0\u202f\u2009\u2007](?=\d{3}(?!\d))")
_QUOTES = str.maketrans({**dict.fromkeys("‘’‚‛`´", "'"), **dict.fromkeys("“”„‟«»", '"')})


def legible(text: str) -> str:
    """The words for reading numbers and hedges: like `normalise`, but dashes stay what they are.

    A dash between two clauses is not one between two numbers; spaces that group digits become commas.
    """
    composed = unicodedata.normalize("NFC", "".join(c for c in text if c not in _INVISIBLE))
    return " ".join(_GROUPED.sub(",", composed).translate(_QUOTES).split())


def fingerprint(text: str) -> str:
    """SHA-256 (hex) of the normalised words."""
    return hashlib.sha256(normalise(text).text.encode()).hexdigest()


_WORD = re.compile(r"\w+(?:['.,:/]\w+)*", re.UNICODE)


def words(text: str) -> list[str]:
    """The words of a text: letters and digits, inner apostrophes and separators kept, hyphens split."""
    return [match.group() for match in _WORD.finditer(normalise(text).text)]


# A sentence ends at . ! ? and what closes behind it, before a space and a capital, digit or opening mark.
_END = re.compile(r"[.!?…]+['\")\]]*(?= ['\"(\[]*[A-Z0-9À-ÖØ-Þ])")
_BEFORE = re.compile(r"([\w.&'-]+)$")


def sentences(text: str) -> list[tuple[int, int]]:
    """Where the sentences of a normalised text stand, in order.

    Initials ("J. Smith"), abbreviations (briefgen/data/sentences.yaml) and spaced dots do not end one.
    """
    spans: list[tuple[int, int]] = []
    start = 0
    for match in _END.finditer(text):
        if _goes_on(text, match):
            continue
        spans.append((start, match.end()))
        start = match.end() + 1
    if start < len(text):
        spans.append((start, len(text)))
    return spans


def _goes_on(text: str, match: re.Match[str]) -> bool:
    mark = match.group()
    if not mark.startswith("."):
        return mark.startswith("…")
    found = _BEFORE.search(text, max(0, match.start() - 40), match.start())
    if found is None:
        return False
    word = found.group(1)
    if word in word_list("sentences", "titles") or word.lower() in word_list("sentences", "before-a-name"):
        return True
    following = re.match(r"[\w'-]+", text[match.end() :].lstrip(" '\"(["))
    begins = following is not None and following.group() in word_list("sentences", "beginnings")
    if re.fullmatch(r"(?:[A-Za-z]\.)+[A-Za-z]", word):  # U.S, D.C, a.m
        return not begins
    if re.fullmatch(r"[A-Z]", word):  # an initial, or the end of "Plan B."
        return not begins
    return word.lower() in word_list("sentences", "abbreviations") and not begins


@dataclass(frozen=True, slots=True)
class BodyParagraph:
    """One paragraph of a source's text."""

    number: int
    """Counted from 1 among the body paragraphs; a locator's value."""
    text: str
    offset: int
    """Where it begins in the text file, in characters."""
    normal: Normal

    @property
    def sha256(self) -> str:
        """SHA-256 (hex) of the normalised words."""
        return hashlib.sha256(self.normal.text.encode()).hexdigest()

    def sentences(self) -> list[tuple[int, int]]:
        """Spans in the normalised text."""
        return _sentences_of(self.normal.text)

    def passage(self, start: int, end: int) -> tuple[int, int]:
        """The span of the sentence or sentences that `normal.text[start:end]` touches."""
        spans = self.sentences()
        first = max(0, bisect_right([span[0] for span in spans], start) - 1)
        last = max(0, bisect_left([span[0] for span in spans], end) - 1)
        return spans[first][0], spans[max(first, last)][1]


@lru_cache(maxsize=4096)
def _sentences_of(text: str) -> list[tuple[int, int]]:
    return sentences(text)


@dataclass(frozen=True, slots=True)
class Text:
    """The full text of a source, as held by the user; it is never part of the library."""

    source: str
    """CSL id of the work."""
    sha256: str
    """SHA-256 (hex) of the file's bytes."""
    paragraphs: tuple[BodyParagraph, ...]

    def paragraph(self, number: int) -> BodyParagraph | None:
        """The body paragraph of that number, where there is one."""
        return self.paragraphs[number - 1] if 1 <= number <= len(self.paragraphs) else None


def read_paragraphs(content: str, furniture: frozenset[int] = frozenset()) -> tuple[BodyParagraph, ...]:
    """The non-empty lines of a text that are not furniture, numbered from 1.

    `furniture` holds line numbers counted from 1, empty lines included.
    """
    found: list[BodyParagraph] = []
    offset = 0
    for number, line in enumerate(content.split("\n"), start=1):
        if line.strip() and number not in furniture:
            found.append(BodyParagraph(len(found) + 1, line, offset, normalise(line)))
        offset += len(line) + 1
    return tuple(found)


_INLINE = frozenset({"text", "softbreak", "em_open", "em_close", "strong_open", "strong_close"})
_NAMES = {
    "heading_open": "a heading",
    "bullet_list_open": "a list",
    "ordered_list_open": "a list",
    "blockquote_open": "a block quotation",
    "code_block": "indented code",
    "fence": "code",
    "hr": "a line",
    "table_open": "a table",
    "html_block": "HTML",
    "link_open": "a link",
    "image": "a picture",
    "code_inline": "code",
    "hardbreak": "a forced line break",
    "html_inline": "HTML",
}
_TAG = re.compile(r"</?[A-Za-z][^<>]*>|<!--|&(?:[A-Za-z]+|#\w+);")


@cache
def markdown() -> MarkdownIt:
    """The one reader of Markdown in wordings: CommonMark without HTML."""
    return MarkdownIt("commonmark", {"html": False})


def fault_of(wording: str) -> str | None:
    """What in the wording is more than one paragraph with emphasis, in words; None where all is well."""
    _, hidden = clean(wording)
    if hidden:
        return f"a hidden character ({hidden[0]})"
    tag = _TAG.search(wording)
    if tag:
        return f"HTML ({tag.group()})"
    tokens = markdown().parse(wording)
    kinds = [token.type for token in tokens]
    for kind in kinds:
        if kind in _NAMES:
            return _NAMES[kind]
    if kinds.count("paragraph_open") > 1:
        return "a second paragraph"
    if kinds != ["paragraph_open", "inline", "paragraph_close"]:
        return "something that is not a paragraph"
    for child in tokens[1].children or []:
        if child.type not in _INLINE:
            return _NAMES.get(child.type, child.type.replace("_", " "))
    return None


@lru_cache(maxsize=8192)
def plain(wording: str) -> str:
    """The words as they are printed, without marks of emphasis; line breaks become spaces."""
    return " ".join(_text(token) for token in markdown().parse(wording) if token.type == "inline")


def _text(inline: Token) -> str:
    shown = {"softbreak": " ", "hardbreak": " "}
    return "".join(shown.get(child.type, child.content) for child in inline.children or [])
