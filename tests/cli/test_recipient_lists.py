"""The lists that a campaign names, from the command line: workbooks, and what is no file or not the campaign's."""

from __future__ import annotations

import csv
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook

Call = Callable[..., Any]


def _names(starter: Path, name: str) -> None:
    file = starter / "campaign.yaml"
    text = file.read_text(encoding="utf-8")
    assert "recipients.csv" in text
    file.write_text(text.replace("recipients.csv", name), encoding="utf-8")


@pytest.mark.slow
def test_a_workbook_is_taken_as_the_same_list_in_csv(briefgen: Call, starter: Path) -> None:
    before = briefgen("recipients", "list", starter, "--json").json["recipients"]
    workbook = Workbook()
    sheet = workbook.active
    assert sheet is not None
    with (starter / "recipients.csv").open(encoding="utf-8-sig", newline="") as file:
        for row in csv.reader(file):
            sheet.append(row)
    workbook.save(starter / "people.xlsx")
    _names(starter, "people.xlsx")
    assert briefgen("recipients", "list", starter, "--json").json["recipients"] == before


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("folder.csv", "file-irregular"),
        ("../out.csv", "file-outside"),
        ("people.ods", "recipients-format"),
    ],
)
def test_what_cannot_be_the_list_is_told_once_and_not_read(
    briefgen: Call, starter: Path, name: str, code: str
) -> None:
    (starter / "folder.csv").mkdir()
    (starter.parent / "out.csv").write_text("no,list,at,all\n", encoding="utf-8")
    (starter / "people.ods").write_bytes(b"x")
    _names(starter, name)
    said = briefgen("check", starter, "--json")
    assert said.code == 1
    assert [one["code"] for one in said.json["problems"] if one["severity"] == "error"] == [code]
