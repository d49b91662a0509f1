"""Kills a batch again and again at random moments, and counts what is lost, doubled or torn: nothing may be.

    python bench/kills.py [--kills 100] [--letters 300] [--seed 1]

Each time `briefgen batch` is started as a user starts it, and after a random time everything that belongs to
it is killed at once with SIGKILL: the command, the process from which workers come, and all workers. Then
every file under a letter's name must have the bytes that an undisturbed run gives it, every row of the ledger
its file, and no file may be there that does not belong. At the end a last run must finish the rest, and the
manifest name each letter once. The exit status is 1 where anything is wrong, or where most kills came before
a letter was there or after all were. Linux only.
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

from briefgen.system.atomic_write import TEMPORARY_PREFIX
from briefgen.batch.ledger import open_ledger_copy
from briefgen.batch.outputs.folder import FolderOutput


def start(folder: Path) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "briefgen", "batch", str(folder), "-q"]
    nowhere = subprocess.DEVNULL
    return subprocess.Popen(command, stdout=nowhere, stderr=nowhere, start_new_session=True)


def kill_all(session: int) -> int:
    """SIGKILL to every process of a session; returns how many there were."""
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
    """What is wrong after a kill: torn or strange files, rows without their file, a damaged ledger."""
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
    """What is wrong once the last run has finished the rest."""
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
    arguments.add_argument("--letters", type=int, default=300, help="files; half as many recipients")
    arguments.add_argument("--seed", type=int, default=1)
    given = arguments.parse_args()
    chance = random.Random(given.seed)
    found: Counter[str] = Counter()
    with tempfile.TemporaryDirectory() as temporary:
        os.environ["TMPDIR"] = temporary  # a run that is killed leaves its temporary folder
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
                        f"{kills} kills, {len(letters(out))} letters there, wrong: {dict(found)}", flush=True
                    )
            else:  # it came to its end; begin a new one
                found += last_run(folder, whole)
                batches += 1
                shutil.rmtree(out)
        found += last_run(folder, whole)
    print(
        f"{kills} kills of {processes} processes, {midway} of them with a part of the letters there; "
        f"{batches + 1} batches of {len(whole)} letters brought to their end"
    )
    print("lost 0, doubled 0, torn 0" if not found else f"WRONG: {dict(found)}")
    if 2 * midway < kills:
        print("too few kills came while letters were there: take more letters")
    sys.exit(bool(found) or 2 * midway < kills)


if __name__ == "__main__":
    main()
