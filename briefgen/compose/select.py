"""Chooses the evidence for one recipient: by interest, priority and confidence, always in the same way.

It decides which snippets and which ask; how they are worded and set is decided elsewhere.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from briefgen.errors import BriefgenError, Place, Problem, did_you_mean
from briefgen.model.campaign import Campaign, Interest
from briefgen.model.snippet import Snippet

_STAGES: Mapping[str, int] = {
    "background": 0,
    "event": 0,
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


@dataclass(frozen=True, slots=True)
class Chosen:
    """What one letter says."""

    evidence: tuple[Snippet, ...]
    """In the order of the argument."""
    ask: Snippet

    def argument(self) -> list[list[Snippet]]:
        """The evidence in its stages, one paragraph each."""
        stages: dict[int, list[Snippet]] = {}
        for snippet in self.evidence:
            stages.setdefault(_STAGES[snippet.kind], []).append(snippet)
        return [stages[stage] for stage in sorted(stages)]


def choose(
    snippets: Mapping[str, Snippet], campaign: Campaign, holds: Callable[[Interest, int], bool]
) -> Chosen:
    """Choose for the recipient for whom `holds(interest, index)` says which rules apply.

    Raises BriefgenError where a named snippet does not exist or may not be used.
    """
    topics: list[str] = []
    ask_id, ask_at = campaign.ask, campaign.at("ask")
    for index, interest in enumerate(campaign.interests):
        if holds(interest, index):
            # Rules run from the general to the particular; what is particular comes first.
            topics = [*interest.topics, *(topic for topic in topics if topic not in interest.topics)]
            if interest.ask:
                ask_id, ask_at = interest.ask, campaign.at("interests", index, "ask")
    ask = _named(snippets, ask_id, ask_at)
    if ask.kind != "ask":
        raise BriefgenError(
            Problem(
                "ask-kind",
                f"{ask_id!r} is a {ask.kind}, not an ask",
                ask_at,
                did_you_mean(ask_id, (s.id for s in snippets.values() if s.kind == "ask")),
            )
        )
    required = [
        _named(snippets, name, campaign.at("selection", "required", index))
        for index, name in enumerate(campaign.selection.required)
    ]
    ranked = by_topic(snippets, campaign, topics)
    evidence = _with_successors(required, ranked, snippets, campaign.selection.max_snippets)
    named = {snippet.id for snippet in required}
    return Chosen(tuple(_in_order(evidence, topics, named)), ask)


def _named(snippets: Mapping[str, Snippet], name: str, place: Place) -> Snippet:
    snippet = snippets.get(name)
    if snippet is None:
        raise BriefgenError(
            Problem("snippet-unknown", f"no snippet has the id {name!r}", place, did_you_mean(name, snippets))
        )
    return snippet


def by_topic(snippets: Mapping[str, Snippet], campaign: Campaign, topics: Sequence[str]) -> list[Snippet]:
    """The snippets that may be printed and bear on the topics (all, where none is named), best first."""
    excluded = set(campaign.selection.excluded)
    wanted = set(topics)
    usable = (
        snippet
        for snippet in snippets.values()
        if snippet.kind != "ask"
        and snippet.review.status == "verified"
        and snippet.confidence != "superseded"
        and snippet.language == campaign.language
        and snippet.id not in excluded
        and (not wanted or wanted & set(snippet.topics))
    )
    return sorted(usable, key=lambda snippet: _rank(snippet, topics))


def _rank(snippet: Snippet, topics: Sequence[str]) -> tuple[int, int, int, str]:
    """First what concerns them most, then what matters most, then what stands firmest."""
    first = _first_topic(snippet, topics)
    return (10 * first - snippet.priority, -snippet.priority, _CONFIDENCE[snippet.confidence], snippet.id)


def _first_topic(snippet: Snippet, topics: Sequence[str]) -> int:
    """How early among the wanted topics the snippet's own come; their number where none does."""
    return min((topics.index(topic) for topic in snippet.topics if topic in topics), default=len(topics))


def _with_successors(
    required: Iterable[Snippet], ranked: Iterable[Snippet], snippets: Mapping[str, Snippet], most: int
) -> list[Snippet]:
    """Required snippets whatever their number, then the best; what overtakes a claim comes along."""
    chosen: dict[str, Snippet] = {}
    for snippet in required:
        chosen[snippet.id] = snippet
        for name in snippet.superseded_by:
            chosen[name] = snippets[name]
    for snippet in ranked:
        if len(chosen) >= most:
            break
        chosen.setdefault(snippet.id, snippet)
    return list(chosen.values())


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
