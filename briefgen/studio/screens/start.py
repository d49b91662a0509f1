"""Start: what the campaign is about, who writes and signs, and what is asked; beside it the letter so far."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from starlette.exceptions import HTTPException
from starlette.responses import Response

from briefgen.address.countries import territories_by_name
from briefgen.campaign.open import open_campaign
from briefgen.errors import BriefgenError, Problem
from briefgen.library.libraries import CAMPAIGN_FILE
from briefgen.studio.app import Visit, merge_same
from briefgen.studio.pages import DocumentPages, lay_out_pages
from briefgen.studio.workspace import Workspace, WorkspaceState
from briefgen.system.yaml_splice import YamlEdit, YamlValue

PLACEHOLDERS: Mapping[tuple[str, ...], YamlValue] = {
    ("id",): "my-campaign",
    ("title",): "What it is about",
    ("date",): "2027-01-01",
    ("ask",): "do what you ask for",
    ("sender", "organisation"): "Your organisation",
    ("sender", "name"): "Who signs",
    ("sender", "address"): ["Your address"],
    ("sender", "country"): "GB",
}
"""What the letter so far shows where nothing is written yet."""
SAMPLE_RECIPIENT = {
    "id": "recipient",
    "office": "person",
    "name": "Name of each recipient",
    "address": "Address of each recipient",
    "locality": "Town",
    "salutation": "Dear …,",
}


@dataclass(frozen=True, slots=True)
class StartField:
    """One question, and the value of campaign.yaml that answers it."""

    name: str
    path: tuple[str, ...]
    label: str
    hint: str = ""
    kind: str = "text"
    """`text`, `lines`, `words`, `date` or `country`."""
    what: str = ""
    """What a change of it is called under Undo."""


FIELDS = (
    StartField("title", ("title",), "What is it about?", what="What it is about"),
    StartField("date", ("date",), "Date on the letters", kind="date", what="Date on the letters"),
    StartField("organisation", ("sender", "organisation"), "Who writes?", what="Who writes"),
    StartField("name", ("sender", "name"), "Who signs?", what="Who signs"),
    StartField(
        "role", ("sender", "title"), "Their post", "Printed below the name.", what="Post of who signs"
    ),
    StartField("email", ("sender", "email"), "E-mail address", "For e-mail drafts.", what="E-mail address"),
    StartField(
        "address", ("sender", "address"), "Your address", "Without the country.", "lines", "Your address"
    ),
    StartField("country", ("sender", "country"), "Country", kind="country", what="Country"),
    StartField(
        "ask",
        ("ask",),
        "What do you ask for?",
        "It completes “I respectfully ask you to …”. You can ask some recipients for something else later.",
        "words",
        "What you ask for",
    ),
    StartField(
        "subject",
        ("letter", "subject"),
        "Subject line",
        "The title, if it is left empty.",
        what="Subject line",
    ),
)


@dataclass(frozen=True, slots=True)
class ShownField:
    """A question with its answer, and why a new answer was not saved."""

    field: StartField
    value: str
    """As it is shown: the lines of an address below each other."""
    seen: str
    """As it is in the file, for the form to say what it has shown."""
    unsaved: Sequence[tuple[Problem, int]] = ()


async def show_start(visit: Visit) -> Response:
    """Answer with the questions and the letter so far."""
    return await _show(visit)


async def _show(visit: Visit, name: str = "", typed: str = "", unsaved: tuple[Problem, ...] = ()) -> Response:
    def prepare() -> dict[str, Any]:
        state: WorkspaceState = visit.workspace.refresh()
        fields = [_read_field(visit.workspace, field) for field in FIELDS]
        return {"fields": fields, "preview": preview_letter(visit.workspace), "problems": state.errors}

    values = await visit.run(prepare, key="start")
    fields = [
        ShownField(one.field, typed, one.seen, merge_same(unsaved)) if one.field.name == name else one
        for one in values["fields"]
    ]
    shared = {"fields": fields, "countries": territories_by_name(), "unsaved_field": name if unsaved else ""}
    return visit.show("start.html.j2", "start", {**values, **shared}, 422 if unsaved else 200)


def _read_field(workspace: Workspace, field: StartField) -> ShownField:
    value = workspace.writer.read_value(CAMPAIGN_FILE, field.path)
    text = "\n".join(value) if isinstance(value, list) else value if isinstance(value, str) else ""
    return ShownField(field, text, text)


async def edit_field(visit: Visit) -> Response:
    """Save the answer to one question."""
    form = await visit.form()
    field = next((one for one in FIELDS if one.name == form.get("field")), None)
    if field is None:
        raise HTTPException(422, "There is no such question.")
    typed, seen = form.get("value", ""), form.get("seen", "").replace("\r\n", "\n")
    known = seen.split("\n") if field.kind == "lines" and seen else seen

    def change() -> None:
        visit.workspace.writer.require_unchanged(CAMPAIGN_FILE, field.path, known)
        edit = YamlEdit(field.path, _clean(field, typed))
        visit.workspace.change(CAMPAIGN_FILE, field.what, [edit])

    try:
        await visit.run(change)
    except BriefgenError as error:
        return await _show(visit, field.name, typed, tuple(error.problems))
    return visit.redirect("start")


def _clean(field: StartField, typed: str) -> YamlValue | None:
    """Return the value to write; None removes one that may be left out."""
    if field.kind == "lines":
        lines = [" ".join(line.split()) for line in typed.splitlines() if line.strip()]
        return lines or ""
    words = " ".join(typed.split())
    if field.name == "ask":
        words = _LEADS[words[:3].lower()](words) if words[:3].lower() in _LEADS else words
    is_optional = field.name in ("role", "email", "subject")
    return None if is_optional and not words else words


_LEADS: Mapping[str, Callable[[str], str]] = {"to ": lambda words: words[3:]}
"""“to fund tests” completes the sentence without its first word."""


def preview_letter(workspace: Workspace) -> DocumentPages | None:
    """Return the letter as far as it is known: the first one, or one to nobody in particular; None if
    neither."""
    state = workspace.state
    if state.campaign is not None and not state.errors and state.campaign.recipients:
        try:
            return workspace.show_letter(state.campaign.recipients[0].id).pages
        except BriefgenError:
            return None
    values = _fill_placeholders(workspace)
    try:
        row = {**SAMPLE_RECIPIENT, "country": str(values["sender"]["country"])}
        campaign = open_campaign(values, [row], folder=workspace.path, trials=())
        return workspace.keep_pages(lay_out_pages(campaign.render("recipient", "pdf"), []))
    except BriefgenError:
        return None


def _fill_placeholders(workspace: Workspace) -> dict[str, Any]:
    """Return the campaign as it is written, with something in each place that must not be empty."""
    found = workspace.writer.read_value(CAMPAIGN_FILE, ())
    values: dict[str, Any] = dict(found) if isinstance(found, dict) else {}
    values["sender"] = dict(sender) if isinstance(sender := values.get("sender"), dict) else {}
    for path, words in PLACEHOLDERS.items():
        parent = values if len(path) == 1 else values[path[0]]
        parent[path[-1]] = parent.get(path[-1]) or words
    return {key: value for key, value in values.items() if value != "" and key != "recipients"}


ROUTES = (
    ("start", "GET", show_start),
    ("start/edit", "POST", edit_field),
)
