"""Rules that meet nobody, and recipients whom no rule meets, are said."""

from __future__ import annotations

from settings_samples import campaign_config

from briefgen.compose.select import check_interest_rules
from briefgen.model.campaign import CampaignConfig
from briefgen.model.recipient import Recipient

PEOPLE = [Recipient(f"person-{number}", "uk-mp", "GB") for number in range(8)]


def campaign(*rules: str) -> CampaignConfig:
    return campaign_config(interests=[{"when": rule} for rule in rules])


def said(letter: CampaignConfig, applied: dict[int, list[int]]) -> list[tuple[str, str]]:
    found = list(check_interest_rules(letter, ((PEOPLE[at], rules) for at, rules in applied.items())))
    assert {problem.severity for problem in found} <= {"warning"}
    return [(problem.code, problem.message) for problem in found]


def test_a_rule_that_holds_of_nobody_is_said() -> None:
    (one,) = said(campaign("true", "country == 'GB'", "office == 'uk-pm'"), {0: [0, 1], 1: [0, 1]})
    assert one[0] == "rule-unmatched"
    assert "office == 'uk-pm'" in one[1]


def test_many_such_rules_are_told_together() -> None:
    ((code, message),) = said(
        campaign(*(f"id == 'x{number}'" for number in range(6)), "country == 'GB'"), {0: [6]}
    )
    assert code == "rule-unmatched"
    assert message.startswith("6 rules match no recipient")


def test_a_recipient_who_only_meets_the_rule_for_all_is_said() -> None:
    assert said(campaign("true", "country == 'GB'"), {0: [0], 1: [0, 1]}) == [
        (
            "recipient-unmatched",
            "no rule but 'true' matches person-0: this recipient gets the general letter",
        )
    ]


def test_many_such_recipients_are_counted_and_some_named() -> None:
    ((code, message),) = said(campaign("country == 'GB'"), {7: [0]} | {at: [] for at in range(7)})
    assert code == "recipient-unmatched"
    assert "person-4 and 2 more: they get" in message


def test_a_campaign_that_makes_no_difference_is_meant_so() -> None:
    assert said(campaign("true"), {0: [0]}) == []
    assert said(campaign(), {0: []}) == []
