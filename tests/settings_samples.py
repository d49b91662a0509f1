"""A campaign's settings in memory, for tests of what follows from them without files."""

from __future__ import annotations

from datetime import date
from typing import Any

from briefgen.model.campaign import CampaignConfig


def campaign_config(**changes: Any) -> CampaignConfig:
    """The least that a campaign must say, with changes."""
    least = {
        "id": "c",
        "title": "T",
        "date": date(2026, 11, 24),
        "ask": "ask",
        "recipients": ["r.csv"],
        "sender": {"organisation": "O", "name": "N", "address": ["A"], "country": "DE"},
    }
    return CampaignConfig.model_validate(least | changes)
