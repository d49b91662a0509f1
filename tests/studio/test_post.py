"""What is made is prepared for the post, and what has left is noted, once, with what it said."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from datetime import date
from html import unescape
from io import BytesIO
from pathlib import Path

import pytest
from command_line import call
from material import tiny_campaign
from studio_client import ORIGIN, Opened, open_studio

from briefgen.studio.screens.post import PREPARATIONS

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Opened]:
    """A campaign whose letters have been made; its date has come."""
    folder = tmp_path_factory.mktemp("post") / "spring"
    folder.mkdir()
    tiny_campaign(folder)
    file = folder / "campaign.yaml"
    file.write_text(file.read_text(encoding="utf-8").replace("2026-12-01", "2026-11-02"), encoding="utf-8")
    people = folder / "recipients.csv"
    header, *rows = people.read_text(encoding="utf-8").splitlines()
    emails = ("ada@x.example", "", "")
    lines = [f"{row},{email}" for row, email in zip(rows, emails, strict=True)]
    people.write_text("\n".join([f"{header},email", *lines]) + "\n", encoding="utf-8")
    assert call("batch", folder, "--format", "pdf", "-q").code == 0
    yield from open_studio(folder)


def test_one_file_to_print_is_made_and_downloaded(made: Opened) -> None:
    html = unescape(made.post("make/prepare", what="print"))
    assert "letters.pdf" in html
    answer = made.client.get(f"/c/{made.workspace.key}/make/prepared/0")
    assert answer.content.startswith(b"%PDF-")
    assert made.client.get(f"/c/{made.workspace.key}/make/prepared/9").status_code == 404


def test_drafts_come_as_an_archive_and_say_who_has_no_address(made: Opened) -> None:
    html = unescape(made.post("make/prepare", what="drafts"))
    assert "1 draft; 2 without an e-mail address" in html
    answer = made.client.get(f"/c/{made.workspace.key}/make/prepared/0")
    with zipfile.ZipFile(BytesIO(answer.content)) as archive:
        assert len(archive.namelist()) == 1


def test_nothing_else_is_run(made: Opened) -> None:
    path = f"/c/{made.workspace.key}/make/prepare"
    answer = made.client.post(path, data={"what": "print; rm -rf /"}, headers={"origin": ORIGIN})
    assert answer.status_code == 422
    assert all(one.command[0] in ("print", "drafts") for one in PREPARATIONS.values())


def test_letters_are_noted_as_sent_once_and_a_wrong_day_is_refused(made: Opened) -> None:
    assert "The day is missing" in unescape(made.post("make/sent", on="", way="post"))
    assert "is in the future" in unescape(made.post("make/sent", on="2999-01-01", way="post"))
    day = date(2026, 11, 3).isoformat()
    html = unescape(made.post("make/sent", on=day, way="post"))
    assert "3 letters noted as sent." in html
    assert "Ada Sample" in html.split("Who got what")[1]
    assert "0 letters noted as sent." in unescape(made.post("make/sent", on=day, way="post"))
    assert (Path(made.workspace.path) / "sent.csv").read_text(encoding="utf-8").count("\n") == 4
