"""In-text styles: each spot becomes a parenthesis or a number, remarks become footnotes that cite alike.

A style may sort the works of one parenthesis, as APA does. A chain stays in its order all the same: who said
it first is cited alone, and its words are put before the work that was read. Works with words of ours between
them stay in the order in which they are written.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from briefgen.compose.citations.bibliography import second_hand
from briefgen.compose.citations.citeproc_requests import Manner
from briefgen.compose.citations.clusters import Answer, Around, Cite, Cluster, with_words
from briefgen.compose.citations.sentence_ends import Change, cited_at_end, joined
from briefgen.compose.citations.types import Citation, Cited, Note, Spot


@dataclass(frozen=True, slots=True)
class _Group:
    """What is cited at one spot."""

    citations: tuple[Citation, ...]
    firsts: tuple[tuple[int, ...], ...]
    """For each citation, the clusters of its chain."""
    own: int
    """The cluster of the works that were read."""


def set_in_text(notes: Sequence[Note], manner: Manner) -> Cited:
    """Format all notes of a document in an in-text style."""
    clusters: list[Cluster] = []
    planned = [
        [_plan(group, clusters) for group in (note.citations, *(one.citations for one in note.remarks))]
        for note in notes
    ]
    indirect = {} if manner.style.family in ("numeric", "label") else second_hand(notes)
    answer = manner.ask(clusters, names_in_full=bool(indirect))
    changes: set[Change] = set()
    spots = []
    for note, (own, *others) in zip(notes, planned, strict=True):
        sentences = []
        for remark, group in zip(note.remarks, others, strict=True):
            sentence, change = cited_at_end(remark.html, _set(group, answer, manner), manner.style.raised)
            sentences.append(sentence)
            changes |= {change} if change else set()
        spots.append(Spot(_set(own, answer, manner), " ".join(sentences)))
    # A numeric style lists whatever has a number, the others what was read.
    works = tuple(html for source, html in answer.works if source not in indirect)
    return Cited(tuple(spots), works, frozenset(changes))


def _plan(citations: tuple[Citation, ...], clusters: list[Cluster]) -> _Group | None:
    """Add the clusters of one spot, in the order in which a numeric style counts."""
    if not citations:
        return None
    firsts = []
    for citation in citations:
        firsts.append(tuple(range(len(clusters), len(clusters) + len(citation.via))))
        clusters += [Cluster((Cite(via.source, via.label, via.value),)) for via in citation.via]
    clusters.append(Cluster(tuple(map(_cite, citations))))
    return _Group(citations, tuple(firsts), len(clusters) - 1)


def _cite(citation: Citation) -> Cite:
    return Cite(
        citation.source,
        citation.label,
        citation.value,
        opened=bool(citation.prefix or citation.via),
        closed=bool(citation.suffix or citation.via),
    )


def _set(group: _Group | None, answer: Answer, manner: Manner) -> str:
    if group is None:
        return ""
    around = [
        _around(citation, [_bare(answer.clusters[index], manner) for index in firsts], manner)
        for citation, firsts in zip(group.citations, group.firsts, strict=True)
    ]
    return with_words(answer.clusters[group.own], around, manner.inside_quotes).strip()


def _around(citation: Citation, firsts: Sequence[str], manner: Manner) -> Around:
    before, behind = f"{escape(citation.prefix, quote=False)} " if citation.prefix else "", ""
    for via, first in zip(citation.via, firsts, strict=True):
        around = manner.words.relation(via.relation)
        before = joined(f"{before}{first}{behind}", f", {around.before}", manner.inside_quotes)
        behind = around.behind
    behind += f", {escape(citation.suffix, quote=False)}" if citation.suffix else ""
    return Around(before=before, behind=behind)


def _bare(text: str, manner: Manner) -> str:
    """A citation without the brackets of its parenthesis, to stand within another."""
    style = manner.style
    if style.raised:
        text = text.removeprefix("<sup>").removesuffix("</sup>")
    return text.strip().removeprefix(style.prefix.strip()).removesuffix(style.suffix.strip())
