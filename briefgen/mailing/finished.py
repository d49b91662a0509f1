"""The letters of a campaign that are made and stand as they were made; it makes none."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from briefgen.batch.outputs.folder import Folder
from briefgen.batch.plan import Job
from briefgen.batch.preview import WHY, preview
from briefgen.errors import BriefgenError, Problem
from briefgen.model.recipient import Recipient

NAMED = 5
"""Recipients whom a message names."""


@dataclass(frozen=True, slots=True)
class Finished:
    """One recipient's letter, in every format that was asked for."""

    recipient: Recipient
    files: tuple[tuple[str, Path], ...]
    """Format and file."""


def finished_letters(job: Job, out: Path) -> list[Finished]:
    """The letters to all recipients of a batch, in its order.

    Raises BriefgenError where one is not made, was changed by hand, or would come out differently today: what
    goes to the post is whole.
    """
    folder = Folder(out)
    found = preview(job, folder)
    wanting: dict[str, list[str]] = {}
    for letter in found.letters:
        if letter.state != "unchanged":
            wanting.setdefault(letter.why, []).append(letter.recipient)
    if wanting:
        raise BriefgenError(_unfinished(why, ids) for why, ids in wanting.items())
    files: dict[str, list[tuple[str, Path]]] = {}
    for letter in found.letters:
        files.setdefault(letter.recipient, []).append((letter.format, folder.letters / letter.file))
    return [Finished(one, tuple(files[one.id])) for one in job.recipients if one.id in files]


def _unfinished(why: str, ids: Iterable[str]) -> Problem:
    people = list(dict.fromkeys(ids))
    more = f" and {len(people) - NAMED} more" if len(people) > NAMED else ""
    letters = f"{len(people)} letter{'s' if len(people) > 1 else ''}"
    return Problem(
        "letter-unfinished",
        f"{letters} cannot be posted: {WHY[why]} ({', '.join(people[:NAMED])}{more})",
        None,
        "run briefgen batch first",
    )
