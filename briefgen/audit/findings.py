"""What an audit finds: a verdict for each sentence, what differs, and what became of each citation."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any, Literal

from briefgen.audit.draft import Draft, DraftSentence
from briefgen.errors import Problem, Severity


class SentenceVerdict(StrEnum):
    """What the library says about a sentence."""

    APPROVED = "approved"
    """It is an approved wording, word for word."""
    SUPPORTED = "supported"
    """Everything in it that can be checked is in the evidence of the statements named."""
    DIFFERS = "differs"
    """It says something else than the statement that it comes closest to."""
    SUPERSEDED = "superseded"
    """It says what was overtaken or corrected."""
    NEVER_SAY = "never-say"
    """It says what the library has decided not to say."""
    UNSUPPORTED = "unsupported"
    """It claims something that can be checked, and nothing in the library bears it."""
    NOTHING_TO_CHECK = "nothing-to-check"


FAULTS = frozenset(
    {
        SentenceVerdict.DIFFERS,
        SentenceVerdict.SUPERSEDED,
        SentenceVerdict.NEVER_SAY,
        SentenceVerdict.UNSUPPORTED,
    }
)
"""Verdicts that make an audit fail, unless they are allowed."""


class DifferenceKind(StrEnum):
    """In what respect a sentence differs from the evidence."""

    NUMBER = "number"
    UNIT = "unit"
    DATE = "date"
    NAME = "name"
    DESIGNATION = "designation"
    """The number of a resolution, document, bill, law or treaty."""
    QUOTATION = "quotation"
    HEDGE = "hedge"
    ATTRIBUTION = "attribution"
    NEGATION = "negation"
    PAIR = "pair"
    """Right figure, wrong partner: swapped votes, a share of another year, a number of another body."""
    LIMIT = "limit"
    """`up to`, `more than`, `at least` where the evidence has none, or another."""
    PERIOD = "period"
    """`since` for `in`, `a month` for `a year`."""
    PLURAL = "plural"
    CAVEAT = "caveat"
    """A caveat that must go with the claim is missing."""
    CONTESTED = "contested"
    """The claim is contested and is said flatly."""
    RELATIVE_TIME = "relative-time"
    CITATION = "citation"
    WORDING = "wording"
    """A word of consequence differs, and no kind above describes it."""


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing in a sentence that differs from the evidence."""

    kind: DifferenceKind
    message: str
    """What differs, in one sentence without a full stop: `the evidence has 335 to 37, not 353 to 37`."""
    found: str = ""
    """The words of the draft; empty if something is missing from it."""
    expected: str = ""
    """What the evidence has in their place; empty if it has nothing."""
    start: int | None = None
    end: int | None = None
    """The span of `found` in the text of the sentence; None if it is the sentence as a whole."""
    severity: Severity = "error"
    """A warning asks a person to look, and does not change the verdict."""

    def as_json(self) -> dict[str, Any]:
        """Return the difference as a JSON object."""
        return asdict(self) | {"kind": self.kind.value}


@dataclass(frozen=True, slots=True)
class StatementMatch:
    """A statement of the library that a sentence was compared with."""

    id: str
    library: str
    """Name of the library; empty for the campaign's own."""
    wording: str
    """The approved wording to offer, in the draft's language and variety if there is one; no Markdown."""
    form: str = "body"
    """Which wording that is: `body`, `short`, `en-GB`, `title`, `alt`, or the id of a translation."""
    sources: tuple[str, ...] = ()
    """What it rests on, as a person would name it: `Robert Park, “The Forgotten Genocide” (2013), 5`."""
    reviewed_by: str = ""
    reviewed_on: str = ""
    """ISO date."""
    as_of: str = ""
    """EDTF date or interval to which the claim applies."""
    caveats: tuple[str, ...] = ()
    """Texts of the caveats that must be printed with it."""
    place: str = ""
    """File and line of the statement."""

    def as_json(self) -> dict[str, Any]:
        """Return the match as a JSON object."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class SentenceFinding:
    """The verdict on one sentence."""

    sentence: DraftSentence
    verdict: SentenceVerdict
    reason: str = ""
    """Why, in one sentence without a full stop: what overtook it, or why it must not be said."""
    matches: tuple[StatementMatch, ...] = ()
    """The statements that bear it or that it differs from, nearest first."""
    differences: tuple[Difference, ...] = ()
    superseded_by: tuple[StatementMatch, ...] = ()
    correction: str = ""
    """Id of the entry in corrections.md or omitted.yaml that decides."""
    to_judge: tuple[str, ...] = ()
    """What only a person can judge, one sentence each."""

    @property
    def suggestion(self) -> str:
        """The approved wording to put in its place; empty if there is none, or if it is approved itself."""
        if self.verdict in (SentenceVerdict.APPROVED, SentenceVerdict.NOTHING_TO_CHECK):
            return ""
        offered = self.superseded_by or self.matches
        return offered[0].wording if offered else ""

    def as_json(self) -> dict[str, Any]:
        """Return the finding as a JSON object."""
        return {
            "sentence": asdict(self.sentence),
            "verdict": self.verdict.value,
            "reason": self.reason,
            "matches": [match.as_json() for match in self.matches],
            "differences": [difference.as_json() for difference in self.differences],
            "superseded_by": [match.as_json() for match in self.superseded_by],
            "correction": self.correction,
            "to_judge": list(self.to_judge),
            "suggestion": self.suggestion,
        }


class CitationVerdict(StrEnum):
    """What the library says about a citation."""

    KNOWN = "known"
    """It names a work of the library, and what it says of it agrees."""
    DIFFERS = "differs"
    """It names a work of the library with another number, date or paragraph."""
    UNKNOWN = "unknown"
    """It names no work of the library; that says nothing about whether the work exists."""


@dataclass(frozen=True, slots=True)
class CitationFinding:
    """The verdict on one citation, in the text or in a note."""

    text: str
    block: int
    """Position in the draft's blocks."""
    start: int
    end: int
    """The span in the block's text."""
    verdict: CitationVerdict
    work: str = ""
    """Id of the work; empty if it is unknown."""
    reference: str = ""
    """The work as the library cites it."""
    differences: tuple[Difference, ...] = ()
    """Their spans count from the start of the citation."""

    def as_json(self) -> dict[str, Any]:
        """Return the finding as a JSON object."""
        return asdict(self) | {
            "verdict": self.verdict.value,
            "differences": [difference.as_json() for difference in self.differences],
        }


ChangeKind = Literal["edited", "removed"]


@dataclass(frozen=True, slots=True)
class RecordedChange:
    """A statement of the record that is not in the file as it was printed."""

    kind: ChangeKind
    statement: str
    """The id; for a caveat, `caveats/ID`."""
    recorded: str
    """The words that the letter was made with."""
    found: str
    """The sentence that is most like it; empty if it was removed."""
    sentence: int | None
    """The number of that sentence."""
    verdict: SentenceVerdict | None
    """The verdict on that sentence: whether the library bears out what it says now."""
    is_current: bool
    """Whether the recorded words are an approved wording of the library still."""

    def as_json(self) -> dict[str, Any]:
        """Return the change as a JSON object."""
        return asdict(self) | {"verdict": self.verdict.value if self.verdict else None}


@dataclass(frozen=True, slots=True)
class AuditReport:
    """The result of an audit."""

    draft: Draft
    libraries: tuple[str, ...]
    """Names of the libraries that the draft was compared with."""
    statements: int
    """How many approved statements that were."""
    texts: int
    """How many source texts were at hand, to look quotations up in."""
    sentences: tuple[SentenceFinding, ...]
    """One for each sentence, in order."""
    citations: tuple[CitationFinding, ...] = ()
    changes: tuple[RecordedChange, ...] = ()
    """For a letter of briefgen's: which of its statements were edited or removed since it was made."""
    problems: tuple[Problem, ...] = ()
    """Warnings about the audit as a whole: what was not read, another language, a library without texts."""

    def counts(self) -> dict[SentenceVerdict, int]:
        """Return how many sentences have each verdict, in the order of the verdicts; zeros included."""
        found = Counter(finding.verdict for finding in self.sentences)
        return {verdict: found[verdict] for verdict in SentenceVerdict}

    def faults(self, allowed: Collection[SentenceVerdict] = ()) -> tuple[SentenceFinding, ...]:
        """Return the sentences that make the audit fail."""
        return tuple(one for one in self.sentences if one.verdict in FAULTS and one.verdict not in allowed)

    def exit_status(self, allowed: Collection[SentenceVerdict] = ()) -> int:
        """Return 1 if a sentence is at fault or a citation differs, otherwise 0."""
        wrong = any(one.verdict is CitationVerdict.DIFFERS for one in self.citations)
        return int(bool(self.faults(allowed)) or (wrong and SentenceVerdict.DIFFERS not in allowed))

    def as_json(self) -> dict[str, Any]:
        """Return the report as a JSON object."""
        return {
            "file": self.draft.path,
            "kind": self.draft.kind,
            "language": self.draft.language,
            "libraries": list(self.libraries),
            "statements": self.statements,
            "texts": self.texts,
            "counts": {verdict.value: number for verdict, number in self.counts().items()},
            "sentences": [finding.as_json() for finding in self.sentences],
            "citations": [finding.as_json() for finding in self.citations],
            "changes": [change.as_json() for change in self.changes],
            "problems": [problem.as_json() for problem in self.problems],
        }
