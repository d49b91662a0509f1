"""What an earlier campaign's log says about each recipient, for the letters of a later one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date

from briefgen.correspondence.log import CorrespondenceLog, SentLetter
from briefgen.model.recipient import EarlierLetter


def summarize_history(log: CorrespondenceLog) -> Mapping[str, EarlierLetter]:
    """Return for each recipient the last letter that was sent, and the first reply to it.

    A letter that came back undelivered does not count as sent.
    """
    found = {}
    for recipient, letters in group_delivered(log).items():
        last = max(letters, key=lambda one: one.day)
        found[recipient] = EarlierLetter(last.day, last.way)
    for reply in sorted(log.replies, key=lambda one: one.day):
        earlier = found.get(reply.recipient)
        if reply.kind == "reply" and earlier and not earlier.answered and reply.day >= earlier.on:
            found[reply.recipient] = replace(earlier, answered_on=reply.day)
    return found


def group_delivered(log: CorrespondenceLog) -> Mapping[str, list[SentLetter]]:
    """Return the letters that did not come back, by recipient; those without one are left out."""
    letters: dict[str, list[SentLetter]] = {}
    for letter in log.sent:
        letters.setdefault(letter.recipient, []).append(letter)
    for reply in log.replies:
        if reply.kind == "returned" and (gone := _last_letter(letters.get(reply.recipient, []), reply.day)):
            letters[reply.recipient].remove(gone)
    return {recipient: kept for recipient, kept in letters.items() if kept}


def _last_letter(letters: list[SentLetter], day: date) -> SentLetter | None:
    """Return the last letter on or before a day."""
    return max((one for one in letters if one.day <= day), key=lambda one: one.day, default=None)
