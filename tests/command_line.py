"""The command line as a user calls it, within this process."""

from __future__ import annotations

import sys

import pytest

from briefgen.cli.main import run


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
