"""What letters.yaml changes in one letter: its statements, their words, and a paragraph of one's own."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from briefgen.compose.passages import OwnPassage, render_inline_markdown
from briefgen.compose.record import plain_text
from briefgen.compose.replaced_words import fold_words, split_paragraphs
from briefgen.compose.select import NO_OWN_SELECTION, OwnSelection
from briefgen.compose.shortening import Shortening
from briefgen.errors import Problem
from briefgen.model.letter_overrides import LetterOverrides
from briefgen.model.snippet import Snippet
from briefgen.model.yaml_model import KeyPath

PARAGRAPH_COLUMN = "paragraph"
"""Column with a paragraph for one letter; the `paragraph` of letters.yaml takes its place."""
_PARAGRAPH_BREAK = "\uf8fb"
"""A private-use character, where one paragraph of one's own ends and the next begins."""


def own_selection(overrides: LetterOverrides | None, snippets: Mapping[str, Snippet]) -> OwnSelection:
    """Return which statements a letter has and does without; a translation is known by either id."""
    if overrides is None:
        return NO_OWN_SELECTION
    worded = {*overrides.statements_instead, *overrides.after}
    return OwnSelection(
        tuple(snippets[name] for name in overrides.use if name in snippets),
        frozenset(_resolve(name, snippets) for name in overrides.leave_out),
        frozenset(_resolve(name, snippets) for name in worded),
    )


def own_passages(overrides: LetterOverrides | None, snippets: Mapping[str, Snippet]) -> dict[str, OwnPassage]:
    """Return what a letter has of its own, by the id of the statement."""
    if overrides is None:
        return {}
    names = {*overrides.leave_out, *overrides.statements_instead, *overrides.after}
    return {
        _resolve(name, snippets): OwnPassage(
            " ".join(overrides.instead.get(name, "").split()),
            " ".join(overrides.after.get(name, "").split()),
            name in overrides.leave_out,
        )
        for name in names
    }


def own_shortening(
    overrides: LetterOverrides | None, shortening: Shortening, snippets: Mapping[str, Snippet]
) -> Shortening:
    """Return a shortening with the statements that this letter has in their short wording anyway."""
    if overrides is None or not overrides.short:
        return shortening
    short = {_resolve(name, snippets) for name in overrides.short} - shortening.left_out
    return Shortening(shortening.shortened | short, shortening.left_out)


def own_fields(overrides: LetterOverrides | None, fields: Mapping[str, str]) -> dict[str, str]:
    """Return the fields of a letter, with its own paragraph in place of that of the list."""
    if overrides is None or not overrides.paragraph.strip():
        return dict(fields)
    return {**fields, PARAGRAPH_COLUMN: _PARAGRAPH_BREAK.join(split_paragraphs(overrides.paragraph))}


def part_paragraphs(html: str) -> str:
    """Return markup with a paragraph of its own for each of those that `own_fields` joined."""
    if _PARAGRAPH_BREAK not in html:
        return html
    paragraph = re.compile(f"<p>([^<]*{_PARAGRAPH_BREAK}(?:(?!</p>).)*)</p>", re.DOTALL)
    html = paragraph.sub(lambda match: f"<p>{match[1].replace(_PARAGRAPH_BREAK, '</p><p>')}</p>", html)
    return html.replace(_PARAGRAPH_BREAK, " ")


def find_ineffective(
    overrides: LetterOverrides, record: Mapping[str, Any], html: str, snippets: Mapping[str, Snippet]
) -> Iterator[Problem]:
    """Yield a problem for each own statement or text that the letter does not print.

    Its template may have no place for it, or the campaign's rules no longer choose the statement.
    """
    printed = {entry["id"] for entry in record["snippets"]}
    for path, name in _needed_statements(overrides):
        if _resolve(name, snippets) not in printed:
            key = str(path[0])
            yield Problem(
                "letter-statement-absent",
                f"the statement {name!r}, which letters.yaml names under {key}, is not in this letter",
                overrides.locate(*path),
                _ABSENT_HINTS[key],
            )
    text = fold_words(plain_text(html.replace("</p>", " ")))
    for path, words in _added_texts(overrides):
        absent = path[0] == "after" and _resolve(str(path[1]), snippets) not in printed
        if fold_words(words) not in text and not absent:
            yield Problem(
                "letter-words-unprinted",
                f"the letter's template does not print the words of your own under {path[0]}",
                overrides.locate(*path),
                _UNPRINTED_HINTS[str(path[0])],
            )


def _needed_statements(overrides: LetterOverrides) -> Iterator[tuple[KeyPath, str]]:
    """Yield the statements that the letter must print, with the keys that lead to them."""
    return (one for one in overrides.named_statements() if one[0][0] in _ABSENT_HINTS)


def _added_texts(overrides: LetterOverrides) -> Iterator[tuple[KeyPath, str]]:
    """Yield what the letter says more than it would without letters.yaml, as printed."""
    for name, words in overrides.after.items():
        yield ("after", name), plain_text(render_inline_markdown(words))
    for paragraph in split_paragraphs(overrides.paragraph):
        yield ("paragraph",), paragraph


_ABSENT_HINTS = {
    "use": "print {{ evidence }} in the letter's template, or name the statement there",
    "instead": "add it under use, or remove the entry",
    "after": "add it under use, or remove the entry",
}
_UNPRINTED_HINTS = {
    "paragraph": "write {{ fields.paragraph }} in the template where it belongs",
    "after": "print the statement itself in the template, not its .text",
}


def _resolve(name: str, snippets: Mapping[str, Snippet]) -> str:
    return snippets[name].id if name in snippets else name
