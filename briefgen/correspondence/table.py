"""The log as a table of events, by campaign, recipient and day."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import date

from briefgen.correspondence.log import CorrespondenceLog

LOG_HEADERS = ("day", "event", "recipient", "name", "campaign", "note", "by")


def list_events(
    logs: Iterable[CorrespondenceLog],
    recipients: Collection[str] = (),
    since: date | None = None,
    until: date | None = None,
) -> list[tuple[str, ...]]:
    """Return a row of LOG_HEADERS for each letter and reply, the earliest first.

    `recipients` limits it to these, `since` and `until` to days, both included. The event is the way in which
    a letter was sent, or the kind of what came back.
    """
    rows: list[tuple[str, ...]] = []
    for log in logs:
        names = {letter.recipient: (letter.name, letter.campaign) for letter in log.sent}
        rows += [
            (one.day.isoformat(), one.way, one.recipient, one.name, one.campaign, one.file, one.by)
            for one in log.sent
        ]
        for reply in log.replies:
            name, campaign = names.get(reply.recipient, ("", log.folder.resolve().name))
            day = reply.day.isoformat()
            rows.append((day, reply.kind, reply.recipient, name, campaign, reply.note, reply.by))
    first, last = since.isoformat() if since else "", until.isoformat() if until else "9999-99-99"
    chosen = (row for row in rows if first <= row[0] <= last and (not recipients or row[2] in recipients))
    return sorted(chosen, key=lambda row: row[0])
