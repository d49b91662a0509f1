"""Measure the studio as somebody uses it, in the system's Chromium.

    .venv/bin/python bench/studio.py [--changes N]

`start` is from the command to the first page with its picture; `change` from a click on “Use my sentence” to
the new picture on the screen; `rows` the first paint of a list of 10,000 recipients; `memory` that of the
process before and after the changes. Run it on an idle machine."""

from __future__ import annotations

import argparse
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

ROOT = Path(__file__).parents[1]
ROWS = 10_000


@contextmanager
def opened(folder: Path, path: str = "") -> Iterator[tuple[Page, subprocess.Popen[str], float]]:
    """Start the studio on a folder and yield a page that shows it, the process, and the seconds that it
    took."""
    command = [sys.executable, "-P", "-m", "briefgen", "studio", str(folder), "--no-browser"]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": 1440, "height": 1000})
        begun = time.perf_counter()
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as studio:
            assert studio.stdout is not None
            page.goto(studio.stdout.readline().split(" at ")[1].strip())
            if not path:
                page.wait_for_function("document.querySelector('.sheet img')?.complete")
            yield page, studio, time.perf_counter() - begun
            browser.close()
            studio.terminate()


def memory_mb(process: subprocess.Popen[str]) -> float:
    """Return the resident memory of a process; Linux only."""
    pages = Path(f"/proc/{process.pid}/statm").read_text(encoding="ascii").split()[1]
    return int(pages) * 4096 / 1e6


def change_sentence(page: Page, number: int) -> float:
    """Put a sentence in the place of a statement; return the seconds until its picture is on the screen."""
    before = page.locator(".sheet img").first.get_attribute("src")
    page.fill("#words", f"We have counted this for the {number}th time.")
    begun = time.perf_counter()
    page.click("text=Use my sentence")
    page.wait_for_function(
        "old => document.querySelector('.sheet img').getAttribute('src') !== old", arg=before
    )
    page.wait_for_function("document.querySelector('.sheet img').complete")
    return time.perf_counter() - begun


def paint_rows(folder: Path) -> float:
    """Return the milliseconds until a list of ROWS recipients is first painted."""
    header = "id,office,name,address,locality,country\n"
    rows = (f"person-{at},person,Ada Sample {at},{at} Example Road,Leith,GB\n" for at in range(ROWS))
    (folder / "recipients.csv").write_text(header + "".join(rows), encoding="utf-8")
    with opened(folder, "list") as (page, _, _):
        page.wait_for_selector("#people a")
        page.reload()
        page.wait_for_selector("#people a")
        paint = "performance.getEntriesByName('first-contentful-paint')[0].startTime"
        sent = "performance.getEntriesByType('navigation')[0].responseStart"
        return float(page.evaluate(f"{paint} - {sent}"))


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--changes", type=int, default=500)
    changes = parser.parse_args().changes
    with tempfile.TemporaryDirectory() as name:
        folder = Path(shutil.copytree(ROOT / "examples" / "starter", Path(name) / "spring"))
        with opened(folder) as (page, studio, started):
            page.locator("a.st:not(.part):not([aria-hidden])").nth(1).click()
            page.wait_for_selector("#words")
            change_sentence(page, 0)
            before = memory_mb(studio)
            times = sorted(change_sentence(page, number) for number in range(1, changes + 1))
            after = memory_mb(studio)
        with opened(folder) as (_, _, again):
            pass
        painted = paint_rows(folder)
    print(f"start    {started:6.2f} s   again {again:.2f} s")
    print(f"change   {statistics.median(times):6.2f} s   most {times[-1]:.2f} s   of {changes}")
    print(f"rows     {painted:6.0f} ms  until {ROWS:,} recipients are painted")
    print(f"memory   {before:6.0f} MB  after {changes} changes {after:.0f} MB")


if __name__ == "__main__":
    main()
