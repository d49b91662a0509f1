"""The studio in a real browser: by mouse and by keyboard, with nothing blocked by its own policy."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from material import program, small_starter

pytest.importorskip("playwright", reason="playwright is not installed: .venv/bin/pip install playwright")
from playwright.sync_api import Page, sync_playwright

from briefgen.library.ingest.add_source import WorkDescription
from briefgen.library.ingest.curate import add_source, find_campaign_folder

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return small_starter(tmp_path_factory.mktemp("browser") / "spring")


@pytest.fixture(scope="module")
def address(folder: Path) -> Iterator[str]:
    """A studio that runs as a user starts it."""
    command = [sys.executable, "-P", "-m", "briefgen", "studio", str(folder), "--no-browser"]
    environment = {**os.environ, "HOME": str(folder.parent)}
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment)
    assert process.stdout is not None
    try:
        yield process.stdout.readline().split(" at ")[1].strip()
    finally:
        process.terminate()
        process.wait(20)
        process.stdout.close()


@pytest.fixture(scope="module")
def page(address: str) -> Iterator[Page]:
    """A browser that has opened it; what it complains of, or asks elsewhere for, fails the test at the end."""
    executable, complaints = program("chromium"), list[str]()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable, args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": 1440, "height": 1000})
        page.on("console", lambda message: _note_complaint(message.text, complaints))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("request", lambda request: _note_foreign(request.url, complaints))
        page.goto(address)
        yield page
        browser.close()
    assert complaints == []


def _note_complaint(text: str, complaints: list[str]) -> None:
    if "the server responded with a status of 422" not in text:  # an answer that was refused on purpose
        complaints.append(text)


def _note_foreign(url: str, complaints: list[str]) -> None:
    if not url.startswith("http://127.0.0.1:"):
        complaints.append(url)


def home(page: Page) -> str:
    return re.sub(r"(/c/[^/]+/).*", r"\1", page.url)


def test_a_letter_is_on_the_screen_with_its_statements_in_place(page: Page) -> None:
    page.goto(f"{home(page)}letters/ada-sample")
    sheet = page.locator(".sheet").first.bounding_box()
    assert sheet is not None
    marks = page.locator("a.st:not(.part):not([aria-hidden])")
    assert marks.count() >= 3
    for mark in marks.all():
        box = mark.bounding_box()
        assert box is not None
        assert sheet["x"] < box["x"] < box["x"] + box["width"] < sheet["x"] + sheet["width"]
        assert box["height"] < 30


def test_a_click_on_a_statement_tells_why_it_is_there_and_back_leads_back(page: Page) -> None:
    page.goto(f"{home(page)}letters/ada-sample")
    mark = page.locator("a.st:not(.part):not([aria-hidden])").nth(1)
    words = str(mark.get_attribute("aria-label")).removeprefix("Statement: ").split()
    mark.click()
    page.wait_for_selector("#why")
    assert page.locator("#why blockquote").inner_text().split() == words
    assert page.locator("a.st.sel").count() >= 1
    page.go_back()
    page.wait_for_selector("#why", state="detached")


def test_letters_can_be_gone_through_by_keyboard_alone(page: Page) -> None:
    page.goto(f"{home(page)}letters/ada-sample")
    page.locator("#people a[aria-current]").focus()
    page.keyboard.press("j")
    page.wait_for_url("**/ben-placeholder*")
    page.wait_for_function("document.activeElement.getAttribute('aria-current') === 'true'")
    page.keyboard.press("ArrowUp")
    page.wait_for_url("**/ada-sample")
    page.locator("a.st:not(.part):not([aria-hidden])").first.focus()
    page.keyboard.press("Enter")
    page.wait_for_selector("#why")
    page.keyboard.press("Escape")
    page.wait_for_selector("#why", state="detached")


def test_the_first_page_begins_a_campaign_of_ones_own(page: Page, folder: Path) -> None:
    before = home(page)
    page.goto(before.split("/c/")[0])
    page.fill("#topic", "Safe crossings")
    page.keyboard.press("Enter")
    page.wait_for_url("**/start")
    assert (folder.parent / "safe-crossings" / "campaign.yaml").is_file()
    page.goto(f"{before}letters/ada-sample")


def test_recipients_are_found_by_their_names(page: Page) -> None:
    page.goto(f"{home(page)}letters/ada-sample")
    page.fill("#find", "clara")
    visible = page.locator("#people a:not([hidden])")
    assert visible.count() == 1
    page.fill("#find", "")
    assert page.locator("#people a:not([hidden])").count() == 3


@pytest.mark.parametrize(("width", "height"), [(1440, 1000), (900, 800), (420, 800)])
@pytest.mark.parametrize("path", ["letters/ada-sample", "evidence", "check", "make"])
def test_no_screen_is_wider_than_its_window(page: Page, path: str, width: int, height: int) -> None:
    page.set_viewport_size({"width": width, "height": height})
    page.goto(home(page) + path)
    wide = page.evaluate("document.documentElement.scrollWidth")
    page.set_viewport_size({"width": 1440, "height": 1000})
    assert wide <= width


@pytest.fixture(scope="module")
def axe() -> str:
    """The accessibility checker axe-core; skips aloud where it is not at hand."""
    path = os.environ.get("BRIEFGEN_AXE", "")
    if not Path(path).is_file():
        message = "BRIEFGEN_AXE names no axe.min.js: accessibility is not judged"
        if os.environ.get("CI") == "true":
            pytest.fail(message)
        pytest.skip(message)
    return Path(path).read_text(encoding="utf-8")


@pytest.mark.parametrize(
    "path",
    [
        "start",
        "recipients",
        "letters/ada-sample",
        "letters/ada-sample?s=inquiry-findings-2014",
        "letters/ada-sample?s=address",
        "evidence",
        "evidence/statements/inquiry-findings-2014",
        "briefing",
        "check",
        "make",
        "draft",
    ],
)
def test_axe_finds_nothing_on_any_screen(page: Page, axe: str, path: str) -> None:
    page.goto(home(page) + path)
    assert _find_violations(page, axe) == []


def test_axe_finds_nothing_in_a_spreadsheet_a_draft_and_the_first_page(page: Page, axe: str) -> None:
    page.goto(f"{home(page)}draft")
    page.fill("#text", "The House passed H.R. 3012 by 353 votes to 37. We thank you.")
    page.click("text=Check this text")
    page.wait_for_selector(".cards")
    assert _find_violations(page, axe) == []
    page.goto(f"{home(page)}recipients")
    sheet = {"name": "members.csv", "mimeType": "text/csv", "buffer": b"Name,City\nDana Muster,Leith\n"}
    page.set_input_files("#file", sheet)
    page.wait_for_selector(".matching")
    assert _find_violations(page, axe) == []
    at = home(page)
    page.goto(at.split("/c/")[0])
    assert _find_violations(page, axe) == []
    page.goto(f"{at}letters/ada-sample")


def _find_violations(page: Page, axe: str) -> list[str]:
    page.evaluate(axe)
    found = page.evaluate("axe.run()")["violations"]
    return [f"{one['id']}: {one['nodes'][0]['html'][:200]}" for one in found]


def test_a_change_of_the_files_reaches_the_open_page(page: Page, folder: Path) -> None:
    page.goto(f"{home(page)}letters/ada-sample")
    page.wait_for_selector(".sheet img")
    file = folder / "campaign.yaml"
    text = file.read_text(encoding="utf-8")
    page.wait_for_timeout(1500)  # the stream of events is open
    file.write_text(re.sub(r"(?m)^title: .*$", "title: A title of another day", text), encoding="utf-8")
    page.wait_for_selector(".camp:has-text('A title of another day')", timeout=30_000)
    file.write_text(text, encoding="utf-8")


@pytest.fixture(scope="module")
def survey(folder: Path) -> None:
    """A source with its full text."""
    file = folder.parent / "survey.txt"
    text = "Inspectors tested 1,200 taps in schools. They found lead at 444 of the taps.\nNo child was examined.\n"
    file.write_text(text, encoding="utf-8")
    described = WorkDescription("Taps of schools", ("Pipe Office",), "2025")
    add_source(find_campaign_folder(folder), file, "survey", described)


def test_a_statement_is_written_from_marked_words_by_keyboard_alone(page: Page, survey: None) -> None:
    page.goto(f"{home(page)}evidence/sources/survey")
    page.locator("#leaf").focus()
    page.keyboard.press("ArrowRight")
    for _ in range(5):
        page.keyboard.press("Shift+ArrowRight")
    page.keyboard.press("Enter")
    page.wait_for_selector("#say:focus")
    assert (
        page.locator("form.new-statement blockquote").inner_text()
        == "“Inspectors tested 1,200 taps in schools”"
    )
    page.keyboard.type("The Pipe Office tested 1,300 taps in schools.")
    page.wait_for_selector("#checks .bad")
    for _ in range(len("300 taps in schools.")):
        page.keyboard.press("ArrowLeft")
    page.keyboard.press("Delete")
    page.keyboard.type("2")
    page.wait_for_selector("#checks :text('agree with the source')")
    page.locator("#by").focus()
    page.keyboard.type("Ann Reader")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.wait_for_selector(":text('Approved by Ann Reader')")
    page.locator("header form button", has_text="Undo").click()
    page.wait_for_selector("#find")


def test_words_are_marked_with_the_mouse_and_what_was_typed_stays(page: Page, survey: None) -> None:
    page.goto(f"{home(page)}evidence/sources/survey")
    words = page.locator("#leaf p").nth(1)
    words.click(click_count=3)
    page.wait_for_selector("#say:focus")
    page.keyboard.type("Nobody was examined.")
    page.locator("#leaf p").nth(0).dblclick(position={"x": 70, "y": 12})
    page.wait_for_selector("form.new-statement blockquote:not(:has-text('child'))")
    assert page.locator("#say").input_value() == "Nobody was examined."


def test_what_is_typed_while_an_answer_is_saved_stays(page: Page) -> None:
    at = home(page)
    page.goto(f"{at}start")
    page.fill("#f-role", "Chair")
    page.keyboard.press("Tab")
    page.fill("#f-email", "d")
    page.wait_for_selector("#live:has-text('Saved')", state="attached")
    assert page.input_value("#f-email") == "d"
    assert page.evaluate("document.activeElement.id") == "f-email"
    page.set_viewport_size({"width": 320, "height": 256})  # 400 % of a window of 1280 pixels
    assert page.evaluate("document.documentElement.scrollWidth") <= 320  # with Undo at the top
    page.set_viewport_size({"width": 1440, "height": 1000})
    page.fill("#f-email", "")
    page.goto(f"{at}letters/ada-sample")


def test_an_answer_that_was_refused_is_kept_while_others_are_saved(page: Page) -> None:
    at = home(page)
    page.goto(f"{at}start")
    page.fill("#f-name", "")
    page.keyboard.press("Tab")
    page.wait_for_selector("#f-name[aria-invalid]")
    assert page.url.endswith("/start")
    page.fill("#f-role", "President")
    page.keyboard.press("Tab")
    page.wait_for_selector("#live:has-text('Saved')", state="attached")
    assert page.get_attribute("#f-name", "aria-invalid") == "true"
    page.goto(f"{at}letters/ada-sample")
