"""A number in large type stands in the wording below it, as a whole, or the build stops."""

from __future__ import annotations

import pytest

from briefgen.errors import ProblemList
from briefgen.evidence.key_figures import check_key_figure
from briefgen.evidence.lock import hash_foundation
from briefgen.library.snippets import parse_statement
from briefgen.model.snippet import Snippet

BODY = "Roe counted at least 1,076 boats, 41.6 percent of the fleet, and put the rest at 53,000 to 65,000."


def snippet(key: str, short: str = "") -> Snippet:
    variant = f"variants: {{short: {short!r}}}\n" if short else ""
    text = f"---\nid: boats\nkey: {key!r}\n{variant}review: {{status: verified, by: e, on: 2029-11-01}}\n---\n{BODY}\n"
    problems = ProblemList()
    parsed = parse_statement(Snippet, text, "snippets/boats.md", problems)
    problems.raise_errors()
    assert parsed is not None
    return parsed


@pytest.mark.parametrize("key", ["1,076", "41.6%", "41.6 per cent", "53,000\u201365,000"])
def test_a_key_figure_stands_in_its_wording(key: str) -> None:
    assert list(check_key_figure(snippet(key))) == []


@pytest.mark.parametrize("key", ["1,067", "076", "1,07", "41.6", "6%", "1", "65,000", "53,000\u201366,000"])
def test_a_key_figure_that_does_not_is_a_fault(key: str) -> None:
    (problem,) = check_key_figure(snippet(key))
    assert (problem.code, problem.place.line if problem.place else 0) == ("key-figure", 3)
    assert repr(key) in problem.message


def test_each_variant_has_it_since_any_may_be_printed() -> None:
    (problem,) = check_key_figure(snippet("1,076", "Roe counted over a thousand boats."))
    assert "in the short wording" in problem.message


def test_a_changed_key_is_reviewed_again() -> None:
    assert hash_foundation(snippet("1,076")) != hash_foundation(snippet("41.6%"))
