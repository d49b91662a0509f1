"""The command line as a user calls it, within this process."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from command_line import exit_code


@dataclass(frozen=True)
class Said:
    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


Call = Callable[..., Said]


@pytest.fixture
def briefgen(capsys: pytest.CaptureFixture[str]) -> Call:
    """Calls a command and gives its exit code and what it printed."""

    def call(*arguments: object) -> Said:
        capsys.readouterr()
        code = exit_code(*arguments)
        printed = capsys.readouterr()
        return Said(code, printed.out, printed.err)

    return call
