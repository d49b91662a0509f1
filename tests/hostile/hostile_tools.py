"""A small campaign, and an eye on every file that briefgen opens while it works on it."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from command_line import exit_code

SECRET = "for the owner's eyes alone"
CAMPAIGN = """\
id: night-buses
title: Night buses in Harbour County
date: 2026-12-01
sender:
  organisation: Harbour Riders
  name: Dana Writer
  address: [4 Harbour Road, "Portland, OR 97201"]
  country: US
  email: dana@riders.example
ask: ask-night-buses
letter:
  page: us-letter
interests:
  - when: "true"
    topics: [night-buses]
briefing:
  asks: [ask-night-buses]
  summary: [night-waits]
  sections:
    - heading: Waiting
      snippets: [night-waits]
output:
  formats: [txt]
recipients: [recipients.csv]
"""
RECIPIENTS = """\
id,office,name,given,family,gender,address,locality,region,postal_code,country,email
ada,us-senator,Ada Sample,Ada,Sample,f,,Washington,DC,20510,US,ada@senate.example
"""
ASK = """\
---
id: ask-night-buses
kind: ask
topics: [night-buses]
review: {status: verified, by: Dana Writer, on: 2026-11-30}
---
support a grant for night buses in Harbour County.
"""
STATEMENT = """\
---
id: night-waits
kind: statistic
topics: [night-buses]
as_of: 2025
evidence:
  - source: night-bus-survey-2025
    locator: {page: "3"}
    attested:
      by: Dana Writer
      on: 2026-11-30
      said: "An estimated 41 percent of night bus passengers waited more than an hour in 2025."
confidence: attributed
review: {status: verified, by: Dana Writer, on: 2026-11-30}
---
An estimated 41 percent of night bus passengers waited more than an hour in 2025, the Harbour Institute found.
"""
REFERENCES = """\
[{"id": "night-bus-survey-2025", "type": "report", "title": "Night Bus Survey 2025",
  "author": [{"literal": "Harbour Institute"}], "issued": {"date-parts": [[2025, 6]]}}]
"""


def write_files(folder: Path, files: dict[str, str]) -> None:
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")


@pytest.fixture(scope="session")
def reviewed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The campaign as its author leaves it."""
    folder = tmp_path_factory.mktemp("author") / "campaign"
    write_files(
        folder,
        {
            "campaign.yaml": CAMPAIGN,
            "recipients.csv": RECIPIENTS,
            "snippets/ask-night-buses.md": ASK,
            "snippets/night-waits.md": STATEMENT,
            "seeds/references.json": REFERENCES,
        },
    )
    assert exit_code("snippets", "lock", "--by", "Dana Writer", "-c", folder) == 0
    return folder


@pytest.fixture(scope="session")
def finished(reviewed: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same with its letters made, as text and PDF, on this computer."""
    folder = tmp_path_factory.mktemp("finished") / "campaign"
    shutil.copytree(reviewed, folder)
    assert exit_code("batch", folder, "--format", "txt", "--format", "pdf", "-q") == 0
    return folder


@dataclass
class Machine:
    """The receiver's home: a campaign in it, and what is none of the campaign's business."""

    home: Path

    @property
    def campaign(self) -> Path:
        return self.home / "received" / "campaign"

    @property
    def private(self) -> Path:
        return self.home / "private"

    def snapshot(self) -> dict[str, bytes]:
        """Everything that is not the campaign's, by path; links are not followed."""
        found = {}
        for parent, folders, names in os.walk(self.home):
            if Path(parent) == self.campaign.parent:
                folders.remove("campaign")
            for name in names:
                path = Path(parent, name)
                found[str(path.relative_to(self.home))] = path.read_bytes()
        return found

    def words(self) -> bytes:
        """All bytes of the campaign's own files; links are not followed."""
        return b"\0".join(
            path.read_bytes() for path in self.campaign.rglob("*") if not path.is_symlink() and path.is_file()
        )


@pytest.fixture
def machine(tmp_path: Path, reviewed: Path) -> Machine:
    machine = Machine(tmp_path / "home")
    shutil.copytree(reviewed, machine.campaign)
    write_files(
        machine.private,
        {
            "secret.txt": SECRET,
            "secret.md": STATEMENT.replace("An estimated 41", f"{SECRET}: an estimated 41"),
            "secret.yaml": f"source: {SECRET}\n",
            "references.json": REFERENCES.replace("Harbour Institute", SECRET),
            "quotes.lock": SECRET,
            "letter.css": f"/* {SECRET} */",
            "recipients.csv": RECIPIENTS.replace("Ada Sample", SECRET),
            "deep/default.html.j2": SECRET,
        },
    )
    return machine


@dataclass
class Watch:
    """What was opened or listed in a folder while watching."""

    folder: str = ""
    seen: list[str] = field(default_factory=list)

    def notice(self, event: str, arguments: tuple[object, ...]) -> None:
        if self.folder and event in ("open", "os.listdir", "os.scandir", "glob.glob"):
            path = arguments[0]
            if isinstance(path, str | bytes | os.PathLike) and os.fsdecode(path):
                real = os.path.realpath(os.fsdecode(path))
                if real == self.folder or real.startswith(self.folder + os.sep):
                    self.seen.append(real)


_watch = Watch()
sys.addaudithook(_watch.notice)


@contextmanager
def watching(folder: Path) -> Iterator[list[str]]:
    """Yield a list of the paths below a folder that this process opens; audit hooks stay for good."""
    _watch.seen = []
    _watch.folder = str(folder.resolve())
    try:
        yield _watch.seen
    finally:
        _watch.folder = ""
