"""Records that come with a folder: what somebody else wrote is not believed, and what is broken breaks nothing."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from command_line import exit_code
from hostile_tools import Machine

FORGED = b"We want no buses at all."


@pytest.fixture
def received(tmp_path: Path, finished: Path) -> Path:
    """A campaign with its letters, which somebody sends back to the computer that made them."""
    return Path(shutil.copytree(finished, tmp_path / "campaign"))


def forge_rows(out: Path, change: str = "") -> None:
    """Replace the words of each letter, and its hash and size in the ledger."""
    with closing(sqlite3.connect(out / ".briefgen" / "ledger.sqlite")) as ledger:
        for letter in (out / "letters").iterdir():
            letter.write_bytes(FORGED)
            ledger.execute(
                f"UPDATE letters SET sha256 = ?, size = ? {change} WHERE file = ?",
                (hashlib.sha256(FORGED).hexdigest(), len(FORGED), letter.name),
            )
        ledger.commit()


def forge_without_ledger(out: Path) -> None:
    forge_rows(out)
    shutil.rmtree(out / ".briefgen")


def forge_as_failed(out: Path) -> None:
    forge_rows(out, ", state = 'failed', problems = '[]'")


def forge_under_another_key(out: Path) -> None:
    """Make the letters of another campaign here, as the forger's own computer would record them."""
    campaign = out.parent
    text = (campaign / "snippets" / "ask-night-buses.md").read_text(encoding="utf-8")
    file = campaign / "snippets" / "ask-night-buses.md"
    lock = (campaign / "snippets" / "quotes.lock").read_bytes()
    file.write_text(text.replace("support a grant", "support no grant"), encoding="utf-8")
    with pytest.MonkeyPatch.context() as elsewhere:
        elsewhere.setenv("XDG_STATE_HOME", str(campaign.parent / "forger"))
        assert exit_code("snippets", "lock", "--by", "Dana Writer", "-c", campaign) == 0
        assert exit_code("batch", campaign, "--format", "txt", "--format", "pdf", "-q") == 0
    file.write_text(text, encoding="utf-8")
    (campaign / "snippets" / "quotes.lock").write_bytes(lock)


FORGERIES = [forge_rows, forge_without_ledger, forge_as_failed, forge_under_another_key]


@pytest.mark.parametrize("forge", FORGERIES)
def test_a_forged_letter_is_neither_sent_nor_kept(received: Path, forge: Callable[[Path], None]) -> None:
    out = received / "out"
    whole = {path.name: path.read_bytes() for path in (out / "letters").iterdir()}
    forge(out)
    forged = {path.name: path.read_bytes() for path in (out / "letters").iterdir()}
    assert all(forged[name] != data for name, data in whole.items())
    assert exit_code("print", received) == 1
    assert exit_code("drafts", received, "--attach", "txt") == 1
    assert not (out / "print").exists() and not list((out / "drafts").glob("*"))
    assert exit_code("batch", received, "--format", "txt", "--format", "pdf", "-q") == 0
    assert {path.name: path.read_bytes() for path in (out / "letters").iterdir()} == whole
    assert {path.read_bytes() for path in (out / "edited").iterdir()} >= set(forged.values())


def plant(name: str, data: bytes) -> Callable[[Path], None]:
    def change(campaign: Path) -> None:
        path = campaign / name
        shutil.rmtree(path) if path.is_dir() else path.unlink(missing_ok=True)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)

    return change


def put(name: str, make: Callable[[Path], None]) -> Callable[[Path], None]:
    def change(campaign: Path) -> None:
        path = campaign / name
        shutil.rmtree(path) if path.is_dir() else path.unlink(missing_ok=True)
        path.parent.mkdir(parents=True, exist_ok=True)
        make(path)

    return change


def sql(*changes: str) -> Callable[[Path], None]:
    def change(campaign: Path) -> None:
        with closing(sqlite3.connect(campaign / "out/.briefgen/ledger.sqlite")) as ledger:
            for statement in changes:
                ledger.execute(statement)
            ledger.commit()

    return change


def endless(path: Path) -> None:
    path.symlink_to("/dev/zero")


def loop(path: Path) -> None:
    path.symlink_to(path.name)


def letter_of(campaign: Path) -> str:
    return next((campaign / "out" / "letters").glob("*.pdf")).name


def in_place_of_a_letter(make: Callable[[Path], None]) -> Callable[[Path], None]:
    return lambda campaign: put(f"out/letters/{letter_of(campaign)}", make)(campaign)


LEDGER, MADE, OWNER = "out/.briefgen/ledger.sqlite", "out/.briefgen/made.json", "out/.briefgen/campaign.txt"
LOCK = "snippets/quotes.lock"
NESTED = b"[" * 100_000
ENTRY = {"wording": "0", "rests": "0", "by": "x", "on": "2026-01-01"}
BROKEN = {
    "ledger: empty": plant(LEDGER, b""),
    "ledger: text": plant(LEDGER, b"letters" * 1000),
    "ledger: a header only": plant(LEDGER, b"SQLite format 3\0" + b"\xff" * 84),
    "ledger: a pipe": put(LEDGER, os.mkfifo),
    "ledger: a folder": put(LEDGER, Path.mkdir),
    "ledger: a loop": put(LEDGER, loop),
    "ledger: a journal": plant(f"{LEDGER}-journal", b"\xd9\xd5\x05\xf9" * 1000),
    "ledger: a log of garbage": plant(f"{LEDGER}-wal", b"\x37\x7f\x06\x82" * 1000),
    "ledger: types": sql("UPDATE letters SET size = 'much', pages = x'ff', problems = '{', snippets = 7"),
    "ledger: surrogates": sql("UPDATE letters SET fit = cast(x'eda080' as text)"),
    "ledger: nested": sql("UPDATE letters SET problems = printf('%.*c', 100000, '[')"),
    "ledger: huge": sql("UPDATE letters SET file = printf('%.*c', 10000000, 'x'), size = 1 << 62"),
    "ledger: no rows": sql("DELETE FROM letters"),
    "ledger: no table": sql("DROP TABLE letters"),
    "ledger: version": sql("PRAGMA user_version = -1"),
    "ledger: future": sql("PRAGMA user_version = 2147483647"),
    "made: nested": plant(MADE, NESTED),
    "made: types": plant(MADE, b'{"a": {"b": []}, "c": 1e999}'),
    "made: a list": plant(MADE, b"[1, 2]"),
    "made: surrogates": plant(MADE, b'{"\\ud800": "\\udfff"}'),
    "made: binary": plant(MADE, bytes(range(256))),
    "made: a pipe": put(MADE, os.mkfifo),
    "owner: binary": plant(OWNER, bytes(range(256))),
    "owner: empty": plant(OWNER, b""),
    "owner: long": plant(OWNER, b"a" * 100_000),
    "owner: a pipe": put(OWNER, os.mkfifo),
    "output lock: a pipe": put("out/.briefgen/lock", os.mkfifo),
    "manifest: a folder": put("out/manifest.csv", Path.mkdir),
    "letter: a pipe": in_place_of_a_letter(os.mkfifo),
    "letter: endless": in_place_of_a_letter(endless),
    "letter: a loop": in_place_of_a_letter(loop),
    "letter: a folder": in_place_of_a_letter(Path.mkdir),
    "letters: a file": plant("out/letters", b""),
    "half-written: a folder": put("out/letters/.tmp-x", Path.mkdir),
    "state: a file": plant("out/.briefgen", b""),
    "lock: nested": plant(LOCK, NESTED),
    "lock: a list": plant(LOCK, b"[]"),
    "lock: lists": plant(LOCK, b'{"format": 1, "seal": "", "quotes": [], "wordings": []}'),
    "lock: nulls": plant(LOCK, b'{"format": null, "seal": null, "quotes": null, "wordings": null}'),
    "lock: surrogates": plant(
        LOCK,
        json.dumps({"format": 1, "seal": "", "quotes": {}, "wordings": {"\ud800": ENTRY}}).encode(),
    ),
    "lock: large numbers": plant(LOCK, b'{"format": ' + b"9" * 5000 + b"}"),
    "lock: binary": plant(LOCK, bytes(range(256))),
    "lock: a pipe": put(LOCK, os.mkfifo),
    "lock: no seal": plant(LOCK, b'{"format": 1, "quotes": {}, "wordings": {}}'),
}
BATCH, PRINT = ("batch", "--format", "txt", "--format", "pdf", "-q"), ("print",)
LETTER, CHECK = ("letter", "--to", "ada", "--format", "txt"), ("check",)
READERS = {
    "ledger": [PRINT, BATCH],
    "letter": [PRINT, BATCH],
    "letters": [PRINT, BATCH],
    "half-written": [BATCH],
    "manifest": [BATCH],
    "output lock": [PRINT, BATCH],
    "state": [PRINT, LETTER],
    "made": [LETTER],
    "owner": [PRINT, LETTER],
    "lock": [CHECK],
}
"""The commands that read each kind of record."""


@pytest.mark.slow
@pytest.mark.exhaustive
@pytest.mark.parametrize("name", BROKEN)
def test_broken_records_cost_a_line(received: Path, name: str, capsys: pytest.CaptureFixture[str]) -> None:
    BROKEN[name](received)
    for command, *options in READERS[name.split(":")[0]]:
        code = exit_code(command, received, *options)
        said = "".join(capsys.readouterr())
        assert code in (0, 1, 74) and "Traceback" not in said, (command, said)
        assert len(said) < 4000, (command, said)


# A second campaign


@pytest.fixture
def other(machine: Machine) -> Path:
    """Another campaign to the same people."""
    file = machine.campaign / "campaign.yaml"
    text = file.read_text(encoding="utf-8")
    file.write_text(text.replace("id: night-buses", "id: day-ferries"), encoding="utf-8")
    return machine.campaign


SECOND = (
    ("batch", "--format", "txt", "-q"),
    ("batch", "--format", "txt", "--dry-run"),
    ("print",),
    ("print", "--no-letters", "--envelopes", "dl"),
    ("drafts", "--attach", "txt"),
    ("letter", "--to", "ada", "--format", "txt"),
    ("brief", "--format", "txt"),
)


@pytest.mark.parametrize("command", SECOND, ids=" ".join)
def test_a_second_campaign_does_not_get_the_output_of_the_first(
    received: Path, other: Path, command: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    out = received / "out"
    before = {path: path.read_bytes() for path in out.rglob("*") if path.is_file()}
    assert exit_code(command[0], other, *command[1:], "-o", out) == 1
    said = capsys.readouterr().err
    assert "output-taken" in said and "'night-buses'" in said and "'day-ferries'" in said
    assert {path: path.read_bytes() for path in out.rglob("*") if path.is_file()} == before


def test_a_campaign_that_was_renamed_goes_on_without_the_note(received: Path, other: Path) -> None:
    (received / OWNER).unlink()
    assert exit_code("batch", other, "--format", "txt", "-q", "-o", received / "out") == 0
    assert (received / OWNER).read_text(encoding="utf-8") == "day-ferries"
