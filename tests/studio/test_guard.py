"""Nobody comes in but the browser that was handed the one-time address, and no page of another site."""

from __future__ import annotations

import errno
from unittest.mock import Mock

import pytest
from starlette.testclient import TestClient
from studio_client import ORIGIN, Opened

from briefgen.studio import guard
from briefgen.studio.guard import SECURITY_HEADERS, Doorkeeper


def stranger(opened: Opened) -> TestClient:
    return TestClient(opened.client.app, base_url=ORIGIN)


def test_nothing_is_shown_without_the_cookie(opened: Opened) -> None:
    for path in ("/", f"/c/{opened.workspace.key}/letters", "/static/1/studio.css", "/c/x/page/a-1.png"):
        assert stranger(opened).get(path).status_code == 403


def test_the_address_works_once_and_for_a_short_time(opened: Opened, monkeypatch: pytest.MonkeyPatch) -> None:
    door = opened.studio.door
    token = door.issue_token()
    client = stranger(opened)
    assert client.get(f"/open?t={token}", follow_redirects=False).status_code == 303
    assert stranger(opened).get(f"/open?t={token}").status_code == 403
    assert stranger(opened).get("/open?t=").status_code == 403
    late = door.issue_token()
    monkeypatch.setattr(guard.time, "monotonic", lambda: door._until + 1)
    assert stranger(opened).get(f"/open?t={late}").status_code == 403


def test_a_token_leads_to_pages_of_the_studio_alone(opened: Opened) -> None:
    token = opened.studio.door.issue_token()
    answer = stranger(opened).get(f"/open?t={token}&to=https://evil.example/", follow_redirects=False)
    assert answer.headers["location"] == "/"


@pytest.mark.parametrize(
    "host",
    [
        "evil.example",
        "127.0.0.1",
        "127.0.0.1:4322",
        "127.0.0.1:4321.evil.example",
        "localhost:4321.evil.example",
        "evil.example:4321",
        "[::1]:4321",
        "",
    ],
)
def test_a_name_that_was_bound_to_this_computer_is_refused(opened: Opened, host: str) -> None:
    assert opened.client.get("/", headers={"host": host}, follow_redirects=False).status_code == 403


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"origin": "https://evil.example"},
        {"origin": "null"},
        {"origin": "http://127.0.0.1:4322"},
        {"origin": f"{ORIGIN}.evil.example"},
        {"origin": ORIGIN, "sec-fetch-site": "cross-site"},
        {"origin": ORIGIN, "sec-fetch-site": "same-site"},
    ],
)
def test_another_site_can_change_nothing(opened: Opened, headers: dict[str, str]) -> None:
    path = f"/c/{opened.workspace.key}/make/start"
    assert opened.client.post(path, headers=headers, follow_redirects=False).status_code == 403


@pytest.mark.parametrize(
    "cookie", ["", "x", "briefgen_studio_4321=", "briefgen_studio_4321=forged", "a=b; ;=;"]
)
def test_a_forged_cookie_is_refused(opened: Opened, cookie: str) -> None:
    assert stranger(opened).get("/", headers={"cookie": cookie}).status_code == 403


def test_two_studios_do_not_know_each_others_cookies() -> None:
    one, other = Doorkeeper(1), Doorkeeper(2)
    assert one.cookie_name != other.cookie_name


def test_every_answer_has_the_security_headers(opened: Opened) -> None:
    key = opened.workspace.key
    for path in ("/", f"/c/{key}/check", f"/c/{key}/nothing", "/c/other/check"):
        answer = opened.client.get(path)
        assert {name: answer.headers[name] for name in SECURITY_HEADERS} == SECURITY_HEADERS
        assert answer.headers["cache-control"] == "no-store"
    refused = stranger(opened).get("/")
    assert refused.headers["x-frame-options"] == "DENY"


@pytest.mark.parametrize(
    "path",
    [
        "static/1/..%2f..%2fapp.py",
        "static/1/app.py",
        "static/1/%2e%2e",
        "c/{key}/page/..-1.png",
        "c/{key}/page/0000-1.png",
        "c/{key}/page/x-99999999999999999999.png",
        "c/{key}/letters/..%2f..%2fetc",
        "c/{key}/letters/nobody",
        "c/{key}/make/files/0",
        "c/{key}/make/files/99999999999999999999",
        "c/nothing/letters",
    ],
)
def test_an_address_is_no_path(opened: Opened, path: str) -> None:
    answer = opened.client.get("/" + path.format(key=opened.workspace.key))
    assert answer.status_code == 404
    assert "Traceback" not in answer.text


def test_no_page_has_inline_script_or_style(opened: Opened) -> None:
    for path in ("letters/ada-sample", "check", "make"):
        html = opened.get(path)
        assert " style=" not in html
        assert " onclick=" not in html
        assert "<style" not in html
        assert "<script>" not in html


def test_a_fault_and_a_full_disk_are_said_on_a_page(opened: Opened, monkeypatch: pytest.MonkeyPatch) -> None:
    calm = TestClient(opened.client.app, ORIGIN, raise_server_exceptions=False, cookies=opened.client.cookies)
    for error, words in (
        (OSError(errno.ENOSPC, "No space left on device", "/home/dana/x.csv"), "x.csv: No space left"),
        (ZeroDivisionError(), "This is a fault of briefgen (ZeroDivisionError in "),
    ):
        monkeypatch.setattr(opened.studio.engine, "submit", Mock(side_effect=error))
        answer = calm.get(f"/c/{opened.workspace.key}/check")
        assert answer.status_code == 500
        assert words in answer.text
        assert "/home/dana" not in answer.text
        assert answer.headers["x-frame-options"] == "DENY"


@pytest.mark.parametrize("path", ["page/x-{}.png", "make/files/{}", "draft/{}", "recipients/import/{}"])
def test_a_number_of_thousands_of_digits_is_nothing(opened: Opened, path: str) -> None:
    assert opened.client.get(f"/c/{opened.workspace.key}/{path.format('9' * 5000)}").status_code == 404
