"""Parts of a batch that are made apart from each other, each with a folder and a ledger of its own.

This room says who belongs to which part; parts are put together in briefgen.batch.shards.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping
from contextlib import ExitStack, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Self

from briefgen.batch.ledger import Ledger, copied
from briefgen.batch.lock import PATIENCE_S, at_rest, held, stopping
from briefgen.batch.os_errors import unwritable
from briefgen.batch.outputs.base import SHARDS
from briefgen.batch.outputs.folder import Folder
from briefgen.batch.plan import Job, Letter, Outcome, Wanted, distinct, plan, standing
from briefgen.batch.runner import Summary, Tally, Watch, closed
from briefgen.errors import BriefgenError, Place, Problem, UsageError
from briefgen.model.recipient import Recipient

MOST = 1000
"""Shards of a batch."""
_FOLDER = re.compile(r"([1-9][0-9]{0,3})-of-([1-9][0-9]{0,3})")


@dataclass(frozen=True, slots=True, order=True)
class Shard:
    """One of `count` parts, counted from 1."""

    number: int
    count: int

    @classmethod
    def read(cls, text: str) -> Self:
        """From `2/8`; raises UsageFault."""
        number, slash, count = (part.strip() for part in text.partition("/"))
        if slash and number.isdecimal() and count.isdecimal() and 1 <= int(number) <= int(count) <= MOST:
            return cls(int(number), int(count))
        raise UsageError(
            Problem(
                "shard-unclear",
                f"{text!r} is no shard",
                None,
                f"write the second of eight as 2/8; there are at most {MOST:,}",
            )
        )

    def __str__(self) -> str:
        """As it is given on the command line."""
        return f"{self.number}/{self.count}"

    @property
    def place(self) -> str:
        """Its own output within that of the batch."""
        return f"{SHARDS}/{self.number}-of-{self.count}"

    def holds(self, name: str) -> bool:
        """Whether whoever has this id belongs here.

        By a hash of the id, so that nobody moves to another shard when rows are added, removed or sorted.
        """
        digest = hashlib.sha256(name.encode("utf-8", "surrogatepass")).digest()
        return int.from_bytes(digest[:8]) % self.count == self.number - 1

    def recipients(self, everybody: Iterable[Recipient]) -> tuple[Recipient, ...]:
        """Those who belong here, in their order."""
        return tuple(one for one in everybody if self.holds(one.id))

    def problems(self, all_of_them: Iterable[Problem]) -> tuple[Problem, ...]:
        """Those of recipients who belong here; of a row without an id, by its line."""
        return tuple(one for one in all_of_them if self.holds(one.about or _line(one)))


def _line(problem: Problem) -> str:
    return f"{problem.place.file}:{problem.place.line}" if problem.place else ""


def shards_in(out: Path) -> list[Shard]:
    """Those that have a folder, in order. Raises OSError."""
    folder = out / SHARDS
    found = [_FOLDER.fullmatch(path.name) for path in folder.iterdir()] if folder.is_dir() else []
    return sorted(Shard(int(match[1]), int(match[2])) for match in found if match)


@dataclass(frozen=True, slots=True)
class _Part:
    shard: Shard
    folder: Folder
    ledger: Ledger


def merge(
    job: Job,
    output: Folder,
    *,
    watch: Watch,
    skipped: Iterable[Problem] = (),
    patience_s: float = PATIENCE_S,
) -> Summary:
    """Bring the letters of all shards in `output` into `output` itself.

    Raises a BriefgenError with all that is missing or double, and writes nothing then; OutputBusy where a run
    writes to `output` or to a shard. Letters that failed in their shard are reported as failed.
    """
    recipients, repeated = distinct(job.recipients)
    job, skipped = replace(job, recipients=recipients), (*skipped, *repeated)
    output.require_inside()
    shards = _shards(output)
    with ExitStack() as stack:
        parts = {shard.number: _opened(stack, shard, output, patience_s) for shard in shards}
        _require_whole(job, parts)
        stack.enter_context(held(output.place, output.lock, patience_s=patience_s))
        ledger = stack.enter_context(Ledger(output.ledger))
        stop = stack.enter_context(stopping())
        output.prepare()
        tally = Tally(job, ledger, watch)
        for recipient in recipients:
            if stop.requested:
                break
            _bring(job, recipient, _part_of(recipient, parts), output, tally)
        ledger.flush()
        summary = closed(output, job, ledger, tally, skipped, counted=True)
    watch.end(summary)
    return summary


def _shards(output: Folder) -> list[Shard]:
    """All shards of one batch; a BriefgenError where some are not there, or belong to another division."""
    folder = output.folder / SHARDS
    try:
        found = shards_in(output.folder)
    except OSError as error:
        raise unwritable("the shards cannot be read", error, folder) from error
    counts = sorted({shard.count for shard in found})
    if len(counts) > 1:
        raise BriefgenError(
            Problem(
                "shards-mixed",
                f"there are shards of {' and of '.join(map(str, counts))}",
                Place(str(folder)),
                "keep those of one division, and move the others away",
            )
        )
    if not found:
        raise BriefgenError(
            Problem(
                "shard-missing",
                "there are no shards to be merged",
                Place(str(folder)),
                "make them with --shard 1/2 and --shard 2/2, say, and put their folders here",
            )
        )
    missing = [Shard(number, counts[0]) for number in range(1, counts[0] + 1)]
    if missing := [shard for shard in missing if shard not in found]:
        raise BriefgenError(
            Problem(
                "shard-missing",
                f"{output.within(shard.place).folder.name} is not there",
                Place(str(folder)),
                f"make it with --shard {shard}, or put its folder here",
            )
            for shard in missing
        )
    return found


def _opened(stack: ExitStack, shard: Shard, output: Folder, patience_s: float) -> _Part:
    folder = output.within(shard.place)
    folder.require_inside()
    stack.enter_context(at_rest(folder.place, folder.lock, patience_s=patience_s))
    return _Part(shard, folder, stack.enter_context(copied(folder.ledger)))


def _part_of(recipient: Recipient, parts: Mapping[int, _Part]) -> _Part:
    return next(part for part in parts.values() if part.shard.holds(recipient.id))


def _require_whole(job: Job, parts: Mapping[int, _Part]) -> None:
    """A BriefgenError with each shard in which letters are missing, out of date, or not its own."""
    problems: list[Problem] = []
    everybody = {recipient.id for recipient in job.recipients}
    for part in parts.values():
        strangers = [
            name for name in part.ledger.recipients() if name in everybody and not part.shard.holds(name)
        ]
        if strangers:
            problems.append(_strangers(part, strangers))
        lacking: dict[str, list[str]] = {}
        for recipient in part.shard.recipients(job.recipients):
            if why := _lacks(job, recipient, part):
                lacking.setdefault(why, []).append(recipient.id)
        if lacking:
            problems.append(_lacking(part, lacking))
    if problems:
        raise BriefgenError(problems)


_LACKS = {
    "new": "were not made yet",
    "changed": "are not as they are to be now",
    "missing": "were deleted or moved away",
    "edited": "were changed by hand",
    "failed": "failed, and were not tried since the campaign changed",
    "set-aside": "were set aside, and not tried since the campaign changed",
}


def _lacks(job: Job, recipient: Recipient, part: _Part) -> str:
    """Why the shard has not the letter as it is to be now, nor the reason why it cannot be made; else ""."""
    _, letter = plan(job, recipient, part.ledger, part.folder)
    return next((wanted.why for wanted in letter.wanted if not wanted.settled), "") if letter else ""


def _lacking(part: _Part, lacking: Mapping[str, list[str]]) -> Problem:
    said = "; ".join(f"those to {_some(names)} {_LACKS[why]}" for why, names in lacking.items())
    return Problem(
        "shard-unfinished",
        f"letters are lacking: {said}",
        Place(part.folder.place),
        f"run the batch with --shard {part.shard} again; of a folder that was copied, copy .briefgen/ too",
    )


def _strangers(part: _Part, names: list[str]) -> Problem:
    return Problem(
        "shard-foreign",
        f"letters of {_some(names)} lie here and belong to another shard",
        Place(part.folder.place),
        "look whether the folder was renamed or copied over; give it its own name, or make the shard again",
    )


def _bring(job: Job, recipient: Recipient, part: _Part, output: Folder, tally: Tally) -> None:
    """Copy what does not stand in the output folder yet, and record it."""
    unchanged, letter = plan(job, recipient, tally.ledger, output)
    for outcome in unchanged:
        tally.settle(outcome)
    if letter:
        tally.record(letter, tuple(_brought(letter, wanted, part, output) for wanted in letter.wanted))


def _brought(letter: Letter, wanted: Wanted, part: _Part, output: Folder) -> Outcome:
    entry = part.ledger.entry(letter.recipient.id, wanted.format)
    data = b""
    if entry and entry.state == "rendered":
        with suppress(OSError):
            data = (part.folder.letters / entry.file).read_bytes()
    if entry is None or (entry.state == "rendered" and hashlib.sha256(data).hexdigest() != entry.sha256):
        raise BriefgenError(
            _lacking(part, {"missing": [letter.recipient.id]})
        )  # somebody took it away this moment
    if entry.state != "rendered":
        return Outcome(
            entry.recipient, wanted.format, entry.state, stage=entry.stage, problems=entry.problems
        )
    kept = output.put(entry.file, data, wanted.earlier)
    return replace(standing(entry, wanted.format), state="merged", kept=kept)


def _some(names: list[str]) -> str:
    shown = ", ".join(names[:3])
    return shown if len(names) <= 3 else f"{shown} and {len(names) - 3:,} more"
