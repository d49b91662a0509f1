"""The main job on real recipients: a letter in both formats to every sitting member of Congress."""

from __future__ import annotations

import csv
import json
import subprocess
import sys
from pathlib import Path

import pytest

from briefgen.inspect.docx import read_docx
from briefgen.inspect.pdf import read_pdf
from briefgen.opening import open_campaign

SKIPPED = {"husted-h001104": "term-ended", "moody-m001244": "term-ended", "gallagher-g000607": "no-address"}


@pytest.fixture(scope="module")
def sent(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, subprocess.CompletedProcess[str]]:
    """The campaign's folder after the whole run, and how the run ended."""
    from material import ROOT, folder_named_by

    data = folder_named_by("BRIEFGEN_DATA") / "us-congress"
    folder = tmp_path_factory.mktemp("congress")
    text = (ROOT / "examples/starter/campaign.yaml").read_text(encoding="utf-8")
    (folder / "campaign.yaml").write_text(text.replace("page: a4", "page: us-letter"), encoding="utf-8")
    imported = briefgen("recipients", "import", "congress", str(data), "-o", str(folder / "recipients.csv"))
    assert imported.returncode == 0, imported.stderr
    return folder, briefgen("batch", str(folder), "--json")


def briefgen(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "briefgen", *arguments], capture_output=True, text=True, check=False
    )


def manifest(folder: Path) -> list[dict[str, str]]:
    with (folder / "out/manifest.csv").open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def test_534_letters_are_made_in_each_format_and_three_members_are_reported(
    sent: tuple[Path, subprocess.CompletedProcess[str]],
) -> None:
    folder, run = sent
    assert run.returncode == 1
    summary = json.loads(run.stdout)
    assert (summary["rendered"], summary["failed"], summary["skipped"]) == (1068, 0, 3)
    for format in ("pdf", "docx"):
        assert len(list((folder / "out/letters").glob(f"*.{format}"))) == 534
    with (folder / "out/errors.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert {row["code"] for row in rows} == {"term-ended", "no-address"}
    for name, code in SKIPPED.items():
        assert any(name in row["message"] and row["code"] == code for row in rows)


def test_every_letter_carries_its_own_name_address_and_salutation_and_no_others(
    sent: tuple[Path, subprocess.CompletedProcess[str]],
) -> None:
    """Read back from the DOCX of all, and from the PDF of every twentieth, which takes longer."""
    from briefgen.compose.address import address

    folder, _ = sent
    opened = open_campaign(folder)
    files = {(row["id"], row["format"]): row["file"] for row in manifest(folder)}
    salutations = {}
    for number, recipient in enumerate(opened.recipients):
        to = address(recipient, opened.composer.forms, sender_country=opened.campaign.sender.country)
        texts = [read_docx(folder / "out" / files[recipient.id, "docx"]).text]
        if number % 20 == 0:
            texts.append(read_pdf(folder / "out" / files[recipient.id, "pdf"]).text)
        for text in texts:
            words = " ".join(text.split())
            assert " ".join(" ".join(to.lines).split()) in words
            assert to.salutation in words
        salutations[recipient.id] = to.salutation
        assert recipient.family in to.salutation or recipient.office == "us-speaker"
    assert len(salutations) == 534


def test_a_second_run_renders_nothing(sent: tuple[Path, subprocess.CompletedProcess[str]]) -> None:
    folder, _ = sent
    summary = json.loads(briefgen("batch", str(folder), "--json").stdout)
    assert (summary["rendered"], summary["unchanged"]) == (0, 1068)
