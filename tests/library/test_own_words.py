"""Statements are in our own words, with short marked fragments of their sources."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from briefgen.errors import ProblemList
from briefgen.evidence.statements import printable_wordings
from briefgen.library.libraries import library_folders
from briefgen.library.loader import load_library

MOST_WORDS = 12
"""Words of a source that may stand in a row."""


def runs(text: str) -> list[tuple[str, ...]]:
    words = re.findall(r"[a-z0-9]+", re.sub("[’']", "", text.lower()))
    return [tuple(words[at : at + MOST_WORDS + 1]) for at in range(len(words) - MOST_WORDS)]


def test_no_wording_takes_over_more_than_a_fragment(texts: Path) -> None:
    library = load_library(library_folders(None, ProblemList()), ProblemList())
    taken = {run for path in texts.glob("*.txt") for run in runs(path.read_text("utf-8", "replace"))}
    found = [
        f"{statement.id}: {' '.join(run)}"
        for statement in (*library.snippets.values(), *library.caveats.values())
        for wording in printable_wordings(statement).values()
        for run in runs(wording)
        if run in taken
    ]
    assert found == []


@pytest.mark.parametrize(("words", "number"), [(12, 0), (13, 1), (15, 3)])
def test_a_run_is_one_word_longer_than_is_allowed(words: int, number: int) -> None:
    assert len(runs("word " * words)) == number
