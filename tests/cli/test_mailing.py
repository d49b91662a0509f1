"""print and drafts as a user calls them."""

from __future__ import annotations

import csv
import shutil
from collections.abc import Callable
from email import message_from_bytes
from email.policy import SMTP
from pathlib import Path
from typing import Any

import pypdfium2
import pytest
from command_line import exit_code
from material import small_starter

pytestmark = pytest.mark.slow

Briefgen = Callable[..., Any]


def reachable(campaign: Path) -> Path:
    """The campaign with e-mail addresses of two of its three recipients."""
    path = campaign / "recipients.csv"
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    for row, email in zip(rows, ("ada@example.org", "ben@example.org", ""), strict=True):
        row["email"] = email
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, rows[0])
        writer.writeheader()
        writer.writerows(rows)
    return campaign


@pytest.fixture
def campaign(small_campaign: Path) -> Path:
    return reachable(small_campaign)


@pytest.fixture(scope="module")
def letters_made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The campaign with its letters, which tests copy."""
    folder = reachable(small_starter(tmp_path_factory.mktemp("made") / "campaign"))
    assert exit_code("batch", folder, "-q") == 0
    return folder


@pytest.fixture
def made(letters_made: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(letters_made, tmp_path / "campaign"))


def test_letters_envelopes_and_labels_come_in_one_order(briefgen: Briefgen, made: Path) -> None:
    said = briefgen("print", made, "--duplex", "--envelopes", "DL", "--labels", "avery-l7160", "--json")
    assert (said.code, said.json["ok"]) == (0, True)
    files = [Path(one["file"]) for one in said.json["files"]]
    assert [file.name for file in files] == ["letters.pdf", "envelopes-dl.pdf", "labels-avery-l7160.pdf"]
    letters, envelopes, _ = (pypdfium2.PdfDocument(file) for file in files)
    order = [item.get_title().split(", ")[-1] for item in letters.get_toc()]
    assert len(order) == len(envelopes) == 3
    for name, page in zip(order, envelopes, strict=True):
        assert name.split()[-1] in page.get_textpage().get_text_bounded()


def test_only_what_is_made_and_up_to_date_is_posted(briefgen: Briefgen, campaign: Path) -> None:
    for command in ("print", "drafts"):
        said = briefgen(command, campaign)
        assert said.code == 1
        assert "letter-unfinished" in said.err and "not made yet" in said.err
    assert not (campaign / "out").exists()
    briefgen("batch", campaign, "-q")
    file = next((campaign / "out/letters").glob("*.pdf"))
    file.write_bytes(file.read_bytes() + b"%")
    said = briefgen("print", campaign)
    assert said.code == 1
    assert "edited by hand" in said.err
    assert not (campaign / "out/print").exists()


def test_labels_alone_need_no_letters(briefgen: Briefgen, campaign: Path) -> None:
    said = briefgen("print", campaign, "--no-letters", "--labels", "avery-5160", "--first", "30")
    assert said.code == 0
    assert "3 labels, 2 sheets" in said.out


@pytest.mark.parametrize(
    ("options", "code"),
    [
        (["--no-letters"], "print-nothing"),
        (["--no-letters", "--duplex", "--labels", "avery-5160"], "options-apart"),
        (["--first", "3"], "options-apart"),
        (["--no-sender"], "options-apart"),
        (["--right", "1"], "options-apart"),
        (["--labels", "avery-9999"], "stationery-unknown"),
        (["--envelopes", "b4"], "stationery-unknown"),
        (["--labels", "avery-5160", "--first", "31"], "label-number"),
    ],
)
def test_what_makes_no_sense_is_told(
    briefgen: Briefgen, campaign: Path, options: list[str], code: str
) -> None:
    said = briefgen("print", campaign, *options)
    assert said.code == 2
    assert code in said.err
    assert not (campaign / "out").exists()


def test_drafts_are_written_to_those_who_can_be_reached(briefgen: Briefgen, made: Path) -> None:
    said = briefgen("drafts", made, "--attach", "pdf", "--attach", "docx")
    assert said.code == 0
    assert "2 drafts in" in said.out and "Nothing was sent." in said.out
    assert "No e-mail address in the column email: " in said.out
    drafts = sorted((made / "out/drafts").glob("*.eml"))
    assert len(drafts) == 2
    first = drafts[0].read_bytes()
    message = message_from_bytes(first, policy=SMTP)
    assert [part.get_filename().rsplit(".")[-1] for part in message.iter_attachments()] == ["pdf", "docx"]
    assert briefgen("drafts", made, "--attach", "pdf", "--attach", "docx").code == 0
    assert drafts[0].read_bytes() == first
    assert not (made / "out/edited").exists()


def test_a_draft_changed_by_hand_is_kept_and_an_old_one_named(briefgen: Briefgen, made: Path) -> None:
    briefgen("drafts", made)
    drafts = sorted((made / "out/drafts").glob("*.eml"))
    drafts[0].write_bytes(b"Subject: mine\r\n\r\nMy own words.\r\n")
    (made / "out/drafts/somebody-else.eml").write_bytes(b"")
    said = briefgen("drafts", made)
    assert "edited by hand and was moved to" in said.err
    assert "somebody-else.eml" in said.err
    assert b"My own words" in next((made / "out/edited").glob("*.eml")).read_bytes()


def test_a_bad_address_costs_one_draft(briefgen: Briefgen, made: Path) -> None:
    path = made / "recipients.csv"
    path.write_text(
        path.read_text(encoding="utf-8").replace("ada@example.org", "ada@@example"), encoding="utf-8"
    )
    briefgen("batch", made, "-q")
    said = briefgen("drafts", made)
    assert said.code == 0 and "1 draft" in said.out
    assert "ada@@example" in briefgen("check", made).err


def test_drafts_need_somebody_to_come_from(briefgen: Briefgen, made: Path) -> None:
    path = made / "campaign.yaml"
    text = path.read_text(encoding="utf-8")
    path.write_text(
        "".join(line for line in text.splitlines(True) if "  email:" not in line), encoding="utf-8"
    )
    said = briefgen("drafts", made)
    assert said.code == 1
    assert "drafts-sender" in said.err


def test_no_link_leads_what_is_printed_out_of_the_folder(
    briefgen: Briefgen, made: Path, tmp_path: Path
) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (made / "out/print").symlink_to(elsewhere)
    said = briefgen("print", made)
    assert said.code == 74
    assert list(elsewhere.iterdir()) == []


def test_a_change_that_alters_no_letter_keeps_none_from_the_post(briefgen: Briefgen, campaign: Path) -> None:
    """Letters that were shortened to a page are compared as such."""
    path = campaign / "campaign.yaml"
    text = path.read_text(encoding="utf-8")
    assert "max_snippets: 3" in text and "letter:\n" in text
    text = text.replace("max_snippets: 3", "max_snippets: 7").replace(
        "letter:\n", "letter:\n  max_pages: 1\n"
    )
    path.write_text(text, encoding="utf-8")
    briefgen("batch", campaign, "-q")
    (campaign / "unused.png").write_bytes(b"another picture")
    assert briefgen("print", campaign).code == 0
