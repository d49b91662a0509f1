"""Compare our DOCX renderer with python-docx, docxtpl and pandoc on the same letter.

    python bench/word.py [--letters 100]

All make the same letters alternately in one run, so that other load on the machine affects all of them; the
times are medians. Each is used as its own documentation shows: python-docx adds paragraph after paragraph;
docxtpl opens its template and fills it in; pandoc is run for each letter and reads Markdown. python-docx and
docxtpl make no footnotes, so these are paragraphs at the end. None of the others writes an evidence record.

A second table shows our renderer with Word letterheads, and the size of a letter with each. docxtpl is in
the dependency group `bench`; if it is not installed, its line is left out.
"""

from __future__ import annotations

import argparse
import subprocess
import tempfile
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from statistics import median
from typing import Any

import pypandoc
from render import LETTER, blocks, letter_to, plain_docx, with_docxtpl

from briefgen.model.branding import WordLetterhead
from briefgen.model.document import Document
from briefgen.render.docx.renderer import DocxRenderer

ROOT = Path(__file__).parents[1]
LETTERHEADS = (
    ROOT / "templates" / "letterhead" / "us-letter.docx",
    ROOT / "tests" / "letterheads" / "word-rich.docx",
    ROOT / "tests" / "letterheads" / "python-docx.docx",
)
GOALS = {"python-docx": 15, "docxtpl": 15, "pandoc": 50}
"""How many times faster ours must be."""
TURN = 5
"""Letters that each makes before the next one continues."""
GOAL_MS = 0.5
"""Maximum time for a letter with the built-in letterhead."""
Maker = Callable[[Document], bytes]


def with_pandoc() -> Maker:
    program = pypandoc.get_pandoc_path()

    def written(element: Any) -> str:
        text = element.text or ""
        for child in element:
            inner = written(child)
            forms = {"br": "\\\n", "em": f"*{inner}*", "a": f"[{inner}]({child.get('href')})"}
            text += f"^[{inner}]" if child.get("class") == "footnote" else forms.get(child.tag, inner)
            text += child.tail or ""
        return text

    def make(document: Document) -> bytes:
        source = "\n\n".join(map(written, blocks(document)))
        command = [program, "--from=markdown", "--to=docx", "--output=-"]
        return subprocess.run(command, input=source.encode(), capture_output=True, check=True).stdout

    return make


def timed(makers: Mapping[str, tuple[Maker, int]], letters: int) -> dict[str, float]:
    """Return the median milliseconds per letter by name.

    Each maker comes with the number of letters out of TURN that it makes in every turn.
    """
    spent: dict[str, list[float]] = {name: [] for name in makers}
    for turn in range(max(1, letters // TURN) + 1):
        documents = [letter_to(turn * TURN + index) for index in range(TURN)]
        for name, (make, share) in makers.items():
            for document in documents[:share]:
                began = time.perf_counter()
                assert make(document)
                if turn:
                    spent[name].append(time.perf_counter() - began)
    return {name: median(times) * 1000 for name, times in spent.items()}


def others(folder: Path) -> dict[str, tuple[Maker, int]]:
    found: dict[str, tuple[Maker, int]] = {"python-docx": (plain_docx, TURN), "pandoc": (with_pandoc(), 1)}
    try:
        found["docxtpl"] = (with_docxtpl(folder), TURN)
    except ImportError:
        print("docxtpl is not installed, so its line is left out (pip install --group bench)")
    return found


def main() -> None:
    arguments = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    arguments.add_argument("--letters", type=int, default=100)
    letters = arguments.parse_args().letters
    ours = DocxRenderer()
    with tempfile.TemporaryDirectory() as folder:
        makers = others(Path(folder))
        times = timed({"ours": (lambda one: ours.render(one).data, TURN), **makers}, letters)
    print(f"{'':<28}{'ms per letter':>14}{'ours is faster by':>20}{'goal':>8}")
    print(f"{'ours, built-in letterhead':<28}{times['ours']:>14.3f}{'':>20}{f'≤ {GOAL_MS}':>8}")
    for name in sorted(makers):
        goal = f"≥ {GOALS[name]}"
        print(f"{name:<28}{times[name]:>14.2f}{times[name] / times['ours']:>20.1f}{goal:>8}")
    print(f"\n{'ours, with a letterhead':<28}{'ms per letter':>14}{'bytes per letter':>18}")
    for path in LETTERHEADS:
        renderer = DocxRenderer(letterhead=WordLetterhead(path.read_bytes(), path.name))
        own = timed({"own": (lambda one, with_=renderer: with_.render(one).data, TURN)}, letters)["own"]
        size = len(renderer.render(LETTER).data)
        print(f"{path.name:<28}{own:>14.3f}{size:>18,}")


if __name__ == "__main__":
    main()
