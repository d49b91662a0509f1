"""Says whether a letter can go to a recipient on a day; it reads no file and writes none."""

from __future__ import annotations

from datetime import date

from briefgen.errors import Problem
from briefgen.model.recipient import Recipient


def sendable(recipient: Recipient, on: date) -> Problem | None:
    """None where a letter dated `on` can be sent, else why not, naming the recipient.

    A term counts as ended from the day after `term_end`. An address is usable where it has a locality, and
    a street, building or postal code, and says which country it is in.
    """
    who = f"{recipient.full_name or recipient.role or recipient.office} ({recipient.id})"
    if recipient.term_end is not None and recipient.term_end < on:
        return Problem(
            "term-ended",
            f"the term of {who} ended on {recipient.term_end.isoformat()}, before the letter's date "
            f"{on.isoformat()}",
            recipient.place,
            "find out who holds the office now, or correct term_end",
        )
    lacking = _lacking(recipient)
    if lacking:
        return Problem(
            "no-address",
            f"{who} has no usable postal address: {lacking} missing",
            recipient.place,
            "fill in address, locality, postal_code and country",
        )
    return None


def _lacking(recipient: Recipient) -> str:
    if not (recipient.address or recipient.locality or recipient.postal_code):
        return "all of it is"
    if not recipient.locality:
        return "the locality is"
    if not (recipient.address or recipient.postal_code):
        return "street and postal code are"
    return "" if recipient.country else "the country is"
