"""Splits a batch into shards that are made separately, each in its own folder, and merges them again."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping
from contextlib import ExitStack, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Self

from briefgen.batch.file_names import deduplicate_recipients
from briefgen.batch.ledger import Ledger, open_ledger_copy
from briefgen.batch.lock import LOCK_TIMEOUT, output_lock, shared_output_lock
from briefgen.batch.outputs.files import SHARDS_FOLDER
from briefgen.batch.outputs.folder import FolderOutput
from briefgen.batch.plan import plan_letter
from briefgen.batch.runner import (
    BatchSummary,
    ProgressReporter,
    ResultRecorder,
    finish_batch,
)
from briefgen.batch.stop import stop_on_signals
from briefgen.batch.storage_errors import storage_error
from briefgen.batch.tasks import BatchJob, FileOutcome, LetterTask, PlannedFile, unchanged_outcome
from briefgen.errors import BriefgenError, Place, Problem, UsageError, abbreviate_names
from briefgen.model.recipient import Recipient

MAX_SHARDS = 1000
"""Largest number of shards in a batch."""
_SHARD_FOLDER = re.compile(r"([1-9][0-9]{0,3})-of-([1-9][0-9]{0,3})")


@dataclass(frozen=True, slots=True, order=True)
class Shard:
    """One of `count` parts of a batch, numbered from 1."""

    number: int
    count: int

    @classmethod
    def parse(cls, text: str) -> Self:
        """Parse text such as `2/8`; raise UsageError."""
        number, slash, count = (part.strip() for part in text.partition("/"))
        if (
            slash
            and number.isdecimal()
            and count.isdecimal()
            and 1 <= int(number) <= int(count) <= MAX_SHARDS
        ):
            return cls(int(number), int(count))
        raise UsageError(
            Problem(
                "shard-unclear",
                f"{text!r} is not a shard",
                None,
                f"write the second of eight as 2/8; the maximum is {MAX_SHARDS:,} shards",
            )
        )

    def __str__(self) -> str:
        """Return the shard as written on the command line."""
        return f"{self.number}/{self.count}"

    @property
    def path(self) -> str:
        """Return the path of its output within that of the batch."""
        return f"{SHARDS_FOLDER}/{self.number}-of-{self.count}"

    def contains(self, recipient_id: str) -> bool:
        """Return whether a recipient belongs to this shard.

        A hash of the id decides, so that nobody changes shards when rows are added, removed or sorted.
        """
        digest = hashlib.sha256(recipient_id.encode("utf-8", "surrogatepass")).digest()
        return int.from_bytes(digest[:8]) % self.count == self.number - 1

    def select_recipients(self, recipients: Iterable[Recipient]) -> tuple[Recipient, ...]:
        """Return the recipients who belong to this shard, in their order."""
        return tuple(recipient for recipient in recipients if self.contains(recipient.id))

    def select_problems(self, problems: Iterable[Problem]) -> tuple[Problem, ...]:
        """Return the problems of recipients who belong here; rows without an id go by their line number."""
        return tuple(
            problem for problem in problems if self.contains(problem.about or _problem_line(problem))
        )


def _problem_line(problem: Problem) -> str:
    return f"{problem.place.file}:{problem.place.line}" if problem.place else ""


def find_shards(output_folder: Path) -> list[Shard]:
    """Return the shards that have a folder, in order. Raise OSError."""
    folder = output_folder / SHARDS_FOLDER
    matches = [_SHARD_FOLDER.fullmatch(path.name) for path in folder.iterdir()] if folder.is_dir() else []
    return sorted(Shard(int(match[1]), int(match[2])) for match in matches if match)


@dataclass(frozen=True, slots=True)
class _OpenShard:
    shard: Shard
    output: FolderOutput
    ledger: Ledger


def merge_shards(
    job: BatchJob,
    output: FolderOutput,
    *,
    progress: ProgressReporter,
    skipped: Iterable[Problem] = (),
    lock_timeout: float = LOCK_TIMEOUT,
) -> BatchSummary:
    """Copy the letters of all shards in `output` into `output` itself.

    Letters that failed in their shard are reported as failed. If anything is missing or duplicated, raise a
    BriefgenError that lists all of it, and write nothing. Raise OutputBusyError if a run is writing to
    `output` or to a shard.
    """
    recipients, repeated = deduplicate_recipients(job.recipients)
    job, skipped = replace(job, recipients=recipients), (*skipped, *repeated)
    output.reject_outside_links()
    shards = _require_shards(output)
    with ExitStack() as stack:
        open_shards = {shard.number: _open_shard(stack, shard, output, lock_timeout) for shard in shards}
        _require_complete(job, open_shards)
        stack.enter_context(output_lock(output.lock_path, label=output.location, timeout=lock_timeout))
        ledger = stack.enter_context(Ledger(output.ledger_path))
        stop = stack.enter_context(stop_on_signals())
        output.claim(job.campaign, record=True)
        output.prepare()
        recorder = ResultRecorder(job, ledger, progress)
        for recipient in recipients:
            if stop.requested:
                break
            _merge_letter(job, recipient, _shard_of(recipient, open_shards), output, recorder)
        ledger.flush()
        summary = finish_batch(output, job, ledger, recorder, skipped, count_skipped=True)
    progress.end(summary)
    return summary


def _require_shards(output: FolderOutput) -> list[Shard]:
    """Return all shards of one batch; raise BriefgenError if some are missing or the numbers do not match."""
    folder = output.folder / SHARDS_FOLDER
    try:
        found = find_shards(output.folder)
    except OSError as error:
        raise storage_error("the shards cannot be read", error, folder) from error
    counts = sorted({shard.count for shard in found})
    if len(counts) > 1:
        raise BriefgenError(
            Problem(
                "shards-mixed",
                f"the shards come from batches split into {' and into '.join(map(str, counts))}",
                Place(str(folder)),
                "keep the shards of one batch, and move the others away",
            )
        )
    if not found:
        raise BriefgenError(
            Problem(
                "shard-missing",
                "there are no shards to merge",
                Place(str(folder)),
                "make them with --shard 1/2 and --shard 2/2, for example, and put their folders here",
            )
        )
    missing = [Shard(number, counts[0]) for number in range(1, counts[0] + 1)]
    if missing := [shard for shard in missing if shard not in found]:
        raise BriefgenError(
            Problem(
                "shard-missing",
                f"{output.subfolder(shard.path).folder.name} is missing",
                Place(str(folder)),
                f"make it with --shard {shard}, or put its folder here",
            )
            for shard in missing
        )
    return found


def _open_shard(stack: ExitStack, shard: Shard, output: FolderOutput, lock_timeout: float) -> _OpenShard:
    shard_output = output.subfolder(shard.path)
    shard_output.reject_outside_links()
    stack.enter_context(
        shared_output_lock(shard_output.lock_path, label=shard_output.location, timeout=lock_timeout)
    )
    return _OpenShard(shard, shard_output, stack.enter_context(open_ledger_copy(shard_output.ledger_path)))


def _shard_of(recipient: Recipient, open_shards: Mapping[int, _OpenShard]) -> _OpenShard:
    return next(part for part in open_shards.values() if part.shard.contains(recipient.id))


def _require_complete(job: BatchJob, open_shards: Mapping[int, _OpenShard]) -> None:
    """Raise a BriefgenError naming each shard with letters that are missing, outdated or not its own."""
    problems: list[Problem] = []
    known_ids = {recipient.id for recipient in job.recipients}
    for part in open_shards.values():
        foreign = [
            name
            for name in part.ledger.rendered_recipients()
            if name in known_ids and not part.shard.contains(name)
        ]
        if foreign:
            problems.append(_foreign_problem(part, foreign))
        missing: dict[str, list[str]] = {}
        for recipient in part.shard.select_recipients(job.recipients):
            if reason := _missing_reason(job, recipient, part):
                missing.setdefault(reason, []).append(recipient.id)
        if missing:
            problems.append(_unfinished_problem(part, missing))
    if problems:
        raise BriefgenError(problems)


_MISSING_REASONS = {
    "new": "have not been made yet",
    "changed": "are out of date",
    "missing": "were deleted or moved away",
    "edited": "were edited by hand",
    "failed": "failed, and have not been retried since the campaign changed",
    "set-aside": "were set aside, and have not been retried since the campaign changed",
    "unverified": "were recorded by a computer with another key",
}


def _missing_reason(job: BatchJob, recipient: Recipient, part: _OpenShard) -> str:
    """Return why a shard has neither the current letter nor a record that it cannot be made, else ""."""
    _, task = plan_letter(job, recipient, part.ledger, part.output)
    return next((file.reason for file in task.files if not file.is_known_failure), "") if task else ""


def _unfinished_problem(part: _OpenShard, missing: Mapping[str, list[str]]) -> Problem:
    reasons = "; ".join(
        f"those to {abbreviate_names(names)} {_MISSING_REASONS[reason]}" for reason, names in missing.items()
    )
    advice = (
        "or make it with the same key as here: docs/campaigns.md, On several machines"
        if "unverified" in missing
        else "if you copied the folder, copy .briefgen/ too"
    )
    return Problem(
        "shard-unfinished",
        f"letters are missing: {reasons}",
        Place(part.output.location),
        f"run the batch with --shard {part.shard} again; {advice}",
    )


def _foreign_problem(part: _OpenShard, names: list[str]) -> Problem:
    return Problem(
        "shard-foreign",
        f"letters to {abbreviate_names(names)} are here but belong to another shard",
        Place(part.output.location),
        "check whether the folder was renamed or overwritten; restore its name, or make the shard again",
    )


def _merge_letter(
    job: BatchJob, recipient: Recipient, part: _OpenShard, output: FolderOutput, recorder: ResultRecorder
) -> None:
    """Copy and record what the output folder does not have yet."""
    unchanged, task = plan_letter(job, recipient, recorder.ledger, output)
    for outcome in unchanged:
        recorder.settle(outcome)
    if task:
        recorder.record(task, tuple(_merge_file(task, file, part, output) for file in task.files))


def _merge_file(task: LetterTask, file: PlannedFile, part: _OpenShard, output: FolderOutput) -> FileOutcome:
    entry = part.ledger.find(task.recipient.id, file.format)
    data = b""
    if entry and entry.state == "rendered":
        with suppress(OSError):
            data = (part.output.letters_folder / entry.file).read_bytes()
    damaged = (
        entry is not None and entry.state == "rendered" and (hashlib.sha256(data).hexdigest() != entry.sha256)
    )
    if entry is None or entry.state == "unverified" or damaged:
        # It was there a moment ago, when all shards were checked.
        raise BriefgenError(_unfinished_problem(part, {"missing": [task.recipient.id]}))
    if entry.state != "rendered":
        return FileOutcome(
            entry.recipient, file.format, entry.state, stage=entry.stage, problems=entry.problems
        )
    kept = output.write_letter(entry.file, data, file.previous)
    return replace(unchanged_outcome(entry, file.format), state="merged", kept_edit=kept)
