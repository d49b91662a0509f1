"""Kill a batch at random moments, many times, and count the letters that are lost, doubled or torn.

    python bench/kills.py [--kills 100] [--letters 300] [--seed 1]

Each time `briefgen batch` is started as a user would start it, and after a random time all its processes are
killed at once with SIGKILL: the command, the process that forks workers, and all workers. Then every letter
must have the same bytes as in an undisturbed run, every row of the ledger must have its file, and there may
be no other files. A last run must finish the rest, and the manifest must name each letter once. The exit
status is 1 if anything is wrong, or if most kills came before the first letter or after the last. Linux
only.
"""

from __future__ import annotations

import argparse
import csv
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from contextlib import suppress
from pathlib import Path

from campaigns import campaign

from briefgen.batch.ledger import open_ledger_copy
from briefgen.batch.outputs.folder import FolderOutput
from briefgen.system.files import TEMPORARY_PREFIX


def start(folder: Path) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "briefgen", "batch", str(folder), "-q"]
    nowhere = subprocess.DEVNULL
    return subprocess.Popen(command, stdout=nowhere, stderr=nowhere, start_new_session=True)


def kill_all(session: int) -> int:
    """Send SIGKILL to every process of a session, and return how many there were."""
    members = [int(path.name) for path in Path("/proc").iterdir() if path.name.isdigit()]
    killed = 0
    for pid in members:
        with suppress(OSError):
            if os.getsid(pid) == session:
                os.kill(pid, signal.SIGKILL)
                killed += 1
    return killed


def letters(out: Path) -> dict[str, bytes]:
    folder = out / "letters"
    found = folder.iterdir() if folder.is_dir() else iter(())
    return {path.name: path.read_bytes() for path in found if not path.name.startswith(TEMPORARY_PREFIX)}


def faults(out: Path, whole: dict[str, bytes]) -> Counter[str]:
    """Count what is wrong after a kill: torn or unknown files, rows without a file, a damaged ledger."""
    found: Counter[str] = Counter()
    for name, data in letters(out).items():
        if name not in whole:
            found["doubled"] += 1
        elif data != whole[name]:
            found["torn"] += 1
    output = FolderOutput(out)
    with open_ledger_copy(output.ledger_path) as ledger:
        found["ledger"] += ledger.warning is not None
        for recipient in ledger.rendered_recipients():
            for format in ("pdf", "docx"):
                entry = ledger.find(recipient, format)
                if entry and entry.state == "rendered" and output.file_state(entry) != "whole":
                    found["lost"] += 1
    return +found


def last_run(folder: Path, whole: dict[str, bytes]) -> Counter[str]:
    """Finish the batch, and count what is wrong then."""
    out = folder / "out"
    found: Counter[str] = Counter()
    found["exit code"] += start(folder).wait() != 0
    made = letters(out)
    found["lost"] += len(whole.keys() - made.keys())
    found["doubled"] += len(made.keys() - whole.keys())
    found["torn"] += sum(made[name] != whole[name] for name in made.keys() & whole.keys())
    found["unfinished"] += len(list(out.rglob(f"{TEMPORARY_PREFIX}*")))
    with (out / "manifest.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = Counter(row["file"] for row in csv.DictReader(file))
    found["manifest"] += rows != Counter(f"letters/{name}" for name in whole)
    return +found


def main() -> None:
    arguments = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    arguments.add_argument("--kills", type=int, default=100)
    arguments.add_argument("--letters", type=int, default=300, help="number of files, two for each recipient")
    arguments.add_argument("--seed", type=int, default=1)
    given = arguments.parse_args()
    chance = random.Random(given.seed)
    found: Counter[str] = Counter()
    with tempfile.TemporaryDirectory() as temporary:
        os.environ["TMPDIR"] = temporary  # a killed run leaves its temporary folder behind
        folder = campaign(Path(temporary) / "campaign", given.letters // 2)
        out = folder / "out"
        began = time.monotonic()
        assert start(folder).wait() == 0
        seconds = time.monotonic() - began
        whole = letters(out)
        assert len(whole) == given.letters
        print(f"{len(whole)} letters in {seconds:.1f} s undisturbed", flush=True)
        shutil.rmtree(out)
        kills = batches = processes = midway = 0
        while kills < given.kills:
            process = start(folder)
            try:
                process.wait(chance.uniform(0.1, seconds * 0.6))
            except subprocess.TimeoutExpired:
                processes += kill_all(process.pid)
                process.wait()
                kills += 1
                midway += 0 < len(letters(out)) < len(whole)
                found += faults(out, whole)
                if kills % 10 == 0:
                    print(
                        f"{kills} kills, {len(letters(out))} letters made, wrong: {dict(found)}", flush=True
                    )
            else:  # it finished before the kill; begin a new batch
                found += last_run(folder, whole)
                batches += 1
                shutil.rmtree(out)
        found += last_run(folder, whole)
    print(
        f"{kills} kills of {processes} processes, {midway} of them with some of the letters made; "
        f"{batches + 1} batches of {len(whole)} letters finished"
    )
    print("lost 0, doubled 0, torn 0" if not found else f"WRONG: {dict(found)}")
    if 2 * midway < kills:
        print("too few kills came half-way: use more letters")
    sys.exit(bool(found) or 2 * midway < kills)


if __name__ == "__main__":
    main()
