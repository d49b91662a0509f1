"""Which rules apply to a recipient is found out once for all whom no rule can tell apart."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from briefgen.campaign.open import open_campaign
from briefgen.compose.composer import Composer, condition_variables
from briefgen.errors import BriefgenError
from briefgen.model.campaign import Interest
from briefgen.model.recipient import Committee, Recipient

READER = Recipient("ada", "us-senator", "US", name="Ada", extra={"n": "1"}, tags=("a",))
RULES = (
    "office == 'us-senator'",
    "fields.n == '1'",
    "'a' in tags",
    "'X' in committees and roles['X'] == 'chair'",
    "id.startswith('a')",
    "country not in ['US', 'GB']",
)


@pytest.fixture
def composer(small_campaign: Path) -> Composer:
    """A composer with rules of its own."""
    composer = open_campaign(small_campaign).composer
    rules = [Interest.model_construct(when=when, topics=["law"], ask=None) for when in RULES]
    return replace(composer, campaign=composer.campaign.model_copy(update={"interests": rules}))


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"name": "Ben", "state": "OH"},
        {"office": "uk-mp", "country": "FR"},
        {"extra": {"n": "2"}},
        {"extra": {"n": "1", "m": "2"}},
        {"tags": ("a", "b")},
        {"tags": ()},
        {"id": "ben"},
        {"committees": (Committee("X", "", role="chair"),)},
        {"committees": (Committee("X", "", role="member"),)},
    ],
)
def test_rules_that_were_found_out_for_others_are_those_that_apply(
    composer: Composer, changes: dict[str, Any]
) -> None:
    other = replace(READER, **changes)
    for one in (READER, other, READER, other):
        assert composer.applicable_rules(one) == composer._evaluate_rules(
            "interests", RULES, condition_variables(one)
        )


def test_recipients_whom_no_rule_tells_apart_share_what_was_found_out(composer: Composer) -> None:
    for number in range(5):
        composer.applicable_rules(replace(READER, name=f"Ada {number}"))
    assert len(composer._rules) == 1


def test_a_rule_that_fails_fails_each_time(composer: Composer) -> None:
    without = replace(READER, extra={})
    for _ in range(2):
        with pytest.raises(BriefgenError):
            composer.applicable_rules(without)
