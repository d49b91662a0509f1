"""A reading is worth what the reader kept of the source: its words, its date, and a second pair of eyes."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from briefgen.errors import ProblemList
from briefgen.evidence.checks import check_library
from briefgen.evidence.lock import EvidenceLock
from briefgen.evidence.review import build_lock
from briefgen.library.references import parse_references
from briefgen.library.snippets import parse_statement
from briefgen.model.snippet import Snippet

DAY = date(2026, 12, 1)
REFERENCES = """[{"id": "post", "type": "article-newspaper", "title": "Buses", "container-title": "Harbour Post",
 "issued": {"date-parts": [[2024, 11, 21]]}},
 {"id": "page", "type": "webpage", "title": "Buses", "container-title": "Harbour Post"}]"""
SAID = "The Post reported that as many as 9,400 people may have waited."


class Shelf:
    """One snippet that rests on a reading."""

    def __init__(
        self, body: str, said: str = SAID, source: str = "post", as_of: str = "2024", **reading: str
    ) -> None:
        findings = ProblemList()
        keys = "".join(f", {key}: {value}" for key, value in reading.items())
        text = (
            f"---\nas_of: {as_of}\nevidence:\n  - source: {source}\n"
            f"    attested: {{by: Dana Writer, on: 2026-11-30, said: {said!r}{keys}}}\n"
            f"confidence: single-source\nreview: Dana Writer, 2026-11-30\n---\n{body}\n"
        )
        snippet = parse_statement(Snippet, text, "snippets/waits.md", findings)
        assert snippet and not findings.problems, findings.problems
        self.snippets = {"waits": snippet}
        self.caveats: dict[str, Any] = {}
        self.references = parse_references(REFERENCES, "seeds/references.json", findings)
        self.records: dict[str, Any] = {}
        self.rests_on: dict[str, Any] = {}
        self.texts: dict[str, Any] = {}
        self.lock = EvidenceLock()
        self.lock = build_lock(self, "Dana Writer", DAY)[0]

    def codes(self) -> list[str]:
        found = [problem.code for problem in check_library(self, DAY).problems]
        return [code for code in found if code != "wording-unlocked"]

    def how(self) -> str:
        return check_library(self, DAY).verified["waits"].how


@pytest.mark.parametrize(
    ("fragment", "codes"),
    [
        ("as many as 9,400 may have waited", []),
        ("some 9,400 may have waited", ["hedge-dropped", "limit-added", "hedge-dropped"]),
        ("an estimated 9,400 waited", ["hedge-dropped", "limit-added", "hedge-dropped"]),
        ("apparently, people waited", ["hedge-dropped", "hedge-dropped"]),
        ("no people may have waited", ["polarity-differs", "polarity-differs"]),
        ("one two three four five six seven eight nine ten eleven twelve thirteen", ["quote-length"]),
        ("…", ["quote-length"]),
    ],
)
def test_what_was_read_says_no_more_than_the_words_kept(fragment: str, codes: list[str]) -> None:
    shelf = Shelf("The Post reported that as many as 9,400 people may have waited.", fragment=repr(fragment))
    assert sorted(set(shelf.codes())) == sorted(set(codes))


def test_a_wording_may_quote_the_words_kept_and_no_others() -> None:
    assert (
        Shelf("The Post wrote that people “may have waited”.", fragment="people may have waited").codes()
        == []
    )
    assert Shelf("The Post wrote that people “may have waited”.").codes() == ["quotation-unproved"]


@pytest.mark.parametrize(
    ("seconded", "how", "codes"),
    [
        ("{by: Ada Reader, on: 2026-11-30}", "seconded", []),
        ("{by: dana  writer, on: 2026-11-30}", "seconded", ["seconded-by-same"]),
        ("{by: Ada Reader, on: November}", "failed", ["attested-incomplete"]),
        ("{by: '', on: 2026-11-30}", "failed", ["attested-incomplete"]),
    ],
)
def test_a_second_reader_is_another_person(seconded: str, how: str, codes: list[str]) -> None:
    shelf = Shelf("The Post reported that people may have waited.", seconded=seconded)
    assert (shelf.how(), shelf.codes()) == (how, codes)
    assert Shelf("The Post reported that people may have waited.").how() == "attested"


@pytest.mark.parametrize(
    ("said", "source", "as_of", "codes"),
    [
        ("The Senate did not act on it.", "post", "2024", ["source-older"]),
        ("The Senate never acted on it.", "post", "2024-11/2025-01", ["as-of-late", "source-older"]),
        ("The Senate had not acted on it.", "post", "2024-11", []),
        ("The House voted.", "post", "2024", []),
        ("The Senate did not act on it.", "page", "2024", []),
        ("The Senate did not act on it.", "post", "2024/..", []),
    ],
)
def test_a_source_does_not_say_what_failed_to_happen_later(
    said: str, source: str, as_of: str, codes: list[str]
) -> None:
    assert Shelf(said, said, source, as_of).codes() == codes
