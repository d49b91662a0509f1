"""Strings that lists are known to have in place of a value, in every column, and what becomes of them.

naughty-strings.json sorts them by what must happen if one is a name: the letter is refused, its row is warned of,
or the string is printed as it is. In every other column a string is refused or printed, and harms nothing.
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from briefgen.address.address import address_recipient
from briefgen.address.forms_of_address import FormsOfAddress
from briefgen.errors import BriefgenError, Problem, ProblemList
from briefgen.model.leftovers import find_leftovers
from briefgen.model.recipient import AddressAndSalutation
from briefgen.model.text import clean_text, remove_invisible
from briefgen.recipients.csv_file import read_csv

STRINGS: dict[str, dict[str, list[str]]] = json.loads(
    Path(__file__).with_name("naughty-strings.json").read_text(encoding="utf-8")
)
ALL = [text for groups in STRINGS.values() for texts in groups.values() for text in texts]
PRINTED_COLUMNS = (
    "honorific", "name", "given", "family", "suffix", "postnominals", "role", "organisation", "address",
    "locality", "region", "postal_code",
)  # fmt: skip
OTHER_COLUMNS = (
    "id", "office", "gender", "country", "language", "email", "contact_form", "represents", "chamber", "state",
    "district", "constituency", "party", "committees", "tags", "term_end", "Note",
)  # fmt: skip
SOUND = {
    "office": "uk-minister",
    "name": "Ada Lee",
    "role": "Minister for Samples",
    "locality": "London",
    "postal_code": "SW1A 0AA",
    "country": "GB",
}


@pytest.fixture(scope="module")
def forms() -> FormsOfAddress:
    return FormsOfAddress.load(ProblemList())


Outcome = tuple[AddressAndSalutation | None, list[Problem]]


def outcomes(texts: Sequence[str], column: str, forms: FormsOfAddress, folder: Path) -> Iterator[Outcome]:
    """What becomes of a row with each text in a column, read from one file: the address, and the problems."""
    out = io.StringIO(newline="")
    headers = list(dict.fromkeys([*SOUND, "id", column]))
    writer = csv.DictWriter(out, headers, lineterminator="\n")
    writer.writeheader()
    for number, text in enumerate(texts):
        row = {**SOUND, "id": f"r{number}"}
        if column in ("given", "family"):
            row["name"] = ""
        writer.writerow({**row, column: text})
    path, problems = folder / f"{column}.csv", ProblemList()
    path.write_text(out.getvalue(), encoding="utf-8")
    recipients = {
        one.place and one.place.line: one
        for one in read_csv(path, path.name, problems, offices=forms.offices)
    }
    by_line: dict[int | None, list[Problem]] = {}
    for problem in problems.problems:
        by_line.setdefault(problem.place and problem.place.line, []).append(problem)
    line = 2
    for text in texts:
        said, recipient = by_line.get(line, []), recipients.get(line)
        line += 1 + len(re.findall(r"\r\n?|\n", text))
        if recipient is None:
            yield None, said
            continue
        try:
            to = address_recipient(
                replace(recipient, language=recipient.language or "en"), forms, sender_country="US"
            )
        except BriefgenError as error:
            yield None, [*said, *error.problems]
        else:
            yield to, [*said, *to.warnings]


@pytest.mark.parametrize("group", STRINGS["refused"])
def test_what_is_no_name_is_refused_by_row(group: str, forms: FormsOfAddress, tmp_path: Path) -> None:
    texts = STRINGS["refused"][group]
    for text, (to, said) in zip(texts, outcomes(texts, "name", forms, tmp_path), strict=True):
        # Without a name, the letter to a minister goes to the office.
        nameless = to is not None and to.lines[0] == "The Minister for Samples"
        assert nameless or (to is None and any(one.severity == "error" for one in said)), (text, to)
        assert all(one.place and one.place.line for one in said)


@pytest.mark.parametrize("group", STRINGS["warned of"])
def test_what_is_doubtful_is_warned_of_by_row(group: str, forms: FormsOfAddress, tmp_path: Path) -> None:
    texts = STRINGS["warned of"][group]
    for text, (to, said) in zip(texts, outcomes(texts, "name", forms, tmp_path), strict=True):
        assert to is not None, (text, said)
        assert [one for one in said if one.severity == "warning" and one.hint], text


def test_unusual_names_are_printed_as_they_are(forms: FormsOfAddress, tmp_path: Path) -> None:
    texts = STRINGS["printed"]["names"]
    for text, (to, said) in zip(texts, outcomes(texts, "name", forms, tmp_path), strict=True):
        assert to is not None, (text, said)
        assert (to.lines[0], said) == (f"{text} MP", [])


@pytest.mark.parametrize("column", [*PRINTED_COLUMNS, *OTHER_COLUMNS])
def test_in_every_column_a_string_is_refused_or_harmless(
    column: str, forms: FormsOfAddress, tmp_path: Path
) -> None:
    results = list(outcomes(ALL, column, forms, tmp_path))
    assert len(results) == len(ALL) >= 150
    for text, (to, said) in zip(ALL, results, strict=True):
        if to is None:
            assert any(one.severity == "error" for one in said), (column, text)
            continue
        for line in (*to.lines, to.salutation, to.close, to.name):
            assert line.strip() and "\n" not in line and "@" not in line
            assert clean_text(line) == (line, ())
            assert remove_invisible(line) == (line, ())
            assert find_leftovers(line) == []
            assert any(map(str.isalnum, line))


def test_the_page_on_security_gives_the_numbers_that_are_tried() -> None:
    page = (Path(__file__).parents[2] / "docs/security.md").read_text(encoding="utf-8")
    columns = len(PRINTED_COLUMNS) + len(OTHER_COLUMNS)
    for texts, end in (
        (STRINGS["refused"], "0 printed"),
        (STRINGS["warned of"], ""),
        (STRINGS["printed"], ""),
    ):
        assert f"| {sum(map(len, texts.values()))} | {end}" in page
    assert f"each of {columns} columns | {columns * len(ALL):,} |" in page
    rows = (Path(__file__).with_name("difficult-names.csv")).read_text(encoding="utf-8").count("\n") - 1
    assert f"| {rows} | 0 wrong" in page
