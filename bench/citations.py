"""Measure citations: their share in a batch of letters with five citations each, and a cold start.

    python bench/citations.py [--letters 535]

The letters are those of the starter campaign with one more snippet, to its recipients in turn. They are
composed and rendered in one process, as a batch does it. Opening the campaign has already composed one
letter for each template and ask, so the cold start is measured separately: the first citations of a document
in a new process with an empty cache.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median
from typing import Any

import briefgen.compose.composer as composing
from briefgen.campaign.open import open_campaign

ROOT = Path(__file__).parents[1]
STYLES = ("chicago-notes-bibliography", "apa", "oscola", "ieee")
COLD = """
import json, sys, time
from briefgen.compose.citations import Citation, CitationFormatter, Note
from briefgen.errors import Place
from briefgen.model.source import Source
items = json.load(open(sys.argv[1], encoding="utf-8"))
sources = {item["id"]: Source(item["id"], item, Place("")) for item in items}
notes = [Note((Citation(name, "page", "7"),)) for name in list(sources)[:5]]
began = time.perf_counter()
CitationFormatter(sources).format(notes, sys.argv[2], "en")
print(time.perf_counter() - began)
"""


class Clock:
    """Wraps a function and adds up the time that it takes."""

    def __init__(self, function: Callable[..., Any]) -> None:
        self.function = function
        self.spent = 0.0
        self.notes = 0

    def __call__(self, html: str, notes: Any, *rest: Any) -> Any:
        began = time.perf_counter()
        placed = self.function(html, notes, *rest)
        self.spent += time.perf_counter() - began
        self.notes += len(notes)
        return placed


def share(style: str, letters: int, folder: Path) -> None:
    """Print the share of citations in the time of a batch, in one style."""
    campaign = folder / style
    shutil.copytree(ROOT / "examples" / "starter", campaign, ignore=shutil.ignore_patterns("out"))
    text = (campaign / "campaign.yaml").read_text(encoding="utf-8")
    text = text.replace("chicago-notes-bibliography-no-url", style).replace(
        "max_snippets: 3", "max_snippets: 4"
    )
    (campaign / "campaign.yaml").write_text(text, encoding="utf-8")
    opened = open_campaign(campaign)
    opened.composer.citation_formatter.cache = None
    renderers = opened.renderers(("pdf", "docx"))()
    clock = composing.place_citations = Clock(composing.place_citations)
    try:
        for number in range(letters + 1):
            if number == 1:
                began, clock.spent, clock.notes = time.perf_counter(), 0.0, 0
            document = opened.composer.compose_letter(opened.recipients[number % len(opened.recipients)])
            for renderer in renderers.values():
                renderer.render(document)
        whole = time.perf_counter() - began
    finally:
        composing.place_citations = clock.function
    percent, each = clock.spent / whole * 100, clock.notes / letters
    print(f"{style:<30}{each:>10.1f}{clock.spent / letters * 1000:>14.2f}{percent:>12.2f}")


def cold(style: str, folder: Path) -> float:
    """Return the time for the first citations of a document in a new process, in seconds."""
    environment = {**os.environ, "XDG_CACHE_HOME": str(folder / "empty"), "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-c", COLD, str(ROOT / "seeds" / "references.json"), style]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    return float(json.loads(done.stdout))


def main() -> None:
    arguments = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    arguments.add_argument("--letters", type=int, default=535)
    letters = arguments.parse_args().letters
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        print(f"{'':<30}{'per letter':>10}{'later, ms':>14}{'share, %':>12}")
        for style in STYLES:
            share(style, letters, folder)
        print(f"\n{'cold start':<30}{'s':>10}")
        for style in STYLES:
            print(f"{style:<30}{median(cold(style, folder) for _ in range(5)):>10.2f}")


if __name__ == "__main__":
    main()
