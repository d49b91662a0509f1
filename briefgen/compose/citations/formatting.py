"""The citation formatter: formats the citations of one document in a style, or reports what prevents it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from html import escape
from pathlib import Path

from briefgen.compose.citations.cache import CitationCache
from briefgen.compose.citations.citeproc import CiteprocEngine
from briefgen.compose.citations.clusters import (
    CitationCluster,
    CitationItem,
    CiteprocResult,
    ItemAffixes,
    insert_affixes,
)
from briefgen.compose.citations.names import name_work
from briefgen.compose.citations.phrases import Affixes, find_citation_phrases, reserved_characters
from briefgen.compose.citations.sentence_ends import (
    SentenceEndChange,
    append_citation,
    append_phrase,
    ends_sentence,
)
from briefgen.compose.citations.styles import CitationStyle, citation_locale, find_style
from briefgen.compose.citations.types import Citation, FormattedCitations, FormattedNote, Note, Remark
from briefgen.errors import BriefgenError, Problem, suggest_similar
from briefgen.model.source import Source

_NOTE_DISTANCE = 100
"""Notes between the last footnote and the short forms for the bibliography, so that none becomes "ibid"."""


@dataclass(frozen=True, slots=True)
class _FootnotePlan:
    """A footnote before formatting."""

    number: int
    items: tuple[CitationItem, ...]
    affixes: tuple[ItemAffixes, ...]
    tail: str
    """Text after its last citation."""


def format_footnotes(notes: Sequence[Note], engine: CiteprocEngine, has_list: bool) -> FormattedCitations:
    """Format all notes of a document in a notes style; `has_list` says whether it prints a bibliography."""
    notes = _refer_to_earlier_remarks(notes, engine.phrases.earlier_remark)
    planned = list(_plan_footnotes(notes, engine))
    in_notes = [plan for plan, note in zip(planned, notes, strict=True) if plan.items and note.form == "note"]
    in_lines = [plan for plan, note in zip(planned, notes, strict=True) if plan.items and note.form != "note"]
    second_hand = find_second_hand_works(notes)
    read = sorted({source for _, source in second_hand.values()}) if engine.phrases.lists_second_hand else []
    # Where a list has them in full, lines have short forms only: there a work counts as cited before.
    listed = _cited_works(in_lines) if has_list else {}
    last = planned[-1].number if planned else 0
    after_notes = [
        *((CitationItem(source),) for source in listed),
        *((CitationItem(source),) for source in read),
        *(plan.items for plan in in_lines),
    ]
    some_left_out = bool(second_hand) and not engine.phrases.lists_second_hand
    result = engine.format_clusters(
        [
            *(CitationCluster(plan.items, plan.number) for plan in in_notes),
            *(
                CitationCluster(items, last + _NOTE_DISTANCE * (index + 1))
                for index, items in enumerate(after_notes)
            ),
        ],
        names_in_full=some_left_out or (has_list and engine.style.full_notes),
    )
    texts = iter(result.clusters)
    note_texts = dict(zip(map(id, in_notes), texts, strict=False))
    for _ in listed:
        next(texts)
    short_forms = {source: next(texts) for source in read}
    note_texts |= dict(zip(map(id, in_lines), texts, strict=True))
    formatted = tuple(
        _render_note(note, _render_footnote(plan, note_texts.get(id(plan), ""), engine), engine)
        for plan, note in zip(planned, notes, strict=True)
    )
    works = _select_works(result, notes, _cited_works(in_lines), engine.style)
    return FormattedCitations(formatted, tuple(_render_bibliography(works, second_hand, short_forms, engine)))


def _cited_works(plans: Iterable[_FootnotePlan]) -> dict[str, None]:
    """Return the works that are cited, in order, each once."""
    return {item.source: None for plan in plans for item in plan.items}


def _render_note(note: Note, text: str, engine: CiteprocEngine) -> FormattedNote:
    """Return a note in its form; `text` is that of a footnote."""
    if note.form == "note":
        return FormattedNote(note=text)
    if note.is_line_with_footnote:
        works = dict.fromkeys(citation.source for citation in note.citations)
        names = dict.fromkeys(name_work(engine.references[work].csl, engine.language) for work in works)
        return FormattedNote(line=_render_line(note, "; ".join(names), engine), note=text)
    return FormattedNote(line=_render_line(note, text, engine))


def _render_line(note: Note, text: str, engine: CiteprocEngine) -> str:
    """Return the sources of a figure as a line: with the words before them, and a full stop."""
    if note.form == "cell" or not text:
        return text.removesuffix(".")
    words = engine.phrases.source_line[len(note.citations) > 1] if note.citations else Affixes("", "")
    stop = "" if ends_sentence(text) else "."
    return f"{words.before}{text}{words.after}{stop}"


def _select_works(
    result: CiteprocResult, notes: Sequence[Note], in_lines: Collection[str], style: CitationStyle
) -> list[tuple[str, str]]:
    """Return the works that a bibliography lists, each with its entry.

    Where the first note on a work has all that the entry has, readers look up only what is cited again, or
    has no such note.
    """
    if not style.full_notes:
        return list(result.works)
    places = Counter(source for note in notes for source in _sources_of_note(note))
    return [(source, html) for source, html in result.works if places[source] > 1 or source in in_lines]


def _sources_of_note(note: Note) -> set[str]:
    cited = list(iterate_citations([note]))
    return {citation.source for citation in cited} | {
        original.source for citation in cited for original in citation.via
    }


def _refer_to_earlier_remarks(notes: Sequence[Note], reference: Affixes) -> list[Note]:
    """Replace each remark that an earlier note has in full by a reference to that note.

    A remark that is no longer than the reference is repeated.
    """
    first_numbers: dict[str, int] = {}
    number, result = 0, []
    for note in notes:
        number += note.counts
        remarks: dict[Remark, None] = {}
        for remark in note.remarks:
            # The line below a figure has no number to refer to.
            first = first_numbers.get(remark.html, number)
            if note.counts:
                first_numbers.setdefault(remark.html, number)
            earlier = Remark(f"{reference.before}{first}{reference.after}")
            if first == number or (len(remark.html) <= len(earlier.html) and not remark.citations):
                remarks[remark] = None
            else:
                remarks[earlier] = None
        result.append(replace(note, remarks=tuple(remarks)))
    return result


def _plan_footnotes(notes: Sequence[Note], engine: CiteprocEngine) -> Iterator[_FootnotePlan]:
    number = 0
    for note in notes:
        number += note.counts
        pairs = [pair for citation in note.citations for pair in _chain_items(citation, engine)]
        text = ""
        for remark in note.remarks:
            text = f"{text} {remark.html}".strip()
            if remark.citations:
                see = engine.phrases.see
                (item, affixes), *rest = (
                    pair for citation in remark.citations for pair in _chain_items(citation, engine)
                )
                lead = f"{text} {see.before}{affixes.before}"
                pairs.append(
                    (
                        CitationItem(
                            item.source, item.label, item.value, has_join=True, has_after=item.has_after
                        ),
                        ItemAffixes(f". {lead}" if pairs else lead, after=affixes.after),
                    )
                )
                pairs += rest
                text = see.after.strip()
        items, all_affixes = tuple(item for item, _ in pairs), tuple(affixes for _, affixes in pairs)
        yield _FootnotePlan(number, items, all_affixes, text)


def _chain_items(citation: Citation, engine: CiteprocEngine) -> Iterator[tuple[CitationItem, ItemAffixes]]:
    """Yield the items for a source with its chain: a second-hand source is cited after the original one."""
    join, before, after = None, f"{escape(citation.prefix, quote=False)} " if citation.prefix else "", ""
    for original in citation.via:
        yield _item_with_affixes(
            original.source, original.label, original.value, ItemAffixes(join, before, after)
        )
        affixes = engine.phrases.relation(original.relation)
        join, before, after = f", {affixes.before}", "", affixes.after
    after += f", {escape(citation.suffix, quote=False)}" if citation.suffix else ""
    yield _item_with_affixes(
        citation.source, citation.label, citation.value, ItemAffixes(join, before, after)
    )


def _item_with_affixes(
    source: str, label: str, value: str, affixes: ItemAffixes
) -> tuple[CitationItem, ItemAffixes]:
    marks = (affixes.join is not None, bool(affixes.before), bool(affixes.after))
    return CitationItem(source, label, value, *marks), affixes


def _render_footnote(plan: _FootnotePlan, text: str, engine: CiteprocEngine) -> str:
    if not plan.items:
        return plan.tail
    text = insert_affixes(text, plan.affixes, engine.punctuation_inside_quotes)
    if engine.style.lowercase_ibid and text.startswith("Ibid"):
        text = f"i{text[1:]}"
    elif plan.affixes[0].join or plan.affixes[0].before:
        text = _capitalize_first(text)
    if not plan.tail:
        return text
    if not ends_sentence(text):
        text = append_phrase(text, ".", engine.punctuation_inside_quotes)
    return f"{text} {plan.tail}"


def _capitalize_first(text: str) -> str:
    return text[:1].upper() + text[1:]


def _render_bibliography(
    works: Iterable[tuple[str, str]],
    second_hand: dict[str, tuple[str, str]],
    short_forms: dict[str, str],
    engine: CiteprocEngine,
) -> Iterator[str]:
    """Yield the bibliography; a work known only through another is left out, or names that other one."""
    for source, html in works:
        if source not in second_hand:
            yield html
        elif engine.phrases.lists_second_hand:
            relation, through = second_hand[source]
            affixes = engine.phrases.relation(relation)
            opening = html if ends_sentence(html) else f"{html}."
            work = short_forms[through]
            if affixes.after:
                work = f"{work.removesuffix('.')}{affixes.after}."
            yield f"{opening} {_capitalize_first(affixes.before)}{work}"


@dataclass(frozen=True, slots=True)
class _ClusterGroup:
    """What is cited at one place of the text."""

    citations: tuple[Citation, ...]
    chains: tuple[tuple[int, ...], ...]
    """For each citation, the clusters of the sources it was reached through."""
    own: int
    """The cluster of the works that were read."""


def format_in_text(notes: Sequence[Note], engine: CiteprocEngine) -> FormattedCitations:
    """Format all notes of a document in an in-text style."""
    clusters: list[CitationCluster] = []
    planned = [
        [
            _plan_clusters(group, clusters)
            for group in (note.citations, *(remark.citations for remark in note.remarks))
        ]
        for note in notes
    ]
    # A numeric style lists whatever has a number, the others what was read.
    second_hand = {} if engine.style.family in ("numeric", "label") else find_second_hand_works(notes)
    result = engine.format_clusters(clusters, names_in_full=bool(second_hand))
    changes: set[SentenceEndChange] = set()
    formatted = []
    for note, (own, *others) in zip(notes, planned, strict=True):
        sentences = []
        for remark, group in zip(note.remarks, others, strict=True):
            sentence, change = append_citation(
                remark.html, _render_group(group, result, engine), engine.style.superscript
            )
            sentences.append(sentence)
            changes |= {change} if change else set()
        text = _render_group(own, result, engine)
        if note.form == "note":
            formatted.append(FormattedNote(text, " ".join(sentences)))
        else:
            line = _render_line(note, _strip_brackets(text, engine), engine)
            formatted.append(FormattedNote(line=" ".join(filter(None, [line, *sentences]))))
    works = tuple(html for source, html in result.works if source not in second_hand)
    return FormattedCitations(tuple(formatted), works, frozenset(changes))


def _plan_clusters(citations: tuple[Citation, ...], clusters: list[CitationCluster]) -> _ClusterGroup | None:
    """Add the clusters for one place of the text, in the order in which a numeric style counts."""
    if not citations:
        return None
    chains = []
    for citation in citations:
        chains.append(tuple(range(len(clusters), len(clusters) + len(citation.via))))
        clusters += [
            CitationCluster((CitationItem(original.source, original.label, original.value),))
            for original in citation.via
        ]
    clusters.append(CitationCluster(tuple(map(_citation_item, citations))))
    return _ClusterGroup(citations, tuple(chains), len(clusters) - 1)


def _citation_item(citation: Citation) -> CitationItem:
    return CitationItem(
        citation.source,
        citation.label,
        citation.value,
        has_before=bool(citation.prefix or citation.via),
        has_after=bool(citation.suffix or citation.via),
    )


def _render_group(group: _ClusterGroup | None, result: CiteprocResult, engine: CiteprocEngine) -> str:
    if group is None:
        return ""
    affixes = [
        _chain_affixes(citation, [_strip_brackets(result.clusters[index], engine) for index in chain], engine)
        for citation, chain in zip(group.citations, group.chains, strict=True)
    ]
    return insert_affixes(result.clusters[group.own], affixes, engine.punctuation_inside_quotes).strip()


def _chain_affixes(citation: Citation, chain: Sequence[str], engine: CiteprocEngine) -> ItemAffixes:
    before, after = f"{escape(citation.prefix, quote=False)} " if citation.prefix else "", ""
    for original, first in zip(citation.via, chain, strict=True):
        affixes = engine.phrases.relation(original.relation)
        before = append_phrase(
            f"{before}{first}{after}", f", {affixes.before}", engine.punctuation_inside_quotes
        )
        after = affixes.after
    after += f", {escape(citation.suffix, quote=False)}" if citation.suffix else ""
    return ItemAffixes(before=before, after=after)


def _strip_brackets(text: str, engine: CiteprocEngine) -> str:
    """Remove the brackets of a parenthetical citation, so that it can stand within another."""
    style = engine.style
    if style.superscript:
        text = text.removeprefix("<sup>").removesuffix("</sup>")
    return text.strip().removeprefix(style.prefix.strip()).removesuffix(style.suffix.strip())


def iterate_citations(notes: Iterable[Note]) -> Iterator[Citation]:
    """Yield all citations of all notes, including those of remarks."""
    for note in notes:
        yield from note.citations
        for remark in note.remarks:
            yield from remark.citations


def find_second_hand_works(notes: Sequence[Note]) -> dict[str, tuple[str, str]]:
    """Find works cited only through others: each with the relation and the work that was read."""
    read = {citation.source for citation in iterate_citations(notes)}
    second_hand: dict[str, tuple[str, str]] = {}
    for citation in iterate_citations(notes):
        for original in citation.via:
            if original.source not in read:
                second_hand.setdefault(original.source, (original.relation, citation.source))
    return second_hand


@dataclass(slots=True)
class CitationFormatter:
    """Formats the citations of documents; one instance serves a whole batch."""

    references: Mapping[str, Source]
    folder: Path | None = None
    """The folder that paths of styles are relative to: the campaign's."""
    cache: CitationCache | None = None
    """Where citeproc's results are kept between runs."""
    _formatted: dict[tuple[tuple[Note, ...], CitationStyle, str, bool], FormattedCitations] = field(
        default_factory=dict
    )

    def style(self, name: str) -> CitationStyle:
        """Return the style of that name or path; raise BriefgenError if there is none."""
        return find_style(name, self.folder)

    def format(
        self, notes: Sequence[Note], style: str, language: str, has_list: bool = True
    ) -> FormattedCitations:
        """Format all notes of one document; raise BriefgenError for unknown sources or styles.

        `style` is the name of a built-in style or the path of a .csl file, `language` is BCP 47. `has_list`
        says whether the document prints a bibliography.
        """
        csl_style = self.style(style)
        key = (tuple(notes), csl_style, language, has_list)
        if key not in self._formatted:
            problems = list(_check_notes(notes, self.references))
            if problems:
                raise BriefgenError(problems)
            locale = citation_locale(csl_style, language)
            phrases = find_citation_phrases(csl_style.stem, locale)
            engine = CiteprocEngine(csl_style, locale, phrases, self.references, self.cache)
            self._formatted[key] = (
                format_in_text(notes, engine)
                if csl_style.in_text
                else format_footnotes(notes, engine, has_list)
            )
        return self._formatted[key]


def _check_notes(notes: Sequence[Note], references: Mapping[str, Source]) -> Iterator[Problem]:
    locators: dict[tuple[str, str], None] = {}
    for citation in iterate_citations(notes):
        locators |= {(original.source, original.value): None for original in citation.via}
        locators[citation.source, citation.value] = None
    for source, value in locators:
        if source not in references:
            # pandoc itself prints "Nope?" for an unknown id and exits with 0.
            yield Problem(
                "source-unknown",
                f"no source has the id {source!r}",
                None,
                suggest_similar(source, references) or "add it to seeds/references.json",
            )
        if characters := reserved_characters(value):
            yield Problem(
                "locator-value",
                f"the locator {value!r} of {source} contains what a citation cannot print: {characters}",
                None,
                "use other characters",
            )
