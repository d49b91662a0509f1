"""Letters as files of their own: in order, named safely, listed, and packed the same way each time."""

from __future__ import annotations

import csv
import io
import zipfile
from dataclasses import replace
from pathlib import Path

import pypdfium2
import pytest
from command_line import exit_code
from hypothesis import given
from hypothesis import strategies as st
from material import tiny_campaign

from briefgen.campaign.open import Campaign, open_campaign
from briefgen.errors import BriefgenError
from briefgen.mailing import print_jobs
from briefgen.mailing.file_name_patterns import name_attachment, name_letter_files, safe_file_name
from briefgen.mailing.print_jobs import build_archive
from briefgen.mailing.print_run import PrintOptions, build_print_files, build_print_jobs


def opened(folder: Path, more: str = "") -> Campaign:
    folder.mkdir()
    tiny_campaign(folder)
    with (folder / "campaign.yaml").open("a", encoding="utf-8") as file:
        file.write(more)
    return open_campaign(folder)


@pytest.mark.slow
def test_each_letter_is_a_file_that_the_list_names_and_the_archive_holds(tmp_path: Path) -> None:
    folder = tmp_path / "water"
    opened(folder, "output: {file_names: '{order} {name}'}\n")
    assert exit_code("batch", folder, "--format", "pdf", "-q") == 0
    campaign = open_campaign(folder)
    *letters, listed = build_print_jobs(campaign, folder / "out", duplex=True)
    names = ["001 Ada Sample.pdf", "002 Ben Placeholder.pdf", "003 Clara Example.pdf"]
    assert [one.name for one in letters] == names
    rows = list(csv.DictReader(io.StringIO(listed.data.decode("utf-8-sig"), newline="")))
    assert [row["File"] for row in rows] == names
    assert rows[0] | {"Id": "ada-sample", "Pages": "1", "Sheets": "1", "Abroad": "yes"} == rows[0]
    lines = [rows[0][f"Line{number}"] for number in range(1, 5)]
    assert lines == [
        "The Honorable Ada Sample",
        "United States Senate",
        "Washington, DC 20510",
        "UNITED STATES",
    ]
    with pypdfium2.PdfDocument(letters[0].data) as pdf:
        assert len(pdf) == 1 and "Ada Sample" in pdf[0].get_textpage().get_text_bounded()
    options = PrintOptions(duplex=True, listed=True, archive=True)
    _, places, archive = build_print_files(campaign, folder / "out", options)
    with zipfile.ZipFile(io.BytesIO(archive.data)) as packed:
        assert packed.namelist() == [*names, "letters.csv"]
        assert packed.read(names[0]) == letters[0].data
    assert build_print_files(campaign, folder / "out", options)[2].data == archive.data
    where = csv.DictReader(io.StringIO(places.data.decode("utf-8-sig"), newline=""))
    assert [(row["File"], row["FirstPage"], row["Pages"]) for row in where] == [
        ("letters.pdf", "1", "2"), ("letters.pdf", "3", "2"), ("letters.pdf", "5", "2"),
    ]  # fmt: skip
    assert exit_code("print", folder, "--separate", "-q") == 0
    assert sorted(path.name for path in (folder / "out/print-jobs").iterdir()) == [*names, "letters.csv"]


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("EC/2026/7", "EC-2026-7"),
        ("../../etc/passwd", "etc-passwd"),
        ("a\x00b\u202egpj.exe\n c", "a-b-gpj.exe- c"),
        ("CON", "CON_"),
        ("com1.tar", "com1.tar_"),
        (" . ", ""),
        ("Zoë Müller", "Zoë Müller"),
        ("x" * 300, "x" * 100),
    ],
)
def test_a_file_name_is_safe_on_every_system(text: str, name: str) -> None:
    assert safe_file_name(text) == name


@given(st.text(max_size=150))
def test_no_text_names_a_file_elsewhere(text: str) -> None:
    name = safe_file_name(text)
    assert not set(name) & set('<>:"/\\|?*\0') and not name.startswith(".") and len(name) <= 101


def test_letters_of_one_name_have_files_of_different_names(tmp_path: Path) -> None:
    campaign = opened(tmp_path / "water", "output: {file_names: '{family}'}\n")
    ada, ben, clara = campaign.recipients
    recipients = [
        replace(ada, family="Muster"),
        replace(ben, family="MUSTER"),
        replace(clara, family="Model"),
    ]
    names = name_letter_files(recipients, campaign.config)
    assert (
        names[2] == "Model"
        and names[0].startswith("Muster ada-sample-")
        and names[1].startswith("MUSTER ben")
    )
    assert name_letter_files(recipients[::-1], campaign.config) == names[::-1]
    assert name_attachment(recipients[0], campaign.config) == "Muster"
    again = campaign.composer.fingerprint
    text = (tmp_path / "water/campaign.yaml").read_text("utf-8").replace("{family}", "{order} {id}")
    (tmp_path / "water/campaign.yaml").write_text(text, "utf-8")
    changed = open_campaign(tmp_path / "water")
    assert changed.composer.fingerprint == again and name_attachment(recipients[0], changed.config) == ""


def test_a_field_that_no_column_has_stops_the_campaign(tmp_path: Path) -> None:
    with pytest.raises(BriefgenError, match="pattern-field"):
        opened(tmp_path / "water", "output: {file_names: '{nome}'}\n")


def test_an_archive_that_no_form_takes_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(print_jobs, "MAX_ZIP_BYTES", 10)
    with pytest.raises(BriefgenError, match="zip-large"):
        build_archive([("a", b"123456"), ("b", b"123456")])
