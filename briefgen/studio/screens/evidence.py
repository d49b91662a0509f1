"""Evidence: the campaign's statements, what their sources say, and who approved them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import PurePosixPath
from typing import Any
from urllib.parse import unquote

from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse, Response

from briefgen.campaign.open import Campaign
from briefgen.errors import BriefgenError, Problem
from briefgen.library.loader import Library
from briefgen.model.snippet import Snippet
from briefgen.studio.app import Visit, merge_same
from briefgen.studio.messages import describe_problem
from briefgen.studio.new_sources import (
    KINDS,
    MAX_SOURCE_BYTES,
    DroppedSource,
    add_dropped,
    describe_work,
    find_dropped,
    keep_dropped,
)
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
from briefgen.studio.workspace import WorkspaceState, require_campaign

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
    """Answer with one statement: what its sources say, and the letters in which it is."""
    return await _show_statement(visit, visit.request.path_params["id"])


async def _show_statement(visit: Visit, id: str) -> Response:
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
        }

    return visit.show("statement.html.j2", "evidence", await visit.run(prepare, key="evidence"))


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
    """Answer with the text of a source, the words that statements quote marked."""
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
        titles = {one.id: one.title or one.id.replace("-", " ") for one in quoting}
        return {
            **_prepare_lists(visit, state, ""),
            "group": "",
            "source": id,
            "title": str(work.csl.get("title", id)),
            "author": describe_author(work, campaign.config.language),
            "paragraphs": number_paragraphs(text, record, quoting) if text and record else [],
            "titles": titles,
        }

    return visit.show("source.html.j2", "evidence", await visit.run(prepare, key="evidence"))


async def take_file(visit: Visit) -> Response:
    """Take a source: its bytes are the body, its name is a header."""
    name = PurePosixPath(unquote(visit.request.headers.get("x-file-name", ""))).name[:200]
    ending = PurePosixPath(name).suffix.lower().lstrip(".")
    length = visit.request.headers.get("content-length", "")
    if not length.isdecimal() or int(length) > MAX_SOURCE_BYTES:
        return JSONResponse({"error": "The file is larger than 25 MB."}, 413)
    if ending not in KINDS:
        message = "This kind of file cannot be read. Save it as a PDF, a Word file (.docx) or text."
        return JSONResponse({"error": message}, 415)
    data = b"".join([chunk async for chunk in visit.request.stream()])
    try:
        number = await visit.run(lambda: keep_dropped(visit.workspace.key, name, data))
    except BriefgenError as error:
        told = describe_problem(error.problems[0])
        return JSONResponse({"error": f"{told.text} {told.hint}".strip()}, 422)
    return JSONResponse({"to": visit.address(f"evidence/new/{number}")})


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


def _find_dropped(visit: Visit) -> DroppedSource:
    dropped = find_dropped(visit.workspace.key, int(visit.request.path_params["number"]))
    if dropped is None:
        raise HTTPException(404, "This file is no longer here. Drop it again.")
    return dropped


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
    ("evidence/sources/{id}", "GET", show_source),
)
