"""Find quotes in source texts, and explain the nearest passage if a quote is not there.

A match is exact after normalization (briefgen.evidence.normalize); similarity only serves the explanation.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import lru_cache

from briefgen.evidence.hedges import is_hedge, is_negation
from briefgen.evidence.normalize import normalize_text, split_words
from briefgen.evidence.numbers import find_numbers
from briefgen.evidence.source_text import BodyParagraph, SourceText

MAX_QUOTE_WORDS = 12
"""How many words of a source a quote in evidence may keep."""
_OMISSION = re.compile(r"\[\s*…\s*\]|…")
_BRACKET = re.compile(r"\[([^\[\]]*)\]")


@dataclass(frozen=True, slots=True)
class QuoteMatch:
    """A place where a quote was found."""

    paragraph: BodyParagraph
    start: int
    end: int
    """Span in the paragraph's normalized text."""
    gaps: tuple[tuple[int, int], ...] = ()
    """Spans of what the quote leaves out, or replaces by words in brackets."""

    @property
    def left_out(self) -> tuple[str, ...]:
        """The words in each gap."""
        return tuple(self.paragraph.normalized.text[start:end].strip() for start, end in self.gaps)

    @property
    def passage_span(self) -> tuple[int, int]:
        """The span, in the normalized text, of the sentence or sentences that the quote touches."""
        return self.paragraph.sentence_span(self.start, self.end)

    @property
    def sentence_count(self) -> int:
        """The number of these sentences."""
        start, end = self.passage_span
        return sum(start <= first < end for first, _ in self.paragraph.sentence_spans())

    @property
    def passage(self) -> str:
        """Those sentences as written in the source."""
        start, end = self.paragraph.normalized.original_span(*self.passage_span)
        return self.paragraph.text[start:end]

    def file_span(self) -> tuple[int, int]:
        """Return the span of the quote in the text file, in characters."""
        start, end = self.paragraph.normalized.original_span(self.start, self.end)
        return self.paragraph.offset + start, self.paragraph.offset + end


def count_quote_words(quote: str) -> int:
    """Count the source's words in a quote; words in brackets are the author's and do not count."""
    return len(split_words(_BRACKET.sub(" ", normalize_text(quote).text)))


@dataclass(frozen=True, slots=True)
class _QuoteSegment:
    """A contiguous part of a quote, between omissions and bracketed words."""

    pattern: re.Pattern[str]
    words: str
    same_sentence: bool
    """Whether it must be in the sentence of the part before: so after bracketed words, but not after `…`."""


@lru_cache(maxsize=8192)
def _split_quote(quote: str) -> tuple[_QuoteSegment, ...]:
    segments: list[_QuoteSegment] = []
    for stretch in _OMISSION.split(normalize_text(quote).text):
        first = True
        for part in _split_at_free_brackets(stretch.strip()):
            pattern = _compile_segment(part)
            if pattern is not None:
                segments.append(_QuoteSegment(pattern, part, same_sentence=not first))
                first = False
    return tuple(segments)


def _split_at_free_brackets(stretch: str) -> Iterator[str]:
    """Split at bracketed words (`the [North Korean] army`), but not at altered ones (`[T]he`, `kill[ed]`)."""
    position = 0
    for match in _BRACKET.finditer(stretch):
        before = stretch[match.start() - 1 : match.start()]
        after = stretch[match.end() : match.end() + 1]
        if before.isalnum() or after.isalnum():
            continue
        yield stretch[position : match.start()].strip()
        position = match.end()
    yield stretch[position:].strip()


def _compile_segment(part: str) -> re.Pattern[str] | None:
    if not any(character.isalnum() for character in _BRACKET.sub("", part)):
        return None
    pieces: list[str] = []
    position = 0
    for match in _BRACKET.finditer(part):
        pieces += [re.escape(part[position : match.start()]), _bracket_pattern(part, match)]
        position = match.end()
    pieces.append(re.escape(part[position:]))
    begin = r"(?<![^\W_])" if part[0].isalnum() else ""
    end = r"(?![^\W_])" if part[-1].isalnum() else ""
    return re.compile(begin + "".join(pieces) + end)


def _bracket_pattern(part: str, match: re.Match[str]) -> str:
    """Return a pattern for what a bracket within a word replaces: a letter in the other case, or the rest."""
    inside = match.group(1).strip()
    begins_word = not part[match.start() - 1 : match.start()].isalnum()
    if begins_word and len(inside) == 1 and inside.isalpha():
        return rf"(?<![^\W_])[{inside.lower()}{inside.upper()}]"
    return r"(?<![^\W_])[^\W_]*" if begins_word else r"[^\W_]*(?![^\W_])"


def find_quote_in_paragraph(
    paragraph: BodyParagraph, quote: str, within: tuple[int, int] | None = None
) -> list[QuoteMatch]:
    """Find every match of a quote in a paragraph, or in a span of its normalized text, in order."""
    segments = _split_quote(quote)
    if not segments:
        return []
    start, end = within or (0, len(paragraph.normalized.text))
    found: list[QuoteMatch] = []
    for first in _find_segment(paragraph, segments[0], start, end):
        gaps = _match_following_segments(paragraph, segments[1:], first.end(), end)
        if gaps is not None:
            last = gaps.pop()[0]
            found.append(QuoteMatch(paragraph, first.start(), last, tuple(gaps)))
    return found


def _match_following_segments(
    paragraph: BodyParagraph, segments: Sequence[_QuoteSegment], position: int, end: int
) -> list[tuple[int, int]] | None:
    """Return the gap before each segment and the end of the last if all follow in order, otherwise None."""
    gaps: list[tuple[int, int]] = []
    for segment in segments:
        limit = min(end, paragraph.sentence_span(position - 1, position)[1]) if segment.same_sentence else end
        match = next(_find_segment(paragraph, segment, position, limit), None)
        if match is None:
            return None
        gaps.append((position, match.start()))
        position = match.end()
    return [*gaps, (position, position)]


def _find_segment(
    paragraph: BodyParagraph, segment: _QuoteSegment, start: int, end: int
) -> Iterator[re.Match[str]]:
    """Find a segment as whole words that do not cut a number in two."""
    text = paragraph.normalized.text
    for match in segment.pattern.finditer(text, start, end):
        if not any(_find_cut_number_at(text, edge) for edge in match.span()):
            yield match


def _find_cut_number_at(text: str, edge: int) -> str | None:
    """Return the number that an edge cuts in two, if any; a cut between a number and its unit is fine."""
    for number in find_numbers(text):
        if number.start < edge < number.end:
            left = [part for part in find_numbers(text[:edge]) if part.start == number.start]
            whole = any(part.is_range == number.is_range and part.has_same_value(number) for part in left)
            return None if whole and number.kind == "amount" else number.words
    return None


def find_quote(text: SourceText, quote: str, prefix: str = "", suffix: str = "") -> list[QuoteMatch]:
    """Find every match of a quote between `prefix` and `suffix` in a text, in order."""
    before, after = normalize_text(prefix).text, normalize_text(suffix).text
    return [
        match
        for paragraph in text.paragraphs
        for match in find_quote_in_paragraph(paragraph, quote)
        if paragraph.normalized.text[: match.start].rstrip().endswith(before)
        and paragraph.normalized.text[match.end :].lstrip().startswith(after)
    ]


def find_distinguishing_context(matches: Sequence[QuoteMatch]) -> list[tuple[str, str]]:
    """Return, for each match, `prefix` or `suffix` and the words that make `find_quote` find it.

    The words are empty if nothing distinguishes it from the others.
    """
    befores = [match.paragraph.normalized.text[: match.start].rstrip() for match in matches]
    afters = [match.paragraph.normalized.text[match.end :].lstrip() for match in matches]
    result: list[tuple[str, str]] = []
    for index in range(len(matches)):
        context = ("prefix", "")
        for length in range(1, 9):
            before = " ".join(befores[index].split()[-length:])
            if sum(other.endswith(before) for other in befores) == 1:
                context = ("prefix", before)
                break
            after = " ".join(afters[index].split()[:length])
            if sum(other.startswith(after) for other in afters) == 1:
                context = ("suffix", after)
                break
        result.append(context)
    return result


def find_cut_number(text: SourceText, quote: str) -> str | None:
    """Return the number of the text that a quote cuts in two, if that is why the quote is not found."""
    for paragraph in text.paragraphs:
        normalized = paragraph.normalized.text
        for segment in _split_quote(quote):
            if next(_find_segment(paragraph, segment, 0, len(normalized)), None) is not None:
                continue
            for match in segment.pattern.finditer(normalized):
                for edge in match.span():
                    if cut := _find_cut_number_at(normalized, edge):
                        return cut
    return None


@dataclass(frozen=True, slots=True)
class NearestPassage:
    """The passage most similar to a quote that was not found."""

    paragraph: int
    passage: str
    """The source's words, with [-only in the source-] and {+only in the quote+}."""
    differences: tuple[str, ...]
    """Differences that can change the meaning: `a number`, `a negation`, `a hedge`; may be empty."""


def find_nearest_passage(paragraphs: Sequence[BodyParagraph], quote: str) -> NearestPassage | None:
    """Find the passage most similar to a quote that is not in a text; None if nothing is similar.

    The first part of the quote that occurs nowhere is compared; if every part occurs somewhere, but not in
    the order of the quote, the first part is.
    """
    segments = _split_quote(quote)
    if not segments:
        return None
    missing = [
        segment
        for segment in segments
        if not any(next(_find_segment(p, segment, 0, len(p.normalized.text)), None) for p in paragraphs)
    ]
    quote_words = (missing or list(segments))[0].words.split()
    best: tuple[int, int, BodyParagraph, list[str]] | None = None
    for paragraph in paragraphs:
        source_words = paragraph.normalized.text.split()
        start, score = _best_window(quote_words, source_words)
        if score and (best is None or score > best[0]):
            best = (score, start, paragraph, source_words)
    if best is None:
        return None
    _, start, paragraph, source_words = best
    window = source_words[start : start + len(quote_words) + 2]
    marked, only_in_source, only_in_quote = _mark_differences(window, quote_words)
    return NearestPassage(paragraph.number, marked, _describe_changes(only_in_source, only_in_quote))


def _best_window(quote_words: list[str], source_words: list[str]) -> tuple[int, int]:
    """Return where a window as long as the quote shares the most words with it, and how many."""
    lowered = [word.lower() for word in source_words]
    matcher = SequenceMatcher(None, [word.lower() for word in quote_words], lowered, autojunk=False)
    best = (0, 0)
    for block in matcher.get_matching_blocks():
        if not block.size:
            continue
        start = max(0, block.b - block.a)
        window = lowered[start : start + len(quote_words) + 2]
        inner = SequenceMatcher(None, [word.lower() for word in quote_words], window, autojunk=False)
        score = sum(part.size for part in inner.get_matching_blocks())
        if score > best[1]:
            best = (start, score)
    return best


def _mark_differences(source_words: list[str], quote_words: list[str]) -> tuple[str, list[str], list[str]]:
    pieces: list[str] = []
    only_in_source: list[str] = []
    only_in_quote: list[str] = []
    operations = SequenceMatcher(None, source_words, quote_words, autojunk=False).get_opcodes()
    for tag, a, b, c, d in operations:
        if tag == "equal":
            pieces.append(" ".join(source_words[a:b]))
            continue
        if tag == "delete" and b == len(source_words):
            break
        if b > a:
            only_in_source += source_words[a:b]
            pieces.append(f"[-{' '.join(source_words[a:b])}-]")
        if d > c:
            only_in_quote += quote_words[c:d]
            pieces.append(f"{{+{' '.join(quote_words[c:d])}+}}")
    return " ".join(pieces), only_in_source, only_in_quote


def _describe_changes(only_in_source: list[str], only_in_quote: list[str]) -> tuple[str, ...]:
    if only_in_source and sorted(map(str.lower, only_in_source)) == sorted(map(str.lower, only_in_quote)):
        only_case = all(
            a != b and a.lower() == b.lower() for a, b in zip(only_in_source, only_in_quote, strict=True)
        )
        return () if only_case else ("the order of words",)
    differing = only_in_source + only_in_quote
    found: list[str] = []
    if any(find_numbers(word) or _is_number_word(word) for word in differing):
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
