"""What is changed on the page is changed in the file, there alone, and can be undone; nothing typed is lost."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from studio_client import ORIGIN, Opened, open_studio

from briefgen.errors import BriefgenError
from briefgen.studio.files import CampaignWriter, ChangedElsewhereError
from briefgen.system.yaml_splice import YamlEdit

LETTER = "letters/ada-sample"


@pytest.fixture
def own(opened: Opened, tmp_path: Path) -> Iterator[Opened]:
    """A copy of the campaign, for tests that change it."""
    folder = shutil.copytree(opened.workspace.path, tmp_path / "spring")
    yield from open_studio(Path(folder))


def statements(opened: Opened) -> list[str]:
    """The statements in the letter, in its order, without its ask."""
    letter = opened.studio.engine.submit(lambda: opened.workspace.show_letter("ada-sample")).result()
    return [entry["id"] for entry in letter.document.record["snippets"] if entry["kind"] != "ask"]


def test_a_statement_is_left_out_of_one_letter_and_comes_back(own: Opened) -> None:
    first, *others = statements(own)
    html = own.post(f"{LETTER}/edit", action="leave-out", statement=first)
    assert first not in statements(own)
    assert "Some things hold for this letter alone." in html
    assert "Undo: Left a statement out for Ada Sample" in html
    ben = own.studio.engine.submit(lambda: own.workspace.show_letter("ben-placeholder"))
    assert first in [entry["id"] for entry in ben.result().document.record["snippets"]]
    own.post("undo")
    assert statements(own) == [first, *others]
    assert not (own.workspace.path / "letters.yaml").exists()


def test_a_sentence_of_ones_own_is_printed_and_marked_as_not_approved(own: Opened) -> None:
    first, *_ = statements(own)
    html = own.post(f"{LETTER}/edit", action="own", statement=first, words="We have  read it ourselves.")
    assert "We have read it ourselves." in html
    assert "nobody has approved it" in html
    text = (own.workspace.path / "letters.yaml").read_text(encoding="utf-8")
    assert text == f"ada-sample:\n  instead:\n    {first}: We have read it ourselves.\n"
    html = own.post(f"{LETTER}/edit", action="restore", statement=first)
    assert "nobody has approved it" not in html


def test_another_statement_takes_the_place_of_one(own: Opened) -> None:
    first, *_ = statements(own)
    html = own.get(f"{LETTER}?s={first}")
    other = html.split('name="use" value="')[1].split('"')[0]
    own.post(f"{LETTER}/edit", action="instead", statement=first, use=other)
    assert first not in statements(own)
    assert other in statements(own)


def test_leaving_out_for_everybody_changes_one_line_of_the_campaign(own: Opened) -> None:
    file = own.workspace.path / "campaign.yaml"
    before = file.read_text(encoding="utf-8").splitlines()
    last = statements(own)[-1]
    own.post(f"{LETTER}/edit", action="exclude", statement=last)
    assert last not in statements(own)
    after = file.read_text(encoding="utf-8").splitlines()
    assert [line for line in before if line not in after] in ([], [next(iter({*before} - {*after}), "")])
    assert any(last in line for line in {*after} - {*before})


def test_a_statement_that_every_letter_had_is_no_longer_required(own: Opened) -> None:
    required = own.workspace.refresh().campaign.config.selection.required[0]  # type: ignore[union-attr]
    own.post(f"{LETTER}/edit", action="exclude", statement=required)
    assert required not in statements(own)
    own.post("undo")
    assert required in statements(own)


def test_a_change_after_which_nothing_could_be_opened_is_not_made(own: Opened) -> None:
    file = own.workspace.path / "campaign.yaml"
    before = file.read_bytes()
    with pytest.raises(BriefgenError):
        own.studio.engine.submit(
            lambda: own.workspace.change("campaign.yaml", "Country", [YamlEdit(("about",), "Atlantis")])
        ).result()
    assert file.read_bytes() == before
    assert not own.workspace.refresh().errors
    assert own.workspace.writer.changes == []


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"action": "leave-out"},
        {"action": "leave-out", "statement": "../../etc"},
        {"action": "own", "statement": "camp-population-inquiry", "words": "  "},
        {"action": "delete-everything", "statement": "camp-population-inquiry"},
    ],
)
def test_a_form_that_no_page_has_changes_nothing(own: Opened, fields: dict[str, str]) -> None:
    answer = own.client.post(f"/c/{own.workspace.key}/{LETTER}/edit", data=fields, headers={"origin": ORIGIN})
    assert answer.status_code == 422
    assert not (own.workspace.path / "letters.yaml").exists()


def test_a_form_that_is_too_large_is_refused(own: Opened) -> None:
    answer = own.client.post(
        f"/c/{own.workspace.key}/{LETTER}/edit", data={"words": "x" * 2_000_000}, headers={"origin": ORIGIN}
    )
    assert answer.status_code == 413


def test_comments_and_line_ends_stay_and_each_version_is_kept(tmp_path: Path) -> None:
    file = tmp_path / "campaign.yaml"
    file.write_bytes(b"\xef\xbb\xbf# ours\r\ntitle: Old   # as agreed\r\nid: spring\r\n")
    writer = CampaignWriter(tmp_path)
    writer.edit_yaml("campaign.yaml", "Title", [YamlEdit(("title",), "New")])
    assert file.read_bytes() == b"\xef\xbb\xbf# ours\r\ntitle: New   # as agreed\r\nid: spring\r\n"
    (kept,) = (tmp_path / ".briefgen/undo").iterdir()
    assert b"Old" in kept.read_bytes()


def test_a_value_that_was_changed_elsewhere_is_not_overwritten(tmp_path: Path) -> None:
    file = tmp_path / "campaign.yaml"
    file.write_text("title: Old\nid: spring\n")
    writer = CampaignWriter(tmp_path)
    writer.require_unchanged("campaign.yaml", ["title"], "Old")
    file.write_text("title: Theirs\nid: spring\n")
    with pytest.raises(ChangedElsewhereError, match="Theirs"):
        writer.require_unchanged("campaign.yaml", ["title"], "Old")


def test_what_was_changed_since_cannot_be_undone_and_is_not_lost(tmp_path: Path) -> None:
    writer = CampaignWriter(tmp_path)
    writer.edit_yaml("letters.yaml", "Words", [YamlEdit(("ada", "paragraph"), "Hello")])
    (tmp_path / "letters.yaml").write_text("ada: {paragraph: Theirs}\n")
    with pytest.raises(ChangedElsewhereError):
        writer.undo()
    assert "Theirs" in (tmp_path / "letters.yaml").read_text()


def test_nothing_is_written_through_a_link(tmp_path: Path) -> None:
    home, outside = tmp_path / "campaign", tmp_path / "outside.yaml"
    home.mkdir()
    outside.write_text("title: Theirs\n")
    (home / "campaign.yaml").symlink_to(outside)
    with pytest.raises(BriefgenError) as caught:
        CampaignWriter(home).edit_yaml("campaign.yaml", "Title", [YamlEdit(("title",), "New")])
    assert caught.value.problems[0].code == "file-outside"
    with pytest.raises(BriefgenError):
        CampaignWriter(home).edit_yaml("../outside.yaml", "Title", [YamlEdit(("title",), "New")])
    assert outside.read_text() == "title: Theirs\n"
