"""What an earlier campaign's log says about each recipient, for the letters of a later one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date

from briefgen.correspondence.log import CorrespondenceLog
from briefgen.model.recipient import EarlierLetter


def summarize_history(log: CorrespondenceLog) -> Mapping[str, EarlierLetter]:
    """Return for each recipient the last letter that was sent, and the first reply to it.

    A letter that came back undelivered does not count as sent.
    """
    letters: dict[str, list[EarlierLetter]] = {}
    for letter in log.sent:
        letters.setdefault(letter.recipient, []).append(EarlierLetter(letter.day, letter.way))
    for reply in log.replies:
        if reply.kind == "returned" and (gone := _last_letter(letters.get(reply.recipient, []), reply.day)):
            letters[reply.recipient].remove(gone)
    found = {recipient: max(sent, key=lambda one: one.on) for recipient, sent in letters.items() if sent}
    for reply in sorted(log.replies, key=lambda one: one.day):
        earlier = found.get(reply.recipient)
        if reply.kind == "reply" and earlier and not earlier.answered and reply.day >= earlier.on:
            found[reply.recipient] = replace(earlier, answered_on=reply.day)
    return found


def _last_letter(letters: list[EarlierLetter], day: date) -> EarlierLetter | None:
    """Return the last letter on or before a day."""
    return max((one for one in letters if one.on <= day), key=lambda one: one.on, default=None)
