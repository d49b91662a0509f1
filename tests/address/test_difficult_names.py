"""Difficult names, as a table for an editor: the cells of a list, and the block and salutation or the problem.

The people are made up. difficult-names.csv has the cells, difficult-names.txt what becomes of them.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from briefgen.address.address import address_recipient
from briefgen.address.forms_of_address import FormsOfAddress
from briefgen.errors import BriefgenError, Problem, ProblemList
from briefgen.model.recipient import Recipient
from briefgen.recipients.csv_file import read_csv

TABLE = Path(__file__).with_name("difficult-names.csv")
REVIEWED = TABLE.with_suffix(".txt")
CELLS = (
    "honorific", "name", "given", "family", "suffix", "postnominals", "gender", "chamber", "postal_code", "salutation",
)  # fmt: skip


def _describe(problem: Problem) -> str:
    hint = f"\n      → {problem.hint}" if problem.hint else ""
    return f"  {problem.severity} {problem.code}: {problem.message}{hint}"


def _entry(recipient: Recipient, forms: FormsOfAddress) -> Iterator[str]:
    cells = [
        f"{cell} {value}" for cell in CELLS if (value := getattr(recipient, cell)) and cell != "postal_code"
    ]
    yield f"{recipient.id}  [{recipient.office}: {'; '.join(cells)}]"
    try:
        to = address_recipient(
            replace(recipient, language=recipient.language or "en"),
            forms,
            sender_country=recipient.country,
        )
    except BriefgenError as error:
        yield from map(_describe, error.problems)
        return
    yield from (f"    {line}" for line in to.lines)
    yield f"  {to.salutation}"
    yield from map(_describe, to.warnings)


def test_difficult_names_become_what_the_reviewed_table_says(tmp_path: Path) -> None:
    forms, problems = FormsOfAddress.load(ProblemList()), ProblemList()
    recipients = read_csv(TABLE, TABLE.name, problems, offices=forms.offices)
    entries = ["\n".join(_entry(recipient, forms)) for recipient in recipients]
    actual = "\n\n".join([*entries, "\n".join(map(_describe, problems.problems))]) + "\n"
    expected = REVIEWED.read_text(encoding="utf-8") if REVIEWED.exists() else ""
    if actual != expected:
        saved = tmp_path / REVIEWED.name
        saved.write_text(actual, encoding="utf-8")
        changes = difflib.unified_diff(expected.splitlines(), actual.splitlines(), "reviewed", "now", n=6)
        raise AssertionError("\n".join([f"the table now reads (whole in {saved}):", *changes]))
    assert len(recipients) >= 60
