"""docs/evidence.md does what it says: its files are written and its commands run as by a reader."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow

PAGE = Path(__file__).parents[1] / "docs" / "evidence.md"


def steps() -> Iterator[tuple[str, str, str]]:
    """Fenced blocks: kind (`sh`, `text` …), the file that is named behind it, and content."""
    for match in re.finditer(r"^```(\w*)[ ]?(\S*)\n(.*?)^```$", PAGE.read_text("utf-8"), re.M | re.S):
        yield match[1], match[2], match[3]


@pytest.fixture
def shell(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Shell:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("BRIEFGEN_TEXTS", raising=False)
    return Shell(monkeypatch, capsys)


class Shell:
    """Runs the page's commands in this process and keeps what they said."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
        self.monkeypatch, self.capsys = monkeypatch, capsys
        self.said = ""
        self.codes: list[tuple[str, int]] = []

    def run(self, line: str) -> None:
        from briefgen.cli.main import run

        words = shlex.split(line)
        if words[0] == "cd":
            self.monkeypatch.chdir(words[1])
            return
        self.monkeypatch.setattr("sys.argv", words)
        with pytest.raises(SystemExit) as ended:
            run()
        printed = self.capsys.readouterr()
        self.said += printed.out + printed.err
        self.codes.append((line, int(ended.value.code or 0)))


def test_the_page_can_be_followed_to_the_end(shell: Shell) -> None:
    shown = []
    for kind, file, content in steps():
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
    failed = [line for line, code in shell.codes if code]
    assert [line.split()[:4] for line in failed] == [["briefgen", "snippets", "new", "dry-wells-2024"]], (
        shell.said
    )
    assert shell.codes[-1] == ("briefgen brief", 0)
    for expected in shown:
        for line in expected.splitlines():
            assert line in shell.said, f"the page shows, and briefgen does not say: {line}"
    reported = re.findall(r"^\S+: (?:warning: )?([a-z-]+): ", shell.said, re.M)
    assert set(reported) <= {"hedge-dropped", "library-statement", "sender-sample"}, shell.said
    made = {path.suffix for path in Path("out/briefing").iterdir()}
    assert {".pdf", ".docx"} <= made
