"""Checks the patterns of letters, references and web addresses, against the list of recipients."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from briefgen.compose.patterns import ORDER_FIELD, SUBJECT_FIELD, check_filled, check_pattern, fill_pattern
from briefgen.compose.web_address import MAX_ADDRESS_CHARACTERS
from briefgen.errors import Place, Problem, ProblemList
from briefgen.model.campaign import CampaignConfig
from briefgen.model.recipient import Recipient


def fill_patterns(
    campaign: CampaignConfig,
    recipients: Iterable[Recipient],
    listed: Iterable[Recipient],
    problems: ProblemList,
) -> tuple[tuple[Recipient, ...], list[Problem]]:
    """Return the recipients whose references and web addresses can be made, and the problems of the others.

    Fields that are no column of any of the `listed` are errors of the campaign, and are added to `problems`.
    """
    patterns = list(_list_patterns(campaign))
    before = len(problems.errors)
    for pattern, place in _list_subjects(campaign):
        problems.extend(check_pattern(pattern, listed, place, [SUBJECT_FIELD]))
    names = campaign.output.file_names
    problems.extend(check_pattern(names, listed, campaign.locate("output", "file_names"), [ORDER_FIELD]))
    for _, pattern, place in patterns:
        problems.extend(check_pattern(pattern, listed, place))
    if not patterns or len(problems.errors) > before:
        return tuple(recipients), []
    filled: list[Recipient] = []
    unfilled: list[Problem] = []
    for recipient in recipients:
        found = list(_check_row(campaign, patterns, recipient))
        unfilled += found
        if not found:
            filled.append(recipient)
    return tuple(filled), unfilled


def _list_patterns(campaign: CampaignConfig) -> Iterator[tuple[str, str, Place]]:
    """Yield each pattern with what it makes and its place."""
    letter = campaign.letter
    if letter.reference:
        yield "reference", letter.reference, campaign.locate("letter", "reference")
    for language, words in campaign.translations.items():
        if words.reference:
            place = campaign.locate("translations", language, "reference")
            yield "reference", words.reference, place
    if letter.web_address:
        yield "web address", letter.web_address, campaign.locate("letter", "web_address")


def _list_subjects(campaign: CampaignConfig) -> Iterator[tuple[str, Place]]:
    if campaign.email.subject:
        yield campaign.email.subject, campaign.locate("email", "subject")
    for language, words in campaign.translations.items():
        if words.email_subject:
            yield words.email_subject, campaign.locate("translations", language, "email_subject")


def _check_row(
    campaign: CampaignConfig, patterns: Iterable[tuple[str, str, Place]], recipient: Recipient
) -> Iterator[Problem]:
    own = campaign.translation_language(recipient.language)
    words = campaign.in_language(own) if own else campaign
    used = {words.letter.reference, words.letter.web_address}
    yield from check_filled(
        [(name, pattern) for name, pattern, _ in patterns if pattern in used], recipient, campaign
    )
    address = fill_pattern(campaign.letter.web_address, recipient, campaign)
    if len(address) > MAX_ADDRESS_CHARACTERS:
        yield Problem(
            "web-address-long",
            f"the web address of {recipient.id} has {len(address)} characters; a phone reads the code of at "
            f"most {MAX_ADDRESS_CHARACTERS}",
            recipient.place,
            "use a shorter address, or a field with less text",
            about=recipient.id,
        )
