"""Finds the recipient that `--to` names, or says why there is none; several commands share it."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches
from typing import TYPE_CHECKING

from briefgen.cli.console import count
from briefgen.errors import BriefgenError, Problem, UsageFault, did_you_mean, people_in

if TYPE_CHECKING:
    from briefgen.campaign.open import Opened
    from briefgen.model.recipient import Recipient


def recipients_named(opened: Opened, ids: Iterable[str]) -> list[Recipient]:
    """The recipients with these ids; raises with all that are not there or cannot be written to."""
    found: list[Recipient] = []
    faults: list[BriefgenError] = []
    for one in dict.fromkeys(ids):
        try:
            found.append(recipient_named(opened, one))
        except BriefgenError as fault:
            faults.append(fault)
    if faults:
        problems = [problem for fault in faults for problem in fault.problems]
        raise max(faults, key=lambda fault: fault.exit_code).__class__(problems)
    return found


def recipient_named(opened: Opened, to: str) -> Recipient:
    """The recipient with an id; raises with the reason where there is none or none can be written to."""
    for one in opened.recipients:
        if one.id == to:
            return one
    reasons = [problem for problem in opened.skipped if problem.about == to]
    if reasons:
        raise BriefgenError(reasons)
    known = [one.id for one in opened.recipients]
    alike = [name for name in known if to and name.startswith(to)][:3] or _beginning_alike(to, known)
    hint = f"did you mean {' or '.join(alike)}?" if alike else did_you_mean(to, known)
    hint = hint or "briefgen recipients list"
    if unread := people_in(problem for problem in opened.skipped if not problem.about):
        hint += f"; {count(unread, 'row')} of the list cannot be read: briefgen recipients list says why"
    raise UsageFault(Problem("recipient-unknown", f"no recipient has the id {to!r}", None, hint))


def _beginning_alike(to: str, known: list[str]) -> list[str]:
    """Ids of which what was given may be the misspelt beginning, as where somebody types the name alone."""
    beginnings: dict[str, list[str]] = {}
    for name in known:
        beginnings.setdefault(name[: len(to) + 1], []).append(name)
    near = get_close_matches(to, beginnings, n=3, cutoff=0.75)
    return [name for beginning in near for name in beginnings[beginning]][:3]
