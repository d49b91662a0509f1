"""Explains a letter: which rule gave its form, template and ask, and why each snippet is in it or not.

It asks the composer that makes the letter; it decides nothing itself and writes no file.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from briefgen.compose.address import address
from briefgen.compose.composer import Composer, own_ask
from briefgen.compose.select import Chosen, Verdict, Why, leaders, words
from briefgen.compose.templates import candidates
from briefgen.model.campaign import Campaign
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

    def as_json(self) -> dict[str, Any]:
        """The explanation as one JSON object."""
        return asdict(self)


def explain(composer: Composer, recipient: Recipient) -> Explanation:
    """Explain the letter to a recipient; raises BriefgenError where none could be written."""
    campaign = composer.campaign
    to = address(recipient, composer.forms, sender_country=campaign.sender.country)
    chosen = composer.choose(recipient)
    applied = composer.rules(recipient)
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
        snippets=[_judged(verdict, chosen, campaign) for verdict in _in_order(chosen)],
        words=sum(words(snippet) for snippet in chosen.evidence),
        max_words=campaign.selection.max_words,
        max_snippets=campaign.selection.max_snippets,
    )


def _in_order(chosen: Chosen) -> list[Verdict]:
    """As the letter has them, then the others."""
    order = {snippet.id: at for at, snippet in enumerate(chosen.evidence)}
    return sorted(chosen.verdicts, key=lambda verdict: order.get(verdict.snippet.id, len(order)))


def _judged(verdict: Verdict, chosen: Chosen, campaign: Campaign) -> SnippetJudged:
    snippet = verdict.snippet
    return SnippetJudged(
        snippet.id, verdict.used, verdict.why, _reason(verdict, chosen, campaign), words(snippet)
    )


def _reason(verdict: Verdict, chosen: Chosen, campaign: Campaign) -> str:
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
