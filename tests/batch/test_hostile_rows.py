"""A list with hostile rows, killed on the way and run again: each row has its letter or its reason, by line."""

import subprocess
import sys

import pytest
from material import ROOT

pytestmark = [pytest.mark.kills, pytest.mark.slow]


def test_hostile_rows_cost_nobody_else_a_letter():
    """`bench/hostile.py` does the same with 10,000 recipients; here each kind of hostile row comes once."""
    command = [sys.executable, ROOT / "bench" / "hostile.py", "--rows", "56", "--every", "4"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "56 rows, 10 refused" in done.stdout
