"""Limits on the time and memory that one draft takes."""

from __future__ import annotations

from contextlib import AbstractContextManager

import briefgen.system.limits as limits

_LIMITED_CHARACTERS = 200_000
"""Characters that have the time of one document; dense text of that length takes a third of it or less."""
_HINT = "audit it in parts, and look for a character that is repeated thousands of times"


def draft_limits(name: str, characters: int) -> AbstractContextManager[object]:
    """Raise BriefgenError if what is done with a draft in this process takes too much time or memory.

    The time allowed grows with the draft. `name` names it in messages. Such blocks must not be nested.
    """
    return limits.resource_limits(f"the audit of {name}", draft_time_limit(characters), hint=_HINT)


def draft_time_limit(characters: int) -> float:
    """Return the seconds that the audit of a draft of so many characters may take."""
    return limits.TIME_LIMIT_S * (1 + characters // _LIMITED_CHARACTERS)
