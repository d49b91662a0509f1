"""A source in a few words, as tables have it."""

from __future__ import annotations

import json
from typing import Any

import pytest

from briefgen.compose.record import describe_source
from briefgen.errors import ProblemList
from briefgen.library.references import parse_references


def described(**csl: Any) -> str:
    item = {"id": "x", "title": "Nets", "issued": {"date-parts": [[2012, 4, 21]]}, **csl}
    return describe_source(parse_references(json.dumps([item]), "references.json", ProblemList())["x"])


@pytest.mark.parametrize(
    ("csl", "words"),
    [
        ({"type": "article-newspaper", "container-title": "Harbour Post"}, "Harbour Post, Nets, 2012"),
        ({"type": "webpage", "publisher": "Harbour Watch"}, "Harbour Watch, Nets, 2012"),
        (
            {"type": "post-weblog", "container-title": "Boats", "publisher": "Harbour Watch"},
            "Boats, Nets, 2012",
        ),
        (
            {
                "type": "article-newspaper",
                "container-title": "Harbour Post",
                "author": [{"family": "Doe", "given": "Ann"}],
            },
            "Doe, Nets, 2012",
        ),
        ({"type": "treaty", "container-title": "U.N.T.S."}, "Nets, 2012"),
        ({"type": "webpage"}, "Nets, 2012"),
    ],
)
def test_who_published_it_stands_in_the_place_of_an_author(csl: dict[str, Any], words: str) -> None:
    assert described(**csl) == words
