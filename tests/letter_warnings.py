"""What checks say of letters at hand, as `briefgen check` gathers it from its workers."""

from __future__ import annotations

from collections.abc import Sequence

from briefgen.campaign.letter_checks import ComposedLetter, check_letter, gather_letter_warnings
from briefgen.errors import Problem
from briefgen.model.campaign import CampaignConfig


def check_letters(letters: Sequence[ComposedLetter], campaign: CampaignConfig) -> list[Problem]:
    """Warnings about letters, each once, with the recipients it concerns."""
    return gather_letter_warnings([(letter, check_letter(letter, campaign)) for letter in letters], campaign)
