"""What tests share by name: where outside material lies, judges, and campaigns to try things on."""

from __future__ import annotations

import os
import re
import shutil
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


def folder_named_by(variable: str) -> Path:
    """The folder that an environment variable names; skips aloud where it is unset."""
    value = os.environ.get(variable)
    if not value:
        pytest.skip(f"{variable} is not set: the material that this test compares with is not at hand")
    return Path(value)


def program(name: str) -> str:
    """Path of a judge; where it is missing the test skips aloud, and fails under continuous integration."""
    path = shutil.which(name)
    if path is None:
        message = f"{name} is not installed: this judge cannot speak"
        if os.environ.get("CI") == "true":
            pytest.fail(message)
        pytest.skip(message)
    return path


def copy_starter(folder: Path) -> Path:
    """A copy of the starter campaign."""
    return Path(shutil.copytree(ROOT / "examples" / "starter", folder, ignore=shutil.ignore_patterns("out")))


SMALL_RECIPIENTS = ("ada-sample", "ben-placeholder", "clara-example")


def small_starter(folder: Path) -> Path:
    """A copy of the starter campaign with three recipients, the rules for them, and one section of the briefing.

    Enough to see what a command does, where neither their number nor their kinds matter.
    """
    copy_starter(folder)
    file = folder / "campaign.yaml"
    text = file.read_text(encoding="utf-8")
    text, cut = re.subn(
        r"  - when: (?!\"true\"|office == \"us-(?:representative|senator)\"|country == \"GB\").*\n(?:    .*\n)+",
        "",
        text,
    )
    assert cut
    text, cut = re.subn(
        r"(  sections:\n    - .*\n(?:      .*\n)+)(?:    - .*\n(?:      .*\n)+)+", r"\1", text
    )
    assert cut
    file.write_text(text, encoding="utf-8")
    people = folder / "recipients.csv"
    header, *rows = people.read_text(encoding="utf-8").splitlines(keepends=True)
    kept = [row for row in rows if row.split(",")[0] in SMALL_RECIPIENTS]
    assert len(kept) == len(SMALL_RECIPIENTS)
    people.write_text("".join([header, *kept]), encoding="utf-8")
    return folder


MUCH_EVIDENCE = """\
    - heading: Of every kind
      snippets: [hwanghae-famine-2012, camp-population-essay-2013, camp-population-inquiry]
"""


def with_much_evidence(folder: Path) -> Path:
    """A copy of the starter campaign whose briefing also has quotes, chains, hedges and a superseded pair."""
    copy_starter(folder)
    campaign = folder / "campaign.yaml"
    text = campaign.read_text(encoding="utf-8")
    assert "  sections:\n" in text
    text = text.replace("  sections:\n", f"  sections:\n{MUCH_EVIDENCE}").replace(
        "camp-population-inquiry, camp-population-2025]", "camp-population-2025]"
    )
    campaign.write_text(text, encoding="utf-8")
    return folder
