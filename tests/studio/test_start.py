"""The first questions: each answer is saved by itself, a bad one stays in its field with the reason."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from html import unescape
from pathlib import Path

import pytest
from studio_client import ORIGIN, Opened, open_studio

from briefgen.campaign.new_campaign import CampaignAnswers, create_own_campaign
from briefgen.studio.screens.start import FIELDS


@pytest.fixture
def blank(tmp_path: Path) -> Iterator[Opened]:
    """A campaign of which nothing is known but its topic."""
    create_own_campaign(tmp_path / "taps", CampaignAnswers(topic="Lead in water"), date(2027, 3, 1))
    yield from open_studio(tmp_path / "taps")


def answer(opened: Opened, field: str, value: str, seen: str = "") -> tuple[int, str]:
    path = f"/c/{opened.workspace.key}/start/edit"
    found = opened.client.post(
        path, data={"field": field, "value": value, "seen": seen}, headers={"origin": ORIGIN}
    )
    return found.status_code, unescape(found.text)


def test_a_blank_campaign_becomes_one_that_can_be_opened(blank: Opened) -> None:
    assert "A new campaign" in blank.get("start")
    assert "Your letter so far" in blank.get("start")
    for field, value in (
        ("organisation", "Clear Taps"),
        ("name", "Dana Writer"),
        ("address", "4 Harbour Road\r\n\r\n  Leith  EH6 7AA "),
        ("country", "GB"),
        ("ask", "to fund yearly tests"),
    ):
        status, html = answer(blank, field, value)
        assert status == 200, html
    assert blank.workspace.refresh().errors == ()
    text = (blank.workspace.path / "campaign.yaml").read_text(encoding="utf-8")
    assert "address: [4 Harbour Road, Leith EH6 7AA]   # one line for each" in text
    assert "ask: fund yearly tests\n" in text
    assert "# printed on every letter; never taken from the clock" in text


def test_a_bad_answer_stays_in_its_field_and_is_not_written(blank: Opened) -> None:
    file = blank.workspace.path / "campaign.yaml"
    for field, value in (
        ("organisation", "C"),
        ("name", "D"),
        ("address", "E"),
        ("country", "GB"),
        ("ask", "f"),
    ):
        answer(blank, field, value)
    before = file.read_bytes()
    status, html = answer(blank, "date", "1 March", seen="2027-03-01")
    assert status == 422
    assert "Not saved yet." in html
    assert 'value="1 March"' in html
    assert file.read_bytes() == before


def test_an_answer_that_was_changed_elsewhere_is_not_overwritten(blank: Opened) -> None:
    file = blank.workspace.path / "campaign.yaml"
    file.write_text(file.read_text(encoding="utf-8").replace("Lead in water", "Theirs"), encoding="utf-8")
    status, html = answer(blank, "title", "Ours", seen="Lead in water")
    assert status == 422
    assert "'Theirs'" in html
    assert 'value="Ours"' in html
    assert "title: Theirs" in file.read_text(encoding="utf-8")


def test_what_may_be_left_out_can_be_emptied_again(blank: Opened) -> None:
    assert answer(blank, "subject", "Lead")[0] == 200
    assert answer(blank, "subject", "", seen="Lead")[0] == 200
    assert "subject" not in (blank.workspace.path / "campaign.yaml").read_text(encoding="utf-8")


def test_a_question_that_is_not_asked_is_not_answered(blank: Opened) -> None:
    assert answer(blank, "selection", "x")[0] == 422
    assert len({field.name for field in FIELDS}) == len(FIELDS)


def test_countries_are_in_the_order_of_their_names(blank: Opened) -> None:
    html = unescape(blank.get("start"))
    assert html.index(">Sweden<") < html.index(">Switzerland<") < html.index(">Zimbabwe<")
    assert html.index(">Afghanistan<") < html.index(">Åland Islands<") < html.index(">Bahrain<")


@pytest.mark.parametrize("data", [b"\xff\xfe[}{", b"title: [", b"\xe9: 1"])
def test_a_file_that_breaks_while_the_page_is_open_is_no_fault(blank: Opened, data: bytes) -> None:
    (blank.workspace.path / "campaign.yaml").write_bytes(data)
    found = blank.client.get(f"/c/{blank.workspace.key}/start")
    assert found.status_code == 422
    assert "Cannot be read at the moment" in found.text
    assert answer(blank, "title", "Taps")[0] == 422
