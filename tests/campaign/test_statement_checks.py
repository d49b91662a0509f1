"""What a check of a library found is remembered as long as the library, its texts and the program are the same."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from library_memo import Watch

from briefgen.campaign import statement_checks
from briefgen.campaign.statement_checks import check_statements
from briefgen.errors import ProblemList
from briefgen.evidence import checks
from briefgen.evidence.lock import serialize_lock
from briefgen.evidence.review import build_lock
from briefgen.library import loader
from briefgen.library.folders import LibraryFolder
from briefgen.library.loader import TextLocations, load_library, load_statements
from briefgen.library.sources import format_record, make_record
from briefgen.system.cache import DISABLE_VARIABLE

WORDS = "The fee is nine euros a year. It was seven before. " + "Nobody knows what comes next. " * 9
STATEMENT = """---
title: {title}
source: report
quote: {quote}
review: Dana Writer, 2026-11-24
---
The fee is {amount} euros a year, Ann Reader says.
"""


def write_statement(
    folder: Path, name: str, *, amount: str = "nine", quote: str = "fee is nine euros"
) -> None:
    path = folder / "snippets" / f"{name}.md"
    path.write_text(STATEMENT.format(title=name, amount=amount, quote=quote), encoding="utf-8")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A library of two statements with the text of their source."""
    folder = tmp_path / "fees"
    (folder / "snippets").mkdir(parents=True)
    (folder / "seeds" / "texts").mkdir(parents=True)
    (folder / "library.yaml").write_text("id: fees\ntitle: Fees\n", encoding="utf-8")
    work = {
        "id": "report",
        "type": "report",
        "title": "Report",
        "author": [{"family": "Reader", "given": "Ann"}],
        "issued": {"date-parts": [[2026]]},
    }
    (folder / "seeds" / "references.json").write_text(json.dumps([work]), encoding="utf-8")
    (folder / "seeds" / "texts" / "report.txt").write_text(WORDS, encoding="utf-8")
    record = make_record("report", WORDS.encode())
    (folder / "seeds" / "report.yaml").write_text(format_record(record), encoding="utf-8")
    for name in ("fee", "price"):
        write_statement(folder, name)
    home = LibraryFolder(folder)
    lock, problems = build_lock(load_library([home], ProblemList()), "Dana Writer", date(2026, 11, 24))
    assert not problems
    (folder / "snippets" / "quotes.lock").write_text(serialize_lock(lock), encoding="utf-8")
    return folder


def check(folder: Path, texts: TextLocations | None = None) -> tuple[list[str], set[str]]:
    """The codes of what is wrong, and how the statements were verified."""
    problems = ProblemList()
    library = load_statements([LibraryFolder(folder, "fees")], problems)
    found = check_statements(library, texts or TextLocations(), None, problems)
    return [problem.code for problem in problems.problems], {one.how for one in found.verified.values()}


@pytest.fixture
def made(watch: Watch) -> Callable[[], list[str]]:
    """What was made since the last call: folders read, libraries and statements checked."""
    made: list[str] = []
    watch(loader, "_load_folder", lambda folder: made.append(f"read {folder.display_name}"))
    watch(statement_checks, "_check_statements", lambda *_: made.append("checked"))
    watch(checks._CheckedStatements, "_check", lambda _, statement: made.append(statement.id))

    def take() -> list[str]:
        taken, made[:] = list(made), []
        return taken

    return take


def test_a_library_is_read_and_checked_once(folder: Path, made: Callable[[], list[str]]) -> None:
    assert check(folder) == ([], {"proved"})
    assert made() == ["read fees", "checked", "fee", "price"]
    assert check(folder) == ([], {"proved"})
    assert made() == []


def test_only_the_statement_that_was_changed_is_checked_again(
    folder: Path, made: Callable[[], list[str]]
) -> None:
    check(folder)
    made()
    write_statement(folder, "fee", amount="seven")
    assert check(folder)[0] == ["number-missing", "wording-changed"]
    assert made() == ["read fees", "checked", "fee"]
    write_statement(folder, "fee")
    assert check(folder) == ([], {"proved"})
    assert made() == []


@pytest.mark.parametrize(
    ("what", "how"),
    [("text", {"failed"}), ("no text", {"unchanged"}), ("record", {"failed"}), ("lock", {"proved"})],
)
def test_what_was_proved_once_is_proved_again_when_anything_has_changed(
    folder: Path, made: Callable[[], list[str]], what: str, how: set[str]
) -> None:
    assert check(folder) == ([], {"proved"})
    made()
    text, record = folder / "seeds" / "texts" / "report.txt", folder / "seeds" / "report.yaml"
    if what == "no text":
        text.unlink()
    elif what == "lock":
        (folder / "snippets" / "quotes.lock").unlink()
    else:
        other = WORDS.replace("nine", "eight").encode()
        text.write_bytes(other)
        if what == "record":
            record.write_text(format_record(make_record("report", other)), encoding="utf-8")
    codes, verified = check(folder)
    assert verified == (how if what != "text" else {"unchanged"})
    assert ("text-changed" in codes) == (what == "text")
    assert ("quote-missing" in codes) == (what == "record")
    assert ("wording-unlocked" in codes) == (what == "lock")
    assert "checked" in made()


def test_a_text_from_elsewhere_counts_by_its_content(folder: Path, tmp_path: Path) -> None:
    text = (folder / "seeds" / "texts" / "report.txt").rename(tmp_path / "report.txt")
    for texts in (TextLocations(tmp_path), TextLocations(given={"report": text})):
        text.write_text(WORDS, encoding="utf-8")
        assert check(folder, texts) == ([], {"proved"})
        text.write_text("Something else.", encoding="utf-8")
        assert check(folder, texts)[0] == ["text-changed"]
        text.unlink()
        text.symlink_to(folder / "nothing")
        if texts.folder:
            assert check(folder, texts) == ([], {"unchanged"})
        text.unlink()
    assert check(folder) == ([], {"unchanged"})


def test_a_library_with_a_link_in_it_is_read_each_time(folder: Path, made: Callable[[], list[str]]) -> None:
    path = folder / "snippets" / "fee.md"
    path.rename(folder / "fee.md")
    path.symlink_to(folder / "fee.md")
    for _ in range(2):
        assert check(folder) == ([], {"proved"})
        assert made()[:2] == ["read fees", "checked"]


def test_nothing_is_taken_from_earlier_where_the_cache_is_switched_off(
    folder: Path, made: Callable[[], list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    check(folder)
    made()
    monkeypatch.setenv(DISABLE_VARIABLE, "1")
    assert check(folder) == ([], {"proved"})
    assert made() == ["read fees", "checked", "fee", "price"]
