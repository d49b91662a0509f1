"""Measure how long the log of a campaign with 100,000 letters takes to be read, listed and searched.

    .venv/bin/python bench/correspondence.py

`rows` is the time to parse the same file with Python's csv module alone, in the same run; the others are
ratios to it.
"""

from __future__ import annotations

import csv
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path

from briefgen.correspondence.history import summarize_history
from briefgen.correspondence.log import SentLetter, append_sent, read_log
from briefgen.correspondence.table import list_events
from briefgen.errors import ProblemList
from briefgen.evidence.lock import EvidenceLock
from briefgen.library.loader import Library
from briefgen.mailing.recall import find_recalled

LETTERS = 100_000
SNIPPETS = ("school-taps", "city-tests", "law-of-2019", "ask-council")


def measure(action: Callable[[], object]) -> float:
    """Return the best of three times, in seconds."""
    times = []
    for _ in range(3):
        start = time.perf_counter()
        action()
        times.append(time.perf_counter() - start)
    return min(times)


def main() -> None:
    """Print the table."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        days = [date(2026, month, 1) for month in range(1, 11)]
        append_sent(
            folder,
            [
                SentLetter(
                    f"person-{number}",
                    f"Ada Sample {number}",
                    days[number % 10],
                    "post",
                    f"letters/person-{number}-abcdefgh.pdf",
                    "0" * 64,
                    "Dana Writer",
                    "water",
                    SNIPPETS,
                    f"sent/{days[number % 10]}-post-1.zip",
                )
                for number in range(LETTERS)
            ],
        )

        def parse() -> None:
            with (folder / "sent.csv").open(encoding="utf-8", newline="") as file:
                list(csv.reader(file))

        base = measure(parse)
        log = read_log(folder, ProblemList())
        library = Library((), {}, {}, {}, {}, {}, {}, EvidenceLock())
        rows = {
            "read": measure(lambda: read_log(folder, ProblemList())),
            "list": measure(lambda: list_events([log])),
            "history": measure(lambda: summarize_history(log)),
            "recall": measure(lambda: find_recalled([log], library, ["school-taps"])),
        }
    print(f"rows     {base:6.2f} s  ({LETTERS:,} letters)")
    for name, seconds in rows.items():
        print(f"{name:8} {seconds:6.2f} s  {seconds / base:5.1f} times")


if __name__ == "__main__":
    sys.exit(main())
