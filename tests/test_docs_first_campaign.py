"""docs/first-campaign.md takes a stranger to finished letters: its files are saved and its commands run."""

from __future__ import annotations

from pathlib import Path

import pytest
from page_follower import Shell, read_steps

PAGE = Path(__file__).parents[1] / "docs" / "first-campaign.md"
MOST_WORDS = 1200


def test_the_page_is_short_and_found() -> None:
    assert len(PAGE.read_text("utf-8").split()) <= MOST_WORDS
    for page, link in (
        (PAGE.with_name("index.md"), PAGE.name),
        (PAGE.parents[1] / "README.md", f"docs/{PAGE.name}"),
    ):
        assert f"]({link})" in page.read_text("utf-8")


@pytest.mark.slow
def test_the_page_can_be_followed_to_the_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("BRIEFGEN_TEXTS", raising=False)
    shell = Shell(monkeypatch, capsys)
    for kind, file, content in read_steps(PAGE):
        if kind == "sh":
            for line in content.splitlines():
                if not line.startswith("pip "):
                    shell.run(line)
        elif file:
            assert Path(file).exists() or file == "report.txt"
            Path(file).write_text(content, "utf-8")
        else:
            shell.require_shown(content)
    assert shell.failed == [["briefgen", "snippets", "new", "to-work"]], shell.said
    assert shell.reported == {"hedge-dropped"}, shell.said
    made = sorted(path.name for path in Path("out/letters").iterdir())
    assert [Path(name).suffix for name in made] == [".docx", ".pdf"] * 3
    assert "The text agrees with the record: 3 statements" in shell.said
