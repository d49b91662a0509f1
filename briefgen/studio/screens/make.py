"""Make: all letters, with progress; then who got what, and the files to take away."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from pathlib import Path

from starlette.exceptions import HTTPException
from starlette.responses import FileResponse, JSONResponse, Response

from briefgen.batch.outputs.files import MANIFEST_FILE
from briefgen.model.text import unescape_formulas
from briefgen.studio.app import Visit
from briefgen.studio.batch_run import BatchRun
from briefgen.studio.screens import post
from briefgen.studio.workspace import Workspace, WorkspaceState
from briefgen.system.files import is_inside_folder, is_regular_file, read_limited_bytes

_MAX_MANIFEST_BYTES = 100_000_000
_runs: dict[str, BatchRun] = {}
"""The last run of each campaign, by its key."""


def is_making() -> bool:
    """Return whether letters of any campaign are being made."""
    return any(not run.progress.is_over for run in _runs.values())


async def show_make(visit: Visit) -> Response:
    """Answer with the run that is going on, or with what the last one made."""
    state: WorkspaceState = await visit.run(visit.workspace.refresh)
    run = _runs.get(visit.workspace.key)
    return visit.show(
        "make.html.j2",
        "make",
        {
            "run": run.progress if run else None,
            "made": read_manifest(visit.workspace),
            "ready": _is_ready(state),
            **post.describe_post(visit.workspace),
        },
    )


def _is_ready(state: WorkspaceState) -> bool:
    return state.campaign is not None and not state.errors and bool(state.campaign.recipients)


async def start_run(visit: Visit) -> Response:
    """Begin to make the letters, unless they are being made."""
    run = _runs.get(visit.workspace.key)
    if run is None or run.progress.is_over:
        _runs[visit.workspace.key] = BatchRun(visit.workspace.path)
    return visit.redirect("make")


async def stop_run(visit: Visit) -> Response:
    """Let the run finish the letters that it is making."""
    if run := _runs.get(visit.workspace.key):
        run.stop()
    return visit.redirect("make")


async def run_progress(visit: Visit) -> Response:
    """Answer with how far the run is, for the script."""
    run = _runs.get(visit.workspace.key)
    if run is None:
        return JSONResponse({"over": True})
    progress = run.progress
    return JSONResponse(
        {"over": progress.is_over, "total": progress.total, "done": progress.done, "failed": progress.failed}
    )


async def download(visit: Visit) -> Response:
    """Answer with a letter, known by its row in the list of what was made."""
    number = int(visit.request.path_params["number"])
    made = read_manifest(visit.workspace)
    if not 0 <= number < len(made):
        raise HTTPException(404, "There is no such letter.")
    out = visit.workspace.path / "out"
    path = out / made[number]["file"]
    if path.suffix not in post.MEDIA_TYPES or not is_regular_file(path) or not is_inside_folder(path, out):
        raise HTTPException(404, "This letter is no longer there. Make the letters again.")
    return FileResponse(path, media_type=post.MEDIA_TYPES[path.suffix], filename=path.name)


def read_manifest(workspace: Workspace) -> Sequence[Mapping[str, str]]:
    """Return the rows of manifest.csv whose letters were made; none if there is no such table."""
    path: Path = workspace.path / "out" / MANIFEST_FILE
    if not is_regular_file(path) or not is_inside_folder(path, workspace.path):
        return []
    text = read_limited_bytes(path, MANIFEST_FILE, _MAX_MANIFEST_BYTES).decode("utf-8-sig", "replace")
    rows = csv.DictReader(io.StringIO(text, newline=""))
    made = [{name: unescape_formulas(cell or "") for name, cell in row.items() if name} for row in rows]
    return [row for row in made if row.get("state") == "rendered" and row.get("file")]


ROUTES = (
    ("make", "GET", show_make),
    ("make/start", "POST", start_run),
    ("make/stop", "POST", stop_run),
    ("make/progress.json", "GET", run_progress),
    ("make/files/{number:int}", "GET", download),
    *post.ROUTES,
)
