"""Measure what a batch costs besides composing and rendering, and how fast it finds that nothing has changed.

    python bench/batch.py [--letters 10000] [--jobs 2]

The letters have a realistic size and cost nothing to make, so all the time is spent on plan, pool, files and
ledger.
"""

from __future__ import annotations

import argparse
import io
import resource
import sys
import tempfile
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from briefgen.batch.outputs.folder import FolderOutput
from briefgen.batch.pool import available_processors
from briefgen.batch.runner import BatchSummary, run_batch
from briefgen.batch.tasks import BatchJob
from briefgen.cli.progress import LineProgress
from briefgen.errors import Place
from briefgen.model.document import Document, Rendering
from briefgen.model.recipient import Recipient

SIZES = {"pdf": 55_000, "docx": 20_000}
"""Size of a one-page letter in bytes, by format."""


@dataclass(frozen=True)
class InstantComposer:
    fingerprint: str

    def compose_letter(self, recipient: Recipient) -> Document:
        return Document(
            kind="letter",
            html=f"<p>{recipient.id}</p>",
            title="Letter",
            author="Sender",
            language="en",
            date=date(2026, 1, 2),
            running=(),
            page="a4",
            record={"snippets": []},
        )


@dataclass(frozen=True)
class InstantRenderer:
    size: int

    def render(self, document: Document) -> Rendering:
        text = document.html.encode()
        return Rendering((text * (self.size // len(text) + 1))[: self.size], 1)


def renderers() -> Mapping[str, InstantRenderer]:
    return {format: InstantRenderer(size) for format, size in SIZES.items()}


def people(number: int) -> tuple[Recipient, ...]:
    return tuple(
        Recipient(
            id=f"person-{index:07d}",
            office="us-senator",
            country="US",
            name=f"Name {index}",
            address=(f"{index} Street",),
            locality="Town",
            postal_code=f"{index:05d}",
            place=Place("recipients.csv", index + 2),
        )
        for index in range(number)
    )


def main() -> None:
    arguments = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    arguments.add_argument("--letters", type=int, default=10_000)
    arguments.add_argument("--jobs", type=int, default=available_processors())
    given = arguments.parse_args()
    everybody = people(given.letters // len(SIZES))

    with tempfile.TemporaryDirectory() as folder:

        def run(fingerprint: str, number: int) -> tuple[BatchSummary, float]:
            composer = InstantComposer(fingerprint)
            job = BatchJob("bench", everybody[:number], tuple(SIZES), composer, renderers, "bench")
            began = time.perf_counter()
            output, progress = FolderOutput(Path(folder)), LineProgress(io.StringIO())
            summary = run_batch(job, output, workers=given.jobs, progress=progress)
            return summary, time.perf_counter() - began

        for number in (len(everybody) // 10, len(everybody)):
            summary, seconds = run(f"campaign-{number}", number)
            report("made", summary.rendered, seconds)
        summary, seconds = run(f"campaign-{len(everybody)}", len(everybody))
        assert summary.unchanged == given.letters // len(SIZES) * len(SIZES) and not summary.rendered
        report("found unchanged", summary.unchanged, seconds)
    print(f"peak memory of the parent: {peak_mb():.0f} MB")


def report(what: str, letters: int, seconds: float) -> None:
    rate, each = letters / seconds, seconds / letters * 1000
    print(f"{letters:>8,} letters {what}: {seconds:6.2f} s, {rate:7,.0f} a second, {each:.2f} ms each")


def peak_mb() -> float:
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / (1 << 20 if sys.platform == "darwin" else 1 << 10)


if __name__ == "__main__":
    main()
