"""Places citations where a document calls them: footnotes, in-text citations, and the bibliography.

While a template runs, each call leaves a mark. Here the marks are read in text order and their notes
formatted, and the results replace the marks.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import reduce
from html import escape
from itertools import groupby
from operator import add

from briefgen.compose.citations.formatting import CitationFormatter
from briefgen.compose.citations.phrases import find_citation_phrases
from briefgen.compose.citations.sentence_ends import SentenceEndChange, append_citation
from briefgen.compose.citations.styles import CitationStyle, citation_locale
from briefgen.compose.citations.types import FormattedCitations, Note
from briefgen.errors import BriefgenError, Problem

BIBLIOGRAPHY_MARK = '<p><span class="citation" data-n="bibliography"></span></p>'
"""Mark of the place of the bibliography."""
FIGURE_ID = "figure-"
"""Beginning of the ids of figures; the snippet's follows."""
FIGURE_MARK = "figure:"
"""Beginning of the marks of figures' pictures and numbers; the snippet's id follows."""
_ONE_MARK = r'<span class="citation" data-n="(\d+)"></span>'
_CALLS = rf"(?P<calls>{_ONE_MARK.replace('(', '(?:')}(?:\s*{_ONE_MARK.replace('(', '(?:')})*)"
_TOKEN = re.compile(
    rf'{_CALLS}|(?P<opens><span class="footnote">)|(?P<other><span\b[^>]*>)|(?P<closes></span>)'
)
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
    csl_style = formatter.style(style)
    calls, ordered_notes = _find_citation_calls(html, notes)
    if csl_style.in_text:
        ordered_notes = _cite_instead_of_numbers(ordered_notes)
    citations = formatter.format(ordered_notes, style, language, BIBLIOGRAPHY_MARK in html)
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
            for start, end, note in _merge_adjacent_notes(token, notes):
                if any(open_spans):
                    note = replace(note, in_footnote=True)
                calls.append(_CitationCall(start, end, len(ordered_notes)))
                ordered_notes.append(note)
        elif token["closes"]:
            if open_spans:
                open_spans.pop()
        else:
            open_spans.append(bool(token["opens"]))
            if token["opens"]:
                ordered_notes.append(Note())
    return calls, ordered_notes


def _merge_adjacent_notes(calls: re.Match[str], notes: Sequence[Note]) -> Iterator[tuple[int, int, Note]]:
    """Yield the notes that directly follow each other, as one each, with the position of their marks."""
    marks = [
        (calls.start() + mark.start(), calls.start() + mark.end(), int(mark[1]))
        for mark in re.finditer(_ONE_MARK, calls[0])
    ]
    if any(number >= len(notes) for *_, number in marks):
        raise _stray_mark_error()
    for form, group in groupby(marks, key=lambda mark: notes[mark[2]].form):
        adjacent = list(group)
        for some in [[mark] for mark in adjacent] if form != "note" else [adjacent]:
            yield some[0][0], some[-1][1], reduce(add, (notes[number] for *_, number in some))


def _cite_instead_of_numbers(notes: Sequence[Note]) -> list[Note]:
    """Replace the numbers of notes, which an in-text style has not, by what these notes cite."""
    return [
        replace(
            sum(
                (
                    Note(other.citations)
                    for other in notes
                    if other.form != "numbers" and set(other.statements) & set(note.statements)
                ),
                Note(),
            ),
            form="cell",
        )
        if note.form == "numbers"
        else note
        for note in notes
    ]


def figure_link(id: str) -> str:
    """Return a link to a figure, whose number takes the place of the mark within."""
    return f'<a href="#{FIGURE_ID}{id}">{FIGURE_MARK}{id}</a>'


def _format_note_numbers(notes: Sequence[Note], statements: Collection[str]) -> str:
    """Return the numbers of the notes of statements, and links to those that are figures: `1, 3–5; …`."""
    number, found = 0, []
    for note in notes:
        number += note.counts
        if note.form == "note" and set(note.statements) & set(statements):
            found.append(number)
    runs: list[list[int]] = []
    for number in dict.fromkeys(found):
        if runs and runs[-1][-1] == number - 1:
            runs[-1].append(number)
        else:
            runs.append([number])
    numbers = ", ".join(f"{run[0]}–{run[-1]}" if len(run) > 1 else str(run[0]) for run in runs)
    figures = dict.fromkeys(name for note in notes if note.form == "sources" for name in note.statements)
    return "; ".join(filter(None, [numbers, *(figure_link(name) for name in figures if name in statements)]))


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
        note, formatted = ordered_notes[call.note], citations.notes[call.note]
        if note.form == "numbers":
            result += _format_note_numbers(ordered_notes, note.statements)
            continue
        result += formatted.line
        if formatted.text:
            result, change = append_citation(result, formatted.text, style.superscript)
            sentence_ends |= {change} if change else set()
        if not formatted.note:
            continue
        if note.in_footnote:
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
        return _remove_bibliography(html)
    if BIBLIOGRAPHY_MARK in html or not style.in_text:
        return html.replace(BIBLIOGRAPHY_MARK, entries)
    heading = escape(find_citation_phrases(style.stem, citation_locale(style, language)).sources)
    return f'{html}<div class="bibliography"><h2>{heading}</h2>{entries}</div>'


def _remove_bibliography(html: str) -> str:
    """Remove an empty bibliography with its heading, and the entry for it in a table of contents."""
    section = _BIBLIOGRAPHY_SECTION.search(html)
    for name in re.findall(r'\bid="([^"]+)"', section[0]) if section else ():
        html = re.sub(rf'<li><a href="#{re.escape(name)}">[^<]*</a></li>', "", html)
    return _BIBLIOGRAPHY_SECTION.sub("", html).replace(BIBLIOGRAPHY_MARK, "")


def _stray_mark_error() -> BriefgenError:
    return BriefgenError(
        Problem(
            "citation-mark",
            'a template contains <span class="citation">, which only cite() and snippets may write',
            None,
            'cite with {{ cite("id", para=5) }}',
        )
    )
