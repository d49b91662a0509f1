"""A snippet's file is written in few lines, and edited without touching the rest of it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from briefgen.errors import ProblemList
from briefgen.library.ingest.card_text import format_card, format_value, set_evidence, set_key, set_wording
from briefgen.library.snippets import parse_statement
from briefgen.model.snippet import Evidence, Snippet
from briefgen.system.yaml_reader import parse_yaml

ONE = Evidence(source="wells-2024", quote="nine dry wells")
OTHER = Evidence(source="wells-2024", quote="ten percent", locator={"page": "4"})


def read(text: str) -> Snippet:
    problems = ProblemList()
    snippet = parse_statement(Snippet, text, "snippets/a.md", problems)
    assert snippet is not None and not problems.problems
    return snippet


def test_a_new_file_has_the_keys_that_are_needed() -> None:
    text = format_card({"kind": "", "topics": ("water", "towns")}, [ONE], "It is so.")
    assert text == (
        "---\nsource: wells-2024\nquote: nine dry wells\ntopics: [water, towns]\nreview: draft\n---\nIt is so.\n"
    )


@pytest.mark.parametrize("evidence", [[ONE], [ONE, ONE], [OTHER, OTHER], [ONE, OTHER], []])
def test_evidence_is_read_back_as_it_was_given(evidence: list[Evidence]) -> None:
    text = format_card({"kind": "ask"}, evidence, "do it.")
    assert [item.model_dump() for item in read(text).evidence] == [item.model_dump() for item in evidence]
    changed = set_evidence(format_card({"kind": "ask"}, [ONE, OTHER], "do it."), evidence)
    assert read(changed).model_dump() == read(text).model_dump()


@given(st.one_of(st.text(min_size=1), st.lists(st.text(min_size=1), min_size=1)))
def test_any_value_survives_yaml(value: str | list[str]) -> None:
    whole = "".join(value)
    if not whole.isprintable() or any(
        0xD800 <= ord(letter) < 0xE000 or ord(letter) > 0xFFFF for letter in whole
    ):
        return
    parsed = parse_yaml(f"key: {format_value(value)}", "a.md", ProblemList())
    assert parsed is not None and parsed.data == {"key": value}


CARD = """---
source: wells-2024   # a comment
quote: nine dry wells
review:
  status: verified
  by: A B

  on: 2026-11-20
# The end.
---
It is so.
"""


def test_a_key_is_replaced_with_all_its_lines_and_nothing_else() -> None:
    assert set_key(CARD, "review", "draft") == CARD.replace(
        "review:\n  status: verified\n  by: A B\n\n  on: 2026-11-20\n", "review: draft\n"
    )
    assert "quote" not in set_key(CARD, "quote", "")
    assert set_key(CARD, "kind", "ask").index("kind: ask\nreview:") > 0


def test_the_wording_is_replaced() -> None:
    assert set_wording(CARD, "It was so.") == CARD.replace("It is so.", "It was so.")
