"""Measure what it costs to look at every letter: at its name and address, and at its pages.

    python bench/looks.py [--letters 60] [--json]

Letters of `examples/us-congress` are composed, and each is laid out and written in full, as the first of its
kind. Processor time within the two looks (`proofread`, `find_layout_problems`) is compared with that of
rendering; with a share above three percent the script fails. A letter that is assembled from known blocks is
not looked at again: the blocks have been, and where they stand is compared with full layouts.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from unittest import mock

from render import ROOT, senator_row

from briefgen.address import address
from briefgen.campaign.open import open_campaign
from briefgen.render.pdf import layout_checks
from briefgen.render.pdf.renderer import PdfRenderer

LIMIT = 0.03
WARM_UP = 5
"""Letters that are not counted."""


@dataclass
class Stopwatch:
    """Adds up the processor time of the calls of a function, in milliseconds."""

    ms: float = 0.0

    def wrap(self, function: Callable[..., Any]) -> Callable[..., Any]:
        """Return the function, timed; what it yields is listed within that time."""

        def timed(*arguments: Any, **options: Any) -> list[Any]:
            began = time.process_time()
            found = list(function(*arguments, **options))
            self.ms += (time.process_time() - began) * 1000
            return found

        return timed


@contextmanager
def timing(module: Any, name: str) -> Iterator[Stopwatch]:
    """Time the calls of a function of a module."""
    watch = Stopwatch()
    with mock.patch.object(module, name, watch.wrap(getattr(module, name))):
        yield watch


def measure(number: int) -> dict[str, float]:
    """Return milliseconds per letter: rendering, the look at pages, and the look at the name and address."""
    campaign = open_campaign(
        ROOT / "examples" / "us-congress", [senator_row(each) for each in range(number + WARM_UP)]
    )
    renderer = PdfRenderer([ROOT / "templates" / "css"])
    renderer.stop_assembling()
    with timing(address, "proofread") as names, timing(layout_checks, "find_layout_problems") as pages:
        for index, recipient in enumerate(campaign.recipients):
            if index == WARM_UP:
                names.ms = pages.ms = 0.0
                rendering = Stopwatch()
            document = campaign.composer.compose_letter(recipient)
            began = time.process_time()
            renderer.render(document)
            if index >= WARM_UP:
                rendering.ms += (time.process_time() - began) * 1000
    return {"rendering": rendering.ms / number, "pages": pages.ms / number, "names": names.ms / number}


def main() -> int:
    """Print the result; return 1 if the looks take more than three percent of rendering."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--letters", type=int, default=60)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    ms = measure(options.letters)
    share = (ms["pages"] + ms["names"]) / ms["rendering"]
    if options.json:
        print(json.dumps({**ms, "share": share}))
    else:
        print(f"rendering a letter in full   {ms['rendering']:8.2f} ms")
        print(f"looking at its pages         {ms['pages']:8.2f} ms  {ms['pages'] / ms['rendering']:.1%}")
        print(f"looking at its name          {ms['names']:8.2f} ms  {ms['names'] / ms['rendering']:.1%}")
        print(f"both                         {share:26.1%}  (limit {LIMIT:.0%})")
    return int(share > LIMIT)


if __name__ == "__main__":
    raise SystemExit(main())
