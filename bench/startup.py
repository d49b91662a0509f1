"""Compare the CPU time of `briefgen --help` with that of a bare typer application, alternately."""

from __future__ import annotations

import resource
import subprocess
import sys
import tempfile
from pathlib import Path
from statistics import median

ROUNDS = 15
BARE = """
import typer
app = typer.Typer(no_args_is_help=True)
@app.command()
def one(): "One."
@app.command()
def two(): "Two."
app()
"""


def cpu_seconds(*command: str) -> float:
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        bare = Path(folder) / "bare.py"
        bare.write_text(BARE)
        ours, theirs = [], []
        for _ in range(ROUNDS):
            theirs.append(cpu_seconds(sys.executable, str(bare), "--help"))
            ours.append(cpu_seconds(sys.executable, "-m", "briefgen", "--help"))
    print(f"bare typer      {median(theirs) * 1000:6.0f} ms")
    print(f"briefgen --help {median(ours) * 1000:6.0f} ms, {median(ours) / median(theirs):.2f} times as long")


if __name__ == "__main__":
    main()
