"""What an audit finds in the texts of drafts/: planted faults for the right reason, and no alarm in true ones.

The sentences were written before anybody had looked at what the program makes of them. They are not changed to suit it;
only what is itself wrong is corrected.
"""

from __future__ import annotations

import re
import sys
from collections import Counter
from functools import cache

import pytest
from audit_corpus import (
    DRAFTS,
    RIGHT_REASONS,
    ROOT,
    PlantedFault,
    audit_true_draft,
    auditor,
    count_sentences,
    false_alarms,
    is_found,
    make_draft,
    planted_faults,
    true_drafts,
)

from briefgen.audit.findings import CitationVerdict

FOUND_AT_LEAST = 0.95
TRUE = true_drafts()


@cache
def missed() -> tuple[PlantedFault, ...]:
    return tuple(
        fault
        for fault in planted_faults()
        if not is_found(fault, auditor(fault.library).audit(make_draft(fault.text)))
    )


def test_there_are_a_hundred_faults_of_twenty_kinds_and_a_hundred_true_sentences() -> None:
    kinds = Counter(fault.kind for fault in planted_faults())
    assert kinds.keys() == RIGHT_REASONS.keys()
    assert len(kinds) == 20 and kinds.total() >= 100 and min(kinds.values()) >= 5
    assert sum(count_sentences(draft) for _, draft in TRUE.values()) >= 100


@pytest.mark.slow
def test_nearly_all_planted_faults_are_found_for_the_right_reason() -> None:
    listed = "\n".join(f"{fault.kind}: {fault.text}" for fault in missed())
    assert len(missed()) <= (1 - FOUND_AT_LEAST) * len(planted_faults()), listed


TEN = [
    ("approved", set()),
    ("supported", set()),
    ("differs", {"number"}),
    ("differs", {"hedge", "caveat"}),
    ("never-say", set()),
    ("unsupported", {"number"}),
    ("superseded", {"hedge", "relative-time", "caveat", "date"}),
    ("differs", {"quotation", "attribution"}),
    ("never-say", set()),
    ("differs", {"pair"}),
]
"""What is to be said of each paragraph of ten-paragraphs.md, two of which are true."""


def test_each_of_ten_paragraphs_gets_its_verdict_for_the_right_reasons() -> None:
    report = auditor("north-korea").audit(make_draft((DRAFTS / "ten-paragraphs.md").read_text("utf-8")))
    assert [finding.verdict.value for finding in report.sentences] == [verdict for verdict, _ in TEN]
    for finding, (_, kinds) in zip(report.sentences, TEN, strict=True):
        assert kinds <= {one.kind.value for one in finding.differences}, finding.sentence.text
    unknown = [one.text for one in report.citations if one.verdict is CitationVerdict.UNKNOWN]
    assert unknown == ["A/HRC/55/63, paragraph 47"]


@pytest.mark.parametrize("name", TRUE)
def test_true_sentences_in_other_words_raise_no_alarm(name: str) -> None:
    assert list(false_alarms(audit_true_draft(name))) == []


PAGE = ROOT / "docs" / "audit.md"
REGION = re.compile(r"(?<=<!-- table:audit -->\n).*?(?=<!-- end:audit -->)", re.DOTALL)


def as_markdown() -> str:
    """The results by kind of fault, and those of the true drafts."""
    planted = Counter(fault.kind for fault in planted_faults())
    lost = Counter(fault.kind for fault in missed())
    rows = [(kind, planted[kind], planted[kind] - lost[kind]) for kind in planted]
    rows.append(("**all**", planted.total(), planted.total() - lost.total()))
    lines = ["| fault | planted | found |", "| --- | ---: | ---: |"]
    lines += [f"| {kind} | {number} | {found} |" for kind, number, found in rows]
    lines += ["", "| true draft | sentences | alarms |", "| --- | ---: | ---: |"]
    for name, (_, draft) in TRUE.items():
        alarms = list(false_alarms(audit_true_draft(name)))
        lines.append(f"| {name} | {count_sentences(draft)} | {len(alarms)} |")
    return "\n".join(lines) + "\n"


@pytest.mark.slow
def test_the_documented_table_says_what_the_audit_finds() -> None:
    (region,) = REGION.findall(PAGE.read_text(encoding="utf-8"))
    assert region == as_markdown(), "run: python tests/audit/test_corpus.py --write"


if __name__ == "__main__":  # python tests/audit/test_corpus.py [--write]
    print(made := as_markdown())
    for fault in missed():
        print(f"missed, {fault.kind}: {fault.text} ({fault.why})")
    if "--write" in sys.argv:
        page = PAGE.read_text(encoding="utf-8")
        PAGE.write_text(REGION.sub(lambda _: made, page), encoding="utf-8")
