"""What holds for one letter alone, as an entry of letters.yaml."""

from __future__ import annotations

import re
from collections.abc import Iterator

from pydantic import Field

from briefgen.model.snippet import Slug
from briefgen.model.yaml_model import KeyPath, YamlModel

LETTERS_FILE = "letters.yaml"
"""Beside campaign.yaml; apart from the spreadsheet, so that no import wipes it."""
_STATEMENT_ID = re.compile("[a-z0-9]+(?:-[a-z0-9]+)*")
MAX_OWN_WORDS = 4_000
"""Characters of one text of one's own."""


class LetterOverrides(YamlModel):
    """What holds for the letter to one recipient: other statements, other words, a paragraph more."""

    leave_out: list[Slug] = []
    """Statements that the letter does without."""
    use: list[Slug] = []
    """Statements that it must have, like those of `selection.required`."""
    short: list[Slug] = []
    """Statements to print in their short wording."""
    instead: dict[str, str] = Field(default={}, max_length=200)
    """Words of one's own in place of a statement, by its id, whose note stays; or in place of other words of
    the letter, by these, where empty words remove them."""
    after: dict[Slug, str] = Field(default={}, max_length=200)
    """Words of one's own after a statement and its note, in the same paragraph."""
    paragraph: str = Field(default="", max_length=MAX_OWN_WORDS)
    """A paragraph of one's own, in place of that in the list; an empty line begins another one."""

    @property
    def statements_instead(self) -> dict[str, str]:
        """Return the words in place of statements, by their ids."""
        return {key: words for key, words in self.instead.items() if names_statement(key)}

    @property
    def words_instead(self) -> dict[str, str]:
        """Return the words in place of other words, by these."""
        return {key: words for key, words in self.instead.items() if not names_statement(key)}

    def named_statements(self) -> Iterator[tuple[KeyPath, str]]:
        """Yield every statement that is named, with the keys that lead to it."""
        for key in ("leave_out", "use", "short"):
            for index, name in enumerate(getattr(self, key)):
                yield (key, index), name
        for name in self.statements_instead:
            yield ("instead", name), name
        for name in self.after:
            yield ("after", name), name

    def own_texts(self) -> Iterator[tuple[KeyPath, str]]:
        """Yield every text of one's own, with the keys that lead to it."""
        for key, words in self.instead.items():
            yield ("instead", key), words
        for key, words in self.after.items():
            yield ("after", key), words
        yield ("paragraph",), self.paragraph


def names_statement(key: str) -> bool:
    """Return whether a key of `instead` is the id of a statement rather than words of the letter."""
    return _STATEMENT_ID.fullmatch(key) is not None
