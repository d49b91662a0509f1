"""The door to citations: formats those of one document in a style, or says what keeps it from being done."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from html import escape
from pathlib import Path

from briefgen.compose.citations.bibliography import citations_of, second_hand
from briefgen.compose.citations.citeproc import Cache, Manner
from briefgen.compose.citations.clusters import Answer, Around, Cite, Cluster, with_words
from briefgen.compose.citations.phrases import unusable, words_for
from briefgen.compose.citations.sentence_ends import Change, cited_at_end, ends, joined
from briefgen.compose.citations.styles import Style, find_style, locale_of
from briefgen.compose.citations.types import Citation, Cited, Note, Spot
from briefgen.errors import BriefgenError, Problem, suggest
from briefgen.model.source import Reference

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
    planned = list(_footnotes_plan(notes, manner))
    clusters = [Cluster(plan.cites, plan.number) for plan in planned if plan.cites]
    indirect = second_hand(notes)
    read = sorted({source for _, source in indirect.values()}) if manner.words.lists_second_hand else []
    last = planned[-1].number if planned else 0
    short = [Cluster((Cite(source),), last + _FAR * (index + 1)) for index, source in enumerate(read)]
    leaves_out = bool(indirect) and not manner.words.lists_second_hand
    answer = manner.ask([*clusters, *short], names_in_full=leaves_out)
    texts = iter(answer.clusters)
    spots = tuple(Spot(note=_footnotes_set(plan, texts, manner)) for plan in planned)
    return Cited(spots, tuple(_works(answer, indirect, dict(zip(read, texts, strict=True)), manner)))


def _footnotes_plan(notes: Sequence[Note], manner: Manner) -> Iterator[_Planned]:
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


def _footnotes_set(plan: _Planned, texts: Iterator[str], manner: Manner) -> str:
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
                suggest(source, references) or "add it to seeds/references.json",
            )
        if signs := unusable(value):
            yield Problem(
                "locator-value",
                f"the locator {value!r} of {source} holds what cannot be printed in a citation: {signs}",
                None,
                "write it with other signs",
            )
