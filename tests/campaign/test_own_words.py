"""What headings, titles and the writer's own sentences claim is in a statement of the same document."""

from __future__ import annotations

from datetime import date
from types import SimpleNamespace
from typing import Any

import pytest

from briefgen.campaign.own_words import ProvedWords, check_own_words

RECORD: dict[str, Any] = {
    "snippets": [
        {"text": "The Transport Council estimated that 53,000 to 65,000 people wait.", "caveats": [{"text": "About 41 percent, says the Drivers Union."}]}
    ],
    "notes": ["Harbour Transport Institute, Night Bus Survey (2025), para. 3."],
    "sources": {"survey": "Harbour Transport Institute, 2025"},
}  # fmt: skip
CAMPAIGN: Any = SimpleNamespace(
    sender=SimpleNamespace(organisation="Harbour Riders", name="Dana Writer"), date=date(2026, 12, 1)
)


def codes(text: str, is_heading: bool) -> list[str]:
    proved = ProvedWords.of_document(RECORD, CAMPAIGN)
    return [problem.code for problem in check_own_words(text, None, proved, is_heading)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("A quarter of a million wait, the UN found in 2024", ["figure-unsourced", "claim-unsourced"]),
        ("A quarter of a million wait", ["figure-unsourced"]),
        ("Tens of thousands wait", []),
        ("Hundreds of thousands wait", ["figure-unsourced"]),
        ("Between 53,000 and 65,000 wait", []),
        ("Four in ten wait, 41 percent", ["figure-unsourced"]),
        ("What the Harbour Transport Institute found in 2025", []),
        ("What the Court found in 2025", ["claim-unsourced"]),
        ("According to the Ministry of Buses, nobody waits", ["claim-unsourced"]),
        ("Harbour Riders said so in December 2026", []),
        ("Three lessons of 2019", ["figure-unsourced"]),
        ("We said it; it has reported nothing; Thirteen years on", []),
    ],
)
def test_a_heading_claims_nothing_that_no_statement_says(text: str, expected: list[str]) -> None:
    assert codes(text, is_heading=True) == expected


def test_own_sentences_may_name_a_day_and_a_small_number() -> None:
    assert codes("Twelve of us met you on May 3, 2019, for half an hour.", is_heading=False) == []
    assert codes("We speak for 2,500 riders.", is_heading=False) == ["figure-unsourced"]


def test_the_figures_of_one_text_are_one_problem() -> None:
    (problem,) = check_own_words("Half, 51 percent, wait.", None, ProvedWords.of_document(RECORD, CAMPAIGN))
    assert problem.message.startswith("the figures 'Half' and '51 percent' are in one of your own texts")
