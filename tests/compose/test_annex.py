"""The annex says which notes rest on a compared text, on two readers, on one, or on arithmetic."""

from __future__ import annotations

from functools import partial
from typing import Any

import pytest

from briefgen.compose.annex import build_annex
from briefgen.compose.passages import NoteCollector, SnippetPassage
from briefgen.compose.templates import format_long_date
from briefgen.model.snippet import Snippet

READ = {"by": "Dana Writer", "on": "2026-11-24", "said": "It is late."}
SECONDED = {**READ, "seconded": {"by": "Ada Reader", "on": "2026-12-01"}}


def statement(id: str, *evidence: dict[str, Any]) -> Snippet:
    return Snippet.model_validate(
        {
            "id": id,
            "evidence": [
                {"source": "survey", "locator": {"paragraph": "3"}, **each}
                if "computed" not in each
                else each
                for each in evidence
            ],
            "review": {"status": "verified"},
            "body": "The bus is late.",
        }
    )


def annex_of(*snippets: Snippet) -> tuple[list[str], list[tuple[str, ...]]]:
    """Return what the rows say, and the statements that each names by their notes."""
    notes = NoteCollector()
    rows = build_annex(
        [SnippetPassage(snippet, (), notes) for snippet in snippets],
        {snippet.id: {"on": "2026-11-30"} for snippet in snippets},
        notes,
        partial(format_long_date, country="GB"),
    )
    return [row.checked for row in rows], [note.statements for note in notes.notes]


@pytest.mark.parametrize(
    ("evidence", "checked"),
    [
        (
            {"quote": "bus is late"},
            "Words quoted from the source were compared with its text, on 30 November 2026",
        ),
        ({"attested": READ}, "One person read the source at the place given, on 24 November 2026"),
        (
            {"attested": SECONDED},
            "Two people read the source at the place given, from 24 November 2026 to 1 December 2026",
        ),
        ({"computed": "2 / 4 = 50 %"}, "Calculated from figures that the same note proves"),
    ],
)
def test_a_row_says_how_its_statements_were_checked_and_when(evidence: dict[str, Any], checked: str) -> None:
    assert annex_of(statement("late", evidence)) == ([checked], [("late",)])


def test_a_statement_is_in_each_row_that_applies_and_in_none_twice() -> None:
    quoted, read = {"quote": "bus is late"}, {"attested": READ}
    rows, statements = annex_of(statement("both", quoted, quoted, read), statement("read", read))
    assert [row.partition(" ")[0] for row in rows] == ["Words", "One"]
    assert statements == [("both",), ("both", "read")]
