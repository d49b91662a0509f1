"""Run a batch with one hostile row in a hundred, kill it half-way, run it again, and check the result.

    python bench/hostile.py [--rows 10000] [--every 100] [--format txt]

It checks that all other recipients have a complete letter, that each hostile row that gets none is in
errors.csv with its line number, that no file is incomplete or outside the folder of letters, and that the
exit code of the batch is 1. The exit status is 1 if any of this is wrong.
"""

from __future__ import annotations

import argparse
import csv
import hashlib
import os
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from campaigns import campaign

HEADERS = ("id", "office", "name", "family", "locality", "region", "postal_code", "country", "tags")
PLACE = ("Washington", "DC", "20510", "US")
NOWHERE = ("", "", "", "")
REFUSED: dict[str, tuple[str, ...]] = {
    "no such office": ("{n}", "emperor-of-nowhere", "Em Peror", "Peror", *PLACE, ""),
    "no address": ("{n}", "us-senator", "No Address", "Address", *NOWHERE, ""),
    "an id given before": ("senator-00000", "us-senator", "Twice There", "There", *PLACE, ""),
    "more cells than headers": ("{n}", "us-senator", "Many Cells", "Cells", *PLACE, "", "x", "y"),
    "a country that is none": ("{n}", "us-senator", "Far Away", "Away", "Nowhere", "", "", "ZZ9", ""),
    "a formula everywhere": ("=1+{n}", "=cmd|' /c calc'!A1", "=1+1", "@SUM(1)", "-1", "+1", "=1", "=1", "=1"),
    "a path for an id": ("../../../{n}", "us-senator", "../../etc/passwd", "CON", *PLACE, ""),
    "a formula for a name": ("{n}-formula", "us-senator", "=1+1", "@SUM(1)", *PLACE, ""),
    "a template in the name": ("{n}-template", "us-senator", "{{{{ 7*7 }}}}", "B", *PLACE, ""),
    "from right to left": ("{n}-bidi", "us-senator", "\u202etxt.exe", "Exe", *PLACE, ""),
}
WRITTEN_TO: dict[str, tuple[str, ...]] = {
    "a very long name": ("{n}-long", "us-senator", "Long " * 40, "Long", *PLACE, ""),
    "quotes and separators": ("{n}-quotes", "us-senator", 'Pat "DROP"; x O\'Brien', "O'Brien", *PLACE, ""),
    "other scripts": ("{n}-scripts", "us-senator", "Ольга 김 Ωmega", "Ωmega", *PLACE, ""),
    "a name that Windows reserves": ("{n}-con", "us-senator", "NUL", "Aux", *PLACE, ""),
}
"""Odd rows that still get a letter."""


def rows(number: int, every: int) -> tuple[list[tuple[str, ...]], set[int]]:
    """Return the rows of a recipients file, and the line numbers of those to whom no letter can be sent."""
    kinds = [*REFUSED.items(), *WRITTEN_TO.items()]
    table, refused = [], set()
    for index in range(number):
        if index % every == every // 2:
            kind, cells = kinds[index // every % len(kinds)]
            table.append(tuple(cell.format(n=f"hostile-{index}") for cell in cells))
            if kind in REFUSED:
                refused.add(index + 2)
        else:
            name = f"Family{index:05d}"
            table.append((f"senator-{index:05d}", "us-senator", f"Given {name}", name, *PLACE, "tag"))
    return table, refused


def start(folder: Path, format: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "briefgen", "batch", str(folder), "--format", format, "-q"]
    return subprocess.Popen(command, text=True, stderr=subprocess.PIPE, start_new_session=True)


def read(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def wrong_in(folder: Path, number: int, refused: set[int], code: int, said: str) -> list[str]:
    out = folder / "out"
    errors, manifest = read(out / "errors.csv"), read(out / "manifest.csv")
    manifest = [row for row in manifest if row["state"] == "rendered"]
    astray = sorted({int(row["row"]) for row in errors} ^ refused)
    letters = {path.name for path in (out / "letters").iterdir()}
    named = {row["file"].removeprefix("letters/") for row in manifest}
    whole = [
        hashlib.sha256((out / row["file"]).read_bytes()).hexdigest() == row["sha256"] for row in manifest
    ]
    checks = {
        f"the exit code is {code}": code == 1,
        f"a traceback: {said[-300:]}": "Traceback" not in said,
        f"errors.csv has too many or too few of lines {astray[:5]}": not astray,
        "errors without code or advice": all(row["code"] and row["hint"] for row in errors),
        f"{len(letters)} letters for {number - len(refused)} people": len(letters) == number - len(refused),
        "letters and manifest differ": letters == named and len(manifest) == len(named),
        "a letter is not whole": all(whole),
        "something strayed": {path.name for path in folder.rglob("*")} - letters
        <= {"campaign.yaml", "recipients.csv", "out", "letters", "manifest.csv", "errors.csv", ".briefgen"}
        | {"lock", "ledger.sqlite", "campaign.txt"},
    }
    return [what for what, good in checks.items() if not good]


def main() -> None:
    arguments = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    arguments.add_argument("--rows", type=int, default=10_000)
    arguments.add_argument("--every", type=int, default=100, help="one row in so many is hostile")
    arguments.add_argument("--format", default="txt")
    given = arguments.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        folder = campaign(Path(temporary) / "campaign", 0)
        table, refused = rows(given.rows, given.every)
        with (folder / "recipients.csv").open("w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows((HEADERS, *table))
        began = time.monotonic()
        killed = start(folder, given.format)
        while killed.poll() is None and not any((folder / "out").glob("letters/*")):
            time.sleep(0.05)
        time.sleep(1)
        os.killpg(killed.pid, signal.SIGKILL)
        killed.communicate()
        done = start(folder, given.format)
        _, said = done.communicate()
        wrong = wrong_in(folder, given.rows, refused, done.returncode, said)
        print(f"{given.rows} rows, {len(refused)} refused, in {time.monotonic() - began:.0f} s: ", end="")
        print("; ".join(wrong) or "each row has a letter or a reason")
    sys.exit(bool(wrong))


if __name__ == "__main__":
    main()
