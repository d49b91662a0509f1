"""`briefgen check`: all mistakes at once with file and line, what a code means, warnings as errors."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from material import without_layout

Call = Callable[..., Any]


def _change(path: Path, old: str, new: str) -> int:
    """Replace words in a file and return the line on which they stand."""
    text = path.read_text(encoding="utf-8")
    assert text.count(old) == 1, f"{old!r} stands {text.count(old)} times in {path.name}"
    path.write_text(text.replace(old, new), encoding="utf-8")
    return text[: text.index(old)].count("\n") + 1


def _files(folder: Path) -> dict[Path, bytes]:
    return {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.fixture
def wrong(small_campaign: Path) -> dict[str, tuple[str, int]]:
    """A campaign with six mistakes: code, file and line of each."""
    campaign = small_campaign / "campaign.yaml"
    lines = {
        "unknown-key": _change(campaign, "  subject:", "  subjekt:"),
        "wrong-type": _change(campaign, "max_snippets: 3", "max_snippets: four"),
        "file-missing": _change(campaign, "- recipients.csv", "- recipient.csv"),
        "snippet-unknown": _change(
            campaign, "required: [inquiry-findings-2014]", "required: [inquiry-findings]"
        ),
    }
    mistakes = {code: (str(campaign), line) for code, line in lines.items()}
    template = small_campaign / "templates" / "letter" / "office" / "us-senator.html.j2"
    template.parent.mkdir(parents=True)
    template.write_text(
        '{% extends "letter/default.html.j2" %}\n'
        "{% block close %}\n<p>{{ recipent.name }}</p>\n{% endblock %}\n"
    )
    mistakes["template-name"] = (str(template), 3)
    snippet = small_campaign / "snippets" / "own.md"
    snippet.parent.mkdir()
    snippet.write_text("---\nid: own\nkind: finding\ntitle: one: two\n---\nWords.\n")
    mistakes["yaml-syntax"] = (str(snippet), 4)
    return mistakes


@pytest.mark.parametrize("colours", ["{accent: #7a1f2b}", "{accent: #7a1f2b, quiet: #555555}"])
def test_a_colour_without_quotes_is_told_from_other_mistakes(
    briefgen: Call, small_campaign: Path, colours: str
) -> None:
    _change(
        small_campaign / "campaign.yaml",
        "letter:\n  page",
        f"letterhead:\n  colours: {colours}\nletter:\n  page",
    )
    said = briefgen("check", small_campaign)
    assert said.code == 1 and "yaml-syntax" in said.err
    assert "put the colour in quotes" in said.err


@pytest.mark.slow
def test_an_ask_for_other_offices_is_told_once_with_all_whom_it_reaches(
    briefgen: Call, starter: Path
) -> None:
    path = without_layout(starter) / "campaign.yaml"
    _change(path, "    ask: ask-cosponsor-reauthorization\n  - when", "  - when")
    _change(path, "    ask: ask-senate-reauthorization\n  - when", "  - when")
    _change(path, "    ask: ask-appropriations\n", "    topics: [united-states]\n")
    said = briefgen("check", starter)
    (told,) = re.findall("ask-office: (.*)", said.err)
    assert "'ask-referral-and-sanctions' goes to us-senator, us-representative; it is for " in told


def test_all_mistakes_are_told_at_once_with_file_and_line(
    briefgen: Call, small_campaign: Path, wrong: dict[str, tuple[str, int]]
) -> None:
    before = _files(small_campaign)
    said = briefgen("check", small_campaign)
    assert said.code == 1
    for code, (file, line) in wrong.items():
        assert re.search(rf"^{re.escape(file)}:{line}(:\d+)?: {code}: ", said.err, re.MULTILINE), (
            code,
            said.err,
        )
    assert "did you mean subject?" in said.err
    assert "did you mean recipients.csv?" in said.err
    assert "did you mean recipient?" in said.err
    assert f"{len(wrong)} problems found." in said.err
    assert "Traceback" not in said.err
    assert _files(small_campaign) == before


@pytest.mark.parametrize("command", ["brief", "batch"])
def test_nothing_is_written_while_anything_is_wrong(
    briefgen: Call, small_campaign: Path, wrong: dict[str, tuple[str, int]], command: str
) -> None:
    before = _files(small_campaign)
    assert briefgen(command, small_campaign).code == 1
    assert _files(small_campaign) == before


def test_the_same_report_as_json(
    briefgen: Call, small_campaign: Path, wrong: dict[str, tuple[str, int]]
) -> None:
    said = briefgen("check", small_campaign, "--json")
    assert said.code == 1
    assert said.err == ""
    told = {one["code"]: (one["place"]["file"], one["place"]["line"]) for one in said.json["problems"]}
    assert told == wrong
    assert said.json["ok"] is False


@pytest.mark.slow
def test_a_campaign_without_mistakes_passes_with_a_warning_about_the_sample_sender(
    briefgen: Call, small_campaign: Path
) -> None:
    said = briefgen("check", small_campaign)
    assert said.code == 0
    assert "warning: sender-sample" in said.err
    assert "can be sent a letter" in said.out


@pytest.mark.slow
def test_with_strict_warnings_are_errors(briefgen: Call, small_campaign: Path) -> None:
    said = briefgen("check", small_campaign, "--strict")
    assert said.code == 1
    assert "sender-sample" in said.err
    assert "warning:" not in said.err
    told = briefgen("check", small_campaign, "--strict", "--json")
    assert told.code == 1
    assert told.json["ok"] is False
    assert {one["severity"] for one in told.json["problems"]} == {"error"}


@pytest.mark.slow
def test_with_strict_a_campaign_without_warnings_passes(briefgen: Call, small_campaign: Path) -> None:
    codes = {one["code"] for one in briefgen("check", small_campaign, "--json").json["problems"]}
    campaign = small_campaign / "campaign.yaml"
    campaign.write_text(f"{campaign.read_text()}\nignore: [{', '.join(sorted(codes))}]\n")
    assert briefgen("check", small_campaign, "--strict").code == 0


def test_explain_prints_the_section_of_a_code_where_there_is_no_campaign(
    briefgen: Call, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    said = briefgen("check", "--explain", "unknown-key")
    assert said.code == 0
    assert said.out.startswith("## unknown-key\n")
    assert "did you mean subject?" in said.out
    assert "## missing-key" not in said.out
    assert briefgen("check", "--explain", "unknown-key", "--json").json["page"] == "docs/checks/campaign.md"


def test_an_unknown_code_is_answered_with_the_nearest(briefgen: Call) -> None:
    said = briefgen("check", "--explain", "unknwon-key")
    assert said.code == 2
    assert "code-unknown" in said.err
    assert "did you mean unknown-key" in said.err


@pytest.mark.slow
def test_other_commands_name_the_warnings_in_one_line(briefgen: Call, small_campaign: Path) -> None:
    line = f"1 warning: sender-sample. Run briefgen check {small_campaign} for details.\n"
    for command in (
        ["letter", small_campaign, "--to", "ada-sample", "--format", "txt"],
        ["brief", small_campaign, "--format", "txt"],
        ["batch", small_campaign, "--format", "txt", "--limit", "1"],
    ):
        said = briefgen(*command)
        assert said.code == 0
        assert said.err.count("sender-sample") == 1 and line in said.err
        assert "warning: sender-sample" in briefgen(*command, "-v").err
        told = briefgen(*command, "--json")
        assert [one["code"] for one in told.json["warnings"]] == ["sender-sample"]
        assert "sender-sample" not in told.err
    assert "warning: sender-sample" in briefgen("batch", small_campaign, "--dry-run").err


@pytest.mark.slow
def test_quiet_leaves_out_warnings_everywhere_and_no_error(briefgen: Call, small_campaign: Path) -> None:
    for command in (["letter", "--to", "ada-sample"], ["brief"], ["batch", "--limit", "1"]):
        said = briefgen(command[0], small_campaign, *command[1:], "--format", "txt", "-q")
        assert said.code == 0 and "sender-sample" not in said.err
    said = briefgen("check", small_campaign, "-q")
    assert said.err == ""
    assert said.out.endswith("can be sent a letter. 1 warning.\n")
    assert "sender-sample" in briefgen("check", small_campaign, "-q", "--strict").err
    _change(small_campaign / "campaign.yaml", "  subject:", "  subjekt:")
    said = briefgen("batch", small_campaign, "--quiet")
    assert "unknown-key" in said.err and "warning:" not in said.err


def test_ctrl_c_is_told_in_a_line_and_as_json(briefgen: Call, monkeypatch: pytest.MonkeyPatch):
    def broken_off(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("briefgen.campaign.open.open_campaign", broken_off)
    said = briefgen("check", "campaign")
    assert (said.code, said.err.startswith("broken-off: interrupted")) == (130, True)
    said = briefgen("check", "campaign", "--json")
    assert (said.code, said.json["problems"][0]["code"]) == (130, "broken-off")
