"""Places citations where a document calls them: footnotes, in-text citations, and the bibliography.

While a template runs, each call leaves a mark. Here the marks are read in text order and their notes
formatted, and the results replace the marks.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import reduce
from html import escape
from operator import add

from briefgen.compose.citations.formatting import CitationFormatter
from briefgen.compose.citations.phrases import find_citation_phrases
from briefgen.compose.citations.sentence_ends import SentenceEndChange, append_citation
from briefgen.compose.citations.styles import CitationStyle, citation_locale
from briefgen.compose.citations.types import FormattedCitations, Note
from briefgen.errors import BriefgenError, Problem

BIBLIOGRAPHY_MARK = '<p><span class="citation" data-n="bibliography"></span></p>'
"""Mark of the place of the bibliography."""
_ONE_MARK = r'<span class="citation" data-n="(\d+)"></span>'
_CALLS = rf"(?P<calls>{_ONE_MARK.replace('(', '(?:')}(?:\s*{_ONE_MARK.replace('(', '(?:')})*)"
_TOKEN = re.compile(
    rf'{_CALLS}|(?P<opens><span class="footnote">)|(?P<other><span\b[^>]*>)|(?P<closes></span>)'
)
_NUMBER = re.compile(r'data-n="(\d+)"')
_STRAY_MARK = re.compile(r'<span\b[^>]*class="citation"[^>]*>')
_BIBLIOGRAPHY_SECTION = re.compile(
    rf'<div class="bibliography">(?:(?!<div|</div>).)*{re.escape(BIBLIOGRAPHY_MARK)}'
    r"(?:(?!<div|</div>).)*</div>",
    re.DOTALL,
)


@dataclass(frozen=True, slots=True)
class CitedHtml:
    """A document's HTML with its citations in place."""

    html: str
    sentence_ends: frozenset[SentenceEndChange]
    """How citations changed the ends of sentences, as (written, printed)."""


@dataclass(frozen=True, slots=True)
class _CitationCall:
    """One place that cites; calls directly after each other are one."""

    start: int
    end: int
    """Together with `start`, the position of its marks."""
    note: int
    """The index of its note."""


def citation_mark(number: int) -> str:
    """Return the mark of the note with this number, counted from 0 in the order of the calls."""
    return f'<span class="citation" data-n="{number}"></span>'


def place_citations(
    html: str, notes: Sequence[Note], formatter: CitationFormatter, style: str, language: str
) -> CitedHtml:
    """Replace the marks in a document's HTML by citations; `notes` are those that the marks number.

    Raise BriefgenError for unknown sources and styles, and for marks that no call left.
    """
    calls, ordered_notes = _find_citation_calls(html, notes)
    citations = formatter.format(ordered_notes, style, language)
    csl_style = formatter.style(style)
    cited = _insert_citations(html, calls, ordered_notes, citations, csl_style)
    with_bibliography = _insert_bibliography(cited.html, citations, csl_style, language)
    if _STRAY_MARK.search(with_bibliography):
        raise _stray_mark_error()
    return CitedHtml(with_bibliography, cited.sentence_ends)


def _find_citation_calls(html: str, notes: Sequence[Note]) -> tuple[list[_CitationCall], list[Note]]:
    """Return the calls, and all notes in text order, including footnotes that cite nothing."""
    calls: list[_CitationCall] = []
    ordered_notes: list[Note] = []
    open_spans: list[bool] = []
    for token in _TOKEN.finditer(html):
        if token["calls"]:
            numbers = [int(number) for number in _NUMBER.findall(token["calls"])]
            if any(number >= len(notes) for number in numbers):
                raise _stray_mark_error()
            note = reduce(add, (notes[number] for number in numbers))
            if any(open_spans):
                note = Note(note.citations, note.remarks, in_footnote=True)
            calls.append(_CitationCall(token.start(), token.end(), len(ordered_notes)))
            ordered_notes.append(note)
        elif token["closes"]:
            if open_spans:
                open_spans.pop()
        else:
            open_spans.append(bool(token["opens"]))
            if token["opens"]:
                ordered_notes.append(Note())
    return calls, ordered_notes


def _insert_citations(
    html: str,
    calls: Sequence[_CitationCall],
    ordered_notes: Sequence[Note],
    citations: FormattedCitations,
    style: CitationStyle,
) -> CitedHtml:
    result, position = "", 0
    sentence_ends = set(citations.sentence_ends)
    for call in calls:
        result += html[position : call.start]
        position = call.end
        formatted = citations.notes[call.note]
        if formatted.text:
            result, change = append_citation(result, formatted.text, style.superscript)
            sentence_ends |= {change} if change else set()
        if not formatted.note:
            continue
        if ordered_notes[call.note].in_footnote:
            # The surrounding footnote continues, or ends by itself.
            continues = html[position : position + 1] in (".", ",", ";", ":", ")")
            result += formatted.note.removesuffix(".") if continues else formatted.note
        else:
            result += f'<span class="footnote">{formatted.note}</span>'
    return CitedHtml(result + html[position:], frozenset(sentence_ends))


def _insert_bibliography(
    html: str, citations: FormattedCitations, style: CitationStyle, language: str
) -> str:
    """Insert the bibliography at its mark; without one, append it if the style is in-text and so needs it."""
    entries = "".join(f"<p>{entry}</p>" for entry in citations.bibliography)
    if not entries:
        return _BIBLIOGRAPHY_SECTION.sub("", html).replace(BIBLIOGRAPHY_MARK, "")
    if BIBLIOGRAPHY_MARK in html or not style.in_text:
        return html.replace(BIBLIOGRAPHY_MARK, entries)
    heading = escape(find_citation_phrases(style.stem, citation_locale(style, language)).sources)
    return f'{html}<div class="bibliography"><h2>{heading}</h2>{entries}</div>'


def _stray_mark_error() -> BriefgenError:
    return BriefgenError(
        Problem(
            "citation-mark",
            'a template contains <span class="citation">, which only cite() and snippets may write',
            None,
            'cite with {{ cite("id", para=5) }}',
        )
    )
