"""Shortening: what may be shortened or left out to keep a document within its pages, and in which order.

Steps are put in order and combined here; briefgen.campaign.page_fit finds how many are needed by laying pages
out.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from briefgen.compose.select import SnippetSelection, importance_key
from briefgen.model.snippet import Snippet


@dataclass(frozen=True, slots=True)
class ShorteningStep:
    """One step towards fewer pages."""

    snippet: str
    """The snippet's id."""
    how: Literal["shortened", "left-out"]
    """`shortened`: its `short` variant is printed; `left-out`: it is not printed."""


@dataclass(frozen=True, slots=True)
class Shortening:
    """Shortening steps taken together, by snippet id."""

    shortened: frozenset[str] = frozenset()
    left_out: frozenset[str] = frozenset()

    @classmethod
    def from_steps(cls, steps: Iterable[ShorteningStep]) -> Shortening:
        """Combine steps; a snippet that is left out is not also shortened."""
        steps = tuple(steps)
        left_out = frozenset(step.snippet for step in steps if step.how == "left-out")
        return cls(frozenset(step.snippet for step in steps if step.how == "shortened") - left_out, left_out)

    def keeps(self, id: str) -> bool:
        """Return whether a snippet is still printed."""
        return id not in self.left_out


NO_SHORTENING = Shortening()


def letter_shortening_steps(selection: SnippetSelection) -> tuple[ShorteningStep, ...]:
    """Return the steps by which a letter can be shortened, in order of application.

    What was selected last, because it concerns the recipient least or matters least, is shortened first.
    Required snippets are shortened after all others, and never left out; the ask is not touched.
    """
    used = [verdict for verdict in selection.verdicts if verdict.used]
    optional = [verdict.snippet for verdict in used if verdict.why == "chosen"]
    required = [verdict.snippet for verdict in used if verdict.why != "chosen"]
    least_first = optional[::-1]
    return (
        *_shorten_steps([*least_first, *required[::-1]]),
        *_leave_out_steps(least_first, required, [[*required, *optional]]),
    )


def briefing_shortening_steps(
    named: Sequence[Snippet], sections: Sequence[Sequence[Snippet]]
) -> tuple[ShorteningStep, ...]:
    """Return the steps by which a briefing can be shortened, in order of application.

    `named` are the snippets that the campaign names for it. Only those that filled a section by its topics
    can be left out, lowest priority first, and never the last one of a section.
    """
    ids = {snippet.id for snippet in named}
    printed = {snippet.id: snippet for section in sections for snippet in section}
    optional = [snippet for snippet in printed.values() if snippet.id not in ids]
    least_first = sorted(optional, key=importance_key, reverse=True)
    fixed = sorted((printed[name] for name in printed.keys() & ids), key=importance_key, reverse=True)
    return (*_shorten_steps([*least_first, *fixed]), *_leave_out_steps(least_first, named, sections))


def _shorten_steps(snippets: Iterable[Snippet]) -> list[ShorteningStep]:
    """Shorten those that have a variant that is really shorter; figures are printed in full or not at all."""
    return [
        ShorteningStep(snippet.id, "shortened")
        for snippet in snippets
        if snippet.kind != "figure" and len(snippet.variants.get("short", snippet.body)) < len(snippet.body)
    ]


def _leave_out_steps(
    least_first: Sequence[Snippet], fixed: Collection[Snippet], groups: Sequence[Sequence[Snippet]]
) -> list[ShorteningStep]:
    """Leave out snippets one after the other: none that another one needs, and never the last of a group."""
    remaining = {snippet.id: snippet for snippet in (*fixed, *least_first)}
    steps: list[ShorteningStep] = []
    waiting = list(least_first)
    while waiting:
        # What supersedes a claim can go once the claim has gone, so snippets held back are tried again.
        removable = next(
            (snippet for snippet in waiting if _can_be_left_out(snippet, remaining, groups)), None
        )
        if removable is None:
            return steps
        waiting.remove(removable)
        del remaining[removable.id]
        steps.append(ShorteningStep(removable.id, "left-out"))
    return steps


def _can_be_left_out(
    snippet: Snippet, remaining: Mapping[str, Snippet], groups: Sequence[Sequence[Snippet]]
) -> bool:
    if any(snippet.id in other.superseded_by for other in remaining.values()):
        return False
    return all(
        any(other.id in remaining for other in group if other.id != snippet.id)
        for group in groups
        if any(member.id == snippet.id for member in group)
    )
