"""Chooses the evidence for one recipient: by interest, priority and confidence, always in the same way.

It decides which snippets and which ask; how they are worded and set is decided elsewhere.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Literal

from briefgen.errors import BriefgenError, Place, Problem, suggest
from briefgen.model.campaign import CampaignConfig, Selection
from briefgen.model.recipient import Recipient
from briefgen.model.snippet import Snippet
from briefgen.model.text import same_language

_STAGES: Mapping[str, int] = {
    "background": 0,
    "event": 1,
    "statistic": 1,
    "finding": 1,
    "quotation": 1,
    "legal": 2,
}
"""The argument runs from context to finding to legal basis; the ask stands by itself."""
_CONFIDENCE: Mapping[str, int] = {
    "corroborated": 0,
    "attributed": 1,
    "single-source": 2,
    "disputed": 3,
    "superseded": 4,
}


Why = Literal[
    "required", "successor", "chosen", "unverified", "superseded", "language", "excluded", "topic", "repeats",
    "number", "words", "figure", "pages",
]  # fmt: skip
"""What decided about a snippet; the first three are in. `pages`: chosen, and then left out to keep to the
pages."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """Why one snippet is in a letter, or is not."""

    snippet: Snippet
    used: bool
    why: Why
    other: str = ""
    """The snippet on whose account it is: what it overtook, or what says the same already."""


@dataclass(frozen=True, slots=True)
class Chosen:
    """What one letter says, and why."""

    evidence: tuple[Snippet, ...]
    """In the order of the argument."""
    ask: Snippet
    ask_at: Place | None = None
    """The line of the campaign, or the row of the recipient, that gave the ask."""
    topics: tuple[str, ...] = ()
    """What concerns the recipient, the most particular first."""
    verdicts: tuple[Verdict, ...] = ()
    """On every snippet that is no ask: those used, then the others, best first."""

    def argument(self) -> list[list[Snippet]]:
        """The evidence in its stages, one paragraph each."""
        stages: dict[int, list[Snippet]] = {}
        for snippet in self.evidence:
            stages.setdefault(_STAGES[snippet.kind], []).append(snippet)
        return [stages[stage] for stage in sorted(stages)]


def choose(snippets: Mapping[str, Snippet], campaign: CampaignConfig, rules: Collection[int]) -> Chosen:
    """Choose for a recipient to whom the interests with these indices apply.

    Raises BriefgenError where a named snippet does not exist or may not be used.
    """
    topics: list[str] = []
    ask_id, ask_at = campaign.ask, campaign.at("ask")
    for index, interest in enumerate(campaign.interests):
        if index in rules:
            # Rules run from the general to the particular; what is particular comes first.
            topics = [*interest.topics, *(topic for topic in topics if topic not in interest.topics)]
            if interest.ask:
                ask_id, ask_at = interest.ask, campaign.at("interests", index, "ask")
    ask = ask_named(snippets, ask_id, ask_at)
    required = [
        _no_figure(_named(snippets, name, campaign.at("selection", "required", index)), campaign, index)
        for index, name in enumerate(campaign.selection.required)
    ]
    verdicts = _judged(required, snippets, campaign, topics)
    evidence = [verdict.snippet for verdict in verdicts if verdict.used]
    named = {snippet.id for snippet in required}
    return Chosen(tuple(_in_order(evidence, topics, named)), ask, ask_at, tuple(topics), tuple(verdicts))


def ask_named(snippets: Mapping[str, Snippet], name: str, place: Place | None) -> Snippet:
    """The ask with this id; raises BriefgenError where there is none, or it is no ask."""
    asks = [one.id for one in snippets.values() if one.kind == "ask"]
    if name not in snippets:
        hint = suggest(name, asks) or "briefgen snippets list --kind ask shows all"
        raise BriefgenError(Problem("snippet-unknown", f"no snippet has the id {name!r}", place, hint))
    ask = snippets[name]
    if ask.kind != "ask":
        raise BriefgenError(
            Problem("ask-kind", f"{name!r} is a {ask.kind}, not an ask", place, suggest(name, asks))
        )
    return ask


def _named(snippets: Mapping[str, Snippet], name: str, place: Place | None) -> Snippet:
    snippet = snippets.get(name)
    if snippet is None:
        raise BriefgenError(
            Problem("snippet-unknown", f"no snippet has the id {name!r}", place, suggest(name, snippets))
        )
    return snippet


def _no_figure(snippet: Snippet, campaign: CampaignConfig, index: int) -> Snippet:
    """A letter argues in sentences; a figure stands in it only where its template has a place for it."""
    if snippet.kind != "figure":
        return snippet
    raise BriefgenError(
        Problem(
            "figure-in-letter",
            f"{snippet.id!r} is a figure, and letters take none of themselves",
            campaign.at("selection", "required", index),
            f'write {{{{ figure("{snippet.id}") }}}} into the template of the letters that are to have it',
        )
    )


def by_topic(
    snippets: Mapping[str, Snippet], campaign: CampaignConfig, topics: Sequence[str], figures: bool = False
) -> list[Snippet]:
    """The snippets that may be printed and bear on the topics (all, where none is named), best first.

    Figures are among them on demand: briefings have a place for them, letters have none.
    """
    apart = {"ask"} if figures else {"ask", "figure"}
    usable = [
        snippet
        for snippet in snippets.values()
        if snippet.kind not in apart and _barred(snippet, campaign, topics) is None
    ]
    leading = leaders(usable, topics)
    return sorted(usable, key=lambda snippet: _rank(snippet, topics, leading))


def leaders(snippets: Iterable[Snippet], topics: Sequence[str]) -> dict[str, str]:
    """The best snippet on each topic, by its id; one that leads an earlier topic leads no other."""
    best = sorted(snippets, key=standing)
    found: dict[str, str] = {}
    for topic in topics:
        first = next((one for one in best if topic in one.topics and one.id not in found), None)
        if first is not None:
            found[first.id] = topic
    return found


def _barred(snippet: Snippet, campaign: CampaignConfig, topics: Sequence[str]) -> Why | None:
    """What keeps a snippet from being considered at all."""
    if snippet.review.status != "verified":
        return "unverified"
    if not same_language(snippet.language, campaign.language):
        return "language"
    if snippet.id in campaign.selection.excluded:
        return "excluded"
    if snippet.confidence == "superseded":
        return "superseded"
    return "topic" if topics and not set(topics) & set(snippet.topics) else None


def _rank(
    snippet: Snippet, topics: Sequence[str], leading: Mapping[str, str]
) -> tuple[int, int, tuple[int, int, str]]:
    """First the best on each topic, the most particular topic before the others, so that each is spoken of;
    then how much a snippet concerns the recipient is weighed against how much it matters."""
    if snippet.id in leading:
        return (0, topics.index(leading[snippet.id]), standing(snippet))
    return (1, 10 * _first_topic(snippet, topics) - snippet.priority, standing(snippet))


def standing(snippet: Snippet) -> tuple[int, int, str]:
    """What matters most comes first, then what stands firmest."""
    return (-snippet.priority, _CONFIDENCE[snippet.confidence], snippet.id)


def _first_topic(snippet: Snippet, topics: Sequence[str]) -> int:
    """How early among the wanted topics the snippet's own come; their number where none does."""
    return min((topics.index(topic) for topic in snippet.topics if topic in topics), default=len(topics))


def _judged(
    required: Iterable[Snippet],
    snippets: Mapping[str, Snippet],
    campaign: CampaignConfig,
    topics: Sequence[str],
) -> list[Verdict]:
    """Required snippets whatever their number, with what overtook them; then the best that have room."""
    taken: dict[str, Verdict] = {}
    for snippet in required:
        taken[snippet.id] = Verdict(snippet, True, "required")
        for name in snippet.superseded_by:
            if snippets[name].kind != "figure":
                taken.setdefault(name, Verdict(snippets[name], True, "successor", snippet.id))
    left: list[Verdict] = []
    for snippet in by_topic(snippets, campaign, topics):
        if snippet.id not in taken:
            verdict = _weighed(snippet, [one.snippet for one in taken.values()], campaign.selection)
            if verdict.used:
                taken[snippet.id] = verdict
            else:
                left.append(verdict)
    for snippet in sorted(snippets.values(), key=lambda one: one.id):
        why = _barred(snippet, campaign, topics) or ("figure" if snippet.kind == "figure" else None)
        if why and snippet.kind != "ask" and snippet.id not in taken:
            left.append(Verdict(snippet, False, why, next(iter(snippet.superseded_by), "")))
    return [*taken.values(), *left]


def _weighed(snippet: Snippet, taken: Sequence[Snippet], selection: Selection) -> Verdict:
    """Whether there is room for a snippet beside those taken, and none of them says the same."""
    said = next((one.id for one in taken if repeats(snippet, one)), "")
    if said:
        return Verdict(snippet, False, "repeats", said)
    if len(taken) >= selection.max_snippets:
        return Verdict(snippet, False, "number")
    if selection.max_words and words(snippet) + sum(map(words, taken)) > selection.max_words:
        return Verdict(snippet, False, "words")
    return Verdict(snippet, True, "chosen")


def words(snippet: Snippet) -> int:
    """Words of the body, as a word processor counts them."""
    return len(snippet.body.split())


def repeats(one: Snippet, other: Snippet) -> bool:
    """Whether two snippets make the same claim.

    They do where one overtakes the other, where all that one rests on is among what the other rests on, or
    where they give the same figures in nearly the same words.
    """
    if one.id in other.superseded_by or other.id in one.superseded_by:
        return True
    ours, theirs = _grounds(one), _grounds(other)
    if ours and theirs and (ours <= theirs or theirs <= ours):
        return True
    if _figures(one.body) != _figures(other.body):
        return False
    mine, yours = _vocabulary(one.body), _vocabulary(other.body)
    return len(mine & yours) >= max(_ENOUGH, _NEARLY * len(mine | yours))


_NEARLY = 0.6
"""Share of common words above which two wordings of one length say the same; within the library that comes
with briefgen, the most alike of different claims share 0.43."""
_ENOUGH = 5
"""Common words below which nothing is said about likeness."""


def _grounds(snippet: Snippet) -> set[tuple[object, ...]]:
    """What a snippet rests on: the same place and words of the same source are the same ground."""
    return {
        (
            evidence.source,
            *evidence.locator.items(),
            evidence.quote or evidence.computed or (evidence.attested and evidence.attested.said),
        )
        for evidence in snippet.evidence
    }


@cache
def _vocabulary(body: str) -> frozenset[str]:
    return frozenset(re.findall(r"[^\W\d_]{4,}", body.casefold()))


@cache
def _figures(body: str) -> frozenset[str]:
    return frozenset(re.findall(r"\d[\d.,]*\d|\d", body))


def _in_order(evidence: Iterable[Snippet], topics: Sequence[str], named: Collection[str]) -> list[Snippet]:
    """By stage of the argument; within a stage what the campaign requires, then by topic."""
    chosen = list(evidence)

    def place(snippet: Snippet) -> tuple[int, bool, int, int, int, str]:
        stage, first = _STAGES[snippet.kind], _first_topic(snippet, topics)
        firmness = _CONFIDENCE[snippet.confidence]
        return (stage, snippet.id not in named, first, -snippet.priority, firmness, snippet.id)

    ordered = sorted((snippet for snippet in chosen if snippet.confidence != "superseded"), key=place)
    for old in (snippet for snippet in chosen if snippet.confidence == "superseded"):
        # What is overtaken stands directly before what overtook it.
        at = min((ordered.index(new) for new in ordered if new.id in old.superseded_by), default=0)
        ordered.insert(at, old)
    return ordered


ALWAYS = "true"
"""The rule that holds of everybody."""
_NAMED = 5
"""Recipients named in a message; more are counted."""


def unmatched(
    campaign: CampaignConfig, applied: Iterable[tuple[Recipient, Sequence[int]]]
) -> Iterator[Problem]:
    """Warnings about rules and recipients that miss each other.

    `applied` gives for each recipient the indices of the rules that hold. A campaign that makes no
    difference between its recipients (no rule, or only `true`) is meant so.
    """
    particular = {at for at, rule in enumerate(campaign.interests) if rule.when.strip().lower() != ALWAYS}
    met: set[int] = set()
    missed: list[Recipient] = []
    for recipient, rules in applied:
        met.update(rules)
        if not particular.intersection(rules):
            missed.append(recipient)
    idle, message = sorted(particular - met), ""
    if len(idle) > _NAMED:
        # A campaign that is used with several lists has many, and each by itself would hide the rest.
        lines = ", ".join(str(campaign.at("interests", index, "when").line) for index in idle)
        message, idle = (
            f"{len(idle)} rules hold of no recipient who can be written to: lines {lines}",
            idle[:1],
        )
    for index in idle:
        yield Problem(
            "rule-unmatched",
            message
            or f"the rule {campaign.interests[index].when!r} holds of no recipient who can be written to",
            campaign.at("interests", index, "when"),
            "look for a misspelt word in it, or remove it",
            severity="warning",
        )
    if particular and missed:
        names = ", ".join(recipient.id for recipient in missed[:_NAMED])
        more = f" and {len(missed) - _NAMED} more" if len(missed) > _NAMED else ""
        one = len(missed) == 1
        yield Problem(
            "recipient-unmatched",
            f"no rule but {ALWAYS!r} holds of {names}{more}: {'this recipient gets' if one else 'they get'} "
            "the general letter",
            campaign.at("interests"),
            "add a rule that says what concerns them",
            severity="warning",
        )
