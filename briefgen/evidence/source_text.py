"""The full text of a source: its body paragraphs, numbered as locators cite them."""

from __future__ import annotations

import hashlib
from bisect import bisect_left, bisect_right
from dataclasses import dataclass
from functools import lru_cache

from briefgen.evidence.normalize import NormalizedText, find_sentences, normalize_text


@dataclass(frozen=True, slots=True)
class BodyParagraph:
    """A paragraph of a source's text."""

    number: int
    """Counted from 1 among the body paragraphs."""
    text: str
    offset: int
    """Where it begins in the text file, in characters."""
    normalized: NormalizedText
    heading: str = ""
    """The heading that it is under."""

    @property
    def sha256(self) -> str:
        """Return the SHA-256 (hex) of the normalized text."""
        return hashlib.sha256(self.normalized.text.encode()).hexdigest()

    def sentence_spans(self) -> list[tuple[int, int]]:
        """Return the spans of the sentences in the normalized text."""
        return _find_sentences_cached(self.normalized.text)

    def sentence_span(self, start: int, end: int) -> tuple[int, int]:
        """Return the span of the sentence or sentences that `normalized.text[start:end]` touches."""
        spans = self.sentence_spans()
        first = max(0, bisect_right([span[0] for span in spans], start) - 1)
        last = max(0, bisect_left([span[0] for span in spans], end) - 1)
        return spans[first][0], spans[max(first, last)][1]


@lru_cache(maxsize=4096)
def _find_sentences_cached(text: str) -> list[tuple[int, int]]:
    return find_sentences(text)


@dataclass(frozen=True, slots=True)
class SourceText:
    """The full text of a source, which stays with the user and is never part of the library."""

    source: str
    """CSL id of the work."""
    sha256: str
    """SHA-256 (hex) of the file's bytes."""
    paragraphs: tuple[BodyParagraph, ...]

    def paragraph(self, number: int) -> BodyParagraph | None:
        """Return the body paragraph with this number, or None if there is none."""
        return self.paragraphs[number - 1] if 1 <= number <= len(self.paragraphs) else None


def split_body_paragraphs(
    content: str, skipped_lines: frozenset[int] = frozenset(), headings: frozenset[int] = frozenset()
) -> tuple[BodyParagraph, ...]:
    """Return the non-empty lines of a text, without those in `skipped_lines`, as numbered paragraphs.

    `skipped_lines` holds line numbers counted from 1, empty lines included; `headings` are some of them.
    """
    found: list[BodyParagraph] = []
    offset, heading = 0, ""
    for number, line in enumerate(content.split("\n"), start=1):
        if line.strip() and number not in skipped_lines:
            found.append(BodyParagraph(len(found) + 1, line, offset, normalize_text(line), heading))
        elif number in headings:
            heading = " ".join(line.split())
        offset += len(line) + 1
    return tuple(found)
