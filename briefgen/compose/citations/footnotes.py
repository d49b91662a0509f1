"""Notes styles: each spot becomes one footnote, what it cites one cluster of citeproc's.

citeproc decides over the whole document what is first, subsequent or ibid; each footnote has its true number,
so that one without a source in between counts.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import escape

from briefgen.compose.citations.bibliography import second_hand
from briefgen.compose.citations.citeproc_requests import Manner
from briefgen.compose.citations.clusters import Answer, Around, Cite, Cluster, with_words
from briefgen.compose.citations.sentence_ends import ends, joined
from briefgen.compose.citations.types import Citation, Cited, Note, Spot

_FAR = 100
"""Notes between the last footnote and the short forms for the bibliography: none of them is "ibid"."""


@dataclass(frozen=True, slots=True)
class _Planned:
    """A footnote before it is set."""

    number: int
    cites: tuple[Cite, ...]
    around: tuple[Around, ...]
    tail: str
    """Words behind its last cite."""


def set_footnotes(notes: Sequence[Note], manner: Manner) -> Cited:
    """Format all notes of a document in a notes style."""
    planned = list(_plan(notes, manner))
    clusters = [Cluster(plan.cites, plan.number) for plan in planned if plan.cites]
    indirect = second_hand(notes)
    read = sorted({source for _, source in indirect.values()}) if manner.words.lists_second_hand else []
    last = planned[-1].number if planned else 0
    short = [Cluster((Cite(source),), last + _FAR * (index + 1)) for index, source in enumerate(read)]
    leaves_out = bool(indirect) and not manner.words.lists_second_hand
    answer = manner.ask([*clusters, *short], names_in_full=leaves_out)
    texts = iter(answer.clusters)
    spots = tuple(Spot(note=_set(plan, texts, manner)) for plan in planned)
    return Cited(spots, tuple(_works(answer, indirect, dict(zip(read, texts, strict=True)), manner)))


def _plan(notes: Sequence[Note], manner: Manner) -> Iterator[_Planned]:
    number = 0
    for note in notes:
        number += not note.within
        pairs = [pair for citation in note.citations for pair in _chain(citation, manner)]
        words = ""
        for remark in note.remarks:
            words = f"{words} {remark.html}".strip()
            if remark.citations:
                see = manner.words.see
                (cite, around), *rest = (
                    pair for citation in remark.citations for pair in _chain(citation, manner)
                )
                lead = f"{words} {see.before}{around.before}"
                pairs.append(
                    (
                        Cite(cite.source, cite.label, cite.value, joins=True, closed=cite.closed),
                        Around(f". {lead}" if pairs else lead, behind=around.behind),
                    )
                )
                pairs += rest
                words = see.behind.strip()
        yield _Planned(number, tuple(cite for cite, _ in pairs), tuple(one for _, one in pairs), words)


def _chain(citation: Citation, manner: Manner) -> Iterator[tuple[Cite, Around]]:
    """What is second-hand is cited as second-hand: who said it first comes first."""
    join, before, behind = None, f"{escape(citation.prefix, quote=False)} " if citation.prefix else "", ""
    for via in citation.via:
        yield _pair(via.source, via.label, via.value, Around(join, before, behind))
        around = manner.words.relation(via.relation)
        join, before, behind = f", {around.before}", "", around.behind
    behind += f", {escape(citation.suffix, quote=False)}" if citation.suffix else ""
    yield _pair(citation.source, citation.label, citation.value, Around(join, before, behind))


def _pair(source: str, label: str, value: str, around: Around) -> tuple[Cite, Around]:
    marks = (around.join is not None, bool(around.before), bool(around.behind))
    return Cite(source, label, value, *marks), around


def _set(plan: _Planned, texts: Iterator[str], manner: Manner) -> str:
    if not plan.cites:
        return plan.tail
    text = with_words(next(texts), plan.around, manner.inside_quotes)
    if manner.style.small_ibid and text.startswith("Ibid"):
        text = f"i{text[1:]}"
    elif plan.around[0].join or plan.around[0].before:
        text = _capital(text)
    if not plan.tail:
        return text
    return f"{text if ends(text) else joined(text, '.', manner.inside_quotes)} {plan.tail}"


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _works(
    answer: Answer, indirect: dict[str, tuple[str, str]], short: dict[str, str], manner: Manner
) -> Iterator[str]:
    """The bibliography; a work known through another is left out, or says through which."""
    for source, html in answer.works:
        if source not in indirect:
            yield html
        elif manner.words.lists_second_hand:
            relation, through = indirect[source]
            around = manner.words.relation(relation)
            opening = html if ends(html) else f"{html}."
            work = f"{short[through].removesuffix('.')}{around.behind}." if around.behind else short[through]
            yield f"{opening} {_capital(around.before)}{work}"
