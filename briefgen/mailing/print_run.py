"""The print run of a campaign: letters in one file, envelopes and labels, all in postal order.

It decides what stands in which file; writing them is left to the command.
"""

from __future__ import annotations

from collections.abc import Sequence
from io import BytesIO

from briefgen.address.address import address
from briefgen.address.forms_of_address import Forms
from briefgen.address.postal import country_line
from briefgen.mailing.envelopes_labels import Page, Posted, draw
from briefgen.mailing.finished import Finished
from briefgen.mailing.merge_pdf import Part, merge
from briefgen.model.campaign import Campaign
from briefgen.model.recipient import Recipient


def letters_file(
    finished: Sequence[Finished], campaign: Campaign, forms: Forms, *, duplex: bool
) -> tuple[bytes, int]:
    """All letters (PDF) in one file, in the order given, a bookmark for each; returns it and its pages."""
    parts = []
    for one in finished:
        name = address(one.recipient, forms, sender_country=campaign.sender.country).name
        place = " ".join(part for part in (one.recipient.postal_code, one.recipient.locality) if part)
        parts.append(Part(dict(one.files)["pdf"], ", ".join(part for part in (place, name) if part)))
    target = BytesIO()
    pages = merge(parts, campaign.title, target, duplex=duplex)
    return target.getvalue(), pages


def posted_to(
    recipients: Sequence[Recipient], campaign: Campaign, forms: Forms, *, corner: bool = True
) -> list[Posted]:
    """The addresses as the letters carry them, with the sender's for the corner of the envelope."""
    sender = campaign.sender
    own = (sender.organisation, *sender.address)
    posted = []
    for recipient in recipients:
        abroad = bool(recipient.country) and recipient.country != sender.country
        posted.append(
            Posted(
                address(recipient, forms, sender_country=sender.country).lines,
                recipient.id,
                recipient.place,
                ((*own, country_line(sender.country)) if abroad else own) if corner else (),
            )
        )
    return posted


def addresses_file(pages: Sequence[Page], campaign: Campaign) -> bytes:
    """Envelopes or sheets of labels in one file."""
    target = BytesIO()
    merge((Part(piece) for piece in draw(pages, campaign.title, campaign.language)), campaign.title, target)
    return target.getvalue()
