"""Check: everything that keeps letters from being made, and everything that is worth a look."""

from __future__ import annotations

from starlette.responses import Response

from briefgen.studio.app import Visit, merge_same
from briefgen.studio.workspace import WorkspaceState


async def show_check(visit: Visit) -> Response:
    """Answer with what is known, and have every letter checked if that was not done yet."""
    state: WorkspaceState = await visit.run(visit.workspace.refresh)
    is_checking = state.campaign is not None and not state.errors and state.checked is None
    if is_checking:
        visit.studio.engine.submit(visit.workspace.check, key=f"{visit.workspace.key}:check", urgent=False)
    errors = tuple(problem for problem in state.problems if problem.severity == "error")
    warnings = tuple(problem for problem in state.problems if problem.severity != "error")
    return visit.show(
        "check.html.j2",
        "check",
        {"errors": merge_same(errors), "warnings": merge_same(warnings), "is_checking": is_checking},
    )


ROUTES = (("check", "GET", show_check),)
