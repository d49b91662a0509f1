"""Makes the lock: what is proved now, and who answers for which wording.

It writes no file; briefgen.evidence.lock gives the lock its form.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date

from briefgen.errors import Problem, ProblemList, UsageError
from briefgen.evidence.checks import card_problems, cards, review_problems
from briefgen.evidence.lock import (
    Card,
    Lock,
    QuoteEntry,
    WordingEntry,
    card_key,
    card_wordings,
    quote_key,
    rests_hash,
    wording_key,
)
from briefgen.evidence.normalize import fingerprint
from briefgen.evidence.passages import Material
from briefgen.evidence.prove import Proofs, prove, quote_entry, same_quote

MAX_NAME = 100
"""Characters in the name of a reviewer."""


def make_lock(
    material: Material, by: str, on: date, only: Iterable[str] | None = None
) -> tuple[Lock, list[Problem]]:
    """Record that `by` reviewed the wordings on a day, and every quote as it is proved.

    Covers all cards that are verified, or those named in `only` (`ID`, `caveats/ID`); what did not change
    keeps its reviewer and date. Problems that a review cannot settle (a quote that does not stand, a number
    that no passage tells) leave a card as it was and are returned; so does a changed card with a quote whose
    text is not at hand. Raises UsageFault where `by` is not a name.
    """
    if not 0 < len(by.strip()) <= MAX_NAME or not by.isprintable():
        message = f"a review needs the name of somebody who answers for it, not {by[:40]!r}"
        raise UsageError(
            Problem("review-nobody", message, None, f"one line of at most {MAX_NAME} characters")
        )
    wanted = None if only is None else set(only)
    quotes: dict[str, QuoteEntry] = {}
    wordings: dict[str, WordingEntry] = {}
    problems: list[Problem] = []
    for card in cards(material):
        if card.review.status != "verified":
            quotes |= _quotes_of(card, material.lock)
            continue
        findings = ProblemList()
        proofs, ground = prove(card, material, findings)
        findings.extend(
            problem
            for problem in card_problems(card, material, proofs, ground, on)
            if problem.code not in SETTLED_BY_LOCK
        )
        named = wanted is None or card_key(card) in wanted
        if findings.errors and named:
            problems += findings.problems
        _lock_card(
            card, material, proofs, (by, on.isoformat()), named and not findings.errors, quotes, wordings
        )
        away = {item.source for item in card.evidence if item.quote is not None} - set(material.texts)
        if named and away:
            problems += _unread(card, material)
    return Lock(quotes, wordings), problems


SETTLED_BY_LOCK = frozenset(
    {"wording-unlocked", "wording-changed", "evidence-changed", "lock-outdated", "review-draft"}
)
"""Codes that a new review puts right."""


def _lock_card(
    card: Card,
    material: Material,
    proofs: Proofs,
    review: tuple[str, str],
    renewed: bool,
    quotes: dict[str, QuoteEntry],
    wordings: dict[str, WordingEntry],
) -> None:
    """Add a card's entries: the old ones where they still hold or the card is not renewed, else new ones."""
    by, on = review
    for index, evidence in enumerate(card.evidence):
        key = quote_key(card, index)
        old = material.lock.quotes.get(key)
        match = proofs.matches.get(index)
        new = quote_entry(evidence, match, material.texts[evidence.source or ""], on) if match else None
        if new is not None and renewed and (old is None or not same_quote(old, new)):
            quotes[key] = new
        elif old is not None and (not renewed or new is not None or proofs.how[index] == "unchanged"):
            quotes[key] = old
    complete = all(
        evidence.quote is None or index in proofs.matches for index, evidence in enumerate(card.evidence)
    )
    for name, markdown in card_wordings(card).items():
        key = wording_key(card, name)
        before = material.lock.wordings.get(key)
        after = WordingEntry(fingerprint(markdown), rests_hash(card), by, on)
        unchanged = before is not None and (before.wording, before.rests) == (after.wording, after.rests)
        if renewed and complete and not unchanged:
            wordings[key] = after
        elif before is not None:
            wordings[key] = before


def _unread(card: Card, material: Material) -> Iterator[Problem]:
    """Changed wordings that cannot be locked, for their passages cannot be read."""
    for problem in review_problems(card, material.lock):
        if problem.code in SETTLED_BY_LOCK:
            yield Problem(
                "lock-needs-text",
                f"{card.id!r} cannot be locked: its source's text is not at hand, so nobody can compare them",
                problem.place,
                "put the text into seeds/texts/ID.txt or give --text ID=FILE",
            )
            return


def _quotes_of(card: Card, lock: Lock) -> dict[str, QuoteEntry]:
    """What the lock holds of a card's quotes: a draft has no review, but its quotes may be proved."""
    keys = (quote_key(card, index) for index in range(len(card.evidence)))
    return {key: lock.quotes[key] for key in keys if key in lock.quotes}
