"""Finds a quote in a text, exactly, and explains what stands nearest where it is not there.

The finding is exact after normalising (briefgen.evidence.normalize); likeness only serves the explanation.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import lru_cache

from briefgen.evidence.hedges import is_hedge, is_negation
from briefgen.evidence.normalize import BodyParagraph, Text, normalise, words
from briefgen.evidence.numbers import read_numbers

MAX_WORDS = 12
"""Words of a source kept in one evidence quote, at most."""
_GAP = re.compile(r"\[\s*…\s*\]|…")
_BRACKET = re.compile(r"\[([^\[\]]*)\]")


@dataclass(frozen=True, slots=True)
class Match:
    """A place where a quote stands."""

    paragraph: BodyParagraph
    start: int
    end: int
    """Span in the paragraph's normalised text."""

    @property
    def passage_span(self) -> tuple[int, int]:
        """The sentence or sentences that the quote touches, in the normalised text."""
        return self.paragraph.passage(self.start, self.end)

    @property
    def passage(self) -> str:
        """The words of those sentences as the source writes them."""
        start, end = self.paragraph.normal.original(*self.passage_span)
        return self.paragraph.text[start:end]

    def in_file(self) -> tuple[int, int]:
        """Span of the quote in the text file, in characters."""
        start, end = self.paragraph.normal.original(self.start, self.end)
        return self.paragraph.offset + start, self.paragraph.offset + end


def quote_words(quote: str) -> int:
    """How many words of the source a quote keeps; what stands in brackets is ours."""
    return len(words(_BRACKET.sub(" ", normalise(quote).text)))


@dataclass(frozen=True, slots=True)
class _Segment:
    """Words that stand together, and how they hang on the ones before."""

    pattern: re.Pattern[str]
    words: str
    same_sentence: bool
    """After a bracketed word of ours the quote goes on in the same sentence; after `…` it may go further."""


@lru_cache(maxsize=8192)
def _segments(quote: str) -> tuple[_Segment, ...]:
    segments: list[_Segment] = []
    for stretch in _GAP.split(normalise(quote).text):
        first = True
        for part in _split_at_free_brackets(stretch.strip()):
            pattern = _pattern(part)
            if pattern is not None:
                segments.append(_Segment(pattern, part, same_sentence=not first))
                first = False
    return tuple(segments)


def _split_at_free_brackets(stretch: str) -> Iterator[str]:
    """`the [North Korean] army` is two parts; `[T]he` and `kill[ed]` stay in theirs."""
    position = 0
    for match in _BRACKET.finditer(stretch):
        before = stretch[match.start() - 1 : match.start()]
        behind = stretch[match.end() : match.end() + 1]
        if before.isalnum() or behind.isalnum():
            continue
        yield stretch[position : match.start()].strip()
        position = match.end()
    yield stretch[position:].strip()


def _pattern(part: str) -> re.Pattern[str] | None:
    if not any(character.isalnum() for character in _BRACKET.sub("", part)):
        return None
    pieces: list[str] = []
    position = 0
    for match in _BRACKET.finditer(part):
        pieces += [re.escape(part[position : match.start()]), _altered(part, match)]
        position = match.end()
    pieces.append(re.escape(part[position:]))
    begin = r"(?<![^\W_])" if part[0].isalnum() else ""
    end = r"(?![^\W_])" if part[-1].isalnum() else ""
    return re.compile(begin + "".join(pieces) + end)


def _altered(part: str, match: re.Match[str]) -> str:
    """What a bracket within a word may stand for: one letter in the other case, or the rest of the word."""
    inside = match.group(1).strip()
    begins_word = not part[match.start() - 1 : match.start()].isalnum()
    if begins_word and len(inside) == 1 and inside.isalpha():
        return rf"(?<![^\W_])[{inside.lower()}{inside.upper()}]"
    return r"(?<![^\W_])[^\W_]*" if begins_word else r"[^\W_]*(?![^\W_])"


def find_in(paragraph: BodyParagraph, quote: str, within: tuple[int, int] | None = None) -> list[Match]:
    """Every place in a paragraph (or a span of its normalised text) where the quote stands, in order."""
    segments = _segments(quote)
    if not segments:
        return []
    start, end = within or (0, len(paragraph.normal.text))
    found: list[Match] = []
    for first in _occurrences(paragraph, segments[0], start, end):
        last = _follow(paragraph, segments[1:], first.end(), end)
        if last is not None:
            found.append(Match(paragraph, first.start(), last))
    return found


def _follow(paragraph: BodyParagraph, segments: Sequence[_Segment], position: int, end: int) -> int | None:
    """The end of the last segment, where all follow in order; None otherwise."""
    for segment in segments:
        limit = min(end, paragraph.passage(position - 1, position)[1]) if segment.same_sentence else end
        match = next(_occurrences(paragraph, segment, position, limit), None)
        if match is None:
            return None
        position = match.end()
    return position


def _occurrences(
    paragraph: BodyParagraph, segment: _Segment, start: int, end: int
) -> Iterator[re.Match[str]]:
    """Where a segment stands as whole words, without cutting a number in two."""
    text = paragraph.normal.text
    for match in segment.pattern.finditer(text, start, end):
        if not any(_cut(text, edge) for edge in match.span()):
            yield match


def _cut(text: str, edge: int) -> str | None:
    """The number that an edge cuts in two; parting a number from its unit behind it is no cut."""
    for number in read_numbers(text):
        if number.start < edge < number.end:
            left = [part for part in read_numbers(text[:edge]) if part.start == number.start]
            whole = any(part.is_range == number.is_range and part.same_value(number) for part in left)
            return None if whole and number.kind == "amount" else number.words
    return None


def find_quote(text: Text, quote: str, prefix: str = "", suffix: str = "") -> list[Match]:
    """Every place in a text where the quote stands between `prefix` and `suffix`, in order."""
    before, after = normalise(prefix).text, normalise(suffix).text
    return [
        match
        for paragraph in text.paragraphs
        for match in find_in(paragraph, quote)
        if paragraph.normal.text[: match.start].rstrip().endswith(before)
        and paragraph.normal.text[match.end :].lstrip().startswith(after)
    ]


def telling_prefixes(matches: Sequence[Match]) -> list[tuple[str, str]]:
    """For each of several matches the kind (`prefix` or `suffix`) and words that single it out."""
    befores = [match.paragraph.normal.text[: match.start].split() for match in matches]
    afters = [match.paragraph.normal.text[match.end :].split() for match in matches]
    result: list[tuple[str, str]] = []
    for index in range(len(matches)):
        told = ("prefix", "")
        for length in range(1, 9):
            before = befores[index][-length:]
            if before and sum(other[-length:] == before for other in befores) == 1:
                told = ("prefix", " ".join(before))
                break
            after = afters[index][:length]
            if after and sum(other[:length] == after for other in afters) == 1:
                told = ("suffix", " ".join(after))
                break
        result.append(told)
    return result


def cut_number(text: Text, quote: str) -> str | None:
    """The number of the text that a quote would cut in two, where that is why it is not found."""
    for paragraph in text.paragraphs:
        words_there = paragraph.normal.text
        for segment in _segments(quote):
            if next(_occurrences(paragraph, segment, 0, len(words_there)), None) is not None:
                continue
            for match in segment.pattern.finditer(words_there):
                for edge in match.span():
                    if cut := _cut(words_there, edge):
                        return cut
    return None


@dataclass(frozen=True, slots=True)
class Nearest:
    """The passage most like a quote that was not found."""

    paragraph: int
    passage: str
    """The source's words, with [-only in the source-] and {+only in the quote+}."""
    changed: tuple[str, ...]
    """What differs that can change the meaning: `a number`, `a negation`, `a hedge`; may be empty."""


def nearest_passage(paragraphs: Sequence[BodyParagraph], quote: str) -> Nearest | None:
    """Explain a quote that does not stand in a text; None where nothing is like it.

    The first of its parts that stands nowhere is compared; where each stands somewhere, they do not follow
    each other as the quote says, and the first is shown.
    """
    segments = _segments(quote)
    if not segments:
        return None
    missing = [
        segment
        for segment in segments
        if not any(next(_occurrences(p, segment, 0, len(p.normal.text)), None) for p in paragraphs)
    ]
    wanted = (missing or list(segments))[0].words.split()
    best: tuple[int, int, BodyParagraph, list[str]] | None = None
    for paragraph in paragraphs:
        there = paragraph.normal.text.split()
        start, score = _best_window(wanted, there)
        if score and (best is None or score > best[0]):
            best = (score, start, paragraph, there)
    if best is None:
        return None
    _, start, paragraph, there = best
    window = there[start : start + len(wanted) + 2]
    marked, only_there, only_quoted = _compared(window, wanted)
    return Nearest(paragraph.number, marked, _changed(only_there, only_quoted))


def _best_window(wanted: list[str], there: list[str]) -> tuple[int, int]:
    """Where a window as long as the quote shares most words with it, and how many."""
    lowered = [word.lower() for word in there]
    matcher = SequenceMatcher(None, [word.lower() for word in wanted], lowered, autojunk=False)
    best = (0, 0)
    for block in matcher.get_matching_blocks():
        if not block.size:
            continue
        start = max(0, block.b - block.a)
        window = lowered[start : start + len(wanted) + 2]
        inner = SequenceMatcher(None, [word.lower() for word in wanted], window, autojunk=False)
        score = sum(part.size for part in inner.get_matching_blocks())
        if score > best[1]:
            best = (start, score)
    return best


def _compared(there: list[str], quoted: list[str]) -> tuple[str, list[str], list[str]]:
    pieces: list[str] = []
    only_there: list[str] = []
    only_quoted: list[str] = []
    operations = SequenceMatcher(None, there, quoted, autojunk=False).get_opcodes()
    for tag, a, b, c, d in operations:
        if tag == "equal":
            pieces.append(" ".join(there[a:b]))
            continue
        if tag == "delete" and b == len(there):
            break
        if b > a:
            only_there += there[a:b]
            pieces.append(f"[-{' '.join(there[a:b])}-]")
        if d > c:
            only_quoted += quoted[c:d]
            pieces.append(f"{{+{' '.join(quoted[c:d])}+}}")
    return " ".join(pieces), only_there, only_quoted


def _changed(only_there: list[str], only_quoted: list[str]) -> tuple[str, ...]:
    if only_there and sorted(map(str.lower, only_there)) == sorted(map(str.lower, only_quoted)):
        return ("the order of words",)
    differing = only_there + only_quoted
    found: list[str] = []
    if any(read_numbers(word) or _is_number_word(word) for word in differing):
        found.append("a number")
    if any(is_negation(word) for word in differing):
        found.append("a negation")
    if any(is_hedge(word) for word in differing):
        found.append("a hedge")
    return tuple(found)


def _is_number_word(word: str) -> bool:
    return word.strip(".,;:").lower() in (
        "hundred",
        "thousand",
        "million",
        "billion",
        "trillion",
        "percent",
        "%",
        "dozen",
    )
