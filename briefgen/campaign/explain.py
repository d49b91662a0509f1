"""Explains a letter: which rule gave its form, template and ask, and why each snippet is in it or not.

It asks the composer that makes the letter; it decides nothing itself and writes no file.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from briefgen.address.address import address
from briefgen.campaign.page_fit import Fit
from briefgen.compose.composer import Composer, own_ask
from briefgen.compose.select import Chosen, Verdict, Why, leaders, words
from briefgen.compose.shortening import NO_CUTS, Cut, Cuts
from briefgen.compose.templates import candidates
from briefgen.model.campaign import CampaignConfig
from briefgen.model.recipient import Recipient


@dataclass(frozen=True, slots=True)
class RuleApplied:
    """One rule of the campaign's interests, and whether it holds of the recipient."""

    place: str
    when: str
    holds: bool
    topics: list[str]
    ask: str | None


@dataclass(frozen=True, slots=True)
class SnippetJudged:
    """One snippet of the library, and why it is in the letter or not."""

    id: str
    used: bool
    why: Why
    reason: str
    """For people."""
    words: int
    """Of the wording that is printed, or would be."""
    short: bool = False
    """Printed in its short wording to keep to the pages."""


@dataclass(frozen=True, slots=True)
class CutMade:
    """One thing that was done so that the letter keeps to its pages."""

    snippet: str
    how: str
    """`shortened` or `left-out`."""
    reason: str
    """For people."""


@dataclass(frozen=True, slots=True)
class Pages:
    """How the letter keeps to its pages."""

    most: int
    whole: int
    """Pages of the letter with everything that was chosen."""
    now: int
    over: str
    """By how much it is too long with all cuts: `2 lines (9 mm)`; empty where it fits."""
    cuts: list[CutMade]
    """In the order in which they were made."""


@dataclass(frozen=True, slots=True)
class Explanation:
    """Everything that shaped one letter."""

    id: str
    office: str
    form: str
    """The entry of the forms of address; another than `office` for those who speak for some states."""
    form_source: str
    language: str
    gender: str
    lines: tuple[str, ...]
    salutation: str
    close: str
    you: str
    template: str
    templates_looked_for: list[str]
    rules: list[RuleApplied]
    topics: list[str]
    ask: str
    """Id of the ask, or the recipient's own in words."""
    ask_place: str
    """The line of the campaign, or the row of the recipient, that gave it."""
    snippets: list[SnippetJudged]
    """Those in the letter in its order, then the others, best first."""
    words: int
    """Of the snippets in the letter together."""
    max_words: int | None
    max_snippets: int
    pages: Pages | None = None
    """None where the campaign does not limit them."""

    def as_json(self) -> dict[str, Any]:
        """The explanation as one JSON object."""
        return asdict(self)


def explain(composer: Composer, recipient: Recipient, fit: Fit | None = None) -> Explanation:
    """Explain the letter to a recipient; raises BriefgenError where none could be written.

    `fit` is how it keeps to its pages, where the campaign limits them.
    """
    campaign = composer.campaign
    to = address(recipient, composer.forms, sender_country=campaign.sender.country)
    chosen = composer.choose(recipient)
    applied = composer.rules(recipient)
    judged = [_judged(verdict, chosen, campaign, fit) for verdict in _in_order(chosen)]
    return Explanation(
        id=recipient.id,
        office=recipient.office,
        form=to.rule,
        form_source=composer.forms.source_of(to.rule, recipient.language),
        language=recipient.language,
        gender=recipient.gender,
        lines=to.lines,
        salutation=to.salutation,
        close=to.close,
        you=to.you,
        template=composer.templates.find(campaign.letter.template, recipient),
        templates_looked_for=candidates(campaign.letter.template, recipient),
        rules=[
            RuleApplied(
                str(campaign.at("interests", index, "when")),
                rule.when,
                index in applied,
                rule.topics,
                rule.ask,
            )
            for index, rule in enumerate(campaign.interests)
        ],
        topics=list(chosen.topics),
        ask=own_ask(recipient) or chosen.ask.id,
        ask_place=str(recipient.place if own_ask(recipient) else chosen.ask_at),
        snippets=judged,
        words=sum(one.words for one in judged if one.used),
        max_words=campaign.selection.max_words,
        max_snippets=campaign.selection.max_snippets,
        pages=_pages(fit, chosen) if fit else None,
    )


def _pages(fit: Fit, chosen: Chosen) -> Pages:
    cuts = [CutMade(cut.snippet, cut.how, _cut_because(cut, chosen)) for cut in fit.made]
    return Pages(fit.max_pages, fit.pages_before, fit.pages, fit.over, cuts)


def _cut_because(cut: Cut, chosen: Chosen) -> str:
    """Why it was this one's turn."""
    optional = [verdict.snippet.id for verdict in chosen.verdicts if verdict.why == "chosen"]
    if cut.snippet not in optional:
        return "the letter must have it, so that it is shortened after all others"
    place = f"number {optional.index(cut.snippet) + 1} of {len(optional)} that were chosen"
    return f"{place}, of which the last is cut first"


def _in_order(chosen: Chosen) -> list[Verdict]:
    """As the letter has them, then the others."""
    order = {snippet.id: at for at, snippet in enumerate(chosen.evidence)}
    return sorted(chosen.verdicts, key=lambda verdict: order.get(verdict.snippet.id, len(order)))


def _judged(verdict: Verdict, chosen: Chosen, campaign: CampaignConfig, fit: Fit | None) -> SnippetJudged:
    snippet, reason = verdict.snippet, _reason(verdict, chosen, campaign)
    cuts = Cuts.of(fit.cuts) if fit else NO_CUTS
    if not cuts.keeps(snippet.id):
        without = f"left out to keep to the pages; {reason}"
        return SnippetJudged(snippet.id, False, "pages", without, words(snippet))
    if snippet.id in cuts.shortened:
        length = len(snippet.variants["short"].split())
        return SnippetJudged(
            snippet.id, True, verdict.why, f"{reason}; in its short wording", length, short=True
        )
    return SnippetJudged(snippet.id, verdict.used, verdict.why, reason, words(snippet))


def _reason(verdict: Verdict, chosen: Chosen, campaign: CampaignConfig) -> str:
    snippet, limits = verdict.snippet, campaign.selection
    match verdict.why:
        case "required":
            return f"the campaign requires it ({campaign.at('selection', 'required')})"
        case "successor":
            return f"it has overtaken {verdict.other}, which the campaign requires"
        case "chosen":
            return _standing(verdict, chosen)
        case "unverified":
            return f"it is {snippet.review.status}, not verified"
        case "superseded":
            return f"it is overtaken by {verdict.other}"
        case "language":
            return f"it is in {snippet.language!r}, and the campaign in {campaign.language!r}"
        case "excluded":
            return f"the campaign excludes it ({campaign.at('selection', 'excluded')})"
        case "topic":
            return "it is on none of the recipient's topics"
        case "repeats":
            return f"it says what {verdict.other} says already"
        case "figure":
            return "it is a figure: letters have those that their template names"
        case "number":
            return f"no room beside the others; {_standing(verdict, chosen)}"
        case "pages":
            return "left out to keep to the pages"
        case "words":
            length = f"its {words(snippet)} words would make more than {limits.max_words}"
            return f"{length}; {_standing(verdict, chosen)}"


def _standing(verdict: Verdict, chosen: Chosen) -> str:
    """What its rank came from: `the best on prison-camps, topic 2 of 4; priority 98; attributed`."""
    snippet, topics = verdict.snippet, chosen.topics
    considered = [one.snippet for one in chosen.verdicts if one.why in _CONSIDERED]
    leads = leaders(considered, topics).get(snippet.id)
    topic = leads or next((topic for topic in topics if topic in snippet.topics), "")
    on = f"{'the best ' * bool(leads)}on {topic}, topic {topics.index(topic) + 1} of {len(topics)}; "
    return f"{on if topic else ''}priority {snippet.priority}; {snippet.confidence}"


_CONSIDERED = ("chosen", "repeats", "number", "words")
