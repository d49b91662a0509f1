"""The log of a campaign is appended to, survives what spreadsheets and crashes do to it, and names what changed."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from briefgen.correspondence.history import summarize_history
from briefgen.correspondence.log import (
    REPLY_COLUMNS,
    SENT_COLUMNS,
    CorrespondenceLog,
    KeptLetter,
    Reply,
    SentLetter,
    append_replies,
    append_sent,
    find_changed_rows,
    keep_letters,
    read_kept_member,
    read_log,
    reserve_kept_name,
)
from briefgen.correspondence.table import list_events
from briefgen.errors import BriefgenError, ProblemList, StorageError
from briefgen.model.recipient import EarlierLetter

ADA = SentLetter(
    "ada-sample",
    "Ada Sample",
    date(2027, 3, 1),
    "post",
    "letters/ada-sample.pdf",
    "0" * 64,
    "Dana Writer",
    "spring",
    ("tap-tests", "law-of-2019"),
    "sent/2027-03-01-post-1.zip",
)


def read(folder: Path) -> tuple[CorrespondenceLog, list[str]]:
    problems = ProblemList()
    log = read_log(folder, problems)
    return log, [problem.code for problem in problems.problems]


def test_what_is_appended_is_read_again_in_its_order(tmp_path: Path) -> None:
    assert read(tmp_path) == (CorrespondenceLog(tmp_path, (), ()), [])
    later = replace(ADA, recipient="ben-muster", name="=HYPERLINK(1)", day=date(2027, 3, 2), way="email")
    append_sent(tmp_path, [ADA])
    first = (tmp_path / "sent.csv").read_bytes()
    append_sent(tmp_path, [later])
    append_replies(tmp_path, [Reply("ada-sample", date(2027, 3, 9), "reply", "Yes, in May", "Dana")])
    log, codes = read(tmp_path)
    assert (log.sent, codes) == ((ADA, later), [])
    assert log.replies == (Reply("ada-sample", date(2027, 3, 9), "reply", "Yes, in May", "Dana"),)
    whole = (tmp_path / "sent.csv").read_bytes()
    assert whole.startswith(first)
    assert b"\r\nben-muster,'=HYPERLINK" in whole  # no formula for whoever opens it in a spreadsheet


cells = st.text(st.characters(codec="utf-8", exclude_categories=("Cs", "Cc")), max_size=12)


@given(st.lists(st.tuples(cells, cells, cells), max_size=5))
def test_any_names_and_notes_are_read_as_they_were_written(
    tmp_path_factory: pytest.TempPathFactory, texts: list[tuple[str, str, str]]
) -> None:
    folder = tmp_path_factory.mktemp("log")
    sent = tuple(replace(ADA, name=name, file=file, by=by) for name, file, by in texts)
    append_sent(folder, sent)
    assert read(folder)[0].sent == sent


def test_a_row_that_was_cut_short_is_named_and_does_not_spoil_the_next(tmp_path: Path) -> None:
    append_sent(tmp_path, [ADA])
    path = tmp_path / "sent.csv"
    path.write_bytes(path.read_bytes() + b"ben-muster,Ben Mus")
    log, codes = read(tmp_path)
    assert (log.sent, codes) == ((ADA,), ["log-row"])
    append_sent(tmp_path, [replace(ADA, recipient="clara-example")])
    log, codes = read(tmp_path)
    assert [letter.recipient for letter in log.sent] == ["ada-sample", "clara-example"]
    assert codes == ["log-row"]  # the piece of a row is still there, and still told


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (lambda text: text.replace("2027-03-01,post", "01/03/2027,post"), "log-row"),
        (lambda text: text.replace(",post,", ",pigeon,"), "log-row"),
        (lambda text: text.replace("ada-sample,Ada", ",Ada"), "log-row"),
        (lambda text: text + "one,cell,less\r\n", "log-row"),
    ],
)
def test_a_row_changed_by_another_program_is_named_and_the_others_are_read(
    tmp_path: Path, change: object, code: str
) -> None:
    append_sent(tmp_path, [replace(ADA, recipient="ben-muster", way="email"), ADA])
    path = tmp_path / "sent.csv"
    path.write_bytes(change(path.read_bytes().decode()).encode())  # type: ignore[operator]
    log, codes = read(tmp_path)
    assert codes[0] == code
    assert "ben-muster" in [letter.recipient for letter in log.sent] or "01/03" in path.read_text()


@pytest.mark.parametrize(
    "data", [b"recipient;name;day\r\nada;Ada;1\r\n", "recipient,näme\r\n".encode("latin-1"), b"\r\n"]
)
def test_a_log_saved_by_another_program_stops_with_a_message(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "sent.csv").write_bytes(data)
    with pytest.raises(StorageError) as caught:
        read(tmp_path)
    assert [problem.code for problem in caught.value.problems] == ["log-changed"]


def test_the_headers_are_those_of_the_documentation() -> None:
    assert SENT_COLUMNS[:4] == ("recipient", "name", "day", "way")
    assert REPLY_COLUMNS == ("recipient", "day", "kind", "note", "by")


def test_nothing_is_read_or_written_through_a_link_out_of_the_folder(tmp_path: Path) -> None:
    home, elsewhere = tmp_path / "campaign", tmp_path / "elsewhere"
    home.mkdir()
    elsewhere.mkdir()
    (elsewhere / "sent.csv").write_text(",".join(SENT_COLUMNS) + "\n")
    (home / "sent.csv").symlink_to(elsewhere / "sent.csv")
    (home / "sent").symlink_to(elsewhere)
    for action in (
        lambda: read(home),
        lambda: append_sent(home, [ADA]),
        lambda: reserve_kept_name(home, ADA.day, "post"),
    ):
        with pytest.raises(StorageError) as caught:
            action()
        assert [problem.code for problem in caught.value.problems] == ["log-outside"]
    with pytest.raises(BriefgenError):
        read_kept_member(home, "sent/../../elsewhere/a.zip", "a.txt")
    assert (elsewhere / "sent.csv").read_text() == ",".join(SENT_COLUMNS) + "\n"


def test_kept_letters_are_never_replaced_and_tell_what_was_changed_in_the_log(tmp_path: Path) -> None:
    name = reserve_kept_name(tmp_path, ADA.day, "post")
    assert name == ADA.kept
    rows = [ADA, replace(ADA, recipient="ben-muster")]
    texts = [KeptLetter(row.recipient, f"Dear {row.name}", {"snippets": []}) for row in rows]
    keep_letters(tmp_path, name, texts, rows)
    append_sent(tmp_path, rows)
    assert reserve_kept_name(tmp_path, ADA.day, "post") == "sent/2027-03-01-post-2.zip"
    with pytest.raises(StorageError):
        keep_letters(tmp_path, name, texts, rows)
    log, _ = read(tmp_path)
    assert read_kept_member(tmp_path, name, "ada-sample.txt") == "Dear Ada Sample"
    assert log.read_record(ADA) == {"snippets": []}
    assert list(find_changed_rows(log)) == []
    path = tmp_path / "sent.csv"
    path.write_bytes(path.read_bytes().replace(b"ben-muster", b"eve-intruder"))
    told = [problem.message for problem in find_changed_rows(read(tmp_path)[0])]
    assert [message.split(" of ")[0] for message in told] == [
        "the letter to ben-muster",
        "the letter to eve-intruder",
    ]
    (tmp_path / name).write_bytes(b"no archive")
    assert [problem.code for problem in find_changed_rows(log)] == ["log-kept"]


def test_the_last_letter_counts_and_the_reply_to_it() -> None:
    second = replace(ADA, day=date(2027, 4, 1), way="email")
    log = CorrespondenceLog(Path(), (ADA, second), ())
    assert summarize_history(log) == {"ada-sample": EarlierLetter(date(2027, 4, 1), "email")}
    early = Reply("ada-sample", date(2027, 3, 9), "reply", "", "")
    assert not summarize_history(replace(log, replies=(early,)))["ada-sample"].answered
    late = replace(early, day=date(2027, 4, 5))
    found = summarize_history(replace(log, replies=(late, early, replace(late, day=date(2027, 4, 3)))))
    assert found["ada-sample"].answered_on == date(2027, 4, 3)


def test_a_letter_that_came_back_was_not_sent() -> None:
    returned = Reply("ada-sample", date(2027, 3, 20), "returned", "moved away", "")
    assert summarize_history(CorrespondenceLog(Path(), (ADA,), (returned,))) == {}
    second = replace(ADA, day=date(2027, 4, 1))
    log = CorrespondenceLog(Path(), (ADA, second), (returned,))
    assert summarize_history(log)["ada-sample"].on == date(2027, 4, 1)
    note = replace(returned, kind="note")
    assert summarize_history(CorrespondenceLog(Path(), (ADA,), (note,)))["ada-sample"].on == ADA.day


def test_events_are_listed_by_day_and_can_be_limited() -> None:
    ben = replace(ADA, recipient="ben-muster", day=date(2027, 2, 1), way="hand")
    reply = Reply("ada-sample", date(2027, 3, 9), "reply", "Yes", "Dana")
    logs = [CorrespondenceLog(Path(), (ADA, ben), (reply,))]
    assert [(row[0], row[1], row[2]) for row in list_events(logs)] == [
        ("2027-02-01", "hand", "ben-muster"),
        ("2027-03-01", "post", "ada-sample"),
        ("2027-03-09", "reply", "ada-sample"),
    ]
    assert [row[1] for row in list_events(logs, ["ada-sample"], until=date(2027, 3, 1))] == ["post"]
    assert [row[1] for row in list_events(logs, since=date(2027, 3, 2))] == ["reply"]
