"""Puts citations where a document calls them: footnotes, text before the full stop, the list of works.

While a template runs, each call leaves a mark; this room reads the marks in the order of the text, has them
formatted, and sets what comes back.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import reduce
from html import escape
from operator import add

from briefgen.compose.citations.formatting import Citeproc
from briefgen.compose.citations.phrases import words_for
from briefgen.compose.citations.sentence_ends import Change, cited_at_end
from briefgen.compose.citations.styles import Style, locale_of
from briefgen.compose.citations.types import Cited, Note
from briefgen.errors import BriefgenError, Problem

WORKS = '<p><span class="citation" data-n="bibliography"></span></p>'
"""Mark of the list of works."""
_ONE = r'<span class="citation" data-n="(\d+)"></span>'
_CALLS = rf"(?P<calls>{_ONE.replace('(', '(?:')}(?:\s*{_ONE.replace('(', '(?:')})*)"
_TOKEN = re.compile(
    rf'{_CALLS}|(?P<opens><span class="footnote">)|(?P<other><span\b[^>]*>)|(?P<closes></span>)'
)
_NUMBER = re.compile(r'data-n="(\d+)"')
_STRAY = re.compile(r'<span\b[^>]*class="citation"[^>]*>')
_SECTION = re.compile(
    rf'<div class="bibliography">(?:(?!<div|</div>).)*{re.escape(WORKS)}(?:(?!<div|</div>).)*</div>',
    re.DOTALL,
)


@dataclass(frozen=True, slots=True)
class Placed:
    """A document's HTML with its citations."""

    html: str
    stops: frozenset[Change]
    """How citations changed the ends of sentences."""


@dataclass(frozen=True, slots=True)
class _Call:
    """One spot that cites; calls that follow each other directly are one."""

    start: int
    end: int
    """Where its marks stand."""
    note: int
    """Its place among the notes."""


def mark(number: int) -> str:
    """The mark of the note with this number, counted from 0 in the order of the calls."""
    return f'<span class="citation" data-n="{number}"></span>'


def place(html: str, notes: Sequence[Note], citeproc: Citeproc, style: str, language: str) -> Placed:
    """Set the citations of a document's HTML; `notes` are those that its marks number.

    Raises BriefgenError for unknown sources and styles, and for marks that no call left.
    """
    calls, ordered = _read(html, notes)
    cited = citeproc.format(ordered, style, language)
    found = citeproc.style(style)
    placed = _set(html, calls, ordered, cited, found)
    listed = _list(placed.html, cited, found, language)
    if _STRAY.search(listed):
        raise _stray()
    return Placed(listed, placed.stops)


def _read(html: str, notes: Sequence[Note]) -> tuple[list[_Call], list[Note]]:
    """The calls, and the notes of the whole document in order: also footnotes that cite nothing."""
    calls: list[_Call] = []
    ordered: list[Note] = []
    open_spans: list[bool] = []
    for token in _TOKEN.finditer(html):
        if token["calls"]:
            numbers = [int(number) for number in _NUMBER.findall(token["calls"])]
            if any(number >= len(notes) for number in numbers):
                raise _stray()
            note = reduce(add, (notes[number] for number in numbers))
            if any(open_spans):
                note = Note(note.citations, note.remarks, within=True)
            calls.append(_Call(token.start(), token.end(), len(ordered)))
            ordered.append(note)
        elif token["closes"]:
            if open_spans:
                open_spans.pop()
        else:
            open_spans.append(bool(token["opens"]))
            if token["opens"]:
                ordered.append(Note())
    return calls, ordered


def _set(html: str, calls: Sequence[_Call], ordered: Sequence[Note], cited: Cited, style: Style) -> Placed:
    done, position = "", 0
    stops = set(cited.stops)
    for call in calls:
        done += html[position : call.start]
        position = call.end
        spot, within = cited.spots[call.note], ordered[call.note].within
        if spot.text:
            done, change = cited_at_end(done, spot.text, style.raised)
            stops |= {change} if change else set()
        if not spot.note:
            continue
        if within:
            # The footnote around it goes on or ends by itself.
            goes_on = html[position : position + 1] in (".", ",", ";", ":", ")")
            done += spot.note.removesuffix(".") if goes_on else spot.note
        else:
            done += f'<span class="footnote">{spot.note}</span>'
    return Placed(done + html[position:], frozenset(stops))


def _list(html: str, cited: Cited, style: Style, language: str) -> str:
    """Put the list of works at its mark; where an in-text style needs one and has no place, at the end."""
    entries = "".join(f"<p>{entry}</p>" for entry in cited.bibliography)
    if not entries:
        return _SECTION.sub("", html).replace(WORKS, "")
    if WORKS in html or not style.in_text:
        return html.replace(WORKS, entries)
    heading = escape(words_for(style.stem, locale_of(style, language)).sources)
    return f'{html}<div class="bibliography"><h2>{heading}</h2>{entries}</div>'


def _stray() -> BriefgenError:
    return BriefgenError(
        Problem(
            "citation-mark",
            'a template writes <span class="citation">, which only calls of cite() and snippets leave',
            None,
            'cite with {{ cite("id", para=5) }}',
        )
    )
