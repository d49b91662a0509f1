"""Without a campaign the studio offers those opened lately, and starts a new one from a few words."""

from __future__ import annotations

from collections.abc import Iterator
from html import unescape
from pathlib import Path

import pytest
from material import tiny_campaign
from studio_client import ORIGIN, Opened, open_studio

from briefgen.studio.recent import list_recent, note_opened


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home folder of the test's own."""
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    (tmp_path / "home/Documents").mkdir(parents=True)
    return tmp_path / "home"


@pytest.fixture
def own(tmp_path: Path) -> Iterator[Opened]:
    folder = tmp_path / "spring"
    folder.mkdir()
    yield from open_studio(tiny_campaign(folder))


def post(opened: Opened, path: str, **fields: str) -> tuple[int, str, str]:
    answer = opened.client.post(path, data=fields, headers={"origin": ORIGIN})
    return answer.status_code, unescape(answer.text), str(answer.url)


def test_a_campaign_begins_with_a_few_words_in_the_users_documents(own: Opened, home: Path) -> None:
    status, html, url = post(own, "/new", kind="own", topic="Lead in  school – water")
    assert (status, "A new campaign" in html) == (200, True)
    assert "/c/lead-in-school-water-" in url
    folder = home / "Documents/lead-in-school-water"
    assert "title: Lead in school – water" in (folder / "campaign.yaml").read_text(encoding="utf-8")
    post(own, "/new", kind="own", topic="Lead in school water")
    assert (home / "Documents/lead-in-school-water-2/campaign.yaml").exists()
    assert [path.name for path in list_recent()] == ["lead-in-school-water-2", "lead-in-school-water"]
    assert "lead-in-school-water-2" in own.client.get("/").text


def test_without_a_topic_nothing_is_begun(own: Opened, home: Path) -> None:
    assert post(own, "/new", kind="own", topic="  ")[0] == 422
    assert list((home / "Documents").iterdir()) == []


def test_a_campaign_of_before_is_opened_again_and_no_other_folder_is(own: Opened, tmp_path: Path) -> None:
    note_opened(own.workspace.path)
    status, html, url = post(own, "/recent", folder=str(own.workspace.path))
    assert (status, own.workspace.key in url) == (200, True)
    assert "Letter to" in html
    assert post(own, "/recent", folder=str(tmp_path))[0] == 404
    assert post(own, "/recent", folder="/etc")[0] == 404


@pytest.mark.parametrize("text", ["", "{", "[1, null]", '"x"', '["/nowhere"]'])
def test_a_broken_list_is_an_empty_one(tmp_path: Path, text: str) -> None:
    folder = tmp_path / "state/briefgen"
    folder.mkdir(parents=True)
    (folder / "studio-recent.json").write_text(text)
    assert list_recent() == []
