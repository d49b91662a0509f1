"""Build a new lock after a review: which quotes are proved now, and who reviewed which wording.

Writes no file; briefgen.evidence.lock serializes the lock.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import date

from briefgen.errors import Problem, ProblemList, UsageError
from briefgen.evidence.checks import all_statements, check_review, check_statement
from briefgen.evidence.lock import (
    EvidenceLock,
    LockedQuote,
    LockedWording,
    LockedWork,
    hash_foundation,
    hash_wording,
    hash_work,
    is_same_foundation,
    is_same_wording,
    quote_key,
    wording_key,
)
from briefgen.evidence.passages import EvidenceLibrary
from briefgen.evidence.prove import StatementProofs, build_locked_quote, is_same_quote, prove_evidence
from briefgen.evidence.statements import Statement, cited_works, printable_wordings, statement_key

MAX_REVIEWER_NAME = 100
"""Characters in a reviewer's name."""


def build_lock(
    library: EvidenceLibrary, by: str, on: date, only: Iterable[str] | None = None, works: Iterable[str] = ()
) -> tuple[EvidenceLock, list[Problem]]:
    """Build a lock which records that `by` reviewed the wordings on a day, and the quotes as proved now.

    Covers all verified statements, or those named in `only` (`ID`, `caveats/ID`), with the works that they
    cite, and those named in `works`. Unchanged entries keep their reviewer and date. A statement keeps its
    old entries, and its problems are returned, if a review cannot settle them (a quote that was not found, a
    number that is in no passage) or if it was changed and the text of one of its quotes is not available.
    Raise UsageError if `by` is not a name.
    """
    check_reviewer(by)
    selected = None if only is None else set(only)
    quotes: dict[str, LockedQuote] = {}
    wordings: dict[str, LockedWording] = {}
    problems: list[Problem] = []
    reviewed_works = set(works)
    for statement in all_statements(library):
        if statement.review.status != "verified":
            quotes |= _locked_quotes_of(statement, library.lock)
            continue
        proofs, findings = find_unsettled_problems(statement, library, on)
        is_selected = selected is None or statement_key(statement) in selected
        if findings.errors and is_selected:
            problems += findings.problems
        elif is_selected:
            reviewed_works |= cited_works(statement)
        _update_lock_entries(
            statement,
            library,
            proofs,
            (by, on.isoformat()),
            is_selected and not findings.errors,
            quotes,
            wordings,
        )
        missing_texts = {item.source for item in statement.evidence if item.quote is not None} - set(
            library.texts
        )
        if is_selected and missing_texts:
            problems += _check_text_present(statement, library)
    locked_works = _lock_works(library, reviewed_works, by, on.isoformat())
    return EvidenceLock(quotes, wordings, locked_works), problems


def _lock_works(library: EvidenceLibrary, reviewed: set[str], by: str, on: str) -> dict[str, LockedWork]:
    """Return the lock's entries of works: new ones for what was reviewed and has changed."""
    entries = {name: entry for name, entry in library.lock.works.items() if name in library.references}
    for name in reviewed & library.references.keys():
        found = hash_work(library.references[name], library.rests_on.get(name))
        if name not in entries or entries[name].work != found:
            entries[name] = LockedWork(found, by, on)
    return entries


def check_reviewer(by: str) -> None:
    """Raise UsageError if `by` is not the name of a person who reviewed something."""
    if not 0 < len(by.strip()) <= MAX_REVIEWER_NAME or not by.isprintable():
        message = f"a review needs the name of the person responsible for it, not {by[:40]!r}"
        hint = f"one line of at most {MAX_REVIEWER_NAME} characters"
        raise UsageError(Problem("review-nobody", message, None, hint))


def find_unsettled_problems(
    statement: Statement, library: EvidenceLibrary, on: date
) -> tuple[StatementProofs, ProblemList]:
    """Return the proofs of a statement, and its problems that no review can settle."""
    findings = ProblemList()
    proofs, support = prove_evidence(statement, library, findings)
    findings.extend(
        problem
        for problem in check_statement(statement, library, proofs, support, on)
        if problem.code not in CODES_SETTLED_BY_REVIEW
    )
    return proofs, findings


CODES_SETTLED_BY_REVIEW = frozenset(
    {"wording-unlocked", "wording-changed", "evidence-changed", "lock-outdated", "review-draft"}
)
"""Problem codes that a new review settles."""


def _update_lock_entries(
    statement: Statement,
    library: EvidenceLibrary,
    proofs: StatementProofs,
    review: tuple[str, str],
    renew: bool,
    quotes: dict[str, LockedQuote],
    wordings: dict[str, LockedWording],
) -> None:
    """Add a statement's entries: new ones if `renew` and something changed, otherwise the old ones."""
    by, on = review
    for index, evidence in enumerate(statement.evidence):
        key = quote_key(statement, index)
        old = library.lock.quotes.get(key)
        match = proofs.matches.get(index)
        new = build_locked_quote(evidence, match, library.texts[evidence.source or ""], on) if match else None
        if new is not None and renew and (old is None or not is_same_quote(old, new)):
            quotes[key] = new
        elif old is not None and (not renew or new is not None or proofs.results[index] == "unchanged"):
            quotes[key] = old
    complete = all(
        evidence.quote is None or index in proofs.matches for index, evidence in enumerate(statement.evidence)
    )
    for name, markdown in printable_wordings(statement).items():
        key = wording_key(statement, name)
        before = library.lock.wordings.get(key)
        after = LockedWording(hash_wording(markdown), hash_foundation(statement), by, on)
        if before is not None and is_same_wording(before, markdown) and is_same_foundation(before, statement):
            wordings[key] = replace(after, by=before.by, on=before.on) if renew else before
        elif renew and complete:
            wordings[key] = after
        elif before is not None:
            wordings[key] = before


def _check_text_present(statement: Statement, library: EvidenceLibrary) -> Iterator[Problem]:
    """Report a changed statement that cannot be locked because the text of a source is not available."""
    for problem in check_review(statement, library.lock):
        if problem.code in CODES_SETTLED_BY_REVIEW:
            yield Problem(
                "lock-needs-text",
                f"{statement.id!r} cannot be locked: the text of its source is not available for comparison",
                problem.place,
                "put the text into seeds/texts/ID.txt or give --text ID=FILE",
            )
            return


def _locked_quotes_of(statement: Statement, lock: EvidenceLock) -> dict[str, LockedQuote]:
    """Return the lock entries of a draft's quotes: it has no review, but its quotes may be proved."""
    keys = (quote_key(statement, index) for index in range(len(statement.evidence)))
    return {key: lock.quotes[key] for key in keys if key in lock.quotes}
