"""What a wording stands on: the passages of its evidence, and what else may be named beside them.

It gathers; proving the evidence and judging the wording are done elsewhere.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Protocol

from briefgen.evidence.lock import Lock
from briefgen.evidence.normalize import BodyParagraph, Text, legible, normalise, sentences
from briefgen.evidence.numbers import Number, read_numbers
from briefgen.model.snippet import Caveat, Snippet
from briefgen.model.source import Reference, RestsOn, SourceRecord


class Material(Protocol):
    """Snippets, caveats and sources by id (briefgen.library.loader has them)."""

    @property
    def snippets(self) -> Mapping[str, Snippet]:
        """All snippets, drafts too."""

    @property
    def caveats(self) -> Mapping[str, Caveat]:
        """All caveats."""

    @property
    def references(self) -> Mapping[str, Reference]:
        """The works cited."""

    @property
    def records(self) -> Mapping[str, SourceRecord]:
        """What is known of texts."""

    @property
    def texts(self) -> Mapping[str, Text]:
        """The texts at hand."""

    @property
    def rests_on(self) -> Mapping[str, RestsOn]:
        """Which work takes its facts from which."""

    @property
    def lock(self) -> Lock:
        """What was proved and reviewed."""


@lru_cache(maxsize=8192)
def split_sentences(text: str) -> tuple[str, ...]:
    """The sentences of a stretch of text, legible."""
    normal = normalise(text)
    spans = (normal.original(start, end) for start, end in sentences(normal.text))
    return tuple(legible(text[start:end]) for start, end in spans)


@dataclass(frozen=True, slots=True)
class Passage:
    """Words that a wording may rest on: sentences of a text, or what a reader attests."""

    evidence: int
    """Position among the card's evidence, from 0."""
    words: str
    """As the source, or the attesting reader, writes them."""
    paragraph: BodyParagraph | None = None
    """None where attested."""
    span: tuple[int, int] = (0, 0)
    """In the paragraph's normalised text."""

    def sentences(self) -> tuple[str, ...]:
        """Its sentences, legible."""
        return split_sentences(self.words)


@dataclass(frozen=True, slots=True)
class Told:
    """A number in a passage, with the sentence that tells it."""

    number: Number
    sentence: str
    evidence: int


@dataclass(frozen=True, slots=True)
class Ground:
    """Everything that one card's wordings may rest on."""

    passages: tuple[Passage, ...]
    computed: tuple[Number, ...]
    """Results of its computations."""
    dates: tuple[Number, ...]
    """Dates that `as_of` gives; they complete what a passage leaves open."""
    cited: tuple[Reference, ...]
    """The works that its evidence names."""
    locators: tuple[tuple[str, str], ...]
    """Labels and values of its locators."""
    complete: bool
    """Whether every quote's passage is at hand; otherwise the lock must answer for the wording."""

    def told(self) -> Iterator[Told]:
        """Every number of the passages."""
        for passage in self.passages:
            for sentence in passage.sentences():
                for number in read_numbers(sentence):
                    yield Told(number, sentence, passage.evidence)

    def shown(self) -> str:
        """The passages for a reader, side by side with a wording."""
        return " / ".join(" ".join(passage.words.split()) for passage in self.passages)


def titles_of(references: Iterable[Reference]) -> list[str]:
    """Titles of works and of what they stand in, longest first."""
    titles = [
        str(item.csl[key])
        for item in references
        for key in ("title", "container-title", "title-short", "container-title-short", "collection-title")
        if isinstance(item.csl.get(key), str)
    ]
    return sorted(titles, key=len, reverse=True)
