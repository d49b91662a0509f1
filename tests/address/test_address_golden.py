"""Every office as a letter from Switzerland would address it, in a table that an editor can read and correct.

The people are made up; the table is tests/compose/golden/addresses.txt, made from recipients.csv beside it.
"""

from __future__ import annotations

import difflib
from dataclasses import replace
from pathlib import Path

import yaml

from briefgen.address.address import address_recipient
from briefgen.address.forms_of_address import FORMS_FILE, FormsOfAddress
from briefgen.errors import ProblemList
from briefgen.model.recipient import AddressAndSalutation, Recipient
from briefgen.recipients.csv_file import read_csv

GOLDEN = Path(__file__).parents[1] / "compose" / "golden"


def _recipients(forms: FormsOfAddress) -> list[Recipient]:
    findings = ProblemList()
    recipients = read_csv(GOLDEN / "recipients.csv", "recipients.csv", findings, offices=forms.offices)
    assert findings.problems == []
    # Where the list names no language, that of the campaign holds.
    return [replace(one, language=one.language or "en") for one in recipients]


def _entry(recipient: Recipient, addressed: AddressAndSalutation) -> str:
    you = "" if addressed.you == "you" else f"\n  you: {addressed.you}"
    lines = "\n".join(f"    {line}" for line in addressed.lines)
    return (
        f"{recipient.id}  [{addressed.rule}]\n{lines}\n"
        f"  {addressed.salutation}\n  {addressed.close}{you}\n  (page 2: {addressed.name})\n"
    )


def _table(forms: FormsOfAddress) -> str:
    return "\n".join(
        _entry(recipient, address_recipient(recipient, forms, sender_country="CH"))
        for recipient in _recipients(forms)
    )


def test_every_recipient_is_addressed_as_the_reviewed_table_says(tmp_path: Path) -> None:
    actual = _table(FormsOfAddress.load(ProblemList()))
    expected = (GOLDEN / "addresses.txt").read_text(encoding="utf-8")
    if actual != expected:
        saved = tmp_path / "addresses.txt"
        saved.write_text(actual, encoding="utf-8")
        changes = difflib.unified_diff(expected.splitlines(), actual.splitlines(), "reviewed", "now", n=6)
        raise AssertionError("\n".join([f"the table now reads (whole in {saved}):", *changes]))


def test_the_table_shows_every_office_that_has_a_form() -> None:
    forms = FormsOfAddress.load(ProblemList())
    shown = {
        address_recipient(recipient, forms, sender_country="CH").rule for recipient in _recipients(forms)
    }
    assert shown == set(forms.offices)


def test_the_table_shows_every_language_of_every_office() -> None:
    """An office that is like another one has the words in other languages from there."""
    forms = FormsOfAddress.load(ProblemList())
    written = yaml.safe_load(FORMS_FILE.read_text(encoding="utf-8"))["offices"]
    shown = set()
    for recipient in _recipients(forms):
        key, form = forms.find(recipient)
        shown.add((key, form.choose_language(recipient)))
    assert {
        (key, tag) for key, entry in written.items() for tag in entry.get("languages", ())
    } - shown == set()
