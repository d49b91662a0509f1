"""The functions by which a template in Markdown prints statements: `statement("id")` and `best("topic")`."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from typing import Any

from briefgen.compose.passages import NOTHING_OWN, SnippetPassage, TemplateApi
from briefgen.compose.select import is_same_claim, rank_by_topic, rank_for_reader
from briefgen.errors import BriefgenError, Problem, suggest_similar
from briefgen.model.campaign import CampaignConfig


@dataclass(slots=True)
class WrittenStatements:
    """Prints statements where the writer of one document wants them, and remembers why."""

    api: TemplateApi
    campaign: CampaignConfig
    reader_topics: Sequence[str] = ()
    """What concerns the reader, most specific first."""
    named: Collection[str] = frozenset()
    """Ids that the template names, which `best` does not take."""
    shortened: Collection[str] = frozenset()
    """Ids to print in their short wording, for want of room."""
    topics: dict[str, str] = field(default_factory=dict)
    """Ids of what was printed, with the topic that it was the best on; empty for those that were named."""

    def functions(self) -> dict[str, Any]:
        """Return the functions by the names that templates use."""
        return {"statement": self.statement, "best": self.best}

    def statement(self, id: str) -> SnippetPassage:
        """Return the statement with this id; raise BriefgenError if it may not be printed."""
        passage = self.api.passage(id, id in self.shortened)
        if not passage.own.left_out:
            self.topics.setdefault(id, "")
        return passage

    def best(self, topic: str) -> SnippetPassage:
        """Return the best statement on a topic for this reader that the document does not have yet.

        Raise BriefgenError if there is none: a letter has no gap.
        """
        printed = [self.api.snippets[id] for id in {*self.topics, *self.named} if id in self.api.snippets]
        ids = {snippet.id for snippet in printed}
        candidates = [
            snippet
            for snippet in rank_by_topic(self.api.snippets, self.campaign, [topic])
            if snippet.id not in ids
            and not self.api.own.get(snippet.id, NOTHING_OWN).left_out
            and not any(is_same_claim(snippet, other) for other in printed)
        ]
        if not candidates:
            known = {one for snippet in self.api.snippets.values() for one in snippet.topics}
            exhausted = "the letter has them all" if topic in known else suggest_similar(str(topic), known)
            message = f"there is no {'other ' if topic in known else ''}statement on the topic {topic!r}"
            hint = exhausted or "briefgen snippets list shows the topics"
            raise BriefgenError(Problem("topic-exhausted", message, None, hint))
        best = rank_for_reader(candidates, self.reader_topics)[0]
        self.topics[best.id] = topic
        return self.api.passage(best.id, best.id in self.shortened)
