"""A batch in a process of its own, which a test can kill: OUT PIDS PEOPLE SLOW_S GATE (may be empty)."""

import os
import sys
from pathlib import Path

from batch_fakes import Renderers, Seen, SlowComposer, job, people

from briefgen.batch.outputs.folder import FolderOutput
from briefgen.batch.runner import run_batch


class Telling(Seen):
    """Says on standard output that the first letter is there."""

    def done(self, outcome: object) -> None:
        if not self.outcomes:
            print("first", flush=True)
        super().done(outcome)  # type: ignore[arg-type]


if __name__ == "__main__":
    out, pids, number, slow_s, gate = sys.argv[1:]
    composer = SlowComposer(slow_s=float(slow_s), folder=pids, gate=gate)
    Path(pids).mkdir(exist_ok=True)
    print(os.getpid(), flush=True)
    given = job(people(int(number)), composer, Renderers(times=3000))
    summary = run_batch(given, FolderOutput(Path(out)), workers=2, progress=Telling())
    sys.exit(summary.exit_code)
