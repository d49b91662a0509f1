"""Measure the memory of one PDF renderer over many letters; it must not grow.

    python bench/memory.py [--letters 2000] [--most 150]

Each letter differs in name, subject and notes, so that no cache helps that would not help in a real batch.
The resident memory of the process is printed. The exit status is 1 if it ever exceeds `--most` MB, or grows
by a tenth over the second half.
"""

from __future__ import annotations

import argparse
import sys
from dataclasses import replace
from pathlib import Path

from render import LETTER, STYLES, letter_to

from briefgen.model.document import Document
from briefgen.render.pdf.renderer import PdfRenderer

PRINTED = 10
"""Number of lines in the table."""


def resident_mb() -> float:
    """Return the resident memory of this process, or its peak where there is no /proc."""
    statm = Path("/proc/self/statm")
    if statm.is_file():
        return int(statm.read_text().split()[1]) * 4096 / 1e6
    import resource

    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most / 1e6 if sys.platform == "darwin" else most / 1e3


def varied(number: int) -> Document:
    letter = letter_to(number)
    html = letter.html.replace("para. 7", f"para. {number % 97}").replace("Director", f"Director {number:x}")
    return replace(letter, html=html, page=("us-letter", "a4")[number % 2], record=LETTER.record)


def main() -> None:
    arguments = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    arguments.add_argument("--letters", type=int, default=2000)
    arguments.add_argument("--most", type=float, default=150)
    given = arguments.parse_args()
    renderer, readings = PdfRenderer((STYLES,)), []
    print(f"{'letters':>8}{'MB':>8}")
    for number in range(1, given.letters + 1):
        renderer.render(varied(number))
        if number % max(1, given.letters // PRINTED) == 0:
            readings.append(resident_mb())
            print(f"{number:>8}{readings[-1]:>8.0f}", flush=True)
    grown = readings[-1] / readings[len(readings) // 2] - 1
    print(f"peak {max(readings):.0f} MB, {grown:+.1%} over the second half")
    sys.exit(max(readings) > given.most or grown > 0.1)


if __name__ == "__main__":
    main()
