"""Snippets and caveats are read with the place of every value, and their form is checked at once."""

from __future__ import annotations

from pathlib import Path

import pytest

from briefgen.errors import ProblemList
from briefgen.evidence.lock import EvidenceLock, LockedWording, serialize_lock
from briefgen.library.folders import LibraryFolder
from briefgen.library.snippets import load_caveats, load_lock, load_snippets, parse_statement
from briefgen.model.snippet import Snippet

CARD = """---
id: fee
kind: ask
review: {status: draft}
---
Lower the *fee*.
"""


def read(text: str, name: str = "fee") -> tuple[Snippet | None, list[tuple[str, int | None]]]:
    findings = ProblemList()
    card = parse_statement(Snippet, text, f"snippets/{name}.md", findings)
    return card, [(p.code, p.place.line if p.place else None) for p in findings.problems]


def library(root: Path, **files: str) -> LibraryFolder:
    for name, text in files.items():
        path = root / "snippets" / (name.replace("__", "/") + ".md")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return LibraryFolder(root, root.name)


def test_a_snippet_knows_where_its_values_and_its_wording_stand() -> None:
    card, problems = read(CARD)
    assert card is not None and problems == []
    assert card.body == "Lower the *fee*."
    assert str(card.locate("kind")) == "snippets/fee.md:3:1"
    assert str(card.locate("body")) == "snippets/fee.md:6"


SHORT = """---
source: fees-2024
quote: [a fee of two, paid yearly]
review: Dana Writer, 2026-11-24
---
The fee is two.
"""


def test_three_keys_are_enough() -> None:
    card, problems = read(SHORT)
    assert card is not None and problems == []
    assert (card.id, card.kind, card.review.status) == ("fee", "finding", "verified")
    assert (card.review.by, card.review.on) == ("Dana Writer", "2026-11-24")
    assert [(one.source, one.quote) for one in card.evidence] == [
        ("fees-2024", "a fee of two"),
        ("fees-2024", "paid yearly"),
    ]
    assert str(card.locate("evidence", 1, "quote")) == "snippets/fee.md:3:23"
    assert card.locate("evidence", 0, "source").line == 2


def test_short_keys_mean_what_the_full_ones_do() -> None:
    full, _ = read(
        "---\nid: fee\nkind: finding\nevidence:\n  - source: fees-2024\n    locator: {page: 4}\n"
        "    quote: a fee of two\nreview: {status: verified, by: Dana Writer, on: 2026-11-24}\n---\nTwo.\n"
    )
    short, _ = read(
        "---\nsource: fees-2024\nlocator: {page: 4}\nquote: a fee of two\nreview: Dana Writer, 2026-11-24\n"
        "---\nTwo.\n"
    )
    assert full is not None and short is not None
    assert full.model_dump() == short.model_dump()


@pytest.mark.parametrize(
    ("old", "new", "code", "line"),
    [
        ("review: Dana Writer, 2026-11-24", "review: Dana Writer", "wrong-value", 4),
        ("review:", "evidence: []\nreview:", "wrong-value", 2),
        ("quote: [a fee of two, paid yearly]\n", "", "wrong-value", 2),
        ("review: Dana Writer, 2026-11-24\n", "", "missing-key", 2),
    ],
)
def test_a_mistake_in_a_short_key_is_found_at_its_line(old: str, new: str, code: str, line: int) -> None:
    _, problems = read(SHORT.replace(old, new))
    assert problems == [(code, line)]


@pytest.mark.parametrize(
    ("body", "complaint"),
    [
        ("One.\n\nTwo.", "a second paragraph"),
        ("# Head", "a heading"),
        ("- item", "a list"),
        ("> words", "a block quotation"),
        ("a `b` c", "code"),
        ("a [b](https://example.org) c", "a link"),
        ("![b](x.png)", "a picture"),
        ("a <b>c</b>", "HTML"),
        ("a &lt; b", "HTML"),
        ("a  \nb", "a forced line break"),
        ("a \u202e b", "a hidden character"),
    ],
)
def test_a_wording_is_one_paragraph_with_emphasis_at_most(body: str, complaint: str) -> None:
    findings = ProblemList()
    parse_statement(Snippet, CARD.replace("Lower the *fee*.", body), "snippets/fee.md", findings)
    (problem,) = findings.problems
    assert problem.code == "snippet-body"
    assert complaint in problem.message
    assert problem.place and problem.place.line == 6


def test_variants_are_held_to_the_same_form() -> None:
    _, problems = read(CARD.replace("kind: ask", 'kind: ask\nvariants: {short: "- item"}'))
    assert problems == [("snippet-body", 4)]


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (CARD.replace("id: fee", "id: toll"), ("snippet-id", 2)),
        (CARD.replace("Lower the *fee*.\n", ""), ("snippet-body", 6)),
        (CARD.replace("kind: ask", "kind: ask\nbody: here"), ("unknown-key", 4)),
        (CARD.replace("kind: ask", "kind: wish"), ("wrong-type", 3)),
        (CARD.replace("kind: ask", "kind: ask\ncolour: red"), ("unknown-key", 4)),
        ("no front matter", ("front-matter", 1)),
        ("---\nid: fee\n", ("front-matter", 1)),
        ("---\n- a\n---\nBody.", ("front-matter", 2)),
        ("---\n---\nBody.", ("front-matter", 2)),
    ],
)
def test_each_fault_of_form_is_told_with_its_line(text: str, problem: tuple[str, int]) -> None:
    card, problems = read(text)
    assert problem in problems
    assert card is None or problem[0] == "snippet-id"


def test_all_files_are_read_and_all_faults_told_in_one_run(tmp_path: Path) -> None:
    folder = library(
        tmp_path,
        fee=CARD,
        deep__toll=CARD.replace("fee", "toll"),
        again__fee=CARD,
        README="prose",
        corrections="prose",
        broken="---\nid: [\n---\nx",
        empty="",
        caveats__note=CARD,
    )
    findings = ProblemList()
    assert set(load_snippets([folder], findings)) == {"fee", "toll"}
    assert {problem.code for problem in findings.problems} == {
        "snippet-repeated",
        "yaml-syntax",
        "front-matter",
    }


def test_prose_files_are_only_passed_over_at_the_top(tmp_path: Path) -> None:
    findings = ProblemList()
    load_snippets([library(tmp_path, deep__README="prose")], findings)
    assert [problem.code for problem in findings.problems] == ["front-matter"]


def test_a_campaign_s_own_snippet_comes_before_a_built_in_one(tmp_path: Path) -> None:
    own = library(tmp_path / "own", fee=CARD.replace("Lower", "Drop"))
    built_in = library(tmp_path / "built-in", fee=CARD, toll=CARD.replace("fee", "toll"))
    findings = ProblemList()
    snippets = load_snippets([own, built_in], findings)
    assert findings.problems == []
    assert snippets["fee"].body == "Drop the *fee*."
    assert snippets["toll"].locate().file == "built-in/snippets/toll.md"


def test_caveats_have_their_own_folder(tmp_path: Path) -> None:
    note = "---\nid: note\nreview: {status: draft}\n---\nBut.\n"
    findings = ProblemList()
    assert set(load_caveats([library(tmp_path, caveats__note=note, fee=CARD)], findings)) == {"note"}
    assert findings.problems == []


def test_a_link_out_of_the_library_is_not_followed(tmp_path: Path) -> None:
    secret = tmp_path / "secret.md"
    secret.write_text(CARD, encoding="utf-8")
    folder = library(tmp_path / "lib", toll=CARD.replace("fee", "toll"))
    (folder.path / "snippets" / "fee.md").symlink_to(secret)
    findings = ProblemList()
    assert set(load_snippets([folder], findings)) == {"toll"}
    assert [problem.code for problem in findings.problems] == ["file-outside"]


def test_a_file_that_is_not_utf_8_is_named(tmp_path: Path) -> None:
    folder = library(tmp_path, fee=CARD)
    (tmp_path / "snippets" / "bad.md").write_bytes(b"---\nid: b\xff\n")
    findings = ProblemList()
    assert set(load_snippets([folder], findings)) == {"fee"}
    assert [problem.code for problem in findings.problems] == ["file-encoding"]


def test_an_empty_library_is_empty(tmp_path: Path) -> None:
    findings = ProblemList()
    assert load_snippets([LibraryFolder(tmp_path)], findings) == {}
    assert findings.problems == []


def test_the_locks_of_all_folders_are_one_and_the_first_wins(tmp_path: Path) -> None:
    entries = {}
    for name, by in (("own", "Ann"), ("built-in", "Bob")):
        folder = library(tmp_path / name, fee=CARD)
        keys = ["fee"] if name == "own" else ["fee", "toll"]
        lock = EvidenceLock({}, {key: LockedWording("a", "b", by, "2029-01-01") for key in keys})
        (folder.path / "snippets" / "quotes.lock").write_text(serialize_lock(lock), encoding="utf-8")
        entries[name] = folder
    findings = ProblemList()
    lock = load_lock([entries["own"], entries["built-in"]], findings)
    assert {key: entry.by for key, entry in lock.wordings.items()} == {"fee": "Ann", "toll": "Bob"}
    assert findings.problems == []
