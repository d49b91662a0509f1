"""Checks a campaign's citation style before anything is written: is it sound, and what does it leave out?"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from briefgen.compose.citations.citeproc import Manner
from briefgen.compose.citations.clusters import Cite, Cluster
from briefgen.compose.citations.phrases import languages, speaks, words_for
from briefgen.compose.citations.styles import Style, find_style, locale_of
from briefgen.errors import BriefgenError, Place, Problem
from briefgen.model.source import Reference

_SAMPLE = Reference("sample", {"id": "sample", "type": "book", "title": "Sample"}, Place(""))


def check_style(name: str, folder: Path, language: str, place: Place) -> Iterator[Problem]:
    """What is wrong with a style, and warnings of what it leaves out; `place` is where it is named."""
    try:
        style = find_style(name, folder)
        if name.endswith(".csl"):
            _try(style, language)
    except BriefgenError as error:
        yield from (replace(problem, place=place) for problem in error.problems)
        return
    if not style.names_places:
        yield Problem(
            "citation-without-place",
            f"the style {name!r} never prints the place in a source, so that readers cannot look it up",
            place,
            "choose a style that does, for example chicago-notes-bibliography or apa",
            severity="warning",
        )
    if not speaks(language):
        yield Problem(
            "citation-language",
            f'words around citations ("quoted in") are not there in {language!r} and are set in English',
            place,
            f"they are there in {', '.join(sorted(languages()))}",
            severity="warning",
        )


def _try(style: Style, language: str) -> None:
    """A file of the campaign's own can be well-formed and yet no style that citeproc takes."""
    locale = locale_of(style, language)
    manner = Manner(style, locale, words_for(style.stem, locale), {_SAMPLE.id: _SAMPLE}, None)
    try:
        manner.ask([Cluster((Cite(_SAMPLE.id, "page", "1"),), number=1)])
    except BriefgenError as error:
        raise BriefgenError(
            replace(problem, code="citation-style") if problem.code == "pandoc-failed" else problem
            for problem in error.problems
        ) from None
