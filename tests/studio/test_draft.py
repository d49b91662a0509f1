"""A draft from anybody is checked sentence by sentence, and comes back with comments; nothing of it is kept."""

from __future__ import annotations

from html import unescape
from io import BytesIO
from urllib.parse import quote

import docx
import pytest
from studio_client import ORIGIN, Opened

TRUE = (
    "By resolution 22/13 of 21 March 2013 the UN Human Rights Council established the commission of inquiry."
)
FALSE = (
    "By resolution 25/25 of 21 March 2013 the UN Human Rights Council established the commission of inquiry."
)


def send(opened: Opened, name: str, data: bytes) -> dict[str, str]:
    answer = opened.client.post(
        f"/c/{opened.workspace.key}/draft/file",
        content=data,
        headers={"origin": ORIGIN, "x-file-name": quote(name)},
    )
    found: dict[str, str] = answer.json()
    return found


def test_a_pasted_text_is_marked_and_each_fault_has_a_card(opened: Opened) -> None:
    html = unescape(opened.post("draft/text", text=f"{FALSE}\n\nWe hope to hear from you."))
    assert "1 sentence to look at" in html
    assert '<mark class="m-bad">' in html
    assert "Differs from what the source says" in html
    assert "We hope to hear from you." in html


def test_words_of_a_draft_are_never_markup(opened: Opened) -> None:
    html = opened.post("draft/text", text="<script>alert(1)</script> & 353 <b>votes</b> in 2024.")
    assert "<script>alert" not in html
    assert "<b>votes" not in html


def test_a_word_file_comes_back_with_comments(opened: Opened) -> None:
    document, target = docx.Document(), BytesIO()
    document.add_paragraph(FALSE)
    document.save(target)
    address = send(opened, "résumé draft.docx", target.getvalue())["to"]
    assert "résumé draft.docx: 1 sentence to look at" in unescape(opened.client.get(address).text)
    answer = opened.client.get(f"{address}/comments.docx")
    assert answer.headers["content-disposition"] == 'attachment; filename="rsum draft with comments.docx"'
    back = docx.Document(BytesIO(answer.content))
    summary, finding = (comment.text for comment in back.comments)
    assert summary.startswith("Audited by briefgen: 1 error.")
    assert "commission of inquiry" in finding


@pytest.mark.parametrize(
    ("name", "data", "words"),
    [
        ("a.exe", b"MZ", "This kind of file cannot be read."),
        ("../../a.docx", b"no archive", "."),
        ("a.pdf", b"%PDF-1.7 broken", "."),
        ("a.txt", b"", "."),
        ("", b"words", "This kind of file cannot be read."),
    ],
)
def test_a_file_that_cannot_be_read_says_why(opened: Opened, name: str, data: bytes, words: str) -> None:
    assert words in send(opened, name, data)["error"]


def test_a_file_that_is_too_large_is_not_read(opened: Opened) -> None:
    headers = {"origin": ORIGIN, "x-file-name": "a.txt", "content-length": "99000000"}
    path = f"/c/{opened.workspace.key}/draft/file"
    assert opened.client.post(path, content=b"x", headers=headers).status_code == 413


def test_a_draft_of_long_ago_is_no_longer_there(opened: Opened) -> None:
    assert opened.client.get(f"/c/{opened.workspace.key}/draft/999999").status_code == 404
