"""Measure what a page limit costs, in layouts and time.

    python bench/fit.py [--letters 8] [--snippets 2 3 5]

The letters are those of the starter campaign, each to several people of the same office with different
names. `layouts` counts all layouts of the run, including the one that becomes the PDF. `extra per cut text`
is the number of layouts beyond one for each letter, divided by the number of different texts that did not
fit in full. `time` is the ratio of the whole run, PDFs included, to a run without a limit: letters that fit
cost nothing extra, and those that are cut are shorter, which saves part of what cutting costs.
"""

from __future__ import annotations

import argparse
import shutil
import tempfile
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from briefgen.campaign.open import Campaign, open_campaign
from briefgen.campaign.page_fit import PageFitter, _hash_common_text
from briefgen.model.document import Document, PageUsage
from briefgen.model.recipient import Recipient

STARTER = Path(__file__).parents[1] / "examples" / "starter"


def opened(folder: Path, snippets: int) -> Campaign:
    shutil.copytree(STARTER, folder, ignore=shutil.ignore_patterns("out"))
    file = folder / "campaign.yaml"
    text = file.read_text(encoding="utf-8").replace("max_snippets: 3", f"max_snippets: {snippets}")
    file.write_text(text, encoding="utf-8")
    return open_campaign(folder)


def people(campaign: Campaign, each: int) -> Iterator[Recipient]:
    for number in range(each):
        for recipient in campaign.recipients:
            yield replace(recipient, id=f"{recipient.id}-{number}", name=f"{recipient.name} {number}".strip())


def run(campaign: Campaign, limit: int | None, everybody: list[Recipient]) -> tuple[float, int, int]:
    """Make all letters; return the seconds, the layouts, and the number of different texts that were cut."""
    limited = campaign.config.letter.model_copy(update={"max_pages": limit})
    of_letters = campaign.config.model_copy(update={"letter": limited})
    renderers = campaign.renderers(("pdf",))
    layouts = 0

    def measure(document: Document) -> PageUsage:
        nonlocal layouts
        layouts += 1
        return renderers.measure(document)

    fitting = PageFitter(replace(campaign.composer, campaign=of_letters), measure)
    renderer = renderers()["pdf"]
    renderer.render(fitting.compose_letter(everybody[0]))  # read fonts and stylesheets
    fitting, layouts = PageFitter(fitting.composer, measure), 0
    cut: set[str] = set()
    began = time.perf_counter()
    for recipient in everybody:
        fitted = fitting.fit_letter(recipient)
        renderer.render(fitted.document)
        if fitted.fit and (fitted.fit.steps or fitted.fit.over):
            cut.add(_hash_common_text(fitting.composer.compose_letter(recipient))[0])
    return time.perf_counter() - began, layouts, len(cut)


def main() -> None:
    arguments = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    arguments.add_argument("--letters", type=int, default=8, help="number for each recipient")
    arguments.add_argument("--snippets", type=int, nargs="*", default=[2, 3, 5])
    given = arguments.parse_args()
    print(
        f"{'snippets':>8}{'letters':>9}{'layouts':>9}{'texts cut':>11}{'extra per cut text':>22}{'time':>7}"
    )
    with tempfile.TemporaryDirectory() as scratch:
        for snippets in given.snippets:
            campaign = opened(Path(scratch) / str(snippets), snippets)
            everybody = list(people(campaign, given.letters))
            free, _, _ = run(campaign, None, everybody)
            bound, layouts, cut = run(campaign, 1, everybody)
            extra = (layouts - len(everybody)) / cut if cut else 0.0
            print(
                f"{snippets:>8}{len(everybody):>9}{layouts:>9}{cut:>11}{extra:>22.2f}{bound / free:>7.2f}",
                flush=True,
            )


if __name__ == "__main__":
    main()
