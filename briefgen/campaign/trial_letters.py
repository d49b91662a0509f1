"""Composes one letter of each kind, and the briefing, on trial before anything is written.

A problem that shows here is either an error in the campaign, which stops it, or one in a recipient's row, for
which only that recipient is skipped.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator
from dataclasses import fields, replace

from briefgen.compose.citations.pandoc_session import keep_pandoc
from briefgen.compose.composer import Composer
from briefgen.compose.select import SnippetSelection
from briefgen.compose.templates import is_markdown
from briefgen.errors import BriefgenError, Place, Problem, ProblemList, abbreviate_names, quantity
from briefgen.model.document import Document
from briefgen.model.leftovers import find_leftovers
from briefgen.model.recipient import Recipient
from briefgen.model.snippet import Snippet
from briefgen.system.limits import resource_limits

_VALUE_DEPENDENT_CODES = frozenset(
    {
        "rule-syntax",
        "template-empty",
        "template-excessive",
        "template-failed",
        "took-too-long",
        "took-too-much",
    }
)
"""Problems that the values in a row can cause in a rule or template that works for other recipients."""
_NAME_DEPENDENT_CODES = frozenset(
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
"""Problems with something that is named, either by the campaign or by a row."""
_MAX_NAMED = 8
"""Statements named in one message; further ones are counted."""
_MAX_TRIALS = 20
"""Trials of one kind of letter before giving up, if none succeeds."""


def compose_trial_letters(
    composer: Composer,
    recipients: tuple[Recipient, ...],
    problems: ProblemList,
    *,
    with_briefing: bool = True,
) -> tuple[tuple[Recipient, ...], list[Problem]]:
    """Compose a letter for each combination of template and snippets, and the briefing.

    Return the recipients whose letters can be composed as far as was tried, and the problems of the others,
    placed in their rows. Errors in the campaign are added to `problems`, each once.
    """
    with keep_pandoc():
        return _compose_trial_letters(composer, recipients, problems, with_briefing)


def _compose_trial_letters(
    composer: Composer, recipients: tuple[Recipient, ...], problems: ProblemList, with_briefing: bool
) -> tuple[tuple[Recipient, ...], list[Problem]]:
    trial = _TrialRun(composer)
    with resource_limits("the campaign") as start_limits:
        for recipient in recipients:
            start_limits(f"the letter to {recipient.id}")
            trial.compose_letter(recipient)
    campaign_errors: dict[tuple[str, Place | None], list[Problem]] = {}
    row_errors: dict[str, list[Problem]] = {}
    for recipient, error in trial.failed:
        if recipient.overrides is not None and trial.can_compose(replace(recipient, overrides=None)):
            row_errors[recipient.id] = [_place_in_letters_file(one, recipient) for one in error.problems]
            continue
        for problem in error.problems:
            # Whatever the first recipient showed to be the campaign's error at a place remains one.
            key = (problem.code, problem.place)
            if key not in campaign_errors and trial.is_caused_by_row(problem, recipient):
                row_errors.setdefault(recipient.id, []).append(_place_in_row(problem, recipient))
            else:
                _collect_problem(problem, campaign_errors)
    for problem in trial.compose_briefing() if with_briefing else ():
        _collect_problem(problem, campaign_errors)
    problems.extend(map(_merge_same_problem, campaign_errors.values()))
    problems.extend(
        _ask_office_warning(ask, offices, composer) for ask, offices in trial.misdirected_asks.values()
    )
    problems.extend(_foreign_statement_warnings(composer, trial.foreign_statements))
    composable = tuple(recipient for recipient in recipients if recipient.id not in row_errors)
    return composable, [problem for of_row in row_errors.values() for problem in of_row]


def _named_in_briefing(composer: Composer) -> set[str]:
    paper = composer.campaign.briefing
    return {*paper.summary, *(name for section in paper.sections for name in section.snippets)}


def _foreign_statement_warnings(composer: Composer, chosen: Collection[str]) -> Iterator[Problem]:
    """Warn a campaign with own statements, once for each library, of those that come in beside them."""
    library, campaign = composer.library, composer.campaign
    own = [id for id, origin in library.origins.items() if not origin and library.snippets[id].kind != "ask"]
    by_library: dict[str, list[str]] = {}
    for name in sorted(chosen):
        by_library.setdefault(library.origins[name], []).append(name)
    for origin, names in by_library.items() if own else ():
        count = quantity(len(names), "statement")
        yield Problem(
            "library-statement",
            f"beside the campaign's own, {count} of the library {origin} will be printed: "
            f"{abbreviate_names(names, _MAX_NAMED)}",
            campaign.locate("library"),
            "name them under selection.required or excluded, or remove the library",
            severity="warning",
        )


class _TrialRun:
    """The letters tried so far, and what became of them."""

    def __init__(self, composer: Composer) -> None:
        self.composer = composer
        self.failed: list[tuple[Recipient, BriefgenError]] = []
        self.misdirected_asks: dict[str, tuple[Snippet, list[str]]] = {}
        """Asks that go to offices for which they are not meant, with those offices, by id of the ask."""
        self.foreign_statements: set[str] = set()
        """Statements of libraries that were chosen for a document, not named by the campaign."""
        self._successful: dict[str, Recipient] = {}
        """A recipient whose letter was composed, by template; under "", one whose rules could be read."""
        self._caused_by_values: set[tuple[str, Place | None]] = set()
        """Problems, by code and place in a rule or template, that are known to vanish with other values."""
        self._composed_kinds: set[tuple[str, tuple[str, ...]]] = set()
        self._trials: Counter[tuple[str, tuple[str, ...]]] = Counter()

    def compose_letter(self, recipient: Recipient) -> None:
        """Try the letter to a recipient, unless one of its kind has been composed."""
        composer = self.composer
        try:
            selection = composer.select_by_rules(recipient)
            ask = selection.ask
            self._successful.setdefault("", recipient)
            if isinstance(ask, Snippet) and ask.recipients and recipient.office not in ask.recipients:
                self.misdirected_asks.setdefault(ask.id, (ask, []))[1].append(recipient.office)
            templates = composer.for_recipient(recipient).templates
            template = templates.find_template(composer.campaign.letter.template, recipient)
            kind = (template, (ask.id, *(snippet.id for snippet in selection.evidence)))
            if recipient.overrides is not None:
                kind = (template, (recipient.id,))
            if kind in self._composed_kinds or self._trials[kind] >= _MAX_TRIALS:
                return
            self._trials[kind] += 1
            document = composer.compose_letter(recipient)
            self.note_foreign_statements(document, self._named_in_letter(template, selection))
            self._composed_kinds.add(kind)
            self._successful.setdefault(template, recipient)
        except BriefgenError as error:
            self.failed.append((recipient, error))

    def compose_briefing(self) -> tuple[Problem, ...]:
        """Try the briefing; return the problems if it cannot be composed."""
        try:
            with resource_limits("the briefing"):
                self.note_foreign_statements(
                    self.composer.compose_briefing(), _named_in_briefing(self.composer)
                )
        except BriefgenError as error:
            return error.problems
        return ()

    def note_foreign_statements(self, document: Document, named: Collection[str]) -> None:
        """Note which statements in a document come from a library and were chosen for it."""
        origins = self.composer.library.origins
        self.foreign_statements |= {
            entry["id"]
            for entry in document.record["snippets"]
            if entry["kind"] != "ask" and origins.get(entry["id"]) and entry["id"] not in named
        }

    def _named_in_letter(self, template: str, selection: SnippetSelection) -> set[str]:
        """Return the statements that a letter prints because the campaign or its template names them."""
        chosen = {verdict.snippet.id for verdict in selection.verdicts if verdict.why == "chosen"}
        if is_markdown(template):
            named = self.composer.templates.named_statements(template)
            return {*named, *self.composer.campaign.selection.required}
        return self.composer.library.snippets.keys() - chosen

    def is_caused_by_row(self, problem: Problem, recipient: Recipient) -> bool:
        """Return whether the recipient's own values cause a problem, so that only this letter fails."""
        if problem.place is not None and problem.place == recipient.place:
            return True
        if problem.code == "leftover-text":
            return any(f"{text!r}" in problem.message for text in find_leftovers(_row_text(recipient)))
        if problem.code in _NAME_DEPENDENT_CODES:
            return any(value and f"{value!r}" in problem.message for value in recipient.extra.values())
        if problem.code not in _VALUE_DEPENDENT_CODES:
            return False
        key = (problem.code, problem.place)
        if key in self._caused_by_values:
            return True
        caused_by_row = self._succeeds_with_other_values(recipient)
        if caused_by_row and problem.place:
            self._caused_by_values.add(key)
        return caused_by_row

    def _succeeds_with_other_values(self, recipient: Recipient) -> bool:
        """Return whether the letter can be composed with empty values, or with another recipient's."""
        empty = Recipient("", "", "", extra=dict.fromkeys(recipient.extra, ""))
        others = (empty, *self._successful.values())
        return any(self.can_compose(_borrow_values(recipient, other)) for other in others)

    def can_compose(self, recipient: Recipient) -> bool:
        """Return whether a letter can be composed."""
        try:
            with resource_limits(f"the letter to {recipient.id}"):
                self.composer.compose_letter(recipient)
        except BriefgenError:
            return False
        return True


def _borrow_values(recipient: Recipient, other: Recipient) -> Recipient:
    """Return the recipient with another's values in the columns that only rules and templates read."""
    values = {name: getattr(other, name) for name in ("state", "district", "constituency", "party", "tags")}
    return replace(recipient, **values, extra={**recipient.extra, **other.extra})


def _row_text(recipient: Recipient) -> str:
    """Return all text in a recipient's row."""
    names = [field.name for field in fields(recipient) if field.name not in ("place", "extra")]
    texts = (getattr(recipient, name) for name in names)
    return "\n".join(map(str, (*texts, *recipient.extra.values())))


def _place_in_letters_file(problem: Problem, recipient: Recipient) -> Problem:
    """Return the problem of a letter that letters.yaml causes, placed at its entry there."""
    assert recipient.overrides is not None
    entry = recipient.overrides.locate()
    is_placed = problem.place is not None and problem.place.file == entry.file
    return replace(problem, place=problem.place if is_placed else entry, about=recipient.id)


def _place_in_row(problem: Problem, recipient: Recipient) -> Problem:
    """Return the problem placed at the row to be corrected; the message says where it showed."""
    if problem.place == recipient.place:
        return replace(problem, about=recipient.id)
    where = f", at {problem.place}" if problem.place and problem.code != "leftover-text" else ""
    return replace(
        problem,
        message=f"{problem.message}{where}",
        place=recipient.place,
        hint="check the values in this row in the columns that are used there"
        if problem.code in _VALUE_DEPENDENT_CODES
        else problem.hint,
        about=recipient.id,
    )


def _collect_problem(problem: Problem, collected: dict[tuple[str, Place | None], list[Problem]]) -> None:
    same = collected.setdefault((problem.code, problem.place), [])
    if problem not in same:
        same.append(problem)


def _merge_same_problem(same: list[Problem]) -> Problem:
    """Merge the problems that one error causes in several letters into one that gives their number."""
    first, others = same[0], len(same) - 1
    return replace(first, message=f"{first.message}; and {others} more like it") if others else first


def _ask_office_warning(ask: Snippet, offices: list[str], composer: Composer) -> Problem:
    """Warn about an ask that goes to offices for which it is not meant."""
    others = ", ".join(dict.fromkeys(offices))
    return Problem(
        "ask-office",
        f"the ask {ask.id!r} goes to {others}; it is for {', '.join(ask.recipients)}",
        composer.campaign.locate("interests"),
        f"add rules that give {others} another ask, or add to the ask's recipients",
        severity="warning",
    )
