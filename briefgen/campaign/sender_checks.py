"""Checks the senders of a campaign: their rules, logos and letterhead."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from briefgen.campaign.branding import check_logo
from briefgen.compose.composer import Composer
from briefgen.errors import BriefgenError, Problem, ProblemList
from briefgen.model.campaign import CampaignConfig
from briefgen.model.recipient import Recipient


def check_senders(composer: Composer, recipients: Sequence[Recipient], problems: ProblemList) -> bool:
    """Return whether the rules of the campaign's senders can be applied to the recipients.

    Report what is wrong with rules and logos, and rules that match nobody.
    """
    campaign = composer.campaign
    if not campaign.senders:
        return True
    problems.extend(_check_letterhead(campaign))
    for index, rule in enumerate(campaign.senders):
        if rule.logo is not None:
            place = campaign.locate("senders", index, "logo", "file")
            problems.extend(check_logo(rule.logo, composer.folder, place))
    try:
        applied = {composer.find_sender_rule(recipient) for recipient in recipients}
    except BriefgenError as error:
        problems.extend(error.problems)
        return False
    for index, rule in enumerate(campaign.senders):
        if recipients and index not in applied:
            problems.add(
                Problem(
                    "sender-unused",
                    f"nobody gets a letter from the sender with the condition {rule.when}",
                    campaign.locate("senders", index, "when"),
                    "of several rules that match, the last one counts: put the general first",
                    severity="warning",
                )
            )
    return True


def _check_letterhead(campaign: CampaignConfig) -> Iterator[Problem]:
    if campaign.sender.letterhead:
        yield Problem(
            "sender-letterhead",
            f"the letterhead {campaign.sender.letterhead!r} is in the letters of all senders",
            campaign.locate("sender", "letterhead"),
            "leave it out and give each sender a logo and lines, or make sure that it names none of them",
            severity="warning",
        )
