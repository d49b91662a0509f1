"""Every office as a letter from Switzerland would address it, in a table that an editor can read and correct.

The people are made up; the table is tests/compose/golden/addresses.txt, made from recipients.csv beside it.
"""

from __future__ import annotations

import difflib
from dataclasses import replace
from pathlib import Path

from briefgen.address.address import address
from briefgen.address.forms_of_address import Forms
from briefgen.errors import ProblemList
from briefgen.model.recipient import Addressed, Recipient
from briefgen.recipients import read_recipients

GOLDEN = Path(__file__).parent / "golden"


def _recipients(forms: Forms) -> list[Recipient]:
    findings = ProblemList()
    recipients = read_recipients(GOLDEN / "recipients.csv", "recipients.csv", findings, offices=forms.offices)
    assert findings.problems == []
    # Where the list names no language, that of the campaign holds.
    return [replace(one, language=one.language or "en") for one in recipients]


def _entry(recipient: Recipient, addressed: Addressed) -> str:
    you = "" if addressed.you == "you" else f"\n  you: {addressed.you}"
    lines = "\n".join(f"    {line}" for line in addressed.lines)
    return (
        f"{recipient.id}  [{addressed.rule}]\n{lines}\n"
        f"  {addressed.salutation}\n  {addressed.close}{you}\n  (page 2: {addressed.name})\n"
    )


def _table(forms: Forms) -> str:
    return "\n".join(
        _entry(recipient, address(recipient, forms, sender_country="CH")) for recipient in _recipients(forms)
    )


def test_every_recipient_is_addressed_as_the_reviewed_table_says(tmp_path: Path) -> None:
    actual = _table(Forms.load(ProblemList()))
    expected = (GOLDEN / "addresses.txt").read_text(encoding="utf-8")
    if actual != expected:
        saved = tmp_path / "addresses.txt"
        saved.write_text(actual, encoding="utf-8")
        changes = difflib.unified_diff(expected.splitlines(), actual.splitlines(), "reviewed", "now", n=6)
        raise AssertionError("\n".join([f"the table now reads (whole in {saved}):", *changes]))


def test_the_table_shows_every_office_that_has_a_form() -> None:
    forms = Forms.load(ProblemList())
    shown = {address(recipient, forms, sender_country="CH").rule for recipient in _recipients(forms)}
    assert shown == set(forms.offices)


def test_the_table_shows_every_language_of_every_office() -> None:
    forms = Forms.load(ProblemList())
    shown = set()
    for recipient in _recipients(forms):
        key, form = forms.of(recipient)
        shown.add((key, form.variant(recipient)))
    assert {(key, tag) for key, form in forms.offices.items() for tag in form.languages} - shown == set()
