"""Read snippets and caveats: YAML front matter and a body, each value with its place.

Only their form is checked here; whether they agree with their sources is checked in briefgen.evidence.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TypeVar

from briefgen.errors import BriefgenError, Place, Problem, ProblemList
from briefgen.evidence.inline_markdown import find_unsupported_markup
from briefgen.evidence.lock import EvidenceLock, read_lock
from briefgen.evidence.statements import ALT_WORDING, LEGEND_WORDING, printable_wordings, wording_place
from briefgen.library.folders import LibraryFolder
from briefgen.model.snippet import Caveat, Snippet
from briefgen.system.yaml_reader import build_record, parse_yaml, read_text_file, split_front_matter

CAVEATS_FOLDER = "caveats"
LOCK_FILE_NAME = "quotes.lock"
NON_SNIPPET_FILES = frozenset({"README.md", "corrections.md"})
"""Files at the top of snippets/ that are not snippets."""

PLACEHOLDER_WORDING = "Write the statement here, in your own words."
"""Placeholder for the wording of a new draft (briefgen.library.ingest.draft_snippet)."""

StatementT = TypeVar("StatementT", Snippet, Caveat)


def load_snippets(folders: Sequence[LibraryFolder], problems: ProblemList) -> dict[str, Snippet]:
    """Load all snippets by id from `snippets/**/*.md`; earlier folders take precedence."""
    return _load_statements(Snippet, folders, problems)


def load_caveats(folders: Sequence[LibraryFolder], problems: ProblemList) -> dict[str, Caveat]:
    """Load all caveats by id from `snippets/caveats/*.md`; earlier folders take precedence."""
    return _load_statements(Caveat, folders, problems)


def _load_statements(
    kind: type[StatementT], folders: Sequence[LibraryFolder], problems: ProblemList
) -> dict[str, StatementT]:
    statements: dict[str, StatementT] = {}
    for folder in folders:
        own: dict[str, StatementT] = {}
        for path, display_name in _find_statement_files(kind, folder, problems):
            statement = _read_statement_file(kind, path, display_name, problems)
            if statement is None:
                continue
            if statement.id in own:
                message = f"the id {statement.id!r} is already used in {own[statement.id].locate().file}"
                problems.add(
                    Problem(
                        "snippet-repeated",
                        message,
                        statement.locate("id"),
                        "choose another id; ids are never reused",
                    )
                )
                continue
            own[statement.id] = statement
        statements = {**own, **statements}
    return statements


def _find_statement_files(
    kind: type[StatementT], folder: LibraryFolder, problems: ProblemList
) -> Iterator[tuple[Path, str]]:
    if kind is Caveat:
        yield from folder.find_files(f"snippets/{CAVEATS_FOLDER}", "*.md", problems)
        return
    for path, display_name in folder.find_files("snippets", "**/*.md", problems):
        inner = path.relative_to(folder.path / "snippets")
        if inner.parts[0] == CAVEATS_FOLDER or str(inner) in NON_SNIPPET_FILES:
            continue
        yield path, display_name


def _read_statement_file(
    kind: type[StatementT], path: Path, display_name: str, problems: ProblemList
) -> StatementT | None:
    try:
        text = read_text_file(path, display_name)
    except BriefgenError as fault:
        problems.extend(fault.problems)
        return None
    return parse_statement(kind, text, display_name, problems)


def parse_statement(
    kind: type[StatementT], text: str, display_name: str, problems: ProblemList
) -> StatementT | None:
    """Parse a snippet or caveat; its id must be the file name in `display_name`."""
    parts = split_front_matter(text, display_name, problems)
    if parts is None:
        return None
    front, body, body_line = parts
    parsed = parse_yaml(front, display_name, problems, first_line=2)
    if parsed is None or not isinstance(parsed.data, dict):
        if parsed is not None:
            problems.add(Problem("front-matter", "contains no `key: value` lines", Place(display_name, 2)))
        return None
    if "body" in parsed.data:
        hint = "write the wording below the second line ---"
        problems.add(Problem("unknown-key", "unknown key 'body'", parsed.places[("body",)], hint))
        return None
    lead = len(body) - len(body.lstrip())
    place = Place(display_name, body_line + body[:lead].count("\n"))
    if not body.strip():
        problems.add(
            Problem("snippet-body", "has no wording", place, "write one paragraph below the second line ---")
        )
        return None
    data = {**parsed.data, "body": body.strip()}
    statement = build_record(
        kind, replace(parsed, data=data, places={**parsed.places, ("body",): place}), problems
    )
    if statement is not None:
        _check_statement(statement, Path(display_name).stem, problems)
    return statement


def _check_statement(statement: Snippet | Caveat, name: str, problems: ProblemList) -> None:
    if statement.id != name:
        problems.add(
            Problem(
                "snippet-id",
                f"the id {statement.id!r} differs from the file name {name!r}",
                statement.locate("id"),
                f"rename the file to {statement.id}.md",
            )
        )
    if statement.body == PLACEHOLDER_WORDING and statement.review.status == "verified":
        message = "still has the placeholder instead of a statement"
        hint = "write the statement, or set review: {status: draft}"
        problems.add(Problem("snippet-unwritten", message, statement.locate("body"), hint))
    for key, wording in printable_wordings(statement).items():
        if key in (ALT_WORDING, LEGEND_WORDING):
            continue  # plain text, checked with the figures
        fault = find_unsupported_markup(wording)
        if fault:
            problems.add(
                Problem(
                    "snippet-body",
                    f"contains {fault}",
                    wording_place(statement, key),
                    "a wording is one paragraph with *emphasis* and **strong** at most",
                )
            )


def load_lock(folders: Sequence[LibraryFolder], problems: ProblemList) -> EvidenceLock:
    """Load what was proved and reviewed from each `snippets/quotes.lock`; the first entry wins."""
    lock = EvidenceLock()
    for folder in folders:
        own = read_lock(
            folder.path / "snippets" / LOCK_FILE_NAME,
            folder.display_path("snippets", LOCK_FILE_NAME),
            problems,
        )
        lock = lock.with_fallback(own)
    return lock
