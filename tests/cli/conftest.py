"""The command line as a user calls it, within this process."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from command_line import Said, exit_code

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
