"""Statements as somebody types them: checked without writing anything, then kept as a draft or approved."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from itertools import chain, count

from briefgen.errors import BriefgenError, Problem
from briefgen.evidence.quotes import find_quote
from briefgen.evidence.review import check_reviewer
from briefgen.library.ingest.curate import find_campaign_folder
from briefgen.library.ingest.draft_snippet import SnippetRequest
from briefgen.library.ingest.snippet_files import (
    add_snippet,
    edit_snippet,
    preview_change,
    preview_snippet,
)
from briefgen.library.loader import Library
from briefgen.model.snippet import Snippet
from briefgen.studio.workspace import Workspace, text_locations

_MAX_ID_WORDS = 6


@dataclass(frozen=True, slots=True)
class StatementChecks:
    """What the checks say of a statement that is being written."""

    problems: tuple[Problem, ...]
    good: tuple[str, ...]
    """What is in order, in sentences."""
    remarks: tuple[str, ...] = ()

    @property
    def errors(self) -> tuple[Problem, ...]:
        """Return what keeps it from being approved."""
        return tuple(problem for problem in self.problems if problem.severity == "error")


def is_editable(snippet: Snippet, library: Library) -> bool:
    """Return whether a statement is the campaign's own, and of a kind that the page can change."""
    return not library.origins.get(snippet.id, "") and snippet.kind != "figure"


def new_request(workspace: Workspace, source: str, typed: Mapping[str, str]) -> SnippetRequest:
    """Return what somebody typed as the request for a new statement, with an id that is free."""
    library = workspace.library()
    quote, before = _one_line(typed, "quote"), _one_line(typed, "before")
    text = library.texts.get(source)
    is_twice = text is not None and len(find_quote(text, quote)) > 1
    request = replace(_typed_keys(typed), id=_free_id(workspace, library, typed), source=source)
    return replace(request, quotes=(quote,) if quote else (), prefix=before if is_twice else "")


def _typed_keys(typed: Mapping[str, str]) -> SnippetRequest:
    topics = (re.sub(r"\s+", "-", one.strip().lower()) for one in re.split("[,;]", typed.get("topics", "")))
    return SnippetRequest(
        "",
        title=_one_line(typed, "title"),
        topics=tuple(filter(None, topics)),
        as_of=_one_line(typed, "as_of"),
        say=_one_line(typed, "say"),
    )


def _one_line(typed: Mapping[str, str], name: str) -> str:
    return " ".join(typed.get(name, "").split())


def _free_id(workspace: Workspace, library: Library, typed: Mapping[str, str]) -> str:
    """Return an id made of the title or the first words, which no statement has."""
    words = re.findall(r"[a-z0-9]+", (typed.get("title") or typed.get("say", "")).lower())
    wanted = "-".join(words[:_MAX_ID_WORDS])[:60].strip("-") or "statement"
    folder = workspace.path / "snippets"
    names = chain([wanted], (f"{wanted}-{number}" for number in count(2)))
    return next(
        name for name in names if name not in library.snippets and not (folder / f"{name}.md").exists()
    )


def check_new(workspace: Workspace, source: str, typed: Mapping[str, str]) -> StatementChecks:
    """Check a new statement; nothing is written."""
    try:
        request = new_request(workspace, source, typed)
        folder = find_campaign_folder(workspace.path)
        found, problems = preview_snippet(workspace.library(), folder, request, date.today())
    except BriefgenError as error:
        return StatementChecks(tuple(error.problems), ())
    good = []
    if not found.problems:
        place = ", ".join(
            f"{label} {value}" for item in found.evidence for label, value in item.locator.items()
        )
        good.append(f"The words are in the source{f', {place}' if place else ''}")
    return _tell(problems, good, bool(request.say), found.remarks)


def check_changed(workspace: Workspace, id: str, typed: Mapping[str, str]) -> StatementChecks:
    """Check a statement with other words; nothing is written."""
    request = replace(_typed_keys(typed), id=id)
    if not request.say:
        return StatementChecks((), ())
    try:
        folder = find_campaign_folder(workspace.path)
        problems = preview_change(workspace.library(), folder, id, request, date.today())
    except BriefgenError as error:
        return StatementChecks(tuple(error.problems), ())
    return _tell(problems, [], True)


def _tell(
    problems: tuple[Problem, ...], good: list[str], is_written: bool, remarks: tuple[str, ...] = ()
) -> StatementChecks:
    checks = StatementChecks(problems, (), remarks)
    if is_written and not checks.errors:
        good.append("Figures, dates and hedges agree with the source")
    return replace(checks, good=tuple(good))


def save_new(workspace: Workspace, source: str, typed: Mapping[str, str], by: str) -> str:
    """Write a new statement, approved if a reviewer is named, else as a draft; return its id.

    Raise BriefgenError with what keeps it from being approved; nothing is written then.
    """
    request = new_request(workspace, source, typed)
    if by:
        _require_sound(check_new(workspace, source, typed), by)
    workspace.write_library(
        f"{'Approved' if by else 'Drafted'} a statement",
        lambda folder, write: add_snippet(folder, request, text_locations(), date.today(), by, write=write),
    )
    workspace.reviewer = by or workspace.reviewer
    return request.id


def save_changed(workspace: Workspace, id: str, typed: Mapping[str, str], by: str) -> None:
    """Write a statement with other words, approved if a reviewer is named, else as a draft.

    Raise BriefgenError with what keeps it from being approved; nothing is written then.
    """
    change = replace(_typed_keys(typed), id=id)
    if by:
        _require_sound(check_changed(workspace, id, typed), by)
    workspace.write_library(
        f"{'Approved' if by else 'Changed'} a statement",
        lambda folder, write: edit_snippet(
            folder, id, change, text_locations(), date.today(), by, write=write
        ),
    )
    workspace.reviewer = by or workspace.reviewer


def _require_sound(checks: StatementChecks, by: str) -> None:
    check_reviewer(by)
    if checks.errors:
        raise BriefgenError(checks.errors)
