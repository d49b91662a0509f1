"""Split a draft into sentences with their places and notes."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator

from briefgen.audit.draft import Draft, DraftBlock, DraftSentence
from briefgen.evidence.normalize import find_sentences, normalize_text

# What ends a sentence in scripts that the evidence's own reader of sentences leaves alone: ideographic marks,
# and a full stop before a letter that is a capital of another alphabet or has no case.
_OTHER_END = re.compile(r"[。！？]['\"」』）)]*\s?|[.!?]['\")\]]* (?=['\"(\[]*[^\W\d_A-Za-zÀ-ÿ])")


def split_draft(draft: Draft) -> tuple[DraftSentence, ...]:
    """Return the sentences of a draft, in order; a heading, item or cell without a full stop is one too."""
    found: list[DraftSentence] = []
    for position, block in enumerate(draft.blocks):
        spans = list(_find_spans(block.text))
        notes = _assign_notes(block, spans)
        for (start, end), ids in zip(spans, notes, strict=True):
            found.append(DraftSentence(len(found) + 1, block.text[start:end], position, start, end, ids))
    return tuple(found)


def _find_spans(text: str) -> Iterator[tuple[int, int]]:
    """Yield the spans of the sentences in a text as it is in the file, without space around them."""
    normal = normalize_text(text)
    for first, last in _join_numbers(normal.text, find_sentences(normal.text)):
        parts = _split_further(normal.text, first, last)
        for start, end in (piece for part in parts for piece in _cut_to_length(normal.text, *part)):
            span = normal.original_span(start, end)
            words = text[span[0] : span[1]]
            lead = len(words) - len(words.lstrip())
            if words.strip():
                yield span[0] + lead, span[0] + len(words.rstrip())


# "no. 2" in a citation; elsewhere "no." may be an answer, which the evidence's own reader takes it for.
_BEFORE_NUMBER = re.compile(r"(?:[\d,] no|[Nn]os|ed|eds|ser|bk|app|fig|tab|r|[Ff]n|[Nn])\.$")


def _join_numbers(text: str, spans: list[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """Yield the spans, those that part an abbreviation from its number joined."""
    start = None
    for first, last in spans:
        start = first if start is None else start
        following = text[last : last + 2].strip()
        if not (following.isdigit() and _BEFORE_NUMBER.search(text, max(0, last - 6), last)):
            yield start, last
            start = None


def _split_further(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    if not text.isascii():
        for match in _OTHER_END.finditer(text, start, end):
            following = text[match.end() : match.end() + 1]
            if match.end() < end and not following.islower():
                yield start, match.end()
                start = match.end()
    yield start, end


MAX_SENTENCE = 1_500
"""Characters of a sentence; what is longer is none, and is judged in parts, in a time that grows with it."""


def _cut_to_length(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    while end - start > MAX_SENTENCE:
        space = text.rfind(" ", start + 1, start + MAX_SENTENCE)
        cut = space if space > 0 else start + MAX_SENTENCE
        yield start, cut
        start = cut
    yield start, end


def _assign_notes(block: DraftBlock, spans: list[tuple[int, int]]) -> list[tuple[str, ...]]:
    """Return the ids of each sentence's notes: a mark belongs to the sentence that it is in or follows."""
    ids: list[list[str]] = [[] for _ in spans]
    starts = [start for start, _ in spans]
    for mark in block.marks:
        if spans:
            ids[max(0, bisect_left(starts, mark.offset) - 1)].append(mark.note)
    return [tuple(dict.fromkeys(names)) for names in ids]
