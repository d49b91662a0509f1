"""Read snippets and caveats: YAML front matter and a body, each value with its place.

Only their form is checked here; whether they agree with their sources is checked in briefgen.evidence.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TypeVar

from briefgen.errors import BriefgenError, Place, Problem, ProblemList
from briefgen.evidence.inline_markdown import find_unsupported_markup
from briefgen.evidence.lock import LOCK_FILE_NAME, EvidenceLock, read_lock
from briefgen.evidence.statements import ALT_WORDING, LEGEND_WORDING, printable_wordings, wording_place
from briefgen.library.folders import LibraryFolder
from briefgen.model.snippet import Caveat, Snippet
from briefgen.system.yaml_reader import (
    ParsedYaml,
    build_record,
    parse_yaml,
    read_text_file,
    split_front_matter,
)

CAVEATS_FOLDER = "caveats"
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


def find_statement_files(folder: LibraryFolder) -> dict[str, tuple[Path, str]]:
    """Return path and display name of each statement's file by its key: `ID`, or `caveats/ID`."""
    ignored = ProblemList()
    snippets = {path.stem: (path, shown) for path, shown in _find_statement_files(Snippet, folder, ignored)}
    caveats = _find_statement_files(Caveat, folder, ignored)
    return snippets | {f"{CAVEATS_FOLDER}/{path.stem}": (path, shown) for path, shown in caveats}


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
    whole = _expand_short_keys(parsed, Path(display_name).stem, problems)
    if whole is None:
        return None
    data = {**whole.data, "body": body.strip()}
    statement = build_record(
        kind, replace(whole, data=data, places={**whole.places, ("body",): place}), problems
    )
    if statement is not None:
        _check_statement(statement, Path(display_name).stem, problems)
    return statement


_EVIDENCE_KEYS = ("source", "quote", "locator", "prefix", "suffix", "attested", "via")
"""Keys of a piece of evidence that a statement with one source has at its top."""
_REVIEW = re.compile(r"(?P<by>.*\S)\s*,\s*(?P<on>\d{4}-\d\d-\d\d)")


def _expand_short_keys(parsed: ParsedYaml, name: str, problems: ProblemList) -> ParsedYaml | None:
    """Return a statement's keys in full: the id is the file's name, evidence and review can be short.

    `source: ID` with `quote: WORDS`, or a list of quotes, is evidence; `review: NAME, DATE` means verified.
    """
    data, places = {"id": name, **parsed.data}, dict(parsed.places)
    short = {key: data.pop(key) for key in _EVIDENCE_KEYS if key in data}
    if short and "evidence" in data:
        key = next(iter(short))
        hint = "put it into evidence: as one more entry, or remove evidence:"
        message = f"{key}: and evidence: are both there"
        problems.add(Problem("wrong-value", message, places[key,], hint))
        return None
    if short:
        quotes = short.get("quote")
        several = quotes if isinstance(quotes, list) else [quotes]
        data["evidence"] = [{**short, "quote": quote} if "quote" in short else short for quote in several]
        for index in range(len(several)):
            places["evidence", index] = places[next(iter(short)),]
            places |= {
                ("evidence", index, *path): place
                for path, place in parsed.places.items()
                if path and path[0] in short
            }
            if isinstance(quotes, list):
                places["evidence", index, "quote"] = places["quote", index]
    review = data.get("review")
    if isinstance(review, str):
        match = _REVIEW.fullmatch(review.strip())
        if match:
            data["review"] = {"status": "verified", **match.groupdict()}
        elif review in ("draft", "rejected"):
            data["review"] = {"status": review}
        else:
            hint = "write review: Dana Writer, 2026-11-24, or review: draft"
            message = f"review: {review!r} is not a name with a date"
            problems.add(Problem("wrong-value", message, places["review",], hint))
            return None
    return replace(parsed, data=data, places=places)


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
        name = f"snippets/{LOCK_FILE_NAME}"
        if path := folder.find_file(name, problems):
            lock = lock.with_fallback(read_lock(path, folder.display_path(name), problems))
    return lock
