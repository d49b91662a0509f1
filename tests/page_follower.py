"""Follows a page of the documentation as a reader does: saves its files and runs its commands."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import pytest


def read_steps(page: Path) -> Iterator[tuple[str, str, str]]:
    """Yield the fenced blocks of a page: kind (`sh`, `text` …), the file that is named behind it, and content."""
    for match in re.finditer(r"^```(\w*)[ ]?(\S*)\n(.*?)^```$", page.read_text("utf-8"), re.M | re.S):
        yield match[1], match[2], match[3]


def _expand(word: str) -> list[str]:
    """Return the files that a word with an asterisk stands for, else the word itself."""
    found = sorted(str(path) for path in Path().glob(word)) if "*" in word else []
    return found or [word]


class Shell:
    """Runs a page's commands in this process and keeps what they said."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
        self.monkeypatch, self.capsys = monkeypatch, capsys
        self.said = ""
        self.codes: list[tuple[str, int]] = []

    @property
    def failed(self) -> list[list[str]]:
        """The first four words of each command that ended with an error."""
        return [line.split()[:4] for line, code in self.codes if code]

    @property
    def reported(self) -> set[str]:
        """The codes of all problems that the commands reported."""
        return set(re.findall(r"^(?:\S+: (?:warning: )?|warning: )([a-z-]+): ", self.said, re.M))

    def run(self, line: str) -> None:
        from briefgen.cli.main import run

        words = [found for word in shlex.split(line) for found in _expand(word)]
        if words[0] == "cd":
            self.monkeypatch.chdir(words[1])
            return
        assert words[0] == "briefgen", line
        self.monkeypatch.setattr("sys.argv", words)
        with pytest.raises(SystemExit) as ended:
            run()
        printed = self.capsys.readouterr()
        self.said += printed.out + printed.err
        self.codes.append((line, int(ended.value.code or 0)))

    def require_shown(self, expected: str) -> None:
        """Fail if the commands did not print a line that the page shows."""
        for line in expected.splitlines():
            assert line in self.said, f"the page shows, and briefgen does not say: {line}\n{self.said}"
