"""The lock file: plain, sorted, the same for the same content, and it notices other hands."""

from __future__ import annotations

import dataclasses
import hashlib
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from briefgen.errors import Place, ProblemList
from briefgen.evidence.lock import (
    EvidenceLock,
    LockedQuote,
    LockedWording,
    has_first_format,
    hash_foundation,
    hash_quote,
    hash_wording,
    hash_work,
    is_same_foundation,
    is_same_wording,
    lock_command,
    parse_lock,
    read_lock,
    serialize_lock,
)
from briefgen.evidence.normalize import hash_normalized
from briefgen.evidence.statements import printable_wordings
from briefgen.model.snippet import Evidence, Review, Snippet
from briefgen.model.source import Source, SourceDependency

QUOTE = LockedQuote("a" * 64, "b" * 64, "doe-2012", "c" * 64, 3, 10, 42, "0.1.0", "2029-12-01")
WORDING = LockedWording("d" * 64, "e" * 64, "Zoë “Z.”", "2029-12-01")


def lock() -> EvidenceLock:
    return EvidenceLock({"b#1": QUOTE, "a#2": QUOTE}, {"b": WORDING, "a.short": WORDING})


def read(text: str) -> tuple[EvidenceLock, list[str]]:
    findings = ProblemList()
    return parse_lock(text, "quotes.lock", findings), [problem.code for problem in findings.problems]


def test_a_lock_is_read_as_it_was_written_one_sorted_entry_a_line() -> None:
    text = serialize_lock(lock())
    assert read(text) == (lock(), [])
    keys = [line.split('"')[1] for line in text.splitlines() if line.startswith(('"a', '"b'))]
    assert keys == ["a#2", "b#1", "a.short", "b"]


def test_an_empty_lock_and_an_absent_file_are_one(tmp_path: Path) -> None:
    findings = ProblemList()
    assert read(serialize_lock(EvidenceLock())) == (EvidenceLock(), [])
    assert read_lock(tmp_path / "none.lock", "none.lock", findings) == EvidenceLock()
    assert findings.problems == []


names = st.text("abc#.é", min_size=1, max_size=6)


@given(st.dictionaries(names, st.just(QUOTE)), st.dictionaries(names, st.just(WORDING)))
def test_any_lock_survives_the_file(
    quotes: dict[str, LockedQuote], wordings: dict[str, LockedWording]
) -> None:
    assert read(serialize_lock(EvidenceLock(quotes, wordings))) == (EvidenceLock(quotes, wordings), [])


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("Zoë", "Eve"),
        ('"paragraph": 3', '"paragraph": 4'),
        ('"a.short"', '"c.short"'),
        ("2029-12-01", "2029-12-02"),
    ],
)
def test_a_lock_edited_by_hand_is_noticed_and_not_used(old: str, new: str) -> None:
    text = serialize_lock(lock())
    assert old in text
    assert read(text.replace(old, new, 1)) == (EvidenceLock(), ["lock-edited"])


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "{",
        '{"format": 1}',
        "null",
        "[" * 100_000,
        '{"format":1,"seal":"","quotes":{"a":{}},"wordings":{}}',
    ],
)
def test_a_damaged_lock_is_named_without_a_traceback(text: str) -> None:
    assert read(text) == (EvidenceLock(), ["lock-damaged"])


def test_a_lock_of_another_format_is_not_guessed_at() -> None:
    assert read(serialize_lock(lock()).replace('"format": 3', '"format": 4')) == (
        EvidenceLock(),
        ["lock-damaged"],
    )


def test_a_lock_of_the_first_format_is_read_and_has_no_works() -> None:
    body = {"format": 1, "quotes": {}, "wordings": {"b": dataclasses.asdict(WORDING)}}
    sealed = json.dumps([{}, body["wordings"]], sort_keys=True, ensure_ascii=False)
    body["seal"] = hashlib.sha256(sealed.encode()).hexdigest()
    assert read(json.dumps(body)) == (EvidenceLock({}, {"b": WORDING}), [])
    body["works"] = {"a": {}}
    assert read(json.dumps(body))[1] == []
    body["format"] = 2
    assert read(json.dumps(body))[1] == ["lock-damaged"]


def test_a_lock_of_the_second_format_is_read_and_has_no_corrections() -> None:
    sections = {"quotes": {}, "wordings": {"b": dataclasses.asdict(WORDING)}, "works": {}}
    sealed = json.dumps([*sections.values()], sort_keys=True, ensure_ascii=False)
    body = {"format": 2, "seal": hashlib.sha256(sealed.encode()).hexdigest(), **sections}
    assert read(json.dumps(body)) == (EvidenceLock({}, {"b": WORDING}), [])


def test_a_review_under_the_first_format_is_valid_and_covers_no_works() -> None:
    said = {"source": "doe-2012", "attested": {"by": "e", "on": "2029-01-01", "said": "The fee is ten."}}
    statement = snippet(evidence=[said], body="The *Post* said it.")
    (fee,) = statement.evidence
    data = {
        "evidence": [
            {
                **fee.model_dump(exclude={"note"}),
                **dict.fromkeys(("quote", "prefix", "suffix"), EMPTY),
                "attested": said["attested"],
            }
        ],
        "as_of": "2012",
        "confidence": "attributed",
        "caveats": [],
        "superseded_by": [],
    }
    rests = hashlib.sha256(json.dumps(data, sort_keys=True, ensure_ascii=False).encode()).hexdigest()
    entry = LockedWording(hash_normalized(statement.body), rests, "e", "2029-01-01")
    assert is_same_wording(entry, "The *Post* said it.")
    assert has_first_format(entry, statement) and is_same_foundation(entry, statement)
    spaced = snippet(evidence=[{**said, "attested": {**said["attested"], "said": "The  fee is ten."}}])
    assert is_same_foundation(entry, spaced)
    other = snippet(evidence=[{**said, "attested": {**said["attested"], "said": "The fee is two."}}])
    assert not is_same_foundation(entry, other)
    renewed = LockedWording(hash_wording(statement.body), hash_foundation(statement), "e", "2029-01-01")
    assert is_same_foundation(renewed, spaced) and not has_first_format(renewed, statement)


EMPTY = hash_normalized("")


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("in *The Post* of", "in The Post of", True),
        ("in *News of the World*", "in _News of the World_", True),
        ("in **The Post**", "in The Post", False),
        ("is *not* so", "is not so", False),
        ("a 2*3*4", "a 234", False),
    ],
)
def test_italics_of_a_name_are_no_part_of_a_wording(one: str, other: str, same: bool) -> None:
    assert (hash_wording(one) == hash_wording(other)) == same


def test_a_work_s_hash_covers_what_is_printed_and_what_it_rests_on() -> None:
    def work(**csl: object) -> Source:
        return Source("a", {"id": "a", "title": "A  “b”", **csl}, Place("references.json"))

    link = SourceDependency(source="a", on=["b"], why="known")
    base = hash_work(work(), None)
    assert hash_work(work(title='A "b"'), None) == base
    assert base not in (
        hash_work(work(number="7"), None),
        hash_work(work(issued={"date-parts": [[2012]]}), None),
        hash_work(work(), link),
    )


def test_the_first_of_two_locks_wins() -> None:
    other = EvidenceLock({"b#1": LockedQuote(**{**QUOTE_FIELDS, "paragraph": 9})}, {"z": WORDING})
    merged = lock().with_fallback(other)
    assert merged.quotes["b#1"] == QUOTE
    assert set(merged.wordings) == {"b", "a.short", "z"}


QUOTE_FIELDS = {name: getattr(QUOTE, name) for name in QUOTE.__slots__}


def snippet(**changes: object) -> Snippet:
    evidence = {
        "source": "doe-2012",
        "locator": {"paragraph": "3"},
        "quote": "a “quote” — here",
        "note": "mine",
    }
    data = {"id": "a", "kind": "event", "as_of": "2012", "evidence": [evidence], "body": "Body.", **changes}
    return Snippet.model_validate({**data, "review": {"status": "verified"}})


def test_what_a_wording_rests_on_covers_evidence_confidence_caveats_and_date() -> None:
    base = hash_foundation(snippet())
    other_evidence = {"source": "doe-2012", "locator": {"paragraph": "4"}, "quote": "a “quote” — here"}
    for change in (
        {"as_of": "2013"},
        {"confidence": "disputed"},
        {"caveats": ["b"]},
        {"corrections": ["D01"]},
        {"kind": "ask"},
        {"recipients": ["us-senator"]},
        {"language": "fr"},
        {"evidence": [other_evidence]},
    ):
        assert hash_foundation(snippet(**change)) != base, change
    for harmless in ({"priority": 1}, {"topics": ["x"]}, {"title": "T"}):
        assert hash_foundation(snippet(**harmless)) == base, harmless


def test_looks_and_notes_do_not_change_what_it_rests_on() -> None:
    same = {
        "source": "doe-2012",
        "locator": {"paragraph": "3"},
        "quote": 'a "quote"\n– here',
        "note": "other",
    }
    assert hash_foundation(snippet(evidence=[same])) == hash_foundation(snippet())
    assert hash_quote(Evidence.model_validate(same)) == hash_quote(snippet().evidence[0])


def test_all_that_can_be_printed_is_a_wording() -> None:
    statement = Snippet(
        id="a", kind="ask", body="Long.", title="T", variants={"short": "S."}, review=Review(status="draft")
    )
    assert printable_wordings(statement) == {"body": "Long.", "short": "S.", "title": "T"}


@pytest.mark.parametrize(
    ("file", "where"),
    [
        ("snippets/asks/a.md", ""),
        ("north-korea/snippets/caveats/a.md", " -c north-korea"),
        ("spring/snippets/a.md", " -c spring"),
        ("../my letters/snippets/a.md", " -c '../my letters'"),
    ],
)
def test_the_command_that_records_a_review_names_the_campaign_in_which_the_card_lies(
    file: str, where: str
) -> None:
    assert lock_command(Place(file, 3)) == f"briefgen snippets lock --by NAME{where}"
