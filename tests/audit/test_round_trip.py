"""A letter of briefgen's that somebody edited: what was changed since, and whether it still holds."""

from briefgen.audit.draft import Draft, DraftBlock
from briefgen.audit.findings import SentenceVerdict
from briefgen.model.document import RECORD_FORMAT, hash_record, hash_text

ROCKET = "In December 2012 a South Korean estimate set the $1.3 billion cost of two North Korean rocket launches against four to five years of food for the country."
COUNCIL = "In March 2014, by resolution 25/25, the UN Human Rights Council took up the report of its commission of inquiry on North Korea and recommended that it be put before the Security Council."
OLDER = "In 2014 the Human Rights Council adopted a resolution on North Korea."


def _record(**texts):
    snippets = [
        {"id": name.replace("_", "-"), "text": text, "printed": 1, "kind": "finding", "sha256": hash_text(text), "confidence": "attributed"}
        for name, text in texts.items()
    ]  # fmt: skip
    record = {"format": RECORD_FORMAT, "briefgen": "0.1.0", "campaign": "c", "date": "2026-11-30", "recipient": None, "snippets": snippets, "sources": {}}  # fmt: skip
    return record | {"sha256": hash_record(record)}


def _audit(auditor, record, *texts):
    blocks = tuple(DraftBlock("paragraph", text) for text in texts)
    return auditor.audit(Draft("letter.docx", "docx", "en", blocks, record=record))


def test_an_untouched_letter_has_no_changes(auditor):
    report = _audit(auditor, _record(council_endorsed_report_2014=COUNCIL), "Dear Ada,", COUNCIL)
    assert report.changes == () and report.exit_status() == 0


def test_an_edit_is_named_with_the_verdict_on_what_stands_there_now(auditor):
    edited = COUNCIL.replace("March 2014", "March 2013")
    (change,) = _audit(auditor, _record(council_endorsed_report_2014=COUNCIL), "Dear Ada,", edited).changes
    assert (change.kind, change.statement) == ("edited", "council-endorsed-report-2014")
    assert (change.recorded, change.found, change.sentence) == (COUNCIL, edited, 2)
    assert change.verdict is SentenceVerdict.DIFFERS and change.is_current


def test_an_edit_in_other_words_that_is_borne_out_is_supported(auditor):
    edited = "In March 2014 the UN Human Rights Council took up the report of its commission of inquiry on North Korea by resolution 25/25, and recommended that the Security Council get it."
    (change,) = _audit(auditor, _record(council_endorsed_report_2014=COUNCIL), edited).changes
    assert change.verdict is SentenceVerdict.SUPPORTED


def test_what_was_removed_and_what_the_library_no_longer_says(auditor):
    record = _record(council_endorsed_report_2014=OLDER, rocket_cost_2012=ROCKET)
    removed, changed = sorted(
        _audit(auditor, record, OLDER.replace("2014", "2015")).changes, key=lambda one: one.kind, reverse=True
    )
    assert (removed.kind, removed.statement, removed.verdict) == ("removed", "rocket-cost-2012", None)
    assert (changed.kind, changed.is_current) == ("edited", False)


def test_a_forged_record_is_named_and_the_audit_goes_on(auditor):
    record = _record(council_endorsed_report_2014=COUNCIL) | {"campaign": "another"}
    report = _audit(auditor, record, COUNCIL)
    assert [problem.code for problem in report.problems if problem.code.startswith("record")] == [
        "record-edited"
    ]
    broken = _audit(auditor, {"format": RECORD_FORMAT}, COUNCIL)
    assert [problem.code for problem in broken.problems if problem.code.startswith("record")] == [
        "record-broken"
    ]
    assert broken.sentences[0].verdict is SentenceVerdict.APPROVED
