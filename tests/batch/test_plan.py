"""What is still to be done: keys over all inputs, and files that must be as they were recorded."""

import string
from dataclasses import fields, replace
from datetime import date

import pytest
from batch_fakes import people

from briefgen.batch.file_names import deduplicate_recipients
from briefgen.batch.plan import SELECT_ALL, BatchSelection, input_hash, rendering_hash, serialize_recipient
from briefgen.batch.tasks import LetterTask, PlannedFile
from briefgen.errors import Place
from briefgen.model.document import Document, hash_record
from briefgen.model.recipient import Committee, Recipient, SecondPerson

BASE = people(1)[0]
OTHER = {
    "address": ("elsewhere",),
    "committees": (Committee("SSFR", "Foreign Relations"),),
    "tags": ("tag",),
    "term_end": date(2027, 1, 3),
    "extra": {"column": "value"},
    "second": SecondPerson(name="Ben Probe"),
    "other_emails": ("ada@example.org",),
    "rows": ((("Case", "12"),),),
}


@pytest.mark.parametrize("name", [field.name for field in fields(Recipient) if field.name != "place"])
def test_any_change_of_the_recipient_changes_the_key(name: str):
    """So does a field that is added to the record later: the test finds it."""
    changed = replace(BASE, **{name: OTHER.get(name, "other")})
    assert serialize_recipient(changed) != serialize_recipient(BASE)


def test_a_row_that_moves_stays_the_same():
    assert serialize_recipient(replace(BASE, place=Place("other.csv", 99))) == serialize_recipient(BASE)


def test_the_order_of_extra_columns_does_not_matter():
    one, other = replace(BASE, extra={"a": "1", "b": "2"}), replace(BASE, extra={"b": "2", "a": "1"})
    assert serialize_recipient(one) == serialize_recipient(other)


def test_the_key_is_a_sha256_over_fingerprint_recipient_and_format():
    base = input_hash("campaign", serialize_recipient(BASE), "pdf")
    assert len(base) == 64 and set(base) <= set(string.hexdigits)
    assert base != input_hash("campaign", serialize_recipient(BASE), "docx")
    assert base != input_hash("another", serialize_recipient(BASE), "pdf")


def test_the_key_knows_the_version_of_briefgen(monkeypatch: pytest.MonkeyPatch):
    before = input_hash("campaign", serialize_recipient(BASE), "pdf")
    monkeypatch.setattr("briefgen.batch.plan.__version__", "99.0")
    assert input_hash("campaign", serialize_recipient(BASE), "pdf") != before


def test_hostile_text_has_a_key():
    assert input_hash("campaign", serialize_recipient(replace(BASE, name="\ud800\x00\u202e")), "pdf")


def test_a_repeated_id_is_reported_with_both_places():
    one, two = people(2)
    twin = replace(two, id=one.id)
    recipients, problems = deduplicate_recipients([one, two, twin])
    assert recipients == (one, two)
    assert [problem.code for problem in problems] == ["recipient-repeated"]
    assert problems[0].place == Place("recipients.csv", 3) and "recipients.csv:2" in problems[0].message


DOCUMENT = Document(
    "letter", "<p>Dear</p>", "Letter", "Sender", "en", date(2026, 1, 2), ("Ada",), "a4", {"snippets": ["one"]}
)
OTHERWISE = {
    "kind": "briefing",
    "date": date(2026, 1, 3),
    "running": ("Bob",),
    "page": "us-letter",
    "record": {"snippets": ["two"]},
    "layout": "uk-dl",
}


@pytest.mark.parametrize("sealed", [True, False], ids=["with its hash", "without a hash"])
@pytest.mark.parametrize("name", [field.name for field in fields(Document)])
def test_any_change_of_the_document_changes_the_hash_of_what_is_drawn(name: str, sealed: bool):
    """So does a field that is added to the document later; of the record, with or without its own hash."""

    def of(document: Document) -> str:
        record = {**document.record, "sha256": hash_record(document.record)} if sealed else document.record
        return rendering_hash(replace(document, record=record), "drawing", "pdf")

    assert of(replace(DOCUMENT, **{name: OTHERWISE.get(name, "other")})) != of(DOCUMENT)


def test_the_order_of_keys_does_not_change_the_hash_of_what_is_drawn():
    orders = [{"snippets": ["one"], "a": {"b": 1, "c": 2}}, {"a": {"c": 2, "b": 1}, "snippets": ["one"]}]
    first, second = (rendering_hash(replace(DOCUMENT, record=record), "drawing", "pdf") for record in orders)
    assert first == second


LETTER = LetterTask(
    BASE,
    tuple(PlannedFile(reason, f"{reason}.pdf", "key", reason) for reason in ("new", "failed", "set-aside")),
)


@pytest.mark.parametrize(
    ("selection", "started", "reasons"),
    [
        (BatchSelection(), 99, ["new", "failed", "set-aside"]),
        (BatchSelection(failed=True), 0, ["failed", "set-aside"]),
        (BatchSelection(only=frozenset({BASE.id})), 0, ["new", "failed", "set-aside"]),
        (BatchSelection(only=frozenset({"another"})), 0, []),
        (BatchSelection(only=frozenset()), 0, []),
        (BatchSelection(limit=2), 1, ["new", "failed", "set-aside"]),
        (BatchSelection(limit=2), 2, []),
        (BatchSelection(limit=0), 0, []),
        (BatchSelection(frozenset({BASE.id}), 1, True), 0, ["failed", "set-aside"]),
    ],
)
def test_a_selection_chooses_files_by_recipient_number_and_reason(
    selection: BatchSelection, started: int, reasons: list[str]
):
    assert [file.reason for file in selection.select_files(LETTER, started)] == reasons
    assert selection.selects_all == (selection == SELECT_ALL)
