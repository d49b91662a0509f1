"""What is sent is recorded as it left, a later campaign knows of it, and a withdrawn statement is found again."""

from __future__ import annotations

import json
import shutil
import zipfile
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from command_line import call
from material import tiny_campaign
from PIL import Image

from briefgen.campaign.open import Campaign, open_campaign
from briefgen.correspondence.log import read_log
from briefgen.errors import BriefgenError, ProblemList, UsageError
from briefgen.mailing.record_sent import SentDay, SentReport, check_sent_day, record_sent

MARCH = date(2026, 12, 2)
POST = SentDay(MARCH, "post", "Dana Writer", "txt")


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A campaign whose three letters have been made as plain text and Word files."""
    folder = tiny_campaign(tmp_path_factory.mktemp("made") / "spring")
    assert call("batch", folder, "--format", "txt", "--format", "docx", "-q").code == 0
    return folder


@pytest.fixture
def spring(made: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(made, tmp_path / "spring"))


def sent_ids(folder: Path) -> list[str]:
    return [letter.recipient for letter in read_log(folder, ProblemList()).sent]


def record(folder: Path, day: SentDay = POST, only: str = "") -> tuple[Campaign, SentReport]:
    opened = open_campaign(folder)
    chosen = [one for one in opened.recipients if not only or one.id == only]
    return opened, record_sent(opened, folder / "out", chosen, day)


def test_letters_are_recorded_with_what_they_said(spring: Path) -> None:
    record(spring)
    letter, *others = read_log(spring, ProblemList()).sent
    assert (letter.recipient, letter.name, letter.day, letter.way) == (
        "ada-sample",
        "Ada Sample",
        MARCH,
        "post",
    )
    assert len(others) == 2
    assert "school-taps" in letter.snippets
    with zipfile.ZipFile(spring / letter.kept) as kept:
        text = kept.read("ada-sample.txt").decode()
        assert text == (spring / "out" / letter.file).read_text(encoding="utf-8")
        assert [entry["id"] for entry in json.loads(kept.read("ada-sample.json"))["snippets"]] == [
            *letter.snippets
        ]
    again = record(spring)[1]
    assert (again.recorded, len(again.known)) == ([], 3)
    assert len(sent_ids(spring)) == 3


def test_a_letter_is_recorded_once_for_each_way_and_again_on_request(spring: Path) -> None:
    record(spring, only="ada-sample")
    record(spring, SentDay(MARCH, "email", "Dana Writer", "txt"), only="ada-sample")
    record(spring, SentDay(MARCH, "post", "Dana Writer", "txt", again=True), only="ada-sample")
    assert sent_ids(spring) == ["ada-sample"] * 3
    assert sorted(path.name for path in (spring / "sent").iterdir()) == [
        "2026-12-02-email-1.zip",
        "2026-12-02-post-1.zip",
        "2026-12-02-post-2.zip",
    ]


def test_what_left_is_recorded_though_the_campaign_has_changed_and_a_letter_was_edited(spring: Path) -> None:
    docx = SentDay(MARCH, "post", "Dana Writer", "docx")
    text = (spring / "campaign.yaml").read_text(encoding="utf-8")
    (spring / "campaign.yaml").write_text(
        text.replace("fund yearly tests", "pay for tests"), encoding="utf-8"
    )
    _, report = record(spring, docx, only="ada-sample")
    kept = read_log(spring, ProblemList()).sent[0].kept
    with zipfile.ZipFile(spring / kept) as archive:
        assert "fund yearly tests" in archive.read("ada-sample.txt").decode()
    assert report.edited == []


def test_letters_that_were_not_made_are_named_and_nothing_is_recorded_for_them(spring: Path) -> None:
    next((spring / "out/letters").glob("ada-*.txt")).unlink()
    _, report = record(spring)
    assert report.missing == ["ada-sample"]
    assert sent_ids(spring) == ["ben-placeholder", "clara-example"]


def test_a_letter_that_has_changed_since_is_recorded_on_request_only(spring: Path) -> None:
    record(spring)
    letter = next((spring / "out/letters").glob("ada-*.txt"))
    letter.write_text("Another letter", encoding="utf-8")
    _, report = record(spring)
    assert (report.recorded, report.changed) == ([], ["ada-sample"])
    _, report = record(spring, replace(POST, again=True), only="ada-sample")
    assert [one.recipient for one in report.recorded] == ["ada-sample"]


def test_those_not_written_to_yet_can_be_recorded_alone(spring: Path) -> None:
    record(spring, only="ada-sample")
    command = ("sent", spring, "--on", "2026-11-30", "--by", "hand", "--format", "txt", "--unsent")
    assert call(*command, "--only", "ada-sample").err.startswith("unsent-none")
    assert call(*command, "--only", "ben-placeholder").code == 0
    assert call(*command).code == 0
    assert sent_ids(spring) == ["ada-sample", "ben-placeholder", "clara-example"]


def test_days_and_ways_are_checked() -> None:
    assert check_sent_day(POST, date(2026, 12, 1), date(2026, 12, 3)) == []
    (early,) = check_sent_day(POST, date(2026, 12, 9), date(2026, 12, 3))
    assert (early.code, early.severity) == ("sent-day", "warning")
    with pytest.raises(UsageError):
        check_sent_day(POST, date(2026, 12, 1), date(2026, 12, 1))
    with pytest.raises(UsageError, match="pots"):
        check_sent_day(SentDay(MARCH, "pots", "", "txt"), MARCH, MARCH)


def follow_up(spring: Path, after: str) -> Path:
    folder = spring.parent / "summer"
    shutil.copytree(spring, folder, ignore=shutil.ignore_patterns("out", "sent*", "replies.csv"))
    text = (folder / "campaign.yaml").read_text(encoding="utf-8").replace("2026-12-01", "2027-03-01")
    (folder / "campaign.yaml").write_text(f"{text}after: {after}\n", encoding="utf-8")
    return folder


def letter_text(campaign: Campaign, recipient: str) -> str:
    return campaign.render(recipient, "txt").decode().replace("\u00a0", " ")


def test_a_later_campaign_says_when_we_wrote_and_who_answered(spring: Path) -> None:
    record(spring)
    assert call("reply", "ada-sample", "--on", "2026-12-03", "-c", spring).code in (0, 2)
    (spring / "replies.csv").write_text(
        "recipient,day,kind,note,by\r\nada-sample,2026-12-03,reply,Yes,Dana\r\n", encoding="utf-8"
    )
    campaign = open_campaign(follow_up(spring, "spring"))
    assert (
        "We wrote to you on December 2, 2026. Thank you for your reply of December 3, 2026. I"
        in letter_text(campaign, "ada-sample")
    )
    assert "We wrote to you on December 2, 2026. I respectfully" in letter_text(campaign, "ben-placeholder")


@pytest.mark.parametrize(
    ("to", "expected"),
    [
        ("everybody", ["ada-sample", "ben-placeholder", "clara-example"]),
        ("written", ["ada-sample", "ben-placeholder"]),
        ("answered", ["ada-sample"]),
        ("unanswered", ["ben-placeholder"]),
    ],
)
def test_a_later_campaign_writes_to_those_it_is_to(spring: Path, to: str, expected: list[str]) -> None:
    record(spring, only="ada-sample")
    record(spring, only="ben-placeholder")
    (spring / "replies.csv").write_text(
        "recipient,day,kind,note,by\r\nada-sample,2026-12-03,reply,Yes,Dana\r\n", encoding="utf-8"
    )
    campaign = open_campaign(follow_up(spring, f"{{campaign: spring, to: {to}}}"))
    assert [one.id for one in campaign.recipients] == expected
    left_out = {"ada-sample", "ben-placeholder", "clara-example"} - {*expected}
    assert {problem.about for problem in campaign.withheld} == left_out
    assert campaign.do_not_write == []


def test_a_rule_can_ask_who_answered(spring: Path) -> None:
    record(spring, only="ada-sample")
    folder = follow_up(spring, "spring")
    text = (folder / "campaign.yaml").read_text(encoding="utf-8")
    rule = '{when: "earlier.sent and not earlier.answered", ask: answer our letter}'
    text = text.replace("interests: [", f"interests: [{rule}, ")
    (folder / "campaign.yaml").write_text(text, encoding="utf-8")
    campaign = open_campaign(folder)
    assert "ask you to answer our letter" in letter_text(campaign, "ada-sample")
    assert "ask you to fund yearly tests" in letter_text(campaign, "ben-placeholder")


@pytest.mark.parametrize(
    ("after", "code"),
    [("spring", "after-empty"), ("autumn", "after-missing"), ("summer", "after-missing"), ("../spring", "")],
)
def test_an_earlier_campaign_that_is_not_there_is_named(spring: Path, after: str, code: str) -> None:
    with pytest.raises(BriefgenError) as caught:
        open_campaign(follow_up(spring, after))
    codes = [problem.code for problem in caught.value.problems]
    assert codes == [code] if code else codes


def test_only_the_log_beside_the_campaign_is_read_and_no_link_is_followed(spring: Path) -> None:
    record(spring)
    hidden = spring.parent / "hidden"
    hidden.mkdir()
    shutil.move(spring, hidden / "spring")
    spring.symlink_to(hidden / "spring")
    folder = follow_up(hidden / "spring", "spring")
    shutil.move(folder, spring.parent / "summer")
    other = spring.parent.parent / f"{spring.parent.name}-outside"
    shutil.move(hidden, other)
    spring.unlink()
    spring.symlink_to(other / "spring")
    with pytest.raises(BriefgenError) as caught:
        open_campaign(spring.parent / "summer")
    assert [problem.code for problem in caught.value.problems] == ["after-missing"]


def test_a_withdrawn_statement_is_found_in_every_letter_and_its_correction_drafted(spring: Path) -> None:
    record(spring)
    assert call("recall", "-c", spring).code == 0
    said = call("recall", "school-tap", "-c", spring)
    assert (said.code, "did you mean school-taps?" in said.err) == (2, True)
    folder = spring.parent / "correction"
    because = "The figure was that of another year."
    drafted = call(
        "recall",
        "school-taps",
        "-c",
        spring,
        "--draft",
        folder,
        "--on",
        "2027-01-05",
        "--because",
        because,
        "--json",
    )
    assert (drafted.code, drafted.json["corrected"]) == (
        0,
        ["ada-sample", "ben-placeholder", "clara-example"],
    )
    correction = open_campaign(folder)
    assert correction.warnings == ()
    text = letter_text(correction, "ada-sample")
    assert "We wrote to you on December 2, 2026:" in text
    assert "37 percent of the taps" in text
    assert because in text
    (spring / "snippets/school-taps.md").unlink()
    found = call("recall", "-c", spring, "--json")  # though the campaign can no longer be opened
    (statement,) = found.json["statements"]
    assert (found.code, statement["state"], len(statement["letters"])) == (1, "no longer in the library", 3)
    assert "37 percent" in statement["words"]


def test_what_is_due_is_listed_and_a_batch_warns_of_it(spring: Path) -> None:
    record(spring, only="ada-sample")
    file = spring / "snippets/school-taps.md"
    file.write_text(
        file.read_text(encoding="utf-8").replace("kind:", "recheck_by: 2026-11-01\nkind:", 1), "utf-8"
    )
    people = spring / "recipients.csv"
    header, *rows = people.read_text(encoding="utf-8").splitlines()
    rows = [f"{row},{'2026-12-31' if row.startswith('ben') else ''}" for row in rows]
    people.write_text("\n".join([f"{header},term_end", *rows]) + "\n", encoding="utf-8")
    due = call("due", spring, "--on", "2027-02-01", "--json")
    assert [(one["kind"], one["id"], one["by"]) for one in due.json["due"]] == [
        ("statement", "school-taps", "2026-11-01"),
        ("reply", "ada-sample", "2026-12-02"),
        ("term", "ben-placeholder", "2026-12-31"),
    ]
    codes = [warning.code for warning in open_campaign(spring).warnings]
    assert codes.count("recheck-due") == 1
    assert call("check", spring).err.count("recheck-due") == 1


def test_commands_say_what_they_did_and_what_they_need(spring: Path) -> None:
    assert "add --on" in call("sent", spring).err
    assert "is not a day" in call("sent", spring, "--on", "1.3.2027").err
    said = call("sent", spring, "--on", "2026-11-30", "--format", "txt", "--only", "ada-sample")
    assert (said.code, said.out.splitlines()[0]) == (0, "1 letter recorded as sent on 2026-11-30 by post.")
    assert "the letters are dated 2026-12-01" in said.err
    assert call("reply", "nobody", "--on", "2026-11-30", "-c", spring).code == 2
    assert call("reply", "ada-sample", "--on", "2026-11-30", "--note", "Yes", "-c", spring).code == 0
    table = call("log", spring).out
    assert [line.split()[1] for line in table.splitlines()] == ["event", "post", "reply"]
    exported = spring / "log.csv"
    assert call("log", spring, "--csv", exported).code == 0
    assert exported.read_text(encoding="utf-8-sig").splitlines()[2].startswith("2026-11-30,reply,ada-sample")
    assert call("log", spring, "--verify").code == 0


def test_a_correction_is_signed_by_those_who_sent_the_letters(spring: Path) -> None:
    record(spring)
    Image.new("RGB", (60, 20), "navy").save(spring / "eve.png")
    file = spring / "campaign.yaml"
    signers = "  signers: [{name: Eve Third, signature: eve.png}]\n  email: dana"
    rule = 'senders: [{when: id == "ada-sample", name: Ben Model, signature: eve.png}]\n'
    file.write_text(file.read_text("utf-8").replace("  email: dana", signers) + rule, "utf-8")
    folder = spring.parent / "correction"
    assert call("recall", "school-taps", "-c", spring, "--draft", folder, "--on", "2027-01-05").code == 0
    correction = open_campaign(folder)
    assert letter_text(correction, "ada-sample").rstrip().endswith("Ben Model\nClear Taps")
    assert "Dana Writer\nClear Taps\n\nEve Third\nClear Taps" in letter_text(correction, "ben-placeholder")
