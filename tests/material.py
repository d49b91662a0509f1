"""What tests share by name: where outside material lies, judges, and campaigns to try things on."""

from __future__ import annotations

import os
import re
import shutil
from pathlib import Path
from typing import NoReturn

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


def lacking(what: str, command: str) -> NoReturn:
    """Skip aloud what this machine has no means for, with what brings it; fail under continuous integration."""
    message = f"{what}: {command}"
    if os.environ.get("CI") == "true":
        pytest.fail(message)
    pytest.skip(message)


SMALL_RECIPIENTS = ("ada-sample", "ben-placeholder", "clara-example")


def without_limit(text: str) -> str:
    """The starter's campaign.yaml without its limit of pages."""
    text, cut = re.subn(r"  max_pages: .*\n", "", text)
    assert cut == 1
    return text


def small_starter(folder: Path) -> Path:
    """A copy of the starter campaign with three recipients, the rules for them, and one section of the briefing.

    Enough to see what a command does, where neither their number nor their kinds matter. Its letters have no
    page limit, so that none is laid out but to be made as PDF.
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
    text, cut = re.subn(r"- name: (Briefing paper .*)\n      paper: briefing.*\n", r"- \1\n", text)
    assert cut
    file.write_text(without_limit(text), encoding="utf-8")
    people = folder / "recipients.csv"
    header, *rows = people.read_text(encoding="utf-8").splitlines(keepends=True)
    kept = [row for row in rows if row.split(",")[0] in SMALL_RECIPIENTS]
    assert len(kept) == len(SMALL_RECIPIENTS)
    people.write_text("".join([header, *kept]), encoding="utf-8")
    return folder


WATER_LIBRARY = ROOT / "tests" / "plugins" / "briefgen_water_library" / "water_library"

TINY_CAMPAIGN = """\
id: water
title: Lead in drinking water
date: 2026-12-01
sender:
  organisation: Clear Taps
  name: Dana Writer
  address: [4 Harbour Road, Leith EH6 7AA]
  country: GB
  email: dana@taps.example
ask: fund yearly tests of drinking water in schools
interests: [{when: "true", topics: [schools]}]
recipients: [recipients.csv]
"""
TINY_RECIPIENTS = """\
id,office,name,locality,region,postal_code,country
ada-sample,us-senator,Ada Sample,Washington,DC,20510,US
ben-placeholder,us-senator,Ben Placeholder,Washington,DC,20510,US
clara-example,us-senator,Clara Example,Washington,DC,20510,US
"""


def tiny_campaign(folder: Path) -> Path:
    """A campaign of three letters without the built-in library, which a process of its own opens quickly."""
    for name in ("snippets", "seeds"):
        shutil.copytree(WATER_LIBRARY / name, folder / name)
    (folder / "campaign.yaml").write_text(TINY_CAMPAIGN, encoding="utf-8")
    (folder / "recipients.csv").write_text(TINY_RECIPIENTS, encoding="utf-8")
    return folder


def without_layout(folder: Path) -> Path:
    """Change a copy of the starter campaign to letters of any length in plain text, which need no layout."""
    file = folder / "campaign.yaml"
    text = file.read_text(encoding="utf-8")
    if "max_pages" in text:
        text = without_limit(text)
    text, formats = re.subn(r"formats: \[.*\]", "formats: [txt]", text)
    assert formats
    file.write_text(text, encoding="utf-8")
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
