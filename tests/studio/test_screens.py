"""Each screen shows the campaign as its files are, says what is wrong, and goes on with the last good state."""

from __future__ import annotations

import shutil
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from material import tiny_campaign
from studio_client import Opened, open_studio


@pytest.fixture
def own(tmp_path: Path) -> Iterator[Opened]:
    """A small campaign, for tests that change it."""
    folder = tmp_path / "spring"
    folder.mkdir()
    yield from open_studio(tiny_campaign(folder))


def test_a_letter_is_shown_with_its_statements_and_its_text(opened: Opened) -> None:
    html = opened.get("letters/ada-sample")
    assert "Letter to The Honorable Ada Sample" in html
    assert 'aria-label="Statement: ' in html
    assert "Dear Senator Sample:" in html  # under “Read as text”
    assert opened.get("letters") == html  # the first letter


def test_a_statement_says_why_it_is_there_and_what_its_source_says(opened: Opened) -> None:
    letter = opened.studio.engine.submit(lambda: opened.workspace.show_letter("ada-sample")).result()
    for entry in letter.document.record["snippets"]:
        html = opened.get(f"letters/ada-sample?s={entry['id']}")
        assert "Why is this here?" in html
        assert "What it says there" in html or entry["kind"] == "ask"
        assert f"Approved by {entry['reviewed']['by']}" in html


@pytest.mark.parametrize(
    ("part", "words"),
    [
        ("address", "From your list of recipients, recipients.csv, row"),
        ("salutation", "Written as is right for the office us senator"),
        ("signature", "The sender of the campaign"),
    ],
)
def test_address_salutation_and_signature_say_where_they_come_from(
    opened: Opened, part: str, words: str
) -> None:
    assert words in opened.get(f"letters/ada-sample?s={part}")


def test_the_picture_of_a_page_is_known_by_its_content(opened: Opened) -> None:
    html = opened.get("letters/ada-sample")
    address = html.split('<img src="')[1].split('"')[0]
    answer = opened.client.get(address)
    assert answer.content.startswith(b"\x89PNG")
    assert "immutable" in answer.headers["cache-control"]


def test_a_change_of_the_files_is_seen_and_a_broken_one_leaves_the_last_good_state(own: Opened) -> None:
    file = own.workspace.path / "campaign.yaml"
    good = file.read_text(encoding="utf-8")
    assert "fund yearly tests" in own.get("letters/ada-sample")
    file.write_text(good.replace("fund yearly tests", "pay for daily tests"), encoding="utf-8")
    assert "pay for daily tests" in own.get("letters/ada-sample")
    file.write_text(good + "nonsense: [", encoding="utf-8")
    html = own.get("letters/ada-sample")
    assert "so that they cannot be read" in html
    assert "pay for daily tests" in html
    assert "to mend" in own.get("check")


def test_a_campaign_that_was_never_sound_says_what_it_needs(tmp_path: Path) -> None:
    folder = tmp_path / "spring"
    folder.mkdir()
    tiny_campaign(folder)
    file = folder / "campaign.yaml"
    file.write_text(
        file.read_text(encoding="utf-8").replace("country: GB", "country: Britain"), encoding="utf-8"
    )
    for opened in open_studio(folder):
        assert "No letter can be made yet" in opened.get("letters")
        assert "campaign.yaml, line" in opened.get("check")
        assert "Letters can be made when" in opened.get("make")


def test_a_letter_that_cannot_be_made_says_why_and_the_others_are_shown(own: Opened) -> None:
    people = own.workspace.path / "recipients.csv"
    text = people.read_text(encoding="utf-8")
    people.write_text(
        text.replace("ben-placeholder,us-senator", "ben-placeholder,us-senatr"), encoding="utf-8"
    )
    assert "Dear Senator Ada Sample:" in own.get("letters/ada-sample")
    assert "us-senatr" in own.get("check")


def test_checking_goes_on_in_the_background_and_is_shown_when_it_is_done(own: Opened) -> None:
    assert "is being checked" in own.get("check")
    deadline = time.monotonic() + 60
    while "Every letter has been checked" not in (html := own.get("check")):
        assert time.monotonic() < deadline, html
        time.sleep(0.1)


@pytest.mark.slow
def test_letters_are_made_and_can_be_taken_away(own: Opened) -> None:
    file = own.workspace.path / "campaign.yaml"
    file.write_text(file.read_text(encoding="utf-8") + "output: {formats: [txt]}\n", encoding="utf-8")
    own.post("make/start")
    from briefgen.studio.screens.make import _runs

    _runs[own.workspace.key].wait(60)
    html = own.get("make")
    assert "All letters are made." in html
    assert html.count(" download>Download<") == 3
    answer = own.client.get(f"/c/{own.workspace.key}/make/files/0")
    assert answer.headers["content-disposition"].startswith("attachment")
    assert "Dear Senator Ada Sample:" in answer.text
    assert own.client.get(f"/c/{own.workspace.key}/make/progress.json").json()["over"] is True


def test_a_link_in_the_place_of_a_letter_is_not_handed_out(own: Opened, tmp_path: Path) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text("secret")
    out = own.workspace.path / "out"
    (out / "letters").mkdir(parents=True)
    (out / "letters/a.txt").symlink_to(secret)
    rows = "id,state,file,pages\nada,rendered,letters/a.txt,1\nben,rendered,../../secret.txt,1\n"
    (out / "manifest.csv").write_text(rows, encoding="utf-8")
    for number in (0, 1):
        assert own.client.get(f"/c/{own.workspace.key}/make/files/{number}").status_code == 404
    shutil.rmtree(out)


def test_two_pages_that_ask_for_the_same_do_not_make_each_other_void(opened: Opened) -> None:
    held, path = threading.Event(), f"/c/{opened.workspace.key}/start"
    opened.studio.engine.submit(lambda: held.wait(20))
    with ThreadPoolExecutor() as pool:
        answers = [
            pool.submit(opened.client.get, path, headers={"x-page": name} if name else {})
            for name in ("one", "other", "", "")
        ]
        while len(opened.studio.engine._jobs) < len(answers):
            time.sleep(0.01)
        held.set()
        assert [one.result().status_code for one in answers] == [200] * 4
