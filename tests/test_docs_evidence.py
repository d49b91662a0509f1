"""docs/evidence.md does what it says: its files are written and its commands run as by a reader."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from page_follower import Shell, read_steps

pytestmark = pytest.mark.slow

PAGE = Path(__file__).parents[1] / "docs" / "evidence.md"


@pytest.fixture
def shell(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Shell:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("BRIEFGEN_TEXTS", raising=False)
    return Shell(monkeypatch, capsys)


def test_the_page_can_be_followed_to_the_end(shell: Shell) -> None:
    shown = []
    for kind, file, content in read_steps(PAGE):
        if kind == "sh":
            for line in content.splitlines():
                shell.run(line)
        elif file == "campaign.yaml":
            text = Path(file).read_text("utf-8")
            assert "\n  sections:\n" in text
            Path(file).write_text(text.replace("\n  sections:\n", f"\n  sections:\n{content}"), "utf-8")
        elif file.startswith("snippets/"):
            written = Path(file).read_text("utf-8")
            assert re.sub(r"\d{4}-\d\d-\d\d", "2026-11-24", written) == content
        elif file:
            Path(file).write_text(content, "utf-8")
        else:
            shown.append(content)
    assert shell.failed == [["briefgen", "snippets", "new", "dry-wells-2024"]], shell.said
    assert shell.codes[-1] == ("briefgen brief", 0)
    for expected in shown:
        shell.require_shown(expected)
    assert shell.reported <= {"hedge-dropped", "library-statement", "sender-sample"}, shell.said
    made = {path.suffix for path in Path("out/briefing").iterdir()}
    assert {".pdf", ".docx"} <= made
