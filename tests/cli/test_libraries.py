"""The commands on libraries: one is started, listed, and checked as a whole."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from command_line import exit_code
from material import ROOT

from briefgen.library.libraries import LIBRARIES

WATER = ROOT / "tests" / "plugins" / "briefgen_water_library" / "water_library"


def run(capsys: pytest.CaptureFixture[str], *arguments: object) -> tuple[int, dict[str, Any]]:
    code = exit_code("library", *arguments, "--json")
    return code, json.loads(capsys.readouterr().out)


def test_a_new_library_can_be_filled_and_checked(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = tmp_path / "Our Water"
    code, made = run(capsys, "new", folder, "--title", "Lead: in water")
    assert (code, made["library"]) == (0, "our-water")
    say = ("--kind", "ask", "--say", "fund new pipes in schools", "--by", "Eve")
    assert exit_code("snippets", "new", "ask-pipes", *say, "-c", folder) == 0
    capsys.readouterr()
    code, checked = run(capsys, "check", folder)
    assert (code, checked["ok"], checked["library"], checked["snippets"]) == (0, True, "our-water", 1)


def test_a_folder_with_snippets_becomes_a_library_once(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    works = tmp_path / "seeds" / "references.json"
    works.parent.mkdir()
    works.write_text("[ ]", encoding="utf-8")
    assert run(capsys, "new", tmp_path, "--id", "water")[0] == 0
    assert works.read_text("utf-8") == "[ ]"
    code, again = run(capsys, "new", tmp_path, "--id", "water")
    assert (code, again["problems"][0]["code"]) == (2, "file-exists")


def test_an_id_that_no_campaign_could_name_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, told = run(capsys, "new", tmp_path / "x", "--id", "Our Water")
    assert code == 2 and "lower-case letters" in told["problems"][0]["message"]
    assert not (tmp_path / "x").exists()


def test_all_libraries_are_listed_and_a_broken_one_is_named(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(LIBRARIES, "_registered", {"rain": tmp_path, "water": WATER})
    code, listed = run(capsys, "list")
    assert [(one["id"], one["title"]) for one in listed["libraries"]] == [
        ("north-korea", "Human rights in North Korea"),
        ("water", "Lead in drinking water"),
    ]
    assert code == 1 and "'rain' is not a library" in listed["problems"][0]["message"]


def test_a_library_is_checked_by_its_id(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(LIBRARIES, "_registered", {"water": WATER})
    code, checked = run(capsys, "check", "water")
    assert (code, checked["library"], checked["snippets"]) == (0, "water", 2)
    code, unknown = run(capsys, "check", "watr")
    assert (code, unknown["problems"][0]["hint"]) == (2, "did you mean water?")


def test_what_is_wrong_with_a_statement_is_an_error(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(capsys, "new", tmp_path, "--id", "water")[0] == 0
    text = (WATER / "snippets" / "school-taps.md").read_text("utf-8")
    (tmp_path / "snippets" / "school-taps.md").write_text(text, encoding="utf-8")
    code, checked = run(capsys, "check", tmp_path)
    assert code == 1
    assert {one["code"] for one in checked["problems"]} == {"source-unknown", "wording-unlocked"}
