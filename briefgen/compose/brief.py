"""What a policy brief can print on its pages, and what of that it does print.

`briefgen.campaign.brief_fit` decides which, by laying pages out; here is what there is to choose from.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from briefgen.compose.asks import WrittenAsk
from briefgen.compose.passages import SnippetPassage, TemplateApi
from briefgen.compose.select import importance_key
from briefgen.errors import BriefgenError, Place, Problem
from briefgen.model.campaign import BriefingConfig
from briefgen.model.snippet import Snippet

BRIEF_TEMPLATE = "policy-brief/default.html.j2"
"""The template of all kinds of briefs; those that extend it are fitted to their pages too."""
LEAVE_BEHIND_TEMPLATE = "leave-behind/default.html.j2"
MAX_BOX_ASKS = 3
"""Asks in the box on the first page."""
MAX_KEY_FIGURES = 4
BRIEF_CITATION_STYLE = "chicago-shortened-notes-bibliography"
"""Style of the notes of briefs whose campaign names none: short forms only."""
MAX_TITLE = 110
"""Characters of a title: three lines."""
MAX_FIGURES = 2
FEWEST_SECTIONS = 3
"""Sections of which at least one statement is printed, if the campaign has as many."""
KEY_FIGURE, QUOTATION, FIGURE = "key-figure", "quotation", "figure"
"""What can be left out besides statements: `key-figure:ID`, the quotation, `figure:ID`."""
FULL_ASKS, BOXED_ASKS, FULL_LEAD = "full-asks", "boxed-asks", "full-lead"
"""The full wording of the asks on the second page, those that are in the box on the first, and the full
wording of the summary."""


@dataclass(frozen=True, slots=True)
class BriefSelection:
    """What a brief prints of all that it offers."""

    front_sections: int
    """Sections on the first page; the others follow on the second."""
    left_out: frozenset[str] = frozenset()
    """Ids of statements in sections, and `key-figure:ID`, `quotation`, and so on."""
    shortened: frozenset[str] = frozenset()
    """Ids of statements in sections that are printed in their short wordings."""

    def keeps(self, item: str) -> bool:
        """Return whether something is printed."""
        return item not in self.left_out

    def without(self, items: Iterable[str]) -> BriefSelection:
        """Return the selection without these items too."""
        return replace(self, left_out=self.left_out | frozenset(items))

    def printing(self, one: Snippet, *, short: bool = False) -> BriefSelection:
        """Return the selection that prints a statement, in its full or its short wording."""
        shortened = self.shortened | {one.id} if short else self.shortened - {one.id}
        return replace(self, left_out=self.left_out - {one.id}, shortened=shortened)

    def wording_of(self, one: Snippet) -> str:
        """Return a statement's wording as it is, or would be, printed."""
        return short_wording(one) if one.id in self.shortened else one.body


def short_wording(one: Snippet) -> str:
    """Return a statement's short wording, and its full one if it has no other."""
    return one.variants.get("short", one.body)


@dataclass(frozen=True, slots=True)
class BriefOffer:
    """Everything that a brief could print, before its pages are known."""

    sections: tuple[tuple[int, tuple[Snippet, ...]], ...]
    """For each section with statements, its index in the campaign, and the statements in their order."""
    lead: tuple[Snippet, ...] = ()
    """The statements of the summary, which come before the sections."""
    key_figures: tuple[Snippet, ...] = ()
    quotation: Snippet | None = None
    figures: tuple[Snippet, ...] = ()
    superseded: tuple[str, ...] = ()
    """Ids of statements that have no place in a brief, because newer ones supersede them."""
    due: tuple[str, ...] = ()
    """Ids of statements that are no key figures, because they were to be looked up again by now."""
    named: frozenset[str] = field(default_factory=frozenset)
    """Ids of key figures, of the quotation and of figures that the campaign names for the brief."""

    def everything(self) -> BriefSelection:
        """Return the selection that leaves nothing out."""
        return BriefSelection(min(FEWEST_SECTIONS, len(self.sections)))

    def required(self, pages: int) -> tuple[str, ...]:
        """Return the statements of sections that a brief of so many pages must have: the first of each."""
        number = FEWEST_SECTIONS if pages > 1 else 0 if self.lead else 1
        return tuple(prose[0].id for _, prose in self.sections[:number])

    def least(self, pages: int) -> BriefSelection:
        """Return the selection with what a brief of so many pages must have."""
        front = len(self.sections) if pages == 1 else min(FEWEST_SECTIONS, len(self.sections))
        rest = {one.id for _, prose in self.sections for one in prose} - set(self.required(pages))
        return BriefSelection(front).without({*rest, FULL_LEAD})


def offer_brief(
    paper: BriefingConfig, section_ids: Sequence[Sequence[str]], snippets: Mapping[str, Snippet], on: date
) -> BriefOffer:
    """Collect what a brief can print: what the campaign names for it, and else the best in its sections.

    No statement that was to be looked up again by `on`, the campaign's date, is a key figure unasked.
    """
    lead = [snippets[id] for id in paper.summary]
    in_sections = [snippets[id] for ids in section_ids for id in ids]
    current = [
        one
        for one in dict.fromkeys(one.id for one in (*lead, *in_sections))
        if not snippets[one].superseded_by
    ]
    ranked = sorted((snippets[id] for id in current), key=importance_key)
    keyed = [] if paper.key_figures else [one for one in ranked if one.key and one not in lead]
    due = [one.id for one in keyed if one.recheck_by is not None and one.recheck_by <= on]
    key_figures = [snippets[id] for id in paper.key_figures] or [one for one in keyed if one.id not in due][
        :MAX_KEY_FIGURES
    ]
    quotations = (
        [snippets[paper.quotation]]
        if paper.quotation
        else [one for one in ranked if one.kind == "quotation" and one not in lead]
    )
    figures = [snippets[id] for id in paper.figures] or [one for one in ranked if one.figure][:MAX_FIGURES]
    beside = {one.id for one in (*lead, *key_figures, *quotations[:1])} | {
        power.can for power in paper.powers
    }
    sections = []
    for index, ids in enumerate(section_ids):
        prose = tuple(
            snippets[id] for id in ids if id in current and id not in beside and snippets[id].figure is None
        )
        if prose:
            sections.append((index, prose))
    return BriefOffer(
        tuple(sections),
        tuple(lead),
        tuple(key_figures),
        quotations[0] if quotations else None,
        tuple(figures),
        tuple(one.id for one in in_sections if one.superseded_by),
        tuple(due),
        frozenset([*paper.key_figures, *paper.figures, *([paper.quotation] if paper.quotation else [])]),
    )


def build_brief_context(
    api: TemplateApi,
    paper: BriefingConfig,
    offer: BriefOffer,
    selection: BriefSelection,
    asks: Sequence[SnippetPassage | WrittenAsk],
    own_ask: str = "",
) -> dict[str, Any]:
    """Build what the templates of briefs print, as their name `brief`.

    `own_ask` is the id, or the words, of what the reader is asked in the letter that the brief goes with.
    """
    full, all_asks = selection.keeps(FULL_ASKS), selection.keeps(BOXED_ASKS)
    rows: list[dict[str, Any]] = [
        {
            "to": ask.title,
            "short": _in_short(api, ask),
            "ask": ask if full else _in_short(api, ask),
            "own": bool(own_ask) and own_ask in (ask.id, ask.text),
        }
        for ask in asks
    ]
    box = sorted(rows, key=lambda row: not row["own"])[:MAX_BOX_ASKS]
    sections = [
        {
            "heading": paper.sections[index].heading,
            "intro": paper.sections[index].intro,
            "evidence": [
                api.passage(one.id, short=one.id in selection.shortened)
                for one in prose
                if selection.keeps(one.id)
            ],
        }
        for index, prose in offer.sections
    ]
    printed = [section for section in sections if section["evidence"]]
    quotation = offer.quotation if selection.keeps(QUOTATION) else None
    return {
        "number": paper.number,
        "standfirst": paper.standfirst or paper.subtitle,
        "lead": [api.passage(one.id, short=not selection.keeps(FULL_LEAD)) for one in offer.lead],
        "box": box,
        "front": printed[: selection.front_sections],
        "back": printed[selection.front_sections :],
        "key_figures": [
            api.passage(one.id, short=True)
            for one in offer.key_figures
            if selection.keeps(f"{KEY_FIGURE}:{one.id}")
        ],
        "powers": [
            {
                "who": power.who,
                "proved": power.can in api.snippets,
                "can": api.passage(power.can, short=True) if power.can in api.snippets else power.can,
            }
            for power in paper.powers
        ],
        "quotation": api.passage(quotation.id, short="short" in quotation.variants) if quotation else "",
        "figures": [one.id for one in offer.figures if selection.keeps(f"{FIGURE}:{one.id}")],
        "all_asks": all_asks,
        "asks": [row | {"boxed": row in box} for row in rows if all_asks or row not in box],
    }


def _in_short(api: TemplateApi, ask: SnippetPassage | WrittenAsk) -> SnippetPassage | WrittenAsk:
    return ask if isinstance(ask, WrittenAsk) else api.passage(ask.id, short=True)


def shorten_links(html: str) -> str:
    """Show of each link whose words are its address the host alone; the link keeps its target.

    >>> shorten_links('<a href="https://www.example.org/a/b?c=d">https://www.example.org/a/b?c=d</a>')
    '<a href="https://www.example.org/a/b?c=d">example.org</a>'
    """
    return _BARE_LINK.sub(lambda link: f'<a href="{link[1]}">{link[2].removeprefix("www.")}</a>', html)


_BARE_LINK = re.compile(r'<a href="(https?://([^"/]+)[^"]*)">https?://[^<]*</a>')


def check_brief_title(title: str, place: Place | None) -> None:
    """Raise BriefgenError for a title that is too long for the head of a brief."""
    if len(title) > MAX_TITLE:
        message = f"the title has {len(title)} characters, and the head of a brief has room for {MAX_TITLE}"
        hint = "write a shorter one as briefing.title: a finding, in a sentence"
        raise BriefgenError(Problem("brief-title", message, place, hint))
