"""The annex says of each statement which of three it is: proved in the text, read by two, or read by one."""

from __future__ import annotations

from typing import Any

import pytest

from briefgen.compose.passages import SnippetPassage
from briefgen.compose.record import build_annex_row
from briefgen.model.snippet import Snippet

READ = {"by": "Dana Writer", "on": "2026-11-24", "said": "It is late."}


@pytest.mark.parametrize(
    ("evidence", "checked"),
    [
        ({"quote": "bus is late"}, "Proved in the text, 2026-11-30"),
        ({"attested": READ}, "Read by one, 2026-11-24"),
        (
            {"attested": {**READ, "seconded": {"by": "Ada Reader", "on": "2026-11-25"}}},
            "Read by two, 2026-11-24 and 2026-11-25",
        ),
    ],
)
def test_a_row_says_how_its_statement_was_checked(evidence: dict[str, Any], checked: str) -> None:
    snippet = Snippet.model_validate(
        {
            "id": "late",
            "evidence": [{"source": "survey", "locator": {"paragraph": "3"}, **evidence}],
            "review": {"status": "verified"},
            "body": "The bus is late.",
        }
    )
    no_notes: Any = None
    row = build_annex_row(SnippetPassage(snippet, (), no_notes), {}, {"on": "2026-11-30"})
    assert [how for _, how in row.proofs] == [checked]
