"""What a letter says of its sender, from the campaign's keys; how that looks is the renderers' affair."""

from __future__ import annotations

from typing import Any

from briefgen.model.campaign import Campaign, Letter, Page
from briefgen.model.document import WITH_RETURN_LINE


def letterhead_lines(campaign: Campaign) -> dict[str, Any]:
    """The letterhead as templates see it: `logo` (file name or empty), `alt`, `lines`."""
    sender, logo = campaign.sender, campaign.letterhead.logo
    reach = [*sender.address, sender.phone, sender.email, sender.website]
    return {
        "logo": logo.file if logo else "",
        "alt": (logo.alt if logo else "") or sender.organisation,
        "lines": campaign.letterhead.sender or [" · ".join(filter(None, reach))],
    }


def return_line(campaign: Campaign) -> str:
    """The sender in one line, above the address; empty where the layout has none."""
    if campaign.letter.layout not in WITH_RETURN_LINE:
        return ""
    sender = campaign.sender
    return campaign.letterhead.return_line or " · ".join([sender.organisation, *sender.address])


def paper_of(letter: Letter) -> Page:
    """The paper of letters: the layout's, where that names one."""
    if letter.layout == "plain":
        return letter.page
    return "us-letter" if letter.layout == "us-letter" else "a4"
