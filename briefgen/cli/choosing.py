"""Finds the recipient that `--to` names, or says why there is none; several commands share it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from briefgen.errors import BriefgenError, Problem, UsageFault, did_you_mean

if TYPE_CHECKING:
    from briefgen.model.recipient import Recipient
    from briefgen.opening import Opened


def recipient_named(opened: Opened, to: str) -> Recipient:
    """The recipient with an id; raises with the reason where there is none or none can be written to."""
    for one in opened.recipients:
        if one.id == to:
            return one
    reasons = [problem for problem in opened.skipped if problem.about == to]
    if reasons:
        raise BriefgenError(reasons)
    known = [one.id for one in opened.recipients]
    alike = [name for name in known if name.startswith(to)][:3]
    hint = f"did you mean {' or '.join(alike)}?" if alike else did_you_mean(to, known)
    raise UsageFault(
        Problem(
            "recipient-unknown", f"no recipient has the id {to!r}", None, hint or "briefgen recipients list"
        )
    )
