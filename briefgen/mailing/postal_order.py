"""The order in which letters are posted; it knows recipients and nothing of their letters."""

from __future__ import annotations

import re
from collections.abc import Iterable

from briefgen.model.recipient import Recipient


def in_postal_order(recipients: Iterable[Recipient], home: str) -> list[Recipient]:
    """By country, postal code and place, as posts sort and price what they are given in numbers.

    Letters within the sender's country (`home`, ISO 3166-1 alpha-2) come first. Numbers in a code count by
    value, so that `E2` stands before `E10`; who has no code stands behind those who have.
    """

    def place(recipient: Recipient) -> tuple[object, ...]:
        country = recipient.country or home
        code = recipient.postal_code.upper()
        return (
            country != home,
            country,
            not code,
            tuple((not part.isdecimal(), part.zfill(12)) for part in re.findall(r"\d+|[^\W\d]+", code)),
            recipient.locality.casefold(),
            (recipient.family or recipient.name).casefold(),
            recipient.id,
        )

    return sorted(recipients, key=place)
