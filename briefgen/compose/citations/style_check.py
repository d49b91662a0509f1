"""Checks a campaign's citation style in advance: whether it is usable, and what it leaves out."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from briefgen.compose.citations.citeproc import CiteprocEngine
from briefgen.compose.citations.clusters import CitationCluster, CitationItem
from briefgen.compose.citations.phrases import find_citation_phrases, has_phrases, phrase_languages
from briefgen.compose.citations.styles import CitationStyle, citation_locale, find_style
from briefgen.errors import BriefgenError, Place, Problem
from briefgen.model.source import Source

_SAMPLE_WORK = Source("sample", {"id": "sample", "type": "book", "title": "Sample"}, Place(""))


def check_style(name: str, folder: Path, language: str, place: Place) -> Iterator[Problem]:
    """Report what is wrong with a style, and warn about what it leaves out; `place` is where it is named."""
    try:
        style = find_style(name, folder)
        if name.endswith(".csl"):
            _try_style(style, language)
    except BriefgenError as error:
        yield from (replace(problem, place=place) for problem in error.problems)
        return
    if not style.prints_locators:
        yield Problem(
            "citation-without-place",
            f"the style {name!r} never prints the place in a source, so readers cannot look it up",
            place,
            "choose a style that does, for example chicago-notes-bibliography or apa",
            severity="warning",
        )
    if not has_phrases(language):
        yield Problem(
            "citation-language",
            f'phrases around citations ("quoted in") do not exist in {language!r} and are printed in English',
            place,
            f"they exist in {', '.join(sorted(phrase_languages()))}",
            severity="warning",
        )


def _try_style(style: CitationStyle, language: str) -> None:
    """Format a sample: a custom file can be well-formed and still be rejected by citeproc."""
    locale = citation_locale(style, language)
    phrases = find_citation_phrases(style.stem, locale)
    engine = CiteprocEngine(style, locale, phrases, {_SAMPLE_WORK.id: _SAMPLE_WORK}, None)
    try:
        engine.format_clusters([CitationCluster((CitationItem(_SAMPLE_WORK.id, "page", "1"),), number=1)])
    except BriefgenError as error:
        raise BriefgenError(
            replace(problem, code="citation-style") if problem.code == "pandoc-failed" else problem
            for problem in error.problems
        ) from None
