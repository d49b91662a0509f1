"""Snippets and caveats as the checks see them: keys, printable wordings, and places in the source files."""

from __future__ import annotations

from briefgen.errors import Place
from briefgen.model.snippet import Caveat, Snippet

Statement = Snippet | Caveat
"""Anything in the library that has evidence, wordings and a review."""


def statement_key(statement: Statement) -> str:
    """Return the key of a snippet or caveat in the lock and in the results of a check."""
    return f"caveats/{statement.id}" if isinstance(statement, Caveat) else statement.id


def cited_works(statement: Statement) -> set[str]:
    """Return the ids of all works that a statement's evidence names."""
    names = ((item.source, *(via.source for via in item.via)) for item in statement.evidence)
    return {name for chain in names for name in chain if name is not None}


TITLE_WORDING = "title"
ALT_WORDING = "alt"
LEGEND_WORDING = "legend"


def printable_wordings(statement: Statement) -> dict[str, str]:
    """Return every printable text of a statement, by name: `body`, and a snippet's variants and title.

    For a figure that includes its alternative text (`alt`) and its `legend`, but not its data: those count as
    part of what the wordings rest on.
    """
    if isinstance(statement, Caveat):
        return {"body": statement.body}
    named = {TITLE_WORDING: statement.title} if statement.title else {}
    drawn = (
        {ALT_WORDING: statement.figure.alt, LEGEND_WORDING: statement.figure.legend}
        if statement.figure
        else {}
    )
    drawn = {name: words for name, words in drawn.items() if words or name == ALT_WORDING}
    variants = {str(name): wording for name, wording in statement.variants.items()}
    return {"body": statement.body, **variants, **named, **drawn}


def wording_place(statement: Statement, name: str) -> Place:
    """Return the place in the source file of one of a statement's wordings."""
    if name in (ALT_WORDING, LEGEND_WORDING):
        return statement.locate("figure", name)
    return statement.locate(name) if name in ("body", TITLE_WORDING) else statement.locate("variants", name)
