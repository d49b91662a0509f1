"""`briefgen check` looks at the letters; pages are counted only where that is asked."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from material import without_layout

pytestmark = pytest.mark.slow

Call = Callable[..., Any]


def test_check_tells_the_pages_only_where_it_is_asked(briefgen: Call, small_campaign: Path) -> None:
    """Of a campaign without a limit, the longest letters having one or two pages."""
    assert briefgen("check", small_campaign, "--pages").code == 0
    people = small_campaign / "recipients.csv"
    header, first, *_ = people.read_text("utf-8-sig").splitlines()
    people.write_text(f"{header},paragraph\n{first},{' '.join(['much to read'] * 900)}\n", encoding="utf-8")
    said = briefgen("check", small_campaign)
    assert "letter-too-long" not in said.err
    assert "warning: letter-too-long" in briefgen("check", small_campaign, "--pages").err


def test_a_letter_that_cannot_be_composed_is_an_error(briefgen: Call, starter: Path) -> None:
    people = without_layout(starter) / "recipients.csv"
    people.write_text(people.read_text("utf-8-sig").replace("I write to you because Parliament", "[NAME]"))
    said = briefgen("check", starter, "--json")
    assert said.code == 1
    told = [(one["code"], one["about"]) for one in said.json["skipped"]]
    assert told == [("leftover-text", "clara-example"), ("leftover-text", "franka-muster")]
