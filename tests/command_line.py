"""The command line as a user calls it, within this process."""

from __future__ import annotations

import json
import sys
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from io import StringIO
from typing import Any

import pytest

from briefgen.cli.main import run


@dataclass(frozen=True)
class Said:
    """How a command ended, and what it printed."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


def exit_code(*arguments: object) -> int:
    """Call a command; what it prints is printed."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "argv", ["briefgen", *map(str, arguments)])
        patch.setenv("COLUMNS", "90")
        # The tests' own process is not to be ended.
        patch.setattr("briefgen.cli.main.end_process_on_hang", lambda report: None)
        with pytest.raises(SystemExit) as ended:
            run()
    return int(ended.value.code or 0)


def call(*arguments: object) -> Said:
    """Call a command, and catch what it prints."""
    with redirect_stdout(StringIO()) as out, redirect_stderr(StringIO()) as err:
        code = exit_code(*arguments)
    return Said(code, out.getvalue(), err.getvalue())
