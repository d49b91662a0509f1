"""Check the files that a campaign encloses with its letters."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from briefgen.compose.templates import Templates
from briefgen.errors import BriefgenError, Place, Problem
from briefgen.model.campaign import CampaignConfig, Enclosure
from briefgen.system.files import is_inside_folder, is_regular_file

MAX_ENCLOSURE_BYTES = 100_000_000
"""No printer or mail server takes more."""


def check_enclosures(campaign: CampaignConfig, folder: Path, templates: Templates) -> Iterator[Problem]:
    """Report enclosed files that are empty or too large, and papers of which there is no template.

    Files that are missing or outside the folder are reported with the campaign's other files.
    """
    for enclosure, place in _list_enclosures(campaign):
        if enclosure.paper:
            try:
                templates.find_template(enclosure.paper)
            except BriefgenError as error:
                for problem in error.problems:
                    yield Problem(problem.code, problem.message, place, problem.hint)
            continue
        path = folder / enclosure.file
        if not (is_regular_file(path) and is_inside_folder(path, folder)):
            continue
        size = path.stat().st_size
        if not size or size > MAX_ENCLOSURE_BYTES:
            what = f"has {size / 1_000_000:.0f} MB" if size else "is empty"
            most = MAX_ENCLOSURE_BYTES // 1_000_000
            yield Problem(
                "enclosure-size",
                f"the enclosed file {enclosure.file!r} {what}",
                place,
                f"name a file of at most {most} MB",
            )


def _list_enclosures(campaign: CampaignConfig) -> Iterator[tuple[Enclosure, Place]]:
    for index, enclosure in enumerate(campaign.letter.enclosures):
        if isinstance(enclosure, Enclosure):
            yield enclosure, campaign.locate("letter", "enclosures", index)
    for language, words in campaign.translations.items():
        for index, enclosure in enumerate(words.enclosures):
            if isinstance(enclosure, Enclosure):
                yield enclosure, campaign.locate("translations", language, "enclosures", index)
