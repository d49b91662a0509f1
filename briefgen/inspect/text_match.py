"""Whether words stand in a text, exactly, and what stands there in their place where they do not.

Only what says nothing is passed over: Unicode's compatible forms, white space, soft hyphens, bidi marks,
kinds of hyphen, a hyphen at a line's end. There is no score and no threshold for "nearly the same".
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import Match, SequenceMatcher

from briefgen.inspect.tokens import LINE_HYPHEN, comparable

Span = tuple[int, int]
"""Begin and end in a text."""
_HYPHENS = re.compile("[\u2010\u2011]")
_CONTEXT = 3
"""Words shown before and behind a difference."""
_AROUND = 8
"""Words looked at beyond the likeliest place."""
_ALIKE = 0.5
"""Of a statement's words that must stand close together to say that it stands there changed. It decides how a
failure is told, never whether there is one."""


@dataclass(frozen=True, slots=True)
class Difference:
    """A stretch of words that differs, with a few words around it on both sides."""

    recorded: str
    found: str


class Words:
    """A text made ready to be searched."""

    def __init__(self, text: str) -> None:
        self.text = text
        parts: list[str] = []
        self._origins: list[int] = []
        for start, cluster in _clusters(text):
            plain = _plain(cluster)
            parts.append(plain)
            self._origins += [start] * len(plain)
        self._plain = "".join(parts)

    def find(self, wanted: str) -> list[Span]:
        """Where the words stand, not as part of longer words or numbers; places do not overlap."""
        pattern = _pattern(wanted)
        if pattern is None:
            return []
        spans = ((match.start(), match.end()) for match in pattern.finditer(self._plain))
        return [self._span(start, end) for start, end in spans if self._whole(start, end)]

    def _span(self, start: int, end: int) -> Span:
        return self._origins[start], self._origins[end - 1] + 1

    def _whole(self, start: int, end: int) -> bool:
        """Whether what stands directly beside the match, without a space, does not belong to it."""
        first, last = self._span(start, end)
        before, behind = self.text[max(0, first - 2) : first], self.text[last : last + 2]
        return not _belongs(before[::-1], self._plain[start]) and not _belongs(
            behind, self._plain[end - 1], self._plain[end - 2 : end - 1]
        )

    def nearest(self, wanted: str, taken: Sequence[Span] = ()) -> list[Difference] | None:
        """How the likeliest place outside `taken` differs; None where no place resembles the words."""
        free = [(word, start) for word, start in _words(self.text) if not _within(start, taken)]
        ours = [word for word, _ in _words(wanted)]
        start = _likeliest([comparable(word) for word, _ in free], [comparable(word) for word in ours])
        if start is None:
            return None
        theirs = [word for word, _ in free[max(0, start - _AROUND) : start + len(ours) + _AROUND]]
        return _differences(ours, theirs)


def _plain(text: str) -> str:
    return _HYPHENS.sub("-", comparable(text))


def _pattern(wanted: str) -> re.Pattern[str] | None:
    chars = [f"[-{LINE_HYPHEN}]" if char == "-" else re.escape(char) for char in _plain(wanted)]
    return re.compile(f"{LINE_HYPHEN}?".join(chars)) if chars else None


def _clusters(text: str) -> Iterator[tuple[int, str]]:
    """Characters with what combines with them, so that each can be brought into compatible form alone."""
    start = 0
    for index in range(1, len(text) + 1):
        if index == len(text) or not _combines(text[index]):
            yield start, text[start:index]
            start = index


def _combines(char: str) -> bool:
    return char > "\u02ff" and (unicodedata.combining(char) != 0 or "\u1160" <= char <= "\u11ff")


def _belongs(beside: str, edge: str, inner: str = "") -> bool:
    """Whether the characters beside an edge, nearest first, make one word or number with it."""
    if not beside:
        return False
    near = beside[0]
    if edge.isdigit():
        point = near in ".,-\u2212$\u20ac\u00a3\u00a5" and beside[1:2].isdigit()
        sign = near in "-\u2212$\u20ac\u00a3\u00a5%\u2030\u00b0"
        return near.isdigit() or point or sign or _cased(near)
    if _cased(edge):
        return _cased(near) or near.isdigit()
    return edge in ".," and inner.isdigit() and near.isdigit()


def _cased(char: str) -> bool:
    """Letters of scripts that set words apart by spaces; others follow each other without."""
    return char.lower() != char.upper()


def _words(text: str) -> Iterator[tuple[str, int]]:
    for match in re.finditer(r"\S+", text):
        if comparable(match[0]):
            yield match[0], match.start()


def _within(position: int, spans: Sequence[Span]) -> bool:
    index = bisect_left(spans, (position + 1,)) - 1
    return index >= 0 and position < spans[index][1]


def _likeliest(text: Sequence[str], wanted: Sequence[str]) -> int | None:
    """Where the window of as many words begins that holds most of those wanted; None where it holds few."""
    size, left = len(wanted), Counter(wanted)
    shared = best = 0
    place = None
    for index, word in enumerate(text):
        shared += left[word] > 0
        left[word] -= 1
        if index >= size:
            gone = text[index - size]
            left[gone] += 1
            shared -= left[gone] > 0
        if shared > best:
            best, place = shared, max(0, index - size + 1)
    return place if best >= size * _ALIKE else None


def _differences(ours: Sequence[str], around: Sequence[str]) -> list[Difference]:
    plain = [_plain(word) for word in ours]
    blocks = _matching(plain, around)
    first, last = blocks[0], blocks[-1]
    end = last.b + len(ours) - last.a
    theirs = around[max(0, first.b - first.a) : end]
    changes = SequenceMatcher(None, plain, [_plain(word) for word in theirs], autojunk=False).get_opcodes()
    return [
        Difference(_around(ours, a, b), _around(theirs, c, d))
        for change, a, b, c, d in changes
        if change != "equal"
    ]


def _matching(plain: Sequence[str], words: Sequence[str]) -> list[Match]:
    matcher = SequenceMatcher(None, plain, [_plain(word) for word in words], autojunk=False)
    return [block for block in matcher.get_matching_blocks() if block.size]


def _around(words: Sequence[str], start: int, end: int) -> str:
    shown = words[max(0, start - _CONTEXT) : end + _CONTEXT]
    before, behind = "… " if start > _CONTEXT else "", " …" if end + _CONTEXT < len(words) else ""
    return f"{before}{' '.join(shown)}{behind}".replace(LINE_HYPHEN, "-")
