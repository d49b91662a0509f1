"""Tries one letter of each kind, and the briefing, before anything is written.

What shows here is a mistake of the campaign, which stops it, or of one recipient's row, which costs that
recipient's letter alone. Where the campaign is opened is its only caller; it reads and writes nothing.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import fields, replace

from briefgen.compose.composer import Composer
from briefgen.compose.placeholders import leftovers
from briefgen.errors import BriefgenError, Place, Problem, ProblemList
from briefgen.model.recipient import Recipient
from briefgen.model.snippet import Snippet
from briefgen.system.limits import patience

_BY_VALUES = frozenset(
    {
        "rule-syntax",
        "template-empty",
        "template-excessive",
        "template-failed",
        "took-too-long",
        "took-too-much",
    }
)
"""Mistakes that what stands in a row can bring about, in a rule or template that serves others well."""
_BY_NAME = frozenset(
    {
        "ask-kind",
        "date-missing",
        "figure-kind",
        "picture-missing",
        "snippet-language",
        "snippet-not-verified",
        "snippet-unknown",
        "superseded-alone",
    }
)
"""Mistakes about something that is named, whether the campaign names it or a row."""
_ENOUGH = 20
"""Letters of one kind that are tried, where none comes out well."""


def try_letters(
    composer: Composer, recipients: tuple[Recipient, ...], findings: ProblemList
) -> tuple[tuple[Recipient, ...], list[Problem]]:
    """Compose the briefing, and a letter for each template and choice of snippets.

    Gives the recipients whose letters can be composed as far as was tried, and the problems of the others,
    placed in their rows. The campaign's mistakes go to `findings`, each once.
    """
    trial = _Trial(composer)
    for recipient in recipients:
        trial.letter(recipient)
    faults: dict[tuple[str, Place | None], list[Problem]] = {}
    apart: dict[str, list[Problem]] = {}
    for recipient, error in trial.failed:
        for problem in error.problems:
            # What is the campaign's fault at a place was so for whoever came first.
            if (problem.code, problem.place) not in faults and trial.is_of_row(problem, recipient):
                apart.setdefault(recipient.id, []).append(_in_row(problem, recipient))
            else:
                _gather(problem, faults)
    try:
        with patience("the briefing"):
            composer.briefing()
    except BriefgenError as error:
        for problem in error.problems:
            _gather(problem, faults)
    findings.extend(map(_once, faults.values()))
    findings.extend(_unfit(ask, offices, composer) for ask, offices in trial.unfit.values())
    sound = tuple(one for one in recipients if one.id not in apart)
    return sound, [problem for problems in apart.values() for problem in problems]


class _Trial:
    """Letters tried so far, and what came of them."""

    def __init__(self, composer: Composer) -> None:
        self.composer = composer
        self.failed: list[tuple[Recipient, BriefgenError]] = []
        self.unfit: dict[str, tuple[Snippet, list[str]]] = {}
        """Asks that go to offices for which they are not meant."""
        self._served: dict[str, Recipient] = {}
        """By template, somebody whose letter came out well; by the empty name, whose rules could be read."""
        self._by_values: set[tuple[str, Place | None]] = set()
        """Mistakes, with their places in rules and templates, of which it is known that other values do."""
        self._done: set[tuple[str, tuple[str, ...]]] = set()
        self._tries: Counter[tuple[str, tuple[str, ...]]] = Counter()

    def letter(self, recipient: Recipient) -> None:
        """Try the letter to a recipient, unless one of its kind came out well."""
        composer = self.composer
        try:
            chosen = composer.choose(recipient)
            self._served.setdefault("", recipient)
            if chosen.ask.recipients and recipient.office not in chosen.ask.recipients:
                self.unfit.setdefault(chosen.ask.id, (chosen.ask, []))[1].append(recipient.office)
            template = composer.templates.find(composer.campaign.letter.template, recipient)
            kind = (template, (chosen.ask.id, *(snippet.id for snippet in chosen.evidence)))
            if kind in self._done or self._tries[kind] >= _ENOUGH:
                return
            self._tries[kind] += 1
            with patience(f"the letter to {recipient.id}"):
                composer.letter(recipient)
            self._done.add(kind)
            self._served.setdefault(template, recipient)
        except BriefgenError as error:
            self.failed.append((recipient, error))

    def is_of_row(self, problem: Problem, recipient: Recipient) -> bool:
        """Whether a mistake lies in the recipient's own values, so that it costs this letter alone."""
        if problem.place is not None and problem.place == recipient.place:
            return True
        if problem.code == "leftover-text":
            return any(leftovers(_values(recipient)))
        if problem.code in _BY_NAME:
            return any(value and f"{value!r}" in problem.message for value in recipient.extra.values())
        if problem.code not in _BY_VALUES:
            return False
        at = (problem.code, problem.place)
        if at in self._by_values:
            return True
        of_row = self._other_values_do(recipient)
        if of_row and problem.place:
            self._by_values.add(at)
        return of_row

    def _other_values_do(self, recipient: Recipient) -> bool:
        """Whether the letter comes out well with empty values, or with those of somebody else."""
        empty = Recipient("", "", "", extra=dict.fromkeys(recipient.extra, ""))
        return any(self._is_well(_with_values(recipient, other)) for other in (empty, *self._served.values()))

    def _is_well(self, recipient: Recipient) -> bool:
        try:
            with patience(f"the letter to {recipient.id}"):
                self.composer.letter(recipient)
        except BriefgenError:
            return False
        return True


def _with_values(recipient: Recipient, other: Recipient) -> Recipient:
    """The recipient with the other's values in the columns that only rules and templates read."""
    own = {name: getattr(other, name) for name in ("state", "district", "constituency", "party", "tags")}
    return replace(recipient, **own, extra={**recipient.extra, **other.extra})


def _values(recipient: Recipient) -> str:
    """All that stands in a row."""
    texts = (getattr(recipient, one.name) for one in fields(recipient) if one.name not in ("place", "extra"))
    return "\n".join(map(str, (*texts, *recipient.extra.values())))


def _in_row(problem: Problem, recipient: Recipient) -> Problem:
    """The problem with the row that has to be changed, and the line at which it showed."""
    if problem.place == recipient.place:
        return replace(problem, about=recipient.id)
    where = f", at {problem.place}" if problem.place and problem.code != "leftover-text" else ""
    return replace(
        problem,
        message=f"{problem.message}{where}",
        place=recipient.place,
        hint="look at what stands in this row in the columns that are read there"
        if problem.code in _BY_VALUES
        else problem.hint,
        about=recipient.id,
    )


def _gather(problem: Problem, faults: dict[tuple[str, Place | None], list[Problem]]) -> None:
    same = faults.setdefault((problem.code, problem.place), [])
    if problem not in same:
        same.append(problem)


def _once(same: list[Problem]) -> Problem:
    """One mistake in a template shows in many letters: it is told once, with their number."""
    first, others = same[0], len(same) - 1
    return replace(first, message=f"{first.message}; and {others} more of the kind") if others else first


def _unfit(ask: Snippet, offices: list[str], composer: Composer) -> Problem:
    """An ask that says which offices can do it goes to no other without a word of warning."""
    going = ", ".join(dict.fromkeys(offices))
    return Problem(
        "ask-office",
        f"the ask {ask.id!r} goes to {going}; it is for {', '.join(ask.recipients)}",
        composer.campaign.at("interests"),
        f"add rules that give {going} another ask, or extend the ask's recipients",
        severity="warning",
    )
