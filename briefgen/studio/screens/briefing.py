"""Briefing: the paper as it will be printed, its titles to change, and what each statement rests on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from starlette.exceptions import HTTPException
from starlette.responses import Response

from briefgen.campaign.open import Campaign
from briefgen.errors import BriefgenError, Problem
from briefgen.library.libraries import CAMPAIGN_FILE
from briefgen.studio.app import Visit, merge_same
from briefgen.studio.screens.letters import Reading, list_checks, read_evidence
from briefgen.studio.workspace import ShownBriefing, WorkspaceState
from briefgen.system.yaml_splice import YamlEdit

FIELDS = {
    "title": ("Title", "As a finding, in a sentence: “Schools test their water too rarely”."),
    "subtitle": ("Subtitle", "Below the title of a report."),
    "standfirst": ("First sentence", "Below the title of a policy brief."),
    "number": ("Number", "In your series, as it is printed: “No. 7”."),
    "short_title": ("Short title", "At the head of further pages, if the title is too long for it."),
}
"""Values of `briefing` that can be changed here, with their names and hints."""


@dataclass(frozen=True, slots=True)
class BriefingStatement:
    """What the panel beside the pages says about a statement."""

    id: str
    words: str
    readings: tuple[Reading, ...]
    caveats: tuple[str, ...]
    checks: tuple[str, ...]


async def show_briefing(visit: Visit) -> Response:
    """Answer with the pages; `?s=ID` opens the panel on a statement."""
    return await _show(visit, visit.request.query_params.get("s", ""))


async def _show(
    visit: Visit, chosen: str = "", unsaved: tuple[Problem, ...] = (), field: str = "", typed: str = ""
) -> Response:
    def prepare() -> dict[str, Any]:
        state: WorkspaceState = visit.workspace.refresh()
        values: dict[str, Any] = {"briefing": None, "why": None, "problems": merge_same(state.errors)}
        if state.campaign is None:
            return values
        try:
            shown = visit.workspace.show_briefing()
        except BriefgenError as error:
            return {**values, "problems": merge_same(tuple(error.problems))}
        return {**values, "briefing": shown, "why": explain_statement(shown, state.campaign, chosen)}

    read = visit.workspace.writer.read_value
    present = {name: str(read(CAMPAIGN_FILE, ("briefing", name)) or "") for name in FIELDS}
    values = await visit.run(prepare, key="briefing")
    shared = {
        "fields": FIELDS,
        "present": present,
        "shown": {**present, **({field: typed} if unsaved else {})},
        "unsaved": merge_same(unsaved),
        "unsaved_field": field if unsaved else "",
        "chosen": chosen,
    }
    return visit.show("briefing.html.j2", "briefing", {**values, **shared}, 422 if unsaved else 200)


def explain_statement(shown: ShownBriefing, campaign: Campaign, id: str) -> BriefingStatement | None:
    """Return what a statement of the briefing rests on; None if it is not in it."""
    entry = next((one for one in shown.document.record["snippets"] if one["id"] == id), None)
    snippet = campaign.composer.library.snippets.get(id)
    if entry is None or snippet is None:
        return None
    return BriefingStatement(
        id,
        entry["text"],
        tuple(read_evidence(snippet.evidence, shown.document)),
        tuple(caveat["text"] for caveat in entry["caveats"]),
        tuple(list_checks(entry)),
    )


async def edit_field(visit: Visit) -> Response:
    """Save one of the titles."""
    form = await visit.form()
    name, typed = form.get("field", ""), " ".join(form.get("value", "").split())
    if name not in FIELDS:
        raise HTTPException(422, "There is no such title.")

    def change() -> None:
        path = ("briefing", name)
        visit.workspace.writer.require_unchanged(CAMPAIGN_FILE, path, form.get("seen", ""))
        what = f"{FIELDS[name][0]} of the briefing"
        visit.workspace.change(CAMPAIGN_FILE, what, [YamlEdit(path, typed or None)])

    try:
        await visit.run(change)
    except BriefgenError as error:
        return await _show(visit, "", tuple(error.problems), name, typed)
    return visit.redirect("briefing")


ROUTES = (
    ("briefing", "GET", show_briefing),
    ("briefing/edit", "POST", edit_field),
)
