"""Finding statements in a text exactly, and showing what differs if they are not found.

Only differences without meaning are ignored: Unicode compatibility forms, white space, soft hyphens, bidi
marks, kinds of hyphen, hyphens at line ends. There is no similarity score, and no threshold for "nearly the
same".
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import Match, SequenceMatcher

from briefgen.inspect.tokens import LINE_HYPHEN, normalize_for_comparison

TextSpan = tuple[int, int]
"""Start and end in a text."""
_HYPHENS = re.compile("[\u2010\u2011]")
_CONTEXT_WORDS = 3
"""Words shown before and after a difference."""
_WINDOW_MARGIN = 8
"""Words considered around the most similar passage."""
_MIN_SHARED = 0.5
"""Share of a statement's words that must occur close together to report it as changed instead of missing. It
affects how a failure is reported, never whether there is one."""


@dataclass(frozen=True, slots=True)
class TextDifference:
    """A stretch of differing words, with a few words of context on both sides."""

    recorded: str
    found: str


class SearchableText:
    """A normalised text in which statements can be found."""

    def __init__(self, text: str) -> None:
        self.text = text
        parts: list[str] = []
        self._origins: list[TextSpan] = []
        """For each normalised character, the span of the cluster that it comes from."""
        for start, cluster in _split_clusters(text):
            plain = _normalize_hyphens(cluster)
            parts.append(plain)
            self._origins += [(start, start + len(cluster))] * len(plain)
        self._plain = "".join(parts)

    def find(self, statement: str) -> list[TextSpan]:
        """Return where `statement` occurs, except within longer words or numbers; spans do not overlap."""
        pattern = _compile_search(statement)
        if pattern is None:
            return []
        spans = ((match.start(), match.end()) for match in pattern.finditer(self._plain))
        return [self._original_span(start, end) for start, end in spans if self._is_delimited(start, end)]

    def _original_span(self, start: int, end: int) -> TextSpan:
        return self._origins[start][0], self._origins[end - 1][1]

    def _is_delimited(self, start: int, end: int) -> bool:
        """Return whether no adjacent character continues the match's first or last word."""
        first, last = self._original_span(start, end)
        before, behind = self.text[max(0, first - 2) : first], self.text[last : last + 2]
        return not _is_same_word(before[::-1], self._plain[start]) and not _is_same_word(
            behind, self._plain[end - 1], self._plain[end - 2 : end - 1]
        )

    def compare_nearest(self, statement: str, taken: Sequence[TextSpan] = ()) -> list[TextDifference] | None:
        """Return how the most similar passage outside `taken` differs; None if no passage is similar."""
        free = [
            (word, start) for word, start in _split_text_words(self.text) if not _is_in_spans(start, taken)
        ]
        ours = [word for word, _ in _split_text_words(statement)]
        start = _find_best_window(
            [normalize_for_comparison(word) for word, _ in free],
            [normalize_for_comparison(word) for word in ours],
        )
        if start is None:
            return None
        theirs = [
            word for word, _ in free[max(0, start - _WINDOW_MARGIN) : start + len(ours) + _WINDOW_MARGIN]
        ]
        return _diff_words(ours, theirs)


def _normalize_hyphens(text: str) -> str:
    return _HYPHENS.sub("-", normalize_for_comparison(text))


def _compile_search(statement: str) -> re.Pattern[str] | None:
    chars = [
        f"[-{LINE_HYPHEN}]" if char == "-" else re.escape(char) for char in _normalize_hyphens(statement)
    ]
    return re.compile(f"{LINE_HYPHEN}?".join(chars)) if chars else None


def _split_clusters(text: str) -> Iterator[tuple[int, str]]:
    """Yield each character with its combining marks, so that every cluster can be normalised on its own."""
    start = 0
    for index in range(1, len(text) + 1):
        if index == len(text) or not _is_combining(text[index]):
            yield start, text[start:index]
            start = index


def _is_combining(char: str) -> bool:
    return char > "\u02ff" and (unicodedata.combining(char) != 0 or "\u1160" <= char <= "\u11ff")


def _is_same_word(beside: str, edge: str, inner: str = "") -> bool:
    """Return whether the characters next to an edge, nearest first, form one word or number with it."""
    if not beside:
        return False
    near = beside[0]
    if edge.isdigit():
        point = near in ".,-\u2212$\u20ac\u00a3\u00a5" and beside[1:2].isdigit()
        sign = near in "-\u2212$\u20ac\u00a3\u00a5%\u2030\u00b0"
        return near.isdigit() or point or sign or _is_cased_letter(near)
    if _is_cased_letter(edge):
        return _is_cased_letter(near) or near.isdigit()
    return edge in ".," and inner.isdigit() and near.isdigit()


def _is_cased_letter(char: str) -> bool:
    """Return whether it is a cased letter, whose script separates words by spaces; others may not."""
    return char.lower() != char.upper()


def _split_text_words(text: str) -> Iterator[tuple[str, int]]:
    for match in re.finditer(r"\S+", text):
        if normalize_for_comparison(match[0]):
            yield match[0], match.start()


def _is_in_spans(position: int, spans: Sequence[TextSpan]) -> bool:
    index = bisect_left(spans, (position + 1,)) - 1
    return index >= 0 and position < spans[index][1]


def _find_best_window(text: Sequence[str], statement: Sequence[str]) -> int | None:
    """Return the start of the window of equal length that shares most words; None if it shares too few."""
    size, left = len(statement), Counter(statement)
    shared = best = 0
    place = None
    for index, word in enumerate(text):
        shared += left[word] > 0
        left[word] -= 1
        if index >= size:
            dropped = text[index - size]
            left[dropped] += 1
            shared -= left[dropped] > 0
        if shared > best:
            best, place = shared, max(0, index - size + 1)
    return place if best >= size * _MIN_SHARED else None


def _diff_words(ours: Sequence[str], around: Sequence[str]) -> list[TextDifference]:
    plain = [_normalize_hyphens(word) for word in ours]
    blocks = _find_matching_blocks(plain, around)
    first, last = blocks[0], blocks[-1]
    end = last.b + len(ours) - last.a
    theirs = around[max(0, first.b - first.a) : end]
    changes = SequenceMatcher(
        None, plain, [_normalize_hyphens(word) for word in theirs], autojunk=False
    ).get_opcodes()
    return [
        TextDifference(_quote_with_context(ours, a, b), _quote_with_context(theirs, c, d))
        for change, a, b, c, d in changes
        if change != "equal"
    ]


def _find_matching_blocks(plain: Sequence[str], words: Sequence[str]) -> list[Match]:
    matcher = SequenceMatcher(None, plain, [_normalize_hyphens(word) for word in words], autojunk=False)
    return [block for block in matcher.get_matching_blocks() if block.size]


def _quote_with_context(words: Sequence[str], start: int, end: int) -> str:
    quoted = words[max(0, start - _CONTEXT_WORDS) : end + _CONTEXT_WORDS]
    before, after = "… " if start > _CONTEXT_WORDS else "", " …" if end + _CONTEXT_WORDS < len(words) else ""
    return f"{before}{' '.join(quoted)}{after}".replace(LINE_HYPHEN, "-")
