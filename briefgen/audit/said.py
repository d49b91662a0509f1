"""What a draft says anywhere: caveats and newer statements may stand in a note or another paragraph."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

from briefgen.audit.draft import Draft, DraftSentence
from briefgen.audit.tokens import content_words, find_claims, fold_text
from briefgen.evidence.inline_markdown import strip_markdown
from briefgen.evidence.normalize import prepare_prose
from briefgen.evidence.numbers import Number, find_numbers

Said = Literal["yes", "perhaps", "no"]
_LONGEST_CONTEXT = 5_000
"""Characters of a paragraph that is looked through as one; a longer one is, sentence by sentence."""
_ALIKE = 0.4
"""Share of the words of a caveat that a paragraph must have for a person to look whether it is the caveat."""


@dataclass(frozen=True)
class DraftWords:
    """The paragraphs and notes of a draft, to look up what is said in them."""

    draft: Draft
    sentences: Sequence[DraftSentence]

    @cached_property
    def folded(self) -> frozenset[str]:
        """Each sentence, folded for the comparison word for word."""
        return frozenset(fold_text(one.text) for one in self.sentences)

    @cached_property
    def _contexts(self) -> tuple[str, ...]:
        texts = [block.text for block in self.draft.blocks] + [note.text for note in self.draft.notes]
        texts = [text for text in texts if len(text) <= _LONGEST_CONTEXT]
        texts += [
            one.text for one in self.sentences if len(self.draft.blocks[one.block].text) > _LONGEST_CONTEXT
        ]
        return tuple(dict.fromkeys(prepare_prose(text) for text in texts))

    @cached_property
    def _folded_contexts(self) -> str:
        return "\n".join(fold_text(text).lower() for text in self._contexts)

    @cached_property
    def _numbers(self) -> tuple[tuple[Number, ...], ...]:
        return tuple(find_numbers(text) for text in self._contexts)

    @cached_property
    def _words(self) -> tuple[frozenset[str], ...]:
        return tuple(content_words(text) for text in self._contexts)

    def says(self, markdown: str, beside: str = "") -> Said:
        """Return whether a wording is said: word for word, by all of its figures, or perhaps by its words.

        `beside` is the statement that it goes with: what that has too does not count.
        """
        plain = prepare_prose(strip_markdown(markdown))
        known = find_numbers(beside)
        if fold_text(plain).lower() in self._folded_contexts:
            return "yes"
        figures = [
            claim.number
            for claim in find_claims(plain)
            if claim.number is not None and claim.kind == "number" and claim.is_strong
            if not any(claim.number.is_same(other) for other in known)
        ]
        words = content_words(plain) - content_words(beside)
        alike = any(len(words & own) >= _ALIKE * len(words) for own in self._words)
        if not figures:
            return "perhaps" if alike else "no"
        for own in self._numbers:
            if all(any(number.is_same(other) for other in own) for number in figures):
                return "yes"
        return "perhaps" if alike else "no"
