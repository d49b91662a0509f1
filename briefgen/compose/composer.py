"""The composer: makes the letter to a recipient and a campaign's briefing as documents.

The steps are address → select → template → strict markup → citations → Document. It writes no file and knows
no output format.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import partial, wraps
from html import unescape
from pathlib import Path
from typing import Any, TypeVar, cast

from markupsafe import Markup

from briefgen.address.address import address_recipient
from briefgen.address.countries import country_name
from briefgen.address.forms_of_address import FormsOfAddress
from briefgen.address.proofread import proofread_salutation
from briefgen.compose.annex import AnnexRow, build_annex
from briefgen.compose.apply_overrides import (
    find_ineffective,
    own_fields,
    own_passages,
    own_selection,
    own_shortening,
    part_paragraphs,
)
from briefgen.compose.asks import WrittenAsk, find_ask, name_ask
from briefgen.compose.boilerplate import (
    AskSentence,
    Boilerplate,
    earlier_sentence,
    letter_paper_size,
    letter_title,
    letterhead_fields,
    list_signers,
    return_line,
)
from briefgen.compose.brief import (
    BRIEF_CITATION_STYLE,
    BRIEF_TEMPLATE,
    LEAVE_BEHIND_TEMPLATE,
    BriefOffer,
    BriefSelection,
    build_brief_context,
    check_brief_title,
    offer_brief,
    shorten_links,
)
from briefgen.compose.citations import CitationFormatter
from briefgen.compose.citations.cache import CitationCache
from briefgen.compose.citations.placement import BIBLIOGRAPHY_MARK, CitedHtml, place_citations
from briefgen.compose.copyholders import list_copyholders
from briefgen.compose.english_variants import AMERICAN, CANADIAN, english_variant, reader_country
from briefgen.compose.figures import FigureApi, embed_figures, number_figures
from briefgen.compose.markdown_templates import FRAME
from briefgen.compose.markup import (
    bind_last_words,
    canonicalize_markup,
    find_placeholders,
    insert_nonbreaking_spaces,
)
from briefgen.compose.passages import SnippetPassage, TemplateApi, set_typographic_quotes
from briefgen.compose.patterns import SUBJECT_FIELD, check_filled, fill_pattern
from briefgen.compose.pictures import embed_pictures
from briefgen.compose.record import build_evidence_record, printed_passages, remove_annex
from briefgen.compose.replaced_words import replace_words
from briefgen.compose.rows_table import render_rows_table
from briefgen.compose.select import SnippetSelection, rank_by_topic, select_snippets, select_written
from briefgen.compose.shortening import (
    NO_SHORTENING,
    Shortening,
    ShorteningStep,
    briefing_shortening_steps,
    letter_shortening_steps,
)
from briefgen.compose.templates import Templates, format_long_date, is_markdown
from briefgen.compose.translations import translate_library
from briefgen.compose.web_address import build_web_address
from briefgen.compose.written_statements import WrittenStatements
from briefgen.errors import BriefgenError, Place, Problem
from briefgen.evidence.usage_checks import check_snippet_use
from briefgen.library.loader import Library
from briefgen.model.campaign import (
    CONSTITUENCY_PLACEHOLDER,
    COUNTRY_PLACEHOLDER,
    CampaignConfig,
    enclosure_name,
    has_label,
)
from briefgen.model.document import Document
from briefgen.model.leftovers import find_leftovers
from briefgen.model.letter_overrides import LetterOverrides
from briefgen.model.recipient import AddressAndSalutation, Recipient
from briefgen.model.snippet import Caveat, Snippet
from briefgen.model.text import is_same_language
from briefgen.recipients.schema import YOUR_REFERENCE_COLUMN

LETTER_TEMPLATE_NAMES = (
    "campaign",
    "case",
    "sender",
    "signers",
    "letterhead",
    "return_line",
    "recipient",
    "fields",
    "to",
    "date",
    "date_line",
    "subject",
    "subject_line",
    "constituent",
    "ask",
    "request",
    "request_un",
    "words",
    "earlier",
    "earlier_letter",
    "country_name",
    "evidence",
    "argument",
    "enclosures",
    "copies",
    "reference",
    "your_reference",
    "web",
    "postscript",
    "snippet",
    "figure",
    "figure_ref",
    "figure_table",
    "rows",
    "rows_table",
    "cite",
    "statement",
    "best",
    FRAME,
)
"""Names available in letter templates; the last three in Markdown only."""
EMAIL_TEMPLATE_NAMES = (*LETTER_TEMPLATE_NAMES, "contact")
"""Names available in templates of e-mails."""
EMAIL_KIND = "email"
"""Folder of the built-in template of e-mails."""
LETTER_KINDS = ("letter", "communication")
"""Folders of the built-in letter templates."""
BRIEFING_TEMPLATE_NAMES = (
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
    "letterhead",
    "reader",
    "brief",
    "words",
    "snippet",
    "figure",
    "figure_ref",
    "figure_table",
    "cite",
    "ask",
    "statement",
    "best",
    FRAME,
)
"""Names available in briefing templates; the last four in Markdown only."""
PAPER_KINDS = ("policy-brief", "leave-behind", "briefing", "report", "upr-submission")
"""Folders of the built-in templates for briefings and other papers."""


_WORD = re.compile(r"\w+")
_MAX_RULES = 4096
"""Sets of values for which it is known which rules apply."""

ComposingMethod = TypeVar("ComposingMethod", bound=Callable[..., Any])


def _in_language_of_recipient(method: ComposingMethod) -> ComposingMethod:
    """Let a method be that of the composer of letters in the recipient's language, from their sender."""

    @wraps(method)
    def translated(self: Composer, recipient: Recipient, *arguments: Any) -> Any:
        return method(self.for_recipient(recipient), recipient, *arguments)

    return cast(ComposingMethod, translated)


@dataclass(slots=True)
class Composer:
    """Everything the documents of one campaign are made from, loaded and checked once."""

    campaign: CampaignConfig
    folder: Path
    """Folder of campaign.yaml; pictures are read from here."""
    library: Library
    forms: FormsOfAddress
    verified: Mapping[str, Mapping[str, Any]]
    """For each snippet id, how and when it was verified."""
    fingerprint: str
    """SHA-256 of everything that shapes a letter except the recipient."""
    translation: str = ""
    """The language of `campaign`, if that is a translation of the campaign's words."""
    templates: Templates = field(init=False)
    citation_formatter: CitationFormatter = field(init=False)
    _selections: dict[tuple[int, ...], SnippetSelection] = field(init=False, repr=False, default_factory=dict)
    """By the rules that apply: a batch has few distinct sets."""
    _rules: dict[tuple[str, str], tuple[int, ...]] = field(init=False, repr=False, default_factory=dict)
    """The rules that apply, by their key in the campaign and the values of the variables that they name."""
    _rule_names: dict[str, tuple[str, ...]] = field(init=False, repr=False, default_factory=dict)
    """By key, the variables that any of the rules may name."""
    _translated: dict[tuple[str, int | None], Composer] = field(init=False, repr=False, default_factory=dict)
    """The composers of letters in other languages and from other senders, by language and rule."""

    def __post_init__(self) -> None:
        self.templates = Templates(self.library.template_folders, self.campaign.language, self.translation)
        self.citation_formatter = CitationFormatter(
            self.library.references, self.folder, CitationCache.for_user()
        )

    def for_recipient(self, recipient: Recipient) -> Composer:
        """Return the composer of letters to a recipient, with words in their language and their sender."""
        language = self.campaign.translation_language(recipient.language)
        rule = self.find_sender_rule(recipient) if self.campaign.senders else None
        if not language and rule is None:
            return self
        if (language, rule) not in self._translated:
            campaign = self.campaign.in_language(language) if language else self.campaign
            self._translated[language, rule] = Composer(
                campaign if rule is None else campaign.with_sender(rule),
                self.folder,
                translate_library(self.library, language) if language else self.library,
                self.forms,
                self.verified,
                self.fingerprint,
                language or self.translation,
            )
        return self._translated[language, rule]

    def address(self, recipient: Recipient) -> AddressAndSalutation:
        """Return the form of address for a recipient of a letter from their sender, or raise an error."""
        sender = self.for_recipient(recipient).campaign.sender
        return address_recipient(recipient, self.forms, sender_country=sender.country)

    def find_sender_rule(self, recipient: Recipient) -> int | None:
        """Return the index of the campaign's sender for this recipient; None for the usual one."""
        conditions = [rule.when for rule in self.campaign.senders]
        matching = self._matching_rules("senders", conditions, recipient)
        return matching[-1] if matching else None

    def words(self) -> Boilerplate:
        """Return the fixed words of letters in the campaign's language."""
        return Boilerplate(self.campaign.language, own=(self.campaign.words, *self.library.words))

    def applicable_rules(self, recipient: Recipient) -> tuple[int, ...]:
        """Return the indices of the campaign's interests that apply to this recipient."""
        conditions = [interest.when for interest in self.campaign.interests]
        return self._matching_rules("interests", conditions, recipient)

    def _matching_rules(self, key: str, conditions: Sequence[str], recipient: Recipient) -> tuple[int, ...]:
        """Return the indices of the rules under a key of the campaign whose conditions hold."""
        variables = condition_variables(recipient)
        if key not in self._rule_names:
            words = {word for condition in conditions for word in _WORD.findall(condition)}
            self._rule_names[key] = tuple(name for name in variables if name in words)
        # A rule can tell recipients apart by nothing but the variables that it names.
        known = key, repr([variables[name] for name in self._rule_names[key]])
        rules = self._rules.get(known)
        if rules is None:
            rules = self._evaluate_rules(key, conditions, variables)
            if len(self._rules) >= _MAX_RULES:
                self._rules.clear()
            self._rules[known] = rules
        return rules

    def _evaluate_rules(
        self, key: str, conditions: Iterable[str], variables: Mapping[str, Any]
    ) -> tuple[int, ...]:
        self.templates.reset_budget()
        return tuple(
            index
            for index, condition in enumerate(conditions)
            if self.templates.evaluate_condition(
                condition, variables, self.campaign.locate(key, index, "when")
            )
        )

    @_in_language_of_recipient
    def select_snippets(self, recipient: Recipient) -> SnippetSelection:
        """Select the ask and the evidence for the letter to this recipient.

        A letter in Markdown says itself which statements it prints, so it is composed for this.
        """
        selection = self.select_by_rules(recipient)
        if not is_markdown(self.templates.find_template(self.campaign.letter.template, recipient)):
            return selection
        letter = self._start_letter(recipient, NO_SHORTENING)
        assert letter.written is not None
        self.templates.render(letter.template, letter.context, letter.label)
        with_chosen = bool(_CHOSEN_NAMES & self.templates.variables(letter.template))
        return select_written(selection, self.library.snippets, letter.written.topics, with_chosen)

    @_in_language_of_recipient
    def select_by_rules(self, recipient: Recipient) -> SnippetSelection:
        """Select the ask and the evidence by the campaign's rules alone."""
        rules, snippets = self.applicable_rules(recipient), self.library.snippets
        if recipient.overrides is not None:
            own = own_selection(recipient.overrides, snippets)
            selection = select_snippets(snippets, self.campaign, rules, own)
        else:
            if rules not in self._selections:
                self._selections[rules] = select_snippets(snippets, self.campaign, rules)
            selection = self._selections[rules]
        ask = recipient.extra.get(ASK_COLUMN, "")
        if not ask:
            return selection
        return replace(
            selection, ask=find_ask(self.library.snippets, ask, recipient.place), ask_at=recipient.place
        )

    @_in_language_of_recipient
    def subject_line(self, recipient: Recipient) -> str:
        """Return the subject of the letter, with the state's name in the form used to this recipient."""
        subject = self.campaign.letter.subject or self.campaign.title
        if CONSTITUENCY_PLACEHOLDER in subject:
            place = recipient.constituency
            subject = subject.replace(CONSTITUENCY_PLACEHOLDER, place) if place else self.campaign.title
        return subject.replace(COUNTRY_PLACEHOLDER, self._country_name(recipient))

    @_in_language_of_recipient
    def email_subject(self, recipient: Recipient) -> str:
        """Return the subject of the e-mail with a letter: the letter's, or the campaign's pattern filled in.

        Raise BriefgenError if a field of the pattern is empty in the recipient's row.
        """
        subject, pattern = self.subject_line(recipient), self.campaign.email.subject
        if not pattern:
            return subject
        problems = list(check_filled([("e-mail's subject", pattern)], recipient, self.campaign))
        if problems:
            raise BriefgenError(problems)
        return fill_pattern(pattern, recipient, self.campaign, more={SUBJECT_FIELD: subject})

    @_in_language_of_recipient
    def compose_email(self, recipient: Recipient) -> str:
        """Compose the text of the e-mail with the letter, as canonical HTML; raise BriefgenError as above."""
        started = self._start_letter(recipient, NO_SHORTENING, self.campaign.email.template)
        label = f"the e-mail to {recipient.id}"
        sender = self.campaign.sender
        contact = [*sender.address, sender.phone, sender.email, sender.website]
        context = {**started.context, "contact": [line for line in contact if line]}
        style = self.campaign.letter.citation_style
        cited, _ = self._render_template(
            started.template, context, started.figures, label, style, self.campaign.language
        )
        return cited.html

    def _country_name(self, recipient: Recipient) -> str:
        if not self.campaign.about:
            return ""
        formal = self.forms.find(recipient)[1].state_names == "formal"
        return country_name(self.campaign.about, self.campaign.language, formal=formal)

    @_in_language_of_recipient
    def letter_shortening_steps(self, recipient: Recipient) -> tuple[ShorteningStep, ...]:
        """Return the steps by which a letter can be shortened, in order of application."""
        steps = letter_shortening_steps(self.select_snippets(recipient))
        if recipient.overrides is None:
            return steps
        own = own_passages(recipient.overrides, self.library.snippets)
        short = own_shortening(recipient.overrides, NO_SHORTENING, self.library.snippets).shortened
        fixed = short | {name for name, passage in own.items() if passage.words}
        return tuple(step for step in steps if step.how == "left-out" or step.snippet not in fixed)

    def briefing_shortening_steps(self) -> tuple[ShorteningStep, ...]:
        """Return the steps by which the briefing can be shortened, in order of application."""
        paper, snippets = self.campaign.briefing, self.library.snippets
        named = [*paper.summary, *(id for section in paper.sections for id in section.snippets)]
        template = self.templates.find_template(paper.template)
        if is_markdown(template):
            named += [id for id in self.templates.named_statements(template) if id in snippets]
        sections = [[snippets[id] for id in ids] for ids in self._section_snippet_ids()]
        return briefing_shortening_steps([snippets[id] for id in dict.fromkeys(named)], sections)

    @_in_language_of_recipient
    def compose_letter(self, recipient: Recipient, shortening: Shortening = NO_SHORTENING) -> Document:
        """Compose the letter to one recipient; raise BriefgenError if anything about it is wrong."""
        campaign, letter = self.campaign, self._start_letter(recipient, shortening)
        cited, used = self._render_template(
            letter.template,
            letter.context,
            letter.figures,
            letter.label,
            campaign.letter.citation_style,
            campaign.language,
            recipient.overrides,
        )
        to, date = letter.context["to"], letter.context["date"]
        record = self._build_record(recipient, used, cited, letter.label)
        if recipient.overrides is not None:
            snippets = self.library.snippets
            if problems := list(find_ineffective(recipient.overrides, record, cited.html, snippets)):
                raise BriefgenError(problems)
        return Document(
            kind="letter",
            html=insert_nonbreaking_spaces(cited.html),
            title=letter_title(to.name, campaign.language),
            author=campaign.sender.organisation,
            language=_text_language(campaign.language, letter.figures.api.variety),
            date=campaign.date,
            # The date keeps to one line of the running head, however long the name is.
            running=(to.name, date.replace(" ", "\u00a0")),
            page=letter_paper_size(campaign.letter),
            layout=campaign.letter.layout,
            record=record,
        )

    def _start_letter(self, recipient: Recipient, shortening: Shortening, kind: str = "") -> _StartedLetter:
        """Gather everything that the letter's template can print, or that of another `kind`."""
        campaign = self.campaign
        to = address_recipient(recipient, self.forms, sender_country=campaign.sender.country)
        if campaign.sender.close and not recipient.close:
            to = replace(to, close=campaign.sender.close)
        selection = self.select_by_rules(recipient)
        country = reader_country(recipient, campaign.sender.country)
        api = self._template_api(country)
        api.own = own_passages(recipient.overrides, api.snippets)
        shortening = own_shortening(recipient.overrides, shortening, api.snippets)
        figures = self._figure_api(api)
        date = format_long_date(campaign.date, campaign.language, country)
        label = f"the letter to {recipient.id}"
        state_name = self._country_name(recipient)
        words = Boilerplate(
            campaign.language,
            to.you,
            {
                "organisation": campaign.sender.organisation,
                "name": campaign.sender.name,
                "country": state_name,
                "date": date,
                "place": campaign.sender.town,
                "subject": (subject := self.subject_line(recipient)),
                **_earlier_days(recipient, campaign.language, country),
            },
            about=campaign.about,
            own=(campaign.words, *self.library.words),
        )
        ask = _printed_ask(api, selection.ask)
        context: dict[str, Any] = {
            "campaign": campaign,
            "sender": self._sender(),
            "signers": list_signers(campaign, self.library.words),
            "letterhead": letterhead_fields(campaign),
            "return_line": return_line(campaign),
            "recipient": recipient,
            "fields": {
                key: set_typographic_quotes(text, campaign.language)
                for key, text in own_fields(recipient.overrides, recipient.extra).items()
            },
            "to": to,
            "date": date,
            "date_line": words["date_line"] if campaign.sender.town else date,
            "subject": subject,
            "subject_line": words["reference_line"],
            "constituent": constituent_sentence(campaign, recipient),
            "ask": ask,
            "request": AskSentence(words, ask, "ask"),
            "request_un": AskSentence(words, ask, "ask_un"),
            "words": words,
            "earlier": earlier_sentence(words, recipient.earlier, begins=True),
            "earlier_letter": earlier_values(recipient),
            "enclosures": [enclosure_name(one) for one in campaign.letter.enclosures],
            "copies": [holder.name for holder in list_copyholders(recipient, campaign.letter)],
            "reference": own_reference(recipient, campaign, words),
            "your_reference": recipient.extra.get(YOUR_REFERENCE_COLUMN, "")
            and words.fill("your_ref", reference=recipient.extra[YOUR_REFERENCE_COLUMN]),
            "web": build_web_address(recipient, campaign, words),
            "postscript": campaign.letter.postscript,
            "snippet": api.passage,
            "figure": figures.figure,
            "figure_ref": figures.figure_ref,
            "figure_table": figures.figure_table,
            "rows": [dict(row) for row in recipient.rows],
            "rows_table": partial(render_rows_table, recipient, campaign.group_by),
            "cite": api.cite,
        }
        kind = kind or campaign.letter.template
        template, written = self.templates.find_template(kind, recipient), None
        if is_markdown(template):
            named = self.templates.named_statements(template)
            written = WrittenStatements(api, campaign, selection.topics, named, shortening.shortened)
            context |= {**written.functions(), FRAME: self.templates.find_frame(kind, recipient)}
        if written is None or _CHOSEN_NAMES & self.templates.variables(template):
            context["evidence"] = _shortened_passages(api, selection.evidence, shortening)
            context["argument"] = [
                passages
                for stage in selection.argument_stages(by_topic=campaign.letter.max_pages != 1)
                if (passages := _shortened_passages(api, stage, shortening))
            ]
        if campaign.about:
            context["country_name"] = state_name
        if campaign.case is not None:
            context["case"] = campaign.case
        return _StartedLetter(template, context, figures, label, written)

    def brief_pages(self, kind: str = "") -> int:
        """Return how many pages a paper of some kind has exactly; 0 if it is no brief."""
        template = self.templates.find_frame(kind or self.campaign.briefing.template)
        if not self.templates.extends_built_in(template, BRIEF_TEMPLATE):
            return 0
        return 1 if self.templates.extends_built_in(template, LEAVE_BEHIND_TEMPLATE) else 2

    def offer_brief(self) -> BriefOffer:
        """Return everything that a brief of this campaign could print."""
        return offer_brief(
            self.campaign.briefing, self._section_snippet_ids(), self.library.snippets, self.campaign.date
        )

    def compose_brief(
        self, kind: str, selection: BriefSelection, recipient: Recipient | None = None
    ) -> Document:
        """Compose a policy brief, or another kind of brief, with what was selected for its pages.

        With a recipient, what the letter asks of this reader is marked. Raise BriefgenError if anything about
        it is wrong.
        """
        return self._compose_paper(kind, NO_SHORTENING, contents=False, brief=selection, recipient=recipient)

    def compose_briefing(self, kind: str = "", shortening: Shortening = NO_SHORTENING) -> Document:
        """Compose the briefing, or another `kind` of paper, named by the folder of its templates.

        A long one gets a table of contents, and a brief everything that it could print. Raise BriefgenError
        if anything about it is wrong.
        """
        if self.brief_pages(kind):
            return self.compose_brief(kind, self.offer_brief().everything())
        paper = self._compose_paper(kind, shortening, contents=False)
        if needs_table_of_contents(paper.html):
            return self._compose_paper(kind, shortening, contents=True)
        return paper

    def _compose_paper(
        self,
        kind: str,
        shortening: Shortening,
        *,
        contents: bool,
        brief: BriefSelection | None = None,
        recipient: Recipient | None = None,
    ) -> Document:
        campaign, paper = self.campaign, self.campaign.briefing
        cited, used, title = self._render_paper(kind, shortening, contents, None, brief, recipient)
        if paper.annex:
            printed = self._printed_passages(cited, used)
            if len(printed) < len(used):
                # A custom template may leave out snippets that the campaign names; the annex omits those too.
                cited, used, title = self._render_paper(kind, shortening, contents, printed, brief, recipient)
        is_brief = 'class="masthead"' in cited.html
        if is_brief:
            cited = CitedHtml(shorten_links(cited.html), cited.sentence_ends)
        foot = " · ".join([campaign.sender.organisation, paper.short_title or title])
        return Document(
            kind="brief" if is_brief else "briefing",
            html=insert_nonbreaking_spaces(bind_last_words(cited.html, cells=is_brief)),
            title=title,
            author=campaign.sender.organisation,
            language=_text_language(
                campaign.language, english_variant(campaign.language, campaign.sender.country)
            ),
            date=campaign.date,
            running=(foot if is_brief else paper.short_title or title,),
            page=paper.page,
            record=self._build_record(recipient, used, cited, "the briefing"),
        )

    def _printed_passages(self, cited: CitedHtml, used: list[SnippetPassage]) -> frozenset[tuple[str, bool]]:
        """Return the passages, by id and whether short, that are printed in a paper outside its annex."""
        body = remove_annex(cited.html)
        printed = printed_passages(used, body, cited.sentence_ends)
        return frozenset((passage.id, passage.short) for passage in printed)

    def _render_paper(
        self,
        kind: str,
        shortening: Shortening,
        contents: bool,
        in_annex: Collection[tuple[str, bool]] | None,
        brief: BriefSelection | None = None,
        recipient: Recipient | None = None,
    ) -> tuple[CitedHtml, list[SnippetPassage], str]:
        """Return the paper's markup, the passages its template received, and its title.

        `in_annex` limits the annex to these passages; None puts all of them there.
        """
        campaign, paper = self.campaign, self.campaign.briefing
        country = campaign.sender.country
        api = self._template_api(reader_country(recipient, country) if recipient else country)
        figures = self._figure_api(api, paper.data_tables)
        title = paper.title or campaign.title
        date_words = partial(format_long_date, language=campaign.language, country=campaign.sender.country)
        context: dict[str, Any] = {
            "campaign": campaign,
            "sender": self._sender(),
            "date": date_words(campaign.date),
            "title": title,
            "subtitle": paper.subtitle,
            "summary": [api.passage(id) for id in paper.summary],
            "sections": [
                {
                    "heading": section.heading,
                    "intro": section.intro,
                    "evidence": _shortened_passages(
                        api, (self.library.snippets[id] for id in ids), shortening
                    ),
                }
                for section, ids in zip(paper.sections, self._section_snippet_ids(), strict=True)
            ],
            "asks": self._briefing_asks(api),
            "letterhead": letterhead_fields(campaign),
            "reader": address_recipient(recipient, self.forms, sender_country=country).name
            if recipient
            else "",
            "words": self.words(),
            "contents": contents,
            "bibliography": Markup(BIBLIOGRAPHY_MARK),
            "snippet": api.passage,
            "figure": figures.figure,
            "figure_ref": figures.figure_ref,
            "figure_table": figures.figure_table,
            "cite": api.cite,
        }
        kind = kind or paper.template
        template = self.templates.find_template(kind)
        if brief is not None:
            check_brief_title(
                title, campaign.locate("briefing", "title") if paper.title else campaign.locate("title")
            )
            own = name_ask(self.select_snippets(recipient).ask) if recipient else ""
            asks = self._brief_asks(api, context["asks"], own)
            context["brief"] = build_brief_context(api, paper, self.offer_brief(), brief, asks, own)
        if is_markdown(template):
            written = WrittenStatements(
                api, campaign, (), self.templates.named_statements(template), shortening.shortened
            )
            context |= {**written.functions(), FRAME: self.templates.find_frame(kind)}
            context["ask"] = context["asks"][0]
            if paper.annex:  # it is made from what was printed, which a first run shows
                self.templates.render(template, {**context, "annex": []}, "the briefing")
                api.note_collector.notes.clear()
                figures.forget_printed()
                written.topics.clear()
        context["annex"] = self._build_annex(api, date_words, in_annex) if paper.annex else []
        cited, used = self._render_template(
            template,
            context,
            figures,
            "the briefing",
            self._paper_style(brief is not None),
            campaign.language,
        )
        return cited, used, title

    def _build_record(
        self, recipient: Recipient | None, used: list[SnippetPassage], cited: CitedHtml, label: str
    ) -> Mapping[str, Any]:
        """Build the evidence record; raise BriefgenError if a required caveat is not printed."""
        record = build_evidence_record(
            self.campaign,
            recipient,
            used,
            self.library.references,
            self.verified,
            cited.html,
            cited.sentence_ends,
        )
        dropped = [
            Problem(
                "caveat-dropped",
                f"{label} prints the snippet {snippet['id']!r} without its caveat {caveat['id']!r}",
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

    def _template_api(self, country: str) -> TemplateApi:
        """Return the snippets in the variant of English written in a country."""
        variant = english_variant(self.campaign.language, country)
        return TemplateApi(
            self.library.snippets,
            self.library.caveats,
            self.library.references,
            variant,
            self.campaign.language,
        )

    def _figure_api(self, api: TemplateApi, tables: bool = False) -> FigureApi:
        campaign = self.campaign
        accent = campaign.letterhead.colours.accent.lstrip("#").lower()
        country = campaign.sender.country
        return FigureApi(api, campaign.language, country, tables, accent and f"#{accent}")

    def _sender(self) -> dict[str, Any]:
        """Return the sender as templates see it: text, and the file name of the signature's picture."""
        return self.campaign.sender.model_dump()

    def _briefing_asks(self, api: TemplateApi) -> list[SnippetPassage | WrittenAsk]:
        asks: list[SnippetPassage | WrittenAsk] = []
        for ask in self.campaign.briefing.asks or [self.campaign.ask]:
            words, to = (ask, "") if isinstance(ask, str) else (ask.ask, ask.to)
            found = _printed_ask(api, find_ask(self.library.snippets, words, None))
            asks.append(replace(found, title=to) if to and isinstance(found, WrittenAsk) else found)
        return asks

    def _paper_style(self, is_brief: bool) -> str:
        paper = self.campaign.briefing
        return (
            BRIEF_CITATION_STYLE
            if is_brief and "citation_style" not in paper.model_fields_set
            else paper.citation_style
        )

    def _brief_asks(
        self, api: TemplateApi, asks: list[SnippetPassage | WrittenAsk], own: str
    ) -> list[SnippetPassage | WrittenAsk]:
        """Return the asks of a brief, that of the reader first if it is not among them."""
        if not own or any(own in (ask.id, ask.text) for ask in asks):
            return asks
        return [_printed_ask(api, find_ask(self.library.snippets, own, None)), *asks]

    def _section_snippet_ids(self) -> list[list[str]]:
        """Return each section's snippets: those it names, then unused ones on its topics."""
        sections = self.campaign.briefing.sections
        taken = {id for section in sections for id in section.snippets}
        ids_by_section = []
        for section in sections:
            ranked = (
                rank_by_topic(self.library.snippets, self.campaign, section.topics, figures=True)
                if section.topics
                else []
            )
            available = [snippet.id for snippet in ranked if snippet.id not in taken]
            ids = section.snippets + available[: max(0, section.max_snippets - len(section.snippets))]
            taken.update(ids)
            ids_by_section.append(ids)
        return ids_by_section

    def _build_annex(
        self,
        api: TemplateApi,
        date_words: Callable[[date], str],
        in_annex: Collection[tuple[str, bool]] | None,
    ) -> list[AnnexRow]:
        """Build the evidence annex for every statement that the briefing uses, or each one `in_annex`."""
        passages = [passage for key, passage in api.used.items() if in_annex is None or key in in_annex]
        return build_annex(passages, self.verified, api.note_collector, date_words)

    def _render_template(
        self,
        template: str,
        context: Mapping[str, Any],
        figures: FigureApi,
        label: str,
        style: str,
        language: str,
        overrides: LetterOverrides | None = None,
    ) -> tuple[CitedHtml, list[SnippetPassage]]:
        """Render the template, check its markup, and set citations and pictures, in that order.

        Raise BriefgenError with everything found wrong; `label` names the document in messages, `overrides`
        has what the letter says in other words.
        """
        api = figures.api
        template_place = self.templates.locate_template(template)
        html, faults, removed = canonicalize_markup(self.templates.render(template, context, label))
        sources = [template, *([context[FRAME]] if FRAME in context else [])]
        problems = list(self.templates.locate_markup_problems(sources, faults, label)) if faults else []
        problems += [
            Problem(
                "unprintable-character",
                f"{label} contains {name}",
                None,
                "remove it from the text or the data",
            )
            for name in removed
        ]
        problems += check_snippet_use(
            self.library,
            {passage.id: passage.snippet.locate() for passage in api.used.values()},
            self.campaign.date,
            self.campaign.selection.max_age,
        )
        problems += _check_snippet_languages(api, language, label)
        if "leftover-text" not in self.campaign.ignore:
            # An e-mail has the subject even if the template does not print it.
            subject = find_leftovers(context.get("subject", ""))
            problems += [
                Problem(
                    "leftover-text",
                    f"the placeholder {text!r} is left in {label}",
                    self._locate_text(text) or template_place,
                    "fill it in: in the spreadsheet, the campaign or the template",
                )
                for text in dict.fromkeys([*find_placeholders(html), *subject])
            ]
        if "to" in context:
            problems += _proofread_printed_salutation(html, context["to"], context["recipient"])
        if problems:
            raise BriefgenError(problems)
        if overrides is not None:
            html = part_paragraphs(replace_words(html, overrides, label, language))
        # Notes have the reader's dates and quotation marks, like the letter itself.
        variant = AMERICAN if api.variety == CANADIAN else api.variety
        cited = place_citations(
            html, api.note_collector.notes, self.citation_formatter, style, variant or language
        )
        folders = [self.folder, *(folder.path / "templates" for folder in self.library.template_folders)]
        numbered = number_figures(cited.html, language)
        html = embed_pictures(embed_figures(numbered, figures.drawn), folders)
        return CitedHtml(html, cited.sentence_ends), list(api.used.values())

    def _locate_text(self, text: str) -> Place | None:
        """Return the line of the campaign file that has a text; None if it comes from elsewhere."""
        return next(
            (
                self.campaign.locate(*path)
                for path, value in _walk(self.campaign.model_dump())
                if text in value
            ),
            None,
        )


_SALUTATION = re.compile(r'<div class="salutation">(.*?)</div>', re.DOTALL)


def _proofread_printed_salutation(html: str, to: AddressAndSalutation, recipient: Recipient) -> list[Problem]:
    """Return what is wrong with a template's own salutation; `address_recipient` has looked at `to`."""
    found = _SALUTATION.search(html)
    printed = unescape(_TAGS.sub("", found[1])).strip() if found else ""
    if not printed or " ".join(printed.split()) == " ".join(to.salutation.split()):
        return []
    return list(proofread_salutation(recipient, printed))


def _walk(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[tuple[Any, ...], str]]:
    """Yield each text within nested mappings and lists, with the keys that lead to it."""
    if isinstance(value, str):
        yield path, value
    elif isinstance(value, dict | list):
        for key, item in value.items() if isinstance(value, dict) else enumerate(value):
            yield from _walk(item, (*path, key))


def _text_language(language: str, variety: str) -> str:
    """Return the language of a text (BCP 47), for English with the variety that its statements are in.

    Programs that read the text aloud or check its spelling go by it. A region that the campaign names stays.
    """
    return language if "-" in language else variety or language


def _printed_ask(api: TemplateApi, ask: Snippet | WrittenAsk) -> SnippetPassage | WrittenAsk:
    return replace(ask, language=api.language) if isinstance(ask, WrittenAsk) else api.passage(ask.id)


@dataclass(frozen=True, slots=True)
class _StartedLetter:
    """A letter before its template runs."""

    template: str
    context: dict[str, Any]
    figures: FigureApi
    label: str
    written: WrittenStatements | None
    """The statements of a letter in Markdown; None for HTML."""


_CHOSEN_NAMES = frozenset({"evidence", "argument"})
"""What templates print of the statements that the campaign's rules chose."""


def _shortened_passages(
    api: TemplateApi, snippets: Iterable[Snippet], shortening: Shortening
) -> list[SnippetPassage]:
    """Return the snippets that are not left out, in the short wording where that applies."""
    return [
        api.passage(snippet.id, snippet.id in shortening.shortened)
        for snippet in snippets
        if shortening.keeps(snippet.id)
    ]


TOC_MIN_WORDS = 1600
"""A briefing of more words than this, including notes and sources, fills more than four pages."""
_TAGS = re.compile("<[^>]*>")


def needs_table_of_contents(html: str) -> bool:
    """Return whether a briefing gets a table of contents.

    It is decided by words, not pages, so that all formats agree.
    """
    return len(_TAGS.sub(" ", html).split()) > TOC_MIN_WORDS


def _check_snippet_languages(api: TemplateApi, language: str, label: str) -> list[Problem]:
    """Report snippets and caveats in a language other than the document's.

    Better no letter than one in two languages.
    """
    used: list[Snippet | Caveat] = []
    for passage in api.used.values():
        used += [passage.snippet, *passage.caveats]
    return [
        Problem(
            "snippet-language",
            f"{statement.id!r} is in {statement.language!r}, and {label} in {language!r}",
            statement.locate("language"),
            f"write its translation, with translates: {statement.id}, or leave this one out",
        )
        for statement in used
        if not is_same_language(statement.language, language)
    ]


ASK_COLUMN = "ask"
"""Column of the recipient list with an ask for one recipient: the id of a snippet, or the wording."""
CONSTITUENT_COLUMN = "constituent"
"""Column with a sentence that says who in the recipient's constituency is writing."""


def own_reference(recipient: Recipient, campaign: CampaignConfig, words: Boilerplate) -> str:
    """Return the sender's reference of the letter to a recipient, with its label; empty if there is none."""
    reference = fill_pattern(campaign.letter.reference, recipient, campaign)
    return words.fill("our_ref", reference=reference) if reference and not has_label(reference) else reference


def constituent_sentence(campaign: CampaignConfig, recipient: Recipient) -> str:
    """Return the sentence that tells an elected recipient who in the constituency is writing.

    It is empty for others, unless their row has one.
    """
    sentence = recipient.extra.get(CONSTITUENT_COLUMN, "")
    if sentence or not recipient.constituency:
        return sentence
    return campaign.constituent.replace(CONSTITUENCY_PLACEHOLDER, recipient.constituency)


def condition_variables(recipient: Recipient) -> dict[str, Any]:
    """Return the variables that the condition of an interest can use about a recipient."""
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
        "earlier": earlier_values(recipient),
    }


def _earlier_days(recipient: Recipient, language: str, country: str) -> dict[str, str]:
    """Return the days of the earlier letter and its answer in words, for the sentence about them."""
    earlier = recipient.earlier
    days = {"earlier_on": earlier.on, "answered_on": earlier.answered_on} if earlier else {}
    return {name: format_long_date(day, language, country) for name, day in days.items() if day}


def earlier_values(recipient: Recipient) -> dict[str, Any]:
    """Return what rules and templates see of the letter before this one, with days as in 2027-03-01."""
    earlier = recipient.earlier
    return {
        "sent": earlier is not None,
        "on": earlier.on.isoformat() if earlier else "",
        "way": earlier.way if earlier else "",
        "answered": earlier is not None and earlier.answered,
        "answered_on": earlier.answered_on.isoformat() if earlier and earlier.answered_on else "",
    }
