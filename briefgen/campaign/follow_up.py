"""Reads what became of an earlier campaign, for one that comes after it (`after:`)."""

from __future__ import annotations

from dataclasses import replace

from briefgen.campaign.loader import CampaignFiles
from briefgen.correspondence.history import summarize_history
from briefgen.correspondence.log import SENT_FILE, read_log
from briefgen.errors import BriefgenError, Problem, ProblemList
from briefgen.model.campaign import After
from briefgen.model.recipient import Recipient
from briefgen.system.files import is_folder, is_inside_folder

_REASONS = {
    "written": "was not sent a letter",
    "answered": "did not answer",
    "unanswered": "has answered, or was not sent a letter",
}
"""Why somebody is left out, by what `to` asks for."""


def follow_up(
    files: CampaignFiles, listed: list[Recipient], problems: ProblemList
) -> tuple[list[Recipient], list[Problem]]:
    """Return the recipients with the earlier letter to each, and a warning for each of those left out.

    The earlier campaign is in a folder beside this one; nothing but its log is read.
    """
    after = files.config.after if files.config else None
    if files.config is None or after is None:
        return listed, []
    place = files.config.locate("after", "campaign")
    home = files.folder.path.resolve()
    folder = home.parent / after.campaign
    if not is_folder(folder) or not is_inside_folder(folder, home.parent) or folder.resolve() == home:
        hint = "name the folder of another campaign that is in the same folder as this one"
        problems.add(Problem("after-missing", f"there is no campaign {after.campaign!r}", place, hint))
        return listed, []
    try:
        log = read_log(folder, problems, after.campaign)
    except BriefgenError as error:
        problems.extend(error.problems)
        return listed, []
    if not log.sent:
        message = f"{after.campaign} has no {SENT_FILE}, so nothing is known of its letters"
        problems.add(Problem("after-empty", message, place, "record them with briefgen sent"))
        return listed, []
    history = summarize_history(log)
    known = [replace(one, earlier=history.get(one.id)) for one in listed]
    kept = [one for one in known if _is_written_to(one, after)]
    return kept, [_left_out(one, after) for one in known if not _is_written_to(one, after)]


def _is_written_to(recipient: Recipient, after: After) -> bool:
    earlier = recipient.earlier
    match after.to:
        case "everybody":
            return True
        case "written":
            return earlier is not None
        case "answered":
            return earlier is not None and earlier.answered
        case "unanswered":
            return earlier is not None and not earlier.answered


def _left_out(recipient: Recipient, after: After) -> Problem:
    name = recipient.full_name or recipient.organisation or recipient.office
    return Problem(
        "after-left-out",
        f"{name} ({recipient.id}) {_REASONS[after.to]} in {after.campaign}, and gets no letter",
        recipient.place,
        f"nothing; to write to everybody, remove `to: {after.to}` under after",
        severity="warning",
        about=recipient.id,
    )
