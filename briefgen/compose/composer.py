"""Composes documents: one letter for a recipient, one briefing for a campaign.

The way is select → address → template → strict markup → citations → Document. It writes nothing and knows
no output format.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from markupsafe import Markup

from briefgen.address.address import address
from briefgen.address.countries import country_name
from briefgen.address.forms_of_address import Forms
from briefgen.compose.boilerplate import (
    Furniture,
    Request,
    letter_title,
    letterhead_lines,
    paper_of,
    return_line,
)
from briefgen.compose.citations import Citeproc
from briefgen.compose.citations.citeproc import Cache
from briefgen.compose.citations.placement import WORKS, Placed, place
from briefgen.compose.english_variants import AMERICAN, CANADIAN, country_read_in, variety
from briefgen.compose.figures import Figures, with_figures
from briefgen.compose.markup import canonical
from briefgen.compose.nonbreaking import kept_together
from briefgen.compose.passages import Desk, Passage
from briefgen.compose.pictures import with_pictures
from briefgen.compose.placeholders import leftovers
from briefgen.compose.record import AnnexRow, annex_row, evidence_record, is_printed, without_annex
from briefgen.compose.select import Chosen, ask_named, by_topic, choose
from briefgen.compose.shortening import NO_CUTS, Cut, Cuts, briefing_ladder, letter_ladder
from briefgen.compose.templates import Templates, long_date
from briefgen.errors import BriefgenError, Problem
from briefgen.evidence.usage_checks import check_use
from briefgen.library.loader import Library
from briefgen.model.campaign import CONSTITUENCY, COUNTRY, CampaignConfig
from briefgen.model.document import Document
from briefgen.model.recipient import Recipient
from briefgen.model.snippet import Caveat, Snippet
from briefgen.model.text import same_language

LETTER_NAMES = (
    "campaign",
    "case",
    "sender",
    "letterhead",
    "return_line",
    "recipient",
    "fields",
    "to",
    "date",
    "subject",
    "constituent",
    "ask",
    "request",
    "request_un",
    "words",
    "country_name",
    "evidence",
    "argument",
    "enclosures",
    "snippet",
    "figure",
    "figure_table",
    "cite",
)
"""Names that a letter template knows."""
LETTER_KINDS = ("letter", "communication")
"""Folders of letter templates that ship."""
BRIEFING_NAMES = (
    "campaign",
    "sender",
    "date",
    "title",
    "subtitle",
    "summary",
    "sections",
    "asks",
    "contents",
    "bibliography",
    "annex",
    "snippet",
    "figure",
    "figure_table",
    "cite",
)
"""Names that a briefing template knows."""
PAPER_KINDS = ("briefing", "leave-behind", "upr-submission")
"""Folders of templates for papers that ship."""


@dataclass(slots=True)
class Composer:
    """Everything that the documents of one campaign are made from, loaded and checked once."""

    campaign: CampaignConfig
    folder: Path
    """Where campaign.yaml stands; pictures are read from here."""
    library: Library
    forms: Forms
    verified: Mapping[str, Mapping[str, Any]]
    """For each snippet id, how and when it was proved."""
    fingerprint: str
    """SHA-256 over everything that shapes a letter but the recipient."""
    templates: Templates = field(init=False)
    citeproc: Citeproc = field(init=False)
    _chosen: dict[tuple[int, ...], Chosen] = field(init=False, repr=False, default_factory=dict)
    """By the rules that apply: a batch has few such sets."""

    def __post_init__(self) -> None:
        self.templates = Templates(self.library.folders)
        self.citeproc = Citeproc(self.library.references, self.folder, Cache.of_user())

    def rules(self, recipient: Recipient) -> tuple[int, ...]:
        """Indices of the campaign's interests that apply to this recipient."""
        facts = facts_of(recipient)
        return tuple(
            index
            for index, interest in enumerate(self.campaign.interests)
            if self.templates.condition(interest.when, facts, self.campaign.at("interests", index, "when"))
        )

    def choose(self, recipient: Recipient) -> Chosen:
        """What the letter to this recipient says."""
        rules = self.rules(recipient)
        if rules not in self._chosen:
            self._chosen[rules] = choose(self.library.snippets, self.campaign, rules)
        chosen = self._chosen[rules]
        own = recipient.extra.get(OWN_ASK, "")
        # A word is the id of an ask; anything longer is the ask itself.
        if not own or " " in own:
            return chosen
        return replace(
            chosen, ask=ask_named(self.library.snippets, own, recipient.place), ask_at=recipient.place
        )

    def subject(self, recipient: Recipient) -> str:
        """The reference line of the letter to this recipient, who reads the state's name as they write it."""
        written = self.campaign.letter.subject or self.campaign.title
        return written.replace(COUNTRY, self._country_name(recipient))

    def _country_name(self, recipient: Recipient) -> str:
        formal = self.forms.of(recipient)[1].state_names == "formal"
        return country_name(self.campaign.about, self.campaign.language, formal=formal)

    def letter_ladder(self, recipient: Recipient) -> tuple[Cut, ...]:
        """What the letter to this recipient can be cut by, the first to be made first."""
        return letter_ladder(self.choose(recipient))

    def briefing_ladder(self) -> tuple[Cut, ...]:
        """What the briefing can be cut by, the first to be made first."""
        paper, snippets = self.campaign.briefing, self.library.snippets
        named = [*paper.summary, *(name for section in paper.sections for name in section.snippets)]
        sections = [[snippets[name] for name in names] for names in self._sections()]
        return briefing_ladder([snippets[name] for name in dict.fromkeys(named)], sections)

    def letter(self, recipient: Recipient, cuts: Cuts = NO_CUTS) -> Document:
        """The letter to one recipient; raises BriefgenError for whatever keeps it from being right."""
        campaign = self.campaign
        to = address(recipient, self.forms, sender_country=campaign.sender.country)
        chosen = self.choose(recipient)
        country = country_read_in(recipient, campaign.sender.country)
        desk = self._desk(country)
        figures = self._figures(desk)
        date = long_date(campaign.date, campaign.language, country)
        about = f"the letter to {recipient.id}"
        named = self._country_name(recipient)
        words = Furniture(
            campaign.language,
            to.you,
            {
                "organisation": campaign.sender.organisation,
                "name": campaign.sender.name,
                "country": named,
            },
            about=campaign.about,
        )
        ask = own_ask(recipient) or desk.passage(chosen.ask.id)
        context: dict[str, Any] = {
            "campaign": campaign,
            "sender": self._sender(),
            "letterhead": letterhead_lines(campaign),
            "return_line": return_line(campaign),
            "recipient": recipient,
            "fields": recipient.extra,
            "to": to,
            "date": date,
            "subject": self.subject(recipient),
            "constituent": constituent(campaign, recipient),
            "ask": ask,
            "request": Request(words, ask, "ask"),
            "request_un": Request(words, ask, "ask_un"),
            "words": words,
            "country_name": named,
            "evidence": _passages(desk, chosen.evidence, cuts),
            "argument": [
                passages for stage in chosen.argument() if (passages := _passages(desk, stage, cuts))
            ],
            "enclosures": campaign.letter.enclosures,
            "snippet": desk.passage,
            "figure": figures.figure,
            "figure_table": figures.table,
            "cite": desk.cite,
        }
        if campaign.case is not None:
            context["case"] = campaign.case
        template = self.templates.find(campaign.letter.template, recipient)
        placed, used = self._set(
            template, context, figures, about, campaign.letter.citation_style, campaign.language
        )
        return Document(
            kind="letter",
            html=kept_together(placed.html),
            title=letter_title(to.name, campaign.language),
            author=campaign.sender.organisation,
            language=campaign.language,
            date=campaign.date,
            # The date keeps to one line of the running head, however long the name is.
            running=(to.name, date.replace(" ", "\u00a0")),
            page=paper_of(campaign.letter),
            layout=campaign.letter.layout,
            record=self._record(recipient, used, placed, about),
        )

    def briefing(self, kind: str = "", cuts: Cuts = NO_CUTS) -> Document:
        """The briefing paper, or another `kind` of paper by the name of its templates' folder.

        A long one has a list of contents. Raises BriefgenError for whatever keeps it from being right.
        """
        paper = self._paper(kind, cuts, contents=False)
        return self._paper(kind, cuts, contents=True) if is_long(paper.html) else paper

    def _paper(self, kind: str, cuts: Cuts, *, contents: bool) -> Document:
        campaign, paper = self.campaign, self.campaign.briefing
        placed, used, title = self._run_paper(kind, cuts, contents, None)
        if paper.annex:
            printed = self._printed(placed, used)
            if len(printed) < len(used):
                # A template of one's own may leave out what the campaign names; then the annex has it not.
                placed, used, title = self._run_paper(kind, cuts, contents, printed)
        return Document(
            kind="briefing",
            html=kept_together(placed.html),
            title=title,
            author=campaign.sender.organisation,
            language=campaign.language,
            date=campaign.date,
            running=(paper.short_title or title,),
            page=paper.page,
            record=self._record(None, used, placed, "the briefing"),
        )

    def _printed(self, placed: Placed, used: list[Passage]) -> frozenset[tuple[str, bool]]:
        """The passages, by id and whether short, that stand in a paper outside of its annex."""
        body = without_annex(placed.html)
        return frozenset(
            (passage.id, passage.short) for passage in used if is_printed(passage, body, placed.stops)
        )

    def _run_paper(
        self, kind: str, cuts: Cuts, contents: bool, proved: Collection[tuple[str, bool]] | None
    ) -> tuple[Placed, list[Passage], str]:
        """The paper's markup, what its template was given, and its title.

        `proved` says which passages the annex is to have; None: all that the template is given.
        """
        campaign, paper = self.campaign, self.campaign.briefing
        desk = self._desk(campaign.sender.country)
        figures = self._figures(desk, paper.data_tables)
        title = paper.title or campaign.title
        date = long_date(campaign.date, campaign.language, campaign.sender.country)
        context: dict[str, Any] = {
            "campaign": campaign,
            "sender": self._sender(),
            "date": date,
            "title": title,
            "subtitle": paper.subtitle,
            "summary": [desk.passage(name) for name in paper.summary],
            "sections": [
                {
                    "heading": section.heading,
                    "intro": section.intro,
                    "evidence": _passages(desk, (self.library.snippets[name] for name in names), cuts),
                }
                for section, names in zip(paper.sections, self._sections(), strict=True)
            ],
            "asks": [desk.passage(name) for name in paper.asks or [campaign.ask]],
            "contents": contents,
            "bibliography": Markup(WORKS),
            "annex": self._annex(desk, proved) if paper.annex else [],
            "snippet": desk.passage,
            "figure": figures.figure,
            "figure_table": figures.table,
            "cite": desk.cite,
        }
        template = self.templates.find(kind or paper.template)
        placed, used = self._set(
            template, context, figures, "the briefing", paper.citation_style, campaign.language
        )
        return placed, used, title

    def _record(
        self, recipient: Recipient | None, used: list[Passage], placed: Placed, about: str
    ) -> Mapping[str, Any]:
        """The evidence record; raises BriefgenError where a caveat that must be printed is not."""
        record = evidence_record(
            self.campaign,
            recipient,
            used,
            self.library.references,
            self.verified,
            placed.html,
            placed.stops,
        )
        dropped = [
            Problem(
                "caveat-dropped",
                f"{about} prints the snippet {snippet['id']!r} without its caveat {caveat['id']!r}",
                None,
                "print the snippet itself in the template, not its .text",
            )
            for snippet in record["snippets"]
            for caveat in snippet["caveats"]
            if not caveat["printed"]
        ]
        if dropped:
            raise BriefgenError(dropped)
        return record

    def _desk(self, country: str) -> Desk:
        """The snippets as readers in a country write their language."""
        spoken = variety(self.campaign.language, country)
        return Desk(self.library.snippets, self.library.caveats, self.library.references, spoken)

    def _figures(self, desk: Desk, tables: bool = False) -> Figures:
        campaign = self.campaign
        accent = campaign.letterhead.colours.accent.lstrip("#").lower()
        country = campaign.sender.country
        return Figures(
            desk, self.library.references, campaign.language, country, tables, accent and f"#{accent}"
        )

    def _sender(self) -> dict[str, Any]:
        """The sender as templates see it: text, and the name of the signature's picture."""
        return self.campaign.sender.model_dump()

    def _sections(self) -> list[list[str]]:
        """Snippets of each section: those named, then by topic those that no other section has."""
        sections = self.campaign.briefing.sections
        taken = {name for section in sections for name in section.snippets}
        filled = []
        for section in sections:
            found = (
                by_topic(self.library.snippets, self.campaign, section.topics, figures=True)
                if section.topics
                else []
            )
            fresh = [snippet.id for snippet in found if snippet.id not in taken]
            chosen = section.snippets + fresh[: max(0, section.max_snippets - len(section.snippets))]
            taken.update(chosen)
            filled.append(chosen)
        return filled

    def _annex(self, desk: Desk, proved: Collection[tuple[str, bool]] | None) -> list[AnnexRow]:
        """Rows of the evidence annex: one for every statement that the briefing names, or is `proved`."""
        return [
            annex_row(passage, self.library.references, self.verified.get(passage.id, {}))
            for key, passage in desk.used.items()
            if proved is None or key in proved
        ]

    def _set(
        self,
        template: str,
        context: Mapping[str, Any],
        figures: Figures,
        about: str,
        style: str,
        language: str,
    ) -> tuple[Placed, list[Passage]]:
        """Run the template, hold its markup to the vocabulary, resolve citations and pictures in order."""
        desk = figures.desk
        where = self.templates.place_of(template)
        html, faults, removed = canonical(self.templates.run(template, context, about))
        problems = list(self.templates.markup_problems(template, faults, about)) if faults else []
        problems += [
            Problem(
                "unprintable-character",
                f"{name} stands in {about}",
                None,
                "remove it from the text or the data",
            )
            for name in removed
        ]
        problems += check_use(
            self.library,
            {passage.id: passage.snippet.at() for passage in desk.used.values()},
            self.campaign.date,
            self.campaign.selection.max_age,
        )
        problems += _foreign(desk, language, about)
        if "leftover-text" not in self.campaign.ignore:
            problems += [
                Problem(
                    "leftover-text",
                    f"{text!r} is left in {about}, where something was to be filled in",
                    where,
                    "fill it in: in the spreadsheet, the campaign or the template",
                )
                for text in leftovers(html)
            ]
        if problems:
            raise BriefgenError(problems)
        # Dates and quotation marks of the notes are the reader's, as the letter's are.
        spoken = AMERICAN if desk.variety == CANADIAN else desk.variety
        placed = place(html, desk.notebook.notes, self.citeproc, style, spoken or language)
        folders = [self.folder, *(folder.path / "templates" for folder in self.library.folders)]
        pictured = with_pictures(with_figures(placed.html, figures.drawn), folders)
        return Placed(pictured, placed.stops), list(desk.used.values())


def _passages(desk: Desk, snippets: Iterable[Snippet], cuts: Cuts) -> list[Passage]:
    """Those that are kept, in the wording that is to be printed."""
    return [desk.passage(one.id, one.id in cuts.shortened) for one in snippets if cuts.keeps(one.id)]


LONG_WORDS = 1600
"""A briefing of more words than this, notes and sources among them, fills more than four pages."""
_TAGS = re.compile("<[^>]*>")


def is_long(html: str) -> bool:
    """Whether a briefing is to have a list of contents; the same in all formats, so no page is counted."""
    return len(_TAGS.sub(" ", html).split()) > LONG_WORDS


def _foreign(desk: Desk, language: str, about: str) -> list[Problem]:
    """Snippets and caveats in another language than the document's: better no letter than a mixed one."""
    cards: list[Snippet | Caveat] = []
    for passage in desk.used.values():
        cards += [passage.snippet, *passage.caveats]
    return [
        Problem(
            "snippet-language",
            f"{card.id!r} is in {card.language!r}, and {about} in {language!r}",
            card.at("language"),
            "write a snippet in that language, or leave this one out",
        )
        for card in cards
        if not same_language(card.language, language)
    ]


OWN_ASK = "ask"
"""Column of the recipients' file with an ask for one: the id of a snippet, or the words."""
OWN_STATEMENT = "constituent"
"""Column with a sentence that says who in the recipient's constituency writes."""


def own_ask(recipient: Recipient) -> str:
    """The recipient's own ask in words, as a sentence that follows “I respectfully ask you to”."""
    words = recipient.extra.get(OWN_ASK, "").strip()
    if " " not in words:
        return ""
    return words if words.endswith((".", "!", "?", "”")) else f"{words}."


def constituent(campaign: CampaignConfig, recipient: Recipient) -> str:
    """The sentence for an elected recipient that says who in the constituency writes; empty for others."""
    own = recipient.extra.get(OWN_STATEMENT, "")
    if own or not recipient.constituency:
        return own
    return campaign.constituent.replace(CONSTITUENCY, recipient.constituency)


def facts_of(recipient: Recipient) -> dict[str, Any]:
    """What an interest's condition can ask about a recipient."""
    return {
        "id": recipient.id,
        "office": recipient.office,
        "country": recipient.country,
        "represents": recipient.represents,
        "chamber": recipient.chamber,
        "state": recipient.state,
        "district": recipient.district,
        "constituency": recipient.constituency,
        "party": recipient.party,
        "committees": [committee.id for committee in recipient.committees],
        "roles": {committee.id: committee.role for committee in recipient.committees},
        "tags": list(recipient.tags),
        "language": recipient.language,
        "fields": dict(recipient.extra),
    }
