"""Evidence: which statements there are, what their sources say in context, and who approved them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from html import unescape
from pathlib import Path
from urllib.parse import quote

import pytest
from material import tiny_campaign
from studio_client import ORIGIN, Opened, open_studio

from briefgen.library.ingest.add_source import WorkDescription
from briefgen.library.ingest.curate import add_source, find_campaign_folder
from briefgen.library.ingest.draft_snippet import SnippetRequest
from briefgen.library.ingest.snippet_files import add_snippet
from briefgen.library.loader import DEFAULT_TEXT_LOCATIONS

TEXT = """\
The survey began in 2024 in all counties.
Inspectors tested 1,200 taps in schools. In 2025 they found lead at 444 of the taps, most in old buildings. No child was examined.
The office wrote to every county and asked for the plans of its buildings, of which a third came back within the year.
"""
SAID = "In 2025 the Pipe Office found lead at 444 of the taps."


def campaign_with_a_draft(folder: Path) -> Path:
    """A campaign with a source of its own, and a draft that quotes it."""
    (folder / "spring").mkdir()
    home = find_campaign_folder(tiny_campaign(folder / "spring"))
    file = folder / "survey.txt"
    file.write_text(TEXT, encoding="utf-8")
    add_source(home, file, "survey", WorkDescription("Taps of <b>schools</b>", ("Pipe Office",), "2025"))
    request = SnippetRequest(
        "taps-2025", "survey", ("they found lead at 444 of the taps",), topics=("pipes",), say=SAID
    )
    add_snippet(home, request, DEFAULT_TEXT_LOCATIONS, date(2026, 11, 20))
    return folder / "spring"


@pytest.fixture(scope="module")
def shown(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Opened]:
    """For tests that change nothing."""
    yield from open_studio(campaign_with_a_draft(tmp_path_factory.mktemp("evidence")))


@pytest.fixture
def own(tmp_path: Path) -> Iterator[Opened]:
    """For tests that change it."""
    yield from open_studio(campaign_with_a_draft(tmp_path))


def get(opened: Opened, path: str) -> str:
    return unescape(opened.get(path))


def test_statements_are_listed_with_everything_that_is_known_of_them(shown: Opened) -> None:
    html = get(shown, "evidence")
    assert "Used in your letters: 1" in html
    assert "An estimated 37 percent of the taps tested" in html
    assert "Approved by Dana Writer on 20 November 2026 · in 3 letters" in html
    assert SAID not in html
    waiting = get(shown, "evidence?show=waiting")
    assert SAID in waiting
    assert "Taps of <b>schools</b>, Pipe Office, 2025" in waiting
    assert "Nobody has approved it yet" in waiting
    assert "On your topics: 2" in get(shown, "evidence?show=topics")
    assert "All statements: 3" in get(shown, "evidence?show=all")


def test_what_others_wrote_is_never_markup(shown: Opened) -> None:
    for path in ("evidence?show=all", "evidence/statements/taps-2025", "evidence/sources/survey"):
        assert "<b>schools" not in shown.get(path)


def test_a_statement_shows_its_words_in_the_context_of_the_source_and_its_letters(shown: Opened) -> None:
    html = shown.get("evidence/statements/taps-2025")
    marked = '<mark class="quoted">they found lead at 444 of the taps</mark>'
    assert f"In 2025 {marked}, most in old buildings." in html
    assert "No child" not in html
    assert "In no letter" in html
    used = shown.get("evidence/statements/school-taps")
    assert "Noted by Dana Writer, who read it on 20 November 2026. Not a quotation." in used
    assert 'letters/ada-sample?s=school-taps">Ada Sample' in used


def test_without_its_text_only_the_kept_words_are_shown_and_it_says_so(own: Opened) -> None:
    (own.workspace.path / "seeds" / "texts" / "survey.txt").unlink()
    html = own.get("evidence/statements/taps-2025")
    assert '<blockquote class="passage"><mark class="quoted">they found lead' in html
    assert "The full text is not on this computer" in html
    assert "The full text of this source is not on this computer" in own.get("evidence/sources/survey")


def test_a_source_is_shown_with_its_numbers_and_the_words_that_are_used(shown: Opened) -> None:
    html = shown.get("evidence/sources/survey")
    assert 'data-where="2"' in html
    link = 'statements/taps-2025" title="taps 2025" draggable="false" data-swap>'
    used = f"{link}they found lead at 444 of the taps</a>, most"
    assert used in html


def test_a_problem_of_a_statement_is_shown_with_it_and_leads_to_it(own: Opened) -> None:
    card = own.workspace.path / "snippets" / "school-taps.md"
    text = card.read_text(encoding="utf-8")
    card.write_text(text.replace("as_of: 2025", "as_of: 2025\nrecheck_by: 2026-11-01"), encoding="utf-8")
    html = get(own, "evidence")
    assert "2026-11-01" in html or "1 November 2026" in html
    assert "evidence/statements/school-taps" in own.get("check")


@pytest.mark.parametrize("path", ["statements/nothing", "sources/nothing", "sources/..%2fcampaign"])
def test_what_is_not_there_is_not_found(shown: Opened, path: str) -> None:
    answer = shown.client.get(f"/c/{shown.workspace.key}/evidence/{path}")
    assert answer.status_code == 404


def drop(opened: Opened, name: str, data: bytes) -> dict[str, str]:
    headers = {"origin": ORIGIN, "x-file-name": quote(name)}
    path = f"/c/{opened.workspace.key}/evidence/file"
    found: dict[str, str] = opened.client.post(path, content=data, headers=headers).json()
    return found


def files_of(opened: Opened) -> dict[str, bytes]:
    folder = opened.workspace.path
    found = {path.relative_to(folder).as_posix(): path for path in folder.rglob("*") if path.is_file()}
    return {name: path.read_bytes() for name, path in found.items() if not name.startswith(".briefgen/")}


REPORT = b"""<html><head><title>Pipes of 2026</title></head><body><h1>Pipes of 2026</h1>
<p>Lead was found in 512 pipes.</p><p>None was replaced.</p></body></html>"""


def test_a_dropped_source_is_described_added_and_undone_as_one(own: Opened) -> None:
    before = files_of(own)
    page = drop(own, "pipes report.html", REPORT)["to"]
    html = own.client.get(page).text
    assert 'value="Pipes of 2026"' in html
    assert "Lead was found in 512 pipes." in html
    assert files_of(own) == before  # nothing is written yet
    fields = {"title": "Pipes of 2026", "authors": "Office; Doe, Ann", "issued": "2026-03"}
    answer = own.client.post(f"{page}/add", data=fields, headers={"origin": ORIGIN})
    assert answer.status_code == 200
    assert answer.url.path.endswith("/evidence/sources/o-2026")
    assert "Lead was found in 512 pipes." in answer.text
    assert "Office and Doe, 2026" in answer.text
    assert "seeds/texts/o-2026.txt" in files_of(own)
    own.post("undo")
    assert files_of(own) == before


def test_a_source_that_is_described_wrongly_is_not_added_and_nothing_typed_is_lost(own: Opened) -> None:
    before = files_of(own)
    page = drop(own, "pipes.html", REPORT)["to"]
    fields = {"title": "Pipes", "issued": "last spring", "url": "somewhere", "authors": "Office"}
    answer = own.client.post(f"{page}/add", data=fields, headers={"origin": ORIGIN})
    assert answer.status_code == 422
    assert "is not a date" in answer.text
    assert "is not a web address" in answer.text
    assert 'value="last spring"' in answer.text
    assert files_of(own) == before


@pytest.mark.parametrize(
    ("name", "data", "words"),
    [
        ("a.odt", b"PK", "Save it as a PDF"),
        ("a.pdf", b"no pdf", "."),
        ("a.txt", b"", "empty"),
        ("../../a.txt", b"\xff\xfe\x00", "."),
    ],
)
def test_a_source_that_cannot_be_read_says_why(shown: Opened, name: str, data: bytes, words: str) -> None:
    error = drop(shown, name, data)["error"]
    assert words in error
    assert "/tmp" not in error


QUOTED = "Inspectors tested 1,200 taps in schools"
GOOD = "The Pipe Office tested 1,200 taps in schools."
WRONG = "The Pipe Office tested 1,300 taps in schools."


def answer_of(opened: Opened, path: str, **fields: str) -> tuple[int, str]:
    answer = opened.client.post(
        f"/c/{opened.workspace.key}/evidence/{path}", data=fields, headers={"origin": ORIGIN}
    )
    return answer.status_code, unescape(answer.text)


def test_marked_words_open_the_editor_and_are_found_in_the_source(shown: Opened) -> None:
    html = get(shown, f"evidence/sources/survey?quote={quote(QUOTED)}")
    assert "New statement" in html
    assert f'<mark class="quoted">{QUOTED}</mark>' in html
    assert "The words are in the source" in html
    html = get(shown, f"evidence/sources/survey?quote={quote('Inspectors tested 9 taps')}")
    assert "The words are in the source" not in html


def test_typing_is_checked_and_nothing_is_written(shown: Opened) -> None:
    before = files_of(shown)
    status, html = answer_of(shown, "sources/survey/check", quote=QUOTED, say=WRONG)
    assert status == 200
    assert "1,300" in html
    assert "agree with the source" not in html
    _, html = answer_of(shown, "sources/survey/check", quote=QUOTED, say=GOOD)
    assert "Figures, dates and hedges agree with the source" in html
    _, html = answer_of(shown, "statements/taps-2025/check", say=SAID.replace("444", "555"))
    assert "555" in html
    assert files_of(shown) == before


def test_words_that_occur_twice_are_told_apart_by_what_is_before_them(shown: Opened) -> None:
    _, html = answer_of(shown, "sources/survey/check", quote="taps", say="")
    assert "The words are in the source" not in html
    _, html = answer_of(shown, "sources/survey/check", quote="taps", before="tested 1,200", say="")
    assert "The words are in the source" in html


def test_a_statement_is_approved_by_name_and_undone_as_one(own: Opened) -> None:
    before = files_of(own)
    fields = {"quote": QUOTED, "say": GOOD, "topics": "schools, Old pipes", "action": "approve"}
    status, html = answer_of(own, "sources/survey/save", by="Ann Reader", **fields)
    assert status == 200, html
    assert "Approved by Ann Reader" in html
    assert 'value="Ann Reader"' in html  # asked once
    card = files_of(own)["snippets/the-pipe-office-tested-1-200.md"].decode()
    assert "topics: [schools, old-pipes]" in card
    assert "the-pipe-office-tested" in files_of(own)["snippets/quotes.lock"].decode()
    campaign = own.workspace.refresh().campaign
    assert campaign is not None
    own.post("undo")
    assert files_of(own) == before


def test_what_differs_from_the_source_is_not_approved_but_can_be_kept_as_a_draft(own: Opened) -> None:
    before = files_of(own)
    fields = {"quote": QUOTED, "say": WRONG}
    status, html = answer_of(own, "sources/survey/save", by="Ann Reader", action="approve", **fields)
    assert status == 422
    assert "Not saved." in html
    assert WRONG in html
    assert files_of(own) == before
    status, html = answer_of(own, "sources/survey/save", action="draft", **fields)
    assert status == 200, html
    assert "Nobody has approved it yet" in html
    assert not own.workspace.refresh().errors


def test_an_approval_needs_a_name_and_a_statement_its_words(own: Opened) -> None:
    before = files_of(own)
    status, html = answer_of(own, "sources/survey/save", quote=QUOTED, say=GOOD, action="approve", by=" ")
    assert status == 422
    assert "name of the person" in html
    status, html = answer_of(own, "sources/survey/save", quote=QUOTED, say=" ", action="draft")
    assert (status, "Write the statement first" in html) == (422, True)
    assert files_of(own) == before


def test_a_draft_is_finished_and_approved_words_stay_until_new_ones_are(own: Opened) -> None:
    said = SAID.replace("lead at", "lead in")
    status, html = answer_of(own, "statements/taps-2025/save", say=said, action="approve", by="Ann Reader")
    assert status == 200
    assert "Approved by Ann Reader" in html
    approved = files_of(own)
    wrong = {"say": said.replace("444", "555"), "by": "Ann Reader"}
    status, html = answer_of(own, "statements/taps-2025/save", action="approve", **wrong)
    assert (status, "555" in html) == (422, True)
    status, _ = answer_of(own, "statements/taps-2025/save", action="draft", **wrong)
    assert status == 422
    assert files_of(own) == approved


def test_statements_of_a_library_cannot_be_changed_here(opened: Opened) -> None:
    campaign = opened.workspace.refresh().campaign
    assert campaign is not None
    id = next(iter(campaign.composer.library.origins))
    assert "In your own words" not in opened.get(f"evidence/statements/{id}")
    status, _ = answer_of(opened, f"statements/{id}/save", say="Other words.", by="Ann", action="approve")
    assert status == 422
