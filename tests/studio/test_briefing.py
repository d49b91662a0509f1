"""The briefing is shown as it will be printed, and says what each statement rests on."""

from __future__ import annotations

from collections.abc import Iterator
from html import unescape
from pathlib import Path

import pytest
from material import tiny_campaign
from studio_client import ORIGIN, Opened, open_studio

pytestmark = pytest.mark.slow


@pytest.fixture
def own(tmp_path: Path) -> Iterator[Opened]:
    folder = tmp_path / "spring"
    folder.mkdir()
    tiny_campaign(folder)
    file = folder / "campaign.yaml"
    paper = "briefing:\n  title: Water   # as agreed\n  sections: [{heading: Schools, topics: [schools]}]\n"
    file.write_text(file.read_text(encoding="utf-8") + paper, encoding="utf-8")
    yield from open_studio(folder)


def test_the_pages_are_shown_with_their_statements(own: Opened) -> None:
    html = unescape(own.get("briefing"))
    assert 'aria-label="Statement: An estimated 37 per' in html
    panel = unescape(own.get("briefing?s=school-taps"))
    assert "Institute of Pipes" in panel.split('id="why"')[1]
    assert "Choose a statement on the page" in unescape(own.get("briefing?s=nothing"))


def test_a_title_is_changed_in_its_place_and_a_conflict_is_not_overwritten(own: Opened) -> None:
    html = own.post("briefing/edit", field="title", value="Taps give lead", seen="Water")
    assert "Taps give lead" in html
    file = own.workspace.path / "campaign.yaml"
    assert "  title: Taps give lead   # as agreed\n" in file.read_text(encoding="utf-8")
    path = f"/c/{own.workspace.key}/briefing/edit"
    fields = {"field": "title", "value": "Mine", "seen": "Water"}
    answer = own.client.post(path, data=fields, headers={"origin": ORIGIN})
    assert (answer.status_code, "Mine" in answer.text) == (422, True)
    assert "Mine" not in file.read_text(encoding="utf-8")
    answer = own.client.post(path, data={"field": "sections", "value": "x"}, headers={"origin": ORIGIN})
    assert answer.status_code == 422
