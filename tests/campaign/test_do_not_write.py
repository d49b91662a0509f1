"""Every command obeys the do-not-write list and says how many recipients are on it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from command_line import exit_code
from material import small_starter

from briefgen.campaign.open import open_campaign
from briefgen.errors import BriefgenError


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return small_starter(tmp_path / "campaign")


def test_commands_obey_the_list_and_count(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert exit_code("batch", folder, "--format", "txt") == 0
    letters = folder / "out/letters"
    unwanted, *_ = sorted(recipient.id for recipient in open_campaign(folder).recipients)
    assert list(letters.glob(f"*{unwanted}*"))
    (folder / "do-not-write.csv").write_text(f"id\n{unwanted}\n", encoding="utf-8")
    told = f"1 recipient is on the do-not-write list and gets no letter: {unwanted}."
    capsys.readouterr()
    assert exit_code("batch", folder, "--format", "txt") == 0
    err = capsys.readouterr().err
    assert told in err
    assert "letters-stale" in err  # what was made before the person asked
    for command in (["check"], ["recipients", "list"], ["print", "--no-letters", "--labels", "avery-l7160"]):
        assert exit_code(*command, folder) == 0
        assert told in capsys.readouterr().err
        if command[0] != "print":
            assert exit_code(*command, folder, "--json") == 0
            assert json.loads(capsys.readouterr().out)["do_not_write"] == [unwanted]
    assert exit_code("letter", folder, "--to", unwanted) == 1
    assert f"{folder / 'do-not-write.csv'}:2" in capsys.readouterr().err.replace("\n", "")
    campaign = open_campaign(folder)
    assert [recipient.id for recipient in campaign.recipients if recipient.id == unwanted] == []
    assert [problem.about for problem in campaign.withheld] == [unwanted]


def test_a_list_that_cannot_be_read_stops_the_campaign(folder: Path) -> None:
    (folder / "do-not-write.csv").write_text("name,locality\nAda Sample,\n", encoding="utf-8")
    with pytest.raises(BriefgenError) as caught:
        open_campaign(folder)
    assert [problem.code for problem in caught.value.problems] == ["do-not-write-row"]


def test_an_import_leaves_out_who_is_on_the_list(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("new.csv").write_text(
        "office,name,locality,country,email\nperson,Ada Sample,London,GB,ada@harbour.example\n"
        "person,Ben Muster,London,GB,\n",
        encoding="utf-8",
    )
    Path("do-not-write.csv").write_text("email\nada@harbour.example\n", encoding="utf-8")
    assert exit_code("recipients", "import", "csv", "new.csv", "-o", "people.csv") == 0
    out = capsys.readouterr().out
    assert "2 rows: 1 imported, 0 refused, 1 on the do-not-write list" in out
    assert "Ada" not in Path("people.csv").read_text(encoding="utf-8")
