"""Make campaigns to measure with: the starter campaign, with any number of fictional senators."""

from __future__ import annotations

import csv
from pathlib import Path

ROOT = Path(__file__).parents[1]
_COLUMNS = (
    "id",
    "office",
    "name",
    "given",
    "family",
    "gender",
    "locality",
    "region",
    "postal_code",
    "country",
    "chamber",
    "state",
    "committees",
)
_COMMITTEES = (
    "",
    "SSFR (Senate Committee on Foreign Relations)",
    "SSAP (Senate Committee on Appropriations)",
)


def campaign(folder: Path, letters: int) -> Path:
    """Make a campaign with `letters` recipients in a folder, and return the folder."""
    folder.mkdir(parents=True, exist_ok=True)
    text = (ROOT / "examples/starter/campaign.yaml").read_text(encoding="utf-8")
    (folder / "campaign.yaml").write_text(text.replace("page: a4", "page: us-letter"), encoding="utf-8")
    with (folder / "recipients.csv").open("w", encoding="utf-8", newline="") as file:
        table = csv.writer(file)
        table.writerow(_COLUMNS)
        table.writerows(_row(number) for number in range(letters))
    return folder


def _row(number: int) -> tuple[str, ...]:
    given, family = f"Given{number % 97:02d}", f"Family{number:05d}"
    return (
        f"senator-{number:05d}",
        "us-senator",
        f"{given} {family}",
        given,
        family,
        "mf"[number % 2],
        "Washington",
        "DC",
        "20510",
        "US",
        "senate",
        "OH",
        _COMMITTEES[number % len(_COMMITTEES)],
    )
