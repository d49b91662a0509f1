"""The web application: its addresses, and what every screen shares."""

from __future__ import annotations

import asyncio
import os
import re
import traceback
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import Any

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response, StreamingResponse
from starlette.routing import Route
from starlette.types import ASGIApp

from briefgen.errors import BriefgenError, Problem
from briefgen.studio import home
from briefgen.studio.engine import Engine
from briefgen.studio.forms import read_form
from briefgen.studio.guard import Doorkeeper, Guard
from briefgen.studio.messages import describe_problem
from briefgen.studio.web_files import MEDIA_TYPES, asset_version, static_files, templates
from briefgen.studio.workspace import Workspace

FOREVER = "private, max-age=31536000, immutable"
WATCH_INTERVAL_S = 1.0
"""Between two looks at the files."""
KEEP_ALIVE_S = 15.0
"""After which a silent stream says that it is still there, so that one whose browser has gone is noticed."""
SCREENS = ("start", "recipients", "evidence", "letters", "briefing", "check", "make", "draft")
"""The screens of a campaign, in the order of work; each is a module of briefgen.studio.screens."""

Handler = Callable[["Visit"], Awaitable[Response]]


@dataclass(slots=True)
class Studio:
    """Everything that a running studio has: its engine, its door, and the campaigns that are open."""

    engine: Engine
    door: Doorkeeper
    workspaces: dict[str, Workspace] = field(default_factory=dict)
    """By their keys."""
    listeners: int = 0
    """Pages that are open in a browser."""
    had_listeners: bool = False

    def add(self, folder: Path) -> Workspace:
        """Open a campaign's folder, or return the workspace that it has."""
        workspace = Workspace(folder.resolve())
        return self.workspaces.setdefault(workspace.key, workspace)


@dataclass(frozen=True, slots=True)
class Visit:
    """A request to a screen of a campaign."""

    studio: Studio
    request: Request
    workspace: Workspace

    async def run(self, job: Callable[[], Any], *, key: str = "") -> Any:
        """Do something with the campaign in the engine's thread.

        With a key, it makes what the same page of the browser asked for before and still waits for void.
        """
        page = self.request.headers.get("x-page", "")
        return await self.studio.engine.run(
            job, key=f"{self.workspace.key}:{page}:{key}" if key and page else ""
        )

    def address(self, path: str) -> str:
        """Return the address of a screen of this campaign."""
        return f"/c/{self.workspace.key}/{path}"

    def show(self, name: str, screen: str, values: Mapping[str, Any], status: int = 200) -> HTMLResponse:
        """Render a screen's template with what all screens show."""
        state = self.workspace.state
        shared = {
            "visit": self,
            "screen": screen,
            "state": state,
            "campaign": state.campaign,
            "folder": self.workspace.path.name,
            "last_change": next(reversed(self.workspace.writer.changes), None),
            "assets": asset_version(),
        }
        html = templates().get_template(name).render({**shared, **values})
        return HTMLResponse(html, status_code=status)

    def redirect(self, path: str) -> RedirectResponse:
        """Lead to another screen of the campaign after a change."""
        return RedirectResponse(self.address(path), status_code=303)

    async def form(self) -> Mapping[str, str]:
        """Return the fields of a form that was sent; raise HTTPException for one that is too large."""
        return await read_form(self.request)


def create_app(studio: Studio) -> ASGIApp:
    """Return the application, behind its guard."""
    routes = [
        Route("/open", studio.door.open),
        Route("/", partial(home.show_home, studio)),
        Route("/new", partial(home.create_new, studio), methods=["POST"]),
        Route("/recent", partial(home.open_recent, studio), methods=["POST"]),
        Route("/static/{version}/{name}", _static_file),
        Route("/c/{key}/page/{name}", _visiting(studio, _page_picture)),
        Route("/c/{key}/events", _visiting(studio, _events)),
        Route("/c/{key}/undo", _visiting(studio, _undo), methods=["POST"]),
        *(route for name in SCREENS for route in _screen_routes(studio, name)),
    ]
    handlers: Mapping[Any, Any] = {
        HTTPException: _show_http_error,
        BriefgenError: _show_problems,
        OSError: _show_system_error,
        Exception: _show_fault,
    }
    app = Starlette(routes=routes, exception_handlers=handlers)
    return Guard(app, studio.door)


def _screen_routes(studio: Studio, name: str) -> list[Route]:
    """Return the routes of a screen: its module lists them as (path, method, handler)."""
    module = import_module(f"briefgen.studio.screens.{name}")
    return [
        Route(f"/c/{{key}}/{path}", _visiting(studio, handler), methods=[method])
        for path, method, handler in module.ROUTES
    ]


def _visiting(studio: Studio, handler: Handler) -> Callable[[Request], Awaitable[Response]]:
    async def handle(request: Request) -> Response:
        workspace = studio.workspaces.get(request.path_params["key"])
        if workspace is None:
            raise HTTPException(404, "This campaign is not open.")
        return await handler(Visit(studio, request, workspace))

    return handle


async def _events(visit: Visit) -> Response:
    """Tell a page, as server-sent events, that the campaign has changed or the letters have been checked."""

    async def stream() -> AsyncIterator[str]:
        studio, workspace = visit.studio, visit.workspace
        studio.listeners += 1
        studio.had_listeners = True
        last, silent = workspace.state.label, 0.0
        try:
            yield "retry: 2000\n\n"
            while not await visit.request.is_disconnected():
                await asyncio.sleep(WATCH_INTERVAL_S)
                silent += WATCH_INTERVAL_S
                if await asyncio.to_thread(workspace.has_changed):
                    await visit.run(workspace.refresh)
                if workspace.state.label != last:
                    last, silent = workspace.state.label, 0.0
                    yield f"event: changed\ndata: {last}\n\n"
                elif silent >= KEEP_ALIVE_S:
                    silent = 0.0
                    yield ": still here\n\n"
        finally:
            studio.listeners -= 1

    return StreamingResponse(stream(), media_type="text/event-stream")


async def _undo(visit: Visit) -> Response:
    """Take back the last change, and show the page again from which it was asked for."""
    form = await visit.form()
    await visit.run(visit.workspace.writer.undo)
    await visit.run(visit.workspace.refresh)
    path = form.get("from", "").removeprefix(visit.address(""))
    statement = path.removeprefix("evidence/statements/")
    if path.startswith("evidence/") and not visit.workspace.has_statement(statement):
        path = "evidence"  # what the page showed has just gone
    return visit.redirect(path if re.fullmatch(r"[\w./?=-]{1,300}", path) else "letters")


async def _page_picture(visit: Visit) -> Response:
    hash, _, number = visit.request.path_params["name"].removesuffix(".png").rpartition("-")
    if not re.fullmatch(r"[0-9]{1,6}", number):
        raise HTTPException(404, "There is no such page.")
    data = await visit.run(lambda: visit.workspace.picture(hash, int(number)))
    if data is None:
        raise HTTPException(404, "There is no such page.")
    return Response(data, media_type="image/png", headers={"cache-control": FOREVER})


async def _static_file(request: Request) -> Response:
    files = static_files()
    path = files.get(request.path_params["name"])
    if path is None:
        raise HTTPException(404, "There is no such file.")
    data = await asyncio.to_thread(path.read_bytes)
    kind = MEDIA_TYPES[path.suffix]
    return Response(data, media_type=kind, headers={"cache-control": FOREVER})


async def _show_http_error(request: Request, error: HTTPException) -> Response:
    return _message_page(error.status_code, str(error.detail), [])


async def _show_problems(request: Request, error: BriefgenError) -> Response:
    return _message_page(422, "This cannot be shown.", error.problems)


async def _show_system_error(request: Request, error: OSError) -> Response:
    """Say that a file could not be read or written: a full disk, a folder that is gone."""
    name = Path(os.fsdecode(error.filename)).name if isinstance(error.filename, (str, bytes)) else ""
    return _message_page(500, f"{name or 'A file'}: {error.strerror or error}. Nothing was changed.", [])


async def _show_fault(request: Request, error: Exception) -> Response:
    """Say that briefgen is at fault, with what its maintainers need to know."""
    last = traceback.extract_tb(error.__traceback__)[-1]
    where = f"{type(error).__name__} in {Path(last.filename).name}, line {last.lineno}"
    return _message_page(
        500, f"This is a fault of briefgen ({where}). Nothing was changed; please report it.", []
    )


def _message_page(status: int, heading: str, problems: Any) -> HTMLResponse:
    messages = [describe_problem(problem) for problem in problems]
    html = (
        templates()
        .get_template("message.html.j2")
        .render(heading=heading, messages=messages, assets=asset_version())
    )
    return HTMLResponse(html, status_code=status)


def merge_same(problems: tuple[Problem, ...]) -> list[tuple[Problem, int]]:
    """Return each problem once, with the number of those that differ in nothing but their place."""
    counts: dict[tuple[str, str], list[Problem]] = {}
    for problem in problems:
        counts.setdefault((problem.code, problem.message), []).append(problem)
    return [(same[0], len(same)) for same in counts.values()]
