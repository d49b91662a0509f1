"""Checks of translations: a statement in another language has the original's evidence and figures."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import TypeVar

from briefgen.errors import Problem, suggest_similar
from briefgen.evidence.statements import Statement
from briefgen.model.snippet import Caveat, Snippet
from briefgen.model.text import is_same_language

_SEPARATOR = re.compile(r"(?<=\d)[.,'’\u00a0\u2009\u202f ](?=\d)")
_DIGITS = re.compile(r"\d+")

StatementT = TypeVar("StatementT", Snippet, Caveat)


def check_translations(statements: Mapping[str, StatementT]) -> Iterator[Problem]:
    """Report translations of nothing, and those that rest on other evidence or give other figures."""
    taken: dict[tuple[str, str], str] = {}
    for statement in statements.values():
        if statement.translates is None:
            continue
        original, place = statements.get(statement.translates), statement.locate("translates")
        if original is None:
            message = f"no statement has the id {statement.translates!r}"
            yield Problem(
                "translation-unknown", message, place, suggest_similar(statement.translates, statements)
            )
            continue
        if original.translates or is_same_language(original.language, statement.language):
            message = (
                f"{original.id!r} is in {original.language!r} itself"
                if not original.translates
                else (f"{original.id!r} is a translation itself")
            )
            yield Problem("translation-unknown", message, place, "name the statement that was translated")
            continue
        first = taken.setdefault((original.id, statement.language.split("-")[0]), statement.id)
        if first != statement.id:
            message = f"{first!r} translates {original.id!r} into {statement.language!r} too"
            yield Problem("translation-differs", message, place, "remove one of the two")
        if differences := list(_differences(original, statement)):
            message = f"{statement.id!r} differs from {original.id!r} in {' and '.join(differences)}"
            hint = "give it the same evidence, caveats and figures, or make it a statement of its own"
            yield Problem("translation-differs", message, place, hint)


def _differences(original: Statement, translation: Statement) -> Iterator[str]:
    if [one.model_dump() for one in original.evidence] != [one.model_dump() for one in translation.evidence]:
        yield "its evidence"
    if isinstance(original, Snippet) and isinstance(translation, Snippet):
        for name in ("kind", "as_of", "caveats", "confidence", "superseded_by", "recipients"):
            if getattr(original, name) != getattr(translation, name):
                yield f"`{name}`"
    elif isinstance(original, Caveat) and isinstance(translation, Caveat):
        for name in ("must_print", "form"):
            if getattr(original, name) != getattr(translation, name):
                yield f"`{name}`"
    if (one := _figures(original.body)) != (other := _figures(translation.body)):
        yield f"the figures {', '.join(sorted(one ^ other))}"


def _figures(wording: str) -> frozenset[str]:
    """Return the digits of each figure, without the separators that languages write differently."""
    return frozenset(_DIGITS.findall(_SEPARATOR.sub("", wording)))
