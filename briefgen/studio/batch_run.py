"""Make all letters of a campaign in a process of their own, and follow it.

    python -P -m briefgen.studio.batch_run FOLDER

makes them, and prints a line of JSON for each file and one at the end. The page goes on working meanwhile,
and SIGINT stops the run as Ctrl-C stops a batch."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import threading
from collections import deque
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from briefgen.errors import BriefgenError

_MAX_FAILURES = 200
"""Failures that are remembered with their messages."""


@dataclass(slots=True)
class BatchProgress:
    """How far a run is, as the page shows it."""

    total: int = 0
    done: int = 0
    failed: int = 0
    stopping: bool = False
    summary: dict[str, Any] | None = None
    """The end of the run, as `BatchSummary`; None while it runs."""
    problems: deque[str] = field(default_factory=lambda: deque(maxlen=_MAX_FAILURES))
    """Messages about letters that could not be made, or why the run could not begin."""

    @property
    def is_over(self) -> bool:
        """Return whether the run has ended."""
        return self.summary is not None


class BatchRun:
    """A run in a process of its own."""

    def __init__(self, folder: Path) -> None:
        self.progress = BatchProgress()
        self._process = subprocess.Popen(
            [sys.executable, "-P", "-m", "briefgen.studio.batch_run", str(folder)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            encoding="utf-8",
        )
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def stop(self) -> None:
        """Ask the run to finish the letters that it is making, and to end."""
        if not self.progress.is_over:
            self.progress.stopping = True
            self._process.send_signal(signal.SIGINT)

    def wait(self, timeout: float | None = None) -> None:
        """Wait until the run has ended."""
        self._reader.join(timeout)

    def _read(self) -> None:
        assert self._process.stdout is not None
        with self._process.stdout as lines:
            for line in lines:
                take_event(self.progress, json.loads(line))
        code = self._process.wait()
        if self.progress.summary is None:
            self.progress.problems.append("The run was ended. Make the letters again: what is done stays.")
            self.progress.summary = {"exit_code": code}


def take_event(progress: BatchProgress, event: dict[str, Any]) -> None:
    """Note what a line of a run says."""
    match event["event"]:
        case "begin":
            progress.total = event["total"]
        case "done":
            progress.done += 1
            progress.failed += event["state"] not in ("rendered", "unchanged")
            progress.problems.extend(event["problems"])
        case "end":
            progress.summary = event["summary"]
        case "error":
            progress.problems.extend(event["problems"])
            progress.summary = {"exit_code": event["exit_code"]}


class _JsonLines:
    """A progress reporter that prints a line of JSON for each event."""

    def begin(self, total: int) -> None:
        self._print({"event": "begin", "total": total})

    def done(self, outcome: Any) -> None:
        problems = [problem.message for problem in outcome.problems]
        event = {"event": "done", "recipient": outcome.recipient, "format": outcome.format}
        self._print({**event, "state": outcome.state, "problems": problems})

    def end(self, summary: Any) -> None:
        values = asdict(summary)
        values["notes"] = [problem.as_json() for problem in summary.notes]
        self._print({"event": "end", "summary": {**values, "exit_code": summary.exit_code}})

    def _print(self, event: dict[str, Any]) -> None:
        print(json.dumps(event), flush=True)


def main() -> None:
    """Make the letters of the campaign in the folder that is given."""
    from briefgen.campaign.open import open_campaign

    try:
        summary = open_campaign(Path(sys.argv[1])).batch(progress=_JsonLines())
    except BriefgenError as error:
        problems = [problem.message for problem in error.problems]
        event = {"event": "error", "problems": problems, "exit_code": error.exit_code}
        print(json.dumps(event), flush=True)
        sys.exit(error.exit_code)
    sys.exit(summary.exit_code)


if __name__ == "__main__":
    main()
