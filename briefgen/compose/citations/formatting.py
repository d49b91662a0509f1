"""The door to citations: formats those of one document in a style, or says what keeps it from being done."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from briefgen.compose.citations.bibliography import citations_of
from briefgen.compose.citations.cache import Cache
from briefgen.compose.citations.citeproc_requests import Manner
from briefgen.compose.citations.footnotes import set_footnotes
from briefgen.compose.citations.in_text import set_in_text
from briefgen.compose.citations.locators import unusable
from briefgen.compose.citations.phrases import words_for
from briefgen.compose.citations.styles import Style, find_style, locale_of
from briefgen.compose.citations.types import Cited, Note
from briefgen.errors import BriefgenError, Problem, did_you_mean
from briefgen.model.source import Reference


@dataclass(slots=True)
class Citeproc:
    """Formats the citations of documents; one object serves a whole batch."""

    references: Mapping[str, Reference]
    folder: Path | None = None
    """Where paths of styles begin: the campaign's."""
    cache: Cache | None = None
    """Where citeproc's answers are kept from one run to the next."""
    _done: dict[tuple[tuple[Note, ...], Style, str], Cited] = field(default_factory=dict)

    def style(self, name: str) -> Style:
        """The style of that name or path; raises BriefgenError where there is none."""
        return find_style(name, self.folder)

    def format(self, notes: Sequence[Note], style: str, language: str) -> Cited:
        """Format all notes of one document; raises BriefgenError for unknown sources or styles.

        `style` is the name of one that ships or the path of a .csl file, `language` BCP 47.
        """
        found = self.style(style)
        key = (tuple(notes), found, language)
        if key not in self._done:
            problems = list(_unfit(notes, self.references))
            if problems:
                raise BriefgenError(problems)
            locale = locale_of(found, language)
            manner = Manner(found, locale, words_for(found.stem, locale), self.references, self.cache)
            self._done[key] = set_in_text(notes, manner) if found.in_text else set_footnotes(notes, manner)
        return self._done[key]


def _unfit(notes: Sequence[Note], references: Mapping[str, Reference]) -> Iterator[Problem]:
    places: dict[tuple[str, str], None] = {}
    for citation in citations_of(notes):
        places |= {(via.source, via.value): None for via in citation.via}
        places[citation.source, citation.value] = None
    for source, value in places:
        if source not in references:
            # pandoc itself prints "Nope?" for an unknown id and exits with 0.
            yield Problem(
                "source-unknown",
                f"no source has the id {source!r}",
                None,
                did_you_mean(source, references) or "add it to seeds/references.json",
            )
        if signs := unusable(value):
            yield Problem(
                "locator-value",
                f"the locator {value!r} of {source} holds what cannot be printed in a citation: {signs}",
                None,
                "write it with other signs",
            )
