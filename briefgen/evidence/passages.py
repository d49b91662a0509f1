"""The evidence that supports a wording: passages of sources, computed numbers, dates and cited works.

Evidence is proved in briefgen.evidence.prove, and wordings are checked in briefgen.evidence.wording_checks.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Protocol

from briefgen.evidence.lock import EvidenceLock
from briefgen.evidence.normalize import find_sentences, normalize_text, prepare_prose
from briefgen.evidence.numbers import Number, find_numbers
from briefgen.evidence.source_text import BodyParagraph, SourceText
from briefgen.model.snippet import Caveat, Snippet
from briefgen.model.source import Source, SourceDependency, SourceRecord


class EvidenceLibrary(Protocol):
    """What the checks need of a library (briefgen.library.loader.Library); all mappings are by id."""

    @property
    def snippets(self) -> Mapping[str, Snippet]:
        """All snippets, including drafts."""

    @property
    def caveats(self) -> Mapping[str, Caveat]:
        """All caveats."""

    @property
    def references(self) -> Mapping[str, Source]:
        """The works that can be cited."""

    @property
    def records(self) -> Mapping[str, SourceRecord]:
        """What is recorded about the texts of works."""

    @property
    def texts(self) -> Mapping[str, SourceText]:
        """The texts that are available."""

    @property
    def rests_on(self) -> Mapping[str, SourceDependency]:
        """Which works take their facts from which others."""

    @property
    def lock(self) -> EvidenceLock:
        """What was proved and reviewed earlier."""


@lru_cache(maxsize=8192)
def split_sentences(text: str) -> tuple[str, ...]:
    """Split text into sentences, prepared for the number and hedge parsers."""
    normal = normalize_text(text)
    spans = (normal.original_span(start, end) for start, end in find_sentences(normal.text))
    return tuple(prepare_prose(text[start:end]) for start, end in spans)


@dataclass(frozen=True, slots=True)
class EvidencePassage:
    """Words that can support a wording: sentences of a source, or what a reader attests to have read."""

    evidence: int
    """Position in the statement's evidence, from 0."""
    words: str
    """As written in the source or by the attesting reader."""
    paragraph: BodyParagraph | None = None
    """None for an attested reading."""
    span: tuple[int, int] = (0, 0)
    """Span in the paragraph's normalized text."""

    def sentences(self) -> tuple[str, ...]:
        """Return the sentences of the passage, prepared for the number and hedge parsers."""
        return split_sentences(self.words)


@dataclass(frozen=True, slots=True)
class PassageNumber:
    """A number in a passage, with the sentence that contains it."""

    number: Number
    sentence: str
    evidence: int
    """Position in the statement's evidence, from 0."""


@dataclass(frozen=True, slots=True)
class SupportingEvidence:
    """Everything that can support the wordings of a statement."""

    passages: tuple[EvidencePassage, ...]
    computed: tuple[Number, ...]
    """Results of its computations."""
    dates: tuple[Number, ...]
    """Dates from `as_of`, which supply what a passage leaves open."""
    cited: tuple[Source, ...]
    """The works named in its evidence."""
    locators: tuple[tuple[str, str], ...]
    """Labels and values of the locators in its evidence."""
    complete: bool
    """Whether the passage of every quote is available; if not, only the lock can vouch for the wording."""

    def numbers(self) -> Iterator[PassageNumber]:
        """Find every number in the passages."""
        for passage in self.passages:
            for sentence in passage.sentences():
                for number in find_numbers(sentence):
                    yield PassageNumber(number, sentence, passage.evidence)

    def display_text(self) -> str:
        """Return the passages as one text, to show next to a wording."""
        return " / ".join(" ".join(passage.words.split()) for passage in self.passages)


def collect_titles(references: Iterable[Source]) -> list[str]:
    """Return the titles of works and of their containers, longest first."""
    titles = [
        str(item.csl[key])
        for item in references
        for key in ("title", "container-title", "title-short", "container-title-short", "collection-title")
        if isinstance(item.csl.get(key), str)
    ]
    return sorted(titles, key=len, reverse=True)
