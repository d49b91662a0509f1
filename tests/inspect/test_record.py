"""An evidence record is used only if it is what briefgen wrote; whatever else it is has its own problem."""

from __future__ import annotations

from typing import Any

import pytest

from briefgen.errors import BriefgenError, Place
from briefgen.inspect.record import parse_evidence_record
from briefgen.model.document import RECORD_FORMAT, hash_record, hash_text

HERE = Place("letter.pdf")


def statement(name: str, text: str = "The fee is 10 percent.", **more: Any) -> dict[str, Any]:
    return {"id": name, "text": text, "printed": 1, **more}


def snippet(name: str, text: str = "The fee is 10 percent.", **more: Any) -> dict[str, Any]:
    return {
        **statement(name, text),
        "kind": "statistic",
        "sha256": hash_text(text),
        "confidence": "single-source",
        **more,
    }


def record(*snippets: dict[str, Any], **more: Any) -> dict[str, Any]:
    found = {
        "format": RECORD_FORMAT,
        "briefgen": "1.0",
        "campaign": "sample",
        "date": "2026-01-02",
        "recipient": None,
        "snippets": list(snippets),
        "sources": {},
        **more,
    }
    return {**found, "sha256": hash_record(found)}


def refused(raw: Any) -> tuple[str, str]:
    with pytest.raises(BriefgenError) as caught:
        parse_evidence_record(raw, HERE)
    (problem,) = caught.value.problems
    assert problem.place == HERE
    assert problem.hint
    return problem.code, problem.message


def test_a_record_as_briefgen_wrote_it_has_no_problem() -> None:
    parsed, problems = parse_evidence_record(record(snippet("fee"), notes=["A note."], unknown=1), HERE)
    assert problems == []
    assert (parsed.campaign, parsed.recipient, parsed.notes, parsed.fit) == (
        "sample",
        None,
        ["A note."],
        None,
    )
    (claim,) = parsed.snippets
    assert (claim.id, claim.printed, claim.printed_as, claim.evidence, claim.figure) == (
        "fee",
        1,
        [],
        [],
        None,
    )


def test_no_record_is_not_a_damaged_one() -> None:
    assert refused(None) == ("record-missing", "contains no evidence record")


@pytest.mark.parametrize("version", ["0", "2", "10", "99", ""])
def test_a_record_of_another_version_names_it(version: str) -> None:
    code, message = refused(record(format=f"briefgen-evidence/{version}"))
    assert code == "record-format"
    assert f"'briefgen-evidence/{version}'" in message and repr(RECORD_FORMAT) in message


@pytest.mark.parametrize(
    "raw",
    [
        {},
        [],
        "record",
        7,
        [record()],
        record(format="something else"),
        record(format=7),
        record(format=None),
        record(format="BRIEFGEN-EVIDENCE/1"),
    ],
)
def test_what_does_not_say_that_it_is_a_record_is_damaged(raw: Any) -> None:
    assert refused(raw) == (
        "record-broken",
        "the evidence record is damaged: its format is not that of an evidence record",
    )


@pytest.mark.parametrize(
    ("raw", "where"),
    [
        (record(snippets="none"), "snippets: "),
        (record({}), "snippets.0.id: "),
        (record(snippet("fee"), snippet("fee", text="")), "snippets.1.text: "),
        (record(snippet("fee", printed=-1)), "snippets.0.printed: "),
        (record(snippet("fee", printed=100_001)), "snippets.0.printed: "),
        (record(snippet("fee", printed="1")), "snippets.0.printed: "),
        (record(snippet("fee", text="x" * 20_001)), "snippets.0.text: "),
        (record(snippet("fee", kind="x" * 2_001)), "snippets.0.kind: "),
        (record(snippet("fee", caveats=[{"id": "note"}])), "snippets.0.caveats.0.text: "),
        (record(snippet("fee", evidence=[{"locator": {"page": 3}}])), "snippets.0.evidence.0.locator.page: "),
        (record(snippet("fee", figure={})), "snippets.0.figure.chart: "),
        (record(snippet("fee", printed_as=["x"] * 1_001)), "snippets.0.printed_as: "),
        (record(*[snippet("fee")] * 5_001), "snippets: "),
        (record(recipient=7), "recipient: "),
        (record(sources={"a": 1}), "sources.a: "),
        (record(notes=["x"] * 20_001), "notes: "),
        (record(fit={"max_pages": 1, "pages_before": 2}), "fit.pages: "),
    ],
)
def test_a_damaged_record_says_where(raw: Any, where: str) -> None:
    code, message = refused(raw)
    assert code == "record-broken"
    assert message.startswith(f"the evidence record is damaged: {where}")


def test_limits_are_not_reached_by_real_records() -> None:
    raw = record(
        *[snippet("fee", printed=100_000, printed_as=["x"] * 1_000)] * 2,
        snippet("long", "x" * 20_000, kind="k" * 2_000),
        notes=["x"] * 20_000,
    )
    assert parse_evidence_record(raw, HERE)[1] == []


def test_a_record_edited_by_hand_is_told() -> None:
    edited = {**record(snippet("fee")), "campaign": "another"}
    _, (problem,) = parse_evidence_record(edited, HERE)
    assert (problem.code, problem.place) == ("record-edited", HERE)
    assert problem.message == "the evidence record was changed after briefgen wrote it"


@pytest.mark.parametrize("missing", ["", None, 7])
def test_a_record_without_its_hash_counts_as_edited(missing: Any) -> None:
    _, problems = parse_evidence_record({**record(snippet("fee")), "sha256": missing}, HERE)
    assert [problem.code for problem in problems] == ["record-edited"]


def test_edited_wordings_are_named_up_to_five() -> None:
    claims = [snippet(f"claim-{number}", sha256=hash_text("other")) for number in range(6)]
    _, (problem,) = parse_evidence_record(record(snippet("fee"), *claims), HERE)
    assert problem.message.endswith("wrote it: the text of claim-0, claim-1, claim-2, claim-3, claim-4")


def test_every_printed_statement_is_given_once_caveats_last() -> None:
    note, other = statement("note"), statement("other")
    parsed, _ = parse_evidence_record(
        record(snippet("a", caveats=[note, other]), snippet("b", caveats=[note])), HERE
    )
    assert [(kind, found.id) for kind, found in parsed.statements()] == [
        ("snippet", "a"),
        ("snippet", "b"),
        ("caveat", "note"),
        ("caveat", "other"),
    ]
