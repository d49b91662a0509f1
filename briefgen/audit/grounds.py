"""What a sentence can be held against: the approved wordings of a statement, and the evidence behind them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import cached_property

from briefgen.audit.tokens import content_words, fold_text
from briefgen.compose.english_variants import printed_forms
from briefgen.compose.record import describe_source, format_locator
from briefgen.errors import ProblemList
from briefgen.evidence.inline_markdown import strip_markdown
from briefgen.evidence.locators import citable_locator
from briefgen.evidence.lock import wording_key
from briefgen.evidence.names import collect_source_names
from briefgen.evidence.normalize import prepare_prose
from briefgen.evidence.numbers import Number, date_covers, find_numbers
from briefgen.evidence.passages import (
    EvidencePassage,
    PassageNumber,
    SupportingEvidence,
    split_sentences,
)
from briefgen.evidence.prove import StatementProofs, collect_support, prove_evidence
from briefgen.evidence.statements import Statement, printable_wordings, statement_key
from briefgen.evidence.wording_checks import PrintedWording, is_proved_number
from briefgen.library.loader import Library
from briefgen.model.snippet import Caveat, Snippet
from briefgen.model.source import Source

_FULL_WORDINGS = ("body", "short", "en-GB", "en-US", "en-CA")
"""Wordings that say all that a statement says; titles and alternative texts leave hedges to the sentence."""


@dataclass(frozen=True)
class Ground:
    """A statement, or one row of a figure, as something that sentences of a draft are compared with."""

    statement: Statement
    library: Library = field(repr=False)
    row: int | None = None
    """The row of a figure, from 0; None for the statement as a whole, without such rows."""

    @property
    def key(self) -> str:
        """The statement's id; for a caveat, `caveats/ID`."""
        return statement_key(self.statement)

    @cached_property
    def forms(self) -> tuple[tuple[str, str], ...]:
        """The name and text of each approved wording, without Markdown, in every variety of English."""
        found: dict[str, str] = {}
        if self.row is not None:
            return ()
        for name, markdown in printable_wordings(self.statement).items():
            plain = strip_markdown(markdown).strip()
            for text in printed_forms(plain) if self.language.startswith("en") else [plain]:
                found.setdefault(" ".join(text.split()), name)
        return tuple((name, text) for text, name in found.items())

    @property
    def language(self) -> str:
        """BCP 47."""
        return self.statement.language

    @cached_property
    def wordings(self) -> tuple[str, ...]:
        """The wordings that say all that the statement says, prepared for the parsers; none for a row."""
        if self.row is not None:
            return ()
        printed = printable_wordings(self.statement)
        names = [name for name in _FULL_WORDINGS if name in printed]
        return tuple(prepare_prose(strip_markdown(printed[name])) for name in names)

    @cached_property
    def evidence_texts(self) -> tuple[str, ...]:
        """The words of its evidence that the library itself keeps, and the data of a row."""
        kept = [self.statement.evidence[index] for index in self.own_evidence]
        own = [item.quote or "" for item in kept]
        own += [item.attested.said for item in kept if item.attested]
        own.append(self._row_text)
        if isinstance(self.statement, Snippet):
            own.append(self.statement.title)
        return tuple(prepare_prose(text) for text in own if text)

    @cached_property
    def own_evidence(self) -> tuple[int, ...]:
        """The positions of its evidence; that of a figure's rows belongs to them alone."""
        if not isinstance(self.statement, Snippet):
            return tuple(range(len(self.statement.evidence)))
        if self.row is not None:
            return tuple(self.statement.evidence_of(self.row))
        of_rows = sum(len(datum.evidence) for datum in self.statement.data)
        return tuple(range(len(self.statement.evidence) - of_rows))

    @cached_property
    def whole_sentences(self) -> tuple[str, ...]:
        """The sentences of its wordings, readings and passages; not the fragments kept as quotes."""
        _, found = self._proved
        texts = [*self.wordings, self.main_text]
        texts += [passage.words for passage in found.passages if passage.evidence in self.own_evidence]
        return tuple(sentence for text in dict.fromkeys(texts) for sentence in split_sentences(text))

    @cached_property
    def _proved(self) -> tuple[StatementProofs, SupportingEvidence]:
        return prove_evidence(self.statement, self.library, ProblemList())

    @cached_property
    def words(self) -> frozenset[str]:
        """What its wordings and evidence are about, as stems."""
        return frozenset().union(*(content_words(text) for text in (*self.wordings, *self.evidence_texts)))

    @cached_property
    def support(self) -> SupportingEvidence:
        """The evidence that proves it, with its wordings: what is approved may be said."""
        proofs, found = self._proved
        if self.row is not None:
            found = collect_support(self.statement, self.library, proofs, self.row)
        approved = [*self.wordings, *self.evidence_texts]
        proved = (one for one in found.passages if one.evidence in self.own_evidence)
        passages = (*proved, *(EvidencePassage(0, text) for text in approved))
        own = {self.statement.evidence[index].source for index in self.own_evidence}
        own |= {via.source for index in self.own_evidence for via in self.statement.evidence[index].via}
        cited = tuple(work for work in found.cited if work.id in own)
        return replace(found, passages=passages, cited=cited, complete=True)

    @cached_property
    def approved_numbers(self) -> tuple[PassageNumber, ...]:
        """The numbers of its wordings, each with its sentence."""
        return tuple(
            PassageNumber(number, part, 0)
            for text in self.wordings
            for sentence in split_sentences(text)
            for part in sentence.split("; ")
            for number in find_numbers(part)
        )

    @cached_property
    def kept_numbers(self) -> tuple[Number, ...]:
        """The numbers of its wordings and of what the library keeps of its evidence."""
        texts = (*self.wordings, *self.evidence_texts)
        return tuple(number for text in texts for number in find_numbers(text))

    @cached_property
    def folded_forms(self) -> tuple[str, ...]:
        """The forms, folded and in lower case."""
        return tuple(fold_text(text).lower() for _, text in self.forms)

    @cached_property
    def passage_numbers(self) -> tuple[PassageNumber, ...]:
        """The numbers of all its passages and wordings."""
        return tuple(self.support.numbers())

    @cached_property
    def speaker_names(self) -> frozenset[str]:
        """Every name of the works that it cites, folded."""
        return frozenset().union(*(collect_source_names(work) for work in self.support.cited))

    @property
    def main_text(self) -> str:
        """What it says, prepared for the parsers: its first wording, or the data of its row."""
        return self.wordings[0] if self.wordings else prepare_prose(self._row_text)

    @property
    def _row_text(self) -> str:
        if self.row is None or not isinstance(self.statement, Snippet) or self.statement.figure is None:
            return ""
        datum = self.statement.data[self.row]
        return " ".join((datum.label, datum.date, datum.value, self.statement.figure.unit, datum.note))

    @cached_property
    def kept_words(self) -> str:
        """What the library itself says and keeps, to look names up in first."""
        return " ".join((*self.wordings, *self.evidence_texts))

    @cached_property
    def said(self) -> str:
        """Everything that is said in it, to look names up in."""
        return " ".join(passage.words for passage in self.support.passages)

    def keeps_number(self, number: Number) -> bool:
        """Return whether a number is in its wordings or in what the library keeps of its evidence."""
        return any(
            number.is_same(item) or date_covers(item, number) or _is_among(item, number)
            for item in self.kept_numbers
        )

    def bears_number(self, number: Number, wording: PrintedWording) -> bool:
        """Return whether it proves a number of a wording."""
        # What the library keeps itself is looked at first: proving quotes takes longer.
        if self.keeps_number(number) or any(number.is_same(item.number) for item in self.passage_numbers):
            return True
        return is_proved_number(number, wording, self.support)

    def paragraphs_of(self, work: str) -> frozenset[str]:
        """Return the paragraphs of a work that its evidence names."""
        items = [self.statement.evidence[index] for index in self.own_evidence]
        locators = [item.locator for item in items if item.source == work]
        locators += [via.locator for item in items for via in item.via if via.source == work]
        values = " ".join(locator["paragraph"] for locator in locators if "paragraph" in locator)
        return frozenset(re.findall(r"\d+", values))

    @property
    def is_superseded(self) -> bool:
        """Whether a newer statement has taken its place."""
        one = self.statement
        return isinstance(one, Snippet) and (one.confidence == "superseded" or bool(one.superseded_by))

    @property
    def is_disputed(self) -> bool:
        """Whether the library calls the claim contested."""
        return isinstance(self.statement, Snippet) and self.statement.confidence == "disputed"

    @property
    def caveats(self) -> tuple[Caveat, ...]:
        """The caveats that must be printed with it."""
        names = self.statement.caveats if isinstance(self.statement, Snippet) else []
        found = (self.library.caveats.get(name) for name in names)
        return tuple(one for one in found if one is not None and one.must_print)

    @cached_property
    def source_labels(self) -> tuple[str, ...]:
        """What it rests on, as a person would name it, each work with the place in it."""
        return tuple(dict.fromkeys(self._describe_sources()))

    def _describe_sources(self) -> Iterator[str]:
        for item in self.statement.evidence:
            reference = self.library.references.get(item.source or "")
            if reference is None:
                continue
            locator = citable_locator(item.locator, self.library.records.get(item.source or ""))
            place = ", ".join(format_locator(label, value) for label, value in locator.items())
            yield f"{describe_work(reference)}{f', {place}' if place else ''}"

    def reviewed(self, form: str) -> tuple[str, str]:
        """Return who reviewed a wording, and on which day; what the lock says counts."""
        entry = self.library.lock.wordings.get(wording_key(self.statement, form))
        review = self.statement.review
        return (entry.by, entry.on) if entry else (review.by, review.on)


def _is_among(count: Number, stated: Number) -> bool:
    """Return whether a count is among what is stated vaguely: 53,000 among "tens of thousands"."""
    return (
        stated.kind == "vague"
        and count.kind == "amount"
        and count.unit == stated.unit
        and stated.low <= count.low < 10 * stated.low
    )


def describe_work(reference: Source) -> str:
    """Return author, title and year of a work, without markup."""
    return re.sub(r"<[^>]+>", "", describe_source(reference))
