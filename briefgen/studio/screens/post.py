"""After making: the print file, envelopes, labels, e-mail drafts and the log of what was sent."""

from __future__ import annotations

import asyncio
import io
import json
import subprocess
import sys
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from starlette.exceptions import HTTPException
from starlette.responses import FileResponse, Response

from briefgen.campaign.job import resolve_output_folder
from briefgen.correspondence.log import WAYS, read_log
from briefgen.correspondence.table import list_events
from briefgen.errors import BriefgenError, Problem, ProblemList, UsageError, quantity
from briefgen.mailing.record_sent import SentDay, check_sent_day, record_sent
from briefgen.studio.app import Visit, merge_same
from briefgen.studio.messages import plain_words
from briefgen.studio.workspace import Workspace, require_campaign
from briefgen.system.files import is_inside_folder, is_regular_file

TIME_LIMIT_S = 600
MEDIA_TYPES = {
    ".pdf": "application/pdf",
    ".docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    ".zip": "application/zip",
    ".csv": "text/csv",
    ".txt": "text/plain",
}
"""Of the files that can be taken away, by the ending of their names."""
_MAX_ZIPPED = 20_000
WAY_NAMES: Mapping[str, str] = {
    "post": "by post",
    "email": "by e-mail",
    "hand": "by hand",
    "web-form": "by web form",
}


@dataclass(frozen=True, slots=True)
class Preparation:
    """Something that is made of finished letters by a command."""

    label: str
    command: tuple[str, ...]
    """Of briefgen, without the campaign."""


PREPARATIONS: Mapping[str, Preparation] = {
    "print": Preparation("One file to print", ("print",)),
    "duplex": Preparation("One file for two-sided printing", ("print", "--duplex")),
    "dl": Preparation("Envelopes, DL", ("print", "--no-letters", "--envelopes", "dl")),
    "c5": Preparation("Envelopes, C5", ("print", "--no-letters", "--envelopes", "c5")),
    "no10": Preparation("Envelopes, No. 10", ("print", "--no-letters", "--envelopes", "no10")),
    "a4-labels": Preparation("Labels, Avery L7160", ("print", "--no-letters", "--labels", "avery-l7160")),
    "us-labels": Preparation("Labels, Avery 5160", ("print", "--no-letters", "--labels", "avery-5160")),
    "shop": Preparation("An archive for a print shop", ("print", "--zip")),
    "drafts": Preparation("E-mail drafts", ("drafts",)),
}


@dataclass(frozen=True, slots=True)
class Prepared:
    """What a command has made, or why it has not."""

    label: str
    files: tuple[tuple[str, str], ...] = ()
    """Path within the output folder, and what is in it."""
    problems: tuple[str, ...] = ()
    """In plain words."""


_prepared: dict[str, Prepared] = {}
"""The last preparation of each campaign, by its key."""


def last_prepared(workspace: Workspace) -> Prepared | None:
    """Return what was prepared last, if anything was since the studio was started."""
    return _prepared.get(workspace.key)


async def prepare(visit: Visit) -> Response:
    """Run the command that makes what was asked for, in a process of its own."""
    wanted = PREPARATIONS.get((await visit.form()).get("what", ""))
    if wanted is None:
        raise HTTPException(422, "There is nothing of this kind to prepare.")
    command = [sys.executable, "-P", "-m", "briefgen", *wanted.command, str(visit.workspace.path), "--json"]
    found = await asyncio.to_thread(_run_command, command)
    _prepared[visit.workspace.key] = _read_result(wanted, found, visit.workspace.path)
    return visit.redirect("make#prepared")


def _run_command(command: Sequence[str]) -> str:
    """Return what a command prints, or nothing if it takes too long."""
    try:
        done = subprocess.run(
            command, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=TIME_LIMIT_S
        )
    except subprocess.TimeoutExpired:
        return ""
    return done.stdout


def _read_result(wanted: Preparation, text: str, home: Path) -> Prepared:
    try:
        result = json.loads(text)
    except ValueError:
        return Prepared(wanted.label, (), ("This could not be made within ten minutes.",))
    problems = tuple(f"{plain_words(one['message'])}." for one in result.get("problems", ()))
    out = home / "out"
    if "drafts" in result:
        count = len(result["drafts"])
        without = len(result["without_email"])
        words = quantity(count, "draft") + (f"; {without} without an e-mail address" if without else "")
        return Prepared(wanted.label, (("drafts", words),) if count else (), problems)
    files = [(Path(one["file"]), one["holds"]) for one in result.get("files", ())]
    shown = tuple((path.relative_to(out).as_posix(), holds) for path, holds in files)
    return Prepared(wanted.label, shown, problems)


async def download_prepared(visit: Visit) -> Response:
    """Answer with one of the files that were prepared last; a folder of drafts comes as an archive."""
    prepared, number = last_prepared(visit.workspace), int(visit.request.path_params["number"])
    if prepared is None or not 0 <= number < len(prepared.files):
        raise HTTPException(404, "This file is no longer there. Prepare it again.")
    out = visit.workspace.path / "out"
    path = out / prepared.files[number][0]
    if not is_inside_folder(path, out):
        raise HTTPException(404, "This file is no longer there. Prepare it again.")
    if path.name == "drafts":
        data = await asyncio.to_thread(_zip_drafts, path)
        headers = {"content-disposition": 'attachment; filename="drafts.zip"'}
        return Response(data, media_type="application/zip", headers=headers)
    if path.suffix not in MEDIA_TYPES or not is_regular_file(path):
        raise HTTPException(404, "This file is no longer there. Prepare it again.")
    return FileResponse(path, media_type=MEDIA_TYPES[path.suffix], filename=path.name)


def _zip_drafts(folder: Path) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted(folder.glob("*.eml"))[:_MAX_ZIPPED]:
            if is_regular_file(path) and is_inside_folder(path, folder):
                archive.write(path, path.name)
    return target.getvalue()


async def note_sent(visit: Visit) -> Response:
    """Record the letters that were made as sent, on a day and in a way."""
    form = await visit.form()
    try:
        day = date.fromisoformat(form.get("on", ""))
    except ValueError:
        day = None

    def record() -> str:
        if day is None:
            raise UsageError(Problem("sent-day", "the day is missing", None, "choose the day"))
        campaign = require_campaign(visit.workspace.refresh())
        formats = campaign.config.output.formats
        sent = SentDay(day, form.get("way", ""), "", "pdf" if "pdf" in formats else formats[0])
        check_sent_day(sent, campaign.config.date, date.today())
        report = record_sent(campaign, resolve_output_folder(campaign, None), campaign.recipients, sent)
        return f"{quantity(len(report.recorded), 'letter')} noted as sent."

    try:
        _notes[visit.workspace.key] = (await visit.run(record), ())
    except BriefgenError as error:
        _notes[visit.workspace.key] = ("", tuple(error.problems))
    return visit.redirect("make#sent")


_notes: dict[str, tuple[str, tuple[Problem, ...]]] = {}
"""What the last note of letters as sent came to, by the campaign's key."""


def describe_post(workspace: Workspace) -> dict[str, object]:
    """Return what the page shows below the letters: what was prepared, and who got what."""
    prepared, (words, problems) = last_prepared(workspace), _notes.pop(workspace.key, ("", ()))
    log_problems = ProblemList()
    try:
        events = list_events([read_log(workspace.path, log_problems)])
    except BriefgenError as error:
        events, problems = [], (*problems, *error.problems)
    return {
        "preparations": PREPARATIONS,
        "prepared": prepared,
        "events": events[::-1],
        "ways": {way: WAY_NAMES[way] for way in WAYS},
        "noted": words,
        "note_problems": merge_same((*problems, *log_problems.problems)),
        "today": date.today().isoformat(),
    }


ROUTES = (
    ("make/prepare", "POST", prepare),
    ("make/prepared/{number:int}", "GET", download_prepared),
    ("make/sent", "POST", note_sent),
)
