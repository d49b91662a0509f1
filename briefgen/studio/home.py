"""The first page: campaigns opened lately, and a new one on a topic of one's own."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from briefgen.batch.file_names import slugify
from briefgen.campaign.new_campaign import CampaignAnswers, create_own_campaign
from briefgen.campaign.scaffold import create_campaign
from briefgen.errors import BriefgenError
from briefgen.studio.forms import read_form
from briefgen.studio.messages import describe_problem
from briefgen.studio.recent import documents_folder, list_recent, note_opened
from briefgen.studio.web_files import asset_version, templates

if TYPE_CHECKING:
    from briefgen.studio.app import Studio

EXAMPLE = "starter"


async def show_home(studio: Studio, request: Request) -> Response:
    """Answer with the campaigns that can be opened, and the questions for a new one."""
    return _page(studio, {}, [])


def _page(studio: Studio, typed: Mapping[str, str], messages: list[str]) -> HTMLResponse:
    values = {
        "assets": asset_version(),
        "recent": list_recent(),
        "documents": documents_folder(),
        "typed": typed,
        "messages": messages,
    }
    html = templates().get_template("home.html.j2").render(values)
    return HTMLResponse(html, status_code=422 if messages else 200)


async def open_recent(studio: Studio, request: Request) -> Response:
    """Open one of the campaigns in the list."""
    form = await read_form(request)
    folder = next((path for path in list_recent() if str(path) == form.get("folder")), None)
    if folder is None:
        raise HTTPException(404, "This campaign is no longer there.")
    return _enter(studio, folder, "letters")


async def create_new(studio: Studio, request: Request) -> Response:
    """Start a campaign: on a topic of one's own, or from the example."""
    form = await read_form(request)
    topic = " ".join(form.get("topic", "").split())
    is_example = form.get("kind") == "example"
    if not topic and not is_example:
        return _page(studio, form, ["Say what it is about: a few words are enough."])
    folder = _find_free_folder(documents_folder(), topic or "example campaign")
    try:
        if is_example:
            create_campaign(folder, EXAMPLE)
        else:
            create_own_campaign(folder, CampaignAnswers(topic=topic), date.today())
    except BriefgenError as error:
        return _page(studio, form, [describe_problem(problem).text for problem in error.problems])
    return _enter(studio, folder, "letters" if is_example else "start")


def _enter(studio: Studio, folder: Path, screen: str) -> RedirectResponse:
    workspace = studio.add(folder)
    note_opened(workspace.path)
    return RedirectResponse(f"/c/{workspace.key}/{screen}", status_code=303)


def _find_free_folder(parent: Path, topic: str) -> Path:
    """Return a folder that does not exist yet, named after a topic."""
    name = slugify(topic) or "campaign"
    folder, number = parent / name, 2
    while folder.exists():
        folder, number = parent / f"{name}-{number}", number + 1
    return folder
