"""Check that a statement's key figure, which papers set in large type, stands in its wordings."""

from __future__ import annotations

import re
from collections.abc import Iterator

from briefgen.errors import Problem
from briefgen.evidence.normalize import prepare_prose
from briefgen.evidence.statements import printable_wordings
from briefgen.model.snippet import Snippet

_PERCENT = re.compile(r"(?<=\d) ?(?:%|percent\b|per cent\b)")
_RANGE = re.compile(r"(?<=\d) to (?=\d)|(?<=\d) ?[-\u2013\u2014] ?(?=\d)")
_BETWEEN = re.compile(r"\bbetween (\d[\d.,]*) and (?=\d)")


def check_key_figure(snippet: Snippet) -> Iterator[Problem]:
    """Report each wording of a snippet that does not have its key figure: any of them may stand below it.

    `41.6%` stands in “41.6 percent”, and `53,000–65,000` in “53,000 to 65,000”; `76` does not in “1,076”.
    """
    if not snippet.key:
        return
    for name, markdown in printable_wordings(snippet).items():
        if name in ("body", *snippet.variants) and not _stands_in(snippet.key, markdown):
            where = "the wording" if name == "body" else f"the {name} wording"
            yield Problem(
                "key-figure",
                f"the key figure {snippet.key!r} does not stand in {where} of {snippet.id!r}",
                snippet.locate("key"),
                "write the number as the wording has it, or remove the key",
            )


def _stands_in(key: str, markdown: str) -> bool:
    """Return whether a wording has a key figure, as a whole and not as a part of another number."""
    words, wanted = (_unify(prepare_prose(text)) for text in (markdown, key))
    return re.search(rf"(?<![\w.,\u2013]){re.escape(wanted)}(?![\w%\u2013]|[.,]\d)", words) is not None


def _unify(text: str) -> str:
    """Write percentages and ranges in one way."""
    text = _BETWEEN.sub("\\1\u2013", _PERCENT.sub("%", " ".join(text.split())))
    return _RANGE.sub("\u2013", text)
