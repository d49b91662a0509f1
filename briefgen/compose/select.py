"""Selection of the ask and the evidence for one recipient: by interest, priority and confidence.

The same input always gives the same selection. How snippets are worded and laid out is decided elsewhere.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Literal

from briefgen.compose.asks import WrittenAsk, find_ask
from briefgen.errors import BriefgenError, Place, Problem, abbreviate_names, suggest_similar
from briefgen.model.campaign import CampaignConfig, Interest, Selection
from briefgen.model.recipient import Recipient
from briefgen.model.snippet import Snippet
from briefgen.model.text import is_same_language

_STAGES: Mapping[str, int] = {
    "background": 0,
    "event": 1,
    "statistic": 1,
    "finding": 1,
    "quotation": 1,
    "legal": 2,
}
"""The argument runs from context to findings to legal basis; the ask comes separately."""
_CONFIDENCE: Mapping[str, int] = {
    "corroborated": 0,
    "attributed": 1,
    "single-source": 2,
    "disputed": 3,
    "superseded": 4,
}


VerdictReason = Literal[
    "required", "successor", "chosen", "unverified", "superseded", "language", "excluded", "topic", "repeats",
    "number", "words", "figure", "pages", "named", "best", "unnamed", "letter", "left-out",
]  # fmt: skip
"""Why a snippet is used or not. Used are required, successor, chosen, letter, and, where the letter is in
Markdown, named and best. `pages`: chosen, then left out to fit the pages; `letter` and `left-out`:
letters.yaml says so for this letter."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """Why one snippet is in a letter, or is not."""

    snippet: Snippet
    used: bool
    why: VerdictReason
    other: str = ""
    """The snippet that caused the verdict: the one it replaces, or the one that already says the same; for
    `best`, the topic."""


@dataclass(frozen=True, slots=True)
class SnippetSelection:
    """The ask and the evidence of one letter, and the reasons."""

    evidence: tuple[Snippet, ...]
    """In the order of the argument."""
    ask: Snippet | WrittenAsk
    ask_at: Place | None = None
    """The line of the campaign file, or the recipient's row, that set the ask."""
    topics: tuple[str, ...] = ()
    """What concerns the recipient, most specific first."""
    verdicts: tuple[Verdict, ...] = ()
    """For every snippet except asks: those used, then the others, best first."""

    def argument_stages(self, *, by_topic: bool = False) -> list[list[Snippet]]:
        """Return the evidence by stage of the argument, one paragraph each.

        With `by_topic`, for long letters, a long paragraph is divided where its topic changes.
        """
        stages: dict[int, list[Snippet]] = {}
        for snippet in self.evidence:
            stages.setdefault(_STAGES[snippet.kind], []).append(snippet)
        paragraphs = [stages[stage] for stage in sorted(stages)]
        return [part for one in paragraphs for part in (split_by_topic(one) if by_topic else [one])]


def split_by_topic(paragraph: list[Snippet]) -> list[list[Snippet]]:
    """Divide a paragraph of more than seven lines where its topic changes, into ones of four at least."""
    if sum(len(one.body) for one in paragraph) <= _LONGEST_PARAGRAPH:
        return [paragraph]
    parts: list[list[Snippet]] = []
    for snippet in paragraph:
        before = parts[-1] if parts else []
        length = sum(len(one.body) for one in before)
        is_new_topic = not any(set(one.topics) & set(snippet.topics) for one in before)
        is_full = length + len(snippet.body) > _LONGEST_PARAGRAPH
        if not parts or (length >= _SHORTEST_PARAGRAPH and (is_new_topic or is_full)):
            parts.append([snippet])
        else:
            before.append(snippet)
    if len(parts) > 1 and sum(len(one.body) for one in parts[-1]) < _SHORTEST_PARAGRAPH:
        last = parts.pop()
        parts[-1].extend(last)
    return parts


_SHORTEST_PARAGRAPH, _LONGEST_PARAGRAPH = 4 * 86, 7 * 86
"""Characters of four and of seven lines of a letter."""


@dataclass(frozen=True, slots=True)
class OwnSelection:
    """What one letter has, and does without, by letters.yaml."""

    used: tuple[Snippet, ...] = ()
    left_out: frozenset[str] = frozenset()
    """Ids of statements."""
    worded: frozenset[str] = frozenset()
    """Ids of the statements for which, or after which, the letter has words of its own."""


NO_OWN_SELECTION = OwnSelection()


def select_snippets(
    snippets: Mapping[str, Snippet],
    campaign: CampaignConfig,
    rules: Collection[int],
    own: OwnSelection = NO_OWN_SELECTION,
) -> SnippetSelection:
    """Select for a recipient to whom the interests with these indices apply.

    `own` is what this letter has and does without. Raise BriefgenError if a snippet named by the campaign
    does not exist or may not be used.
    """
    topics: list[str] = []
    ask_id, ask_at = campaign.ask, campaign.locate("ask")
    for index, interest in enumerate(campaign.interests):
        if index in rules:
            # Rules run from general to specific; specific topics come first.
            topics = [*interest.topics, *(topic for topic in topics if topic not in interest.topics)]
            if interest.ask:
                ask_id, ask_at = interest.ask, campaign.locate("interests", index, "ask")
    ask = find_ask(snippets, ask_id, ask_at)
    required = [
        _reject_figure(
            _find_snippet(snippets, name, campaign.locate("selection", "required", index)), campaign, index
        )
        for index, name in enumerate(campaign.selection.required)
    ]
    required = [snippet for snippet in required if snippet.id not in own.left_out]
    verdicts = _judge_snippets(required, snippets, campaign, topics, own)
    evidence = [verdict.snippet for verdict in verdicts if verdict.used]
    required_ids = {snippet.id for snippet in required}
    return SnippetSelection(
        tuple(_order_argument(evidence, topics, required_ids)), ask, ask_at, tuple(topics), tuple(verdicts)
    )


def select_written(
    selection: SnippetSelection,
    snippets: Mapping[str, Snippet],
    topics: Mapping[str, str],
    with_chosen: bool,
) -> SnippetSelection:
    """Return the selection of a letter in Markdown: the statements that it prints, in its order.

    `topics` has their ids, with the topic that each was the best on, or nothing if the letter names it;
    `with_chosen` says whether the letter also prints what the campaign's rules chose.
    """
    written = [
        Verdict(snippets[id], True, "best" if topic else "named", topic)
        for id, topic in topics.items()
        if snippets[id].kind != "ask"
    ]
    ids = {verdict.snippet.id for verdict in written}
    others = [verdict for verdict in selection.verdicts if verdict.snippet.id not in ids]
    if not with_chosen:
        others = [Verdict(one.snippet, False, "unnamed") if one.used else one for one in others]
    evidence = [verdict.snippet for verdict in written]
    evidence += [snippet for snippet in selection.evidence if with_chosen and snippet.id not in ids]
    return replace(selection, evidence=tuple(evidence), verdicts=(*written, *others))


def _find_snippet(snippets: Mapping[str, Snippet], name: str, place: Place | None) -> Snippet:
    snippet = snippets.get(name)
    if snippet is None:
        raise BriefgenError(
            Problem(
                "snippet-unknown", f"no snippet has the id {name!r}", place, suggest_similar(name, snippets)
            )
        )
    return snippet


def _reject_figure(snippet: Snippet, campaign: CampaignConfig, index: int) -> Snippet:
    """Raise BriefgenError for a figure: letters argue in sentences; only a template can place a figure."""
    if snippet.kind != "figure":
        return snippet
    raise BriefgenError(
        Problem(
            "figure-in-letter",
            f"{snippet.id!r} is a figure; letters print figures only where the template places them",
            campaign.locate("selection", "required", index),
            f'write {{{{ figure("{snippet.id}") }}}} in the template of the letters that should have it',
        )
    )


def rank_by_topic(
    snippets: Mapping[str, Snippet], campaign: CampaignConfig, topics: Sequence[str], figures: bool = False
) -> list[Snippet]:
    """Return the printable snippets on the topics (all, if no topics are given), best first.

    Figures are included on request: briefings have a place for them, letters do not.
    """
    excluded_kinds = {"ask"} if figures else {"ask", "figure"}
    usable = [
        snippet
        for snippet in _distinct(snippets)
        if snippet.kind not in excluded_kinds and _exclusion_reason(snippet, campaign, topics) is None
    ]
    leaders = topic_leaders(usable, topics)
    return sorted(usable, key=lambda snippet: _topic_rank_key(snippet, topics, leaders))


def _distinct(snippets: Mapping[str, Snippet]) -> Iterable[Snippet]:
    """Return each snippet once, though a translation is found under two ids."""
    return {snippet.id: snippet for snippet in snippets.values()}.values()


def rank_for_reader(snippets: Iterable[Snippet], reader_topics: Sequence[str]) -> list[Snippet]:
    """Return snippets on one topic by how much they concern the reader, weighed against their priority."""

    def sort_key(snippet: Snippet) -> tuple[int, tuple[int, int, str]]:
        return 10 * _topic_index(snippet, reader_topics) - snippet.priority, importance_key(snippet)

    return sorted(snippets, key=sort_key)


def topic_leaders(snippets: Iterable[Snippet], topics: Sequence[str]) -> dict[str, str]:
    """Return the best snippet on each topic, by its id; the leader of one topic does not lead a later one."""
    ranked = sorted(snippets, key=importance_key)
    leaders: dict[str, str] = {}
    for topic in topics:
        best = next((one for one in ranked if topic in one.topics and one.id not in leaders), None)
        if best is not None:
            leaders[best.id] = topic
    return leaders


def _exclusion_reason(
    snippet: Snippet, campaign: CampaignConfig, topics: Sequence[str]
) -> VerdictReason | None:
    """Return what excludes a snippet from consideration; None if nothing does."""
    if snippet.review.status != "verified":
        return "unverified"
    if not is_same_language(snippet.language, campaign.language):
        return "language"
    if snippet.id in campaign.selection.excluded:
        return "excluded"
    if snippet.confidence == "superseded":
        return "superseded"
    return "topic" if topics and not set(topics) & set(snippet.topics) else None


def _topic_rank_key(
    snippet: Snippet, topics: Sequence[str], leaders: Mapping[str, str]
) -> tuple[int, int, tuple[int, int, str]]:
    """Sort key: first the best snippet on each topic, the most specific topic first, so that each is covered.

    For the other snippets, how much they concern the recipient is weighed against their priority.
    """
    if snippet.id in leaders:
        return (0, topics.index(leaders[snippet.id]), importance_key(snippet))
    return (1, 10 * _topic_index(snippet, topics) - snippet.priority, importance_key(snippet))


def importance_key(snippet: Snippet) -> tuple[int, int, str]:
    """Sort key: the highest priority first, then the highest confidence."""
    return (-snippet.priority, _CONFIDENCE[snippet.confidence], snippet.id)


def _topic_index(snippet: Snippet, topics: Sequence[str]) -> int:
    """Return the index of the snippet's first topic among `topics`; their number if it has none of them."""
    return min((topics.index(topic) for topic in snippet.topics if topic in topics), default=len(topics))


def _judge_snippets(
    required: Iterable[Snippet],
    snippets: Mapping[str, Snippet],
    campaign: CampaignConfig,
    topics: Sequence[str],
    own: OwnSelection,
) -> list[Verdict]:
    """Take all required snippets and what supersedes them; then the best that there is room for."""
    taken: dict[str, Verdict] = {}
    for snippet in required:
        taken[snippet.id] = Verdict(snippet, True, "required")
        for name in snippet.superseded_by:
            if snippets[name].kind != "figure":
                taken.setdefault(name, Verdict(snippets[name], True, "successor", snippet.id))
    for snippet in own.used:
        taken.setdefault(snippet.id, Verdict(snippet, True, "letter"))
    left_out: list[Verdict] = []
    for snippet in rank_by_topic(snippets, campaign, topics):
        if snippet.id in own.left_out:
            left_out.append(Verdict(snippet, False, "left-out"))
        elif snippet.id not in taken:
            others = [other.snippet for other in taken.values()]
            verdict = _judge_candidate(snippet, others, campaign.selection)
            if verdict.used:
                # What the letter has words of its own for is not left out to fit its pages.
                taken[snippet.id] = replace(verdict, why="letter") if snippet.id in own.worded else verdict
            else:
                left_out.append(verdict)
    for snippet in sorted(_distinct(snippets), key=lambda one: one.id):
        why = _exclusion_reason(snippet, campaign, topics) or ("figure" if snippet.kind == "figure" else None)
        if why and snippet.kind != "ask" and snippet.id not in taken:
            left_out.append(Verdict(snippet, False, why, next(iter(snippet.superseded_by), "")))
    return [*taken.values(), *left_out]


def _judge_candidate(snippet: Snippet, taken: Sequence[Snippet], selection: Selection) -> Verdict:
    """Decide whether a snippet fits beside those taken, and none of them makes the same claim."""
    repeated = next((other.id for other in taken if is_same_claim(snippet, other)), "")
    if repeated:
        return Verdict(snippet, False, "repeats", repeated)
    if len(taken) >= selection.max_snippets:
        return Verdict(snippet, False, "number")
    if (
        selection.max_words
        and count_body_words(snippet) + sum(map(count_body_words, taken)) > selection.max_words
    ):
        return Verdict(snippet, False, "words")
    return Verdict(snippet, True, "chosen")


def count_body_words(snippet: Snippet) -> int:
    """Count the words of a snippet's body as a word processor does."""
    return len(snippet.body.split())


def is_same_claim(first: Snippet, second: Snippet) -> bool:
    """Return whether two snippets make the same claim.

    They do if one supersedes the other, if all evidence of one is among the other's evidence, or if they give
    the same numbers in nearly the same words.
    """
    if first.id in second.superseded_by or second.id in first.superseded_by:
        return True
    evidence1, evidence2 = _evidence_keys(first), _evidence_keys(second)
    if evidence1 and evidence2 and (evidence1 <= evidence2 or evidence2 <= evidence1):
        return True
    if _numbers_in(first.body) != _numbers_in(second.body):
        return False
    words1, words2 = _vocabulary(first.body), _vocabulary(second.body)
    return len(words1 & words2) >= max(_MIN_COMMON_WORDS, _SAME_WORDING_SHARE * len(words1 | words2))


_SAME_WORDING_SHARE = 0.6
"""Share of common words above which two wordings with the same numbers make the same claim. In the built-in
library, the most similar of different claims share 0.43."""
_MIN_COMMON_WORDS = 5
"""Number of common words below which similarity means nothing."""


def _evidence_keys(snippet: Snippet) -> set[tuple[object, ...]]:
    """Return what identifies a snippet's evidence: the source, the locator and the words quoted."""
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
def _numbers_in(body: str) -> frozenset[str]:
    return frozenset(re.findall(r"\d[\d.,]*\d|\d", body))


def _order_argument(
    evidence: Iterable[Snippet], topics: Sequence[str], required: Collection[str]
) -> list[Snippet]:
    """Order snippets by stage of the argument.

    Within a stage, those that the campaign requires come first, then by topic.
    """
    snippets = list(evidence)

    def sort_key(snippet: Snippet) -> tuple[int, bool, int, int, int, str]:
        stage, topic = _STAGES[snippet.kind], _topic_index(snippet, topics)
        confidence = _CONFIDENCE[snippet.confidence]
        return (stage, snippet.id not in required, topic, -snippet.priority, confidence, snippet.id)

    ordered = sorted((snippet for snippet in snippets if snippet.confidence != "superseded"), key=sort_key)
    for old in (snippet for snippet in snippets if snippet.confidence == "superseded"):
        # A superseded snippet comes directly before the one that supersedes it.
        position = min((ordered.index(new) for new in ordered if new.id in old.superseded_by), default=0)
        ordered.insert(position, old)
    return ordered


UNIVERSAL_RULE = "true"
"""The rule that applies to everybody."""
_MAX_NAMED = 5
"""Recipients named in one message; further ones are counted."""


def is_universal(interest: Interest) -> bool:
    """Return whether a rule applies to everybody as written."""
    return interest.when.strip().lower() == UNIVERSAL_RULE


def check_interest_rules(
    campaign: CampaignConfig, applied: Iterable[tuple[Recipient, Sequence[int]]]
) -> Iterator[Problem]:
    """Warn about rules that match no recipient, and recipients that no rule matches.

    `applied` has the indices of the matching rules for each recipient. A campaign without rules, or with only
    `true`, is meant to treat all recipients alike.
    """
    specific_rules = {
        index for index, interest in enumerate(campaign.interests) if not is_universal(interest)
    }
    matched: set[int] = set()
    unmatched: list[Recipient] = []
    for recipient, rules in applied:
        matched.update(rules)
        if not specific_rules.intersection(rules):
            unmatched.append(recipient)
    idle, message = sorted(specific_rules - matched), ""
    if len(idle) > _MAX_NAMED:
        # A campaign used with several lists has many such rules; a warning for each would bury all others.
        lines = ", ".join(str(campaign.locate("interests", index, "when").line) for index in idle)
        message, idle = (
            f"{len(idle)} rules match no recipient who can be sent a letter: lines {lines}",
            idle[:1],
        )
    for index in idle:
        yield Problem(
            "rule-unmatched",
            message
            or f"the rule {campaign.interests[index].when!r} matches no recipient who can be sent a letter",
            campaign.locate("interests", index, "when"),
            "look for a misspelt name in it, or remove it",
            severity="warning",
        )
    if specific_rules and unmatched:
        names = abbreviate_names([recipient.id for recipient in unmatched], _MAX_NAMED)
        pronoun = "this recipient gets" if len(unmatched) == 1 else "they get"
        yield Problem(
            "recipient-unmatched",
            f"no rule but {UNIVERSAL_RULE!r} matches {names}: {pronoun} the general letter",
            campaign.locate("interests"),
            "add a rule that says what concerns them",
            severity="warning",
        )
