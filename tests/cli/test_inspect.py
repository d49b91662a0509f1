"""`briefgen trace`: the report for people and machines, its width, and its exit code."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import docx
import pytest
from lxml import etree
from material import with_much_evidence

from briefgen.campaign.open import open_campaign

Call = Callable[..., Any]


@pytest.fixture(scope="module")
def letter(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A DOCX of the starter's briefing, which has quotes, attested readings, chains and caveats."""
    opened = open_campaign(with_much_evidence(tmp_path_factory.mktemp("campaign") / "it"))
    path = tmp_path_factory.mktemp("made") / "briefing.docx"
    path.write_bytes(opened.renderers(("docx",))()["docx"].render(opened.composer.compose_briefing()).data)
    return path


@pytest.fixture
def changed(letter: Path, tmp_path: Path) -> Path:
    document = docx.Document(str(letter))
    run = next(
        one for one in document.element.body.iter("{*}t") if "reported that 20,000 people" in (one.text or "")
    )
    run.text = run.text.replace("20,000", "30,000")
    path = tmp_path / "changed.docx"
    document.save(str(path))
    return path


@pytest.mark.slow
def test_each_claim_is_shown_with_what_proves_it(briefgen: Call, letter: Path) -> None:
    said = briefgen("trace", letter)
    assert said.code == 0
    assert said.err == ""
    shown = said.out[said.out.index("hwanghae-famine-2012 · ") :].split("\n\n")[0]
    words = " ".join(shown.split())
    assert "agrees" in words
    assert "reported that 20,000 people had starved to death" in words
    assert "quoted in Park, The Forgotten Genocide" in words
    assert "2013 [park-2013]" in words, "the essay prints no paragraph numbers"
    assert "quote “" in words
    claim = next(
        one
        for one in briefgen("trace", letter, "--json").json["record"]["snippets"]
        if one["id"] == "hwanghae-famine-2012"
    )
    assert f"Caveat {claim['caveats'][0]['text']} from " in words
    assert "Confidence single-source, as of " in words
    assert "Verified quotes unchanged since they were compared with their source’s text, 20" in words.replace(
        "'", "’"
    )
    assert "Reviewed by briefgen maintainers, 20" in words
    assert "attested" in said.out
    assert said.out.rstrip().splitlines()[-1].startswith("The text agrees with the record: ")


def test_the_report_fits_the_terminal(briefgen: Call, letter: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lines = briefgen("trace", letter).out.splitlines()
    assert len(lines) > 50
    assert max(map(len, lines)) <= 90


def test_a_changed_file_ends_with_1_and_names_what_was_changed(briefgen: Call, changed: Path) -> None:
    said = briefgen("trace", changed)
    assert said.code == 1
    assert "hwanghae-famine-2012 · statistic · CHANGED" in said.out
    assert f"{changed}: statement-changed: the snippet hwanghae-famine-2012" in said.err
    assert "30,000" in said.err
    assert "does not agree" in said.out


def test_json_carries_the_record_and_the_judgement(briefgen: Call, letter: Path, changed: Path) -> None:
    good, bad = briefgen("trace", letter, "--json"), briefgen("trace", changed, "--json")
    assert (good.code, bad.code) == (0, 1)
    assert good.json["ok"] is True
    assert good.json["problems"] == []
    assert good.json["record"] == bad.json["record"]
    assert bad.json["ok"] is False
    (problem,) = bad.json["problems"]
    assert problem["code"] == "statement-changed"
    (statement,) = [one for one in bad.json["statements"] if not one["agrees"]]
    assert statement["id"] == "hwanghae-famine-2012"
    assert "30,000" in statement["differences"][0]["found"]


def test_quiet_shows_the_verdict_only(briefgen: Call, letter: Path) -> None:
    assert len(briefgen("trace", letter, "-q").out.splitlines()) == 1


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("a.pdf", b"nothing", "pdf-unreadable"),
        ("a.docx", b"PK", "docx-unreadable"),
        ("a.odt", b"x", "file-kind"),
    ],
)
def test_a_file_that_cannot_be_traced_is_one_problem_without_a_traceback(
    briefgen: Call, tmp_path: Path, name: str, content: bytes, code: str
) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    said = briefgen("trace", path)
    assert said.code == 1
    assert said.err.startswith(f"{path}: {code}: ")
    assert "Traceback" not in said.err
    assert said.out == ""


def test_a_missing_file_is_told(briefgen: Call, tmp_path: Path) -> None:
    said = briefgen("trace", tmp_path / "none.pdf")
    assert said.code == 74
    assert "file-unreadable" in said.err


def test_nothing_in_a_record_steers_the_terminal(briefgen: Call, letter: Path, tmp_path: Path) -> None:
    path = tmp_path / "hostile.docx"
    with zipfile.ZipFile(letter) as old, zipfile.ZipFile(path, "w") as new:
        for name in old.namelist():
            content = old.read(name)
            if b"briefgen-evidence/" in content:
                root = etree.fromstring(content)
                record = json.loads(root.text or "")
                record["snippets"][0]["id"] = record["snippets"][0]["text"] = "a\x1b[2Jb\x9b\u202ec"
                root.text = json.dumps(record)
                content = etree.tostring(root)
            new.writestr(name, content)
    said = briefgen("trace", path)
    assert said.code == 1
    assert "record-edited" in said.err
    assert "statement-missing" in said.err
    for stream in (said.out, said.err):
        assert not {"\x1b", "\x9b", "\u202e"} & set(stream)


@pytest.mark.slow
def test_a_second_file_is_compared_where_one_is_named(briefgen: Call, letter: Path, changed: Path) -> None:
    said = briefgen("trace", letter, "--against", letter, "--quiet")
    assert said.code == 0
    compared = "text, notes, headings, lists, tables, pictures and links compared."
    assert f"{letter} agrees; {compared}" in said.out
    said = briefgen("trace", letter, "--against", changed, "--quiet")
    assert said.code == 1
    assert "renderings-differ" in said.err
    assert f"{changed} has 1 difference (see above)" in said.out
    read = briefgen("trace", letter, "--against", changed, "--json").json
    assert (read["ok"], read["against"]) == (False, str(changed))
    assert [problem["code"] for problem in read["problems"]] == ["renderings-differ"]
