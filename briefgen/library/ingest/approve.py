"""Approve statements: record in their files who reviewed them, and lock them, in one act."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from briefgen.errors import Problem, ProblemList
from briefgen.evidence.lock import LOCK_FILE_NAME, read_lock, serialize_lock, wording_key
from briefgen.evidence.review import build_lock, check_reviewer, find_unsettled_problems
from briefgen.evidence.statements import Statement, cited_works, statement_key
from briefgen.library.curation import lock_curation
from briefgen.library.folders import LibraryFolder
from briefgen.library.ingest.card_text import format_value, set_key
from briefgen.library.loader import Library, drop_lock_entries, select_lock_entries
from briefgen.library.snippets import CAVEATS_FOLDER, parse_statement
from briefgen.model.snippet import Caveat, Snippet


@dataclass(frozen=True, slots=True)
class StatementFile:
    """The file of a snippet or caveat, as it is or is to be written."""

    key: str
    """The id; `caveats/ID` for a caveat."""
    path: Path
    display_name: str
    text: str


@dataclass(frozen=True, slots=True)
class Approval:
    """Which statements are approved, and what stops the others."""

    files: Mapping[Path, bytes]
    """Files to write: the approved statements and the lock."""
    approved: tuple[str, ...]
    unchanged: Mapping[str, str]
    """Statements that were approved as they are: by whom and when."""
    problems: tuple[Problem, ...]


def plan_approval(
    library: Library, folder: LibraryFolder, cards: Mapping[str, StatementFile], by: str, on: date
) -> Approval:
    """Plan the approval of statements by a person who compared them with their sources.

    A statement is approved if a review can settle everything about it. Raise UsageError if `by` is not a
    name, BriefgenError if the lock is damaged.
    """
    check_reviewer(by)
    by = by.strip()
    problems = ProblemList()
    lock_name = folder.display_path("snippets", LOCK_FILE_NAME)
    own = read_lock(folder.path / "snippets" / LOCK_FILE_NAME, lock_name, problems)
    problems.raise_errors()
    files: dict[Path, bytes] = {}
    unchanged: dict[str, str] = {}
    approved: list[str] = []
    reviewed: set[str] = set()
    for key, card in cards.items():
        text = set_key(card.text, "review", format_value(f"{by}, {on.isoformat()}"))
        statement = parse_card(replace(card, text=text), problems)
        if statement is None:
            continue
        alone = isolate_statement(library, statement)
        built, found = build_lock(alone, by, on, [key])
        if any(problem.severity == "error" for problem in found):
            problems.extend(found)
            continue
        works = cited_works(statement)
        lock = select_lock_entries(built, {key}, works)
        before = own.wordings.get(wording_key(statement, "body"))
        if before and lock == select_lock_entries(own, {key}, works) and _is_verified(card):
            unchanged[key] = f"{before.by} on {before.on}"
            continue
        files[card.path] = text.encode()
        own = lock.with_fallback(drop_lock_entries(own, {key}))
        reviewed |= set(statement.corrections)
        approved.append(key)
    if approved:
        own = replace(own, curation=lock_curation(folder, by, on.isoformat(), reviewed))
        files[folder.path / "snippets" / LOCK_FILE_NAME] = serialize_lock(own).encode()
    return Approval(files, tuple(approved), unchanged, tuple(problems.problems))


def _is_verified(card: StatementFile) -> bool:
    statement = parse_card(card, ProblemList())
    return statement is not None and statement.review.status == "verified"


def parse_card(card: StatementFile, problems: ProblemList) -> Statement | None:
    """Parse the file of a statement; None if there are problems."""
    own = ProblemList()
    statement: Statement | None
    if card.key.startswith(f"{CAVEATS_FOLDER}/"):
        statement = parse_statement(Caveat, card.text, card.display_name, own)
    else:
        statement = parse_statement(Snippet, card.text, card.display_name, own)
    problems.extend(own.problems)
    return None if own.errors else statement


def isolate_statement(library: Library, statement: Statement) -> Library:
    """Return a library with this statement only, for checks that need no other."""
    snippets = {statement.id: statement} if isinstance(statement, Snippet) else {}
    caveats = {statement.id: statement} if isinstance(statement, Caveat) else {}
    lock = select_lock_entries(library.lock, {statement_key(statement)})
    return replace(library, snippets=snippets, caveats=caveats, lock=lock)


def check_card(library: Library, card: StatementFile, on: date) -> tuple[Problem, ...]:
    """Return what is wrong with a statement that nobody has approved yet."""
    problems = ProblemList()
    statement = parse_card(card, problems)
    if statement is not None:
        _, found = find_unsettled_problems(statement, isolate_statement(library, statement), on)
        problems.extend(found.problems)
    return tuple(problems.problems)
