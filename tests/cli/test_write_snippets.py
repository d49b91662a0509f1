"""snippets new, edit, approve and remove as a user calls them, also in a terminal."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

TEXT = "An estimated 44 wells were dry.\n"
SAY = "The Monitors estimated that 44 wells were dry."
NEW = ("snippets", "new", "dry-wells", "--source", "wells-2024", "--quote", "44 wells", "--topic", "water")


@pytest.fixture
def campaign(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, briefgen: Callable[..., Any]) -> Path:
    (tmp_path / "campaign.yaml").write_text("id: water\n")
    (tmp_path / "wells.txt").write_text(TEXT)
    monkeypatch.chdir(tmp_path)
    described = ("--title", "Wells", "--author", "The Monitors", "--issued", "2024")
    briefgen("sources", "add", "wells.txt", "--id", "wells-2024", *described)
    return tmp_path


@pytest.fixture
def terminal(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Callable[[str, str], None]:
    """Makes the command believe in a terminal, with an editor that writes words, and a name typed in."""

    def answer(words: str, name: str) -> None:
        monkeypatch.setattr("briefgen.cli.console.Console.can_ask", True)
        monkeypatch.setattr("typer.prompt", lambda *_, **__: name)
        editor = tmp_path / "editor.sh"
        editor.write_text(f'#!/bin/sh\ncp "$1" {tmp_path}/seen\nprintf \'%s\' "{words}" > "$1"\n')
        editor.chmod(0o755)
        monkeypatch.setenv("VISUAL", str(editor))

    return answer


def card(campaign: Path) -> str:
    return (campaign / "snippets/dry-wells.md").read_text()


def test_one_command_writes_checks_and_approves(briefgen: Callable[..., Any], campaign: Path) -> None:
    said = briefgen(*NEW, "--say", SAY, "--by", "Dana Writer")
    assert said.code == 0 and said.out.startswith("snippets/dry-wells.md  (approved)\n")
    assert "review: Dana Writer, " in card(campaign)


def test_a_fault_is_said_and_the_draft_kept(briefgen: Callable[..., Any], campaign: Path) -> None:
    said = briefgen(*NEW, "--say", "The Monitors estimated that 54 wells were dry.", "--by", "Dana Writer")
    assert said.code == 1 and said.out.startswith("snippets/dry-wells.md  (draft)\n")
    assert "snippets/dry-wells.md:7: number-missing" in said.err
    assert "kept as a draft: 1 problem. Correct it with briefgen snippets edit dry-wells" in said.err
    said = briefgen("snippets", "edit", "dry-wells", "--say", SAY, "--by", "Dana Writer", "--json").json
    assert said["ok"] and said["approved"] and said["problems"] == []


def test_the_editor_opens_in_a_terminal(
    briefgen: Callable[..., Any], campaign: Path, terminal: Callable[[str, str], None]
) -> None:
    terminal(f"{SAY}\n# left out", "Dana Writer")
    assert briefgen(*NEW).out.startswith("snippets/dry-wells.md  (approved)\n")
    assert "# The source: An estimated 44 wells were dry." in (campaign / "seen").read_text()
    assert card(campaign).endswith(f"---\n{SAY}\n")


def test_an_editor_that_is_left_without_words_leaves_a_draft_to_write(
    briefgen: Callable[..., Any], campaign: Path, terminal: Callable[[str, str], None]
) -> None:
    terminal("", "Dana Writer")
    assert briefgen(*NEW).code == 0
    assert "Write the statement here" in card(campaign)


def test_a_snippet_is_edited_in_the_editor(
    briefgen: Callable[..., Any], campaign: Path, terminal: Callable[[str, str], None]
) -> None:
    briefgen(*NEW, "--say", SAY)
    text = card(campaign).replace("topics: [water]", "topics: [towns]")
    terminal(text, "Dana Writer")
    assert briefgen("snippets", "edit", "dry-wells").out == "snippets/dry-wells.md  (approved)\n"
    assert "[towns]" in card(campaign) and "review: Dana Writer" in card(campaign)


def test_without_a_terminal_something_must_be_named(briefgen: Callable[..., Any], campaign: Path) -> None:
    briefgen(*NEW, "--say", SAY)
    said = briefgen("snippets", "edit", "dry-wells")
    assert said.code == 2 and "snippet-edit" in said.err


def test_an_editor_that_does_not_start_is_a_mistake(
    briefgen: Callable[..., Any],
    campaign: Path,
    terminal: Callable[[str, str], None],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    terminal("", "")
    monkeypatch.setenv("VISUAL", "/nowhere/editor")
    said = briefgen(*NEW)
    assert said.code == 2 and "editor-failed" in said.err and "--say" in said.err


def test_drafts_are_approved_and_removed(briefgen: Callable[..., Any], campaign: Path) -> None:
    briefgen(*NEW, "--say", SAY)
    said = briefgen("snippets", "approve", "dry-wells", "--by", "Dana Writer")
    assert (said.code, said.out) == (0, "dry-wells: approved by Dana Writer\n")
    again = briefgen("snippets", "approve", "dry-wells", "--by", "Ann Other")
    assert "unchanged since it was approved by Dana Writer" in again.out
    (campaign / "campaign.yaml").write_text("id: water\nask: dry-wells\n")
    assert briefgen("snippets", "remove", "dry-wells").code == 1
    removed = briefgen("snippets", "remove", "dry-wells", "--force", "--json").json
    assert removed == {"ok": True, "removed": ["snippets/dry-wells.md"]}
