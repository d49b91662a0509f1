"""Measure the import of all members of Congress, and the selection and addressing for each of them.

    BRIEFGEN_DATA=folder python bench/recipients.py

The folder contains us-congress/ with the files of congress-legislators. Required: 537 members imported
within 3 s; selection and addressing in at most 1 ms per recipient each.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from briefgen.address.address import address_recipient
from briefgen.campaign.open import open_campaign

EXAMPLE = Path(__file__).parents[1] / "examples" / "us-congress" / "campaign.yaml"


def main() -> None:
    data = os.environ.get("BRIEFGEN_DATA")
    if not data:
        sys.exit("set BRIEFGEN_DATA to the folder that holds us-congress/")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        shutil.copy(EXAMPLE, folder)
        source, out = Path(data) / "us-congress", folder / "recipients.csv"
        command = [sys.executable, "-m", "briefgen", "recipients", "import", "congress", str(source)]
        started = time.perf_counter()
        subprocess.run([*command, "--quiet", "-o", str(out)], check=True, stdout=subprocess.DEVNULL)
        print(f"import                {time.perf_counter() - started:6.2f} s, including the start of Python")
        opened = open_campaign(folder)
        composer, people = opened.composer, opened.recipients
        composer._selections.clear()
        composer._rules.clear()
        for what, work in (
            ("selection", lambda one: composer.select_snippets(one)),
            ("address", lambda one: address_recipient(one, composer.forms, sender_country="US")),
        ):
            started = time.perf_counter()
            for one in people:
                work(one)
            each = (time.perf_counter() - started) / len(people)
            print(f"{what:<20}  {each * 1000:6.3f} ms for each of {len(people)}")


if __name__ == "__main__":
    main()
