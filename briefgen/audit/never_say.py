"""Recognize claims that a library has decided not to make: the entries of its omitted.yaml."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cached_property

from briefgen.audit.tokens import fold_text
from briefgen.evidence.hedges import is_negation, is_possibility
from briefgen.evidence.normalize import prepare_prose
from briefgen.evidence.numbers import Number, find_numbers
from briefgen.library.curation import Correction, FolderCuration, Omission

_ANCHOR_WORDS = 4
"""An anchor of fewer words is too common to recognize a claim by."""


@dataclass(frozen=True)
class ClaimForm:
    """One way of recognizing a claim: the words and figures that a sentence with it has."""

    text: str

    @cached_property
    def numbers(self) -> tuple[Number, ...]:
        """Its figures and dates."""
        return find_numbers(self._plain)

    @cached_property
    def patterns(self) -> tuple[re.Pattern[str], ...]:
        """Its words; those in quotation marks follow one another."""
        rest = self._plain
        for number in reversed(self.numbers):
            rest = rest[: number.start] + rest[number.end :]
        phrases = [words.split() for words in re.findall(r'"([^"]*)"', rest)]
        singles = [[word] for word in re.sub(r'"[^"]*"', " ", rest).split()]
        return tuple(_compile_words(words) for words in (*phrases, *singles) if any(map(str.strip, words)))

    @property
    def _plain(self) -> str:
        return prepare_prose(self.text)

    def is_in(self, prose: str) -> bool:
        """Return whether a sentence has all of its words and figures, and no negation but its own.

        What a sentence says may be so it does not say.
        """
        if not all(pattern.search(prose) for pattern in self.patterns):
            return False
        own = find_numbers(prose)
        if not all(any(number.is_same(other) for other in own) for number in self.numbers):
            return False
        return all(
            _weakens(self.text, words) or not _weakens(prose, words)
            for words in (is_negation, is_possibility)
        )


def _weakens(text: str, is_kind: Callable[[str], bool]) -> bool:
    return any(is_kind(word) for word in re.findall(r"[\w'*]+", text))


def _compile_words(words: list[str]) -> re.Pattern[str]:
    each = ("|".join(re.escape(part).replace(r"\*", r"\w*") for part in word.split("|")) for word in words)
    joined = r"\s+".join(f"(?:{either})" for either in each)
    return re.compile(rf"(?<!\w){joined}(?!\w)", re.IGNORECASE)


_PART = re.compile(r"; |, (?:and|but|while|whereas|though|although) ")


@dataclass(frozen=True)
class OmittedClaim:
    """An entry of omitted.yaml, with the correction that it names."""

    omission: Omission
    correction: Correction | None

    @cached_property
    def _forms(self) -> tuple[ClaimForm, ...]:
        return tuple(ClaimForm(text) for text in self.omission.says)

    @cached_property
    def _anchor(self) -> str:
        anchor = fold_text(self.omission.anchor).lower()
        return anchor if len(anchor.split()) >= _ANCHOR_WORDS else ""

    def is_in(self, prose: str) -> bool:
        """Return whether a prepared sentence makes the claim: by its anchor, or by one of its forms."""
        if self._anchor and self._anchor in fold_text(prose).lower():
            return True
        return any(form.is_in(part) for form in self._forms for part in (_PART.split(prose)))

    @property
    def id(self) -> str:
        """The correction's id, or the anchor of an omission without one."""
        return self.correction.id if self.correction else self.omission.anchor

    @property
    def reason(self) -> str:
        """Why it is not said, in a sentence without a full stop."""
        return " ".join(self.omission.reason.split()).rstrip(".").replace("`", "")


def collect_omitted_claims(curation: Iterable[FolderCuration]) -> tuple[OmittedClaim, ...]:
    """Return the claims that the folders of a library leave out."""
    return tuple(
        OmittedClaim(
            omission,
            next((own.corrections[name] for name in omission.corrections if name in own.corrections), None),
        )
        for own in curation
        for omission in own.omissions
    )
