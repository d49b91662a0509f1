"""brief as a user calls it: the campaign's paper, or another from the same campaign."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from material import ROOT

pytestmark = pytest.mark.slow


def test_brief_writes_another_paper_beside_the_briefing(briefgen: Callable[..., Any], tmp_path: Path) -> None:
    said = briefgen(
        "brief", str(ROOT / "examples/starter"), "--template", "leave-behind", "--out", str(tmp_path)
    )
    assert said.code == 0
    assert (tmp_path / "briefing/act-on-the-inquiry-leave-behind.pdf").is_file()


def test_a_paper_that_is_not_there_is_named(briefgen: Callable[..., Any], tmp_path: Path) -> None:
    said = briefgen(
        "brief", str(ROOT / "examples/starter"), "--template", "leave-behnd", "--out", str(tmp_path)
    )
    assert said.code == 1
    assert "there is no template leave-behnd/default.html.j2" in said.err
    assert "did you mean leave-behind" in said.err
    assert not list(tmp_path.rglob("*.pdf"))
