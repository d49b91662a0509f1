"""What may be shortened or left out so that a document keeps to its number of pages, and in which order.

It orders and applies cuts; how many are needed is found by laying pages out, in briefgen.campaign.page_fit.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from briefgen.compose.select import Chosen, standing
from briefgen.model.snippet import Snippet


@dataclass(frozen=True, slots=True)
class Cut:
    """One step towards fewer pages."""

    snippet: str
    """Its id."""
    how: Literal["shortened", "left-out"]
    """`shortened`: its variant `short` is printed; `left-out`: it is not printed."""


@dataclass(frozen=True, slots=True)
class Cuts:
    """Steps taken together, as composing asks for them."""

    shortened: frozenset[str] = frozenset()
    left_out: frozenset[str] = frozenset()

    @classmethod
    def of(cls, steps: Iterable[Cut]) -> Cuts:
        """What some steps come to; what is left out is not shortened as well."""
        taken = tuple(steps)
        gone = frozenset(step.snippet for step in taken if step.how == "left-out")
        return cls(frozenset(step.snippet for step in taken if step.how == "shortened") - gone, gone)

    def keeps(self, name: str) -> bool:
        """Whether a snippet is still printed."""
        return name not in self.left_out


NO_CUTS = Cuts()


def letter_ladder(chosen: Chosen) -> tuple[Cut, ...]:
    """The cuts that a letter allows, the first to be made first.

    What was chosen last, because it concerns the recipient least or matters least, is cut first. Required
    snippets are shortened after all others, and never left out; the ask is left as it is.
    """
    used = [verdict for verdict in chosen.verdicts if verdict.used]
    optional = [verdict.snippet for verdict in used if verdict.why == "chosen"]
    required = [verdict.snippet for verdict in used if verdict.why != "chosen"]
    least_first = optional[::-1]
    return (
        *_shorter([*least_first, *required[::-1]]),
        *_fewer(least_first, required, [[*required, *optional]]),
    )


def briefing_ladder(named: Sequence[Snippet], sections: Sequence[Sequence[Snippet]]) -> tuple[Cut, ...]:
    """The cuts that a briefing allows: `named` are the snippets that the campaign names for it.

    Only what filled a section by its topics can be left out, the lowest priority first, and never the last
    statement of a section.
    """
    ids = {snippet.id for snippet in named}
    printed = {snippet.id: snippet for section in sections for snippet in section}
    filled = [snippet for snippet in printed.values() if snippet.id not in ids]
    least_first = sorted(filled, key=standing, reverse=True)
    fixed = sorted((printed[name] for name in printed.keys() & ids), key=standing, reverse=True)
    return (*_shorter([*least_first, *fixed]), *_fewer(least_first, named, sections))


def _shorter(snippets: Iterable[Snippet]) -> list[Cut]:
    """Those with a variant that is shorter indeed; a figure stands as it is, or not at all."""
    return [
        Cut(snippet.id, "shortened")
        for snippet in snippets
        if snippet.kind != "figure" and len(snippet.variants.get("short", snippet.body)) < len(snippet.body)
    ]


def _fewer(
    least_first: Sequence[Snippet], fixed: Collection[Snippet], groups: Sequence[Sequence[Snippet]]
) -> list[Cut]:
    """Those that can go one after the other: none that another needs, and of each group one stays."""
    left = {snippet.id: snippet for snippet in (*fixed, *least_first)}
    cuts: list[Cut] = []
    waiting = list(least_first)
    while waiting:
        # What overtakes a claim can go once the claim has gone, so that those kept back are asked again.
        free = next((one for one in waiting if _can_go(one, left, groups)), None)
        if free is None:
            return cuts
        waiting.remove(free)
        del left[free.id]
        cuts.append(Cut(free.id, "left-out"))
    return cuts


def _can_go(snippet: Snippet, left: dict[str, Snippet], groups: Sequence[Sequence[Snippet]]) -> bool:
    if any(snippet.id in other.superseded_by for other in left.values()):
        return False
    return all(
        any(one.id in left for one in group if one.id != snippet.id)
        for group in groups
        if any(one.id == snippet.id for one in group)
    )
