"""The essay's claims: most can be made through a snippet that quotes it, and the others are left out with a reason."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml
from material import ROOT

from briefgen.errors import ProblemList
from briefgen.evidence.normalize import normalize_text
from briefgen.evidence.quotes import find_quote
from briefgen.library.folders import LibraryFolder
from briefgen.library.loader import Library, TextLocations, load_library

ESSAY = "park-2013"


def entries(name: str) -> list[dict[str, Any]]:
    loaded: list[dict[str, Any]] = yaml.safe_load((ROOT / "snippets" / name).read_text(encoding="utf-8"))
    return loaded


@pytest.fixture(scope="module")
def library() -> Library:
    return load_library([LibraryFolder(ROOT)], ProblemList())


def test_of_the_essay_s_claims_at_least_85_can_be_made_through_a_quote(library: Library) -> None:
    made, omitted = entries("claims.yaml"), entries("omitted.yaml")
    assert len({entry["anchor"] for entry in made}) >= 85
    assert len(made) + len(omitted) >= 130
    assert {entry["anchor"] for entry in made} & {entry["anchor"] for entry in omitted} == set()
    assert [entry for entry in omitted if not entry["reason"].strip()] == []
    for entry in made:
        for name in entry["snippets"]:
            snippet = library.snippets[name]
            assert snippet.review.status == "verified"
            quoted = [one.locator for one in snippet.evidence if one.source == ESSAY and one.quote]
            assert {"paragraph": str(entry["paragraph"])} in quoted, (name, entry)


def test_each_claim_is_in_a_sentence_that_its_snippets_quote(texts: Path) -> None:
    library = load_library([LibraryFolder(ROOT)], ProblemList(), TextLocations(texts))
    essay = library.texts[ESSAY]
    for entry in entries("claims.yaml"):
        anchor = normalize_text(entry["anchor"]).text
        for name in entry["snippets"]:
            quotes = [one for one in library.snippets[name].evidence if one.source == ESSAY and one.quote]
            passages = [
                match.passage
                for one in quotes
                for match in find_quote(essay, one.quote or "", one.prefix, one.suffix)
            ]
            assert any(anchor in normalize_text(passage).text for passage in passages), (name, anchor)


def test_what_is_left_out_is_in_the_essay_and_its_reason_names_what_exists(
    texts: Path, library: Library
) -> None:
    essay = load_library([LibraryFolder(ROOT)], ProblemList(), TextLocations(texts)).texts[ESSAY]
    for entry in entries("omitted.yaml"):
        anchor = normalize_text(entry["anchor"]).text
        assert anchor in essay.paragraphs[entry["paragraph"] - 1].normalized.text
        for name in entry["reason"].split("`")[1::2]:
            assert name in library.snippets or name in library.caveats, name
