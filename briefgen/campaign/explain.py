"""Explains a letter: what determined its address, template and ask, and why each snippet is in it or not.

The answers come from the composer that makes the letter.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from briefgen.campaign.page_fit import PageFit
from briefgen.compose.asks import name_ask
from briefgen.compose.composer import Composer
from briefgen.compose.select import SnippetSelection, Verdict, VerdictReason, count_body_words, topic_leaders
from briefgen.compose.shortening import NO_SHORTENING, Shortening, ShorteningStep
from briefgen.compose.templates import is_markdown
from briefgen.model.campaign import CampaignConfig
from briefgen.model.letter_overrides import LetterOverrides
from briefgen.model.recipient import Recipient


@dataclass(frozen=True, slots=True)
class RuleExplanation:
    """One rule of the campaign's interests, and whether it applies to the recipient."""

    place: str
    when: str
    holds: bool
    topics: list[str]
    ask: str | None


@dataclass(frozen=True, slots=True)
class SnippetExplanation:
    """One snippet of the library, and why it is in the letter or not."""

    id: str
    used: bool
    why: VerdictReason
    reason: str
    """In words."""
    words: int
    """Number of words of the wording that is, or would be, printed."""
    short: bool = False
    """Printed in its short wording to keep to the page limit."""


@dataclass(frozen=True, slots=True)
class CutExplanation:
    """One thing that was cut to keep to the page limit."""

    snippet: str
    how: str
    """`shortened` or `left-out`."""
    reason: str
    """In words."""


@dataclass(frozen=True, slots=True)
class PageFitExplanation:
    """How the letter keeps to its page limit."""

    most: int
    whole: int
    """Pages of the letter with everything that was selected."""
    now: int
    over: str
    """By how much it is too long with all cuts: `2 lines (9 mm)`; empty if it fits."""
    cuts: list[CutExplanation]
    """In the order in which they were made."""


@dataclass(frozen=True, slots=True)
class OverrideExplanation:
    """One thing that holds for this letter alone, by letters.yaml."""

    key: str
    """`leave_out`, `use`, `short`, `instead`, `after` or `paragraph`."""
    what: str
    """The statement, or the words that are replaced; empty for a paragraph."""
    words: str
    """Words of one's own; empty where there are none."""
    place: str


@dataclass(frozen=True, slots=True)
class LetterExplanation:
    """Everything that shaped one letter."""

    id: str
    office: str
    form: str
    """The entry of the forms of address; it differs from `office` for representatives of some states."""
    form_source: str
    language: str
    gender: str
    lines: tuple[str, ...]
    salutation: str
    close: str
    you: str
    template: str
    frame: str
    """The HTML template around a letter in Markdown; otherwise empty."""
    templates_looked_for: list[str]
    """Those that would come first but do not exist, and the one that is used."""
    rules: list[RuleExplanation]
    topics: list[str]
    ask: str
    """Id of the ask, or the text of the recipient's own."""
    ask_place: str
    """The line of campaign.yaml, or the recipient's row, that it comes from."""
    snippets: list[SnippetExplanation]
    """Those in the letter in its order, then the others, best first."""
    words: int
    """Total number of words of the snippets in the letter."""
    max_words: int | None
    max_snippets: int
    pages: PageFitExplanation | None = None
    """None if the campaign does not limit them."""
    own_stylesheets: tuple[str, ...] = ()
    """Stylesheets of the campaign's own; PDFs of such letters are always laid out in full."""

    overrides: tuple[OverrideExplanation, ...] = ()
    """What letters.yaml says about this letter alone."""

    def as_json(self) -> dict[str, Any]:
        """Return the explanation as a JSON object."""
        return asdict(self)


def explain_letter(
    composer: Composer,
    recipient: Recipient,
    fit: PageFit | None = None,
    own_stylesheets: Sequence[str] = (),
) -> LetterExplanation:
    """Explain the letter to a recipient; raise BriefgenError if it cannot be composed.

    `fit` says how it keeps to its page limit, if the campaign sets one; `own_stylesheets` are the campaign's.
    """
    composer = composer.for_recipient(recipient)
    campaign = composer.campaign
    addressed = composer.address(recipient)
    selection, templates = composer.select_snippets(recipient), composer.templates
    template = templates.find_template(campaign.letter.template, recipient)
    existing = frozenset(templates.names())
    writes = any(map(is_markdown, existing))
    applicable = composer.applicable_rules(recipient)
    snippets = [_explain_snippet(verdict, selection, campaign, fit) for verdict in _sort_verdicts(selection)]
    return LetterExplanation(
        id=recipient.id,
        office=recipient.office,
        form=addressed.rule,
        form_source=composer.forms.describe_source(addressed.rule, recipient.language),
        language=recipient.language,
        gender=recipient.gender,
        lines=addressed.lines,
        salutation=addressed.salutation,
        close=recipient.close or campaign.sender.close or addressed.close,
        you=addressed.you,
        template=template,
        frame=templates.find_frame(campaign.letter.template, recipient) if is_markdown(template) else "",
        templates_looked_for=[
            name
            for name in templates.candidates(campaign.letter.template, recipient)
            if name == template or (name not in existing and (writes or not is_markdown(name)))
        ],
        rules=[
            RuleExplanation(
                str(campaign.locate("interests", index, "when")),
                rule.when,
                index in applicable,
                rule.topics,
                rule.ask,
            )
            for index, rule in enumerate(campaign.interests)
        ],
        topics=list(selection.topics),
        ask=name_ask(selection.ask),
        ask_place=str(selection.ask_at),
        own_stylesheets=tuple(own_stylesheets),
        snippets=snippets,
        words=sum(snippet.words for snippet in snippets if snippet.used),
        max_words=campaign.selection.max_words,
        max_snippets=campaign.selection.max_snippets,
        pages=_explain_page_fit(fit, selection) if fit else None,
        overrides=tuple(_explain_overrides(recipient.overrides)) if recipient.overrides else (),
    )


def _explain_overrides(overrides: LetterOverrides) -> Iterator[OverrideExplanation]:
    for path, name in overrides.named_statements():
        if path[0] not in ("instead", "after"):
            yield OverrideExplanation(str(path[0]), name, "", str(overrides.locate(*path)))
    for path, words in overrides.own_texts():
        if path != ("paragraph",) or words:
            what = str(path[1]) if len(path) > 1 else ""
            yield OverrideExplanation(str(path[0]), what, words, str(overrides.locate(*path)))


def _explain_page_fit(fit: PageFit, selection: SnippetSelection) -> PageFitExplanation:
    cuts = [
        CutExplanation(step.snippet, step.how, _explain_cut(step, selection)) for step in fit.visible_steps
    ]
    return PageFitExplanation(fit.max_pages, fit.pages_before, fit.pages, fit.over, cuts)


def _explain_cut(step: ShorteningStep, selection: SnippetSelection) -> str:
    """Say why this snippet was cut before others."""
    optional = [verdict.snippet.id for verdict in selection.verdicts if verdict.why == "chosen"]
    if step.snippet not in optional:
        return "the letter must have it, so it is shortened after all others"
    position = f"number {optional.index(step.snippet) + 1} of {len(optional)} selected"
    return f"{position}; the last is cut first"


def _sort_verdicts(selection: SnippetSelection) -> list[Verdict]:
    """Return the verdicts on snippets in the letter, in its order, then the others."""
    order = {snippet.id: index for index, snippet in enumerate(selection.evidence)}
    return sorted(selection.verdicts, key=lambda verdict: order.get(verdict.snippet.id, len(order)))


def _explain_snippet(
    verdict: Verdict, selection: SnippetSelection, campaign: CampaignConfig, fit: PageFit | None
) -> SnippetExplanation:
    snippet, reason = verdict.snippet, _explain_verdict(verdict, selection, campaign)
    shortening = Shortening.from_steps(fit.steps) if fit else NO_SHORTENING
    if not shortening.keeps(snippet.id):
        without = f"left out to keep to the page limit; {reason}"
        return SnippetExplanation(snippet.id, False, "pages", without, count_body_words(snippet))
    if snippet.id in shortening.shortened:
        length = len(snippet.variants["short"].split())
        return SnippetExplanation(
            snippet.id, True, verdict.why, f"{reason}; in its short wording", length, short=True
        )
    return SnippetExplanation(snippet.id, verdict.used, verdict.why, reason, count_body_words(snippet))


def _explain_verdict(verdict: Verdict, selection: SnippetSelection, campaign: CampaignConfig) -> str:
    snippet, limits = verdict.snippet, campaign.selection
    match verdict.why:
        case "required":
            return f"the campaign requires it ({campaign.locate('selection', 'required')})"
        case "successor":
            return f"it supersedes {verdict.other}, which the campaign requires"
        case "chosen":
            return _explain_rank(verdict, selection)
        case "unverified":
            return f"it is {snippet.review.status}, not verified"
        case "superseded":
            return f"it is superseded by {verdict.other}"
        case "language":
            return f"it is in {snippet.language!r}, but the campaign in {campaign.language!r}"
        case "excluded":
            return f"the campaign excludes it ({campaign.locate('selection', 'excluded')})"
        case "topic":
            return "it is on none of the recipient's topics"
        case "repeats":
            return f"it repeats {verdict.other}"
        case "figure":
            return "it is a figure: letters contain only those that their template names"
        case "number":
            return f"max_snippets is used up by others; {_explain_rank(verdict, selection)}"
        case "named":
            return "the letter names it"
        case "best":
            on = f"the best on {verdict.other}, which the letter asks for"
            return f"{on}; priority {snippet.priority}; {snippet.confidence}"
        case "unnamed":
            return "the letter does not name it"
        case "letter":
            return f"letters.yaml names it for this letter; priority {snippet.priority}; {snippet.confidence}"
        case "left-out":
            return "letters.yaml leaves it out of this letter"
        case "pages":
            return "left out to keep to the page limit"
        case "words":
            length = f"its {count_body_words(snippet)} words would exceed max_words ({limits.max_words})"
            return f"{length}; {_explain_rank(verdict, selection)}"


def _explain_rank(verdict: Verdict, selection: SnippetSelection) -> str:
    """Explain its rank, as in `the best on prison-camps, topic 2 of 4; priority 98; attributed`."""
    snippet, topics = verdict.snippet, selection.topics
    ranked = [other.snippet for other in selection.verdicts if other.why in _RANKED_VERDICTS]
    leads = topic_leaders(ranked, topics).get(snippet.id)
    topic = leads or next((topic for topic in topics if topic in snippet.topics), "")
    on = f"{'the best ' * bool(leads)}on {topic}, topic {topics.index(topic) + 1} of {len(topics)}; "
    return f"{on if topic else ''}priority {snippet.priority}; {snippet.confidence}"


_RANKED_VERDICTS = ("chosen", "repeats", "number", "words")
