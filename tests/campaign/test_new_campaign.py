"""A campaign on a topic of one's own is started from a few answers, and says what is still empty."""

from __future__ import annotations

import json
import os
import pty
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest
from command_line import exit_code
from material import lacking

from briefgen.campaign.check import check_documents
from briefgen.campaign.new_campaign import CampaignAnswers, create_own_campaign
from briefgen.campaign.open import open_campaign
from briefgen.errors import BriefgenError, Place

ON = date(2026, 12, 1)
ANSWERS = CampaignAnswers(
    "Lead in drinking water",
    "Clear Taps",
    "Dana Writer",
    "fund yearly tests of drinking water in schools",
    ("United States", "GB"),
    ("4 Harbour Road", "Portland, OR 97201"),
    "dana@taps.example",
)
ROW = "ada,us-senator,Ada Sample,Sample,f,,,,Washington,DC,20510,US,,Your town waits.,,,\n"


def test_the_answers_make_a_campaign_of_its_own(tmp_path: Path) -> None:
    create_own_campaign(tmp_path, ANSWERS, ON)
    assert (tmp_path / "recipients.csv").read_bytes().startswith(b"\xef\xbb\xbfid,office,name,")
    with (tmp_path / "recipients.csv").open("a", encoding="utf-8") as file:
        file.write(ROW)
    campaign = open_campaign(tmp_path)
    config = campaign.config
    assert campaign.problems == ()
    assert (config.id, config.title, config.date) == ("lead-in-drinking-water", ANSWERS.topic, ON)
    assert (config.library, config.letter.page, config.sender.country) == ([], "us-letter", "US")
    assert tuple(config.sender.address) == ANSWERS.address
    letter = " ".join(campaign.render("ada", "txt").decode().split())
    assert f"on behalf of Clear Taps. Your town waits. I respectfully ask you to {ANSWERS.ask}." in letter
    assert [word for word in ("Korea", "{", "#", "statement", "recipients.csv") if word in letter] == []
    (warning,) = check_documents(campaign)[0]
    assert (warning.code, warning.place) == ("letter-without-evidence", Place(str(tmp_path / "letter.md")))
    assert (warning.hint or "").endswith('put them into letter.md: {{ statement("ID") }}')


def test_the_letter_takes_what_its_notes_suggest(tmp_path: Path) -> None:
    """Somebody who forgets to put in ids is told so, and what the notes suggest is what letters have."""
    create_own_campaign(tmp_path, ANSWERS, ON)
    with (tmp_path / "recipients.csv").open("a", encoding="utf-8") as file:
        file.write(ROW)
    text = (tmp_path / "letter.md").read_text("utf-8")
    (tmp_path / "letter.md").write_text(text.replace("{#", "").replace("#}", ""), encoding="utf-8")
    with pytest.raises(BriefgenError) as caught:
        open_campaign(tmp_path)
    told = {problem.code: problem.message for problem in caught.value.problems}
    assert "'ID'" in told.pop("snippet-unknown")
    assert set(told) <= {"topic-exhausted"}


def test_a_blank_campaign_names_every_key_that_is_to_be_filled_in(tmp_path: Path) -> None:
    create_own_campaign(tmp_path, CampaignAnswers(), ON)
    with pytest.raises(BriefgenError) as caught:
        open_campaign(tmp_path)
    told = {problem.message: problem.hint for problem in caught.value.problems}
    assert {problem.code for problem in caught.value.problems} == {"empty-key"}
    assert list(told) == [
        f"'{key}' is empty"
        for key in (
            "title",
            "sender.organisation",
            "sender.name",
            "sender.address",
            "sender.country",
            "ask",
        )
    ]
    assert told["'title' is empty"] == "fill it in, for example: Lead in drinking water"


@pytest.mark.parametrize(
    "text", ["Lead: in #1 water", "- taps", "“no”", "* & !", "null", "a: [b", "  two\nlines "]
)
def test_answers_are_read_back_as_they_were_given(tmp_path: Path, text: str) -> None:
    answers = CampaignAnswers(text, text, text, f"test {text}", ("GB",), (text,), text)
    create_own_campaign(tmp_path, answers, ON)
    config = open_campaign(tmp_path).config
    plain = " ".join(text.split())
    assert (config.title, config.sender.name, config.sender.address) == (plain, plain, [plain])
    assert config.ask == f"test {plain}"


def test_countries_that_are_none_are_told_together_and_nothing_is_written(tmp_path: Path) -> None:
    with pytest.raises(BriefgenError) as caught:
        create_own_campaign(tmp_path / "new", CampaignAnswers(countries=("Untied States", "GB", "X")), ON)
    assert [(one.code, one.message) for one in caught.value.problems] == [
        ("country-unknown", "unknown country 'Untied States'"),
        ("country-unknown", "unknown country 'X'"),
    ]
    assert not (tmp_path / "new").exists()


def test_unprintable_answers_are_refused(tmp_path: Path) -> None:
    with pytest.raises(BriefgenError, match="unprintable-character"):
        create_own_campaign(tmp_path / "new", CampaignAnswers("a\x07b"), ON)


# The command


def test_options_answer_and_an_example_is_copied_as_it_is(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    options = ("--topic", "Water", "--countries", "DE, fr", "--address", "Weg 1; 10115 Berlin")
    assert exit_code("init", tmp_path / "own", *options, "--json") == 0
    files = json.loads(capsys.readouterr().out)["files"]
    assert [Path(name).name for name in files] == ["campaign.yaml", "recipients.csv", "letter.md"]
    own = (tmp_path / "own" / "campaign.yaml").read_text("utf-8")
    assert "title: Water\n" in own and "    - Weg 1\n    - 10115 Berlin\n  country: DE\n" in own
    assert exit_code("init", tmp_path / "copy", "--example", "starter") == 0
    assert "library: north-korea" in (tmp_path / "copy" / "campaign.yaml").read_text("utf-8")


def test_an_example_takes_no_answers(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert exit_code("init", tmp_path / "x", "--example", "starter", "--topic", "Water") == 2
    assert "--topic cannot be used with --example" in capsys.readouterr().err


@pytest.mark.slow
def test_a_terminal_is_asked_for_what_no_option_gives(tmp_path: Path) -> None:
    try:
        ours, theirs = pty.openpty()
    except OSError:
        lacking("this machine gives no terminals", "mount -t devpts devpts /dev/pts")
    process = subprocess.Popen(
        [sys.executable, "-m", "briefgen", "init", "own", "--topic", "Water"],
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        cwd=tmp_path,
    )
    os.close(theirs)
    os.write(ours, b"Clear Taps\nDana Writer\nfund tests\nGB\n\n\n")
    shown = b""
    while True:
        try:
            shown += os.read(ours, 4096)
        except OSError:
            break
    os.close(ours)
    assert process.wait() == 0
    assert b"Who signs them?" in shown and b"What are the letters about?" not in shown
    text = (tmp_path / "own" / "campaign.yaml").read_text("utf-8")
    assert "name: Dana Writer\n" in text and "ask: fund tests\n" in text and "address:   # one" in text
