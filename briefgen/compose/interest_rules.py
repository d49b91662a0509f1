"""Says which rules of a campaign meet nobody, and whom no rule meets; it chooses nothing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from briefgen.errors import Problem
from briefgen.model.campaign import Campaign
from briefgen.model.recipient import Recipient

ALWAYS = "true"
"""The rule that holds of everybody."""
_NAMED = 5
"""Recipients named in a message; more are counted."""


def unmatched(campaign: Campaign, applied: Iterable[tuple[Recipient, Sequence[int]]]) -> Iterator[Problem]:
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
