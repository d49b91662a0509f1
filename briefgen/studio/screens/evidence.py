"""Evidence: the campaign's statements, what their sources say, and who approved them."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from starlette.exceptions import HTTPException
from starlette.responses import Response

from briefgen.campaign.open import Campaign
from briefgen.errors import BriefgenError, Problem
from briefgen.evidence.review import check_reviewer
from briefgen.library.loader import Library
from briefgen.model.snippet import Snippet
from briefgen.studio.app import Visit, merge_same
from briefgen.studio.new_sources import (
    KINDS,
    MAX_SOURCE_BYTES,
    DroppedSource,
    add_dropped,
    describe_work,
    read_dropped,
)
from briefgen.studio.new_statements import check_changed, check_new, is_editable, save_changed, save_new
from briefgen.studio.statements import (
    GROUPS,
    StatementCard,
    campaign_topics,
    describe_author,
    in_group,
    list_sources,
    list_statements,
    number_paragraphs,
    read_evidence,
)
from briefgen.studio.uploads import Shelf, Upload, take_upload
from briefgen.studio.workspace import WorkspaceState, require_campaign

_Refused = tuple[Problem, ...] | None
"""Why something was not saved; nothing but a missing wording if empty, None if nothing was refused."""
EDITOR_FIELDS = ("quote", "before", "say", "title", "topics", "as_of")
MAX_LETTERS_SHOWN = 200
"""Letters that are named at a statement."""


async def show_statements(visit: Visit) -> Response:
    """Answer with the statements of a group; `?show=` names it, and the first that has any is the default."""

    def prepare() -> dict[str, Any]:
        state: WorkspaceState = visit.workspace.refresh()
        return _prepare_lists(visit, state, visit.request.query_params.get("show", ""))

    values = await visit.run(prepare, key="evidence")
    if visit.workspace.state.campaign is None:
        problems = merge_same(visit.workspace.state.errors)
        return visit.show("broken.html.j2", "evidence", {"problems": problems})
    return visit.show("evidence.html.j2", "evidence", values)


def _prepare_lists(visit: Visit, state: WorkspaceState, group: str) -> dict[str, Any]:
    """Return what the lists at the left show, and the statements of a group."""
    if state.campaign is None:
        return {}
    campaign = state.campaign
    cards, topics = list_statements(campaign, state.problems), campaign_topics(campaign)
    counts = {name: sum(in_group(card, name, topics) for card in cards) for name in GROUPS}
    if group not in GROUPS:
        group = next((name for name in GROUPS if counts[name]), "all")
    return {
        "groups": GROUPS,
        "counts": counts,
        "group": group,
        "cards": [card for card in cards if in_group(card, group, topics)],
        "sources": list_sources(visit.workspace.library(), campaign.config.language),
        "source": None,
    }


async def show_statement(visit: Visit) -> Response:
    """Answer with one statement: what its sources say, its letters, and its words to change."""
    return await _show_statement(visit, {})


async def _show_statement(visit: Visit, typed: Mapping[str, str], refused: _Refused = None) -> Response:
    """Show a statement; `typed` is what somebody wrote that was not saved, `refused` why."""
    id = visit.request.path_params["id"]

    def prepare() -> dict[str, Any]:
        state = visit.workspace.refresh()
        campaign = require_campaign(state)
        snippet = _find_snippet(campaign, id)
        library = visit.workspace.library()
        card = next(one for one in list_statements(campaign, state.problems) if one.id == id)
        return {
            **_prepare_lists(visit, state, ""),
            **_describe(campaign, library, snippet, card),
            "group": "",
            "source": "",
            "is_editable": is_editable(snippet, library),
            "editor": _editor(visit, typed or _written(snippet), f"statements/{id}", refused),
        }

    values = await visit.run(prepare, key="evidence")
    return visit.show("statement.html.j2", "evidence", values, 422 if refused is not None else 200)


def _written(snippet: Snippet) -> Mapping[str, str]:
    """Return the fields of the editor as they are in a statement's file."""
    return {
        "say": snippet.body,
        "title": snippet.title,
        "topics": ", ".join(snippet.topics),
        "as_of": snippet.as_of,
    }


def _editor(visit: Visit, typed: Mapping[str, str], path: str, refused: _Refused) -> dict[str, Any]:
    """Return what the editor of a statement shows."""
    return {
        "typed": {name: typed.get(name, "") for name in EDITOR_FIELDS},
        "address": visit.address(f"evidence/{path}"),
        "by": typed.get("by", "") or visit.workspace.reviewer,
        "refused": refused,
        "unsaved": merge_same(refused or ()),
    }


async def check_statement(visit: Visit) -> Response:
    """Answer with what the checks say of a statement's words as they are typed; nothing is written."""
    id, form = visit.request.path_params["id"], await visit.form()
    checks = await visit.run(lambda: check_changed(visit.workspace, id, form), key="checks")
    return visit.show("checks.html.j2", "evidence", {"checks": checks})


async def save_statement(visit: Visit) -> Response:
    """Keep the changed words of a statement, as a draft or approved by the person who is named."""
    id, form = visit.request.path_params["id"], await visit.form()

    def save() -> None:
        campaign = require_campaign(visit.workspace.refresh())
        snippet = _find_snippet(campaign, id)
        if not is_editable(snippet, campaign.composer.library):
            raise HTTPException(422, "Nothing was changed.")
        by = _reviewer(form)
        if snippet.review.status == "verified" and not by:
            raise HTTPException(422, "Letters have this statement: approve its new words, or leave them.")
        save_changed(visit.workspace, id, form, by)

    return await _save(visit, form, save, lambda: f"evidence/statements/{id}", _show_statement)


def _reviewer(form: Mapping[str, str]) -> str:
    """Return who approves a statement, nobody if it is to be a draft; raise UsageError for no name."""
    if form.get("action") != "approve":
        return ""
    check_reviewer(form.get("by", ""))
    return form["by"].strip()


async def _save(
    visit: Visit,
    form: Mapping[str, str],
    save: Callable[[], Any],
    target: Callable[[], str],
    show: Callable[[Visit, Mapping[str, str], _Refused], Awaitable[Response]],
) -> Response:
    """Save a statement and lead to its page; show what was typed again with the reason if that fails."""
    if not form.get("say", "").strip():
        return await show(visit, form, ())
    try:
        await visit.run(save)
    except BriefgenError as error:
        return await show(visit, form, tuple(error.problems))
    return visit.redirect(target())


def _find_snippet(campaign: Campaign, id: str) -> Snippet:
    snippet = campaign.composer.library.snippets.get(id)
    if snippet is None:
        raise HTTPException(404, "There is no such statement.")
    return snippet


def _describe(
    campaign: Campaign, library: Library, snippet: Snippet, card: StatementCard
) -> Mapping[str, Any]:
    composer = campaign.composer
    letters = [
        (one.id, one.full_name or one.role or one.organisation or one.id)
        for one in campaign.recipients
        if any(used.id == snippet.id for used in composer.select_snippets(one).evidence)
    ]
    return {
        "card": card,
        "problems": merge_same(card.problems),
        "passages": list(read_evidence(snippet.evidence, library, campaign.config.language)),
        "with_text": library.texts.keys(),
        "letters": letters[:MAX_LETTERS_SHOWN],
        "more_letters": max(0, len(letters) - MAX_LETTERS_SHOWN),
    }


async def show_source(visit: Visit) -> Response:
    """Answer with the text of a source, with the words that statements quote; `?quote=` opens the editor."""
    return await _show_source(visit, visit.request.query_params)


async def _show_source(visit: Visit, typed: Mapping[str, str], refused: _Refused = None) -> Response:
    id = visit.request.path_params["id"]

    def prepare() -> dict[str, Any]:
        state = visit.workspace.refresh()
        campaign, library = require_campaign(state), visit.workspace.library()
        work = library.references.get(id)
        if work is None:
            raise HTTPException(404, "There is no such source.")
        text, record = library.texts.get(id), library.records.get(id)
        quoting = [
            one for one in library.snippets.values() if any(item.source == id for item in one.evidence)
        ]
        words = typed.get("quote", ""), typed.get("before", "")
        titles = {one.id: one.title or one.id.replace("-", " ") for one in quoting}
        return {
            **_prepare_lists(visit, state, ""),
            "group": "",
            "source": id,
            "title": str(work.csl.get("title", id)),
            "author": describe_author(work, campaign.config.language),
            "paragraphs": number_paragraphs(text, record, quoting, *words) if text and record else [],
            "titles": titles,
            "id": id,
            "editor": _editor(visit, typed, f"sources/{id}", refused) if typed.get("quote") else None,
            "checks": check_new(visit.workspace, id, typed) if typed.get("quote") else None,
        }

    values = await visit.run(prepare, key="evidence")
    return visit.show("source.html.j2", "evidence", values, 422 if refused is not None else 200)


async def check_new_statement(visit: Visit) -> Response:
    """Answer with what the checks say of a new statement as it is typed; nothing is written."""
    id, form = visit.request.path_params["id"], await visit.form()
    checks = await visit.run(lambda: check_new(visit.workspace, id, form), key="checks")
    return visit.show("checks.html.j2", "evidence", {"checks": checks})


async def save_new_statement(visit: Visit) -> Response:
    """Keep a new statement that quotes a source, as a draft or approved by the person who is named."""
    id, form = visit.request.path_params["id"], await visit.form()
    saved: list[str] = []

    def save() -> None:
        saved.append(save_new(visit.workspace, id, form, _reviewer(form)))

    return await _save(visit, form, save, lambda: f"evidence/statements/{saved[0]}", _show_source)


async def take_file(visit: Visit) -> Response:
    """Take a source."""

    def keep(upload: Upload) -> str:
        return f"evidence/new/{_dropped.add(visit, read_dropped(upload))}"

    advice = "Save it as a PDF, a Word file (.docx) or text."
    return await take_upload(visit, KINDS, MAX_SOURCE_BYTES, advice, keep)


async def show_new_source(visit: Visit) -> Response:
    """Answer with the beginning of a source that was dropped, and ask what work it is."""
    dropped = _find_dropped(visit)
    described = dropped.described
    typed = {
        "title": described.title,
        "authors": "; ".join(described.authors),
        "issued": described.issued,
        "url": described.url,
    }
    return _ask_about_source(visit, dropped, typed)


_dropped = Shelf[DroppedSource](kept=4)


def _find_dropped(visit: Visit) -> DroppedSource:
    return _dropped.find(visit, "This file is no longer here. Drop it again.")


def _ask_about_source(
    visit: Visit, dropped: DroppedSource, typed: Mapping[str, str], unsaved: tuple[Problem, ...] = ()
) -> Response:
    values = {
        "dropped": dropped,
        "number": visit.request.path_params["number"],
        "typed": typed,
        "problems": merge_same(unsaved),
    }
    return visit.show("new_source.html.j2", "evidence", values, 422 if unsaved else 200)


async def add_source(visit: Visit) -> Response:
    """Add a source that was dropped to the campaign, and show its text."""
    dropped, form = _find_dropped(visit), await visit.form()

    def add() -> str:
        described = describe_work(form)
        return visit.workspace.write_library(
            f"Added the source {described.title[:60]}",
            lambda folder, write: add_dropped(dropped, described, folder, write),
        )

    try:
        id = await visit.run(add)
    except BriefgenError as error:
        return _ask_about_source(visit, dropped, form, tuple(error.problems))
    return visit.redirect(f"evidence/sources/{id}")


ROUTES = (
    ("evidence/file", "POST", take_file),
    ("evidence/new/{number:int}", "GET", show_new_source),
    ("evidence/new/{number:int}/add", "POST", add_source),
    ("evidence", "GET", show_statements),
    ("evidence/statements/{id}", "GET", show_statement),
    ("evidence/statements/{id}/check", "POST", check_statement),
    ("evidence/statements/{id}/save", "POST", save_statement),
    ("evidence/sources/{id}", "GET", show_source),
    ("evidence/sources/{id}/check", "POST", check_new_statement),
    ("evidence/sources/{id}/save", "POST", save_new_statement),
)
